"""``copark casebook evidence``: how much is known of each park, and the rows of one, in both languages."""

import json

import pytest
from tests.asked import call

from copark.analyses.assumed_facts import SOUGHT_AS, assumed_facts, decisions_on, verdict_of
from copark.cases import list_cases, load_case
from copark.cases.decisions import load_sought
from copark.cases.parks import load_parks
from copark.errors import NotFound
from copark.texts import LANGUAGES
from copark.workflows.evidence_listing import (
    evidence_of_park,
    evidence_of_parks,
    weighed_table,
    written_value,
    years_of,
)


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


@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_cases_assume_stands_beside_every_decision_that_tells_of_it(lang):
    """Of all parks: each assumed fact that is weighed has a row for each decision, or says that there is none."""
    cases = [load_case(name) for name in list_cases()]
    rows = weighed_table(cases, lang).rows
    weighable = [(case, fact) for case in cases for fact in assumed_facts(case) if fact in SOUGHT_AS]
    assert len(rows) == sum(max(len(decisions_on(fact, case)), 1) for case, fact in weighable)
    told = {source for row in rows for source in str(row[-1]).split("; ") if source}
    assert told == {
        source for case, fact in weighable for decision in decisions_on(fact, case) for source in decision.source
    }
    (own,) = (table for table in evidence_of_park("teda-suez", lang).tables() if table.key == "weighed")
    assert [row for row in rows if row[0] == load_parks()["teda-suez"].name(lang)] == [
        (load_parks()["teda-suez"].name(lang), *row) for row in own.rows
    ]


def test_agreement_follows_from_the_numbers():
    (rate, *_) = decisions_on("tax", load_case("teda-suez"))
    (exempt,) = decisions_on("tax", load_case("lekki"))
    holiday = decisions_on("tax", load_case("mckip"))[0]
    cases = [
        ("tax", rate, {}, "differs"),
        ("tax", rate, {"value": 0}, "agrees"),
        ("tax", rate, {"value": None}, "no_number"),
        ("tax", exempt, {}, "agrees"),
        ("tax", holiday, {}, "for_a_time"),
        ("threshold", rate, {"value": 5, "unit": "M"}, "differs"),
        ("quota", rate, {"value": 75}, "differs"),
        ("quota", rate, {"value": 50}, "agrees"),
        ("capital", rate, {"value": 200, "unit": "M"}, "a_sum"),
        ("capital", rate, {"value": 51}, "no_number"),
    ]
    for fact, decision, changes, verdict in cases:
        assert verdict_of(fact, decision.model_copy(update=changes)) == verdict, (fact, changes)


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
