"""Tables of a package: columns with types, units and codes, rows, and ties to other tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from copark.presentation.run_export import plain_number, safe
from copark.texts import entries, has_text, text
from copark.texts.localized import LocalizedText

ColumnType = Literal["string", "number", "integer", "boolean", "date"]
"""Types of Table Schema."""
PART_OF_DATE = r"^\d{4}(-\d{2}(-\d{2})?)?$"
"""A date no more exact than its source."""
QUARTER = r"^\d{4}Q[1-4]$"
"""A quarter."""
TAILS = ("date", "value", "unit", "basis", "basis_zh", "grade", "sources", "note_en", "note_zh")
"""Ends of names of columns that say of a part of a row what they say of a whole one."""
SOURCE_TABLES = "sources"
"""Part of the dictionary with the tables of sources and citations."""
Cell: TypeAlias = str | int | float | bool | None
DataRow: TypeAlias = dict[str, Cell]


@dataclass(frozen=True)
class DataColumn:
    """A column."""

    name: str
    """Its name: lower case, English, words joined by ``_``."""
    type: ColumnType = "string"
    """Type of its values."""
    codes: str = ""
    """Name of the list its values are taken from; empty for none."""
    unit: str = ""
    """Unit of its values, as in the table of units; empty where they have none, or one of their own."""
    pattern: str = ""
    """Regular expression that its texts keep to; empty for none."""
    is_needed: bool = False
    """True where every row has a value."""
    is_list: bool = False
    """True where a cell has several values, separated by ``; ``."""
    title: LocalizedText | None = None
    """Its title, where the texts of the package have none."""
    meaning: LocalizedText | None = None
    """Its meaning, where the texts of the package do not tell."""


@dataclass(frozen=True)
class ForeignKey:
    """A column whose values are keys of another table."""

    column: str
    """The column."""
    table: str
    """The other table."""
    to: str
    """Column of the other table."""


@dataclass(frozen=True)
class DataTable:
    """A table with its rows."""

    name: str
    """Its name, and that of its file."""
    columns: tuple[DataColumn, ...]
    """Its columns."""
    rows: tuple[Mapping[str, Cell], ...]
    """Its rows; what a row does not have is missing."""
    key: tuple[str, ...]
    """Columns that name a row."""
    foreign: tuple[ForeignKey, ...] = ()
    """Ties to other tables."""
    licence: str = ""
    """Name of the licence of its rows, where it is another than the package's."""
    group: str = "parks"
    """Part of the dictionary that it stands in."""

    def title(self, lang: str) -> str:
        """Return its title."""
        key = f"casebook.table.{self.name}"
        return text(key if has_text(key) else f"workbook.sheet.{self.name}", lang)

    def meaning(self, lang: str) -> str:
        """Return what a row of it is."""
        key = f"casebook.about.{self.name}"
        return text(key if has_text(key) else f"workbook.about.{self.name}", lang)

    def column_title(self, column: DataColumn, lang: str) -> str:
        """Return the title of one of its columns."""
        return self._column_words("column", column, column.title).text(lang)

    def column_meaning(self, column: DataColumn, lang: str) -> str:
        """Return what one of its columns says."""
        return self._column_words("meaning", column, column.meaning).text(lang)

    def _column_words(self, kind: str, column: DataColumn, fallback: LocalizedText | None) -> LocalizedText:
        names = [f"{self.name}.{column.name}", column.name]
        if kind == "meaning":
            names += [tail for tail in TAILS if column.name.endswith(f"_{tail}")]
        for name in names:
            if has_text(f"casebook.{kind}.{name}"):
                return LocalizedText(**entries("casebook")[f"{kind}.{name}"])
        if fallback is None:
            raise KeyError(f"casebook.{kind}.{self.name}.{column.name}")
        return fallback

    def content(self) -> bytes:
        """Return it as CSV: UTF-8 with byte order mark, comma, point, one header row."""
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([column.name for column in self.columns])
        for row in self.rows:
            writer.writerow([safe(csv_cell(row.get(column.name))) for column in self.columns])
        return stream.getvalue().encode("utf-8-sig")


def csv_cell(value: Cell) -> str | int | float | None:
    """Return a cell of CSV: yes and no as ``true`` and ``false``, whole numbers without a point, nothing as nothing."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return plain_number(value) if isinstance(value, float) else value


def number(value: Any) -> int | float | None:
    """Return the number of a cell of a file; ``None`` of an empty one."""
    return None if value is None or value == "" else plain_number(value)


def truth(value: Any) -> bool | None:
    """Return the yes or no of a cell of a file; ``None`` of an empty one."""
    if value is None or value == "":
        return None
    return value if isinstance(value, bool) else str(value).lower() in ("yes", "true")


def by_name(tables: Sequence[DataTable]) -> Mapping[str, DataTable]:
    """Return tables by their names."""
    return {table.name: table for table in tables}
