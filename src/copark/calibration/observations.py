"""The observation model: what a case's record says, what a run would have reported in its place, and with which error.

A target is one reported value. Its *counterpart* in a run is the value the model has on that day: a stock is read
between the two ends of quarters around the day, a year's flow is the mean of its four quarters, a count since the
founding the sum of all quarters to the day. The *report* is the
counterpart with an error of observation, and with what the wording hides hidden: of "at least 1,000 jobs" a run with
1,400 and the record tell the same. "More than 1,000 jobs" is a round number just passed, and read as a range from it to
:data:`copark.cases.table_schemas.MORE_THAN` times it. Simulated and recorded data are made alike, so that they may be
compared.

*What the model leaves out* of a park's course, its discrepancy, is a share of the course and lasts for years. It is a
share of the park's course and not of the record: errors that lie together and are scaled by recorded values make a run
below all of them likelier than one through them (Peelle's pertinent puzzle; D'Agostini 1994). With a discrepancy sizes
are therefore compared in logarithms (:meth:`ObservationModel.compared`), decision 0101.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.arrays import Booleans, Floats, Integers
from copark.cases.case import Case
from copark.cases.observed_variables import SERIES
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import Observation
from copark.json_types import JsonObject
from copark.model.variables import catalogue
from copark.units import convert, convertible

if TYPE_CHECKING:
    from copark.simulation.ensemble import ScenarioRuns

SCALES = Path(__file__).parent / "error_scales.yaml"
STAND_INS = ("service_level", "commitment_home", "commitment_host")
"""Outputs nobody measures: what is observed is a stand-in, a share, whose error says how far it may lie from them. No
discrepancy is added to it, and forecasts are not scored on it."""
MEMORY = 8.0
"""Years after which what the model leaves out of a park's course is like itself by 1/e (decision 0101)."""
OFFSET = 0.5
"""Added to a size before its logarithm is taken, in its unit: of counts, so that none and one are apart but near."""
KNOWN = 2.0
"""Errors of observation that a value must exceed to be compared in logarithms: what may be none has no logarithm."""
NOISE = 0x6E6F697365
"""Second key of the generator: what the numbers are for."""


@cache
def error_scales() -> JsonObject:
    """Read the error scales: relative error by grade, factor by bound, floor by variable, each with its reason."""
    import yaml

    return yaml.safe_load(SCALES.read_text(encoding="utf-8"))


def error_of(variable: str, value: float, grade: str, bound: str) -> float:
    """Compute the standard deviation of the error of observation of a value, in the variable's unit.

    Parameters
    ----------
    variable
        Name of the observable.
    value
        The value, in the variable's unit.
    grade
        Grade of its source.
    bound
        Wording of the value: exact, about, more-than, at-least, at-most or range.
    """
    scales = error_scales()
    relative = scales["grades"][grade]["relative"] * scales["bounds"][bound]
    floor = scales["floors"].get(variable, {"value": 0.0})["value"]
    return float(max(floor, relative * abs(value), 1e-9))


def own_error(observation: Observation, unit: str) -> float:
    """Return the error that comes with an observation, in another unit; 0 where none does."""
    return 0.0 if observation.error is None else convert(observation.error, observation.unit, unit)


def error_in(observation: Observation, unit: str, bound: str) -> float:
    """Return the standard deviation of an observation's error in a unit: its own, else that of its grade and wording.

    Parameters
    ----------
    observation
        The observation.
    unit
        Unit of the error.
    bound
        Wording that counts, which may be another than the observation has.
    """
    value = observation.in_unit(unit)
    return own_error(observation, unit) or error_of(observation.variable, value, observation.grade, bound)


@dataclass(frozen=True)
class Target:
    """One reported value, and the reading of a run in its place."""

    variable: str
    """Name of the model's output."""
    date: str
    """Date as the source gives it."""
    bound: str
    """What is reported: exact, about, more-than, at-least, at-most or range."""
    value: float
    """The value in the output's unit; the lower end of a range."""
    high: float | None
    """Where a range, or the reading of "more than", ends, in the output's unit; ``None`` where it is a single value or
    a limit."""
    error: float
    """Standard deviation of the error of observation, in the output's unit."""
    quarters: tuple[int, ...]
    """Quarters whose output is read, counted from the start."""
    weights: tuple[float, ...]
    """Weights of these quarters: the counterpart is the sum of the output at each times its weight."""
    observation: Observation = field(compare=False, repr=False)
    """The row of the case it was made of."""

    @property
    def name(self) -> str:
        """Variable and date, for a table."""
        return f"{self.variable} {self.date}"

    @property
    def reported(self) -> float:
        """The record's report, as one number: the limit of a bound, the middle of a range."""
        return self.value if self.high is None else (self.value + self.high) / 2.0

    @property
    def wording(self) -> tuple[float | None, float | None]:
        """Lowest and highest value the wording allows; ``None`` where it sets no limit."""
        low = None if self.bound == "at-most" else self.value
        high = None if self.bound == "at-least" else self.value
        return low, high if self.high is None else self.high

    @property
    def unit(self) -> str:
        """Unit of the value: of a count since the founding the observation's own, else the output's."""
        return self.observation.unit if counts(self.observation) else catalogue().outputs[self.variable].unit

    @property
    def last(self) -> int:
        """Last quarter it needs, counted from the start."""
        return max(self.quarters)

    @property
    def is_sum(self) -> bool:
        """Return whether it is a sum since the founding: weights of stocks and flows add up to 1."""
        return sum(self.weights) > 1.0 + 1e-9

    @property
    def nearest_end(self) -> int:
        """Quarter whose end is nearest to its day."""
        interpolated = len(self.quarters) == 2 or self.is_sum
        return self.last - 1 if interpolated and self.weights[-1] < 0.5 else self.last

    def until(self, last: int) -> Target:
        """Clip it to the last quarter known: a value reported soon after is set beside that quarter's end."""
        if self.is_sum and self.last > last:
            return replace(self, quarters=self.quarters[: last + 1], weights=(1.0,) * (last + 1))
        return self.within(0, last)

    def within(self, first: int, last: int) -> Target:
        """Clip it to between two quarters: what lies before or after is set beside their ends."""
        held: dict[int, float] = {}
        for quarter, weight in zip(self.quarters, self.weights, strict=True):
            position = min(max(quarter, first), last)
            held[position] = held.get(position, 0.0) + weight
        return replace(self, quarters=tuple(held), weights=tuple(held.values()))

    def content(self) -> list[Any]:
        """Return the target as plain values, which identities are made of."""
        return [self.variable, self.date, self.bound, self.value, self.high, self.error, self.quarters, self.weights]


def counts(observation: Observation) -> bool:
    """Return whether an observation counts since the founding what the model tells quarter by quarter."""
    return SERIES[observation.variable].since_founding


def reading(observation: Observation, unit: str, start: Quarter) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Find the quarters and weights by which a run is read on an observation's day.

    A stock is read on the last day the date may mean, on the straight line between the ends of quarters around it; of a
    sum since the founding, those days of the last quarter count that are over.

    Parameters
    ----------
    observation
        The observation.
    unit
        Unit of the model's output.
    start
        First quarter of the case.

    Returns
    -------
        Quarters, counted from the start, and their weights.
    """
    date = observation.date
    summed = counts(observation)
    if date.precision == "year" and unit.endswith("/yr"):
        first = Quarter(date.year, 1) - start
        return tuple(range(first, first + 4)), (0.25,) * 4
    day = date.last_day
    quarter = Quarter.of_day(day)
    length = (quarter.last_day - quarter.first_day).days + 1
    share = ((day - quarter.first_day).days + 1) / length
    position = quarter - start
    if summed and position > 0:
        return tuple(range(position + 1)), (*(1.0,) * position, share)
    return ((position,), (1.0,)) if share == 1.0 else ((position - 1, position), (1.0 - share, share))


def target_of(observation: Observation, start: Quarter) -> Target | None:
    """Make a target of an observation; ``None`` where the model has nothing to set beside it."""
    output = catalogue().outputs.get(observation.variable)
    if output is None or not observation.use or observation.grade == "background":
        return None
    unit = observation.unit if counts(observation) else output.unit
    if not convertible(observation.unit, unit):
        return None
    quarters, weights = reading(observation, unit, start)
    if min(quarters) < 0:
        return None
    high = observation.interval(unit)[1]
    value = observation.in_unit(unit)
    bound = observation.bound
    if bound == "more-than" and high is None:
        bound = "at-least"
    error = error_in(observation, unit, bound)
    return Target(
        observation.variable,
        str(observation.date),
        bound,
        value,
        high if bound in ("range", "more-than") else None,
        error,
        quarters,
        weights,
        observation,
    )


def targets(
    case: Case, roles: Sequence[str] = ("fit",), *, after: Quarter | None = None, cut: Quarter | None = None
) -> tuple[Target, ...]:
    """Make targets of a case's observations of some roles, by variable and date.

    Parameters
    ----------
    case
        The case.
    roles
        Roles of the observations.
    after
        Only those after this quarter, by the same rule as ``cut``.
    cut
        Only those known by the end of this quarter: a value of the first half of the next quarter counts, and is set
        beside the cut's end.
    """
    start = case.clock.start
    candidates = (target_of(row, start) for row in case.observations if row.role in roles)
    chosen = [
        target if cut is None else target.until(cut - start)
        for target in candidates
        if target is not None
        and (cut is None or target.nearest_end <= cut - start)
        and (after is None or target.nearest_end > after - start)
    ]
    return tuple(sorted(chosen, key=lambda target: (target.variable, target.observation.date.last_day, target.value)))


@dataclass(frozen=True)
class ObservationModel:
    """Targets, and the way runs are made to report as the record does. Arrays have shape (runs, targets)."""

    targets: tuple[Target, ...]
    discrepancy: float = 0.0
    """What the model leaves out of a park's course, as a multiple of :func:`lasting_size`: lasting (correlation
    exp(-|Δt| / MEMORY) between two values of a variable), and added to the error of observation (Kennedy and O'Hagan
    2001). With none, errors are independent, and nothing is compared in logarithms."""

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Outputs that must be kept."""
        return tuple(dict.fromkeys(target.variable for target in self.targets))

    @cached_property
    def recorded(self) -> Floats:
        """The record's reports, shape (targets,)."""
        return np.array([target.reported for target in self.targets])

    @cached_property
    def in_logs(self) -> Booleans:
        """Flags of targets compared in logarithms, shape (targets,): sizes well above none."""
        sizes = np.array([is_a_size(target.variable) for target in self.targets], dtype=np.bool_)
        errors = np.array([target.error for target in self.targets])
        return sizes & (self.recorded > KNOWN * errors) & (self.discrepancy > 0.0)

    @cached_property
    def _errors(self) -> tuple[Floats, Floats]:
        """Standard deviations of errors of observation, and of what the model leaves out; shape (targets,)."""
        own = np.array([target.error for target in self.targets])
        sizes = np.array([lasting_size(target.variable) for target in self.targets])
        return own, self.discrepancy * np.abs(self.recorded) * sizes

    @property
    def left_out(self) -> Floats:
        """Standard deviations of what the model leaves out, at the recorded values; shape (targets,)."""
        return self._errors[1]

    def compared(self, values: Floats) -> Floats:
        """Return values as they are compared with the record: of sizes by their logarithms.

        A size is given as record + record x ln(size / record): as it is at the record, where its slope is 1, so that
        errors keep their unit.

        Parameters
        ----------
        values
            Values in the outputs' units, shape (…, targets).
        """
        if not self.in_logs.any():
            return values
        recorded = self.recorded[self.in_logs]
        logs = np.log((np.maximum(values[..., self.in_logs], 0.0) + OFFSET) / (recorded + OFFSET))
        transformed = np.array(values, dtype=np.float64, copy=True)
        transformed[..., self.in_logs] = recorded + (recorded + OFFSET) * logs
        return transformed

    def uncompared(self, values: Floats) -> Floats:
        """Invert :meth:`compared`; no size is below none."""
        if not self.in_logs.any():
            return values
        recorded = self.recorded[self.in_logs]
        sizes = (recorded + OFFSET) * np.exp((values[..., self.in_logs] - recorded) / (recorded + OFFSET)) - OFFSET
        inverted = np.array(values, dtype=np.float64, copy=True)
        inverted[..., self.in_logs] = np.maximum(sizes, 0.0)
        return inverted

    def distances(self, counterparts: Floats) -> Floats:
        """Return distances of counterparts from the record in errors, less what wordings hide; (runs, targets)."""
        return (self.compared(self.hide(counterparts)) - self.recorded) / self.errors

    def with_errors(self, counterparts: Floats, free: Floats) -> Floats:
        """Add errors, each as if alone, to counterparts.

        Parameters
        ----------
        counterparts
            Counterparts, shape (runs, targets).
        free
            Standard normal errors, of the same shape.
        """
        return self.uncompared(self.compared(counterparts) + self.errors * free)

    @cached_property
    def errors(self) -> Floats:
        """Standard deviations of report - counterpart, shape (targets,): errors of observation and discrepancy."""
        return np.hypot(*self._errors) if self.discrepancy else self._errors[0]

    @cached_property
    def years(self) -> Floats:
        """Dates in years from the park's start, of what is summed or averaged the middle; shape (targets,)."""
        middles = [np.dot(target.quarters, target.weights) / sum(target.weights) for target in self.targets]
        return (np.array(middles, dtype=np.float64) + 1.0) / 4.0

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of report - counterpart, shape (targets, targets)."""
        names = np.array([target.variable for target in self.targets])
        gaps = np.abs(self.years[:, np.newaxis] - self.years)
        lasting = np.exp(-gaps / MEMORY) * (names[:, np.newaxis] == names)
        own, size = self._errors
        return np.outer(size, size) * lasting + np.diag(own**2)

    def root(self, some: Integers | slice = slice(None)) -> Floats:
        """Return the lower Cholesky factor of the covariance of all targets, or some."""
        return np.linalg.cholesky(self.covariance[some][:, some]).astype(np.float64)

    @cached_property
    def single(self) -> Integers:
        """Positions of the targets that are one number, in whose place no wording hides anything."""
        return np.flatnonzero([target.high is None and not target.bound.startswith("at-") for target in self.targets])

    @property
    def quarters(self) -> int:
        """Quarters a run needs to be read on all targets."""
        return max((target.last for target in self.targets), default=-1) + 1

    def content(self) -> list[Any]:
        """Return the model as plain values, which identities are made of."""
        return [target.content() for target in self.targets]

    def counterparts(self, out: Floats, names: Sequence[str]) -> Floats:
        """Read runs on the days of the targets, without error.

        Parameters
        ----------
        out
            Outputs, shape (runs, kept, quarters).
        names
            Names of the outputs kept.

        Returns
        -------
            Counterparts of shape (runs, targets).
        """
        values = np.zeros((out.shape[0], len(self.targets)))
        for n, target in enumerate(self.targets):
            row = out[:, names.index(target.variable), :]
            for quarter, weight in zip(target.quarters, target.weights, strict=True):
                values[:, n] += weight * row[:, quarter]
        return values

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
        """Return counterparts as the wording lets them be told apart, in errors that are independent and of size 1."""
        return mixed(self.compared(self.hide(counterparts)), np.linalg.inv(self.root()).astype(np.float64))

    def reports(self, counterparts: Floats, seed: int, first: int = 0) -> Floats:
        """Make runs first, first + 1, … report: errors of observation added, then hidden what the wording hides.

        The error of a run is a function of (seed, number of the run): chunks do not change it.

        Parameters
        ----------
        counterparts
            Counterparts of the runs, shape (runs, targets).
        seed
            Seed of the errors.
        first
            Number of the first run.
        """
        free = noise(seed, first, len(counterparts), len(self.targets))
        if not self.discrepancy:
            return self.hide(counterparts + self.errors * free)
        return self.hide(self.uncompared(self.compared(counterparts) + mixed(free, self.root())))

    def log_likelihood(self, counterparts: Floats) -> Floats:
        """Compute the log-density of the record given each run, with normal errors; shape (runs,).

        A bound or a range has the probability that a report lies where the wording says. A run without a value has
        minus infinity. Errors are independent, but for what the discrepancy has in common among single numbers.
        """
        from scipy.special import log_ndtr

        total = np.zeros(len(counterparts))
        together = self.single if self.discrepancy else self.single[:0]
        values = self.compared(counterparts)
        if len(together):
            total += log_normal((self.recorded - values)[:, together], self.root(together))
        ends = [[target.value, target.value if target.high is None else target.high] for target in self.targets]
        lows, highs = self.compared(np.array(ends, dtype=np.float64).reshape(-1, 2).T)
        for n, target in enumerate(self.targets):
            if n in together:
                continue
            error = self.errors[n]
            column = values[:, n]
            if target.bound == "at-least":
                total += log_ndtr((column - target.value) / error)
            elif target.bound == "at-most":
                total += log_ndtr((target.value - column) / error)
            elif target.high is not None:
                total += log_within(column, lows[n], highs[n], error)
            else:
                total += -0.5 * ((target.value - column) / error) ** 2 - np.log(error * np.sqrt(2.0 * np.pi))
        return np.where(np.isfinite(total), total, -np.inf)


@dataclass(frozen=True)
class CounterpartMeasures:
    """Counterparts of targets as measures of an experiment, each at its own time."""

    model: ObservationModel
    """The targets."""

    @property
    def names(self) -> tuple[str, ...]:
        """Name each target by its output and its place among the targets."""
        return tuple(f"{target.variable}-{place}" for place, target in enumerate(self.model.targets))

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the outputs."""
        outputs = catalogue().outputs
        return tuple(outputs[target.variable].unit for target in self.model.targets)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs they are read of."""
        return self.model.variables

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the last quarter, for all of them."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs, shape (runs, targets, 1); not a number where a run did not finish."""
        return runs.of_finished(self.model.counterparts(runs.out, runs.names))[:, :, np.newaxis]


@cache
def lasting_size(variable: str) -> float:
    """Return the standard deviation of what the model leaves out of an output's course, as a share; 0 of stand-ins."""
    if variable in STAND_INS:
        return 0.0
    output = catalogue().outputs.get(variable)
    unit = "" if output is None else output.unit.partition("/")[0]
    scales = error_scales()["lasting"]
    return float(scales.get(unit, scales["companies"])["value"])


@cache
def is_a_size(variable: str) -> bool:
    """Return whether an output is a size, which is never below none and has a unit, and nobody's stand-in."""
    output = catalogue().outputs.get(variable)
    return output is not None and variable not in STAND_INS and output.low >= 0.0 and output.unit != "1"


def mixed(values: Floats, root: Floats) -> Floats:
    """Multiply rows by a matrix, root @ row, each to the same bits whatever rows stand beside it."""
    return np.einsum("ij,kj->ik", values, root)


def log_normal(values: Floats, root: Floats) -> Floats:
    """Compute the log-density of rows under a normal distribution around 0, shape (runs,).

    Parameters
    ----------
    values
        Rows, shape (runs, columns).
    root
        Lower Cholesky factor of the covariance, root @ root.T.
    """
    free = mixed(values, np.linalg.inv(root).astype(np.float64))
    return -0.5 * (free**2 + np.log(2.0 * np.pi)).sum(axis=1) - np.log(np.diag(root)).sum()


def log_within(values: Floats, low: float, high: float, error: float) -> Floats:
    """Compute the log-probability that a value with a normal error lies within a range; accurate far outside.

    Parameters
    ----------
    values
        Values without error, shape (runs,).
    low
        Lower end of the range.
    high
        Upper end of the range.
    error
        Standard deviation of the error.
    """
    from scipy.special import log_ndtr

    distance = np.abs(values - (low + high) / 2.0)
    half = (high - low) / 2.0
    upper = log_ndtr((half - distance) / error)
    lower = log_ndtr((-half - distance) / error)
    return upper + np.log1p(-np.exp(np.minimum(lower - upper, -1e-12)))


def noise(seed: int, first: int, count: int, columns: int) -> Floats:
    """Draw standard normal errors of runs first … first + count - 1, addressed by (seed, run).

    Parameters
    ----------
    seed
        Seed of the errors.
    first
        Number of the first run.
    count
        Number of runs.
    columns
        Errors of each run.

    Returns
    -------
        Errors of shape (count, columns).
    """
    from scipy.special import ndtri

    per_counter = 4
    counters = -(-columns // per_counter)
    generator = np.random.Philox(key=np.array([seed, NOISE], dtype=np.uint64))
    generator.advance(first * counters)
    raw = np.asarray(generator.random_raw(count * counters * per_counter), dtype=np.uint64)
    inside = ((raw >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
    return ndtri(inside).reshape(count, -1)[:, :columns]
