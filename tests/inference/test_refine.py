"""Refinement by synthetic likelihood: unbiased, and right on a toy with a closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from copark.inference.posterior import ParameterPosterior
from copark.inference.refine import RefinePlan, refine, synthetic_log_likelihood
from tests.inference.toys import cube, normal


def test_the_synthetic_likelihood_is_unbiased() -> None:
    """Its mean over many small samples is the density itself (Ghurye and Olkin 1969)."""
    random = np.random.default_rng(1)
    covariance = np.array([[1.0, 0.4], [0.4, 2.0]])
    target = np.array([0.5, -1.0])
    samples = random.multivariate_normal([0.0, 0.0], covariance, size=(8_000, 12))
    found = np.exp(synthetic_log_likelihood(samples, target)).mean()
    assert found == pytest.approx(multivariate_normal.pdf(target, [0, 0], covariance), rel=0.03)


def test_too_few_runs_for_the_summaries_are_refused() -> None:
    with pytest.raises(ValueError, match="too few"):
        synthetic_log_likelihood(np.zeros((1, 4, 3)), np.zeros(3))


def test_a_run_without_a_value_makes_its_point_impossible() -> None:
    samples = np.random.default_rng(2).normal(size=(2, 20, 1))
    samples[0, 3] = np.nan
    found = synthetic_log_likelihood(samples, np.zeros(1))
    assert found[0] == -np.inf
    assert np.isfinite(found[1])


@pytest.fixture(scope="module")
def refined():
    first = ParameterPosterior(None, np.random.default_rng(3).random((1000, 2)), np.full(1000, 1e-3), 1.0)
    return refine_toy(first)


def refine_toy(first):
    def summarise(points, run):
        luck = np.random.default_rng(run % 2**32).normal(scale=0.5, size=(len(points), 1))
        return normal(points)[:, :1] + luck

    plan = RefinePlan(walkers=32, steps=160, dropped=60, runs=24)
    axis = np.array([0])
    return refine(first, axis, axis, np.array([1.0, 0.0]), summarise, plan, seed=4)


def test_the_refined_posterior_is_the_closed_form(refined) -> None:
    """z ~ N(0, 1) seen with s = 0.5: mean 0.8, s.d. 0.447; begun from the prior."""
    z = normal(refined.posterior.points[:, 0])
    assert z.mean() == pytest.approx(0.8, abs=0.08)
    assert z.std() == pytest.approx(0.2**0.5, rel=0.15)
    assert 0.1 < refined.accepted < 0.9
    assert refined.simulated > 100_000


def test_what_is_not_sampled_stays_as_it_was(refined) -> None:
    assert refined.posterior.points[:, 1].mean() == pytest.approx(0.5, abs=0.04)
    assert refined.posterior.ess == pytest.approx(len(refined.posterior.points))


@pytest.mark.long
def test_the_same_seed_gives_the_same_chain(refined) -> None:
    first = ParameterPosterior(None, np.random.default_rng(3).random((1000, 2)), np.full(1000, 1e-3), 1.0)
    assert np.array_equal(refine_toy(first).posterior.points, refined.posterior.points)
    assert cube(0.0) == 0.5
