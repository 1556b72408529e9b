"""A posterior as the source of a study's draws: the past is the pair's, spans and all, the future the study's own."""

from __future__ import annotations

import numpy as np
import pytest

from copark.inference.replay import replay_posterior
from copark.inference.source import PosteriorSource
from copark.inference.tempering import Plan
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import baseline
from tests.inference.conftest import CUT

QUARTERS = 60


@pytest.fixture(scope="module")
def source(batch, record):
    plan = Plan(members=32, sweeps=1, last_sweeps=2)
    columns = np.arange(len(record.targets))
    return PosteriorSource(replay_posterior(batch, record, columns, CUT, plan=plan, populations=2)[0])


def study(**changes):
    return baseline("great-stone").with_changes(draws="posterior", **changes)


def simulated(case, draws, names):
    runs = Ensemble(inputs_of(case, quarters=QUARTERS), draws, names).run()
    assert runs.finished.all()
    return runs.out


def test_runs_replay_their_pair_to_the_cut(great_stone, record, source) -> None:
    seen = record.counterparts(simulated(great_stone, source.draws(study(), 0, 64), record.variables), record.variables)
    assert np.array_equal(seen, source.replay.seen[source.order])


def test_futures_of_a_pair_share_its_past_and_part_at_the_cut(great_stone, source) -> None:
    out = simulated(great_stone, source.draws(study(futures=3), 0, 9), ("registered", "demand_home"))
    one, two, three, other = out[0], out[1], out[2], out[3]
    assert np.array_equal(one[:, :34], two[:, :34])
    assert np.array_equal(one[:, :34], three[:, :34])
    assert not np.array_equal(one[:, :34], other[:, :34])
    assert (one[1, 34:] != two[1, 34:]).all()


def test_the_seed_of_a_study_is_that_of_the_future_alone(great_stone, source) -> None:
    one, two = (simulated(great_stone, source.draws(study(seed=s), 0, 4), ("demand_home",)) for s in (1, 2))
    assert np.array_equal(one[:, :, :34], two[:, :, :34])
    assert (one[:, :, 34:] != two[:, :, 34:]).all()
