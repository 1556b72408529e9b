"""What a fan of forecasts is drawn from: bands, and reported values with their moments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copark.inference.observations import targets
from copark.inference.validate import DAYS, history_of
from copark.stats.quantiles import LEVELS

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.inference.observations import Target
    from copark.inference.validate import Score

Floats = NDArray[np.float64]


class Point(NamedTuple):
    """A reported value on a fan: its moment in years, what is reported, and how it stands to the forecast.

    state: ``known`` (the forecast was made with it), ``looked`` (known, but not fitted), ``inside``, ``outside``.
    """

    at: float
    value: float
    high: float | None
    bound: str
    state: str


def moment(day: date) -> float:
    """A day in years."""
    return day.year + (day.timetuple().tm_yday - 0.5) / 365.25


def benchmark_band(case: Case, cut: Quarter, variable: str, method: str, quarters: Sequence[int]) -> Floats | None:
    """A benchmark's quantiles at the ends of quarters, shape (levels, quarters); none if the past is too short."""
    from scipy.stats import t as student

    from copark.analysis.benchmark_forecasts import forecasts

    start = case.clock.start
    days = [((start + t).last_day - start.first_day).days / DAYS for t in quarters]
    made = forecasts(history_of(case, cut, variable), days, np.zeros(len(days))).get(method)
    if made is None:
        return None
    levels: Floats = made.centre + made.scale * student.ppf(np.array(LEVELS), made.freedom)[:, np.newaxis]
    return levels


def known_points(case: Case, cut: Quarter, variable: str, roles: Sequence[str] = ("fit",)) -> tuple[Point, ...]:
    """Values the forecast was made with, then those that are only looked at, before the cut and after it."""
    known = targets(case, roles, cut=cut)
    looked = (*targets(case, ("check",), cut=cut), *targets(case, ("check",), after=cut))
    return tuple(
        _point(one, state)
        for state, each in (("known", known), ("looked", looked))
        for one in each
        if one.variable == variable
    )


def later_points(scores: Iterable[Score]) -> tuple[Point, ...]:
    """Values that came later, each reached by the band or not."""
    return tuple(_point(one.target, "inside" if one.covered else "outside") for one in scores)


def _point(target: Target, state: str) -> Point:
    return Point(moment(target.observation.date.last_day), target.value, target.high, target.bound, state)
