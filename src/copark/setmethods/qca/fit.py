"""Parameters of fit of a set x beside the outcome y (Ragin 2006, 2008; Schneider & Wagemann 2012).

Sufficiency: inclS = Σmin(x, y) / Σx, covS = Σmin(x, y) / Σy, and the proportional reduction in inconsistency
PRI = (Σmin(x, y) - Σmin(x, y, 1 - y)) / (Σx - Σmin(x, y, 1 - y)). Necessity: inclN = covS, covN = inclS, and the
relevance of necessity RoN = Σ(1 - x) / Σ(1 - min(x, y)). NaN where nothing is in the denominator.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.qca.sets import Model, Term, model_membership, term_membership

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Column = NDArray[np.float64]


@dataclass(frozen=True)
class Sufficiency:
    """How sufficient a set is: consistency, PRI, raw coverage, and unique coverage (NaN where it has no meaning)."""

    inclusion: float
    pri: float
    coverage: float
    unique: float


@dataclass(frozen=True)
class Necessity:
    """How necessary a set is: consistency, relevance, coverage."""

    inclusion: float
    relevance: float
    coverage: float


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else float("nan")


def sufficiency(x: Column, y: Column, unique: float = float("nan")) -> Sufficiency:
    """Fit of ``x`` as a sufficient set, both of shape (case,)."""
    both = float(np.minimum(x, y).sum())
    torn = float(np.minimum(np.minimum(x, y), 1.0 - y).sum())
    whole = float(x.sum())
    return Sufficiency(_ratio(both, whole), _ratio(both - torn, whole - torn), _ratio(both, float(y.sum())), unique)


def necessity(x: Column, y: Column) -> Necessity:
    """Fit of ``x`` as a necessary set, both of shape (case,)."""
    both = np.minimum(x, y)
    return Necessity(
        _ratio(float(both.sum()), float(y.sum())),
        _ratio(float((1.0 - x).sum()), float((1.0 - both).sum())),
        _ratio(float(both.sum()), float(x.sum())),
    )


def coverage(x: Column, y: Column) -> float:
    """Raw coverage of the outcome by a set."""
    return _ratio(float(np.minimum(x, y).sum()), float(y.sum()))


def fit_of_terms(
    terms: Sequence[Term], members: NDArray[np.float64], y: Column
) -> tuple[tuple[Sufficiency, ...], Sufficiency]:
    """Fit of each term and of all together; unique coverage is what the whole loses without the term.

    A term that stands alone has no unique coverage (NaN), nor has the whole.
    """
    whole = model_membership(terms, members)
    each = []
    for at, term in enumerate(terms):
        others: Model = (*terms[:at], *terms[at + 1 :])
        rest = coverage(model_membership(others, members), y) if others else float("nan")
        each.append(sufficiency(term_membership(term, members), y, coverage(whole, y) - rest))
    return tuple(each), sufficiency(whole, y)
