"""A foreign table, CSV or workbook, read whole: labels, numbers, bounds, and every fault with its line."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from copark.cases.files import MOST_BYTES, MOST_FAULTS, Refused, read_cells, read_text, refuse
from copark.cases.tables import Broken, lines_of
from copark.errors import Fault
from copark.setmethods.table import CaseTable, TableFaults, fault

LABELS = frozenset(
    (
        "case",
        "cases",
        "case_id",
        "id",
        "name",
        "label",
        "unit",
        "park",
        "park_id",
        "year",
        "time",
        "date",
        "quarter",
        "案例",
        "名称",
        "编号",
        "园区",
        "地区",
        "城市",
        "年份",
        "时间",
        "季度",
    )
)
"""Names of columns that hold the cases' labels where none is named."""
MISSING = frozenset(("", "na", "n/a", "nan", "null", "none", "-", "–", "—", ".", "..", "?", "缺失", "无", "#n/a"))
"""Texts that stand in a cell for a missing value, in lower case."""
LARGEST = 1e100
"""Size of the largest number of a cell: sums of squares of larger ones would leave the numbers a computer has."""
MOST_ROWS = 10_000
MOST_COLUMNS = 500
_LIMIT = MOST_BYTES // 1_000_000
_UNFIT = {
    **dict.fromkeys(
        ("bomb", "too_large_inside", "too_many_entries", "too_many_marks", "too_many_rows", "cell_too_long"),
        "workbook_too_large",
    ),
    **dict.fromkeys(("entities", "encoding"), "unsafe_workbook"),
}
"""Codes of tables by the codes a workbook is refused for."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

Rows = list[tuple[int, list[str]]]
"""Rows that are not empty, as texts, each with its line."""


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
        The file; its ending tells CSV from a workbook.
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
    rows, digest = _open_rows(Path(path), faults)
    name = Path(path).name
    header = _header(name, rows, faults)
    if not header:
        raise TableFaults(faults)
    faults.extend(
        fault("missing_column", name, rows[0][0], column, found=column, known=_near(column, header))
        for column in dict.fromkeys((*needed, *(() if label is None else (label,))))
        if column not in header
    )
    if label is None:
        place = _label_column(header, rows, needed)
    else:
        place = header.index(label) if label in header else None
    reader = _Reader(name, header, place, [column for column in needed if column in header], faults)
    reader.memberships = memberships
    reader.optional = optional
    reader.drop_missing = drop_missing
    for line, cells in rows[1:]:
        reader.take(line, cells)
    if len(faults) > MOST_FAULTS:
        rest = len(faults) - MOST_FAULTS
        faults = [*faults[:MOST_FAULTS], fault("more_faults", faults[-1].file, rest=rest)]
    if faults:
        raise TableFaults(faults)
    if not reader.cases:
        raise TableFaults([fault("no_complete_case", name)])
    values = {column: np.array(cells, dtype=np.float64) for column, cells in reader.values.items()}
    return CaseTable(name, tuple(reader.cases), values, tuple(reader.left_out), digest)


def parsed(cell: str) -> float | None:
    """Return the number of a cell written with a point and nothing else, of a size up to ``LARGEST``; ``None`` else."""
    value = float(cell) if _NUMBER.fullmatch(cell) else None
    return value if value is not None and abs(value) <= LARGEST else None


def _is_missing(cell: str) -> bool:
    return cell.lower() in MISSING


def _header(name: str, rows: Rows, faults: list[Fault]) -> list[str]:
    """Return the names of the columns; empty where they cannot be told."""
    if not rows:
        if not faults:
            faults.append(fault("empty_table", name))
        return []
    line, cells = rows[0]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) == 1 and any(mark in cells[0] for mark in ";\t|"):
        faults.append(fault("separator", name, line, found=cells[0]))
        return []
    if len(cells) > MOST_COLUMNS:
        faults.append(fault("too_many_columns", name, line, found=len(cells), most=MOST_COLUMNS))
        return []
    for place, cell in enumerate(cells):
        if cell and cell in cells[:place]:
            faults.append(fault("repeated_column", name, line, cell, found=cell))
    if len(rows) == 1:
        faults.append(fault("no_rows", name, line))
    return cells


def _near(column: str, header: Sequence[str]) -> str:
    """Return the name nearest to one that is not there; all names where none is near."""
    near = get_close_matches(column, [name for name in header if name], n=1, cutoff=0.5)
    same = [name for name in header if name.lower() == column.lower()]
    return (same or near or [", ".join(name for name in header if name)])[0]


def _label_column(header: Sequence[str], rows: Rows, used: Collection[str]) -> int | None:
    """Find the column with the cases' labels: one so named, or the first if it is not used and not made of numbers."""
    for place, column in enumerate(header):
        if column.lower() in LABELS and column not in used:
            return place
    if header[0] not in used:
        cells = [cells[0] for _, cells in rows[1:] if cells]
        if not header[0] or any(cell and not _is_missing(cell) and parsed(cell) is None for cell in cells):
            return 0
    return None


def _open_rows(path: Path, faults: list[Fault]) -> tuple[Rows, str]:
    """Read the rows of a table and the SHA-256 of its content; rows read before a fault are given all the same."""
    try:
        real = path.resolve(strict=True)
    except OSError:
        faults.append(fault("no_file", str(path)))
        return [], ""
    if real.suffix.lower() in (".xlsx", ".xlsm"):
        return _workbook_rows(real, faults)
    if real.suffix.lower() == ".xls":
        faults.append(fault("old_workbook", real.name))
        return [], ""
    content = read_text(real.parent, real.name, faults)
    if content is None:
        return [], ""
    rows: Rows = []
    try:
        for line, cells in lines_of(content):
            rows.append((line, cells))
            if len(rows) > MOST_ROWS + 1:
                faults.append(fault("too_many_rows", real.name, line, most=MOST_ROWS))
                break
    except Broken as error:
        faults.append(fault("broken_csv", real.name, error.line, reason=str(error)))
    return rows, hashlib.sha256(content.encode("utf-8")).hexdigest()


def _workbook_rows(path: Path, faults: list[Fault]) -> tuple[Rows, str]:
    """Read the first sheet's rows: values as they were last computed, never formulas."""
    try:
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            raise refuse("", "too_large_inside", path.name)
        raw = path.read_bytes()
        sheet = read_cells(raw, None, path.name)[0]
    except (OSError, Refused) as error:
        why = error.faults[0].code.rpartition(".")[2] if isinstance(error, Refused) else ""
        faults.append(fault(_UNFIT.get(why, "not_a_workbook"), path.name, most=_LIMIT))
        return [], ""
    rows = [(line, cells) for line, cells in enumerate(next(iter(sheet.values()), []), start=1) if cells]
    if len(rows) > MOST_ROWS + 1:
        faults.append(fault("too_many_rows", path.name, rows[-1][0], most=MOST_ROWS))
    return rows, hashlib.sha256(raw).hexdigest()


class _Reader:
    """Takes rows one by one; keeps the sound ones."""

    memberships: Collection[str]
    optional: Collection[str]
    drop_missing: bool

    def __init__(
        self, name: str, header: Sequence[str], place: int | None, needed: Sequence[str], faults: list[Fault]
    ) -> None:
        self.name = name
        self.header = header
        self.place = place
        self.faults = faults
        self.cases: list[str] = []
        self.values: dict[str, list[float]] = {column: [] for column in needed}
        self.left_out: list[tuple[str, tuple[str, ...]]] = []
        self._first: dict[str, int] = {}

    def take(self, line: int, cells: list[str]) -> None:
        while len(cells) > len(self.header) and not cells[-1]:
            cells.pop()
        if len(cells) > len(self.header):
            self.faults.append(fault("cell_count", self.name, line, found=len(cells), expected=len(self.header)))
            return
        cells = [*cells, *[""] * (len(self.header) - len(cells))]
        label = self._label(line, cells)
        empty = []
        numbers = {}
        for column in self.values:
            cell = cells[self.header.index(column)]
            value = parsed(cell)
            if _is_missing(cell):
                if column in self.optional:
                    numbers[column] = float("nan")
                else:
                    empty.append(column)
            elif value is None:
                self.faults.append(fault("not_a_number", self.name, line, column, found=cell))
            elif column in self.memberships and not 0.0 <= value <= 1.0:
                self.faults.append(fault("not_a_membership", self.name, line, column, found=cell))
            else:
                numbers[column] = value
        if empty and self.drop_missing:
            self.left_out.append((label, tuple(empty)))
            return
        self.faults.extend(fault("missing_value", self.name, line, column) for column in empty)
        if len(numbers) == len(self.values):
            self.cases.append(label)
            for column, value in numbers.items():
                self.values[column].append(value)

    def _label(self, line: int, cells: list[str]) -> str:
        if self.place is None:
            return str(len(self.cases) + len(self.left_out) + 1)
        label = " ".join(cells[self.place].split())
        key = self.header[self.place]
        if not label:
            self.faults.append(fault("no_label", self.name, line, key))
        elif label in self._first:
            self.faults.append(fault("repeated_case", self.name, line, key, found=label, first=self._first[label]))
        self._first.setdefault(label, line)
        return label
