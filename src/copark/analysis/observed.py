"""Where what the casebook records lies among the runs, observation by observation.

A model value is taken at the end of the observation's quarter; a year's flow (a rate per year, dated by a year alone)
is set beside the mean of the year's four quarters. Of a bound or a range that part of the runs counts which it allows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark import units
from copark.analysis.bands import quantiles

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

    from copark.cases.evidence import Observation

BAND = (0.05, 0.50, 0.95)
EXPECTED = 0.10
"""Share of single values expected outside the 5th to 95th percentile where the runs are right."""


@dataclass(frozen=True)
class Percentiles:
    """Where an observation lies in an ensemble's distribution, from 0 to 100; NaN without an ensemble.

    Parameters
    ----------
    first, last
        Of a value both are its percentile: share below it, ties by half. "At least N" spans from the share below N to
        100, "at most N" from 0 to the share not above N, a range from the share below it to the share not above it.
    single
        Whether it is of a value.
    """

    first: float
    last: float
    single: bool

    @property
    def number(self) -> float:
        """One number: the percentile of a value; of a bound or a range the per cent of the ensemble it allows."""
        return self.first if self.single else self.last - self.first

    @property
    def side(self) -> str:
        """Where the ensemble is: ``inside`` (5 to 95), too ``low``, too ``high``, or ``unknown``."""
        if np.isnan(self.first):
            return "unknown"
        if self.last < 100.0 * BAND[0]:
            return "high"
        return "low" if self.first > 100.0 * BAND[-1] else "inside"

    @property
    def inside(self) -> bool | None:
        """Whether it lies within the 5th to 95th percentile; ``None`` without an ensemble."""
        return None if self.side == "unknown" else self.side == "inside"


def percentiles(ensemble: ArrayLike, low: float | None, high: float | None) -> Percentiles:
    """Percentiles that an observation spans in an ensemble.

    Parameters
    ----------
    low, high
        Lowest and highest value it allows; ``None`` where it sets no limit, both the same for a value.
    """
    x = np.asarray(ensemble, dtype=np.float64)
    x = x[np.isfinite(x)]
    single = low is not None and low == high
    if not x.size:
        return Percentiles(float("nan"), float("nan"), single)
    first = 0.0 if low is None else 100.0 * float(np.mean(x < low))
    last = 100.0 if high is None else 100.0 * float(np.mean(x <= high))
    return (
        Percentiles((first + last) / 2.0, (first + last) / 2.0, single) if single else Percentiles(first, last, single)
    )


def half_width(low: float, upper: float, value: float) -> float:
    """Half the width of a band as a share of a value: 0.5 is ± 50 %; NaN of a value of zero."""
    return (upper - low) / (2.0 * abs(value)) if value else float("nan")


def expected_outside(count: int) -> int:
    """How many of so many values would lie outside the 5th to 95th percentile were the runs right, rounded."""
    return round(EXPECTED * count)


@dataclass(frozen=True)
class Comparison:
    """One observation beside the model.

    Parameters
    ----------
    observation
        The casebook's row.
    quarter
        The quarter it is compared in, such as ``2019Q4``.
    value, high
        What was observed, in the model's unit; ``high`` only for a range.
    low, median, upper
        5 %, 50 % and 95 % of runs, in the model's unit; NaN where no run finished.
    percentiles
        Where it lies among the runs.
    """

    observation: Observation
    quarter: str
    value: float
    high: float | None
    low: float
    median: float
    upper: float
    percentiles: Percentiles

    @property
    def width(self) -> float:
        """Half the width of the band of 90 % of runs, as a share of what was observed (of the middle of a range)."""
        return half_width(self.low, self.upper, self.value if self.high is None else (self.value + self.high) / 2.0)

    @property
    def inside(self) -> bool | None:
        """Whether it lies within the 5th to 95th percentile; ``None`` where no run finished."""
        return self.percentiles.inside

    @property
    def side(self) -> str:
        """Where the model is: ``inside``, too ``low`` or too ``high``, or ``unknown``."""
        return self.percentiles.side


def usable(result: xr.Dataset, observation: Observation) -> bool:
    """Whether the model has an output for an observation the case uses, in a unit that can be compared."""
    name = observation.variable
    return (
        observation.use
        and observation.grade != "background"
        and name in result.data_vars
        and "quarter" in result[name].dims
        and units.convertible(observation.unit, str(result[name].attrs.get("units", "")))
    )


def compared_in(date: str, quarter: str, unit: str) -> tuple[str, ...]:
    """Quarters whose mean is set beside an observation: its own; of a year's flow the year's four.

    Parameters
    ----------
    date
        As its source gives it: four digits are a year.
    """
    if len(date) == 4 and unit.endswith("/yr"):
        return tuple(f"{date}Q{part}" for part in (1, 2, 3, 4))
    return (quarter,)


def modelled(result: xr.Dataset, observation: Observation, scenario: int = 0) -> NDArray[np.float64] | None:
    """The model's values of an observation, shape (run,); ``None`` outside the horizon."""
    series = result[observation.variable].isel(scenario=scenario)
    labels = [str(label) for label in result["label"].to_numpy()]
    wanted = compared_in(str(observation.date), str(observation.date.quarter("stock")), series.attrs.get("units", ""))
    if not set(wanted) <= set(labels):
        return None
    values: NDArray[np.float64] = (
        series.isel(quarter=[labels.index(label) for label in wanted]).to_numpy().mean(axis=-1)
    )
    return values


def compare(result: xr.Dataset, observation: Observation, scenario: int = 0) -> Comparison | None:
    """Set the model beside one observation; ``None`` where it has nothing to compare."""
    if not usable(result, observation):
        return None
    values = modelled(result, observation, scenario)
    if values is None:
        return None
    unit = str(result[observation.variable].attrs.get("units", ""))
    value = units.convert(observation.value, observation.unit, unit)
    high = None if observation.high is None else units.convert(observation.high, observation.unit, unit)
    low, median, upper = (float(level) for level in quantiles(values, BAND))
    return Comparison(
        observation=observation,
        quarter=str(observation.date.quarter("stock")),
        value=value,
        high=high,
        low=low,
        median=median,
        upper=upper,
        percentiles=percentiles(values, *observation.interval(unit)),
    )


def comparisons(result: xr.Dataset, observations: Iterable[Observation], scenario: int = 0) -> tuple[Comparison, ...]:
    """Every observation the model has an output for, in the order of variable and date."""
    found = [compare(result, observation, scenario) for observation in observations]
    kept = [entry for entry in found if entry is not None]
    order = {str(name): at for at, name in enumerate(result.data_vars)}
    return tuple(sorted(kept, key=lambda entry: (order[entry.observation.variable], entry.observation.date.first_day)))


def misses(rows: Iterable[Comparison]) -> tuple[Comparison, ...]:
    """The observations outside the 5th to 95th percentile of the runs."""
    return tuple(row for row in rows if row.inside is False)
