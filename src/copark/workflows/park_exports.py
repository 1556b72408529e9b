"""Parks as tables for other programs: CSV and a workbook, both of which Excel opens."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from pathlib import Path
from typing import Any

from copark.store import exports, tables
from copark.store.atomic import written_file
from copark.store.refusals import ExportRefused, fault
from copark.store.workbook import printable
from copark.texts import text
from copark.workflows.parks import ParkList, ParkRow

COLUMNS = tuple(field.name for field in fields(ParkRow) if field.name != "type_key")


def headings(lang: str) -> list[str]:
    """Headings of the columns, with units."""
    return [text(f"parks.column.{name}", lang) for name in COLUMNS]


def cells(found: ParkList) -> list[list[tables.Cell]]:
    """Rows of cells: texts, numbers, and nothing where nothing is known."""
    return [[getattr(row, name) for name in COLUMNS] for row in found.rows]


def write_csv(found: ParkList, target: Path) -> Path:
    """Write parks as CSV: UTF-8 with byte order mark; texts that look like formulas are made harmless."""
    _refuse_folder(target)
    rows = cells(found)
    return exports.write_csv(tables.Table("parks", headings(found.lang), rows, len(rows)), target)


def csv_text(found: ParkList) -> str:
    """Give parks as the text of a CSV file; texts that look like formulas are made harmless."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(headings(found.lang))
    writer.writerows([tables.safe(cell) for cell in row] for row in cells(found))
    return stream.getvalue()


def write_workbook(found: ParkList, target: Path) -> Path:
    """Write parks as a workbook of one sheet, headings and names held in sight; texts stay texts."""
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    _refuse_folder(target)
    book: Any = Workbook()
    sheet = book.active
    sheet.title = text("parks.sheet", found.lang)
    sheet.freeze_panes = "C2"
    heads = headings(found.lang)
    rows: list[list[tables.Cell]] = [[*heads], *cells(found)]
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            _put(sheet, at, column, value, bold=at == 1)
    for column, head in enumerate(heads, start=1):
        wide = sum(2 if ord(letter) > 0x2E80 else 1 for letter in head)
        sheet.column_dimensions[get_column_letter(column)].width = min(60, max(11, wide + 2))
    sheet.auto_filter.ref = sheet.dimensions
    with written_file(target) as path:
        book.save(path)
    return target


def _put(sheet: Any, row: int, column: int, value: tables.Cell, *, bold: bool) -> None:
    from openpyxl.styles import Font

    if value is None or value == "":
        return
    cell = sheet.cell(row=row, column=column)
    cell.value = printable(value) if isinstance(value, str) else value
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)


def _refuse_folder(target: Path) -> None:
    if target.is_dir():
        raise ExportRefused([fault("target_is_folder", target)])
