"""How far other draws may move P: the jackknife over groups of draws, and the words within its reach.

Another seed is not enough to tell: a calibrated park takes the same parameters from its posterior whatever the seed,
which changes the futures alone. So the draws themselves are left out.

P of a part is found anew without each of ten groups of the draws in turn, with a regression of its own, so that what
draws, their random numbers and the regression have to do with it all counts::

    s² = (G - 1) / G Σ (P₋g - mean)²        P ± t s,  t of G - 1 degrees of freedom

(Quenouille 1956; Efron and Stein 1981). Nothing is run for it. The word is asked of every P within that interval.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isfinite, nan, sqrt

import numpy as np

from copark.arrays import Booleans, Floats
from copark.inference.claims.rules import WORDS

GROUPS = 10
"""Groups of draws; each is left out once."""
FEWEST = 3
"""Groups below which nothing is said."""
STEPS = 41
"""Probabilities of the interval at which the word is asked."""


def groups_of(draws: int) -> tuple[Booleans, ...]:
    """Which draws are left when each group is left out, each of shape (draws,); every tenth draw is of one group."""
    at = np.arange(draws) % GROUPS
    return tuple(at != group for group in range(min(GROUPS, draws)))


def jackknife(values: Sequence[float] | Floats) -> float:
    """Standard error of a number from what it is without each group; NaN where groups are few or one is not known."""
    found = np.asarray(values, dtype=np.float64)
    count = len(found)
    if count < FEWEST or not np.isfinite(found).all():
        return nan
    return sqrt((count - 1) / count * float(((found - found.mean()) ** 2).sum()))


def reach(value: float, error: float, level: float) -> tuple[float, float]:
    """Interval of a number with an error by :func:`jackknife`; the number alone where the error is not known."""
    from scipy.special import stdtrit

    half = float(stdtrit(GROUPS - 1, 0.5 + level / 2.0)) * error if isfinite(error) else 0.0
    return value - half, value + half


def words_within(low: float, high: float, word: Callable[[float], str]) -> tuple[str, ...]:
    """Words for the probabilities of an interval, the strongest for a claim first.

    word: gives the word for a probability.
    """
    ends = np.clip((low, high), 0.0, 1.0)
    said = {word(float(p)) for p in np.linspace(ends[0], ends[1], STEPS)}
    return tuple(one for one in WORDS if one in said)
