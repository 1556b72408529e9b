"""Outcome shares: hand-counted, with Wilson's interval, and the sweep of the threshold S*."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from copark.labels import outcomes_in_words
from copark.simulation.outcomes import OUTCOMES, reclassify
from copark.simulation.readouts.compare import judged_column, sweep
from copark.stats.shares import Share, shares, wilson


def test_wilson_by_hand() -> None:
    """p = 8/10, z = 1.96: (0.8 + 0.19208 ± 1.96·√(0.016 + 0.0096040)) / 1.384160."""
    assert wilson(8, 10) == pytest.approx((0.49016, 0.94332), abs=2e-5)
    assert all(math.isnan(end) for end in wilson(0, 0))


@given(st.integers(0, 200), st.integers(1, 200))
def test_wilson_holds_the_share_and_narrows_with_more_runs(count: int, total: int) -> None:
    count = min(count, total)
    low, high = wilson(count, total)
    assert 0.0 <= low <= count / total + 1e-12
    assert count / total - 1e-12 <= high <= 1.0
    wider = wilson(count, total, 0.99)
    assert wider[0] <= low
    assert high <= wider[1]
    many = wilson(100 * count, 100 * total)
    assert many[1] - many[0] < high - low


@given(st.lists(st.integers(-1, 3), max_size=60))
def test_shares_are_of_the_runs_that_finished_and_sum_to_one(codes: list[int]) -> None:
    found = shares(np.array(codes, dtype=np.int8), OUTCOMES)
    assert [entry.name for entry in found] == list(OUTCOMES)
    assert [entry.count for entry in found] == [codes.count(at) for at in range(4)]
    total = len(codes) - codes.count(-1)
    assert {entry.total for entry in found} == {total}
    if total:
        assert sum(entry.share for entry in found) == pytest.approx(1.0)
    else:
        assert all(math.isnan(entry.share) for entry in found)


def test_threshold_moves_only_parks_that_live_unaided() -> None:
    codes, operating = np.array([0, 1, 2, 3, -1]), np.array([200.0, 200.0, 49.0, 50.0, np.nan])
    for threshold, expected in ((15, [0, 1, 3, 3, -1]), (50, [0, 1, 2, 3, -1]), (50.5, [0, 1, 2, 2, -1])):
        assert reclassify(codes, operating, threshold).tolist() == expected


def ensemble(operating: np.ndarray, outcome: list[int], step: int = 1) -> xr.Dataset:
    labels = [f"{2000 + (at * step) // 4}Q{(at * step) % 4 + 1}" for at in range(operating.shape[-1])]
    return xr.Dataset(
        {
            "operating": (("scenario", "run", "quarter"), operating[None]),
            "outcome": (("scenario", "run"), np.array([outcome], dtype=np.int8)),
        },
        coords={"scenario": ["baseline"], "label": ("quarter", labels)},
    )


def test_sweep_falls_as_the_threshold_rises() -> None:
    operating = np.array([[0.0, 20.0], [0.0, 60.0], [0.0, 120.0]])
    found = sweep(ensemble(operating, [2, 3, 3]))
    standing = [next(one.count for one in row if one.name == "self_standing") for row in found.values()]
    assert list(found) == [15.0, 50.0, 100.0]
    assert standing == [3, 2, 1]


def test_a_study_that_does_not_look_ahead_is_judged_in_year_twenty_however_long_its_time() -> None:
    operating = np.zeros((1, 100))
    operating[:, 79] = 60.0
    assert judged_column(ensemble(operating, [3])) == 79
    assert sweep(ensemble(operating, [3]))[50.0][3].count == 1
    assert judged_column(ensemble(operating[:, :40], [3])) == 39
    assert judged_column(ensemble(operating[:, :25], [3], step=4)) == 19


@pytest.mark.parametrize(
    ("counts", "english", "chinese"),
    [
        (
            {"self_standing": 880, "stagnant": 120},
            "is self-standing in 88% of runs and stagnates in 12%",
            "自立的占runs的88%，停滞的占12%",
        ),
        ({"self_standing": 1000}, "is self-standing in 100% of runs", "自立的占runs的100%"),
        ({"stagnant": 1000}, "stagnates in 100% of runs", "停滞的占runs的100%"),
        (
            {"self_standing": 600, "dependent": 396, "failed": 4},
            "is self-standing in 60% of runs, depends on bail-outs in 40% and has failed in less than 1%",
            "自立的占runs的60%，依赖救助的占40%，失败的占不到1%",
        ),
    ],
)
def test_a_sentence_names_only_outcomes_that_happen(counts, english, chinese):
    """An outcome of no run is left out; the first one named says of what all of them are shares."""
    shares = [Share(name, counts.get(name, 0), 1000, counts.get(name, 0) / 1000, 0.0, 1.0) for name in OUTCOMES]
    assert outcomes_in_words(shares, "en", lambda _, words: f"{words} of runs") == english
    assert outcomes_in_words(shares, "zh", lambda _, words: f"runs的{words}") == chinese
