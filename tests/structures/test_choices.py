"""Structural choices: both sides are what they are called, and what a park lacks is left out."""

from types import SimpleNamespace

import numpy as np
import pytest

from copark.analyses.structures import choices
from copark.analyses.structures.choices import cells_of, choices_of, wide_weights
from copark.calibration.observations import ObservationModel, Target
from copark.cases.load import load_case
from copark.simulation.run import inputs_of
from copark.simulation.scenario_edits import Edits


def keys(case, weights=None):
    found, missing = choices_of(load_case(case), weights)
    return [one.key for one in found], {one.choice: one.reason for one in missing}


def test_a_park_has_the_choices_that_its_facts_bear(subtests):
    for case, expected in (
        ("great-stone", ["visits", "jumps", "rescue", "loan"]),
        ("thilawa", ["rescue"]),
        ("suzhou", ["rescue", "loan", "rivalry"]),
    ):
        with subtests.test(case=case):
            found, missing = keys(case)
            assert found == expected
            assert set(missing) == set(choices.CHOICES) - set(expected)
            assert missing["more_than"] == "no_posterior"


def test_visits_without_a_framework_are_left_out_for_that():
    missing = keys("imip")[1]
    assert missing["visits"] == missing["jumps"] == "no_framework"


def test_a_reading_is_crossed_only_if_enough_draws_are_left():
    even, few = np.r_[np.full(100, 1.1), np.full(100, 0.9)], np.r_[np.full(3, 60.0), np.full(197, 1e-6)]
    assert keys("thilawa", even)[0] == ["rescue", "more_than"]
    assert keys("thilawa", few)[1]["more_than"] == "too_few"
    assert keys("thilawa", np.ones(200))[1]["more_than"] == "no_more_than"


def test_every_side_sets_what_it_is_about():
    """Alignment by visits is drawn or none, jumps are none or all, everybody may rescue or nobody."""
    case = load_case("great-stone")
    crossed = cells_of(choices_of(case, None)[0])
    assert len(crossed) == 16
    assert len({one.sides for one in crossed}) == 16
    for cell in crossed:
        visits, jumps, rescue, loan = cell.sides
        assert cell.parameters.get("session_effect") == (0.0 if visits else None)
        assert cell.parameters["visit_weight"] == jumps
        assert {line.borrower for line in cell.case(case).finance.credit if line.use} == {("company", "host")[loan]}
        inputs = inputs_of(cell.case(case), cell.scenario())
        for way in ("rescue_alone", "rescue_by_treaty"):
            assert (np.asarray(inputs.governments[way]) == 1 - rescue).all()
        owed = {name: float(np.max(inputs.governments[name])) for name in ("credit", "state_credit")}
        assert (owed["state_credit"] > 0.0, owed["credit"] > 0.0) == (bool(loan), not loan)


def test_an_option_that_a_cell_leaves_nothing_to_do_is_not_tried_in_it():
    """Where nobody may rescue, no rescue can be ended; where somebody may, it can."""
    somebody, nobody = cells_of(choices_of(load_case("thilawa"), None, ["rescue"])[0])
    ended = Edits.model_validate({"depth": {"rescue_by_treaty": "off", "from": "2026Q1"}})
    other = Edits.model_validate({"depth": {"visits": "off"}})
    assert [cell.settled(ended) for cell in (somebody, nobody)] == [False, True]
    assert not nobody.settled(other)


def test_without_a_rival_there_is_none():
    case = load_case("suzhou")
    crossed = cells_of(choices_of(case, None, ["rivalry"])[0])
    sizes = [np.asarray(inputs_of(case, cell.scenario()).company["rival_size"]).max() for cell in crossed]
    assert sizes == [1.0, 0.0]


def target(value):
    return Target("jobs", "2020", "more-than", value, 1.1 * value, 10.0, (0,), (1.0,), SimpleNamespace(unit="persons"))


def test_the_wide_reading_favours_draws_beyond_the_narrow_one():
    """Of "more than 1,000": 1,050 is within both readings, 1,300 within the wide one alone, 900 within neither."""
    replay = SimpleNamespace(
        model=ObservationModel((target(1000.0),)), counterparts=np.array([[1050.0], [1300.0], [900.0]]), pairs=3
    )
    source = SimpleNamespace(replay=replay, order=np.arange(3))
    within, beyond, below = wide_weights(source, 3)
    assert beyond > 1e6 * within
    assert within == pytest.approx(below)


def test_draws_that_no_such_value_tells_apart_weigh_alike():
    replay = SimpleNamespace(model=ObservationModel(()), counterparts=np.zeros((3, 0)), pairs=3)
    source = SimpleNamespace(replay=replay, order=np.arange(3))
    assert wide_weights(source, 5).tolist() == [1.0] * 5
