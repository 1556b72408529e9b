"""Arithmetic of a factorial: weighted means of cells, and contrasts between them with paired Monte Carlo error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats, Integers
from copark.stats.precision import half_width
from copark.stats.rounding import NO_DIFFERENCE
from copark.stats.shares import z_of


@dataclass(frozen=True)
class MonteCarloEstimate:
    """A number with its Monte Carlo interval (95 %): what more runs of the same model and draws might still move."""

    value: float
    """The number."""
    low: float
    """Lower end."""
    high: float
    """Upper end."""

    @property
    def is_beyond_error(self) -> bool:
        """Return whether the interval leaves 0 out."""
        return self.low > NO_DIFFERENCE or self.high < -NO_DIFFERENCE


@dataclass(frozen=True)
class Grid:
    """A measure in the runs of every cell, on common random numbers."""

    values: Floats
    """Shape (cells, runs)."""
    weights: Floats
    """Weight of every run in every cell, of mean 1 over the runs of a cell, shape (cells, runs)."""
    draws: Integers
    """Draw of every run, shape (runs,)."""

    @property
    def means(self) -> Floats:
        """Weighted mean of every cell, shape (cells,)."""
        return np.asarray((self.weights * self.values).sum(axis=1) / self.weights.sum(axis=1))

    def contrast(self, coefficients: Sequence[float] | Floats) -> MonteCarloEstimate:
        """Combine the means of cells, with the error of the combination over draws.

        The runs of a number have the same draw and random numbers in every cell, so that what they have in common
        cancels: the error is that of each draw's own contrast (of ratios of sums where draws are weighted).

        Parameters
        ----------
        coefficients
            Coefficient of every cell, shape (cells,).
        """
        factors = np.asarray(coefficients, dtype=np.float64)
        error = self._error(factors)
        value = float(factors @ self.means)
        # What is alike in every run but for rounding is alike (decision 0082).
        value = value if abs(value) > NO_DIFFERENCE else 0.0
        half = z_of() * error if error > NO_DIFFERENCE else 0.0
        return MonteCarloEstimate(value, value - half, value + half)

    def share(self, cell: int) -> MonteCarloEstimate:
        """Return a cell's mean of a measure that is 0 or 1, within 0 and 1."""
        factors = np.zeros(len(self.values))
        factors[cell] = 1.0
        value = float(self.means[cell])
        half = half_width(self._error(factors), self.values.shape[1])
        return MonteCarloEstimate(value, max(value - half, 0.0), min(value + half, 1.0))

    def _error(self, factors: Floats) -> float:
        scaled = self.weights / self.weights.mean(axis=1, keepdims=True)
        parts = factors @ (scaled * (self.values - self.means[:, np.newaxis]))
        _, places, counts = np.unique(self.draws, return_inverse=True, return_counts=True)
        sums = np.bincount(places, weights=parts)
        if counts.size < 2:
            return float("nan")
        # Each draw adds its sum; their mean is 0 by construction.
        return float(np.sqrt((sums**2).sum() * counts.size / (counts.size - 1.0)) / counts.sum())


def main_effect(sides: Integers, choice: int) -> Floats:
    """Return coefficients of a choice's effect: its second side less its first, the mean over the others' sides.

    Parameters
    ----------
    sides
        Sides of every cell, shape (cells, choices).
    choice
        Place of the choice.
    """
    signs = 2.0 * sides[:, choice] - 1.0
    return np.asarray(signs * 2.0 / len(sides))


def interaction(sides: Integers, first: int, second: int) -> Floats:
    """Return coefficients of an interaction: how much larger a choice's effect is on the other's second side.

    Parameters
    ----------
    sides
        Sides of every cell, shape (cells, choices).
    first, second
        Places of the two choices.
    """
    signs = (2.0 * sides[:, first] - 1.0) * (2.0 * sides[:, second] - 1.0)
    return np.asarray(signs * 4.0 / len(sides))
