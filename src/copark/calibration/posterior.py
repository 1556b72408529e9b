"""The parameter posterior: the runs nearest to the record, moved to it; no answer reads it (decision 0113).

A small network learns from the prior batch what a set of reports says of each parameter: its expected place in the unit
cube. A parameter the data cannot move is given the middle of its prior whatever the data are, and so hardly counts in a
distance. The runs whose summaries are nearest to the record's are accepted, weighted by distance, and moved to the
record by a local-linear regression on the logit scale of the cube (Beaumont, Zhang and Balding 2002). It carries no
random numbers: forecasts and counterfactuals use the replay posterior.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from copark.calibration.observations import ObservationModel
from copark.calibration.prior import Batch, PriorSpace, expit, logit
from copark.stats.precision import effective
from copark.store.checkpoints import Stages

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Reals = NDArray[np.float64] | NDArray[np.float32]
HIDDEN_LAYERS = (96, 64)
TRAINED_ON = 1 << 17
PASSES = 14
MANY = 1 << 16
SCALES = ("centre", "scale", "residual", "explained")
ACCEPTED = 2000
EVERY_AXIS_MOVES = 1e-3


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold linear algebra to one thread, so that sums are made in one order whatever the machine offers."""
    with _libraries().limit(limits=1):
        yield


@cache
def _libraries() -> ThreadpoolController:
    """Find the libraries of linear algebra, once: to look for them takes longer than most of what is asked of them."""
    import scipy.linalg  # noqa: F401 - it brings one of its own
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def features(model: ObservationModel, reports: Floats) -> Floats:
    """Make features of reports: their logarithms, and growth between the dates of one variable; (runs, features)."""
    size = np.sign(reports) * np.log1p(np.abs(reports))
    same = zip(model.targets, model.targets[1:], strict=False)
    later = np.array(
        [n for n, (first, second) in enumerate(same, start=1) if first.variable == second.variable], dtype=np.int64
    )
    return np.concatenate([size, size[:, later] - size[:, later - 1]], axis=1)


@dataclass(frozen=True)
class Summaries:
    """A trained network with the observation model whose reports it reads, and the scales of its features."""

    model: ObservationModel
    network: Any
    centre: Floats
    scale: Floats
    residual: Floats
    """Covariance of what it leaves unexplained of the points, shape (axes, axes)."""
    explained: Floats
    """Share of each axis's prior variance it explains on runs it was not trained on, shape (axes,)."""

    def __call__(self, reports: Floats) -> Floats:
        """Summarise reports, shape (runs, axes): expected places in the cube; NaN for runs without a value."""
        parts = []
        with one_thread():
            for first in range(0, len(reports), MANY):
                x = (features(self.model, reports[first : first + MANY]) - self.centre) / self.scale
                predicted = np.asarray(self.network.predict(np.clip(np.nan_to_num(x), -8.0, 8.0)), dtype=np.float64)
                predicted[~np.isfinite(x).all(axis=1)] = np.nan
                parts.append(predicted)
        return np.concatenate(parts, axis=0).reshape(len(reports), -1)


def learn(model: ObservationModel, reports: Floats, points: Floats) -> Summaries:
    """Train summaries on simulated reports and the points they came from.

    The last eighth is kept aside to measure what the network explains. Runs without a value are left out.

    Parameters
    ----------
    model
        Targets that are reported.
    reports
        Reports of the runs, shape (runs, targets).
    points
        Points of the cube, shape (runs, axes).
    """
    from sklearn.exceptions import ConvergenceWarning

    is_finite = np.isfinite(reports).all(axis=1)
    x = features(model, reports[is_finite])
    y = points[is_finite]
    centre = x.mean(axis=0)
    scale = np.maximum(x.std(axis=0), 1e-9)
    x = np.clip((x - centre) / scale, -8.0, 8.0)
    trained = len(x) - len(x) // 8
    network = untrained(min(512, trained))
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it is trained for a fixed number of passes
        network.fit(x[:trained], y[:trained])
        residuals = y[trained:] - np.asarray(network.predict(x[trained:])).reshape(len(x) - trained, -1)
    residual = np.cov(residuals, rowvar=False).reshape(points.shape[1], points.shape[1])
    return Summaries(model, network, centre, scale, residual, 1.0 - (residuals**2).mean(axis=0) * 12.0)


def untrained(batch_size: int = 512) -> Any:
    """Make a network that knows nothing yet."""
    from sklearn.neural_network import MLPRegressor

    return MLPRegressor(
        hidden_layer_sizes=HIDDEN_LAYERS,
        learning_rate_init=2e-3,
        batch_size=batch_size,
        max_iter=PASSES,
        random_state=1,
        shuffle=True,
        tol=0.0,
        n_iter_no_change=PASSES,
    )


def packed(learned: Summaries) -> dict[str, Floats]:
    """Give summaries as arrays: the network's weights and all scales."""
    network = learned.network
    weights = {f"weights-{n}": values for n, values in enumerate(network.coefs_)}
    offsets = {f"offsets-{n}": values for n, values in enumerate(network.intercepts_)}
    return {**weights, **offsets, **{name: getattr(learned, name) for name in SCALES}}


def unpacked(model: ObservationModel, arrays: Mapping[str, Floats]) -> Summaries:
    """Make summaries of their arrays; they say the same, to the last bit."""
    network = untrained()
    layers = len(HIDDEN_LAYERS) + 1
    network.coefs_ = [arrays[f"weights-{n}"] for n in range(layers)]
    network.intercepts_ = [arrays[f"offsets-{n}"] for n in range(layers)]
    network.n_layers_ = layers + 1
    network.out_activation_ = "identity"
    network.n_outputs_ = len(network.intercepts_[-1])
    network.n_features_in_ = len(network.coefs_[0])
    return Summaries(model, network, *(arrays[name] for name in SCALES))


def reports_of(batch: Batch, first: int, last: int) -> Floats:
    """Give the reports of a batch's runs first … last - 1, shape (runs, targets).

    Parameters
    ----------
    batch
        Prior runs.
    first, last
        The runs first … last - 1.

    Returns
    -------
    What would have been reported of each, errors of observation included; the errors of a run are the same in any
    piece.
    """
    return batch.recipe.model.reports(batch.counterparts[first:last].astype(np.float64), batch.recipe.seed, first)


def learn_from(batch: Batch, stages: Stages | None = None) -> Summaries:
    """Train summaries on a batch's first runs, or find them trained among the stages."""
    runs = min(batch.runs, TRAINED_ON)
    model = batch.recipe.model

    def train() -> dict[str, Floats]:
        return packed(learn(model, reports_of(batch, 0, runs), batch.points(0, runs)))

    return unpacked(model, (stages or Stages()).result("summaries", train))


@dataclass(frozen=True)
class ParameterPosterior:
    """Weighted points of the cube."""

    space: PriorSpace
    points: Floats
    """Points of the cube, shape (draws, axes)."""
    weights: Floats
    """Their weights, shape (draws,), sum 1."""
    distance: float
    """Distance of the farthest run accepted."""

    @property
    def ess(self) -> float:
        """Effective sample size."""
        return effective(self.weights)

    def equal(self, count: int) -> Floats:
        """Draw that many points of equal weight, by systematic resampling; shape (count, axes)."""
        return self.points[systematic(self.weights, count)]


def systematic(weights: Floats, count: int, offset: float = 0.5) -> Integers:
    """Resample positions so that each comes up floor or ceiling of its expected number of times.

    Parameters
    ----------
    weights
        Weights of the positions, of any sum.
    count
        Number of positions to give.
    offset
        Place of the first step within its share, 0 to 1.
    """
    ends = np.cumsum(weights) / weights.sum()
    positions = np.searchsorted(ends, (np.arange(count) + offset) / count)
    return np.minimum(positions, len(weights) - 1).astype(np.int64)


def adjust(z: Floats, summaries: Floats, target: Floats, weights: Floats) -> Floats:
    """Move points to where a local-linear regression on the summaries sees them at the target.

    Residuals are widened by √(n / (n - p - 1)), what fitting p slopes to n points (in effective number) takes away.

    Parameters
    ----------
    z
        Points on the logit scale, shape (runs, axes).
    summaries
        Summaries of the runs, shape (runs, components).
    target
        Summaries of the record, shape (components,).
    weights
        Weights of the runs, shape (runs,).
    """
    x = summaries - target
    moving = x.std(axis=0) > EVERY_AXIS_MOVES * np.maximum(x.std(axis=0).max(), 1e-12)
    design = np.concatenate([np.ones((len(x), 1)), x[:, moving]], axis=1)
    root = np.sqrt(weights)[:, np.newaxis]
    with one_thread():
        slopes = np.linalg.lstsq(design * root, z * root, rcond=1e-8)[0]
        fitted = design @ slopes
    count = effective(weights)
    wider = np.sqrt(count / max(count - design.shape[1] - 1.0, 1.0))
    return slopes[0] + (z - fitted) * wider


class Neighbours:
    """Runs by their summaries, made ready once to be asked many times which are near."""

    def __init__(self, points: Reals, summaries: Reals, residual: Floats) -> None:
        """Take points and summaries of all runs, shape (runs, axes) each, and the covariance that sets the distance."""
        self.points = points.astype(np.float32, copy=False)
        self.summaries = summaries.astype(np.float32, copy=False)
        with one_thread():
            self.whitening = np.linalg.cholesky(np.linalg.inv(residual))
            self.whitened = self.summaries @ self.whitening.astype(np.float32)

    def distances(self, target: Floats) -> Floats:
        """Measure the distances of all runs to a target; infinite for runs without a value."""
        with one_thread():
            differences = self.whitened - (target @ self.whitening).astype(np.float32)
            distances = np.sqrt(np.einsum("ij,ij->i", differences, differences)).astype(np.float64)
        return np.where(np.isfinite(distances), distances, np.inf)

    def accept(
        self, space: PriorSpace, target: Floats, count: int = ACCEPTED, without: int | None = None
    ) -> ParameterPosterior:
        """Accept the runs nearest to the record's summaries and adjust them.

        Parameters
        ----------
        space
            The cube.
        target
            Summaries of the record, shape (axes,).
        count
            Runs to accept, at most all but one.
        without
            A run to leave out: the one that plays the record, in a test of calibration.
        """
        far = self.distances(target)
        if without is not None:
            far[without] = np.inf
        count = min(count, int(np.isfinite(far).sum()) - 1)
        near = np.argpartition(far, count)[: count + 1]
        near = near[np.lexsort((near, far[near]))]
        width = far[near[-1]]
        near = near[:-1]
        weights = np.maximum(1.0 - (far[near] / max(width, 1e-300)) ** 2, 1e-12)
        points, summaries = (part[near].astype(np.float64) for part in (self.points, self.summaries))
        z = adjust(logit(points), summaries, target, weights)
        return ParameterPosterior(space, expit(z), weights / weights.sum(), float(width))


def neighbours_of(batch: Batch, learned: Summaries) -> Neighbours:
    """Make a batch's runs ready."""
    points = np.empty((batch.runs, batch.space.axes), np.float32)
    summaries = np.empty((batch.runs, batch.space.axes), np.float32)
    for first in range(0, batch.runs, MANY):
        last = min(first + MANY, batch.runs)
        points[first:last] = batch.points(first, last)
        summaries[first:last] = learned(reports_of(batch, first, last))
    return Neighbours(points, summaries, learned.residual)
