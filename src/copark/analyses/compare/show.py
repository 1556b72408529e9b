"""Document of scenarios beside a reference: the answer, what each changes, how outcomes change and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

from copark.analyses.compare import Answer, Compared, ComparedScenario, outcome_change_text
from copark.analyses.compare.outcome_attribution import OutcomeParts
from copark.analyses.contract import Texts, assemble
from copark.analyses.show import Columns, Show
from copark.labels import lowered
from copark.model.outcomes import BY_KEY, GOOD, OUTCOMES
from copark.presentation import document as doc
from copark.presentation.numbers import unit_title
from copark.simulation.trust import Trust
from copark.stats.effects import Effect, ShareEffect
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TOLD = 0.005
"""Part of the change of a share from which on it stands in the sentence."""
HEADLINE = "operating"
"""The output that is told first; the first that was kept where it was not."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Write the document of a comparison."""
    show = CompareShow(answer, answer.trust, t)
    return assemble(
        answer,
        t,
        key=f"compare-{'-'.join(answer.studies)}",
        title=" | ".join(map(t.of, answer.titles)),
        headline=show.headline(),
        sections=show.sections(),
        provenance=show.provenance(),
    )


def change_column(unit: str, title: str = "", key: str = "change") -> doc.Column:
    """Make a column of differences in a unit: things that are counted may differ by halves of one in the middle.

    Parameters
    ----------
    unit
        Unit of the differences, or log points.
    title
        Head of the column.
    key
        Key of the column.
    """
    return doc.Column(key, title, doc.Kind.change, unit, 2 if unit == "log points" else None)


def points(row: ShareEffect) -> doc.Interval:
    """Return a change of a share with its Monte Carlo interval."""
    return doc.Interval(row.low, row.high, row.change)


class CompareShow(Show):
    """The parts of the document in one language; the answer and how to read it may be in words of another analysis."""

    def __init__(
        self, comparison: Compared, trust: Trust | None, t: Texts, own: Texts | None = None, **words: str
    ) -> None:
        super().__init__(t)
        self.comparison = comparison
        self.trust = trust
        self.own = own or t
        self.end = comparison.ends[-1]
        rows = [row for row in comparison.scenarios[0].differences if row.quarter == self.end and not row.log]
        self.first = next((row for row in rows if row.measure == HEADLINE), rows[0] if rows else None)
        """The difference that is told first, of the first scenario."""
        self.points = doc.Column("standing", t("column.standing"), doc.Kind.points)
        self.words = {"reference": t.of(comparison.reference), "quarter": self.end, **words}
        assumed = trust is not None and not trust.shows_outcomes
        self.assumed = text("trust.outcomes_assumed", t.lang, label=trust.label(t.lang)) if trust and assumed else ""

    def main(self, scenario: ComparedScenario) -> Effect | None:
        """Return the difference of a scenario that is told first."""
        return None if self.first is None else scenario.difference(self.first.measure, self.end)

    def change(self, row: Effect, title: str = "") -> doc.Column:
        """Make the column of that difference."""
        return change_column(row.unit, title or self.output(row.measure))

    def output(self, name: str) -> str:
        """Return the title of an output."""
        from copark.analyses.compare.figures import output_title

        return output_title(name, self.t.lang)

    def headline(self) -> str:
        """Describe the answer: what the scenario that changes most does to enterprises and to outcomes."""
        t = self.t
        comparison = self.comparison
        moved = [scenario for scenario in comparison.scenarios if scenario.begins is not None or scenario.moves.moved]
        if not moved:
            return t.sentences([self.own("headline.none", **self.words)])
        rows = {scenario.key: self.main(scenario) for scenario in moved}
        size = {key: 0.0 if row is None else abs(row.median) for key, row in rows.items()}
        most = max(moved, key=lambda scenario: (size[scenario.key], abs(scenario.outcome(GOOD.key).change)))
        return t.sentences(tuple(self.sentences_of(most, "headline.most" if len(moved) > 1 else "headline.change")))

    def sentences_of(self, scenario: ComparedScenario, key: str) -> Iterator[str]:
        """Describe in sentences, the first of a key, what a scenario changes."""
        t = self.t
        row = self.main(scenario)
        standing = scenario.outcome(GOOD.key)
        words = {**self.words, "scenario": t.of(scenario.title), "count": str(len(self.comparison.scenarios))}
        if row is not None:
            change = self.said(doc.Interval.of(row), self.change(row))
            yield self.own(key, output=lowered(self.output(row.measure)), change=change, **words)
        share = doc.Column("share", "", doc.Kind.share, places=1)
        shares = (
            {"before": standing.reference_share, "after": standing.scenario_share}
            if self.comparison.shows_outcomes
            else {}
        )
        shares_in_words = {key: self.said(value, share) for key, value in shares.items()}
        key = "headline.standing" if self.comparison.shows_outcomes else "headline.standing.change"
        yield self.own(key, change=self.said(points(standing), self.points), **shares_in_words, **words)

    def provenance(self) -> dict[str, doc.Value]:
        """Return what the comparison rests on."""
        comparison = self.comparison
        return {
            "studies": ", ".join(comparison.studies),
            "reference": self.words["reference"],
            "pairs": comparison.pairs,
        }

    def sections(self) -> tuple[doc.Section, ...]:
        """Return the sections in their order."""
        both = self.by_output(log=False), self.by_output(log=True)
        return self.summary(), self.changes(), self.outcomes(), self.moves(), self.section("differences", *both)

    def summary(self) -> doc.Section:
        """Show the numbers to be seen first, and a row for each scenario."""
        t = self.t
        comparison = self.comparison
        only_scenario = comparison.scenarios[0] if len(comparison.scenarios) == 1 else None
        blocks: list[doc.Block] = [
            self.every() if only_scenario is None else doc.Cards(tuple(self.cards(only_scenario)))
        ]
        blocks.append(doc.Paragraph(self.own("lead", **self.words)))
        blocks += map(doc.Caveat, dict.fromkeys((self.own("caveat"), t("caveat"))))
        if self.trust is not None and not self.trust.shows_outcomes:
            blocks.insert(0, doc.Caveat(self.trust.meaning(t.lang)))
        if comparison.unfinished:
            blocks.append(doc.Caveat(t("unfinished", count=comparison.unfinished)))
        return self.section("summary", *blocks)

    def cards(self, scenario: ComparedScenario) -> Iterator[doc.Card]:
        """Show the numbers of the only scenario."""
        t = self.t
        row = self.main(scenario)
        standing = scenario.outcome(GOOD.key)
        if row is not None:
            column = self.change(row, t("card.change", output=self.output(row.measure), quarter=self.end))
            between = self.said(doc.Interval(row.low, row.high), change_column(row.unit))
            yield doc.Card(column.title, column, row.median, t("card.band", band=between))
        between = self.said(doc.Interval(standing.low, standing.high), self.points)
        yield doc.Card(self.points.title, self.points, standing.change, t("card.interval", interval=between))
        begins = doc.Column("begins", t("column.begins"), doc.Kind.quarter)
        yield doc.Card(begins.title, begins, scenario.begins or t("never"))

    def every(self) -> doc.Table:
        """Return a row for each scenario."""
        first = () if self.first is None else (self.change(self.first),)
        rows = []
        for scenario in self.comparison.scenarios:
            row = self.main(scenario)
            cells: list[doc.Value] = [self.t.of(scenario.title), scenario.begins or self.t("never")]
            if self.first is not None:
                cells.append(None if row is None else doc.Interval.of(row))
            rows.append((*cells, points(scenario.outcome(GOOD.key))))
        table = self.table("answer", ("scenario begins:quarter", *first, self.points), rows)
        return replace(table, note=self.t("note.answer.read", **self.words))

    def changes(self) -> doc.Section:
        """Draw what each scenario changes: over time where there is one alone, else all at the ends of years."""
        drawn = self.over_time(self.comparison.scenarios[0]) if len(self.comparison.scenarios) == 1 else self.at_ends()
        same = self.t("join").join(lowered(self.output(name)) for name in self.unchanged)
        return self.section("changes", *drawn, *([self.text("unchanged", outputs=same)] if same else []))

    @cached_property
    def unchanged(self) -> tuple[str, ...]:
        """Outputs that no scenario changes in any quarter: they are named and not drawn."""
        scenarios = self.comparison.scenarios
        moved = {output for scenario in scenarios for output, levels in scenario.courses.items() if levels.any()}
        return tuple(output for output in scenarios[0].courses if output not in moved)

    def foot(self) -> str:
        """Write the foot of a figure."""
        from copark.analyses.compare.figures import footer

        return footer(self.comparison.studies, self.comparison.pairs, self.t.lang)

    def over_time(self, scenario: ComparedScenario) -> Iterator[doc.Chart]:
        """Return the course of each difference."""
        from copark.analyses.compare.figures import difference_bands

        t = self.t
        for output, levels in scenario.courses.items():
            if output in self.unchanged:
                continue
            key = f"difference-{output}"
            title = self.output(output)
            effect = scenario.drawn(output, self.end)
            columns = self.columns(("quarter:quarter", change_column(effect.unit, title)))
            rows = zip(self.comparison.quarters, map(doc.Interval, *levels[[0, 4, 2]].tolist()), strict=True)
            numbers = doc.Table(key, t("table.course", output=title), columns, tuple(rows), folded=True)
            draw = partial(
                difference_bands,
                levels,
                self.comparison.quarters,
                scenario.first_differences.get(output),
                effect,
                (t.of(scenario.title), self.words["reference"]),
                self.foot(),
                t.lang,
            )
            yield doc.Chart(key, title, t("alt.course"), draw, t("caption.course"), numbers, wide=False)

    def at_ends(self) -> Iterator[doc.Chart]:
        """Return every scenario's difference of an output at a date."""
        from copark.analyses.compare.figures import scenario_effects

        t = self.t
        scenarios = self.comparison.scenarios
        for output in scenarios[0].courses:
            if output in self.unchanged or not all(output in scenario.courses for scenario in scenarios):
                continue
            for quarter in self.comparison.ends:
                key = f"scenarios-{output}-{quarter}"
                title = self.output(output)
                words = {"output": title, "quarter": quarter}
                effects = [(t.of(scenario.title), scenario.drawn(output, quarter)) for scenario in scenarios]
                place = self.comparison.quarters.index(quarter)
                halves = [scenario.courses[output][[1, 3], place].tolist() for scenario in scenarios]
                columns = self.columns(("scenario", change_column(effects[0][1].unit, title), "above:share"))
                rows = tuple((name, doc.Interval.of(effect), effect.above) for name, effect in effects)
                numbers = doc.Table(key, t("table.ends", **words), columns, rows, folded=True)
                draw = partial(scenario_effects, effects, halves, self.words["reference"], self.foot(), t.lang)
                yield doc.Chart(key, t("table.ends", **words), t("alt.ends"), draw, t("caption.ends"), numbers)

    def grouped(self, sizes: Sequence[int]) -> tuple[tuple[str, int], ...]:
        """Return heads of groups of rows, one for each scenario."""
        return tuple(zip((self.t.of(scenario.title) for scenario in self.comparison.scenarios), sizes, strict=True))

    def outcomes(self) -> doc.Section:
        """Count how often each outcome happens, and in how many pairs in both, in one, in none."""
        names = ("both", "gained", "lost", "neither")
        shares = "reference_share:share:1 scenario_share:share:1 change:points"
        every = [
            (BY_KEY[row.measure].title(self.t.lang), row)
            for scenario in self.comparison.scenarios
            for row in scenario.outcomes
        ]
        groups = self.grouped([len(scenario.outcomes) for scenario in self.comparison.scenarios])
        share_rows = [(title, row.reference_share, row.scenario_share, points(row)) for title, row in every]
        counted = [(title, *(getattr(row, name) for name in names)) for title, row in every]
        counts = ("outcome", *(f"{name}:count" for name in names))
        return self.told_of_outcomes(
            "outcomes",
            self.table("outcomes", f"outcome {shares}", share_rows, groups=groups),
            self.table("pairs", counts, counted, groups=groups, folded=True),
        )

    def told_of_outcomes(self, key: str, *blocks: doc.Block) -> doc.Section:
        """Make a section that says where outcomes follow from assumed parameters; folded unless asked for."""
        assumed = (doc.Caveat(self.assumed),) if self.assumed else ()
        return self.section(key, *assumed, *blocks, folded=not self.comparison.shows_outcomes)

    def moves(self) -> doc.Section:
        """Describe why outcomes change: a sentence for each scenario, the moves of all and the accounts behind them."""
        named = [(self.t.of(scenario.title), scenario.moves) for scenario in self.comparison.scenarios]
        lang = self.t.lang
        sentences = doc.Bullets(
            tuple(
                self.t("moves.of", scenario=name, words=outcome_change_text.sentence(moves, lang))
                for name, moves in named
            )
        )
        tables = (outcome_change_text.moves_table(named, lang), outcome_change_text.accounts_table(named, lang))
        why = [block for scenario in self.comparison.scenarios for block in self.why(scenario)]
        return self.told_of_outcomes("moves", *why, sentences, *(table for table in tables if table.rows))

    def why(self, scenario: ComparedScenario) -> Iterator[doc.Block]:
        """Show the change of the share of self-standing runs by links, and what the company's books show."""
        t = self.t
        parts = scenario.parts
        if parts is None:
            return
        ends = dict(zip(("before", "after"), parts.share(GOOD.key), strict=True))
        largest_first = sorted(parts.parts, key=lambda part: -abs(part.of(GOOD.key)))
        items = t("parts.join").join(
            t("parts.item", group=t(f"group.{part.group}"), change=self.said(part.of(GOOD.key), doc.POINTS))
            for part in largest_first
            if abs(part.of(GOOD.key)) >= TOLD
        )
        shares = {key: self.said(value, doc.plain(doc.Kind.share, places=1)) for key, value in ends.items()}
        words = {"scenario": t.of(scenario.title), "reference": self.words["reference"], "items": items, **shares}
        yield doc.Paragraph(t.sentences([t("parts.told" if items else "parts.none", **words), *self.books(scenario)]))
        titles = {outcome.key: outcome.title(t.lang) for outcome in OUTCOMES}
        columns: Columns = ("links", *(doc.Column(name, title, doc.Kind.points) for name, title in titles.items()))
        rows: list[Sequence[doc.Value]] = [
            (
                t(f"group.{part.group}"),
                *(
                    doc.Interval(change - half, change + half, change)
                    for change, half in zip(part.change, part.error, strict=True)
                ),
            )
            for part in parts.parts
        ]
        caption = t("caption.parts", since=parts.since, runs=self.said(parts.runs, doc.COUNT))
        numbers = self.table("parts", columns, rows, folded=True)
        draw = partial(self.waterfall, scenario, parts)
        yield doc.Chart("parts", t("chart.parts"), t("alt.parts"), draw, caption, numbers, wide=False)

    def waterfall(self, scenario: ComparedScenario, parts: OutcomeParts) -> Figure:
        """Draw the parts of the change of the share of self-standing runs."""
        from copark.analyses.compare.figures import waterfall

        t = self.t
        place = GOOD.code
        steps = [(t(f"group.{part.group}"), part.change[place], part.error[place]) for part in parts.parts]
        before, after = parts.share(GOOD.key)
        ends = ((self.words["reference"], before), (t.of(scenario.title), after))
        return waterfall(steps, ends, t("chart.parts"), t("subtitle.parts"), self.foot(), t.lang)

    def books(self, scenario: ComparedScenario) -> Iterator[str]:
        """Bail-outs and debts in both, in sentences."""
        accounts = scenario.books
        t = self.t
        if accounts is None:
            return
        (before, after), (ever_before, ever_after) = (
            [self.said(share, doc.SHARE) for share in shares] for shares in (accounts.rescued, accounts.ever)
        )
        words = {"before": before, "after": after, "ever_before": ever_before, "ever_after": ever_after}
        yield t("books.rescued", quarter=accounts.quarter, **words)
        before, after = (self.said(value, doc.plain(doc.Kind.number, "M USD")) for value in accounts.debt)
        yield t("books.debt", before=before, after=after)

    def by_output(self, *, log: bool) -> doc.Table:
        """Differences by output and date, in the units of outputs; or, of counts, in log points."""
        columns = (
            "output unit quarter:quarter reference:number scenario_median:number",
            change_column("log points" if log else "", self.t("column.difference"), "difference"),
            "above:share equal:share by_parameters:share",
        )
        own = [[row for row in scenario.differences if row.log is log] for scenario in self.comparison.scenarios]
        rows = [
            (
                self.output(row.measure),
                self.unit(row),
                row.quarter,
                row.reference_median,
                row.scenario_median,
                doc.Interval.of(row),
                row.above,
                row.equal,
                None if row.split is None else row.split.share,
            )
            for differences in own
            for row in differences
        ]
        groups = self.grouped(list(map(len, own)))
        return self.table("ratios" if log else "differences", columns, rows, groups=groups, folded=True)

    def unit(self, row: Effect) -> str:
        """Write the unit of an output in words; of a ratio that of the medians beside it."""
        from copark.model.variables import catalogue

        outputs = catalogue().outputs
        unit = outputs[row.measure].unit if row.log and row.measure in outputs else row.unit
        return unit_title(unit, self.t.lang)
