"""Two types of parks set against each other, with what a few parks allow to say.

The measure of difference is the *probability of superiority*: the chance that a park drawn from the first type has more
than one drawn from the second, ties counting half; 0.5 is no difference, and no unit or scale enters. Its band is a
bootstrap within each type. Beside it stands the exact share of all ways to deal the types among the same parks that set
them at least so far apart. Both treat the parks on record as if they had been drawn by chance, which they were not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.stats.quantiles import quantile_band

Floats = NDArray[np.float64]
DRAWS = 4000
LEVEL = 0.90
LEAST = 3
"""Parks of each type below which nothing is said."""
RARE = 0.10
"""Share of deals below which a difference is called one, if the band excludes one half too: fixed beforehand."""


@dataclass(frozen=True)
class Contrast:
    """Two types on one measure.

    Parameters
    ----------
    measure
        Which.
    counts
        Parks of the first and of the second type with a value.
    superiority, low, high
        Probability of superiority of the first type, and its bootstrap band (90 %).
    deals
        Exact share of deals at least as far from one half; of all deals of these values.
    without
        Least and greatest superiority when one park is left out.
    verdict
        ``more``, ``less``, ``alike`` (not told apart) or ``few`` (too few parks).
    """

    measure: str
    counts: tuple[int, int]
    superiority: float
    low: float
    high: float
    deals: float
    without: tuple[float, float]
    verdict: str


def superiority(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float:
    """Chance that a value of the first group is greater than one of the second, ties counting half."""
    apart = np.asarray(first, dtype=np.float64)[:, np.newaxis] - np.asarray(second, dtype=np.float64)
    return float((np.sign(apart).mean() + 1.0) / 2.0)


def exact_share(first: Sequence[float], second: Sequence[float]) -> float:
    """Share of all ways to deal the groups among these values whose superiority is at least as far from one half.

    Counted, not sampled: superiority depends on the sum of the first group's ranks alone, and the number of subsets by
    size and sum of (doubled) midranks follows from adding one value at a time.
    """
    values = np.concatenate([np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)])
    doubled = np.array([int((values < x).sum() + (values <= x).sum()) + 1 for x in values])
    size, total = len(first), int(doubled.sum())
    ways = [[0] * (total + 1) for _ in range(size + 1)]
    ways[0][0] = 1
    for rank in doubled.tolist():
        for chosen in range(size, 0, -1):
            for reached in range(total, rank - 1, -1):
                ways[chosen][reached] += ways[chosen - 1][reached - rank]
    middle, here = size * (len(values) + 1), int(doubled[:size].sum())
    counted = ways[size]
    far = sum(ways_ for reached, ways_ in enumerate(counted) if abs(reached - middle) >= abs(here - middle))
    return far / sum(counted)


def contrast(measure: str, first: Sequence[float], second: Sequence[float], seed: int = 1) -> Contrast:
    """Set two groups of values against each other.

    Parameters
    ----------
    measure
        Name of what they measure.
    first, second
        Values of the parks of each type.
    seed
        Of the bootstrap.
    """
    counts = (len(first), len(second))
    if min(counts) < LEAST:
        nothing = float("nan")
        return Contrast(measure, counts, nothing, nothing, nothing, nothing, (nothing, nothing), "few")
    one, other = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    luck = np.random.Generator(np.random.Philox(key=seed))
    drawn = [
        superiority(luck.choice(one, len(one)), luck.choice(other, len(other)))
        for _ in range(DRAWS)
    ]  # fmt: skip
    low, high = quantile_band(drawn, LEVEL)
    left = [superiority(np.delete(one, at), other) for at in range(len(one))]
    left += [superiority(one, np.delete(other, at)) for at in range(len(other))]
    found, share = superiority(one, other), exact_share(first, second)
    told = share < RARE and not low <= 0.5 <= high
    verdict = ("more" if found > 0.5 else "less") if told else "alike"
    return Contrast(measure, counts, found, low, high, share, (min(left), max(left)), verdict)
