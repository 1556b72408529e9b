"""The forecast of one park put together: its model, the benchmark curves through its own past and that of other parks.

The curves are those that the weights were learned on (:mod:`copark.inference.pool.forecast_comparison`): the growth
curve of the other parks bent to the park's own past, and a straight line through its own last values, where it has
enough of them. Of other parks, too, only what was known by the cut has a say in them. Counts of enterprises and jobs
are stacked; of anything else nothing was learned.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.analysis.benchmark_forecasts import forecasts
from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.inference.forecast import LEVELS, rounded
from copark.inference.pool.abc_regression import MEMBERS, pasts
from copark.inference.pool.forecast_comparison import GROWTH
from copark.inference.pool.growth import Past, fit_growth
from copark.inference.pool.parks import COUNTS, YOUNGEST, Park
from copark.inference.stacking.trials import LINE, MODEL, NEAR, UNSEEN
from copark.inference.stacking.weights import STACK, Stack, stacked
from copark.inference.validate import history_of


@dataclass(frozen=True)
class StackedForecast:
    """An observable of a park at the ends of quarters."""

    levels: Mapping[str, Floats]
    """By method, the stack among them: quantiles at the levels of a frozen forecast, shape (quarters, levels)."""
    weights: Mapping[str, Floats]
    """By method that has weight in any quarter, shape (quarters,)."""


def stack_of(
    park: str, variable: str, parts: Mapping[str, Floats], setting: str, ahead: Sequence[float], stack: Stack
) -> StackedForecast:  # fmt: skip
    """Put forecasts of an observable together.

    Parameters
    ----------
    parts
        By method: quantiles, shape (quarters, levels).
    ahead
        Years of each quarter's end after the cut.
    """
    rows, used = [], []
    for at, years in enumerate(ahead):
        own = {name: one[at] for name, one in parts.items()}
        made, weights = stacked(own, stack.of(park, setting, variable, years), stack.way)
        rows.append(made)
        used.append(weights)
    told = {name: np.array([one.get(name, 0.0) for one in used]) for name in parts}
    return StackedForecast(
        {STACK: np.array(rows), **parts}, {name: one for name, one in told.items() if one.any()}
    )  # fmt: skip


def stacks_of(
    case: Case, cut: Quarter, model: Mapping[str, Floats], quarters: Sequence[int], parks: Sequence[Park], stack: Stack
) -> dict[str, StackedForecast]:
    """Stack the counts of a park with a history; one of which nothing is known is stacked as of an unseen park.

    Parameters
    ----------
    model
        By observable: the model's quantiles, shape (quarters, levels).
    quarters
        Counted from the case's start.
    parks
        The other parks.
    """
    found = {}
    ahead = [(case.clock.start + t - cut) / 4.0 for t in quarters]
    for variable in COUNTS:
        if variable in model:
            curves, known = curves_of(case, cut, variable, quarters, parks)
            setting = NEAR if known else UNSEEN
            found[variable] = stack_of(case.name, variable, {MODEL: model[variable], **curves}, setting, ahead, stack)
    return found


def curves_of(
    case: Case, cut: Quarter, variable: str, quarters: Sequence[int], parks: Sequence[Park]
) -> tuple[dict[str, Floats], bool]:
    """Benchmark curves of an observable as quantiles, shape (quarters, levels), and whether the park has a past."""
    history = history_of(case, cut, variable)
    past = Past(np.maximum(history.times, YOUNGEST), history.values)
    ages = [max((t + 1) / 4.0, YOUNGEST) for t in quarters]
    members: dict[str, list[Floats]] = {}
    curve = fit_growth(pasts(parks, case.name, variable, cut.last_day.toordinal()))
    if curve is not None:
        members[GROWTH] = [curve.ensemble(past, age) for age in ages]
    made = forecasts(history, ages, np.zeros(len(ages))).get(LINE)
    if made is not None:
        members[LINE] = [made.ensemble(n, MEMBERS) for n in range(len(ages))]
    return {
        name: np.quantile(np.maximum(rows, 0.0), LEVELS, axis=1).T for name, rows in members.items()
    }, bool(len(past.ages))  # fmt: skip


def with_stacks(content: Mapping[str, Any], made: Mapping[str, StackedForecast], stack: Stack) -> dict[str, Any]:
    """Give a frozen forecast with the stack and the growth curve beside it; it is still the model's own."""
    told = {
        name: {
            variable: [rounded(row) for row in one.levels[name][-len(content["quarters"]) :]]
            for variable, one in made.items() if name in one.levels
        }
        for name in (STACK, GROWTH)
    }  # fmt: skip
    changed = {
        **{name: value for name, value in content.items() if name != "identity"},
        "made_from": {**content["made_from"], "stack": stack.identity},
        "curves": {**content["curves"], **{name: rows for name, rows in told.items() if rows}},
    }
    return {"identity": identity_of(changed), **changed}
