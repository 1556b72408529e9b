"""A case as a workbook, or an empty one to fill in, and a case folder made of one.

Headings are explained in the reader's language, with lists to choose from. Columns in which dates stand are of text, or
a spreadsheet would make a day of ``2016-03``.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.cases.casebook import folder_of
from copark.cases.files import MOST_BYTES, Refused, fault, too_large
from copark.cases.load import load_case
from copark.cases.skeleton import claim_folder, complete_folder
from copark.cases.validation import CASE, SOURCES
from copark.cases.workbook_reading import got, read_workbook
from copark.cases.workbook_sheets import FACTS, Column, WorkbookSheet, choices, sheets
from copark.cases.yaml_loader import read_yaml
from copark.errors import CaseFaults
from copark.texts import text

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet


ROWS = 500
"""Rows of a sheet that offer lists to choose from."""
_DARK, _PALE, _GREY, _BLUE = "1F3A5F", "F2F5F9", "808080", "1F6FB5"
"""Colours: headings, what is said below them, tabs of sheets for who knows more, of those most need."""
_WIDE = {"title": 30, "event": 48, "note": 36, "told": 70, "basis": 26, "meaning": 36, "capability": 30, "actors": 26,
         "url": 36, "variable": 34, "what": 34, "outlet": 28}  # fmt: skip
_WIDTH = 15
_FONT = "Calibri"
EXAMPLE = Path(__file__).parent / "example"
"""An invented park, to try everything on."""
_NO_LETTER = re.compile(r"[^a-z0-9]+")


def template_workbook(name: str = "", lang: str = "en") -> bytes:
    """An empty workbook to fill in, for a park of a short name if it has one."""
    return _book({"name": name} if name else {}, {}, {}, lang)


def workbook_of(folder: Path, lang: str = "en") -> bytes:
    """The case in a folder as a workbook; the case is sound."""
    tables = {}
    for file in (one.place for one in sheets() if one.kind == "table"):
        path = folder / file
        if path.is_file():
            rows = list(csv.reader(StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
            head = [cell.strip() for cell in rows[0]] if rows else []
            tables[file] = [dict(zip(head, row, strict=False)) for row in rows[1:] if any(row)]
    return _book(_tree(folder, CASE), _tree(folder, SOURCES), tables, lang)


def _tree(folder: Path, name: str) -> dict[str, Any]:
    tree = read_yaml((folder / name).read_text(encoding="utf-8-sig"), name, [])
    return dict(tree.data) if tree is not None and isinstance(tree.data, dict) else {}


def _book(
    tree: Mapping[str, Any], sources: Mapping[str, Any], tables: Mapping[str, Sequence[Mapping[str, Any]]], lang: str
) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    _cover(book, lang)
    lists = _lists(book, lang)
    for sheet in sheets():
        page = book.create_sheet(sheet.title(lang), len(book.sheetnames) - 1)
        page.sheet_properties.tabColor = _BLUE if sheet.is_first else _GREY
        on_paper(page)
        if sheet.kind == "form":
            _write_form(page, sheet, tree, lists, lang)
        else:
            rows = [_spoken(row, sheet, lang) for row in _rows(sheet, tree, sources, tables)]
            _write_rows(page, sheet, rows, lists, lang)
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _rows(
    sheet: WorkbookSheet, tree: Mapping[str, Any], sources: Mapping[str, Any],
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
) -> Iterator[Mapping[str, Any]]:  # fmt: skip
    """Rows of a sheet, cells by key of their column."""
    if sheet.kind == "table":
        yield from tables.get(sheet.place, ())
    elif sheet.kind == "facts":
        for what in FACTS:
            found = got(tree, what)
            yield from ({"what": what, **_flat(one)} for one in (found if isinstance(found, list) else [found]) if one)
    elif sheet.kind == "named":
        found = sources if sheet.place == SOURCES else got(tree, sheet.place) or {}
        yield from ({"key": key, **_flat(entry)} for key, entry in found.items())
    else:
        yield from map(_flat, got(tree, sheet.place) or ())


def _flat(record: Any, path: str = "") -> dict[str, Any]:
    """A record's values by path; several in one cell as :mod:`copark.cases.workbook_reading` takes them apart."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found |= _flat(value, f"{path}{key}.")
        elif isinstance(value, list):
            found[f"{path}{key}"] = "; ".join(map(_in_cell, value))
        elif value is not None:
            found[f"{path}{key}"] = value
    return found


def _in_cell(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value['from']}/{value['to']}" if value.get("to") is not None else str(value["from"])
    return str(value)


def _spoken(row: Mapping[str, Any], sheet: WorkbookSheet, lang: str) -> dict[str, Any]:
    """A row whose texts that are written without a language stand in the reader's."""
    plain = {column.key: row[column.parts[0]] for column in sheet.columns
             if column.parts[1] == lang and column.parts[0] in row}  # fmt: skip
    return {**plain, **row}


def _columns(sheet: WorkbookSheet, lang: str) -> list[Column]:
    """Columns with those of the reader's language before the other."""
    found = list(sheet.columns)
    for n in range(len(found) - 1):
        (one, first), (two, second) = found[n].parts, found[n + 1].parts
        if one == two and first and second == lang != first:
            found[n], found[n + 1] = found[n + 1], found[n]
    return found


def _is_other(column: Column, lang: str) -> bool:
    return column.parts[1] not in ("", lang)


def _cell(column: Column, value: Any, lang: str) -> Any:
    """A value as its cell has it."""
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if column.choice:
        return choices(column.choice, lang).get(str(value), value)
    if column.is_number and isinstance(value, str):
        try:
            return int(value) if value.strip().lstrip("-").isdigit() else float(value)
        except ValueError:
            return value
    return value if column.is_number else str(value)


def _write_rows(
    page: Worksheet, sheet: WorkbookSheet, rows: Sequence[Mapping[str, Any]], lists: Mapping[str, str], lang: str
) -> None:
    from openpyxl.utils import get_column_letter

    columns = _columns(sheet, lang)
    for place, column in enumerate(columns, start=1):
        letter = get_column_letter(place)
        head_cell(page.cell(1, place), sheet.label(column, lang), column.is_needed)
        told_cell(page.cell(2, place), sheet.told(column, lang))
        page.column_dimensions[letter].width = _WIDE.get(column.parts[0].rpartition(".")[2], _WIDTH)
        page.column_dimensions[letter].hidden = _is_other(column, lang) and not any(one.get(column.key) for one in rows)
        if not column.is_number:
            page.column_dimensions[letter].number_format = "@"
        if column.choice:
            _offer(page, lists[column.choice], f"{letter}3:{letter}{ROWS}")
    for number, row in enumerate(rows, start=3):
        for place, column in enumerate(columns, start=1):
            if row.get(column.key) not in (None, ""):
                set_cell(page.cell(number, place), _cell(column, row[column.key], lang))
    page.row_dimensions[1].height = 32
    page.row_dimensions[2].height = 76
    page.freeze_panes = "A3"


def _write_form(
    page: Worksheet, sheet: WorkbookSheet, tree: Mapping[str, Any], lists: Mapping[str, str], lang: str
) -> None:
    for place, key in enumerate(("what", "value", "told"), start=1):
        head_cell(page.cell(1, place), text(f"workbook.form.{key}", lang), needed=False)
    for letter, width in zip("ABC", (40, 44, 80), strict=True):
        page.column_dimensions[letter].width = width
    said = {column.key: got(tree, column.key) for column in sheet.columns}
    said |= {head: got(tree, head) for head in {one.parts[0] for one in sheet.columns if one.parts[1]}}
    told = {key: value for key, value in said.items() if value is not None and not isinstance(value, dict)}
    values = _spoken(_flat(told), sheet, lang)
    for number, column in enumerate(_columns(sheet, lang), start=2):
        label, value, told = (page.cell(number, place) for place in (1, 2, 3))
        head_cell(label, sheet.label(column, lang), column.is_needed)
        told_cell(told, sheet.told(column, lang))
        if column.choice:
            _offer(page, lists[column.choice], f"B{number}")
        if not column.is_number:
            value.number_format = "@"
        if column.key in values:
            set_cell(value, _cell(column, values[column.key], lang))
        page.row_dimensions[number].height = 32 if len(sheet.told(column, lang)) > 90 else 18
        page.row_dimensions[number].hidden = _is_other(column, lang) and column.key not in values
    page.freeze_panes = "B2"


def on_paper(page: Worksheet) -> None:
    """Print a sheet across, as wide as the paper."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = page.PAPERSIZE_A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True


def head_cell(cell: Any, words: str, needed: bool) -> None:
    """Write a heading, darker where what stands under it is needed."""
    from openpyxl.styles import Alignment, Font, PatternFill

    cell.value = words
    cell.font = Font(name=_FONT, bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=_DARK if needed else "5B7083")
    cell.alignment = Alignment(wrap_text=True, vertical="center")


def told_cell(cell: Any, words: str) -> None:
    """Write what is said of a column."""
    from openpyxl.styles import Alignment, Font, PatternFill

    cell.value = words
    cell.font = Font(name=_FONT, italic=True, size=9, color="44546A")
    cell.fill = PatternFill("solid", fgColor=_PALE)
    cell.alignment = Alignment(wrap_text=True, vertical="top")


def set_cell(cell: Any, value: Any) -> None:
    """Set a cell; what is text stays text, even where it begins like a formula."""
    from openpyxl.styles import Alignment

    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"
        cell.number_format = "@"
        cell.alignment = Alignment(wrap_text=len(value) > _WIDTH, vertical="top")
    else:
        cell.alignment = Alignment(vertical="top")


def _offer(page: Worksheet, formula: str, cells: str) -> None:
    """Offer a list in cells; what is not in it is taken all the same, and told when the workbook is read."""
    from openpyxl.worksheet.datavalidation import DataValidation

    rule = DataValidation("list", formula1=formula, allow_blank=True, showErrorMessage=False)
    page.add_data_validation(rule)
    rule.add(cells)


def _lists(book: Workbook, lang: str) -> dict[str, str]:
    """The sheet with everything that may be chosen; where each list stands."""
    from openpyxl.utils import get_column_letter

    page = book.create_sheet(text("workbook.lists", lang))
    page.sheet_properties.tabColor = _GREY
    found = {}
    names = dict.fromkeys(column.choice for sheet in sheets() for column in sheet.columns if column.choice)
    for place, name in enumerate(names, start=1):
        words, letter = list(choices(name, lang).values()), get_column_letter(place)
        head_cell(page.cell(1, place), text(f"workbook.list.{name}", lang), needed=False)
        for number, one in enumerate(words, start=2):
            set_cell(page.cell(number, place), one)
        page.column_dimensions[letter].width = max(_WIDTH, min(44, 2 + max(map(len, words)) * (1 + (lang == "zh"))))
        found[name] = f"'{page.title}'!${letter}$2:${letter}${len(words) + 1}"
    page.freeze_panes = "A2"
    return found


def _cover(book: Workbook, lang: str) -> None:
    from openpyxl.styles import Alignment, Font

    page = book.worksheets[0]
    page.title = text("workbook.cover", lang)
    page.sheet_view.showGridLines = False
    on_paper(page)
    page.column_dimensions["A"].width, page.column_dimensions["B"].width = 24, 96
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


def write_workbook(path: Path, lang: str = "en", *, name: str = "", of: str | None = None) -> Path:
    """Write a workbook to fill in, for a park of a short name, or that ``of`` a case (its name or folder) to change.

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
        raise CaseFaults([fault("cannot_write", str(path), reason=os.strerror(error.errno or 0))]) from None
    return path


def case_from_workbook(path: Path, folder: Path, name: str = "") -> Path:
    """Make a case of a workbook in a folder, if what it says is sound; gives the case's own new folder.

    Its short name is by default what the workbook says, else the workbook's own. CaseFaults with every fault by sheet
    and cell; or if the workbook cannot be read, or the folder not be made.
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
    target = claim_folder(str(book.tree["name"]), folder)
    try:
        book.write(target)
        complete_folder(target)
    except OSError as error:
        raise CaseFaults([fault("cannot_write", str(target), reason=os.strerror(error.errno or 0))]) from None
    return target


def content_of(path: Path) -> bytes:
    """The workbook's bytes; CaseFaults if it cannot be read or is too large, which is asked before it is read."""
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise CaseFaults([fault("not_a_file", str(path))])
        if size > MOST_BYTES:
            raise CaseFaults([too_large(str(path), size, MOST_BYTES)])
        return path.read_bytes()
    except OSError as error:
        raise CaseFaults([fault("unreadable", str(path), reason=os.strerror(error.errno or 0))]) from None
