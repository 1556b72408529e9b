"""Document of a calibration: what the observations say of each parameter, and whether to believe it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from copark.analyses.calibrate import Answer, Calibrated
from copark.analyses.contract import Texts, assemble
from copark.analyses.show import Show, evidence_now, grouped, interval, made_again
from copark.calibration.diagnostics import Check, trial_on_simulated_parks
from copark.calibration.observations import lasting_size
from copark.calibration.parameter_titles import title_of
from copark.labels import grade_title, observable_title, titled, with_unit
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import bounded, number, percent, percentile, reach, spoken, unit_title
from copark.simulation.readouts.observed_vs_model import expected_outside

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMED = 8
"""Parameters named in a sentence."""
SHOWN = 15
"""Parameters shown in the first table."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the document of a calibration, or of a shipped one made again."""
    if answer.again is not None:
        return made_again(
            answer, answer.again, t, key=f"calibration-check-{answer.case}", stale=answer.stale, park=t.of(answer.park)
        )
    if answer.calibrated is None:
        raise ValueError("nothing was calibrated")
    show = _Show(answer, answer.calibrated, t)
    provenance = {
        "values": answer.calibrated.values,
        "axes": len(answer.calibrated.axes),
        "seed": answer.calibrated.recipe["settings"]["seed"],
    }
    return assemble(
        answer,
        t,
        key=f"calibration-{answer.case}",
        title=t("heading", park=t.of(answer.park)),
        headline=show.headline(),
        sections=(
            show.summary(),
            show.parameters(),
            show.ties(),
            show.checks(),
            show.health(),
            show.recipe(),
        ),
        evidence=evidence_now(answer.case, answer.evidence),
        provenance=provenance,
    )


class _Show(Show):
    """The parts of the document in one language."""

    def __init__(self, answer: Answer, calibrated: Calibrated, t: Texts) -> None:
        super().__init__(t)
        self.answer = answer
        self.calibrated = calibrated
        self.counts = {word: len(calibrated.of(word)) for word in ("moved", "weakly", "unmoved")}
        self.expected = expected_outside(len(calibrated.checks))

    def headline(self) -> str:
        """Return whether the search converged, what the data inform, and how the calibrated model fits."""
        t = self.t
        trust = self.answer.trust
        sentences = []
        if trust is not None and not trust.converged:
            sentences.append(t("headline.unconverged", factor=number(trust.scale_reduction, 2)))
        sentences.append(t("headline", cut=self.answer.cut, all=len(self.calibrated.movements), **self.counts))
        outside = len(self.calibrated.outside)
        count = len(self.calibrated.checks)
        sentences.append(t("headline.fit", outside=outside, count=count, expected=self.expected))
        return t.sentences(sentences)

    def summary(self) -> doc.Section:
        t = self.t
        calibrated = self.calibrated
        cards = (
            doc.Card(t("card.values"), doc.COUNT, calibrated.values, t("card.values_to", cut=self.answer.cut)),
            doc.Card(t("card.moved"), doc.COUNT, self.counts["moved"], t("card.moved_of", **self.counts)),
            doc.Card(
                t("card.outside"),
                doc.COUNT,
                len(calibrated.outside),
                t("card.outside_expected", count=len(calibrated.checks), expected=self.expected),
            ),
        )
        warnings = [doc.Caveat(note.sentence(t.lang)) for note in calibrated.notes if note.word == "poor"]
        if calibrated.apart:
            names = t("join").join(title_of(name, t.lang) for name in calibrated.apart[:NAMED])
            warnings.append(self.caveat("apart", names=names, case=calibrated.asked, more=calibrated.longer))
        if calibrated.aside:
            warnings.append(self.caveat("aside", names=t("join").join(map(self.value_named, calibrated.aside))))
        paragraphs = doc.Paragraph(t.sentences(tuple(self.used()))), doc.Bullets(tuple(self.brief()))
        note_on_folder = self.text("kept", folder=calibrated.folder, case=calibrated.asked)
        return self.section("summary", *warnings, doc.Cards(cards), *paragraphs, note_on_folder)

    def used(self) -> Iterator[str]:
        """Describe what was fitted, and how strictly."""
        t = self.t
        calibrated = self.calibrated
        yield t(
            f"used.{'everything' if calibrated.everything else 'fitted'}", count=calibrated.values, cut=self.answer.cut
        )
        multiple = calibrated.recipe["settings"].get("discrepancy", 0.0)
        if multiple:
            counts, amounts = (multiple * lasting_size(variable) for variable in ("operating", "serviced_area"))
            yield t("used.allowed", counts=percent(counts), amounts=percent(amounts))
        if calibrated.wide_sizes:
            yield t("used.sizes")
        if calibrated.flat:
            yield t("used.flat", names=t("join").join(title_of(name, t.lang) for name in calibrated.flat))

    def value_named(self, name: str) -> str:
        """Name a value by its variable and date, in words."""
        variable, _, date = name.partition(" ")
        return self.t("value", title=observable_title(variable, self.t.lang), date=date)

    def brief(self) -> Iterator[str]:
        """Write the sentences that count."""
        t = self.t
        for word in ("moved", "unmoved"):
            titles = [movement.title(t.lang) for movement in self.calibrated.of(word)]
            names = t("join").join(titles[:NAMED])
            if len(titles) > NAMED:
                names = t("brief.more", names=names, count=len(titles) - NAMED)
            yield t(f"brief.{word}" if titles else f"brief.none.{word}", count=len(titles), names=names)
        yield self.tied()
        yield from self.sentences_outside()[:3]
        yield self.trial()

    def tied(self) -> str:
        """Describe how many pairs the data cannot tell apart."""
        return self.t("brief.tied" if self.calibrated.ties else "brief.not_tied", count=len(self.calibrated.ties))

    def trial(self) -> str:
        """Describe how often intervals of such searches held what simulated parks hid."""
        trial = trial_on_simulated_parks()
        return self.t(
            "brief.trial",
            parks=trial.simulated_parks,
            lowest=percent(trial.lowest),
            highest=percent(trial.highest),
        )

    def parameters(self) -> doc.Section:
        t = self.t
        lang = self.t.lang
        words = t("bars.desc", **self.counts)
        bars = doc.Chart("movement", t("bars.title"), words, self.bars, words)
        columns = "parameter symbol unit prior:number posterior:number verdict shrink:share overlap:share"
        rows: list[Sequence[doc.Value]] = [
            (
                movement.title(lang),
                movement.variable.symbol,
                unit_title(movement.variable.unit, lang),
                interval(movement.prior),
                interval(movement.posterior),
                t(f"word.{movement.verdict}"),
                movement.shrink,
                movement.overlap,
            )
            for movement in self.calibrated.movements
        ]
        densities = [
            doc.Chart(
                f"density-{density.name.replace('.', '-').replace('_', '-')}",
                title_of(density.name, lang),
                sentence,
                partial(self.density, position),
                sentence,
                wide=False,
            )
            for position, density in enumerate(self.calibrated.densities)
            for sentence in [
                next(movement for movement in self.calibrated.movements if movement.name == density.name).sentence(lang)
            ]
        ]
        first = [
            (
                with_unit(movement.title(lang), movement.variable.unit, lang),
                interval(movement.prior),
                interval(movement.posterior),
            )
            for movement in self.calibrated.of("moved")[:SHOWN]
        ]
        informed = self.table("informed", "parameter prior:number posterior:number", first)
        table = self.table("parameters", columns, rows, folded=True)
        return self.section("parameters", self.text("parameters.lead"), bars, informed, *densities, table)

    def bars(self) -> Figure:
        from copark.analyses.calibrate.figures import movement_bars

        return movement_bars(self.calibrated.movements, self.t.lang)

    def density(self, position: int) -> Figure:
        from copark.analyses.calibrate.figures import density

        density_of_parameter = self.calibrated.densities[position]
        unit = catalogue().parameters[density_of_parameter.name.partition(".")[0]].unit
        title = title_of(density_of_parameter.name, self.t.lang)
        return density(
            title,
            density_of_parameter.edges,
            density_of_parameter.prior,
            density_of_parameter.posterior,
            unit_title(unit, self.t.lang),
            self.t.lang,
        )

    def ties(self) -> doc.Section:
        sentences = tuple(tie.sentence(self.t.lang) for tie in self.calibrated.ties)
        return self.section("ties", self.text("ties.lead"), doc.Bullets(sentences or (self.tied(),)))

    def checks(self) -> doc.Section:
        """Show every fitted value beside what calibrated runs would have reported."""
        lang = self.t.lang
        columns = "date:quarter reported error:number model:number half_width:share percentile grade source:source"
        rows = [
            (
                check.target.date,
                self.reported(check, "bare"),
                check.target.error,
                doc.Interval.of(check),
                check.width,
                percentile(check.percentiles),
                grade_title(check.target.observation.grade, lang),
                "; ".join(check.target.observation.source),
            )
            for check in self.calibrated.checks
        ]
        heads = grouped(titled(check.target.variable, lang) for check in self.calibrated.checks)
        table = self.table("checks", columns, rows, groups=heads, folded=True)
        charts = map(self.check, dict.fromkeys(check.target.variable for check in self.calibrated.checks))
        lead = self.text("checks.lead")
        missed = doc.Bullets(tuple(self.sentences_outside()))
        return self.section("checks", lead, missed, *charts, table)

    def check(self, variable: str) -> doc.Chart:
        checks = [check for check in self.calibrated.checks if check.target.variable == variable]
        title = observable_title(variable, self.t.lang)
        outside = sum(not check.inside for check in checks)
        words = self.t("checks.desc", title=title, outside=outside, count=len(checks))
        key = f"check-{variable.replace('_', '-')}"
        return doc.Chart(key, title, words, partial(self.draw_check, title, checks), words, wide=False)

    def draw_check(self, title: str, checks: list[Check]) -> Figure:
        from copark.analyses.calibrate.figures import reported_beside

        years = [check.target.observation.date.last_day.year for check in self.calibrated.checks]
        unit = unit_title(checks[0].target.unit, self.t.lang)
        return reported_beside(title, unit, checks, (min(years) - 0.2, max(years) + 1.2), self.t.lang)

    def reported(self, check: Check, kind: str) -> str:
        target = check.target
        return bounded(target.value, target.high, target.bound, target.unit, self.t.lang, kind)

    def sentences_outside(self) -> list[str]:
        """Write a sentence on each value in the tails of what calibrated runs would have reported."""
        sentences = []
        for check in self.calibrated.outside:
            variable = catalogue().outputs[check.target.variable]
            unit = check.target.unit
            lang = self.t.lang
            sentences.append(
                self.t(
                    "checks.missed",
                    title=variable.title(lang),
                    date=check.target.date,
                    reported=self.reported(check, "spoken"),
                    percentile=percentile(check.percentiles),
                    median=spoken(check.median, unit, lang),
                    band=reach(check.low, check.high, unit, lang),
                )
            )
        return sentences or [self.t("checks.none_missed")]

    def health(self) -> doc.Section:
        """Return whether the search went on long enough, in plain words."""
        notes = tuple(note.sentence(self.t.lang) for note in self.calibrated.notes)
        return self.section("health", self.text("health.lead"), doc.Bullets(notes))

    def recipe(self) -> doc.Section:
        """Show what the posteriors depend on: settings, libraries and processor."""
        recipe = self.calibrated.recipe
        t = self.t
        rows: list[Sequence[doc.Value]] = [(t("recipe.points"), str(recipe["points"]))]
        for part in ("settings", "made_with"):
            rows += [(t(f"recipe.{part}", name=name), str(value)) for name, value in sorted(recipe[part].items())]
        table = self.table("recipe", "entry value:note", rows)
        return self.section("recipe", self.text("recipe.lead"), table, folded=True)
