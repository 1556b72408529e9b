"""What the rows of ``parks.csv`` and ``parks-scores.csv`` can only get wrong together, or with other files."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

from copark.cases.files import fault
from copark.cases.quarters import Quarter
from copark.cases.table import Row
from copark.cases.types import suggestion
from copark.errors import Fault

LAST = Quarter(2024, 4)
"""Nothing in the shipped casebook is of a later quarter: what came after is kept for a blind test."""
ALL = 100.0
ROUNDING = 0.011
"""Shares are given to two decimals."""
DATED = ("firms_date", "investment_date", "jobs_date")


def faults_of_parks(
    file: str, rows: list[Row[Any]], sources: Iterable[str] | None, cases: Iterable[str]
) -> Iterator[Fault]:
    """Give what is wrong between the parks, their sources and the cases.

    Parameters
    ----------
    sources
        Keys of the sources; ``None`` if they are not known.
    cases
        Names of cases.
    """
    known_sources, known_cases = None if sources is None else set(sources), tuple(cases)
    yield from _repeated(file, rows)
    for line, park in rows:
        for key in park.source:
            if known_sources is not None and key not in known_sources:
                values = {"found": key, "suggestion": suggestion(key, known_sources)}
                yield fault("unknown_source", file, line, "source", **values)
        if park.case is not None and park.case not in known_cases:
            values = {"found": park.case, "suggestion": suggestion(park.case, known_cases)}
            yield fault("unknown_case", file, line, "case", **values)
        for column in DATED:
            when = getattr(park, column)
            if when is not None and when.first_day > LAST.last_day:
                yield fault("after_casebook", file, line, column, found=when, last=LAST)
        if park.launch > LAST.year:
            yield fault("after_casebook", file, line, "launch", found=park.launch, last=LAST)
        yield from _shares(file, line, park)
        if park.grade == "background":
            yield fault("background_used", file, line, "grade")


def _shares(file: str, line: int, park: Any) -> Iterator[Fault]:
    if park.shares is None:
        return
    total = sum(park.shares)
    if total > ALL + ROUNDING:
        yield fault("share_sum", file, line, "home_share_percent", found=f"{total:g}")
    elif total < ALL - ROUNDING and park.note is None:
        yield fault("share_rest", file, line, "note", found=f"{total:g}")


def _repeated(file: str, rows: Iterable[Row[Any]]) -> Iterator[Fault]:
    seen: set[str] = set()
    for line, record in rows:
        if record.id in seen:
            yield fault("duplicate", file, line, "id", found=record.id)
        seen.add(record.id)


def faults_of_scores(file: str, rows: list[Row[Any]], parks: Container[str] | None) -> Iterator[Fault]:
    """Give what is wrong between the scores and the parks.

    Parameters
    ----------
    parks
        Short names of the parks; ``None`` if they are not known.
    """
    yield from _repeated(file, rows)
    for line, score in rows:
        if parks is not None and score.park not in parks:
            names = sorted(parks) if isinstance(parks, set) else ()
            values = {"found": score.park, "suggestion": suggestion(score.park, names)}
            yield fault("unknown_park", file, line, "park", **values)
        if score.last_year < score.first_year:
            yield fault("ends_before_start", file, line, "last_year", found=score.last_year, start=score.first_year)
        if Quarter(score.last_year, 1) > LAST:
            yield fault("after_casebook", file, line, "last_year", found=score.last_year, last=LAST)
