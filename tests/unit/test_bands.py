"""Bands are quantiles over the runs that have a value."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copark.stats.quantiles import mean, quantiles


def test_quantiles_of_five_runs() -> None:
    values = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    assert quantiles(values, (0.0, 0.25, 0.5, 1.0))[:, 0].tolist() == [1.0, 2.0, 3.0, 5.0]


def test_runs_without_a_value_are_left_out() -> None:
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    found = quantiles(values, (0.5,))
    assert found[0, 0] == 2.0
    assert np.isnan(found[0, 1])
    assert mean(values)[0] == 2.0
    assert np.isnan(mean(values)[1])


@given(arrays(np.float64, (7, 4), elements=st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))))
def test_levels_are_in_order_and_within_the_values(values: np.ndarray) -> None:
    found = quantiles(values)
    for at in range(4):
        column = values[np.isfinite(values[:, at]), at]
        if column.size:
            assert (np.diff(found[:, at]) >= -1e-9).all()
            assert column.min() <= found[0, at]
            assert found[-1, at] <= column.max()
            assert mean(values)[at] == pytest.approx(column.mean(), abs=1e-6)
        else:
            assert np.isnan(found[:, at]).all()
