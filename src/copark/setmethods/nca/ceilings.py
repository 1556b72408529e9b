"""The two ceilings over a scatter seen from corner 1, and the empty zone above them.

CE-FDH is the step that never falls and lies on or above every point (free disposal hull). CR-FDH is the least-squares
line through the peers, the points where the step rises. Repeated peers are kept and weigh in the line as often as they
are observed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from copark.setmethods.nca.corners import Scope

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

Kind = Literal["ce_fdh", "cr_fdh"]
KINDS: tuple[Kind, ...] = ("ce_fdh", "cr_fdh")
NEAR = 1e-9
"""Share of the outcome's range by which a point may stick out of a ceiling and still count as below it."""


@dataclass(frozen=True)
class Steps:
    """A scatter sorted by the condition, as the ceilings need it.

    Parameters
    ----------
    x
        Distinct values of the condition, rising.
    starts
        Place of the first case of each among all cases in this order.
    order
        Places of the cases in the order of the condition.
    """

    x: Values
    starts: NDArray[np.intp]
    order: NDArray[np.intp]

    def tops(self, y: Values) -> tuple[Values, NDArray[np.intp]]:
        """The highest outcome at each x, and how many cases reach it; ``y`` of shape (…, case), in their own order."""
        ranked = y[..., self.order]
        highest: Values = np.maximum.reduceat(ranked, self.starts, axis=-1)
        sizes = np.diff(np.append(self.starts, self.order.size))
        reached = ranked >= np.repeat(highest, sizes, axis=-1)
        return highest, np.add.reduceat(reached.astype(np.intp), self.starts, axis=-1)


def steps_of(x: Values) -> Steps:
    """Sort a condition."""
    order = np.argsort(x, kind="stable")
    distinct, starts = np.unique(x[order], return_index=True)
    return Steps(distinct, starts, order)


def peers(steps: Steps, y: Values) -> tuple[Values, Values, NDArray[np.intp]]:
    """Where the step rises: x, y and how many cases stand there; ``y`` of shape (case,)."""
    highest, counts = steps.tops(y)
    before = np.concatenate([[-np.inf], np.maximum.accumulate(highest)[:-1]])
    rising = highest > before
    return steps.x[rising], highest[rising], counts[rising]


def step_zone(steps: Steps, y: Values, scope: Scope) -> Values:
    """Area above CE-FDH within the scope; ``y`` of shape (…, case), the result of shape (…)."""
    highest, _ = steps.tops(y)
    ceiling = np.maximum.accumulate(highest, axis=-1)
    widths = np.diff(np.append(steps.x, scope.x_high))
    first = (steps.x[0] - scope.x_low) * (scope.y_high - scope.y_low)
    above = np.clip(scope.y_high - ceiling, 0.0, scope.y_high - scope.y_low)
    found: Values = first + above @ widths
    return found


def peer_line(steps: Steps, y: Values) -> tuple[Values, Values]:
    """Intercept and slope of CR-FDH, NaN with fewer than two distinct peers; ``y`` of shape (…, case)."""
    highest, counts = steps.tops(y)
    before = np.concatenate(
        [np.full((*highest.shape[:-1], 1), -np.inf), np.maximum.accumulate(highest, axis=-1)[..., :-1]], axis=-1
    )
    weights = np.where(highest > before, counts, 0).astype(np.float64)
    total = weights.sum(axis=-1)
    mean_x, mean_y = (weights @ steps.x) / total, (weights * highest).sum(axis=-1) / total
    gap_x, gap_y = steps.x - mean_x[..., None], highest - mean_y[..., None]
    spread = (weights * gap_x**2).sum(axis=-1)
    enough = (weights > 0.0).sum(axis=-1) > 1
    slope = np.full(total.shape, np.nan)
    np.divide((weights * gap_x * gap_y).sum(axis=-1), spread, out=slope, where=enough)
    return np.asarray(mean_y - slope * mean_x), slope


def line_zone(intercept: Values, slope: Values, scope: Scope) -> Values:
    """Area above a rising line within the scope, the line cut at the box; 0 where there is no line.

    The cut line is three pieces: below the box, within it, above it.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        enters = np.clip((scope.y_low - intercept) / slope, scope.x_low, scope.x_high)
        leaves = np.clip((scope.y_high - intercept) / slope, scope.x_low, scope.x_high)
        at_entry = np.clip(intercept + slope * enters, scope.y_low, scope.y_high)
        at_exit = np.clip(intercept + slope * leaves, scope.y_low, scope.y_high)
    below = (enters - scope.x_low) * (scope.y_high - scope.y_low)
    inside = (leaves - enters) * (scope.y_high - (at_entry + at_exit) / 2.0)
    return np.where(np.isnan(slope), 0.0, below + inside)


def zones(steps: Steps, y: Values, scope: Scope, kind: Kind) -> Values:
    """Ceiling zone of one kind; ``y`` of shape (…, case), the result of shape (…)."""
    if kind == "ce_fdh":
        return step_zone(steps, y, scope)
    return line_zone(*peer_line(steps, y), scope)
