"""Which formula lies behind degrees that someone else computed: the right ones, and the known misprints.

Wang et al. 2021 name four misuses: a wrong formula, a lost coefficient, weights in the wrong place, a model that does
not hold. The first three leave traces that can be looked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.coupling_degree.degree import Coupled
from copark.setmethods.coupling_degree.formulas import coordination

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

RIGHT = frozenset(("standard", "wang2021", "root_of_standard", "root_of_wang2021"))
NEAR = 0.0055
"""Largest difference at any case that rounding to two decimals, of scores and degrees, is taken to explain."""


@dataclass(frozen=True)
class Reported:
    """A column of degrees that someone computed.

    Parameters
    ----------
    column
        Its name.
    what
        ``C`` or ``D``.
    matches
        Formulas that give it, by name, with the largest difference.
    nearest
        The formula that comes nearest, and its largest difference.
    """

    column: str
    what: str
    matches: tuple[tuple[str, float], ...]
    nearest: tuple[str, float]

    @property
    def sound(self) -> bool:
        """Whether a right formula gives it."""
        return any(name in RIGHT for name, _ in self.matches)


def couplings(found: Coupled) -> dict[str, Values]:
    """C after every formula, right and wrong."""
    u, alpha = found.scores, found.alpha
    n = u.shape[1]
    total, product = u.sum(axis=1), u.prod(axis=1)
    first, second = np.triu_indices(n, k=1)
    pairs = (u[:, first] + u[:, second]).prod(axis=1)
    weighted = u * alpha
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio, by_pairs = product / total**n, product / pairs
        inside = n * weighted.prod(axis=1) ** (1.0 / n) / weighted.sum(axis=1)
    made = {
        "no_coefficient": ratio ** (1.0 / n),
        "no_root": ratio * float(n) ** n,
        "neither": ratio,
        "coefficient_without_root": n * ratio,
        "pair_sums": by_pairs ** (1.0 / n),
        "pair_sums_times_n": n * by_pairs ** (1.0 / n),
        "weights_inside": inside,
    }
    right = {"standard": found.forms["standard"].coupling, "wang2021": found.forms["wang2021"].coupling}
    return {**right, **{name: np.nan_to_num(value) for name, value in made.items()}}


def coordinations(found: Coupled) -> dict[str, Values]:
    """D after every formula, right and wrong: the root of C T of each C, and C T without the root."""
    index = found.development
    each = couplings(found)
    rooted = {f"root_of_{name}": coordination(np.maximum(value, 0.0), index) for name, value in each.items()}
    return {**rooted, "no_square_root": each["standard"] * index, "no_square_root_wang2021": each["wang2021"] * index}


def reported(found: Coupled, column: str, what: str) -> Reported:
    """Find the formula behind a column.

    Parameters
    ----------
    found
        The degrees of the same scores.
    column
        A column of the table.
    what
        ``C`` or ``D``.
    """
    values = found.table.values[column]
    candidates: Mapping[str, Values] = couplings(found) if what == "C" else coordinations(found)
    gaps = {name: float(np.max(np.abs(value - values))) for name, value in candidates.items()}
    nearest = min(gaps.items(), key=lambda pair: pair[1])
    return Reported(column, what, tuple(pair for pair in gaps.items() if pair[1] <= NEAR), nearest)
