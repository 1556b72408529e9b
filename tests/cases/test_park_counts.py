"""Counts of parks without a case: each with a source and a grade, nothing after 2024; faults told with their line."""

import shutil

import pytest

from copark.calibration.pool.records import aged_counts
from copark.cases import load_case
from copark.cases.casebook import COUNT_SOURCES, COUNT_TABLES, COUNTS, DATES, casebook_path, list_cases
from copark.cases.dates import Date
from copark.cases.park_counts import CountedPark, examine_counts, load_counts
from copark.cases.parks import PARK_SOURCES, load_parks
from copark.texts import LANGUAGES


@pytest.fixture(scope="module")
def counts():
    return load_counts()


def test_every_park_is_that_of_the_other_tables_or_of_none(counts):
    table = {park.id: park for park in load_parks().parks}
    for row in counts.dates.values():
        if row.park in table:
            park = table[row.park]
            assert (row.host, row.home, row.type, row.name("zh")) == (park.host, park.home, park.type, park.name("zh"))
        assert row.case in (None, row.park)
        if row.case:
            assert row.case in list_cases()
            assert row.offered.last_day > load_case(row.case).clock.start.first_day


def test_no_count_is_after_2024_or_before_its_park(counts):
    parks = {park.name: park for park in counts.parks}
    for row in counts.counts:
        founded = parks[row.park].dates.founded
        assert row.date.last_day.year <= 2024
        assert row.date.last_day >= founded.first_day
        assert row.grade != "background"
    assert all(park.counts for park in parks.values())
    assert sum(park.came_to_nothing for park in parks.values()) == 3


def test_no_more_operate_than_are_registered_on_a_day(counts):
    by_day = {(row.park, row.date, row.variable): row.value for row in counts.counts}
    days = {(park, day) for park, day, name in by_day if name == "operating"}
    pairs = [(by_day[*key, "operating"], by_day[*key, "registered"]) for key in days if (*key, "registered") in by_day]
    assert pairs
    assert all(operating <= registered for operating, registered in pairs)


@pytest.fixture
def tables(tmp_path):
    """Give a folder with copies of the tables and of all sources they name."""
    for name in (*COUNT_TABLES, PARK_SOURCES):
        shutil.copy(casebook_path() / name, tmp_path / name)
    for case in {row.case for row in load_counts().dates.values() if row.case}:
        (tmp_path / case).mkdir()
        shutil.copy(casebook_path() / case / "sources.yaml", tmp_path / case / "sources.yaml")
    assert examine_counts(tmp_path)[1] == []
    return tmp_path


def test_a_count_without_its_park_or_its_source_is_refused_by_file_and_line(tables):
    text = (tables / COUNTS).read_text(encoding="utf-8")
    (tables / COUNTS).write_text(text.replace("\nmbale,", "\nmbail,", 1), encoding="utf-8")
    sources = (tables / COUNT_SOURCES).read_text(encoding="utf-8")
    (tables / COUNT_SOURCES).write_text(sources.replace("artepharm-2024-12:", "artepharm:"), encoding="utf-8")
    faults = {(fault.file, fault.code) for fault in examine_counts(tables)[1]}
    assert faults == {(COUNTS, "cases.park_without_row"), (COUNTS, "cases.unknown_source")}


def test_tables_that_contradict_themselves_are_refused_by_file_and_line_all_at_once(tables):
    """Each row is right by itself: a park twice, a count twice, before its park, after 2024, of a park with a case."""
    dates = (tables / DATES).read_text(encoding="utf-8")
    again = next(line for line in dates.splitlines() if line.startswith("kitic,"))
    (tables / DATES).write_text(f"{dates}{again}\n", encoding="utf-8")
    rows = [
        "kitic,2013-06-17,registered,25,exact,stock,medium,peoples-daily-online-2013-06,",
        "kitic,1991,registered,3,exact,stock,medium,peoples-daily-online-2013-06,",
        "kitic,2034,registered,90,exact,stock,medium,peoples-daily-online-2013-06,",
        "longjiang,2010,registered,9,exact,stock,medium,oana-news-2008-09,",
    ]
    counts = (tables / COUNTS).read_text(encoding="utf-8")
    (tables / COUNTS).write_text(counts + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    park_counts, faults = examine_counts(tables)
    assert park_counts is None
    line = len(counts.splitlines()) + 1
    assert [(fault.file, fault.line, fault.code.removeprefix("cases.")) for fault in faults] == [
        (DATES, len(dates.splitlines()) + 1, "park_twice"),
        (COUNTS, line, "count_twice"),
        (COUNTS, line + 1, "count_before_park"),
        (COUNTS, line + 2, "count_after_last"),
        (COUNTS, line + 3, "count_of_case"),
    ]
    for lang in LANGUAGES:
        assert all(fault.cause(lang) and fault.repair(lang) for fault in faults)


def test_no_count_after_the_last_quarter_that_is_read_teaches_a_curve(counts):
    """Whoever passes the tables by, the reader of curves holds to the last quarter."""
    park = next(park for park in counts.parks if park.name == "kitic")
    later = park.counts[-1].model_copy(update={"variable": "registered", "date": Date(2034)})
    before, read = (
        aged_counts(counted_park, "registered")
        for counted_park in (park, CountedPark(park.dates, (*park.counts, later)))
    )
    assert read.counts.tolist() == before.counts.tolist()
