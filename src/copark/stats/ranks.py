"""Ranks, and the range of normal values: what of SciPy's statistics is asked so often that its import would be felt."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np

from copark.arrays import Floats

_NODES = np.linspace(-8.5, 8.5, 1701)
"""Places at which the distribution of a range is summed."""


def mean_ranks(values: Floats) -> Floats:
    """Return the rank of each value along the last axis, from 1; equal values share their mean rank.

    Parameters
    ----------
    values
        Finite numbers, shape (..., values).
    """
    values = np.asarray(values, dtype=np.float64)
    if values.ndim > 1:
        return np.reshape([mean_ranks(row) for row in values.reshape(-1, values.shape[-1])], values.shape)
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2.0)[places]


def normal_range(level: float, count: int) -> float:
    """Return a quantile of the range of independent standard normal values (Tukey, without an estimated spread).

    Parameters
    ----------
    level
        Probability, between 0 and 1.
    count
        Number of values, at least 2.
    """
    density = np.exp(-0.5 * _NODES**2)
    density /= density.sum()
    below = _normal(_NODES)
    low, high = 0.0, 17.0
    for _ in range(60):
        middle = (low + high) / 2.0
        reached = count * float(density @ (below - _normal(_NODES - middle)) ** (count - 1))
        low, high = (middle, high) if reached < level else (low, middle)
    return (low + high) / 2.0


def _normal(places: Floats) -> Floats:
    return np.array([0.5 * (1.0 + erf(place / sqrt(2.0))) for place in places.tolist()])
