"""Parks as tables for other programs: CSV and a workbook, both of which Excel opens."""

from __future__ import annotations

import csv
import io
from dataclasses import fields
from pathlib import Path

from copark.report.tables import Table as PageTable
from copark.store import exports, tables, workbook
from copark.store.refusals import ExportRefused, fault
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
    refuse_folder(target)
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
    refuse_folder(target)
    rows = cells(found)
    table = tables.Table("parks", headings(found.lang), rows, len(rows))
    return workbook.write_workbook([table], target, found.lang, area="parks", freeze="C2", filters=True)


def page_table(found: ParkList) -> PageTable:
    """Parks as a page lists them."""
    names = ("name", "type", "host", "home", "launch", "shares", "firms", "status", "status_reason")
    rows = []
    for row in found.rows:
        shares = "" if row.home_share is None else f"{row.home_share:g}/{row.host_share:g}"
        firms = "" if row.firms is None else f"{row.firms:,} ({row.firms_date[:4]})"
        cells = (row.name, row.type, row.host, row.home, str(row.launch), shares, firms, row.status, row.status_reason)
        rows.append(cells)
    heads = [text(f"parks.{'short' if name == 'shares' else 'column'}.{name}", found.lang) for name in names]
    return PageTable(tuple(heads), tuple(rows), short=frozenset({1, 5, 6, 7}), wide=frozenset({8}))


def refuse_folder(target: Path) -> None:
    """Refuse to write where a folder is."""
    if target.is_dir():
        raise ExportRefused([fault("target_is_folder", target)])
