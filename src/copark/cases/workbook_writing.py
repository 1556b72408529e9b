"""A case as a workbook, or an empty one to fill in, and a case folder made of one.

Headings are explained in the reader's language, with lists to choose from. Columns in which dates stand are of text, or
a spreadsheet would make a day of ``2016-03``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.cases.casebook import folder_of
from copark.cases.files import MOST_BYTES, Refused, fault, too_large
from copark.cases.load import load_case
from copark.cases.pydantic_errors import CASE
from copark.cases.sheet_rows import content_of_folder, flat, rows_of, with_wide_sheets
from copark.cases.skeleton import cannot_write, claim_folder, complete_folder, refuse_shipped
from copark.cases.workbook_reading import got, read_workbook
from copark.cases.workbook_sheets import SheetColumn, WorkbookSheet, choices, sheets
from copark.errors import CaseFaults
from copark.texts import text

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


ROWS = 500
"""Rows of a sheet that offer lists to choose from."""
_DARK = "1F3A5F"
"""Colour of headings."""
_PALE = "F2F5F9"
"""Colour of the explanations below them."""
_GREY = "808080"
"""Colour of the tabs of sheets for who knows more."""
_BLUE = "1F6FB5"
"""Colour of the tabs of sheets that most parks need."""
_WIDE = {
    "title": 30,
    "event": 48,
    "note": 36,
    "told": 70,
    "basis": 26,
    "meaning": 36,
    "capability": 30,
    "actors": 26,
    "url": 36,
    "variable": 34,
    "what": 34,
    "outlet": 28,
}
_WIDTH = 15
_FONT = "Calibri"
EXAMPLE = Path(__file__).parent / "example"
"""An invented park, to try everything on."""
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def template_workbook(name: str = "", lang: str = "en") -> bytes:
    """Return an empty workbook to fill in, for a park of a short name if it has one."""
    return _Pages({CASE: {"name": name} if name else {}}, lang).written()


def workbook_of(folder: Path, lang: str = "en") -> bytes:
    """Return the case in a folder as a workbook; the case is sound."""
    return _Pages(with_wide_sheets(content_of_folder(folder), lang), lang).written()


class _Pages:
    """The pages of a workbook, as they are written: content by file, in the language of a reader."""

    def __init__(self, content: Mapping[str, Any], lang: str) -> None:
        from openpyxl import Workbook

        self.content = content
        self.lang = lang
        self.book = Workbook()
        self.lists: dict[str, str] = {}
        """Where the list of each choice stands."""

    def written(self) -> bytes:
        """Write all pages."""
        self.cover()
        self.choices()
        for sheet in sheets():
            page = self.book.create_sheet(sheet.title(self.lang), len(self.book.sheetnames) - 1)
            page.sheet_properties.tabColor = _BLUE if sheet.is_first else _GREY
            on_paper(page)
            if sheet.kind == "form":
                self.form(page, sheet)
            else:
                self.table(page, sheet, [self.spoken(row, sheet) for row in rows_of(self.content, sheet)])
        stream = BytesIO()
        self.book.save(stream)
        return stream.getvalue()

    def spoken(self, row: Mapping[str, Any], sheet: WorkbookSheet) -> dict[str, Any]:
        """Return a row whose texts that are written without a language stand in the reader's."""
        parts = ((column.key, *column.parts) for column in sheet.columns)
        return {**{key: row[head] for key, head, lang in parts if lang == self.lang and head in row}, **row}

    def columns(self, sheet: WorkbookSheet) -> list[SheetColumn]:
        """Return the columns with those of the reader's language before the other."""
        ordered = list(sheet.columns)
        for n in range(len(ordered) - 1):
            head, lang = ordered[n].parts
            next_head, next_lang = ordered[n + 1].parts
            if head == next_head and lang and next_lang == self.lang != lang:
                ordered[n], ordered[n + 1] = ordered[n + 1], ordered[n]
        return ordered

    def is_other(self, column: SheetColumn) -> bool:
        return column.parts[1] not in ("", self.lang)

    def fill(self, cell: Any, column: SheetColumn, value: Any) -> None:
        """Write a value as its cell has it.

        Parameters
        ----------
        cell
            Cell of the sheet.
        column
            Column that it stands in, with its kind and its list of choices.
        value
            The value as ``case.yaml`` has it; a choice is written in the workbook's language, digits as a number.
        """
        if isinstance(value, bool):
            value = "yes" if value else "no"
        if column.choice:
            value = choices(column.choice, self.lang).get(str(value), value)
        elif not column.is_number:
            value = str(value)
        elif isinstance(value, str):
            with suppress(ValueError):
                value = int(value) if value.strip().lstrip("-").isdigit() else float(value)
        set_cell(cell, value)

    def offer(self, page: Worksheet, column: SheetColumn, cells: str) -> None:
        """Offer a list in cells; what is not in it is taken all the same, and told when the workbook is read.

        Parameters
        ----------
        page
            The sheet.
        column
            Column whose choices are offered; without choices nothing is done.
        cells
            Range of cells, such as ``C3:C200``.
        """
        from openpyxl.worksheet.datavalidation import DataValidation

        if column.choice:
            lists = self.lists[column.choice]
            page.add_data_validation(
                DataValidation("list", formula1=lists, allow_blank=True, showErrorMessage=False, sqref=cells)
            )

    def table(self, page: Worksheet, sheet: WorkbookSheet, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write a sheet with a row for each record.

        Parameters
        ----------
        page
            The sheet, empty.
        sheet
            Columns and explanations of such a sheet.
        rows
            Records by key; they begin in row 3, below headings and explanations.
        """
        for place, column in enumerate(self.columns(sheet), start=1):
            head_cell(page.cell(1, place), sheet.label(column, self.lang), column.is_needed)
            told_cell(page.cell(2, place), sheet.told(column, self.lang))
            letter = page.cell(1, place).column_letter
            size = page.column_dimensions[letter]
            size.width = _WIDE.get(column.parts[0].rpartition(".")[2], _WIDTH)
            size.hidden = self.is_other(column) and not any(record.get(column.key) for record in rows)
            if not column.is_number:
                size.number_format = "@"
            self.offer(page, column, f"{letter}3:{letter}{ROWS}")
            for number, row in enumerate(rows, start=3):
                if row.get(column.key) not in (None, ""):
                    self.fill(page.cell(number, place), column, row[column.key])
        page.row_dimensions[1].height = 32
        page.row_dimensions[2].height = 76
        page.freeze_panes = "A3"

    def form(self, page: Worksheet, sheet: WorkbookSheet) -> None:
        """Write the sheet with a row for each key."""
        for place, (key, width) in enumerate({"what": 40, "value": 44, "told": 80}.items(), start=1):
            head_cell(page.cell(1, place), text(f"workbook.form.{key}", self.lang), needed=False)
            page.column_dimensions["ABC"[place - 1]].width = width
        keys = {key for column in sheet.columns for key in (column.key, column.parts[0])}
        content = {key: value for key in keys if (value := got(self.content[CASE], key)) is not None}
        plain = {key: value for key, value in content.items() if not isinstance(value, dict)}
        values = self.spoken(flat(plain), sheet)
        for number, column in enumerate(self.columns(sheet), start=2):
            explanation = sheet.told(column, self.lang)
            head_cell(page.cell(number, 1), sheet.label(column, self.lang), column.is_needed)
            told_cell(page.cell(number, 3), explanation)
            self.offer(page, column, f"B{number}")
            if not column.is_number:
                page.cell(number, 2).number_format = "@"
            if column.key in values:
                self.fill(page.cell(number, 2), column, values[column.key])
            page.row_dimensions[number].height = 32 if len(explanation) > 90 else 18
            page.row_dimensions[number].hidden = self.is_other(column) and column.key not in values
        page.freeze_panes = "B2"

    def choices(self) -> None:
        """Write the sheet with everything that may be chosen."""
        page = self.book.create_sheet(text("workbook.lists", self.lang))
        page.sheet_properties.tabColor = _GREY
        names = dict.fromkeys(column.choice for sheet in sheets() for column in sheet.columns if column.choice)
        for place, name in enumerate(names, start=1):
            words = list(choices(name, self.lang).values())
            letter = page.cell(1, place).column_letter
            head_cell(page.cell(1, place), text(f"workbook.list.{name}", self.lang), needed=False)
            for number, word in enumerate(words, start=2):
                set_cell(page.cell(number, place), word)
            wide = max(map(len, words)) * (2 if self.lang == "zh" else 1)
            page.column_dimensions[letter].width = max(_WIDTH, min(44, 2 + wide))
            self.lists[name] = f"'{page.title}'!${letter}$2:${letter}${len(words) + 1}"
        page.freeze_panes = "A2"

    def cover(self) -> None:
        """Write the first page: what to do, and what the sheets are for."""
        from openpyxl.styles import Alignment, Font

        page = self.book.worksheets[0]
        lang = self.lang
        page.title = text("workbook.cover", lang)
        page.sheet_view.showGridLines = False
        on_paper(page)
        page.column_dimensions["A"].width = 24
        page.column_dimensions["B"].width = 96
        lines = [text(f"workbook.cover.{key}", lang) for key in ("title", "lead", *(f"step{n}" for n in range(1, 6)))]
        for number, words in enumerate(lines, start=1):
            cell = page.cell(number, 1, words)
            page.merge_cells(start_row=number, start_column=1, end_row=number, end_column=2)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(name=_FONT, bold=number == 1, size=18 if number == 1 else 11)
            page.row_dimensions[number].height = 30 if number == 1 else 18 if number == 2 else 34
        start = len(lines) + 2
        for place, key in enumerate(("head_sheet", "head_about"), start=1):
            head_cell(page.cell(start, place), text(f"workbook.cover.{key}", lang), needed=False)
        for number, sheet in enumerate(sheets(), start=start + 1):
            link = page.cell(number, 1, sheet.title(lang))
            link.hyperlink = f"#'{sheet.title(lang)}'!A1"
            link.font = Font(name=_FONT, bold=sheet.is_first, underline="single", color=_BLUE)
            page.cell(number, 2, sheet.about(lang)).alignment = Alignment(wrap_text=True, vertical="top")


def on_paper(page: Worksheet) -> None:
    """Print a sheet across, as wide as the paper."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth = 1
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def head_cell(cell: Any, words: str, needed: bool) -> None:
    """Write a heading, darker where what stands under it is needed.

    Parameters
    ----------
    cell
        Cell of the sheet.
    words
        The heading.
    needed
        True for a column that must be filled in.
    """
    from openpyxl.styles import Alignment, Font, PatternFill

    cell.value = words
    cell.font = Font(name=_FONT, bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=_DARK if needed else "5B7083")
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def told_cell(cell: Any, words: str) -> None:
    """Write the explanation of a column."""
    from openpyxl.styles import Alignment, Font, PatternFill

    cell.value = words
    cell.font = Font(name=_FONT, italic=True, size=9, color="44546A")
    cell.fill = PatternFill("solid", fgColor=_PALE)
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def set_cell(cell: Any, value: Any) -> None:
    """Set a cell; what is text stays text, even where it begins like a formula."""
    from openpyxl.styles import Alignment

    cell.value = value
    is_text = isinstance(value, str)
    if is_text:
        cell.data_type = "s"
        cell.number_format = "@"
    cell.alignment = Alignment(wrap_text=(len(value) > _WIDTH) if is_text else None, vertical="top")


def write_workbook(path: Path, lang: str = "en", *, name: str = "", of: str | None = None) -> Path:
    """Write a workbook to fill in, for a new park or with a case to change.

    Parameters
    ----------
    path
        File to write; there is none yet.
    lang
        Language of the reader.
    name
        Short name of a new park, if it has one.
    of
        Name or folder of a case to change.

    Raises
    ------
    copark.errors.CaseFaults
        If the file is there already or cannot be written, or the case has faults.
    copark.errors.NotFound
        If there is no such case.
    """
    content = template_workbook(name, lang) if of is None else workbook_of(load_case(folder_of(of)).folder, lang)
    return write_new(path, content)


def write_new(path: Path, content: bytes) -> Path:
    """Write a workbook where there is none yet; CaseFaults if there is one, or it cannot be written."""
    try:
        with path.open("xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise CaseFaults([fault("file_taken", str(path))]) from None
    except OSError as error:
        raise cannot_write(path, error) from None
    return path


def case_from_workbook(path: Path, folder: Path, name: str = "", *, checked_only: bool = False) -> Path:
    """Make a case of a workbook in a folder, if its content is sound.

    Parameters
    ----------
    path
        The workbook.
    folder
        Folder in which the case gets its own new folder.
    name
        Short name of the case; by default the one in the workbook, else the workbook's own.
    checked_only
        The folder is not kept: it may have the name of a case of the casebook.

    Returns
    -------
    The case's new folder.

    Raises
    ------
    copark.errors.CaseFaults
        With every fault by sheet and cell; or if the workbook cannot be read, or the folder not be made.
    """
    try:
        book = read_workbook(content_of(path), _NO_LETTER.sub("-", path.stem.lower()).strip("-"), path.name)
    except Refused as refused:
        raise CaseFaults(refused.faults) from None
    if name:
        book.tree["name"] = name
    faults = book.check()
    if faults:
        raise CaseFaults(faults)
    if not checked_only:
        refuse_shipped(str(book.tree["name"]))
    target = claim_folder(str(book.tree["name"]), folder)
    try:
        book.write(target)
        complete_folder(target)
    except OSError as error:
        raise cannot_write(target, error) from None
    return target


def content_of(path: Path) -> bytes:
    """Read the workbook's bytes; CaseFaults if it cannot be read or is too large, which is asked before it is read."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise CaseFaults([fault("not_a_file", str(path))])
        if size > MOST_BYTES:
            raise CaseFaults([too_large(str(path), size, MOST_BYTES)])
        return path.read_bytes()
    except FileNotFoundError:
        raise CaseFaults([fault("no_such_file", str(path))]) from None
    except OSError as error:
        raise CaseFaults([fault("unreadable", str(path), reason=os.strerror(error.errno or 0))]) from None
