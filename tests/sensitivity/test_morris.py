"""The screen against a linear function worked by hand."""

import numpy as np
import pytest

from copark.analysis.sensitivity import morris


@pytest.fixture(scope="module")
def points():
    return morris.design(4, 30, 1)


def test_a_linear_function_has_its_slopes_as_effects(points):
    found = morris.screen(points, 3.0 * points[:, 0] - 2.0 * points[:, 1])
    assert np.allclose(found.mu, [3.0, -2.0, 0.0, 0.0])
    assert np.allclose(found.mu_star, [3.0, 2.0, 0.0, 0.0])
    assert np.allclose(found.sigma, 0.0, atol=1e-12)
    assert found.clear.tolist() == [True, True, False, False]
    assert found.trajectories == 30


def test_an_interaction_spreads_effects(points):
    """Of f = x0 · x1 the effect of x0 is x1: levels 0, 1/3, 2/3, 1, mean 1/2."""
    found = morris.screen(points, points[:, 0] * points[:, 1])
    assert found.mu_star[0] == pytest.approx(0.5, abs=0.15)
    assert found.sigma[0] == pytest.approx(np.std([0.0, 1 / 3, 2 / 3, 1.0]), abs=0.08)


def test_effects_that_cancel_keep_their_size():
    """|x - 1/2| falls by 1/3 from 0 to 2/3 and rises by 1/3 from 1/3 to 1: half its step, with either sign."""
    points = morris.design(2, 60, 2)
    found = morris.screen(points, np.abs(points[:, 0] - 0.5))
    assert abs(found.mu[0]) < 0.15
    assert found.mu_star[0] == pytest.approx(0.5)


def test_a_step_of_the_dummy_is_another_luck_whatever_its_length(points):
    """Luck that moves every answer by one unit where it is other: the dummy's effect is that unit."""
    found = morris.screen(points, 5.0 * points[:, 0] + (points[:, 3] > 0.5))
    assert found.mu_star[3] == pytest.approx(1.0)
    assert found.clear[0]
    assert not found.clear[1]


def test_a_trajectory_that_failed_is_left_out(points):
    values = points.sum(axis=1)
    values[0] = np.nan
    found = morris.screen(points, values)
    assert found.trajectories == 29
    assert np.allclose(found.mu_star[:3], 1.0)
