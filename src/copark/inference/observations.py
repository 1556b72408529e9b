"""The observation model: what a case's record says, what a run would have reported in its place, and with which error.

A target is one reported value. Its *counterpart* in a run is the value the model has on that day: a stock is read
between the two ends of quarters around the day, a year's flow is the mean of its four quarters, a count since the
founding the sum of all quarters to the day. The *report* is the
counterpart with an error of observation, and with what the wording hides hidden: of "at least 1,000 jobs" a run with
1,400 and the record tell the same. "More than 1,000 jobs" is a round number just passed, and read as a range from it to
:data:`copark.cases.evidence.MORE_THAN` times it. Simulated and recorded data are made alike, so that they may be
compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.cases.evidence import MORE_THAN, Observation
from copark.cases.quarters import Quarter
from copark.cases.vocabulary import SERIES
from copark.model.variables import catalogue
from copark.units import convert, convertible

SCALES = Path(__file__).parent / "error_scales.yaml"
STAND_INS = ("service_level", "commitment_home", "commitment_host")
"""Outputs nobody measures: what is observed is a stand-in, a share, whose error says how far it may lie from them. No
discrepancy is added to it, and forecasts are not scored on it."""
NOISE = 0x6E6F697365
"""Second key of the generator: what the numbers are for."""
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@cache
def error_scales() -> dict[str, Any]:
    """Declared error scales: relative error by grade, factor by bound, floor by variable, each with its reason."""
    import yaml

    found: dict[str, Any] = yaml.safe_load(SCALES.read_text(encoding="utf-8"))
    return found


def error_of(variable: str, value: float, grade: str, bound: str) -> float:
    """Standard deviation of the error of observation of a value, in the variable's unit."""
    scales = error_scales()
    relative = scales["grades"][grade]["relative"] * scales["bounds"][bound]
    floor = scales["floors"].get(variable, {"value": 0.0})["value"]
    return float(max(floor, relative * abs(value), 1e-9))


def own_error(observation: Observation, unit: str) -> float:
    """The error that comes with an observation, in another unit; 0 where none does."""
    return 0.0 if observation.error is None else convert(observation.error, observation.unit, unit)


@dataclass(frozen=True)
class Target:
    """One reported value, and how a run is read in its place."""

    variable: str
    """The model's output."""
    date: str
    """As the source gives it."""
    bound: str
    """exact, about, more-than, at-least, at-most or range."""
    value: float
    high: float | None
    """value, high: what was reported, in the output's unit; ``high`` is where a range, or the reading of "more than",
    ends."""
    error: float
    """Standard deviation of the error of observation, in the same unit."""
    quarters: tuple[int, ...]
    weights: tuple[float, ...]
    """quarters, weights: the counterpart is the sum of the output at these quarters (counted from the start) times
    these weights."""
    observation: Observation = field(compare=False, repr=False)

    @property
    def name(self) -> str:
        """Variable and date, for a table."""
        return f"{self.variable} {self.date}"

    @property
    def reported(self) -> float:
        """What the record reports, as one number: the limit of a bound, the middle of a range."""
        return self.value if self.high is None else (self.value + self.high) / 2.0

    @property
    def wording(self) -> tuple[float | None, float | None]:
        """Lowest and highest value the wording allows; ``None`` where it sets no limit."""
        if self.bound == "at-least":
            return self.value, None
        if self.bound == "at-most":
            return None, self.value
        return self.value, self.value if self.high is None else self.high

    @property
    def unit(self) -> str:
        """Unit of the value: of a count since the founding the observation's own, else the output's."""
        return self.observation.unit if counts(self.observation) else catalogue().outputs[self.variable].unit

    @property
    def last(self) -> int:
        """Last quarter it needs, counted from the start."""
        return max(self.quarters)

    def content(self) -> list[Any]:
        """Give the target as plain values: what an identity is made of."""
        return [self.variable, self.date, self.bound, self.value, self.high, self.error, self.quarters, self.weights]


def reading(observation: Observation, unit: str, start: Quarter) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Quarters and weights by which a run is read on an observation's day.

    A stock is read on the last day the date may mean, on the straight line between the ends of quarters around it.
    """
    date = observation.date
    if date.precision == "year" and unit.endswith("/yr"):
        first = Quarter(date.year, 1) - start
        return tuple(range(first, first + 4)), (0.25,) * 4
    day = date.last_day
    quarter = Quarter.of_day(day)
    length = (quarter.last_day - quarter.first_day).days + 1
    share = ((day - quarter.first_day).days + 1) / length
    at = quarter - start
    return ((at,), (1.0,)) if share == 1.0 else ((at - 1, at), (1.0 - share, share))


def counts(observation: Observation) -> bool:
    """Whether an observation counts since the founding what the model tells quarter by quarter."""
    return SERIES[observation.variable].since_founding


def summed(quarters: tuple[int, ...], weights: tuple[float, ...]) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Turn the reading of a stock into that of a sum since the founding: of the last quarter the days that are over."""
    last = max(quarters)
    return tuple(range(last + 1)), (*(1.0,) * last, weights[quarters.index(last)])


def is_sum(weights: tuple[float, ...]) -> bool:
    """Whether a reading is a sum since the founding: weights of stocks and flows add up to 1."""
    return sum(weights) > 1.0 + 1e-9


def until(
    quarters: tuple[int, ...], weights: tuple[float, ...], last: int
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Hold a reading at the last quarter known: a value reported soon after is set beside that quarter's end."""
    if max(quarters) <= last:
        return quarters, weights
    if is_sum(weights):
        return quarters[: last + 1], (1.0,) * (last + 1)
    held: dict[int, float] = {}
    for quarter, weight in zip(quarters, weights, strict=True):
        held[min(quarter, last)] = held.get(min(quarter, last), 0.0) + weight
    return tuple(held), tuple(held.values())


def target_of(observation: Observation, start: Quarter, more_than: float = MORE_THAN) -> Target | None:
    """Make a target of an observation; ``None`` where the model has nothing to set beside it.

    more_than: how far "more than N" reaches, as a multiple of N; without a reach it is a limit.
    """
    known = catalogue().outputs.get(observation.variable)
    usable = observation.use and observation.grade != "background"
    if known is None or not usable:
        return None
    unit = observation.unit if counts(observation) else known.unit
    if not convertible(observation.unit, unit):
        return None
    quarters, weights = reading(observation, unit, start)
    if min(quarters) < 0:
        return None
    if counts(observation):
        quarters, weights = summed(quarters, weights)
    high = observation.interval(unit, more_than)[1]
    value, bound = observation.in_unit(unit), observation.bound
    if bound == "more-than" and high is None:
        bound = "at-least"
    return Target(
        variable=observation.variable,
        date=str(observation.date),
        bound=bound,
        value=value,
        high=high if bound in ("range", "more-than") else None,
        error=own_error(observation, unit) or error_of(observation.variable, value, observation.grade, bound),
        quarters=quarters,
        weights=weights,
        observation=observation,
    )


def targets(
    case: Case,
    roles: Sequence[str] = ("fit",),
    *,
    after: Quarter | None = None,
    cut: Quarter | None = None,
    more_than: float = MORE_THAN,
) -> tuple[Target, ...]:
    """Targets of a case's observations of some roles, by variable and date.

    Parameters
    ----------
    cut
        Only what was known by the end of this quarter; a value of the first half of the next one counts, and is set
        beside the cut's end.
    after
        Only what lies beyond this quarter by the same rule.
    more_than
        How far "more than N" reaches, as a multiple of N (:func:`target_of`).
    """
    start = case.clock.start
    made = []
    for observation in case.observations:
        target = target_of(observation, start, more_than) if observation.role in roles else None
        if target is None:
            continue
        nearest = nearest_end(target)
        if (cut is not None and nearest > cut - start) or (after is not None and nearest <= after - start):
            continue
        if cut is not None:
            quarters, weights = until(target.quarters, target.weights, cut - start)
            target = Target(**{**vars(target), "quarters": quarters, "weights": weights})
        made.append(target)
    return tuple(sorted(made, key=lambda one: (one.variable, one.observation.date.last_day, one.value)))


def nearest_end(target: Target) -> int:
    """Quarter whose end is nearest to a target's day."""
    interpolated = len(target.quarters) == 2 or is_sum(target.weights)
    return target.last - 1 if interpolated and target.weights[-1] < 0.5 else target.last


@dataclass(frozen=True)
class ObservationModel:
    """Targets, and how runs are made to report as the record does. Arrays have shape (runs, targets)."""

    targets: tuple[Target, ...]
    discrepancy: float = 0.0
    """Standard deviation of what the model leaves out of a park's course, as a share of the value: lasting (correlation
    exp(-|Δt| / MEMORY) between two values of a variable), and added to the error of observation (Kennedy and O'Hagan
    2001). With none, errors are independent."""

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Outputs that must be kept."""
        return tuple(dict.fromkeys(target.variable for target in self.targets))

    @cached_property
    def recorded(self) -> Floats:
        """What the record reports, shape (targets,)."""
        return np.array([target.reported for target in self.targets])

    @cached_property
    def errors(self) -> Floats:
        """Standard deviations of report - counterpart, shape (targets,): errors of observation and discrepancy."""
        own = np.array([target.error for target in self.targets])
        strays = ~np.isin([target.variable for target in self.targets], STAND_INS)
        return np.hypot(own, self.discrepancy * np.abs(self.recorded) * strays) if self.discrepancy else own

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of report - counterpart, shape (targets, targets)."""
        from copark.inference.pool.growth import MEMORY

        names = np.array([target.variable for target in self.targets])
        years = np.array([np.dot(target.quarters, target.weights) / 4.0 for target in self.targets])
        size = self.discrepancy * np.abs(self.recorded) * ~np.isin(names, STAND_INS)
        lasting = np.exp(-np.abs(years[:, np.newaxis] - years) / MEMORY) * (names[:, np.newaxis] == names)
        own = np.array([target.error for target in self.targets])
        found: Floats = np.outer(size, size) * lasting + np.diag(own**2)
        return found

    def root(self, some: Integers | slice = slice(None)) -> Floats:
        """Lower Cholesky factor of the covariance of all targets, or some."""
        return np.linalg.cholesky(self.covariance[some][:, some]).astype(np.float64)

    @cached_property
    def single(self) -> Integers:
        """Positions of the targets that are one number, in whose place no wording hides anything."""
        return np.flatnonzero([one.high is None and not one.bound.startswith("at-") for one in self.targets])

    @property
    def quarters(self) -> int:
        """Quarters a run needs to be read on all targets."""
        return max((target.last for target in self.targets), default=-1) + 1

    def content(self) -> list[Any]:
        """Give the model as plain values: what an identity is made of."""
        return [target.content() for target in self.targets]

    def counterparts(self, out: Floats, names: Sequence[str]) -> Floats:
        """Read runs on the days of the targets, without error.

        out: outputs, shape (runs, kept, quarters); names: names of the outputs kept.
        """
        made = np.zeros((out.shape[0], len(self.targets)))
        for n, target in enumerate(self.targets):
            row = out[:, names.index(target.variable), :]
            for quarter, weight in zip(target.quarters, target.weights, strict=True):
                made[:, n] += weight * row[:, quarter]
        return made

    def hide(self, values: Floats) -> Floats:
        """Hide what the wording of each target hides.

        Beyond a bound every value reads as the bound; within a range every value reads as its middle, and a value
        outside keeps its distance to the range.
        """
        shown = np.array(values, dtype=np.float64, copy=True)
        for n, target in enumerate(self.targets):
            column = shown[..., n]
            if target.bound == "at-least":
                shown[..., n] = np.minimum(column, target.value)
            elif target.bound == "at-most":
                shown[..., n] = np.maximum(column, target.value)
            elif target.high is not None:
                shown[..., n] = target.reported + (column - np.clip(column, target.value, target.high))
        return shown

    def standardised(self, counterparts: Floats) -> Floats:
        """Counterparts as the wording lets them be told apart, in errors that are independent and of size 1."""
        return mixed(self.hide(counterparts), np.linalg.inv(self.root()).astype(np.float64))

    def reports(self, counterparts: Floats, seed: int, first: int = 0) -> Floats:
        """Make runs report: errors of observation added, then hidden what the wording hides.

        The error of a run is a function of (seed, number of the run): chunks do not change it.

        counterparts: of runs first, first + 1, ….
        """
        free = noise(seed, first, len(counterparts), len(self.targets))
        return self.hide(counterparts + (mixed(free, self.root()) if self.discrepancy else self.errors * free))

    def log_likelihood(self, counterparts: Floats, recorded: Floats | None = None) -> Floats:
        """Log-density of the record given each run, with normal errors; shape (runs,).

        A bound or a range has the probability that a report lies where the wording says. A run without a value has
        minus infinity. Errors are independent, but for what the discrepancy has in common among single numbers.

        recorded: another record in place of the case's, as :meth:`reports` makes it; its bounds count as reached where
        the report is the bound itself.
        """
        from scipy.special import log_ndtr

        total = np.zeros(len(counterparts))
        record = self.recorded if recorded is None else recorded
        together = self.single if self.discrepancy else self.single[:0]
        if len(together):
            total += log_normal((record - counterparts)[:, together], self.root(together))
        for n, target in enumerate(self.targets):
            if n in together:
                continue
            error = self.errors[n]
            z = (record[n] - counterparts[:, n]) / error
            density = -0.5 * z**2 - np.log(error * np.sqrt(2.0 * np.pi))
            hidden = record[n] == target.reported
            if hidden and target.bound == "at-least":
                density = log_ndtr((counterparts[:, n] - target.value) / error)
            elif hidden and target.bound == "at-most":
                density = log_ndtr((target.value - counterparts[:, n]) / error)
            elif hidden and target.high is not None:
                density = log_within(counterparts[:, n], target.value, target.high, error)
            elif target.high is not None:
                shifted = record[n] + np.sign(record[n] - target.reported) * (target.high - target.value) / 2.0
                density += 0.5 * z**2 - 0.5 * ((shifted - counterparts[:, n]) / error) ** 2
            total += density
        return np.where(np.isfinite(total), total, -np.inf)


def mixed(values: Floats, root: Floats) -> Floats:
    """Rows times a matrix, root @ row, each to the same bits whatever rows stand beside it."""
    found: Floats = np.einsum("ij,kj->ik", values, root)
    return found


def log_normal(values: Floats, root: Floats) -> Floats:
    """Log-density of rows under a normal distribution around 0 with the covariance root @ root.T; shape (runs,)."""
    free = mixed(values, np.linalg.inv(root).astype(np.float64))
    found: Floats = -0.5 * (free**2 + np.log(2.0 * np.pi)).sum(axis=1) - np.log(np.diag(root)).sum()
    return found


def log_within(values: Floats, low: float, high: float, error: float) -> Floats:
    """Log-probability that a value with a normal error lies within a range; accurate far outside."""
    from scipy.special import log_ndtr

    distance = np.abs(values - (low + high) / 2.0)
    half = (high - low) / 2.0
    upper, lower = log_ndtr((half - distance) / error), log_ndtr((-half - distance) / error)
    found: Floats = upper + np.log1p(-np.exp(np.minimum(lower - upper, -1e-12)))
    return found


def noise(seed: int, first: int, count: int, columns: int) -> Floats:
    """Standard normal errors of runs first … first + count - 1, addressed by (seed, run); shape (count, columns)."""
    from scipy.special import ndtri

    per_counter = 4
    counters = -(-columns // per_counter)
    generator = np.random.Philox(key=np.array([seed, NOISE], dtype=np.uint64))
    generator.advance(first * counters)
    raw = np.asarray(generator.random_raw(count * counters * per_counter), dtype=np.uint64)
    inside = ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    made: Floats = ndtri(inside).reshape(count, -1)[:, :columns]
    return made
