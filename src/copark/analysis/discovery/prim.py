"""PRIM, the patient rule induction method: peel a box down to where something happens, then paste back.

From the box of all runs a thin slice is taken off again and again, on the side of the factor where that raises the
share of cases most for the runs it costs; when the box is small, its sides are moved out again as long as the share
rises. The path of boxes is a trade-off: the farther it goes, the surer (density) and the fewer of all cases are left in
it (coverage). The box chosen has the largest coverage times excess of density over the share among all runs, which for
a rare outcome is the product of the two; conditions that hardly help are dropped.

What a box is worth is counted on runs it was not found on. How sure a condition is, two numbers tell: its quasi-p-value
(how likely so many cases would be had it been drawn at random from the box without it; a description, no test of the
world) and how often it comes back when the search is repeated on other draws from the same runs. Conditions that seldom
come back are dropped.
Source: Friedman and Fisher, Statistics and Computing 9 (1999), 123-143; Bryant and Lempert, Technological Forecasting
and Social Change 77 (2010), 34-49; peeling criterion of Kwakkel and Jaxa-Rozen, Environmental Modelling & Software 79
(2016), 311-321.

Conditions: limits of factors that together make a box, and what a box holds.

A small tree: the space of uncertainties cut into a few parts, by yes-or-no questions about one factor at a time.

Grown by scikit-learn (CART) on one half of the runs; the shares of its leaves are counted on the other.
Source: Breiman, Friedman, Olshen and Stone, Classification and Regression Trees (1984).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class BoxCondition:
    """A factor held between limits: above ``low``, at most ``high``; infinite where there is none."""

    factor: int
    low: float = -np.inf
    high: float = np.inf

    def holds(self, x: Floats) -> Flags:
        """Whether it holds in each run, shape (runs,)."""
        column = x[:, self.factor]
        found: Flags = (column > self.low) & (column <= self.high)
        return found


def inside(conditions: Iterable[BoxCondition], x: Floats) -> Flags:
    """Whether all conditions hold in each run, shape (runs,)."""
    found = np.ones(len(x), dtype=bool)
    for one in conditions:
        found &= one.holds(x)
    return found


@dataclass(frozen=True)
class BoxStatistics:
    """What a box holds."""

    runs: int
    cases: int
    """runs, cases: runs in it, and those of them in which it happens."""
    all_runs: int
    all_cases: int
    """all_runs, all_cases: the same of the whole sample."""

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


def holding(within: Flags, happens: Flags) -> BoxStatistics:
    """Count what a box holds."""
    both = int(np.count_nonzero(within & happens))
    return BoxStatistics(int(np.count_nonzero(within)), both, len(happens), int(np.count_nonzero(happens)))


PEEL, PASTE = 0.05, 0.05
LEAST_MASS = 0.03
MOST_CONDITIONS = 4
WORTH = 0.03
"""A condition must raise the worth of a box by this share, or it is dropped."""
REPEATS = 10
STEADY = 0.5
"""Conditions that come back in fewer than this share of repeated searches are dropped."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Side:
    """One condition of a box, and how sure it is."""

    condition: BoxCondition
    quasi_p: float
    """Probability of as many cases in the box, had its runs been drawn from the box without this condition."""
    comes_back: float
    """Share of repeated searches whose box holds the same factor from the same side."""


@dataclass(frozen=True)
class Box:
    """A box, its conditions in the order of what they are worth, and what it holds of the runs kept aside."""

    sides: tuple[Side, ...]
    held: BoxStatistics

    @property
    def conditions(self) -> tuple[BoxCondition, ...]:
        """Its conditions."""
        return tuple(side.condition for side in self.sides)


@dataclass(frozen=True)
class Path:
    """The trade-off: of every box on the way, what it holds of the runs kept aside, and how many factors it limits."""

    held: tuple[BoxStatistics, ...]
    limited: tuple[int, ...]


@dataclass(frozen=True)
class Discovery:
    """Boxes of one outcome, each found among the runs outside those before it; the path to the first."""

    boxes: tuple[Box, ...]
    path: Path


@dataclass
class _Limits:
    """A box as two rows of limits, shape (factors,)."""

    low: Floats
    high: Floats

    def conditions(self) -> tuple[BoxCondition, ...]:
        limited = np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))
        return tuple(BoxCondition(int(n), float(self.low[n]), float(self.high[n])) for n in limited)

    def moved(self, factor: int, *, low: float | None = None, high: float | None = None) -> _Limits:
        other = _Limits(self.low.copy(), self.high.copy())
        if low is not None:
            other.low[factor] = low
        if high is not None:
            other.high[factor] = high
        return other


def peel(x: Floats, y: Flags) -> list[tuple[BoxCondition, ...]]:
    """Peel the box of all runs; give the conditions of every box on the way, the widest first.

    Parameters
    ----------
    x
        Factors, shape (runs, factors).
    y
        Whether it happens, shape (runs,).
    """
    limits = _Limits(np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf))
    path: list[tuple[BoxCondition, ...]] = [()]
    floor = max(LEAST_MASS * len(x), 2.0)
    while len(x) > floor and 0 < np.count_nonzero(y) < len(y):
        found = _best_peel(x, y, floor)
        if found is None:
            break
        factor, low, high = found
        limits = limits.moved(factor, low=low, high=high)
        kept = BoxCondition(factor, -np.inf if low is None else low, np.inf if high is None else high).holds(x)
        x, y = x[kept], y[kept]
        path.append(limits.conditions())
    return path


def _best_peel(x: Floats, y: Flags, floor: float) -> tuple[int, float | None, float | None] | None:
    """The slice whose loss raises the share of cases most for each run it costs; at least ``floor`` runs stay."""
    lows, highs = np.quantile(x, (PEEL, 1.0 - PEEL), axis=0, method="inverted_cdf")
    share, best, found = float(y.mean()), 0.0, None
    for factor in range(x.shape[1]):
        column = x[:, factor]
        for side, kept, limit in (
            ("low", column > lows[factor], float(lows[factor])),
            ("high", column < highs[factor], float(highs[factor])),
        ):
            left = int(np.count_nonzero(kept))
            if left < floor or left == len(x):
                continue
            gain = (float(y[kept].mean()) - share) / (len(x) - left)
            if gain > best:
                best = gain
                found = (factor, limit, None) if side == "low" else (factor, None, float(column[kept].max()))
    return found


def paste(conditions: Sequence[BoxCondition], x: Floats, y: Flags) -> tuple[BoxCondition, ...]:
    """Move the sides of a box out again as long as the share of cases does not fall."""
    limits = _Limits(np.full(x.shape[1], -np.inf), np.full(x.shape[1], np.inf))
    for one in conditions:
        limits = limits.moved(one.factor, low=one.low, high=one.high)
    while True:
        now = inside(limits.conditions(), x)
        share, best, found = holding(now, y).density, holding(now, y).density, None
        more = max(1, int(PASTE * np.count_nonzero(now)))
        for one in limits.conditions():
            for wider in _wider(limits, one, x, more):
                got = holding(inside(wider.conditions(), x), y)
                if got.runs > np.count_nonzero(now) and got.density >= share and got.density >= best:
                    best, found = got.density, wider
        if found is None:
            return limits.conditions()
        limits = found


def _wider(limits: _Limits, one: BoxCondition, x: Floats, more: int) -> list[_Limits]:
    """The box with one of a factor's limits moved out by some runs."""
    others = tuple(other for other in limits.conditions() if other.factor != one.factor)
    column = x[inside(others, x), one.factor]
    made = []
    if np.isfinite(one.low):
        below = np.sort(column[column <= one.low])
        made.append(limits.moved(one.factor, low=float(below[-more - 1]) if len(below) > more else -np.inf))
    if np.isfinite(one.high):
        above = np.sort(column[column > one.high])
        made.append(limits.moved(one.factor, high=float(above[more - 1]) if len(above) > more else np.inf))
    return made


def chosen(path: Sequence[Sequence[BoxCondition]], x: Floats, y: Flags) -> tuple[BoxCondition, ...]:
    """The box of the path that is worth most, pasted, less the conditions that hardly help."""
    worth = [_worth(conditions, x, y) for conditions in path]
    return thinned(paste(path[int(np.argmax(worth))], x, y), x, y)


def thinned(conditions: Sequence[BoxCondition], x: Floats, y: Flags) -> tuple[BoxCondition, ...]:
    """Drop conditions, the least helpful first, while one is worth too little or they are too many.

    What is left is given with the most helpful first.
    """
    kept = [one for part in conditions for one in _sides(part)]
    while kept:
        whole = _worth(kept, x, y)
        without = [_worth([other for other in kept if other is not one], x, y) for one in kept]
        weakest = int(np.argmax(without))
        if whole > without[weakest] * (1.0 + WORTH) and len(kept) <= MOST_CONDITIONS:
            return tuple(kept[n] for n in np.argsort(without, kind="stable"))
        del kept[weakest]
    return ()


def _sides(one: BoxCondition) -> list[BoxCondition]:
    """A condition's lower and upper limit as two."""
    made = [BoxCondition(one.factor, low=one.low)] if np.isfinite(one.low) else []
    return [*made, BoxCondition(one.factor, high=one.high)] if np.isfinite(one.high) else made


def _worth(conditions: Sequence[BoxCondition], x: Floats, y: Flags) -> float:
    """Coverage times (density - rate) / (1 - rate): 0 for the box of all runs, 1 for one that holds just the cases."""
    held = holding(inside(conditions, x), y)
    if not held.runs or held.rate >= 1.0:
        return 0.0
    return held.coverage * max(held.density - held.rate, 0.0) / (1.0 - held.rate)


def quasi_p(conditions: Sequence[BoxCondition], at: int, x: Floats, y: Flags) -> float:
    """Probability of at least as many cases in a box, had its runs come from the box without one of its conditions."""
    from scipy.stats import binom

    without = holding(inside([one for n, one in enumerate(conditions) if n != at], x), y)
    held = holding(inside(conditions, x), y)
    return float(binom.sf(held.cases - 1, held.runs, without.density)) if held.runs and without.runs else float("nan")


def discover(
    x: Floats, y: Flags, *, boxes: int = 2, seed: int = 1, repeats: int = REPEATS, progress: Progress | None = None
) -> Discovery:
    """Find boxes in one half of the runs and count what they hold in the other.

    Parameters
    ----------
    x, y
        Factors, shape (runs, factors), and whether it happens, shape (runs,).
    boxes
        Boxes at most; a further one must be twice as dense as all runs and hold a twentieth of all cases.
    repeats
        Searches repeated on other draws, for the first box.
    """
    generator = np.random.default_rng([seed, len(x)])
    order = generator.permutation(len(x))
    here, aside = order[: len(x) // 2], order[len(x) // 2 :]
    path = peel(x[here], y[here])
    kept = Path(
        tuple(holding(inside(one, x[aside]), y[aside]) for one in path),
        tuple(len({part.factor for part in one}) for one in path),
    )
    found: list[Box] = []
    left, left_aside = here, aside
    for n in range(boxes):
        if n:
            path = peel(x[left], y[left])
        conditions = chosen(path, x[left], y[left]) if y[left].any() else ()
        back = come_back(conditions, x[left], y[left], generator, repeats, progress if n == 0 else None)
        steady = [at for at in range(len(conditions)) if not back[at] < STEADY]
        conditions = tuple(conditions[at] for at in steady)
        held = holding(inside(conditions, x[left_aside]), y[left_aside])
        held = BoxStatistics(held.runs, held.cases, len(aside), int(np.count_nonzero(y[aside])))
        worthy = held.density >= 2.0 * held.rate and held.coverage >= 0.05
        if not conditions or (n and not worthy):
            break
        sides = tuple(
            Side(one, quasi_p(conditions, at, x[left_aside], y[left_aside]), float(back[steady[at]]))
            for at, one in enumerate(conditions)
        )
        found.append(Box(sides, held))
        left = left[~inside(conditions, x[left])]
        left_aside = left_aside[~inside(conditions, x[left_aside])]
    return Discovery(tuple(found), kept)


def come_back(
    conditions: Sequence[BoxCondition], x: Floats, y: Flags, generator: np.random.Generator, repeats: int,
    progress: Progress | None = None,
) -> NDArray[np.float64]:  # fmt: skip
    """Share of searches, on runs drawn again, whose box limits each condition's factor from the same side."""
    count = np.zeros(len(conditions))
    for n in range(repeats):
        rows = generator.integers(0, len(x), len(x))
        again = chosen(peel(x[rows], y[rows]), x[rows], y[rows]) if y[rows].any() else ()
        for at, one in enumerate(conditions):
            count[at] += any(
                other.factor == one.factor and np.isfinite(other.low) == np.isfinite(one.low) for other in again
            )
        if progress is not None:
            progress(n + 1, repeats)
    return count / repeats if repeats else np.full(len(conditions), np.nan)


DEPTH, LEAVES = 3, 6
LEAST_IN_LEAF = 0.02
LEAST_DECREASE = 2e-3
"""A cut must lower the impurity of the whole tree by this much."""


@dataclass(frozen=True)
class Node:
    """A part of the space: what it holds of the runs kept aside, and the question that cuts it, if one does."""

    conditions: tuple[BoxCondition, ...]
    """What holds in it."""
    held: BoxStatistics
    """Runs and cases kept aside that lie in it."""
    factor: int = -1
    limit: float = float("nan")
    """factor, limit: the question: is the factor at most the limit?"""
    yes: Node | None = None
    no: Node | None = None
    """yes, no: the two parts it is cut into; ``None`` in a leaf."""

    def leaves(self) -> Iterator[Node]:
        """The parts that are not cut further, from left to right."""
        if self.yes is None or self.no is None:
            yield self
        else:
            yield from self.yes.leaves()
            yield from self.no.leaves()

    @property
    def depth(self) -> int:
        """Questions on the longest way down."""
        return 0 if self.yes is None or self.no is None else 1 + max(self.yes.depth, self.no.depth)


def grow(x: Floats, y: Flags, *, seed: int = 1, depth: int = DEPTH, leaves: int = LEAVES) -> Node:
    """Grow a tree on one half of the runs and fill it with the other.

    Parameters
    ----------
    x, y
        Factors, shape (runs, factors), and whether it happens, shape (runs,).
    """
    from sklearn.tree import DecisionTreeClassifier

    order = np.random.default_rng([seed, len(x), 1]).permutation(len(x))
    here, aside = order[: len(x) // 2], order[len(x) // 2 :]
    if len(np.unique(y[here])) < 2:
        return Node((), holding(np.ones(len(aside), dtype=bool), y[aside]))
    grown = DecisionTreeClassifier(
        max_depth=depth, max_leaf_nodes=leaves, min_samples_leaf=max(5, int(LEAST_IN_LEAF * len(here))),
        min_impurity_decrease=LEAST_DECREASE, random_state=seed,
    ).fit(x[here], y[here])  # fmt: skip
    # CART compares single precision; limits are kept as it uses them
    return _node(grown.tree_, 0, (), x[aside], y[aside])


def _node(grown: object, at: int, conditions: tuple[BoxCondition, ...], x: Floats, y: Flags) -> Node:
    held = holding(inside(conditions, x), y)
    left = int(grown.children_left[at])  # type: ignore[attr-defined]
    if left < 0:
        return Node(conditions, held)
    right = int(grown.children_right[at])  # type: ignore[attr-defined]
    factor, limit = int(grown.feature[at]), float(grown.threshold[at])  # type: ignore[attr-defined]
    return Node(
        conditions, held, factor, limit,
        _node(grown, left, narrowed(conditions, BoxCondition(factor, high=limit)), x, y),
        _node(grown, right, narrowed(conditions, BoxCondition(factor, low=limit)), x, y),
    )  # fmt: skip


def narrowed(conditions: tuple[BoxCondition, ...], more: BoxCondition) -> tuple[BoxCondition, ...]:
    """Conditions with one more, joined with what they already say of its factor."""
    same = [one for one in conditions if one.factor == more.factor]
    joined = BoxCondition(
        more.factor, max([more.low, *(one.low for one in same)]), min([more.high, *(one.high for one in same)])
    )
    return (*(one for one in conditions if one.factor != more.factor), joined)
