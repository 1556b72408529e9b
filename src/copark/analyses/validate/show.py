"""What is shown of a validation: who forecast best, whether intervals hold, why.

Why a benchmark did better or worse than the model, in sentences made from the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import Columns, Show, grouped
from copark.analyses.validate import Answer
from copark.calibration.diagnostics import title_of
from copark.calibration.rolling_origin import BLIND, CONDITIONAL, MODELS, NAIVE, Score, ScoreLine
from copark.calibration.validation_study import FAIR, SHOCKS, SOURCES, Assessment, Judged
from copark.cases.quarters import Quarter
from copark.labels import join, method_title, observable_title, titled, winner_title
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import bare, bounded, number, percent, percentile

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.calibration.validation_study import Honesty, Swap, Width

SHOWN = (BLIND, "line")
"""Methods that every value is shown beside."""
NUMBER = doc.Kind.number


def document(found: Answer, t: Texts) -> doc.Document:
    """Everything that is told of a validation."""
    show = _Show(found, t)
    provenance = {
        "cuts": ", ".join(one.cut for one in found.cuts),
        "batch": number(found.runs, 0),
        "seed": found.seed,
        "pairs": ", ".join(number(one, 0) for one in found.pairs),
        "pasts": ", ".join(number(one, 0) for one in found.pasts),
        "posterior": t("posterior.found" if found.found else "posterior.made"),
    }
    return assemble(
        found,
        t,
        key=f"validation-{found.case}",
        title=t("heading", park=t.of(found.park)),
        headline=show.headline(),
        sections=(
            show.summary(),
            show.scores(),
            show.fans(),
            show.coverage(),
            show.widths(),
            show.why(),
            show.cuts(),
            show.method(),
        ),
        evidence=found.evidence,
        provenance=provenance,
    )


class _Show(Show):
    """The parts of the document in one language."""

    def __init__(self, found: Answer, t: Texts) -> None:
        super().__init__(t)
        self.found = found
        self.last = found.last
        self.blind = found.last.honesty[BLIND]
        self.won, self.raced = self.last.wins()[BLIND], len(self.last.raced)

    def method_column(self, name: str) -> doc.Column:
        return doc.Column(name, method_title(name, self.t.lang), NUMBER)

    def headline(self) -> str:
        """On how many indicators the model is best, and how many later values its intervals hold."""
        return self.t(
            "headline" if self.raced else "headline.alone",
            cut=self.last.cut,
            won=self.won,
            raced=self.raced,
            covered=percent(self.blind.covered),
            values=self.blind.values,
        )

    def summary(self) -> doc.Section:
        t = self.t
        own = f"development.{self.found.case}"
        cards = (
            doc.Card(t("card.won"), doc.COUNT, self.won, t("card.won_of", raced=self.raced)),
            doc.Card(t("card.covered"), doc.SHARE, self.blind.covered, t("card.covered_want")),
            doc.Card(t("card.values"), doc.COUNT, self.blind.values, t("card.values_after", cut=self.last.cut)),
        )
        development = self.caveat(own if t.has(own) else "development.other")
        return self.section("summary", development, doc.Cards(cards), doc.Bullets(tuple(brief(self.found, t))))

    def scores(self) -> doc.Section:
        columns: Columns = ("observable values:count", *map(self.method_column, FAIR), "winner told:number")
        rows = [
            (
                titled(line.variable, self.t.lang),
                line.values,
                *(line.crps.get(name) for name in FAIR),
                winner_title(line, self.t.lang),
                self.told(line),
            )
            for line in self.last.fair
        ]
        words = self.t("dots.desc", wins=wins(self.last, self.t))
        chart = doc.Chart("scores", self.t("chart.scores", cut=self.last.cut), words, self.dots, words)
        lead = self.text("scores.lead", cut=self.last.cut)
        return self.section("scores", lead, self.table("scores", columns, rows), chart)

    def told(self, line: ScoreLine) -> float:
        """Score of the model told later facts."""
        return self.last.line(line.variable).crps[CONDITIONAL]

    def dots(self) -> Figure:
        from copark.figures.validation import score_dots

        lang = self.t.lang
        rows = [
            (observable_title(line.variable, lang), {**line.crps, CONDITIONAL: self.told(line)})
            for line in self.last.fair
        ]
        names = {name: method_title(name, lang) for name in (CONDITIONAL, *FAIR)}
        return score_dots(rows, names, lang, self.t("chart.scores", cut=self.last.cut))

    def fans(self) -> doc.Section:
        lead = self.text("fans.lead", cut=self.last.cut)
        return self.section("fans", lead, *map(self.fan, self.last.fair), self.values())

    def fan(self, line: ScoreLine) -> doc.Chart:
        own = self.found.scores_of(BLIND, line.variable)
        unit = catalogue().outputs[line.variable].unit
        title = observable_title(line.variable, self.t.lang)
        told = self.t(
            "fans.desc",
            title=title,
            inside=sum(one.covered for one in own),
            count=len(own),
            width=bare(line.width[BLIND], unit),
        )
        key = f"fan-{line.variable.replace('_', '-')}"
        return doc.Chart(key, title, told, partial(self.draw_fan, line), told, wide=False)

    def draw_fan(self, line: ScoreLine) -> Figure:
        from copark.figures.frame import ends, year_of
        from copark.figures.validation import Fan, scored_fan

        one = self.found.fans[line.variable]
        start = Quarter.parse(self.found.start)
        cut = Quarter.parse(self.last.cut)
        quarters = one.model.shape[1]
        others = []
        if one.benchmark is not None and line.best_naive:
            beside = Fan(ends(start, range(cut - start, quarters)), one.benchmark)
            others.append((method_title(line.best_naive, self.t.lang), beside))
        return scored_fan(
            titled(line.variable, self.t.lang),
            self.t("fans.subtitle"),
            Fan(ends(start, range(quarters)), one.model),
            others,
            one.points,
            year_of(cut),
            self.t.lang,
        )

    def values(self) -> doc.Table:
        by_name: dict[str, dict[str, Score]] = {}
        for one in self.found.scores:
            if one.method in SHOWN:
                by_name.setdefault(one.target.name, {})[one.method] = one
        ordered = sorted(by_name.values(), key=lambda own: own[BLIND].target.variable)
        beside = []
        for name in SHOWN:
            title = self.t("column.crps", method=method_title(name, self.t.lang))
            beside += [self.method_column(name), doc.Column(f"{name}-crps", title, NUMBER)]
        columns: Columns = ("date:quarter reported bounded:flag", *beside, "percentile half_width:share source:source")
        heads = grouped(titled(own[BLIND].target.variable, self.t.lang) for own in ordered)
        return self.table("values", columns, map(self.value, ordered), groups=heads, folded=True)

    def value(self, own: dict[str, Score]) -> Sequence[doc.Value]:
        model = own[BLIND]
        target = model.target
        unit = catalogue().outputs[model.target.variable].unit
        cells: list[doc.Value] = []
        for one in map(own.get, SHOWN):
            cells += (None, None) if one is None else (doc.Interval(one.low, one.high, one.median), one.crps)
        return (
            target.date,
            bounded(target.value, target.high, target.bound, unit, self.t.lang, "bare"),
            model.bounded,
            *cells,
            percentile(model.percentiles),
            model.width,
            "; ".join(target.observation.source),
        )

    def coverage(self) -> doc.Section:
        said = [
            told if one is self.last else self.t("honesty.earlier", cut=one.cut, words=told)
            for one in reversed(self.found.cuts)
            for name in MODELS[::-1]
            for told in [honesty(one.honesty[name], name, self.t)]
        ]
        chart = doc.Chart(
            "places", self.t("chart.places", cut=self.last.cut), said[0], self.places, self.t("places.caption")
        )
        return self.section("coverage", self.text("coverage.lead"), chart, doc.Bullets(tuple(said)))

    def places(self) -> Figure:
        from copark.figures.validation import places

        rows = [
            (
                observable_title(line.variable, self.t.lang),
                [(one.percentiles, one.covered) for one in self.found.scores_of(BLIND, line.variable)],
            )
            for line in self.last.fair
        ]
        return places(rows, self.t.lang, self.t("chart.places", cut=self.last.cut))

    def widths(self) -> doc.Section:
        """Where the width of the intervals comes from."""
        found = self.found
        t = self.t
        charts = [
            doc.Chart(
                f"width-{base}",
                t("chart.width", method=method_title(base, t.lang)),
                said,
                partial(self.bars, base),
                said,
            )
            for base in MODELS[::-1]
            for said in [overall_width(found.widths[base], base, t)]
        ]
        rows: list[Sequence[doc.Value]] = [
            (
                t(f"source.{source or 'all'}"),
                one.split.shares[source] if source else 1.0,
                one.width[source],
                one.crps[source],
            )
            for one in found.widths[BLIND]
            for source in ("", *SOURCES)
        ]
        columns = "without share:share width:number mean_crps:number"
        heads = tuple((titled(one.variable, t.lang), 1 + len(SOURCES)) for one in found.widths[BLIND])
        said = doc.Bullets(tuple(widths(found, t)))
        table = self.table("width", columns, rows, groups=heads, folded=True)
        return self.section("width", self.text("width.lead"), *charts, said, table)

    def bars(self, base: str) -> Figure:
        from copark.figures.validation import width_bars

        rows = [
            (
                observable_title(one.variable, self.t.lang),
                one.split.shares,
                f"± {bare(one.split.sd, catalogue().outputs[one.variable].unit)}",
            )
            for one in self.found.widths[base]
        ]
        return width_bars(rows, self.t.lang, self.t("chart.width", method=method_title(base, self.t.lang)))

    def why(self) -> doc.Section:
        alike = {one.variable: one for one in self.found.told}
        rows: list[Sequence[doc.Value]] = [
            (
                titled(one.variable, self.t.lang),
                method_title(one.rival, self.t.lang),
                one.model,
                one.naive,
                one.naive_centre,
                one.naive_band,
                alike[one.variable].seen,
                alike[one.variable].seen_alike,
                alike[one.variable].alike,
            )
            for one in self.found.swaps
        ]
        columns = (
            "observable which model:number naive:number naive_centre:number naive_band:number seen:count "
            "seen_alike:count alike:number"
        )
        said = doc.Bullets(tuple(why(self.found, self.t)))
        return self.section("why", self.text("why.lead"), said, self.table("swaps", columns, rows, folded=True))

    def cuts(self) -> doc.Section:
        lang = self.t.lang
        every = [(one, line) for one in self.found.cuts for line in one.fair]
        rows: list[Sequence[doc.Value]] = [
            (
                titled(line.variable, lang),
                line.values,
                line.crps[BLIND],
                one.line(line.variable).crps[CONDITIONAL],
                None if line.best_naive is None else line.crps[line.best_naive],
                None if line.best_naive is None else method_title(line.best_naive, lang),
                winner_title(line, lang),
            )
            for one, line in every
        ]
        columns: Columns = (
            "observable values:count",
            *map(self.method_column, MODELS[::-1]),
            "best:number which winner",
        )
        heads = grouped(self.t("from_cut", cut=one.cut) for one, _ in every)
        said = doc.Bullets(
            tuple(
                self.t("cuts.sentence", cut=one.cut, wins=wins(one, self.t), **_reach(one)) for one in self.found.cuts
            )
        )
        table = self.table("winners", columns, rows, groups=heads)
        return self.section("cuts", self.text("cuts.lead"), said, table)

    def method(self) -> doc.Section:
        keys = ("crps", "known", "blind", "told", "bounds", "error")
        return self.section("method", doc.Bullets(tuple(self.t(f"method.{key}") for key in keys)), folded=True)


RARE = 0.1
"""Scores as good as rarely as this speak for intervals too wide; half as rare on the other side, against them."""
NAMED = 0.03
"""Share of the variance from which a parameter is named."""


def brief(found: Assessment, t: Texts) -> Iterator[str]:
    """The sentences that count."""
    last = found.last
    lost = [observable_title(line.variable, t.lang) for line in last.raced if line.winner != BLIND]
    if lost:
        yield t("brief.lost", titles=t("join").join(lost))
    if last.raced:
        yield t("brief.firm", firm=sum(line.firm for line in last.raced), rows=len(last.raced))
    yield honesty(last.honesty[BLIND], BLIND, t)
    better = sum(last.line(line.variable).crps[CONDITIONAL] < line.crps[BLIND] for line in last.fair)
    yield t("brief.told", better=better, rows=len(last.fair))
    for one in found.cuts[:-1]:
        yield t("brief.earlier", cut=one.cut, won=one.wins()[BLIND], raced=len(one.raced), **_reach(one))


def _reach(one: Judged) -> dict[str, str]:
    return {name: percent(one.honesty[method].covered) for name, method in (("covered", BLIND), ("told", CONDITIONAL))}


def wins(one: Judged, t: Texts) -> str:
    """How many indicators each method forecast best."""
    parts = [
        t("wins", method=method_title(name, t.lang), count=count)
        for name, count in one.wins().items()
        if count or name in (BLIND, *NAIVE[:2])
    ]
    return join(parts, t.lang)


def why(found: Assessment, t: Texts) -> Iterator[str]:
    """For every indicator with a benchmark: which is ahead and for what reason."""
    for one in found.swaps:
        said = t(
            f"why.{one.reason}",
            title=observable_title(one.variable, t.lang),
            rival=t(f"called.{one.rival}"),
            model=number(one.model),
            naive=number(one.naive),
            centre=number(one.naive_centre),
            band=number(one.naive_band),
        )
        yield t.sentences([said, *_told(found, one, t)])


def _told(found: Assessment, one: Swap, t: Texts) -> Iterator[str]:
    """What the benchmark would have scored on the values the model was fitted to."""
    told = next(entry for entry in found.told if entry.variable == one.variable)
    if told.seen == told.seen_alike:
        return
    values = {"rival": t(f"called.{one.rival}"), "seen": told.seen, "alike": told.seen_alike}
    if told.alike is None:
        yield t("why.told.nothing", **values)
    else:
        key = "stays" if (one.naive < one.model) == (told.alike < one.model) else "turns"
        yield t(f"why.told.{key}", score=number(told.alike), model=number(one.model), **values)


def widths(found: Assessment, t: Texts) -> Iterator[str]:
    """Where the width comes from, an indicator each, and what taking the largest source out would do to the score."""
    for one in found.widths.get(BLIND, ()):
        largest = one.split.largest
        unit = catalogue().outputs[one.variable].unit
        leading = t("join").join(
            t("width.leading", title=title_of(name, t.lang), share=percent(share))
            for name, share in one.split.leading[:3]
            if share >= NAMED
        )
        said = t(
            "width.sentence",
            title=observable_title(one.variable, t.lang),
            source=t(f"source.{largest}"),
            share=percent(one.split.shares[largest]),
            width=bare(one.width[""], unit),
            narrow=bare(one.width[largest], unit),
            before=number(one.crps[""]),
            after=number(one.crps[largest]),
        )
        yield t.sentences([said, t("width.names", names=leading)] if leading else [said])


def overall_width(rows: tuple[Width, ...], base: str, t: Texts) -> str:
    """Mean shares of variance over indicators."""
    shares = {source: sum(one.split.shares[source] for one in rows) / len(rows) for source in SOURCES}
    parts = [
        t("width.part", source=t(f"source.{name}"), share=percent(share))
        for name, share in shares.items()
        if name != SHOCKS or share >= 0.005
    ]
    return t("width.overall", method=method_title(base, t.lang), parts=join(parts, t.lang))


def honesty(one: Honesty, method: str, t: Texts) -> str:
    """Whether coverage and score are what well-calibrated intervals would give."""
    word = "wide" if one.as_good < RARE else "aside" if one.as_good > 1.0 - RARE / 2.0 else "fine"
    return t(
        f"honesty.{word}",
        method=method_title(method, t.lang),
        values=one.values,
        covered=percent(one.covered),
        chance=percent(one.all_covered),
        ratio=percent(one.score / one.expected),
        good=percent(one.as_good),
    )
