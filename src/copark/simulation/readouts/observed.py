"""Where what the casebook records lies among the runs, observation by observation.

A model value is taken at the end of the observation's quarter; a year's flow (a rate per year, dated by a year alone)
is set beside the mean of the year's four quarters. Of a bound or a range that part of the runs counts which it allows;
an observation that brings an error of its own, as the share of promises kept, is read as a range of 90 %.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark import units
from copark.stats.quantiles import band
from copark.stats.scores import Percentiles, percentiles, relative_half_width
from copark.stats.shares import z_of

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from copark.cases.evidence import Observation

EXPECTED = 0.10
"""Share of single values expected outside the 5th to 95th percentile where the runs are right."""


def expected_outside(count: int) -> int:
    """How many of so many values would lie outside the 5th to 95th percentile were the runs right, rounded."""
    return round(EXPECTED * count)


@dataclass(frozen=True)
class ObservedComparison:
    """One observation beside the model."""

    observation: Observation
    quarter: str
    """The quarter it is compared in, such as ``2019Q4``."""
    value: float
    high: float | None
    """value, high: what was observed, in the model's unit; ``high`` only for a range."""
    low: float
    median: float
    upper: float
    """low, median, upper: 5 %, 50 % and 95 % of runs, in the model's unit; NaN where no run finished."""
    percentiles: Percentiles
    """Where it lies among the runs."""

    @property
    def width(self) -> float:
        """Half the width of the band of 90 % of runs, as a share of what was observed (of the middle of a range)."""
        return relative_half_width(
            self.low, self.upper, self.value if self.high is None else (self.value + self.high) / 2.0
        )

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
        and "quarter" in result.variables[name].dims
        and units.convertible(observation.unit, str(result.variables[name].attrs.get("units", "")))
    )


def compared_in(date: str, quarter: str, unit: str) -> tuple[str, ...]:
    """Quarters whose mean is set beside an observation: its own; of a year's flow the year's four.

    date: as its source gives it: four digits are a year.
    """
    if len(date) == 4 and unit.endswith("/yr"):
        return tuple(f"{date}Q{part}" for part in (1, 2, 3, 4))
    return (quarter,)


def modelled(result: xr.Dataset, observation: Observation, scenario: int = 0) -> NDArray[np.float64] | None:
    """The model's values of an observation, shape (run,); ``None`` outside the horizon."""
    series = result.variables[observation.variable]
    labels = [str(label) for label in result["label"].to_numpy()]
    wanted = compared_in(str(observation.date), str(observation.date.quarter("stock")), series.attrs.get("units", ""))
    if not set(wanted) <= set(labels):
        return None
    at = [labels.index(label) for label in wanted]
    values: NDArray[np.float64] = series.isel(scenario=scenario, quarter=at).to_numpy().mean(axis=-1)
    return values


def compare(result: xr.Dataset, observation: Observation, scenario: int = 0) -> ObservedComparison | None:
    """Set the model beside one observation; ``None`` where it has nothing to compare."""
    if not usable(result, observation):
        return None
    values = modelled(result, observation, scenario)
    if values is None:
        return None
    unit = str(result.variables[observation.variable].attrs.get("units", ""))
    value = units.convert(observation.value, observation.unit, unit)
    high = None if observation.high is None else units.convert(observation.high, observation.unit, unit)
    low, median, upper = band(values)
    return ObservedComparison(
        observation=observation,
        quarter=str(observation.date.quarter("stock")),
        value=value,
        high=high,
        low=low,
        median=median,
        upper=upper,
        percentiles=percentiles(values, *_allowed(observation, unit)),
    )


def _allowed(observation: Observation, unit: str) -> tuple[float | None, float | None]:
    """Lowest and highest value an observation allows, 90 % of its own error included where it brings one."""
    low, high = observation.interval(unit)
    if observation.error is None:
        return low, high
    reach = z_of(0.90) * units.convert(observation.error, observation.unit, unit)
    return None if low is None else low - reach, None if high is None else high + reach


def comparisons(
    result: xr.Dataset, observations: Iterable[Observation], scenario: int = 0
) -> tuple[ObservedComparison, ...]:
    """Every observation the model has an output for, in the order of variable and date."""
    asked: dict[str, list[Observation]] = {}
    for observation in observations:
        asked.setdefault(observation.variable, []).append(observation)
    found: list[ObservedComparison] = []
    for name in (str(name) for name in result.data_vars if name in asked):
        read = result[[name]].isel(scenario=[scenario], missing_dims="ignore").load()  # once, not for each observation
        rows = [row for one in asked[name] if (row := compare(read, one)) is not None]
        found += sorted(rows, key=lambda row: row.observation.date.first_day)
    return tuple(found)


def misses(rows: Iterable[ObservedComparison]) -> tuple[ObservedComparison, ...]:
    """The observations outside the 5th to 95th percentile of the runs."""
    return tuple(row for row in rows if row.inside is False)
