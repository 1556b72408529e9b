"""Dated counts of parks that have no case, and when parks first had land on offer.

A pooled curve or a base rate needs no case: it needs a date of founding, the countries, and dated counts. They lie in
two tables of the casebook, ``parks-dates.csv`` (a row for each park: when it was founded, and when land or space was
first on offer, where that is on record) and ``parks-counts.csv`` (a row for each count), whose sources are those of
``parks-counts-sources.yaml``, of the table of parks or, for a park with a case, of that case. Decision 0062.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from copark.cases.casebook import COUNT_SOURCES, COUNT_TABLES, COUNTS, DATES, casebook_path
from copark.cases.dates import Date
from copark.cases.files import fault, in_reading_order, read_text
from copark.cases.parks import PARK_SOURCES, ParkType
from copark.cases.quarters import Quarter
from copark.cases.source_files import sources_in
from copark.cases.table_schemas import MORE_THAN, Source
from copark.cases.tables import TableRow, read_table
from copark.cases.types import Count, Country, Grade, Key, Record, SourceKeys, Words, suggestion, wrong
from copark.errors import CaseFaults, Fault

CASE_SOURCES = "sources.yaml"
LAST = Quarter(2024, 4)
"""Nothing later is read: what came after is kept for scoring forecasts."""


class ParkDates(Record):
    """A row of ``parks-dates.csv``."""

    park: Key
    """Short name of the park, as in ``parks.csv`` where it has a row there."""
    case: Key | None = None
    """Name of its case; empty if it has none."""
    name_en: Words
    """Its name in English."""
    name_zh: Words
    """Its name in Chinese."""
    host: Country
    """Country it lies in, ISO 3166-1 alpha-3."""
    home: Country
    """Country that invests or builds, ISO 3166-1 alpha-3."""
    type: ParkType
    """Who drives it: intergovernmental, mixed or enterprise-led."""
    founded: Date | None = None
    """When it was founded; empty for a park with a case, which says it itself."""
    offered: Date | None = None
    """When land or space was first on offer, or the first tenant came; empty if it is not on record."""
    grade: Grade
    """How far the dates are trusted."""
    source: SourceKeys
    """Keys of sources."""
    note: Words | None = None
    """What a reader should know; empty if nothing."""

    def _check(self) -> None:
        if (self.case is None) != (self.founded is not None):
            raise wrong("half_given", at="founded", found="case", other="founded")

    def name(self, lang: str = "en") -> str:
        """Return its name."""
        return self.name_zh if lang == "zh" else self.name_en


class ParkCount(Record):
    """A row of ``parks-counts.csv``: enterprises or jobs of a park on a day."""

    park: Key
    """Short name of the park."""
    date: Date
    """Date as the source gives it; a bare year means its end."""
    variable: Literal["registered", "operating", "jobs"]
    """What is counted."""
    value: Count
    """The count."""
    bound: Literal["exact", "about", "more-than"]
    """What it says: the value, roughly the value, or a round number just passed."""
    basis: Words
    """What exactly is counted."""
    grade: Grade
    """How far it is trusted."""
    source: SourceKeys
    """Keys of sources."""
    note: Words | None = None
    """What a reader should know; empty if nothing."""

    @property
    def read(self) -> float:
        """The count as it is read: "more than N" in the middle of N and :data:`MORE_THAN` x N."""
        return float(self.value) * (0.5 * (1.0 + MORE_THAN) if self.bound == "more-than" else 1.0)


@dataclass(frozen=True)
class CountedPark:
    """A park without a case, with its counts."""

    dates: ParkDates
    counts: tuple[ParkCount, ...]

    @property
    def name(self) -> str:
        """Its short name."""
        return self.dates.park

    @property
    def came_to_nothing(self) -> bool:
        """Return whether its last count is of none."""
        return bool(self.counts) and max(self.counts, key=lambda row: row.date.last_day).value == 0


@dataclass(frozen=True)
class ParkCounts:
    """The tables, read."""

    dates: Mapping[str, ParkDates]
    """Rows of ``parks-dates.csv``, by park."""
    counts: tuple[ParkCount, ...]
    """Rows of ``parks-counts.csv``."""
    sources: Mapping[str, Source]
    """Sources of these tables alone, by key."""

    @property
    def parks(self) -> tuple[CountedPark, ...]:
        """Parks without a case, with their counts."""
        return tuple(
            CountedPark(row, tuple(count for count in self.counts if count.park == row.park))
            for row in self.dates.values()
            if row.case is None
        )


def middle_of(when: Date) -> date:
    """Return the middle of the days a date may mean: a park founded in 2007 began neither on its first day nor last."""
    return when.first_day + timedelta(days=(when.last_day - when.first_day).days // 2)


R = TypeVar("R", bound=Record)


def _contradictions(dates: list[TableRow[ParkDates]], counts: list[TableRow[ParkCount]]) -> Iterator[Fault]:
    """Return for rows that are right by themselves and cannot stand beside the others."""
    parks: dict[str, TableRow[ParkDates]] = {}
    for row in dates:
        first = parks.setdefault(row.record.park, row)
        if first is not row:
            yield fault("park_twice", DATES, row.line, "park", park=row.record.park, other=first.line)
    lines: dict[tuple[str, str, date], int] = {}
    for line, count in counts:
        day = count.date.last_day
        other = lines.setdefault((count.park, count.variable, day), line)
        if other != line:
            yield fault("count_twice", COUNTS, line, "date", variable=count.variable, date=count.date, other=other)
        if day > LAST.last_day:
            yield fault("count_after_last", COUNTS, line, "date", date=count.date, last=LAST)
        if count.park not in parks:
            continue
        park = parks[count.park].record
        if park.case is not None:
            yield fault("count_of_case", COUNTS, line, "park", park=count.park, case=park.case)
        if park.founded is not None and day < park.founded.first_day:
            yield fault("count_before_park", COUNTS, line, "date", date=count.date, founded=park.founded, other=DATES)


def examine_counts(folder: Path | None = None) -> tuple[ParkCounts | None, list[Fault]]:
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

    dates = rows(DATES, ParkDates)
    counts = rows(COUNTS, ParkCount)
    own = sources_in(place, COUNT_SOURCES, faults)
    shared_sources = {**sources_in(place, PARK_SOURCES, faults), **own}
    keys: dict[str, set[str]] = {}

    def unknown(name: str, line: int, park: str, cited: SourceKeys) -> list[Fault]:
        return [
            fault("unknown_source", name, line, "source", found=key, suggestion=suggestion(key, keys[park]))
            for key in cited
            if key not in keys[park]
        ]

    for line, row in dates:
        keys[row.park] = {*shared_sources, *(sources_in(place / row.case, CASE_SOURCES, faults) if row.case else ())}
        faults += unknown(DATES, line, row.park, row.source)
    for line, count in counts:
        if count.park in keys:
            faults += unknown(COUNTS, line, count.park, count.source)
        else:
            faults.append(fault("park_without_row", COUNTS, line, "park", park=count.park, other=DATES))
    faults += _contradictions(dates, counts)
    ordered = in_reading_order(faults, COUNT_TABLES)
    if ordered:
        return None, ordered
    return ParkCounts({row.record.park: row.record for row in dates}, tuple(row.record for row in counts), own), []


@cache
def load_counts(folder: Path | None = None) -> ParkCounts:
    """Load the tables; CaseFaults with all their faults if they have any."""
    counts, faults = examine_counts(folder)
    if counts is None:
        raise CaseFaults(faults)
    return counts
