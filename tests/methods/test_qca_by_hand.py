"""QCA on tables small enough to be worked out on paper."""

from math import log

import numpy as np
import pytest

from copark.setmethods import qca_sets as fits
from copark.setmethods import qca_solutions as solutions
from copark.setmethods.qca import CalibrationRecipe, QcaSettings, analyse, deviant_cases, robustness
from copark.setmethods.qca_sets import SetCalibration, calibrate, model_name, term_name
from copark.setmethods.qca_solutions import minimise, prime_implicants, solve
from copark.setmethods.table import SettingFaults, table_of

X = np.array([0.8, 0.6, 0.2, 0.4])
Y = np.array([0.9, 0.4, 0.3, 0.7])
NAMES = ("A", "B", "C")


def names(models, conditions=NAMES):
    return [model_name(model, conditions) for model in models]


def test_fit_by_hand():
    """min = .8 .4 .2 .4 sums to 1.8; Σx = 2.0, Σy = 2.3; min(x, y, 1 - y) = .1 .4 .2 .3 sums to 1.0.

    Σ(1 - x) = 2.0; Σ(1 - min) = 4 - 1.8 = 2.2.
    """
    fit = fits.sufficiency(X, Y)
    expected = (1.8 / 2.0, 1.8 / 2.3, (1.8 - 1.0) / (2.0 - 1.0))
    assert (fit.inclusion, fit.coverage, fit.pri) == pytest.approx(expected)
    fit = fits.necessity(X, Y)
    assert (fit.inclusion, fit.coverage, fit.relevance) == pytest.approx((1.8 / 2.3, 1.8 / 2.0, 2.0 / 2.2))


def test_the_textbook_minimisation():
    """The textbooks' f(w, x, y, z) = Σm(0, 1, 2, 5, 6, 7, 8, 9, 10, 14): six prime implicants, three are enough."""
    conditions = ("w", "x", "y", "z")
    primes = prime_implicants({0, 1, 2, 5, 6, 7, 8, 9, 10, 14}, (), 4)
    assert {term_name(term, conditions) for term in primes} == {
        "~x*~y", "~x*~z", "y*~z", "~w*~y*z", "~w*x*z", "~w*x*y",
    }  # fmt: skip
    minimised = minimise(frozenset({0, 1, 2, 5, 6, 7, 8, 9, 10, 14}), frozenset(), 4)
    assert names(minimised.models, conditions) == ["~x*~y + y*~z + ~w*x*z"]


def test_tied_models_are_kept_whatever_their_length():
    """Rows 001, 010, 011, 100, 101, 110 form a ring: no prime implicant is essential, two covers of three do.

    A row covered by prime implicants of one and of two literals: both models have one term and are given.
    """
    minimised = minimise(frozenset({1, 2, 3, 4, 5, 6}), frozenset(), 3)
    assert len(minimised.primes) == 6
    assert sorted(names(minimised.models)) == ["~A*B + A*~C + ~B*C", "~A*C + A*~B + B*~C"]
    assert names(minimise(frozenset({7}), frozenset({4, 5, 6, 3}), 3).models) == ["A", "B*C"]


def test_three_solutions_by_hand():
    """110 is positive, 000 and 010 negative, all else unobserved.

    Complex A*B*~C; parsimonious A; with A and B expected present and C absent nothing may be added; with C expected
    present 111 is an easy counterfactual and the intermediate solution is A*B.
    """
    remainders = frozenset({1, 3, 4, 5, 7})
    solutions = solve(frozenset({6}), remainders, (1, 1, 1))
    assert names(solutions.cautious.models) == ["A*B*~C"]
    assert names(solutions.parsimonious.models) == ["A"]
    (intermediate,) = solutions.intermediate
    assert (intermediate.name, names(intermediate.models)) == ("C1P1", ["A*B"])
    assert (intermediate.easy, intermediate.difficult, intermediate.unused) == ((7,), (4, 5), ())
    assert solutions.assumptions == ((4, 5, 7),)
    assert names(solve(frozenset({6}), remainders, (1, 1, 0)).intermediate[0].models) == ["A*B*~C"]
    assert names(solve(frozenset({6}), remainders, (None, None, None)).intermediate[0].models) == ["A*B*~C"]


CRISP = table_of(
    {"A": [1, 1, 1, 0, 0, 1], "B": [1, 1, 0, 0, 1, 0], "Y": [1, 0, 1, 0, 0, 1]},
    ["one", "two", "three", "four", "five", "six"],
)


def test_contradictions_are_told():
    """Row 11 has one case with and one without the outcome: consistency 0.5."""
    analysis = analyse(CRISP, QcaSettings("Y", ("A", "B"), incl_cut=0.8))
    row = analysis.truth.rows[3]
    assert (row.n, row.inclusion, row.out) == (2, 0.5, "0")
    assert [row_against.number for row_against in analysis.truth.contradictions] == [4]
    assert row.against == ("one",)
    assert names(analysis.solutions.cautious.models, ("A", "B")) == ["A*~B"]
    assert deviant_cases(analysis, analysis.solutions.cautious.models[0]) == ((), ("one",))
    lowered = analyse(CRISP, QcaSettings("Y", ("A", "B"), incl_cut=0.5))
    assert lowered.truth.rows[3].against == ("two",)
    assert deviant_cases(lowered, lowered.solutions.cautious.models[0]) == (("two",), ())


def test_a_crossover_case_weighs_but_is_counted_nowhere():
    """x = (0.5, 1), y = (0.5, 1): the case on the crossover is in no row, yet Σx of row 1 is 1.5."""
    table = table_of({"A": [0.5, 1.0], "Y": [0.25, 1.0]}, ["half", "full"])
    analysis = analyse(table, QcaSettings("Y", ("A",)))
    assert [row.n for row in analysis.truth.rows] == [0, 1]
    assert analysis.truth.rows[1].inclusion == pytest.approx(1.25 / 1.5)
    assert analysis.truth.crossover == ("half",)


def test_nothing_sufficient_is_said_and_not_an_error():
    analysis = analyse(table_of({"A": [1, 0], "Y": [0, 0]}), QcaSettings("Y", ("A",)))
    assert analysis.solutions.cautious.models == analysis.solutions.parsimonious.models == ()
    assert "nothing_positive" in {warning.code for warning in analysis.warnings}


def test_direct_calibration_by_hand():
    """k = ln(0.95 / 0.05): the anchors have 0.05, 0.5 and 0.95, and half way up has 1 / (1 + exp(-k / 2))."""
    k = log(0.95 / 0.05)
    members = calibrate([10.0, 20.0, 25.0, 30.0], SetCalibration((10.0, 20.0, 30.0)))
    assert np.allclose(members, [0.05, 0.5, 1.0 / (1.0 + np.exp(-k / 2.0)), 0.95])
    assert np.allclose(calibrate([30.0, 10.0], SetCalibration((30.0, 20.0, 10.0))), [0.05, 0.95])
    assert np.isfinite(calibrate([-1e300, 1e300], SetCalibration((10.0, 20.0, 30.0)))).all()


def test_every_wrong_setting_is_told_at_once():
    many = tuple(f"X{number}" for number in range(11))
    settings = QcaSettings("X1", (*many, "X2", "n", "A*B"), incl_cut=1.2, pri_cut=-1.0, n_cut=0, expectations=(1, 0))
    with pytest.raises(SettingFaults) as caught:
        analyse(CRISP, settings)
    codes = {fault.code.rpartition(".")[2] for fault in caught.value.faults}
    assert codes == {
        "too_many_conditions", "twice", "outcome_is_condition", "condition_name", "reserved_name", "not_a_share",
        "n_cut", "expectations",
    }  # fmt: skip
    words = [fault.cause("zh") for fault in caught.value.faults]
    assert any("14 个条件" in cause for cause in words)


def test_a_chart_with_too_many_ways_is_given_up_and_said(monkeypatch):
    monkeypatch.setattr(solutions, "MOST_STEPS", 2)
    with pytest.raises(SettingFaults) as caught:
        minimise(frozenset({1, 2, 3, 4, 5, 6}), frozenset(), 3)
    assert "use fewer conditions" in caught.value.faults[0].repair("en")
    table = table_of({"A": [1, 1, 0], "B": [1, 0, 1], "C": [0, 1, 1], "Y": [1, 1, 1]})
    monkeypatch.setattr(solutions, "MOST_STEPS", 10**6)
    analysis = analyse(table, QcaSettings("Y", ("A", "B", "C")))
    monkeypatch.setattr(solutions, "MOST_STEPS", 0)
    assert all(not variant.models["complex"] for variant in robustness(analysis, CalibrationRecipe(table)).variants)
