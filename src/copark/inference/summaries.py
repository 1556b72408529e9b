"""Learned summaries: what a set of reports says of each parameter, as a small network has learned from the prior batch.

The network gives the expected place of every parameter in the unit cube. A parameter the data cannot move is given the
middle of its prior whatever the data are, and so hardly counts in a distance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from copark.inference.batch import Batch
from copark.inference.observations import ObservationModel
from copark.store.checkpoints import Stages

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

Floats = NDArray[np.float64]
HIDDEN_LAYERS = (96, 64)
TRAINED_ON = 1 << 17
PASSES = 14
MANY = 1 << 16
SCALES = ("centre", "scale", "residual", "explained")


@contextmanager
def one_thread() -> Iterator[None]:
    """Hold linear algebra to one thread, so that sums are made in one order whatever the machine offers."""
    with _libraries().limit(limits=1):
        yield


@cache
def _libraries() -> ThreadpoolController:
    """The libraries of linear algebra: to look for them takes longer than most of what is asked of them."""
    import scipy.linalg  # noqa: F401 - it brings one of its own
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()


def features(model: ObservationModel, reports: Floats) -> Floats:
    """Features of reports: their logarithms, and their growth between the dates of one variable; (runs, features)."""
    size = np.sign(reports) * np.log1p(np.abs(reports))
    same = zip(model.targets, model.targets[1:], strict=False)
    later = np.array([n for n, (one, two) in enumerate(same, start=1) if one.variable == two.variable], dtype=np.int64)
    return np.concatenate([size, size[:, later] - size[:, later - 1]], axis=1)


@dataclass(frozen=True)
class Summaries:
    """A trained network with the scales of its features."""

    model: ObservationModel
    """The observation model whose reports it reads."""
    network: Any
    centre: Floats
    scale: Floats
    residual: Floats
    """Covariance of what the network leaves unexplained of the points, shape (axes, axes)."""
    explained: Floats
    """Share of each axis's prior variance it explains on runs it was not trained on, shape (axes,)."""

    def __call__(self, reports: Floats) -> Floats:
        """Summaries of reports, shape (runs, axes): expected places in the cube; NaN for runs without a value."""
        made = []
        with one_thread():
            for first in range(0, len(reports), MANY):
                x = (features(self.model, reports[first : first + MANY]) - self.centre) / self.scale
                found = np.asarray(self.network.predict(np.clip(np.nan_to_num(x), -8.0, 8.0)), dtype=np.float64)
                found[~np.isfinite(x).all(axis=1)] = np.nan
                made.append(found)
        return np.concatenate(made, axis=0).reshape(len(reports), -1)


def learn(model: ObservationModel, reports: Floats, points: Floats, seed: int = 1) -> Summaries:
    """Train summaries on simulated reports and the points they came from.

    The last eighth is kept aside to measure what the network explains. Runs without a value are left out.
    """
    whole = np.isfinite(reports).all(axis=1)
    x, y = features(model, reports[whole]), points[whole]
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)
    x = np.clip((x - centre) / scale, -8.0, 8.0)
    kept = len(x) - len(x) // 8
    network = untrained(seed, min(512, kept))
    with one_thread(), silent_about_passes():
        network.fit(x[:kept], y[:kept])
        left = y[kept:] - np.asarray(network.predict(x[kept:])).reshape(len(x) - kept, -1)
    residual = np.cov(left, rowvar=False).reshape(points.shape[1], points.shape[1])
    explained = 1.0 - (left**2).mean(axis=0) * 12.0
    return Summaries(model, network, centre, scale, residual, explained)


def untrained(seed: int = 1, batch_size: int = 512) -> Any:
    """A network that knows nothing yet."""
    from sklearn.neural_network import MLPRegressor

    return MLPRegressor(
        hidden_layer_sizes=HIDDEN_LAYERS,
        learning_rate_init=2e-3,
        batch_size=batch_size,
        max_iter=PASSES,
        random_state=seed,
        shuffle=True,
        tol=0.0,
        n_iter_no_change=PASSES,
    )


def packed(learned: Summaries) -> dict[str, Floats]:
    """What makes summaries what they are, as arrays: the network's weights and all scales."""
    network = learned.network
    weights = {f"weights-{n}": one for n, one in enumerate(network.coefs_)}
    offsets = {f"offsets-{n}": one for n, one in enumerate(network.intercepts_)}
    return {**weights, **offsets, **{name: getattr(learned, name) for name in SCALES}}


def unpacked(model: ObservationModel, arrays: Mapping[str, Floats]) -> Summaries:
    """Summaries from their arrays; they say the same, to the last bit."""
    network, layers = untrained(), len(HIDDEN_LAYERS) + 1
    network.coefs_ = [arrays[f"weights-{n}"] for n in range(layers)]
    network.intercepts_ = [arrays[f"offsets-{n}"] for n in range(layers)]
    network.n_layers_, network.out_activation_ = layers + 1, "identity"
    network.n_outputs_ = len(network.intercepts_[-1])
    network.n_features_in_ = len(network.coefs_[0])
    return Summaries(model, network, *(arrays[name] for name in SCALES))


@contextmanager
def silent_about_passes() -> Iterator[None]:
    """Leave out the network's warning that it was trained for a fixed number of passes: it is meant."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield


def reports_of(batch: Batch, model: ObservationModel, columns: NDArray[np.int64], first: int, last: int) -> Floats:
    """Reports of a batch's runs first … last - 1 on some of its targets, shape (runs, targets)."""
    return model.reports(batch.on(columns)[first:last].astype(np.float64), batch.recipe.seed, first)


def learn_from(
    batch: Batch,
    model: ObservationModel,
    columns: NDArray[np.int64],
    most: int = TRAINED_ON,
    stages: Stages | None = None,
) -> Summaries:
    """Train summaries of some of a batch's targets on its first runs, or find them trained among the stages."""
    runs = min(batch.runs, most)

    def train() -> dict[str, Floats]:
        return packed(learn(model, reports_of(batch, model, columns, 0, runs), batch.points(0, runs)))

    return unpacked(model, (stages or Stages()).result("summaries", train))
