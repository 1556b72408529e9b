"""A workbook that Excel opens: headings that stay in sight, texts that stay texts, numbers whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from copark.presentation.page import width_of
from copark.presentation.run_tables import Cell
from copark.store.atomic import written_file
from copark.store.errors import ExportRefused, fault

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
LONGEST_TEXT = 32_767
LONGEST_TITLE = 31
ROWS_BETWEEN_REPORTS = 5_000


class Styled(NamedTuple):
    """A cell with its look: how a number is written, the sheet its link leads to, a note, how it is set."""

    value: Cell | bool
    form: str = "General"
    link: str = ""
    note: str = ""
    bold: bool = False
    wrap: bool = False
    right: bool = False


@dataclass(frozen=True)
class Sheet:
    """A sheet: rows of plain or styled cells.

    Parameters
    ----------
    title
        What its tab says, as :func:`tab_titles` makes it.
    rows, count
        Its rows, asked for once, and how many there are.
    freeze
        Cell above and left of which all stays in sight.
    filters
        Rows, counted from 1, that have filters: head and last; none by default.
    widths
        Width of each column in characters.
    """

    title: str
    rows: Iterable[Sequence[Cell | bool | Styled]]
    count: int
    freeze: str | None = "A2"
    filters: tuple[int, int] | None = None
    widths: Sequence[float] = field(default_factory=tuple)


def write_sheets(sheets: Sequence[Sheet], target: Path, progress: Callable[[int, int], None] | None = None) -> Path:
    """Write sheets as one workbook, row by row.

    Raises
    ------
    ExportRefused
        If a sheet has more rows or columns than it can hold: 1,048,576 and 16,384.
    """
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    for one in sheets:
        _need_room(one, target)
    total, done = sum(one.count for one in sheets), 0
    book, cells = Workbook(write_only=True), _Cells()
    for one in sheets:
        sheet = book.create_sheet(one.title)
        sheet.freeze_panes = one.freeze
        for at, width in enumerate(one.widths, start=1):
            sheet.column_dimensions[get_column_letter(at)].width = width
        if one.filters:
            head, last = one.filters
            sheet.auto_filter.ref = f"A{head}:{get_column_letter(len(one.widths))}{last}"
        for row in one.rows:
            sheet.append([cells.cell(sheet, value) for value in row])
            done += 1
            if progress and done % ROWS_BETWEEN_REPORTS == 0:
                progress(done, total)
    with written_file(target) as path:
        book.save(path)
    if progress:
        progress(total, total)
    return target


def tab_titles(titles: Iterable[str]) -> list[str]:
    """Titles as tabs can carry them: short, without the letters Excel forbids, none twice."""
    found: list[str] = []
    taken: set[str] = set()
    for title in titles:
        clean = "".join(" " if letter in "[]:*?/\\" else letter for letter in printable(title)).strip(" '") or "–"
        name, number = clean[:LONGEST_TITLE].strip(), 1
        while name.lower() in taken:
            number += 1
            end = f" {number}"
            name = clean[: LONGEST_TITLE - len(end)].strip() + end
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
    """Makes the cells of a book; each look is made once, for openpyxl makes it anew for every cell."""

    def __init__(self) -> None:
        self._looks: dict[tuple[Any, ...], Any] = {}

    def cell(self, sheet: WriteOnlyWorksheet, value: Cell | bool | Styled) -> Any:
        """A number as it is; a text as a text, even one that begins like a formula."""
        if not isinstance(value, Styled | str):
            return value
        from openpyxl.cell import WriteOnlyCell
        from openpyxl.comments import Comment
        from openpyxl.worksheet.hyperlink import Hyperlink

        found = value if isinstance(value, Styled) else Styled(value)
        words = isinstance(found.value, str)
        cell = WriteOnlyCell(sheet, value=printable(found.value) if isinstance(found.value, str) else found.value)
        if words:
            cell.data_type = "s"
        cell._style = copy(self._look(sheet, found, words=words))  # noqa: SLF001 - its setters are what is slow
        if found.link:
            quoted = found.link.replace("'", "''")
            cell.hyperlink = Hyperlink(ref="", location=f"'{quoted}'!A1")
        if found.note:
            cell.comment = Comment(printable(found.note), "copark")
        return cell

    def _look(self, sheet: WriteOnlyWorksheet, found: Styled, *, words: bool) -> Any:
        key = (found.form, bool(found.link), found.bold, found.wrap, found.right, words)
        if key not in self._looks:
            from openpyxl.cell import WriteOnlyCell
            from openpyxl.styles import Alignment, Font

            model = WriteOnlyCell(sheet)
            model.number_format = found.form
            if found.link:
                model.font = Font(bold=found.bold, color="1D5B8C", underline="single")
            elif found.bold:
                model.font = Font(bold=True)
            side = "right" if found.right else "left" if words else None
            model.alignment = Alignment(wrap_text=found.wrap, vertical="top", horizontal=side)
            self._looks[key] = model._style  # noqa: SLF001
        return self._looks[key]


def printable(value: str) -> str:
    """The text without control characters and lone surrogates, which a workbook cannot hold; cut where a cell ends."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    clean: str = ILLEGAL_CHARACTERS_RE.sub("", value).encode("utf-8", "replace").decode()
    return clean if len(clean) <= LONGEST_TEXT else clean[: LONGEST_TEXT - 1] + "…"
