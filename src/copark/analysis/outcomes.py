"""How often each outcome happens, and how well so many runs tell.

The interval is Monte Carlo error alone: what the share would be with endlessly many runs of the same model and the
same draws. It says nothing about whether the model is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

OUTCOMES = ("failed", "dependent", "stagnant", "self_standing")
"""Outcomes by code: ``OUTCOMES[0]`` is code 0. A run that did not finish has code -1."""

THRESHOLDS = (15.0, 50.0, 100.0)
"""S*: companies operating in year twenty from which on a park that lives unaided is self-standing (MODEL §3.11)."""

YEAR_TWENTY = 80
"""Quarter in which outcomes are judged, counted from the start."""


@dataclass(frozen=True)
class Share:
    """How often an outcome happened.

    Parameters
    ----------
    name
        One of :data:`OUTCOMES`.
    count, total
        Runs with the outcome; runs that finished.
    share
        ``count / total``; NaN where no run finished.
    low, high
        Wilson interval of the share (Monte Carlo error).
    """

    name: str
    count: int
    total: int
    share: float
    low: float
    high: float


def wilson(count: int, total: int, level: float = 0.95) -> tuple[float, float]:
    """Wilson score interval of a share.

    ``(p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n)``: never leaves [0, 1] and is not empty at 0 of n or n of n.

    Parameters
    ----------
    count, total
        Runs with the outcome, of all that finished.
    level
        Coverage of the interval.

    Returns
    -------
    tuple of float
        Lower and upper end; NaN, NaN where ``total`` is 0.

    Raises
    ------
    ValueError
        If ``count`` is not between 0 and ``total``.
    """
    if not 0 <= count <= total:
        raise ValueError(f"count {count} is not between 0 and {total}")
    if total == 0:
        return float("nan"), float("nan")
    z = NormalDist().inv_cdf(0.5 + level / 2.0)
    share = count / total
    middle = share + z * z / (2.0 * total)
    half = z * sqrt(share * (1.0 - share) / total + z * z / (4.0 * total * total))
    scale = 1.0 + z * z / total
    low = 0.0 if count == 0 else max(0.0, (middle - half) / scale)
    return low, 1.0 if count == total else min(1.0, (middle + half) / scale)


def shares(outcome: ArrayLike, level: float = 0.95) -> tuple[Share, ...]:
    """Shares of the four outcomes among the runs that finished.

    Parameters
    ----------
    outcome
        Codes, shape (run,); codes below 0 (runs that did not finish) are left out of the total.
    level
        Coverage of the intervals.
    """
    codes = np.asarray(outcome)
    total = int(np.count_nonzero(codes >= 0))
    found = []
    for code, name in enumerate(OUTCOMES):
        count = int(np.count_nonzero(codes == code))
        low, high = wilson(count, total, level)
        found.append(Share(name, count, total, count / total if total else float("nan"), low, high))
    return tuple(found)


def reclassify(outcome: ArrayLike, operating: ArrayLike, threshold: float) -> NDArray[np.int8]:
    """Outcomes under another S*.

    Failed and dependent do not depend on S*; the others are stagnant below it and self-standing from it on.

    Parameters
    ----------
    outcome
        Codes, shape (run,).
    operating
        Operating companies at year twenty, shape (run,).
    threshold
        S*, companies.
    """
    codes = np.asarray(outcome, dtype=np.int8).copy()
    alive = codes >= OUTCOMES.index("stagnant")
    standing = np.asarray(operating) >= threshold
    codes[alive] = np.where(standing[alive], OUTCOMES.index("self_standing"), OUTCOMES.index("stagnant"))
    return codes


def quarters_apart(result: xr.Dataset) -> int:
    """Quarters from one column of a result to the next: 1, or 4 where a study kept the ends of years only."""
    labels = [str(label) for label in result["label"].to_numpy()[:2]]
    counted = [4 * int(label[:4]) + int(label[-1]) for label in labels]
    return counted[1] - counted[0] if len(counted) > 1 else 1


def year_twenty(result: xr.Dataset) -> int:
    """The column in which outcomes are judged: quarter eighty, or the last of a shorter horizon."""
    return min(YEAR_TWENTY // quarters_apart(result), result.sizes["quarter"]) - 1


def sweep(
    result: xr.Dataset, scenario: int = 0, thresholds: tuple[float, ...] = THRESHOLDS
) -> dict[float, tuple[Share, ...]]:
    """Outcome shares under each S*, for a scenario.

    Returns
    -------
    dict
        Shares by threshold; empty where the study did not keep ``operating``.
    """
    if "operating" not in result:
        return {}
    codes = result["outcome"].isel(scenario=scenario).to_numpy()
    final = result["operating"].isel(scenario=scenario, quarter=year_twenty(result)).to_numpy()
    return {value: shares(reclassify(codes, final, value)) for value in thresholds}
