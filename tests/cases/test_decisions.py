"""Interests, dated decisions and ties of parks: each on a quote and a source, and no part of what a case is."""

import json
import shutil
from typing import get_args

import pytest

from copark.cases import list_cases, load_case
from copark.cases.casebook import DECISIONS, EVIDENCE_SOURCES, INTERESTS, SOUGHT, TIES, casebook_path
from copark.cases.decisions import RECORDS, Sought, SoughtTopic, examine_sought, load_sought
from copark.cases.evidence import LAST_YEAR, LONGEST_QUOTE, PRICES
from copark.cases.load import check_case
from copark.texts import LANGUAGES

ROWS = {
    INTERESTS: "jobs,host,Jobs,就业,growth,report,we want jobs,high,",
    DECISIONS: "2016-04,2020,company,land-price,A price,价格,60,,exact,per m2,USD,alone,report,60 dollars,high,",
    TIES: "A bank,某银行,lender,home,CHN,bank,2012,2020,,Money,资金,,,report,a bank lends,high,",
}
SOURCES = 'report: {outlet: "A", title: "Annual report 2016", read: original, url: "https://example.org/a"}\n'
KEPT_FOR_A_BLIND_TEST = ("kendal", "thai-chinese", "thai–chinese", "rayong", "zambia")


@pytest.fixture
def park(miniature):
    """A sound park with an interest, a decision and a tie, some of whose rows may be others."""

    def write(**rows):
        for name, model in RECORDS.items():
            own = rows.get(name.removesuffix(".csv"), (ROWS[name],))
            (miniature / name).write_text("\n".join((",".join(model.model_fields), *own)) + "\n", encoding="utf-8")
        (miniature / EVIDENCE_SOURCES).write_text(SOURCES, encoding="utf-8")
        return miniature

    return write


def told(folder):
    return {(one.file, one.line, one.code.removeprefix("cases."), one.key) for one in check_case(folder)}


@pytest.mark.long
@pytest.mark.parametrize("name", list_cases())
def test_every_row_has_quote_source_date_and_unit(name):
    case = load_case(name)
    known = {**case.sources, **case.evidence_sources}
    for row in (*case.interests_on_record, *case.decisions, *case.ties_on_record):
        assert 0 < len(row.quote) <= LONGEST_QUOTE
        assert row.source
        assert set(row.source) <= set(known)
        assert row.grade != "background"
        assert not any(word in row.quote.lower() for word in KEPT_FOR_A_BLIND_TEST)
    for row in case.decisions:
        assert row.date.last_day.year <= LAST_YEAR
        assert (row.value is None) == (row.unit is None) == (row.bound is None)
        assert (row.currency is not None) == (row.unit in PRICES)
    assert all(row.since is None or row.since.last_day.year <= LAST_YEAR for row in case.ties_on_record)
    rows = (*case.accounts, *case.interests_on_record, *case.decisions, *case.ties_on_record)
    cited = {key for row in rows for key in (*row.source, getattr(row, "rate_source", None))}
    assert set(case.evidence_sources) <= cited
    assert not any(source.read == "mirror" and source.url for source in case.evidence_sources.values())


def test_what_was_looked_for_is_told_of_every_park_with_decisions():
    topics = set(get_args(SoughtTopic))
    parks = {row.park for row in load_sought()}
    assert len(parks) >= 8
    for park in parks:
        assert {row.what for row in load_sought() if row.park == park} == topics
    assert parks == {name for name in list_cases() if load_case(name).decisions}


def test_evidence_is_no_part_of_what_a_case_is(park, miniature):
    """Nothing computed of a case, and nothing stored, can hang on it: the hash is that of the case without."""
    bare = load_case(miniature)
    case = load_case(park())
    assert [len(rows) for rows in (case.interests_on_record, case.decisions, case.ties_on_record)] == [1, 1, 1]
    assert case.hash == bare.hash
    assert json.dumps(case.content(), sort_keys=True) == json.dumps(bare.content(), sort_keys=True)


@pytest.mark.parametrize(
    ("file", "old", "new", "code", "key"),
    [
        (INTERESTS, ",host,", ",guest,", "not_allowed", "side"),
        (INTERESTS, "we want jobs", "w" * 301, "long_text", "quote"),
        (INTERESTS, "we want jobs", "", "empty_cell", "quote"),
        (TIES, ",2012,2020,", ",2025,,", "evidence_after_last", "since"),
        (DECISIONS, "A price,价格", ",", "empty_cell", "what_en"),
        (DECISIONS, ",2020,", ",2014,", "period_order", "date"),
        (DECISIONS, "land-price", "land-prize", "not_allowed", "instrument"),
        (DECISIONS, ",USD,", ",,", "currency_misfit", "currency"),
        (DECISIONS, ",exact,per m2,USD,", ",exact,,,", "half_given", "unit"),
        (DECISIONS, ",60,,exact,", ",60,,range,", "range_high", "high"),
        (DECISIONS, ",60,,exact,", ",60,40,range,", "range_order", "high"),
        (DECISIONS, ",report,", ",reports,", "unknown_source", "source"),
        (TIES, ",CHN,", ",CN,", "bad_country", "country"),
        (TIES, ",2012,2020,,", ",2012,2020,140,", "out_of_range", "share"),
        (TIES, ",2012,", ",2022,", "period_order", "since"),
        (TIES, ",资金,", ",,", "half_given", "brings_zh"),
    ],
)
def test_a_wrong_row_is_told_by_its_place(park, file, old, new, code, key):
    assert old in ROWS[file]
    folder = park(**{file.removesuffix(".csv"): (ROWS[file].replace(old, new, 1),)})
    assert told(folder) == {(file, 2, code, key)}
    for one in check_case(folder):
        assert all(one.cause(lang) and one.repair(lang) for lang in LANGUAGES)


def test_what_is_told_twice_is_refused(park):
    rows = {name.removesuffix(".csv"): (row, row) for name, row in ROWS.items()}
    assert {(file, line, code) for file, line, code, _ in told(park(**rows))} == {
        (name, 3, "told_twice") for name in ROWS
    }


def test_what_was_looked_for_is_checked_likewise(tmp_path):
    shutil.copy(casebook_path() / SOUGHT, tmp_path / SOUGHT)
    assert examine_sought(tmp_path)[1] == []
    (tmp_path / SOUGHT).write_text(
        ",".join(Sought.model_fields) + "\nlekki,tax,pages,yes,\nlekki,tax,pages,no,\natlantis,tax,pages,perhaps,\n"
        "atlantis,tax,pages,no,\n",
        encoding="utf-8",
    )
    rows, faults = examine_sought(tmp_path)
    assert rows is None
    found = [(one.line, one.code.removeprefix("cases."), one.key) for one in faults]
    assert found == [(3, "told_twice", "what"), (4, "not_allowed", "found"), (5, "park_without_row", "park")]
