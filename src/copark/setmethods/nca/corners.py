"""The four corners: which values of the condition are needed for which values of the outcome.

Corner 1 (upper left empty): a high outcome needs a high condition. 2 (upper right): a high outcome needs a low
condition. 3 (lower left): a low outcome needs a high condition. 4 (lower right): a low outcome needs a low condition.
Each is corner 1 of mirrored data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CORNERS = (1, 2, 3, 4)


@dataclass(frozen=True)
class Scope:
    """The box of what is possible, in the data's own units; the observed ranges unless theory gives wider ones."""

    x_low: float
    x_high: float
    y_low: float
    y_high: float

    @property
    def area(self) -> float:
        """Area of the box."""
        return (self.x_high - self.x_low) * (self.y_high - self.y_low)


@dataclass(frozen=True)
class View:
    """How a corner is looked at: with the condition, the outcome, or both mirrored.

    Parameters
    ----------
    corner
        1 to 4.
    """

    corner: int

    @property
    def x_sign(self) -> float:
        """-1 where a low condition is needed."""
        return -1.0 if self.corner in (2, 4) else 1.0

    @property
    def y_sign(self) -> float:
        """-1 where a low outcome is explained."""
        return -1.0 if self.corner in (3, 4) else 1.0

    def scope(self, scope: Scope) -> Scope:
        """A box as it is seen."""
        xs = sorted((self.x_sign * scope.x_low, self.x_sign * scope.x_high))
        ys = sorted((self.y_sign * scope.y_low, self.y_sign * scope.y_high))
        return Scope(xs[0], xs[1], ys[0], ys[1])

    def points(
        self, x: NDArray[np.float64], y: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:  # fmt: skip
        """Points as they are seen; seen twice they are as they were."""
        return self.x_sign * x + 0.0, self.y_sign * y + 0.0

    def line(self, intercept: float, slope: float) -> tuple[float, float]:
        """A line as it is seen, or, seen already, as it is: intercept and slope."""
        return self.y_sign * intercept, self.y_sign * self.x_sign * slope


def observed_scope(x: NDArray[np.float64], y: NDArray[np.float64]) -> Scope:
    """The box the data fill."""
    return Scope(float(x.min()), float(x.max()), float(y.min()), float(y.max()))
