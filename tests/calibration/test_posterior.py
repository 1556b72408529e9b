"""The parameter posterior and its diagnostics, on toys with a closed form; that of Great Stone is honest."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import norm

from copark.calibration import diagnostics
from copark.calibration.posterior import Neighbours, ParameterPosterior, adjust, learn, learn_from, neighbours_of
from copark.calibration.prior import PriorSpace, make_batch
from copark.stats.quantiles import weighted_quantiles
from tests.calibration.conftest import model, target

ERROR = 0.5
RUNS = 20_000
RECORD = np.array([0.9, -0.4])


def seen():
    return model(target(date="1", error=ERROR), target("other", date="2", error=ERROR))


@pytest.fixture(scope="module")
def world():
    """Make a world of three parameters, the third of which nothing depends on; two reports."""
    points = np.random.default_rng(5).random((RUNS, 3))
    reports = seen().reports(ndtri(points)[:, :2], seed=2)
    learned = learn(seen(), reports, points)
    return reports, learned, Neighbours(points, learned(reports), learned.residual)


def test_the_effective_sample_size_by_hand():
    """1/(1/4 + 1/16 + 1/16) = 8/3; equal weights count in full."""
    points = np.zeros((3, 1))
    assert ParameterPosterior(None, points, np.array([0.5, 0.25, 0.25]), 0.0).ess == pytest.approx(8.0 / 3.0)
    assert ParameterPosterior(None, points, np.full(3, 1.0 / 3.0), 0.0).ess == pytest.approx(3.0)


def test_the_posterior_is_the_closed_form(world):
    """z ~ N(0, 1) seen with error s: N(y / (1 + s²), s² / (1 + s²))."""
    _, learned, near = world
    posterior = near.accept(None, learned(RECORD[np.newaxis, :])[0], 1000)
    for axis, value in enumerate(RECORD):
        low, middle, high = weighted_quantiles(ndtri(posterior.points[:, axis]), posterior.weights, (0.05, 0.5, 0.95))
        exact = norm(value / (1 + ERROR**2), ERROR / np.sqrt(1 + ERROR**2))
        assert middle == pytest.approx(exact.ppf(0.5), abs=0.06)
        assert (low, high) == pytest.approx((exact.ppf(0.05), exact.ppf(0.95)), abs=0.12)


def test_what_nothing_depends_on_stays_at_its_prior(world):
    _, learned, near = world
    posterior = near.accept(None, learned(RECORD[np.newaxis, :])[0], 1000)
    assert weighted_quantiles(posterior.points[:, 2], posterior.weights, (0.25, 0.5, 0.75)) == pytest.approx(
        [0.25, 0.5, 0.75], abs=0.06
    )
    assert learned.explained[2] == pytest.approx(0.0, abs=0.06)
    assert learned.explained[0] == pytest.approx(1 / (1 + ERROR**2), abs=0.08)


def test_intervals_cover_as_often_as_they_say(world):
    near = world[2]
    inside = []
    for run in range(RUNS - 150, RUNS):
        posterior = near.accept(None, near.summaries[run].astype(np.float64), 600, without=run)
        below = (posterior.weights[:, np.newaxis] * (posterior.points < near.points[run])).sum(axis=0)
        inside.append((below > 0.05) & (below < 0.95))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.04)


def test_runs_without_a_value_are_never_near(world):
    _, learned, near = world
    broken = near.summaries.astype(np.float64)
    broken[: RUNS // 2] = np.nan
    posterior = Neighbours(near.points, broken, learned.residual).accept(None, broken[-1], 500)
    assert np.isfinite(posterior.points).all()


def test_adjustment_is_exact_where_the_truth_is_a_line():
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
def test_ninety_percent_intervals_cover_ninety_percent(large, inferred, record, where):
    """Over 200 simulated records, drawn from the prior, and near the real record where the posterior is used."""
    learned, neighbours = inferred
    near = learned(record.recorded[np.newaxis, :])[0] if where == "record" else None
    ranks = diagnostics.simulated_ranks(large, neighbours, records=200, near=near, accepted=1000)
    assert 0.85 <= ranks.overall(0.9) <= 0.95
    assert 0.45 <= ranks.overall(0.5) <= 0.55
    assert ranks.coverage(0.9).min() > 0.78


SAMPLE = 4000
ONES = np.ones(SAMPLE)


@pytest.fixture(scope="module")
def uniform():
    return (np.arange(SAMPLE) + 0.5) / SAMPLE


def test_what_is_moved_shrinks_or_overlaps_less_with_its_prior(uniform):
    """The prior itself; half its range; half of the weight at each end, where the interquartile range grows."""

    def moved(places):
        return diagnostics.movement("return_mean", uniform, places, ONES)

    for movement, verdict, shrink, overlap in (
        (moved(uniform), "unmoved", 0.0, 1.0),
        (moved(0.25 + 0.5 * uniform), "moved", 0.5, 0.5),
    ):
        assert movement.verdict == verdict
        assert (movement.shrink, movement.overlap) == pytest.approx((shrink, overlap), abs=0.01)
    ends = moved(np.where(uniform < 0.5, 0.2 * uniform, 1 - 0.2 * uniform))
    assert ends.verdict == "moved"
    assert ends.shrink < 0 < ends.overlap < 0.3
    assert moved(0.5 + 0.5 * uniform).places == pytest.approx((0.525, 0.625, 0.75, 0.875, 0.975), abs=0.01)


def test_tied_parameters_are_found_and_named(great_stone):
    space = PriorSpace.of(great_stone)
    points = space.sobol(0, 1024, 1)
    first = space.names.index("no_land_discount")
    second = space.names.index("narrow_list_drag")
    points[:, second] = np.clip(1.0 - points[:, first] + 0.1 * (points[:, second] - 0.5), 0.01, 0.99)
    ties = diagnostics.ties(space, points)
    assert [(tie.first, tie.second) for tie in ties] == [("no_land_discount", "narrow_list_drag")]
    assert ties[0].correlation < -0.9
    for lang in ("en", "zh"):
        assert ties[0].sentence(lang)
        assert diagnostics.Tie("hurdle", "origin_weight.home", 0.5).sentence(lang)


def test_a_posterior_that_is_too_narrow_is_found_out(uniform):
    """Ranks pushed to the ends, as of intervals half as wide as they should be."""
    honest = uniform[:, np.newaxis]
    assert diagnostics.Ranks(("a",), honest).overall() == pytest.approx(0.9, abs=0.01)
    assert diagnostics.Ranks(("a",), np.clip(0.5 + 2.0 * (honest - 0.5), 0.0, 1.0)).overall() < 0.6


def test_predictive_checks_know_bounds():
    observed = model(target(value=0.0, error=0.1), target(bound="at-least", value=0.0, error=0.1, date="2"))
    checks = diagnostics.predictive_checks(observed, np.tile(np.linspace(1.0, 2.0, 400)[:, np.newaxis], 2))
    assert [check.inside for check in checks] == [False, True]
    assert checks[0].percentiles.number == 0.0
    assert checks[0].median == pytest.approx(1.5, abs=0.05)


def test_health_of_a_replay():
    observed = model(target(value=0.0, error=2.0))
    replay = SimpleNamespace(
        model=observed,
        counterparts=np.full((10, 1), 4.0),
        pairs=10,
        pasts=5.0,
        disagreement=lambda: np.array([1.0, 1.3]),
    )
    assert diagnostics.health(replay) == {"pairs": 10.0, "pasts": 5.0, "disagreement": 1.3, "misfit": 2.0}
