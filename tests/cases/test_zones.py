"""Zones that failed or never began: each with quote and source, nothing after 2024, and read by no fit."""

import csv
import re
import shutil
import subprocess
import sys
from datetime import date

import pytest
from bench.agreement import (
    MODEL_DOCUMENTS,
    SECOND_OF_PARKS,
    SECOND_OF_ZONES,
    filled,
    form_of_zones,
    recorded,
    report,
    zone_reports,
)

from copark.cases.casebook import BASE_RATES, DISTRESS, ZONE_SOURCES, ZONE_TABLES, ZONES, casebook_path
from copark.cases.parks import load_parks
from copark.cases.zones import examine_failures, load_failures
from copark.texts import LANGUAGES

KEPT_FOR_A_BLIND_TEST = {"kendal", "rayong", "zccz"}


@pytest.fixture(scope="module")
def failures():
    return load_failures()


def test_at_least_twenty_zones_stand_on_quotes_and_none_is_a_park(failures):
    parks = {park.id for park in load_parks().parks}
    assert len(failures.zones) >= 20
    assert sum(zone.list != "search" for zone in failures.zones) >= 20
    for row in (*failures.zones, *failures.base_rates):
        assert row.quote.strip()
        assert row.source
        assert row.grade not in ("background", "judgement")
    assert not parks.intersection(zone.id for zone in failures.zones)
    cited = {key for table in (failures.zones, failures.distress, failures.base_rates)
             for row in table for key in row.source or ()}  # fmt: skip
    assert cited == set(failures.sources), "a source that nothing cites, or the other way round"
    assert not any(source.read == "mirror" and source.url for source in failures.sources.values())


def test_an_outcome_keeps_to_its_sheet(failures):
    """Given up or nothing at work makes failed; five years without it are too early to say."""
    for zone in failures.zones:
        if zone.fate == "stopped":
            assert zone.outcome == "failed", zone.id
        if zone.outcome is None:
            assert zone.fate == "stalled", zone.id
        if zone.agreement and zone.state_date:
            assert zone.agreement.first_day <= zone.state_date.last_day, zone.id
            given_up = any(row.zone == zone.id and row.kind in ("cancelled-before-start", "closure", "land-taken-back")
                           for row in failures.distress)  # fmt: skip
            if zone.outcome is None:
                assert not given_up, zone.id


def test_every_park_has_its_dates_of_distress_or_says_that_none_was_found(failures):
    of_parks = [row for row in failures.distress if row.park]
    assert {row.park for row in of_parks} == {park.id for park in load_parks().parks}
    assert {row.park for row in of_parks if row.looked == "kept"} == KEPT_FOR_A_BLIND_TEST
    for park in {row.park for row in of_parks if row.kind == "none-found"}:
        assert sum(row.park == park for row in of_parks) == 1
    assert all(row.date.first_day <= date(2024, 12, 31) for row in failures.distress if row.date)


def test_the_sheets_tell_how_the_second_coding_agrees(failures):
    """Both languages tell the agreement that the stored forms have, each case coded once."""
    parks = report(recorded(), filled(SECOND_OF_PARKS))
    fate, outcome = zone_reports(SECOND_OF_ZONES)
    assert filled(SECOND_OF_PARKS).keys() == recorded().keys()
    assert filled(SECOND_OF_ZONES).keys() == {zone.id for zone in failures.zones}
    for sheet, told in (("outcomes", (parks,)), ("failures", (fate, outcome))):
        for name in (f"coding-sheet-{sheet}.md", f"coding-sheet-{sheet}.zh.md"):
            text = (MODEL_DOCUMENTS / name).read_text(encoding="utf-8")
            for line in told:
                agreed, cases, kappa = re.search(r"(\d+) of (\d+) agree, Cohen's kappa (\d\.\d\d)", line).groups()
                assert f"| {cases} | {agreed} | {kappa} |" in text, name


def test_the_form_for_a_further_coder_says_no_outcome(failures):
    path = MODEL_DOCUMENTS / "coding-sheet-failures.csv"
    assert path.read_text(encoding="utf-8") == form_of_zones(), "python -m bench.agreement --form"
    rows = list(csv.DictReader(form_of_zones().splitlines()))
    assert {row["id"] for row in rows} == {zone.id for zone in failures.zones}
    assert {row["fate"] + row["outcome"] for row in rows} == {""}


def test_a_rate_is_that_of_its_source(failures):
    rates = {rate.id: rate for rate in failures.base_rates}
    assert rates["cambodia-2023"].share == pytest.approx(17 / 36)
    assert rates["india-six-states-2013"].share == pytest.approx(0.14)
    assert rates["nigeria-2019"].share is None
    assert all(rate.share is None or 0 <= rate.share <= 1 for rate in rates.values())


@pytest.fixture
def tables(tmp_path):
    for name in ZONE_TABLES:
        shutil.copy(casebook_path() / name, tmp_path / name)
    assert examine_failures(tmp_path)[1] == []
    return tmp_path


def test_wrong_rows_are_refused_by_file_and_line_all_at_once(tables):
    """A zone twice, a zone that is a park, a date after 2024, a date without quote, a place that is not there."""

    def add(name, *rows):
        text = (tables / name).read_text(encoding="utf-8")
        (tables / name).write_text(text + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return len(text.splitlines()) + 1

    twice = next(line for line in (tables / ZONES).read_text(encoding="utf-8").splitlines() if line.startswith("erez,"))
    zones = add(ZONES, twice, twice.replace("erez,", "kaesong,", 1))
    end = "on,closure,shut,关闭,pages,bbc-2004-erez,shut,high"
    distress = add(DISTRESS, f",atlantis,2004,{end}", f",erez,2031,{end}", f"kaesong,,2016,{end}".replace("bbc", "bbd"))
    failures, faults = examine_failures(tables)
    assert failures is None
    assert [(fault.file, fault.line, fault.code.removeprefix("cases.")) for fault in faults] == [
        (ZONES, zones, "park_twice"),
        (ZONES, zones + 1, "zone_is_park"),
        (DISTRESS, distress, "park_without_row"),
        (DISTRESS, distress + 1, "count_after_last"),
        (DISTRESS, distress + 2, "unknown_source"),
    ]
    assert faults[2].key == "zone"
    for lang in LANGUAGES:
        assert all(fault.cause(lang) and fault.repair(lang) for fault in faults)
    add(DISTRESS, "kaesong,erez,2016,on,closure,shut,关闭,pages,bbc-2004-erez,shut,high")
    add(BASE_RATES, "x,KHM,2020,zones,listed,3,operating,2,,bbc-2004-erez,,high,,")
    assert {(fault.file, fault.code) for fault in examine_failures(tables)[1]} >= {(DISTRESS, "cases.one_of_two")}


def test_nothing_that_fits_or_runs_reads_them():
    """Panel, pool, curves and runs import no reader of these tables, so that no number can hang on them."""
    modules = "copark.calibration.pool, copark.calibration.pool.parks, copark.calibration.pool.records"
    asked = f"import sys, copark.simulation, copark.cases.load, {modules}; print('copark.cases.zones' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.strip() == "False"
    package = casebook_path().parent
    readers = {
        path.relative_to(package).parts[: 2 if "analyses" in path.parts else 1]
        for path in package.rglob("*.py")
        if any(name in path.read_text(encoding="utf-8") for name in ("cases.zones", f'"{ZONES}"', f'"{ZONE_SOURCES}"'))
    }
    assert readers == {("analyses", "distress"), ("cases",), ("data_package",)}
