"""The observation model: which values are asked of a run, on which day, with which error, and what wording hides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from copark.cases.quarters import Quarter
from copark.cases.table_schemas import Observation
from copark.cases.types import Grade
from copark.inference.observations import (
    ObservationModel,
    error_of,
    error_scales,
    target_of,
    targets,
)
from tests.inference.conftest import CUT
from tests.inference.toys import model, target


def by_name(record):
    return {one.name: one for one in record.targets}


def test_every_grade_that_may_be_used_has_an_error_and_a_reason_in_both_languages() -> None:
    from typing import get_args

    scales = error_scales()
    assert set(scales["grades"]) == set(get_args(Grade)) - {"background"}
    for entry in (*scales["grades"].values(), *scales["floors"].values()):
        assert entry["reason"]["en"]
        assert entry["reason"]["zh"]


def test_the_error_is_relative_above_its_floor_and_doubled_for_about() -> None:
    assert error_of("registered", 8.0, "high", "exact") == 2.0
    assert error_of("registered", 120.0, "medium", "exact") == pytest.approx(6.0)
    assert error_of("realised_investment", 500.0, "high", "about") == pytest.approx(30.0)
    assert error_of("mean_return", 0.05, "low", "exact") == pytest.approx(0.005)


def test_the_record_to_2020_is_the_one_of_the_specification(record) -> None:
    found = by_name(record)
    assert len(found) == 23
    assert [found[f"registered {date}"].value for date in ("2016-12", "2018-06-11", "2018-12-31", "2020-12-31")] == [
        8.0, 35.0, 41.0, 68.0,
    ]  # fmt: skip
    assert found["realised_investment 2018-12-31"].bound == "at-most"
    assert found["jobs 2020-12-31"].bound == "at-least"


def test_a_stock_is_read_on_its_day(record) -> None:
    """26 November is 57 days into a quarter of 92."""
    found = by_name(record)["operating 2019-11-26"]
    assert found.quarters == (28, 29)
    assert found.weights == pytest.approx((35 / 92, 57 / 92))
    assert by_name(record)["operating 2019-12-31"].quarters == (29,)


def test_a_value_of_early_2021_is_set_beside_the_end_of_2020_and_is_not_scored_again(great_stone, record) -> None:
    assert by_name(record)["realised_investment 2021-02-12"].quarters == (33,)
    later = targets(great_stone, ("score",), after=CUT)
    assert "registered 2021-02-12" not in [one.name for one in later]
    assert "registered 2022-01-11" in [one.name for one in later]


def test_a_years_profit_is_the_mean_of_its_four_quarters(great_stone) -> None:
    found = {one.name: one for one in targets(great_stone, ("score",), after=CUT)}["profit 2022"]
    assert found.quarters == (38, 39, 40, 41)
    assert found.weights == (0.25,) * 4


def test_counterparts_lie_on_the_line_between_quarter_ends() -> None:
    seen = model(
        target("registered", quarters=(1, 2), weights=(0.25, 0.75)),
        target("profit", quarters=(0, 1), weights=(0.5,) * 2),
    )
    out = np.array([[[0.0, 4.0, 8.0], [2.0, 6.0, 9.0]]])
    assert seen.counterparts(out, ("registered", "profit")).tolist() == [[7.0, 4.0]]
    assert seen.quarters == 3


def test_wording_hides_what_lies_beyond_it() -> None:
    seen = model(
        target(bound="at-least", value=10.0),
        target(bound="at-most", value=10.0),
        target(bound="range", value=4.0, high=8.0),
    )
    assert seen.hide(np.array([[12.0, 12.0, 5.0], [7.0, 7.0, 9.0]])).tolist() == [[10.0, 12.0, 6.0], [7.0, 10.0, 7.0]]
    assert seen.hide(seen.recorded).tolist() == seen.recorded.tolist()


@given(st.floats(1000.0, 1100.0))
def test_within_a_range_a_report_is_the_middle_to_the_last_bit(value: float) -> None:
    """Otherwise a simulated record would be judged by a density where the real one is by a probability."""
    seen = model(target(bound="more-than", value=1000.0, high=1100.0))
    assert seen.hide(np.array([[value]]))[0, 0] == seen.recorded[0]


@given(st.floats(-30, 30))
def test_the_likelihood_is_that_of_normal_errors(value: float) -> None:
    seen = [
        (target(value=3.0, error=2.0), norm.logpdf(3.0, value, 2.0)),
        (target(bound="at-least", value=3.0, error=2.0), norm.logcdf((value - 3.0) / 2.0)),
        (target(bound="at-most", value=3.0, error=2.0), norm.logcdf((3.0 - value) / 2.0)),
    ]
    for one, wanted in seen:
        assert model(one).log_likelihood(np.array([[value]]))[0] == pytest.approx(wanted, rel=1e-9)


@pytest.mark.parametrize("value", [-3.0, 4.5, 6.0, 7.9, 20.0])
def test_the_likelihood_of_a_range_is_the_probability_of_a_report_within(value: float) -> None:
    seen = model(target(bound="range", value=4.0, high=8.0, error=1.5))
    wanted = norm.cdf(8.0, value, 1.5) - norm.cdf(4.0, value, 1.5)
    assert np.exp(seen.log_likelihood(np.array([[value]]))[0]) == pytest.approx(wanted, rel=1e-6)


def test_more_than_fifty_is_fifty_to_fifty_five_and_not_a_hundred_and_fifty(great_stone) -> None:
    """The last count of operating enterprises: at 52.5 as likely as can be, at 3 N many errors away."""
    (read,) = (one for one in targets(great_stone, ("score",), after=Quarter(2024, 3)) if one.variable == "operating")
    assert read.wording == pytest.approx((50.0, 55.0))
    near, far = model(read).log_likelihood(np.array([[52.5], [150.0]]))
    assert near == pytest.approx(np.log(norm.cdf(1.25) - norm.cdf(-1.25)))
    assert far < near - 500.0


def test_errors_have_the_declared_size_and_bounds_hide_them(record) -> None:
    reports = record.reports(np.tile(record.recorded, (4000, 1)), seed=1)
    exact = [n for n, one in enumerate(record.targets) if one.bound in {"exact", "about"}]
    assert reports[:, exact].std(axis=0) == pytest.approx(record.errors[exact], rel=0.06)
    jobs = [one.variable for one in record.targets].index("jobs")
    assert (reports[:, jobs] == 1000.0).mean() == pytest.approx(0.5, abs=0.04)


def test_what_the_model_leaves_out_lasts_and_is_told_as_it_is_judged() -> None:
    """Two counts four years apart and jobs: reports have the covariance that the likelihood has, bounds their own."""
    dated = [("registered", 40.0, 8), ("registered", 60.0, 24), ("jobs", 900.0, 24)]
    seen = [replace(target(variable, value=value, error=3.0), quarters=(at,)) for variable, value, at in dated]
    limit = replace(target("jobs", bound="at-least", value=500.0, error=40.0), quarters=(8,))
    record = ObservationModel((*seen, limit), 0.1)
    lasting = np.diag([16.0, 36.0, 8100.0]) + 9.0 * np.eye(3)
    lasting[0, 1] = lasting[1, 0] = 24.0 * np.exp(-0.5)
    runs = np.array([[45.0, 50.0, 700.0, 480.0]])
    wanted = multivariate_normal.logpdf([-5.0, 10.0, 200.0], np.zeros(3), lasting)
    wanted += norm.logcdf(-20.0 / np.hypot(40.0, 50.0))
    assert record.log_likelihood(runs)[0] == pytest.approx(wanted, rel=1e-9)
    reports = record.reports(np.tile(record.recorded, (20_000, 1)), seed=1)[:, :3]
    assert np.cov(reports, rowvar=False) == pytest.approx(lasting, rel=0.05, abs=12.0)
    assert np.array_equal(
        record.reports(np.tile(runs, (9, 1)), 1)[4:], record.reports(np.tile(runs, (5, 1)), 1, first=4)
    )
    assert record.log_likelihood(np.full((1, 4), np.nan))[0] == -np.inf


def counted(date: str, **changes: str) -> Observation:
    row = {
        "date": date, "variable": "arrivals_partner", "value": "25", "bound": "exact", "unit": "companies",
        "basis": "since the founding", "grade": "medium", "source": "x", "use": "yes", "role": "fit",
    }  # fmt: skip
    return Observation.model_validate(row | changes)


def test_a_count_since_the_founding_is_the_sum_of_a_flow():
    """Who brought whom: registrations through partners up to a day, of which the model tells those of each quarter."""
    start = Quarter.parse("2012Q3")
    whole, part = (target_of(counted(date), start) for date in ("2013-06-30", "2013-05-15"))
    assert (whole.unit, whole.error) == ("companies", 3.0)
    assert whole.quarters == (0, 1, 2, 3)
    flow = np.array([[[2.0, 3.0, 5.0, 7.0, 11.0]]])
    for one, total in ((whole, 17.0), (part, 10.0 + 7.0 * 45 / 91)):
        assert ObservationModel((one,)).counterparts(flow, ["arrivals_partner"])[0, 0] == pytest.approx(total)
    assert whole.nearest_end == 3
    held = part.until(2)
    assert (held.quarters, held.weights) == ((0, 1, 2), (1.0, 1.0, 1.0)), "held at the last quarter known"
