"""What can still be decided: the numbers of the stored analysis of levers, each option ready to be simulated."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from copark.analyses.answer import SHIPPED, find, listed, load, place_of, save
from copark.analyses.registry import REGISTRY
from copark.web.content import lever_options
from copark.web.content.lever_options import decision_of

pytestmark = pytest.mark.ships("levers", "brief")
"""What is decided by are answers that ship."""


@pytest.fixture(scope="module")
def told(client):
    return client.get("/api/v1/decisions?case=great-stone").json()["found"]


def test_options_say_what_the_analysis_of_levers_says(told, data):
    levers = REGISTRY.get("levers")
    stored = load(find(data, levers, told["run_id"]), levers).result
    frame = stored.to_frame().set_index(["setting", "measure"])
    assert told["since"] == "now"
    brief = REGISTRY.get("brief")
    briefs = (load(place_of(SHIPPED, brief, run_id), brief).result for run_id, _ in listed(SHIPPED, brief))
    standing = next(one for one in briefs if one.levers and one.levers.run_id == told["run_id"]).share("self_standing")
    assert told["before"] == asdict(standing)
    assert told["left_out"] == told["runs"] - stored.effects[0].pairs
    assert standing.low < standing.share < standing.high
    judgements = {judgement.option: judgement for judgement in stored.recommendation.distinct}
    assert {option["key"] for option in told["options"]} == set(judgements)
    for option in told["options"]:
        assert option["advice"] == judgements[option["key"]].word
    order = ["recommended", "unreliable", "unchanged", "avoid"]
    places = [(order.index(one["advice"]), -one["effects"][told["good"]]["value"]) for one in told["options"]]
    assert places == sorted(places), "what helps first, what to avoid last"
    for one in told["options"]:
        assert one["title"]["en"]
        assert one["title"]["zh"]
        for measure, effect in one["effects"].items():
            row = frame.loc[one["key"], measure]
            of = ("mean", "interval_low", "interval_high") if measure == "self_standing" else ("median", "p05", "p95")
            assert (effect["value"], effect["low"], effect["high"]) == tuple(row[name] for name in of)
            assert effect["verdict"] == row["verdict"]
        assert {"companies", "jobs", *told["sides"], *told["budgets"]} < set(one["effects"])
        change = one["effects"][told["good"]]
        assert f"{abs(100 * change['value']):.1f}" in change["shown"]["en"]
        assert change["shown"]["zh"]
    assert list(told["sides"]) == ["home", "host", "developer", "enterprises"]
    scores = dict(zip(stored.choice.options, stored.choice.ranking("satisficing").scores, strict=True))
    assert told["acceptable"] == scores[stored.choice.options[0]]
    assert {option["key"]: option["acceptable"] for option in told["options"]} == {
        key: scores[key] for key in judgements
    }


def test_every_lever_says_what_it_is_and_what_its_effect_depends_on(told, data):
    levers = REGISTRY.get("levers")
    stored = load(find(data, levers, told["run_id"]), levers).result
    written = {lever.key: lever for lever in stored.file.levers}
    assert {lever["key"] for lever in told["levers"]} == {option["lever"] for option in told["options"]}
    for lever in told["levers"]:
        assert lever["reason"] == {"en": written[lever["key"]].reason.en, "zh": written[lever["key"]].reason.zh}
        assert len(lever["rests"]) == len(written[lever["key"]].rests_on)
        assert lever["owner"]["zh"]
        assert all(one["en"].endswith(")") and one["zh"].endswith("）") for one in lever["rests"])


def test_options_with_the_same_numbers_are_told_once_with_the_name_of_the_other(told, data):
    """At no park that ships two options are alike: here one that is advised against is given the numbers of another."""
    levers = REGISTRY.get("levers")
    stored = load(find(data, levers, told["run_id"]), levers).result
    assert all(option["twins"] == [] for option in told["options"])
    first, second, *_ = (one.option for one in stored.recommendation.judgements if one.word == "avoid")
    numbers = {effect.measure: effect for effect in stored.effects if effect.scenario == first}
    effects = tuple(
        replace(numbers[effect.measure], scenario=second) if effect.scenario == second else effect
        for effect in stored.effects
    )
    answer = decision_of(replace(stored, effects=effects))
    twins = {option.key: [twin.en for twin in option.twins] for option in answer.options}
    assert twins.pop(first) == [stored.name(second, "en")]
    assert second not in twins
    assert not any(twins.values())


def test_the_first_sentence_is_that_of_the_analysis_and_simulation_error_is_not_all_of_the_doubt(told, data):
    levers = REGISTRY.get("levers")
    stored = load(find(data, levers, told["run_id"]), levers).result
    for lang in ("en", "zh"):
        said = [sentence[lang].rstrip(".。") for sentence in told["sentences"]]
        assert all(words in stored.document(lang).headline for words in said)
    others = [told["before"]["share"], *(reading.standing for reading in stored.baselines[1:])]
    assert f"{100 * min(others):.0f}%" in told["between"]["en"]
    assert f"{100 * max(others):.0f}%" in told["between"]["en"]
    assert len(told["sure"]) >= 2


def test_an_option_is_a_scenario_that_changes_nothing_of_the_past(client, told):
    option = next(one for one in told["options"] if one["key"] == "tax-20-now")
    asked = {"case": "great-stone", "runs": 40, "scenario": option["scenario"], "outputs": ["operating"]}
    answer = client.post("/api/v1/simulate", json=asked).json()
    before, after = (scenario["bands"]["operating"][2] for scenario in answer["scenarios"])
    now = answer["quarters"].index(told["pulled"])
    assert before[:now] == after[:now]
    assert before != after


def test_a_result_that_would_not_be_found_today_is_not_decided_by(told, data, serve, tmp_path):
    """One that a former method made, with another chance, stood on the page in the place of the one that ships."""
    levers = REGISTRY.get("levers")
    current = load(find(data, levers, told["run_id"]), levers)
    stale = replace(current.result, run_id="00000000deadbeef", draws=7)
    place = place_of(tmp_path / "out", levers, stale.run_id)
    save(place, levers, levers.params.model_validate(current.params), stale)
    assert load(place, levers) is not None, "it is whole, and newer than the other"
    with serve() as server:
        answer = server.get("/api/v1/decisions?case=great-stone").json()["found"]
    assert (answer["run_id"], answer["runs"]) == (told["run_id"], told["runs"])


def test_a_result_of_ones_own_that_answers_todays_question_is_decided_by(told, data, serve, tmp_path):
    levers = REGISTRY.get("levers")
    current = load(find(data, levers, told["run_id"]), levers)
    own = replace(current.result, draws=7)
    save(place_of(tmp_path / "out", levers, own.run_id), levers, levers.params.model_validate(current.params), own)
    with serve() as server:
        answer = server.get("/api/v1/decisions?case=great-stone").json()["found"]
    assert answer["run_id"] == told["run_id"]
    assert answer["runs"] == 7 * current.result.replicates


def test_a_park_without_a_stored_result_has_no_options(client):
    assert client.get("/api/v1/decisions?case=kaesong").json() == {"found": None}


def test_a_brief_is_read_once_however_often_decisions_are_asked_for(told, data, serve, tmp_path, monkeypatch):
    """Every stored brief about other levers was read again by every request."""
    brief = REGISTRY.get("brief")
    shipped = next(run_id for run_id, entry in listed(SHIPPED, brief) if entry["params"]["case"] == "great-stone")
    current = load(place_of(SHIPPED, brief, shipped), brief)
    for number in range(3):
        other = replace(current.result, run_id=f"{number:016x}", levers=None)
        save(place_of(tmp_path / "out", brief, other.run_id), brief, brief.params.model_validate(current.params), other)
    read = []

    def counted(folder, analysis):
        read.extend([folder] if analysis.function == "brief" else [])
        return load(folder, analysis)

    monkeypatch.setattr(lever_options, "load", counted)
    with serve() as server:
        answers = [server.get("/api/v1/decisions?case=great-stone").json()["found"] for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["before"] == told["before"]
    assert len(read) == len(set(read)) >= 3
