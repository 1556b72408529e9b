"""The whole panel: a batch of every park, how far parks stray from the model, what each says, what all say.

The parks are brought together by a normal hierarchy with partial pooling on all axes at once: θ_p = μ + τ ∘ ε_p, ε_p ~
N(0, 1); μ_j | τ_j ~ N(0, 1 - τ_j²); τ_j half-normal below 1. So θ_pj ~ N(0, 1) whatever τ is: a park of which nothing
is known, among parks of which nothing is known, has the prior it always had; 1 - τ² is how alike two parks are before
any data. A park's record is a few *readings* g'θ_p = y + error. All axes are pooled jointly, since a record tells sums:
that a park grew fast may come of many enquiries or of a deep pool, and pooling each alone would count the same growth
twice. Given τ all is normal and in closed form (:func:`given_tau`); τ is sampled by Gibbs steps on a grid (Gelman et
al., Bayesian Data Analysis, 3rd ed., §5.4 and §11.6).

A panel that was interrupted goes on where it stopped, and one that is done is found. Under a folder lie ``batches/``
(runs of each park, in pieces, by identity) and ``steps/<identity>/`` (a file for each step of a panel).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.calibration.draw_sources import DRAWS, PooledDraws
from copark.calibration.linear_algebra import one_thread
from copark.calibration.pool.abc_regression import (
    LocalPosterior,
    ParkStatements,
    local_posterior,
    trials_of,
    windows,
)
from copark.calibration.pool.batches import Discrepancy, PanelBatch, SpreadTrial, chosen, design, make_panel_batch
from copark.calibration.pool.parks import AXES, POOLED, PanelPark, bare, park_of, points_at
from copark.calibration.prior import scores_of
from copark.calibration.provenance import made_with
from copark.calibration.size_priors import SIZES
from copark.cases.case import Case
from copark.identity import hash_content, identity_of
from copark.json_types import JsonObject
from copark.model.machine import versions
from copark.progress import Progress, silent
from copark.store.checkpoints import SUFFIX, State, read_state, write_state
from copark.store.files import lock_of, only_one
from copark.version import MODEL_VERSION, PANEL_VERSION

ALIKE = {"mechanism": 0.35, "scale": 0.9}
"""Scale of the half-normal prior of τ by role: mechanisms are much alike, sizes hardly."""
TAU = np.linspace(0.04, 0.97, 32)
"""The grid of τ."""
SWEEPS = 1600
DROPPED = 200
LEFT_SWEEPS = 800
"""Sweeps of the hierarchy where one park is left out."""
GIBBS = 0x706F6F6C
RUNS = 1 << 13
FORMAT = 2


@dataclass(frozen=True)
class GivenTau:
    """μ given τ and all readings."""

    mean: Floats
    """Mean of each axis, shape (axes,)."""
    covariance: Floats
    """Covariance, shape (axes, axes)."""
    weights: Floats
    """Weight of each park in the mean, shape (parks, axes)."""


def marginal(readings: ParkStatements, tau: Floats) -> Floats:
    """Compute the covariance of a park's readings given μ, V + G diag(τ²) G'."""
    return np.diag(1.0 / readings.precisions) + (readings.rows * tau**2) @ readings.rows.T


def given_tau(parks: Sequence[ParkStatements], tau: Floats) -> GivenTau:
    """Compute μ given τ; with τ = 0 it is complete pooling."""
    precision = np.diag(1.0 / (1.0 - tau**2))
    weighted = np.zeros(len(tau))
    parts = []
    for readings in parks:
        part = np.zeros_like(precision)
        if readings.count:
            half = np.linalg.solve(marginal(readings, tau), readings.rows)
            part = readings.rows.T @ half
            weighted = weighted + half.T @ readings.middles
        parts.append(part)
        precision = precision + part
    covariance: Floats = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    weights = np.array([np.einsum("ij,ji->i", covariance, part) for part in parts])
    return GivenTau(covariance @ weighted, covariance, weights)


@dataclass(frozen=True)
class Pooled:
    """Draws of the hierarchy."""

    parks: tuple[ParkStatements, ...]
    mu: Floats
    """Middle over parks, shape (draws, axes)."""
    tau: Floats
    """Spread over parks, shape (draws, axes)."""
    mean: Floats
    """Mean of each μ given the τ of a draw, a smoother account; shape (draws, axes)."""
    variance: Floats
    """Variance of each μ given the τ of a draw; shape (draws, axes)."""
    theta: Floats
    """Place of each park, shape (draws, parks, axes)."""

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.mu)

    def new(self, scores: Floats) -> Floats:
        """Draw a park of which nothing is known, from normal scores (runs, axes), spread over all draws."""
        positions = np.arange(len(scores)) * self.draws // len(scores)
        return self.mu[positions] + self.tau[positions] * scores

    def leaning(self, park: int) -> Floats:
        """Measure how unknown a park's departure from the mean is, Var(θ - μ) / E τ², (axes,): 1 if it borrows all."""
        departures = self.theta[:, park] - self.mu
        return np.minimum(departures.var(axis=0) / (self.tau**2).mean(axis=0), 1.0)

    def lent(self) -> Floats:
        """Measure the share of each park in the mean of each axis, (parks, axes); the rest to 1 is the prior's."""
        return np.clip(given_tau(self.parks, np.sqrt((self.tau**2).mean(axis=0))).weights, 0.0, 1.0)


def pool(parks: Sequence[ParkStatements], alike: Floats, seed: int = 1, sweeps: int | None = None) -> Pooled:
    """Pool all axes by Gibbs steps, the first of which are dropped.

    Parameters
    ----------
    parks
        Readings of each park.
    alike
        Scale of the prior of each τ, shape (axes,).
    seed
        Seed of the steps.
    sweeps
        Number of steps; by default SWEEPS.
    """
    axes = len(alike)
    sweeps = sweeps or SWEEPS
    random = np.random.Generator(np.random.Philox(key=np.array([seed, GIBBS], dtype=np.uint64)))
    prior = np.broadcast_to(-0.5 * (TAU / alike[:, np.newaxis]) ** 2, (axes, len(TAU)))
    tau = np.minimum(alike, 0.5)
    mu, taus, mean, variance = (np.empty((sweeps, axes)) for _ in range(4))
    theta = np.empty((sweeps, len(parks), axes))
    with one_thread():
        for sweep in range(sweeps):
            conditional = given_tau(parks, tau)
            mu[sweep] = conditional.mean + np.linalg.cholesky(conditional.covariance) @ random.standard_normal(axes)
            for n, readings in enumerate(parks):
                theta[sweep, n] = draw_park(readings, mu[sweep], tau, random)
            taus[sweep] = tau
            mean[sweep] = conditional.mean
            variance[sweep] = np.diag(conditional.covariance)
            tau = draw_tau(theta[sweep] - mu[sweep], mu[sweep], prior, random.random(axes))
    return Pooled(tuple(parks), *(samples[DROPPED:] for samples in (mu, taus, mean, variance, theta)))


def draw_park(readings: ParkStatements, mu: Floats, tau: Floats, random: np.random.Generator) -> Floats:
    """Draw θ of a park given μ and τ: a draw without its readings, moved to agree with them (Matheron's rule).

    Parameters
    ----------
    readings
        Readings of the park.
    mu
        Middle over parks, shape (axes,).
    tau
        Spread over parks, shape (axes,).
    random
        Generator of the draw.
    """
    free = mu + tau * random.standard_normal(len(mu))
    if not readings.count:
        return free
    noise = random.standard_normal(readings.count) / np.sqrt(readings.precisions)
    missed = readings.middles - readings.rows @ free - noise
    return free + tau**2 * (readings.rows.T @ np.linalg.solve(marginal(readings, tau), missed))


def draw_tau(departures: Floats, mu: Floats, prior: Floats, uniforms: Floats) -> Floats:
    """Draw τ of every axis on its grid.

    Parameters
    ----------
    departures
        Distance of each park from μ, shape (parks, axes).
    mu
        Middle over parks, shape (axes,).
    prior
        Log-prior of τ on its grid, shape (axes, grid).
    uniforms
        Uniform number of each axis, shape (axes,).
    """
    total = (departures**2).sum(axis=0)[:, np.newaxis]
    count = len(departures)
    rest = 1.0 - TAU**2
    logs = prior - count * np.log(TAU) - 0.5 * total / TAU**2 - 0.5 * np.log(rest) - 0.5 * mu[:, np.newaxis] ** 2 / rest
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    ends = np.cumsum(weights, axis=1)
    positions = (ends < uniforms[:, np.newaxis] * ends[:, -1:]).sum(axis=1)
    return TAU[np.minimum(positions, len(TAU) - 1)]


def mixture_quantiles(means: Floats, variances: Floats, weights: Floats, levels: Floats) -> Floats:
    """Compute quantiles of a mixture of normal distributions, by inverting its distribution function on a fine grid.

    Parameters
    ----------
    means
        Means of the parts.
    variances
        Variances of the parts.
    weights
        Weights of the parts, of any sum.
    levels
        Levels of the quantiles.
    """
    from scipy.special import ndtr

    sd = np.sqrt(np.maximum(variances, 1e-12))
    z = np.linspace(float((means - 6 * sd).min()), float((means + 6 * sd).max()), 801)
    below = ndtr((z[:, np.newaxis] - means) / sd) @ (weights / weights.sum())
    grown = np.concatenate([[True], np.diff(np.maximum.accumulate(below)) > 0])
    return np.interp(levels, below[grown], z[grown])


def pooled_axes(local: Mapping[str, LocalPosterior], seed: int, sweeps: int | None = None) -> Pooled:
    """Pool all axes over parks; a park in which an axis is its own says nothing of it.

    Parameters
    ----------
    local
        Posterior of each park by itself, by its name.
    seed
        Seed of the sampler.
    sweeps
        Sweeps of the sampler; ``None`` for its usual number.

    Returns
    -------
    The hierarchy over parks, for all axes that are pooled.
    """
    alike = np.array([ALIKE[AXES[name].role] for name in POOLED])
    parks = []
    for posterior in local.values():
        rows = np.zeros((posterior.readings.count, len(POOLED)))
        rows[:, [POOLED.index(name) for name in posterior.names]] = posterior.readings.rows
        parks.append(ParkStatements(rows, posterior.readings.middles, posterior.readings.precisions))
    return pool(parks, alike, seed, sweeps)


@dataclass(frozen=True)
class PanelSettings:
    """Settings of a panel."""

    runs: int = RUNS
    """Runs of each park, a power of two."""
    seed: int = 1
    """Seed of everything random."""


@dataclass(frozen=True)
class PanelTask:
    """A panel of parks, and by what means it is learned, which change no number."""

    parks: tuple[PanelPark, ...]
    """The parks."""
    settings: PanelSettings = PanelSettings()
    """Settings of the panel."""
    threads: int = 1
    """Threads that runs are made on."""
    folder: Path | None = None
    """Folder in which batches and steps are kept, and found again; ``None`` keeps nothing."""

    @cached_property
    def recipe(self) -> JsonObject:
        """The dependencies of the panel, as plain values."""
        return {
            "format": FORMAT,
            "parks": {park.name: hash_content(park.content) for park in self.parks},
            "model": MODEL_VERSION,
            "method": PANEL_VERSION,
            "settings": asdict(self.settings),
            "axes": {name: [axis.role, axis.group] for name, axis in AXES.items()},
            "sizes": {name: list(prior) for name, prior in SIZES.items()},
            "alike": ALIKE,
        }

    @cached_property
    def identity(self) -> str:
        """Identity of the panel, by parks, settings, versions of the model and of pooling."""
        return identity_of(self.recipe)

    @property
    def batches(self) -> Path | None:
        """Folder that batches are kept in."""
        return None if self.folder is None else self.folder / "batches"

    def batch(self, park: PanelPark) -> PanelBatch:
        """Make the runs of a park on its own prior, or find them."""
        settings = self.settings
        return make_panel_batch(park, settings.runs, settings.seed, threads=self.threads, folder=self.batches)

    def alone(self, waiting: Progress) -> AbstractContextManager[bool]:
        """Lock the panel, so that nobody else makes it meanwhile; who waits finds its steps done.

        Parameters
        ----------
        waiting
            Called while another process makes it.
        """
        if self.folder is None:
            return nullcontext(False)
        return only_one(lock_of(self.folder / self.identity), lambda: waiting(0, 0))


@dataclass(frozen=True)
class Warping:
    """A pooled prior as a move of the unit cube: some axes drawn from the hierarchy as of a park not known."""

    pooled: Pooled
    names: tuple[str, ...]
    """Axes that are moved."""
    identity: str
    """Identity of the pooled prior."""

    def __call__(self, points: Floats, names: tuple[str, ...]) -> Floats:
        """Move points of named axes."""
        from scipy.special import ndtr

        moves = [(column, POOLED.index(name)) for column, name in enumerate(names) if name in self.names]
        scores = np.zeros((len(points), len(POOLED)))
        moved = np.array(points, copy=True)
        for column, axis in moves:
            scores[:, axis] = scores_of(points[:, column])
        drawn = ndtr(self.pooled.new(scores))
        for column, axis in moves:
            moved[:, column] = drawn[:, axis]
        return moved


@dataclass(frozen=True)
class Panel:
    """Parks together."""

    task: PanelTask
    trials: tuple[SpreadTrial, ...]
    spread: Discrepancy
    local: Mapping[str, LocalPosterior]
    """What each park says alone, by name."""
    pooled: Pooled
    """The hierarchy over all parks, in the order of ``parks``; its axes are ``POOLED``."""

    @property
    def settings(self) -> PanelSettings:
        """Its settings."""
        return self.task.settings

    @property
    def parks(self) -> tuple[PanelPark, ...]:
        """The parks."""
        return self.task.parks

    @property
    def identity(self) -> str:
        """Its identity."""
        return self.task.identity

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the parks."""
        return tuple(park.name for park in self.parks)

    def park(self, name: str) -> PanelPark:
        """Find a park by name."""
        return self.parks[self.names.index(name)]

    def others(self, name: str) -> dict[str, LocalPosterior]:
        """Return what every park but one says alone."""
        return {key: posterior for key, posterior in self.local.items() if key != name}

    def lenders(self, without: str = "") -> dict[str, float]:
        """Measure how much of what was learned comes from each park: its share in the mean, over all axes."""
        others = self.others(without)
        is_without = len(others) < len(self.local)
        pooled = pooled_axes(others, self.settings.seed, LEFT_SWEEPS) if is_without else self.pooled
        total = pooled.lent().sum(axis=1)
        share = total / total.sum() if total.sum() > 0 else total
        return {name: float(x) for name, x in zip(others, share, strict=True)}


def warping_of(panel: Panel, others: Mapping[str, LocalPosterior], park: PanelPark, spread: Discrepancy) -> Warping:
    """Make the pooled prior of a park, learned from what others' records say.

    Parameters
    ----------
    panel
        The panel.
    others
        What the other parks say alone, by name.
    park
        The park.
    spread
        Size of the discrepancy.
    """
    identity = identity_of(
        {
            "panel": panel.identity,
            "parks": sorted(others),
            "spread": asdict(spread),
            "sweeps": LEFT_SWEEPS,
        }
    )
    return Warping(pooled_axes(others, panel.settings.seed, LEFT_SWEEPS), park.pooled, identity)


def pooled_prior(panel: Panel, case: Case, runs: int, seed: int = 1) -> tuple[PanelPark, Floats]:
    """Draw points of a case's prior as the panel's other parks have moved it.

    Parameters
    ----------
    panel
        The panel.
    case
        The case.
    runs
        Number of points.
    seed
        Seed of the design.

    Returns
    -------
        The park read bare, and points of shape (runs, axes).
    """
    park = park_of(bare(case))
    warp = warping_of(panel, panel.others(park.name), park, panel.spread)
    return park, warp(points_at(park, design(runs, seed)), park.space.names)


def thinned(panel: Panel) -> PooledDraws:
    """Take the draws of a panel that are worth shipping, and its recipe."""
    pooled = panel.pooled
    positions = (np.arange(DRAWS) * pooled.draws) // DRAWS
    recipe = {
        **panel.task.recipe,
        "identity": panel.identity,
        "values": {name: local.values for name, local in panel.local.items()},
        "made_with": dict(versions()),
    }
    mu, tau, *theta = (
        values[positions].astype(np.float32).astype(np.float64)
        for values in (pooled.mu, pooled.tau, *np.moveaxis(pooled.theta, 1, 0))
    )
    return PooledDraws(recipe, mu, tau, dict(zip(panel.names, theta, strict=True)))


def step(folder: Path | None, identity: str, name: str, make: Callable[[], Any]) -> Any:
    """Return plain values that a step of the work on a panel makes, from its file if they are there, to the last bit.

    Parameters
    ----------
    folder
        Folder of the panel; ``None`` keeps nothing.
    identity
        Identity of the panel.
    name
        Name of the step.
    make
        Maker of the values.
    """
    if folder is None:
        return make()
    path = folder / "steps" / identity / f"{name}{SUFFIX}"
    full_identity = identity_of({"panel": identity, "made_with": dict(made_with())})
    state = read_state(path, full_identity)
    if state is not None:
        return state.values["made"]
    result = make()
    write_state(path, full_identity, State(1.0, {}, {"made": result}))
    return result


def learn(task: PanelTask, progress: Progress | None = None) -> Panel:
    """Run every park on its prior, see how far parks stray from the model, infer each, pool them.

    Parameters
    ----------
    task
        The panel.
    progress
        Called with steps done and steps in all.
    """
    parks = task.parks
    seed = task.settings.seed
    report = progress or silent
    total = 3 * len(parks)
    trials: list[SpreadTrial] = []

    def tried(park: PanelPark) -> list[Any]:
        batch = task.batch(park)
        trials_found = [trial for window in windows(park) for trial in trials_of(window, batch, seed)]
        return [[trial.family, list(trial.log_density)] for trial in trials_found]

    for done, park in enumerate(parks):
        report(2 * done, total)
        rows = step(task.folder, task.identity, f"spreads-{park.name}", partial(tried, park))
        trials += [SpreadTrial(park.name, name, tuple(logs)) for name, logs in rows]
    spread = chosen(trials)
    local = {}

    def read(park: PanelPark) -> list[Any]:
        posterior = local_posterior(task.batch(park), seed, spread, reach=True)
        readings = posterior.readings
        return [
            readings.rows.tolist(),
            readings.middles.tolist(),
            readings.precisions.tolist(),
            posterior.reach,
            posterior.values,
        ]

    for done, park in enumerate(parks):
        report(2 * len(parks) + done, total)
        rows, *more, reach, values = step(task.folder, task.identity, f"local-{park.name}", partial(read, park))
        readings = ParkStatements(np.reshape(rows, (-1, len(park.pooled))), *map(np.array, more))
        local[park.name] = LocalPosterior(park.pooled, readings, reach, values)
    return Panel(task, tuple(trials), spread, local, pooled_axes(local, seed))
