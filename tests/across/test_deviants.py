"""Deviant cases by name on the shipped table, and what the model is asked about them."""

import numpy as np
import pytest

from copark.inference.claims.scenarios import ArmRuns
from copark.inference.cross_park.reasons import deviations, from_relation
from copark.inference.cross_park.schema import Relation, Seen
from copark.inference.cross_park.twins import answer_of, case_of, did, met, twin_of
from tests.across.conftest import scores


def relation(kind, of="EQUITY"):
    return Relation(set=of, kind=kind)


def test_both_kinds_of_deviation_at_the_crossover():
    table = scores(EQUITY=[1, 1, 0, 0, 0.5], OUTCOME=[1, 0, 1, 0, 1])
    assert [one.case for one in from_relation(relation("sufficient"), table, "OUTCOME")] == ["2"]
    assert [one.case for one in from_relation(relation("necessary"), table, "OUTCOME")] == ["3"]
    assert from_relation(relation("necessary"), table, "OUTCOME")[0].kind == "coverage"


@pytest.mark.parametrize(
    ("case", "wanted"),
    [
        ("kaesong", {("GOV", "sufficient"), ("ENTERPRISE", "sufficient")}),
        ("longjiang", {("GOV", "necessary"), ("EQUITY", "necessary")}),
        ("wsip", {("GOV", "necessary")}),
        ("haier-ruba", {("GOV", "sufficient"), ("EQUITY", "sufficient"), ("ENTERPRISE", "sufficient")}),
        (
            "amaravati",
            {
                ("GOV", "sufficient"),
                ("EQUITY", "sufficient"),
                ("NETWORK", "sufficient"),
                ("EQUITY*NETWORK", "sufficient"),
            },
        ),
        ("anwara", {("GOV", "sufficient")}),  # its shares were never fixed, so that nothing can be asked of EQUITY
    ],
)
def test_the_named_six_deviate(case, wanted, shipped, rules):
    found = {(one.set, one.relation) for one in deviations(shipped, rules) if one.case == case}
    assert {one for one in found if one[1] != "solution"} == wanted


def runs(outcome=(3, 3, 0, -1), operating=(60, 10, 0, np.nan), later=(20, 10, 0, np.nan)):
    values = {("operating", 52): np.array(operating, dtype=float), ("operating", 60): np.array(later, dtype=float)}
    return ArmRuns(values, np.array(outcome, dtype=np.int8), np.zeros(4), 1)


def test_conditions_of_a_deviation_run_by_run(rules):
    case = case_of(next(one for one in rules.deviants if one.row == "kaesong"))
    many = Seen(output="operating", at="2015Q4", least=50)
    halved = Seen(output="operating", at="2017Q4", most=0.5, of="2015Q4")
    alive = Seen.model_validate({"outcome": "failed", "is": False})
    nan = float("nan")
    np.testing.assert_array_equal(met(many, runs(), case), [1, 0, 0, nan])
    np.testing.assert_array_equal(met(halved, runs(), case), [1, 0, 1, nan])
    np.testing.assert_array_equal(met(alive, runs(), case), [1, 1, 0, nan])
    whole = next(one for one in rules.deviants if one.row == "kaesong")
    np.testing.assert_array_equal(did(whole, runs(), case), [1, 0, 0, nan])


@pytest.mark.parametrize(
    ("on", "difference", "answer"),
    [
        (0.8, 0.3, "explained"),
        (0.8, 0.01, "anyway"),
        (0.3, 0.2, "sometimes"),
        (0.3, 0.01, "cannot"),
        (0.0, 0.0, "cannot"),
    ],
)
def test_answers(on, difference, answer):
    assert answer_of(on, difference, half=0.5, risk=0.05) == answer


def test_a_twin_is_the_same_on_any_threads_and_says_what_is_not_known(rules):
    anwara = next(one for one in rules.deviants if one.row == "anwara")
    first = twin_of(anwara, rules.sizes, runs=256, seed=5, threads=1)
    assert twin_of(anwara, rules.sizes, runs=256, seed=5, threads=2).arms == first.arms
    assert first.fitted == 0
    assert "equity" in first.lacks
    # nobody holds shares, so no vote can pass, so no land is serviced: built in, and said to be
    assert first.built_in
    assert first.answer == "explained"
