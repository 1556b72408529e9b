"""Sobol' indices against closed forms and against SALib's own estimates."""

import numpy as np
import pytest
from SALib.analyze import sobol as salib

from copark.inference.exploration import sobol
from copark.inference.exploration.sobol import problem
from tests.sensitivity.functions import ishigami, ishigami_indices


@pytest.fixture(scope="module")
def points():
    return sobol.design(4, 2048, 1)


@pytest.fixture(scope="module")
def found(points):
    return sobol.indices(ishigami(points), 4)


def test_ishigami_lies_within_the_intervals(found):
    first, total = ishigami_indices()
    for n in range(3):
        assert found.first_low[n] <= first[n] <= found.first_high[n]
        assert found.total_low[n] <= total[n] <= found.total_high[n]
    assert np.allclose(found.first[:3], first, atol=0.03)
    assert np.allclose(found.total[:3], total, atol=0.03)


def test_estimates_are_salibs(points, found):
    other = salib.analyze(problem(4), ishigami(points), calc_second_order=False, seed=5, num_resamples=400)
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
    luck = np.where(sobol.other_luck(4, size), other[row], common[row])
    found = sobol.indices(signal + luck, 4)
    assert found.total[3] == pytest.approx(1.0 / 3.0, abs=0.04)
    assert not found.total_clear[2] or found.total[2] > found.total[3]


def test_fresh_luck_in_every_row_inflates_totals_and_common_luck_does_not(points):
    """Why luck is common (METHODS §4): noise of 29 % of the signal's variance."""
    _, total = ishigami_indices()
    signal = ishigami(points)
    noise = np.sqrt(0.29 * signal.var()) * np.random.default_rng(1).standard_normal(len(signal))
    fresh = sobol.indices(signal + noise, 4)
    assert (fresh.total[:3] > total + 0.03).all()
    assert fresh.total[3] > 0.15


def test_a_row_that_failed_is_left_out_whole(points):
    values = ishigami(points)
    values[7] = np.nan
    found = sobol.indices(values, 4)
    assert found.rows == 2047
    assert np.isfinite(found.total).all()


def test_an_output_that_never_varies_depends_on_nothing():
    found = sobol.indices(np.ones(6 * 16), 4)
    assert not found.total.any()
    assert not found.total_clear.any()
    assert found.mean == 1.0


def test_the_same_seed_gives_the_same_design_and_zero_is_a_seed():
    assert np.array_equal(sobol.design(3, 8, 0), sobol.design(3, 8, 0))
    assert not np.array_equal(sobol.design(3, 8, 0), sobol.design(3, 8, 1))
