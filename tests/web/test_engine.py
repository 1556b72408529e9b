"""The engine: what is held, what is made once, what stops."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from copark.model import kernel
from copark.simulation.study import LinkChange, baseline
from copark.web.content.case_registry import CaseRegistry
from copark.web.content.engine import BoundedCache, CancellationToken, Cancelled, Engine

GREAT_STONE = baseline("great-stone").with_changes(runs=40, draws="unsettled", keep=("jobs", "usable_area"))

CUT_LATER = {"strength": 0.0, "from": "2026Q4"}


@pytest.fixture(scope="module")
def engine():
    return Engine(CaseRegistry(), threads=1)


@pytest.fixture(scope="module")
def great_stone(engine):
    return engine.registry.get("great-stone")


def test_memory_is_bounded_and_the_oldest_goes():
    held = BoundedCache(10)
    for key in "abc":
        held.put(key, key.upper(), 4)
    assert (held.get("a"), held.get("b"), held.get("c"), held.bytes) == (None, "B", "C", 8)
    held.get("b")
    held.put("d", "D", 4)
    assert (held.get("b"), held.get("c")) == ("B", None)
    held.put("e", "E", 11)
    assert held.get("e") is None
    assert held.bytes <= held.most_bytes


def test_what_two_ask_for_at_once_is_made_once():
    held, made, begun = BoundedCache(100), [], threading.Barrier(8)

    def ask(_):
        begun.wait()
        return held.once("key", lambda: made.append(1) or "value", len)

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(8))) == ["value"] * 8
    assert made == [1]


def test_cancelling_stops_within_a_block_of_runs(engine, great_stone):
    class AtOnce(CancellationToken):
        asked = 0

        def check(self, done=0):
            self.asked += 1
            if self.asked > 3:
                raise Cancelled

    study = GREAT_STONE.with_changes(seed=78, runs=5000)
    cancellation = AtOnce()
    with pytest.raises(Cancelled):
        engine.simulate(study, great_stone, cancellation)
    assert cancellation.asked == 4


class Stuck(CancellationToken):
    """Somebody whose work stands still once some of it is done, until it is let go."""

    def __init__(self):
        super().__init__()
        self.begun, self.free = threading.Event(), threading.Event()

    def check(self, done=0):
        if done:
            self.begun.set()
            assert self.free.wait(60)
        super().check(done)


def test_who_asks_few_runs_never_waits_while_many_are_made(engine, great_stone):
    """Neither for those that are held, nor for a few more; and no bit depends on who made them."""
    few = GREAT_STONE.with_changes(seed=80)
    many, more, stuck, cancellation = (
        few.with_changes(runs=1_000),
        few.with_changes(runs=50),
        Stuck(),
        CancellationToken(),
    )
    (first,) = engine.simulate(few, great_stone, CancellationToken())
    with ThreadPoolExecutor(2) as others:
        working = others.submit(engine.simulate, many, great_stone, stuck)
        try:
            assert stuck.begun.wait(60)
            for study, made in ((few, 0), (more, 10)):
                (found,) = others.submit(engine.simulate, study, great_stone, cancellation).result(20)
                assert cancellation.runs == made
        finally:
            stuck.free.set()
        (all_of_them,) = working.result(60)
    engine.simulate(many, great_stone, cancellation)
    assert cancellation.runs == 10, "the many are kept beside the few"
    for runs in (first, found):
        for name in runs.names:
            assert np.array_equal(runs[name], all_of_them[name][: len(runs)], equal_nan=True)
    engine.simulate(few.with_changes(runs=60), great_stone, cancellation)
    assert cancellation.runs == 10, "few are the first of many"


def test_what_scenarios_share_is_run_once_and_each_has_its_bits(engine, great_stone, monkeypatch):
    """More runs of two scenarios that part in quarter 57 go on together; one asked for by itself has the same runs."""
    cut = GREAT_STONE.scenarios[0].model_copy(
        update={"key": "cut", "links": {"network_to_arrivals": LinkChange.model_validate(CUT_LATER)}}
    )
    alone = GREAT_STONE.with_changes(seed=81, scenarios=(cut,), now="2026Q4")
    both = alone.with_changes(scenarios=(*GREAT_STONE.scenarios, cut))
    engine.simulate(both.with_changes(runs=10), great_stone, CancellationToken())
    simulate, begun = kernel.simulate_runs, []

    def counted(*arguments):
        begun.append(arguments[8] * arguments[9])
        simulate(*arguments)

    monkeypatch.setattr(kernel, "simulate_runs", counted)
    _, found = engine.simulate(both, great_stone, CancellationToken())
    assert begun == [0, 57]
    (by_itself,) = Engine(engine.registry, threads=1).simulate(alone, great_stone, CancellationToken())
    assert begun == [0, 57, 0]
    assert len(found) == len(by_itself) == alone.runs
    for name in by_itself.names:
        assert found[name].tobytes() == by_itself[name].tobytes(), name


def test_a_lever_resumes_where_the_park_stood_and_each_position_has_its_bits(engine, great_stone, monkeypatch):
    """What runs were in 2026Q4 is kept, 12 and then 12 more; parameters of its own begin with the first quarter."""
    as_it_is = GREAT_STONE.with_changes(runs=12, seed=82, now="2026Q4")
    (park,) = as_it_is.scenarios

    def pulled(key, strength, **changes):
        link = LinkChange.model_validate({"strength": strength, "from": "2026Q4"})
        return park.model_copy(update={"key": key, "links": {"network_to_arrivals": link}, **changes})

    half, quarter = pulled("half", 0.5), pulled("quarter", 0.25)
    dear = pulled("dear", 0.5, parameters={"return_mean": 0.01})
    earlier = LinkChange.model_validate({"strength": 0.5, "from": "2024Q4"})
    before = park.model_copy(update={"key": "before", "links": {"network_to_arrivals": earlier}})
    simulate, begun = kernel.simulate_runs, []

    def counted(*arguments):
        begun.append(arguments[8] * arguments[9])
        simulate(*arguments)

    def asked(runs, *scenarios, by=engine):
        begun.clear()
        study = as_it_is.with_changes(runs=runs, scenarios=scenarios)
        return by.simulate(study, great_stone, CancellationToken())[-1], list(begun)

    monkeypatch.setattr(kernel, "simulate_runs", counted)
    asked(12, park)
    asked(24, park)
    found = {}
    for scenario, first in ((half, 57), (quarter, 57), (dear, 0), (before, 0)):
        found[scenario.key], quarters = asked(24, park, scenario)
        assert quarters == [first], scenario.key
    for scenario in (half, quarter, dear, before):
        by_itself, _ = asked(24, scenario, by=Engine(engine.registry, threads=1))
        for name in by_itself.names:
            assert found[scenario.key][name].tobytes() == by_itself[name].tobytes(), (scenario.key, name)
    (past,) = (value for value, _ in engine.pasts._values.values() if len(value) == 24)
    assert engine.pasts.bytes >= past.nbytes


@pytest.mark.long
def test_comparisons_under_load_have_the_numbers_of_one_alone(serve):
    """Eight clients at once, half of whom compare and half pull levers that nobody else asks for."""
    comparison = {"case": "lekki", "runs": 64, "draws": "unsettled",
                  "scenarios": [{"key": "a"}, {"key": "b", "edits": {"quota": 5001}}]}  # fmt: skip

    def without_times(answer):
        assert answer.status_code == 200, answer.text
        return {name: value for name, value in answer.json().items() if name != "seconds"}

    with serve() as client:
        alone = without_times(client.post("/api/v1/compare", json=comparison))
    with serve() as client:

        def compare(_):
            return without_times(client.post("/api/v1/compare", json=comparison))

        def simulate(seed):
            asked = {"case": "lekki", "runs": 64, "draws": "unsettled", "seed": seed}
            return client.post("/api/v1/simulate", json=asked).status_code

        with ThreadPoolExecutor(8) as threads:
            pulled = threads.map(simulate, range(2, 26))
            compared = threads.map(compare, range(24))
            assert list(compared) == [alone] * 24
            assert list(pulled) == [200] * 24
