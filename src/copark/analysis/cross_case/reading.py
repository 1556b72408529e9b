"""A foreign table read whole: labels, numbers, bounds, and every fault with its line, cause and repair."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from copark.analysis.cross_case.columns import header_of, is_missing, label_column, missing_columns, parsed
from copark.analysis.cross_case.rows import Rows, open_rows
from copark.cases.files import MOST_FAULTS
from copark.errors import Fault
from copark.setmethods.table import CaseTable, TableFaults, fault


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
