"""A document with every value already formatted, as all renderers and the page read it.

The models are also what the page in the browser reads; its types are generated from :func:`schema`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from copark.cases.types import JUDGEMENT
from copark.presentation import document as data
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
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_WEB = ("http://", "https://")


def clean(words: str) -> str:
    """Words without control characters and marks that turn the order of letters: names are somebody's own."""
    return _UNSEEN.sub("", words)


def titled(words: str, key: str) -> str:
    """A title; the key where nothing of it can be seen, for what has no title cannot be found."""
    return clean(words).strip() or key


def commands(sentence: str) -> list[tuple[str, bool]]:
    """A sentence in parts, and whether each is a command: those stand between backticks."""
    return [(words, n % 2 == 1) for n, words in enumerate(sentence.split("`")) if words]


class Shown(BaseModel):
    """A part of a page: plain and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Source(Shown):
    """A source that a cell names, and whether the document lists it."""

    key: str
    """Key of the source."""
    text: str
    """The source as it is shown: its key where the document lists it, else what it is in words."""
    listed: bool
    """Whether the document's ``evidence`` lists it."""


class Cell(Shown):
    """A value, the ends of its interval where it has one, and the characters of all of it."""

    value: Scalar
    """The value: a word, a number, yes or no; null where there is none. Shares are from 0 to 1, and numbers are whole:
    not rounded."""
    text: str
    """The characters shown for it, its interval included."""
    low: float | None = None
    """Lower end of its interval, in the same unit; null where it has none."""
    high: float | None = None
    """Upper end of its interval, in the same unit; null where it has none."""
    sources: tuple[Source, ...] = ()
    """Sources that the cell names; empty in columns that name none."""


class Head(Shown):
    """A column's head: its title, and its title with the unit."""

    key: str
    """Name of the column in files: lower case, English, the same in both languages."""
    title: str
    """The column in words."""
    head: str
    """What stands above the column: its title, with the unit where it has one."""
    unit: str
    """The unit as it is shown; empty where there is none."""
    kind: Kind
    """What its values are; it decides how they are written and set."""
    numeric: bool
    """Whether its values are numbers, set flush right."""
    meaning: str
    """What the column says, in a sentence; empty where its title says it all."""


class Group(Shown):
    """A head of some rows."""

    title: str
    """Head of the group."""
    rows: int
    """How many of the table's rows belong to it, from where the group before ends."""


class Table(Shown):
    """A table.

    ``count`` is how many rows there are, also where they are left out, and ``empty`` says so where there are none.
    ``widths`` are the letters that each column needs, a Chinese character counting two: a number stays on one line, a
    text and a head may be broken.
    """

    type: Literal["table"] = "table"
    """What this block is: a table."""
    key: str
    """Key of the table, by which it is asked for with all its rows."""
    title: str
    """Head of the table."""
    columns: tuple[Head, ...]
    """Heads of the columns."""
    rows: tuple[tuple[Cell, ...], ...]
    """The rows, each with a cell for each column; empty where the document leaves them out (of folded tables, and of
    numbers behind figures): the table itself brings them."""
    groups: tuple[Group, ...]
    """Heads of groups of rows, in their order; empty for a table without groups."""
    note: str
    """What to know when reading it; empty where there is nothing."""
    folded: bool
    """Whether it is shown only when asked for."""
    count: int
    """How many rows there are, also where they are left out."""
    empty: str
    """What stands in the place of rows where there are none, or where they are not printed; empty else."""
    widths: tuple[int, ...]
    """Letters that each column needs, a Chinese character counting two; a number stays on one line, a text and a head
    may be broken."""

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
    """What this block is: a figure."""
    key: str
    """Key of the figure, by which it is asked for with its drawing."""
    title: str
    """Head of the figure."""
    alternative: str
    """What it shows, for those who cannot see it."""
    caption: str
    """What is said below it; empty where there is nothing."""
    wide: bool
    """Whether it takes the full width of the page."""
    svg: str
    """The drawing as SVG; empty where no figures were asked for."""
    numbers: Table | None
    """The numbers behind it; null where there are none to show."""


class Paragraph(Shown):
    """Sentences."""

    type: Literal["paragraph"] = "paragraph"
    """What this block is: a paragraph."""
    text: str
    """One or more sentences; what stands between backticks is a command."""


class Bullets(Shown):
    """A list of sentences."""

    type: Literal["bullets"] = "bullets"
    """What this block is: a list."""
    items: tuple[str, ...]
    """The entries, a sentence or two each; what stands between backticks is a command."""


class Caveat(Shown):
    """What to know before using a number."""

    type: Literal["caveat"] = "caveat"
    """What this block is: a caveat."""
    text: str
    """One or more sentences; what stands between backticks is a command."""


class Card(Shown):
    """A number to be seen first."""

    title: str
    """What the number is."""
    cell: Cell
    """The number, or a word."""
    note: str
    """How sure it is, or over what; empty where there is nothing to say."""


class Cards(Shown):
    """Numbers to be seen first."""

    type: Literal["cards"] = "cards"
    """What this block is: numbers to be seen first."""
    cards: tuple[Card, ...]
    """The numbers, in their order."""
    across: int
    """How many stand side by side on paper: four, else at most three."""


Block = Annotated[Paragraph | Bullets | Caveat | Cards | Table | Chart, Field(discriminator="type")]


class Section(Shown):
    """Blocks under a title."""

    key: str
    """Key of the section."""
    title: str
    """Head of the section."""
    folded: bool
    """Whether it is shown only when asked for."""
    blocks: tuple[Block, ...]
    """What stands in it, in the order it is read."""


class Evidence(Shown):
    """A source; its link leads to the web or is empty."""

    key: str
    """Key by which cells name it."""
    text: str
    """The source in words."""
    link: str
    """Web address; empty where there is none."""


class Entry(Shown):
    """An entry of the provenance."""

    title: str
    """What it is, in words."""
    value: str
    """The value, as it is shown."""


class Page(Shown):
    """A document, whole."""

    key: str
    """Name of its files, such as ``levers-great-stone``."""
    lang: Literal["en", "zh"]
    """Language of every word in it: en or zh."""
    title: str
    """What was asked, of what."""
    headline: str
    """The answer, in a sentence or two."""
    trust: str
    """Where the parameters come from and how far they may be trusted; empty where no parameter of a model is used."""
    trust_state: str
    """calibrated, borrowed, uncalibrated or stale; empty where no parameter of a model is used."""
    sections: tuple[Section, ...]
    """In the order they are read."""
    evidence: tuple[Evidence, ...]
    """The sources that cells name."""
    provenance: tuple[Entry, ...]
    """What it was made of: run ID, hashes, versions, seed, time."""


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
