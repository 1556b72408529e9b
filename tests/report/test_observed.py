"""What was observed beside the model: kinds of bound, units, periods, and the table a report shows."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from copark.analyses.run import answer_of
from copark.cases.case import Case
from copark.presentation.document import Interval
from copark.simulation.readouts.observed_vs_model import compare
from copark.stats.scores import percentiles
from tests.report.sample import make_result, observation

HUNDRED = np.arange(1.0, 101.0)
"""A known ensemble: its n-th percentile is n."""


@pytest.mark.parametrize(
    ("low", "high", "first", "last", "number", "side"),
    [
        (30.0, 30.0, 29.5, 29.5, 29.5, "inside"), (3.0, 3.0, 2.5, 2.5, 2.5, "high"), (0.0, 0.0, 0.0, 0.0, 0.0, "high"),
        (98.0, 98.0, 97.5, 97.5, 97.5, "low"), (200.0, 200.0, 100.0, 100.0, 100.0, "low"),
        (40.0, None, 39.0, 100.0, 61.0, "inside"), (97.0, None, 96.0, 100.0, 4.0, "low"),
        (0.0, None, 0.0, 100.0, 100.0, "inside"), (101.0, None, 100.0, 100.0, 0.0, "low"),
        (None, 40.0, 0.0, 40.0, 40.0, "inside"), (None, 4.0, 0.0, 4.0, 4.0, "high"),
        (20.0, 30.0, 19.0, 30.0, 11.0, "inside"), (1.0, 4.0, 0.0, 4.0, 4.0, "high"),
        (97.0, 99.0, 96.0, 99.0, 3.0, "low"), (30.2, 30.8, 30.0, 30.0, 0.0, "inside"),
    ],
)  # fmt: skip
def test_percentiles_of_a_known_ensemble(
    low: float | None, high: float | None, first: float, last: float, number: float, side: str
):
    """A value has one percentile, ties by half; a bound or a range spans several, and is outside only as a whole."""
    found = percentiles(HUNDRED, low, high)
    assert (found.first, found.last, found.number) == pytest.approx((first, last, number))
    assert found.side == side
    assert found.inside is (side == "inside")


def test_more_than_is_read_as_far_as_it_reaches() -> None:
    """More than 50 operating, 60 to 90 modelled: the model is too high, which a limit alone would not see."""
    made = known([float(at) for at in range(60, 91)], "operating")
    read = compare(made, observation("2020", "operating", 50, "companies", bound="more-than"))
    limit = compare(made, observation("2020", "operating", 50, "companies", bound="at-least"))
    assert (read.side, limit.side) == ("high", "inside")
    assert limit.percentiles.number == 100.0


def test_an_error_of_its_own_is_a_range() -> None:
    """None of one promise kept, ± 0.4: the level of service may be 0.5, but hardly 0.9."""
    told = observation("2020", "service_level", 0.0, "1").model_copy(update={"error": 0.4})
    for level, inside in ((0.5, True), (0.9, False)):
        row = compare(known([level, level], "service_level"), told)
        assert row.inside is inside


def known(values: list[float], name: str = "registered", quarters: int = 60) -> xr.Dataset:
    """An ensemble in which an output has one value a run in every quarter."""
    made = make_result(len(values), quarters)
    made[name][:] = np.array(values)[None, :, None]
    return made


def test_medians_bands_and_ranks_by_hand() -> None:
    """Values 0 … 100 in 101 runs: 5, 50, 95; 30 lie below 30 and one equals it."""
    row = compare(known([float(at) for at in range(101)]), observation("2020", "registered", 30, "companies"))
    assert (row.low, row.median, row.upper) == (5.0, 50.0, 95.0)
    assert row.percentiles.number == pytest.approx(3050 / 101)
    assert row.width == pytest.approx(1.5)
    assert row.inside
    assert row.quarter == "2020Q4"


def test_units_are_converted_before_anything_is_compared() -> None:
    row = compare(known([850.0, 850.0], "serviced_area"), observation("2020", "serviced_area", 8.5, "km2"))
    assert row.value == pytest.approx(850.0)
    assert row.inside


def test_a_years_flow_is_compared_with_the_mean_of_its_quarters() -> None:
    made = known([0.0, 0.0], "profit")
    labels = [str(label) for label in made["label"].to_numpy()]
    for part, value in enumerate((10.0, 20.0, 30.0, 40.0), start=1):
        made["profit"][:, :, labels.index(f"2020Q{part}")] = value
    for date, median in (("2020", 25.0), ("2020-03", 10.0)):
        assert compare(made, observation(date, "profit", 25, "M USD/yr")).median == median


def test_what_cannot_be_compared_is_not(result: xr.Dataset, subtests: pytest.Subtests) -> None:
    for why, row in {
        "not used": observation("2020", "registered", 60, "companies", use=False, note="another page says so"),
        "background": observation("2020", "registered", 60, "companies", grade="background", role="context"),
        "no output": observation("2020", "resident_countries", 12, "countries", role="context"),
        "too early": observation("1999", "registered", 60, "companies"),
        "too late": observation("2099", "registered", 60, "companies"),
    }.items():
        with subtests.test(why):
            assert compare(result, row) is None


def test_observations_are_shown_beside_the_model_as_they_are_bounded(result: xr.Dataset, case: Case) -> None:
    for lang, least in (("en", "at least"), ("zh", "不低于")):
        (table,) = (one for one in answer_of(result, case).document(lang).tables() if one.key == "record")
        assert {("", 526.0), (least, 50.0), ("", Interval(17.0, 20.0))} <= {row[1:3] for row in table.rows}
