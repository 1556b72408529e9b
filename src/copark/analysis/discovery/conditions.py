"""Conditions: limits of factors that together make a box, and what a box holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Condition:
    """A factor held between limits: above ``low``, at most ``high``; infinite where there is none."""

    factor: int
    low: float = -np.inf
    high: float = np.inf

    def holds(self, x: Floats) -> Flags:
        """Whether it holds in each run, shape (runs,)."""
        column = x[:, self.factor]
        found: Flags = (column > self.low) & (column <= self.high)
        return found


def inside(conditions: Iterable[Condition], x: Floats) -> Flags:
    """Whether all conditions hold in each run, shape (runs,)."""
    found = np.ones(len(x), dtype=bool)
    for one in conditions:
        found &= one.holds(x)
    return found


@dataclass(frozen=True)
class Holding:
    """What a box holds.

    Parameters
    ----------
    runs, cases
        Runs in it, and those of them in which it happens.
    all_runs, all_cases
        The same of the whole sample.
    """

    runs: int
    cases: int
    all_runs: int
    all_cases: int

    @property
    def density(self) -> float:
        """Share of the box's runs in which it happens."""
        return self.cases / self.runs if self.runs else float("nan")

    @property
    def coverage(self) -> float:
        """Share of all that happens that is in the box."""
        return self.cases / self.all_cases if self.all_cases else float("nan")

    @property
    def mass(self) -> float:
        """Share of all runs that are in the box."""
        return self.runs / self.all_runs if self.all_runs else float("nan")

    @property
    def rate(self) -> float:
        """Share of all runs in which it happens."""
        return self.all_cases / self.all_runs if self.all_runs else float("nan")


def holding(within: Flags, happens: Flags) -> Holding:
    """Count what a box holds."""
    both = int(np.count_nonzero(within & happens))
    return Holding(int(np.count_nonzero(within)), both, len(happens), int(np.count_nonzero(happens)))
