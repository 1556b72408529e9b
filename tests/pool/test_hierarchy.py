"""Pooling: known answers of the normal hierarchy, what it leaves alone, and what the model leaves out."""

import numpy as np
import pytest
from scipy.stats import norm

from copark.calibration.pool import batches
from copark.calibration.pool.abc_regression import ParkStatements, directions, readings_of
from copark.calibration.pool.panel import TAU, given_tau, mixture_quantiles, pool
from copark.calibration.pool.parks import park_of
from copark.cases import load_case


def one_axis(middles, precisions):
    return [
        ParkStatements(np.ones((1, 1)), np.array([y]), np.array([p])) for y, p in zip(middles, precisions, strict=True)
    ]


def exact(middles, precisions, alike):
    """Compute mean and variance of μ and mean of τ, by summing over the grid of τ."""
    logs = []
    means = []
    variances = []
    for tau in TAU:
        covariance = np.diag(1.0 / precisions + tau**2) + (1.0 - tau**2)
        solved = np.linalg.solve(covariance, middles)
        log_like = -0.5 * middles @ solved - 0.5 * np.linalg.slogdet(covariance)[1]
        logs.append(log_like - 0.5 * (tau / alike) ** 2)
        share = (1.0 - tau**2) * np.ones(len(middles))
        means.append(share @ solved)
        variances.append((1.0 - tau**2) - share @ np.linalg.solve(covariance, share))
    weights = np.exp(np.array(logs) - max(logs))
    weights /= weights.sum()
    mean = float(weights @ means)
    return mean, float(weights @ (np.array(variances) + np.array(means) ** 2)) - mean**2, float(weights @ TAU)


def test_given_tau_is_the_normal_normal_model():
    """μ | y of y_p ~ N(μ, v_p + τ²), μ ~ N(0, 1 - τ²), in closed form."""
    middles = [0.5, 1.5, -0.2]
    precisions = [4.0, 2.0, 1.0]
    tau = 0.4
    inverse = np.array([1.0 / (1.0 / p + tau**2) for p in precisions])
    precision = 1.0 / (1.0 - tau**2) + inverse.sum()
    conditional = given_tau(one_axis(middles, precisions), np.array([tau]))
    assert conditional.mean[0] == pytest.approx(inverse @ middles / precision)
    assert conditional.covariance[0, 0] == pytest.approx(1.0 / precision)
    assert conditional.weights[:, 0] == pytest.approx(inverse / precision)


@pytest.mark.parametrize("alike", [pytest.param(0.35, marks=pytest.mark.long), 0.9])
def test_gibbs_agrees_with_the_sum_over_the_grid(alike):
    middles = np.array([1.0, 1.4, 0.2, 1.1])
    precisions = np.array([5.0, 8.0, 3.0, 20.0])
    mean, variance, tau = exact(middles, precisions, alike)
    pooled = pool(one_axis(list(middles), list(precisions)), np.array([alike]), sweeps=4000)
    assert float(pooled.mean.mean()) == pytest.approx(mean, abs=0.04)
    assert float(pooled.mu.std()) == pytest.approx(variance**0.5, rel=0.08)
    assert float(pooled.tau.mean()) == pytest.approx(tau, abs=0.04)


def test_parks_without_data_return_the_prior():
    """Whatever τ is, nothing known leaves N(0, 1): exactly, as a mixture over the draws of τ."""
    pooled = pool([ParkStatements.none(2)] * 3, np.array([0.35, 0.9]), sweeps=800)
    levels = np.array([0.05, 0.25, 0.5, 0.75, 0.95])
    for j in range(2):
        wide = pooled.variance[:, j] + pooled.tau[:, j] ** 2
        assert wide == pytest.approx(1.0)
        quantiles = mixture_quantiles(pooled.mean[:, j], wide, np.ones(pooled.draws), levels)
        assert quantiles == pytest.approx(norm.ppf(levels), abs=2e-3)
    assert not pooled.lent().any()
    assert pooled.leaning(0) == pytest.approx(1.0, abs=0.1)


def test_a_sum_is_told_once():
    """Parks that each tell a + b = 2 put 2 into the sum, not into each of the two."""
    readings = ParkStatements(np.array([[1.0, 1.0]]) / np.sqrt(2.0), np.array([np.sqrt(2.0)]), np.array([50.0]))
    conditional = given_tau([readings] * 10, np.full(2, 0.1))
    assert conditional.mean.sum() == pytest.approx(2.0, abs=0.05)
    assert conditional.mean[0] == pytest.approx(conditional.mean[1])
    assert conditional.covariance[0, 0] > 0.3, "which of the two it is stays open"


def test_the_prior_divided_out_gives_the_likelihood_back():
    """Draws of a normal posterior under a N(0, 1) prior and one observation y of precision λ."""
    y = 1.2
    precision = 3.0
    z = np.random.default_rng(1).standard_normal((20000, 3))
    z[:, 1] = y * precision / (1 + precision) + z[:, 1] / np.sqrt(1 + precision)
    readings = readings_of(z, np.full(20000, 1 / 20000), np.eye(3), 20000.0)
    assert readings.count == 1
    assert abs(readings.rows[0, 1]) == pytest.approx(1.0, abs=1e-3)
    assert readings.middles[0] * readings.rows[0, 1] == pytest.approx(y, abs=0.03)
    assert readings.precisions[0] == pytest.approx(precision, rel=0.05)


def test_directions_find_what_the_features_tell():
    random = np.random.default_rng(3)
    z = random.standard_normal((4000, 3))
    x = np.stack([z[:, 0] + z[:, 1] + 0.1 * random.standard_normal(4000), random.standard_normal(4000)], axis=1)
    summarise = directions(x, z)
    assert summarise.responses.shape == (3, 1)
    assert np.abs(summarise.responses[:, 0]) == pytest.approx([2**-0.5, 2**-0.5, 0.0], abs=0.05)


PARK = park_of(load_case("thilawa"))
RUNS = 4000


def test_courses_have_unit_variance_and_forget_in_their_memory():
    drawn = batches.courses(PARK.model, PARK.ages, RUNS, 1)
    assert drawn.var(axis=0) == pytest.approx(1.0, abs=0.08)
    first = PARK.of("registered")[0]
    last = PARK.of("registered")[-1]
    expected = np.exp(-(PARK.ages[last] - PARK.ages[first]) / batches.MEMORY)
    assert np.corrcoef(drawn[:, first], drawn[:, last])[0, 1] == pytest.approx(expected, abs=0.05)
    assert abs(np.corrcoef(drawn[:, first], drawn[:, PARK.of("operating")[0]])[0, 1]) < 0.05


def test_errors_of_observation_go_by_the_run_and_not_by_the_record():
    position = PARK.of("registered")[-1]
    values = np.full((2, len(PARK.model.targets)), [[10.0], [1000.0]])
    small, large = batches.errors_at(PARK.model, values)[:, position]
    assert small == 2.0, "the floor"
    assert large == pytest.approx(1000.0 * PARK.model.targets[position].error / PARK.model.targets[position].value)


def test_the_spread_is_found_again():
    """Values that stray by 0.45 from forecasts that know no straying: 0.45 is chosen, and by parks, not by values."""
    random = np.random.default_rng(1)
    trials = []
    for park in range(12):
        for _ in range(8):
            value = np.exp(4.0 + 0.45 * random.standard_normal())
            sure = np.exp(
                4.0 + np.array(batches.GRID)[:, None] * random.standard_normal(2000) + 0.02 * random.random(2000)
            )
            logs = tuple(batches.log_density(members, value) for members in sure)
            trials.append(batches.SpreadTrial(f"park {park}", "companies", logs))
    assert batches.chosen(trials).companies == 0.45
    assert batches.chosen(trials).jobs == batches.Discrepancy().jobs, "nothing told of jobs"
    assert batches.chosen(trials[:16]) == batches.Discrepancy(), "two parks are too few"
    wild = [batches.SpreadTrial("wild", "companies", (0.0, 0.0, 0.0, 0.0, 0.0, 100.0 * len(trials)))]
    assert batches.chosen([*trials, *wild]).companies == batches.GRID[-1]
    assert batches.chosen([*trials, *wild], without="wild").companies == 0.45
