"""Two ensembles are identical, equal but for rounding, or different from a place that is named."""

from __future__ import annotations

import pytest
from ensembles import ensemble

from copark.store.compare import TOLERANCE, compare


def test_the_same_ensemble_is_identical_failed_runs_included() -> None:
    found = compare(ensemble(failed=3), ensemble(failed=3))
    assert (found.identical, found.largest, found.first) == (True, 0.0, None)


def test_rounding_is_equal_but_not_identical() -> None:
    other = ensemble()
    other["cash"] = other["cash"] * (1 + 1e-13)
    found = compare(ensemble(), other)
    assert not found.identical
    assert found.first is None
    assert 0 < found.largest < 1e-12


def test_the_first_difference_is_the_earliest_quarter_then_the_first_run() -> None:
    other = ensemble(failed=None)
    for run, quarter in ((9, 5), (11, 2), (4, 2)):
        other["cash"].values[1, run, quarter] += 1.0
    other["registered"].values[0, 0, 6] += 1.0
    first = compare(ensemble(failed=None), other).first
    assert first is not None
    assert (first.variable, first.scenario, first.run, first.quarter) == ("cash", "without-operator", 4, "2013Q1")
    assert first.replayed - first.stored == pytest.approx(1.0)


def test_joined_comparisons_keep_the_first_difference() -> None:
    worse = ensemble()
    worse["cash"].values[0, 2, 0] += 1.0
    same, different = compare(ensemble(), ensemble()), compare(ensemble(), worse)
    joined = same.joined(different)
    assert (joined.identical, joined.first) == (False, different.first)
    assert joined.largest == different.largest > TOLERANCE


def test_zero_and_minus_zero_are_equal_but_not_the_same_bits() -> None:
    other = ensemble(failed=None)
    here = other["cash"].copy(deep=True)
    here.values[0, 0, 0], other["cash"].values[0, 0, 0] = 0.0, -0.0
    found = compare(ensemble(failed=None).assign(cash=here), other)
    assert (found.identical, found.largest, found.first) == (False, 0.0, None)
