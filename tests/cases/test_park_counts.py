"""Counts of parks without a case: each with a source and a grade, nothing after 2024; faults told with their line."""

import shutil

import pytest

from copark.cases import load_case
from copark.cases.casebook import COUNT_SOURCES, COUNT_TABLES, COUNTS, casebook_path, list_cases
from copark.cases.park_counts import examine_counts, load_counts
from copark.cases.parks import PARK_SOURCES, load_parks


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


def test_a_count_without_its_park_or_its_source_is_refused_by_file_and_line(tmp_path):
    for name in (*COUNT_TABLES, PARK_SOURCES):
        shutil.copy(casebook_path() / name, tmp_path / name)
    for case in {row.case for row in load_counts().dates.values() if row.case}:
        (tmp_path / case).mkdir()
        shutil.copy(casebook_path() / case / "sources.yaml", tmp_path / case / "sources.yaml")
    assert examine_counts(tmp_path)[1] == []
    text = (tmp_path / COUNTS).read_text(encoding="utf-8")
    (tmp_path / COUNTS).write_text(text.replace("\nmbale,", "\nmbail,", 1), encoding="utf-8")
    sources = (tmp_path / COUNT_SOURCES).read_text(encoding="utf-8")
    (tmp_path / COUNT_SOURCES).write_text(sources.replace("artepharm-2024-12:", "artepharm:"), encoding="utf-8")
    faults = {(fault.file, fault.code) for fault in examine_counts(tmp_path)[1]}
    assert faults == {(COUNTS, "cases.park_without_row"), (COUNTS, "cases.unknown_source")}
