"""What is shown of a calibration: what the observations say of each parameter, and whether to believe it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from copark.analyses.calibrate import Answer, Calibrated
from copark.analyses.contract import Texts, assemble
from copark.analyses.show import Columns, Show, grouped, interval, made_again
from copark.calibration.diagnostics import Check, title_of
from copark.labels import grade_title, observable_title, titled, with_unit
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import bounded, number, percent, percentile, reach, spoken, unit_title
from copark.simulation.readouts.observed_vs_model import expected_outside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HONEST = (0.85, 0.95)
"""Coverage of 90 % intervals, over all parameters, that is as it should be."""
NAMED, SHOWN = 8, 15
"""Parameters named in a sentence, and shown in the first table."""
KINDS = ("anywhere", "near")


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of a calibration, or of a shipped one made again."""
    if found.again is not None:
        return made_again(
            found, found.again, t, key=f"calibration-check-{found.case}", stale=found.stale, park=t.of(found.park)
        )
    if found.calibrated is None:
        raise ValueError("nothing was calibrated")
    show = _Show(found, found.calibrated, t)
    provenance = {
        "values": found.calibrated.values,
        "axes": len(found.calibrated.axes),
        "seed": found.calibrated.recipe["settings"]["seed"],
    }
    return assemble(
        found,
        t,
        key=f"calibration-{found.case}",
        title=t("heading", park=t.of(found.park)),
        headline=show.headline(),
        sections=(
            show.summary(),
            show.parameters(),
            show.ties(),
            show.checks(),
            show.coverage(),
            show.health(),
            show.recipe(),
        ),
        evidence=found.evidence,
        provenance=provenance,
    )


class _Show(Show):
    """The parts of the document in one language."""

    def __init__(self, found: Answer, made: Calibrated, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.made = made
        self.counts = {word: len(made.of(word)) for word in ("moved", "weakly", "unmoved")}
        self.expected = expected_outside(len(made.checks))

    def headline(self) -> str:
        """Whether the search converged, what the data inform, and how the calibrated model fits."""
        t = self.t
        trust = self.found.trust
        told = []
        if trust is not None and not trust.converged:
            told.append(t("headline.unconverged", factor=number(trust.scale_reduction, 1)))
        told.append(t("headline", cut=self.found.cut, all=len(self.made.movements), **self.counts))
        outside = len(self.made.outside)
        count = len(self.made.checks)
        told.append(t("headline.fit", outside=outside, count=count, expected=self.expected))
        return t.sentences(told)

    def summary(self) -> doc.Section:
        t = self.t
        made = self.made
        cards = (
            doc.Card(t("card.values"), doc.COUNT, made.values, t("card.values_to", cut=self.found.cut)),
            doc.Card(t("card.moved"), doc.COUNT, self.counts["moved"], t("card.moved_of", **self.counts)),
            doc.Card(
                t("card.outside"),
                doc.COUNT,
                len(made.outside),
                t("card.outside_expected", count=len(made.checks), expected=self.expected),
            ),
            doc.Card(t("card.coverage"), doc.SHARE, made.ranks_of("near").overall(0.9), t("card.coverage_want")),
        )
        warnings = [doc.Caveat(note.sentence(t.lang)) for note in made.notes if note.word == "poor"]
        if made.apart:
            names = t("join").join(title_of(name, t.lang) for name in made.apart[:NAMED])
            warnings.append(self.caveat("apart", names=names, case=made.asked, more=made.longer))
        if made.aside:
            warnings.append(self.caveat("aside", names=t("join").join(map(self.value_named, made.aside))))
        said = doc.Paragraph(t.sentences(tuple(self.used()))), doc.Bullets(tuple(self.brief()))
        kept = self.text("kept", folder=made.folder, case=made.asked)
        return self.section("summary", *warnings, doc.Cards(cards), *said, kept)

    def used(self) -> Iterator[str]:
        """What was fitted, and how strictly."""
        t = self.t
        made = self.made
        yield t(f"used.{'everything' if made.everything else 'fitted'}", count=made.values, cut=self.found.cut)
        allowed = made.recipe["settings"].get("discrepancy", 0.0)
        if allowed:
            yield t("used.allowed", share=percent(allowed))
        if made.wide_sizes:
            yield t("used.sizes")
        if made.flat:
            yield t("used.flat", names=t("join").join(title_of(name, t.lang) for name in made.flat))

    def value_named(self, name: str) -> str:
        """A value by its variable and date, in words."""
        variable, _, date = name.partition(" ")
        return self.t("value", title=observable_title(variable, self.t.lang), date=date)

    def brief(self) -> Iterator[str]:
        """The sentences that count."""
        t = self.t
        for word in ("moved", "unmoved"):
            titles = [one.title(t.lang) for one in self.made.of(word)]
            names = t("join").join(titles[:NAMED])
            if len(titles) > NAMED:
                names = t("brief.more", names=names, count=len(titles) - NAMED)
            yield t(f"brief.{word}" if titles else f"brief.none.{word}", count=len(titles), names=names)
        yield self.tied()
        yield self.coverage_sentence("near")
        yield from self.missed()[:3]

    def tied(self) -> str:
        """How many pairs the data cannot tell apart."""
        return self.t("brief.tied" if self.made.ties else "brief.not_tied", count=len(self.made.ties))

    def parameters(self) -> doc.Section:
        t = self.t
        lang = self.t.lang
        words = t("bars.desc", **self.counts)
        bars = doc.Chart("movement", t("bars.title"), words, self.bars, words)
        columns = "parameter symbol unit prior:number posterior:number verdict shrink:share overlap:share"
        rows: list[Sequence[doc.Value]] = [
            (
                one.title(lang),
                one.variable.symbol,
                unit_title(one.variable.unit, lang),
                interval(one.prior),
                interval(one.posterior),
                t(f"word.{one.verdict}"),
                one.shrink,
                one.overlap,
            )
            for one in self.made.movements
        ]
        densities = [
            doc.Chart(
                f"density-{one.name.replace('.', '-').replace('_', '-')}",
                title_of(one.name, lang),
                said,
                partial(self.density, at),
                said,
                wide=False,
            )
            for at, one in enumerate(self.made.densities)
            for said in [next(each for each in self.made.movements if each.name == one.name).sentence(lang)]
        ]
        first = [
            (with_unit(one.title(lang), one.variable.unit, lang), interval(one.prior), interval(one.posterior))
            for one in self.made.of("moved")[:SHOWN]
        ]
        informed = self.table("informed", "parameter prior:number posterior:number", first)
        table = self.table("parameters", columns, rows, folded=True)
        return self.section("parameters", self.text("parameters.lead"), bars, informed, *densities, table)

    def bars(self) -> Figure:
        from copark.analyses.calibrate.figures import movement_bars

        return movement_bars(self.made.movements, self.t.lang)

    def density(self, at: int) -> Figure:
        from copark.analyses.calibrate.figures import density

        one = self.made.densities[at]
        unit = catalogue().parameters[one.name.partition(".")[0]].unit
        title = title_of(one.name, self.t.lang)
        return density(title, one.edges, one.prior, one.posterior, unit_title(unit, self.t.lang), self.t.lang)

    def ties(self) -> doc.Section:
        said = tuple(one.sentence(self.t.lang) for one in self.made.ties)
        return self.section("ties", self.text("ties.lead"), doc.Bullets(said or (self.tied(),)))

    def checks(self) -> doc.Section:
        """Every fitted value beside what calibrated runs would have reported."""
        lang = self.t.lang
        columns = "date:quarter reported error:number model:number half_width:share percentile grade source:source"
        rows = [
            (
                one.target.date,
                self.reported(one, "bare"),
                one.target.error,
                doc.Interval(one.low, one.high, one.median),
                one.width,
                percentile(one.percentiles),
                grade_title(one.target.observation.grade, lang),
                "; ".join(one.target.observation.source),
            )
            for one in self.made.checks
        ]
        heads = grouped(titled(one.target.variable, lang) for one in self.made.checks)
        table = self.table("checks", columns, rows, groups=heads, folded=True)
        charts = map(self.check, dict.fromkeys(one.target.variable for one in self.made.checks))
        lead = self.text("checks.lead")
        said = doc.Bullets(tuple(self.missed()))
        return self.section("checks", lead, said, *charts, table)

    def check(self, variable: str) -> doc.Chart:
        own = [one for one in self.made.checks if one.target.variable == variable]
        title = observable_title(variable, self.t.lang)
        outside = sum(not one.inside for one in own)
        words = self.t("checks.desc", title=title, outside=outside, count=len(own))
        key = f"check-{variable.replace('_', '-')}"
        return doc.Chart(key, title, words, partial(self.beside, title, own), words, wide=False)

    def beside(self, title: str, own: list[Check]) -> Figure:
        from copark.analyses.calibrate.figures import reported_beside

        years = [one.target.observation.date.last_day.year for one in self.made.checks]
        unit = unit_title(own[0].target.unit, self.t.lang)
        return reported_beside(title, unit, own, (min(years) - 0.2, max(years) + 1.2), self.t.lang)

    def reported(self, check: Check, kind: str) -> str:
        target = check.target
        return bounded(target.value, target.high, target.bound, target.unit, self.t.lang, kind)

    def missed(self) -> list[str]:
        """Values in the tails of what calibrated runs would have reported, a sentence each."""
        found = []
        for one in self.made.outside:
            known = catalogue().outputs[one.target.variable]
            unit = one.target.unit
            lang = self.t.lang
            found.append(
                self.t(
                    "checks.missed",
                    title=known.title(lang),
                    date=one.target.date,
                    reported=self.reported(one, "spoken"),
                    percentile=percentile(one.percentiles),
                    median=spoken(one.median, unit, lang),
                    band=reach(one.low, one.high, unit, lang),
                )
            )
        return found or [self.t("checks.none_missed")]

    def coverage(self) -> doc.Section:
        """Simulation-based calibration: do intervals hold what they promise."""
        from copark.analyses.calibrate.figures import coverage_dots, rank_histograms

        t = self.t
        made = self.made
        lang = self.t.lang
        ranks = {kind: made.ranks_of(kind) for kind in KINDS}
        said = [self.coverage_sentence(kind) for kind in KINDS]
        said += [
            t("outside", kind=t(f"records.{kind}"), count=len(one.outside(0.9)), axes=len(made.axes))
            for kind, one in ranks.items()
        ]
        drawn = {"ranks": rank_histograms, "coverage": coverage_dots}
        charts = [
            doc.Chart(key, t(f"{key}.title"), said[1], partial(draw, ranks, lang), t(f"{key}.caption"))
            for key, draw in drawn.items()
        ]
        shares = [one.coverage(level) for level in (0.9, 0.5) for one in ranks.values()]
        rows: list[Sequence[doc.Value]] = [
            (title_of(name, lang), *(float(share[at]) for share in shares)) for at, name in enumerate(made.axes)
        ]
        keys = ("anywhere_90", "near_90", "anywhere_50", "near_50")
        columns: Columns = ("parameter", *(f"{key}:share" for key in keys))
        table = self.table("coverage", columns, rows, folded=True)
        return self.section("coverage", self.text("coverage.lead"), doc.Bullets(tuple(said)), *charts, table)

    def coverage_sentence(self, kind: str) -> str:
        """How often intervals held the truth over simulated observations, and whether that is as it should be."""
        ranks = self.made.ranks_of(kind)
        share = ranks.overall(0.9)
        word = "narrow" if share < HONEST[0] else "wide" if share > HONEST[1] else "honest"
        return self.t(
            f"coverage.{word}",
            records=len(ranks.ranks),
            kind=self.t(f"records.{kind}"),
            ninety=percent(share, 1),
            half=percent(ranks.overall(0.5), 1),
        )

    def health(self) -> doc.Section:
        """Whether the search went on long enough, in plain words."""
        notes = tuple(note.sentence(self.t.lang) for note in self.made.notes)
        return self.section("health", self.text("health.lead"), doc.Bullets(notes))

    def recipe(self) -> doc.Section:
        """What the posteriors depend on: settings, libraries and processor."""
        made = self.made.recipe
        t = self.t
        rows: list[Sequence[doc.Value]] = [(t("recipe.points"), str(made["points"]))]
        for part in ("settings", "made_with"):
            rows += [(t(f"recipe.{part}", name=name), str(value)) for name, value in sorted(made[part].items())]
        table = self.table("recipe", "entry value:note", rows)
        return self.section("recipe", self.text("recipe.lead"), table, folded=True)
