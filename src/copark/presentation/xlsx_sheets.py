"""A workbook that Excel opens: headings that stay in sight, texts that stay texts, numbers whole, pages that print."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import zip_longest
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from copark.presentation.clean_words import clean
from copark.presentation.text_wrap import width_of
from copark.store.errors import ExportRefused, fault
from copark.store.files import written_file

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
LONGEST_TITLE = 31
ROWS_BETWEEN_REPORTS = 5_000
ROWS_MEASURED = 200
"""Rows whose cells decide how wide a column is, where nobody has said."""
LINE = 15.0
"""Height of a line, points."""
INCH = 72.0
A4 = 9
USUAL = 9.0
"""Width of a column that nobody has set."""
READABLE = 90.0
"""Letters of a line of a sentence above a table, at least."""

COMMAND_MARK = "`"
"""Stands around a command in a sentence; a cell has no other letters for it."""

Cell = str | int | float | None
Look = Literal["", "title", "answer", "label", "head", "group", "quiet"]
_INK, _MUTED, _RULE = "#1D5B8C", "#65717C", "#C9D0D6"
_LOOKS: dict[Look, dict[str, Any]] = {
    "": {},
    "title": {"bold": True, "font_size": 15, "font_color": _INK},
    "answer": {"bold": True, "font_size": 12},
    "label": {"bold": True},
    "head": {"bold": True, "font_color": "#FFFFFF", "bg_color": _INK, "valign": "vcenter"},
    "group": {"bold": True, "bottom": 1, "bottom_color": _RULE},
    "quiet": {"font_color": _MUTED},
}


class Styled(NamedTuple):
    """A cell with its look: how a number is written, the sheet its link leads to, a note, how it is set."""

    value: Cell | bool
    form: str = "General"
    link: str = ""
    note: str = ""
    look: Look = ""
    wrap: bool = False
    right: bool = False


class Picture(NamedTuple):
    """A PNG that stands below the cells of its row, and what it shows for those who cannot see it."""

    content: bytes
    alternative: str


Row = Sequence[Cell | bool | Styled] | Picture


@dataclass(frozen=True)
class Sheet:
    """A sheet: rows of plain or styled cells, and pictures."""

    title: str
    """What its tab says, as :func:`tab_titles` makes it."""
    rows: Iterable[Row]
    count: int
    """rows, count: its rows, asked for once, and how many there are."""
    head: int = 1
    """Number of the row that is the head of a table, counted from 1: it stays in sight and is printed on every page. 0
    where there is no table."""
    fixed: int = 0
    """Columns that stay in sight."""
    filters: int = 0
    """Last row that has filters; none by default."""
    widths: Sequence[float] = field(default_factory=tuple)
    """Width of each column in characters; by default as its first rows ask for."""
    upright: bool = False
    """Whether it is printed on upright paper."""


def write_sheets(
    sheets: Sequence[Sheet], target: Path, progress: Callable[[int, int], None] | None = None, title: str = ""
) -> Path:  # fmt: skip
    """Write sheets as one workbook, row by row, each as wide as a page where it is printed.

    Raises ExportRefused if a sheet has more rows or columns than it can hold: 1,048,576 and 16,384.
    """
    from xlsxwriter import Workbook

    for one in sheets:
        _need_room(one, target)
    total, done = sum(one.count for one in sheets), 0
    with written_file(target) as path, Workbook(str(path), {"constant_memory": True}) as book:
        book.set_properties({"title": clean(title), "author": "copark"})
        put = _Cells(book)
        for one in sheets:
            sheet = book.add_worksheet(one.title)
            _set_up(sheet, one)
            widths = list(one.widths)
            at = 0
            for row in one.rows:
                at = put.row(sheet, at, row, one.widths)
                done += 1
                if not one.widths and at <= ROWS_MEASURED and not isinstance(row, Picture):
                    widths = _widened(widths, row)
                if progress and done % ROWS_BETWEEN_REPORTS == 0:
                    progress(done, total)
            for number, width in enumerate(widths):
                sheet.set_column(number, number, width)
            if one.filters:
                sheet.autofilter(one.head - 1, 0, one.filters - 1, max(0, len(widths) - 1))
    if progress:
        progress(total, total)
    return target


def _set_up(sheet: Worksheet, one: Sheet) -> None:
    """Paper, what stays in sight, and what stands on every page."""
    sheet.set_paper(A4)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L&8{clean(one.title).replace('&', '&&')}&R&8&P / &N")
    if not one.upright:
        sheet.set_landscape()
    if one.head:
        sheet.freeze_panes(one.head, one.fixed)
        sheet.repeat_rows(one.head - 1)
    else:
        sheet.hide_gridlines(2)


def _widened(widths: list[float], row: Sequence[Cell | bool | Styled]) -> list[float]:
    """Widths of columns that hold a row, too; a number is written with about six digits."""
    values = (one.value if isinstance(one, Styled) else one for one in row)
    words = ("" if one is None else f"{one:.6g}" if isinstance(one, float) else str(one) for one in values)
    return [max(pair) for pair in zip_longest(map(column_width, words), widths, fillvalue=0.0)]


def tab_titles(titles: Iterable[str]) -> list[str]:
    """Titles as tabs can carry them: short, without the letters Excel forbids, none twice."""
    found: list[str] = []
    taken: set[str] = set()
    for title in titles:
        cleaned = "".join(" " if letter in "[]:*?/\\" else letter for letter in printable(title)).strip(" '") or "–"
        name, number = cleaned[:LONGEST_TITLE].strip(), 1
        while name.lower() in taken:
            number += 1
            end = f" {number}"
            name = cleaned[: LONGEST_TITLE - len(end)].strip() + end
        taken.add(name.lower())
        found.append(name)
    return found


def column_width(words: str, least: int = 11, most: int = 60) -> float:
    """Width of a column for words."""
    return min(most, max(least, width_of(words) + 2))


def _need_room(sheet: Sheet, target: Path) -> None:
    if sheet.count > MOST_ROWS:
        raise ExportRefused([fault("too_many_rows", target, sheet.title, rows=sheet.count, most=MOST_ROWS)])
    if len(sheet.widths) > MOST_COLUMNS:
        columns = len(sheet.widths)
        raise ExportRefused([fault("too_many_columns", target, sheet.title, columns=columns, most=MOST_COLUMNS)])


class _Cells:
    """Writes the cells of a book; each look is made once."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._looks: dict[tuple[Any, ...], Any] = {}

    def row(self, sheet: Worksheet, at: int, row: Row, widths: Sequence[float]) -> int:
        """Write a row and give the place of the next; a sentence alone has the whole width."""
        if isinstance(row, Picture):
            return at + self._picture(sheet, at, row)
        alone = row[0] if len(row) == 1 and isinstance(row[0], Styled) else None
        if alone is not None and alone.look == "title":
            sheet.set_row(at, 1.6 * LINE)
        if alone is not None and alone.wrap and alone.value:
            more = ceil(max(0.0, READABLE - sum(widths)) / USUAL)
            lines = ceil(1.1 * width_of(str(alone.value)) / max(READABLE, sum(widths)))
            sheet.set_row(at, lines * LINE)
            if len(widths) + more > 1:
                sheet.merge_range(at, 0, at, len(widths) + more - 1, "", self._look(alone))
        for column, value in enumerate(row):
            self._cell(sheet, at, column, value)
        return at + 1

    def _picture(self, sheet: Worksheet, at: int, one: Picture) -> int:
        """Put a picture, and give the rows it takes."""
        from PIL import Image

        with Image.open(BytesIO(one.content)) as image:
            inches: float = image.height / image.info.get("dpi", (96.0, 96.0))[1]
        told = {"image_data": BytesIO(one.content), "description": printable(one.alternative)}
        sheet.insert_image(at, 0, "figure.png", told)
        return ceil(inches * INCH / LINE) + 1

    def _cell(self, sheet: Worksheet, at: int, column: int, value: Cell | bool | Styled) -> None:
        """A number as it is; a text as a text, even one that begins like a formula."""
        one = value if isinstance(value, Styled) else Styled(value)
        if isinstance(value, Styled) and isinstance(one.value, str):
            one = one._replace(value=one.value.replace(COMMAND_MARK, ""))
        look = self._look(one)
        if one.link:
            quoted = one.link.replace("'", "''")
            sheet.write_url(at, column, f"internal:'{quoted}'!A1", look, printable(str(one.value)))
        elif isinstance(one.value, str):
            sheet.write_string(at, column, printable(one.value), look)
        elif isinstance(one.value, bool):
            sheet.write_boolean(at, column, one.value, look)
        elif one.value is not None:
            sheet.write_number(at, column, one.value, look)
        if one.note:
            sheet.write_comment(at, column, printable(one.note), {"author": "copark", "x_scale": 2})

    def _look(self, one: Styled) -> Any:
        words = isinstance(one.value, str)
        key = (one.form, bool(one.link), one.look, one.wrap, one.right, words)
        if key not in self._looks:
            side = {"align": "right", "indent": 1} if one.right else {"align": "left"} if words else {}
            link = {"font_color": _INK, "underline": 1} if one.link else {}
            shared = {"num_format": one.form, "valign": "top", "text_wrap": one.wrap}
            self._looks[key] = self._book.add_format(shared | side | link | _LOOKS[one.look])
        return self._looks[key]


def printable(value: str) -> str:
    """The text without what cannot be seen; cut where a cell ends."""
    found = clean(value)
    return found if len(found) <= LONGEST_TEXT else found[: LONGEST_TEXT - 1] + "…"
