"""Naive curves give the answers that are known of them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import linregress
from scipy.stats import t as student

from copark.inference.benchmark_forecasts import History, bass, line, logistic, persistence
from copark.stats.quantiles import quantile_band

FAR = np.array([1e-6])


def history(times, values, error=1.0):
    return History.of(times, values, np.full(len(times), error))


def test_persistence_says_the_last_value_and_widens_with_the_root_of_time() -> None:
    past = history([0.0, 1.0, 2.0], [0.0, 3.0, 0.0])
    found = persistence(past, np.array([3.0, 6.0]), np.zeros(2))
    assert found.centre.tolist() == [0.0, 0.0]
    assert found.scale == pytest.approx([3.0, 6.0])


def test_the_line_has_the_prediction_interval_of_the_textbooks() -> None:
    x, y = np.arange(6.0), np.array([1.0, 8.0, 3.0, 11.0, 6.0, 20.0])
    found = line(history(x, y), np.array([8.0]), np.array([1.0]), years=10.0)
    fit = linregress(x, y)
    s = np.sqrt(((y - fit.intercept - fit.slope * x) ** 2).sum() / 4)
    wanted = s * np.sqrt(1 + 1 / 6 + (8 - x.mean()) ** 2 / ((x - x.mean()) ** 2).sum())
    assert found.centre == pytest.approx([fit.intercept + 8 * fit.slope])
    assert found.scale == pytest.approx([wanted], rel=1e-6)
    assert found.freedom == 4.0
    low, high = quantile_band(found.ensemble(0, 20_000))
    assert (high - low) / 2 == pytest.approx(wanted * student.ppf(0.95, 4), rel=2e-3)


def test_a_line_is_never_surer_than_the_errors_of_observation() -> None:
    past = history([1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0], error=2.0)
    assert line(past, np.array([4.0]), np.array([2.0])).scale[0] > 2.0


def test_a_logistic_past_gives_its_logistic_future() -> None:
    times = np.linspace(0.0, 8.0, 12)
    curve = 80.0 / (1.0 + np.exp(-0.9 * (times - 5.0)))
    found = logistic(history(times, curve, 0.01), np.array([12.0]), FAR)
    assert found.centre == pytest.approx([80.0 / (1.0 + np.exp(-0.9 * 7.0))], rel=1e-3)


def test_a_bass_past_gives_its_bass_future() -> None:
    def curve(t, size=100.0, own=0.02, others=0.6):
        gone = np.exp(-(own + others) * t)
        return size * (1 - gone) / (1 + others / own * gone)

    times = np.linspace(0.5, 7.0, 12)
    found = bass(history(times, curve(times), 0.01), np.array([10.0]), FAR)
    assert found.centre == pytest.approx([curve(10.0)], rel=1e-3)


def test_ensembles_are_the_same_every_time_and_centred() -> None:
    found = persistence(history([0.0, 1.0], [4.0, 5.0]), np.array([2.0]), np.array([1.0]))
    assert np.array_equal(found.ensemble(0), found.ensemble(0))
    assert np.median(found.ensemble(0)) == pytest.approx(5.0, abs=1e-9)
