"""The table of parks: 37 of three types, each with sources and grades, nothing after 2024; faults told at once."""

from __future__ import annotations

import re
import shutil
from itertools import chain

import pytest

from copark.cases.casebook import casebook_path, list_cases
from copark.cases.parks import (
    CONDITIONS,
    FILES,
    PARK_SOURCES,
    PARKS,
    PLACES,
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


@pytest.fixture
def folder(tmp_path):
    for name in FILES:
        shutil.copy(casebook_path() / name, tmp_path / name)
    return tmp_path


def spoil(folder, name, old, new):
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    spoiled = text.replace(old, new, 1)
    path.write_text(spoiled, encoding="utf-8")
    return spoiled.count("\n", 0, text.index(old)) + 1


# ---------------------------------------------------------------- what is on record


def test_every_case_of_the_casebook_has_a_row_and_the_other_way_round(parks):
    assert {park.case for park in parks.parks if park.case} == set(list_cases())
    assert all(park.case in (None, park.id) for park in parks.parks)


def test_types_and_countries_are_those_of_the_cases(parks):
    from copark.cases import load_case

    for park in parks.parks:
        if park.case:
            case = load_case(park.case)
            assert (case.kind, case.sides.home.country, case.sides.host.country) == (park.type, park.home, park.host)


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
    for source in parks.sources.values():
        assert (source.url is None) == (source.read == "mirror")


def test_both_languages(parks):
    for park in parks.parks:
        for field in ("name", "framework", "equity_change", "outcome"):
            english, chinese = (park.name(lang) if field == "name" else park.said(field, lang) for lang in ("en", "zh"))
            assert bool(english) == bool(chinese)
            assert not english or CHINESE.search(chinese)
            assert not CHINESE.search(english)


# ---------------------------------------------------------------- scores


def test_the_mechanical_score_follows_its_rule(parks):
    """From the smaller share: 40 % or more in full, 25 % or more mostly, anything a little, nothing not at all."""
    rule = parks.conditions["EQUITY_mech"]
    for score in parks.scores:
        if score.home_share_percent is None or score.host_share_percent is None:
            assert score.EQUITY_mech is None
        else:
            smaller = min(score.home_share_percent, score.host_share_percent)
            expected = next(step.score for step in rule.steps if smaller >= step.least_percent)
            assert score.EQUITY_mech == expected, score.id


def test_every_score_has_its_reason(parks):
    for score in parks.scores:
        for name in ("GOV", "EQUITY", "NETWORK", "ENTERPRISE", "OUTCOME"):
            assert score.reason(name, "en").endswith(".")
            assert score.reason(name, "zh").endswith("。")
            assert CHINESE.search(score.reason(name, "zh")) or re.fullmatch(r"[\d/、]+。", score.reason(name, "zh"))


# ---------------------------------------------------------------- places


def test_every_park_has_a_dot_of_grade_background(parks):
    assert set(parks.places) == {park.id for park in parks.parks}
    for place in parks.places.values():
        assert place.grade == "background"
        assert CHINESE.search(place.name("zh"))
        assert not CHINESE.search(place.name("en"))


BOXES = {
    "ARE": (51, 57, 22, 27), "BGD": (88, 93, 20, 27), "BLR": (23, 33, 51, 57), "CHN": (73, 135, 18, 54),
    "DJI": (41, 44, 10, 13), "EGY": (24, 37, 22, 32), "ETH": (33, 48, 3, 15), "HUN": (16, 23, 45, 49),
    "IDN": (95, 141, -11, 6), "IND": (68, 98, 6, 36), "KAZ": (46, 88, 40, 56), "KHM": (102, 108, 10, 15),
    "LAO": (100, 108, 13, 23), "MMR": (92, 102, 9, 29), "MUS": (57, 58, -21, -19), "MYS": (99, 120, 0, 8),
    "NGA": (2, 15, 4, 14), "OMN": (51, 60, 16, 27), "PAK": (60, 78, 23, 38), "PRK": (124, 131, 37, 43),
    "RUS": (27, 180, 41, 82), "THA": (97, 106, 5, 21), "UZB": (55, 74, 37, 46), "VNM": (102, 110, 8, 24),
    "ZMB": (21, 34, -19, -8),
}  # fmt: skip
"""Degrees west, east, south and north beyond which a country does not reach, generously."""


def test_dots_lie_in_their_countries(parks):
    for park in parks.parks:
        west, east, south, north = BOXES[park.host]
        place = parks.places[park.id]
        assert west <= place.longitude <= east, park.id
        assert south <= place.latitude <= north, park.id


def test_no_calculation_reads_the_dots():
    """Coordinates are background knowledge: listings and pages show them, nothing else touches them."""
    readers = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if re.search(r"\.(longitude|latitude)\b", path.read_text(encoding="utf-8"))
    }
    assert readers == {"analyses/parks/show.py"}


# ---------------------------------------------------------------- bad tables


def codes(folder):
    return [(fault.code.removeprefix("cases."), fault.file, fault.line) for fault in examine_parks(folder)[1]]


FAULTS = [
    (PARKS, ",intergovernmental,2010,", ",governmental,2010,", "not_allowed", "type"),
    (PARKS, ",BLR,CHN,", ",Belarus,CHN,", "bad_country", "host"),
    (PARKS, "68,31.41,0,", "168,31.41,0,", "limit", "home_share_percent"),
    (PARKS, "68,31.41,0,high,", "68,31.41,0,,", "half_given", "shares_grade"),
    (PARKS, ",132,2024-04,", ",132,,", "half_given", "firms_date"),
    (PARKS, ",132,2024-04,", ",many,2024-04,", "not_a_number", "firms"),
    (PARKS, ",yes,yes,yes,background,", ",perhaps,yes,yes,background,", "not_allowed", "framework"),
    (SCORES, "vsip,vsip,1996,2024,51,49,1,", "vsip,vsip,1996,2024,51,49,1.5,", "out_of_range", "GOV"),
    (PLACES, ",28.0,53.9,", ",28.0,539,", "out_of_range", "latitude"),
    (PLACES, ",28.0,53.9,", ",280,53.9,", "out_of_range", "longitude"),
    (PLACES, ",28.0,53.9,", ",28°E,53.9,", "not_a_number", "longitude"),
    (PLACES, "53.9,background,", "53.9,high,", "not_allowed", "grade"),
]  # fmt: skip


def test_a_fault_is_told_with_its_place(folder, subtests):
    for name, old, new, code, key in FAULTS:
        with subtests.test(name=name, new=new):
            line = spoil(folder, name, old, new)
            told = [fault for fault in examine_parks(folder)[1] if fault.code == f"cases.{code}" and fault.key == key]
            shutil.copy(casebook_path() / name, folder / name)
            at = line + 1 if old.startswith("\n") else line
            assert [(fault.file, fault.line) for fault in told] == [(name, at)]
            for lang in ("en", "zh"):
                assert told[0].cause(lang)
                assert told[0].repair(lang)
                assert not re.search(r"\{[a-z_]+\}", told[0].sentence(lang))


def test_all_faults_are_told_at_once_in_reading_order(folder):
    spoil(folder, SCORES, "vsip,vsip,1996,2024,", "vsip,vsip,early,2024,")
    spoil(folder, PARKS, ",132,2024-04,", ",many,2024-04,")
    spoil(folder, PARK_SOURCES, "read: original", "read: somewhere")
    spoil(folder, CONDITIONS, "NETWORK:", "NETWERK:")
    found = codes(folder)
    assert [file for _, file, _ in found] == [PARKS, SCORES, PARK_SOURCES, CONDITIONS]
    with pytest.raises(CaseFaults) as caught:
        load_parks(folder)
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_a_fault(folder, name):
    (folder / name).unlink()
    parks, faults = examine_parks(folder)
    assert parks is None
    assert ("cases.missing_file", name) in [(fault.code, fault.file) for fault in faults]
