"""A document with every value already formatted, as all renderers and the page read it.

The models are also what the page in the browser reads; its types are generated from :func:`schema`.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from copark.cases.types import JUDGEMENT
from copark.presentation import document as data
from copark.presentation.clean_words import clean, titled
from copark.presentation.document import Column, Document, Interval, Kind, Value
from copark.presentation.numbers import column_unit, number, shown
from copark.presentation.text_wrap import PIECES, width_of
from copark.texts import text

if TYPE_CHECKING:
    from copark.presentation.figures import Charts

Scalar = bool | int | float | str | None
PRINTED_ROWS = 300
"""Rows of a table that are put on paper."""
PRINTED_ANNEX = 24
"""Rows of a table behind a figure or folded away; a longer one stays off paper: pages of it are not read."""
PRINTED_LETTERS = 245
"""Letters that a line of a page on its side has room for; a wider table stays off paper."""
_WEB = ("http://", "https://")


def commands(sentence: str) -> list[tuple[str, bool]]:
    """A sentence in parts, and whether each is a command: those stand between backticks."""
    return [(words, n % 2 == 1) for n, words in enumerate(sentence.split("`")) if words]


class Shown(BaseModel):
    """A part of a page: plain and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(Shown):
    """A source that a cell names, and whether the document lists it."""

    key: str
    text: str
    listed: bool


class Cell(Shown):
    """A value, the ends of its interval where it has one, and the characters of all of it."""

    value: Scalar
    text: str
    low: float | None = None
    high: float | None = None
    sources: tuple[Source, ...] = ()


class Head(Shown):
    """A column's head: its title, and its title with the unit."""

    key: str
    title: str
    head: str
    unit: str
    kind: Kind
    numeric: bool
    meaning: str


class Group(Shown):
    """A head of some rows."""

    title: str
    rows: int


class Table(Shown):
    """A table.

    ``count`` is how many rows there are, also where they are left out, and ``empty`` says so where there are none.
    ``widths`` are the letters that each column needs, a Chinese character counting two: a number stays on one line, a
    text and a head may be broken.
    """

    type: Literal["table"] = "table"
    key: str
    title: str
    columns: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]
    groups: tuple[Group, ...]
    note: str
    folded: bool
    count: int
    empty: str
    widths: tuple[int, ...]

    @property
    def parts(self) -> list[tuple[str, tuple[tuple[Cell, ...], ...]]]:
        """Rows by group, each with its head; all under an empty head where there are no groups."""
        found, at = [], 0
        for group in self.groups or (Group(title="", rows=len(self.rows)),):
            found.append((group.title, self.rows[at : at + group.rows]))
            at += group.rows
        return found

    @property
    def meanings(self) -> list[Head]:
        """Columns that say what they mean."""
        return [column for column in self.columns if column.meaning]


class Chart(Shown):
    """A figure; ``svg`` is empty where no figures were asked for."""

    type: Literal["chart"] = "chart"
    key: str
    title: str
    alternative: str
    caption: str
    wide: bool
    svg: str
    numbers: Table | None


class Paragraph(Shown):
    """Sentences."""

    type: Literal["paragraph"] = "paragraph"
    text: str


class Bullets(Shown):
    """A list of sentences."""

    type: Literal["bullets"] = "bullets"
    items: tuple[str, ...]


class Caveat(Shown):
    """What to know before using a number."""

    type: Literal["caveat"] = "caveat"
    text: str


class Card(Shown):
    """A number to be seen first."""

    title: str
    cell: Cell
    note: str


class Cards(Shown):
    """Numbers to be seen first."""

    type: Literal["cards"] = "cards"
    cards: tuple[Card, ...]
    across: int
    """How many stand side by side on paper: four, else at most three."""


Block = Annotated[Paragraph | Bullets | Caveat | Cards | Table | Chart, Field(discriminator="type")]


class Section(Shown):
    """Blocks under a title."""

    key: str
    title: str
    folded: bool
    blocks: tuple[Block, ...]


class Evidence(Shown):
    """A source; its link leads to the web or is empty."""

    key: str
    text: str
    link: str


class Entry(Shown):
    """An entry of the provenance."""

    title: str
    value: str


class Page(Shown):
    """A document, whole."""

    key: str
    lang: Literal["en", "zh"]
    title: str
    headline: str
    trust: str
    trust_state: str
    sections: tuple[Section, ...]
    evidence: tuple[Evidence, ...]
    provenance: tuple[Entry, ...]


def page_of(
    document: Document, charts: Charts | None = None, *, inline: bool = True, most: int | None = None,
    whole: bool = True,
) -> Page:  # fmt: skip
    """A document as it is shown.

    charts: draws its figures; none are drawn without. inline: whether the drawings are to stand in a page of HTML; they
    are files of their own else. most: rows of a table that are put on paper; a note says how many more there are, and
    that a table is too wide for it. On paper stand the sources that what is printed names, no numbers behind a figure
    that are folded away, and no section that is not for paper. whole: whether tables that are shown only when asked for
    bring their rows: else see :func:`table_of`.
    """
    view = _View(document, charts, inline=inline, most=most, whole=whole)
    sections = tuple(view.section(one) for one in document.sections if one.on_paper or most is None)
    evidence = tuple(one for one in map(view.evidence, document.evidence) if most is None or one.key in view.named)
    provenance = [Entry(title=clean(title), value=clean(value)) for title, value in document.provenance]
    if len(evidence) < len(document.evidence):
        counts = {"printed": number(len(evidence), 0), "count": number(len(document.evidence), 0)}
        provenance.append(Entry(title=view.say("evidence"), value=view.say("some_sources", **counts)))
    return Page(
        key=document.key,
        lang=document.lang,
        title=titled(document.title, document.key),
        headline=clean(document.headline),
        trust=clean(document.trust),
        trust_state=document.trust_state,
        sections=sections,
        evidence=evidence,
        provenance=tuple(provenance),
    )


def to_json(document: Document, charts: Charts | None = None) -> dict[str, Any]:
    """A document as plain values: what the page in the browser shows, and what programs read."""
    from copark.presentation.figures import Charts

    return page_of(document, charts or Charts()).model_dump(mode="json")


def table_of(document: Document, key: str) -> Table | None:
    """One table of a document, also one behind a chart; nothing where there is none of this key."""
    return next((_View(document).table(one) for one in document.tables() if one.key == key), None)


def chart_of(document: Document, key: str, charts: Charts) -> Chart | None:
    """One chart of a document, drawn; nothing where there is none of this key."""
    found = (one for one in document.blocks() if isinstance(one, data.Chart) and one.key == key)
    return next((_View(document, charts, whole=False).chart(one) for one in found), None)


def plain(value: Value) -> Scalar:
    """A value for files: an interval's middle, a number of NumPy as Python's own, nothing where there is none."""
    found: Any = value.value if isinstance(value, Interval) else value
    found = found.item() if hasattr(found, "item") else found
    if isinstance(found, float) and not isfinite(found):
        return None
    return clean(found) if isinstance(found, str) else found


def _end(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def _width(head: Head, cells: list[str]) -> int:
    widest = max(map(width_of, cells), default=0)
    pieces = max(map(width_of, PIECES.findall(head.head)), default=0)
    if head.numeric or head.kind is Kind.quarter:
        return max(widest, pieces, min(width_of(head.head), 12))
    return max(pieces, min(width_of(head.head), 12), min(widest, 36 if head.kind is Kind.note else 24))


def _groups(table: data.Table, rows: int) -> Iterator[Group]:
    for title, count in table.groups:
        if rows > 0:
            yield Group(title=clean(title), rows=min(count, rows))
        rows -= count


class _View:
    def __init__(
        self, document: Document, charts: Charts | None = None, *, inline: bool = True, most: int | None = None,
        whole: bool = True,
    ) -> None:  # fmt: skip
        self.lang = document.lang
        self.charts, self.inline, self.most, self.whole = charts, inline, most, whole
        self.listed = {one.key for one in document.evidence}
        self.named: set[str] = set()
        """Sources named in tables, as far as they are shown."""

    def say(self, key: str, /, **values: Any) -> str:
        return text(f"presentation.{key}", self.lang, **values)

    def section(self, one: data.Section) -> Section:
        blocks = tuple(self.block(block, is_seen=not one.folded) for block in one.blocks)
        return Section(key=one.key, title=titled(one.title, one.key), folded=one.folded, blocks=blocks)

    def block(self, one: data.Block, *, is_seen: bool) -> Block:
        if isinstance(one, data.Table):
            return self.table(one, is_left_out=not (self.whole or (is_seen and not one.folded)))
        if isinstance(one, data.Chart):
            return self.chart(one)
        if isinstance(one, data.Cards):
            cards = tuple(
                Card(title=clean(x.title), cell=self.cell(x.value, x.column, with_unit=True), note=clean(x.note))
                for x in one.cards
            )
            return Cards(cards=cards, across=4 if len(cards) == 4 else min(max(len(cards), 1), 3))
        if isinstance(one, data.Bullets):
            return Bullets(items=tuple(map(clean, one.items)))
        if isinstance(one, data.Caveat):
            return Caveat(text=clean(one.text))
        return Paragraph(text=clean(one.text))

    def cell(self, value: Value, column: Column, *, with_unit: bool = False) -> Cell:
        found = clean(shown(value, column, self.lang, with_unit=with_unit))
        if column.kind is Kind.source and isinstance(value, str) and value:
            sources = tuple(map(self.source, value.split("; ")))
            return Cell(value=plain(value), text="; ".join(one.text for one in sources), sources=sources)
        low, high = (_end(value.low), _end(value.high)) if isinstance(value, Interval) else (None, None)
        return Cell(value=plain(value), text=found, low=low, high=high)

    def source(self, key: str) -> Source:
        key, listed = clean(key), key in self.listed
        words = key if listed else self.say(JUDGEMENT) if key == JUDGEMENT else self.say("unknown_source", source=key)
        return Source(key=key, text=words, listed=listed)

    def head(self, one: Column) -> Head:
        unit, title = column_unit(one, self.lang), clean(one.title)
        return Head(
            key=one.key, title=title, head=self.say("head", title=title, unit=unit) if unit else title, unit=unit,
            kind=one.kind, numeric=one.numeric, meaning=clean(one.meaning),
        )  # fmt: skip

    def table(self, one: data.Table, *, is_left_out: bool = False, is_annex: bool = False) -> Table:
        rows = () if is_left_out else one.rows if self.most is None else one.rows[: self.most]
        heads = tuple(map(self.head, one.columns))
        cells = tuple(tuple(map(self.cell, row, one.columns)) for row in rows)
        widths = tuple(_width(head, [row[at].text for row in cells]) for at, head in enumerate(heads))
        notes, empty = [clean(one.note)], "" if one.rows else self.say("empty")
        if self.most is not None and sum(widths) + 2 * len(widths) > PRINTED_LETTERS:
            empty = self.say("too_wide", rows=number(len(one.rows), 0), columns=len(heads))
            cells, rows = (), ()
        elif self.most and (is_annex or one.folded) and len(one.rows) > PRINTED_ANNEX:
            empty = self.say("elsewhere", rows=number(len(one.rows), 0))
            cells, rows = (), ()
        elif len(rows) < len(one.rows) and not is_left_out:
            notes.append(self.say("more_rows", count=number(len(one.rows) - len(rows), 0)))
        left = len(one.rows) if is_left_out else len(rows)
        self.named |= {source.key for row in cells for cell in row for source in cell.sources}
        return Table(
            key=one.key, title=titled(one.title, one.key), columns=heads, rows=cells, widths=widths,
            groups=tuple(_groups(one, left)), note=" ".join(notes).strip(), folded=one.folded,
            count=len(one.rows), empty=empty,
        )  # fmt: skip

    def chart(self, one: data.Chart) -> Chart:
        title, numbers = titled(one.title, one.key), one.numbers
        if self.most is not None and numbers is not None and numbers.folded:
            numbers = None
        return Chart(
            key=one.key, title=title, alternative=titled(one.alternative, title), caption=clean(one.caption),
            wide=one.wide, svg=self.drawing(one),
            numbers=None if numbers is None else self.table(numbers, is_left_out=not self.whole, is_annex=True),
        )  # fmt: skip

    def drawing(self, one: data.Chart) -> str:
        if self.charts is None:
            return ""
        return self.charts.inline(one) if self.inline else self.charts.file(one, "svg").decode("utf-8")

    def evidence(self, one: data.Evidence) -> Evidence:
        link = clean(one.link)
        return Evidence(key=clean(one.key), text=clean(one.text), link=link if link.lower().startswith(_WEB) else "")
