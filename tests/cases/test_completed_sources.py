"""What was found later of sources: shown wherever sources are, and no part of what a case is."""

import json

import pytest

from copark.analyses.show import evidence_now, evidence_of, sources_of
from copark.cases import list_cases, load_case
from copark.cases.access_dates import OF_COUNTS, OF_PARKS
from copark.cases.casebook import COMPLETED, casebook_path
from copark.cases.completed_sources import CompletedSource, completed, examine_completed, load_completed
from copark.cases.park_counts import load_counts
from copark.cases.parks import load_parks
from copark.cases.table_schemas import Source
from copark.texts import LANGUAGES
from copark.web.content.catalogues import source_info
from copark.workflows.evidence_listing import FITTED, fitted_rows, fitted_table

KEPT_FOR_A_BLIND_TEST = ("kendal", "rayong", "zccz")
PARK = "thilawa"
KEY = "mizzima-2017-08"


@pytest.fixture
def table(tmp_path):
    """The faults of a table of some rows."""

    def faults(*rows):
        lines = (",".join(CompletedSource.model_fields), *rows)
        (tmp_path / COMPLETED).write_text("\n".join(lines) + "\n", encoding="utf-8")
        return {(one.line, one.code.removeprefix("cases."), one.key) for one in examine_completed(tmp_path)[1]}

    return faults


def test_every_fitted_row_has_title_date_and_address_or_says_why_not():
    rows = list(fitted_rows())
    assert {row.park for row in rows} >= {"great-stone", "suzhou", "hawassa"}
    bare = [(row.park, str(row.row.date), row.row.source) for row in rows if row.is_bare]
    assert [row for row in bare if row[0] not in KEPT_FOR_A_BLIND_TEST] == []
    assert all(source.outlet for row in rows for source in row.sources)


def test_rows_are_counted_once_and_add_up():
    for lang in LANGUAGES:
        table = fitted_table(lang)
        *parks, total = table.rows
        counts = [tuple(row[1:]) for row in parks]
        assert total[1:] == tuple(map(sum, zip(*counts, strict=True)))
        assert len(FITTED) == len(total) - 1
        assert all(row[1] == row[2] + row[3] + row[4] for row in table.rows)


def test_it_is_no_part_of_what_a_case_is(monkeypatch):
    """Run IDs and posteriors name a case by its hash: nothing that is found later may move it."""
    case = load_case(PARK)
    shown = case.shown_sources[KEY]
    assert shown.title != case.sources[KEY].title
    assert shown.title not in json.dumps(case.content(), ensure_ascii=False)
    found = case.hash
    monkeypatch.setattr("copark.cases.completed_sources.load_completed", dict)
    assert case.shown_sources == case.sources
    assert case.model_copy().hash == found


def test_what_the_casebook_says_itself_is_kept():
    source = Source(outlet="A", title="Its own", url="https://example.org/a", read="original")
    row = CompletedSource(collection="a", source="b", title="Other", date="2019-01", url="https://example.org/b")
    done = row.completes(source)
    assert (done.title, done.url, str(done.date)) == ("Its own", "https://example.org/a", "2019-01")
    assert source.date is None


def test_a_source_without_address_says_why_in_both_languages():
    lacking = CompletedSource(collection="a", source="b", reason="copy").completes(Source(outlet="A", read="mirror"))
    assert lacking.note is not None
    assert lacking.note.en != lacking.note.zh
    assert source_info("b", lacking).note == lacking.note


def test_a_result_keeps_sources_as_they_were_and_shows_them_as_they_are():
    case = load_case(PARK)
    kept = evidence_of(case, case.observations)
    title = case.shown_sources[KEY].title
    assert not any(title in entry.text for entry in kept)
    assert any(title in entry.text for entry in evidence_now(PARK, kept))
    assert set(evidence_now(PARK, kept)) <= set(sources_of(case))
    assert evidence_now("of-ones-own", kept) == kept


def test_rows_are_of_sources_that_there_are_and_add_something():
    collections = {name: load_case(name).sources for name in list_cases()}
    collections |= {OF_COUNTS: load_counts().sources, OF_PARKS: load_parks().sources}
    for collection, rows in load_completed().items():
        sources = collections[collection]
        assert collection not in KEPT_FOR_A_BLIND_TEST
        assert set(rows) <= set(sources)
        for key, row in rows.items():
            own = sources[key]
            assert not any(getattr(row, name) and getattr(own, name) for name in ("title", "date", "url")), (
                collection,
                key,
            )
            done = row.completes(own)
            assert (row.reason is None) == (None not in (done.title, done.date, done.url)), (collection, key)
            assert done.url is None or done.read == "original", (collection, key)
    assert completed("no-such-list", {}) == {}
    assert (casebook_path() / COMPLETED).exists()


def test_a_row_that_says_nothing_or_is_told_twice_is_refused(table):
    assert table("a,b,Title,2019,https://example.org,,words,") == set()
    assert table("a,b,,,,,,") == {(2, "empty_cell", "reason")}
    assert table("a,b,Title,,,,,", "a,b,,2019,,,,") == {(3, "told_twice", "source")}
    assert table("a,b,Title,2025-01,,,,") == {(2, "evidence_after_last", "date")}
    assert table("a,b,Title,,,because,,") == {(2, "not_allowed", "reason")}
