"""Planning: how precisely a study tells its numbers, and how many runs it needs. Rules alone.

Nothing here runs a model or looks at a clock; the formulas are those of :mod:`copark.stats.precision`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.model.outcomes import GOOD
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
    """Precision of one number of a scenario over so many runs, and its interval in its own unit."""

    scenario: str
    """Key of the scenario."""
    quantity: str
    """Key of the good outcome, ``operating_05``, ``operating_50`` or ``operating_95``."""
    estimate: float
    """The number, in its own unit."""
    half: float
    """Monte Carlo half-width as a share, of P(self-standing) or of the place of a quantile."""
    low: float
    """Lower end of the interval, in the unit of the number."""
    high: float
    """Upper end of the interval, in the unit of the number."""


@dataclass(frozen=True)
class Reported:
    """Numbers that a study reports of one scenario, of runs that finished."""

    scenario: str
    """Key of the scenario."""
    standing: Floats
    """1 where the park is self-standing, else 0, shape (runs,)."""
    operating: Floats
    """Operating companies when the park is judged, shape (runs,)."""
    groups: Integers
    """Draw of every run, shape (runs,)."""


def precisions(
    reported: Sequence[Reported],
    *,
    pool: int | None = None,
    level: float = LEVEL,
    runs: int | None = None,
    replicates: int = 1,
) -> tuple[Precision, ...]:
    """Return how precisely P(self-standing), the median and the band's edges of operating are told.

    Parameters
    ----------
    reported
        Numbers of each scenario.
    pool
        Draws there are in all, where they are finite.
    level
        Coverage of the intervals.
    runs
        Runs that are planned; by default those that were made.
    replicates
        Runs of a draw, where runs are planned.
    """
    return tuple(
        _precision(scenario, quantity, share, pool, level, runs, replicates)
        for scenario in reported
        if scenario.standing.size
        for quantity, share in _asked()
    )


def _asked() -> Iterator[tuple[str, float | None]]:
    yield GOOD.key, None
    for share in (EDGES[0], 0.5, EDGES[1]):
        yield f"operating_{100 * share:02.0f}", share


def share_components(scenario: Reported, level: float | None) -> Split:
    """Return the variance of a run's part in a share: of being self-standing, or of lying at or below a quantile.

    Of a quantile the variance is that of its level, level (1 - level): counts repeat, so that the share of runs at or
    below a quantile of counts is not its level.

    Parameters
    ----------
    scenario
        Numbers of the scenario.
    level
        Level of the quantile of operating; ``None`` for P(self-standing).
    """
    if level is None:
        return components(scenario.standing, scenario.groups)
    below = (scenario.operating <= np.quantile(scenario.operating, level)).astype(np.float64)
    parts = components(below, scenario.groups)
    total = parts.parameters + parts.chance
    scale = level * (1.0 - level) / total if total > 0.0 else 0.0
    return Split(parts.parameters * scale, parts.chance * scale) if scale else Split(0.0, level * (1.0 - level))


def _precision(
    scenario: Reported,
    quantity: str,
    quantile: float | None,
    pool: int | None,
    level: float,
    runs: int | None,
    replicates: int,
) -> Precision:
    finished = scenario.standing.size
    counts = np.unique(scenario.groups, return_counts=True)[1]
    count = finished if runs is None else runs
    spread = concentration(counts) if runs is None else planned_concentration(runs, replicates, pool)
    half = half_width(error(share_components(scenario, quantile), count, spread, pool), count, level)
    if quantile is None:
        share = float(scenario.standing.mean())
        return Precision(scenario.scenario, quantity, share, half, max(share - half, 0.0), min(share + half, 1.0))
    estimate = float(np.quantile(scenario.operating, quantile))
    return Precision(
        scenario.scenario, quantity, estimate, half, *quantile_interval(scenario.operating, quantile, half)
    )


def runs_needed(
    reported: Sequence[Reported], half: float, *, replicates: int = 1, pool: int | None = None, level: float = LEVEL
) -> int | None:
    """Return the fewest runs at which every number of :func:`precisions` but the median is as precise as `half`.

    Parameters
    ----------
    reported
        Numbers of each scenario.
    half
        Half-width asked for, as a share.
    replicates
        Runs of a draw.
    pool
        Draws there are in all, where they are finite.
    level
        Coverage of the intervals.

    Returns
    -------
    The number of runs; ``None`` where none is enough.
    """
    needs = [
        runs_for(share_components(scenario, share), half, replicates, pool, level)
        for scenario in reported
        if scenario.standing.size
        for quantity, share in _asked()
        if quantity != "operating_50"
    ]
    return None if not needs or None in needs else max(count for count in needs if count is not None)


@dataclass(frozen=True)
class StudyPlan:
    """Cost and precision of a study, before it is run."""

    runs: int
    """Runs of each scenario."""
    replicates: int
    """Runs of a draw."""
    scenarios: int
    """Number of scenarios."""
    seconds: float
    """Time on the threads given, from a timed pilot of this very study; without compiling."""
    threads: int
    """Threads that the time is given for."""
    pilot: int
    """Runs of the pilot."""
    precisions: tuple[Precision, ...]
    """Of the first scenario, at so many runs, from the pilot."""
    wanted: float | None = None
    """Half-width asked for, as a share."""
    needed: int | None = None
    """Runs that reach that half-width; ``None`` where none do."""
    pool: int | None = None
    """Draws in the posterior, where draws come from one."""
    pasts: float | None = None
    """Effective number of their different pasts."""
    left_open: float | None = None
    """Half-width of P(self-standing) that the posterior's own making leaves open, however many runs are made."""

    def of(self, quantity: str) -> Precision | None:
        """Return the precision of one quantity."""
        return next((precision for precision in self.precisions if precision.quantity == quantity), None)
