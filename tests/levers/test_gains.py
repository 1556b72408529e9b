"""What is measured of a run; gains, their words, and what they lean on: by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from copark.analyses.levers.findings import balances, choose, gains, leanings, met, states_of
from copark.analyses.levers.measures import KEPT, NAMES, alive_before, discounting, measured
from copark.analyses.levers.runner import groups_of
from copark.analyses.levers.schema import examine_levers
from copark.stats.shares import verdict
from tests.levers.conftest import by_hand, small
from tests.report.conftest import make_result


def simple(runs=2, quarters=8):
    """Two scenarios whose every path is known: benefit 4 a year, rescues 1, profit 2, result 1 more each quarter."""
    result = make_result(runs, quarters, scenarios=("as-it-is", "arm"))
    for name in KEPT:
        result[name] = (("scenario", "run", "quarter"), np.zeros((2, runs, quarters)))
    result["benefit_home"].values[:] = 4.0
    result["contribution_home"].values[:] = 1.0
    result["benefit_host"].values[:] = 2.0
    result["profit"].values[:] = 2.0
    result["result_cumulative"].values[:] = np.arange(1.0, quarters + 1.0)
    result["operating"].values[0] = 60.0
    result["operating"].values[1] = 20.0
    result["jobs"].values[:] = 1000.0
    result["mean_return"].values[:] = 0.08
    result["outcome"].values[0], result["outcome"].values[1] = 3, 2
    result["status"].values[:] = 0
    return result


def at(table, scenario, measure):
    return table[scenario, 0, NAMES.index(measure)]


def test_money_in_the_middle_of_the_first_quarter_is_hardly_discounted_and_a_year_on_by_the_rate():
    weights = discounting(80, 0, 0.05)
    assert weights[0] == pytest.approx(0.25 * 1.05**-0.125)
    assert weights[4] / weights[0] == pytest.approx(1 / 1.05)
    assert weights.sum() == pytest.approx(sum(0.25 * 1.05 ** -((q + 0.5) / 4) for q in range(80)))


def test_every_measure_by_hand():
    table = measured(simple(), 0, 0.0)
    assert at(table, 0, "home") == pytest.approx(2.0 * (4.0 - 1.0))
    assert at(table, 0, "host") == pytest.approx(4.0)
    assert at(table, 0, "enterprises") == pytest.approx(4.0)
    assert at(table, 0, "developer") == 8.0
    assert at(table, 0, "operating") == pytest.approx(np.log(60.0))
    assert (at(table, 0, "jobs"), at(table, 0, "mean_return")) == (1000.0, 0.08)
    assert (at(table, 0, "self_standing"), at(table, 1, "self_standing")) == (1.0, 0.0)


def test_a_lever_pulled_later_counts_from_then():
    table = measured(simple(), 4, 0.0)
    assert at(table, 0, "home") == pytest.approx(3.0)
    assert at(table, 0, "developer") == 4.0


def test_a_run_that_did_not_finish_has_no_measures():
    result = simple()
    result["status"].values[1, 1] = 2
    table = measured(result, 0, 0.0)
    assert np.isnan(table[1, 1]).all()
    assert np.isfinite(table[:, 0]).all()


def test_whose_company_lives_when_a_lever_is_pulled():
    result = simple()
    result["failed"].values[0, 1, 3:] = 1.0
    assert alive_before(result, 0).tolist() == [True, True]
    assert alive_before(result, 3).tolist() == [True, True]
    assert alive_before(result, 4).tolist() == [True, False]


WORDS = {
    (1.0, 0.0): "gains_surely", (0.95, 0.05): "gains_surely", (0.8, 0.0): "gains_mostly", (0.3, 0.7): "gains_at_times",
    (0.04, 0.96): "nothing", (0.0, 1.0): "nothing", (0.1, 0.8): "nothing", (0.4, 0.2): "unclear",
    (0.0, 0.7): "loses_at_times", (0.2, 0.0): "loses_mostly", (0.0, 0.0): "loses_surely",
    (float("nan"), float("nan")): "unknown",
}  # fmt: skip


def test_words_follow_the_rules(subtests):
    for shares, words in WORDS.items():
        with subtests.test(shares=shares):
            assert verdict(*shares) == words


def two_options():
    """Option 1 gives home 3 more in every run and takes 1 from enterprises in half of them; option 2 does nothing."""
    home = np.zeros((1, 3, 8))
    home[0, 1] = 3.0
    enterprises = np.zeros((1, 3, 8))
    enterprises[0, 1, ::2] = -1.0
    standing = np.zeros((1, 3, 8))
    standing[0, :, :4] = 1.0
    standing[0, 1, :6] = 1.0
    return by_hand(home=home, enterprises=enterprises, self_standing=standing)


def test_gains_are_taken_run_by_run():
    found = {(one.setting, one.measure.name): one for one in gains(two_options())}
    home = found["option-1", "home"]
    assert (home.median, home.better, home.equal, home.verdict) == (3.0, 1.0, 0.0, "gains_surely")
    assert home.sources.total == 0.0
    enterprises = found["option-1", "enterprises"]
    assert (enterprises.better, enterprises.equal, enterprises.verdict) == (0.0, 0.5, "loses_at_times")
    standing = found["option-1", "self_standing"]
    assert (standing.before, standing.after, standing.mean) == (0.5, 0.75, 0.25)
    assert standing.low < 0.25 < standing.high
    assert found["option-2", "home"].verdict == "nothing"
    assert home.low == home.high == 3.0, "in every run"


def test_who_gains_and_who_loses():
    first, second = balances(gains(two_options()))
    assert (first.sides("gain"), first.sides("lose")) == (("home",), ("enterprises",))
    assert first.sides("nothing") == ("host", "developer")
    assert second.sides("nothing") == ("home", "host", "developer", "enterprises")


def test_structures_that_disagree_about_the_sign_are_told():
    home = np.zeros((2, 2, 40))
    home[0, 1], home[1, 1] = 3.0, -2.0
    measured = by_hand(options=2, draws=20, structures=("as-modelled", "other"), home=home)
    found = {one.measure.name: one for one in gains(measured)}
    assert found["home"].by_structure == (3.0, -2.0)
    assert found["home"].flips
    assert found["home"].sources.shares == (1.0, 0.0, 0.0)
    assert not found["host"].flips


def test_states_are_means_over_futures_and_leave_out_parks_that_had_failed():
    measured = by_hand(options=2, structures=("as-modelled", "other"), home=np.arange(8.0))
    measured.alive[1, :2] = False
    states = states_of(measured, ("home",))
    assert states.by_structure == (4, 3)
    assert states.values["home"][0].tolist() == [0.5, 2.5, 4.5, 6.5, 2.5, 4.5, 6.5]
    assert states.draw.tolist() == [0, 1, 2, 3, 1, 2, 3]
    assert not states.gain("home").any()


@pytest.fixture
def asked(written, great_stone):
    return examine_levers(written(small()), great_stone)[0]


def test_thresholds_are_asked_of_values_or_of_gains(asked):
    home = np.zeros((1, 2, 8))
    home[0, 1, :4], home[0, 1, 4:] = -4.0, -6.0
    standing = np.ones((1, 2, 8))
    standing[0, 1, 0] = 0.0
    states = states_of(by_hand(options=2, home=home, self_standing=standing), ("home", "self_standing"))
    reached = met(states, asked.thresholds)
    assert reached[0].tolist() == [[True] * 4, [True] * 4], "one future of two is half of them"
    assert reached[1].tolist() == [[True] * 4, [True, True, False, False]]


def test_a_choice_by_hand(asked):
    """Option 1 gives each side 1 in every state, option 2 gives home 3 and takes 1 from the others."""
    home, others = np.zeros((1, 3, 8)), np.zeros((1, 3, 8))
    home[0, 1], home[0, 2] = 1.0, 3.0
    others[0, 1], others[0, 2] = 1.0, -1.0
    sides = {"host": others, "developer": others, "enterprises": others}
    found = choose(by_hand(home=home, self_standing=np.ones((1, 3, 8)), **sides), asked, times=50)
    assert found.states == 4
    assert found.pareto.tolist() == [False, True, True]
    assert found.chance.tolist() == [0.0, 1.0, 1.0]
    assert found.ranking("mean_regret", "home").scores.tolist() == [3.0, 2.0, 0.0]
    assert found.ranking("minimax_regret", "host").scores.tolist() == [1.0, 0.0, 2.0]
    assert found.ranking("minimax_regret", "host").stability.rank.tolist() == [2, 1, 3]
    assert found.ranking("satisficing").scores.tolist() == [1.0, 1.0, 1.0]
    assert found.means[2].tolist() == [3.0, -1.0, -1.0, -1.0]


def test_a_gain_that_moves_with_a_parameter_leans_on_it():
    operating = np.zeros((1, 2, 40))
    operating[0, 1] = np.repeat(np.arange(20.0), 2) ** 3
    found = leanings(by_hand(options=2, draws=20, operating=operating), {"network_strength": "unmoved"})
    assert [(one.parameter, one.verdict) for one in found] == [("network_strength", "unmoved")]
    assert found[0].correlation == pytest.approx(1.0)
    assert leanings(by_hand(options=2, draws=20), {}) == []


@pytest.mark.parametrize(("populations", "wanted"), [(10, [0, 0, 5, 5, 1, 1]), (2, [0, 0, 1, 1, 2, 2])])
def test_draws_of_one_population_are_one_group_where_there_are_ten(populations, wanted):
    replay = SimpleNamespace(pairs=20, population=np.repeat(np.arange(populations), 20 // populations))
    order = np.concatenate([[0, 10, 2], np.setdiff1d(np.arange(20), [0, 10, 2])])
    source = SimpleNamespace(replay=replay, order=order)
    draws = np.repeat(np.arange(20), 2)
    assert groups_of(source, draws)[:6].tolist() == wanted
    assert groups_of(None, draws) is draws
