"""A document is data: an analysis makes one from its result, and a renderer shows it.

Values stay numbers here, with their unit and how exact they are; :mod:`copark.presentation.numbers` alone turns them
into characters, once, for every renderer. Text is in the document's language already.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KEY = re.compile(r"\w[\w.-]*")


class Kind(Enum):
    """The kind of a column's values; it decides how they are written and set."""

    text = "text"
    """Words: a string."""
    note = "note"
    """A sentence, which needs room."""
    quarter = "quarter"
    """A quarter or date: a string such as ``2016Q1``, never broken."""
    count = "count"
    """Something counted: no decimals."""
    number = "number"
    """A number with the column's unit."""
    change = "change"
    """A difference, with its sign."""
    share = "share"
    """A share, 0 to 1, shown in per cent."""
    points = "points"
    """A difference of shares, -1 to 1, shown with its sign in percentage points."""
    flag = "flag"
    """Yes or no."""
    source = "source"
    """Keys of sources, separated by ``; ``."""


class Banded(Protocol):
    """A row of an answer that has a median and a band, such as an effect."""

    @property
    def low(self) -> float:
        """Lower end of the band."""

    @property
    def median(self) -> float:
        """Median."""

    @property
    def high(self) -> float:
        """Upper end of the band."""


@dataclass(frozen=True)
class Interval:
    """A value with the band it lies in; the value is none where only the band is told."""

    low: float
    """Lower end."""
    high: float
    """Upper end."""
    value: float | None = None
    """The value; ``None`` where only the band is told."""

    @classmethod
    def of(cls, row: Banded) -> Interval:
        """Return the median of a row of an answer with its band."""
        return cls(row.low, row.high, row.median)


Value = str | int | float | bool | Interval | None
"""What a cell holds; ``None`` and NaN are shown as a dash."""


@dataclass(frozen=True)
class Column:
    """A typed column."""

    key: str
    """Name in files and JSON: lower case, English, the same in both languages."""
    title: str
    """Head, in the reader's language."""
    kind: Kind = Kind.text
    """What its values are."""
    unit: str = ""
    """Symbol from the list of units; empty where there is none."""
    places: int | None = None
    """Decimals; by default as many as the value asks for."""
    meaning: str = ""
    """What the column says, in a sentence: a note of the cell in a workbook, a tip on the page."""

    @property
    def numeric(self) -> bool:
        """Return whether its values are numbers, set flush right."""
        return self.kind in (Kind.count, Kind.number, Kind.change, Kind.share, Kind.points)


def plain(kind: Kind, unit: str = "", places: int | None = None) -> Column:
    """Return how a number is written that stands in no table: in a card or a sentence.

    Parameters
    ----------
    kind
        What the number is: a share, for one, is written in per cent.
    unit
        Symbol from the list of units; empty where there is none.
    places
        Decimals; by default as many as the value asks for.
    """
    return Column("", "", kind, unit, places)


COUNT = plain(Kind.count)
"""A count outside of tables."""
SHARE = plain(Kind.share)
"""A share in per cent outside of tables."""
POINTS = plain(Kind.points)
"""A difference of shares in percentage points outside of tables."""


@dataclass(frozen=True)
class Table:
    """A table of values."""

    key: str
    """Name of its sheet and file: lower case, words joined by ``-``."""
    title: str
    """Head, in the reader's language."""
    columns: tuple[Column, ...]
    """Its columns."""
    rows: tuple[tuple[Value, ...], ...]
    """Its rows: as many values a row as there are columns."""
    groups: tuple[tuple[str, int], ...] = ()
    """Heads of groups of rows and how many rows each has; empty for a table without groups."""
    note: str = ""
    """What to know when reading it, in a sentence."""
    folded: bool = False
    """Whether screen and page show it only when asked: detail, for a file."""

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the columns, and groups that do not fit the rows: faults of the program."""
        if not self.columns:
            raise ValueError(f"table {self.key}: it has no columns")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"table {self.key}: a row has not {len(self.columns)} values")
        if self.groups and sum(rows for _, rows in self.groups) != len(self.rows):
            raise ValueError(f"table {self.key}: its groups have not {len(self.rows)} rows")


@dataclass(frozen=True)
class Chart:
    """A figure, what is said below it, what it shows for those who cannot see it, and the numbers behind it.

    ``figure`` draws it when a renderer needs it; it is no part of the document's data.
    """

    key: str
    """Name of its file: lower case, words joined by ``-``."""
    title: str
    """Head, in the reader's language."""
    alternative: str
    """What it shows, for those who cannot see it."""
    figure: Callable[[], Figure] = field(compare=False, repr=False)
    """Draws it."""
    caption: str = ""
    """What is said below it; empty where there is nothing."""
    numbers: Table | None = None
    """The numbers behind it; ``None`` where there are none to show."""
    wide: bool = True
    """Whether it takes the full width of the page."""


@dataclass(frozen=True)
class Paragraph:
    """Sentences."""

    text: str
    """One or more sentences, in the reader's language."""


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    items: tuple[str, ...]
    """The entries, a sentence or two each."""


@dataclass(frozen=True)
class Caveat:
    """Caveat that a reader must know before he uses a number: beside it, not in a footnote."""

    text: str
    """One or more sentences, in the reader's language."""


@dataclass(frozen=True)
class Card:
    """One number to be seen first."""

    title: str
    """What it is."""
    column: Column
    """How its value is written: kind, unit, decimals."""
    value: Value
    """The number, or a word."""
    note: str = ""
    """How sure, or over what."""


@dataclass(frozen=True)
class Cards:
    """A few numbers to be seen first."""

    cards: tuple[Card, ...]
    """The numbers, in their order."""


@dataclass(frozen=True)
class Evidence:
    """A source that the document rests on, which cells name by its key."""

    key: str
    """Key by which cells name it."""
    text: str
    """The source in words, in the reader's language."""
    link: str = ""
    """Web address; empty where there is none."""


Block = Paragraph | Bullets | Caveat | Cards | Table | Chart


@dataclass(frozen=True)
class Section:
    """Blocks under a title; shown only when asked for where it is folded."""

    key: str
    """Key of the section: lower case, words joined by ``-``."""
    title: str
    """Head, in the reader's language."""
    blocks: tuple[Block, ...]
    """What stands in it, in the order it is read."""
    folded: bool = False
    """Whether it is shown only when asked for."""
    on_paper: bool = True
    """Whether paper and slides show it, too; else screens and files of numbers alone."""


@dataclass(frozen=True)
class Document:
    """An answer, whole, in one language."""

    key: str
    """Name of its files, such as ``levers-great-stone``."""
    lang: str
    """Language of every word in it: en or zh."""
    title: str
    """What was asked, of what."""
    headline: str
    """The answer, in a sentence or two."""
    trust: str = ""
    """Where the parameters come from and how far they may be trusted: shown beside the headline. Empty where no
    parameter of a model is used."""
    sections: tuple[Section, ...] = ()
    """In the order they are read: the first without being asked for."""
    evidence: tuple[Evidence, ...] = ()
    """Sources."""
    provenance: tuple[tuple[str, str], ...] = ()
    """Pairs of title and value: run ID, hashes, versions, seed, time."""
    trust_state: str = ""
    """``calibrated``, ``borrowed``, ``uncalibrated`` or ``stale``: the colour of the words on trust."""
    is_one_page: bool = False
    """Whether on paper it is set smaller rather than run to a second page."""

    def __post_init__(self) -> None:
        """Refuse keys that cannot name a file or an anchor, or name two: faults of the program."""
        charts = [block.key for block in self.blocks() if isinstance(block, Chart)]
        for keys in ([table.key for table in self.tables()], charts, [section.key for section in self.sections]):
            if len(set(keys)) < len(keys):
                raise ValueError(f"document {self.key}: a key is there twice among {keys}")
            for key in (self.key, *keys):
                if not _KEY.fullmatch(key):
                    raise ValueError(f"{key!r} is no key")

    def blocks(self) -> Iterator[Block]:
        """Yield all blocks, in the order they are read."""
        for section in self.sections:
            yield from section.blocks

    def tables(self) -> Iterator[Table]:
        """Yield all tables, those behind charts included, in the order they are read."""
        for block in self.blocks():
            if isinstance(block, Table):
                yield block
            elif isinstance(block, Chart) and block.numbers is not None:
                yield block.numbers
