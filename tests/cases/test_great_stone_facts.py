"""Great Stone as a reader would check it: what is on record, what contradicts it, and which of them the model uses."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from datetime import date
from itertools import chain

import pytest

from copark.cases.casebook import CLAIMS, LEVERS, casebook_path
from copark.cases.check import examine
from copark.cases.dates import Date, quarter_of
from copark.cases.facts import in_force, used
from copark.cases.quarters import Quarter
from copark.units import UNITS

FOLDER = casebook_path() / "great-stone"
FACTS = sorted(path for path in FOLDER.iterdir() if path.is_file() and path.name not in (CLAIMS, LEVERS))
WORLD = casebook_path() / "world"
TABLES = ("equity.csv", "events.csv", "series.csv", "enterprises.csv", "host_context.csv")
CHINESE = re.compile("[\u4e00-\u9fff]")
ASCII_PUNCTUATION_IN_CHINESE = re.compile("[\u4e00-\u9fff][,;:()?!]|[,;:()?!][\u4e00-\u9fff]")

OUTLETS = """
21.by afn.by aiddata.org apdnews.com belarus.by belarus.kz belarus24.by belaruschina.by belarusdigest.com
belarusinfocus.pro belnovosti.by belta.by brnn.com camarabelarus.com cered.ru china.com china.org.cn
chinadaily.com.cn collegia.by ctv.by data.minsk.by databank.worldbank.org dbwc.eu ea-cmcb.com economy.gov.by
elibrary.imf.org en.portnews.ru esilks.org eurobelarus.info euromoney.com euroradio.by euroradio.fm
famagusta-gazette.com finance.rambler.ru gmw.cn government.by gratanet.com hata.by imsilkroad.com indrastra.com
industrialpark.by intellinews.com investatlas.minsk.gov.by ittlgmbh.de justarrived.by kresy24.pl lockelord.com
mazweichai.by mfa.gov.by milkua.info minsk-region.by minsk-region.gov.by minskdialogue.by minskregion.by moyby.com
myfin.by naviny.by ndrc.gov.cn news.am news.by newstrackindia.com orbitax.com owc.de peeref.com people.cn pravo.by
prensa-latina.cu president.gov.by primepress.by radiobelarus.by railfreight.com regnum.by regnum.ru rp.pl
rus-shipping.ru russianconstruction.com sb.by scmp.com seetao.com sina.com.cn smolevichi.gov.by spring96.org
sputnik.by sputniknews.cn srilankaguardian.org svaboda.org svisgaz.by thb.info thepeoplesmap.net tvr.by udf.name
xinhuanet.com yidaiyilu.gov.cn
""".split()  # noqa: SIM905 - ninety short words are read more easily so
"""Every site whose own address may stand in the casebook; reprints and scrapers are none of them."""


@pytest.fixture(scope="module")
def park():
    case, faults = examine(FOLDER)
    assert case is not None, [fault.sentence() for fault in faults]
    return case


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def at(park, variable, written, use=True):
    return [
        row for row in park.observations if row.variable == variable and str(row.date) == written and row.use is use
    ]


def one(park, variable, written):
    (row,) = at(park, variable, written)
    return row


# ---------------------------------------------------------------- what is on record


RESIDENTS = [
    ("2015-05-12", 7),
    ("2016-12", 8),
    ("2018-04-13", 33),
    ("2018-05-11", 34),
    ("2018-05-26", 35),
    ("2018-08-13", 36),
    ("2018-12-31", 41),
    ("2019-02", 43),
    ("2019-04-17", 43),
    ("2019-07-01", 44),
    ("2019-07-02", 55),
    ("2019-11-26", 60),
    ("2020-12-31", 68),
    ("2022-01-11", 85),
    ("2022-05-17", 90),
    ("2022-11-03", 99),
    ("2023-04-30", 108),
    ("2023-06-30", 113),
    ("2024-02-22", 127),
    ("2024-04-20", 132),
]


def test_residents_on_record(park, subtests):
    for written, count in RESIDENTS:
        with subtests.test(written=written, count=count):
            row = one(park, "registered", written)
            assert (row.value, row.bound, row.grade) == (count, "exact", "high")


@pytest.mark.parametrize(
    ("operating_on", "operating", "registered_on", "registered"),
    [("2018-12-31", 13, "2018-12-31", 41), ("2019-12-31", 20, "2019-12", 60), ("2022-01-12", 37, "2022-01-12", 85)],
)
def test_registered_is_not_operating(park, operating_on, operating, registered_on, registered):
    assert one(park, "operating", operating_on).value == operating
    assert one(park, "registered", registered_on).value == registered


def test_the_last_count_of_operating_firms_is_only_a_round_number_passed(park):
    row = one(park, "operating", "2024-11-19")
    assert (row.value, row.bound) == (50, "more-than")
    assert row.interval("companies") == pytest.approx((50, 55))


REALISED = [
    ("2015-07-08", 90, "exact"),
    ("2018-12-31", 347, "at-most"),
    ("2019-06-30", 500, "about"),
    ("2019-12", 526.4, "exact"),
    ("2021-02-12", 650, "exact"),
    ("2022-01-12", 718, "more-than"),
    ("2024-05-18", 1000, "about"),
]


def test_realised_investment_of_all_sources(park, subtests):
    for written, amount, bound in REALISED:
        with subtests.test(written=written, amount=amount, bound=bound):
            row = one(park, "realised_investment", written)
            assert (row.value, row.bound, row.unit) == (amount, bound, "M USD")


def test_residents_by_origin_make_the_whole(park, subtests):
    for written in ["2018-05-26", "2019-02", "2019-12", "2022-05-11", "2024-04-20"]:
        with subtests.test(written=written):
            whole = {"2018-05-26": 35, "2019-02": 43, "2019-12": 60, "2022-05-11": 90, "2024-04-20": 132}[written]
            assert sum(one(park, f"registered_{side}", written).value for side in ("home", "host", "third")) == whole
            assert one(park, "registered", written).value == whole


def test_planned_jobs_are_not_jobs(park):
    assert one(park, "planned_jobs", "2023-11").value == 14_000
    assert max(row.value for row in park.observed("jobs")) == 2_820


def test_declared_is_not_realised(park):
    declared = one(park, "declared_investment", "2019-12-31").value
    assert declared / one(park, "realised_investment", "2019-12").value == pytest.approx(2.3, abs=0.05)


@pytest.mark.parametrize(
    ("due", "target", "outcome"),
    [("2019-04", 100, 43), ("2020-12", 80, 68), ("2021-12", 85, 85), ("2022-12", 100, 99)],
)
def test_targets_stand_beside_their_outcomes(park, due, target, outcome):
    row = one(park, "target_registered", due)
    assert row.value == target
    assert f"outcome {outcome}" in (row.note or "")


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


def test_what_is_not_used_says_why(park):
    refused = [row for row in park.observations if not row.use]
    assert len(refused) == 19
    assert all((row.note or "").startswith("Not used: ") and row.role == "context" for row in refused)
    for table in park.equity:
        if not table.use:
            assert all((holding.note or "").startswith("Not used: ") for holding in table.holdings)


def test_background_is_never_used(park):
    assert [table.table for table in park.equity if any(h.grade == "background" for h in table.holdings)] == [
        "background-2018"
    ]
    assert all(not table.use for table in park.equity if table.table == "background-2018")
    assert all(row.grade != "background" for row in park.observations)


def test_one_value_to_fit_or_score_in_a_quarter(park):
    """Except the pair 17 and 20 of late 2019, which are the two ends of the quarter's range."""
    pairs = Counter((row.variable, row.role, row.quarter) for row in park.observations if row.role in ("fit", "score"))
    assert [key for key, count in pairs.items() if count > 1] == [("operating", "fit", Quarter(2019, 4))]


def test_nothing_after_2020_is_fitted_but_the_investment_of_early_2021(park):
    late = [row for row in park.observations if row.role == "fit" and row.date.year > 2020]
    assert [(row.variable, str(row.date), row.value) for row in late] == [("realised_investment", "2021-02-12", 650)]
    assert all(row.date.year > 2020 for row in park.observations if row.role == "score")


# ---------------------------------------------------------------- equity


def test_equity_the_model_uses(park):
    tables = [
        (str(table.date), *(table.basis_points_of(side) for side in ("home", "host", "third", "none")))
        for table in used(park.equity)
    ]
    assert tables == [
        ("2012-08-27", 6000, 4000, 0, 0),
        ("2014-11-20", 6000, 4000, 0, 0),
        ("2015-05", 6800, 3200, 0, 0),
        ("2018-02-15", 6800, 3200, 0, 0),
        ("2018-08-24", 6800, 3141, 59, 0),
        ("2022-03-13", 6800, 3141, 0, 59),
    ]


def test_shares_of_february_2018_in_detail(park):
    table = park.cap_table(Quarter(2018, 1))
    assert table is not None
    assert {h.holder: h.basis_points for h in table.holdings if h.side == "host"} == {
        "park-administration": 3116,
        "minsk-city": 42,
        "horizont": 42,
    }


def test_under_sixty_forty_the_smaller_side_could_block(park):
    before, after = (in_force(park.quota, Quarter(year, 4)) for year in (2014, 2015))
    assert before is not None
    assert before.value > park.cap_table(Quarter(2014, 4)).basis_points_of("home")
    assert after is not None
    assert (after.value, after.grade) == (5001, "judgement")


def test_related_companies_are_not_the_development_company(park):
    related = [table for table in park.equity if any("another company" in h.basis for h in table.holdings)]
    assert {table.table for table in related} == {"rail-terminal-2019", "rail-terminal-2022", "torch-subpark-2020"}
    assert not any(table.use for table in related)


# ---------------------------------------------------------------- what the model is told


def test_first_certificates(park):
    (batch,) = park.certificates
    assert (str(batch.date), batch.home, batch.host, batch.third) == ("2015-05-12", 6, 1, 0)


def test_no_network_is_counted_twice(park):
    """Shareholders' and partners' ties are added up, so that whoever is both has them once."""
    partners = {partner.key for partner in park.partners}
    for shareholder in park.shareholders:
        if shareholder.key in partners:
            assert shareholder.ties.home == shareholder.ties.host == shareholder.ties.third == 0


def test_duisport_is_there_from_2018_to_2022(park):
    (duisport,) = (partner for partner in park.partners if partner.key == "duisport")
    (presence,) = duisport.presence
    assert (str(presence.since), str(presence.until)) == ("2018-08", "2022-03")


def test_grants_add_up_to_what_is_reported(park):
    aid = sum(fact.value for fact in park.finance.grants if "technical aid" in fact.basis)
    budget = [fact for fact in park.finance.grants if "state budget" in fact.basis]
    assert aid == one(park, "technical_aid", "2021").value
    assert (
        sum(fact.value for fact in budget if fact.date.year < 2020)
        == one(park, "state_budget_investment", "2019-12").value
    )
    assert sum(fact.value for fact in budget) == one(park, "state_budget_investment", "2021").value


def test_the_credit_in_use_is_eximbanks(park):
    (credit,) = (credit for credit in park.finance.credit if credit.use)
    assert (credit.amount.value, str(credit.since), credit.grace_years, credit.maturity_years) == (
        170,
        "2015-05-10",
        7,
        15,
    )


def test_the_decree_of_2017_lowers_the_threshold_tenfold(park):
    before, after = (in_force(park.regime.threshold, Quarter(2017, number)) for number in (1, 2))
    assert before is not None
    assert after is not None
    assert before.value == 10 * after.value
    assert str(park.regime.narrow_until) == "2017-05-12"


def test_land_plan_ends_with_the_first_stage(park):
    assert [fact.value for fact in used(park.land.plan)] == [350, 851]
    assert one(park, "usable_area", "2019-12").in_unit("ha") == pytest.approx(851)


# ---------------------------------------------------------------- completeness and honesty


def test_number_of_rows(park):
    assert len(park.events) == 115
    assert len(park.observations) == 217 + 6
    assert len(park.enterprises) == 45
    assert Counter(event.scale for event in park.events) == {
        "intergovernmental": 43,
        "park": 40,
        "enterprise": 22,
        "global": 10,
    }


def test_events_are_told_in_both_languages(park):
    for event in park.events:
        assert 2 <= len(event.actors_zh) <= 30
        assert CHINESE.search(event.actors_zh)
        assert CHINESE.search(event.event_zh)
        assert event.event_zh.endswith("。")
        assert event.event_en.endswith((".", ")."))
        assert not CHINESE.search(event.event_en + event.actors_en)


def test_chinese_has_chinese_punctuation(subtests):
    for path in [*FACTS, *sorted(WORLD.glob("*.yaml"))]:
        with subtests.test(path.name):
            if path.suffix == ".csv":
                with path.open(encoding="utf-8", newline="") as stream:
                    cells = list(chain.from_iterable(csv.reader(stream)))
            else:
                cells = re.findall(r'"([^"]*)"', path.read_text(encoding="utf-8"))
            assert [cell for cell in cells if ASCII_PUNCTUATION_IN_CHINESE.search(cell)] == []


def test_every_source_is_defined_and_used(park):
    named = set(chain.from_iterable(row["source"].split(";") for name in TABLES for row in rows(name)))
    case = (FOLDER / "case.yaml").read_text(encoding="utf-8")
    for line in re.findall(r"^ *source: (.+)$", case, flags=re.MULTILINE):
        named.update(key.strip() for key in line.strip("[]").split(",") if not line.startswith("{"))
    assert named - {"judgement"} == set(park.sources)


def test_an_address_is_that_of_the_original(park):
    for key, source in park.sources.items():
        assert (source.url is None) == (source.read == "mirror"), key
        if source.url is not None:
            host = source.url.split("/")[2].lower()
            assert any(host == site or host.endswith("." + site) for site in OUTLETS), (key, host)


def test_addresses_stand_only_with_sources():
    for path in [*FACTS, *WORLD.iterdir()]:
        if path.name != "sources.yaml":
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"https?://|www\.", text), path.name


def test_an_unidentified_outlet_never_carries_the_highest_grade_alone(park):
    unidentified = {key for key, source in park.sources.items() if source.outlet.startswith("Outlet not identified")}
    assert unidentified
    for row in chain(park.events, park.observations, park.host_context, *(table.holdings for table in park.equity)):
        if set(row.source) <= unidentified:
            assert row.grade != "high"


def test_nothing_is_later_than_2024(park):
    dated = chain(park.events, park.observations, park.equity, park.host_context)
    assert max(row.date.last_day for row in dated) <= date(2024, 12, 31)
    entered = [when for firm in park.enterprises for when in (firm.registered, firm.operating) if when is not None]
    assert max(when.last_day for when in entered) <= date(2024, 12, 31)


def test_sources_of_2025_speak_of_2024_only(park):
    later = {key for key, source in park.sources.items() if source.date is not None and source.date.year > 2024}
    assert later == {"belta-2025-income-2024", "news-by-2025-residents-added"}
    for row in park.observations:
        if later & set(row.source):
            assert row.date.year in (2023, 2024)


def test_every_date_of_the_residents_is_in_order(park):
    """No exits are reported, so the used counts never fall."""
    counts = [row for row in park.observed("registered") if row.bound == "exact"]
    by_quarter = defaultdict(list)
    for row in counts:
        by_quarter[quarter_of(row.date, "stock")].append(row.value)
    last = [max(values) for _, values in sorted(by_quarter.items())]
    assert last == sorted(last)


# ---------------------------------------------------------------- the world


def test_world_series():
    with (WORLD / "macro.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    assert set(table[0]) == {"country", "year", "variable", "value", "unit", "indicator", "source"}
    assert len(table) == 1944
    assert {row["unit"] for row in table} <= set(UNITS)
    assert {row["source"] for row in table} == {"worldbank-wdi"}
    assert max(int(row["year"]) for row in table) == 2023
    growth = {
        (row["country"], int(row["year"])): float(row["value"]) for row in table if row["variable"] == "gdp_growth_real"
    }
    assert growth["BLR", 2022] == pytest.approx(-4.66)
    assert {("CHN", 2012), ("BLR", 2012), ("WLD", 2012)} <= set(growth)


def test_growth_of_the_host_is_the_world_banks(park):
    """Other figures of growth stand beside it and say so."""
    others = [row for row in park.host_context if row.variable == "host_gdp_growth"]
    assert [str(row.date) for row in others] == ["2018", "2020", "2023"]
    assert all((row.note or "").startswith("Not used: the World Bank gives ") for row in others)


def test_dates_are_no_more_precise_than_known():
    assert Date.parse("2012").precision == "year"
    assert {Date.parse(row["date"]).precision for row in rows("events.csv")} == {"year", "month", "day"}
