"""Observations of the park and values of its host, beside the runs.

*Observed*: where each observation lies among the runs. A model value is taken at the end of the observation's quarter;
a year's flow (a rate per year, dated by a year alone) is set beside the mean of the year's four quarters. Of a bound or
a range that part of the runs counts which it allows; an observation that brings an error of its own, as the share of
promises kept, is read as a range of 90 %.

*Relative size*: the park's weight in its host city and country, only comparisons of like with like. No exchange rate
has a source, so money is compared only within one currency; a flow only with a flow of the same period; output never
with value added. What cannot be compared is returned with the reason, so that it can be said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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

    from copark.cases.table_schemas import ContextValue, Observation

EXPECTED = 0.10
"""Share of single values expected outside the 5th to 95th percentile where the runs are right."""


def expected_outside(count: int) -> int:
    """Return how many of so many values would lie outside the 5th to 95th percentile were the runs right, rounded."""
    return round(EXPECTED * count)


@dataclass(frozen=True)
class ObservedComparison:
    """One observation beside the model, in the model's unit."""

    observation: Observation
    """The row of the case."""
    quarter: str
    """The quarter it is compared in, such as ``2019Q4``."""
    value: float
    """What was observed, in the model's unit; the lower end of a range."""
    high: float | None
    """Upper end of a range; ``None`` where it is a single value."""
    low: float
    """5 % of runs; NaN where no run finished."""
    median: float
    """50 % of runs; NaN where no run finished."""
    upper: float
    """95 % of runs; NaN where no run finished."""
    percentiles: Percentiles
    """Where the observation lies among the runs."""

    @property
    def width(self) -> float:
        """Half the width of the band of 90 % of runs, as a share of what was observed (of the middle of a range)."""
        middle = self.value if self.high is None else (self.value + self.high) / 2.0
        return relative_half_width(self.low, self.upper, middle)

    @property
    def inside(self) -> bool | None:
        """True within the 5th to 95th percentile, false outside; ``None`` where no run finished."""
        return self.percentiles.inside

    @property
    def side(self) -> str:
        """Side of the model: ``inside``, too ``low`` or too ``high``, or ``unknown``."""
        return self.percentiles.side


def usable(result: xr.Dataset, observation: Observation) -> bool:
    """Return whether the model has an output for an observation the case uses, in a unit that can be compared."""
    name = observation.variable
    if not observation.use or observation.grade == "background" or name not in result.data_vars:
        return False
    output = result.variables[name]
    return "quarter" in output.dims and units.convertible(observation.unit, str(output.attrs.get("units", "")))


def modelled(result: xr.Dataset, observation: Observation, scenario: int = 0) -> NDArray[np.float64] | None:
    """Return the model's values of an observation.

    Parameters
    ----------
    result
        Runs of the park.
    observation
        The observation.
    scenario
        Place of the scenario in the result.

    Returns
    -------
    Values in the model's unit, shape (run,); ``None`` outside the horizon.
    """
    series = result.variables[observation.variable]
    labels = [str(label) for label in result["label"].to_numpy()]
    quarters = [str(observation.date.quarter("stock"))]
    if observation.date.precision == "year" and series.attrs.get("units", "").endswith("/yr"):
        quarters = [f"{observation.date.year}Q{part}" for part in (1, 2, 3, 4)]
    if not set(quarters) <= set(labels):
        return None
    positions = [labels.index(label) for label in quarters]
    values: NDArray[np.float64] = series.isel(scenario=scenario, quarter=positions).to_numpy().mean(axis=-1)
    return values


def compare(result: xr.Dataset, observation: Observation, scenario: int = 0) -> ObservedComparison | None:
    """Set the model beside one observation.

    Parameters
    ----------
    result
        Runs of the park.
    observation
        The observation.
    scenario
        Place of the scenario in the result.

    Returns
    -------
    The comparison; ``None`` where the model has nothing to compare.
    """
    if not usable(result, observation):
        return None
    values = modelled(result, observation, scenario)
    if values is None:
        return None
    reported_unit = observation.unit
    unit = str(result.variables[observation.variable].attrs.get("units", ""))
    value = units.convert(observation.value, reported_unit, unit)
    high = None if observation.high is None else units.convert(observation.high, reported_unit, unit)
    least, most = observation.interval(unit)
    if observation.error is not None:
        # An observation with an error of its own is read as a range of 90 %, like that of the runs.
        reach = z_of(0.90) * units.convert(observation.error, reported_unit, unit)
        least = None if least is None else least - reach
        most = None if most is None else most + reach
    quarter = str(observation.date.quarter("stock"))
    place = percentiles(values, least, most)
    return ObservedComparison(observation, quarter, value, high, *band(values), place)


def comparisons(
    result: xr.Dataset, observations: Iterable[Observation], scenario: int = 0
) -> tuple[ObservedComparison, ...]:
    """Compare every observation the model has an output for.

    Parameters
    ----------
    result
        Runs of the park.
    observations
        The observations.
    scenario
        Place of the scenario in the result.

    Returns
    -------
    Comparisons, in the order of variable and date.
    """
    by_variable: dict[str, list[Observation]] = {}
    for observation in observations:
        by_variable.setdefault(observation.variable, []).append(observation)
    compared: list[ObservedComparison] = []
    for name in (str(name) for name in result.data_vars if name in by_variable):
        read = result[[name]].isel(scenario=[scenario], missing_dims="ignore").load()  # once, not for each observation
        rows = [row for entry in by_variable[name] if (row := compare(read, entry)) is not None]
        compared += sorted(rows, key=lambda row: row.observation.date.first_day)
    return tuple(compared)


def misses(rows: Iterable[ObservedComparison]) -> tuple[ObservedComparison, ...]:
    """Return the observations outside the 5th to 95th percentile of the runs."""
    return tuple(row for row in rows if row.inside is False)


COUNTERPARTS = {
    "host_employment": "jobs",
    "host_manufacturing_employment": "jobs",
    "city_employment": "jobs",
    "city_manufacturing_employment": "jobs",
    "host_industrial_production": "industrial_output",
    "city_industrial_production": "industrial_output",
    "host_exports": "exports",
    "city_exports": "exports",
}
"""Output of the park that stands beside a value of its host."""

REASONS = {
    "host_gdp": "value_added",
    "city_regional_product": "value_added",
    "host_gdp_growth": "growth",
    "city_growth": "growth",
}
"""Why there is nothing of the park beside a value of its host; ``no_counterpart`` for all others."""


@dataclass(frozen=True)
class RelativeSize:
    """One value of the host (``context``) with what of the park stands beside it."""

    context: ContextValue
    counterpart: str
    """The park's variable; empty where there is none."""
    model: tuple[float, float, float] | None
    """5 %, 50 % and 95 % of runs as shares of the host's value; ``None`` where the model has no such output."""
    recorded: tuple[Observation, float] | None
    """The observation of the park and its share; ``None`` where there is none of the same unit and period."""
    reason: str
    """Why nothing can be compared: ``value_added``, ``growth``, ``no_counterpart``, ``no_record``, ``other_currency``,
    ``other_period``; empty where something can."""


def _recorded(context: ContextValue, candidates: Sequence[Observation]) -> tuple[Observation | None, str]:
    stock = context.unit == "persons"
    if not candidates:
        return None, "no_record"
    date = context.date
    same = [candidate for candidate in candidates if candidate.date.year == date.year]
    if not stock:
        same = [
            candidate
            for candidate in same
            if (candidate.date.precision, candidate.date.month) == (date.precision, date.month)
        ]
    if not same:
        return None, "other_period"
    fitting = [candidate for candidate in same if candidate.unit == context.unit]
    if not fitting:
        return None, "other_currency"
    return max(fitting, key=lambda candidate: candidate.date.last_day), ""


def _modelled(result: xr.Dataset, name: str, context: ContextValue, scenario: int) -> tuple[float, float, float] | None:
    labels = [str(label) for label in result["label"].to_numpy()]
    quarter = str(context.quarter)
    if name not in result.data_vars or result[name].attrs.get("units") != context.unit or quarter not in labels:
        return None
    values = result[name].isel(scenario=scenario, quarter=labels.index(quarter)).to_numpy()
    low, middle, high = (level / context.value for level in band(values))
    return (low, middle, high) if np.isfinite(middle) else None


def weigh(
    result: xr.Dataset, context: Sequence[ContextValue], observations: Sequence[Observation], scenario: int = 0
) -> tuple[RelativeSize, ...]:
    """Set the park beside every value of its host, or say why it cannot be.

    Parameters
    ----------
    result
        Runs of the park.
    context
        Values of the host city and country.
    observations
        Observations of the park.
    scenario
        Place of the scenario in the result.
    """
    sizes = []
    for value in context:
        name = COUNTERPARTS.get(value.variable, "")
        if not name or value.value <= 0.0:
            sizes.append(RelativeSize(value, "", None, None, REASONS.get(value.variable, "no_counterpart")))
            continue
        model = _modelled(result, name, value, scenario)
        entry, reason = _recorded(value, [row for row in observations if row.variable == name and row.use])
        recorded = None if entry is None else (entry, entry.value / value.value)
        sizes.append(RelativeSize(value, name, model, recorded, "" if model or recorded else reason))
    return tuple(sizes)


def dates_of_growth(context: Sequence[ContextValue]) -> int:
    """Count the levels of the host known at two dates or more, so that a share of growth could be given."""
    levels = [value.variable for value in context if value.variable in COUNTERPARTS]
    return sum(levels.count(name) > 1 for name in set(levels))
