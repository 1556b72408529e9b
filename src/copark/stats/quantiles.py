"""Quantiles over runs, leaving out runs without a value. They are shares of runs, never confidence intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)
BAND = (0.05, 0.50, 0.95)
Z_BAND = 1.6448536269514722
"""Standard deviations from the middle of a normal distribution to the ends of its middle 90 %."""


def quantiles(values: ArrayLike, levels: Sequence[float] = LEVELS) -> Floats:
    """Return quantiles over runs, leaving out runs without a value.

    Parameters
    ----------
    values
        Values, shape (run, …).
    levels
        Levels of the quantiles, 0 to 1.

    Returns
    -------
    Quantiles, shape (level, …); NaN where no run has a value.
    """
    ensemble = np.asarray(values, dtype=np.float64)
    columns = ensemble.reshape(ensemble.shape[0], prod(ensemble.shape[1:]))
    finite = np.isfinite(columns)
    answer = np.full((len(levels), columns.shape[1]), np.nan)
    whole = finite.all(axis=0) & (columns.shape[0] > 0)
    if whole.any():
        answer[:, whole] = np.quantile(columns[:, whole], levels, axis=0)
    # Only columns with a gap go one by one; they are few, and each loses other runs.
    for column in np.flatnonzero(~whole & finite.any(axis=0)):
        answer[:, column] = np.quantile(columns[finite[:, column], column], levels)
    return answer.reshape((len(levels), *ensemble.shape[1:]))


def band(values: ArrayLike) -> tuple[float, float, float]:
    """Return 5, 50 and 95 % of values, shape (run,); NaN where none has one."""
    low, middle, high = (float(level) for level in quantiles(values, BAND))
    return low, middle, high


@dataclass(frozen=True)
class Band:
    """5 %, 50 % and 95 % of values over runs."""

    low: float
    """5 % quantile over runs."""
    median: float
    """Median over runs."""
    high: float
    """95 % quantile over runs."""

    @classmethod
    def of(cls, values: ArrayLike) -> Band:
        """Read the band of values, shape (run,); NaN where none has one."""
        return cls(*band(values))


def mean(values: ArrayLike) -> Floats:
    """Return the mean over runs, leaving out runs without a value; shape (quarter,), NaN where no run has one."""
    ensemble = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(ensemble)
    count = finite.sum(axis=0)
    total = np.where(finite, ensemble, 0.0).sum(axis=0)
    middle = np.full(total.shape, np.nan)
    np.divide(total, count, out=middle, where=count > 0)
    return middle


def quantiles_over(values: Floats, levels: Sequence[float] = LEVELS) -> Floats:
    """Return quantiles over the last axis, (quarter, run), the same to the bit as :func:`quantiles` of runs.

    A slider waits for these numbers: sorting runs that are neighbours in memory takes a tenth of the time.
    """
    if not values.shape[1] or np.isnan(values).any():
        return quantiles(values.T, levels)
    ordered = np.sort(values, axis=1)
    last = values.shape[1] - 1
    result = np.empty((len(levels), len(values)))
    for row, level in enumerate(levels):
        below, above, share = place_of(last, level)
        result[row] = between(ordered[:, below], ordered[:, above], share)
    return result


def place_of(last: int, level: float) -> tuple[int, int, float]:
    """Return the two order statistics between which a quantile lies, and the share of the way from one to the other.

    Parameters
    ----------
    last
        Place of the largest value, counted from 0.
    level
        Level of the quantile, 0 to 1.
    """
    place = last * level
    below = int(place)
    above = min(below + 1, last)
    return below, above, place - below


def between(low: Any, high: Any, share: float) -> Any:
    """Return the value a share of the way from low to high, rounded as NumPy rounds it: from the nearer end.

    Parameters
    ----------
    low, high
        Neighbouring order statistics, of one shape.
    share
        Share of the way from low to high, 0 to 1.

    Returns
    -------
    Values of the same shape, equal to the bit to those of `numpy.quantile`.
    """
    step = high - low
    return high - step * (1.0 - share) if share >= 0.5 else low + step * share


def weighted_quantiles(values: Floats, weights: Floats, levels: tuple[float, ...]) -> Floats:
    """Return quantiles of weighted values, each value in the middle of its weight.

    Parameters
    ----------
    values
        Values, shape (values,).
    weights
        Their weights, of the same shape.
    levels
        Levels of the quantiles, 0 to 1.

    Returns
    -------
    Quantiles, shape (levels,).
    """
    order = np.argsort(values, kind="stable")
    ends = np.cumsum(weights[order])
    middles = (ends - 0.5 * weights[order]) / ends[-1]
    return np.interp(levels, middles, values[order])


def quantile_band(ensemble: ArrayLike, level: float = 0.9) -> tuple[float, float]:
    """Return the central band of an ensemble that holds this share of it."""
    x = np.asarray(ensemble, dtype=np.float64)
    x = x[np.isfinite(x)]
    if not x.size:
        return float("nan"), float("nan")
    low, high = np.quantile(x, [(1.0 - level) / 2.0, (1.0 + level) / 2.0])
    return float(low), float(high)
