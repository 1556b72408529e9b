"""Shares of runs, how well so many runs tell them, and words for shares and intervals.

The interval is Monte Carlo error alone: what the share would be with endlessly many runs of the same model and the
same draws. It says nothing about whether the model is right.

Words are by rules fixed here; how a language says them is in the texts. A side *gains* (loses) *surely* if it does in
95 % of runs, *mostly* in three quarters, *at times* if it does in fewer, but more than 5 %, and the contrary in 5 % at
most; *nothing* changes for it if the two are exactly alike in three quarters of runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from copark.stats.rounding import NO_DIFFERENCE

GainVerdict = Literal[
    "gains_surely",
    "gains_mostly",
    "gains_at_times",
    "unclear",
    "nothing",
    "loses_at_times",
    "loses_mostly",
    "loses_surely",
    "unknown",
]
SURELY = 0.95
MOSTLY = 0.75
SELDOM = 0.05


def verdict(better: float, equal: float) -> GainVerdict:
    """Return the word for shares of pairs in which a setting is better and exactly alike."""
    if not isfinite(better):
        return "unknown"
    worse = max(1.0 - better - equal, 0.0)
    # A share on a limit is on it on every processor: no word hangs on rounding (decision 0082).
    surely = SURELY - NO_DIFFERENCE
    mostly = MOSTLY - NO_DIFFERENCE
    seldom = SELDOM + NO_DIFFERENCE
    if better >= mostly:
        return "gains_surely" if better >= surely else "gains_mostly"
    if worse >= mostly:
        return "loses_surely" if worse >= surely else "loses_mostly"
    if min(better, worse) <= seldom < max(better, worse):
        return "gains_at_times" if better > worse else "loses_at_times"
    return "nothing" if equal >= mostly else "unclear"


def side_of(low: float, high: float) -> Literal["more", "less", "alike"]:
    """State on which side of 0 an interval lies: ``more`` or ``less``, or ``alike`` if it holds 0 or there is none."""
    return "more" if low > 0.0 else "less" if high < 0.0 else "alike"


LEVEL = 0.95
"""Coverage of the intervals unless told."""


@dataclass(frozen=True)
class Share:
    """Share of an outcome among the runs that finished; NaN where none did."""

    name: str
    """Name of the outcome."""
    count: int
    """Runs with this outcome."""
    total: int
    """Runs that finished."""
    share: float
    """count / total, 0 to 1; NaN where no run finished."""
    low: float
    """Lower end of the Wilson interval of the share (Monte Carlo error)."""
    high: float
    """Upper end of the same interval."""


def z_of(level: float = LEVEL) -> float:
    """Return z of a two-sided level: 1.96 for 0.95."""
    from statistics import NormalDist

    return NormalDist().inv_cdf(0.5 + level / 2.0)


def wilson(count: float, total: int, level: float = LEVEL) -> tuple[float, float]:
    """Return the Wilson score interval of a share; NaN where n is 0.

    ``(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)``. It never leaves [0, 1] and is not empty at 0 of n or n of n.

    Parameters
    ----------
    count
        Runs with the outcome, or the sum of their probabilities.
    total
        All runs, n.
    level
        Coverage of the interval.
    """
    if not 0 <= count <= total:
        raise ValueError(f"count {count} is not between 0 and {total}")
    if total == 0:
        return float("nan"), float("nan")
    return wilson_ends(count, total, z_of(level))


def wilson_ends(count: float, total: int, z: float) -> tuple[float, float]:
    """Return the Wilson score interval of a share for z of its level; n is above 0.

    Parameters
    ----------
    count
        Runs with the outcome.
    total
        All runs, n.
    z
        z of the level, 1.96 for 0.95.
    """
    share = count / total
    middle = share + z * z / (2.0 * total)
    half = z * sqrt(share * (1.0 - share) / total + z * z / (4.0 * total * total))
    scale = 1.0 + z * z / total
    # Exactly 0 and 1 at the ends, where the formula gives them but for rounding.
    low = 0.0 if count == 0 else max(0.0, (middle - half) / scale)
    return low, 1.0 if count == total else min(1.0, (middle + half) / scale)


def shares(codes: ArrayLike, names: Sequence[str], level: float = LEVEL) -> tuple[Share, ...]:
    """Return the shares of outcomes among the runs that finished.

    Parameters
    ----------
    codes
        Outcome of each run, shape (run,): positions in `names`, or below 0 where it did not finish.
    names
        Names of the outcomes.
    level
        Coverage of the intervals.
    """
    outcome_codes = np.asarray(codes)
    return shares_of([int(np.count_nonzero(outcome_codes == code)) for code in range(len(names))], names, level)


def shares_of(counts: Sequence[int], names: Sequence[str], level: float = LEVEL) -> tuple[Share, ...]:
    """Return shares of outcomes from the number of runs that have each.

    Parameters
    ----------
    counts
        Runs with each outcome; runs that did not finish are in no number.
    names
        Names of the outcomes.
    level
        Coverage of the intervals.
    """
    total = sum(counts)
    return tuple(
        Share(name, count, total, count / total if total else float("nan"), *wilson(count, total, level))
        for name, count in zip(names, counts, strict=True)
    )
