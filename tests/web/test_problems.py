"""Problems say what is wrong, where, and how to mend it, in both languages; nobody ever sees a traceback."""

from __future__ import annotations

import logging
import re

import pytest

from copark.analyses.registry import REGISTRY
from copark.calibration.case_parameters import shipped_cases
from copark.cases.casebook import list_cases
from tests.web.conftest import EQUITY

CHINESE = re.compile("[\u4e00-\u9fff]")
SIMULATE = "/api/v1/simulate"
LOOKING_AHEAD = [analysis.name for analysis in REGISTRY if {"now", "case"} <= analysis.params.model_fields.keys()]


def faults(answer):
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["status"] == answer.status_code
    for part in (told, *told["faults"]):
        for word in ("cause", "repair"):
            assert part[word]["en"]
            assert CHINESE.search(part[word]["zh"])
            assert not CHINESE.search(part[word]["en"])
    return {fault["field"]: fault["code"] for fault in told["faults"]}


STONE = {"case": "great-stone"}
WRONG = [
    ({}, {"case": "web.fault.missing"}),
    ({"case": "../etc"}, {"case": "web.fault.pattern"}),
    *((STONE | {"runs": runs}, {"runs": "cases.limit"}) for runs in (0, 5001)),
    (STONE | {"runs": "many"}, {"runs": "web.fault.whole"}),
    (STONE | {"nonsense": 1}, {"nonsense": "cases.unknown_key"}),
    *((STONE | {key: 1}, {key: "cases.unknown_key"}) for key in ("body", "query", "path", "header")),
    (STONE | {"outputs": ["happiness"]}, {"outputs[0]": "study.unknown"}),
    (STONE | {"draws": "tarot"}, {"draws": "cases.not_allowed"}),
    (STONE | {"scenario": {"parameters": {"foo": 1}}}, {"scenario.parameters.foo": "study.unknown"}),
    (STONE | {"scenario": {"edits": {"equity": [{"home": 6000, "host": 3999}]}}},
     {"scenario.edits.equity[0]": "study.shares"}),
    *((STONE | {"scenario": {"edits": {name: value}}}, {f"scenario.edits.{name}": "study.range"})
      for name, value in (("profit_tax", 1), ("quota", "9223372036854775808"), ("threshold", 1001))),
    (STONE | {"scenario": {"parameters": {"enquiry_rate": 500, "pool_years": 500, "lapse_rate": 0}}, "runs": 8},
     {"scenario": "study.all_too_many_enterprises"}),
    (STONE | {"scenario": {"edits": {"threshold": -1}}, "baseline": {"links": {"x": {}}}},
     {"scenario.edits.threshold": "study.range", "baseline.links.x": "study.unknown"}),
    (STONE | {"scenario": {"edits": {"drop": ["visit/1066-10-14"], "partners": {"nobody": "drop"}}}},
     {"scenario.edits.drop[0]": "study.edit_drop", "scenario.edits.partners.nobody": "study.edit_partners"}),
    (STONE | {"scenario": {"key": "same"}, "baseline": {"key": "same"}}, {"scenarios": "study.same_key"}),
    (STONE | {"parts": {"why": "happiness"}}, {"parts.why": "study.unknown"}),
    (STONE | {"parts": {"samples": 51}}, {"parts.samples": "cases.limit"}),
]  # fmt: skip


def test_every_fault_is_told_with_its_place(client, subtests):
    for asked, expected in WRONG:
        with subtests.test(asked=asked):
            answer = client.post(SIMULATE, json=asked)
            assert answer.status_code == 422
            assert faults(answer) == expected


RULES = {
    '"runs": 5, "runs": 6': ("cases.duplicate", "runs"), '"runs": true': ("web.fault.whole", "runs"),
    '"scenario": {"title": {"en": "a\\u0000b", "zh": "x"}}': ("cases.control_mark", "en"),
    '"outputs": ["a\\u202eb"]': ("cases.control_mark", "outputs"),
}  # fmt: skip


def test_a_question_is_read_by_the_rules_of_files(client, subtests):
    """What is taken can be exported, and run by the command line."""
    for part, told in RULES.items():
        with subtests.test(part=part):
            body = f'{{"case": "great-stone", {part}}}'
            answer = client.post(SIMULATE, content=body, headers={"content-type": "application/json"})
            assert answer.status_code == 422
            assert told in [(one["code"], one["field"]) for one in answer.json()["faults"]]


def test_the_title_is_in_the_language_asked_for(client):
    asked = {"case": "nowhere"}
    english, by_query = (client.post(f"{SIMULATE}{query}", json=asked).json() for query in ("", "?lang=zh"))
    by_header = client.post(SIMULATE, json=asked, headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"}).json()
    assert english["title"] == english["cause"]["en"]
    assert by_header["title"] == by_query["title"] == english["cause"]["zh"]


NOT_THERE = {
    "GET /api/v1/nothing": 404, "GET /api/v1/cases/nowhere": 404, f"GET /api/v1/jobs/{'0' * 24}": 404,
    "GET /api/v1/export/0123456789abcdef.csv": 404, "DELETE /api/v1/cases/great-stone": 404,
    "PUT /api/v1/simulate": 405, "GET /api/v1/export/x": 422, "GET /api/v1/claims": 404, "GET /missing.js": 404,
    "GET /api/v2/simulate": 404,
}  # fmt: skip


def test_what_is_not_there_is_told_as_a_problem(client, subtests):
    for asked, status in NOT_THERE.items():
        with subtests.test(asked=asked):
            answer = client.request(*asked.split())
            assert answer.status_code == status
            faults(answer)


def test_an_unforeseen_error_is_a_problem_without_its_details(client, monkeypatch, caplog):
    from copark.web.api import answers

    def broken(*_):
        raise RuntimeError("secret detail")

    monkeypatch.setattr(answers, "answer", broken)
    with caplog.at_level(logging.CRITICAL, logger="copark.web"):
        answer = client.post(SIMULATE, json={"case": "great-stone", "seed": 991, "runs": 5})
    assert answer.status_code == 500
    faults(answer)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_a_case_without_a_calibration_draws_what_other_parks_lend_and_says_so(client):
    """Failed parks were shown as successes: no share of an outcome is shown unasked, and the record comes first."""
    for name in set(list_cases()) - set(shipped_cases()):
        answer = client.post(SIMULATE, json={"case": name, "runs": 20, "draws": "posterior"}).json()
        trust = answer["trust"]
        assert (trust["state"], trust["outcomes_shown"]) == ("borrowed", False)
        assert trust["label"]["en"].startswith("borrowed from 18 other parks")
        assert trust["recorded"]["en"] in answer["summary"]["en"]
        assert trust["recorded"]["zh"] in answer["summary"]["zh"]
        assert "self-standing" not in answer["summary"]["en"]
        assert answer["case"]["trust"] == trust
    closed = client.get("/api/v1/cases/kaesong").json()["case"]["trust"]["recorded"]["en"]
    assert "Closed by Seoul" in closed
    assumed = client.post(SIMULATE, json={"case": "great-stone", "runs": 20, "draws": "prior"}).json()
    assert assumed["trust"]["label"]["en"] == "not calibrated: assumed ranges"
    assert assumed["case"]["trust"]["state"] == "calibrated"


def test_no_request_is_answered_by_a_number_that_is_none(client):
    """NaN in a request is refused; in an answer it is null."""
    answer = client.post(
        SIMULATE, content=b'{"case": "great-stone", "scenario": {"parameters": {"value_home": NaN}}}',
        headers={"content-type": "application/json"},
    )  # fmt: skip
    assert answer.status_code == 422
    sound = client.post(SIMULATE, json={"case": "great-stone", "runs": 5, "scenario": EQUITY})
    assert b"NaN" not in sound.content
    assert b"Infinity" not in sound.content


@pytest.mark.parametrize(
    ("asked", "key", "words"),
    [({"now": "2010Q1"}, "now", "2025Q1"), ({"now": "2028Q1", "quarters": 60}, "quarters", "2028Q1")],
)
def test_a_quarter_that_cannot_be_now_is_refused_with_its_repair(client, asked, key, words):
    """A length and a look ahead go not together: neither is left out in silence."""
    answer = client.post("/api/v1/simulate", json={"case": "lekki", "runs": 2} | asked)
    assert answer.status_code == 422
    (told,) = answer.json()["faults"]
    assert told["field"] == key
    for lang in ("en", "zh"):
        assert words in told["cause"][lang] + told["repair"][lang]


@pytest.mark.parametrize(
    ("analysis", "asked", "code", "words"),
    [
        *((name, {"case": "lekki", "now": "banana"}, "web.bad_now", "banana") for name in LOOKING_AHEAD),
        ("standing", {"cases": ["lekki"], "now": "banana"}, "web.bad_now", "banana"),
        ("standing", {"now": "2010Q1"}, "web.bad_now", "2010"),
        ("levers", {"case": "lekki", "now": "2010Q1"}, "web.bad_now", "2025Q1"),
        ("levers", {"case": "lekki", "now": "9999Q1"}, "web.bad_now", "2025Q1"),
        ("compare", {"reference": "old-threshold", "now": "2010Q1"}, "web.bad_now", "2025Q1"),
        ("compare", {"reference": "suzhou-swap", "now": "2028Q1"}, "study.two_lengths", "2028"),
    ],
)
def test_an_analysis_is_not_queued_with_a_quarter_that_cannot_be_now(client, analysis, asked, code, words):
    answer = client.post("/api/v1/jobs/analyses", json={"analysis": analysis, "params": asked})
    assert answer.status_code == 422
    (told,) = answer.json()["faults"]
    assert faults(answer) == {"params.now": code}
    for lang in ("en", "zh"):
        assert words in told["cause"][lang] + told["repair"][lang]


def test_a_length_beside_now_is_refused_by_an_analysis(client):
    asked = {"analysis": "levers", "params": {"case": "lekki", "now": "2028Q1", "quarters": 60}}
    answer = client.post("/api/v1/jobs/analyses", json=asked)
    assert answer.status_code == 422
    (told,) = answer.json()["faults"]
    assert told["field"] == "params.quarters"
