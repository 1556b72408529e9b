"""Laws of sets and of their minimisation, on tables drawn at random."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copark.setmethods import qca_sets as sets
from copark.setmethods.qca import QcaSettings, analyse, models_of
from copark.setmethods.qca_sets import ABSENT, rows_of, within
from copark.setmethods.qca_solutions import covered, minimise, prime_implicants, solve
from copark.setmethods.table import table_of

MEMBERS = arrays(np.float64, st.tuples(st.integers(2, 9), st.integers(1, 4)), elements=st.floats(0.0, 1.0))
CODED = st.integers(1, 4).flatmap(
    lambda count: st.tuples(st.just(count), st.lists(st.sampled_from("01?"), min_size=2**count, max_size=2**count))
)


def all_terms(count):
    return list(product((0, 1, ABSENT), repeat=count))


def split(coded):
    return tuple(frozenset(position for position, code in enumerate(coded) if code == out) for out in "1?")


@given(MEMBERS, st.randoms())
def test_fit_lies_between_0_and_1_and_turns_round(members, rng):
    """Sufficiency of x for y is necessity of y for x; consistency and coverage change places."""
    x, y = members[:, 0], np.array([rng.random() for _ in members])
    fit, back = sets.sufficiency(x, y), sets.necessity(y, x)
    for value in (fit.inclusion, fit.coverage, fit.pri):
        assert np.isnan(value) or -1e-12 <= value <= 1.0 + 1e-12
    assert fit.inclusion == pytest.approx(back.inclusion, nan_ok=True)
    assert fit.coverage == pytest.approx(back.coverage, nan_ok=True)
    if fit.inclusion > 0.0 and not np.isnan(fit.pri):
        assert fit.pri <= fit.inclusion + 1e-12


@given(CODED)
def test_prime_implicants_are_those_of_the_definition(case):
    """A term with a positive row and no negative one, from which no literal can be dropped."""
    count, coded = case
    positive, free = split(coded)
    allowed = positive | free
    implicants = [term for term in all_terms(count) if rows_of(term) <= allowed]
    prime = {
        term
        for term in implicants
        if rows_of(term) & positive and not any(term != other and within(term, other) for other in implicants)
    }
    assert set(prime_implicants(positive, free, count)) == prime


@given(CODED)
def test_models_are_all_the_smallest_covers(case):
    count, coded = case
    positive, free = split(coded)
    minimised = minimise(positive, free, count)
    if not positive:
        assert minimised.models == ()
        return
    size = next(
        n for n in range(1, len(minimised.primes) + 1)
        if any(positive <= covered(some) for some in combinations(minimised.primes, n))
    )  # fmt: skip
    covers = [set(some) for some in combinations(minimised.primes, size) if positive <= covered(some)]
    assert sorted(map(sorted, minimised.models)) == sorted(map(sorted, covers))
    assert not any(covered(model) - positive - free for model in minimised.models)


@given(CODED, st.data())
def test_intermediate_solutions_lie_between_the_other_two(case, data):
    count, coded = case
    positive, free = split(coded)
    expected = tuple(data.draw(st.sampled_from((0, 1, None))) for _ in range(count))
    solutions = solve(positive, free, expected)
    for intermediate in solutions.intermediate:
        for model in intermediate.models:
            assert covered(intermediate.complex_model) <= covered(model) <= covered(intermediate.parsimonious_model)
        assert set(intermediate.easy) <= free
        assert set(intermediate.easy) | set(intermediate.unused) <= covered(intermediate.parsimonious_model)
        assert not set(intermediate.easy) & set(intermediate.difficult)


def named_models(members, outcome, names, cases, order):
    """Solutions of a table whose conditions are given in some order, as sets of sets of literals."""
    table = table_of({**{name: members[:, column] for column, name in enumerate(names)}, "Y": outcome}, cases)
    settings = QcaSettings("Y", tuple(names[column] for column in order), expectations=(1,) * len(names))
    kinds = models_of(analyse(table, settings).solutions).values()
    return [
        {frozenset(frozenset(sets.term_name(term, settings.conditions).split("*")) for term in model) for model in kind}
        for kind in kinds
    ]


@given(MEMBERS, st.randoms())
def test_order_of_cases_and_conditions_does_not_matter(members, rng):
    count, k = members.shape
    outcome = np.array([rng.random() for _ in range(count)])
    names, cases = [f"X{number}" for number in range(k)], [f"c{number}" for number in range(count)]
    shuffled, turned = rng.sample(range(count), count), rng.sample(range(k), k)
    plain = named_models(members, outcome, names, cases, range(k))
    assert plain == named_models(members, outcome, names, cases, turned)
    moved = named_models(
        members[shuffled], outcome[shuffled], names, [cases[position] for position in shuffled], range(k)
    )
    assert plain == moved


@given(MEMBERS, st.randoms())
def test_a_renamed_absence_gives_the_mirrored_solution(members, rng):
    """A table with 1 - A in the place of A has the same parsimonious models, with A negated."""
    outcome = np.array([rng.random() for _ in members])
    names = [f"X{number}" for number in range(members.shape[1])]
    plain = table_of({**dict(zip(names, members.T, strict=True)), "Y": outcome})
    turned = plain.having({"X0": 1.0 - plain.values["X0"]})
    mine = analyse(plain, QcaSettings("Y", tuple(names))).solutions.parsimonious.models
    other = analyse(turned, QcaSettings("Y", tuple(names))).solutions.parsimonious.models
    swapped = {frozenset((t[0] if t[0] == ABSENT else 1 - t[0], *t[1:]) for t in model) for model in other}
    assert {frozenset(model) for model in mine} == swapped
