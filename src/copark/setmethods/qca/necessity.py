"""Necessary conditions: every single condition and its negation, conjunctions and disjunctions of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.qca import fit
from copark.setmethods.qca.sets import ABSENT, NEGATED, PRESENT, Term, literals, term_membership, term_name
from copark.setmethods.qca.truth_table import NEAR

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST_LITERALS = 3
"""Conditions joined in a conjunction or disjunction that is looked at: longer ones explain nothing."""


@dataclass(frozen=True)
class Necessary:
    """An expression with its fit as a necessary set."""

    name: str
    fit: fit.Necessity


def single_terms(count: int) -> tuple[Term, ...]:
    """Each condition alone, then each negation."""
    return tuple(
        tuple(value if at == place else ABSENT for at in range(count))
        for value in (PRESENT, NEGATED)
        for place in range(count)
    )


def _terms(count: int) -> Iterator[Term]:
    found = [t for t in product((NEGATED, PRESENT, ABSENT), repeat=count) if 0 < literals(t) <= MOST_LITERALS]
    yield from sorted(found, key=lambda term: (literals(term), [-value % 3 for value in term]))


def necessary_expressions(
    members: NDArray[np.float64],
    outcome: NDArray[np.float64],
    conditions: Sequence[str],
    *,
    incl_cut: float = 0.9,
    ron_cut: float = 0.6,
) -> tuple[Necessary, ...]:
    """Conjunctions and disjunctions that are consistent and relevant enough to be called necessary.

    All conjunctions that reach both cutoffs are given; of disjunctions only those no part of which is consistent
    already, for whatever is joined to a necessary condition is necessary too, and says less. A disjunction can always
    be made consistent by making it long: read it only if it has a meaning of its own (a higher-order construct).

    Parameters
    ----------
    members, outcome
        Memberships, shapes (case, k) and (case,).
    incl_cut, ron_cut
        Least consistency and least relevance of necessity.
    """
    count = members.shape[1]
    found = []
    for term in _terms(count):
        value = fit.necessity(term_membership(term, members), outcome)
        if value.inclusion >= incl_cut - NEAR and value.relevance >= ron_cut - NEAR:
            found.append(Necessary(term_name(term, conditions), value))
    consistent: list[frozenset[Term]] = []
    singles = single_terms(count)
    for size in range(1, min(MOST_LITERALS, count) + 1):
        for parts in combinations(singles, size):
            if len({_place(part) for part in parts}) < size or any(known <= set(parts) for known in consistent):
                continue
            joined = np.max([term_membership(part, members) for part in parts], axis=0)
            value = fit.necessity(joined, outcome)
            if value.inclusion >= incl_cut - NEAR:
                consistent.append(frozenset(parts))
                if size > 1 and value.relevance >= ron_cut - NEAR:
                    ordered = sorted(parts, key=_place)
                    found.append(Necessary(" + ".join(term_name(part, conditions) for part in ordered), value))
    return tuple(found)


def _place(term: Term) -> int:
    return next(at for at, value in enumerate(term) if value != ABSENT)
