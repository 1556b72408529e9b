"""Tables of a document as files hold them, one number a cell, intervals as columns of their own; and as CSV files.

Names of columns are the same in every language.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from copark.presentation.document import Column, Document, Interval, Table, Value
from copark.presentation.exports import write_csv
from copark.presentation.page import Scalar, clean, plain
from copark.presentation.run_tables import PlainTable
from copark.texts import text


@dataclass(frozen=True)
class Flat:
    """Columns and rows of single values; the first column is the group where the table has groups."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar, ...], ...]


def flat(table: Table, lang: str) -> Flat:
    """Spread a table: a column with intervals becomes its middle, its low end and its high end.

    The middle is left out where no interval of the column has one.
    """
    spread = [_ends(table, at) for at in range(len(table.columns))]
    columns: list[Column] = [Column("group", text("presentation.group", lang))] if table.groups else []
    for column, ends in zip(table.columns, spread, strict=True):
        columns += [_column(column, end, lang) for end in ends]
    heads = [clean(title) for title, rows in table.groups for _ in range(rows)]
    rows = []
    for number, row in enumerate(table.rows):
        cells: list[Scalar] = [heads[number]] if heads else []
        for value, ends in zip(row, spread, strict=True):
            cells += _cells(value, ends)
        rows.append(tuple(cells))
    return Flat(tuple(columns), tuple(rows))


def _ends(table: Table, at: int) -> tuple[str, ...]:
    found = [row[at] for row in table.rows]
    bands = [value for value in found if isinstance(value, Interval)]
    if not bands:
        return ("value",)
    alone = all(value.value is None for value in bands) and not any(
        value is not None and not isinstance(value, Interval) for value in found
    )
    return ("low", "high") if alone else ("value", "low", "high")


def _column(column: Column, end: str, lang: str) -> Column:
    if end == "value":
        return column
    title = text(f"presentation.end.{end}", lang, title=column.title)
    return replace(column, key=f"{column.key}_{end}", title=title, meaning="")


def _cells(value: Value, ends: tuple[str, ...]) -> Iterator[Scalar]:
    for end in ends:
        if end == "value":
            yield plain(value)
        else:
            yield plain(getattr(value, end)) if isinstance(value, Interval) else None


def write(document: Document, folder: Path, _charts: Any = None) -> Path:
    """Write every table as ``<table>.csv`` into a folder, and give the folder.

    Numbers are whole, shares 0 to 1, yes and no 1 and 0; where there is no value, nothing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in document.tables():
        found = flat(table, document.lang)
        rows = [[int(cell) if isinstance(cell, bool) else cell for cell in row] for row in found.rows]
        write_csv(
            PlainTable(table.key, [column.key for column in found.columns], rows, len(rows)),
            folder / f"{table.key}.csv",
        )
    return folder
