"""The forecast of one park put together: its model, the benchmark curves through its own past and that of other parks.

The curves are those that the weights were learned on (:mod:`copark.inference.pool.forecast_comparison`): the growth
curve of the other parks bent to the park's own past, and a straight line through its own last values, where it has
enough of them. Of other parks, too, only what was known by the cut has a say in them. Counts of enterprises and jobs
are stacked; of anything else nothing was learned.

The stack that ships: trials of the whole panel, the weights learned from them, and how it did.

``python docs/build_posteriors.py stack`` makes it again; ``copark stack --check`` compares without writing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.inference.artefacts import arrays_in
from copark.inference.benchmark_forecasts import forecasts
from copark.inference.borrowed import SHIPPED
from copark.inference.forecast import LEVELS, rounded
from copark.inference.pool.abc_regression import MEMBERS, pasts
from copark.inference.pool.forecast_comparison import GROWTH
from copark.inference.pool.growth import Past, fit_growth
from copark.inference.pool.panel import Panel
from copark.inference.pool.panel import recipe_of as recipe_of_panel
from copark.inference.pool.parks import COUNTS, YOUNGEST, Park
from copark.inference.stacking.trials import LINE, METHODS, MODEL, NEAR, UNSEEN, Trial
from copark.inference.stacking.weights import STACK, WAY, Judged, Stack, judge, learn, stacked
from copark.inference.validate import history_of

FILE, TRIALS = "stack.json", "trials.npz"
WORDS = ("park", "setting", "variable")
CLOSE = 1e-3
"""Largest difference of ln(1 + count) that another processor may cause: trials are stored in single precision."""


@dataclass(frozen=True)
class Shipped:
    """A stack, and how it did on parks that had no say in its weights."""

    stack: Stack
    judged: Judged


def made_of(trials: Sequence[Trial], recipe: Mapping[str, Any]) -> Shipped:
    """Learn a stack from trials and judge it."""
    stack = learn(trials, WAY, recipe)
    return Shipped(stack, judge(trials, stack))


def recipe_of(panel: Panel) -> dict[str, Any]:
    """What trials depend on: parks and their hashes, model, settings of the panel."""
    whole = recipe_of_panel(panel.parks, panel.settings)
    return {key: whole[key] for key in ("format", "parks", "model", "settings")}


def save(trials: Sequence[Trial], recipe: Mapping[str, Any], folder: Path = SHIPPED) -> None:
    """Write trials, and the stack that is learned from them as they are written."""
    nothing = np.full(len(next(iter(trials[0].levels.values()))), np.nan)
    levels = np.array([[one.levels.get(name, nothing) for name in METHODS] for one in trials], dtype=np.float32)
    numbers = np.array([[one.ahead, one.value] for one in trials])
    words: dict[str, Any] = {name: np.array([getattr(one, name) for one in trials]) for name in WORDS}
    np.savez_compressed(folder / TRIALS, levels=levels, numbers=numbers, **words)
    written = TypeAdapter(Shipped).dump_json(made_of(load_trials(folder), recipe), indent=1)
    (folder / FILE).write_bytes(written + b"\n")


def load_trials(folder: Path = SHIPPED) -> tuple[Trial, ...]:
    """Read trials."""
    kept = arrays_in(folder / TRIALS)
    levels = kept["levels"].astype(np.float64)
    words, numbers = (kept[name].tolist() for name in WORDS), kept["numbers"].tolist()
    return tuple(
        Trial(park, setting, variable, ahead, value,
              {name: row for name, row in zip(METHODS, rows, strict=True) if np.isfinite(row).all()})
        for park, setting, variable, (ahead, value), rows in zip(*words, numbers, levels, strict=True)
    )  # fmt: skip


@cache
def shipped() -> Shipped:
    """The stack that ships with the package."""
    return TypeAdapter(Shipped).validate_json((SHIPPED / FILE).read_bytes())


def is_current(parks: Sequence[Park]) -> bool:
    """Whether the shipped stack was learned from these parks and this model."""
    from copark.identity import hash_content
    from copark.model.compiler import model_hash

    recipe = shipped().stack.recipe
    return bool(
        recipe["model"] == model_hash() and recipe["parks"] == {one.name: hash_content(one.content) for one in parks}
    )


def largest_difference(first: Sequence[Trial], second: Sequence[Trial]) -> float:
    """Largest difference of ln(1 + count) between trials; infinite where they are not of the same values."""
    about = [[(*(getattr(one, name) for name in WORDS), tuple(one.levels)) for one in each] for each in (first, second)]
    if about[0] != about[1]:
        return float("inf")
    return max(
        float(np.abs(np.log1p(one.levels[name]) - np.log1p(other.levels[name])).max())
        for one, other in zip(first, second, strict=True) for name in one.levels
    )  # fmt: skip


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
