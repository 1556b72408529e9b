"""Outcome shares: hand-counted, with Wilson's interval, and by other thresholds of the tests of accounts."""

import math

import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st

from copark.labels import outcomes_in_words
from copark.simulation.accounts import NEEDED, VARIANTS
from copark.simulation.outcomes import OUTCOMES
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
    entries = shares(np.array(codes, dtype=np.int8), OUTCOMES)
    assert [entry.name for entry in entries] == list(OUTCOMES)
    assert [entry.count for entry in entries] == [codes.count(code) for code in range(4)]
    total = len(codes) - codes.count(-1)
    assert {entry.total for entry in entries} == {total}
    if total:
        assert sum(entry.share for entry in entries) == pytest.approx(1.0)
    else:
        assert all(math.isnan(entry.share) for entry in entries)


FAILED, FRAGILE, STANDING = 0, 2, 3


def ensemble(cash: list[float], outcome: list[int], quarters: int = 80, step: int = 1, **others: float) -> xr.Dataset:
    """Runs that differ in cash alone, with fees of 4 and costs of 3 a year; the accounts of all are flat."""
    flat = dict.fromkeys(NEEDED, 0.0) | {"fees": 4.0, "operating_cost": 3.0} | others
    shape = (1, len(cash), quarters)
    paths = {name: np.full(shape, value) for name, value in flat.items()}
    paths["cash"] = np.broadcast_to(np.array(cash)[None, :, None], shape)
    labels = [f"{2000 + (quarter * step) // 4}Q{(quarter * step) % 4 + 1}" for quarter in range(quarters)]
    return xr.Dataset(
        {
            **{name: (("scenario", "run", "quarter"), values) for name, values in paths.items()},
            "outcome": (("scenario", "run"), np.array([outcome], dtype=np.int8)),
        },
        coords={"scenario": ["baseline"], "label": ("quarter", labels)},
    )


def test_fewer_stand_the_greater_the_shock() -> None:
    """Two years without half of the fees cost 2, which 1 in cash does not cover and 3 do."""
    by_variant = sweep(ensemble([0.0, 1.0, 3.0], [STANDING, STANDING, STANDING]))
    standing = {
        name: next(entry.count for entry in row if entry.name == "self_standing") for name, row in by_variant.items()
    }
    assert list(by_variant) == list(VARIANTS)
    assert standing == {"fees_kept": 3, "fees_halved": 1, "three_years": 3, "ten_years": 3}


def test_what_failed_was_closed_or_broke_is_so_by_any_threshold() -> None:
    for row in sweep(ensemble([9.0, 9.0, 9.0], [FAILED, -1, FRAGILE])).values():
        assert [entry.count for entry in row] == [1, 0, 0, 1]


def test_no_other_thresholds_are_told_where_the_accounts_were_not_kept() -> None:
    assert sweep(ensemble([1.0], [STANDING]).drop_vars("public_outlay")) == {}
    assert sweep(ensemble([1.0], [STANDING], quarters=20, step=4)) == {}, "ends of years are no accounts"


def test_a_study_that_does_not_look_ahead_is_judged_in_year_twenty_however_long_its_time() -> None:
    assert judged_column(ensemble([1.0], [STANDING], quarters=100)) == 79
    assert judged_column(ensemble([1.0], [STANDING], quarters=40)) == 39
    assert judged_column(ensemble([1.0], [STANDING], quarters=25, step=4)) == 19


@pytest.mark.parametrize(
    ("counts", "english", "chinese"),
    [
        (
            {"self_standing": 880, "fragile": 120},
            "is self-standing in 88% of runs and is fragile (unaided, but failing a test of accounts) in 12%",
            "在runs的88%中实现自立，在12%中处于脆弱状态（无援助，但账目检验未全部通过）",
        ),
        ({"self_standing": 1000}, "is self-standing in 100% of runs", "在runs的100%中实现自立"),
        (
            {"fragile": 1000},
            "is fragile (unaided, but failing a test of accounts) in 100% of runs",
            "在runs的100%中处于脆弱状态（无援助，但账目检验未全部通过）",
        ),
        (
            {"self_standing": 600, "dependent": 396, "failed": 4},
            (
                "is self-standing in 60% of runs, depends on help (bailed out or given state money in the last two "
                "years) in 40% and has failed in less than 1%"
            ),
            "在runs的60%中实现自立，在40%中依赖援助（最近两年内曾获救助或政府拨款），在不到1%中失败",
        ),
    ],
)
def test_a_sentence_names_only_outcomes_that_happen(counts, english, chinese):
    """An outcome of no run is left out; the first one named says of what all of them are shares."""
    shares = [Share(name, counts.get(name, 0), 1000, counts.get(name, 0) / 1000, 0.0, 1.0) for name in OUTCOMES]
    assert outcomes_in_words(shares, "en", lambda _, words: f"{words} of runs") == english
    assert outcomes_in_words(shares, "zh", lambda _, words: f"runs的{words}") == chinese
