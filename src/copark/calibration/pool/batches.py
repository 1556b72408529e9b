"""Runs of a park for the panel, on a design that all parks share, and what they would report.

Run r of every park has the same place on every shared axis. Batches are made in pieces, each written whole or not at
all, so that a panel that was interrupted goes on where it stopped.

No park follows the model. A report is therefore *counterpart x exp(b) + error of observation*, where b is a stationary
Ornstein-Uhlenbeck process of each observable: standard deviation s, correlation exp(-|Δt| / MEMORY) between two dates
(model discrepancy in the sense of Kennedy and O'Hagan, JRSS B 63, 2001; decision 0101). MEMORY is a judgement: about
two terms of office. s is chosen from GRID, for companies and for jobs apart, by how well forecasts from a park's own
past did: mean over parks of the log-density of ln(1 + value) under a normal distribution with the ensemble's mean and
variance. A park that is forecast has no say in it, nor has a value that was not yet known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.calibration.observations import MEMORY, STAND_INS, ObservationModel, error_scales, noise, own_error
from copark.calibration.pool.parks import AXES, PanelPark, points_at
from copark.calibration.prior import random_points, read_piece, write_piece
from copark.identity import hash_content, identity_of
from copark.simulation.ensemble import ScenarioRuns, runs_of
from copark.simulation.run import inputs_of
from copark.store.files import written_file
from copark.version import MODEL_VERSION

GRID = (0.0, 0.15, 0.3, 0.45, 0.6, 0.8)
"""Standard deviations of ln(report / counterpart) that are tried."""
AT_FIRST = 0.3
"""What is taken before three parks have told anything."""
FAMILIES = ("companies", "jobs")
COURSE = 0x636F75727365
"""Set beside the seed, so that b and the errors of observation are different random numbers."""
FEWEST_PARKS = 3
PIECE = 1 << 11
FORMAT = 2
Warp = Callable[[Floats, tuple[str, ...]], Floats]
"""Moves uniform points of named axes to where a pooled prior has them, shape (runs, axes) both."""


@dataclass(frozen=True)
class Discrepancy:
    """Standard deviation of ln(report / counterpart)."""

    companies: float = AT_FIRST
    """Standard deviation for everything else."""
    jobs: float = AT_FIRST
    """Standard deviation for counts of jobs."""

    def of(self, names: Sequence[str]) -> Floats:
        """Return the sizes of observables, shape (names,)."""
        return np.array([getattr(self, family(name)) for name in names])


def family(variable: str) -> str:
    """Describe which of the two an observable belongs to."""
    return "jobs" if variable == "jobs" else "companies"


def courses(model: ObservationModel, ages: Floats, runs: int, seed: int) -> Floats:
    """Draw b / s of every run on the days of the targets, shape (runs, targets); observables are independent.

    Parameters
    ----------
    model
        The targets.
    ages
        Age of the park at each target, in years.
    runs
        Number of runs.
    seed
        Seed of the runs.
    """
    free = noise(seed ^ COURSE, 0, runs, len(model.targets))
    drawn = np.empty_like(free)
    names = [target.variable for target in model.targets]
    drawn[:, np.isin(names, STAND_INS)] = 0.0
    for name in dict.fromkeys(name for name in names if name not in STAND_INS):
        own = [n for n, other in enumerate(names) if other == name]
        gaps = np.abs(ages[own][:, np.newaxis] - ages[own])
        root = np.linalg.cholesky(np.exp(-gaps / MEMORY) + 1e-9 * np.eye(len(own)))
        drawn[:, own] = free[:, own] @ root.T
    return drawn


def strayed(out: Floats, names: Sequence[str], spread: Discrepancy, seed: int) -> Floats:
    """Let runs stray from the model's course in every quarter.

    Parameters
    ----------
    out
        Outputs of the runs, shape (runs, names, quarters).
    names
        Names of the outputs.
    spread
        Size of the discrepancy.
    seed
        Seed of the courses.

    Returns
    -------
        Outputs off the model's course, shape as given.
    """
    runs, _, quarters = out.shape
    lasting = np.exp(-0.25 / MEMORY)
    course = noise(seed ^ COURSE, 0, runs, len(names) * quarters).reshape(runs, len(names), quarters)
    for t in range(1, quarters):
        course[:, :, t] = lasting * course[:, :, t - 1] + np.sqrt(1.0 - lasting**2) * course[:, :, t]
    return out * np.exp(spread.of(names)[:, np.newaxis] * course)


def errors_at(model: ObservationModel, values: Floats) -> Floats:
    """Compute the standard deviation of the error of observation were these the true values, shape as given.

    A forecast must not know the size of what will be reported.
    """
    scales = error_scales()
    share = [scales["grades"][t.observation.grade]["relative"] * scales["bounds"][t.bound] for t in model.targets]
    floor = [scales["floors"].get(t.variable, {"value": 0.0})["value"] for t in model.targets]
    own = np.array([own_error(t.observation, t.unit) for t in model.targets])
    usual = np.maximum(np.maximum(np.array(floor), np.array(share) * np.abs(values)), 1e-9)
    return np.where(own > 0.0, own, usual)


def reported(
    model: ObservationModel, ages: Floats, counterparts: Floats, size: Floats, seed: int
) -> tuple[Floats, Floats, Floats]:
    """Let runs report: off the model's course, and with errors of observation.

    Parameters
    ----------
    model
        The targets.
    ages
        Age of the park at each target, in years.
    counterparts
        Counterparts of the runs, shape (runs, targets).
    size
        Size s of the discrepancy, of each target or each run.
    seed
        Seed of courses and errors.

    Returns
    -------
        Reports, the values they are of, and standard normal errors; each of shape (runs, targets).
    """
    values = counterparts * np.exp(size * courses(model, ages, len(counterparts), seed))
    free = noise(seed, 0, len(values), len(model.targets))
    return model.hide(values + errors_at(model, values) * free), values, free


@dataclass(frozen=True)
class SpreadTrial:
    """Success of a forecast of a later value from a park's own past, for every spread of GRID."""

    park: str
    family: str
    log_density: tuple[float, ...]
    """Log-density of the value for every spread."""


def log_density(members: Floats, value: float) -> float:
    """Compute the log-density of ln(1 + value) under the normal distribution of an ensemble's ln(1 + member)."""
    logs = np.log1p(np.maximum(members[np.isfinite(members)], 0.0))
    variance = max(float(logs.var()), 1e-6)
    distance = float(np.log1p(max(value, 0.0))) - float(logs.mean())
    return float(-0.5 * distance**2 / variance - 0.5 * np.log(2.0 * np.pi * variance))


def table(trials: Sequence[SpreadTrial], *, without: str = "") -> dict[str, tuple[int, Floats]]:
    """Average trials over parks.

    Parameters
    ----------
    trials
        The trials.
    without
        Name of a park left out.

    Returns
    -------
        By family: number of parks, and mean over parks of the log-density for every spread.
    """
    means = {}
    for name in FAMILIES:
        densities: dict[str, list[tuple[float, ...]]] = {}
        for trial in trials:
            if trial.family == name and trial.park != without:
                densities.setdefault(trial.park, []).append(trial.log_density)
        if densities:
            means[name] = (len(densities), np.mean([np.mean(rows, axis=0) for rows in densities.values()], axis=0))
    return means


def chosen(trials: Sequence[SpreadTrial], *, without: str = "") -> Discrepancy:
    """Choose the spreads that did best over parks, each park counting once; AT_FIRST with fewer than three parks.

    Parameters
    ----------
    trials
        The trials.
    without
        Name of a park left out.
    """
    densities = table(trials, without=without)
    return Discrepancy(
        **{name: GRID[int(np.argmax(logs))] for name, (parks, logs) in densities.items() if parks >= FEWEST_PARKS}
    )


@dataclass(frozen=True)
class PanelBatch:
    """Runs of a park."""

    park: PanelPark
    points: Floats
    """Points of the cube, shape (runs, axes)."""
    counterparts: Floats
    """Counterparts of the targets, shape (runs, targets); NaN where a run failed."""

    def reports(self, seed: int, spread: Discrepancy) -> Floats:
        """Let the runs report, discrepancy and errors of observation included; shape (runs, targets)."""
        model = self.park.model
        size = spread.of([target.variable for target in model.targets])
        return reported(model, self.park.ages, self.counterparts, size, seed)[0]


def design(runs: int, seed: int) -> Floats:
    """Make the common scrambled Sobol design, shape (runs, len(AXES))."""
    from scipy.stats import qmc

    return random_points(qmc.Sobol(len(AXES), scramble=True, rng=np.random.default_rng(seed)), runs)


def make_panel_batch(
    park: PanelPark,
    runs: int,
    seed: int,
    *,
    warp: Warp | None = None,
    warped: Mapping[str, Any] | None = None,
    threads: int = 1,
    folder: Path | None = None,
) -> PanelBatch:
    """Run a park on the common design, or what is missing of it.

    Parameters
    ----------
    park
        The park.
    runs
        Number of runs.
    seed
        Seed of design and random numbers.
    warp
        A pooled prior in the place of the park's own.
    warped
        What that prior depends on, for the batch's identity.
    threads
        Threads that runs are made on.
    folder
        Where batches are kept, in memory only if none is given.
    """
    points = points_at(park, design(runs, seed))
    if warp is not None:
        points = warp(points, park.space.names)
    home = None
    if folder is not None:
        content = {
            "format": FORMAT,
            "park": park.content,
            "model": MODEL_VERSION,
            "runs": runs,
            "seed": seed,
            "prior": hash_content(dict(warped)) if warped is not None else "own",
        }
        home = folder / f"{park.name}-{identity_of(content)}"
        with written_file(home / "recipe.json") as path:
            words = json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False)
            path.write_text(words + "\n", encoding="utf-8")
    counterparts = np.full((runs, len(park.model.targets)), np.nan, np.float32)
    for first in range(0, runs if park.model.targets else 0, PIECE):
        last = min(first + PIECE, runs)
        piece = None if home is None else read_piece(home, first, (last - first, counterparts.shape[1]))
        if piece is None:
            piece = counterparts_at(park, points[first:last], seed, first, threads).astype(np.float32)
            if home is not None:
                write_piece(home, first, piece)
        counterparts[first:last] = piece
    return PanelBatch(park, points, counterparts.astype(np.float64))


def counterparts_at(park: PanelPark, points: Floats, seed: int, first: int, threads: int) -> Floats:
    """Run a park at points and read its targets.

    Parameters
    ----------
    park
        The park.
    points
        Points of the cube, shape (runs, axes).
    seed
        Seed of the random numbers.
    first
        Number of the first run.
    threads
        Threads that runs are made on.

    Returns
    -------
        Counterparts of shape (runs, targets); NaN where a run did not finish.
    """
    runs = run_outputs(park, points, park.model.variables, park.quarters, seed, first=first, threads=threads)
    return runs.of_finished(park.model.counterparts(runs.out, runs.names))


def run_outputs(
    park: PanelPark,
    points: Floats,
    names: tuple[str, ...],
    quarters: int,
    seed: int,
    *,
    first: int = 0,
    threads: int = 1,
) -> ScenarioRuns:
    """Run a park at points.

    Parameters
    ----------
    park
        The park.
    points
        Points of the cube, shape (runs, axes).
    names
        Outputs that are kept.
    quarters
        Quarters of a run.
    seed
        Seed of the random numbers.
    first
        Number of the first run.
    threads
        Threads that runs are made on.
    """
    inputs = inputs_of(park.read, quarters=quarters)
    return runs_of(inputs, park.space.draws(points, seed, first), names, threads=threads)
