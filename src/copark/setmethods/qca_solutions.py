"""The truth table, its prime implicants, and the solutions made of these with every tied model.

Prime implicants are the largest terms that hold no row coded 0 (Quine 1952; McCluskey 1956). All 3^k terms are looked
at once, as an array with three places an axis: negated, present, absent. A model is a smallest set of them that covers
all positive rows: complex without empty rows, parsimonious with them, intermediate with those of them that directional
expectations allow (Ragin & Sonnett 2005; Ragin 2008).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.setmethods.qca_sets import ABSENT, NEAR, Model, Term, digits, order, rows_of, sufficiency, within
from copark.setmethods.table import SettingFaults, fault

CROSSOVER = 0.5


@dataclass(frozen=True)
class TruthRow:
    """One combination of conditions."""

    number: int
    """From 1; the conditions read as binary digits, the first the highest, plus 1."""
    values: tuple[int, ...]
    """0 or 1 for each condition."""
    out: str
    """``1``, ``0``, or ``?`` where too few cases are in it."""
    n: int
    """Cases with a membership above 0.5 in it."""
    inclusion: float | None
    """Consistency of the row as a sufficient set, over the memberships of all cases; ``None`` without a case."""
    pri: float | None
    """PRI of the row, likewise."""
    cases: tuple[str, ...]
    """Labels of the cases in it."""
    against: tuple[str, ...] = ()
    """Those of the cases in it whose outcome is on the other side of the crossover than the row's."""


@dataclass(frozen=True)
class TruthTable:
    """All 2^k rows in order, and the cases that are in none of them."""

    rows: tuple[TruthRow, ...]
    """The rows, by number."""
    crossover: tuple[str, ...]
    """Labels of cases with a membership of exactly 0.5 in some condition: they belong to no row and are counted in
    none, but still weigh in every consistency."""
    torn: tuple[str, ...]
    """Labels of cases with an outcome of exactly 0.5, neither for a row nor against it."""

    @property
    def contradictions(self) -> tuple[TruthRow, ...]:
        """Rows with cases on both sides of the outcome's crossover, whatever the row was coded."""
        return tuple(row for row in self.rows if row.against and len(row.against) < row.n)

    def numbers(self, out: str) -> frozenset[int]:
        """Return the numbers, from 0, of the rows with an outcome."""
        return frozenset(row.number - 1 for row in self.rows if row.out == out)


def corner_memberships(members: Floats) -> Floats:
    """Return the membership of each case in each row: the least of its literals'; shape (case, 2^k)."""
    corners = np.ones((members.shape[0], 1))
    for column in members.T:
        pair = np.stack([1.0 - column, column], axis=1)
        corners = np.minimum(corners[:, :, None], pair[:, None, :]).reshape(members.shape[0], -1)
    return corners


def truth_table(
    members: Floats,
    outcome: Floats,
    cases: Sequence[str],
    *,
    incl_cut: float,
    pri_cut: float,
    n_cut: int,
) -> TruthTable:
    """Sort cases into rows and code each row's outcome.

    A row is ``?`` with fewer than ``n_cut`` cases; otherwise 1 if its consistency reaches ``incl_cut`` and its PRI
    reaches ``pri_cut``, else 0. Consistency and PRI sum over all cases, not only those in the row.

    Parameters
    ----------
    members
        Memberships in the conditions, shape (case, k).
    outcome
        Memberships in the outcome, shape (case,).
    cases
        Labels of the cases.
    incl_cut
        Least consistency of a row coded 1.
    pri_cut
        Least PRI of a row coded 1; 0 for none.
    n_cut
        Least number of cases of a row that counts as observed.
    """
    corners = corner_memberships(members)
    crossing = np.any(np.abs(members - CROSSOVER) <= NEAR, axis=1)
    # A case at exactly 0.5 is more in no row than in another; it is counted in none, and weighs in every consistency.
    inside = (corners > CROSSOVER) & ~crossing[:, None]
    rows = []
    for row in range(corners.shape[1]):
        members_of_row = np.flatnonzero(inside[:, row])
        values = digits(row, members.shape[1])
        if not members_of_row.size:
            rows.append(TruthRow(row + 1, values, "?" if n_cut > 0 else "0", 0, None, None, ()))
            continue
        fit = sufficiency(corners[:, row], outcome)
        positive = fit.inclusion >= incl_cut - NEAR and (pri_cut <= 0.0 or fit.pri >= pri_cut - NEAR)
        out = "?" if members_of_row.size < n_cut else "1" if positive else "0"
        side = outcome[members_of_row] < CROSSOVER - NEAR if positive else outcome[members_of_row] > CROSSOVER + NEAR
        against = tuple(cases[int(case)] for case in members_of_row[side])
        labels = tuple(cases[int(case)] for case in members_of_row)
        rows.append(TruthRow(row + 1, values, out, int(members_of_row.size), fit.inclusion, fit.pri, labels, against))
    torn = np.abs(outcome - CROSSOVER) <= NEAR
    return TruthTable(tuple(rows), _named(cases, crossing), _named(cases, torn))


def _named(cases: Sequence[str], chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, is_chosen in zip(cases, chosen, strict=True) if is_chosen)


def _marked(rows: Iterable[int], count: int) -> NDArray[np.bool_]:
    """Mark each of the 3^k terms that holds one of some rows; shape (3,) * k."""
    marks = np.zeros(1 << count, dtype=bool)
    marks[list(rows)] = True
    marks = marks.reshape((2,) * count)
    for axis in range(count):
        marks = np.concatenate([marks, marks.any(axis=axis, keepdims=True)], axis=axis)
    return marks


def prime_implicants(positive: Iterable[int], free: Iterable[int], count: int) -> tuple[Term, ...]:
    """Return every prime implicant that holds a positive row; free rows may be covered or not.

    Parameters
    ----------
    positive
        Numbers of the positive rows, from 0.
    free
        Numbers of the rows that may be covered or not, from 0.
    count
        Number of conditions.
    """
    to_cover = set(positive)
    allowed = to_cover | set(free)
    holds_positive = _marked(to_cover, count)
    implies = ~_marked(set(range(1 << count)) - allowed, count)
    prime = implies & holds_positive
    # A term is prime if dropping any one of its conditions lets a row in that must stay out.
    for axis in range(count):
        larger = np.take(implies, [ABSENT], axis=axis)
        named = np.ones(3, dtype=bool)
        named[ABSENT] = False
        shape = [1] * count
        shape[axis] = 3
        prime &= ~(larger & named.reshape(shape))
    return tuple(sorted((tuple(int(v) for v in term) for term in np.argwhere(prime)), key=order))


MOST_MODELS = 500
"""Tied models that are listed; beyond them a minimisation says that there are more."""
MOST_STEPS = 200_000
"""Steps of the search for covers after which a chart is given up."""


@dataclass(frozen=True)
class Minimised:
    """Models and prime implicants of a minimisation."""

    models: tuple[Model, ...]
    """All models with the smallest number of prime implicants, however many literals these have; none where there is no
    positive row."""
    primes: tuple[Term, ...]
    """All prime implicants of the chart."""
    cut: bool = False
    """Whether there are more than :data:`MOST_MODELS` tied models, of which only the first are given."""


def minimise(positive: frozenset[int], free: frozenset[int], count: int) -> Minimised:
    """Cover the positive rows with as few prime implicants as can be, in every way that can be done.

    Parameters
    ----------
    positive
        Numbers of the positive rows, from 0.
    free
        Numbers of the rows that may be covered or not, from 0.
    count
        Number of conditions.
    """
    primes = prime_implicants(positive, free, count)
    places = {row: place for place, row in enumerate(sorted(positive))}
    masks: dict[int, list[Term]] = {}
    for term in primes:
        mask = sum(1 << places[row] for row in rows_of(term) if row in places)
        masks.setdefault(mask, []).append(term)
    whole = (1 << len(places)) - 1
    if not positive:
        return Minimised((), primes)
    chart = PrimeChart(masks)
    covers = chart.covers(whole, chart.smallest(whole), tuple(sorted(masks)))
    models = (
        tuple(sorted(terms, key=order))  # terms that cover the same rows stand in for each other
        for cover in covers
        for terms in product(*(masks[mask] for mask in cover))
    )
    listed = list(islice(models, MOST_MODELS + 1))
    ordered = sorted(listed[:MOST_MODELS], key=lambda model: [order(term) for term in model])
    return Minimised(tuple(ordered), primes, len(listed) > MOST_MODELS)


class PrimeChart:
    """Rows that each group of prime implicants covers, as bits of a number, and how few of them cover some rows.

    What was found of a set of rows is kept, for the same sets come up again and again.
    """

    def __init__(self, masks: Iterable[int]) -> None:
        every = set(masks)
        self.undominated = tuple(
            sorted(mask for mask in every if not any(mask != other and mask & other == mask for other in every))
        )
        self._enough: dict[int, int] = {0: 0}
        self._too_few: dict[int, int] = {}
        self._steps = 0

    def smallest(self, rows: int) -> int:
        """Return the size of the smallest cover of some rows."""
        size = 1
        while not self.coverable(rows, size):
            size += 1
        return size

    def coverable(self, rows: int, size: int) -> bool:
        """Return whether so many masks can cover some rows.

        Raises
        ------
        SettingFaults
            If the chart has too many ways to be covered to look through them.
        """
        if not rows or self._enough.get(rows, size + 1) <= size:
            return True
        if size <= self._too_few.get(rows, 0):
            return False
        self._step()
        useful = {mask & rows for mask in self.undominated if mask & rows}
        if size * max(mask.bit_count() for mask in useful) >= rows.bit_count() and _apart(useful, rows) <= size:
            candidates = sorted(_fewest(tuple(useful), rows), key=lambda mask: -mask.bit_count())
            if any(self.coverable(rows & ~mask, size - 1) for mask in candidates):
                self._enough[rows] = min(size, self._enough.get(rows, size))
                return True
        self._too_few[rows] = max(size, self._too_few.get(rows, 0))
        return False

    def covers(self, rows: int, size: int, masks: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """Yield every cover of some rows, once.

        It branches over the masks of the row that fewest of them cover; a mask that was tried is not tried again
        beside the later ones.

        Parameters
        ----------
        rows
            The rows, as bits.
        size
            Most masks of a cover.
        masks
            Masks to cover the rows with.
        """
        if not rows:
            yield ()
            return
        if not self.coverable(rows, size):
            return
        self._step()
        useful = [mask for mask in masks if mask & rows]
        tried: set[int] = set()
        for mask in _fewest(useful, rows):
            tried.add(mask)
            if self.coverable(rows & ~mask, size - 1):
                rest = [other for other in useful if other not in tried]
                for cover in self.covers(rows & ~mask, size - 1, rest):
                    yield (mask, *cover)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise SettingFaults([fault("too_ambiguous", "--conditions", masks=len(self.undominated))])


def _bits(rows: int) -> list[int]:
    return [1 << place for place in range(rows.bit_length()) if rows >> place & 1]


def _fewest(masks: Sequence[int], rows: int) -> list[int]:
    """Return the masks of the row that fewest of them cover."""
    return min(([mask for mask in masks if mask & bit] for bit in _bits(rows)), key=len)


def _apart(masks: set[int], rows: int) -> int:
    """Count rows no two of which one mask covers: so many masks are needed at least."""
    count = 0
    together = dict.fromkeys(_bits(rows), 0)
    for mask in masks:
        for bit in _bits(mask):
            together[bit] |= mask
    for bit in sorted(together, key=lambda row: together[row].bit_count()):
        if rows & bit:
            count += 1
            rows &= ~together[bit]
    return count


MOST_PAIRS = 400
"""Pairs of a complex and a parsimonious model for which intermediate models are sought."""

Expectation = int | None
"""1 if a condition is expected to help when present, 0 when absent, ``None`` where nothing is expected."""


@dataclass(frozen=True)
class Intermediate:
    """The intermediate models of one complex and one parsimonious model."""

    name: str
    """``CiPj``: of the i-th complex and the j-th parsimonious model."""
    complex_model: Model
    """The complex model it comes from."""
    parsimonious_model: Model
    """The parsimonious model it comes from."""
    models: tuple[Model, ...]
    """All tied intermediate models."""
    easy: tuple[int, ...]
    """Remainders, numbered from 0, that the expectations allow to be counted as positive and the models use."""
    difficult: tuple[int, ...]
    """Remainders that the parsimonious model counts as positive and no intermediate model does."""
    unused: tuple[int, ...]
    """Remainders that the expectations allow and no model uses."""


@dataclass(frozen=True)
class Solutions:
    """All solutions of a truth table."""

    cautious: Minimised
    """Minimised without remainders: the complex, or conservative, solution."""
    parsimonious: Minimised
    """Minimised with all remainders."""
    intermediate: tuple[Intermediate, ...]
    """One entry a pair of models."""
    assumptions: tuple[tuple[int, ...], ...]
    """For each parsimonious model the remainders it counts as positive: its simplifying assumptions."""
    cut: bool
    """Whether there were more pairs than :data:`MOST_PAIRS`."""


def covered(model: Model) -> frozenset[int]:
    """Return the rows of a model, numbered from 0."""
    return frozenset().union(*(rows_of(term) for term in model))


def solve(positive: frozenset[int], remainders: frozenset[int], expectations: Sequence[Expectation]) -> Solutions:
    """Minimise a truth table in all ways.

    Parameters
    ----------
    positive
        Numbers of the rows coded 1, from 0.
    remainders
        Numbers of the rows coded ``?``, from 0.
    expectations
        Directional expectations, one a condition.
    """
    count = len(expectations)
    cautious = minimise(positive, frozenset(), count)
    parsimonious = minimise(positive, remainders, count)
    pairs = [
        (f"C{c}P{p}", complex_model, parsimonious_model)
        for c, complex_model in enumerate(cautious.models, start=1)
        for p, parsimonious_model in enumerate(parsimonious.models, start=1)
    ]
    intermediate = tuple(_intermediates(pairs[:MOST_PAIRS], positive, remainders, expectations))
    assumptions = tuple(tuple(sorted(covered(model) & remainders)) for model in parsimonious.models)
    return Solutions(cautious, parsimonious, intermediate, assumptions, len(pairs) > MOST_PAIRS)


def _intermediates(
    pairs: Sequence[tuple[str, Model, Model]],
    positive: frozenset[int],
    remainders: frozenset[int],
    expectations: Sequence[Expectation],
) -> Iterator[Intermediate]:
    """Minimise for each pair; pairs that allow the same remainders have the same models."""
    models_by_rows: dict[frozenset[int], tuple[Model, ...]] = {}
    for name, complex_model, parsimonious_model in pairs:
        allowed = _easy_counterfactuals(complex_model, parsimonious_model, expectations) & remainders
        if allowed not in models_by_rows:
            models_by_rows[allowed] = minimise(positive, allowed, len(expectations)).models
        models = models_by_rows[allowed]
        used = frozenset().union(*(covered(model) for model in models)) & allowed
        assumed = covered(parsimonious_model) & remainders
        parts = (tuple(sorted(rows)) for rows in (used, assumed - allowed, allowed - used))
        yield Intermediate(name, complex_model, parsimonious_model, models, *parts)


def _easy_counterfactuals(
    complex_model: Model, parsimonious_model: Model, expectations: Sequence[Expectation]
) -> frozenset[int]:
    """Return the rows that knowledge of the single conditions makes positive too.

    From each complex term that lies within a parsimonious one are dropped the literals that the latter does without
    and that run against the expectation: with them reversed the outcome is only the more to be expected. The rows of
    what is left, numbered from 0, are given, observed ones among them.
    """
    rows: set[int] = set()
    for narrow in complex_model:
        for wide in parsimonious_model:
            if within(narrow, wide):
                rows |= rows_of(
                    tuple(
                        ABSENT if needed == ABSENT and expected is not None and value == 1 - expected else value
                        for value, needed, expected in zip(narrow, wide, expectations, strict=True)
                    )
                )
    return frozenset(rows)
