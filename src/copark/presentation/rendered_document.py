"""A document with every value already formatted, as all renderers, the API and the page read it."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import ConfigDict, Field

from copark.cases.types import JUDGEMENT
from copark.described import Described
from copark.json_types import JsonObject
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
    """Take a sentence apart, and say of each part whether it is a command: those stand between backticks."""
    return [(words, n % 2 == 1) for n, words in enumerate(sentence.split("`")) if words]


class Shown(Described):
    """A part of a page: plain and unchangeable."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class RenderedSource(Shown):
    """A source that a cell names, and whether the document lists it."""

    key: str
    """Key of the source."""
    text: str
    """The source as it is shown: its key where the document lists it, else what it is in words."""
    listed: bool
    """Whether the document's ``evidence`` lists it."""


class RenderedCell(Shown):
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
    sources: tuple[RenderedSource, ...] = ()
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


class RenderedTable(Shown):
    """A table.

    ``count`` is how many rows there are, also where they are left out, and ``empty`` says so where there are none.
    ``widths`` are the letters that each column needs, a Chinese character counting two: a number stays on one line, a
    text and a head may be broken.
    """

    type: Literal["table"] = "table"
    """What this block is: a table."""
    key: str
    """Key of the table, which its own address contains."""
    title: str
    """Head of the table."""
    columns: tuple[Head, ...]
    """Heads of the columns."""
    rows: tuple[tuple[RenderedCell, ...], ...]
    """The rows, each with a cell for each column; empty where the document leaves them out (of folded tables, and of
    numbers behind figures): the table itself brings them."""
    groups: tuple[Group, ...]
    """Heads of groups of rows, in their order; empty for a table without groups."""
    note: str
    """What to know when reading it; empty where there is nothing."""
    folded: bool
    """Whether it is shown on request only."""
    count: int
    """How many rows there are, also where they are left out."""
    empty: str
    """What stands in the place of rows where there are none, or where they are not printed; empty else."""
    widths: tuple[int, ...]
    """Letters that each column needs, a Chinese character counting two; words may be broken, numbers not."""

    @property
    def parts(self) -> list[tuple[str, tuple[tuple[RenderedCell, ...], ...]]]:
        """Return rows by group, each with its head; all under an empty head where there are no groups."""
        parts = []
        first = 0
        for group in self.groups or (Group(title="", rows=len(self.rows)),):
            parts.append((group.title, self.rows[first : first + group.rows]))
            first += group.rows
        return parts

    @property
    def meanings(self) -> list[Head]:
        """Return the columns that say what they mean."""
        return [column for column in self.columns if column.meaning]


class RenderedChart(Shown):
    """A figure; ``svg`` is empty where no drawings were requested."""

    type: Literal["chart"] = "chart"
    """What this block is: a figure."""
    key: str
    """Key of the figure, which its own address contains."""
    title: str
    """Head of the figure."""
    alternative: str
    """What it shows, for those who cannot see it."""
    caption: str
    """Sentence below the figure; empty where there is none."""
    wide: bool
    """Whether it takes the full width of the page."""
    svg: str
    """The drawing as SVG; empty where no drawings were requested."""
    numbers: RenderedTable | None
    """The numbers behind it; null where there are none to show."""


class RenderedParagraph(Shown):
    """Sentences."""

    type: Literal["paragraph"] = "paragraph"
    """What this block is: a paragraph."""
    text: str
    """One or more sentences; what stands between backticks is a command."""


class RenderedBullets(Shown):
    """A list of sentences."""

    type: Literal["bullets"] = "bullets"
    """What this block is: a list."""
    items: tuple[str, ...]
    """The entries, a sentence or two each; what stands between backticks is a command."""


class RenderedCaveat(Shown):
    """A warning to read before using a number."""

    type: Literal["caveat"] = "caveat"
    """What this block is: a caveat."""
    text: str
    """One or more sentences; what stands between backticks is a command."""


class RenderedCard(Shown):
    """A number to be seen first."""

    title: str
    """What the number is."""
    cell: RenderedCell
    """The number, or a word."""
    note: str
    """How sure it is, or over what; empty where there is nothing to say."""


class RenderedCards(Shown):
    """Numbers to be seen first."""

    type: Literal["cards"] = "cards"
    """What this block is: numbers to be seen first."""
    cards: tuple[RenderedCard, ...]
    """The numbers, in their order."""
    across: int
    """How many stand side by side on paper: four, else at most three."""


Block = Annotated[
    RenderedParagraph | RenderedBullets | RenderedCaveat | RenderedCards | RenderedTable | RenderedChart,
    Field(discriminator="type"),
]


class RenderedSection(Shown):
    """Blocks under a title."""

    key: str
    """Key of the section."""
    title: str
    """Head of the section."""
    folded: bool
    """Whether it is shown on request only."""
    blocks: tuple[Block, ...]
    """What stands in it, in the order it is read."""


class RenderedEvidence(Shown):
    """A source; its link leads to the web or is empty."""

    key: str
    """Key by which cells name it."""
    text: str
    """The source in words."""
    link: str
    """Web address; empty where there is none."""


class RenderedEntry(Shown):
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
    """The question, and the park it is about."""
    headline: str
    """The answer, in a sentence or two."""
    trust: str
    """Where the parameters come from and how far they may be trusted; empty where no parameter of a model is used."""
    trust_state: str
    """calibrated, borrowed, uncalibrated or stale; empty where no parameter of a model is used."""
    sections: tuple[RenderedSection, ...]
    """In the order they are read."""
    evidence: tuple[RenderedEvidence, ...]
    """The sources that cells name."""
    provenance: tuple[RenderedEntry, ...]
    """What it was made of: run ID, hashes, versions, seed, time."""


def page_of(
    document: Document,
    charts: Charts | None = None,
    *,
    inline: bool = True,
    most: int | None = None,
    whole: bool = True,
) -> Page:
    """Return a document as it is shown.

    Parameters
    ----------
    document
        The document, in the language of its words.
    charts
        Draws its figures; none are drawn without.
    inline
        Whether the drawings are to stand in a page of HTML; they are files of their own else.
    most
        Rows of a table that are put on paper; a note says how many more there are, and that a table is too wide for
        it. On paper stand the sources that what is printed names, no numbers behind a figure that are folded away, and
        no section that is not for paper. ``None`` for a screen.
    whole
        Whether tables that are shown only when asked for bring their rows: else see :func:`table_of`.
    """
    view = _View(document, charts, inline=inline, most=most, whole=whole)
    sections = tuple(view.section(section) for section in document.sections if section.on_paper or most is None)
    sources = tuple(map(view.evidence, document.evidence))
    evidence = sources if most is None else tuple(source for source in sources if source.key in view.named)
    provenance = [RenderedEntry(title=clean(title), value=clean(value)) for title, value in document.provenance]
    if len(evidence) < len(document.evidence):
        counts = {"printed": number(len(evidence), 0), "count": number(len(document.evidence), 0)}
        provenance.append(RenderedEntry(title=view.say("evidence"), value=view.say("some_sources", **counts)))
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


def to_json(document: Document, charts: Charts | None = None) -> JsonObject:
    """Return a document as plain values: what the page in the browser shows, and what programs read."""
    from copark.presentation.figures import Charts

    return page_of(document, charts or Charts()).model_dump(mode="json")


def block_of(block: data.Block, lang: str) -> Block:
    """Return a block as it is shown where it stands in no document; a chart is not drawn.

    Parameters
    ----------
    block
        The block.
    lang
        Language of its words, ``en`` or ``zh``.
    """
    return _View(data.Document("block", lang, "", "")).block(block, is_seen=True)


def table_of(document: Document, key: str) -> RenderedTable | None:
    """Return one table of a document, also one behind a chart; ``None`` where there is none of this key."""
    return next((_View(document).table(table) for table in document.tables() if table.key == key), None)


def chart_of(document: Document, key: str, charts: Charts) -> RenderedChart | None:
    """Return one chart of a document, drawn by ``charts``; ``None`` where there is none of this key.

    Parameters
    ----------
    document
        The document.
    key
        Key of the chart.
    charts
        Drawer of figures, which remembers those it has drawn.

    Returns
    -------
    The chart as an SVG with its words.
    """
    blocks = (block for block in document.blocks() if isinstance(block, data.Chart) and block.key == key)
    return next((_View(document, charts, whole=False).chart(chart) for chart in blocks), None)


def plain(value: Value) -> Scalar:
    """Return a value for files: an interval's middle, a number of NumPy as Python's own, ``None`` for none."""
    scalar: Any = value.value if isinstance(value, Interval) else value
    scalar = scalar.item() if hasattr(scalar, "item") else scalar
    if isinstance(scalar, float) and not isfinite(scalar):
        return None
    return clean(scalar) if isinstance(scalar, str) else scalar


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
        self,
        document: Document,
        charts: Charts | None = None,
        *,
        inline: bool = True,
        most: int | None = None,
        whole: bool = True,
    ) -> None:
        self.lang = document.lang
        self.charts = charts
        self.inline = inline
        self.most = most
        self.whole = whole
        self.listed = {source.key for source in document.evidence}
        self.named: set[str] = set()
        """Sources named in tables, as far as they are shown."""

    def say(self, key: str, /, **values: Any) -> str:
        return text(f"presentation.{key}", self.lang, **values)

    def section(self, section: data.Section) -> RenderedSection:
        blocks = tuple(self.block(block, is_seen=not section.folded) for block in section.blocks)
        return RenderedSection(
            key=section.key, title=titled(section.title, section.key), folded=section.folded, blocks=blocks
        )

    def block(self, block: data.Block, *, is_seen: bool) -> Block:
        if isinstance(block, data.Table):
            return self.table(block, is_left_out=not (self.whole or (is_seen and not block.folded)))
        if isinstance(block, data.Chart):
            return self.chart(block)
        if isinstance(block, data.Cards):
            cards = tuple(map(self.card, block.cards))
            return RenderedCards(cards=cards, across=4 if len(cards) == 4 else min(max(len(cards), 1), 3))
        if isinstance(block, data.Bullets):
            return RenderedBullets(items=tuple(map(clean, block.items)))
        if isinstance(block, data.Caveat):
            return RenderedCaveat(text=clean(block.text))
        return RenderedParagraph(text=clean(block.text))

    def card(self, card: data.Card) -> RenderedCard:
        cell = self.cell(card.value, card.column, with_unit=True)
        return RenderedCard(title=clean(card.title), cell=cell, note=clean(card.note))

    def cell(self, value: Value, column: Column, *, with_unit: bool = False) -> RenderedCell:
        """Write a value as a cell has it: in words, and as a plain value for programs.

        Parameters
        ----------
        value
            The value; an interval has ends of its own.
        column
            Column that it stands in, with kind, unit and decimals.
        with_unit
            True where nothing beside the cell says the unit, as on a card.

        Returns
        -------
        The cell; of a column of sources with a link to each.
        """
        if column.kind is Kind.source and isinstance(value, str) and value:
            sources = tuple(map(self.source, value.split("; ")))
            return RenderedCell(value=plain(value), text="; ".join(source.text for source in sources), sources=sources)
        words = clean(shown(value, column, self.lang, with_unit=with_unit))
        low, high = (_end(value.low), _end(value.high)) if isinstance(value, Interval) else (None, None)
        return RenderedCell(value=plain(value), text=words, low=low, high=high)

    def source(self, key: str) -> RenderedSource:
        listed = key in self.listed
        key = clean(key)
        words = key if listed else self.say(JUDGEMENT) if key == JUDGEMENT else self.say("unknown_source", source=key)
        return RenderedSource(key=key, text=words, listed=listed)

    def head(self, column: Column) -> Head:
        unit = column_unit(column, self.lang)
        title = clean(column.title)
        return Head(
            key=column.key,
            title=title,
            head=self.say("head", title=title, unit=unit) if unit else title,
            unit=unit,
            kind=column.kind,
            numeric=column.numeric,
            meaning=clean(column.meaning),
        )

    def table(self, table: data.Table, *, is_left_out: bool = False, is_annex: bool = False) -> RenderedTable:
        """Write a table as far as it is shown here.

        Parameters
        ----------
        table
            The table.
        is_left_out
            True where the reader asks for the rows later: heads and the count alone are given.
        is_annex
            True for a table in a folded section, of which print leaves out long ones.

        Returns
        -------
        The table, with a note of rows that are left out and where they are.
        """
        rows = () if is_left_out else table.rows if self.most is None else table.rows[: self.most]
        heads = tuple(map(self.head, table.columns))
        cells = tuple(tuple(map(self.cell, row, table.columns)) for row in rows)
        widths = tuple(_width(head, [row[n].text for row in cells]) for n, head in enumerate(heads))
        notes = [clean(table.note)]
        empty = "" if table.rows else self.say("empty")
        if self.most is not None and sum(widths) + 2 * len(widths) > PRINTED_LETTERS:
            empty = self.say("too_wide", rows=number(len(table.rows), 0), columns=len(heads))
            cells = rows = ()
        elif self.most and (is_annex or table.folded) and len(table.rows) > PRINTED_ANNEX:
            empty = self.say("elsewhere", rows=number(len(table.rows), 0))
            cells = rows = ()
        elif len(rows) < len(table.rows) and not is_left_out:
            notes.append(self.say("more_rows", count=number(len(table.rows) - len(rows), 0)))
        left = len(table.rows) if is_left_out else len(rows)
        self.named |= {source.key for row in cells for cell in row for source in cell.sources}
        return RenderedTable(
            key=table.key,
            title=titled(table.title, table.key),
            columns=heads,
            rows=cells,
            widths=widths,
            groups=tuple(_groups(table, left)),
            note=" ".join(notes).strip(),
            folded=table.folded,
            count=len(table.rows),
            empty=empty,
        )

    def chart(self, chart: data.Chart) -> RenderedChart:
        title = titled(chart.title, chart.key)
        numbers = chart.numbers
        if self.most is not None and numbers is not None and numbers.folded:
            numbers = None
        return RenderedChart(
            key=chart.key,
            title=title,
            alternative=titled(chart.alternative, title),
            caption=clean(chart.caption),
            wide=chart.wide,
            svg=self.drawing(chart),
            numbers=None if numbers is None else self.table(numbers, is_left_out=not self.whole, is_annex=True),
        )

    def drawing(self, chart: data.Chart) -> str:
        if self.charts is None:
            return ""
        return self.charts.inline(chart) if self.inline else self.charts.file(chart, "svg").decode("utf-8")

    def evidence(self, source: data.Evidence) -> RenderedEvidence:
        link = clean(source.link)
        is_web = link.lower().startswith(_WEB)
        return RenderedEvidence(key=clean(source.key), text=clean(source.text), link=link if is_web else "")
