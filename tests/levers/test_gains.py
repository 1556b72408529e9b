"""What is measured of a run; effects of levers, their words, and what they lean on: by hand."""

from types import SimpleNamespace

import numpy as np
import pytest

from copark.analyses.levers.choice import choose, met, states_of
from copark.analyses.levers.dependence import find_dependences
from copark.decisions.effects import baseline_under, lever_effects
from copark.decisions.experiment import draw_groups, runs_that_count
from copark.decisions.lever_file import examine_levers
from copark.decisions.measures import ALIVE, FOUR_SIDES, OUTPUTS_READ, LeverMeasures, discounting
from copark.simulation.ensemble import ScenarioRuns
from copark.simulation.outcomes import OUTCOMES
from copark.stats.effects import Effects
from copark.stats.shares import verdict
from tests.levers.conftest import by_hand, small


def simple(outcome="self_standing", runs=2, quarters=8):
    """A scenario whose every path is known: benefit 4 a year, rescues 1, profit 2, result 1 more each quarter."""
    paths = {name: np.zeros((runs, quarters)) for name in OUTPUTS_READ}
    paths["benefit_home"][:] = 4.0
    paths["contribution_home"][:] = 1.0
    paths["benefit_host"][:] = 2.0
    paths["profit"][:] = 2.0
    paths["result_cumulative"][:] = np.arange(1.0, quarters + 1.0)
    paths["operating"][:] = 60.0
    paths["jobs"][:] = 1000.0
    paths["mean_return"][:] = 0.08
    codes = np.full(runs, OUTCOMES.index(outcome), np.int8)
    out = np.stack(list(paths.values()), axis=1)
    return ScenarioRuns(tuple(paths), out, np.zeros((runs, 3), np.int64), codes)


def measured(runs, first=0, rate=0.0):
    """Every measure of every run by its name."""
    measures = LeverMeasures(first, rate)
    return dict(zip(measures.names, measures.read(runs)[:, :, 0].T, strict=True))


def test_money_in_the_middle_of_the_first_quarter_is_hardly_discounted_and_a_year_on_by_the_rate():
    weights = discounting(80, 0, 0.05)
    assert weights[0] == pytest.approx(0.25 * 1.05**-0.125)
    assert weights[4] / weights[0] == pytest.approx(1 / 1.05)
    assert weights.sum() == pytest.approx(sum(0.25 * 1.05 ** -((q + 0.5) / 4) for q in range(80)))


def test_every_measure_by_hand():
    values = {name: run[0] for name, run in measured(simple()).items()}
    assert values["home"] == pytest.approx(2.0 * (4.0 - 1.0))
    assert values["host"] == pytest.approx(4.0)
    assert values["enterprises"] == pytest.approx(4.0)
    assert values["developer"] == 8.0
    assert values["operating"] == pytest.approx(np.log(60.0))
    assert (values["jobs"], values["mean_return"]) == (1000.0, 0.08)
    assert (values["self_standing"], values["failed"]) == (1.0, 0.0)
    for outcome, shares in (("fragile", (0.0, 0.0)), ("failed", (0.0, 1.0))):
        found = measured(simple(outcome))
        assert (found["self_standing"][0], found["failed"][0]) == shares


def test_a_lever_pulled_later_counts_from_then():
    values = {name: run[0] for name, run in measured(simple(), first=4).items()}
    assert values["home"] == pytest.approx(3.0)
    assert values["developer"] == 4.0


def test_a_run_that_did_not_finish_has_no_measures():
    runs = simple()
    runs.status[1, 0] = 2
    values = LeverMeasures(0, 0.0).read(runs)
    assert np.isnan(values[1]).all()
    assert np.isfinite(values[0]).all()


def test_whose_company_lives_when_a_lever_is_pulled():
    runs = simple()
    runs["failed"][1, 3:] = 1.0
    for first, alive in ((0, [1.0, 1.0]), (3, [1.0, 1.0]), (4, [1.0, 0.0])):
        assert measured(runs, first)[ALIVE].tolist() == alive


def test_runs_count_that_finished_in_every_option_of_a_park_that_lives():
    finished = {"first": np.array([True, True, False, True]), "second": np.array([True, False, True, True])}
    alive = np.array([1.0, 1.0, 1.0, 0.0])[:, np.newaxis, np.newaxis]
    values = {key: np.ones((4, 1, 1)) for key in finished}
    effects = Effects((ALIVE,), ("1",), ("2035Q4",), "as-it-is", alive, values, finished, np.arange(4))
    assert runs_that_count(effects).tolist() == [True, False, False, False]


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


@pytest.fixture
def thresholds(written, great_stone):
    return examine_levers(written(small()), great_stone)[0].thresholds


def effects_of(by_structure):
    """Effects by option and measure."""
    effects = lever_effects(by_structure[0], by_structure)
    return {(effect.scenario, effect.measure): effect for effect in effects}


def test_effects_are_taken_run_by_run():
    effects = effects_of(two_options())
    home = effects["option-1", "home"]
    assert (home.median, home.above, home.equal, home.verdict) == (3.0, 1.0, 0.0, "gains_surely")
    assert home.sources.total == 0.0
    enterprises = effects["option-1", "enterprises"]
    assert (enterprises.above, enterprises.equal, enterprises.verdict) == (0.0, 0.5, "loses_at_times")
    standing = effects["option-1", "self_standing"]
    assert (standing.before, standing.after, standing.mean) == (0.5, 0.75, 0.25)
    assert standing.monte_carlo_low < 0.25 < standing.monte_carlo_high
    assert effects["option-2", "home"].verdict == "nothing"
    assert home.monte_carlo_low == home.monte_carlo_high == 3.0, "in every run"


def test_who_gains_and_who_loses():
    effects = effects_of(two_options())
    first = {side: effects["option-1", side].verdict for side in FOUR_SIDES}
    assert first == {
        "home": "gains_surely",
        "host": "nothing",
        "developer": "nothing",
        "enterprises": "loses_at_times",
    }
    assert {effects["option-2", side].verdict for side in FOUR_SIDES} == {"nothing"}


def test_structures_that_disagree_about_the_sign_are_told():
    home = np.zeros((2, 2, 40))
    home[0, 1], home[1, 1] = 3.0, -2.0
    effects = effects_of(by_hand(options=2, draws=20, structures=2, home=home))
    assert effects["option-1", "home"].by_structure == (3.0, -2.0)
    assert effects["option-1", "home"].flips
    assert effects["option-1", "home"].sources.shares == (1.0, 0.0, 0.0)
    assert not effects["option-1", "host"].flips


def test_where_no_run_counts_nothing_is_said(thresholds):
    by_structure = [effects.of_runs(np.zeros(8, dtype=bool)) for effects in by_hand(structures=2)]
    effects = effects_of(by_structure).values()
    assert {(effect.pairs, effect.verdict) for effect in effects} == {(0, "unknown")}
    assert all(np.isnan([effect.before, effect.mean, effect.monte_carlo_low]).all() for effect in effects)
    assert choose(by_structure, thresholds, np.arange(4), times=5) is None
    assert find_dependences(by_structure[0], {"network_strength": np.arange(4.0)}, {}) == []
    assert baseline_under("as-modelled", by_structure[0]).runs == 0


def test_states_are_means_over_replicates_and_leave_out_runs_that_do_not_count():
    first, second = by_hand(options=2, structures=2, home=np.arange(8.0))
    states = states_of([first, second.of_runs(np.arange(8) >= 2)], ("home",))
    assert states.states_by_structure == (4, 3)
    assert states.values["home"][0].tolist() == [0.5, 2.5, 4.5, 6.5, 2.5, 4.5, 6.5]
    assert states.draws.tolist() == [0, 1, 2, 3, 1, 2, 3]
    assert not states.gain("home").any()


def test_thresholds_are_asked_of_values_or_of_gains(thresholds):
    home = np.zeros((1, 2, 8))
    home[0, 1, :4], home[0, 1, 4:] = -4.0, -6.0
    standing = np.ones((1, 2, 8))
    standing[0, 1, 0] = 0.0
    states = states_of(by_hand(options=2, home=home, self_standing=standing), ("home", "self_standing"))
    reached = met(states, thresholds)
    assert reached[0].tolist() == [[True] * 4, [True] * 4], "one future of two is half of them"
    assert reached[1].tolist() == [[True] * 4, [True, True, False, False]]


def test_a_choice_by_hand(thresholds):
    """Option 1 gives each side 1 in every state, option 2 gives home 3 and takes 1 from the others."""
    home, others = np.zeros((1, 3, 8)), np.zeros((1, 3, 8))
    home[0, 1], home[0, 2] = 1.0, 3.0
    others[0, 1], others[0, 2] = 1.0, -1.0
    sides = {"host": others, "developer": others, "enterprises": others}
    by_structure = by_hand(home=home, self_standing=np.ones((1, 3, 8)), **sides)
    choice = choose(by_structure, thresholds, np.arange(4), times=50)
    assert choice.states == 4
    assert choice.pareto.tolist() == [False, True, True]
    assert choice.chance.tolist() == [0.0, 1.0, 1.0]
    assert choice.ranking("mean_regret", "home").scores.tolist() == [3.0, 2.0, 0.0]
    assert choice.ranking("minimax_regret", "host").scores.tolist() == [1.0, 0.0, 2.0]
    assert choice.ranking("minimax_regret", "host").stability.rank.tolist() == [2, 1, 3]
    assert choice.ranking("satisficing").scores.tolist() == [1.0, 1.0, 1.0]
    assert choice.means[2].tolist() == [3.0, -1.0, -1.0, -1.0]


def test_an_effect_that_moves_with_a_parameter_leans_on_it():
    operating = np.zeros((1, 2, 40))
    operating[0, 1] = np.repeat(np.arange(20.0), 2) ** 3
    drawn = {"network_strength": np.arange(20.0)}
    (effects,) = by_hand(options=2, draws=20, operating=operating)
    (dependence,) = find_dependences(effects, drawn, {"network_strength": "unmoved"})
    assert (dependence.parameter, dependence.verdict) == ("network_strength", "unmoved")
    assert dependence.correlation == pytest.approx(1.0)
    (nothing,) = by_hand(options=2, draws=20)
    assert find_dependences(nothing, drawn, {}) == []


@pytest.mark.parametrize(("populations", "wanted"), [(10, [0, 5, 1]), (2, [0, 1, 2])])
def test_draws_of_one_population_are_one_group_where_there_are_ten(populations, wanted):
    replay = SimpleNamespace(pairs=20, population=np.repeat(np.arange(populations), 20 // populations))
    order = np.concatenate([[0, 10, 2], np.setdiff1d(np.arange(20), [0, 10, 2])])
    source = SimpleNamespace(replay=replay, order=order)
    assert draw_groups(source, 20)[:3].tolist() == wanted
    assert draw_groups(None, 3).tolist() == [0, 1, 2]
