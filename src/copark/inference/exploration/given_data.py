"""Sensitivity from a sample that is there already: no new runs.

Two readings, both by cutting a factor into slices of equally many runs. *Share of variance*: how much of the output's
variance lies between the slices' means (first order, corrected for the number of slices; what turns within a slice is
lost). *PAWN*: the median over slices of the largest distance between the output's distribution in the slice and in all
runs, which also sees what does not move the mean. Dummies, factors dealt out at random, show what chance gives; a
factor that is not above the largest of them is *not distinguishable from the dummy*.
Source: Pianosi and Wagener, Environmental Modelling & Software 108 (2018), 197-207.
"""

from dataclasses import dataclass

import numpy as np

from copark.arrays import Booleans, Floats, Integers

SLICES = 10
LEAST_IN_SLICE = 30
"""Runs a slice must have; fewer slices are cut where the sample is small."""
GRID = 128
DUMMIES = 50
RESAMPLES = 50
Z = 1.959963984540054


@dataclass(frozen=True)
class Given:
    """What a sample tells of one output; arrays of shape (factors,)."""

    first: Floats
    first_error: Floats
    """first, first_error: share of variance between slices, and half width of its 95 % interval, by bootstrap."""
    pawn: Floats
    pawn_error: Floats
    """pawn, pawn_error: median distance of distributions, and half width of its 95 % interval, by bootstrap."""
    first_floor: float
    pawn_floor: float
    """first_floor, pawn_floor: largest of the dummies'."""
    first_clear: Booleans
    pawn_clear: Booleans
    """first_clear, pawn_clear: whether a factor is above the floor; of the share of variance, also whether its interval
    is above 0."""
    runs: int
    slices: int
    """runs, slices: size of the sample, and slices cut."""


def sliced(factors: Floats, slices: int) -> Integers:
    """Slice of every run by each factor, shape (runs, factors): equally many runs each, ties by order of runs."""
    ranks = np.argsort(np.argsort(factors, axis=0, kind="stable"), axis=0, kind="stable")
    return (ranks * slices // len(factors)).astype(np.int64)


def steps(values: Floats) -> Integers:
    """Step of a grid of quantiles each value lies on, shape (runs,): where distributions are compared."""
    grid = np.unique(np.quantile(values, np.linspace(0.0, 1.0, GRID + 1)[1:], method="inverted_cdf"))
    return np.searchsorted(grid, values).astype(np.int64)


def share_between(values: Floats, slices: Integers, count: int) -> float:
    """Share of variance between slices, 1 - (n - 1) / (n - k) · within / all; not below 0."""
    runs = len(values)
    sizes = np.bincount(slices, minlength=count)
    sums = np.bincount(slices, weights=values, minlength=count)
    whole = float(((values - values.mean()) ** 2).sum())
    if whole <= 0.0 or runs <= count:
        return 0.0
    between = float((sums**2 / np.maximum(sizes, 1)).sum()) - runs * float(values.mean()) ** 2
    return max(0.0, 1.0 - (runs - 1.0) / (runs - count) * (1.0 - between / whole))


def distance(levels: Integers, slices: Integers, count: int) -> float:
    """PAWN: median over slices of the largest distance between a slice's distribution and that of all runs."""
    width = int(levels.max()) + 1
    cells = np.bincount(slices * width + levels, minlength=count * width).reshape(count, width)
    sizes = cells.sum(axis=1, keepdims=True)
    own = np.cumsum(cells, axis=1) / np.maximum(sizes, 1)
    whole = np.cumsum(cells.sum(axis=0)) / cells.sum()
    return float(np.median(np.abs(own - whole).max(axis=1)[sizes[:, 0] > 0]))


def given(factors: Floats, values: Floats, *, seed: int = 1, slices: int = SLICES, resamples: int = RESAMPLES) -> Given:
    """Read the sensitivity of one output off a sample.

    factors: shape (runs, factors). values: output, shape (runs,); runs without a number are left out.
    """
    whole = np.isfinite(values)
    x, y = factors[whole], values[whole]
    runs, width = x.shape
    slices = max(2, min(slices, runs // LEAST_IN_SLICE)) if runs else slices
    if runs < 2 * slices or float(np.ptp(y)) == 0.0:
        nothing, never = np.zeros(width), np.zeros(width, dtype=bool)
        return Given(nothing, nothing, nothing, nothing, 0.0, 0.0, never, never, runs, slices)
    generator = np.random.default_rng([seed, runs, width])
    cut, levels = sliced(x, slices), steps(y)
    dummies = sliced(generator.random((runs, DUMMIES)), slices)
    first = np.array([share_between(y, column, slices) for column in cut.T])
    pawn = np.array([distance(levels, column, slices) for column in cut.T])
    floors = (
        max(share_between(y, column, slices) for column in dummies.T),
        max(distance(levels, column, slices) for column in dummies.T),
    )
    again = np.empty((resamples, 2, width))
    for n in range(resamples):
        rows = generator.integers(0, runs, runs)
        again[n, 0] = [share_between(y[rows], column, slices) for column in cut[rows].T]
        again[n, 1] = [distance(levels[rows], column, slices) for column in cut[rows].T]
    error = Z * again.std(axis=0, ddof=1)
    clear = (first > floors[0]) & (first - error[0] > 0.0)
    return Given(first, error[0], pawn, error[1], floors[0], floors[1], clear, pawn > floors[1], runs, slices)
