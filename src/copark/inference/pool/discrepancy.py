"""What the model leaves out of a park's course, and how much of it there is: estimated from the other parks' past.

No park follows the model. Governments close borders, neighbours open rivals, a count changes its meaning. A report is
therefore *counterpart x exp(b) + error of observation*, where b is a stationary Ornstein-Uhlenbeck process of each
observable: standard deviation s, correlation exp(-|Δt| / MEMORY) between two dates (model discrepancy in the sense of
Kennedy and O'Hagan, JRSS B 63, 2001). Without it a record of twenty well reported values is taken for twenty looks at
the parameters, and bands at the ends of series are far too narrow. MEMORY is a judgement: about two terms of office.

s is chosen from GRID, for companies and for jobs apart, by how well forecasts from a park's own past did: mean over
parks of the log-density of ln(1 + value) under a normal distribution with the ensemble's mean and variance. A park that
is forecast has no say in it, nor has a value that was not yet known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.inference.observations import ObservationModel, error_scales, noise
from copark.inference.pool.growth import MEMORY

Floats = NDArray[np.float64]
GRID = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8)
"""Standard deviations of ln(report / counterpart) that are tried."""
AT_FIRST = 0.3
"""What is taken before any park has told anything, and as if one park had told it."""
FAMILIES = ("companies", "jobs")
COURSE = 0x636F75727365
"""Set beside the seed, so that b and the errors of observation are different luck."""
FEWEST_PARKS = 3


@dataclass(frozen=True)
class Discrepancy:
    """Standard deviation of ln(report / counterpart): of jobs, and of everything else."""

    companies: float = AT_FIRST
    jobs: float = AT_FIRST

    def of(self, variable: str) -> float:
        """Of an observable."""
        return self.jobs if family(variable) == "jobs" else self.companies


def family(variable: str) -> str:
    """Which of the two an observable belongs to."""
    return "jobs" if variable == "jobs" else "companies"


def courses(model: ObservationModel, ages: Floats, runs: int, seed: int) -> Floats:
    """Draw b / s of every run on the days of the targets, shape (runs, targets); observables are independent."""
    free = noise(seed ^ COURSE, 0, runs, len(model.targets))
    made = np.empty_like(free)
    names = [one.variable for one in model.targets]
    for name in dict.fromkeys(names):
        own = [n for n, each in enumerate(names) if each == name]
        apart = np.abs(ages[own][:, np.newaxis] - ages[own])
        root = np.linalg.cholesky(np.exp(-apart / MEMORY) + 1e-9 * np.eye(len(own)))
        made[:, own] = free[:, own] @ root.T
    return made


def strayed(out: Floats, names: Sequence[str], spread: Discrepancy, seed: int) -> Floats:
    """Let runs stray from the model's course in every quarter: shape (runs, names, quarters), as given."""
    runs, _, quarters = out.shape
    lasting = np.exp(-0.25 / MEMORY)
    free = noise(seed ^ COURSE, 0, runs, len(names) * quarters).reshape(runs, len(names), quarters)
    course = np.empty_like(free)
    course[:, :, 0] = free[:, :, 0]
    for t in range(1, quarters):
        course[:, :, t] = lasting * course[:, :, t - 1] + np.sqrt(1.0 - lasting**2) * free[:, :, t]
    size = np.array([spread.of(name) for name in names])[:, np.newaxis]
    found: Floats = out * np.exp(size * course)
    return found


def errors_at(model: ObservationModel, values: Floats) -> Floats:
    """Standard deviation of the error of observation were these the true values; shape as given.

    As for the record, but by the run's own value: a forecast must not know the size of what will be reported.
    """
    scales = error_scales()
    share = [scales["grades"][t.observation.grade]["relative"] * scales["bounds"][t.bound] for t in model.targets]
    floor = [scales["floors"].get(t.variable, {"value": 0.0})["value"] for t in model.targets]
    found: Floats = np.maximum(np.maximum(np.array(floor), np.array(share) * np.abs(values)), 1e-9)
    return found


def reports(model: ObservationModel, ages: Floats, counterparts: Floats, spread: Discrepancy, seed: int) -> Floats:
    """What runs would report: off the model's course, with errors of observation, and what wording hides hidden.

    Parameters
    ----------
    ages
        Years since the park's first day, at each target.
    counterparts
        Shape (runs, targets).
    """
    size = np.array([spread.of(one.variable) for one in model.targets])
    values = counterparts * np.exp(size * courses(model, ages, len(counterparts), seed))
    free = noise(seed, 0, len(values), len(model.targets))
    return model.hide(values + errors_at(model, values) * free)


@dataclass(frozen=True)
class Trial:
    """How well one later value was forecast from a park's own past, for every spread of GRID.

    day: of the value, counted; log_density: shape (grid,).
    """

    park: str
    family: str
    day: int
    log_density: tuple[float, ...]


def log_density(members: Floats, value: float) -> float:
    """Log-density of ln(1 + value) under the normal distribution of an ensemble's ln(1 + member)."""
    logs = np.log1p(np.maximum(members[np.isfinite(members)], 0.0))
    variance = max(float(logs.var()), 1e-6)
    apart = float(np.log1p(max(value, 0.0))) - float(logs.mean())
    return float(-0.5 * apart**2 / variance - 0.5 * np.log(2.0 * np.pi * variance))


def chosen(trials: Sequence[Trial], *, without: str = "", until: int | None = None) -> Discrepancy:
    """The spreads that did best over parks, each park counting once; AT_FIRST with fewer than three parks.

    Parameters
    ----------
    without
        A park that has no say.
    until
        Last day of a value that has a say, counted.
    """
    found: dict[str, float] = {}
    for name in FAMILIES:
        by: dict[str, list[tuple[float, ...]]] = {}
        for one in trials:
            if one.family == name and one.park != without and (until is None or one.day <= until):
                by.setdefault(one.park, []).append(one.log_density)
        if len(by) < FEWEST_PARKS:
            found[name] = AT_FIRST
            continue
        total = np.sum([np.mean(rows, axis=0) for rows in by.values()], axis=0)
        found[name] = GRID[int(np.argmax(total))]
    return Discrepancy(**found)


def table(trials: Sequence[Trial]) -> Mapping[str, tuple[int, Floats]]:
    """By family: number of parks, and mean over parks of the log-density for every spread."""
    found = {}
    for name in FAMILIES:
        by: dict[str, list[tuple[float, ...]]] = {}
        for one in trials:
            if one.family == name:
                by.setdefault(one.park, []).append(one.log_density)
        if by:
            found[name] = (len(by), np.mean([np.mean(rows, axis=0) for rows in by.values()], axis=0))
    return found
