"""What a fan of a forecast is drawn from: bands over time, a naive curve's band, reported values before and after."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from copark.inference.observations import targets
from copark.inference.validate import DAYS, history_of
from copark.report.figures.calibration import moment
from copark.report.figures.frame import year_of
from copark.report.figures.validation import QUANTILES, Fan, Point

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.inference.observations import Target
    from copark.inference.validate import Origin, Score

LOOKED = ("check",)


class Drawn(NamedTuple):
    """What a fan shows."""

    model: Fan
    other: Fan | None
    points: tuple[Point, ...]
    cut: float


def fan_of(origin: Origin, case: Case, variable: str, rival: str | None, base: str) -> Drawn:
    """Make what a fan of a validation shows.

    Parameters
    ----------
    rival
        A naive curve to draw beside the model.
    base
        The model's method.
    """
    projection = origin.projections[base]
    start, quarters = case.clock.start, projection.out.shape[2]
    model = Fan(ends(start, range(quarters)), projection.bands(variable, QUANTILES))
    other = None
    if rival is not None:
        later = range(origin.cut - start, quarters)
        other = naive_fan(case, origin.cut, variable, rival, later)
    own = [one for one in origin.scores((base,)) if one.target.variable == variable]
    points = (*known_points(case, origin.cut, variable), *later_points(own), *looked_points(case, origin.cut, variable))
    return Drawn(model, other, points, year_of(origin.cut))


def ends(start: Quarter, quarters: Iterable[int]) -> np.ndarray:
    """Ends of quarters, in years."""
    return np.array([year_of(start + t) for t in quarters])


def naive_fan(case: Case, cut: Quarter, variable: str, rival: str, quarters: Sequence[int]) -> Fan | None:
    """A naive curve's bands at the ends of quarters; ``None`` if the past is too short for it."""
    from scipy.stats import t as student

    from copark.analysis.naive import forecasts

    start = case.clock.start
    days = [((start + t).last_day - start.first_day).days / DAYS for t in quarters]
    made = forecasts(history_of(case, cut, variable), days, np.zeros(len(days))).get(rival)
    if made is None:
        return None
    levels = made.centre + made.scale * student.ppf(np.array(QUANTILES), made.freedom)[:, np.newaxis]
    return Fan(ends(start, quarters), levels)


def point(target: Target, state: str) -> Point:
    """A reported value on a fan."""
    return Point(moment(target.observation.date.last_day), target.value, target.high, target.bound, state)


def known_points(case: Case, cut: Quarter, variable: str, roles: Sequence[str] = ("fit",)) -> tuple[Point, ...]:
    """Values the forecast was made with."""
    return tuple(point(one, "known") for one in targets(case, roles, cut=cut) if one.variable == variable)


def looked_points(case: Case, cut: Quarter, variable: str) -> tuple[Point, ...]:
    """Values that are only looked at, before the cut and after it."""
    both = (*targets(case, LOOKED, cut=cut), *targets(case, LOOKED, after=cut))
    return tuple(point(one, "looked") for one in both if one.variable == variable)


def later_points(scores: Iterable[Score]) -> tuple[Point, ...]:
    """Values that came later, each reached by the band or not."""
    return tuple(point(one.target, "inside" if one.covered else "outside") for one in scores)
