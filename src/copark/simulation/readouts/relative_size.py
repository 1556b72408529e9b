"""The park's weight in its host city and country: only comparisons of like with like.

No exchange rate has a source, so money is compared only within one currency; a flow only with a flow of the same
period; output never with value added. What cannot be compared is returned with the reason, so that it can be said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.stats.quantiles import band

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.evidence import ContextValue, Observation

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
"""What of the park stands beside a value of its host."""

REASONS = {
    "host_gdp": "value_added",
    "city_regional_product": "value_added",
    "host_gdp_growth": "growth",
    "city_growth": "growth",
}
"""Why there is nothing of the park beside a value of its host; ``no_counterpart`` for all others."""


@dataclass(frozen=True)
class RelativeSize:
    """One value of the host with what of the park stands beside it."""

    context: ContextValue
    """The host's value."""
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
    same = [
        one
        for one in candidates
        if one.date.year == context.date.year and (stock or one.date.precision == context.date.precision)
    ]
    if not stock:
        same = [one for one in same if one.date.month == context.date.month]
    if not same:
        return None, "other_period"
    fitting = [one for one in same if one.unit == context.unit]
    if not fitting:
        return None, "other_currency"
    return max(fitting, key=lambda one: one.date.last_day), ""


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
    """Set the park beside every value of its host, or say why it cannot be."""
    found = []
    for value in context:
        name = COUNTERPARTS.get(value.variable, "")
        if not name or value.value <= 0.0:
            found.append(RelativeSize(value, "", None, None, REASONS.get(value.variable, "no_counterpart")))
            continue
        model = _modelled(result, name, value, scenario)
        entry, reason = _recorded(value, [one for one in observations if one.variable == name and one.use])
        recorded = None if entry is None else (entry, entry.value / value.value)
        found.append(RelativeSize(value, name, model, recorded, "" if model or recorded else reason))
    return tuple(found)


def dates_of_growth(context: Sequence[ContextValue]) -> int:
    """How many levels of the host are known at two dates or more, so that a share of growth could be given."""
    levels = [value.variable for value in context if value.variable in COUNTERPARTS]
    return sum(levels.count(name) > 1 for name in set(levels))
