"""Sampling error of a number found from draws: the jackknife over groups of them, and half-samples.

The number is found anew without each of ten groups of the draws in turn, with whatever is fitted on the way fitted
again, so that all of it counts::

    s² = (G - 1) / G Σ (x₋g - mean)²        x ± t s,  t of G - 1 degrees of freedom

(Quenouille 1956; Efron and Stein 1981). Quantiles, and whatever is chosen by a threshold, jump when a tenth is left
out, and the jackknife multiplies the jumps. Of them the error is the scatter over random halves of the groups: a half
differs from the whole by as much as the whole differs from the truth (McCarthy 1969). Nothing is simulated for either.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from math import isfinite, nan, sqrt

import numpy as np

from copark.arrays import Booleans, Floats

GROUPS = 10
"""Groups of draws; each is left out once."""
HALVES = 16
"""Random halves of the groups."""
FEWEST = 3
"""Groups below which nothing is said."""


def groups_of(draws: int) -> tuple[Booleans, ...]:
    """Mark the draws left when each group is left out, each of shape (draws,); every tenth draw is of one group."""
    group_of_draw = np.arange(draws) % GROUPS
    return tuple(group_of_draw != group for group in range(min(GROUPS, draws)))


def jackknife(values: Sequence[float] | Floats) -> float:
    """Return the standard error of a number from what it is without each group; NaN where they are few or unknown."""
    estimates = np.asarray(values, dtype=np.float64)
    count = len(estimates)
    if count < FEWEST or not np.isfinite(estimates).all():
        return nan
    return sqrt((count - 1) / count * float(((estimates - estimates.mean()) ** 2).sum()))


@cache
def halves() -> tuple[tuple[int, ...], ...]:
    """Return the groups of each half, the same for everybody."""
    # Fixed, so that the same numbers have the same error whenever and by whomever they are asked for.
    rng = np.random.default_rng(0x68616C66)
    return tuple(tuple(sorted(rng.permutation(GROUPS)[: GROUPS // 2].tolist())) for _ in range(HALVES))


def half_sample_error(values: Floats) -> Floats:
    """Return standard errors of numbers from what they are on each half, shape (halves, ...) to (...)."""
    return np.asarray(values.std(axis=0, ddof=1))


def reach(value: float, error: float, level: float) -> tuple[float, float]:
    """Return the interval of a number with an error of this module; the number alone where the error is not known.

    Parameters
    ----------
    value
        The number.
    error
        Its standard error, in the same unit; NaN where it is not known.
    level
        Coverage of the interval.
    """
    from scipy.special import stdtrit

    # Student's t, since the error itself is estimated from ten groups.
    half = float(stdtrit(GROUPS - 1, 0.5 + level / 2.0)) * error if isfinite(error) else 0.0
    return value - half, value + half
