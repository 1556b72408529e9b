"""Is pooling honest? Panels are simulated from the hierarchy and the model, and inferred as the casebook's is.

In each simulated panel τ, μ and every park's θ are drawn from their priors, every park is run once and made to report
on the days and in the words of its real record, discrepancy and errors of observation included. Then what each park
says is read with the same runs, the parks are pooled, and one park is left out and forecast. Bands of 90 % should hold
90 % of the common means, of the parks' own values, and of what the park left out reported (simulation-based
calibration: Talts et al. 2018). Where they do here and not on the casebook, parks depart from the hierarchy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.inference.pool.abc_regression import LocalPosterior, Reader, silent
from copark.inference.pool.batches import counterparts_at, reports
from copark.inference.pool.hierarchy import ALIKE, TAU
from copark.inference.pool.panel import Panel, Warping, pooled_axes, prior_batch
from copark.inference.pool.parks import AXES, COLUMN, COUNTS, POOLED, Park, points_at
from copark.stats.scores import covered

PANELS = 60
SWEEPS = 400
LEFT_RUNS = 256
LEVEL = 0.9
MOVED = 0.1
SIMULATED = 0x73696D
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Coverage:
    """Shares that bands of 90 % held, over simulated panels."""

    panels: int
    """How many panels."""
    means: float
    own: float
    """means, own: of common means, and of parks' own values, over all pooled axes."""
    moved_means: float
    moved_own: float
    """moved_means, moved_own: the same of axes whose spread fell by a tenth or more: an unmoved axis can hardly
    fail."""
    left_out: float
    """Of counts reported by a park left out, and how many those were."""
    values: int
    """How many counts of parks left out there were."""


@dataclass(frozen=True)
class Truth:
    """Simulated panels: tau and mu, shape (panels, axes); theta, shape (panels, parks, axes); reports by park."""

    tau: Floats
    mu: Floats
    theta: Floats
    reports: dict[str, Floats]


def examine(
    panel: Panel,
    *,
    panels: int | None = None,
    threads: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Coverage:
    """Simulate panels and infer them; kept and found again."""
    panels = PANELS if panels is None else panels
    truth: Truth | None = None
    readers: dict[str, Reader] = {}
    rows = []
    for n in range(panels):
        if progress is not None:
            progress(n, panels)

        def make(n: int = n) -> list[list[float]]:
            nonlocal truth
            if truth is None:
                truth = simulate(panel, panels, threads)
                readers.update(readers_of(panel, threads, folder))
            return one_panel(panel, truth, readers, n, threads)

        rows.append(panel.step(folder, f"simulated-{panels}-{n}", make))
    return summed(rows)


def simulate(panel: Panel, panels: int, threads: int) -> Truth:
    """Draw panels from the hierarchy and let every park report."""
    from scipy.special import ndtr

    seed = panel.settings.seed
    random = np.random.Generator(np.random.Philox(key=np.array([seed, SIMULATED], dtype=np.uint64)))
    alike = np.array([ALIKE[AXES[name].role] for name in POOLED])
    chance = np.exp(-0.5 * (TAU / alike[:, np.newaxis]) ** 2).cumsum(axis=1)
    at = (chance < random.random((panels, len(POOLED), 1)) * chance[:, -1:]).sum(axis=2)
    tau = TAU[at]
    mu = random.standard_normal(tau.shape) * np.sqrt(1.0 - tau**2)
    theta = mu[:, np.newaxis] + tau[:, np.newaxis] * random.standard_normal((panels, len(panel.parks), len(POOLED)))
    told = {}
    for p, park in enumerate(panel.parks):
        if not park.model.targets:
            continue
        points = points_at(park, random.random((panels, len(COLUMN))))
        for column, name in enumerate(park.space.names):
            if name in park.pooled:
                points[:, column] = ndtr(theta[:, p, POOLED.index(name)])
        read = counterparts_at(park, points, seed + SIMULATED, threads=threads)
        told[park.name] = reports(park.model, park.ages, read, panel.spread, seed + SIMULATED)
    return Truth(tau, mu, theta, told)


def readers_of(panel: Panel, threads: int, folder: Path | None) -> dict[str, Reader]:
    """Every park's runs, made ready to read simulated records."""
    found = {}
    for park in panel.parks:
        if park.model.targets:
            batch = prior_batch(park, panel.settings, threads, folder)
            found[park.name] = Reader.of(batch, panel.settings.seed, panel.spread, park.known())
    return found


def one_panel(panel: Panel, truth: Truth, readers: dict[str, Reader], n: int, threads: int) -> list[list[float]]:
    """Infer one simulated panel: rows of held (0 or 1) and how far the spread fell, of means, own values, left out."""
    seed = panel.settings.seed
    local: dict[str, LocalPosterior] = {}
    for park in panel.parks:
        told = truth.reports.get(park.name)
        sound = told is not None and bool(np.isfinite(told[n]).all())
        local[park.name] = readers[park.name].read(told[n]) if told is not None and sound else silent(park)
    pooled = pooled_axes(local, seed, SWEEPS)
    low, high = np.quantile(pooled.mu, (0.05, 0.95), axis=0)
    means = [float(x) for x in (low <= truth.mu[n]) & (truth.mu[n] <= high)]
    fallen = [float(x) for x in pooled.mu.std(axis=0) / np.sqrt((1.0 - pooled.tau**2).mean(axis=0))]
    low, high = np.quantile(pooled.theta, (0.05, 0.95), axis=0)
    held = (low <= truth.theta[n]) & (truth.theta[n] <= high)
    mask = np.array([[name in park.pooled for name in POOLED] for park in panel.parks])
    own = [float(x) for x in held[mask]]
    own_fallen = [float(x) for x in pooled.theta.std(axis=0)[mask]]
    return [means, fallen, own, own_fallen, left_out(panel, truth, local, n, threads)]


def left_out(panel: Panel, truth: Truth, local: dict[str, LocalPosterior], n: int, threads: int) -> list[float]:
    """Whether the bands of a park left out held what it reported, a number for each count."""
    able = [park for park in panel.parks if park.name in truth.reports]
    park: Park = able[n % len(able)]
    told = truth.reports[park.name][n]
    places = [at for name in COUNTS for at in park.scored(name)]
    if not places or not np.isfinite(told).all():
        return []
    others = {name: one for name, one in local.items() if name != park.name}
    warp = Warping(pooled_axes(others, panel.settings.seed, SWEEPS), park.pooled, "")
    random = np.random.Generator(np.random.Philox(key=np.array([panel.settings.seed, n], dtype=np.uint64)))
    points = warp(points_at(park, random.random((LEFT_RUNS, len(COLUMN)))), park.space.names)
    seed = panel.settings.seed + SIMULATED + n + 1
    read = counterparts_at(park, points, seed, threads=threads)
    made = reports(park.model, park.ages, read, panel.spread, seed)
    return [float(covered(made[:, at], told[at], told[at], LEVEL)) for at in places]


def summed(rows: list[Any]) -> Coverage:
    """Shares over all panels; of counts left out each park counts once."""
    means, fallen, own, own_fallen = (np.concatenate([np.array(row[k]) for row in rows]) for k in range(4))
    left = [row[4] for row in rows if row[4]]
    return Coverage(
        panels=len(rows),
        means=float(means.mean()),
        own=float(own.mean()),
        moved_means=_mean(means[fallen < 1.0 - MOVED]),
        moved_own=_mean(own[own_fallen < 1.0 - MOVED]),
        left_out=float(np.mean([np.mean(one) for one in left])) if left else float("nan"),
        values=sum(len(one) for one in left),
    )


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else float("nan")
