"""Tables of a document as files hold them: a workbook with a cover and a sheet a table, or a folder of CSV files.

One number is a cell, and intervals are columns of their own. Names of columns are the same in every language.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from copark.presentation.clean_words import clean
from copark.presentation.document import Caveat, Chart, Column, Document, Interval, Kind, Table, Value
from copark.presentation.figures import Charts
from copark.presentation.numbers import NOTHING, column_unit, number, number_format, shown
from copark.presentation.rendered_document import Page, Scalar, page_of, plain
from copark.presentation.run_export import PlainTable, write_csv
from copark.presentation.xlsx_sheets import Picture, Row, Sheet, Styled, column_width, tab_titles, write_sheets
from copark.texts import text

ABOVE = 4
"""Rows above the head of a table: its title, its note, the way back, a blank."""


@dataclass(frozen=True)
class Flat:
    """Columns and rows of single values; the first column is the group where the table has groups."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Scalar, ...], ...]


def flat(table: Table, lang: str) -> Flat:
    """Spread a table: a column with intervals becomes its middle, its low end and its high end.

    The middle is left out where no interval of the column has one.
    """
    spread = [_ends(table, place) for place in range(len(table.columns))]
    columns: list[Column] = [Column("group", text("presentation.group", lang))] if table.groups else []
    for column, ends in zip(table.columns, spread, strict=True):
        columns += [_column(column, end, lang) for end in ends]
    heads = [clean(title) for title, rows in table.groups for _ in range(rows)]
    rows = []
    for n, row in enumerate(table.rows):
        cells: list[Scalar] = [heads[n]] if heads else []
        for value, ends in zip(row, spread, strict=True):
            cells += [_cell(value, end) for end in ends]
        rows.append(tuple(cells))
    return Flat(tuple(columns), tuple(rows))


def _ends(table: Table, place: int) -> tuple[str, ...]:
    values = [row[place] for row in table.rows if row[place] is not None]
    if not any(isinstance(value, Interval) for value in values):
        return ("value",)
    alone = all(isinstance(value, Interval) and value.value is None for value in values)
    return ("low", "high") if alone else ("value", "low", "high")


def _column(column: Column, end: str, lang: str) -> Column:
    if end == "value":
        return column
    title = text(f"presentation.end.{end}", lang, title=column.title)
    return replace(column, key=f"{column.key}_{end}", title=title, meaning="")


def _cell(value: Value, end: str) -> Scalar:
    return plain(value if end == "value" else getattr(value, end) if isinstance(value, Interval) else None)


def write_csvs(document: Document, folder: Path, _charts: Any = None) -> Path:
    """Write every table as ``<table>.csv`` into a folder, and give the folder.

    Numbers are whole, shares 0 to 1, yes and no 1 and 0; where there is no value, nothing.

    Parameters
    ----------
    document
        The document.
    folder
        Folder of the files; it is made if it is not there, and files of the same name are replaced.
    _charts
        Taken like every writer takes it, and not used: tables have no figures.

    Returns
    -------
    The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for table in document.tables():
        spread = flat(table, document.lang)
        rows = [[int(cell) if isinstance(cell, bool) else cell for cell in row] for row in spread.rows]
        keys = [column.key for column in spread.columns]
        write_csv(PlainTable(table.key, keys, rows, len(rows)), folder / f"{table.key}.csv")
    return folder


def write_workbook(document: Document, path: Path, charts: Charts | None = None) -> Path:
    """Write a document as a workbook, and give its path; its figures are PNG, on a sheet of their own.

    Parameters
    ----------
    document
        The document, in the language of its words.
    path
        The file to write; it replaces one of that name.
    charts
        Draws the figures; each is drawn once, however many renderers show it.

    Raises
    ------
    ExportRefused
        If a table is longer or wider than a sheet can be.
    """
    book = _Book(document, charts or Charts())
    sheets = [book.cover(), *(book.sheet(n) for n in range(len(book.tables))), *book.gallery()]
    return write_sheets(sheets, path, title=document.title)


class _Book:
    """The sheets of one document."""

    def __init__(self, document: Document, charts: Charts) -> None:
        self.document = document
        self.charts = charts
        self.page: Page = page_of(document, most=0)  # its words; the tables are written from their values
        self.tables = list(document.tables())
        self.flats = [flat(table, document.lang) for table in self.tables]
        self.figures = [block for block in document.blocks() if isinstance(block, Chart)]
        ends = [self.say("sheet.figures")] if self.figures else []
        first = self.say("sheet.cover")
        self.cover_title, *self.titles = tab_titles([first, *(table.title for table in self.tables), *ends])

    def say(self, key: str, /, **values: Any) -> str:
        return text(f"presentation.{key}", self.document.lang, **values)

    def cover(self) -> Sheet:
        rows = [*self.answer(), *self.contents(), *self.origin()]
        return Sheet(self.cover_title, rows, len(rows), head=0, widths=(33, 75), upright=True)

    def answer(self) -> Iterator[Row]:
        page = self.page
        yield (Styled(page.title, look="title"),)
        yield ()
        yield (self.label("answer"), Styled(page.headline, look="answer", wrap=True))
        if page.trust:
            yield (self.label("trust"), Styled(page.trust, wrap=True))
        for block in self.document.blocks():
            if isinstance(block, Caveat):
                yield (self.label("caveat"), Styled(block.text, wrap=True))

    def label(self, key: str) -> Styled:
        return Styled(self.say(key), look="label")

    def contents(self) -> Iterator[Row]:
        yield ()
        yield (Styled(self.say("sheet.tables"), look="group"), Styled("", look="group"))
        for tab, table, spread in zip(self.titles, self.tables, self.flats, strict=False):
            size = self.say("sheet.size", rows=number(len(spread.rows), 0), columns=len(spread.columns))
            yield (Styled(tab, link=tab), Styled(f"{table.title}{self.say('colon')}{size}", wrap=True))
        if self.figures:
            titles = self.say("join").join(figure.title for figure in self.figures)
            yield (Styled(self.titles[-1], link=self.titles[-1]), Styled(titles, wrap=True))

    def origin(self) -> Iterator[Row]:
        page = self.page
        for key, entries in (
            ("evidence", [(source.key, f"{source.text} {source.link}".strip()) for source in page.evidence]),
            ("provenance", [(entry.title, entry.value) for entry in page.provenance]),
        ):
            if entries:
                yield ()
                yield (Styled(self.say(key), look="group"), Styled("", look="group"))
            for title, words in entries:
                yield (title, Styled(words, wrap=True))

    def gallery(self) -> Iterator[Sheet]:
        """Yield the sheet of all figures, which have their titles in them, where there are any."""
        if self.figures:
            rows = list(self.pictures())
            yield Sheet(self.titles[-1], rows, len(rows), head=0, widths=(110,), upright=True)

    def pictures(self) -> Iterator[Row]:
        yield (Styled(self.say("sheet.back"), link=self.cover_title),)
        for figure in self.figures:
            yield ()
            yield Picture(self.charts.file(figure, "png"), figure.alternative or figure.title)
            if figure.caption:
                yield (Styled(figure.caption, look="quiet", wrap=True),)

    def sheet(self, n: int) -> Sheet:
        spread = self.flats[n]
        rows = list(self.rows(self.tables[n], spread))
        last = max(len(spread.rows), 1) + ABOVE + 1
        widths = [self.width(column, place, spread) for place, column in enumerate(spread.columns)]
        return Sheet(self.titles[n], rows, len(rows), ABOVE + 1, 1, last, widths)

    def rows(self, table: Table, spread: Flat) -> Iterator[Row]:
        yield (Styled(table.title, look="title"),)
        yield (Styled(table.note, look="quiet", wrap=True),)
        yield (Styled(self.say("sheet.back"), link=self.cover_title),)
        yield ()
        yield [
            Styled(self.head(column), note=column.meaning, look="head", wrap=True, right=column.numeric)
            for column in spread.columns
        ]
        if not spread.rows:
            yield (self.say("empty"),)
        for row in spread.rows:
            yield [self.cell(value, column) for value, column in zip(row, spread.columns, strict=True)]

    def head(self, column: Column) -> str:
        unit = column_unit(column, self.document.lang)
        return self.say("head", title=column.title, unit=unit) if unit else column.title

    def cell(self, value: Scalar, column: Column) -> Styled:
        if value is None:
            return Styled(NOTHING, right=column.numeric)
        if isinstance(value, bool):
            return Styled(shown(value, column, self.document.lang))
        if column.kind is Kind.points and not isinstance(value, str):
            value *= 100.0
        return Styled(
            value, number_format(column, value), wrap=column.kind in (Kind.text, Kind.note), right=column.numeric
        )

    def width(self, column: Column, place: int, spread: Flat) -> float:
        """Return the width of a column, in characters of a spreadsheet, by the first 200 rows.

        Parameters
        ----------
        column
            The column; notes may be wider than others.
        place
            Its place in the rows.
        spread
            The table with its rows.
        """
        cells = [shown(row[place], column, self.document.lang) for row in spread.rows[:200]]
        widest = max((column_width(words, 0, 200) for words in cells), default=0.0)
        most = 60 if column.kind is Kind.note else 40
        return min(most, max(10.0, widest, column_width(self.head(column), 0, 18)))
