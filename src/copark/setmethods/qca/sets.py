"""Terms and solutions: conjunctions of conditions and disjunctions of these, their names, rows and memberships."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

NEGATED, PRESENT, ABSENT = 0, 1, 2

Term = tuple[int, ...]
"""One entry a condition: negated, present, or absent from the conjunction."""

Model = tuple[Term, ...]
"""A disjunction of terms, in order."""


def order(term: Term) -> tuple[int, Term]:
    """What terms are sorted by: number of literals, then conditions from the first on.

    Negated comes before present, but in terms that name every condition present comes first: the order in which the
    published programs number tied models.
    """
    return literals(term), term if ABSENT in term else tuple(-value for value in term)


def literals(term: Term) -> int:
    """How many conditions a term names."""
    return sum(value != ABSENT for value in term)


def term_name(term: Term, conditions: Sequence[str]) -> str:
    """A term as it is written: ``A*~B``; ``1`` for the term that names no condition and holds everywhere."""
    named = [
        name if value == PRESENT else f"~{name}"
        for name, value in zip(conditions, term, strict=True)
        if value != ABSENT
    ]
    return "*".join(named) or "1"


def model_name(model: Model, conditions: Sequence[str]) -> str:
    """A model as it is written: ``A*~B + C``."""
    return " + ".join(term_name(term, conditions) for term in model)


def term_membership(term: Term, members: NDArray[np.float64]) -> NDArray[np.float64]:
    """Membership of each case in a conjunction: the least of its literals' (1 for the empty term).

    Parameters
    ----------
    members
        Memberships, shape (case, condition).
    """
    found = np.ones(members.shape[0])
    for at, value in enumerate(term):
        if value != ABSENT:
            column = members[:, at]
            found = np.minimum(found, column if value == PRESENT else 1.0 - column)
    return found


def model_membership(model: Iterable[Term], members: NDArray[np.float64]) -> NDArray[np.float64]:
    """Membership of each case in a disjunction: the greatest of its terms' (0 for a model without terms)."""
    found = np.zeros(members.shape[0])
    for term in model:
        found = np.maximum(found, term_membership(term, members))
    return found


@lru_cache(maxsize=8192)
def rows_of(term: Term) -> frozenset[int]:
    """Numbers, from 0, of the rows of the truth table in a term: conditions are digits, the first the highest."""
    choices = [(0, 1) if value == ABSENT else (value,) for value in term]
    weights = [1 << (len(term) - 1 - at) for at in range(len(term))]
    return frozenset(sum(w * d for w, d in zip(weights, digits, strict=True)) for digits in product(*choices))


def within(inner: Term, outer: Term) -> bool:
    """Whether every row of one term is a row of another."""
    return all(wide in (ABSENT, narrow) for narrow, wide in zip(inner, outer, strict=True))


def digits(row: int, count: int) -> tuple[int, ...]:
    """The values of the conditions in a row numbered from 0."""
    return tuple((row >> (count - 1 - at)) & 1 for at in range(count))
