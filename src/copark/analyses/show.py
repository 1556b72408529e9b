"""Builder of document blocks; the text of each is looked up by key in the analysis's texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from copark.analyses.contract import Result, Texts, assemble
from copark.cases.own_words import own_words
from copark.labels import observable_title, variable_title
from copark.model.outcomes import BY_KEY
from copark.model.variables import catalogue
from copark.presentation.document import (
    Block,
    Bullets,
    Caveat,
    Chart,
    Column,
    Document,
    Evidence,
    Interval,
    Kind,
    Paragraph,
    Section,
    Table,
    Value,
)
from copark.presentation.numbers import precise, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.arrays import Floats
    from copark.calibration.comparison import Apart, Comparison
    from copark.cases.case import Case
    from copark.cases.table_schemas import Observation, Source

Shown = TypeVar("Shown")
"""Answer that is shown."""
Columns = str | Iterable[Column | str]
"""Columns of a table, those with titles of their own in words: see :meth:`Show.columns`."""


def evidence_of(case: Case, used: Iterable[Observation]) -> tuple[Evidence, ...]:
    """List sources of some values of a case as its files give them, in the order of their keys: what a result keeps."""
    return _listed(case.sources, {key for observation in used for key in observation.source} & set(case.sources))


def evidence_now(name: str, kept: Iterable[Evidence]) -> tuple[Evidence, ...]:
    """Return the sources that a result keeps, with what was found of them later where they are of the casebook's case.

    Parameters
    ----------
    name
        Name of the case.
    kept
        The sources, as :func:`evidence_of` lists them.
    """
    from copark.cases import list_cases, load_case

    if name not in list_cases():
        return tuple(kept)
    case = load_case(name)
    pairs = zip(_listed(case.sources), sources_of(case), strict=True)
    later = dict(pairs)
    return tuple(later.get(entry, entry) for entry in kept)


def sources_of(case: Case) -> tuple[Evidence, ...]:
    """List the sources of a case, in the order of their keys."""
    return _listed(case.shown_sources)


def _listed(sources: Mapping[str, Source], keys: Iterable[str] | None = None) -> tuple[Evidence, ...]:
    evidence = []
    for key in sorted(sources if keys is None else keys):
        source = sources[key]
        parts = (source.outlet, source.title, "" if source.date is None else str(source.date))
        evidence.append(Evidence(key, ". ".join(filter(None, parts)), source.url or ""))
    return tuple(evidence)


def value_column(lang: str, variable: str) -> Column:
    """Make a column of an observable, whole where it is counted."""
    unit = catalogue().outputs[variable].unit
    kind = Kind.count if unit in ("companies", "persons") else Kind.number
    return Column(variable, observable_title(variable, lang), kind, unit)


def interval(levels: Sequence[float] | Floats) -> Interval:
    """Make an interval: median and ends of some quantiles, from the lowest to the highest."""
    return Interval(float(levels[0]), float(levels[-1]), float(levels[len(levels) // 2]))


def known(value: float) -> float | None:
    """Return a number; none where it is not known."""
    return value if isfinite(value) else None


def grouped(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Find heads of groups and their lengths, from the head of each row in order."""
    return tuple((name, len(list(rows))) for name, rows in groupby(names))


def made_again(result: Result, comparison: Comparison, t: Texts, *, key: str, stale: bool, **words: Any) -> Document:
    """Show whether what ships could be made again, and which of the two comparisons says so.

    Parameters
    ----------
    result
        The result of the check.
    comparison
        What differs from what ships.
    t
        Texts of the analysis.
    key
        Key of the document.
    stale
        Say that what ships is of another model or other data.
    words
        Values filled in the title.
    """
    states = {
        "identical": comparison.identical,
        "close": comparison.close,
        "alike": comparison.alike,
        "unlike": bool(comparison.apart),
    }
    word = next((word for word, holds in states.items() if holds), "different")
    blocks: list[Block] = [Caveat(t("again.stale"))] if stale else []
    if comparison.apart:
        blocks.append(Bullets(tuple(_how_far(gap, t) for gap in comparison.apart)))
    sections = (Section("summary", t("section.summary"), tuple(blocks)),) if blocks else ()
    largest = precise(comparison.largest, 1 if comparison.close else 3)
    title = t("again.heading", **words)
    headline = t(f"again.{word}", largest=largest)
    return assemble(result, t, key=key, title=title, headline=headline, sections=sections)


def _how_far(gap: Apart, t: Texts) -> str:
    """Describe how far two posteriors are apart in a respect, where, and how far they may be."""
    from copark.calibration.parameter_titles import title_of

    where = ""
    if gap.what == "forecasts":
        where = variable_title(gap.name, t.lang)
    elif gap.what == "outcomes":
        where = BY_KEY[gap.name].word(t.lang)
    elif gap.name:
        where = title_of(gap.name, t.lang)
    word = "within" if gap.within else "beyond"
    largest = precise(gap.largest, 2)
    allowed = precise(gap.allowed, 2)
    return t(f"again.apart.{gap.what}", where=where, largest=largest, allowed=t(f"again.{word}", allowed=allowed))


class Show:
    """Makes blocks in one language: titles, notes and captions are texts named by the block's key."""

    def __init__(self, t: Texts) -> None:
        self.t = t

    def column(self, key: str, kind: Kind = Kind.text, unit: str = "", places: int | None = None) -> Column:
        """Make a column with a title of its own.

        Parameters
        ----------
        key
            Key of the column in files; its title is the text ``column.<key>``.
        kind
            What its values are.
        unit
            Symbol of the unit, as in the list of :mod:`copark.units`; empty where there is none.
        places
            Decimals; ``None`` for as many as each value asks for.
        """
        return Column(key, self.t(f"column.{key}"), kind, unit, places)

    def columns(self, keys: Columns) -> tuple[Column, ...]:
        """Make columns, in words those with their own titles: keys, each with kind, decimals and unit if it has them.

        ``"parameter prior:number shrink:share:1 area:number:0:km2"`` are a text, a number, a share with one decimal, an
        area without decimals; ``_`` in a unit is a space.
        """
        parts = [keys] if isinstance(keys, str) else keys
        return tuple(
            column
            for part in parts
            for column in (map(self._column, part.split()) if isinstance(part, str) else [part])
        )

    def _column(self, definition: str) -> Column:
        key, kind, places, unit = (*definition.split(":"), "", "", "")[:4]
        return self.column(key, Kind[kind or "text"], unit.replace("_", " "), int(places) if places else None)

    def text(self, key: str, **values: Any) -> Paragraph:
        """Make sentences of the texts."""
        return Paragraph(self.t(key, **values))

    def caveat(self, key: str, **values: Any) -> Caveat:
        """Make a caveat that a reader must know, of the texts."""
        return Caveat(self.t(key, **values))

    def caveats(self, result: Result, **flags: bool) -> list[Caveat]:
        """State how far parameters may be trusted, where chances of outcomes are not told unasked, and texts that hold.

        ``stale`` is asked of the provenance.
        """
        trust = result.trust
        flags = {"stale": bool(result.provenance.get("posterior_stale")), **flags}
        doubted = [] if trust is None or trust.shows_outcomes else [Caveat(trust.meaning(self.t.lang))]
        return [*doubted, *(self.caveat(key) for key, holds in flags.items() if holds and self.t.has(key))]

    def said(self, value: Value, column: Column) -> str:
        """Describe a value in a sentence."""
        return shown(value, column, self.t.lang, with_unit=True)

    def span_of(self, years: Sequence[int]) -> str:
        """Write the first and the last of years as the text ``span`` joins them, or the one that there is."""
        first, last = min(years), max(years)
        return str(first) if first == last else self.t("span", first=first, last=last)

    def translated(self, words: str | None) -> str | None:
        """Choose what a case says in one language, in this one where the casebook has it."""
        return None if words is None else own_words(words, self.t.lang)

    def table(
        self,
        key: str,
        columns: Columns,
        rows: Iterable[Sequence[Value]],
        *,
        folded: bool = False,
        groups: tuple[tuple[str, int], ...] = (),
    ) -> Table:
        """Make a table whose title is ``table.<key>``, and its note ``note.<key>`` where there is one.

        Parameters
        ----------
        key
            Key of the table, in the texts and in files.
        columns
            As of :meth:`columns`.
        rows
            Values, in the order of the columns.
        folded
            Show it folded.
        groups
            Heads of groups of rows, and how many rows each has.
        """
        note = self.t(f"note.{key}") if self.t.has(f"note.{key}") else ""
        typed_columns = self.columns(columns)
        return Table(key, self.t(f"table.{key}"), typed_columns, tuple(map(tuple, rows)), groups, note, folded)

    def chart(self, key: str, draw: Callable[[], Figure], numbers: Table | None = None) -> Chart:
        """Make a figure with its words.

        Parameters
        ----------
        key
            Key of the figure, in files and in the texts ``chart.<key>``, ``alt.<key>`` and ``caption.<key>``.
        draw
            Draws it, when a renderer needs it.
        numbers
            Table of the numbers behind it; ``None`` where there are none to show.
        """
        t = self.t
        return Chart(key, t(f"chart.{key}"), t(f"alt.{key}"), draw, t(f"caption.{key}"), numbers)

    def numbered(self, key: str, count: int, **values: Any) -> Bullets:
        """Make numbered sentences of the texts."""
        return Bullets(tuple(self.t(f"{key}.{number}", **values) for number in range(1, count + 1)))

    def section(self, key: str, *blocks: Block, folded: bool = False) -> Section:
        """Make a section whose title is ``section.<key>``."""
        return Section(key, self.t(f"section.{key}"), blocks, folded)


class AnswerShow(Show, Generic[Shown]):
    """Makes the blocks of an answer in one language."""

    def __init__(self, answer: Shown, t: Texts) -> None:
        super().__init__(t)
        self.answer = answer
