"""Scenarios share parameters and random numbers run by run, and none is what it says it is not."""

import numpy as np
import pytest
from pydantic import ValidationError

from copark.analyses.claims import general_set
from copark.analyses.claims.scenarios import ScenariosChangeNothing, check_moves, trial_study
from copark.analyses.claims.schema import CaseChange, is_empty, upon
from copark.cases.pydantic_errors import known_keys, told
from copark.model.variables import catalogue
from copark.simulation.experiment import Experiment, memo_key
from copark.simulation.measures import OutputValues
from copark.simulation.run import simulate
from copark.simulation.study import baseline
from tests.claims.conftest import SEED

PLACES = (("operating", 47), ("registered", 33), ("jobs", 47))
HELD_AT = catalogue().parameters["commitment_rate"].default[0]
"""Of a parameter that has no prior: to set it so changes no draw."""


@pytest.fixture(scope="module")
def experiment(great_stone):
    return Experiment(trial_study(great_stone, 6, 2, SEED, "prior"), great_stone, OutputValues(PLACES))


def change(**given):
    return CaseChange.model_validate(given)


def test_a_scenario_is_what_the_study_of_it_gives(experiment, great_stone):
    scenario = change(parameters={"value_home": 0}, edits={"framework": "off"})
    scenarios = [baseline("great-stone").scenarios[0], scenario]
    whole = simulate(experiment.study.with_changes(scenarios=scenarios, keep=["operating"]), great_stone)
    for number, change_made in enumerate((CaseChange(), scenario)):
        measured = experiment.measured(change_made)
        assert np.array_equal(measured.values[:, 0, 0], whole.operating.values[number, :, 47])
        assert np.array_equal(measured.outcome, whole.outcome.values[number])


def test_a_scenario_upon_a_ground_has_the_last_word():
    ground = change(
        parameters={"value_home": 9, "land_price": 0.2}, times={"value_host": 2},
        edits={"depth": {"credit": "off"}, "drop": ["shock/pandemic"], "quota": 6801},
    )  # fmt: skip
    scenario = change(
        parameters={"value_home": 0}, times={"value_host": 3},
        edits={"depth": {"visits": "off"}, "drop": ["shock/sanctions"], "quota": 5001},
    )  # fmt: skip
    both = upon(ground, scenario)
    assert both.parameters == {"value_home": 0, "land_price": 0.2}
    assert both.times == {"value_host": 6}
    assert both.edits.drop == ("shock/pandemic", "shock/sanctions")
    assert (both.edits.depth.credit, both.edits.depth.visits, both.edits.depth.plan) == (False, False, True)
    assert both.edits.quota[0].value == 5001
    assert upon(CaseChange(), scenario).content() == scenario.content()
    assert is_empty(upon(CaseChange()))


def test_a_scenario_that_changes_nothing_is_refused(experiment):
    scenarios = {
        ("scenarios", "same-rate"): change(parameters={"commitment_rate": HELD_AT}),
        ("scenarios", "whole"): change(links={"rescue_to_ledger": {"strength": 1}}),
        ("scenarios", "once"): change(times={"value_home": 1}),
        ("scenarios", "none"): change(parameters={"value_home": 0}),
        ("scenarios", "as-it-is"): CaseChange(),
    }
    with pytest.raises(ScenariosChangeNothing) as caught:
        check_moves(experiment, scenarios, "claims.yaml")
    assert [fault.key for fault in caught.value.faults] == ["scenarios.same-rate", "scenarios.whole", "scenarios.once"]
    assert "same-rate" in caught.value.faults[0].cause("zh")


@pytest.mark.parametrize("name", ["inputs", "levers"])
def test_dated_inputs_are_a_change_by_their_name_and_by_the_former(name, experiment):
    """What reads keys of a file by the fields' names would lose them, and the claim would be of the case as it is."""
    entry = {name: {"governments.threshold": [{"value": 5.0, "from": 60}]}}
    read = change(**entry)
    assert read.dated_inputs["governments.threshold"][0].value == 5.0
    assert list(read.content()) == ["levers"], "the name that hashes know"
    assert upon(CaseChange(), read) == upon(read) == read
    assert memo_key(read) != memo_key(CaseChange())
    assert general_set._is_felt(entry | {"title": {"en": "a", "zh": "a"}}, experiment)


def test_both_names_of_dated_inputs_at_once_are_refused_with_the_one_of_now():
    threshold = {"governments.threshold": [{"value": 5.0}]}
    with pytest.raises(ValidationError) as caught:
        change(inputs=threshold, levers=threshold)
    (error,) = caught.value.errors()
    code, _, values = told(error, known_keys(CaseChange, ()))
    assert (code, values["found"], values["suggestion"]) == ("unknown_key", "levers", "inputs")
