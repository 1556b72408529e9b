"""A foreign table read whole: labels, numbers, bounds, and every fault with its line, cause and repair.

The rows of a foreign file, CSV or workbook, as texts with the lines they stand on; nothing is trusted.

Which columns of a table are meant, which hold the cases' labels, and which numbers a cell may hold.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import warnings
from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from copark.cases.files import MOST_BYTES, MOST_FAULTS, Refused, check_workbook, read_text
from copark.errors import Fault
from copark.setmethods.table import CaseTable, TableFaults, fault

LABELS = frozenset(
    (
        "case", "cases", "case_id", "id", "name", "label", "unit", "park", "park_id", "year", "time", "date", "quarter",
        "案例", "名称", "编号", "园区", "地区", "城市", "年份", "时间", "季度",
    )
)  # fmt: skip
"""Names of columns that hold the cases' labels where none is named."""

MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "-", "–", "—", ".", "..", "?", "缺失", "无", "#n/a"))
"""What stands in a cell for a missing value, in lower case."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


LARGEST = 1e100
"""Size of the largest number of a cell: sums of squares of larger ones would leave the numbers a computer has."""


def parsed(cell: str) -> float | None:
    """The number of a cell written with a point and nothing else, of a size up to ``LARGEST``; ``None`` else."""
    if not _NUMBER.fullmatch(cell):
        return None
    value = float(cell)
    return value if abs(value) <= LARGEST else None


def is_missing(cell: str) -> bool:
    """Whether a cell stands for a missing value."""
    return cell.lower() in MISSING


def header_of(name: str, rows: Rows, faults: list[Fault]) -> tuple[str, ...]:
    """The names of the columns; empty where they cannot be told."""
    if not rows:
        if not faults:
            faults.append(fault("empty_table", name))
        return ()
    line, cells = rows[0]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) == 1 and any(mark in cells[0] for mark in ";\t|"):
        faults.append(fault("separator", name, line, found=cells[0]))
        return ()
    if len(cells) > MOST_COLUMNS:
        faults.append(fault("too_many_columns", name, line, found=len(cells), most=MOST_COLUMNS))
        return ()
    for place, cell in enumerate(cells):
        if cell and cell in cells[:place]:
            faults.append(fault("repeated_column", name, line, cell, found=cell))
    if len(rows) == 1:
        faults.append(fault("no_rows", name, line))
    return tuple(cells)


def missing_columns(name: str, line: int, header: Sequence[str], needed: Iterable[str]) -> list[Fault]:
    """A fault for every column that was asked for and is not there, with the nearest names."""
    found = []
    for column in dict.fromkeys(needed):
        if column not in header:
            near = get_close_matches(column, [one for one in header if one], n=1, cutoff=0.5)
            same = [one for one in header if one.lower() == column.lower()]
            guess = (same or near or [", ".join(one for one in header if one)])[0]
            found.append(fault("missing_column", name, line, column, found=column, known=guess))
    return found


def label_column(header: Sequence[str], rows: Rows, needed: Iterable[str]) -> int | None:
    """The column with the cases' labels: one so named, or the first if it is not used and not made of numbers."""
    used = set(needed)
    for place, column in enumerate(header):
        if column.lower() in LABELS and column not in used:
            return place
    if header and header[0] not in used:
        cells = [cells[0] for _, cells in rows[1:] if cells]
        if not header[0] or any(cell and not is_missing(cell) and parsed(cell) is None for cell in cells):
            return 0
    return None


MOST_ROWS = 10_000
MOST_COLUMNS = 500
MOST_UNPACKED = 50_000_000
"""Bytes a workbook may unpack to."""
MOST_PARTS = 500
"""Parts a workbook may have: sheets, drawings, styles."""
WORKBOOKS = (".xlsx", ".xlsm")
_LIMIT = MOST_BYTES // 1_000_000
_UNFIT = {
    **dict.fromkeys(("bomb", "too_large_inside", "too_many_entries"), "workbook_too_large"),
    **dict.fromkeys(("entities", "encoding"), "unsafe_workbook"),
}
"""What a workbook is refused for, in the words of tables."""

Rows = list[tuple[int, list[str]]]


def open_rows(path: Path, faults: list[Fault]) -> tuple[Rows, str]:
    """The rows of a table that are not empty, each with its line, and the SHA-256 of the file.

    Faults are added to the list; rows read before a fault are given all the same.
    """
    try:
        real = path.resolve(strict=True)
    except OSError:
        faults.append(fault("no_file", str(path)))
        return [], ""
    if real.suffix.lower() in WORKBOOKS:
        return _workbook_rows(real, faults)
    if real.suffix.lower() == ".xls":
        faults.append(fault("old_workbook", real.name))
        return [], ""
    content = read_text(real.parent, real.name, faults)
    if content is None:
        return [], ""
    return _csv_rows(content, real.name, faults), hashlib.sha256(content.encode("utf-8")).hexdigest()


def _csv_rows(content: str, name: str, faults: list[Fault]) -> Rows:
    reader = csv.reader(io.StringIO(content, newline=""), strict=True)
    found: Rows = []
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                found.append((line, [cell.strip() for cell in cells]))
            line = reader.line_num + 1
            if len(found) > MOST_ROWS + 1:
                faults.append(fault("too_many_rows", name, line, most=MOST_ROWS))
                break
    except csv.Error as error:
        faults.append(fault("broken_csv", name, line, reason=str(error)))
    return found


def _workbook_rows(path: Path, faults: list[Fault]) -> tuple[Rows, str]:
    try:
        raw = path.read_bytes() if path.is_file() and path.stat().st_size <= MOST_BYTES else None
        if raw is not None:
            check_workbook(raw, path.name, "", MOST_PARTS, MOST_UNPACKED)
    except OSError:
        faults.append(fault("not_a_workbook", path.name))
        return [], ""
    except Refused as refused:
        faults.append(fault(_UNFIT.get(refused.faults[0].code.strip("."), "not_a_workbook"), path.name, most=_LIMIT))
        return [], ""
    if raw is None:
        faults.append(fault("workbook_too_large", path.name, most=_LIMIT))
        return [], ""
    return _sheet_rows(raw, path.name, faults), hashlib.sha256(raw).hexdigest()


def _sheet_rows(raw: bytes, name: str, faults: list[Fault]) -> Rows:
    """The first sheet's rows: values as they were last computed, never formulas."""
    from openpyxl import load_workbook

    found: Rows = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True)
            for line, cells in _cells_of(book.worksheets[0]):
                if any(cells):
                    found.append((line, cells))
            book.close()
    except Refused:
        faults.append(fault("workbook_too_large", name, most=_LIMIT))
        return []
    except Exception:  # noqa: BLE001 - a damaged workbook can fail in any way inside the library
        faults.append(fault("not_a_workbook", name))
        return []
    if len(found) > MOST_ROWS + 1:
        faults.append(fault("too_many_rows", name, found[-1][0], most=MOST_ROWS))
    return found


def _cells_of(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Texts of every row; many cells may have one text that stands in the file once, so that letters are counted."""
    last = {"max_row": MOST_ROWS + 2, "max_col": MOST_COLUMNS + 1}
    letters = 0
    for line, row in enumerate(sheet.iter_rows(values_only=True, **last), start=1):
        cells = []
        for value in row:
            letters += len(value) if isinstance(value, str) else 0
            if letters > MOST_UNPACKED:
                raise Refused
            cells.append(_written(value))
        while cells and not cells[-1]:
            cells.pop()
        yield line, cells


def _written(value: Any) -> str:
    if value is None:
        return ""
    return repr(value) if isinstance(value, float) else str(value).strip()


def read_case_table(
    path: str | Path,
    needed: Sequence[str],
    *,
    label: str | None = None,
    memberships: Collection[str] = (),
    optional: Collection[str] = (),
    drop_missing: bool = False,
) -> CaseTable:
    """Read a table of cases from CSV (UTF-8, comma, point) or from the first sheet of a workbook.

    Parameters
    ----------
    path
        The file.
    needed
        Columns that are used; all others are left unread.
    label
        Column with the cases' labels. By default a column so named (``case``, ``name``, ``案例`` …), or the first
        one if it holds texts and is not used; otherwise cases are numbered from 1.
    memberships
        Columns that must lie in [0, 1].
    optional
        Columns among those needed in which a value may be missing; it is NaN then.
    drop_missing
        Leave cases with a missing value out, and say which; by default a missing value is a fault.

    Raises
    ------
    TableFaults
        With every fault of the file.
    """
    faults: list[Fault] = []
    rows, digest = open_rows(Path(path), faults)
    name = Path(path).name
    header = header_of(name, rows, faults)
    if not header:
        raise TableFaults(faults)
    wanted = (*needed, *(() if label is None else (label,)))
    absent = missing_columns(name, rows[0][0], header, wanted)
    faults.extend(absent)
    place = label_column(header, rows, needed) if label is None else _place(header, label)
    reader = _Reader(name, header, place, [one for one in needed if one in header], frozenset(memberships))
    reader.drop_missing, reader.optional = drop_missing, frozenset(optional)
    reader.read(rows, faults)
    if faults:
        raise TableFaults(_cut(faults))
    if not reader.cases:
        raise TableFaults([fault("no_complete_case", name)])
    values = {column: np.array(cells, dtype=np.float64) for column, cells in reader.values.items()}
    return CaseTable(name, tuple(reader.cases), values, tuple(reader.left_out), digest)


def _place(header: Sequence[str], label: str) -> int | None:
    return header.index(label) if label in header else None


def _cut(faults: list[Fault]) -> list[Fault]:
    if len(faults) <= MOST_FAULTS:
        return faults
    return [*faults[:MOST_FAULTS], fault("more_faults", faults[-1].file, rest=len(faults) - MOST_FAULTS)]


class _Reader:
    """Takes rows one by one; keeps the sound ones."""

    def __init__(
        self, name: str, header: Sequence[str], place: int | None, needed: Sequence[str], memberships: frozenset[str]
    ) -> None:
        self.name, self.header, self.place = name, header, place
        self.needed = tuple(dict.fromkeys(needed))
        self.memberships = memberships
        self.drop_missing = False
        self.optional: frozenset[str] = frozenset()
        self.cases: list[str] = []
        self.values: dict[str, list[float]] = {column: [] for column in self.needed}
        self.left_out: list[tuple[str, tuple[str, ...]]] = []
        self._first: dict[str, int] = {}

    def read(self, rows: Rows, faults: list[Fault]) -> None:
        for line, cells in rows[1:]:
            while len(cells) > len(self.header) and not cells[-1]:
                cells.pop()
            if len(cells) > len(self.header):
                faults.append(fault("cell_count", self.name, line, found=len(cells), expected=len(self.header)))
                continue
            self._take(line, [*cells, *[""] * (len(self.header) - len(cells))], faults)

    def _take(self, line: int, cells: list[str], faults: list[Fault]) -> None:
        label = self._label(line, cells, faults)
        empty, numbers = [], []
        for column in self.needed:
            cell = cells[self.header.index(column)]
            if is_missing(cell):
                if column in self.optional:
                    numbers.append((column, float("nan")))
                else:
                    empty.append(column)
                continue
            value = parsed(cell)
            if value is None:
                faults.append(fault("not_a_number", self.name, line, column, found=cell))
            elif column in self.memberships and not 0.0 <= value <= 1.0:
                faults.append(fault("not_a_membership", self.name, line, column, found=cell))
            else:
                numbers.append((column, value))
        if empty and self.drop_missing:
            self.left_out.append((label, tuple(empty)))
            return
        faults.extend(fault("missing_value", self.name, line, column) for column in empty)
        if len(numbers) == len(self.needed):
            self.cases.append(label)
            for column, value in numbers:
                self.values[column].append(value)

    def _label(self, line: int, cells: list[str], faults: list[Fault]) -> str:
        if self.place is None:
            return str(len(self.cases) + len(self.left_out) + 1)
        label = " ".join(cells[self.place].split())
        key = self.header[self.place]
        if not label:
            faults.append(fault("no_label", self.name, line, key))
        elif label in self._first:
            faults.append(fault("repeated_case", self.name, line, key, found=label, first=self._first[label]))
        self._first.setdefault(label, line)
        return label
