"""A workbook that Excel opens: headings that stay in sight, texts that stay texts, numbers whole, pages that print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import zip_longest
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from copark.presentation.clean_words import clean
from copark.presentation.text_wrap import width_of
from copark.progress import Progress
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
_INK = "#1D5B8C"
_MUTED = "#65717C"
_RULE = "#C9D0D6"
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
    """A cell with its look."""

    value: Cell | bool
    """A text, a number or yes and no; ``None`` for an empty cell."""
    form: str = "General"
    """How a number is written, as Excel names it."""
    link: str = ""
    """Title of the sheet that a link leads to; empty for none."""
    note: str = ""
    """A note of the cell; empty for none."""
    look: Look = ""
    """Letters and colours."""
    wrap: bool = False
    """Whether a text is broken into lines."""
    right: bool = False
    """Whether it is set flush right."""


class Picture(NamedTuple):
    """A picture that stands below the cells of its row."""

    content: bytes
    """A PNG."""
    alternative: str
    """What it shows, for those who cannot see it."""


Row = Sequence[Cell | bool | Styled] | Picture


@dataclass(frozen=True)
class Sheet:
    """A sheet: rows of plain or styled cells, and pictures."""

    title: str
    """What its tab says, as :func:`tab_titles` makes it."""
    rows: Iterable[Row]
    """Its rows, asked for once."""
    count: int
    """How many rows there are."""
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


def write_sheets(sheets: Sequence[Sheet], target: Path, progress: Progress | None = None, title: str = "") -> Path:
    """Write sheets as one workbook, row by row, each as wide as a page where it is printed, and give its path.

    Parameters
    ----------
    sheets
        Sheets, whose rows are read once.
    target
        The file to write; it replaces one of that name.
    progress
        Is told rows written and rows in all, now and then.
    title
        What the workbook is called in its properties.

    Raises
    ------
    ExportRefused
        If a sheet has more rows or columns than it can hold: 1,048,576 and 16,384.
    """
    from xlsxwriter import Workbook

    for sheet in sheets:
        _need_room(sheet, target)
    total = sum(sheet.count for sheet in sheets)
    done = 0
    with written_file(target) as path, Workbook(str(path), {"constant_memory": True}) as book:
        book.set_properties({"title": clean(title), "author": "copark"})
        put = _Cells(book)
        for sheet in sheets:
            page = book.add_worksheet(sheet.title)
            _set_up(page, sheet)
            widths = list(sheet.widths)
            line = 0
            for row in sheet.rows:
                line = put.row(page, line, row, sheet.widths)
                done += 1
                if not sheet.widths and line <= ROWS_MEASURED and not isinstance(row, Picture):
                    widths = _widened(widths, row)
                if progress and done % ROWS_BETWEEN_REPORTS == 0:
                    progress(done, total)
            for column, width in enumerate(widths):
                page.set_column(column, column, width)
            if sheet.filters:
                page.autofilter(sheet.head - 1, 0, sheet.filters - 1, max(0, len(widths) - 1))
    if progress:
        progress(total, total)
    return target


def _set_up(page: Worksheet, sheet: Sheet) -> None:
    """Set paper, what stays in sight, and what stands on every printed page."""
    page.set_paper(A4)
    page.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L&8{clean(sheet.title).replace('&', '&&')}&R&8&P / &N")
    if not sheet.upright:
        page.set_landscape()
    if sheet.head:
        page.freeze_panes(sheet.head, sheet.fixed)
        page.repeat_rows(sheet.head - 1)
    else:
        page.hide_gridlines(2)


def _widened(widths: list[float], row: Sequence[Cell | bool | Styled]) -> list[float]:
    """Widen columns to hold a row, too; a number is written with about six digits."""
    values = (cell.value if isinstance(cell, Styled) else cell for cell in row)
    words = ("" if value is None else f"{value:.6g}" if isinstance(value, float) else str(value) for value in values)
    return [max(pair) for pair in zip_longest(map(column_width, words), widths, fillvalue=0.0)]


def tab_titles(titles: Iterable[str]) -> list[str]:
    """Make titles that tabs can carry: short, without the letters Excel forbids, none twice."""
    names: list[str] = []
    taken: set[str] = set()
    for title in titles:
        cleaned = "".join(" " if letter in "[]:*?/\\" else letter for letter in printable(title)).strip(" '") or "–"
        name = cleaned[:LONGEST_TITLE].strip()
        number = 1
        while name.lower() in taken:
            number += 1
            end = f" {number}"
            name = cleaned[: LONGEST_TITLE - len(end)].strip() + end
        taken.add(name.lower())
        names.append(name)
    return names


def column_width(words: str, least: int = 11, most: int = 60) -> float:
    """Return the width of a column for words.

    Parameters
    ----------
    words
        Words of a cell; Chinese characters count as two.
    least, most
        Bounds of it, in characters.
    """
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

    def row(self, sheet: Worksheet, line: int, row: Row, widths: Sequence[float]) -> int:
        """Write a row and give the line of the next; a sentence alone has the whole width.

        Parameters
        ----------
        sheet
            Sheet that is written, line after line.
        line
            Line of the sheet, counted from 0.
        row
            Cells of the row, or a picture, which takes several lines.
        widths
            Widths of the columns, where they are set.
        """
        if isinstance(row, Picture):
            return line + self._picture(sheet, line, row)
        alone = row[0] if len(row) == 1 and isinstance(row[0], Styled) else None
        if alone is not None and alone.look == "title":
            sheet.set_row(line, 1.6 * LINE)
        if alone is not None and alone.wrap and alone.value:
            more = ceil(max(0.0, READABLE - sum(widths)) / USUAL)
            lines = ceil(1.1 * width_of(str(alone.value)) / max(READABLE, sum(widths)))
            sheet.set_row(line, lines * LINE)
            if len(widths) + more > 1:
                sheet.merge_range(line, 0, line, len(widths) + more - 1, "", self._look(alone))
        for column, value in enumerate(row):
            self._cell(sheet, line, column, value)
        return line + 1

    def _picture(self, sheet: Worksheet, line: int, picture: Picture) -> int:
        """Put a picture, and give the lines it takes."""
        from PIL import Image

        with Image.open(BytesIO(picture.content)) as image:
            inches: float = image.height / image.info.get("dpi", (96.0, 96.0))[1]
        options = {"image_data": BytesIO(picture.content), "description": printable(picture.alternative)}
        sheet.insert_image(line, 0, "figure.png", options)
        return ceil(inches * INCH / LINE) + 1

    def _cell(self, sheet: Worksheet, line: int, column: int, value: Cell | bool | Styled) -> None:
        """Write a number as it is, and a text as a text, even one that begins like a formula."""
        cell = value if isinstance(value, Styled) else Styled(value)
        if isinstance(value, Styled) and isinstance(cell.value, str):
            cell = cell._replace(value=cell.value.replace(COMMAND_MARK, ""))
        look = self._look(cell)
        if cell.link:
            quoted = cell.link.replace("'", "''")
            sheet.write_url(line, column, f"internal:'{quoted}'!A1", look, printable(str(cell.value)))
        elif isinstance(cell.value, str):
            sheet.write_string(line, column, printable(cell.value), look)
        elif isinstance(cell.value, bool):
            sheet.write_boolean(line, column, cell.value, look)
        elif cell.value is not None:
            sheet.write_number(line, column, cell.value, look)
        if cell.note:
            sheet.write_comment(line, column, printable(cell.note), {"author": "copark", "x_scale": 2})

    def _look(self, cell: Styled) -> Any:
        words = isinstance(cell.value, str)
        key = (cell.form, bool(cell.link), cell.look, cell.wrap, cell.right, words)
        if key not in self._looks:
            side = {"align": "right", "indent": 1} if cell.right else {"align": "left"} if words else {}
            link = {"font_color": _INK, "underline": 1} if cell.link else {}
            shared = {"num_format": cell.form, "valign": "top", "text_wrap": cell.wrap}
            self._looks[key] = self._book.add_format(shared | side | link | _LOOKS[cell.look])
        return self._looks[key]


def printable(value: str) -> str:
    """Take out of a text what cannot be seen, and cut it where a cell ends."""
    words = clean(value)
    return words if len(words) <= LONGEST_TEXT else words[: LONGEST_TEXT - 1] + "…"
