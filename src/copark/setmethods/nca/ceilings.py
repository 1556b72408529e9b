"""The two ceilings over a scatter seen from corner 1, and the empty zone above them.

CE-FDH is the step that never falls and lies on or above every point (free disposal hull). CR-FDH is the least-squares
line through the peers, the points where the step rises. Repeated peers are kept and weigh in the line as often as they
are observed.

The four corners: which values of the condition are needed for which values of the outcome.

Corner 1 (upper left empty): a high outcome needs a high condition. 2 (upper right): a high outcome needs a low
condition. 3 (lower left): a low outcome needs a high condition. 4 (lower right): a low outcome needs a low condition.
Each is corner 1 of mirrored data.

The bottleneck table: how much of a condition each level of the outcome needs.

Is the empty zone larger than chance would leave it? (Dul, van der Laan & Kuik 2020)

The outcome is dealt out anew to the cases; p = (1 + number of deals with a zone at least as large) / (1 + deals), the
form that is never zero (Phipson & Smyth 2010).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]


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
class ScopeView:
    """How a corner is looked at: with the condition, the outcome, or both mirrored."""

    corner: int
    """1 to 4."""

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


Kind = Literal["ce_fdh", "cr_fdh"]
KINDS: tuple[Kind, ...] = ("ce_fdh", "cr_fdh")
NEAR = 1e-9
"""Share of the outcome's range by which a point may stick out of a ceiling and still count as below it."""


@dataclass(frozen=True)
class Steps:
    """A scatter sorted by the condition, as the ceilings need it."""

    x: Values
    """Distinct values of the condition, rising."""
    starts: NDArray[np.intp]
    """Place of the first case of each among all cases in this order."""
    order: NDArray[np.intp]
    """Places of the cases in the order of the condition."""

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


NOT_NEEDED, OUT_OF_REACH = "NN", "NA"
LEVELS = tuple(float(level) for level in range(0, 101, 10))
"""Levels of the outcome, in per cent of its range."""


@dataclass(frozen=True)
class Bottleneck:
    """What a level of the outcome needs."""

    level: float
    """Per cent of the outcome's range, seen from the corner: 100 is the best, or lowest, value."""
    needed: float | None
    """Per cent of the condition's range, seen likewise; ``None`` where nothing is needed or it is out of reach."""
    mark: str
    """``NN`` where nothing is needed, ``NA`` where the ceiling puts the level out of reach of the scope, else empty."""

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


CHUNK = 500
TIE = 1e-12
"""Effect sizes this near count as equal: many deals leave the very same zone."""


def p_values(
    steps: Steps,
    y: NDArray[np.float64],
    scope: Scope,
    deals: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[Kind, float]:
    """The p of both ceilings, over the same deals.

    Parameters
    ----------
    steps, y, scope
        The scatter as it is seen.
    deals
        How many permutations.
    progress
        Told deals done and deals in all.
    """
    luck = np.random.default_rng(seed)
    observed = {kind: float(zones(steps, y, scope, kind)) for kind in KINDS}
    reached = dict.fromkeys(KINDS, 0)
    done = 0
    while done < deals:
        count = min(CHUNK, deals - done)
        dealt = luck.permuted(np.broadcast_to(y, (count, y.size)), axis=1)
        for kind in KINDS:
            found = zones(steps, dealt, scope, kind)
            reached[kind] += int(np.count_nonzero(found >= observed[kind] - TIE * scope.area))
        done += count
        if progress is not None:
            progress(done, deals)
    return {kind: (1 + reached[kind]) / (1 + deals) for kind in KINDS}
