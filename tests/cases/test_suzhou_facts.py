"""Suzhou as a reader would check it: what is on record, what contradicts it, and which of them the model uses."""

from __future__ import annotations

import pytest

from copark.cases.casebook import casebook_path
from copark.cases.facts import used
from copark.cases.load import examine
from copark.cases.quarters import Quarter

FOLDER = casebook_path() / "suzhou"


@pytest.fixture(scope="module")
def park():
    case, faults = examine(FOLDER)
    assert case is not None, [fault.sentence() for fault in faults]
    return case


def one(park, variable, written, use=True):
    (row,) = (
        row for row in park.observations if row.variable == variable and str(row.date) == written and row.use is use
    )
    return row


# ---------------------------------------------------------------- equity


def test_shares_were_swapped_on_1_january_2001(park):
    tables = [
        (str(table.date), *(table.basis_points_of(side) for side in ("home", "host", "third")))
        for table in used(park.equity)
    ]
    assert tables == [
        ("1994-05-12", 6500, 3500, 0),
        ("2001-01-01", 3500, 6500, 0),
        ("2005-09-02", 2800, 5200, 2000),
        ("2019-12-20", 2520, 4680, 2800),
    ]
    assert park.cap_table(Quarter(2000, 4)).basis_points_of("home") == 6500
    assert park.cap_table(Quarter(2001, 1)).basis_points_of("home") == 3500


def test_control_passes_with_the_swap(park):
    (quota,) = used(park.quota)
    assert quota.value == 5001
    assert quota.grade == "judgement"


# ---------------------------------------------------------------- the company


def test_the_average_loss_of_23_to_24_contradicts_the_stock(park):
    """Five years of it make 118 million, not 60."""
    (row,) = (row for row in park.observations if row.variable == "developer_profit" and not row.use)
    assert (row.value, row.high) == (-24, -23)
    assert 5 * 23.5 > 60 + 50
    assert one(park, "developer_profit", "1999-09").value == pytest.approx(-60 / 5.09, abs=0.05)
    assert one(park, "developer_profit", "2000").value == pytest.approx(-30 / 474 * 365, abs=0.1)


# ---------------------------------------------------------------- enterprises


def test_money_after_2000_has_another_basis_and_is_neither_fitted_nor_scored(park):
    late = [row for row in park.observations if row.variable == "enterprise_investment" and row.date.year > 2000]
    assert {row.role for row in late} == {"check"}
    jump = one(park, "contracted_foreign_investment", "2002-12").value
    assert jump > one(park, "contracted_foreign_investment", "1998-06-30").value + 5 * 1000


def test_what_is_fitted_ends_before_the_swap_was_near(park):
    assert max(row.date.last_day.year for row in park.observations if row.role == "fit") == 1999
    assert min(row.date.first_day.year for row in park.observations if row.role == "score") == 2000


# ---------------------------------------------------------------- what the model is told


def test_the_derived_scale_by_hand(park):
    value = {name: entry.value for name, entry in park.parameters.items()}
    from math import log

    assert value["declared_mean"] == pytest.approx(log((2800 / 98 + 3700 / 128) / 2) - 1.2**2 / 2, abs=0.01)
    assert value["realised_share"] == pytest.approx(11 / 25.8, abs=0.01)
    assert value["capital_per_job"] == pytest.approx(1380 / 20000)
    assert 200 / 1900 < value["land_per_capital"] < 800 / 3700
    assert (100 + 160 - 60) / 800 <= value["servicing_cost"] <= (100 + 160) / 800
    assert value["build_quarters"] == pytest.approx((20 + 26 + 22) / 3 / (33 / 16) / 3, abs=0.05)
