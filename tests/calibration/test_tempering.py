"""The sampler over parameters and random numbers in spans, on a toy whose posterior and evidence have a closed form."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import chisquare, multivariate_normal

from copark.calibration import address_spans, tempering
from copark.calibration.annealing import Population, first_step
from copark.calibration.prior import PriorSpace, expit, logit
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of
from tests.calibration.conftest import hashed_normal, model, target

ADDRESS = 0.8
ERROR = 0.3
RECORD = np.array([1.3, 0.2, 0.9, -0.4])
QUARTERS = len(RECORD)
SPANS = 3
PRIOR_RUNS = 6000
COVARIANCE = np.full((QUARTERS, QUARTERS), 1.0) + ADDRESS**2 * np.eye(QUARTERS)
PLAN = tempering.TemperingPlan(1500, sweeps=4, last_sweeps=25, keep=0.8, quarters=QUARTERS, spans=SPANS)
LADDER = replace(PLAN, early=True, ladder=200, last_sweeps=46)


def simulate(points, addresses):
    """Simulate four quarters: the first parameter plus that quarter's chance. A second parameter does nothing."""
    z = ndtri(points)[:, :1]
    return z + ADDRESS * hashed_normal(address_spans.runs_by_quarter(addresses, QUARTERS), np.arange(QUARTERS))


def toy():
    return model(*(target(date=str(n), value=value, error=ERROR) for n, value in enumerate(RECORD)))


def begun(mover, seed=3, own=None):
    """Draw members from the prior, as a calibration draws them: one run's random numbers in all spans."""
    random = np.random.default_rng(seed)
    points = random.random((PRIOR_RUNS, 2))
    addresses = address_spans.one_span(np.arange(PRIOR_RUNS), mover.anywhere((PRIOR_RUNS, SPANS - 1)))
    counterparts = simulate(points, addresses)
    cloud = tempering.Cloud(logit(points), addresses, counterparts, (own or toy()).log_likelihood(counterparts))
    return cloud.take(first_step(cloud.fit, mover))


def tempered(seed=1, plan=PLAN, own=None):
    mover = tempering.Mover(simulate, own or toy(), plan, seed, 0)
    way = Population(mover, begun(mover, own=own))
    way.warm()
    way.settle(plan.most)
    return way


@pytest.fixture(scope="module", params=[PLAN, replace(PLAN, early=True), LADDER], ids=["alike", "early", "ladder"])
def plan(request):
    return request.param


@pytest.fixture(scope="module")
def search(plan):
    return tempered(plan=plan)


def test_posterior_and_evidence_are_the_closed_form(search):
    """z ~ N(0, 1), y_q = z + chance_q + error_q: precision 1 + Q/s², mean (Σ y)/s² over it, s² = chance² + error².

    What a run tells is known to the error of observation: y - truth given y has nearly the error's s.d.; spans share
    runs between quarters and borders lay bare chance that was hidden, of which nothing may show. Given the parameter,
    the chance of a quarter is N((y - z) chance² / s², chance² error² / s²).
    """
    variance = ADDRESS**2 + ERROR**2
    counterparts = search.found.counterparts
    precision = 1.0 + QUARTERS / variance
    z = ndtri(expit(search.found.z[:, 0]))
    assert z.mean() == pytest.approx(RECORD.sum() / variance / precision, abs=0.05)
    assert z.std() == pytest.approx(precision**-0.5, rel=0.08)
    covariance = COVARIANCE + ERROR**2 * np.eye(QUARTERS)
    gain = COVARIANCE @ np.linalg.inv(covariance)
    assert counterparts.mean(axis=0) == pytest.approx(gain @ RECORD, abs=0.03)
    assert np.cov(counterparts, rowvar=False) == pytest.approx(COVARIANCE - gain @ COVARIANCE, abs=0.012)
    shrunk = ADDRESS**2 / variance
    left = counterparts - z[:, np.newaxis] - (RECORD - z[:, np.newaxis]) * shrunk
    assert left.mean(axis=0) == pytest.approx(np.zeros(QUARTERS), abs=0.03)
    assert left.std(axis=0) == pytest.approx(np.full(QUARTERS, ERROR * np.sqrt(shrunk)), rel=0.08)
    evidence = multivariate_normal.logpdf(RECORD, np.zeros(QUARTERS), covariance)
    assert search.mover.log_evidence == pytest.approx(evidence, abs=0.12)


def test_borders_stay_at_their_own_prior(search, plan):
    """Chance is as random wherever spans begin, so that the record says nothing of borders: alike, or early ones."""
    ends = np.log(tempering.EARLY + np.arange(QUARTERS + 1)) if plan.early else np.arange(QUARTERS + 1.0)
    at_once = plan.ladder or plan.members
    expected = np.diff(ends) / (ends[-1] - ends[0]) * at_once
    since = search.found.addresses[-at_once:, 1:, address_spans.SINCE]
    assert ((since >= 1) & (since <= QUARTERS)).all()
    assert (search.found.addresses[:, 0, address_spans.SINCE] == 0).all()
    for span in range(SPANS - 1):
        assert chisquare(np.bincount(since[:, span], minlength=QUARTERS + 1)[1:], expected).pvalue > 1e-3


def test_without_a_record_the_prior_comes_back_whatever_steps_are_learned_from():
    """Steps turned and stretched at random, and members that change places on a ladder, leave the prior as it is."""
    random = np.random.default_rng(8)
    axes, _ = np.linalg.qr(random.standard_normal((2, 2)))
    mover = tempering.Mover(
        simulate, SimpleNamespace(log_likelihood=lambda counterparts: np.zeros(len(counterparts))), LADDER, 1, 0
    )
    mover.response.arrays = {"rates": np.array([0.2, 30.0]), "axes": axes}
    cloud = begun(mover).take(np.arange(1200))
    betas = (0.3, 0.6, 1.0)
    mover.beta = 1.0
    cloud = replace(cloud, fit=np.zeros(1200))
    start = cloud.z.copy()
    for _ in range(40):
        cloud = mover.sweep(cloud, betas)
    x = ndtri(expit(cloud.z))
    assert x.mean(axis=0) == pytest.approx([0.0, 0.0], abs=0.1)
    assert np.cov(x, rowvar=False) == pytest.approx(np.eye(2), abs=0.12)
    assert abs(np.corrcoef(x[:, 0], ndtri(expit(start[:, 0])))[0, 1]) < 0.1


@pytest.mark.long
def test_searches_on_a_ladder_cover_as_often_as_they_say():
    """Over 150 records of the toy, each made by parameters and chance of the prior; 128 members, 24 on each rung."""
    random = np.random.default_rng(6)
    records = 150
    truth = random.standard_normal(records)
    reports = truth[:, np.newaxis] + np.hypot(ADDRESS, ERROR) * random.standard_normal((records, QUARTERS))
    plan = replace(LADDER, members=128, ladder=24, sweeps=3, last_sweeps=40, keep=0.6)
    below = np.empty(records)
    for n, reported in enumerate(reports):
        own = model(*(target(date=str(quarter), value=value, error=ERROR) for quarter, value in enumerate(reported)))
        search = tempered(seed=n, plan=plan, own=own)
        below[n] = (ndtri(expit(search.found.z[:, 0])) < truth[n]).mean()
    assert 0.85 <= ((below > 0.05) & (below < 0.95)).mean() <= 0.95
    assert 0.4 <= ((below > 0.25) & (below < 0.75)).mean() <= 0.6


def test_neighbours_change_places_as_often_as_their_temperatures_allow():
    """Only the pairs whose turn it is; better fits rise to higher temperatures always, worse ones by their odds."""
    random = np.random.default_rng(4)
    betas = np.array([0.5, 1.0, 1.5])
    members = 20_000
    fit = np.repeat([0.0, -1.0, 5.0], members)
    even, odd = (tempering.exchanged(fit, betas, members, turn, random) for turn in (False, True))
    assert sorted(even) == sorted(odd) == list(range(3 * members))
    assert (even[2 * members :] == np.arange(2 * members, 3 * members)).all()
    assert (even[:members] >= members).all()
    assert (odd[members : 2 * members] >= 2 * members).mean() == pytest.approx(np.exp(0.5 * -6.0), abs=0.01)
    assert (odd[:members] == np.arange(members)).all()


def test_the_model_runs_with_the_random_numbers_of_its_spans(great_stone):
    """With one run's random numbers a run is that run; with those of two it follows one until the other begins."""
    space = PriorSpace.of(great_stone)
    inputs = inputs_of(great_stone, quarters=34)
    names = ("registered", "operating", "realised_investment", "demand_home")

    def run(*spans):
        addresses = np.array([spans], dtype=np.int64)
        draws = address_spans.with_addresses(space.draws(np.full((1, space.axes), 0.5), 1), addresses, 1)
        return runs_of(inputs, draws, names).out[0]

    first = run((0, 11))
    second = run((0, 12))
    assert np.array_equal(run((0, 11), (20, 11), (7, 11)), first)
    assert np.array_equal(run((0, 12), (1, 11), (34, 12))[:, 0], second[:, 0])
    pieced = run((0, 11), (20, 12), (34, 11))
    back = run((0, 11), (20, 12), (21, 11))
    for outputs in (pieced, back):
        assert np.array_equal(outputs[:, :20], first[:, :20])
        assert not np.array_equal(outputs[:, 20:], first[:, 20:])
    assert (pieced[3, 20:] != first[3, 20:]).all()
    assert np.array_equal(run((0, 11), (20, 12), (20, 11)), first)
