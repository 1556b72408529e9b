"""Great Stone and Suzhou as a reader would check them: laws of what is on record, and what the model is told of it."""

from collections import Counter, defaultdict
from itertools import chain
from math import log

import pytest

from copark.cases import load_case
from copark.cases.dates import quarter_of
from copark.cases.facts import used
from copark.cases.quarters import Quarter


@pytest.fixture
def park(great_stone):
    return great_stone


@pytest.fixture(scope="module")
def suzhou():
    return load_case("suzhou")


def one(park, variable, written):
    (row,) = (row for row in park.observed(variable) if str(row.date) == written)
    return row


def test_one_value_a_quarter_is_fitted_to_2020_or_scored_later(park, suzhou):
    """Except the two ends of the range of late 2019, and the investment of early 2021; Suzhou's, before the swap."""
    pairs = Counter((row.variable, row.role, row.quarter) for row in park.observations if row.role in ("fit", "score"))
    assert [key for key, count in pairs.items() if count > 1] == [("operating", "fit", Quarter(2019, 4))]
    late = [row for row in park.observations if row.role == "fit" and row.date.year > 2020]
    assert [(row.variable, str(row.date), row.value) for row in late] == [("realised_investment", "2021-02-12", 650)]
    assert all(row.date.year > 2020 for row in park.observations if row.role == "score")
    assert max(row.date.last_day.year for row in suzhou.observations if row.role == "fit") == 1999
    assert min(row.date.first_day.year for row in suzhou.observations if row.role == "score") == 2000


def test_residents_by_origin_make_the_whole_and_never_fall(park):
    """No exits are reported."""
    for written in ("2018-05-26", "2019-02", "2019-12", "2022-05-11", "2024-04-20"):
        parts = (one(park, f"registered_{side}", written).value for side in ("home", "host", "third"))
        assert sum(parts) == one(park, "registered", written).value
    by_quarter = defaultdict(list)
    for row in park.observed("registered"):
        if row.bound == "exact":
            by_quarter[quarter_of(row.date, "stock")].append(row.value)
    last = [max(values) for _, values in sorted(by_quarter.items())]
    assert last == sorted(last)


def test_grants_add_up_to_what_is_reported(park):
    aid = sum(fact.value for fact in park.finance.grants if "technical aid" in fact.basis)
    budget = [fact for fact in park.finance.grants if "state budget" in fact.basis]
    early = sum(fact.value for fact in budget if fact.date.year < 2020)
    assert aid == one(park, "technical_aid", "2021").value
    assert early == one(park, "state_budget_investment", "2019-12").value
    assert sum(fact.value for fact in budget) == one(park, "state_budget_investment", "2021").value


def test_an_unidentified_outlet_never_carries_the_highest_grade_alone(park):
    unidentified = {key for key, source in park.sources.items() if source.outlet.startswith("Outlet not identified")}
    assert unidentified
    for row in chain(park.events, park.observations, park.host_context, *(table.holdings for table in park.equity)):
        if set(row.source) <= unidentified:
            assert row.grade != "high"


def test_shares_were_swapped_on_1_january_2001(suzhou):
    shares = {str(table.date): tuple(map(table.basis_points_of, ("home", "host", "third")))
              for table in used(suzhou.equity)}  # fmt: skip
    assert shares == {"1994-05-12": (6500, 3500, 0), "2001-01-01": (3500, 6500, 0), "2005-09-02": (2800, 5200, 2000),
                      "2019-12-20": (2520, 4680, 2800)}  # fmt: skip
    assert [suzhou.cap_table(Quarter(*date)).basis_points_of("home") for date in ((2000, 4), (2001, 1))] == [6500, 3500]


def test_the_derived_scale_by_hand(suzhou):
    value = {name: entry.value for name, entry in suzhou.parameters.items()}
    assert value["declared_mean"] == pytest.approx(log((2800 / 98 + 3700 / 128) / 2) - 1.2**2 / 2, abs=0.01)
    assert value["realised_share"] == pytest.approx(11 / 25.8, abs=0.01)
    assert value["capital_per_job"] == pytest.approx(1380 / 20000)
    assert 200 / 1900 < value["land_per_capital"] < 800 / 3700
    assert (100 + 160 - 60) / 800 <= value["servicing_cost"] <= (100 + 160) / 800
    assert value["build_quarters"] == pytest.approx((20 + 26 + 22) / 3 / (33 / 16) / 3, abs=0.05)
