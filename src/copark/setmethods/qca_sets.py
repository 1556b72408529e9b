"""Sets of QCA: memberships from raw columns, terms (conjunctions), models (disjunctions of terms), and their fit.

Parameters of fit of a set x beside the outcome y (Ragin 2006, 2008; Schneider & Wagemann 2012).

Sufficiency: inclS = Σmin(x, y) / Σx, covS = Σmin(x, y) / Σy, and the proportional reduction in inconsistency
PRI = (Σmin(x, y) - Σmin(x, y, 1 - y)) / (Σx - Σmin(x, y, 1 - y)). Necessity: inclN = covS, covN = inclS, and the
relevance of necessity RoN = Σ(1 - x) / Σ(1 - min(x, y)). NaN where nothing is in the denominator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations, product
from math import log
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from copark.arrays import Floats
from copark.setmethods.table import CaseTable

NEAR = 1e-9
"""How near a membership is to the crossover, or a consistency to a cutoff, to count as on it."""
NEGATED = 0
PRESENT = 1
ABSENT = 2

Term = tuple[int, ...]
"""One entry a condition: negated, present, or absent from the conjunction."""

Model = tuple[Term, ...]
"""A disjunction of terms, in order."""


def order(term: Term) -> tuple[int, Term]:
    """Return the key that terms are sorted by: number of literals, then conditions from the first on.

    Negated comes before present, but in terms that name every condition present comes first: the order in which the
    published programs number tied models.
    """
    return literals(term), term if ABSENT in term else tuple(-value for value in term)


def literals(term: Term) -> int:
    """Count the conditions a term names."""
    return sum(value != ABSENT for value in term)


def term_name(term: Term, conditions: Sequence[str]) -> str:
    """Write a term: ``A*~B``; ``1`` for the term that names no condition and holds everywhere."""
    named = [
        name if value == PRESENT else f"~{name}"
        for name, value in zip(conditions, term, strict=True)
        if value != ABSENT
    ]
    return "*".join(named) or "1"


def model_name(model: Model, conditions: Sequence[str]) -> str:
    """Write a model: ``A*~B + C``."""
    return " + ".join(term_name(term, conditions) for term in model)


def term_membership(term: Term, members: Floats) -> Floats:
    """Return the membership of each case in a conjunction: the least of its literals' (1 for the empty term)."""
    membership = np.ones(members.shape[0])
    for condition, value in enumerate(term):
        if value != ABSENT:
            column = members[:, condition]
            membership = np.minimum(membership, column if value == PRESENT else 1.0 - column)
    return membership


def model_membership(model: Iterable[Term], members: Floats) -> Floats:
    """Return the membership of each case in a disjunction: the greatest of its terms' (0 for a model without terms)."""
    membership = np.zeros(members.shape[0])
    for term in model:
        membership = np.maximum(membership, term_membership(term, members))
    return membership


@lru_cache(maxsize=8192)
def rows_of(term: Term) -> frozenset[int]:
    """Return the numbers, from 0, of a term's rows in the truth table: conditions are digits, the first the highest."""
    choices = [(0, 1) if value == ABSENT else (value,) for value in term]
    weights = [1 << (len(term) - 1 - place) for place in range(len(term))]
    return frozenset(sum(w * d for w, d in zip(weights, digits, strict=True)) for digits in product(*choices))


def within(inner: Term, outer: Term) -> bool:
    """Return whether every row of one term is a row of another."""
    return all(wide in (ABSENT, narrow) for narrow, wide in zip(inner, outer, strict=True))


def digits(row: int, count: int) -> tuple[int, ...]:
    """Return the values of the conditions in a row numbered from 0."""
    return tuple((row >> (count - 1 - place)) & 1 for place in range(count))


@dataclass(frozen=True)
class Sufficiency:
    """Fit of a set as sufficient."""

    inclusion: float
    """Consistency, 0 to 1."""
    pri: float
    """Proportional reduction in inconsistency (PRI), 0 to 1."""
    coverage: float
    """Raw coverage, 0 to 1."""
    unique: float
    """Unique coverage, 0 to 1; NaN where it has no meaning."""


@dataclass(frozen=True)
class NecessityFit:
    """Fit of a set as necessary."""

    inclusion: float
    """Consistency, 0 to 1."""
    relevance: float
    """Relevance of necessity (RoN), 0 to 1."""
    coverage: float
    """Coverage, 0 to 1."""


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole > 0.0 else float("nan")


def sufficiency(x: Floats, y: Floats, unique: float = float("nan")) -> Sufficiency:
    """Return the fit of a set as sufficient.

    Parameters
    ----------
    x
        Memberships in the set, shape (case,).
    y
        Memberships in the outcome, shape (case,).
    unique
        Its unique coverage, where that has a meaning.
    """
    both = float(np.minimum(x, y).sum())
    # The part of x that is in the outcome and in its absence at once; PRI takes it off both sides, since it speaks for
    # neither.
    torn = float(np.minimum(np.minimum(x, y), 1.0 - y).sum())
    whole = float(x.sum())
    return Sufficiency(_ratio(both, whole), _ratio(both - torn, whole - torn), _ratio(both, float(y.sum())), unique)


def necessity(x: Floats, y: Floats) -> NecessityFit:
    """Return the fit of ``x`` as a necessary set, both of shape (case,)."""
    both = np.minimum(x, y)
    return NecessityFit(
        _ratio(float(both.sum()), float(y.sum())),
        _ratio(float((1.0 - x).sum()), float((1.0 - both).sum())),
        _ratio(float(both.sum()), float(x.sum())),
    )


def _coverage(x: Floats, y: Floats) -> float:
    return _ratio(float(np.minimum(x, y).sum()), float(y.sum()))


def fit_of_terms(terms: Sequence[Term], members: Floats, y: Floats) -> tuple[tuple[Sufficiency, ...], Sufficiency]:
    """Return the fit of each term and of all together; unique coverage is what the whole loses without the term.

    A term that stands alone has no unique coverage (NaN), nor has the whole.

    Parameters
    ----------
    terms
        The terms.
    members
        Memberships in the conditions, shape (case, k).
    y
        Memberships in the outcome, shape (case,).
    """
    whole = model_membership(terms, members)
    fits = []
    for place, term in enumerate(terms):
        others: Model = (*terms[:place], *terms[place + 1 :])
        rest = _coverage(model_membership(others, members), y) if others else float("nan")
        fits.append(sufficiency(term_membership(term, members), y, _coverage(whole, y) - rest))
    return tuple(fits), sufficiency(whole, y)


MOST_LITERALS = 3
"""Conditions joined in a conjunction or disjunction that is looked at: longer ones explain nothing."""
INCLUSION = 0.9
"""Least consistency of what may be called necessary."""
RELEVANCE = 0.6
"""Least relevance of what may be called necessary."""


@dataclass(frozen=True)
class Necessary:
    """An expression with its fit as a necessary set."""

    name: str
    """The expression."""
    fit: NecessityFit
    """How necessary it is."""


def single_terms(count: int) -> tuple[Term, ...]:
    """Return each condition alone, then each negation."""
    return tuple(
        tuple(value if condition == place else ABSENT for condition in range(count))
        for value in (PRESENT, NEGATED)
        for place in range(count)
    )


def necessary_expressions(members: Floats, outcome: Floats, conditions: Sequence[str]) -> tuple[Necessary, ...]:
    """Return the conjunctions and disjunctions that are consistent and relevant enough to be called necessary.

    All conjunctions that reach both cutoffs are given; of disjunctions only those no part of which is consistent
    already, for whatever is joined to a necessary condition is necessary too, and says less. A disjunction can always
    be made consistent by making it long: read it only if it has a meaning of its own (a higher-order construct).

    Parameters
    ----------
    members
        Memberships in the conditions, shape (case, k).
    outcome
        Memberships in the outcome, shape (case,).
    conditions
        Names of the conditions.
    """
    count = members.shape[1]
    expressions = []
    terms = [t for t in product((NEGATED, PRESENT, ABSENT), repeat=count) if 0 < literals(t) <= MOST_LITERALS]
    for term in sorted(terms, key=lambda term: (literals(term), [-value % 3 for value in term])):
        value = necessity(term_membership(term, members), outcome)
        # Sums of memberships such as 0.9 carry rounding; a consistency on the cutoff reaches it.
        if value.inclusion >= INCLUSION - NEAR and value.relevance >= RELEVANCE - NEAR:
            expressions.append(Necessary(term_name(term, conditions), value))
    consistent: list[frozenset[Term]] = []
    singles = single_terms(count)
    for size in range(1, min(MOST_LITERALS, count) + 1):
        for parts in combinations(singles, size):
            if len({_place(part) for part in parts}) < size or any(shorter <= set(parts) for shorter in consistent):
                continue
            joined = np.max([term_membership(part, members) for part in parts], axis=0)
            value = necessity(joined, outcome)
            if value.inclusion >= INCLUSION - NEAR:
                consistent.append(frozenset(parts))
                if size > 1 and value.relevance >= RELEVANCE - NEAR:
                    ordered = sorted(parts, key=_place)
                    expressions.append(Necessary(" + ".join(term_name(part, conditions) for part in ordered), value))
    return tuple(expressions)


def _place(term: Term) -> int:
    return next(place for place, value in enumerate(term) if value != ABSENT)


FULL = 0.95
"""Membership at the anchor of full inclusion (1 - FULL at that of full exclusion) in the logistic form."""

Form = Literal["logistic", "linear", "ecdf", "crisp"]


@dataclass(frozen=True)
class SetCalibration:
    """Anchors and form by which a raw column becomes a membership."""

    anchors: tuple[float, ...]
    """Exclusion, crossover, inclusion: rising, or falling where low raw values are members. Six of them (exclusion,
    crossover, inclusion, inclusion, crossover, exclusion) for a set of middling values, in the linear form. One or more
    rising thresholds in the crisp form: the value is how many of them the raw value reaches."""
    form: Form = "logistic"
    """``logistic`` (the direct method), ``linear`` (piecewise), ``ecdf`` (ranks among the cases on each side of
    the crossover, within the anchors) or ``crisp``."""
    full: float = FULL
    """Membership at the anchor of inclusion, in the logistic form."""

    def __post_init__(self) -> None:
        """See that the anchors can be used.

        Raises
        ------
        ValueError
            If their number or order does not fit the form, or ``full`` is not between 0.5 and 1.
        """
        steps = np.diff(self.anchors)
        if self.form == "crisp":
            sound = len(self.anchors) >= 1 and bool(np.all(steps > 0.0))
        elif len(self.anchors) == 6:
            sound = self.form == "linear" and bool(np.all(np.delete(steps, 2) > 0.0)) and steps[2] >= 0.0
        else:
            sound = len(self.anchors) == 3 and bool(np.all(steps > 0.0) or np.all(steps < 0.0))
        if not sound or not np.isfinite(self.anchors).all() or not 0.5 < self.full < 1.0:
            raise ValueError("anchors do not fit the form")


def calibrate(raw: ArrayLike, how: SetCalibration) -> Floats:
    """Turn raw values into memberships.

    The direct method: ``m = 1 / (1 + exp(-k (x - c) / (i - c)))`` on the side of inclusion and
    ``m = 1 / (1 + exp(-k (x - c) / (c - e)))`` on that of exclusion, with ``k = ln(full / (1 - full))``, 2.944 for
    0.95 (Ragin's program takes 3 instead: memberships then differ by up to 0.004). The linear form:
    ``0.5 (x - e) / (c - e)`` up to the crossover, ``1 - 0.5 (i - x) / (i - c)`` beyond it.
    """
    values = np.asarray(raw, dtype=np.float64)
    if how.form == "crisp":
        return np.asarray(np.sum(values[..., None] >= np.array(how.anchors), axis=-1), dtype=np.float64)
    if len(how.anchors) == 6:
        rising = how.anchors[:3]
        falling = how.anchors[:2:-1]
        return np.minimum(_linear(_towards(values, rising)), _linear(_towards(values, falling)))
    distance = _towards(values, how.anchors)
    if how.form == "logistic":
        return 1.0 / (1.0 + np.exp(np.clip(-log(how.full / (1.0 - how.full)) * distance, -700.0, 700.0)))
    return _ranked(distance) if how.form == "ecdf" else _linear(distance)


def _towards(values: Floats, anchors: tuple[float, ...]) -> Floats:
    """Return the distance from the crossover: -1 at exclusion, 0 at the crossover, 1 at inclusion."""
    out, middle, within = anchors
    sign = 1.0 if within > middle else -1.0
    distance = sign * (values - middle)
    return np.where(distance >= 0.0, distance / abs(within - middle), distance / abs(middle - out))


def _linear(distance: Floats) -> Floats:
    below = 0.5 * (1.0 - np.abs(np.clip(distance, -1.0, 0.0)))
    return np.where(distance >= 0.0, 1.0 - 0.5 * (1.0 - np.clip(distance, 0.0, 1.0)), below)


def _ranked(distance: Floats) -> Floats:
    """Return half the share of the cases on the same side, short of the anchor, that lie no higher; 0 or 1 beyond."""
    memberships = np.where(distance >= 1.0, 1.0, np.where(distance == 0.0, 0.5, 0.0))
    for low, high, start in ((-1.0, 0.0, 0.0), (0.0, 1.0, 0.5)):
        inside = (distance > low) & (distance < high)
        ranks = np.sum(distance[inside][:, None] >= distance[inside][None, :], axis=1)
        memberships[inside] = start + 0.5 * ranks / max(1, int(inside.sum()))
    return memberships


def calibrated(table: CaseTable, recipe: Mapping[str, SetCalibration]) -> CaseTable:
    """Return a table with some of its columns calibrated."""
    return table.having({name: calibrate(table.values[name], how) for name, how in recipe.items()})
