"""Which columns of a table are meant, which hold the cases' labels, and which numbers a cell may hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from copark.analysis.cross_case.rows import MOST_COLUMNS, Rows
from copark.errors import Fault
from copark.setmethods.table import fault

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
