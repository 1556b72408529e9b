"""Paired differences: an arm less its reference, run by run, on common random numbers."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from copark.stats.quantiles import Floats
from copark.stats.shares import LEVEL, z_of


def difference(before: Floats, after: Floats, *, log: bool = False) -> Floats:
    """Arm less reference, run by run; of logarithms with a count of 0 taken as 1, in log points (0.1: a tenth more).

    before, after: values of reference and arm, of the same runs in the same order and of one shape.
    """
    found: Floats = np.log(np.maximum(after, 1.0)) - np.log(np.maximum(before, 1.0)) if log else after - before
    return found


def any_differ(before: Floats, after: Floats, axis: int) -> NDArray[np.bool_]:
    """Where, along all axes but that of the runs, any run differs; two that are not a number are alike."""
    found: NDArray[np.bool_] = ((before != after) & ~(np.isnan(before) & np.isnan(after))).any(axis=axis)
    return found


def change_interval(change: Floats, draws: NDArray[np.int64], level: float = LEVEL) -> tuple[float, float]:
    """Monte Carlo interval of a paired change of shares.

    Of independent pairs that of Bonett & Price (2012, doi:10.3102/1076998611411915): with one pair added to the gained
    and one to the lost, it is not empty where nothing changed. Of runs that share draws, from the means of the draws,
    which are what is independent.

    change: 1 gained, -1 lost, 0 otherwise, shape (run,); draws: number of the draw of every run.
    """
    if not change.size:
        return float("nan"), float("nan")
    z = z_of(level)
    _, places, counts = np.unique(draws, return_inverse=True, return_counts=True)
    total = change.size
    gained, lost = ((np.count_nonzero(change == sign) + 1) / (total + 2) for sign in (1, -1))
    middle = float(gained - lost)
    half = z * sqrt((gained + lost - middle**2) / (total + 2))
    if counts.max() > 1 and counts.size > 1:
        means = np.bincount(places, weights=change) / counts
        middle = float(change.mean())
        half = max(half, z * float(means.std(ddof=1)) / sqrt(counts.size))
    return max(-1.0, middle - half), min(1.0, middle + half)
