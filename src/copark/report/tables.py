"""Tables of pages, as plain rows, and words that tables have in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby

from copark.presentation.numbers import unit_title
from copark.texts import text


@dataclass(frozen=True)
class SourceKeys:
    """A cell that names sources; a page turns each into a link to the list of sources."""

    keys: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.keys)


Cell = str | SourceKeys


@dataclass(frozen=True)
class Table:
    """A table ready to be shown.

    Parameters
    ----------
    columns
        Heads, in the reader's language.
    rows
        Cells, as many a row as there are heads.
    numeric
        Columns of numbers, to be set flush right.
    short
        Columns of dates and the like, which are not to be broken.
    wide
        Columns of sentences, which need room.
    groups
        Heads of groups of rows and how many rows each has; empty for a table without groups.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: frozenset[int] = field(default_factory=frozenset)
    short: frozenset[int] = field(default_factory=frozenset)
    wide: frozenset[int] = field(default_factory=frozenset)
    groups: tuple[tuple[str, int], ...] = ()

    @property
    def parts(self) -> tuple[tuple[str, tuple[tuple[Cell, ...], ...]], ...]:
        """Rows by group, each with its head; all rows under an empty head where there are no groups."""
        if not self.groups:
            return (("", self.rows),)
        found, at = [], 0
        for head, count in self.groups:
            found.append((head, self.rows[at : at + count]))
            at += count
        return tuple(found)


def grouped(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Heads of groups and their lengths, from the head of each row in order."""
    return tuple((name, len(list(rows))) for name, rows in groupby(names))


def with_unit(title: str, unit: str, lang: str) -> str:
    """A title with its unit in brackets."""
    shown = unit_title(unit, lang)
    return text("report.column.variable_unit", lang, title=title, unit=shown) if shown else title


def grade_title(grade: str, lang: str) -> str:
    """A grade of evidence in words."""
    return text(f"report.evidence_grade.{grade}", lang)
