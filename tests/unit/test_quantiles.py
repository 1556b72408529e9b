"""Bands are quantiles over the runs that have a value; the quick quantiles are those of the analysis, to the bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copark.stats.quantiles import mean, quantiles, quantiles_over

SIZES = st.tuples(st.integers(1, 5), st.integers(0, 40))
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False) | st.integers(-5, 5).map(float)


def test_quantiles_by_hand_leave_out_runs_without_a_value():
    values = np.array([[1.0], [2.0], [3.0], [4.0], [5.0]])
    assert quantiles(values, (0.0, 0.25, 0.5, 1.0))[:, 0].tolist() == [1.0, 2.0, 3.0, 5.0]
    values = np.array([[1.0, np.nan], [3.0, np.nan], [np.nan, np.nan]])
    assert np.array_equal(quantiles(values, (0.5,)), [[2.0, np.nan]], equal_nan=True)
    assert np.array_equal(mean(values), [2.0, np.nan], equal_nan=True)


@given(arrays(np.float64, (7, 4), elements=st.one_of(st.floats(-1e6, 1e6), st.just(np.nan))))
def test_levels_are_in_order_and_within_the_values(values):
    levels = quantiles(values)
    for position in range(4):
        column = values[np.isfinite(values[:, position]), position]
        if column.size:
            assert (np.diff(levels[:, position]) >= -1e-9).all()
            assert column.min() <= levels[0, position]
            assert levels[-1, position] <= column.max()
            assert mean(values)[position] == pytest.approx(column.mean(), abs=1e-6)
        else:
            assert np.isnan(levels[:, position]).all()


@pytest.mark.parametrize("elements", [NUMBERS, NUMBERS | st.just(np.nan)], ids=["whole", "with gaps"])
def test_quick_quantiles_are_those_of_the_analysis(elements):
    @given(SIZES.flatmap(lambda size: arrays(np.float64, size, elements=elements)))
    def alike(values):
        assert np.array_equal(quantiles_over(values), quantiles(values.T), equal_nan=True)

    alike()
