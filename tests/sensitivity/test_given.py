"""Readings of a sample at hand: known shares, and SALib's PAWN."""

import numpy as np
import pytest
from SALib.analyze import pawn as salib

from copark.inference.exploration import given_data
from copark.inference.exploration.sobol import problem
from tests.sensitivity.functions import ishigami, ishigami_indices


@pytest.fixture(scope="module")
def points():
    return np.random.default_rng(1).random((8192, 6))


@pytest.fixture(scope="module")
def found(points):
    return given_data.given(points, ishigami(points), resamples=20)


def test_shares_of_variance_are_first_order_indices_less_what_turns_within_a_slice(found):
    first, _ = ishigami_indices()
    assert found.first[0] == pytest.approx(first[0], abs=0.03)
    assert found.first[2] == 0.0
    x = np.pi * (2.0 * (np.arange(100_000) + 0.5) / 100_000 - 1.0)
    squares = (np.sin(x) ** 2).reshape(10, -1)
    kept = squares.mean(axis=1).var() / squares.var()
    assert found.first[1] == pytest.approx(kept * first[1], abs=0.03)
    assert found.first_clear[:2].all()
    assert not found.first_clear[2:].any()


def test_distances_are_salibs(points, found):
    other = salib.analyze(problem(6), points, ishigami(points), S=10)
    assert np.allclose(found.pawn, other["median"], atol=0.01)


def test_a_factor_that_moves_no_mean_is_seen_by_distances(found):
    """The third factor widens the distribution and leaves its mean."""
    assert found.first[2] < found.first_floor
    assert found.pawn_clear[2]
    assert not found.pawn_clear[3:].any()


def test_the_share_is_that_of_steps_by_hand():
    """Half of the runs at 0, half at 1, told apart by the factor: all variance lies between two slices."""
    x = np.linspace(0.0, 1.0, 100)
    y = (x > 0.5).astype(float)
    slices = given_data.sliced(x[:, np.newaxis], 2)[:, 0]
    assert given_data.share_between(y, slices, 2) == pytest.approx(1.0)
    assert given_data.distance(given_data.steps(y), slices, 2) == pytest.approx(0.5)


def test_an_output_that_never_varies_depends_on_nothing(points):
    found = given_data.given(points, np.ones(len(points)))
    assert not found.first.any()
    assert not found.pawn_clear.any()


def test_runs_without_a_number_are_left_out(points):
    values = ishigami(points)
    values[:100] = np.nan
    assert given_data.given(points, values, resamples=2).runs == 8092
