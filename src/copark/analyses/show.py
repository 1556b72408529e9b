"""What an analysis makes its document with: blocks whose words are found in its texts by their key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from copark.analyses.contract import Result, Texts, assemble
from copark.cases.vocabulary import own_words
from copark.presentation.document import (
    Block,
    Caveat,
    Chart,
    Column,
    Document,
    Evidence,
    Kind,
    Paragraph,
    Section,
    Table,
    Value,
)
from copark.presentation.numbers import precise, shown

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.cases.case import Case
    from copark.cases.evidence import Observation
    from copark.inference.artefacts import Comparison


Columns = str | Iterable[Column | str]
"""Columns of a table, those with titles of their own in words: see :meth:`Show.columns`."""


def evidence_of(case: Case, used: Iterable[Observation]) -> tuple[Evidence, ...]:
    """Sources of some values of a case, as its casebook gives them, in the order of their keys."""
    keys = sorted({key for one in used for key in one.source} & set(case.sources))
    found = []
    for key in keys:
        one = case.sources[key]
        told = (one.outlet, one.title, "" if one.date is None else str(one.date))
        found.append(Evidence(key, ". ".join(filter(None, told)), one.url or ""))
    return tuple(found)


def grouped(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Heads of groups and their lengths, from the head of each row in order."""
    return tuple((name, len(list(rows))) for name, rows in groupby(names))


def made_again(found: Result, made: Comparison, t: Texts, *, key: str, stale: bool, **words: Any) -> Document:
    """Whether what ships could be made again, as a document."""
    word = "identical" if made.identical else "close" if made.close else "different"
    note = (Section("summary", t("section.summary"), (Caveat(t("again.stale")),)),) if stale else ()
    largest = precise(made.largest, 1 if made.close else 3)
    title, headline = t("again.heading", **words), t(f"again.{word}", largest=largest)
    return assemble(found, t, key=key, title=title, headline=headline, sections=note)


class Show:
    """Makes blocks in one language: titles, notes and captions are texts named by the block's key."""

    def __init__(self, t: Texts) -> None:
        self.t = t

    def column(self, key: str, kind: Kind = Kind.text, unit: str = "", places: int | None = None) -> Column:
        """A column with a title of its own."""
        return Column(key, self.t(f"column.{key}"), kind, unit, places)

    def columns(self, wanted: Columns) -> tuple[Column, ...]:
        """Columns, those with titles of their own in words: keys, each with its kind, decimals and unit if it has them.

        ``"parameter prior:number shrink:share:1 area:number:0:km2"`` are a text, a number, a share with one decimal, an
        area without decimals; ``_`` in a unit is a space.
        """
        parts = [wanted] if isinstance(wanted, str) else wanted
        return tuple(
            one for part in parts for one in (map(self._column, part.split()) if isinstance(part, str) else [part])
        )

    def _column(self, written: str) -> Column:
        key, kind, places, unit = (*written.split(":"), "", "", "")[:4]
        return self.column(key, Kind[kind or "text"], unit.replace("_", " "), int(places) if places else None)

    def text(self, key: str, **values: Any) -> Paragraph:
        """Sentences of the texts."""
        return Paragraph(self.t(key, **values))

    def caveat(self, key: str, **values: Any) -> Caveat:
        """What a reader must know, of the texts."""
        return Caveat(self.t(key, **values))

    def said(self, value: Value, column: Column) -> str:
        """A value in a sentence."""
        return shown(value, column, self.t.lang, with_unit=True)

    def translated(self, words: str | None) -> str | None:
        """What a case says in one language, in this one where the casebook has it."""
        return None if words is None else own_words(words, self.t.lang)

    def table(self, key: str, columns: Columns, rows: Iterable[Sequence[Value]], *,
              folded: bool = False, groups: tuple[tuple[str, int], ...] = ()) -> Table:  # fmt: skip
        """A table whose title is ``table.<key>``, and its note ``note.<key>`` where there is one.

        columns: as of :meth:`columns`.
        """
        note = self.t(f"note.{key}") if self.t.has(f"note.{key}") else ""
        made = self.columns(columns)
        return Table(key, self.t(f"table.{key}"), made, tuple(map(tuple, rows)), groups, note, folded)

    def chart(self, key: str, draw: Callable[[], Figure], numbers: Table | None = None) -> Chart:
        """A figure with its words."""
        t = self.t
        return Chart(key, t(f"chart.{key}"), t(f"alt.{key}"), draw, t(f"caption.{key}"), numbers)

    def section(self, key: str, *blocks: Block, folded: bool = False) -> Section:
        """A section whose title is ``section.<key>``."""
        return Section(key, self.t(f"section.{key}"), blocks, folded)
