"""Scores have the values of their closed forms, and nobody gains by saying what he does not believe."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from copark.stats.quantiles import quantile_band
from copark.stats.scores import covered, crps, crps_within

LEVELS = (np.arange(20_000) + 0.5) / 20_000
NORMAL = norm.ppf(LEVELS)


@pytest.mark.parametrize("observed", [-2.0, 0.0, 0.7, 3.0])
def test_the_score_of_a_normal_forecast_is_the_closed_form(observed: float) -> None:
    """CRPS(N(0, 1), y) = y (2Φ(y) - 1) + 2φ(y) - 1/√π (Gneiting and Raftery 2007, eq. 21)."""
    expected = observed * (2 * norm.cdf(observed) - 1) + 2 * norm.pdf(observed) - np.pi**-0.5
    assert crps(NORMAL, observed) == pytest.approx(expected, abs=2e-4)


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=12), st.floats(-50, 50))
def test_the_score_is_the_double_mean_it_is_defined_by(values: list[float], observed: float) -> None:
    x = np.array(values)
    expected = np.abs(x - observed).mean() - 0.5 * np.abs(x[:, None] - x).mean()
    assert crps(x, observed) == pytest.approx(expected, abs=1e-9)
    assert crps([*x, np.nan], observed) == pytest.approx(expected, abs=1e-9), "members without a value are left out"
    assert np.isnan([crps([np.nan], observed), crps([], observed)]).all()


def test_the_score_is_proper() -> None:
    """Against a standard normal truth, neither a wider nor a narrower nor a shifted forecast scores better."""
    truth = norm.ppf((np.arange(400) + 0.5) / 400)
    part = NORMAL[::40]
    honest = np.mean([crps(part, y) for y in truth])
    for forecast in (1.5 * part, 0.6 * part, part + 0.4):
        assert np.mean([crps(forecast, y) for y in truth]) > honest


def test_a_bound_costs_only_what_falls_short_of_it() -> None:
    assert crps_within([5.0, 6.0], 5.0, None) == 0.0
    assert crps_within([3.0], 5.0, None) == 2.0
    assert crps_within([9.0], None, 5.0) == 4.0
    assert crps_within([1.0, 4.0, 6.0], 3.0, 7.0) == pytest.approx(crps([-2.0, 0.0, 0.0], 0.0))


def test_bands_and_coverage() -> None:
    values = np.arange(101.0)
    assert quantile_band(values) == pytest.approx((5.0, 95.0))
    assert covered(values, 95.0, 95.0)
    assert not covered(values, 96.0, 96.0)
    assert covered(values, None, 6.0)
    assert not covered(values, 96.0, None)
    assert covered(values, 90.0, 200.0)
    assert np.isnan(quantile_band([np.nan])).all()
