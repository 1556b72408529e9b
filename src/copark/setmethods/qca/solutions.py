"""Complex, parsimonious and intermediate solutions, with every tied model (Ragin & Sonnett 2005; Ragin 2008)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from copark.setmethods.qca.covers import Minimised, minimise
from copark.setmethods.qca.sets import ABSENT, Model, Term, rows_of, within

MOST_PAIRS = 400
"""Pairs of a complex and a parsimonious model for which intermediate models are sought."""

Expectation = int | None
"""1 if a condition is expected to help when present, 0 when absent, ``None`` where nothing is expected."""


@dataclass(frozen=True)
class Intermediate:
    """The intermediate models of one complex and one parsimonious model.

    Parameters
    ----------
    name
        ``CiPj``: of the i-th complex and the j-th parsimonious model.
    complex_model, parsimonious_model
        The two.
    models
        All tied intermediate models.
    easy
        Remainders, numbered from 0, that the expectations allow to be counted as positive and the models use.
    difficult
        Remainders that the parsimonious model counts as positive and no intermediate model does.
    unused
        Remainders that the expectations allow and no model uses.
    """

    name: str
    complex_model: Model
    parsimonious_model: Model
    models: tuple[Model, ...]
    easy: tuple[int, ...]
    difficult: tuple[int, ...]
    unused: tuple[int, ...]


@dataclass(frozen=True)
class Solutions:
    """All solutions of a truth table.

    Parameters
    ----------
    cautious, parsimonious, dominant
        Minimised without remainders (the complex, or conservative, solution), with all of them, and with all of them
        under row dominance.
    intermediate
        One entry a pair of models.
    assumptions
        For each parsimonious model the remainders it counts as positive: its simplifying assumptions.
    cut
        Whether there were more pairs than :data:`MOST_PAIRS`.
    """

    cautious: Minimised
    parsimonious: Minimised
    dominant: Minimised
    intermediate: tuple[Intermediate, ...]
    assumptions: tuple[tuple[int, ...], ...]
    cut: bool


def covered(model: Model) -> frozenset[int]:
    """Rows of a model, numbered from 0."""
    return frozenset().union(*(rows_of(term) for term in model))


def solve(
    positive: frozenset[int], remainders: frozenset[int], expectations: Sequence[Expectation]
) -> Solutions:  # fmt: skip
    """Minimise a truth table in all ways.

    Parameters
    ----------
    positive, remainders
        Rows coded 1 and rows coded ``?``, numbered from 0.
    expectations
        One a condition.
    """
    count = len(expectations)
    cautious = minimise(positive, frozenset(), count)
    parsimonious = minimise(positive, remainders, count)
    dominant = minimise(positive, remainders, count, row_dominance=True)
    pairs = [
        (f"C{c}P{p}", one, other)
        for c, one in enumerate(cautious.models, start=1)
        for p, other in enumerate(parsimonious.models, start=1)
    ]
    found = tuple(_intermediates(pairs[:MOST_PAIRS], positive, remainders, expectations))
    assumptions = tuple(tuple(sorted(covered(model) & remainders)) for model in parsimonious.models)
    return Solutions(cautious, parsimonious, dominant, found, assumptions, len(pairs) > MOST_PAIRS)


def _intermediates(
    pairs: Sequence[tuple[str, Model, Model]],
    positive: frozenset[int],
    remainders: frozenset[int],
    expectations: Sequence[Expectation],
) -> Iterator[Intermediate]:
    """Minimise for each pair; pairs that allow the same remainders have the same models."""
    known: dict[frozenset[int], tuple[Model, ...]] = {}
    for name, complex_model, parsimonious_model in pairs:
        allowed = easy_counterfactuals(complex_model, parsimonious_model, expectations) & remainders
        if allowed not in known:
            known[allowed] = minimise(positive, allowed, len(expectations)).models
        models = known[allowed]
        used = frozenset().union(*(covered(model) for model in models)) & allowed
        assumed = covered(parsimonious_model) & remainders
        parts = (tuple(sorted(rows)) for rows in (used, assumed - allowed, allowed - used))
        yield Intermediate(name, complex_model, parsimonious_model, models, *parts)


def easy_counterfactuals(
    complex_model: Model, parsimonious_model: Model, expectations: Sequence[Expectation]
) -> frozenset[int]:  # fmt: skip
    """Rows that knowledge of the single conditions makes positive too.

    From each complex term that lies within a parsimonious one are dropped the literals that the latter does without
    and that run against the expectation: with them reversed the outcome is only the more to be expected. The rows of
    what is left, numbered from 0, are given, observed ones among them.
    """
    found: set[int] = set()
    for narrow in complex_model:
        for wide in parsimonious_model:
            if within(narrow, wide):
                found |= rows_of(_without_unexpected(narrow, wide, expectations))
    return frozenset(found)


def _without_unexpected(narrow: Term, wide: Term, expectations: Sequence[Expectation]) -> Term:
    return tuple(
        ABSENT if needed == ABSENT and expected is not None and value == 1 - expected else value
        for value, needed, expected in zip(narrow, wide, expectations, strict=True)
    )
