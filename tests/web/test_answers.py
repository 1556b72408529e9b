"""What answers hold: everything a page needs, in both languages, and nothing made up."""

from __future__ import annotations

import numpy as np
import pytest

from copark.analyses.accounts_on_record import accounts_on_record
from copark.analyses.brief.show import spelled
from copark.analyses.contract import Texts
from copark.calibration.case_parameters import parameters_of
from copark.calibration.informed_parameters import moved_by_data
from copark.cases import load_case, used
from copark.model.variables import catalogue
from copark.presentation.document import Interval
from copark.presentation.numbers import percent
from copark.web.content.requests import RequestedScenario
from copark.web.content.sentences import signed
from tests.web.conftest import EQUITY

GREAT_STONE = {"case": "great-stone", "runs": 60, "draws": "unsettled"}


@pytest.fixture(scope="module")
def answer(client):
    parts = {"samples": 20, "flows": True, "why": "operating", "links": True}
    return client.post("/api/v1/simulate", json=GREAT_STONE | {"scenario": EQUITY, "parts": parts}).json()


def test_observations_stand_beside_the_charts_with_their_sources(answer):
    case = load_case("great-stone")
    for name, points in answer["observed"].items():
        known = [one for one in case.observations if one.variable == name and one.grade != "background"]
        assert len(points) == len(known)
        assert {point["quarter"] for point in points} <= set(answer["quarters"])
        sources = [point["source"] for point in points]
        assert all(source and set(source) <= {"judgement", *case.sources} for source in sources)
    assert sum(map(len, answer["observed"].values())) > 20


def test_the_summary_says_the_numbers(client, answer):
    """Shares of a calibrated park; of assumed ranges what is on record, and how many enterprises operate."""
    calibrated = client.post("/api/v1/simulate", json=GREAT_STONE | {"draws": "posterior", "scenario": EQUITY}).json()
    standing = next(one for one in calibrated["scenarios"][1]["outcomes"] if one["name"] == "self_standing")
    operating = answer["scenarios"][1]["headlines"]["operating"]
    judged = {"en": answer["judged"], "zh": spelled(answer["judged"], Texts("brief", "zh"))}
    for lang in ("en", "zh"):
        assert f"{standing['share']:.1%}" in calibrated["summary"][lang]
        assert operating["shown"][lang] in answer["summary"][lang]
        assert answer["trust"]["recorded"][lang] in answer["summary"][lang]
        assert judged[lang] in answer["summary"][lang]


def test_size_is_told_beside_the_parks_own_land_and_plan(client, subtests):
    """Where governments plan, beside their plan; elsewhere beside the land that is serviced."""
    plans = {"great-stone": ("planned", "of 14,000 planned (2023-11)"), "sihanoukville": ("serviced", None)}
    for name, (basis, planned) in plans.items():
        with subtests.test(name=name):
            asked = {"case": name, "runs": 30, "draws": "prior", "baseline": None}
            (scenario,) = client.post("/api/v1/simulate", json=asked).json()["scenarios"]
            land = scenario["land"]
            assert land["basis"] == basis
            assert 0.0 <= land["low"] <= land["value"] <= land["high"]
            assert land["middle"]["en"] == percent(land["value"])
            jobs = scenario["headlines"]["jobs"]
            if planned is None:
                assert jobs["planned"] is None
            else:
                assert jobs["planned"]["en"] == f"{jobs['value']:,.0f} {planned}"


def test_the_answers_sentence_has_the_size_and_the_caveats_what_accounts_rest_on(client):
    asked = {"case": "great-stone", "runs": 30, "draws": "posterior", "baseline": None}
    answer = client.post("/api/v1/simulate", json=asked).json()
    land = answer["scenarios"][0]["land"]
    for lang, words in (("en", "of the planned land is taken up"), ("zh", "规划用地占用")):
        assert words in answer["summary"][lang]
        assert land["middle"][lang].strip("<>") in answer["summary"][lang]
    accounts = accounts_on_record("great-stone", "en")
    assert any(accounts == one["en"] for one in answer["caveats"])
    assumed = client.post("/api/v1/simulate", json=asked | {"draws": "prior"}).json()
    assert not any(accounts == one["en"] for one in assumed["caveats"]), "no chance is told"


def test_choices_are_told_of_every_analysis_with_a_case_or_without(client, subtests):
    for one in client.get("/api/v1/analyses").json()["analyses"]:
        for given in ({}, {"case": "great-stone"}):
            with subtests.test(name=one["name"], given=given):
                assert client.get(f"/api/v1/analyses/{one['name']}/choices", params=given).status_code == 200


def test_an_earlier_calibration_is_named_by_its_last_quarter_and_one_that_is_not_there_refused(client):
    (listed,) = (one for one in client.get("/api/v1/cases").json()["cases"] if one["name"] == "great-stone")
    latest, earlier = listed["cuts"]
    asked, known = {"case": "great-stone", "runs": 20}, {}
    for given, cut in (({}, latest), ({"cut": earlier}, earlier)):
        found = client.post("/api/v1/simulate", json=asked | given)
        assert found.json()["draws"]["cut"] == cut
        assert cut in found.json()["trust"]["label"]["en"]
        known[cut] = found.headers["x-copark-identity"]
        assert client.get(f"/api/v1/export/{known[cut]}.csv").status_code == 200, "made again on the same draws"
    assert known[latest] != known[earlier]
    for given, code in (({"cut": "2019Q4"}, "web.no_cut"), ({"cut": earlier, "draws": "prior"}, "web.cut_unused")):
        refused = client.post("/api/v1/simulate", json=asked | given).json()["faults"]
        assert [(one["field"], one["code"]) for one in refused] == [("cut", code)]
    assert all(cut in client.post("/api/v1/simulate", json=asked | {"cut": "2019Q4"}).text for cut in listed["cuts"])
    levers = {"analysis": "levers", "params": {"case": "great-stone", "cut": "2019Q4"}}
    assert client.post("/api/v1/jobs/analyses", json=levers).json()["faults"][0]["code"] == "web.no_cut"
    choices = client.get("/api/v1/analyses/levers/choices", params={"case": "great-stone"}).json()["choices"]
    assert [one["value"] for one in choices["cut"]] == listed["cuts"]


def test_the_change_of_every_outcome_is_shared_out_among_links(client, answer):
    found = answer["links"]
    groups = client.get("/api/v1/cases/great-stone/network").json()["groups"]
    assert found["runs"] == 60
    assert found["parts"][-1]["group"] == "rest"
    for place, moved in enumerate(answer["changes"][0]["outcomes"]):
        change = (moved["gained"] - moved["lost"]) / moved["pairs"]
        assert sum(one["change"][place] for one in found["parts"]) == pytest.approx(change)
        assert found["after"][place] - found["before"][place] == pytest.approx(change)
    for one in found["parts"]:
        group = groups[one["group"]]
        assert set(group["links"]) <= set(catalogue().links)
        assert group["title"]["en"] != group["title"]["zh"]


def test_no_land_plan_is_told_as_none_and_never_as_an_area_of_minus_one(client):
    asked = GREAT_STONE | {"runs": 50, "scenario": EQUITY | {"edits": {"framework": "off"}}}
    told = client.post("/api/v1/simulate", json=asked | {"parts": {"flows": True, "why": "serviced_area"}}).json()
    plans = [next(one for one in scenario["arrows"] if one["link"] == "plan_to_land") for scenario in told["flows"]]
    assert plans[0]["median"][-1] > 100.0
    assert set(plans[1]["median"]) == {None}
    gone = next(one for one in told["why"]["mechanisms"] if one["link"] == "plan_to_land")
    assert gone["before"] > 100.0
    assert gone["after"] is None
    assert " stops" in gone["sentence"]["en"]
    assert "不再传递" in gone["sentence"]["zh"]
    assert "1.0 ha" not in gone["sentence"]["en"]


def test_what_was_asked_before_is_answered_from_memory(client):
    asked = GREAT_STONE | {"seed": 4242, "scenario": EQUITY}
    first, second = (client.post("/api/v1/simulate", json=asked) for _ in range(2))
    assert (first.headers["x-copark-memory"], second.headers["x-copark-memory"]) == ("made", "hit")
    assert first.content == second.content
    other = client.post("/api/v1/simulate", json=asked | {"parts": {"samples": 1}})
    assert other.headers["x-copark-memory"] == "made"
    assert other.json()["identity"] == first.json()["identity"]
    without = client.post("/api/v1/simulate", json=asked | {"parts": {"differences": False}})
    assert without.json()["changes"][0] == first.json()["changes"][0] | {"bands": {}}


def test_coupling_is_the_read_out_of_the_analysis(client):
    from copark import workflows
    from copark.simulation.readouts.coupling import read_out
    from copark.stats.quantiles import quantiles_over
    from copark.web.content.coupling import OUTPUTS

    answer = client.post("/api/v1/coupling", json=GREAT_STONE).json()
    scenario = {"key": "as-it-is", "title": answer["scenarios"][0]["title"]}
    result = workflows.simulate("great-stone", runs=60, draws="unsettled", keep=OUTPUTS, scenarios=[scenario])
    assert answer["identity"] == result.attrs["identity"]
    degree = quantiles_over(read_out(result).coordination.T)
    assert np.array_equal(np.array(answer["scenarios"][0]["coordination"]), degree)
    shares = np.array(list(answer["scenarios"][0]["phases"].values()))
    assert np.allclose(shares.sum(axis=0), 1.0)
    assert answer["scenarios"][0]["grades"][-1] in answer["grades"]


def placed(key, value):
    """A scenario with one lever moved."""
    part, _, rest = key.partition(".")
    if part == "edits":
        return {"edits": {rest: value}}
    if part == "levers":
        return {"levers": {rest: [{"value": value}]}}
    return {part: {rest: {"strength": value} if part == "links" else value}}


def test_every_lever_may_be_moved_to_both_its_ends_and_not_beyond(client):
    levers = client.get("/api/v1/cases/great-stone").json()["levers"]
    keys = [lever["key"] for lever in levers]
    assert len(keys) == len(set(keys))
    assert {f"parameters.{name}" for name in catalogue().parameters} <= set(keys)
    assert {f"links.{name}" for name in catalogue().links} <= set(keys)
    equity = next(one for one in levers if one["key"] == "edits.equity")
    recorded = [one.basis_points_of("home") for one in used(load_case("great-stone").equity)]
    assert [one["values"]["home"] for one in equity["baseline"]] == recorded
    tried = [one for one in levers if one["form"] in {"steps", "number", "dated", "link"} and one["low"] is not None]
    assert len(tried) > 80
    for one in tried:
        beyond = max(1e-6, 1e-9 * (one["high"] - one["low"]))
        for value in (one["low"], one["high"]):
            RequestedScenario.model_validate(placed(one["key"], value))
        for value in (one["low"] - beyond, one["high"] + beyond):
            with pytest.raises(ValueError, match=r"range|strength|limit"):
                RequestedScenario.model_validate(placed(one["key"], value))
        if one["slider"]:
            assert one["low"] <= one["slider"]["low"] < one["slider"]["high"] <= one["high"]


def test_events_are_told_alone_with_the_sources_that_they_cite(client):
    whole = client.get("/api/v1/evidence?case=great-stone").json()
    events = client.get("/api/v1/evidence?case=great-stone&events=true").json()
    assert events["events"] == whole["events"]
    assert events["series"] == events["context"] == events["enterprises"] == []
    cited = {source for one in events["events"] for source in one["source"]}
    assert events["sources"] == {key: whole["sources"][key] for key in cited}
    assert client.get("/api/v1/evidence?case=great-stone&events=maybe").status_code == 422


@pytest.mark.long
def test_every_case_of_the_casebook_can_be_shown_and_run(client):
    for case in client.get("/api/v1/cases").json()["cases"]:
        name = case["name"]
        for path in (f"cases/{name}", f"cases/{name}/network", f"evidence?case={name}"):
            assert client.get(f"/api/v1/{path}").status_code == 200
        answer = client.post("/api/v1/simulate", json={"case": name, "runs": 3, "parts": {"flows": True}})
        assert answer.status_code == 200, answer.text


def pairs(node):
    """Everything that is said in both languages."""
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    if isinstance(node, dict) and set(node) == {"en", "zh"} and isinstance(node["en"], str):
        yield node
    for one in inner:
        yield from pairs(one)


def test_no_answer_has_one_language_where_the_other_has_something_to_say(client, answer):
    paths = ("/cases/great-stone", "/method", "/studies", "/analyses")
    for told in (answer, *(client.get(f"/api/v1{path}").json() for path in paths)):
        found = list(pairs(told))
        assert found
        assert not [one for one in found if bool(one["en"]) != bool(one["zh"])]


def test_a_range_of_differences_has_a_sign_at_both_ends():
    """Money as people count it in each language."""
    money = signed(Interval(-79.0, 27.0), "M USD").model_dump()
    assert money == {"en": "−79 to +27", "zh": "−7900万至+2700万美元"}
    assert signed(Interval(2.0, 8.0), "companies").model_dump() == {"en": "+2 to +8", "zh": "+2至+8"}


def test_what_data_inform_is_told_of_the_park_that_is_shown(client):
    """The catalogue keeps what Great Stone's data inform, and no other park's."""
    for name in ("great-stone", "lekki"):
        shown = client.get("/api/v1/method", params={"case": name}).json()["parameters"]
        of_method = {one["name"]: one["moved"] for one in shown}
        levers = client.get(f"/api/v1/cases/{name}").json()["levers"]
        of_levers = {one["key"].removeprefix("parameters."): one["moved"] for one in levers if one["moved"]}
        case = load_case(name)
        verdicts = moved_by_data(case, parameters_of(case))
        assert of_method == of_levers
        assert of_method == {key: "unmoved" if word == "fixed" else word for key, word in verdicts.items()}
