"""Reading a CSV table of a case, row by row, each row checked by itself."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from pydantic import ValidationError

from copark.cases.files import MOST_FAULTS, KeyPath, fault
from copark.cases.types import Record, shown, suggestion
from copark.cases.validation import told
from copark.errors import Fault

R = TypeVar("R", bound=Record)


class Row(NamedTuple, Generic[R]):
    """A row of a table, and the line it begins on."""

    line: int
    record: R


class Table(NamedTuple, Generic[R]):
    """A table as far as it is sound."""

    rows: list[Row[R]]
    """Rows without a fault."""
    spoiled: list[Mapping[str, str]]
    """Cells of the rows with a fault, by column; without cells where the columns cannot be told."""


def read_table(text: str, file: str, model: type[R], faults: list[Fault]) -> Table[R]:
    """Read a table whose columns are the fields of ``model``.

    Cells are separated by commas; empty rows are skipped; lines may end as on any system. Text that a spreadsheet would
    take for a formula is read as the text it is.
    """
    reader = _Reader(file, model)
    try:
        for line, cells in _lines(text):
            if any(cell.strip() for cell in cells) and not reader.take(line, cells):
                break
    except _Broken as broken:
        reader.say("broken_csv", broken.line, reason=broken)
    if not reader.columns:
        reader.table.spoiled.append({})
        if not reader.faults:
            reader.faults.append(fault("empty_file", file))
    faults.extend(reader.faults)
    return reader.table


class _Broken(Exception):
    def __init__(self, reason: object, line: int) -> None:
        super().__init__(reason)
        self.line = line


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise _Broken(error, line) from None


class _Reader(Generic[R]):
    def __init__(self, file: str, model: type[R]) -> None:
        self.file = file
        self.model = model
        self.columns: list[str] = []
        self.table: Table[R] = Table([], [])
        self.faults: list[Fault] = []

    def say(self, code: str, line: int, key: str | KeyPath = "", **values: Any) -> None:
        self.faults.append(fault(code, self.file, line, key, **values))

    def take(self, line: int, cells: list[str]) -> bool:
        """Take a row; ``False`` if it is of no use to read on."""
        if self.columns:
            self._row(line, cells)
        else:
            self._header(line, cells)
        return bool(self.columns) and len(self.faults) <= MOST_FAULTS

    def _header(self, line: int, cells: list[str]) -> None:
        columns = [cell.strip() for cell in cells]
        while not columns[-1]:
            columns.pop()
        fields = self.model.model_fields
        if len(columns) == 1 and any(mark in columns[0] for mark in ";\t|"):
            self.say("separator", line, found=columns[0])
            return
        if not set(columns) & fields.keys():
            self.say("no_header", line, expected=",".join(fields))
            return
        for place, column in enumerate(columns):
            if column not in fields:
                near = suggestion(column, [name for name in fields if name not in columns])
                self.say("unknown_column", line, shown(column), found=column, suggestion=near)
            elif column in columns[:place]:
                self.say("repeated_column", line, column, found=column)
        for name, field in fields.items():
            if field.is_required() and name not in columns:
                self.say("missing_column", line, name, name=name)
        self.columns = columns

    def _row(self, line: int, cells: list[str]) -> None:
        while len(cells) > len(self.columns) and not cells[-1].strip():
            cells.pop()
        if len(cells) != len(self.columns):
            self.say("cell_count", line, found=len(cells), expected=len(self.columns))
            self.table.spoiled.append({})
            return
        named: dict[str, str] = {}
        for column, cell in zip(self.columns, cells, strict=True):
            if column in self.model.model_fields and cell.strip():
                named.setdefault(column, cell.strip())
        try:
            self.table.rows.append(Row(line, self.model.model_validate(named)))
        except ValidationError as error:
            self.table.spoiled.append(named)
            for one in error.errors(include_url=False):
                code, path, values = told(one)
                if code != "missing_key":
                    self.say(code, line, path, **values)
                elif path[-1] in self.columns:
                    self.say("empty_cell", line, path)
