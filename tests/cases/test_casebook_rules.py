"""What holds of every park of the casebook: dated, sourced, said in both languages, and no word of copies or memory.

That a value is the one on record is not said again here: any change of a case makes the posteriors that ship stale.
"""

import csv
import re
from itertools import chain

import numpy as np
import pytest
import yaml

from copark.calibration.observations import STAND_INS
from copark.cases import list_cases, load_case
from copark.cases.casebook import CLAIMS_EDITIONS, LEVERS, casebook_path
from copark.cases.completeness import notes_of
from copark.cases.observed_variables import HOST_CONTEXT, SERIES, series_title
from copark.cases.world import growth
from copark.simulation.run import simulate
from copark.simulation.study import baseline

FULL = ("great-stone", "suzhou")
CHINESE = re.compile("[\u4e00-\u9fff]")
ASCII_IN_CHINESE = re.compile("[\u4e00-\u9fff][,;:()?!]|[,;:()?!][\u4e00-\u9fff]")
TABLES = ("series.csv", "equity.csv", "events.csv", "enterprises.csv", "host_context.csv")
MIRRORS = ("ohl1yru", "allnav", "eslwa", "slrbs", "15m8", "jsszyb", "awingyg", "wangzhuano", "healinghandsltd",
           "salonsbyjcnaples", "wxssfood", "page-analytics", "solondais", "perceptioda", "wiki.riteme", "enwikipedia",
           "9aivip", "jizihe", "handmsg", "worldwrestlingcamps", "denamall", "blh621", "234365w", "xb824", "ttav89",
           "chaoshiw", "chetecut", "tyjgjz", "ksrykj", "gasoto04")  # fmt: skip
"""Copies whose addresses stay out of the casebook."""


@pytest.fixture(scope="module")
def parks():
    return [load_case(name) for name in list_cases()]


WITHOUT_ADDRESS = 20
"""Fitted observations none of whose sources has an address: fewer is better, more is to be found out."""


def test_no_more_fitted_observations_lack_an_address_than_on_record(parks):
    lacking = [
        f"{park.name}: {row.variable} {row.date}"
        for park in parks
        for row in park.observations
        if row.use and row.role == "fit"
        if not any(key in park.sources and park.sources[key].url for key in row.source)
    ]
    assert len(lacking) <= WITHOUT_ADDRESS, "\n".join(lacking)


def rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def sources_in(node, key=""):
    """Keys of sources anywhere in a case, but not the growth series its countries are tied to."""
    if isinstance(node, dict):
        yield from chain.from_iterable(sources_in(value, name) for name, value in node.items() if name != "world")
    elif key == "source":
        yield from node if isinstance(node, list) else [node]
    elif isinstance(node, list):
        yield from chain.from_iterable(map(sources_in, node))


def test_nothing_is_dated_after_2024_and_events_are_told_in_both_languages(parks, subtests):
    for park in parks:
        with subtests.test(park.name):
            assert str(park.clock.data_end) <= "2024Q4"
            dated = chain(park.events, park.observations, park.equity, park.host_context)
            assert all(row.date.last_day.year <= 2024 for row in dated)
            for event in park.events:
                assert CHINESE.search(event.event_zh)
                assert event.actors_zh
                assert not CHINESE.search(event.event_en + event.actors_en)


def test_every_source_is_defined_and_used_and_an_address_is_that_of_the_original(parks, subtests):
    for park in parks:
        with subtests.test(park.name):
            folder = casebook_path() / park.name
            named = set(sources_in(yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))))
            for name in TABLES:
                if (folder / name).exists():
                    named |= set(chain.from_iterable(row["source"].split(";") for row in rows(folder / name)))
            assert named - {"judgement"} == set(park.sources)
            for source in park.sources.values():
                assert (source.url is None) == (source.read == "mirror")


def test_no_address_of_a_copy_is_in_the_casebook_and_none_stands_apart_from_its_source():
    for path in casebook_path().rglob("*.*"):
        if path.suffix in (".yaml", ".csv"):
            text = path.read_text(encoding="utf-8")
            assert not [mirror for mirror in MIRRORS if f"{mirror}." in text or f"{mirror}/" in text], path
            assert "sources" in path.name or not re.search(r"https?://", text), path


def test_what_is_not_used_says_why_and_what_is_remembered_is_in_no_input(parks, subtests):
    for park in parks:
        with subtests.test(park.name):
            for row in park.observations:
                assert row.use or ((row.note or "").startswith("Not used: ") and row.role == "context")
                assert not row.use or row.grade != "background"
            for table in park.equity:
                for holding in table.holdings:
                    assert table.use or (holding.note or "").startswith("Not used: ")
                    assert not table.use or holding.grade != "background"
            assert "grade: background" not in (casebook_path() / park.name / "case.yaml").read_text(encoding="utf-8")


def test_data_only_parks_fit_counts_to_2020_and_score_later_ones(parks, subtests):
    """Counts of enterprises are the steadiest series; at Kaesong the workers, who were counted by a ministry."""
    for park in (candidate for candidate in parks if candidate.name not in FULL):
        with subtests.test(park.name):
            used = [row for row in park.observations if row.role in ("fit", "score")]
            assert all((row.date.year <= 2020) == (row.role == "fit") for row in used)
            workers = {"jobs"} if park.name == "kaesong" else set()
            assert {row.variable for row in used} <= {"registered", "operating", *STAND_INS} | workers


def test_full_cases_lack_nothing_and_countries_have_a_world_series(parks):
    for park in parks:
        assert park.name not in FULL or notes_of(park) == ()
        lacking = {side.country for side in (park.sides.home, park.sides.host) if not growth(side.country)}
        assert lacking == ({"PRK"} if park.name == "kaesong" else set()), park.name


def test_chinese_has_chinese_punctuation():
    """Quotes stand as their page has them, and words that were searched for as they were typed."""
    for path in sorted(casebook_path().rglob("*.*")):
        if path.suffix in (".yaml", ".csv") and path.name not in (*CLAIMS_EDITIONS, LEVERS):
            text = path.read_text(encoding="utf-8")
            cells = re.findall(r'"([^"]*)"', text)
            if path.suffix == ".csv":
                rows = csv.DictReader(text.splitlines())
                own = ([words for column, words in row.items() if column not in ("quote", "where")] for row in rows)
                cells = list(chain.from_iterable(own))
            assert [cell for cell in cells if ASCII_IN_CHINESE.search(cell)] == [], path


def test_every_case_runs(parks, subtests):
    for case in parks:
        with subtests.test(case.name):
            result = simulate(baseline(case.name).with_changes(runs=8, keep="summary"), case, threads=1)
            assert not result.status.any()
            assert np.isfinite(result.registered.values).all()


def test_every_kind_of_observation_has_a_title_in_both_languages(subtests):
    """Without one `copark check` found nothing, and `copark new --workbook` ended for everybody."""
    for name in (*SERIES, *HOST_CONTEXT):
        with subtests.test(name):
            assert series_title(name, "en")
            assert series_title(name, "zh")
