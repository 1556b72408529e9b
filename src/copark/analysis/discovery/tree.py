"""A small tree: the space of uncertainties cut into a few parts, by yes-or-no questions about one factor at a time.

Grown by scikit-learn (CART) on one half of the runs; the shares of its leaves are counted on the other.
Source: Breiman, Friedman, Olshen and Stone, Classification and Regression Trees (1984).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from copark.analysis.discovery.prim import Condition, Flags, Holding, holding, inside
from copark.arrays import Floats

DEPTH, LEAVES = 3, 6
LEAST_IN_LEAF = 0.02
WORTH = 2e-3
"""A cut must lower the impurity of the whole tree by this much."""


@dataclass(frozen=True)
class Node:
    """A part of the space: what it holds of the runs kept aside, and the question that cuts it, if one does."""

    conditions: tuple[Condition, ...]
    """What holds in it."""
    held: Holding
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
        min_impurity_decrease=WORTH, random_state=seed,
    ).fit(x[here], y[here])  # fmt: skip
    # CART compares single precision; limits are kept as it uses them
    return _node(grown.tree_, 0, (), x[aside], y[aside])


def _node(grown: object, at: int, conditions: tuple[Condition, ...], x: Floats, y: Flags) -> Node:
    held = holding(inside(conditions, x), y)
    left = int(grown.children_left[at])  # type: ignore[attr-defined]
    if left < 0:
        return Node(conditions, held)
    right = int(grown.children_right[at])  # type: ignore[attr-defined]
    factor, limit = int(grown.feature[at]), float(grown.threshold[at])  # type: ignore[attr-defined]
    return Node(
        conditions, held, factor, limit,
        _node(grown, left, narrowed(conditions, Condition(factor, high=limit)), x, y),
        _node(grown, right, narrowed(conditions, Condition(factor, low=limit)), x, y),
    )  # fmt: skip


def narrowed(conditions: tuple[Condition, ...], more: Condition) -> tuple[Condition, ...]:
    """Conditions with one more, joined with what they already say of its factor."""
    same = [one for one in conditions if one.factor == more.factor]
    joined = Condition(
        more.factor, max([more.low, *(one.low for one in same)]), min([more.high, *(one.high for one in same)])
    )
    return (*(one for one in conditions if one.factor != more.factor), joined)
