"""An experiment: however its runs are cut, kept, extended, stopped and shared out, they are the runs of the study."""

import numpy as np
import pytest
from pydantic import ValidationError

from copark.errors import RunRefused, StudyFaults
from copark.model.variables import catalogue
from copark.simulation.experiment import Experiment
from copark.simulation.measures import OutputPaths, OutputValues
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.readouts.compare import differences, effects_of, outcome_effects_of, paired
from copark.simulation.run import inputs_of, simulate
from copark.simulation.sample import StudyDraws
from copark.store.checkpoints import Stages
from tests.simulation.conftest import FLOOD, scenario_of, study

AS_IT_IS = scenario_of()
CUT = scenario_of("cut", links={"network_to_arrivals": {"strength": 0.0}})
DEAR = scenario_of("dear", edits={"terms": {"cost": {"home": 0.05, "host": 0.05, "third": 0.05}}})
READ = ("operating", "jobs", "cash")
RUNS, REPLICATES = 48, 2


def asked(runs=RUNS, **changes):
    fields = {"draws": "prior", "replicates": REPLICATES, "keep": READ} | changes
    return study(AS_IT_IS, CUT, DEAR, runs=runs, **fields)


@pytest.fixture
def experiment(great_stone):
    return Experiment(asked(), great_stone, OutputPaths(READ))


@pytest.fixture(scope="module")
def stored(great_stone):
    """The same study as one dataset."""
    return simulate(asked(), great_stone, threads=1)


def same(experiment, stored):
    """Whether an experiment has the runs of the dataset, to the last bit."""
    for number, scenario in enumerate((AS_IT_IS, CUT, DEAR)):
        made = experiment.measured(scenario)
        paths = np.stack([stored[name].values[number] for name in READ], axis=1)
        if not (
            np.array_equal(made.values, paths, equal_nan=True)
            and np.array_equal(made.outcome, stored["outcome"].values[number])
        ):
            return False
    return True


def test_effects_are_those_of_the_study_read_as_pairs(experiment, stored):
    effects = experiment.effects([CUT, DEAR], against=AS_IT_IS)
    assert same(experiment, stored)
    assert (effects.scenarios, effects.measures, len(effects.quarters)) == (("cut", "dear"), READ, 80)
    assert effects.draw_of_run.tolist() == [run // REPLICATES for run in range(RUNS)]
    quarter = effects.quarters[-1]
    reference, scenarios = paired(stored)
    read = list(differences(effects_of(reference, scenarios, READ), READ, [quarter]))
    assert all(effect in read for effect in effects.select(quarters=[quarter]).rows())
    shares = experiment.outcome_effects([CUT, DEAR], against=AS_IT_IS).shares()
    assert list(shares) == list(outcome_effects_of(reference, scenarios).shares())


def test_a_scenario_that_was_let_go_of_is_run_again_when_it_is_asked_for(experiment, stored):
    experiment.effects([CUT, DEAR], against=AS_IT_IS)
    experiment.forget(CUT)
    assert (experiment.count_runs(CUT), experiment.count_runs(DEAR)) == (0, RUNS)
    assert same(experiment, stored)


def test_nothing_is_run_twice_and_more_draws_go_on_where_the_last_ended(great_stone, stored):
    made = []
    experiment = Experiment(asked(), great_stone, OutputPaths(READ), progress=lambda done, _: made.append(done))
    experiment.extend([AS_IT_IS, CUT], draws=5)
    assert (made[-1], experiment.count_runs(CUT), experiment.count_runs(DEAR)) == (2 * 5 * REPLICATES, 10, 0)
    made.clear()
    experiment.extend([AS_IT_IS, CUT.model_copy(update={"key": "called-otherwise"})], draws=5)
    assert not made
    experiment.extend([CUT])
    assert (made[-1], experiment.count_runs(AS_IT_IS)) == (RUNS - 10, 10)
    assert len(experiment.measured(CUT, draws=3).status) == 3 * REPLICATES
    assert same(experiment, stored)


def test_a_part_has_the_random_numbers_of_the_whole_and_runs_nothing_that_is_there(great_stone):
    places = OutputValues((("jobs", 40), ("cash", 79)))
    whole, apart = (Experiment(asked(replicates=4), great_stone, places) for _ in range(2))
    every = whole.measured(CUT)
    chosen = [number for number in range(RUNS) if number % 4 in (1, 3)]
    part = whole.part((1, 3))
    assert np.array_equal(part.measured(CUT).values, every.values[chosen])
    assert (part.count_runs(CUT), whole.runs_made) == (RUNS // 2, RUNS)
    alone = apart.part((1, 3))
    alone.extend([CUT], draws=2)
    assert np.array_equal(alone.measured(CUT).values, every.values[chosen])
    assert np.array_equal(alone.measured(CUT, draws=5).outcome, every.outcome[chosen[:10]])
    assert (apart.count_runs(CUT), apart.runs_made) == (0, RUNS // 2)
    assert alone.effects([DEAR], against=CUT, draws=3).draw_of_run.tolist() == [0, 0, 1, 1, 2, 2]


def test_factors_multiply_what_is_drawn_within_its_range(great_stone):
    given = Experiment(asked(), great_stone, OutputPaths(READ)).drawn_records().governments["value_home"]
    scenario = scenario_of(
        "strong", times={"value_home": 3.0, "home_contribution": 100.0}, scale={"governments.profit_tax": 0.5}
    )
    paired = StudyDraws(asked(), great_stone, (AS_IT_IS, scenario), ({}, {}))(0, 4)
    as_it_is, strong = paired.by_scenario
    assert np.array_equal(strong.governments["value_home"], 3.0 * as_it_is.governments["value_home"])
    assert strong.governments["value_home"][::2].tolist() == (3.0 * given[:2]).tolist()
    assert (strong.company["home_contribution"] == catalogue().parameters["home_contribution"].high).all()
    plain, halved = (inputs_of(great_stone, each).governments["profit_tax"] for each in (AS_IT_IS, scenario))
    assert np.array_equal(halved, 0.5 * plain)
    assert "times" not in AS_IT_IS.model_dump(), "a study without factors is known by what it was"
    for wrong in ({"times": {"profit_tax": 2.0}}, {"scale": {"value_home": 2.0}}, {"times": {"value_home": -1.0}}):
        with pytest.raises(ValidationError):
            scenario_of("wrong", **wrong)


def test_what_alters_neither_inputs_nor_draws_is_seen(experiment):
    idle = [
        scenario_of("same", links={"rescue_to_ledger": {"strength": 1.0}}),
        scenario_of("once", times={"value_home": 1.0}),
        scenario_of("set", parameters={"cash_reserve": catalogue().parameters["cash_reserve"].default[0]}),
    ]
    felt = [
        CUT,
        DEAR,
        scenario_of("none", parameters={"value_home": 0.0}),
        scenario_of("twice", scale={"governments.visit": 2.0}),
    ]
    assert [experiment.alters(scenario) for scenario in (*idle, *felt)] == [False] * 3 + [True] * 4


def test_the_parameters_drawn_are_those_of_the_runs(experiment, stored):
    drawn = experiment.drawn_parameters()
    assert tuple(drawn) == tuple(map(str, stored["parameter"].values))
    for name, values in drawn.items():
        assert np.array_equal(np.repeat(values, REPLICATES), stored["draws"].sel(parameter=name).values), name
    assert {values.shape for values in experiment.drawn_parameters(draws=5).values()} == {(5,)}


class LeftError(Exception):
    """Whoever asked has left."""


def test_a_stop_loses_nothing_that_was_made(great_stone, stored):
    total = 0

    def leave(done, _):
        nonlocal total
        total += 1
        if total == 2:
            raise LeftError

    experiment = Experiment(asked(), great_stone, OutputPaths(READ), progress=leave)
    with pytest.raises(LeftError):
        experiment.extend([AS_IT_IS, CUT, DEAR])
    assert (experiment.count_runs(AS_IT_IS), experiment.count_runs(DEAR)) == (RUNS, 0)
    assert same(experiment, stored)


def test_a_checkpoint_is_found_by_the_same_experiment(great_stone, stored, tmp_path):
    first = Experiment(asked(), great_stone, OutputPaths(READ), checkpoint=Stages(tmp_path, "a").stage("runs"))
    first.extend([AS_IT_IS, CUT])
    again = Experiment(asked(), great_stone, OutputPaths(READ), checkpoint=Stages(tmp_path, "a").stage("runs"))
    assert (again.count_runs(CUT), again.count_runs(DEAR)) == (RUNS, 0)
    assert same(again, stored)


def test_a_checkpoint_that_is_due_has_the_scenarios_before_a_stop(great_stone, stored, tmp_path, monkeypatch):
    monkeypatch.setattr("copark.store.checkpoints.EVERY", 0.0)

    def leave(done, _):
        if done > RUNS:
            raise LeftError

    stage = Stages(tmp_path, "a").stage("runs")
    first = Experiment(asked(), great_stone, OutputPaths(READ), checkpoint=stage, progress=leave)
    with pytest.raises(LeftError):
        first.extend([AS_IT_IS, CUT, DEAR])
    again = Experiment(asked(), great_stone, OutputPaths(READ), checkpoint=Stages(tmp_path, "a").stage("runs"))
    assert (again.count_runs(AS_IT_IS), again.count_runs(CUT)) == (RUNS, 0)
    assert same(again, stored)


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_do_not_change_the_numbers(great_stone, stored, threads):
    assert same(Experiment(asked(), great_stone, OutputPaths(READ), threads=threads), stored)


def test_effects_by_the_outcome_of_the_reference(experiment):
    """Each pair is in one part, and the parts together are the whole."""
    whole = experiment.effects([CUT], against=AS_IT_IS)
    outcome = experiment.measured(AS_IT_IS).outcome
    parts = whole.by(outcome)
    assert list(parts) == sorted(set(outcome.tolist()))
    assert set(parts) <= set(range(len(OUTCOMES)))
    assert sum(part.pairs("cut") for part in parts.values()) == whole.pairs("cut") == RUNS
    code, part = next(iter(parts.items()))
    chosen = whole.differences("cut", "jobs")[outcome == code]
    assert np.array_equal(part.differences("cut", "jobs"), chosen)


def test_a_scenario_without_a_finished_run_is_refused(experiment):
    flood = scenario_of("flood", parameters=FLOOD)
    with pytest.raises(StudyFaults) as refused:
        experiment.effects([CUT, flood], against=AS_IT_IS, draws=4)
    (fault,) = refused.value.faults
    assert (fault.code, fault.file) == ("study.all_too_many_enterprises", "flood")


def test_a_posterior_must_be_given(great_stone):
    with pytest.raises(RunRefused):
        Experiment(asked(draws="posterior"), great_stone, OutputPaths(READ))
