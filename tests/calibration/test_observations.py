"""The observation model: which values are asked of a run, on which day, with which error, and what wording hides."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy.stats import multivariate_normal, norm

from copark.calibration.observations import ObservationModel, error_of, lasting_size, target_of, targets
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import Observation
from tests.calibration.conftest import CUT, model, target


def by_name(targets):
    return {target.name: target for target in targets}


def test_the_error_is_relative_above_its_floor_and_doubled_for_about():
    assert error_of("registered", 8.0, "high", "exact") == 2.0
    assert error_of("registered", 120.0, "medium", "exact") == pytest.approx(6.0)
    assert error_of("realised_investment", 500.0, "high", "about") == pytest.approx(30.0)
    assert error_of("mean_return", 0.05, "low", "exact") == pytest.approx(0.005)


def test_the_record_to_2020_is_the_one_of_the_specification(great_stone, record):
    """A stock is read on its day, a value of early 2021 at the end of 2020 and not scored again, a profit by year."""
    fitted = by_name(record.targets)
    later = by_name(targets(great_stone, ("score",), after=CUT))
    assert len(fitted) == 23
    registered = [fitted[f"registered {date}"].value for date in ("2016-12", "2018-06-11", "2018-12-31", "2020-12-31")]
    assert registered == [8.0, 35.0, 41.0, 68.0]
    assert fitted["realised_investment 2018-12-31"].bound == "at-most"
    assert fitted["jobs 2020-12-31"].bound == "at-least"
    assert fitted["operating 2019-11-26"].quarters == (28, 29)
    assert fitted["operating 2019-11-26"].weights == pytest.approx((35 / 92, 57 / 92)), "57 days into a quarter of 92"
    assert fitted["operating 2019-12-31"].quarters == (29,)
    assert fitted["realised_investment 2021-02-12"].quarters == (33,)
    assert "registered 2021-02-12" not in later
    assert "registered 2022-01-11" in later
    assert later["profit 2022"].quarters == (38, 39, 40, 41)
    assert later["profit 2022"].weights == (0.25,) * 4


def test_counterparts_lie_on_the_line_between_quarter_ends():
    observed = model(
        target("registered", quarters=(1, 2), weights=(0.25, 0.75)),
        target("profit", quarters=(0, 1), weights=(0.5,) * 2),
    )
    out = np.array([[[0.0, 4.0, 8.0], [2.0, 6.0, 9.0]]])
    assert observed.counterparts(out, ("registered", "profit")).tolist() == [[7.0, 4.0]]
    assert observed.quarters == 3


def test_wording_hides_what_lies_beyond_it():
    observed = model(
        target(bound="at-least", value=10.0),
        target(bound="at-most", value=10.0),
        target(bound="range", value=4.0, high=8.0),
    )
    assert observed.hide(np.array([[12.0, 12.0, 5.0], [7.0, 7.0, 9.0]])).tolist() == [
        [10.0, 12.0, 6.0],
        [7.0, 10.0, 7.0],
    ]
    assert observed.hide(observed.recorded).tolist() == observed.recorded.tolist()


@given(st.floats(1000.0, 1100.0))
def test_within_a_range_a_report_is_the_middle_to_the_last_bit(value):
    """Otherwise a simulated record would be judged by a density where the real one is by a probability."""
    observed = model(target(bound="more-than", value=1000.0, high=1100.0))
    assert observed.hide(np.array([[value]]))[0, 0] == observed.recorded[0]


@given(st.floats(-30, 30))
def test_the_likelihood_is_that_of_normal_errors(value):
    cases = [
        (target(value=3.0, error=2.0), norm.logpdf(3.0, value, 2.0)),
        (target(bound="at-least", value=3.0, error=2.0), norm.logcdf((value - 3.0) / 2.0)),
        (target(bound="at-most", value=3.0, error=2.0), norm.logcdf((3.0 - value) / 2.0)),
    ]
    for reported, expected in cases:
        assert model(reported).log_likelihood(np.array([[value]]))[0] == pytest.approx(expected, rel=1e-9)


def test_the_likelihood_of_a_range_is_the_probability_of_a_report_within(great_stone):
    """More than fifty enterprises is fifty to fifty-five: at 52.5 as likely as can be, at 3 N many errors away."""
    observed = model(target(bound="range", value=4.0, high=8.0, error=1.5))
    for value in (-3.0, 4.5, 6.0, 7.9, 20.0):
        expected = norm.cdf(8.0, value, 1.5) - norm.cdf(4.0, value, 1.5)
        assert np.exp(observed.log_likelihood(np.array([[value]]))[0]) == pytest.approx(expected, rel=1e-6)
    (read,) = (row for row in targets(great_stone, ("score",), after=Quarter(2024, 3)) if row.variable == "operating")
    assert read.wording == pytest.approx((50.0, 55.0))
    near, far = model(read).log_likelihood(np.array([[52.5], [150.0]]))
    assert near == pytest.approx(np.log(norm.cdf(1.25) - norm.cdf(-1.25)))
    assert far < near - 500.0


def test_what_the_model_leaves_out_lasts_and_is_told_as_it_is_judged():
    """Two counts four years apart and jobs: reports have the covariance that the likelihood has, bounds their own."""
    dated = [("registered", 40.0, 8), ("registered", 60.0, 24), ("jobs", 900.0, 24)]
    counts = [
        replace(target(variable, value=value, error=3.0), quarters=(quarter,)) for variable, value, quarter in dated
    ]
    limit = replace(target("jobs", bound="at-least", value=500.0, error=40.0), quarters=(8,))
    record = ObservationModel((*counts, limit), 0.1 / lasting_size("registered"))
    lasting = np.diag([16.0, 36.0, 8100.0]) + 9.0 * np.eye(3)
    lasting[0, 1] = lasting[1, 0] = 24.0 * np.exp(-0.5)
    runs = np.array([[45.0, 50.0, 700.0, 480.0]])
    distances = [-40.5 * np.log(45.5 / 40.5), -60.5 * np.log(50.5 / 60.5), -900.5 * np.log(700.5 / 900.5)]
    expected = multivariate_normal.logpdf(distances, np.zeros(3), lasting)
    expected += norm.logcdf(500.5 * np.log(480.5 / 500.5) / np.hypot(40.0, 50.0))
    assert record.log_likelihood(runs)[0] == pytest.approx(expected, rel=1e-9)
    reports = record.reports(np.tile(record.recorded, (20_000, 1)), seed=1)
    transformed = record.compared(reports)[:, :3]
    assert np.median(reports[:, :3], axis=0) == pytest.approx(record.recorded[:3], rel=0.01)
    assert np.cov(transformed, rowvar=False) == pytest.approx(lasting, rel=0.05, abs=12.0)
    assert np.array_equal(
        record.reports(np.tile(runs, (9, 1)), 1)[4:], record.reports(np.tile(runs, (5, 1)), 1, first=4)
    )
    assert record.log_likelihood(np.full((1, 4), np.nan))[0] == -np.inf


def test_a_run_through_the_record_is_likelier_than_one_below_all_of_it():
    """Scaled by recorded values a lasting error made a fit at 83 % of 62 and 58, and 89 % of 94, the likelier one."""
    counts = [
        replace(target("operating", value=value, error=error), quarters=(quarter,))
        for value, error, quarter in ((62.0, 2.0, 20), (58.0, 2.9, 20), (94.0, 9.4, 24), (82.0, 2.5, 34))
    ]
    record = ObservationModel(tuple(counts), 0.3 / lasting_size("operating"))
    factors = np.linspace(0.5, 1.5, 101)
    log_likelihood = record.log_likelihood(np.repeat(factors[:, np.newaxis] * 74.0, 4, axis=1))
    best = 74.0 * factors[log_likelihood.argmax()]
    weights = np.linalg.inv(record.covariance / np.outer(record.recorded, record.recorded)).sum(axis=0)
    assert best == pytest.approx(np.exp(np.average(np.log(record.recorded), weights=weights)), rel=0.02)
    below, above = record.log_likelihood(np.array([[best / 1.3] * 4, [best * 1.3] * 4]))
    assert below == pytest.approx(above, abs=0.6), "as far below as above"


def test_what_is_compared_keeps_the_record_and_can_be_undone():
    """At the record as it is and with slope 1; shares, amounts that may be negative and what may be none stay."""
    counts = [target("operating", value=40.0, error=2.0), target("profit", value=5.0, error=2.0)]
    few = target("registered", value=3.0, error=2.0)
    record = ObservationModel((*counts, few), 0.1)
    assert record.in_logs.tolist() == [True, False, False]
    assert not ObservationModel(record.targets).in_logs.any(), "without a discrepancy nothing is"
    values = np.array([[40.0, 5.0, 3.0], [40.1, -5.0, 0.0], [0.0, 9.0, 8.0]])
    transformed = record.compared(values)
    assert transformed[0].tolist() == record.recorded.tolist()
    assert transformed[1] == pytest.approx([40.1, -5.0, 0.0], abs=1e-3)
    assert record.uncompared(transformed) == pytest.approx(values)


def counted(date, **changes):
    row = {
        "date": date,
        "variable": "arrivals_partner",
        "value": "25",
        "bound": "exact",
        "unit": "companies",
        "basis": "since the founding",
        "grade": "medium",
        "source": "x",
        "use": "yes",
        "role": "fit",
    }
    return Observation.model_validate(row | changes)


def test_what_stands_on_another_basis_than_the_models_is_context_alone():
    assert counted("2013", other_basis="wider-area", role="context").other_basis == "wider-area"
    for role in ("fit", "check"):
        with pytest.raises(ValidationError, match="not_compared"):
            counted("2013", other_basis="wider-area", role=role)


def test_a_count_since_the_founding_is_the_sum_of_a_flow():
    """Registrations through partners up to a day, of which the model tells those of each quarter."""
    start = Quarter.parse("2012Q3")
    whole, part = (target_of(counted(date), start) for date in ("2013-06-30", "2013-05-15"))
    assert (whole.unit, whole.error) == ("companies", 3.0)
    assert whole.quarters == (0, 1, 2, 3)
    flow = np.array([[[2.0, 3.0, 5.0, 7.0, 11.0]]])
    for counted_target, total in ((whole, 17.0), (part, 10.0 + 7.0 * 45 / 91)):
        assert ObservationModel((counted_target,)).counterparts(flow, ["arrivals_partner"])[0, 0] == pytest.approx(
            total
        )
    assert whole.nearest_end == 3
    held = part.until(2)
    assert (held.quarters, held.weights) == ((0, 1, 2), (1.0, 1.0, 1.0)), "held at the last quarter known"
