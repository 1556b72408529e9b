"""What the model says beside what the casebook records, observation by observation.

A model value is taken at the end of the observation's quarter; a year's flow (a rate per year, dated by a year alone)
is set beside the mean of the year's four quarters. An observation that is only a bound or a range cannot be missed by a
band that reaches it.
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
    from numpy.typing import NDArray

    from copark.cases.evidence import Observation

BAND = (0.05, 0.50, 0.95)


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
    below
        Share of runs below the observed value (below the middle of a range); runs that equal it count by half.
    inside
        Whether the band agrees with the observation; ``None`` where no run finished.
    """

    observation: Observation
    quarter: str
    value: float
    high: float | None
    low: float
    median: float
    upper: float
    below: float
    inside: bool | None

    @property
    def side(self) -> str:
        """Where the model is: ``inside``, too ``low`` or too ``high``, or ``unknown``."""
        if self.inside is None:
            return "unknown"
        if self.inside:
            return "inside"
        return "low" if self.upper < self.value else "high"


def agrees(bound: str, value: float, high: float | None, low: float, upper: float) -> bool:
    """Whether a band [low, upper] agrees with an observation of a kind.

    ``exact`` and ``about``: the value lies in the band. ``at-least`` and ``at-most``: the band reaches the bound.
    ``range``: band and range overlap.
    """
    if bound == "at-least":
        return upper >= value
    if bound == "at-most":
        return low <= value
    if bound == "range" and high is not None:
        return low <= high and upper >= value
    return low <= value <= upper


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


def modelled(result: xr.Dataset, observation: Observation, scenario: int = 0) -> NDArray[np.float64] | None:
    """The model's values of an observation, shape (run,); ``None`` outside the horizon."""
    series = result[observation.variable].isel(scenario=scenario)
    labels = [str(label) for label in result["label"].to_numpy()]
    quarter = observation.date.quarter("stock")
    wanted = [str(quarter)]
    if observation.date.precision == "year" and str(series.attrs.get("units", "")).endswith("/yr"):
        wanted = [f"{observation.date.year}Q{part}" for part in (1, 2, 3, 4)]
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
    finite = values[np.isfinite(values)]
    low, median, upper = (float(level) for level in quantiles(values, BAND))
    middle = value if high is None else (value + high) / 2.0
    return Comparison(
        observation=observation,
        quarter=str(observation.date.quarter("stock")),
        value=value,
        high=high,
        low=low,
        median=median,
        upper=upper,
        below=float(np.mean(finite < middle) + np.mean(finite == middle) / 2.0) if finite.size else float("nan"),
        inside=agrees(observation.bound, value, high, low, upper) if finite.size else None,
    )


def comparisons(result: xr.Dataset, observations: Iterable[Observation], scenario: int = 0) -> tuple[Comparison, ...]:
    """Every observation the model has an output for, in the order of variable and date."""
    found = [compare(result, observation, scenario) for observation in observations]
    kept = [entry for entry in found if entry is not None]
    order = {str(name): at for at, name in enumerate(result.data_vars)}
    return tuple(sorted(kept, key=lambda entry: (order[entry.observation.variable], entry.observation.date.first_day)))


def misses(rows: Iterable[Comparison]) -> tuple[Comparison, ...]:
    """The observations the band of 90 % of runs does not reach."""
    return tuple(row for row in rows if row.inside is False)
