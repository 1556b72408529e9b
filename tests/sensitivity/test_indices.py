"""Sobol' indices against closed forms and SALib's own; readings of a sample against known shares and SALib's PAWN."""

import numpy as np
import pytest
from SALib.analyze import pawn
from SALib.analyze import sobol as salib

from copark.analyses.sensitivity import indices as sensitivity

A, B = 7.0, 0.1


def ishigami(points):
    """Ishigami and Homma's function of three factors, uniform from -π to π."""
    x = np.pi * (2.0 * points - 1.0)
    return np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])


def ishigami_indices():
    """First-order and total indices, from the closed form of its variance."""
    first = np.array([0.5 * (1.0 + B * np.pi**4 / 5.0) ** 2, A**2 / 8.0, 0.0])
    third = B**2 * np.pi**8 * (1.0 / 18.0 - 1.0 / 50.0)
    whole = first.sum() + third
    return first / whole, (first + np.array([third, 0.0, third])) / whole


@pytest.fixture(scope="module")
def points():
    return sensitivity.design(4, 2048, 1)


@pytest.fixture(scope="module")
def found(points):
    return sensitivity.sobol_indices(ishigami(points), 4)


def test_ishigami_lies_within_the_intervals(found):
    first, total = ishigami_indices()
    for n in range(3):
        assert found.first_low[n] <= first[n] <= found.first_high[n]
        assert found.total_low[n] <= total[n] <= found.total_high[n]
    assert np.allclose(found.first[:3], first, atol=0.03)
    assert np.allclose(found.total[:3], total, atol=0.03)


def test_estimates_are_salibs(points, found):
    other = salib.analyze(sensitivity.problem(4), ishigami(points), calc_second_order=False, seed=5, num_resamples=400)
    assert np.allclose(found.first, other["S1"], atol=1e-6)
    assert np.allclose(found.total, other["ST"], atol=1e-12)
    half = (found.total_high - found.total_low) / 2.0
    assert np.allclose(half[:3], other["ST_conf"][:3], rtol=0.15)


def test_what_luck_adds_is_the_dummys_total(points):
    """A third of the variance is luck, drawn anew where the dummy steps: its total index is luck over signal."""
    signal = ishigami(points)
    rng = np.random.default_rng(7)
    size = len(points) // 6
    row = np.repeat(np.arange(size), 6)
    spread = np.sqrt(0.5 * signal.var())
    common, other = spread * rng.standard_normal((2, size))
    luck = np.where(sensitivity.other_luck(4, size), other[row], common[row])
    found = sensitivity.sobol_indices(signal + luck, 4)
    assert found.total[3] == pytest.approx(1.0 / 3.0, abs=0.04)
    assert not found.total_clear[2] or found.total[2] > found.total[3]


def test_a_row_that_failed_is_left_out_whole(points):
    values = ishigami(points)
    values[7] = np.nan
    found = sensitivity.sobol_indices(values, 4)
    assert found.rows == 2047
    assert np.isfinite(found.total).all()


def test_an_output_that_never_varies_depends_on_nothing():
    found = sensitivity.sobol_indices(np.ones(6 * 16), 4)
    assert not found.total.any()
    assert not found.total_clear.any()
    assert found.mean == 1.0


@pytest.fixture(scope="module")
def sample():
    return np.random.default_rng(1).random((8192, 6))


@pytest.fixture(scope="module")
def read(sample):
    return sensitivity.given(sample, ishigami(sample), resamples=20)


def test_shares_of_variance_are_first_order_indices_less_what_turns_within_a_slice(read):
    first, _ = ishigami_indices()
    assert read.first[0] == pytest.approx(first[0], abs=0.03)
    assert read.first[2] == 0.0
    x = np.pi * (2.0 * (np.arange(100_000) + 0.5) / 100_000 - 1.0)
    squares = (np.sin(x) ** 2).reshape(10, -1)
    kept = squares.mean(axis=1).var() / squares.var()
    assert read.first[1] == pytest.approx(kept * first[1], abs=0.03)
    assert read.first_clear[:2].all()
    assert not read.first_clear[2:].any()


def test_distances_are_salibs(sample, read):
    other = pawn.analyze(sensitivity.problem(6), sample, ishigami(sample), S=10)
    assert np.allclose(read.pawn, other["median"], atol=0.01)


def test_a_factor_that_moves_no_mean_is_seen_by_distances(read):
    """The third factor widens the distribution and leaves its mean."""
    assert read.first[2] < read.first_floor
    assert read.pawn_clear[2]
    assert not read.pawn_clear[3:].any()


def test_the_share_is_that_of_steps_by_hand():
    """Half of the runs at 0, half at 1, told apart by the factor: all variance lies between two slices."""
    x = np.linspace(0.0, 1.0, 100)
    y = (x > 0.5).astype(float)
    slices = sensitivity.sliced(x[:, np.newaxis], 2)[:, 0]
    assert sensitivity.share_between(y, slices, 2) == pytest.approx(1.0)
    assert sensitivity.distance(sensitivity.steps(y), slices, 2) == pytest.approx(0.5)


def test_a_sample_whose_output_never_varies_tells_of_nothing(sample):
    read = sensitivity.given(sample, np.ones(len(sample)))
    assert not read.first.any()
    assert not read.pawn_clear.any()


def test_runs_without_a_number_are_left_out(sample):
    values = ishigami(sample)
    values[:100] = np.nan
    assert sensitivity.given(sample, values, resamples=2).runs == 8092
