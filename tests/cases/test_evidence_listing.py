"""``copark casebook evidence``: how much is known of each park, and the rows of one, in both languages."""

import json

import pytest
from tests.asked import call

from copark.cases import list_cases, load_case
from copark.cases.decisions import load_sought
from copark.errors import NotFound
from copark.texts import LANGUAGES
from copark.workflows.evidence_listing import evidence_of_park, evidence_of_parks, written_value, years_of


@pytest.mark.parametrize("lang", LANGUAGES)
def test_counts_are_those_of_the_cases_and_what_was_not_found_is_told(lang):
    tables = {table.key: table for table in evidence_of_parks(lang).tables()}
    counts = {row[1]: row for row in tables["counts"].rows}
    assert list(counts) == list(list_cases())
    for name, row in counts.items():
        case = load_case(name)
        sought = [entry.found for entry in load_sought() if entry.park == name]
        assert (row[2], row[4], row[5], row[7]) == (
            len(case.accounts),
            len(case.interests_on_record),
            len(case.decisions),
            len(case.ties_on_record),
        )
        assert row[8:] == (tuple(map(sought.count, ("yes", "partly", "no"))) if sought else (None, None, None))
    assert len(tables["not_found"].rows) == len({entry.park for entry in load_sought()})


@pytest.mark.parametrize("lang", LANGUAGES)
def test_rows_of_a_park_have_their_quotes_and_sources(lang):
    case = load_case("thilawa")
    document = evidence_of_park("thilawa", lang)
    tables = {table.key: table for table in document.tables()}
    assert len(tables["decisions"].rows) == len(case.decisions)
    assert {row[7] for row in tables["decisions"].rows} == {row.quote for row in case.decisions}
    rows = (*case.accounts, *case.interests_on_record, *case.decisions, *case.ties_on_record)
    assert {source.key for source in document.evidence} == {key for row in rows for key in row.source}
    with pytest.raises(NotFound):
        evidence_of_park("atlantis", lang)


def test_values_are_written_with_bound_unit_and_currency():
    decision = load_case("thilawa").decisions[0]

    def written(lang, **changes):
        cells = {"value": None, "high": None, "bound": None, "unit": None, "currency": None}
        return written_value(decision.model_copy(update=cells | changes), lang)

    assert written("en", value=60, bound="about", unit="per m2", currency="USD") == "≈ 60 USD/m²"
    assert written("zh", value=2, high=3, bound="range", unit="M", currency="SGD") == "200至300万SGD"
    assert written("zh", value=698.47, bound="exact", unit="M", currency="NGN") == "6.9847亿NGN"
    assert written("en") == ""
    assert years_of([]) == ""


def test_the_command_gives_the_same_as_data(capsys):
    code, out, _ = call(["casebook", "evidence", "thilawa", "--json"], capsys)
    assert code == 0
    assert json.loads(out)["document"]["headline"] == evidence_of_park("thilawa", "en").headline
