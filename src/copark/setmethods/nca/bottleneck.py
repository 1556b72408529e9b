"""The bottleneck table: how much of a condition each level of the outcome needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.nca.ceilings import NEAR, Kind, Steps, peer_line

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from copark.setmethods.nca.corners import Scope

NOT_NEEDED, OUT_OF_REACH = "NN", "NA"
LEVELS = tuple(float(level) for level in range(0, 101, 10))
"""Levels of the outcome, in per cent of its range."""


@dataclass(frozen=True)
class Bottleneck:
    """What a level of the outcome needs.

    Parameters
    ----------
    level
        Per cent of the outcome's range, seen from the corner: 100 is the best, or lowest, value.
    needed
        Per cent of the condition's range, seen likewise; ``None`` where nothing is needed or it is out of reach.
    mark
        ``NN`` where nothing is needed, ``NA`` where the ceiling puts the level out of reach of the scope, else empty.
    """

    level: float
    needed: float | None
    mark: str

    @property
    def written(self) -> str:
        """One decimal, or the mark."""
        return self.mark or f"{self.needed:.1f}"


def bottlenecks(
    steps: Steps, y: NDArray[np.float64], scope: Scope, kind: Kind, levels: tuple[float, ...] = LEVELS
) -> tuple[Bottleneck, ...]:  # fmt: skip
    """The smallest condition under whose ceiling each level fits, as the scatter is seen.

    Parameters
    ----------
    steps, y, scope
        The scatter.
    kind
        Which ceiling.
    levels
        Per cent of the outcome's range.
    """
    height, width = scope.y_high - scope.y_low, scope.x_high - scope.x_low
    found = []
    for level in levels:
        wanted = scope.y_low + level / 100.0 * height
        at = _smallest(steps, y, kind, wanted, NEAR * height)
        if at <= scope.x_low + NEAR * width or wanted <= scope.y_low + NEAR * height:
            found.append(Bottleneck(level, None, NOT_NEEDED))
        elif not at <= scope.x_high + NEAR * width:
            found.append(Bottleneck(level, None, OUT_OF_REACH))
        else:
            found.append(Bottleneck(level, 100.0 * (at - scope.x_low) / width, ""))
    return tuple(found)


def _smallest(steps: Steps, y: NDArray[np.float64], kind: Kind, wanted: float, slack: float) -> float:
    """Where a ceiling first reaches a height; infinity if nowhere, minus infinity where there is no ceiling."""
    if kind == "ce_fdh":
        highest, _ = steps.tops(y)
        reached = np.flatnonzero(np.maximum.accumulate(highest) >= wanted - slack)
        return float(steps.x[reached[0]]) if reached.size else float("inf")
    intercept, slope = (float(value) for value in peer_line(steps, y))
    return float("-inf") if np.isnan(slope) else (wanted - intercept) / slope
