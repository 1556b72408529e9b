"""Suzhou as a reader would check it: what is on record, what contradicts it, and which of them the model uses."""

from __future__ import annotations

import csv
import re
from itertools import chain

import pytest

from copark.cases.casebook import CLAIMS, LEVERS, casebook_path
from copark.cases.check import examine
from copark.cases.facts import in_force, used
from copark.cases.quarters import Quarter

FOLDER = casebook_path() / "suzhou"
FACTS = sorted(path for path in FOLDER.iterdir() if path.is_file() and path.name not in (CLAIMS, LEVERS))
CHINESE = re.compile("[\u4e00-\u9fff]")
ASCII_IN_CHINESE = re.compile("[\u4e00-\u9fff][,;:()?!]|[,;:()?!][\u4e00-\u9fff]")
OUTLETS = """
businesschina.org.sg businesstimes.com.sg china.org.cn english.china.org.cn en.people.cn jp.yicaiglobal.com mof.gov.sg
mti.gov.sg nlb.gov.sg seanewsonline.com singapore-china.org sipac.gov.cn
""".split()  # noqa: SIM905 - words are read more easily so


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


def test_the_other_date_of_the_swap_is_kept_and_not_used(park):
    (refused,) = (table for table in park.equity if not table.use)
    assert str(refused.date) == "2000-01-01"
    assert all((holding.note or "").startswith("Not used: ") for holding in refused.holdings)


def test_control_passes_with_the_swap(park):
    (quota,) = used(park.quota)
    assert quota.value == 5001
    assert quota.grade == "judgement"


def test_home_is_singapore_and_the_clock_begins_in_1994(park):
    assert (park.sides.home.country, park.sides.host.country) == ("SGP", "CHN")
    assert park.clock.start == Quarter(1994, 2)


# ---------------------------------------------------------------- the company


STOCKS = [
    ("paid_in_equity", "1999-09-14", 100, "M USD"),
    ("debt", "1999-09-14", 160, "M USD"),
    ("accumulated_loss", "1999-09-14", 60, "M USD"),
    ("accumulated_loss", "2003", 0, "M USD"),
    ("serviced_area", "1997-12", 8, "km2"),
    ("registered_capital", "2005-09-02", 125, "M USD"),
]


def test_stocks_of_the_company(park, subtests):
    for variable, written, value, unit in STOCKS:
        with subtests.test(variable=variable, written=written, value=value, unit=unit):
            row = one(park, variable, written)
            assert (row.value, row.unit) == (value, unit)


def test_the_forecast_of_90_is_a_forecast(park):
    (row,) = (row for row in park.observed("accumulated_loss") if row.date.year == 2000)
    assert row.value == 90
    assert row.basis.startswith("forecast")


def test_the_average_loss_of_23_to_24_contradicts_the_stock(park):
    """Five years of it make 118 million, not 60."""
    (row,) = (row for row in park.observations if row.variable == "developer_profit" and not row.use)
    assert (row.value, row.high) == (-24, -23)
    assert 5 * 23.5 > 60 + 50
    assert one(park, "developer_profit", "1999-09").value == pytest.approx(-60 / 5.09, abs=0.05)
    assert one(park, "developer_profit", "2000").value == pytest.approx(-30 / 474 * 365, abs=0.1)


def test_the_sign_of_the_result_turns_in_2001(park):
    signs = {row.date.year: row.value for row in park.observed("developer_in_profit")}
    assert signs == {2000: 0, 2001: 1, 2002: 1, 2003: 1, 2004: 1}


def test_profit_was_planned_for_year_five_to_six_from_the_start(park):
    row = one(park, "years_to_profit_planned", "1994")
    assert (row.value, row.high) == (5, 6)


def test_no_yearly_amount_of_profit_is_claimed_after_2000(park):
    assert all(row.date.year <= 2000 for row in park.observations if row.variable == "developer_profit")


# ---------------------------------------------------------------- enterprises


PROJECTS_COMMITTED = [
    ("1996-01-27", 57),
    ("1996-09-09", 65),
    ("1997-11-05", 98),
    ("1998-01-14", 99),
    ("1999-09-14", 128),
    ("2000-05", 164),
]


def test_projects_committed(park, subtests):
    for written, count in PROJECTS_COMMITTED:
        with subtests.test(written=written, count=count):
            assert one(park, "registered", written).value == count


def test_enterprises_operating(park, subtests):
    counts = {"1995-09": 1, "1996-09-09": 11, "1997-05-02": 36, "1998-01-14": 44, "2002-12": 170}
    for written, count in counts.items():
        with subtests.test(written=written, count=count):
            assert one(park, "operating", written).value == count


def test_committed_is_not_operating(park):
    assert one(park, "operating", "1998-01-14").value / one(park, "registered", "1998-01-14").value < 0.5


def test_commitments_of_1996_contradict_each_other(park):
    assert one(park, "declared_investment", "1996-01-27").value > one(park, "declared_investment", "1996-09-09").value


def test_money_after_2000_has_another_basis_and_is_neither_fitted_nor_scored(park):
    late = [row for row in park.observations if row.variable == "enterprise_investment" and row.date.year > 2000]
    assert {row.role for row in late} == {"check"}
    jump = one(park, "contracted_foreign_investment", "2002-12").value
    assert jump > one(park, "contracted_foreign_investment", "1998-06-30").value + 5 * 1000


def test_the_boom_came_before_the_swap(park):
    assert one(park, "park_product", "2000").value / one(park, "park_product", "1999").value == pytest.approx(
        1.75, abs=0.01
    )
    assert one(park, "pre_tax_profit", "2000").value / one(park, "pre_tax_profit", "1999").value == pytest.approx(
        9, abs=0.1
    )


def test_what_is_fitted_ends_before_the_swap_was_near(park):
    assert max(row.date.last_day.year for row in park.observations if row.role == "fit") == 1999
    assert min(row.date.first_day.year for row in park.observations if row.role == "score") == 2000


# ---------------------------------------------------------------- what the model is told


def test_the_rival_is_a_judgement_with_its_reason(park):
    before, after = park.rivals
    assert {before.key, after.key} == {"suzhou-new-district"}
    assert (before.size, str(before.until), after.size, str(after.since)) == (1, "2000-12-31", 0.3, "2001-01-01")
    assert before.grade == after.grade == "judgement"
    assert "suzhou-swap" in before.note.en
    assert one(park, "rival_realised_investment", "2002-12-31").value == 3034


def test_the_network_changed_before_equity(park):
    (partner,) = park.partners
    assert str(partner.presence[0].since) == "1996-11"


def test_the_land_plan_is_eight_square_kilometres_until_the_memorandum(park):
    assert in_force(park.land.plan, Quarter(1999, 1)).in_unit("ha") == 800
    assert in_force(park.land.plan, Quarter(2003, 4)).in_unit("ha") == 1300
    refused = [fact for fact in park.land.plan if not fact.use]
    assert [fact.value for fact in refused] == [70]


def test_the_scale_is_the_parks_own_and_derived_where_it_can_be(park):
    scale = {name: entry.grade for name, entry in park.parameters.items()}
    assert {name for name, grade in scale.items() if grade == "derived"} == {
        "declared_mean", "realised_share", "land_per_capital", "start_rate", "build_quarters", "capital_per_job",
        "servicing_cost",
    }  # fmt: skip
    assert {name for name, grade in scale.items() if grade == "judgement"} == {
        "enquiry_rate", "origin_weight", "land_price", "overhead",
    }  # fmt: skip


def test_the_derived_scale_by_hand(park):
    value = {name: entry.value for name, entry in park.parameters.items()}
    from math import log

    assert value["declared_mean"] == pytest.approx(log((2800 / 98 + 3700 / 128) / 2) - 1.2**2 / 2, abs=0.01)
    assert value["realised_share"] == pytest.approx(11 / 25.8, abs=0.01)
    assert value["capital_per_job"] == pytest.approx(1380 / 20000)
    assert 200 / 1900 < value["land_per_capital"] < 800 / 3700
    assert (100 + 160 - 60) / 800 <= value["servicing_cost"] <= (100 + 160) / 800
    assert value["build_quarters"] == pytest.approx((20 + 26 + 22) / 3 / (33 / 16) / 3, abs=0.05)


# ---------------------------------------------------------------- completeness and honesty


def test_number_of_rows(park):
    assert (len(park.events), len(park.observations)) == (30, 94)


def test_events_are_told_in_both_languages(park):
    for event in park.events:
        assert CHINESE.search(event.actors_zh)
        assert event.event_zh.endswith("。")
        assert event.event_en.endswith((".", ")."))
        assert not CHINESE.search(event.event_en + event.actors_en)


def test_chinese_has_chinese_punctuation(subtests):
    for path in FACTS:
        with subtests.test(path.name):
            if path.suffix == ".csv":
                with path.open(encoding="utf-8", newline="") as stream:
                    cells = list(chain.from_iterable(csv.reader(stream)))
            else:
                cells = re.findall(r'"([^"]*)"', path.read_text(encoding="utf-8"))
            assert [cell for cell in cells if ASCII_IN_CHINESE.search(cell)] == []


def test_every_source_is_defined_and_used(park):
    tables = ("equity.csv", "events.csv", "series.csv", "host_context.csv")
    named = set()
    for name in tables:
        with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
            named |= set(chain.from_iterable(row["source"].split(";") for row in csv.DictReader(stream)))
    case = (FOLDER / "case.yaml").read_text(encoding="utf-8")
    for line in re.findall(r"source: (\[[^\]]*\]|[\w-]+)", case):
        named.update(key.strip() for key in line.strip("[]").split(","))
    assert named - {"judgement"} == set(park.sources)


def test_an_address_is_that_of_the_original(park):
    for key, source in park.sources.items():
        assert (source.url is None) == (source.read == "mirror"), key
        if source.url is not None:
            host = source.url.split("/")[2].removeprefix("www.")
            assert host in OUTLETS, source.url


def test_background_is_nowhere(park):
    assert all(row.grade != "background" for row in park.observations)
    assert all(holding.grade != "background" for table in park.equity for holding in table.holdings)
