"""Shares of runs, and how well so many runs tell them.

The interval is Monte Carlo error alone: what the share would be with endlessly many runs of the same model and the
same draws. It says nothing about whether the model is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

LEVEL = 0.95
"""Coverage of the intervals unless told."""


@dataclass(frozen=True)
class Share:
    """How often an outcome happened."""

    name: str
    """Of the outcome."""
    count: int
    total: int
    """count, total: runs with the outcome; runs that finished."""
    share: float
    """``count / total``; NaN where no run finished."""
    low: float
    high: float
    """low, high: Wilson interval of the share (Monte Carlo error)."""


def z_of(level: float = LEVEL) -> float:
    """z of a two-sided level: 1.96 for 0.95."""
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def wilson(count: float, total: int, level: float = LEVEL) -> tuple[float, float]:
    """Wilson score interval of a share.

    ``(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)``: never leaves [0, 1] and is not empty at 0 of n or n of n.

    count, total: runs with the outcome, of all that finished; or the sum of their probabilities. level: coverage of the
    interval. Returns: lower and upper end; NaN, NaN where ``total`` is 0. Raises ValueError if ``count`` is not between
    0 and ``total``.
    """
    if not 0 <= count <= total:
        raise ValueError(f"count {count} is not between 0 and {total}")
    if total == 0:
        return float("nan"), float("nan")
    z = z_of(level)
    share = count / total
    middle = share + z * z / (2.0 * total)
    half = z * sqrt(share * (1.0 - share) / total + z * z / (4.0 * total * total))
    scale = 1.0 + z * z / total
    low = 0.0 if count == 0 else max(0.0, (middle - half) / scale)
    return low, 1.0 if count == total else min(1.0, (middle + half) / scale)


def shares(codes: ArrayLike, names: Sequence[str], level: float = LEVEL) -> tuple[Share, ...]:
    """Shares of outcomes among the runs that finished.

    Parameters
    ----------
    codes
        Positions in `names`, shape (run,); codes below 0 (runs that did not finish) are left out of the total.
    names
        Of the outcomes.
    level
        Coverage of the intervals.
    """
    found = np.asarray(codes)
    return shares_of([int(np.count_nonzero(found == code)) for code in range(len(names))], names, level)


def shares_of(counts: Sequence[int], names: Sequence[str], level: float = LEVEL) -> tuple[Share, ...]:
    """Shares of outcomes from the number of runs that have each; runs that did not finish are in no number."""
    total = sum(counts)
    return tuple(
        Share(name, count, total, count / total if total else float("nan"), *wilson(count, total, level))
        for name, count in zip(names, counts, strict=True)
    )
