"""Reading the cells of a workbook that anybody may have made: as texts, and no more than a case needs.

A workbook is an archive of XML: it is looked through like any archive, and XML that declares entities is refused. What
is small in the archive may be large once read, since many cells may have one text: letters are counted by cell.
Nothing is computed: of a formula counts the value that was stored with it.

What an empty cell of a workbook stands for: the plain answer where there is one, else that it is not known.
"""

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

from copark.cases.defaults import TABLES_UNKNOWN
from copark.cases.files import Refused, check_workbook, fault, opened
from copark.cases.files import refuse as refused
from copark.cases.quarters import Quarter
from copark.cases.vocabulary import country_name
from copark.errors import Fault
from copark.texts import LANGUAGES, entries

AREA = "web.upload"
BOOK = "upload.xlsx"
"""What a workbook is called that has no name of its own."""
MOST_ROWS = 20_000
MOST_COLUMNS = 60
MOST_PARTS = 200
MOST_INSIDE = 40_000_000
MOST_MARKS = 1_500_000
"""Marks and attributes of XML: a parser takes a hundred bytes for each; a cell has about nine."""
MOST_LETTERS = 20_000_000
"""Letters of all cells together."""
LONGEST_CELL = 32_767
"""Letters of a cell, in any spreadsheet program."""
LARGEST_WHOLE = 1e15
"""Whole numbers up to here are written without a decimal point."""


def refuse(code: str, file: str, key: str = "", **values: Any) -> Refused:
    """Say why a workbook is refused."""
    return refused(AREA, code, file, key, **values)


def place(sheet: str, row: int, column: int) -> str:
    """A cell as a spreadsheet names it: ``Observations!C7``."""
    from openpyxl.utils import get_column_letter

    return f"{sheet}!{get_column_letter(column)}{row}"


def read_cells(
    content: bytes, wanted: Container[str], called: str = BOOK
) -> tuple[dict[str, list[list[str]]], list[str], list[Fault]]:
    """Cells of sheets as texts, row by row.

    Parameters
    ----------
    wanted
        Titles of sheets to read.
    called
        Name of the workbook in faults.

    Returns
    -------
    sheets
        Cells by title of the sheet, each row up to its last cell that is not empty.
    titles
        Titles of all sheets.
    faults
        Formulas without a stored value, and those that show an error.

    Raises
    ------
    Refused
        If it is no workbook, is too large, or declares entities.
    """
    _check_marks(content, called)
    check_workbook(content, called, AREA, MOST_PARTS, MOST_INSIDE)
    from openpyxl import load_workbook

    faults: list[Fault] = []
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        letters = _Letters(called)
        titles = list(book.sheetnames)
        return {one: list(_rows(book[one], one, letters, faults)) for one in titles if one in wanted}, titles, faults
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - a parser of files that anybody may have made
        raise refuse("not_a_workbook", called, reason=type(error).__name__) from None


def _check_marks(content: bytes, called: str) -> None:
    """Refuse what a parser would make far more of than its bytes."""
    found = 0
    with opened(content, called, AREA) as archive:
        for entry in archive.files(MOST_PARTS, MOST_INSIDE):
            for piece in archive.pieces(entry, MOST_INSIDE):
                found += piece.count(b"<") + piece.count(b"=")
                if found > MOST_MARKS:
                    raise refuse("too_many_marks", called, entry.filename, most=MOST_MARKS)


class _Letters:
    """How many letters the cells of a workbook may still have, whatever it keeps of them only once."""

    def __init__(self, called: str) -> None:
        self.called, self.left = called, MOST_LETTERS

    def take(self, value: Any, sheet: str, row: int, column: int) -> str:
        """A cell as text.

        Raises
        ------
        Refused
            If it is too long, or there are too many.
        """
        length = len(value) if isinstance(value, str) else 0
        if length > LONGEST_CELL:
            raise refuse("cell_too_long", place(sheet, row, column), row=row, most=LONGEST_CELL)
        self.left -= length
        if self.left < 0:
            raise refuse("too_large_inside", self.called, sheet, most=MOST_LETTERS // 1_000_000)
        return cell_text(value)


def _rows(sheet: Any, title: str, letters: _Letters, faults: list[Fault]) -> Iterator[list[str]]:
    """Texts of every row up to the last that is not empty."""
    done = 0
    for number, row in _parsed(sheet):
        if number > MOST_ROWS:
            raise refuse("too_many_rows", letters.called, title, most=MOST_ROWS)
        cells = [""] * MOST_COLUMNS
        for cell in row:
            column, value = cell["column"], cell["value"]
            if not 1 <= column <= MOST_COLUMNS:
                continue
            if value is _NO_VALUE:
                faults.append(fault("no_value", place(title, number, column)))
            elif cell["data_type"] == "e":
                faults.append(fault("error_value", place(title, number, column), found=value))
            else:
                cells[column - 1] = letters.take(value, title, number, column)
        while cells and not cells[-1]:
            cells.pop()
        if cells and number > done:
            yield from ([] for _ in range(done + 1, number))
            yield cells
            done = number


_NO_VALUE = object()
"""The value of a formula without one."""


def _parsed(sheet: Any) -> Iterator[tuple[int, list[dict[str, Any]]]]:
    """Rows by number, as the library parses them with the values that were stored; a formula without one is marked."""
    from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

    book = sheet.parent
    with sheet._get_source() as source:  # noqa: SLF001 - as the sheet itself does, which lets nobody change its parser
        parser: Any = WorkSheetParser(
            source,
            sheet._shared_strings,  # noqa: SLF001
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,  # noqa: SLF001
            timedelta_formats=book._timedelta_formats,  # noqa: SLF001
        )
        parse = parser.parse_cell

        def parse_cell(element: Any) -> dict[str, Any]:
            cell: dict[str, Any] = parse(element)
            if cell["value"] is None and element.find(FORMULA_TAG) is not None:
                cell["value"] = _NO_VALUE
            return cell

        parser.parse_cell = parse_cell
        yield from parser.parse()


def cell_text(value: Any) -> str:
    """A cell as the text that a table of a case would have."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() and abs(value) < LARGEST_WHOLE else repr(value)
    if isinstance(value, (datetime, date)):
        return value.strftime("%Y-%m-%d")
    return " ".join(str(value).split())


QUARTERS, BEYOND, MOST_QUARTERS = 80, 40, 400
"""Quarters simulated where the workbook does not say: 20 years, or ten beyond the data."""
_PARTS = {
    "finance": ("registered_capital", "paid_in_at_start"),
    "land": ("first_area", "block"),
    "regime": ("threshold", "profit_tax", "reference_tax"),
}
"""Parts of a key that must be said, or said to be unknown."""


def completed(said: Mapping[str, Any], tables: Container[str], name: str) -> dict[str, Any]:
    """Content of ``case.yaml`` with what has one plain answer filled in, and what is not known said to be so.

    Parameters
    ----------
    said
        What the workbook says.
    tables
        CSV tables it has.
    name
        Short name of the case, where the workbook has none.
    """
    tree = dict(said)
    sides = tree.setdefault("sides", {})
    origins = {}
    for side in ("home", "host"):
        government = sides.setdefault(side, {})
        code = government.get("country")
        code = origins[side] = code if code in entries("countries") else "WLD"  # what is wrong is told by its own cell
        government.setdefault("title", {lang: country_name(code, lang) for lang in LANGUAGES})
    source = tree.setdefault("world", {}).setdefault("source", {})
    for origin, code in {**origins, "third": "WLD"}.items():
        source.setdefault(origin, code)
    clock = tree.setdefault("clock", {})
    clock.setdefault("quarters", _quarters(clock))
    told = tree.pop("not_known", [])
    unknown = [*told, *_unknown(tree, tables, told)]
    own = {"format": 1, "name": name or "my-park", **({"not_known": unknown} if unknown else {})}
    return {**own, **tree}


def _quarters(clock: Mapping[str, Any]) -> int:
    try:
        data = Quarter.parse(str(clock["data_end"])) - Quarter.parse(str(clock["start"])) + 1
    except (KeyError, ValueError):
        return QUARTERS
    return max(QUARTERS, min(data + BEYOND, MOST_QUARTERS))


def _unknown(tree: dict[str, Any], tables: Container[str], said: Sequence[str]) -> Iterator[str]:
    """What nobody has said and a case may leave unknown."""
    for word in ("shareholders", "quota", "capability"):
        if word not in tree and word not in said:
            yield word
    for word, file in TABLES_UNKNOWN.items():
        if file not in tables and word not in said:
            yield word
    for key, parts in _PARTS.items():
        if key in said:
            continue
        if key not in tree:
            yield key
            continue
        yield from (f"{key}.{part}" for part in parts if part not in tree[key] and f"{key}.{part}" not in said)
        if key == "land" and "land.plan" not in said:
            tree[key].setdefault("plan", [])
