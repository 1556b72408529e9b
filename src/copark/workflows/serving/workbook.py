"""A case as a workbook: a sheet for each of its tables, and one of keys and values for ``case.yaml``.

What is read back from a workbook is written as the case's own files and checked as such; faults are told by sheet and
row. A workbook is an archive of XML: it is looked through like any archive, and XML that declares entities is refused.
What is small in the archive may be large once read, since many cells may have one text: letters are counted by cell.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

from copark.cases.archive import Refused, check_workbook, opened
from copark.cases.archive import refuse as refused
from copark.cases.check import NEEDED, OPTIONAL
from copark.cases.files import written
from copark.cases.validation import CASE, SOURCES
from copark.cases.yaml_loader import read_yaml
from copark.errors import Fault
from copark.workflows.serving.unpacking import AREA

BOOK = "upload.xlsx"
TABLES = tuple(name.removesuffix(".csv") for name in (*NEEDED, *OPTIONAL) if name.endswith(".csv"))
SOURCE_COLUMNS = ("key", "outlet", "title", "date", "url", "read", "language", "note.en", "note.zh")
MOST_ROWS = 20_000
MOST_COLUMNS = 40
MOST_PARTS = 200
MOST_INSIDE = 40_000_000
MOST_MARKS = 1_500_000
"""Marks and attributes of XML: a parser takes a hundred bytes for each; a cell has about nine."""
MOST_LETTERS = 20_000_000
"""Letters of all cells together."""
LONGEST_CELL = 32_767
"""Letters of a cell, in any spreadsheet program."""
MOST_INDEX = 10_000
DEEPEST = 12
_STEP = re.compile(r"([A-Za-z0-9_-]+)((?:\[[0-9]{1,5}\])*)")
_PLACE = re.compile(r"\[([0-9]+)\]")

Path_ = tuple[str | int, ...]


def refuse(code: str, file: str, key: str = "", **values: Any) -> Refused:
    """Say why a workbook is refused."""
    return refused(AREA, code, file, key, **values)


def rows_of_tree(data: Any, path: Path_ = ()) -> Iterator[tuple[str, Any]]:
    """Keys and values of nested content, leaf by leaf; a list of keys of sources is one value."""
    if isinstance(data, dict) and data:
        for key, value in data.items():
            yield from rows_of_tree(value, (*path, str(key)))
    elif isinstance(data, list) and path and path[-1] == "source" and all(isinstance(one, str) for one in data):
        yield written(path), "; ".join(data)
    elif isinstance(data, list) and data:
        for n, value in enumerate(data):
            yield from rows_of_tree(value, (*path, n))
    elif data is not None:
        yield written(path), "[]" if isinstance(data, list) else "{}" if isinstance(data, dict) else data


def workbook_of(folder: Path) -> bytes:
    """The case in a folder as a workbook."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("case")
    sheet.append(["key", "value"])
    for row in rows_of_tree(_tree(folder, CASE)):
        sheet.append(_texts(sheet, row))
    sheet = book.create_sheet("sources")
    sheet.append(list(SOURCE_COLUMNS))
    for key, entry in _tree(folder, SOURCES).items():
        flat = {"key": key, **dict(rows_of_tree(entry))}
        sheet.append(_texts(sheet, [flat.get(column) for column in SOURCE_COLUMNS]))
    for name in TABLES:
        path = folder / f"{name}.csv"
        if path.is_file():
            sheet = book.create_sheet(name)
            for cells in csv.reader(StringIO(path.read_text(encoding="utf-8-sig"), newline="")):
                sheet.append(_texts(sheet, cells))
    stream = BytesIO()
    book.save(stream)
    return stream.getvalue()


def _tree(folder: Path, name: str) -> Any:
    tree = read_yaml((folder / name).read_text(encoding="utf-8-sig"), name, [])
    return {} if tree is None else tree.data


def _texts(sheet: Any, cells: Any) -> list[Any]:
    """Cells of a row; what is text stays text, even where it begins like a formula."""
    from openpyxl.cell import WriteOnlyCell

    found = []
    for value in cells:
        if isinstance(value, str):
            cell = WriteOnlyCell(sheet, value=value)
            cell.data_type = "s"
            found.append(cell)
        else:
            found.append(value)
    return found


def unpack_workbook(content: bytes, folder: Path) -> dict[str, int]:
    """Write the case in a workbook into a folder as its files.

    Returns
    -------
    dict
        Row of the sheet ``case`` that each key stands in.

    Raises
    ------
    Refused
        If it cannot be taken.
    """
    sheets = read_sheets(content)
    if "case" not in sheets:
        raise refuse("no_sheet", BOOK, found=", ".join(sheets), needed="case")
    places: dict[str, int] = {}
    tree = tree_of(sheets["case"], places)
    (folder / CASE).write_text(json.dumps(tree, ensure_ascii=False, indent=0), encoding="utf-8")
    if "sources" in sheets:
        sources = json.dumps(sources_of(sheets["sources"]), ensure_ascii=False, indent=0)
        (folder / SOURCES).write_text(sources, encoding="utf-8")
    for name in TABLES:
        if name in sheets:
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
                csv.writer(stream, lineterminator="\n").writerows(_even(sheets[name]))
    return places


def _even(rows: list[list[str]]) -> list[list[str]]:
    """Rows as long as the first one: a sheet does not hold the empty cells at a row's end."""
    width = len(rows[0]) if rows else 0
    return [row + [""] * (width - len(row)) if row else row for row in rows]


def read_sheets(content: bytes) -> dict[str, list[list[str]]]:
    """Cells of every known sheet as texts, row by row.

    Raises
    ------
    Refused
        If it is no workbook, is too large, or declares entities.
    """
    _check_marks(content)
    check_workbook(content, BOOK, AREA, MOST_PARTS, MOST_INSIDE)
    from openpyxl import load_workbook

    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=False, keep_links=False)
        wanted = [name for name in book.sheetnames if name in {"case", "sources", *TABLES}]
        letters = Letters()
        return {name: list(_cells(book[name], name, letters)) for name in wanted}
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - a parser of files that anybody may have made
        raise refuse("not_a_workbook", BOOK, reason=type(error).__name__) from None


def _check_marks(content: bytes) -> None:
    """Refuse what a parser would make far more of than its bytes."""
    found = 0
    with opened(content, BOOK, AREA) as archive:
        for entry in archive.files(MOST_PARTS, MOST_INSIDE):
            for piece in archive.pieces(entry, MOST_INSIDE):
                found += piece.count(b"<") + piece.count(b"=")
                if found > MOST_MARKS:
                    raise refuse("too_many_marks", BOOK, entry.filename, most=MOST_MARKS)


class Letters:
    """How many letters the cells of a workbook may still have, whatever it keeps of them only once."""

    def __init__(self) -> None:
        self.left = MOST_LETTERS

    def take(self, value: Any, sheet: str, row: int) -> str:
        """A cell as text.

        Raises
        ------
        Refused
            If it is too long, or there are too many.
        """
        length = len(value) if isinstance(value, str) else 0
        if length > LONGEST_CELL:
            raise refuse("cell_too_long", f"[{sheet}]", row=row, most=LONGEST_CELL)
        self.left -= length
        if self.left < 0:
            raise refuse("too_large_inside", BOOK, sheet, most=MOST_LETTERS // 1_000_000)
        return cell_text(value)


def _cells(sheet: Any, name: str, letters: Letters) -> Iterator[list[str]]:
    """Texts of every row up to the last that is not empty."""
    done = 0
    for number, row in _rows(sheet):
        if number > MOST_ROWS:
            raise refuse("too_many_rows", BOOK, name, most=MOST_ROWS)
        cells = [""] * MOST_COLUMNS
        for cell in row:
            if 1 <= cell["column"] <= MOST_COLUMNS:
                cells[cell["column"] - 1] = letters.take(cell["value"], name, number)
        while cells and not cells[-1]:
            cells.pop()
        if cells and number > done:
            yield from ([] for _ in range(done + 1, number))
            yield cells
            done = number


def _rows(sheet: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Rows by number, as the library parses them, but for formulas.

    A formula that cells share stands in the first of them: the library would write it out anew for each, and take
    hours for what is a few bytes in the file.
    """
    from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

    book = sheet.parent
    with sheet._get_source() as source:  # noqa: SLF001 - as the sheet itself does, which lets nobody change its parser
        parser: Any = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        parser.parse_formula = lambda cell: f"={cell.findtext(FORMULA_TAG)}"
        yield from parser.parse()


def cell_text(value: Any) -> str:
    """A cell as the text that a table of a case would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (datetime, date)):
        return value.strftime("%Y-%m-%d")
    return " ".join(str(value).split())


def tree_of(rows: list[list[str]], places: dict[str, int]) -> Any:
    """Nested content of the rows of the sheet ``case``.

    Raises
    ------
    Refused
        If a key cannot be read, or one contradicts another.
    """
    root: dict[str | int, Any] = {}
    for number, row in enumerate(rows[1:], start=2):
        if not row or not row[0]:
            continue
        steps = _steps(row[0], number)
        places.setdefault(row[0], number)
        here = root
        for step in steps[:-1]:
            here = here.setdefault(step, {})
            if not isinstance(here, dict):
                raise refuse("key_twice", "[case]", row[0], row=number)
        if steps[-1] in here:
            raise refuse("key_twice", "[case]", row[0], row=number)
        here[steps[-1]] = _scalar(row[1] if len(row) > 1 else "")
    return _listed(root)


def _steps(key: str, number: int) -> list[str | int]:
    found: list[str | int] = []
    for part in key.split("."):
        match = _STEP.fullmatch(part)
        if match is None:
            raise refuse("bad_key", "[case]", key, row=number)
        found.append(match.group(1))
        found += [int(place) for place in _PLACE.findall(match.group(2))]
    if len(found) > DEEPEST or any(isinstance(one, int) and one > MOST_INDEX for one in found):
        raise refuse("bad_key", "[case]", key, row=number)
    return found


def _scalar(words: str) -> Any:
    if words in ("[]", "{}"):
        return [] if words == "[]" else {}
    if words in ("true", "false", "yes", "no"):
        return words in ("true", "yes")
    try:
        value = json.loads(words)
    except (ValueError, RecursionError):
        return words
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else words


def _listed(node: Any) -> Any:
    """Content whose mappings of numbers are lists."""
    if not isinstance(node, dict):
        return node
    if node and all(isinstance(key, int) for key in node):
        return [_listed(node[key]) for key in sorted(node)]
    return {str(key): _listed(value) for key, value in node.items()}


def sources_of(rows: list[list[str]]) -> dict[str, Any]:
    """Sources by key of the rows of their sheet."""
    head = rows[0] if rows else []
    found: dict[str, Any] = {}
    for row in rows[1:]:
        cells = {column: cell for column, cell in zip(head, row, strict=False) if cell}
        key = cells.pop("key", "")
        if key:
            note = {lang: cells.pop(f"note.{lang}") for lang in ("en", "zh") if f"note.{lang}" in cells}
            found[key] = {**cells, **({"note": note} if note else {})}
    return found


def by_sheet(fault: Fault, places: dict[str, int]) -> Fault:
    """A fault of a case's file, told by the sheet and row it came from."""
    name = fault.file.rpartition("/")[2]
    if name == CASE:
        row = places.get(fault.key) or next((n for key, n in places.items() if key.startswith(fault.key)), None)
        return Fault(fault.code, "[case]", row, fault.key, fault.values)
    if name == SOURCES:
        return Fault(fault.code, "[sources]", None, fault.key, fault.values)
    if name.endswith(".csv"):
        return Fault(fault.code, f"[{name.removesuffix('.csv')}]", fault.line, fault.key, fault.values)
    return fault
