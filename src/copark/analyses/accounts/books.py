"""Lines of a person's own books, added up over their years, beside the model's ledger of the same years."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copark.analyses.accounts.ledger import over_period
from copark.analyses.accounts.published import COUNTERPARTS, Counterpart, Figure, Side, side_of
from copark.arrays import Floats
from copark.cases.wide_rows import WIDE
from copark.model.clock import QUARTERS_PER_YEAR
from copark.stats.quantiles import Band

if TYPE_CHECKING:
    from copark.cases.quarters import Quarter

RESULT = "books_result"
"""What is left of the five lines of a year: land sales and fees, less operating cost, servicing cost and interest."""
EARNED = ("land_sales", "fees")
"""Lines that come in; the others are paid."""


@dataclass(frozen=True)
class Line:
    """A line of the books added up over the years in which it is known, beside the model's of the same years."""

    name: str
    """Name of the line, or :data:`RESULT`."""
    years: tuple[int, ...]
    """Years that are added up."""
    booked: float
    """Sum of the books, M USD."""
    model: Band
    """Sum of the model's ledger, M USD."""
    side: Side
    """Where the model's range lies."""


def lines_of(figures: Sequence[Figure], ledger: Mapping[str, Floats], start: Quarter) -> Iterator[Line]:
    """Yield the lines of the books in their order, and what is left of them in years with all five.

    Parameters
    ----------
    figures
        Figures of the park; whole calendar years of single values alone are added up.
    ledger
        Courses, as of :func:`copark.analyses.accounts.ledger.ledger_of`.
    start
        First quarter of the runs.
    """
    booked: dict[str, dict[int, float]] = {}
    for figure in figures:
        is_added = not figure.why and figure.quarters == QUARTERS_PER_YEAR and figure.bound in ("exact", "about")
        if figure.quantity in WIDE["books"] and is_added and figure.compared is not None:
            booked.setdefault(figure.quantity, {})[figure.year] = figure.compared
    for name in WIDE["books"]:
        if name in booked:
            yield _line(name, COUNTERPARTS[name], booked[name], ledger, start)
    whole = set.intersection(*(set(booked.get(name, ())) for name in WIDE["books"]))
    if whole:
        left = {
            year: sum(values[year] if name in EARNED else -values[year] for name, values in booked.items())
            for year in sorted(whole)
        }
        yield _line(RESULT, Counterpart("before_grants", "flow", "M USD"), left, ledger, start)


def _line(
    name: str, part: Counterpart, booked: Mapping[int, float], ledger: Mapping[str, Floats], start: Quarter
) -> Line:
    """Add up a line and the model's of the same years; the first year may be a part of one."""
    sums: Floats | float = 0.0
    for year in booked:
        first = QUARTERS_PER_YEAR * (year - start.year) + 1 - start.quarter
        sums = sums + over_period(ledger, part, max(first, 0), first + QUARTERS_PER_YEAR - 1)
    total = sum(booked.values())
    model = Band.of(sums)
    return Line(name, tuple(booked), total, model, side_of(total, total, model))
