"""The replay posterior: whole runs that tell the record, the same on any threads, with a future nobody looked at.

As the source of a study's draws the past is the pair's, spans and all, the future the study's own. A blind forecast
knows nothing dated after its cut, and the same as everybody up to it.
"""

from dataclasses import replace

import numpy as np
import pytest

from copark.calibration import annealing
from copark.calibration.annealing import ROUND, replay_posterior
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.prior import study_of
from copark.calibration.replay_posterior import blind, years_known
from copark.calibration.tempering import TemperingPlan
from copark.cases.quarters import Quarter
from copark.model.enterprises.records import FREE_TO_DECIDE
from copark.model.world.records import FREE, NO_PARTNER
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of
from copark.simulation.study import baseline
from copark.store import checkpoints
from copark.store.checkpoints import Stages
from tests.calibration.conftest import CUT

SMALL = TemperingPlan(members=96, sweeps=2, last_sweeps=3)


def made(batch, record, threads=1, seed=1):
    columns = np.arange(len(record.targets))
    return replay_posterior(batch, record, columns, CUT, plan=SMALL, populations=2, seed=seed, threads=threads)


@pytest.fixture(scope="module")
def replay(batch, record):
    return made(batch, record)


def simulated(replay, quarters, draws=None, names=None):
    draws = draws or replay.draws()
    inputs = inputs_of(replay.space.case, quarters=quarters)
    runs = runs_of(inputs, draws, names or replay.model.variables)
    assert runs.finished.all()
    return runs.out


def test_pairs_are_nearer_to_the_record_than_the_prior(batch, record, replay):
    prior = record.log_likelihood(batch.counterparts.astype(np.float64))
    assert np.median(record.log_likelihood(replay.counterparts)) > np.quantile(prior, 0.999)


class Stopped(BaseException):
    """Stands in for a kill."""


@pytest.mark.long
@pytest.mark.parametrize("ladder", [8, pytest.param(0, marks=pytest.mark.long)])
def test_a_search_ends_where_it_agrees_and_goes_on_where_it_was_stopped(batch, record, tmp_path, monkeypatch, ladder):
    """Stopped on its way to the posterior and in the last sweeps, it ends with the bits it would have ended with."""
    monkeypatch.setattr(checkpoints, "EVERY", 0.0)
    monkeypatch.setattr(annealing, "EARLIEST", ROUND)
    plan = replace(SMALL, members=48, sweeps=1, last_sweeps=14, keep=0.5, ladder=ladder)

    def searched(stop=2.0, **means):
        def tell(done, total):
            if done >= stop * total:
                raise Stopped

        columns = np.arange(len(record.targets))
        return replay_posterior(
            batch, record, columns, CUT, plan=plan, populations=2, agree=100.0, progress=tell, **means
        )

    whole = searched()
    assert whole.pairs == 2 * (-(-(plan.sweeps + ROUND) // 2) * ladder or plan.members)
    for stop in (0.1, 0.45, 0.6):
        with pytest.raises(Stopped):
            searched(stop, stages=Stages(tmp_path, "search"))
    again = searched(stages=Stages(tmp_path, "search"))
    assert set(Stages(tmp_path, "search").there().values()) == {1.0}
    for name in ("points", "addresses", "counterparts", "population", "log_evidence"):
        assert np.array_equal(getattr(whole, name), getattr(again, name)), name


@pytest.mark.long
def test_the_same_on_any_threads_and_another_for_another_seed(batch, record, replay):
    again = made(batch, record, threads=2)
    other = made(batch, record, seed=2)
    assert np.array_equal(replay.points, again.points)
    assert np.array_equal(replay.addresses, again.addresses)
    assert not np.array_equal(replay.points, other.points)


@pytest.fixture(scope="module")
def source(replay):
    return PosteriorSource(replay)


def study(**changes):
    return baseline("great-stone").with_changes(draws="posterior", **changes)


def test_runs_of_a_study_replay_their_pair_to_the_cut_and_its_futures_part_there(record, source):
    out = simulated(source.replay, 60, source.draws(study(), 0, source.replay.pairs), record.variables)
    assert np.array_equal(record.counterparts(out, record.variables), source.replay.counterparts[source.order])
    out = simulated(source.replay, 60, source.draws(study(replicates=3), 0, 9), ("registered", "demand_home"))
    first = out[0]
    second = out[1]
    third = out[2]
    other = out[3]
    assert np.array_equal(first[:, :34], second[:, :34])
    assert np.array_equal(first[:, :34], third[:, :34])
    assert not np.array_equal(first[:, :34], other[:, :34])
    assert (first[1, 34:] != second[1, 34:]).all()


def test_the_seed_of_a_study_is_that_of_the_future_alone(source):
    first, second = (simulated(source.replay, 60, source.draws(study(seed=s), 0, 4), ("demand_home",)) for s in (1, 2))
    assert np.array_equal(first[:, :, :34], second[:, :, :34])
    assert (first[:, :, 34:] != second[:, :, 34:]).all()


@pytest.fixture(scope="module")
def inputs(great_stone):
    return inputs_of(great_stone, study_of(great_stone, 1).scenarios[0], 50)


def test_what_came_later_is_not_foreseen_from_2016(great_stone, inputs):
    """The decree of 2017, later owners, visits and certificates; partners are free to come and go.

    The commerce park was registered in 2015 and opened in 2018; the engine plant came in 2017.
    """
    cut = Quarter(2016, 4)
    blinded = blind(inputs, great_stone, cut)
    last_known = cut - great_stone.clock.start
    assert inputs.governments["threshold"][-1] < inputs.governments["threshold"][last_known]
    for name in ("threshold", "narrow_list", "plan_area"):
        assert np.unique(blinded.governments[name][last_known:]).tolist() == [inputs.governments[name][last_known]]
    assert np.array_equal(blinded.company["share"][-1], inputs.company["share"][last_known])
    assert inputs.governments["visit"][last_known + 1 :].any()
    assert not blinded.governments["visit"][last_known + 1 :].any()
    assert not blinded.enterprises["certificates"][last_known + 1 :].any()
    forced = blinded.world["partner_forced"]
    named = len(great_stone.partners)
    assert (forced[18:, :named] == FREE).all()
    assert (forced[18:, named:] == NO_PARTNER).all()
    keys = [anchor.key for anchor in great_stone.anchors]
    park = keys.index("china-merchants-subpark")
    plant = keys.index("maz-weichai")
    assert blinded.anchors["quarter"][plant] == -1
    assert blinded.anchors["start_quarter"][park] == inputs.anchors["start_quarter"][park]
    assert blinded.anchors["build_quarters"][park] != inputs.anchors["build_quarters"][park]
    assert blind(inputs, great_stone, Quarter(2015, 3)).anchors["start_quarter"][park] == FREE_TO_DECIDE


def test_later_shocks_and_growth_are_not_known_but_ongoing_shocks_are(great_stone, inputs):
    blinded = blind(inputs, great_stone, CUT)
    assert not blinded.world["growth_known"][34:].any()
    assert inputs.world["exposure_sanctions"].any()
    assert not blinded.world["exposure_sanctions"].any()
    assert not blinded.world["exposure_market_shift"].any()
    assert np.array_equal(blinded.world["exposure_pandemic"], inputs.world["exposure_pandemic"])
    assert len(blinded.history) == years_known(great_stone, CUT) < len(inputs.history)
