"""Zones that stopped, shrank, stalled or never began, dates of distress of zones and parks, and rates of lists.

They lie beside the tables of parks, in ``zones.csv``, ``distress.csv`` and ``base-rates.csv``, with their sources in
``zones-sources.yaml``. They are evidence alone: no fit, panel or curve reads them (decision 0128). Each row has a
short quote from its source; ``docs/model/coding-sheet-failures.md`` says how fate and outcome were coded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from copark.cases.casebook import BASE_RATES, DISTRESS, ZONE_SOURCES, ZONE_TABLES, ZONES, casebook_path
from copark.cases.dates import Date
from copark.cases.files import fault, in_reading_order, read_text
from copark.cases.park_counts import LAST
from copark.cases.parks import PARKS, Outcome, ParkType, Percent, load_parks
from copark.cases.source_files import sources_in
from copark.cases.table_schemas import Source
from copark.cases.tables import TableRow, read_table
from copark.cases.types import Amount, Count, Country, Grade, Key, Record, SourceKeys, Words, suggestion, wrong
from copark.errors import CaseFaults, Fault

Fate = Literal["never-started", "stopped", "shrunk", "stalled", "revived"]
"""What became of a zone: no enterprise was ever at work, it was closed, cut down, stands still, or began anew."""
DrawnFrom = Literal[
    "tenders",
    "india-china",
    "myanmar-sezs",
    "north-korea",
    "trade-centres",
    "palestine",
    "singapore",
    "laos",
    "kenya",
    "bangladesh-g2g",
    "korea-china",
    "search",
]
"""The list that a zone was drawn from; ``search`` where it was met by a search and stands on none."""
DistressKind = Literal[
    "recapitalisation",
    "restructuring",
    "change-of-operator",
    "partner-left",
    "suspension",
    "scaled-down",
    "land-taken-back",
    "cancelled-before-start",
    "closure",
    "none-found",
]
"""Kinds of distress; ``none-found`` for a park of which no dated distress is known."""
Looked = Literal["pages", "kept"]
"""Where it was looked for: in stored pages, by the park's name; or nowhere, as the park is kept for a blind test."""
DateBound = Literal["on", "by", "about"]
"""What a date of distress says: then, at the latest then, or about then."""


class Zone(Record):
    """A row of ``zones.csv``: a zone of two or more countries that failed, stalled or never began."""

    id: Key
    """Its short name; none is that of a park."""
    name_en: Words
    """Its name in English."""
    name_zh: Words
    """Its name in Chinese."""
    host: Country
    """Country it lies in, ISO 3166-1 alpha-3."""
    home: Country
    """Country that was to invest or build, ISO 3166-1 alpha-3."""
    other_home: Country | None = None
    """A second such country; empty if there is none."""
    type: ParkType
    """Who drove it: intergovernmental, mixed or enterprise-led."""
    list: DrawnFrom
    """The list it was drawn from."""
    agreement: Date | None = None
    """When it was agreed or announced; empty if not known."""
    start: Date | None = None
    """When works or the first stage began; empty if they did not, or it is not known."""
    planned_km2: Amount | None = None
    """Land planned at first, km²; empty if not known."""
    registered: Count | None = None
    """Enterprises registered, exhibitors or projects; empty if not reported."""
    operating: Count | None = None
    """Enterprises at work; empty if not reported."""
    jobs: Count | None = None
    """Jobs; empty if not reported."""
    occupied_km2: Amount | None = None
    """Land occupied, km²; empty if not reported."""
    count_date: Date | None = None
    """Date of these counts."""
    state_date: Date | None = None
    """Date of the last fact by which it was coded; empty where the page has none."""
    fate: Fate
    """What became of it."""
    outcome: Outcome | None = None
    """The word of the coding sheet of outcomes; empty where it is too early to say."""
    fate_again: Fate
    """The fate as coded the second time, from quotes alone."""
    outcome_again: Outcome | None = None
    """The outcome as coded the second time, from quotes alone."""
    reason_en: Words
    """Why, in English."""
    reason_zh: Words
    """Why, in Chinese."""
    source: SourceKeys
    """Keys of ``zones-sources.yaml``; the quote is from one of them."""
    quote: Words
    """What a source says of its state, verbatim."""
    grade: Grade
    """How far the row is trusted."""

    def name(self, lang: str = "en") -> str:
        """Return its name."""
        return self.name_zh if lang == "zh" else self.name_en

    def _check(self) -> None:
        counted = any(count is not None for count in (self.registered, self.operating, self.jobs, self.occupied_km2))
        if counted != (self.count_date is not None):
            raise wrong("half_given", at="count_date", found="count_date", other="registered")


class Distress(Record):
    """A row of ``distress.csv``: a date on which a park or a zone got into difficulty, or that none is known."""

    park: Key | None = None
    """Short name of the park, as in ``parks.csv``; empty for a zone."""
    zone: Key | None = None
    """Short name of the zone, as in ``zones.csv``; empty for a park."""
    date: Date | None = None
    """When; empty if none was found."""
    bound: DateBound | None = None
    """What the date says: on it, by it, or about it."""
    kind: DistressKind
    """Of which kind."""
    what_en: Words
    """What happened, in English."""
    what_zh: Words
    """What happened, in Chinese."""
    looked: Looked
    """Where it was looked for."""
    source: SourceKeys | None = None
    """Keys of ``zones-sources.yaml``; empty if none was found."""
    quote: Words | None = None
    """What the source says, verbatim."""
    grade: Grade | None = None
    """How far it is trusted."""

    @property
    def place(self) -> str:
        """Short name of the park or zone."""
        return str(self.park or self.zone)

    def _check(self) -> None:
        if (self.park is None) == (self.zone is None):
            raise wrong("one_of_two", at="zone", found="park", other="zone")
        is_found = self.kind != "none-found"
        for name in ("date", "bound", "source", "quote", "grade"):
            if is_found != (getattr(self, name) is not None):
                raise wrong("half_given", at=name, found="kind", other=name)


class BaseRate(Record):
    """A row of ``base-rates.csv``: how many zones, or how much land, of a country's list are in a state."""

    id: Key
    """Its short name."""
    country: Country
    """Country whose list it is, ISO 3166-1 alpha-3."""
    date: Date
    """Date of the numbers."""
    unit: Literal["zones", "ha"]
    """What is counted."""
    listed_as: Literal["approved", "listed", "allotted"]
    """What the list says of all on it."""
    listed: Amount | None = None
    """How many are on the list; empty if not said."""
    measure: Literal["operating", "idle", "inactive", "revoked"]
    """Which state is counted."""
    counted: Amount
    """How many are in it."""
    share_percent: Percent | None = None
    """Their share as the source gives it, %; empty where it gives none."""
    source: SourceKeys
    """Keys of ``zones-sources.yaml``."""
    quote: Words
    """What the source says, verbatim."""
    grade: Grade
    """How far it is trusted."""
    note_en: Words | None = None
    """What a reader should know, in English; empty if nothing."""
    note_zh: Words | None = None
    """What a reader should know, in Chinese; empty if nothing."""

    @property
    def share(self) -> float | None:
        """Share of the list in this state, 0 to 1; ``None`` where neither the source nor arithmetic gives one."""
        if self.listed:
            return float(self.counted) / float(self.listed)
        return None if self.share_percent is None else float(self.share_percent) / 100.0


@dataclass(frozen=True)
class Failures:
    """The tables, read."""

    zones: tuple[Zone, ...]
    """Rows of ``zones.csv``."""
    distress: tuple[Distress, ...]
    """Rows of ``distress.csv``."""
    base_rates: tuple[BaseRate, ...]
    """Rows of ``base-rates.csv``."""
    sources: dict[str, Source]
    """Their sources, by key."""


R = TypeVar("R", bound=Record)


def _dates(record: Record) -> Iterator[tuple[str, Date]]:
    """Yield the dates of a row, with their columns."""
    for name in type(record).model_fields:
        value = getattr(record, name)
        if isinstance(value, Date):
            yield name, value


def _row_faults(name: str, rows: list[TableRow[R]], sources: dict[str, Source]) -> Iterator[Fault]:
    """Yield what is wrong of rows beside the sources and the calendar."""
    for line, record in rows:
        for key in getattr(record, "source", None) or ():
            if key not in sources:
                near = suggestion(key, sources)
                yield fault("unknown_source", name, line, "source", found=key, suggestion=near)
        for column, date in _dates(record):
            if date.first_day > LAST.last_day:
                yield fault("count_after_last", name, line, column, date=date, last=LAST)


def _place_faults(zones: list[TableRow[Zone]], distress: list[TableRow[Distress]]) -> Iterator[Fault]:
    """Yield zones that are there twice or are parks, and distress of what is in no table."""
    parks = {park.id for park in load_parks().parks}
    lines: dict[str, int] = {}
    for line, zone in zones:
        other = lines.setdefault(zone.id, line)
        if other != line:
            yield fault("park_twice", ZONES, line, "id", park=zone.id, other=other)
        if zone.id in parks:
            yield fault("zone_is_park", ZONES, line, "id", park=zone.id, other=PARKS)
    for line, row in distress:
        if row.place not in (parks if row.park else lines):
            column, other_table = ("park", PARKS) if row.park else ("zone", ZONES)
            yield fault("park_without_row", DISTRESS, line, column, park=row.place, other=other_table)


def examine_failures(folder: Path | None = None) -> tuple[Failures | None, list[Fault]]:
    """Read the tables of a folder, the casebook's by default; ``None`` and all faults in reading order if any has.

    Parameters
    ----------
    folder
        The folder.

    Returns
    -------
    The tables, and their faults.
    """
    place = casebook_path() if folder is None else Path(folder)
    faults: list[Fault] = []

    def rows(name: str, model: type[R]) -> list[TableRow[R]]:
        text = read_text(place, name, faults)
        return [] if text is None else read_table(text, name, model, faults).rows

    zones = rows(ZONES, Zone)
    distress = rows(DISTRESS, Distress)
    rates = rows(BASE_RATES, BaseRate)
    sources = sources_in(place, ZONE_SOURCES, faults)
    faults += _row_faults(ZONES, zones, sources)
    faults += _row_faults(DISTRESS, distress, sources)
    faults += _row_faults(BASE_RATES, rates, sources)
    faults += _place_faults(zones, distress)
    ordered = in_reading_order(faults, ZONE_TABLES)
    if ordered:
        return None, ordered
    return Failures(_records(zones), _records(distress), _records(rates), sources), []


def _records(rows: list[TableRow[R]]) -> tuple[R, ...]:
    return tuple(row.record for row in rows)


@cache
def load_failures() -> Failures:
    """Load the tables that ship; CaseFaults with all their faults if they have any."""
    failures, faults = examine_failures()
    if failures is None:
        raise CaseFaults(faults)
    return failures
