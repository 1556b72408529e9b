"""Document of a validation: who forecast best, whether intervals hold, why.

Sentences on why a benchmark did better or worse than the model are made from the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from copark.analyses.contract import Texts, assemble
from copark.analyses.show import AnswerShow, Columns, evidence_now, grouped
from copark.analyses.validate import Answer
from copark.calibration.parameter_titles import title_of
from copark.calibration.rolling_origin import BLIND, CONDITIONAL, MODELS, NAIVE, ForecastScore, ScoreLine
from copark.calibration.validation_study import FAIR, SHOCKS, SOURCES, Assessment, CutScores
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


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the document of a validation."""
    show = _Show(answer, t)
    provenance = {
        "cuts": ", ".join(cut.cut for cut in answer.cuts),
        "batch": number(answer.runs, 0),
        "seed": answer.seed,
        "pairs": ", ".join(number(pairs, 0) for pairs in answer.pairs),
        "pasts": ", ".join(number(pasts, 0) for pasts in answer.pasts),
        "posterior": t("posterior.found" if answer.found else "posterior.made"),
    }
    return assemble(
        answer,
        t,
        key=f"validation-{answer.case}",
        title=t("heading", park=t.of(answer.park)),
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
        evidence=evidence_now(answer.case, answer.evidence),
        provenance=provenance,
    )


class _Show(AnswerShow[Answer]):
    """The parts of the document in one language."""

    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.last = answer.last
        self.blind = answer.last.honesty[BLIND]
        self.won = self.last.wins()[BLIND]
        self.raced = len(self.last.raced)

    def method_column(self, name: str) -> doc.Column:
        return doc.Column(name, method_title(name, self.t.lang), NUMBER)

    def headline(self) -> str:
        """Describe on how many indicators the model is best, and how many later values its intervals hold."""
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
        key = f"development.{self.answer.case}"
        cards = (
            doc.Card(t("card.won"), doc.COUNT, self.won, t("card.won_of", raced=self.raced)),
            doc.Card(t("card.covered"), doc.SHARE, self.blind.covered, t("card.covered_want")),
            doc.Card(t("card.values"), doc.COUNT, self.blind.values, t("card.values_after", cut=self.last.cut)),
        )
        development = self.caveat(key if t.has(key) else "development.other")
        return self.section("summary", development, doc.Cards(cards), doc.Bullets(tuple(brief(self.answer, t))))

    def scores(self) -> doc.Section:
        columns: Columns = ("observable values:count", *map(self.method_column, FAIR), "winner told:number")
        rows = [
            (
                titled(line.variable, self.t.lang),
                line.values,
                *(line.crps.get(name) for name in FAIR),
                winner_title(line, self.t.lang),
                self.told_score(line),
            )
            for line in self.last.fair
        ]
        words = self.t("dots.desc", wins=wins(self.last, self.t))
        chart = doc.Chart("scores", self.t("chart.scores", cut=self.last.cut), words, self.dots, words)
        lead = self.text("scores.lead", cut=self.last.cut)
        return self.section("scores", lead, self.table("scores", columns, rows), chart)

    def told_score(self, line: ScoreLine) -> float:
        """Return the score of the model told later facts."""
        return self.last.line(line.variable).crps[CONDITIONAL]

    def dots(self) -> Figure:
        from copark.figures.validation import score_dots

        lang = self.t.lang
        rows = [
            (observable_title(line.variable, lang), {**line.crps, CONDITIONAL: self.told_score(line)})
            for line in self.last.fair
        ]
        names = {name: method_title(name, lang) for name in (CONDITIONAL, *FAIR)}
        return score_dots(rows, names, lang, self.t("chart.scores", cut=self.last.cut))

    def fans(self) -> doc.Section:
        lead = self.text("fans.lead", cut=self.last.cut)
        return self.section("fans", lead, *map(self.fan, self.last.fair), self.values())

    def fan(self, line: ScoreLine) -> doc.Chart:
        scores = self.answer.scores_of(BLIND, line.variable)
        unit = catalogue().outputs[line.variable].unit
        title = observable_title(line.variable, self.t.lang)
        words = self.t(
            "fans.desc",
            title=title,
            inside=sum(score.covered for score in scores),
            count=len(scores),
            width=bare(line.width[BLIND], unit),
        )
        key = f"fan-{line.variable.replace('_', '-')}"
        return doc.Chart(key, title, words, partial(self.draw_fan, line), words, wide=False)

    def draw_fan(self, line: ScoreLine) -> Figure:
        from copark.figures.frame import ends, year_of
        from copark.figures.validation import Fan, scored_fan

        bands = self.answer.fans[line.variable]
        start = Quarter.parse(self.answer.start)
        cut = Quarter.parse(self.last.cut)
        quarters = bands.model.shape[1]
        others = []
        if bands.benchmark is not None and line.best_naive:
            benchmark = Fan(ends(start, range(cut - start, quarters)), bands.benchmark)
            others.append((method_title(line.best_naive, self.t.lang), benchmark))
        return scored_fan(
            titled(line.variable, self.t.lang),
            self.t("fans.subtitle"),
            Fan(ends(start, range(quarters)), bands.model),
            others,
            bands.points,
            year_of(cut),
            self.t.lang,
        )

    def values(self) -> doc.Table:
        by_name: dict[str, dict[str, ForecastScore]] = {}
        for score in self.answer.scores:
            if score.method in SHOWN:
                by_name.setdefault(score.target.name, {})[score.method] = score
        ordered = sorted(by_name.values(), key=lambda scores: scores[BLIND].target.variable)
        method_columns = []
        for name in SHOWN:
            title = self.t("column.crps", method=method_title(name, self.t.lang))
            method_columns += [self.method_column(name), doc.Column(f"{name}-crps", title, NUMBER)]
        columns: Columns = (
            "date:quarter reported bounded:flag",
            *method_columns,
            "percentile half_width:share source:source",
        )
        heads = grouped(titled(scores[BLIND].target.variable, self.t.lang) for scores in ordered)
        return self.table("values", columns, map(self.value, ordered), groups=heads, folded=True)

    def value(self, scores: dict[str, ForecastScore]) -> Sequence[doc.Value]:
        model = scores[BLIND]
        target = model.target
        unit = catalogue().outputs[model.target.variable].unit
        cells: list[doc.Value] = []
        for score in map(scores.get, SHOWN):
            cells += (None, None) if score is None else (doc.Interval.of(score), score.crps)
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
        sentences = [
            words if cut is self.last else self.t("honesty.earlier", cut=cut.cut, words=words)
            for cut in reversed(self.answer.cuts)
            for name in MODELS[::-1]
            for words in [honesty(cut.honesty[name], name, self.t)]
        ]
        chart = doc.Chart(
            "places", self.t("chart.places", cut=self.last.cut), sentences[0], self.places, self.t("places.caption")
        )
        return self.section("coverage", self.text("coverage.lead"), chart, doc.Bullets(tuple(sentences)))

    def places(self) -> Figure:
        from copark.figures.validation import places

        rows = [
            (
                observable_title(line.variable, self.t.lang),
                [(score.percentiles, score.covered) for score in self.answer.scores_of(BLIND, line.variable)],
            )
            for line in self.last.fair
        ]
        return places(rows, self.t.lang, self.t("chart.places", cut=self.last.cut))

    def widths(self) -> doc.Section:
        """Show where the width of the intervals comes from."""
        answer = self.answer
        t = self.t
        charts = [
            doc.Chart(
                f"width-{base}",
                t("chart.width", method=method_title(base, t.lang)),
                words,
                partial(self.bars, base),
                words,
            )
            for base in MODELS[::-1]
            for words in [overall_width(answer.widths[base], base, t)]
        ]
        rows: list[Sequence[doc.Value]] = [
            (
                t(f"source.{source or 'all'}"),
                width.split.shares[source] if source else 1.0,
                width.width[source],
                width.crps[source],
            )
            for width in answer.widths[BLIND]
            for source in ("", *SOURCES)
        ]
        columns = "without share:share width:number mean_crps:number"
        heads = tuple((titled(width.variable, t.lang), 1 + len(SOURCES)) for width in answer.widths[BLIND])
        bullets = doc.Bullets(tuple(widths(answer, t)))
        table = self.table("width", columns, rows, groups=heads, folded=True)
        return self.section("width", self.text("width.lead"), *charts, bullets, table)

    def bars(self, base: str) -> Figure:
        from copark.figures.validation import width_bars

        rows = [
            (
                observable_title(width.variable, self.t.lang),
                width.split.shares,
                f"± {bare(width.split.sd, catalogue().outputs[width.variable].unit)}",
            )
            for width in self.answer.widths[base]
        ]
        return width_bars(rows, self.t.lang, self.t("chart.width", method=method_title(base, self.t.lang)))

    def why(self) -> doc.Section:
        alike = {alike_told.variable: alike_told for alike_told in self.answer.told}
        rows: list[Sequence[doc.Value]] = [
            (
                titled(swap.variable, self.t.lang),
                method_title(swap.rival, self.t.lang),
                swap.model,
                swap.naive,
                swap.naive_centre,
                swap.naive_band,
                alike[swap.variable].seen,
                alike[swap.variable].seen_alike,
                alike[swap.variable].alike,
            )
            for swap in self.answer.swaps
        ]
        columns = (
            "observable which model:number naive:number naive_centre:number naive_band:number seen:count "
            "seen_alike:count alike:number"
        )
        bullets = doc.Bullets(tuple(why(self.answer, self.t)))
        return self.section("why", self.text("why.lead"), bullets, self.table("swaps", columns, rows, folded=True))

    def cuts(self) -> doc.Section:
        lang = self.t.lang
        lines = [(cut, line) for cut in self.answer.cuts for line in cut.fair]
        rows: list[Sequence[doc.Value]] = [
            (
                titled(line.variable, lang),
                line.values,
                line.crps[BLIND],
                cut.line(line.variable).crps[CONDITIONAL],
                None if line.best_naive is None else line.crps[line.best_naive],
                None if line.best_naive is None else method_title(line.best_naive, lang),
                winner_title(line, lang),
            )
            for cut, line in lines
        ]
        columns: Columns = (
            "observable values:count",
            *map(self.method_column, MODELS[::-1]),
            "best:number which winner",
        )
        heads = grouped(self.t("from_cut", cut=cut.cut) for cut, _ in lines)
        bullets = doc.Bullets(
            tuple(
                self.t("cuts.sentence", cut=cut.cut, wins=wins(cut, self.t), **_reach(cut)) for cut in self.answer.cuts
            )
        )
        table = self.table("winners", columns, rows, groups=heads)
        return self.section("cuts", self.text("cuts.lead"), bullets, table)

    def method(self) -> doc.Section:
        keys = ("crps", "known", "blind", "told", "bounds", "error")
        return self.section("method", doc.Bullets(tuple(self.t(f"method.{key}") for key in keys)), folded=True)


RARE = 0.1
"""Scores as good as rarely as this speak for intervals too wide; half as rare on the other side, against them."""
NAMED = 0.03
"""Share of the variance from which a parameter is named."""


def brief(assessment: Assessment, t: Texts) -> Iterator[str]:
    """Write the sentences that count."""
    last = assessment.last
    lost = [observable_title(line.variable, t.lang) for line in last.raced if line.winner != BLIND]
    if lost:
        yield t("brief.lost", titles=t("join").join(lost))
    if last.raced:
        yield t("brief.firm", firm=sum(line.firm for line in last.raced), rows=len(last.raced))
    yield honesty(last.honesty[BLIND], BLIND, t)
    better = sum(last.line(line.variable).crps[CONDITIONAL] < line.crps[BLIND] for line in last.fair)
    yield t("brief.told", better=better, rows=len(last.fair))
    for cut in assessment.cuts[:-1]:
        yield t("brief.earlier", cut=cut.cut, won=cut.wins()[BLIND], raced=len(cut.raced), **_reach(cut))


def _reach(cut: CutScores) -> dict[str, str]:
    return {name: percent(cut.honesty[method].covered) for name, method in (("covered", BLIND), ("told", CONDITIONAL))}


def wins(cut: CutScores, t: Texts) -> str:
    """Describe how many indicators each method forecast best."""
    parts = [
        t("wins", method=method_title(name, t.lang), count=count)
        for name, count in cut.wins().items()
        if count or name in (BLIND, *NAIVE[:2])
    ]
    return join(parts, t.lang)


def why(assessment: Assessment, t: Texts) -> Iterator[str]:
    """Describe for every indicator with a benchmark which is ahead and for what reason."""
    for swap in assessment.swaps:
        reason = t(
            f"why.{swap.reason}",
            title=observable_title(swap.variable, t.lang),
            rival=t(f"called.{swap.rival}"),
            model=number(swap.model),
            naive=number(swap.naive),
            centre=number(swap.naive_centre),
            band=number(swap.naive_band),
        )
        yield t.sentences([reason, *_benchmark_on_fitted(assessment, swap, t)])


def _benchmark_on_fitted(assessment: Assessment, swap: Swap, t: Texts) -> Iterator[str]:
    """Describe what the benchmark would have scored on the values the model was fitted to."""
    benchmark = next(entry for entry in assessment.told if entry.variable == swap.variable)
    if benchmark.seen == benchmark.seen_alike:
        return
    values = {"rival": t(f"called.{swap.rival}"), "seen": benchmark.seen, "alike": benchmark.seen_alike}
    if benchmark.alike is None:
        yield t("why.told.nothing", **values)
    else:
        key = "stays" if (swap.naive < swap.model) == (benchmark.alike < swap.model) else "turns"
        yield t(f"why.told.{key}", score=number(benchmark.alike), model=number(swap.model), **values)


def widths(assessment: Assessment, t: Texts) -> Iterator[str]:
    """Describe where the width comes from, an indicator each, and the score without the largest source."""
    for width in assessment.widths.get(BLIND, ()):
        largest = width.split.largest
        unit = catalogue().outputs[width.variable].unit
        leading = t("join").join(
            t("width.leading", title=title_of(name, t.lang), share=percent(share))
            for name, share in width.split.leading[:3]
            if share >= NAMED
        )
        sentence = t(
            "width.sentence",
            title=observable_title(width.variable, t.lang),
            source=t(f"source.{largest}"),
            share=percent(width.split.shares[largest]),
            width=bare(width.width[""], unit),
            narrow=bare(width.width[largest], unit),
            before=number(width.crps[""]),
            after=number(width.crps[largest]),
        )
        yield t.sentences([sentence, t("width.names", names=leading)] if leading else [sentence])


def overall_width(rows: tuple[Width, ...], base: str, t: Texts) -> str:
    """Describe the mean shares of variance over indicators.

    Parameters
    ----------
    rows
        Widths of the indicators, each with its variance by source.
    base
        Method whose band is split.
    t
        Words of the analysis.

    Returns
    -------
    A sentence. Chance shocks are left out below half a per cent.
    """
    shares = {source: sum(width.split.shares[source] for width in rows) / len(rows) for source in SOURCES}
    parts = [
        t("width.part", source=t(f"source.{name}"), share=percent(share))
        for name, share in shares.items()
        if name != SHOCKS or share >= 0.005
    ]
    return t("width.overall", method=method_title(base, t.lang), parts=join(parts, t.lang))


def honesty(coverage: Honesty, method: str, t: Texts) -> str:
    """Return whether coverage and score are what well-calibrated intervals would give.

    Parameters
    ----------
    coverage
        Coverage and score, and what honest bands would have had.
    method
        Key of the method.
    t
        Words of the analysis.
    """
    word = "wide" if coverage.as_good < RARE else "aside" if coverage.as_good > 1.0 - RARE / 2.0 else "fine"
    return t(
        f"honesty.{word}",
        method=method_title(method, t.lang),
        values=coverage.values,
        covered=percent(coverage.covered),
        chance=percent(coverage.all_covered),
        ratio=percent(coverage.score / coverage.expected),
        good=percent(coverage.as_good),
    )
