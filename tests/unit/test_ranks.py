"""Ranks and the range of normal values are SciPy's own, which takes a second to import."""

import numpy as np
import pytest
from scipy.stats import rankdata, studentized_range

from copark.stats.ranks import mean_ranks, normal_range


@pytest.mark.parametrize("values", [np.arange(12.0) % 5, np.random.default_rng(1).normal(size=(3, 20)).round(1)])
def test_ranks_are_scipys_to_the_bit(values):
    assert np.array_equal(mean_ranks(values), rankdata(values, axis=-1))


@pytest.mark.parametrize("count", [2, 4, 8])
def test_the_range_of_normal_values_is_tukeys(count):
    assert normal_range(0.95, count) == pytest.approx(float(studentized_range.ppf(0.95, count, np.inf)), abs=1e-6)
