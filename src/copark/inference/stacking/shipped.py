"""The stack that ships: trials of the whole panel, the weights learned from them, and how it did.

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

from copark.inference.artefacts import arrays_in
from copark.inference.borrowed import SHIPPED
from copark.inference.pool.panel import Panel
from copark.inference.pool.panel import recipe_of as recipe_of_panel
from copark.inference.pool.parks import Park
from copark.inference.stacking.scores import Judged, judge
from copark.inference.stacking.trials import METHODS, Trial
from copark.inference.stacking.weights import WAY, Stack, learn

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
