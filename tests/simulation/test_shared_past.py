"""What scenarios share is run once, and every run has the bits it has when its scenario is run by itself."""

import weakref
from threading import Thread

import pytest

from copark.calibration.case_parameters import settle
from copark.cases.load import list_cases, load_case
from copark.decisions.experiment import scenarios_under, study_of
from copark.decisions.lever_file import load_levers
from copark.model import kernel
from copark.model.outputs import NAMES
from copark.simulation import ensemble
from copark.simulation.ensemble import ROOM, STRETCH, Ensemble, Paired, ScenarioRuns, runs_of
from copark.simulation.run import inputs_of, prepare
from copark.simulation.shared_past import Family, drawn_bytes, families, first_apart
from tests.simulation.conftest import FLOOD, scenario_of, study

RUNS = 6


def links(since, strength=0.5, **changes):
    return {"links": {"network_to_arrivals": {"strength": strength, "from": since, **changes}}}


AS_IT_IS = scenario_of()
HALF, QUARTER, LATER = (
    scenario_of("half", **links("2026Q4")), scenario_of("quarter", **links("2026Q4", 0.25)),
    scenario_of("later", **links("2027Q3")),
)  # fmt: skip
DEAR, DEAR_HALF = (
    scenario_of(scenario.key + "-dear", parameters={"return_mean": 0.01}, links=scenario.links)
    for scenario in (AS_IT_IS, HALF)
)
FLOODED, FLOODED_HALF = (
    scenario_of(scenario.key + "-flooded", parameters=FLOOD, links=scenario.links) for scenario in (AS_IT_IS, HALF)
)
SLOW = {"network_to_arrivals": {"strength": 1.0, "delay": 3}, "service_to_returns": {"strength": 1.0, "delay": 2}}
DELAYED = scenario_of("delayed", links=SLOW)
DELAYED_HALF = scenario_of("delayed-half", links=SLOW | {"sales_to_ledger": {"strength": 0.5, "from": "2026Q4"}})


def found_in(case, *scenarios):
    made = study(*scenarios, runs=RUNS, draws="prior", quarters=98)
    return prepare(made, case).ensemble(1).families


def test_scenarios_that_part_later_resume_and_others_begin(great_stone):
    assert found_in(great_stone, AS_IT_IS, HALF, LATER, QUARTER) == [Family(0, [1, 2, 3], 57)]
    assert found_in(great_stone, AS_IT_IS, LATER) == [Family(0, [1], 60)]
    assert found_in(great_stone, AS_IT_IS, DEAR, DEAR_HALF, HALF) == [Family(0, [3], 57), Family(1, [2], 57)]
    assert found_in(great_stone, HALF, DELAYED, DELAYED_HALF) == [Family(0), Family(1, [2], 57)]
    assert found_in(great_stone, AS_IT_IS, scenario_of("same"))[0].since == 97
    assert found_in(great_stone, AS_IT_IS) == [Family(0)]


def test_the_quarter_is_the_one_that_saves_most(great_stone):
    """Of the six, five part in quarter 19 or later: four of the others save more there than one in quarter 39."""
    whole = inputs_of(great_stone)

    def parting(quarter):
        strength = whole.link_strength.copy()
        strength[quarter] = quarter / 100
        return whole._replace(link_strength=strength)

    parts = [whole, *map(parting, (39, 19, 20, 22, 4, 0))]
    assert families([(inputs, b"") for inputs in parts]) == [Family(0, [1, 2, 3, 4], 19), Family(5), Family(6)]
    assert [first_apart(whole, inputs) for inputs in parts] == [0, 39, 19, 20, 22, 4, 0]
    changed = whole._replace(link_delay=whole.link_delay + 1)
    assert families([(whole, b""), (changed, b""), (parting(39), b"other draws")]) == [Family(n) for n in range(3)]


def bits(runs):
    return runs.out.tobytes(), runs.status.tobytes(), runs.outcome.tobytes()


def is_run_as_alone(prepared, threads=2, block=3):
    """Whether every scenario of a study has the bits of its runs by themselves, from the first quarter on."""
    size, judged = prepared.study.runs, prepared.study.judged_in(prepared.case.clock.quarters)
    draws = prepared.ensemble(1).draws
    options = {"runs": size, "judged": judged}
    together = Ensemble(prepared.inputs, draws, NAMES, threads=threads, block=block, **options).run_scenarios()
    return all(
        bits(runs) == bits(runs_of(inputs, drawn, NAMES, judged=judged))
        for inputs, drawn, runs in zip(
            prepared.inputs, draws(0, size).by_scenario, together.scenarios, strict=True
        )
    )  # fmt: skip


def options_on_offer(name, structures=True):
    """The studies of all options of a park, from each time on, under every structure."""
    case = load_case(name)
    file = load_levers(case)
    for since in ("now", "start"):
        options = file.options(since)
        made = study_of(file, since, options, runs=RUNS, seed=991)
        under = [option for structure in (None, *file.structures) for option in scenarios_under(options, structure)]
        settled, parameters = settle(made, case, None, None, None)
        for first in range(0, len(under) if structures else len(options) + 1, len(options) + 1):
            scenarios = tuple(
                scenario.model_copy(update={"key": f"s{n}"})
                for n, scenario in enumerate(under[first : first + len(options) + 1])
            )
            yield prepare(settled.model_copy(update={"scenarios": scenarios}), case, parameters.source)


@pytest.mark.parametrize("name", ["great-stone", "lekki", "suzhou"])
def test_options_on_offer_have_the_bits_of_whole_runs(name):
    now, start = options_on_offer(name, structures=False)
    (family,) = now.ensemble(1).families
    assert len(family.others) == len(now.inputs) - 1
    assert is_run_as_alone(now)
    assert is_run_as_alone(start)


@pytest.mark.long
@pytest.mark.parametrize("name", list_cases())
def test_all_options_of_all_parks_have_the_bits_of_whole_runs_under_every_structure(name):
    resumed = 0
    for prepared in options_on_offer(name):
        resumed += sum(len(family.others) for family in prepared.ensemble(1).families)
        assert is_run_as_alone(prepared)
    assert resumed


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("block", [1, 4, 64])
def test_threads_and_blocks_change_no_bit_of_delayed_failing_and_other_runs(great_stone, threads, block):
    scenarios = (AS_IT_IS, HALF, DELAYED, FLOODED, FLOODED_HALF, DELAYED_HALF, DEAR, LATER, DEAR_HALF)
    prepared = prepare(study(*scenarios, runs=RUNS, draws="prior", quarters=98), great_stone)
    assert is_run_as_alone(prepared, threads, block)
    flooded = prepared.ensemble(1).run_scenarios().scenarios[4]
    assert not flooded.finished.any()


def test_chunks_change_no_bit_and_what_is_kept_is_bounded(great_stone, monkeypatch):
    monkeypatch.setattr(ensemble, "STRETCH", 8)
    scenarios = (AS_IT_IS, HALF, QUARTER, DEAR, DEAR_HALF, DELAYED, DELAYED_HALF)
    prepared = prepare(study(*scenarios, runs=30, draws="prior", quarters=98, keep=("jobs", "cash")), great_stone)
    alive, most, kept = weakref.WeakSet(), [], Ensemble._kept

    def watched(self, scenario, first, runs, names):
        found = kept(self, scenario, first, runs, names)
        if scenario.since and scenario.resumes is None:
            assert found.values.size == runs * (ROOM + names * 57)
            alive.add(scenario)
            most.append(sum(len(each.kept) for each in alive))
        return found

    monkeypatch.setattr(Ensemble, "_kept", watched)
    whole = prepared.ensemble(2).run_scenarios().scenarios
    parts = list(prepared.ensemble(2).stream(chunk=7))
    assert max(most) <= 2 * 2, "two blocks of a family, and two of the next"
    for n, runs in enumerate(whole):
        assert bits(runs) == bits(runs.joined([part.scenarios[n] for part in parts]))
    assert STRETCH * ROOM * 8 < 33e6


def test_runs_for_which_there_is_no_room_begin_with_the_first_quarter(great_stone, monkeypatch):
    prepared = prepare(study(AS_IT_IS, HALF, runs=RUNS, draws="prior", quarters=98), great_stone)
    monkeypatch.setattr(ensemble, "ROOM", 2_000)
    assert is_run_as_alone(prepared, threads=1, block=RUNS)


@pytest.mark.parametrize("room", [500, ROOM])
def test_what_was_kept_before_gives_the_same_bits_with_or_without_room(great_stone, monkeypatch, room):
    """Two pieces of what runs were in quarter 57 are joined, from which another scenario is run."""
    monkeypatch.setattr(ensemble, "ROOM", room)
    prepared = prepare(study(AS_IT_IS, HALF, runs=RUNS, draws="prior", quarters=98), great_stone)
    as_it_is, half = prepared.inputs
    whole = prepared.ensemble(1).run_scenarios().scenarios

    def of(inputs, first, last):
        def draws(start, end):
            (records, *_) = prepared.ensemble(1).draws(first + start, first + end).by_scenario
            return Paired([records], {})

        original = prepared.ensemble(1)
        return Ensemble(inputs, draws, original.names, runs=last - first, threads=2, block=2, judged=original.judged)

    first, past = of(as_it_is, 0, 4).run_keeping(57)
    then, later = of(as_it_is, 4, RUNS).run_keeping(57)
    past = past.followed_by(later)
    assert len(past) == RUNS
    assert bits(ScenarioRuns.joined([first, then])) == bits(whole[0])
    assert bits(of(half, 0, RUNS).run_resuming(past)) == bits(whole[1])
    if room == 500:
        assert (past.kept.places < 0).any()


def test_runs_that_are_drawn_otherwise_do_not_resume(great_stone):
    """The first run has the draws of the other scenario, and a later one has not: what a factor does within a range."""
    prepared = prepare(study(AS_IT_IS, HALF, runs=RUNS, draws="prior", quarters=98), great_stone)
    one, other = prepared.ensemble(1).draws(0, RUNS).by_scenario
    other.enterprises["return_mean"][3] *= 1.01
    assert drawn_bytes(one) != drawn_bytes(other)

    def draws(first, last):
        parts = [type(each)(*(records[first:last].copy() for records in each)) for each in (one, other)]
        return ensemble.Paired(parts, {})

    together = Ensemble(prepared.inputs, draws, NAMES, runs=RUNS)
    assert together.families == [Family(0, [1], 57)]
    for inputs, drawn, runs in zip(prepared.inputs, (one, other), together.run_scenarios().scenarios, strict=True):
        assert runs.out.tobytes() == runs_of(inputs, drawn, NAMES).out.tobytes()


def test_quarters_in_common_are_run_once(great_stone, monkeypatch):
    made, simulate = [], kernel.simulate_runs

    def counted(*arguments):
        _, runs, out, since, resumed = (arguments[n] for n in (4, 5, 6, 8, 9))
        made.append(runs * (out.shape[2] - since * resumed))
        simulate(*arguments)

    monkeypatch.setattr(kernel, "simulate_runs", counted)
    prepare(study(AS_IT_IS, HALF, QUARTER, runs=RUNS, quarters=98), great_stone).ensemble(1).run_scenarios()
    assert sum(made) == RUNS * (98 + 2 * (98 - 57))


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_of_the_kernel_ends_the_work(great_stone, monkeypatch, threads):
    """Such as of a full disk when machine code is stored: a thread that waits for a workspace would wait for ever."""

    def fail(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(kernel, "simulate_runs", fail)
    prepared = prepare(study(AS_IT_IS, HALF, QUARTER, runs=200, draws="prior", quarters=98), great_stone)
    errors = []

    def run():
        try:
            prepared.ensemble(threads).run_scenarios()
        except OSError as error:
            errors.append(error)

    worker = Thread(target=run, daemon=True)
    worker.start()
    worker.join(30)
    assert not worker.is_alive()
    assert len(errors) == 1
