"""The replay posterior: whole runs that tell the record, the same on any threads, with a future nobody looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copark.inference import replay as replays
from copark.inference.replay import ROUND, replay_posterior
from copark.inference.rng_segments import RUN, SINCE
from copark.inference.tempering import FRESH, Plan
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.store import checkpoints
from copark.store.checkpoints import Stages
from tests.inference.conftest import CUT

SMALL = Plan(members=96, sweeps=2, last_sweeps=3)


def made(batch, record, threads=1, seed=1):
    columns = np.arange(len(record.targets))
    return replay_posterior(batch, record, columns, CUT, plan=SMALL, populations=2, seed=seed, threads=threads)


@pytest.fixture(scope="module")
def replay(batch, record):
    return made(batch, record)[0]


def simulated(replay, quarters):
    case = replay.space.case
    runs = Ensemble(inputs_of(case, quarters=quarters), replay.draws(), replay.model.variables).run()
    assert runs.finished.all()
    return runs.out


def test_replayed_pairs_tell_what_they_told(replay) -> None:
    out = simulated(replay, 34)
    assert np.array_equal(replay.model.counterparts(out, replay.model.variables), replay.seen)


def test_pairs_are_nearer_to_the_record_than_the_prior(batch, record, replay) -> None:
    prior = record.log_likelihood(batch.counterparts.astype(np.float64))
    assert np.median(record.log_likelihood(replay.seen)) > np.quantile(prior, 0.999)


class Stopped(BaseException):
    """Stands in for a kill."""


@pytest.mark.parametrize("ladder", [8, pytest.param(0, marks=pytest.mark.long)])
def test_a_search_ends_where_it_agrees_and_goes_on_where_it_was_stopped(
    batch, record, tmp_path, monkeypatch, ladder
) -> None:
    """Stopped on its way to the posterior and in the last sweeps, it ends with the bits it would have ended with."""
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(replays, "EARLIEST", ROUND)
    plan = replace(SMALL, members=48, sweeps=1, last_sweeps=14, keep=0.5, ladder=ladder)

    def searched(stop=2.0, **means):
        def tell(done, total):
            if done >= stop * total:
                raise Stopped

        columns = np.arange(len(record.targets))
        return replay_posterior(
            batch, record, columns, CUT, plan=plan, populations=2, agree=100.0, progress=tell, **means
        )  # fmt: skip

    whole, ways = searched()
    assert [one.sweeps for one in ways] == [plan.sweeps + ROUND] * 2
    assert whole.pairs == 2 * (-(-(plan.sweeps + ROUND) // 2) * ladder or plan.members)
    for stop in (0.1, 0.45, 0.6):
        with pytest.raises(Stopped):
            searched(stop, stages=Stages(tmp_path, "search"))
    again, _ = searched(stages=Stages(tmp_path, "search"))
    assert set(Stages(tmp_path, "search").there().values()) == {1.0}
    for name in ("points", "lucks", "seen", "population", "log_evidence"):
        assert np.array_equal(getattr(whole, name), getattr(again, name)), name


@pytest.mark.long
def test_the_same_on_any_threads_and_another_for_another_seed(batch, record, replay) -> None:
    again, other = made(batch, record, threads=2)[0], made(batch, record, seed=2)[0]
    assert np.array_equal(replay.points, again.points)
    assert np.array_equal(replay.lucks, again.lucks)
    assert not np.array_equal(replay.points, other.points)


def test_luck_has_a_past_in_spans_and_a_future_of_its_own(replay) -> None:
    """Up to the cut luck is the pair's spans; from then on it is that of a run no other pair has."""
    since = replay.lucks[:, 1:, SINCE]
    assert ((since >= 1) & (since <= 34)).all()
    assert (replay.lucks[:, :, RUN] < FRESH * 4).all()
    luck = replay.draws().luck
    assert (luck["cut"] == 34).all()
    assert len(np.unique(luck["later_run"])) == replay.pairs == replay.futures
    assert (luck["later_run"] > replay.lucks[:, :, RUN].max()).all()
    assert np.array_equal(luck["since"], np.sort(since, axis=1))


def test_futures_differ_between_pairs_that_have_one_past(replay) -> None:
    """What pairs share of their past they do not share of their future: two copies of a pair part at the cut."""
    twice = replace(replay, points=replay.points[[0, 0]], lucks=replay.lucks[[0, 0]], seen=replay.seen[[0, 0]])
    out = simulated(twice, 50)
    assert np.array_equal(out[0, :, :34], out[1, :, :34])
    assert (out[0, :, 49] != out[1, :, 49]).any()
