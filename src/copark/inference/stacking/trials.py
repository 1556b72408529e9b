"""Forecasts of the panel's parks by the model and by benchmark curves, and the values that came.

Three settings. *Unseen*: nothing of the park is known but its case. *Near*: values of at most three years after an
origin, from all that was known by then; *far*: those reported later than that. At an origin nothing later is known of
any park (:mod:`copark.inference.pool.forecast_comparison`); of a park that is forecast no value has a say in the prior,
the growth curve or the discrepancy of the others. Nothing after 2024 is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.inference.forecast import LEVELS
from copark.inference.pool.abc_regression import ORIGINS, YEARS, Window, windows
from copark.inference.pool.forecast_comparison import (
    GROWTH,
    NAIVE,
    POOLED,
    Forecast,
    Progress,
    Race,
    from_origin,
    unseen,
)
from copark.inference.pool.panel import Panel
from copark.inference.pool.parks import COUNTS, LAST, Park, last_day

MODEL, LINE = "model", "line"
METHODS = (MODEL, GROWTH, *NAIVE)
"""The model on the prior that other parks moved, and the benchmark curves."""
UNSEEN, NEAR, FAR = "unseen", "near", "far"
SETTINGS = (UNSEEN, NEAR, FAR)
EVER = LAST.year - ORIGINS[0] + 1
"""Years from the first origin to the end of all values."""
DAYS = 365.25


@dataclass(frozen=True)
class Trial:
    """A value of a park, and what every method had said of it."""

    park: str
    setting: str
    variable: str
    ahead: float
    """Years from the origin to the value's day; of an unseen park from its own first day."""
    value: float
    levels: Mapping[str, Floats]
    """By method: quantiles at the levels of a frozen forecast, not below zero, shape (levels,)."""


def trials_of(
    panel: Panel, *, threads: int = 1, folder: Path | None = None, progress: Progress | None = None
) -> tuple[Trial, ...]:
    """Let every method forecast every park; each step is kept in the folder and found again."""
    race = Race(panel, threads, folder)
    steps: list[tuple[str, Park, Callable[[], list[Any]]]] = []
    for park in panel.parks:
        if any(park.scored(name) for name in COUNTS):
            steps.append((f"{UNSEEN}-{park.name}", park, partial(_unseen, race, park)))
        for setting, after, until in ((NEAR, 0, YEARS), (FAR, YEARS, EVER)):
            steps += [
                (f"{setting}-{park.name}-{one.year}", park, partial(_later, race, setting, one))
                for one in windows(park, after, until)
            ]
    found: list[Trial] = []
    for done, (name, park, make) in enumerate(steps):
        if progress is not None:
            progress(done, len(steps))
        found += [_read(park, row) for row in panel.step(folder, f"stack-{name}", make)]
    return tuple(found)


def _unseen(race: Race, park: Park) -> list[Any]:
    return _plain(UNSEEN, list(unseen(race, park)), [float(age) for age in park.ages])


def _later(race: Race, setting: str, window: Window) -> list[Any]:
    ahead = [(last_day(one) - window.day) / DAYS for one in window.park.model.targets]
    return _plain(setting, list(from_origin(race, window)), ahead)


def _plain(setting: str, forecasts: Sequence[Forecast], ahead: Sequence[float]) -> list[Any]:
    """A row for each target: setting, its position, how far ahead it is, levels by method."""
    rows: dict[int, dict[str, list[float]]] = {}
    for method, at, members in forecasts:
        name = MODEL if method == POOLED else method
        if name in METHODS:
            counts = np.maximum(members[np.isfinite(members)], 0.0)
            rows.setdefault(at, {})[name] = np.quantile(counts, LEVELS).tolist()
    return [[setting, at, ahead[at], levels] for at, levels in sorted(rows.items())]


def _read(park: Park, row: Sequence[Any]) -> Trial:
    setting, at, ahead, levels = row
    target = park.model.targets[at]
    return Trial(
        park.name, setting, target.variable, float(ahead), target.value,
        {name: np.array(levels[name]) for name in METHODS if name in levels},
    )  # fmt: skip
