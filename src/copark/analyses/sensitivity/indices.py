"""Dependence of an output on a factor: Sobol' indices of a design, and readings of a sample that is there already.

Sobol': first order by Saltelli et al. (2010), total by Jansen (1999), on SALib's design; intervals by bootstrap over
the rows of the design. The last factor is the dummy: no equation reads it, and the model answers it with other random
numbers, so that its total index is what chance adds to a mean over replicates. A parameter whose total is not above it
is *not distinguishable from the dummy*. Random numbers are the same in all other rows: with fresh random numbers in
each row every total index would hold their share as well. Source: Saltelli et al., Computer Physics Communications 181
(2010), 259-270; Jansen, same journal 117 (1999), 35-43.

A sample is read by cutting a factor into slices of equally many runs. *Share of variance*: how much of the output's
variance lies between the slices' means (first order, corrected for the number of slices; what turns within a slice is
lost). *PAWN*: the median over slices of the largest distance between the output's distribution in the slice and in all
runs, which also sees what does not move the mean. Dummies, factors dealt out at random, show what chance gives; a
factor that is not above the largest of them is *not distinguishable from the dummy*. Source: Pianosi and Wagener,
Environmental Modelling & Software 108 (2018), 197-207.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.arrays import Booleans, Floats, Integers

RESAMPLES = 1000
"""Resamples of the bootstrap of a design."""
LEVEL = 0.95
"""Probability of the intervals."""


@dataclass(frozen=True)
class Indices:
    """Indices of one output; all arrays of shape (factors,) with the dummy last."""

    first: Floats
    """Share of variance due to the factor alone."""
    first_low: Floats
    """Lower end of its 95 % interval, by bootstrap."""
    first_high: Floats
    """Upper end of the same interval."""
    total: Floats
    """Share of variance due to the factor and everything it takes part in."""
    total_low: Floats
    """Lower end of its 95 % interval, by bootstrap."""
    total_high: Floats
    """Upper end of the same interval."""
    first_clear: Booleans
    """Whether the interval of ``first`` is above 0."""
    total_clear: Booleans
    """Whether ``total`` less the dummy's is above 0 in all but 2.5 % of resamples (the same resample for both)."""
    rows: int
    """Rows of the design that were whole."""
    mean: float
    """Mean of the output over the rows, in its unit."""
    spread: float
    """Standard deviation of the output over the rows, in its unit."""

    @property
    def additive(self) -> float:
        """Sum of first-order indices, the dummy's left out: what is missing to 1 is interaction (and error)."""
        return float(self.first[:-1].sum())


def problem(factors: int) -> dict[str, Any]:
    """Return SALib's description of a cube."""
    return {"num_vars": factors, "names": [f"x{n}" for n in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def design(factors: int, size: int, seed: int) -> Floats:
    """Return the points of the design; the last factor is the dummy.

    Parameters
    ----------
    factors
        Number of factors, the dummy included.
    size
        Rows, a power of two.
    seed
        Seed of the scrambling.

    Returns
    -------
    Points, shape (size · (factors + 2), factors).

    Raises
    ------
    ValueError
        If the size is no power of two: the sequence would lose its balance.
    """
    from SALib.sample.sobol import sample

    if size < 2 or size & (size - 1):
        raise ValueError(f"{size} is not a power of two")
    return sample(problem(factors), size, calc_second_order=False, seed=np.random.default_rng(seed))


def dummy_steps(factors: int, size: int) -> Booleans:
    """Return the points of the design that step the dummy, answered with other random numbers; shape (points,)."""
    return np.asarray(np.arange(size * (factors + 2)) % (factors + 2) == factors)


def sobol_indices(values: Floats, factors: int, seed: int = 1, resamples: int = RESAMPLES) -> Indices:
    """Estimate the indices from the answers to a design.

    Parameters
    ----------
    values
        Answers, shape (size · (factors + 2),); a row with an answer that is not a number is left out whole.
    factors
        Number of factors, the dummy included.
    seed
        Seed of the bootstrap.
    resamples
        Resamples of the bootstrap.
    """
    grid = values.reshape(-1, factors + 2)
    grid = grid[np.isfinite(grid).all(axis=1)]
    rows = len(grid)
    a = grid[:, :1]
    ab = grid[:, 1:-1]
    b = grid[:, -1:]
    both = np.concatenate([a, b])
    middle, spread = (float(both.mean()), float(both.std())) if rows else (float("nan"), float("nan"))
    if rows < 2 or spread <= 1e-12 * max(1.0, abs(middle)):
        nothing = np.zeros(factors)
        never = np.zeros(factors, dtype=bool)
        return Indices(nothing, nothing, nothing, nothing, nothing, nothing, never, never, rows, middle, spread)
    a, ab, b = ((part - middle) / spread for part in (a, ab, b))
    counts = bootstrap_counts(rows, resamples, seed)
    weights = np.concatenate([np.full((1, rows), 1.0 / rows), counts / rows])
    mean = weights @ np.concatenate([a, b], axis=1)
    square = weights @ np.concatenate([a**2, b**2], axis=1)
    variance = square.mean(axis=1, keepdims=True) - mean.mean(axis=1, keepdims=True) ** 2
    variance = np.maximum(variance, 1e-300)
    first = weights @ (b * (ab - a)) / variance
    total = 0.5 * (weights @ (a - ab) ** 2) / variance
    edge = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)
    first_low, first_high = np.quantile(first[1:], edge, axis=0)
    total_low, total_high = np.quantile(total[1:], edge, axis=0)
    above = np.quantile(total[1:] - total[1:, -1:], edge[0], axis=0)
    return Indices(
        first[0],
        first_low,
        first_high,
        total[0],
        total_low,
        total_high,
        first_low > 0.0,
        above > 0.0,
        rows,
        middle,
        spread,
    )


def bootstrap_counts(rows: int, resamples: int, seed: int) -> Floats:
    """Draw how often each row comes up in each resample, shape (resamples, rows).

    Parameters
    ----------
    rows
        Rows of the design.
    resamples
        Resamples of the bootstrap.
    seed
        Seed; the same rows and seed give the same counts, so that all read-outs share their resamples.

    Returns
    -------
    Each row sums to the number of rows.
    """
    generator = np.random.default_rng([seed, rows])
    return generator.multinomial(rows, np.full(rows, 1.0 / rows), size=resamples).astype(np.float64)


SLICES = 10
"""Slices a factor is cut in."""
LEAST_IN_SLICE = 30
"""Runs a slice must have; fewer slices are cut where the sample is small."""
GRID = 128
"""Quantiles at which distributions are compared."""
DUMMIES = 50
"""Factors dealt out at random."""
GIVEN_RESAMPLES = 50
"""Resamples of the bootstrap of a sample."""
Z = 1.959963984540054
"""Normal score of the ends of a 95 % interval."""


@dataclass(frozen=True)
class Given:
    """Readings of a sample for one output; arrays of shape (factors,)."""

    first: Floats
    """Share of variance between slices."""
    first_error: Floats
    """Half width of its 95 % interval, by bootstrap."""
    pawn: Floats
    """Median distance of distributions, 0 to 1."""
    pawn_error: Floats
    """Half width of its 95 % interval, by bootstrap."""
    first_floor: float
    """Largest share of variance of a dummy."""
    pawn_floor: float
    """Largest distance of a dummy."""
    first_clear: Booleans
    """Whether a factor's share of variance is above the floor, and its interval above 0."""
    pawn_clear: Booleans
    """Whether a factor's distance is above the floor."""
    runs: int
    """Size of the sample."""
    slices: int
    """Slices the sample is cut in."""


def sliced(factors: Floats, slices: int) -> Integers:
    """Return the slice of every run by each factor, shape (runs, factors): equally many runs, ties by order of runs."""
    ranks = np.argsort(np.argsort(factors, axis=0, kind="stable"), axis=0, kind="stable")
    return (ranks * slices // len(factors)).astype(np.int64)


def steps(values: Floats) -> Integers:
    """Return the step of a grid of quantiles each value lies on, shape (runs,): where distributions are compared."""
    grid = np.unique(np.quantile(values, np.linspace(0.0, 1.0, GRID + 1)[1:], method="inverted_cdf"))
    return np.searchsorted(grid, values).astype(np.int64)


def share_between(values: Floats, slices: Integers, count: int) -> float:
    """Return the share of variance between slices, 1 - (n - 1) / (n - k) · within / all; not below 0.

    Parameters
    ----------
    values
        Output, shape (runs,).
    slices
        Slice of each run, shape (runs,).
    count
        Number of slices, k.
    """
    runs = len(values)
    sizes = np.bincount(slices, minlength=count)
    sums = np.bincount(slices, weights=values, minlength=count)
    whole = float(((values - values.mean()) ** 2).sum())
    if whole <= 0.0 or runs <= count:
        return 0.0
    between = float((sums**2 / np.maximum(sizes, 1)).sum()) - runs * float(values.mean()) ** 2
    return max(0.0, 1.0 - (runs - 1.0) / (runs - count) * (1.0 - between / whole))


def distance(levels: Integers, slices: Integers, count: int) -> float:
    """Return PAWN: the median over slices of the largest distance between a slice's distribution and that of all runs.

    Parameters
    ----------
    levels
        Step of each run on the grid of quantiles, shape (runs,).
    slices
        Slice of each run, shape (runs,).
    count
        Number of slices.
    """
    width = int(levels.max()) + 1
    cells = np.bincount(slices * width + levels, minlength=count * width).reshape(count, width)
    sizes = cells.sum(axis=1, keepdims=True)
    own = np.cumsum(cells, axis=1) / np.maximum(sizes, 1)
    whole = np.cumsum(cells.sum(axis=0)) / cells.sum()
    return float(np.median(np.abs(own - whole).max(axis=1)[sizes[:, 0] > 0]))


def given(factors: Floats, values: Floats, *, seed: int = 1, resamples: int = GIVEN_RESAMPLES) -> Given:
    """Read the sensitivity of one output off a sample.

    Parameters
    ----------
    factors
        Values of the factors, shape (runs, factors).
    values
        Output, shape (runs,); runs without a number are left out.
    seed
        Seed of dummies and resamples.
    resamples
        Resamples of the bootstrap.
    """
    whole = np.isfinite(values)
    x = factors[whole]
    y = values[whole]
    runs, width = x.shape
    slices = max(2, min(SLICES, runs // LEAST_IN_SLICE)) if runs else SLICES
    if runs < 2 * slices or float(np.ptp(y)) == 0.0:
        nothing = np.zeros(width)
        never = np.zeros(width, dtype=bool)
        return Given(nothing, nothing, nothing, nothing, 0.0, 0.0, never, never, runs, slices)

    def read(y: Floats, levels: Integers, cut: Integers) -> Floats:
        """Return both indices of each column of slices, shape (2, columns): share of variance and PAWN.

        Parameters
        ----------
        y
            Read-out, shape (runs,).
        levels
            Step of each run on the grid of quantiles, shape (runs,).
        cut
            Slice of each run by factor, shape (runs, factors).
        """
        shares = [share_between(y, column, slices) for column in cut.T]
        return np.array([shares, [distance(levels, column, slices) for column in cut.T]])

    generator = np.random.default_rng([seed, runs, width])
    cut = sliced(x, slices)
    levels = steps(y)
    dummies = sliced(generator.random((runs, DUMMIES)), slices)
    first, pawn = read(y, levels, cut)
    floors = read(y, levels, dummies).max(axis=1).tolist()
    resampled = (generator.integers(0, runs, runs) for _ in range(resamples))
    again = np.array([read(y[rows], levels[rows], cut[rows]) for rows in resampled])
    error = Z * again.std(axis=0, ddof=1)
    clear = (first > floors[0]) & (first - error[0] > 0.0)
    return Given(first, error[0], pawn, error[1], floors[0], floors[1], clear, pawn > floors[1], runs, slices)
