"""The parameter posterior: learned summaries and regression adjustment, on a toy with a closed form.

That of Great Stone is honest: its intervals cover as often as they say, and it tells its record.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from copark.inference.diagnostics import movements, simulated_ranks
from copark.inference.posterior import Neighbours, ParameterPosterior, adjust, learn, learn_from, neighbours_of
from copark.inference.prior import make_batch
from copark.stats.quantiles import weighted_quantiles
from tests.inference.toys import model, normal, target

ERROR = 0.5
RUNS = 20_000
RECORD = np.array([0.9, -0.4])


def seen():
    return model(target(date="1", error=ERROR), target("other", date="2", error=ERROR))


@pytest.fixture(scope="module")
def world():
    """Three parameters, the third of which nothing depends on; two reports."""
    points = np.random.default_rng(5).random((RUNS, 3))
    reports = seen().reports(normal(points)[:, :2], seed=2)
    learned = learn(seen(), reports, points)
    return reports, learned, Neighbours(points, learned(reports), learned.residual)


def test_the_effective_sample_size_by_hand() -> None:
    """1/(1/4 + 1/16 + 1/16) = 8/3; equal weights count in full."""
    points = np.zeros((3, 1))
    assert ParameterPosterior(None, points, np.array([0.5, 0.25, 0.25]), 0.0).ess == pytest.approx(8.0 / 3.0)
    assert ParameterPosterior(None, points, np.full(3, 1.0 / 3.0), 0.0).ess == pytest.approx(3.0)


def test_the_posterior_is_the_closed_form(world) -> None:
    """z ~ N(0, 1) seen with error s: N(y / (1 + s²), s² / (1 + s²))."""
    _, learned, near = world
    found = near.accept(None, learned(RECORD[np.newaxis, :])[0], 1000)
    for axis, value in enumerate(RECORD):
        low, middle, high = weighted_quantiles(normal(found.points[:, axis]), found.weights, (0.05, 0.5, 0.95))
        exact = norm(value / (1 + ERROR**2), ERROR / np.sqrt(1 + ERROR**2))
        assert middle == pytest.approx(exact.ppf(0.5), abs=0.06)
        assert (low, high) == pytest.approx((exact.ppf(0.05), exact.ppf(0.95)), abs=0.12)


def test_what_nothing_depends_on_stays_at_its_prior(world) -> None:
    _, learned, near = world
    found = near.accept(None, learned(RECORD[np.newaxis, :])[0], 1000)
    assert weighted_quantiles(found.points[:, 2], found.weights, (0.25, 0.5, 0.75)) == pytest.approx(
        [0.25, 0.5, 0.75], abs=0.06
    )
    assert learned.explained[2] == pytest.approx(0.0, abs=0.06)
    assert learned.explained[0] == pytest.approx(1 / (1 + ERROR**2), abs=0.08)


def test_intervals_cover_as_often_as_they_say(world) -> None:
    near = world[2]
    inside = []
    for run in range(RUNS - 150, RUNS):
        found = near.accept(None, near.summaries[run].astype(np.float64), 600, without=run)
        below = (found.weights[:, np.newaxis] * (found.points < near.points[run])).sum(axis=0)
        inside.append((below > 0.05) & (below < 0.95))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)


def test_runs_without_a_value_are_never_near(world) -> None:
    _, learned, near = world
    broken = near.summaries.astype(np.float64)
    broken[: RUNS // 2] = np.nan
    found = Neighbours(near.points, broken, learned.residual).accept(None, broken[-1], 500)
    assert np.isfinite(found.points).all()


def test_adjustment_is_exact_where_the_truth_is_a_line() -> None:
    random = np.random.default_rng(1)
    summaries = random.normal(size=(400, 2))
    z = 1.0 + summaries @ np.array([[2.0], [-1.0]])
    moved = adjust(z, summaries, np.array([0.5, 0.5]), np.ones(400))
    assert moved[:, 0] == pytest.approx(1.5, abs=1e-9)


@pytest.fixture(scope="module")
def large(recipe):
    return make_batch(replace(recipe, runs=1 << 16), threads=2)


@pytest.fixture(scope="module")
def inferred(large):
    learned = learn_from(large)
    return learned, neighbours_of(large, learned)


@pytest.mark.long
@pytest.mark.parametrize("where", ["prior", "record"])
def test_ninety_percent_intervals_cover_ninety_percent(large, inferred, record, where) -> None:
    """Over 200 simulated records, drawn from the prior, and near the real record where the posterior is used."""
    learned, neighbours = inferred
    near = learned(record.recorded[np.newaxis, :])[0] if where == "record" else None
    found = simulated_ranks(large, neighbours, records=200, near=near, accepted=1000)
    assert 0.85 <= found.overall(0.9) <= 0.95
    assert 0.45 <= found.overall(0.5) <= 0.55
    assert found.coverage(0.9).min() > 0.78


@pytest.mark.long
def test_what_the_data_move_and_what_they_do_not(large, inferred, record) -> None:
    """Enquiries, the origin mix and the start rate are moved; voting, partners' strength and shocks to come are not."""
    learned, neighbours = inferred
    found = neighbours.accept(large.space, learned(record.recorded[np.newaxis, :])[0], 1500)
    said = {one.name: one.verdict for one in movements(large.space, found.points, found.weights)}
    for name in ("enquiry_rate", "origin_weight.home", "origin_weight.host", "start_rate"):
        assert said[name] == "moved"
    for name in ("market_shift", "self_knowledge", "service_pull", "agglomeration", "control_weight"):
        assert said[name] == "unmoved"
