"""A document as a workbook: a cover with the answer, then a sheet a table, with units, filters and true numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from copark.presentation.document import Caveat, Column, Document, Kind, Table
from copark.presentation.flat import Flat, flat
from copark.presentation.numbers import NOTHING, column_unit, number_format, shown
from copark.presentation.page import Page, Scalar, page_of
from copark.presentation.sheets import Sheet, Styled, column_width, tab_titles, write_sheets
from copark.texts import text

ABOVE = 4
"""Rows above the head of a table: its title, its note, the way back, a blank."""

Row = Sequence[Styled | str]


def write(document: Document, path: Path, _charts: Any = None) -> Path:
    """Write a document as a workbook.

    Raises
    ------
    ExportRefused
        If a table is longer or wider than a sheet can be.
    """
    book = _Book(document)
    return write_sheets([book.cover(), *(book.sheet(at) for at in range(len(book.tables)))], path)


class _Book:
    """The sheets of one document."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.page: Page = page_of(document, most=0)  # its words; the tables are written from their values
        self.tables = list(document.tables())
        self.flats = [flat(table, document.lang) for table in self.tables]
        first = self.say("sheet.cover")
        self.cover_title, *self.titles = tab_titles([first, *(table.title for table in self.tables)])

    def say(self, key: str, /, **values: Any) -> str:
        return text(f"presentation.{key}", self.document.lang, **values)

    def cover(self) -> Sheet:
        rows = [*self.answer(), *self.contents(), *self.origin()]
        return Sheet(self.cover_title, rows, len(rows), None, widths=(34, 90))

    def answer(self) -> Iterator[Row]:
        page = self.page
        yield (Styled(page.title, bold=True),)
        yield (self.say("answer"), Styled(page.headline, bold=True, wrap=True))
        if page.trust:
            yield (self.say("trust"), Styled(page.trust, wrap=True))
        for block in self.document.blocks():
            if isinstance(block, Caveat):
                yield (self.say("caveat"), Styled(block.text, wrap=True))

    def contents(self) -> Iterator[Row]:
        yield ()
        yield (Styled(self.say("sheet.tables"), bold=True),)
        for tab, table in zip(self.titles, self.tables, strict=True):
            yield (Styled(tab, link=tab), table.title)

    def origin(self) -> Iterator[Row]:
        page = self.page
        if page.evidence:
            yield ("",)
            yield (Styled(self.say("evidence"), bold=True),)
            for one in page.evidence:
                yield (one.key, Styled(f"{one.text} {one.link}".strip(), wrap=True))
        if page.provenance:
            yield ("",)
            yield (Styled(self.say("provenance"), bold=True),)
            for entry in page.provenance:
                yield (entry.title, Styled(entry.value, wrap=True))

    def sheet(self, at: int) -> Sheet:
        table, found = self.tables[at], self.flats[at]
        rows = list(self.rows(table, found))
        last = max(len(found.rows), 1) + ABOVE + 1
        widths = [self.width(column, at, found) for at, column in enumerate(found.columns)]
        return Sheet(self.titles[at], rows, len(rows), f"B{ABOVE + 2}", (ABOVE + 1, last), widths)

    def rows(self, table: Table, found: Flat) -> Iterator[Sequence[Styled | str]]:
        yield (Styled(table.title, bold=True),)
        yield (table.note,)
        yield (Styled(self.say("sheet.back"), link=self.cover_title),)
        yield ()
        yield [Styled(self.head(column), note=column.meaning, bold=True, wrap=True, right=column.numeric)
               for column in found.columns]  # fmt: skip
        if not found.rows:
            yield (self.say("empty"),)
        for row in found.rows:
            yield [self.cell(value, column) for value, column in zip(row, found.columns, strict=True)]

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
        return Styled(value, number_format(column, value), wrap=column.kind in (Kind.text, Kind.note))

    def width(self, column: Column, at: int, found: Flat) -> float:
        cells = [shown(row[at], column, self.document.lang) for row in found.rows[:200]]
        widest = max((column_width(words, 0, 200) for words in cells), default=0.0)
        most = 60 if column.kind is Kind.note else 40
        return min(most, max(10.0, widest, column_width(self.head(column), 0, 18)))
