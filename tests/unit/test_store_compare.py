"""Two ensembles are identical, equal but for rounding, or different from a place that is named."""

from __future__ import annotations

import pytest
import xarray as xr
from ensembles import ensemble

from copark.store.compare import TOLERANCE, compare


def changed(*places: tuple[str, int, int, int]) -> xr.Dataset:
    """An ensemble with one more in some cells."""
    dataset = ensemble(failed=None)
    for name, *indices in places:
        dataset[name].values[tuple(indices)] += 1.0
    return dataset


def test_the_same_is_identical_failed_runs_included_and_rounding_or_a_sign_of_nothing_is_equal() -> None:
    whole, rounded, below = ensemble(failed=3), ensemble(failed=3), ensemble(failed=3)
    rounded["cash"] = rounded["cash"] * (1 + 1e-13)
    whole["cash"].values[0, 0, 0], below["cash"].values[0, 0, 0] = 0.0, -0.0
    for other, identical, most in ((whole.copy(deep=True), True, 0.0), (below, False, 0.0)):
        comparison = compare(whole, other)
        assert (comparison.identical, comparison.largest, comparison.first) == (identical, most, None)
    comparison = compare(ensemble(failed=3), rounded)
    assert (comparison.identical, comparison.first) == (False, None)
    assert 0 < comparison.largest < 1e-12


def test_the_first_difference_is_the_earliest_quarter_then_the_first_run_and_stays_when_joined() -> None:
    other = changed(("cash", 1, 9, 5), ("cash", 1, 11, 2), ("cash", 1, 4, 2), ("registered", 0, 0, 6))
    different = compare(ensemble(failed=None), other)
    first = different.first
    assert first is not None
    assert (first.variable, first.scenario, first.run, first.quarter) == ("cash", "without-operator", 4, "2013Q1")
    assert first.replayed - first.stored == pytest.approx(1.0)
    joined = compare(ensemble(), ensemble()).joined(different)
    assert (joined.identical, joined.first) == (False, first)
    assert joined.largest == different.largest > TOLERANCE
