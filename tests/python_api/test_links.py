"""Studies as links of the page: what the page asks for an address, back again; what a link cannot say is refused."""

import json
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

import copark as cp
from copark.cases.casebook import list_cases
from copark.errors import NotFound, StudyFaults
from copark.simulation.results import study_identity
from copark.simulation.study import Study, load_study
from copark.simulation.study import list_studies as shipped_studies
from copark.texts import LANGUAGES
from copark.web.content.requests import ComparisonRequest, SimulationRequest
from copark.workflows import study_links

PARKS = ("great-stone", "lekki", "suzhou", "kaesong", "vsip")
DEAR = {"dear": {"parameters": {"land_price": 0.6}}}
BASE = "https://parks.example/copark"


def identity(study):
    """The run ID that a study has once draws and time are decided, whatever they are."""
    decided = Study.model_validate(study.model_dump(by_alias=True)).with_changes(draws="prior", now="2027Q1")
    return study_identity(decided, cp.load_case(study.case))


def parts_of(link):
    return {name: values[0] for name, values in parse_qs(urlsplit(link).query).items()}


def page_scenarios(link):
    """The scenarios that the page asks for (`question` in asking.svelte.ts, `ask` in CompareScenarios.svelte)."""
    parts = parts_of(link)
    case = {"case": parts["case"], "runs": int(parts["runs"]), "seed": int(parts["seed"])}
    if "compare" in parts:
        return ComparisonRequest.model_validate({**case, "scenarios": json.loads(parts["compare"])})
    baseline = {} if parts["baseline"] == "as-it-is" else {"baseline": json.loads(parts["baseline"])}
    if "scenario" in parts:
        return SimulationRequest.model_validate({**case, **baseline, "scenario": json.loads(parts["scenario"])})
    alone = baseline.get("baseline", {"key": "as-it-is"})
    return SimulationRequest.model_validate({**case, "scenario": alone, "baseline": None})


def held(study):
    """A study goes into a link and comes back; the page asks for the same scenarios."""
    link = study.to_link(BASE)
    read = cp.Study.from_link(link)
    again = read.to_link(BASE)
    assert again == link
    assert identity(cp.Study.from_link(again)) == identity(read)
    assert read.content()["scenarios"] == study.content()["scenarios"]
    assert (read.case, read.runs, read.seed, read.draws) == (study.case, study.runs, study.seed, study.draws)
    asked = [
        scenario.model_dump(by_alias=True, exclude={"title"}) for scenario in page_scenarios(link).by_place().values()
    ]
    assert asked == [scenario.model_dump(by_alias=True, exclude={"title"}) for scenario in read.scenarios]
    return link


def test_every_scenario_that_ships_goes_through_a_link():
    seen = set()
    for name in shipped_studies():
        study = load_study(name)
        reference = study.scenarios[0]
        for scenario in study.scenarios:
            chosen = [reference] if scenario is reference else [reference, scenario]
            held(cp.Study(study.case, chosen, runs=20, seed=5, reference=False))
            seen.add((study.case, scenario.key))
    assert len({case for case, _ in seen}) > 1
    assert len(seen) > 50


@pytest.mark.parametrize("park", PARKS)
def test_every_lever_of_a_park_goes_through_a_link(park):
    assert park in list_cases()
    for since in ("now", "start"):
        scenarios = cp.lever_scenarios(park, since=since)
        assert len(scenarios) > 3
        for scenario in scenarios:
            held(cp.Study(park, scenario, runs=50, seed=2))
        assert urlsplit(held(cp.Study(park, scenarios[:3]))).path.endswith("/compare")


def test_the_run_id_of_a_link_is_that_of_its_copy():
    link = cp.Study("lekki", DEAR, runs=3, seed=4, draws_from="defaults").to_link("")
    assert link.startswith("/simulate?case=lekki&seed=4&runs=3&draws=defaults&scenario=")
    first, second = (cp.Study.from_link(one) for one in (link, cp.Study.from_link(link).to_link()))
    assert first.simulate().attrs["identity"] == second.simulate().attrs["identity"]


def test_looks_are_no_part_of_a_study_and_another_version_is_told(capsys):
    link = cp.Study("lekki", DEAR).to_link()
    looks = "&mode=expert&chart=jobs&show=samples.table&tour=2&present=1&lang=zh&mark=2016Q1+jobs/2016/3&axis=age"
    assert cp.Study.from_link(link + looks).content() == cp.Study.from_link(link).content()
    own = f"0.1.0:{study_links.MODEL_VERSION}:{cp.load_case('lekki').hash[:8]}"
    cp.Study.from_link(f"{link}&v={own}")
    assert capsys.readouterr().err == ""
    cp.Study.from_link(f"{link}&v=0.1.0:1:01234567")
    assert "another version" in capsys.readouterr().err


def test_a_quarter_and_a_single_changed_scenario_are_kept():
    scenario = cp.Scenario("dear", parameters={"land_price": 0.6})
    study = cp.Study("lekki", scenario, now="2027Q1", reference=False)
    assert "now=2027Q1" in held(study)
    assert [one.key for one in cp.Study.from_link(study.to_link()).scenarios] == ["dear"]


@pytest.mark.parametrize(
    ("how", "key"),
    [
        ({"runs": 5_001}, "runs"),
        ({"seed": 2**53}, "seed"),
        ({"replicates": 2}, "replicates"),
        ({"quarters": 40}, "quarters"),
        ({"keep": "all"}, "keep"),
        ({"scenarios": {f"a{n}": {"parameters": {"land_price": 0.1 * n}} for n in range(1, 6)}}, "scenarios"),
        ({"scenarios": {"a": {"times": {"land_price": 2}}}}, "scenarios[1].times"),
        ({"scenarios": {"a": {"scale": {"governments.visit": 2}}}}, "scenarios[1].scale"),
    ],
)
def test_what_a_link_cannot_say_is_refused_with_the_reason(how, key):
    study = cp.Study("lekki", **how)
    with pytest.raises(StudyFaults) as refused:
        study.to_link()
    assert [fault.key for fault in refused.value.faults] == [key]
    for lang in LANGUAGES:
        assert refused.value.faults[0].sentence(lang)


def test_a_park_of_ones_own_and_a_base_that_is_none_are_refused(tmp_path):
    import pandas as pd

    new = pd.DataFrame({"date": ["2016-12"], "variable": ["jobs"], "value": [9], "grade": ["high"], "source": ["own"]})
    changed = cp.with_observations("lekki", new, sources={"own": {"outlet": "Own survey", "read": "original"}})
    with pytest.raises(NotFound, match="only in memory"):
        cp.Study(changed).to_link()
    for base in ("ftp://a", "http://", "http://a?b=1", "http://a b", "javascript:alert(1)", "http://[", "http://u:p@a"):
        with pytest.raises(StudyFaults, match="address of a server"):
            cp.Study("lekki").to_link(base)


SCENARIO = {"key": "a", "title": {"en": "A", "zh": "甲"}}


def link(**parts):
    return f"/simulate?{urlencode({'case': 'lekki', **parts})}"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("", "link_page"),
        ("/decide?case=lekki", "link_page"),
        ("file:///simulate?case=lekki", "link_page"),
        ("http://[::1/simulate?case=lekki", "link_unreadable"),
        ("/simulate?case", "link_unreadable"),
        ("/simulate?case=%ff", "link_unreadable"),
        ("/simulate?" + "&".join(f"a{n}=1" for n in range(90)), "link_unreadable"),
        ("/simulate?case=" + "a" * 20_000, "link_long"),
        (None, "link_long"),
        (7, "link_long"),
        ("/simulate?seed=1&x=1", "unknown_key"),
        ("/simulate?seed=1", "link_no_case"),
        ("/simulate?case=lekki&case=suzhou", "link_twice"),
        (link(case="../lekki"), "link_case"),
        (link(case="/etc"), "link_case"),
        (link(case="mine-0123456789abcdef"), "link_case"),
        (link(seed="9" * 5000), "link_value"),
        (link(seed="-1"), "link_value"),
        (link(runs="1e9"), "link_value"),
        (link(runs="٣"), "link_value"),
        (link(draws="all"), "link_value"),
        (link(now="tomorrow"), "link_value"),
        (link(now="0000Q1"), None),
        (link(cut="2020Q4"), "link_cut"),
        (link(parks="lekki~suzhou"), "link_parks"),
        (link(scenario="{"), "link_json"),
        (link(scenario="[" * 5000), "link_json"),
        (link(scenario="[1]"), "link_json"),
        (link(scenario='{"key": NaN}'), "link_json"),
        (link(scenario=json.dumps(SCENARIO | {"parameters": {"land_price": "9" * 5000}})), None),
        (link(scenario=json.dumps(SCENARIO | {"parameters": {"land_prise": 1}})), "unknown"),
        (link(scenario=json.dumps(SCENARIO | {"parameters": [1]})), None),
        (link(scenario=json.dumps(SCENARIO | {"edits": {"quota": [[[]]]}})), None),
        (link(scenario=json.dumps(SCENARIO | {"title": "\ud800"})), None),
        (link(scenario=json.dumps(SCENARIO | {"key": "../../etc"})), None),
        (link(scenario='{"key": "a", "title": "A", "parameters": {"land_price": 1e999}}'), None),
        (link(scenario='{"key": "a", "title": "A", "parameters": {"land_price": ' + "9" * 5000 + "}}"), "link_json"),
        (link(scenario=json.dumps(SCENARIO | {"times": {"land_price": 2}})), "link_factors"),
        (
            link(
                scenario=json.dumps(SCENARIO | {"key": "as-it-is", "parameters": {"land_price": 0.6}}),
                baseline="as-it-is",
            ),
            "same_key",
        ),
        ("/compare?case=lekki", "link_compares_nothing"),
        ("/compare?case=lekki&compare=[]", "link_value"),
        ("/compare?case=lekki&compare=[1,2]", "link_json"),
    ],
)
def test_a_link_of_a_stranger_is_an_error_with_place_cause_and_repair(given, code):
    with pytest.raises(StudyFaults) as refused:
        cp.Study.from_link(given)
    assert refused.value.faults
    for fault in refused.value.faults:
        assert fault.file == "link"
        for lang in LANGUAGES:
            assert fault.cause(lang) != fault.repair(lang)
            assert fault.sentence(lang).isprintable()
    if code is not None:
        assert any(fault.code.endswith(f".{code}") for fault in refused.value.faults), refused.value
    with cp.set_options(lang="zh"), pytest.raises(StudyFaults) as said:
        cp.Study.from_link(given)
    assert str(said.value) == "\n".join(fault.sentence("zh") for fault in refused.value.faults)


def test_a_scenario_chosen_twice_has_keys_of_its_own_as_on_the_page():
    twice = json.dumps([SCENARIO, SCENARIO])
    read = cp.Study.from_link(f"/compare?{urlencode({'case': 'lekki', 'compare': twice})}")
    assert [scenario.key for scenario in read.scenarios] == ["a", "a-1"]
