"""Dates as precise as their source, and quarters as the model's clock."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.cases.dates import Date, quarter_of
from copark.cases.quarters import Quarter, quarters_from

QUARTERS = st.builds(Quarter, st.integers(1900, 2100), st.integers(1, 4))
DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(QUARTERS, st.integers(-200, 200))
def test_quarters_add_and_subtract(quarter, steps):
    assert (quarter + steps) - quarter == steps
    assert (quarter + steps > quarter) == (steps > 0)


@given(DAYS)
def test_a_day_lies_in_its_quarter(day):
    quarter = Quarter.of_day(day)
    assert quarter.first_day <= day <= quarter.last_day
    assert quarter.last_day + timedelta(days=1) == (quarter + 1).first_day


def test_quarters_by_hand():
    assert Quarter(2012, 3).index == 8050
    assert str(Quarter(2012, 3) + 2) == "2013Q1"
    assert Quarter(2024, 1).last_day == date(2024, 3, 31)
    assert [str(quarter) for quarter in quarters_from(Quarter(2012, 3), 3)] == ["2012Q3", "2012Q4", "2013Q1"]


@given(DAYS)
def test_date_is_read_as_it_is_written(day):
    for written in (f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"):
        found = Date.parse(written)
        assert str(found) == written
        assert found.first_day <= day <= found.last_day


def test_what_is_no_date(subtests):
    for written in ["2012-13", "2013-02-29", "2012-00", "12-08-27", "2012-8", "2012/08", "1998-H1", "", "0000"]:
        with subtests.test(written=written), pytest.raises(ValueError, match=r"not a date|month|day"):
            Date.parse(written)


@pytest.mark.parametrize(
    ("written", "stock", "event"),
    [
        ("2012", Quarter(2012, 4), Quarter(2012, 2)),
        ("2012-08", Quarter(2012, 3), Quarter(2012, 3)),
        ("2012-12-31", Quarter(2012, 4), Quarter(2012, 4)),
    ],
)
def test_a_bare_year_is_placed_by_convention(written, stock, event):
    """A stock is that of the year's end; an event is placed at its middle."""
    assert quarter_of(Date.parse(written), "stock") == stock
    assert quarter_of(Date.parse(written)) == event


def test_less_precise_dates_come_after_the_days_they_begin_with():
    days = [Date.parse(written) for written in ("2013", "2012", "2012-01", "2012-01-01", "2011-12-31")]
    assert [str(day) for day in sorted(days)] == ["2011-12-31", "2012-01-01", "2012-01", "2012", "2013"]
