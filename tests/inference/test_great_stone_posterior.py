"""The posterior of Great Stone is honest: its intervals cover as often as they say, and it tells its record."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from copark.inference.annealing import Way, first_step, settle, temper
from copark.inference.batch import make_batch
from copark.inference.calibrate import LEFT_OUT
from copark.inference.diagnostics import Ranks, movements, predictive_checks, simulated_ranks
from copark.inference.observations import ObservationModel
from copark.inference.posterior import neighbours_of, posterior_of
from copark.inference.prior import expit, logit
from copark.inference.replay import Simulator, replay_posterior
from copark.inference.rng_segments import one_span
from copark.inference.summaries import learn_from
from copark.inference.tempering import FRESH, Cloud, Mover, Plan
from tests.inference.conftest import CUT

pytestmark = pytest.mark.long
PARKS = 8
"""Simulated parks, each searched by two populations."""


@pytest.fixture(scope="module")
def large(recipe):
    return make_batch(replace(recipe, runs=1 << 16), threads=2)


@pytest.fixture(scope="module")
def inferred(large, record):
    columns = np.arange(len(record.targets))
    learned = learn_from(large, record, columns)
    return learned, neighbours_of(large, learned, columns)


@pytest.mark.parametrize("where", ["prior", "record"])
def test_ninety_percent_intervals_cover_ninety_percent(large, inferred, record, where) -> None:
    """Over 200 simulated records, drawn from the prior, and near the real record where the posterior is used."""
    learned, neighbours = inferred
    near = learned(record.recorded[np.newaxis, :])[0] if where == "record" else None
    found = simulated_ranks(large, neighbours, records=200, near=near, accepted=1000)
    assert 0.85 <= found.overall(0.9) <= 0.95
    assert 0.45 <= found.overall(0.5) <= 0.55
    assert found.coverage(0.9).min() > 0.78


def test_what_the_data_move_and_what_they_do_not(large, inferred, record) -> None:
    """Enquiries, the origin mix and the start rate are moved; voting, partners' strength and shocks to come are not."""
    learned, neighbours = inferred
    found = posterior_of(large.space, neighbours, learned, record.recorded, 1500)
    said = {one.name: one.verdict for one in movements(large.space, found.points, found.weights)}
    for name in ("enquiry_rate", "origin_weight.home", "origin_weight.host", "start_rate"):
        assert said[name] == "moved"
    for name in ("market_shift", "self_knowledge", "service_pull", "agglomeration", "control_weight"):
        assert said[name] == "unmoved"


def test_replays_tell_the_record(large, record) -> None:
    """All values but the contradictory 347 M USD of end-2018 lie within the 90 % band of what replays report."""
    plan = Plan(members=96, sweeps=3, last_sweeps=12)
    columns = np.arange(len(record.targets))
    replay, _ = replay_posterior(large, record, columns, CUT, plan=plan, populations=4, threads=2)
    missed = [one.target.name for one in predictive_checks(record, replay.seen) if not one.inside]
    assert set(missed) <= {"realised_investment 2018-12-31"}


@pytest.fixture(scope="module")
def covered(batch, record):
    """Ranks of the truth on every axis in searches on a ladder, for records that fresh runs of the prior report."""
    model = ObservationModel(record.targets, LEFT_OUT)
    plan = Plan(96, sweeps=2, last_sweeps=28, keep=0.6, quarters=34, early=True, ladder=12)
    simulate = Simulator(batch.recipe.case, batch.space, model, 34, batch.recipe.seed, 2)
    random = np.random.default_rng(11)
    points, counterparts = random.random((2 * PARKS, batch.space.axes)), batch.counterparts.astype(np.float64)
    born = one_span(FRESH * 1000 + np.arange(len(points)), plan.spans, np.ones((len(points), plan.spans - 1), np.int64))
    told = simulate(points, born)
    alive = np.flatnonzero(np.isfinite(told).all(axis=1))[:PARKS]
    ranks = np.empty((len(alive), batch.space.axes))
    for n, (one, reported) in enumerate(zip(alive, model.reports(told[alive], 12), strict=True)):

        def likelihood(seen, reported=reported):
            return model.log_likelihood(seen, reported)

        fit, draws = likelihood(counterparts), []
        for part in range(2):
            mover = Mover(simulate, likelihood, plan, 5 + n, part, model.standardised)
            own = np.arange(part, batch.runs, 2)
            runs = own[first_step(fit[own], mover)]
            lucks = one_span(runs, plan.spans, mover.anywhere((len(runs), plan.spans - 1)))
            way = Way(Cloud(logit(batch.points()[runs]), lucks, counterparts[runs], fit[runs]), [mover.beta])
            temper(way, mover)
            settle(way, mover, plan.most)
            draws.append(way.found.z)
        ranks[n] = (expit(np.concatenate(draws)) < points[one]).mean(axis=0)
    return Ranks(batch.space.names, ranks)


def test_searches_on_a_ladder_cover_ninety_percent_of_simulated_parks(covered) -> None:
    """Of parameters of parks that the prior makes, whatever they came to be."""
    assert 0.85 <= covered.overall(0.9) <= 0.95
    assert 0.4 <= covered.overall(0.5) <= 0.6
