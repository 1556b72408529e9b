"""One engine: what the server says is what the library and the command line say, to the bit."""

from __future__ import annotations

import numpy as np
import pytest
import yaml

from copark import workflows
from copark.analyses.registry import REGISTRY
from copark.analyses.shipped import shipped
from copark.simulation.readouts.compare import bands, effects_of, paired
from copark.simulation.study import Study
from copark.stats.quantiles import quantiles
from copark.web.content.analyses import results_of
from copark.web.content.case_registry import CaseRegistry, OwnerView
from tests.web.conftest import EQUITY

RUNS = 60


def library(answer, **changes):
    """The library's result of the study an answer tells."""
    study = Study.model_validate(answer["study"])
    kept = {name: getattr(study, name) for name in ("runs", "seed", "draws", "replicates", "keep", "scenarios")}
    scenarios = [scenario.model_dump(by_alias=True) for scenario in kept.pop("scenarios")]
    return workflows.simulate(study.case, scenarios=scenarios, threads=1, **kept | changes)


@pytest.fixture(scope="module", params=["defaults", "unsettled", "prior"])
def pair(client, request):
    """An answer of a scenario beside the case as it is, and the library's result for the same words."""
    asked = {"case": "great-stone", "runs": RUNS, "seed": 3, "draws": request.param, "scenario": EQUITY}
    answer = client.post("/api/v1/simulate", json=asked).json()
    return answer, library(answer)


def test_the_library_and_the_command_line_give_the_same_identity(client, pair, tmp_path):
    answer, result = pair
    content = client.get(f"/api/v1/export/{answer['identity']}.study.yaml").text
    assert yaml.safe_load(content) == answer["study"]
    path = tmp_path / "study.yaml"
    path.write_text(content, encoding="utf-8")
    made = workflows.run_study(path, out=tmp_path, report=False, threads=1)
    assert made.identity == answer["identity"] == result.attrs["identity"]


def test_bands_are_the_librarys_to_the_bit(pair):
    answer, result = pair
    for n, scenario in enumerate(answer["scenarios"]):
        assert set(scenario["bands"]) == {
            "operating",
            "registered",
            "realised_investment",
            "jobs",
            "cash",
            "serviced_area",
        }
        for name, rows in scenario["bands"].items():
            assert np.array_equal(np.array(rows), bands(result, name, n)), name


def test_a_comparison_is_the_librarys_to_the_bit(client):
    scenarios = [
        {"key": "a"},
        {"key": "b", "edits": {"framework": "off"}},
        {"key": "c", "parameters": {"value_home": 0.0}},
    ]
    asked = {"case": "great-stone", "runs": 40, "draws": "unsettled", "outputs": ["jobs"], "scenarios": scenarios}
    answer = client.post("/api/v1/compare", json=asked).json()
    result = library(answer)
    assert answer["identity"] == result.attrs["identity"]
    assert [change["scenario"] for change in answer["changes"]] == ["b", "c"]
    effects = effects_of(*paired(result), ["jobs"])
    for key, change in zip(effects.scenarios, answer["changes"], strict=True):
        assert np.array_equal(np.array(change["bands"]["jobs"]), quantiles(effects.differences(key, "jobs")))


def test_runs_made_while_dragging_are_the_first_of_those_on_release(serve, tmp_path):
    """200 runs, then 1,000 of the same: what is joined is what is made at once."""
    asked = {"case": "great-stone", "draws": "unsettled", "scenario": EQUITY, "baseline": None}
    with serve(data=tmp_path / "one") as dragging, serve(data=tmp_path / "two") as releasing:
        asks = ((dragging, 20), (dragging, 90), (dragging, 20), (releasing, 90))
        first, joined, again, at_once = (
            one.post("/api/v1/simulate", json=asked | {"runs": runs}).json() for one, runs in asks
        )
    assert joined["identity"] == at_once["identity"]
    assert joined["scenarios"][0]["bands"] == at_once["scenarios"][0]["bands"]
    assert again["scenarios"] == first["scenarios"]


def test_the_posterior_is_drawn_from_where_there_is_one(client):
    case = next(one for one in client.get("/api/v1/cases").json()["cases"] if one["name"] == "great-stone")
    answer = client.post("/api/v1/simulate", json={"case": "great-stone", "runs": 20}).json()
    assert answer["draws"]["kind"] == "posterior"
    assert case["calibrated"]
    result = library(answer)
    assert answer["identity"] == result.attrs["identity"]
    assert np.array_equal(np.array(answer["scenarios"][0]["bands"]["jobs"]), bands(result, "jobs"))
    assert answer["draws"]["cut"]
    assert answer["trust"]["label"]["en"] == result.attrs["trust_en"]


@pytest.mark.long
def test_every_result_that_ships_is_offered(tmp_path):
    """One that the page does not list is computed again by whoever asks for it."""
    view = OwnerView(CaseRegistry(), "", tmp_path)
    offered = {info.run_id for analysis in REGISTRY for info in results_of(analysis, view, None).results}
    assert [result.name for result in shipped() if result.run_id not in offered] == []
