"""Why outcomes change: which runs go where, by which rule and through which account; on runs that are known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copark.analyses.compare.outcome_attribution import (
    CASH,
    CAUSES,
    MARGINS,
    NEEDED,
    moves_of,
    outcome_moves,
)
from copark.cases import load_case
from copark.simulation.outcomes import OUTCOMES, outcomes
from copark.simulation.readouts.compare import effects_of, outcome_effects_of, paired
from copark.simulation.run import simulate
from copark.simulation.study import baseline

RUNS, QUARTERS = 6, 12
FAILED, DEPENDENT, FRAGILE, STANDING = range(4)


def books(**flows):
    """Outputs of runs whose books close; flows that are not given are nothing."""
    accounts = {name: np.broadcast_to(np.asarray(flows.get(name, 0.0)), (RUNS, QUARTERS)).copy() for name in CASH}
    accounts["paid_in_equity"] += 10.0
    accounts["cash"] = sum(
        item.sign * (accounts[name].cumsum(axis=1) / 4.0 if item.flow else accounts[name])
        for name, item in CASH.items()
    )
    accounts["failed"] = ((accounts["cash"] < 0.0).cumsum(axis=1) >= 4).astype(float)
    others = ("result_cumulative", "public_income", "public_outlay")
    other_outputs = {
        name: np.broadcast_to(np.asarray(flows.get(name, 0.0)), (RUNS, QUARTERS)).copy() for name in others
    }
    return accounts | other_outputs


def judged(out):
    return outcomes(out, np.zeros(RUNS, int), QUARTERS - 1)


def debt_and_rescue():
    """Half of the runs borrow 95 for land of 100, and are rescued when 6 fall due; the others spend nothing."""
    half = np.repeat([1.0, 0.0], RUNS // 2)[:, None]
    switches = np.zeros((3, QUARTERS))
    switches[0, 0] = switches[1, -2] = switches[2, -2] = 4.0
    land, draws, rescue = (half * switches[0] * 100.0, half * switches[0] * 95.0, half * switches[2] * 7.0)
    return books(
        land_cost=land, draws_credit=draws, principal=half * switches[1] * 6.0, interest=half * 2.0, rescue=rescue
    )


def moves(before, after):
    return outcome_moves(judged(before), judged(after), before, after, QUARTERS - 1)


def test_runs_that_need_no_rescue_any_more_are_told_with_their_books():
    change = moves(debt_and_rescue(), books())
    assert change.counts == ((0, 0, 0, 0), (0, 0, 0, 3), (0, 0, 0, 0), (0, 0, 0, 3))
    (move,) = change.moves
    assert (move.reference, move.scenario, move.runs, move.share) == ("dependent", "self_standing", 3, 0.5)
    assert move.cause == "unaided"
    assert move.reasons == (("land", 3),)
    books_of = {line.output: (line.reference, line.scenario, line.effect) for line in move.lines}
    # interest: eleven quarters of 2 a year
    for name, paid, effect in (("land_cost", 100, 1), ("draws_credit", 95, -1), ("principal", 6, 1),
                               ("interest", 5.5, 1), ("rescue", 7, -1)):  # fmt: skip
        assert books_of[name] == pytest.approx((paid, 0.0, effect * paid)), (
            name
        )  # eleven quarters of interest, 2 a year


def test_a_failure_is_told_at_the_quarter_of_the_failure():
    (move,) = moves(books(), books(operating_cost=20.0)).moves
    assert (move.reference, move.scenario, move.cause) == ("self_standing", "failed", "fails")
    assert move.reasons == (("running", RUNS),)
    costs = next(line for line in move.lines if line.output == "operating_cost")
    assert costs.scenario == pytest.approx(30.0), "10 last two quarters; the fourth without cash is the sixth: 6 · 5"


def test_a_fragile_park_is_told_by_the_first_test_it_fails():
    """Publics that put in 5 and had taxes of 1 a year for three years are not repaid; half of the runs lose, too."""
    half = np.repeat([1.0, 0.0], RUNS // 2)[:, None]
    before = books(public_outlay=5.0, public_income=1.0, result_cumulative=-2.0 * half)
    (move,) = moves(before, books()).moves
    assert (move.reference, move.scenario, move.cause) == ("fragile", "self_standing", "passes")
    assert dict(move.reasons) == {"earns": RUNS // 2, "pays_back": RUNS // 2}
    assert {line.output: line.effect for line in move.lines} == {"earns": 1.0, "pays_back": 2.0, "holds": 0.0}
    assert tuple(line.output for line in move.lines) == MARGINS


def test_every_move_has_one_cause_by_the_first_rule_that_differs():
    """Of the twelve ways to move: the first of the three rules that the two outcomes answer otherwise is the cause."""
    codes = [(i, j) for i in range(4) for j in range(4) if i != j]
    change = outcome_moves(*(np.array(side, np.int8) for side in zip(*codes, strict=True)), {}, {}, QUARTERS - 1)
    causes = {(move.reference, move.scenario): move.cause for move in change.moves}
    assert len(causes) == 12
    assert set(causes.values()) == set(CAUSES)
    for (reference, scenario), cause in causes.items():
        i, j = OUTCOMES.index(reference), OUTCOMES.index(scenario)
        rules = [(code == FAILED, code == DEPENDENT, code == FRAGILE) for code in (i, j)]
        first = next(n for n in range(3) if rules[0][n] != rules[1][n])
        assert cause == CAUSES[2 * first + rules[1][first]]


CODES = arrays(np.int8, 40, elements=st.integers(0, 3))


@given(CODES, CODES)
def test_the_moves_add_up_to_the_change_of_every_probability(reference, scenario):
    change = outcome_moves(reference, scenario, {}, {}, QUARTERS - 1)
    for code, name in enumerate(OUTCOMES):
        gained = sum(move.runs for move in change.moves if move.scenario == name)
        lost = sum(move.runs for move in change.moves if move.reference == name)
        assert gained - lost == np.count_nonzero(scenario == code) - np.count_nonzero(reference == code)
        before, after = change.shares(name)
        assert before == np.mean(reference == code)
        assert after == np.mean(scenario == code)
    assert change.moved == np.count_nonzero(reference != scenario)
    assert sum(map(sum, change.counts)) == 40


FLOW = arrays(np.float64, (RUNS, QUARTERS), elements=st.floats(0.0, 50.0))


@given(st.lists(FLOW, min_size=8, max_size=8))
def test_reasons_are_exhaustive_and_the_items_add_up_to_the_difference_of_cash(flows):
    names = ("land_cost", "operating_cost", "land_sales", "rescue")
    before, after = (
        books(**dict(zip(names, some, strict=True))) for some in (flows[:4], [*flows[4:7], 0.0 * flows[7]])
    )
    for move in moves(before, after).moves:
        assert sum(runs for _, runs in move.reasons) == move.runs
        if move.cause in ("passes", "fragile"):  # told by a test of accounts, whose margins are no items of cash
            assert {line.output for line in move.lines} == set(MARGINS)
            continue
        rows = (judged(before) == OUTCOMES.index(move.reference)) & (judged(after) == OUTCOMES.index(move.scenario))
        worse = before if move.better else after
        lately = np.array([np.flatnonzero(run > 0.0).max(initial=0) for run in worse["rescue"][rows]])
        failed = (worse["failed"][rows] > 0.5).argmax(axis=1)
        ends = failed if "failed" in (move.reference, move.scenario) else lately
        cash_difference = (after["cash"] - before["cash"])[rows][np.arange(rows.sum()), ends]
        assert sum(line.effect for line in move.lines) == pytest.approx(cash_difference.mean(), abs=1e-6)


@pytest.fixture(scope="module")
def real():
    study = baseline("great-stone").with_changes(
        runs=60, draws="unsettled", keep="standard",
        scenarios=[
            {"key": "as-it-is", "title": {"en": "As it is", "zh": "现状"}},
            {"key": "off", "title": {"en": "No framework", "zh": "无框架"}, "edits": {"framework": "off"}},
        ],
    )  # fmt: skip
    return simulate(study, load_case("great-stone"), threads=1)


def test_the_model_keeps_these_accounts(real):
    """In every run and quarter cash is its items: a new flow would be missed."""
    out = {name: real[name].to_numpy() for name in NEEDED}
    cash = sum(i.sign * (out[name].cumsum(axis=-1) / 4.0 if i.flow else out[name]) for name, i in CASH.items())
    assert np.allclose(cash, out["cash"], atol=1e-9)


def test_no_framework_is_explained_by_land_that_is_not_serviced(real):
    reference, scenarios = paired(real)
    effects = effects_of(reference, scenarios, NEEDED)
    change = moves_of(effects, outcome_effects_of(reference, scenarios), "off", 79)
    first = change.moves[0]
    assert (first.reference, first.cause, first.reasons[0][0]) == ("dependent", "unaided", "land")
    draws = next(line for line in first.lines if line.output == "state_funding")
    assert draws.reference > 0.0 == draws.scenario
