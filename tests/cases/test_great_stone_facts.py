"""Great Stone as a reader would check it: what is on record, what contradicts it, and which of them the model uses."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import chain

import pytest

from copark.cases.casebook import casebook_path
from copark.cases.dates import quarter_of
from copark.cases.facts import in_force
from copark.cases.load import examine
from copark.cases.quarters import Quarter

FOLDER = casebook_path() / "great-stone"


@pytest.fixture(scope="module")
def park():
    case, faults = examine(FOLDER)
    assert case is not None, [fault.sentence() for fault in faults]
    return case


def at(park, variable, written, use=True):
    return [
        row for row in park.observations if row.variable == variable and str(row.date) == written and row.use is use
    ]


def one(park, variable, written):
    (row,) = at(park, variable, written)
    return row


# ---------------------------------------------------------------- what is on record


def test_residents_by_origin_make_the_whole(park, subtests):
    for written in ["2018-05-26", "2019-02", "2019-12", "2022-05-11", "2024-04-20"]:
        with subtests.test(written=written):
            whole = {"2018-05-26": 35, "2019-02": 43, "2019-12": 60, "2022-05-11": 90, "2024-04-20": 132}[written]
            assert sum(one(park, f"registered_{side}", written).value for side in ("home", "host", "third")) == whole
            assert one(park, "registered", written).value == whole


def test_local_currency_is_never_converted_above_low_grade(park):
    in_dollars = park.observed("profit")
    assert [(str(row.date), row.value, row.high, row.grade) for row in in_dollars] == [
        ("2022", 13.51, None, "medium"),  # the dollar value is the source's own
        ("2023", 23, 27, "low"),
        ("2024", 46, None, "low"),
    ]
    assert {row.unit for row in park.observed("net_profit")} == {"BYN m"}


# ---------------------------------------------------------------- contradictions


CONTRADICTIONS = [
    ("registered", "2015-05-12", 8, "2015-05-12", 7),
    ("registered", "2016-09-29", 10, "2016-12", 8),
    ("registered", "2019-05", 56, "2019-07-01", 44),
    ("registered", "2018-01", 23, "2017-12-31", 22),
    ("registered", "2023-11", 118, "2023-12", 120),
    ("registered", "2023-12-31", 119, "2023-12", 120),
    ("operating", "2019-04", 10, "2018-12-31", 13),
    ("operating", "2019-11", 10, "2019-11-26", 17),
    ("registered_home", "2018-05-29", 18, "2018-05-26", 19),
    ("resident_countries", "2019-12-31", 11, "2019-12", 15),
    ("net_profit_growth", "2024-09-30", 19, "2023", 2.0),
    ("target_registered", "2020-12", 100, "2020-12", 80),
]


def test_both_sides_of_a_contradiction_are_kept(park, subtests):
    for variable, written, refused, preferred, value in CONTRADICTIONS:
        with subtests.test(variable=variable, written=written, refused=refused, preferred=preferred, value=value):
            (row,) = at(park, variable, written, use=False)
            assert row.value == refused
            assert (row.note or "").startswith("Not used: ")
            assert one(park, variable, preferred).value == value


def test_one_value_to_fit_or_score_in_a_quarter(park):
    """Except the pair 17 and 20 of late 2019, which are the two ends of the quarter's range."""
    pairs = Counter((row.variable, row.role, row.quarter) for row in park.observations if row.role in ("fit", "score"))
    assert [key for key, count in pairs.items() if count > 1] == [("operating", "fit", Quarter(2019, 4))]


def test_nothing_after_2020_is_fitted_but_the_investment_of_early_2021(park):
    late = [row for row in park.observations if row.role == "fit" and row.date.year > 2020]
    assert [(row.variable, str(row.date), row.value) for row in late] == [("realised_investment", "2021-02-12", 650)]
    assert all(row.date.year > 2020 for row in park.observations if row.role == "score")


# ---------------------------------------------------------------- equity


def test_under_sixty_forty_the_smaller_side_could_block(park):
    before, after = (in_force(park.quota, Quarter(year, 4)) for year in (2014, 2015))
    assert before is not None
    assert before.value > park.cap_table(Quarter(2014, 4)).basis_points_of("home")
    assert after is not None
    assert (after.value, after.grade) == (5001, "judgement")


# ---------------------------------------------------------------- what the model is told


def test_grants_add_up_to_what_is_reported(park):
    aid = sum(fact.value for fact in park.finance.grants if "technical aid" in fact.basis)
    budget = [fact for fact in park.finance.grants if "state budget" in fact.basis]
    assert aid == one(park, "technical_aid", "2021").value
    assert (
        sum(fact.value for fact in budget if fact.date.year < 2020)
        == one(park, "state_budget_investment", "2019-12").value
    )
    assert sum(fact.value for fact in budget) == one(park, "state_budget_investment", "2021").value


def test_the_decree_of_2017_lowers_the_threshold_tenfold(park):
    before, after = (in_force(park.regime.threshold, Quarter(2017, number)) for number in (1, 2))
    assert before is not None
    assert after is not None
    assert before.value == 10 * after.value
    assert str(park.regime.narrow_until) == "2017-05-12"


# ---------------------------------------------------------------- completeness and honesty


def test_an_unidentified_outlet_never_carries_the_highest_grade_alone(park):
    unidentified = {key for key, source in park.sources.items() if source.outlet.startswith("Outlet not identified")}
    assert unidentified
    for row in chain(park.events, park.observations, park.host_context, *(table.holdings for table in park.equity)):
        if set(row.source) <= unidentified:
            assert row.grade != "high"


def test_every_date_of_the_residents_is_in_order(park):
    """No exits are reported, so the used counts never fall."""
    counts = [row for row in park.observed("registered") if row.bound == "exact"]
    by_quarter = defaultdict(list)
    for row in counts:
        by_quarter[quarter_of(row.date, "stock")].append(row.value)
    last = [max(values) for _, values in sorted(by_quarter.items())]
    assert last == sorted(last)
