"""Documents of one page on a park: the answer, three findings, the course of the park, how sure, what next.

On the page there are words alone that a minister uses: quarters are spelled out, and no command is named. Screens and
files of numbers have more: an annex of tables, and the commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, repeat
from math import sqrt
from statistics import fmean
from typing import TYPE_CHECKING

from copark.analyses.accounts_on_record import case_of
from copark.analyses.brief import Answer
from copark.analyses.contract import Texts, assemble
from copark.analyses.first_words import order_sentences, over_structures
from copark.analyses.how_sure import (
    NO_DOUBTS,
    how_sure,
    structure_range,
    structures_note,
)
from copark.analyses.lever_columns import change_column, effect_interval
from copark.analyses.levers.advice_words import advice_words
from copark.analyses.levers.show import advice_sentences
from copark.analyses.papers import OF_PARAMETER, of_extremes, of_facts, of_parameter, papers_words, to_obtain
from copark.analyses.show import AnswerShow
from copark.analyses.size_words import band_words, land_words, of_plan, size_clause, spans_too_much
from copark.arrays import Floats
from copark.calibration.rolling_origin import year_of_moment
from copark.cases.quarters import Quarter
from copark.decisions.measures import BUDGETS, FOUR_SIDES
from copark.labels import BOUND_MARKS, join, outcomes_in_words
from copark.model.outcomes import BY_KEY, GOOD
from copark.model.variables import catalogue
from copark.presentation import document as doc
from copark.presentation.numbers import percent_words, shown, unit_title
from copark.simulation.readouts.observed_vs_model import expected_outside
from copark.stats.ranks import normal_range
from copark.stats.shares import LEVEL
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.levers import Answer as Levers
    from copark.decisions.lever_file import LeverOption
    from copark.simulation.trust import Trust
    from copark.stats.shares import Share

MOST_OPEN = 2
"""Open parameters that are named."""
WIDE_RANGE = 0.2
"""Range of the chance over structures from which the structure is named among what would change the answer."""
_QUARTER = re.compile(r"\b([12][0-9]{3})Q([1-4])\b", re.ASCII)
_COMMAND = re.compile(r"\s*[(（]`[^`]*`[)）]")
"""A command in brackets."""


def document(answer: Answer, t: Texts) -> doc.Document:
    """Show a page about a park."""
    show = _Show(answer, t)
    page = assemble(
        answer,
        t,
        key=f"brief-{answer.case}",
        title=t("question", park=t.of(answer.park)),
        headline=show.headline(),
        sections=tuple(show.sections()),
        provenance={"runs": answer.runs, "seed": answer.provenance.get("seed", "")},
        hashes=False,
        commands=False,
    )
    provenance = tuple((title, spelled(value, t)) for title, value in page.provenance)
    return replace(page, trust=spelled(page.trust, t), provenance=provenance, is_one_page=True)


def headline_of(answer: Answer, t: Texts) -> str:
    """Return the first sentences of a brief."""
    return _Show(answer, t).headline()


def sure_words(answer: Answer, t: Texts) -> list[str]:
    """Return how sure a brief is, a sentence each."""
    return list(_Show(answer, t).confidence())


def open_words(answer: Answer, t: Texts) -> list[str]:
    """Return what would change the answer of a brief, a sentence each."""
    return list(_Show(answer, t).open())


def spelled(sentence: str, t: Texts) -> str:
    """Spell out the quarters of a sentence: "the second quarter of 2032"."""
    return _QUARTER.sub(lambda quarter: t(f"quarter.{quarter[2]}", year=quarter[1]), sentence)


def without_commands(sentence: str) -> str:
    """Leave out the commands that a sentence names in brackets."""
    return _COMMAND.sub("", sentence)


def _percent(share: float) -> float:
    """Return a share in per cent, without the noise that multiplying leaves in its last digits."""
    return round(100.0 * share, 10)


class _Show(AnswerShow[Answer]):
    def __init__(self, answer: Answer, t: Texts) -> None:
        super().__init__(answer, t)
        self.words = {"park": t.of(answer.park), "horizon": spelled(answer.horizon, t), "case": answer.case}
        self.baselines = () if answer.levers is None else answer.levers.baselines

    def size(self, name: str, bands: Mapping[str, Floats] | None = None) -> tuple[doc.Column, doc.Interval]:
        """Return an output at the horizon: 5, 50 and 95 % of runs."""
        low, middle, high = self.at_horizon(name, bands)
        output = catalogue().outputs[name]
        return doc.Column(name, output.title(self.t.lang), doc.Kind.number, output.unit), doc.Interval(
            low, high, middle
        )

    def at_horizon(self, name: str, bands: Mapping[str, Floats] | None = None) -> tuple[float, float, float]:
        """Return 5, 50 and 95 % of runs of an output at the horizon."""
        low, _, middle, _, high = map(float, (bands or self.answer.bands)[name][:, -1])
        return low, middle, high

    def headline(self) -> str:
        """Describe what becomes of the park; its size alone where its parameters are not calibrated."""
        answer = self.answer
        t = self.t
        words = self.words
        if answer.closed is not None:
            since = spelled(answer.closed.since, t)
            return t.sentences([t("headline.closed", since=since, title=t.of(answer.closed.title), **words)])
        if not answer.shows_outcomes:
            size = size_clause(self.at_horizon("operating"), None, t.lang)
            return t.sentences([t("headline.assumed", size=size, **words)])
        outcomes = outcomes_in_words(answer.outcomes, t.lang, self.first_share)
        size = size_clause(self.at_horizon("operating"), answer.land, t.lang)
        outcome = t("headline", outcomes=outcomes, size=size, **words)
        return t.sentences([*self.order(), *self.record(), outcome, *self.assumed()])

    def order(self) -> list[str]:
        """Write what to order before anything is decided, and why."""
        assumes = bool(self.answer.doubts.assumed)
        park = self.t.of(self.answer.park)
        return order_sentences(self.papers(), assumes, self.baselines, self.chance, park, self.t.lang)

    def papers(self) -> tuple[str, ...]:
        """Return what to order before anything is decided."""
        return to_obtain(self.answer.doubts, self.baselines, self.chance, case_of(self.answer))

    @property
    def chance(self) -> float:
        """Chance of being self-standing."""
        return self.answer.share(GOOD.key).share

    def span(self) -> tuple[float, float, int] | None:
        """Return the range of the chance over all structures, and their number; nothing where no other was tried."""
        return structure_range(self.baselines, self.chance)

    def first_share(self, share: Share, words: str) -> str:
        """Write of what the shares are, and the range of the chance of being self-standing over all structures."""
        structures = over_structures(share, self.baselines, self.chance, self.t.lang)
        return self.t("headline.share", share=words, structures=structures)

    def record(self) -> list[str]:
        """Write what the park's record has against the model, after what to do first."""
        return self.answer.doubts.record_words(self.t.lang)

    def assumed(self) -> list[str]:
        """Describe what is assumed of the park, or imposed on it."""
        return self.answer.doubts.sentences(self.t.lang)

    def sections(self) -> Iterator[doc.Section]:
        title = self.t("section.answer_at", **self.words)
        yield doc.Section("answer", title, (doc.Cards(tuple(self.cards())),))
        yield self.section("findings", *self.findings(), self.course())
        yield self.section("confidence", doc.Bullets(tuple(self.confidence())))
        yield self.section("open", doc.Bullets((*self.open(), self.next())))
        yield replace(self.section("annex", *self.annex(), folded=True), on_paper=False)
        yield replace(self.section("commands", doc.Paragraph(self.commands())), on_paper=False)

    def cards(self) -> Iterator[doc.Card]:
        answer = self.answer
        t = self.t
        if answer.shows_outcomes:
            standing = answer.share(GOOD.key)
            yield doc.Card(
                t("card.standing"),
                doc.SHARE,
                standing.share,
                structures_note(self.baselines, standing.share, t.lang) or t("card.no_structures"),
            )
        for name in answer.bands:
            column, value = self.size(name)
            band = self.said(doc.Interval(value.low, value.high), column)
            note = band_words(t("card.band", band=band), value.low, value.high, t.lang)
            plan = answer.planned.get(name)
            if plan is not None and answer.closed is None:
                note = t("card.planned", note=note, plan=of_plan(self.at_horizon(name)[1], plan, t.lang))
            if spans_too_much(value.low, value.high):  # the first sentence says that it cannot be told
                yield doc.Card(column.title, doc.plain(doc.Kind.text), t("card.open"), note)
            else:
                yield doc.Card(column.title, column, value.value, note)
        land = answer.land
        if land is not None and answer.closed is None:
            land_in_words = land_words(land, t.lang)
            yield doc.Card(land_in_words.title, doc.SHARE, land.median, t("card.band", band=land_in_words.band))
        words = t("card.outside_value", outside=answer.outside, compared=answer.compared)
        yield doc.Card(
            t("card.outside"),
            doc.plain(doc.Kind.text),
            words,
            t("card.expected", expected=expected_outside(answer.compared)),
        )

    def findings(self) -> list[doc.Block]:
        t = self.t
        closed = self.answer.closed
        if closed is not None:
            sizes = [
                (column.title, self.said(value, column))
                for column, value in (self.size(name, closed.bands) for name in closed.bands)
            ]
            sentences = [t("closed.without", title=title, value=value, **self.words) for title, value in sizes]
            words = {"since": spelled(closed.since, t), "title": t.of(closed.title)}
            return [doc.Paragraph(t("closed.lead", **words)), doc.Bullets((*sentences, t("closed.levers", **words)))]
        levers = self.answer.levers
        if levers is None:
            return [doc.Paragraph(t("findings.none"))]
        return [
            doc.Paragraph(t(f"findings.{levers.since}", quarter=spelled(levers.pulled, t))),
            doc.Bullets(
                tuple(
                    t("sentence", words=sentence.rstrip(".。")).strip()
                    for sentence in advice_sentences(levers, Texts("levers", t.lang))
                )
            ),
        ]

    def course(self) -> doc.Chart:
        column, _ = self.size("operating")
        answer = self.answer
        word = "observed" if answer.reported else "unobserved"
        observed = self.t(f"course.caption.{word}", quarter=spelled(answer.data_end, self.t))
        events = self.t("course.caption.events") if answer.events else ""
        caption = self.t("course.caption", title=column.title, observed=observed, events=events)
        return doc.Chart("operating", column.title, caption, self.draw, caption)

    def draw(self) -> Figure:
        from copark.analyses.brief.figures import course

        return course(self.answer, self.t.lang)

    def confidence(self) -> Iterator[str]:
        answer = self.answer
        t = self.t
        if answer.trust is not None:
            yield self.meaning(answer.trust)
        # The headline has the doubts and the range over structures.
        own = replace(NO_DOUBTS, sheets=answer.doubts.sheets)
        for sentence in how_sure(case_of(answer), answer.trust, answer.outcomes, (), own, t.lang):
            yield without_commands(sentence)
        if answer.shows_outcomes:
            standing = answer.share(GOOD.key)
            interval = shown(doc.Interval(standing.low, standing.high), doc.plain(doc.Kind.share, places=1), t.lang)
            if len(answer.by_search) > 1:
                yield self.searches()
            yield t("confidence.simulation", runs=answer.runs, interval=interval)

    def searches(self) -> str:
        """Return whether the searches of the calibration give one chance, up to the simulation error of so many runs.

        The difference of the highest and the lowest is compared with that of as many alike (Tukey's studentised range).
        """
        answer = self.answer
        t = self.t
        low, high = min(answer.by_search), max(answer.by_search)
        middle = fmean(answer.by_search)
        runs_each = answer.runs / len(answer.by_search)
        widest = normal_range(LEVEL, len(answer.by_search))
        error = widest * sqrt(middle * (1.0 - middle) / runs_each)
        lowest, highest = (percent_words(value, t.lang) for value in (low, high))
        between = text("presentation.number.reach", t.lang, low=lowest, high=highest)
        interval = lowest if lowest == highest else between
        key = "confidence.searches" if high - low > error else "confidence.searches_alike"
        return t(key, count=len(answer.by_search), interval=interval)

    def meaning(self, trust: Trust) -> str:
        """Describe what the origin of the parameters means."""
        return spelled(trust.meaning(self.t.lang), self.t)

    def open(self) -> Iterator[str]:
        """Describe what would change the answer, and how it can be found out."""
        answer = self.answer
        t = self.t
        if answer.closed is not None:
            yield t("open.closed")
            return
        # The first sentence names most of them; where it tells no chance it names none.
        verbs = chain([] if answer.shows_outcomes else [t("open.obtain")], repeat(t("open.then")))
        ordered = [*self.papers()] if answer.shows_outcomes else []
        facts = [paper for paper in of_facts(answer.doubts, case_of(answer)) if paper not in ordered]
        ordered += facts
        if facts:
            yield t("open.facts", obtain=next(verbs), papers=papers_words(facts, t.lang))
        between = self.span() if answer.shows_outcomes else None
        if between is not None and between[1] - between[0] >= WIDE_RANGE:
            low, high = (percent_words(value, t.lang) for value in between[:2])
            further = [paper for paper in of_extremes(self.baselines) if paper not in ordered]
            ordered += further
            papers = papers_words(further, t.lang)
            if papers:
                yield t("open.structures_by", obtain=next(verbs), low=low, high=high, papers=papers)
            else:
                yield t("open.structures", low=low, high=high)
        levers = self.levers_by_parameter()
        paper_of = {name: of_parameter(name, case_of(answer)) for name in levers if name in OF_PARAMETER}
        known = [name for name, paper in paper_of.items() if paper not in ordered]
        parameters: dict[str, list[str]] = {}
        for name in sorted(known, key=lambda name: -len(levers[name]))[:MOST_OPEN]:
            parameters.setdefault(paper_of[name], []).append(name)
        for paper, names in parameters.items():
            titles = [catalogue().parameters[name].title(t.lang) for name in names]
            effects = dict.fromkeys(title for name in names for title in levers[name])
            words = {"titles": self.quoted(titles), "levers": self.quoted(effects)}
            yield t("open.parameter", obtain=next(verbs), papers=papers_words([paper], t.lang), **words)
        if not (ordered or known):
            yield t("open.none")

    def quoted(self, titles: Iterable[str]) -> str:
        """Join titles, each in quotation marks."""
        return join([self.t("open.named", title=title) for title in titles], self.t.lang)

    def levers_by_parameter(self) -> dict[str, list[str]]:
        """Find the titles of the levers whose effect moves most with a parameter that no data moved, by parameter."""
        by_parameter: dict[str, list[str]] = {}
        if self.answer.levers is None:
            return by_parameter
        lever_of = {option.key: option.lever for option in self.answer.levers.options}
        dependences = reversed(self.answer.levers.dependences)
        first = {dependence.option: dependence for dependence in dependences if dependence.verdict != "moved"}
        for key, dependence in first.items():
            titles = by_parameter.setdefault(dependence.parameter, [])
            title = self.t.of(lever_of[key].title)
            if title not in titles:
                titles.append(title)
        return by_parameter

    def next(self) -> str:
        """Describe what to decide or to gather next."""
        if not self.answer.shows_outcomes and self.answer.closed is None:
            return self.t("next.calibrate")
        if self.answer.levers is None:
            return self.t("next.no_levers")
        return self.t("next.act")

    def commands(self) -> str:
        """Name the commands that ask further."""
        answer = self.answer
        command = answer.provenance.get("command", f"copark brief {answer.case}")
        if answer.closed is not None:
            return self.t("commands.closed", event=answer.closed.key, command=command, **self.words)
        return self.t("commands.act" if answer.shows_outcomes else "commands.calibrate", command=command, **self.words)

    def annex(self) -> Iterator[doc.Table]:
        """Make the tables for files of numbers: findings, figures, options, course and observations."""
        yield self.sentences()
        yield self.table("figures", "figure value:number unit range", self.figures(), folded=True)
        if self.answer.levers is not None:
            yield self.options(self.answer.levers)
        yield self.by_year()
        rows = [
            (
                str(year_of_moment(point.at)),
                doc.Interval(point.value, point.high, point.value) if point.high else point.value,
                text(f"report.observed.{BOUND_MARKS.get(point.bound, 'exact')}", self.t.lang),
                self.t(f"used.{point.state}"),
            )
            for point in sorted(self.answer.reported)
        ]
        if self.answer.events:
            events = [(event.quarter, self.t.of(event.title)) for event in self.answer.events]
            yield self.table("events", "date:quarter event:note", events, folded=True)
        yield self.table("observations", "year:quarter observed:count bound used", rows, folded=True)

    def sentences(self) -> doc.Table:
        """Put everything the brief says in words, a sentence a row."""
        t = self.t
        parts = {
            "answer": [self.headline()],
            "findings": [
                words
                for block in self.findings()
                for words in (
                    block.items
                    if isinstance(block, doc.Bullets)
                    else (block.text,)
                    if isinstance(block, doc.Paragraph)
                    else ()
                )
            ],
            "confidence": list(self.confidence()),
            "open": [*self.open(), self.next()],
        }
        rows = [(t(f"section.{part}"), sentence) for part, sentences in parts.items() for sentence in sentences]
        return self.table("sentences", "part sentence:note", rows, folded=True)

    def figures(self) -> Iterator[tuple[doc.Value, ...]]:
        """Make a row for each number of the cards, and the other outcomes."""
        answer = self.answer
        t = self.t
        percent = t("unit.percent")
        if answer.shows_outcomes:
            for share in answer.outcomes:
                value = doc.Interval(_percent(share.low), _percent(share.high), _percent(share.share))
                title = t("figure.outcome", outcome=BY_KEY[share.name].word(t.lang))
                yield self.dated(title), value, percent, t("range.simulation")
            between = self.span()
            if between is not None:
                value = doc.Interval(_percent(between[0]), _percent(between[1]))
                yield self.dated(t("figure.structures")), value, percent, t("range.structures", count=between[2])
        for name in answer.bands:
            column, size = self.size(name)
            yield self.dated(column.title), size, unit_title(column.unit, t.lang), t("range.runs")
        if answer.closed is None:
            yield from self.size_for_itself()
        else:
            for name in answer.closed.bands:
                column, size = self.size(name, answer.closed.bands)
                title = self.dated(t("figure.without", title=column.title))
                yield title, size, unit_title(column.unit, t.lang), t("range.runs")
        counts = {"outside": answer.outside, "compared": answer.compared, "expected": expected_outside(answer.compared)}
        for key, count in counts.items():
            yield t(f"figure.{key}"), count, t("unit.observations"), ""

    def size_for_itself(self) -> Iterator[tuple[doc.Value, ...]]:
        """Make a row of land taken up, and one for each size that was planned."""
        answer = self.answer
        t = self.t
        if answer.land is not None:
            land = answer.land
            value = doc.Interval(_percent(land.low), _percent(land.high), _percent(land.median))
            title = self.dated(text(f"analysis.size.land.{land.basis}", t.lang))
            yield title, value, t("unit.percent"), t("range.runs")
        for name, plan in answer.planned.items():
            column, _ = self.size(name)
            title = t("figure.planned", title=column.title, date=plan.date)
            planned = plan.value if plan.high is None else doc.Interval(plan.value, plan.high)
            kind = text(f"presentation.number.bound.{plan.bound}", t.lang, value="", high="").strip("– 至")
            yield title, planned, unit_title(plan.unit, t.lang), kind

    def dated(self, title: str) -> str:
        """Return a title with the horizon."""
        return self.t("figure.at", title=title, **self.words)

    def options(self, levers: Levers) -> doc.Table:
        """Set beside every option the advice, its effect, companies, jobs, public money and the four sides."""
        words = Texts("levers", self.t.lang)
        names = (GOOD.key, "companies", "jobs", *BUDGETS, *FOUR_SIDES)

        def row(option: LeverOption) -> tuple[doc.Value, ...]:
            lever = option.lever
            owner = words(f"owner.{lever.controlled_by}")
            return (
                words("head", lever=words.of(lever.title), owner=owner),
                words.of(option.entry.title),
                advice_words(levers, option.key, words),
                *(effect_interval(levers.effect(option.key, name)) for name in names),
                *(words(f"verdict.{levers.effect(option.key, side).verdict}") for side in FOUR_SIDES),
            )

        columns = (
            *self.columns("lever option"),
            doc.Column("advice", words("column.advice"), doc.Kind.note),
            *(change_column(name, words) for name in names),
            *(
                doc.Column(f"{side}_verdict", self.t("column.verdict", side=words(f"side.{side}")))
                for side in FOUR_SIDES
            ),
        )
        rows = [row(option) for option in levers.options]
        return self.table("options", columns, rows, folded=True)

    def by_year(self) -> doc.Table:
        """Return the bands of companies and jobs at the end of each year, and of the last quarter."""
        answer = self.answer
        t = self.t
        start = Quarter.parse(answer.start)
        last = answer.bands["operating"].shape[1] - 1
        places = [position for position in range(last + 1) if (start + position).quarter == 4 or position == last]
        columns: list[doc.Column] = []
        bands: list[tuple[Floats, int, int | None, int]] = []
        for name, levels in answer.bands.items():
            output = catalogue().outputs[name]
            title = output.title(t.lang)
            columns += [
                doc.Column(name, t("column.nine_tenths", title=title), doc.Kind.number, output.unit),
                doc.Column(f"{name}_half", t("column.middle_half", title=title), doc.Kind.number, output.unit),
            ]
            bands += [(levels, 0, 2, 4), (levels, 1, None, 3)]
        for name, levels in ({} if answer.closed is None else answer.closed.bands).items():
            output = catalogue().outputs[name]
            title = t("column.not_closed", title=output.title(t.lang))
            columns.append(doc.Column(f"{name}_not_closed", title, doc.Kind.number, output.unit))
            bands.append((levels, 0, 2, 4))

        def cell(levels: Floats, low: int, middle_of: int | None, high: int, position: int) -> doc.Interval:
            """Write a band at a quarter.

            Parameters
            ----------
            levels
                Quantiles of the output, shape (levels, quarters).
            low, high
                Rows of the ends of the band.
            middle_of
                Row of the value between them; ``None`` for a band without one.
            position
                The quarter, counted from 0.
            """
            value = None if middle_of is None else float(levels[middle_of, position])
            return doc.Interval(float(levels[low, position]), float(levels[high, position]), value)

        rows: list[tuple[doc.Value, ...]] = [
            (str((start + position).year), *(cell(*band, position) for band in bands)) for position in places
        ]
        return self.table("course", ("year:quarter", *columns), rows, folded=True)
