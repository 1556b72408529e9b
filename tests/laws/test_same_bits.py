"""The same seed gives the same bits, whatever the threads, the chunks and the other scenarios."""

import numpy as np
import pytest

from copark.simulation.run import simulate, stream
from tests.laws.conftest import same_bits
from tests.simulation.conftest import outputs, scenario_of, study


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_nothing(great_stone, baseline, threads):
    again = simulate(study(runs=512), great_stone, threads=threads)
    assert same_bits(outputs(baseline), outputs(again))
    assert np.array_equal(baseline.outcome.values, again.outcome.values)


def test_chunks_change_nothing(great_stone, baseline):
    parts = list(stream(study(runs=512), great_stone, chunk=100))
    assert [part.sizes["run"] for part in parts] == [100, 100, 100, 100, 100, 12]
    for name, values in outputs(baseline).items():
        assert np.array_equal(np.concatenate([part[name].values[0] for part in parts]), values)
    assert np.array_equal(np.concatenate([part.draws.values for part in parts]), baseline.draws.values)


def test_more_runs_begin_with_the_same_runs_and_another_scenario_changes_nothing(great_stone, baseline):
    both = simulate(study(scenario_of("other", parameters={"return_mean": 0.01}), scenario_of(), runs=60), great_stone)
    for name, values in outputs(both, 1).items():
        assert np.array_equal(values, baseline[name].values[0, :60])


def test_another_seed_changes_everything(great_stone, baseline):
    other = simulate(study(runs=512, seed=2), great_stone)
    assert not np.array_equal(other.operating.values, baseline.operating.values)
    jobs, others = (made.jobs.values[0, :, -1] for made in (baseline, other))
    alive = (jobs > 0.0) | (others > 0.0)  # a park that has closed is empty with either seed
    assert alive.mean() > 0.9
    assert (jobs != others)[alive].all()
