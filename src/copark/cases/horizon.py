"""The horizon of a park: from which quarter it is looked at, and until when.

A case's clock says how long it is simulated as it was filed. Who asks what will become of a park asks from *now*, the
first quarter that can still be decided; the answer is judged ten years on. Every page that looks ahead uses the same
quarter and the same horizon, so that one number has one date.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from copark.cases import dates
from copark.cases.quarters import Quarter
from copark.cases.schema import MOST_QUARTERS
from copark.errors import WrongUsage, printable

if TYPE_CHECKING:
    from copark.cases.case import Case

YEARS_AHEAD = 10
"""Years from now after which a park is judged, at least."""
QUARTERS_AHEAD = 4 * YEARS_AHEAD
VARIABLE = "COPARK_NOW"
"""Variable of the environment that says which quarter is now, for who wants the same answers next year."""


_given: ContextVar[Quarter | None] = ContextVar("now", default=None)


@contextmanager
def present_is(quarter: Quarter) -> Iterator[None]:
    """Take a quarter for the present one, as results do that ship with a release."""
    token = _given.set(quarter)
    try:
        yield
    finally:
        _given.reset(token)


def present_quarter() -> Quarter:
    """Return the quarter of today, or the one that the environment names.

    Raises
    ------
    RunRefused
        If what the environment names is no quarter.
    """
    quarter = _given.get()
    if quarter is not None:
        return quarter
    named = os.environ.get(VARIABLE, "").strip()
    if not named:
        return Quarter.of_day(dates.today())
    try:
        return Quarter.parse(named)
    except ValueError:
        raise WrongUsage.of("study.bad_now_variable", variable=VARIABLE, found=printable(named[:40])) from None


def first_open_quarter(case: Case) -> Quarter:
    """Return the first quarter that may be called now: the one after the case's data, and after its first."""
    return max(case.clock.data_end, case.clock.start) + 1


def latest_now(case: Case) -> Quarter:
    """Return the last quarter that may be called now: the model runs no longer than a clock may."""
    return case.clock.start + (MOST_QUARTERS - QUARTERS_AHEAD - 1)


def now_for(case: Case, quarter: Quarter | str | None = None) -> Quarter:
    """Return the quarter a case is looked at from: as asked, else the present one, or the first one that is open.

    Raises
    ------
    RunRefused
        If what is asked is no quarter, lies within the case's data, or too far ahead.
    """
    first = first_open_quarter(case)
    if quarter is None:
        return max(present_quarter(), first)
    last = latest_now(case)
    now = quarter if isinstance(quarter, Quarter) else Quarter.asked(quarter, "--now")
    if not first <= now <= last:
        values = {"found": printable(str(quarter)[:40]), "first": first, "last": last, "data_end": case.clock.data_end}
        raise WrongUsage.of("study.bad_now", **{name: str(value) for name, value in values.items()})
    return now


def seen_from(case: Case, now: Quarter) -> Case:
    """Return a case whose time runs to ten years after a quarter, or as long as it was filed where that is longer."""
    quarters = max(case.clock.quarters, now - case.clock.start + QUARTERS_AHEAD + 1)
    return with_quarters(case, quarters)


def with_quarters(case: Case, quarters: int) -> Case:
    """Return a case that is simulated for so many quarters."""
    if quarters == case.clock.quarters:
        return case
    return case.model_copy(update={"clock": case.clock.model_copy(update={"quarters": quarters})})


def horizon_for(case: Case, quarter: Quarter | str | None = None) -> Quarter:
    """Return the quarter in which every page judges a case, looked at from a quarter: as asked, else the present one.

    Raises
    ------
    RunRefused
        As :func:`now_for`.
    """
    return horizon_of(seen_from(case, now_for(case, quarter)))


def horizon_of(case: Case) -> Quarter:
    """Return the last quarter of a case's time."""
    return case.clock.start + (case.clock.quarters - 1)
