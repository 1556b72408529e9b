"""The rows of a foreign file, CSV or workbook, as texts with the lines they stand on; nothing is trusted."""

from __future__ import annotations

import csv
import hashlib
import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from copark.cases.archive import Refused, check_workbook
from copark.cases.files import MOST_BYTES, read_text
from copark.errors import Fault
from copark.setmethods.table import fault

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
