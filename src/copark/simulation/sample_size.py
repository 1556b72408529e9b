"""Planning: how precisely a study tells its numbers, and how many runs it needs. Rules alone.

Nothing here runs a model or looks at a clock; the formulas are those of :mod:`copark.stats.precision`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.stats.precision import (
    Split,
    components,
    concentration,
    error,
    half_width,
    planned_concentration,
    quantile_interval,
    runs_for,
)
from copark.stats.shares import LEVEL

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
EDGES = (0.05, 0.95)


@dataclass(frozen=True)
class Precision:
    """How precisely so many runs tell one number of a scenario, and its interval in its own unit.

    quantity: ``self_standing``, ``operating_05``, ``operating_50`` or ``operating_95``; half: Monte Carlo half-width as
    a share, of P(self-standing) or of the place of a quantile.
    """

    scenario: str
    quantity: str
    estimate: float
    half: float
    low: float
    high: float


@dataclass(frozen=True)
class Reported:
    """What a study reports of one scenario, of runs that finished, shape (runs,) each."""

    scenario: str
    standing: Floats
    operating: Floats
    groups: Integers


def precisions(
    reported: Sequence[Reported],
    *,
    pool: int | None = None,
    level: float = LEVEL,
    runs: int | None = None,
    futures: int = 1,
) -> tuple[Precision, ...]:
    """How precisely P(self-standing), the median and the band's edges of operating are told.

    pool: draws there are in all, where they are finite; runs: as many as are planned, in draws of `futures`, by default
    those that were made.
    """
    return tuple(
        _precision(one, quantity, at, pool, level, runs, futures)
        for one in reported
        if one.standing.size
        for quantity, at in _asked()
    )


def _asked() -> Iterator[tuple[str, float | None]]:
    yield "self_standing", None
    for at in (EDGES[0], 0.5, EDGES[1]):
        yield f"operating_{100 * at:02.0f}", at


def share_components(one: Reported, at: float | None) -> Split:
    """Variance of a run's part in a share: of being self-standing, or of lying at or below a quantile of operating.

    Of a quantile the variance is that of its level, at (1 - at): counts repeat, so that the share of runs at or below
    a quantile of counts is not its level.
    """
    if at is None:
        return components(one.standing, one.groups)
    below = (one.operating <= np.quantile(one.operating, at)).astype(np.float64)
    found = components(below, one.groups)
    total = found.parameters + found.chance
    scale = at * (1.0 - at) / total if total > 0.0 else 0.0
    return Split(found.parameters * scale, found.chance * scale) if scale else Split(0.0, at * (1.0 - at))


def _precision(
    one: Reported, quantity: str, at: float | None, pool: int | None, level: float, runs: int | None, futures: int
) -> Precision:
    made = one.standing.size
    counts = np.unique(one.groups, return_counts=True)[1]
    count = made if runs is None else runs
    spread = concentration(counts) if runs is None else planned_concentration(runs, futures, pool)
    half = half_width(error(share_components(one, at), count, spread, pool), count, level)
    if at is None:
        share = float(one.standing.mean())
        return Precision(one.scenario, quantity, share, half, max(share - half, 0.0), min(share + half, 1.0))
    estimate = float(np.quantile(one.operating, at))
    return Precision(one.scenario, quantity, estimate, half, *quantile_interval(one.operating, at, half))


def runs_needed(
    reported: Sequence[Reported], half: float, *, futures: int = 1, pool: int | None = None, level: float = LEVEL
) -> int | None:
    """Fewest runs at which every number of :func:`precisions` but the median is as precise as `half`."""
    found = [
        runs_for(share_components(one, at), half, futures, pool, level)
        for one in reported
        if one.standing.size
        for quantity, at in _asked()
        if quantity != "operating_50"
    ]
    return None if not found or None in found else max(count for count in found if count is not None)


@dataclass(frozen=True)
class Plan:
    """What a study will take and what it will tell, before it is run."""

    runs: int
    futures: int
    arms: int
    """runs, futures, arms: runs of each arm, in draws of so many futures; arms."""
    seconds: float
    """Time on the threads given, from a timed pilot of this very study; without compiling."""
    threads: int
    pilot: int
    precisions: tuple[Precision, ...]
    """Of the first arm, at so many runs, from the pilot."""
    wanted: float | None = None
    needed: int | None = None
    """wanted, needed: a half-width asked for, and the runs that reach it; ``None`` where none do."""
    pool: int | None = None
    pasts: float | None = None
    """pool, pasts: draws in the posterior, where draws come from one; the effective number of their different pasts."""
    left_open: float | None = None
    """Half-width of P(self-standing) that the posterior's own making leaves open, however many runs are made."""

    def of(self, quantity: str) -> Precision | None:
        """The precision of one quantity."""
        return next((one for one in self.precisions if one.quantity == quantity), None)
