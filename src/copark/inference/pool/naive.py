"""Persistence among parks: the last value stays, give or take what counts of parks have moved in the past.

A series with one value has no steps of its own, and persistence from it alone is far too sure of itself. So the pace of
the random walk in ln(1 + count) comes from all parks known by then, as if it had been seen in FEW steps, and from the
park's own steps. It walks in ln(age): young parks move faster. A line and a logistic curve are those of
:mod:`copark.analysis.benchmark_forecasts`, through the park's own values.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from copark.inference.pool.growth import Past

Floats = NDArray[np.float64]
FEW = 4.0
"""Steps that the pace of the other parks counts for."""
AT_FIRST = 1.0
"""Variance for each factor of e in age before any park has told anything."""
REPORT = 0.05**2
"""Variance of one report in logs."""


def steps_of(past: Past) -> tuple[float, float, int]:
    """Sum of squared steps of ln(1 + count), ln(age) they took, and how many; errors of the two reports taken off."""
    order = np.argsort(past.ages, kind="stable")
    spans, steps = np.diff(np.log(past.ages[order])), np.diff(past.logs[order])
    far = spans > 0.0
    moved = np.maximum(steps[far] ** 2 - 2.0 * REPORT, 0.0)
    return float(moved.sum()), float(spans[far].sum()), int(far.sum())


def pace_of(others: Sequence[Past]) -> float:
    """Variance of ln(1 + count) for a factor of e in age, over parks."""
    found = [steps_of(one) for one in others]
    span = sum(one[1] for one in found)
    return sum(one[0] for one in found) / span if span > 0.0 else AT_FIRST


def persistence(past: Past, others: Sequence[Past], age: float, members: int) -> Floats:
    """Forecast a count at an age by the last value known, at equal steps of probability; shape (members,)."""
    from scipy.stats import t as student

    moved, span, steps = steps_of(past)
    mean_span = span / steps if steps else 1.0
    pace = (FEW * pace_of(others) + (moved / mean_span if steps else 0.0)) / (FEW + steps)
    last = int(np.argmax(past.ages))
    scale = np.sqrt(max(pace, 1e-6) * max(np.log(age / past.ages[last]), 0.0) + 2.0 * REPORT)
    levels = (np.arange(members) + 0.5) / members
    found: Floats = np.maximum(np.expm1(past.logs[last] + scale * student.ppf(levels, FEW + steps)), 0.0)
    return found
