"""Published accounts of park companies: each on a quote and a source, to 2024, and no part of what a case is."""

import json
import shutil
from collections import Counter

import pytest

from copark.cases import list_cases, load_case
from copark.cases.accounts import QUANTITIES, Account, examine_accounts, load_accounts, quantity_title
from copark.cases.casebook import ACCOUNT_TABLES, ACCOUNTS, EVIDENCE_SOURCES, casebook_path
from copark.cases.evidence import PRICES
from copark.cases.load import check_case
from copark.texts import LANGUAGES

HEAD = ",".join(Account.model_fields)
SOLD = "A,Estate,2016-04,2017-03,company,land_sold,28,,exact,ha,,,,report,sold 28 hectares,yes,high,"
SOURCES = 'report: {outlet: "A", title: "Annual report 2016", read: original, url: "https://example.org/a"}\n'
KEPT_FOR_A_BLIND_TEST = ("kendal", "thai-chinese", "thai–chinese", "city rayong", "zambia")


@pytest.fixture(scope="module")
def of_parks():
    return {name: load_case(name) for name in list_cases()}


@pytest.fixture
def park(miniature):
    """A sound park with one account."""

    def write(*rows):
        (miniature / ACCOUNTS).write_text("\n".join((HEAD, *rows)) + "\n", encoding="utf-8")
        (miniature / EVIDENCE_SOURCES).write_text(SOURCES, encoding="utf-8")
        return miniature

    return write


def told(folder):
    return {(one.file, one.line, one.code.removeprefix("cases."), one.key) for one in check_case(folder)}


def cited_by(rows):
    return {key for row in rows for key in (*row.source, row.rate_source)}


def test_every_account_of_the_casebook_has_quote_source_period_and_basis(of_parks):
    own = load_accounts()
    tables = [*((case.accounts, {**case.sources, **case.evidence_sources}) for case in of_parks.values()),
              (own.rows, own.sources)]  # fmt: skip
    assert sum(len(rows) for rows, _ in tables) > 300
    for rows, sources in tables:
        for row in rows:
            assert row.quote
            assert row.grade not in ("background", "judgement")
            assert set(row.source) <= set(sources)
            assert row.until.last_day.year <= 2024
            assert not any(word in f"{row.company} {row.estates} {row.quote}".lower() for word in KEPT_FOR_A_BLIND_TEST)
    assert set(own.sources) <= cited_by(own.rows)
    assert not any(source.read == "mirror" and source.url for _, sources in tables for source in sources.values())


def test_a_result_of_a_year_is_told_once_for_each_basis_or_from_another_source(of_parks):
    """Thilawa's holder reported nine periods of unequal length; two of them are half years."""
    thilawa = of_parks["thilawa"].accounts
    exchange = [row for row in thilawa if row.quantity == "result_after_tax" and row.source == ("ysx-mtsh",)]
    assert len(exchange) == 9
    assert Counter(row.is_fiscal_year for row in exchange) == {True: 7, False: 2}
    assert {row.basis for row in exchange} == {"holder"}
    year = next(row for row in thilawa if row.source == ("aya-trust-2016",) and row.quantity == "result_after_tax")
    assert year.period == "2015-04/2016-03"
    assert year.in_usd == pytest.approx(17.6, abs=0.01)


def test_payouts_agree_with_dividends_and_results_where_all_three_are_known(of_parks):
    suzhou = of_parks["suzhou"].accounts
    of_2023 = {row.quantity: row.value for row in suzhou if row.source == ("csj-2024-04",)}
    assert of_2023["dividends"] / of_2023["result_after_tax"] == pytest.approx(of_2023["payout"] / 100, abs=1e-4)


def test_accounts_are_no_part_of_what_a_case_is(park, miniature):
    """Nothing computed of a case, and nothing stored, can hang on them: the hash is that of the case without."""
    bare = load_case(miniature)
    with_accounts = load_case(park(SOLD))
    assert [row.value for row in with_accounts.accounts] == [28]
    assert with_accounts.hash == bare.hash
    assert json.dumps(with_accounts.content(), sort_keys=True) == json.dumps(bare.content(), sort_keys=True)
    shipped = load_case("thilawa")
    assert shipped.model_copy(update={"accounts": (), "evidence_sources": {}}).hash == shipped.hash


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ("land_sold", "land_solt", "unknown_quantity", "quantity"),
        (",ha,", ",%,", "unit_misfit", "unit"),
        (",ha,,", ",ha,USD,", "currency_misfit", "currency"),
        ("2017-03", "2025-03", "evidence_after_last", "until"),
        ("2016-04", "2018-04", "period_order", "since"),
        (",company,", ",,", "empty_cell", "basis"),
        ("report,sold", "reports,sold", "unknown_source", "source"),
        ("sold 28 hectares", "", "empty_cell", "quote"),
        (",28,", ",-28,", "out_of_range", "value"),
        ("land_sold,28,,exact,ha", "occupancy,128,,exact,%", "out_of_range", "value"),
        ("land_sold,28,,exact,ha,,", "revenue,28,,exact,M,THB,31", "half_given", "per_usd"),
        ("land_sold,28,,exact,ha,,,", "revenue,28,,exact,M,THB,31,bank", "unknown_source", "rate_source"),
    ],
)
def test_a_wrong_row_is_told_by_its_place(park, old, new, code, key):
    assert old in SOLD
    assert told(park(SOLD.replace(old, new, 1))) == {(ACCOUNTS, 2, code, key)}
    for one in check_case(park(SOLD.replace(old, new, 1))):
        assert all(one.cause(lang) and one.repair(lang) for lang in LANGUAGES)


def test_a_figure_told_twice_is_refused_and_one_of_another_basis_is_not(park):
    assert told(park(SOLD, SOLD.replace(",company,", ",group,"))) == set()
    assert told(park(SOLD, SOLD)) == {(ACCOUNTS, 3, "told_twice", "quantity")}


def test_a_source_is_in_one_file_alone(park, miniature):
    folder = park(SOLD)
    (folder / EVIDENCE_SOURCES).write_text(SOURCES + SOURCES.replace("report:", "gazette:"), encoding="utf-8")
    assert (EVIDENCE_SOURCES, None, "duplicate", "gazette") in told(folder)


def test_the_table_of_companies_without_a_case_is_checked_likewise(tmp_path):
    for name in ACCOUNT_TABLES:
        shutil.copy(casebook_path() / name, tmp_path / name)
    assert examine_accounts(tmp_path)[1] == []
    with (tmp_path / ACCOUNTS).open("a", encoding="utf-8") as stream:
        stream.write(SOLD + "\n")
    accounts, faults = examine_accounts(tmp_path)
    assert accounts is None
    assert [(one.file, one.code, one.key) for one in faults] == [(ACCOUNTS, "cases.unknown_source", "source")]


def test_every_quantity_has_a_name_in_both_languages_and_prices_are_of_a_currency():
    for name, quantity in QUANTITIES.items():
        assert all(quantity_title(name, lang) for lang in LANGUAGES)
        assert quantity.low is None or quantity.high is None or quantity.low < quantity.high
    assert {quantity.unit for quantity in QUANTITIES.values()} >= set(PRICES)
