"""Dates as precise as their source, and quarters as the model's clock."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from copark.cases import check_case, dates
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
    assert Quarter(2024, 1).last_day == date(2024, 3, 31)
    assert [str(quarter) for quarter in quarters_from(Quarter(2012, 3), 3)] == ["2012Q3", "2012Q4", "2013Q1"]


@given(DAYS)
def test_date_is_read_as_it_is_written(day):
    for written in (f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"):
        date = Date.parse(written)
        assert str(date) == written
        assert date.first_day <= day <= date.last_day


def test_what_is_no_date():
    for written in ["2012-13", "2013-02-29", "2012-00", "12-08-27", "2012-8", "2012/08", "1998-H1", "", "0000"]:
        with pytest.raises(ValueError, match=r"not a date|month|day"):
            Date.parse(written)


def test_the_quarter_that_is_meant_is_found_at_once_however_much_is_written():
    """A request may hold a megabyte in the place of a quarter."""
    for written in ("2030-12", "2030", "2030 q4", "2030年第四季度"):
        assert Quarter.meant(written) == "2030Q4"
    began = time.process_time()
    assert Quarter.meant("2031" + 20_000 * " " + "x")
    assert time.process_time() - began < 1.0


def test_a_stock_of_a_bare_year_is_that_of_its_end_and_an_event_is_placed_at_its_middle():
    for written, stock, event in (("2012", 4, 2), ("2012-08", 3, 3), ("2012-12-31", 4, 4)):
        assert quarter_of(Date.parse(written), "stock") == Quarter(2012, stock)
        assert quarter_of(Date.parse(written)) == Quarter(2012, event)


def test_less_precise_dates_come_after_the_days_they_begin_with():
    days = [Date.parse(written) for written in ("2013", "2012", "2012-01", "2012-01-01", "2011-12-31")]
    assert [str(day) for day in sorted(days)] == ["2011-12-31", "2012-01-01", "2012-01", "2012", "2013"]


def test_a_clock_of_1970_finds_no_fault_in_the_casebook(monkeypatch):
    """Dates are compared with the day the casebook was last brought up to date, if the clock is behind it."""
    monkeypatch.setattr("time.localtime", lambda *_: time.struct_time((1970, 1, 1, 0, 0, 0, 3, 1, 0)))
    assert dates.today() == dates.CASEBOOK_KNOWN
    for name in ("great-stone", "lekki", "suzhou"):
        assert check_case(name) == [], name
