"""A workbook that Excel opens: a sheet a table, headings that stay in sight, texts that stay texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.store.atomic import written_file
from copark.store.refusals import ExportRefused, fault
from copark.store.tables import Cell, Table
from copark.texts import text

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
ROWS_BETWEEN_REPORTS = 5_000


def write_workbook(
    tables: Iterable[Table],
    target: Path,
    lang: str = "en",
    progress: Callable[[int, int], None] | None = None,
    *,
    area: str = "store",
    freeze: str = "A2",
    filters: bool = False,
) -> Path:
    """Write tables as the sheets of one workbook, row by row.

    Parameters
    ----------
    area
        Area of the texts with the titles of the sheets, ``<area>.sheet.<name of the table>``.
    freeze
        Cell above and left of which all stays in sight.
    filters
        Give every heading a filter.

    Raises
    ------
    ExportRefused
        If a table has more rows or columns than a sheet can hold: 1,048,576 and 16,384.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    found = list(tables)
    for table in found:
        _need_sheet_room(table, target)
    total, done = sum(table.count for table in found), 0
    book = Workbook(write_only=True)
    for table in found:
        sheet = book.create_sheet(text(f"{area}.sheet.{table.name}", lang))
        _lay_out(sheet, table, freeze)
        if filters:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.header))}{table.count + 1}"
        sheet.append([_cell(sheet, value, bold=True) for value in table.header])
        for row in table.rows:
            sheet.append([_cell(sheet, value) for value in row])
            done += 1
            if progress and done % ROWS_BETWEEN_REPORTS == 0:
                progress(done, total)
    with written_file(target) as path:
        book.save(path)
    if progress:
        progress(total, total)
    return target


def _need_sheet_room(table: Table, target: Path) -> None:
    if table.count + 1 > MOST_ROWS:
        raise ExportRefused([fault("too_many_rows", target, table.name, rows=table.count + 1, most=MOST_ROWS)])
    if len(table.header) > MOST_COLUMNS:
        raise ExportRefused(
            [fault("too_many_columns", target, table.name, columns=len(table.header), most=MOST_COLUMNS)]
        )


def _lay_out(sheet: WriteOnlyWorksheet, table: Table, freeze: str) -> None:
    from openpyxl.utils import get_column_letter

    sheet.freeze_panes = freeze
    for at, head in enumerate(table.header, start=1):
        wide = sum(2 if ord(letter) > 0x2E80 else 1 for letter in head)
        sheet.column_dimensions[get_column_letter(at)].width = min(60, max(11, wide + 2))


def _cell(sheet: WriteOnlyWorksheet, value: Cell, *, bold: bool = False) -> Any:
    """A number as it is; a text as a text, even one that begins like a formula."""
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    cell = WriteOnlyCell(sheet, value=printable(value))
    cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def printable(value: str) -> str:
    """The text without control characters, which a workbook cannot hold, and cut, visibly, where a cell ends."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    clean: str = ILLEGAL_CHARACTERS_RE.sub("", value)
    return clean if len(clean) <= LONGEST_TEXT else clean[: LONGEST_TEXT - 1] + "…"
