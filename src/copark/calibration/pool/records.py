"""Records of parks beside the casebook's cases: counts of those without one, and when land was on offer.

A park is founded years before it takes tenants: agreements, a company and a decree come first. Its age in curves of
growth therefore runs from the day on which land or space was on offer, or the first tenant came, where that is on
record and known by the day of the forecast; else from its founding (decision 0062).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from copark.calibration.pool.benchmarks import Past
from copark.cases.case import Case
from copark.cases.park_counts import LAST, CountedPark, load_counts, middle_of

DAYS = 365.25
YOUNGEST = 0.25
"""Least age in years: a park is as old as its first quarter."""


def offered_after(case: Case, until: int | None = None) -> float:
    """Count the years from a case's start to the day on which land was on offer; none where that is not known by a day.

    Parameters
    ----------
    case
        The case.
    until
        Last day known, counted as ``date.toordinal``; ``None`` for all that is on record.
    """
    row = load_counts().dates.get(case.name)
    if row is None or row.case != case.name or row.offered is None:
        return 0.0
    day = middle_of(row.offered).toordinal()
    if until is not None and row.offered.last_day.toordinal() > until:
        return 0.0
    return max((day - case.clock.start.first_day.toordinal()) / DAYS, 0.0)


def began(park: CountedPark, until: int | None = None) -> date:
    """Return the day from which a park without a case is aged: land on offer where known by a day, else its founding.

    Parameters
    ----------
    park
        The park.
    until
        Last day known, counted.

    Raises
    ------
    ValueError
        If the park has no date of founding, which its table does not allow.
    """
    dates = park.dates
    if dates.offered is not None and (until is None or dates.offered.last_day.toordinal() <= until):
        return middle_of(dates.offered)
    if dates.founded is None:
        raise ValueError(f"{park.name} has no date of founding")
    return middle_of(dates.founded)


def aged_counts(park: CountedPark, variable: str, until: int | None = None) -> Past:
    """Return a park's counts against its age, known by a day.

    Parameters
    ----------
    park
        A park without a case.
    variable
        Name of the count.
    until
        Last day known, counted; by default the end of the last quarter that is read.
    """
    start = began(park, until)
    last = LAST.last_day.toordinal() if until is None else until
    rows = [
        (max((row.date.last_day - start).days / DAYS, YOUNGEST), row.read)
        for row in sorted(park.counts, key=lambda row: row.date.last_day)
        if row.variable == variable and row.date.last_day.toordinal() <= last
    ]
    ages, counts = zip(*rows, strict=True) if rows else ((), ())
    return Past(np.array(ages, dtype=np.float64), np.array(counts, dtype=np.float64))


def counted_pasts(variable: str, until: int | None = None, *, without: str = "") -> Iterator[Past]:
    """Return the counts of parks without a case that came to something, known by a day.

    Parks that came to nothing are no growth; how many they are is told by :mod:`copark.calibration.pool.selection`.

    Parameters
    ----------
    variable
        Name of the count.
    until
        Last day known, counted; by default the end of the last quarter that is read.
    without
        Name of a park left out.
    """
    for park in load_counts().parks:
        if park.name != without and not park.came_to_nothing:
            past = aged_counts(park, variable, until)
            if len(past.ages):
                yield past
