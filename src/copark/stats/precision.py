"""Precision: how well so many runs tell a number or a paired difference, and how many runs a precision needs.

Every quantity is brought to a share: P(outcome) is one, and the place of a quantile is one too (the share of runs at or
below it), so that one half-width, 0.01 for a point, serves them all. Runs that share a draw are not independent: a
share's variance is that between draws over the number of draws, plus that within them over the number of runs. Where
draws come from a finite pool (the pairs of a posterior), the first part vanishes once every one is used alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats, Integers
from copark.stats.rounding import differ, settled
from copark.stats.shares import LEVEL, z_of

LARGEST = 10**9
"""Runs beyond which a precision is called out of reach."""


@dataclass(frozen=True)
class Split:
    """Variance of a value by the law of total variance: Var D = Var E[D | draw] + E Var[D | draw].

    What the draw explains, and what chance adds to it, in the square of the value's unit.
    """

    parameters: float
    """Variance that the draw of parameters explains."""
    chance: float
    """Variance that chance adds to it."""

    @property
    def share(self) -> float:
        """Share of the variance that parameters explain; NaN where nothing varies."""
        total = self.parameters + self.chance
        return self.parameters / total if total > 0.0 else float("nan")


def components(values: Floats, groups: Integers) -> Split:
    """Estimate what draws and what chance add to the variance of values, shape (runs,), by the draw of every run.

    Analysis of variance with random effects: within draws the mean square estimates chance; between draws it estimates
    parameters plus chance divided by the runs of a draw. An estimate below 0 is 0. Where no draw has two runs, all of
    it counts as chance.
    """
    _, places, counts = np.unique(groups, return_inverse=True, return_counts=True)
    total = values.size
    drawn = counts.size
    if total < 2:
        return Split(0.0, 0.0)
    if drawn < 2 or drawn == total:
        return Split(0.0, float(values.var(ddof=1)))
    means = np.bincount(places, weights=values) / counts
    within = float(((values - means[places]) ** 2).sum()) / (total - drawn)
    between = float((counts * (means - values.mean()) ** 2).sum()) / (drawn - 1)
    # The effective number of runs of a draw where draws have different numbers of them; their common number where they
    # do not.
    size = (total - float((counts**2).sum()) / total) / (drawn - 1)
    return Split(max((between - within) / size, 0.0), within)


def split(values: Floats, draws: Integers) -> Split | None:
    """Split the variance of a difference, as :func:`components` does, by the draws that have two runs or more.

    ``None`` where there are not two such draws.
    """
    _, places, counts = np.unique(draws, return_inverse=True, return_counts=True)
    in_pairs = counts[places] > 1
    return components(values[in_pairs], places[in_pairs]) if np.count_nonzero(counts > 1) > 1 else None


def concentration(counts: Integers) -> float:
    """Return Σ w² of the draws' weights, w = runs of the draw over all runs: 1/draws where all have as many."""
    return float((counts.astype(np.float64) ** 2).sum()) / float(counts.sum()) ** 2


def effective(weights: Floats) -> float:
    """Return the number of equally weighted draws that weights are worth, (Σ w)² / Σ w² (Kish 1965); 0 of none.

    Rounded to nine decimals, so that as many equal weights as there are draws are worth exactly that.
    """
    squares = float((weights**2).sum())
    return round(float(weights.sum()) ** 2 / squares, 9) if squares > 0.0 else 0.0


def planned_concentration(runs: int, replicates: int, pool: int | None) -> float:
    """Return Σ w² of a design, a draw's weight being its share of the runs.

    Parameters
    ----------
    runs
        Number of runs.
    replicates
        Runs of a draw.
    pool
        Number of draws there are, from which draws begin again when it is used up; ``None`` for no end.
    """
    draws = max(ceil(runs / replicates), 1)
    if pool is None or draws <= pool:
        return 1.0 / draws
    rounds, more = divmod(draws, pool)
    return (more * (rounds + 1) ** 2 + (pool - more) * rounds**2) / draws**2


def error(variance: Split, runs: int, spread: float, pool: int | None = None) -> float:
    """Return the standard error of a mean over n runs: √(chance/n + parameters (Σw² - 1/P)).

    Parameters
    ----------
    variance
        Variance of a run's value.
    runs
        Number of runs, n.
    spread
        Σw², as :func:`concentration` gives it.
    pool
        Size of the pool of draws, P, if it is finite.
    """
    left = max(spread - (0.0 if pool is None else 1.0 / pool), 0.0)
    return sqrt(variance.chance / runs + variance.parameters * left)


def half_width(standard_error: float, runs: int, level: float = LEVEL) -> float:
    """Return the half-width of a share's interval: z times its error, and at least Wilson's at 0 or 1, z²/2(n + z²).

    Parameters
    ----------
    standard_error
        Standard error of the share.
    runs
        Number of runs, n.
    level
        Coverage of the interval.
    """
    z = z_of(level)
    return max(z * standard_error, z * z / (2.0 * (runs + z * z)))


def runs_for(
    variance: Split, half: float, replicates: int = 1, pool: int | None = None, level: float = LEVEL
) -> int | None:
    """Return the fewest runs, in whole draws, that bring a share's half-width down to a value.

    Beyond one use of every draw of a pool, only whole rounds are counted.

    Parameters
    ----------
    variance
        Variance of a run's part in the share.
    half
        The half-width asked for, above 0.
    replicates
        Runs of a draw.
    pool
        Size of the pool of draws, if it is finite.
    level
        Coverage of the interval.

    Returns
    -------
    The number of runs; ``None`` where none is enough.
    """
    if half <= 0.0:
        raise ValueError("a half-width is above 0")
    z = z_of(level)
    # From Wilson's half-width at 0 of n, solved for n: no share, however extreme, is told better by fewer runs.
    sure = ceil(z * z / (2.0 * half) - z * z)

    def enough(draws: int) -> bool:
        runs = draws * replicates
        return (
            half_width(error(variance, runs, planned_concentration(runs, replicates, pool), pool), runs, level) <= half
        )

    # Half-widths fall with every draw up to one use of the pool, so that the fewest are found by halving; beyond it the
    # weights of the draws are uneven until a round is whole.
    most = LARGEST // replicates if pool is None else pool
    if enough(most):
        low = 0
        high = most
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if enough(middle) else (middle, high)
        return high * replicates
    if pool is None:
        return None
    # In whole rounds parameters add no error. A billionth is taken off first, so that a product that is whole but for
    # rounding is not rounded up.
    runs_needed = max(ceil(variance.chance * (z / half) ** 2 - 1e-9), sure, 1)
    rounds = ceil(runs_needed / (pool * replicates))
    return rounds * pool * replicates if rounds * pool * replicates <= LARGEST else None


def quantile_interval(values: Floats, level: float, half: float) -> tuple[float, float]:
    """Return the interval of a quantile: the values `half` below and above its level (Woodruff 1952).

    Parameters
    ----------
    values
        Values, shape (runs,).
    level
        Level of the quantile, 0 to 1.
    half
        Half-width of the share of runs at or below it.
    """
    low, high = np.quantile(values, (max(level - half, 0.0), min(level + half, 1.0)))
    return float(low), float(high)


def median_interval(values: Floats, level: float = LEVEL) -> tuple[float, float]:
    """Return the Monte Carlo interval of a median: order statistics by the normal limit of the binomial.

    Parameters
    ----------
    values
        Independent values, shape (runs,).
    level
        Coverage.
    """
    if not values.size:
        return float("nan"), float("nan")
    return quantile_interval(values, 0.5, z_of(level) * 0.5 / sqrt(values.size))


def difference(before: Floats, after: Floats, *, log: bool = False) -> Floats:
    """Return scenario less reference, run by run.

    What is rounding (:mod:`copark.stats.rounding`) is exactly 0, so that a scenario that changes nothing is equal.

    Parameters
    ----------
    before
        Values of the reference, shape (runs, …).
    after
        Values of the scenario, of the same shape.
    log
        Whether logarithms are compared, with a count of 0 taken as 1: log points (0.1: a tenth more).
    """
    if log:
        # Counts may be 0, whose logarithm is none; a park with no company counts as one with one.
        before = np.log(np.maximum(before, 1.0))
        after = np.log(np.maximum(after, 1.0))
    return settled(after - before, before)


def any_differ(before: Floats, after: Floats, axis: int) -> NDArray[np.bool_]:
    """Mark where any run differs by more than rounding.

    Parameters
    ----------
    before, after
        Values, of one shape.
    axis
        Axis of the runs.

    Returns
    -------
    Marks, of the shape without that axis.
    """
    return np.asarray(differ(before, after).any(axis=axis))


def change_interval(change: Floats, draws: NDArray[np.int64], level: float = LEVEL) -> tuple[float, float]:
    """Return the Monte Carlo interval of a paired change of shares.

    Of independent pairs that of Bonett & Price (2012, doi:10.3102/1076998611411915): with one pair added to the gained
    and one to the lost, it is not empty where nothing changed. Of runs that share draws, from the means of the draws.

    Parameters
    ----------
    change
        1 gained, -1 lost, 0 otherwise, shape (runs,).
    draws
        Draw of every run, shape (runs,).
    level
        Coverage of the interval.
    """
    if not change.size:
        return float("nan"), float("nan")
    z = z_of(level)
    _, places, counts = np.unique(draws, return_inverse=True, return_counts=True)
    total = change.size
    gained, lost = (int(np.count_nonzero(change == sign)) for sign in (1, -1))
    middle, half = paired_interval(gained, lost, total, z)
    if counts.max() > 1 and counts.size > 1:
        means = np.bincount(places, weights=change) / counts
        middle = float(change.mean())
        # Not below the interval of independent pairs: the means of a few draws may be alike by chance.
        half = max(half, z * float(means.std(ddof=1)) / sqrt(counts.size))
    return max(-1.0, middle - half), min(1.0, middle + half)


def paired_interval(gained: int, lost: int, total: int, z: float) -> tuple[float, float]:
    """Return middle and half-width of the interval of a change of shares over independent pairs (Bonett & Price 2012).

    Parameters
    ----------
    gained, lost
        Pairs in which it happens in the scenario alone, and in the reference alone.
    total
        All pairs.
    z
        z of the interval's coverage.
    """
    more = (gained + 1) / (total + 2)
    less = (lost + 1) / (total + 2)
    middle = more - less
    return middle, z * sqrt((more + less - middle**2) / (total + 2))
