"""The quick quantiles are those of the analysis, to the bit."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from copark.stats.quantiles import quantiles, quantiles_over

SIZES = st.tuples(st.integers(1, 5), st.integers(0, 40))
NUMBERS = st.floats(-1e9, 1e9, allow_nan=False) | st.integers(-5, 5).map(float)


@given(SIZES.flatmap(lambda size: arrays(np.float64, size, elements=NUMBERS)))
def test_as_the_analysis_has_them(values):
    assert np.array_equal(quantiles_over(values), quantiles(values.T), equal_nan=True)


@given(SIZES.flatmap(lambda size: arrays(np.float64, size, elements=NUMBERS | st.just(np.nan))))
def test_runs_without_a_value_are_left_out_alike(values):
    assert np.array_equal(quantiles_over(values), quantiles(values.T), equal_nan=True)
