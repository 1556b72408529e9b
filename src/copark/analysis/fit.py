"""Scores of a forecast given as an ensemble: how good, how sharp, how honest.

All scores are losses, smaller is better, in the unit of the observed quantity unless said otherwise. They are proper:
nobody can expect a better score by forecasting something else than what he believes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def weights_of(count: int, weights: ArrayLike | None) -> Floats:
    """Give weights that sum to one, equal where none are given."""
    if weights is None:
        return np.full(count, 1.0 / count)
    given: Floats = np.asarray(weights, dtype=np.float64)
    found: Floats = given / given.sum()
    return found


def crps(ensemble: ArrayLike, observed: float, weights: ArrayLike | None = None) -> float:
    """Continuous ranked probability score of a weighted ensemble, E|X - y| - ½ E|X - X'|.

    Of a single value it is the absolute error. Members without a value are left out; NaN if none has one.
    Source: Gneiting and Raftery, JASA 102 (2007), 359-378.
    """
    x = np.asarray(ensemble, dtype=np.float64)
    w = weights_of(len(x), weights) if len(x) else np.zeros(0)
    finite = np.isfinite(x)
    if not finite.any():
        return float("nan")
    x, w = x[finite], w[finite] / w[finite].sum()
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    below = np.cumsum(w) - 0.5 * w
    spread = 2.0 * float((w * x * (2.0 * below - 1.0)).sum())
    return float((w * np.abs(x - observed)).sum()) - 0.5 * spread


def crps_within(ensemble: ArrayLike, low: float | None, high: float | None, weights: ArrayLike | None = None) -> float:
    """Score against an observation that is only a bound or a range: what of the ensemble lies outside costs.

    The threshold-weighted score with weight zero where the wording says nothing: values beyond the bound, or within the
    range, count as the bound (the range's nearer end moved to its middle). 0 for an ensemble that agrees throughout.
    Source: Gneiting and Ranjan, Journal of Business and Economic Statistics 29 (2011), 411-422.
    """
    x = np.asarray(ensemble, dtype=np.float64)
    nearest = np.clip(x, -np.inf if low is None else low, np.inf if high is None else high)
    return crps(x - nearest, 0.0, weights)


def quantile_band(ensemble: ArrayLike, level: float = 0.9) -> tuple[float, float]:
    """Give the central band of an ensemble that holds this share of it."""
    x = np.asarray(ensemble, dtype=np.float64)
    x = x[np.isfinite(x)]
    if not x.size:
        return float("nan"), float("nan")
    low, high = np.quantile(x, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)


def covered(ensemble: ArrayLike, low: float | None, high: float | None, level: float = 0.9) -> bool:
    """Whether the central band reaches an observation: the value (low = high), a bound or a range."""
    below, above = quantile_band(ensemble, level)
    return bool((low is None or above >= low) and (high is None or below <= high))


def probability_below(ensemble: ArrayLike, observed: float) -> float:
    """Share of the ensemble below an observation, ties by half: uniform over many good forecasts."""
    x = np.asarray(ensemble, dtype=np.float64)
    x = x[np.isfinite(x)]
    return float(np.mean(x < observed) + 0.5 * np.mean(x == observed)) if x.size else float("nan")


def energy_score(ensemble: ArrayLike, observed: ArrayLike, most: int = 1000) -> float:
    """Energy score of a path, E‖X - y‖ - ½ E‖X - X'‖: the CRPS of several quantities together.

    Parameters
    ----------
    ensemble
        Shape (members, quantities), each quantity divided by its error so that they may be added.
    most
        Members the second term is computed on, taken evenly.
    """
    x = np.asarray(ensemble, dtype=np.float64)
    x = x[np.isfinite(x).all(axis=1)]
    if not len(x):
        return float("nan")
    near = float(np.linalg.norm(x - np.asarray(observed, dtype=np.float64), axis=1).mean())
    part = x[(np.arange(min(most, len(x))) * len(x)) // min(most, len(x))]
    squares = (part**2).sum(axis=1)
    apart = np.sqrt(np.maximum(squares[:, np.newaxis] + squares - 2.0 * part @ part.T, 0.0))
    return near - 0.5 * float(apart.mean())


def log_predictive(log_likelihoods: ArrayLike) -> float:
    """Log of the mean likelihood over members: the log-density forecast for a record; larger is better."""
    logs = np.asarray(log_likelihoods, dtype=np.float64)
    top = logs.max()
    return float(top + np.log(np.exp(logs - top).mean())) if np.isfinite(top) else float("-inf")
