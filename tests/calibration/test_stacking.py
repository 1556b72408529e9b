"""Stacked forecasts: weights find who forecasts well, and a park has no say in its own."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.special import ndtri

from copark.analyses.answer import answer
from copark.analyses.context import Context
from copark.analyses.registry import REGISTRY
from copark.analyses.stack import stacking
from copark.analyses.stack.stacking import FAR, METHODS, NEAR, STACK, UNSEEN, ForecastTrial
from copark.calibration.forecast import LEVELS
from copark.calibration.pool.parks import park_of, parks_of
from copark.cases import load_case
from copark.cases.quarters import Quarter
from copark.stats.scores import crps

PARKS = tuple(f"park-{n}" for n in range(12))
CUT = Quarter(2016, 4)
KNOWN = date(2017, 2, 15)
"""A value of the first weeks after the cut is set beside its end."""


def levels(middle, spread):
    """Give quantiles of a log-normal count."""
    return np.exp(np.log(middle) + spread * ndtri(np.array(LEVELS)))


@pytest.fixture(scope="module")
def made_up():
    """Make parks that the growth curve forecasts well and the model three times too high; near values the reverse."""
    rng = np.random.default_rng(1)
    trials = []
    for park in PARKS:
        for setting in (UNSEEN, NEAR, FAR):
            value = float(np.exp(rng.normal(4.0, 0.6)))
            good = levels(value * np.exp(rng.normal(0.0, 0.2)), 0.2)
            bad = levels(3.0 * value, 0.2)
            parts = (
                {"model": bad, "growth": good} if setting == UNSEEN else {"model": good, "growth": bad, "trend": bad}
            )
            trials.append(ForecastTrial(park, setting, "registered", 2.0, value, parts, 2016))
    return tuple(trials)


def test_who_forecasts_well_gets_the_weight(made_up):
    weights_of = {
        setting: by_variable["registered"] for setting, by_variable in stacking.learn(made_up, {}).everyone.items()
    }
    assert weights_of[UNSEEN]["growth"] == pytest.approx(0.875, abs=0.05), "a quarter from all of it to half of it"
    assert weights_of[NEAR]["model"] == pytest.approx(5.0 / 6.0, abs=0.05)
    for weights in weights_of.values():
        assert sum(weights.values()) == pytest.approx(1.0, abs=2e-3)


def test_a_park_has_no_say_in_its_own_weights(made_up):
    """However it turned out, what was learned from the others stays; what was learned from all does not."""
    other = tuple(replace(trial, value=30.0 * trial.value) if trial.park == PARKS[0] else trial for trial in made_up)
    before, after = (stacking.learn(trials, {}) for trials in (made_up, other))
    assert before.without[PARKS[0]] == after.without[PARKS[0]]
    assert before.without[PARKS[1]] != after.without[PARKS[1]]
    for park, setting, same in ((PARKS[0], UNSEEN, True), ("a park of one's own", NEAR, False)):
        weights = [stack.of(park, setting, "registered", 1.0) for stack in (before, after)]
        assert (weights[0] == weights[1]) is same


def test_curves_know_nothing_after_the_cut():
    """Whatever this park and the others report later, the curves are the same, to the last bit."""

    def told(case, factor):
        rows = [
            row if row.date.last_day <= KNOWN else row.model_copy(update={"value": factor * row.value})
            for row in case.observations
            if row.bound != "range"
        ]
        return case.model_copy(update={"observations": tuple(rows)})

    def curves(factor):
        others = parks_of(("thilawa", "teda-suez", "suzhou", "sihanoukville"))
        parks = [park_of(told(other.case, factor)) for other in others]
        return stacking.curves_of(told(load_case("great-stone"), factor), CUT, "registered", range(26, 40), parks)[0]

    first = curves(1.0)
    second = curves(3.0)
    assert set(first) >= {"growth", "trend"}
    for name, rows in first.items():
        assert np.array_equal(rows, second[name]), name
        assert (np.diff(rows, axis=1) >= 0.0).all()


def test_a_park_with_few_points_takes_the_curve_of_the_others_and_one_without_is_stacked_as_unseen():
    case = load_case("great-stone")
    few = [row for row in case.observations if row.role == "fit" and row.variable == "registered"][:1]
    case = case.model_copy(update={"observations": tuple(few), "name": "my-park"})
    parks = parks_of(("thilawa", "teda-suez", "suzhou", "sihanoukville"))
    rows = np.tile(levels(60.0, 0.3), (4, 1))
    stacks = stacking.stacks_of(
        case, CUT, {"registered": rows, "jobs": rows, "profit": rows}, range(26, 30), parks, stacking.shipped().stack
    )
    assert set(stacks) == {"registered", "jobs"}, "of profit nothing was learned"
    assert set(stacks["registered"].levels) == {STACK, "model", "growth"}, "one point makes no trend"
    assert set(stacks["jobs"].levels) == {STACK, "model", "growth"}
    everyone = stacking.shipped().stack.everyone
    assert stacks["jobs"].weights["model"] == pytest.approx(np.full(4, everyone[UNSEEN]["jobs"]["model"]), abs=1e-3)


def test_no_more_operate_than_are_registered_and_the_count_less_known_gives_way():
    registered, operating = (
        stacking.StackedForecast({STACK: np.tile(row, (3, 1)), "model": np.tile(row, (3, 1))}, {})
        for row in (levels(19.0, 0.3), levels(40.0, 1.0))
    )
    both = {"registered": registered, "operating": operating}
    capped = stacking.coherent(both, {"registered": 3, "operating": 1})
    assert (capped["operating"].levels[STACK] <= registered.levels[STACK]).all()
    assert capped["registered"] == registered
    assert (capped["operating"].levels["model"] == operating.levels["model"]).all(), "what is stacked stays as it is"
    raised = stacking.coherent(both, {"operating": 2})
    assert (raised["registered"].levels[STACK] >= operating.levels[STACK]).all()
    assert raised["operating"] == operating
    assert stacking.coherent({"jobs": operating}) == {"jobs": operating}


def test_forecasts_from_origins_that_ship_begin_in_2013():
    """Before it three parks had a past."""
    assert min(trial.origin for trial in stacking.load_trials() if trial.setting != UNSEEN) == stacking.RECENT


def test_a_park_that_may_come_to_nothing_has_its_quantiles_moved_down_and_stays_coherent():
    """With a chance of 20 % the quantile at 60 % is the median of a park that comes about."""
    rows = {
        name: stacking.StackedForecast({STACK: np.tile(levels(middle, 0.5), (2, 1))}, {})
        for name, middle in (("registered", 40.0), ("operating", 15.0))
    }
    mixed = stacking.or_nothing(rows, 0.2)
    for name, before in rows.items():
        after = mixed[name].levels
        assert (after[stacking.BEGUN] == before.levels[STACK]).all()
        assert np.interp(0.6, LEVELS, after[STACK][0]) == pytest.approx(
            np.interp(0.5, LEVELS, before.levels[STACK][0]), rel=1e-2
        )
        assert (after[STACK][:, np.array(LEVELS) < 0.2] == 0.0).all()
        assert (np.diff(after[STACK], axis=1) >= 0.0).all()
    assert (mixed["operating"].levels[STACK] <= mixed["registered"].levels[STACK]).all()


def test_curves_are_made_anew_around_the_model_that_ships():
    """By `python docs/build_posteriors.py curves`: the model's forecasts stay, and each has its trial."""
    names = ("jinfei", "lekki")
    parks = parks_of(names)
    trials = [trial for trial in stacking.load_trials() if trial.park in names]
    remade_trials = stacking.remade(trials, parks)
    assert [trial.value for trial in remade_trials] == [trial.value for trial in trials]
    for again, shipped in zip(remade_trials, trials, strict=True):
        assert np.array_equal(again.levels["model"], shipped.levels["model"])
        assert set(again.levels) <= set(shipped.levels)
    with pytest.raises(ValueError, match="no trial of"):
        stacking.remade(trials[1:], parks)


@pytest.mark.long
def test_the_curves_that_ship_are_those_of_the_parks_and_records_that_ship():
    trials = stacking.load_trials()
    parks = parks_of(tuple(stacking.shipped().stack.recipe["parks"]))
    assert stacking.largest_difference(stacking.remade(trials, parks), trials) <= stacking.CLOSE
    assert stacking.select(parks) == stacking.shipped().selection


def test_the_stack_that_ships_was_learned_from_the_trials_that_ship():
    trials = stacking.load_trials()
    shipped = stacking.shipped()
    again = stacking.made_of(trials, shipped.stack.recipe)
    assert again.stack == shipped.stack
    assert again.judged == shipped.judged
    assert stacking.largest_difference(trials, trials) == 0.0
    assert set(shipped.stack.without) == set(shipped.stack.recipe["parks"])
    assert {name for trial in trials for name in trial.levels} == set(METHODS)
    assert stacking.is_current(parks_of(tuple(shipped.stack.recipe["parks"]))), "python docs/build_posteriors.py stack"


def test_what_came_of_it_is_shown_in_both_languages(tmp_path):
    analysis = REGISTRY["stack"]
    result = answer(analysis, analysis.params(), Context(tmp_path)).result
    frame = result.to_frame()
    assert {"stack", "model", "growth"} <= set(frame.method)
    for lang in ("en", "zh"):
        shown = result.document(lang)
        tables = {table.key: table for table in shown.tables()}
        assert len(tables["parks"].rows) == len(result.judged.parks)
        cards = next(block for block in shown.blocks() if hasattr(block, "cards")).cards
        for setting, card in zip((UNSEEN, NEAR, FAR), cards, strict=True):
            row = result.judged.best(setting)
            assert card.value == row.not_worse / row.parks, "beside the best single curve, whichever it is"
            assert f"{card.value:.0%} " in shown.headline or f"{card.value:.0%}（" in shown.headline


def test_scores_of_mixtures_are_those_of_ensembles():
    """By ln(1 + count), each of two forecasts given as levels, and the two mixed half and half."""
    parts = np.sort(np.random.default_rng(1).gamma(2.0, 20.0, size=(2, 50)))
    for value in (0.0, 10.0, 200.0):
        expected = [crps(np.log1p(rows), np.log1p(value)) for rows in (parts[0], parts[1], parts.ravel())]
        assert stacking.losses(parts, value, np.array([[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]])) == pytest.approx(
            expected, rel=1e-9
        )
