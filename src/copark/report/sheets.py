"""Tables that stand on a page, in a CSV file and in a workbook: made once, with their numbers whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

from copark.presentation.numbers import NOTHING, number
from copark.report.tables import Table as PageTable
from copark.store.exports import write_csv
from copark.store.tables import Cell
from copark.store.tables import Table as StoreTable
from copark.store.workbook import write_workbook
from copark.texts import text


@dataclass(frozen=True)
class Sheet:
    """A table.

    Parameters
    ----------
    key
        Its file's name, and the end of ``<area>.sheet.<key>``.
    columns
        Heads, in the reader's language.
    rows
        Cells: texts, numbers, nothing.
    places, decimals
        Decimals of numbers on a page; those of some columns.
    short, wide
        Columns of texts that are not to be broken, and of long ones.
    groups
        Heads of groups of rows on a page, and how many rows each has.
    """

    key: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    places: int = 3
    decimals: Mapping[int, int] = field(default_factory=dict)
    short: frozenset[int] = field(default_factory=frozenset)
    wide: frozenset[int] = field(default_factory=frozenset)
    groups: tuple[tuple[str, int], ...] = ()

    def on_page(self) -> PageTable:
        """The table as a page shows it: numbers cut to some decimals."""
        numeric = frozenset(
            at
            for at in range(len(self.columns))
            if any(isinstance(row[at], int | float) for row in self.rows)
            and not any(isinstance(row[at], str) and row[at] for row in self.rows)
        )
        rows = tuple(tuple(self._shown(at, cell) for at, cell in enumerate(row)) for row in self.rows)
        return PageTable(self.columns, rows, numeric, self.short, self.wide, self.groups)

    def _shown(self, at: int, cell: Cell) -> str:
        if cell is None:
            return NOTHING
        if isinstance(cell, float):
            return number(cell, self.decimals.get(at, self.places))
        return str(cell) if isinstance(cell, str) else number(cell, 0)

    def stored(self) -> StoreTable:
        """The table as a file holds it: numbers whole, nothing where there is none."""
        rows = [[None if isinstance(cell, float) and not isfinite(cell) else cell for cell in row] for row in self.rows]
        return StoreTable(self.key, list(self.columns), rows, len(rows))


def heads(area: str, lang: str, *keys: str) -> tuple[str, ...]:
    """Heads of columns: texts ``<area>.column.<key>``."""
    return tuple(text(f"{area}.column.{key}", lang) for key in keys)


def write_sheets(sheets: Sequence[Sheet], folder: Path, name: str, lang: str, area: str) -> tuple[Path, ...]:
    """Write tables as CSV files in ``tables/`` and as one workbook, titled ``<area>.sheet.<key>``; that last."""
    found = [one.stored() for one in sheets if one.rows]
    written = [write_csv(one, folder / "tables" / f"{one.name}-{lang}.csv") for one in found]
    book = write_workbook(found, folder / f"{name}-{lang}.xlsx", lang, area=area, freeze="B2")
    return (*written, book)
