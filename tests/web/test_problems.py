"""Problems say what is wrong, where, and how to mend it, in both languages; nobody ever sees a traceback."""

from __future__ import annotations

import logging
import re

from copark.cases.casebook import list_cases
from copark.inference.case_parameters import shipped_cases
from tests.web.conftest import EQUITY

CHINESE = re.compile("[\u4e00-\u9fff]")
SIMULATE = "/api/v1/simulate"


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


WRONG = [
    ({}, {"case": "web.fault.missing"}),
    ({"case": "../etc"}, {"case": "web.fault.pattern"}),
    ({"case": "great-stone", "runs": 0}, {"runs": "cases.limit"}),
    ({"case": "great-stone", "runs": 5001}, {"runs": "cases.limit"}),
    ({"case": "great-stone", "runs": "many"}, {"runs": "web.fault.whole"}),
    ({"case": "great-stone", "nonsense": 1}, {"nonsense": "cases.unknown_key"}),
    ({"case": "great-stone", "outputs": ["happiness"]}, {"outputs[0]": "study.unknown"}),
    ({"case": "great-stone", "draws": "tarot"}, {"draws": "cases.not_allowed"}),
    ({"case": "great-stone", "scenario": {"parameters": {"foo": 1}}}, {"scenario.parameters.foo": "study.unknown"}),
    (
        {"case": "great-stone", "scenario": {"edits": {"equity": [{"home": 6000, "host": 3999}]}}},
        {"scenario.edits.equity[0]": "study.shares"},
    ),
    (
        {"case": "great-stone", "scenario": {"edits": {"threshold": -1}}, "baseline": {"links": {"x": {}}}},
        {"scenario.edits.threshold": "study.range", "baseline.links.x": "study.unknown"},
    ),
    (
        {"case": "great-stone", "scenario": {"edits": {"drop": ["visit/1066-10-14"], "partners": {"nobody": "drop"}}}},
        {"scenario.edits.drop[0]": "study.edit_drop", "scenario.edits.partners.nobody": "study.edit_partners"},
    ),
    (
        {"case": "great-stone", "scenario": {"key": "same"}, "baseline": {"key": "same"}},
        {"scenarios": "study.same_key"},
    ),
    ({"case": "great-stone", "parts": {"why": "happiness"}}, {"parts.why": "study.unknown"}),
    ({"case": "great-stone", "parts": {"samples": 51}}, {"parts.samples": "cases.limit"}),
]


def test_every_fault_is_told_with_its_place(client, subtests):
    for asked, expected in WRONG:
        with subtests.test(asked=asked, expected=expected):
            answer = client.post(SIMULATE, json=asked)
            assert answer.status_code == 422
            assert faults(answer) == expected


def test_shares_that_do_not_add_up_are_told_in_the_language_asked_for(client):
    asked = {"case": "great-stone", "scenario": {"edits": {"equity": [{"home": 1}]}}}
    english = client.post(SIMULATE, json=asked)
    by_header = client.post(SIMULATE, json=asked, headers={"accept-language": "zh-CN,zh;q=0.9,en;q=0.5"})
    by_query = client.post(f"{SIMULATE}?lang=zh", json=asked)
    assert english.json()["title"] == english.json()["cause"]["en"]
    assert by_header.json()["title"] == by_query.json()["title"] == english.json()["cause"]["zh"]


NOT_THERE = [
    ("GET", "/api/v1/nothing", 404),
    ("GET", "/api/v1/cases/nowhere", 404),
    ("GET", "/api/v1/jobs/000000000000000000000000", 404),
    ("GET", "/api/v1/export/0123456789abcdef.csv", 404),
    ("DELETE", "/api/v1/cases/great-stone", 404),
    ("PUT", "/api/v1/simulate", 405),
    ("GET", "/api/v1/export/x", 422),
    ("GET", "/api/v1/claims", 404),
    ("GET", "/missing.js", 404),
    ("GET", "/api/v2/simulate", 404),
]


def test_what_is_not_there_is_told_as_a_problem(client, subtests):
    for method, path, status in NOT_THERE:
        with subtests.test(method=method, path=path, status=status):
            answer = client.request(method, path)
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
