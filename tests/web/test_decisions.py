"""What can still be decided: the numbers of the stored analysis of levers, each option ready to be simulated."""

from __future__ import annotations

import pytest

from copark.analyses.answer import find, load
from copark.analyses.registry import REGISTRY


@pytest.fixture(scope="module")
def told(client):
    return client.get("/api/v1/decisions?case=great-stone").json()


def test_options_say_what_the_analysis_of_levers_says(told, data):
    levers = REGISTRY.get("levers")
    stored = load(find(data, levers, told["run_id"]), levers).result
    frame = stored.to_frame().set_index(["setting", "measure"])
    assert told["since"] == "now"
    assert (told["before_low"], told["before_high"]) == stored.gains[0].before_interval
    assert told["left_out"] == told["runs"] - stored.gains[0].pairs
    assert told["before_low"] < told["before"] < told["before_high"]
    assert {one["key"] for one in told["options"]} == set(stored.options[1:])
    assert [one["change"] for one in told["options"]] == sorted(
        (one["change"] for one in told["options"]), reverse=True
    )
    for one in told["options"]:
        row = frame.loc[one["key"], "self_standing"]
        assert (one["change"], one["low"], one["high"]) == (row["mean"], row["interval_low"], row["interval_high"])
        assert [side["side"] for side in one["sides"]] == ["home", "host", "developer", "enterprises"]
        assert all(words["en"] and words["zh"] for words in (one["title"], one["lever"], one["owner"], one["told"]))
        assert f"{abs(100 * one['change']):.1f}" in one["told"]["en"]
    scores = stored.choice.ranking("satisficing").scores
    assert told["acceptable"] == scores[0]
    assert sorted(one["acceptable"] for one in told["options"]) == sorted(scores[1:])


def test_an_option_is_a_scenario_that_changes_nothing_of_the_past(client, told):
    option = next(one for one in told["options"] if one["key"] == "tax-20-now")
    asked = {"case": "great-stone", "runs": 40, "scenario": option["scenario"], "outputs": ["operating"]}
    answer = client.post("/api/v1/simulate", json=asked).json()
    before, after = (arm["bands"]["operating"][2] for arm in answer["arms"])
    now = answer["quarters"].index(told["pulled"])
    assert before[:now] == after[:now]
    assert before != after


def test_a_park_without_a_stored_result_has_no_options(client):
    told = client.get("/api/v1/decisions?case=kaesong").json()
    assert told["run_id"] is None
    assert told["options"] == []
