"""Arms share parameters and luck run by run, and none is what it says it is not."""

import numpy as np
import pytest

from copark.analyses.claims.scenarios import ArmsChangeNothing, bench_of, check_moves
from copark.analyses.claims.schema import Change, is_empty, upon
from copark.simulation.run import simulate
from copark.simulation.study import baseline
from tests.claims.conftest import SEED

LOOKS = [("operating", 47), ("registered", 33), ("jobs", 47)]


def study(runs=12, futures=2, **changes):
    return baseline("great-stone").with_changes(runs=runs, futures=futures, seed=SEED, draws="prior", **changes)


@pytest.fixture(scope="module")
def bench(great_stone):
    return bench_of(great_stone, study(), LOOKS)


def change(**said):
    return Change.model_validate(said)


def test_an_arm_is_what_the_study_of_it_gives(bench, great_stone):
    arm = change(parameters={"value_home": 0}, edits={"framework": "off"})
    whole = simulate(study(scenarios=[baseline("great-stone").scenarios[0], arm], keep=["operating"]), great_stone)
    for number, one in enumerate((Change(), arm)):
        assert np.array_equal(bench.run(one).values["operating", 47], whole.operating.values[number, :, 47])
        assert np.array_equal(bench.run(one).outcome, whole.outcome.values[number])


def test_a_part_of_a_bench_has_the_luck_of_the_whole(bench):
    whole, part = bench.run(Change()), bench.part(3, 1).run(Change())
    assert np.array_equal(part.values["jobs", 47], whole.values["jobs", 47][[0, 2, 4]])
    assert (part.draws, part.futures) == (3, 1)


def test_an_arm_upon_a_ground_has_the_last_word():
    ground = change(
        parameters={"value_home": 9, "land_price": 0.2}, times={"value_host": 2},
        edits={"depth": {"credit": "off"}, "drop": ["shock/pandemic"], "quota": 6801},
    )  # fmt: skip
    arm = change(
        parameters={"value_home": 0}, times={"value_host": 3},
        edits={"depth": {"visits": "off"}, "drop": ["shock/sanctions"], "quota": 5001},
    )  # fmt: skip
    both = upon(ground, arm)
    assert both.parameters == {"value_home": 0, "land_price": 0.2}
    assert both.times == {"value_host": 6}
    assert both.edits.drop == ("shock/pandemic", "shock/sanctions")
    assert (both.edits.depth.credit, both.edits.depth.visits, both.edits.depth.plan) == (False, False, True)
    assert both.edits.quota[0].value == 5001
    assert upon(Change(), arm).content() == arm.content()
    assert is_empty(upon(Change()))


def test_an_arm_that_changes_nothing_is_refused(bench):
    arms = {
        ("arms", "same-cost"): change(parameters={"effort_cost": 5}),
        ("arms", "whole"): change(links={"rescue_to_ledger": {"strength": 1}}),
        ("arms", "once"): change(times={"value_home": 1}),
        ("arms", "none"): change(parameters={"value_home": 0}),
        ("arms", "as-it-is"): Change(),
    }
    with pytest.raises(ArmsChangeNothing) as caught:
        check_moves(bench, arms, "claims.yaml")
    assert [one.key for one in caught.value.faults] == ["arms.same-cost", "arms.whole", "arms.once"]
    assert "same-cost" in caught.value.faults[0].cause("zh")
