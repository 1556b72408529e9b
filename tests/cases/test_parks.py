"""The table of parks: 37 of three types, each with sources and grades, nothing after 2024; faults told at once."""

import re
import shutil
from itertools import chain

import pytest

from copark.cases import load_case
from copark.cases.casebook import casebook_path, list_cases
from copark.cases.parks import (
    CONDITIONS,
    FILES,
    PARK_SOURCES,
    PARKS,
    SCORE_OF,
    SCORES,
    examine_parks,
    load_parks,
)
from copark.errors import CaseFaults

PACKAGE = casebook_path().parent
CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def parks():
    return load_parks()


def test_every_case_of_the_casebook_has_a_row_of_its_type_and_countries_and_the_other_way_round(parks):
    with_case = [park for park in parks.parks if park.case]
    assert {park.case for park in with_case} == set(list_cases())
    for park in with_case:
        case = load_case(park.case)
        assert (case.name, case.kind, case.sides.home.country, case.sides.host.country) == (
            park.id, park.type, park.home, park.host,
        )  # fmt: skip


def test_rows_agree_with_one_another(parks):
    """Names stand once; nothing is of after 2024 or remembered; shares are whole, or the note says what is missing."""
    names = [park.id for park in parks.parks]
    assert len(set(names)) == len(names) == 37
    for park in parks.parks:
        dated = (park.firms_date, park.investment_date, park.jobs_date)
        assert max((park.launch, *(when.year for when in dated if when is not None))) <= 2024
        assert park.grade != "background"
        if park.shares is not None:
            assert sum(park.shares) == pytest.approx(100, abs=0.011) or (sum(park.shares) < 100 and park.note)
    assert len({score.id for score in parks.scores}) == len(parks.scores)
    for score in parks.scores:
        assert score.park in names
        assert score.first_year <= score.last_year <= 2024


def test_every_source_is_defined_and_used(parks):
    assert set(chain.from_iterable(park.source for park in parks.parks)) == set(parks.sources)
    assert all((source.url is None) == (source.read == "mirror") for source in parks.sources.values())


def test_outcomes_stand_in_one_table_with_facts_in_both_languages_and_their_sources(parks):
    """A row for each scored case; the table of parks has no outcome of its own, and shows the last period."""
    assert {score.park for score in parks.scores} == {park.id for park in parks.parks}
    assert not [name for name in type(parks.parks[0]).model_fields if name.startswith("outcome")]
    assert parks.last_periods["suzhou"].id == "suzhou-t2"
    assert parks.last_periods["thilawa"].id == "thilawa-t2"
    for score in parks.scores:
        assert (None if score.outcome is None else SCORE_OF[score.outcome]) == score.OUTCOME
        assert CHINESE.search(score.outcome_zh)
        assert not CHINESE.search(score.outcome_en)
        assert score.outcome_grade != "background"
        park = parks[score.park]
        case = load_case(park.case) if park.case else None
        assert set(score.outcome_source) <= {*park.source, *(() if case is None else case.sources)}, score.id


TOLD_IN_WORDS = ("bintan-ie", "kitic")
"""Rows whose firms at work stand in the words of the park, beside those registered."""


def test_counts_that_outcomes_were_judged_by_are_on_record(parks):
    """In the series of the case, or in the row of the park; and what thrives is large by its own count."""
    least = {"operating": 50, "registered": 100, "jobs": 10_000, "other": 1000}
    for score in parks.scores:
        park = parks[score.park]
        if score.outcome == "thriving":
            assert score.count >= least[score.count_of], score.id
        if score.count is None or score.id in TOLD_IN_WORDS:
            continue
        in_row = {(park.firms, str(park.firms_date)), (park.jobs, str(park.jobs_date))}
        series = load_case(park.case).observations if park.case else ()
        in_series = {(row.value, str(row.date)) for row in series if row.variable == score.count_of and row.use}
        assert (score.count, str(score.count_date)) in in_row | in_series, score.id


def test_a_score_that_is_not_that_of_its_word_is_refused(tmp_path):
    for name in FILES:
        shutil.copy(casebook_path() / name, tmp_path / name)
    text = (tmp_path / SCORES).read_text(encoding="utf-8")
    (tmp_path / SCORES).write_text(text.replace(",stalled,", ",thriving,", 1), encoding="utf-8")
    (fault,) = examine_parks(tmp_path)[1]
    assert (fault.file, fault.code) == (SCORES, "cases.not_the_word")


def test_a_park_without_an_outcome_is_refused_by_file_and_line(tmp_path):
    for name in FILES:
        shutil.copy(casebook_path() / name, tmp_path / name)
    rows = (tmp_path / SCORES).read_text(encoding="utf-8").splitlines(keepends=True)
    (tmp_path / SCORES).write_text("".join(row for row in rows if ",thilawa," not in row), encoding="utf-8")
    (fault,) = examine_parks(tmp_path)[1]
    line = (tmp_path / PARKS).read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert (fault.file, fault.code) == (PARKS, "cases.park_without_row")
    assert line.startswith("thilawa,")


def test_the_mechanical_score_follows_its_rule(parks):
    """From the smaller share: 40 % or more in full, 25 % or more mostly, anything a little, nothing not at all."""
    steps = parks.conditions["EQUITY_mech"].steps
    for score in parks.scores:
        shares = (score.home_share_percent, score.host_share_percent)
        expected = None if None in shares else next(s.score for s in steps if min(shares) >= s.least_percent)
        assert score.EQUITY_mech == expected, score.id


def test_every_park_has_a_dot_of_grade_background_which_no_calculation_reads(parks):
    """Listings, pages and the map of a static site show the coordinates, nothing else touches them."""
    assert set(parks.places) == {park.id for park in parks.parks}
    for place in parks.places.values():
        assert place.grade == "background"
        assert CHINESE.search(place.name("zh"))
        assert not CHINESE.search(place.name("en"))
    readers = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\.(longitude|latitude)\b", path.read_text(encoding="utf-8"))
    ]
    assert sorted(readers) == ["analyses/parks/show.py", "browser/park_map.py", "browser/site_content.py"]


def test_all_faults_are_told_at_once_in_reading_order(tmp_path):
    for name in FILES:
        shutil.copy(casebook_path() / name, tmp_path / name)
    for name, old, new in (
        (SCORES, "vsip,vsip,1996,2024,", "vsip,vsip,early,2024,"),
        (PARKS, ",132,2024-04,", ",many,2024-04,"),
        (PARK_SOURCES, "read: original", "read: somewhere"),
        (CONDITIONS, "NETWORK:", "NETWERK:"),
    ):
        text = (tmp_path / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    assert [fault.file for fault in examine_parks(tmp_path)[1]] == [PARKS, SCORES, PARK_SOURCES, CONDITIONS]
    with pytest.raises(CaseFaults) as caught:
        load_parks(tmp_path)
    assert len(caught.value.faults) == 4
