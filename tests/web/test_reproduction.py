"""Forms beside an answer: the command's file, the lines of Python and the link give its run ID again."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import urlencode

import pytest
import yaml

import copark as cp
from copark import workflows
from copark.calibration.case_parameters import settle
from copark.cases import load_case
from copark.simulation.results import study_identity
from copark.simulation.study import load_study
from tests.web.conftest import EQUITY, MINE, YOURS
from tests.web.test_uploads import FILES, ZIP, archive

RUNS = 4
TITLE = {"en": 'It\'s "mine"\n', "zh": "自拟"}
MIXED = {
    "key": "mixed",
    "title": TITLE,
    "parameters": {"value_home": 0.0},
    "levers": {"world.exposure_pandemic": [{"value": 0.5, "from": "2027Q1"}]},
    "links": {"network_to_arrivals": {"strength": 0.0, "from": 60}},
    "edits": {"framework": "off", "narrow_until": "forever", "terms": {"cost": "off"}, "depth": {"credit": False}},
}
ASKED = {
    "simulate": [
        {"case": "great-stone", "scenario": EQUITY},
        {"case": "great-stone", "scenario": MIXED, "draws": "unsettled", "now": "2027Q1"},
        {"case": "lekki", "baseline": None, "seed": 2**53 - 1, "draws": "defaults"},
        {"case": "great-stone", "cut": "2020Q4", "baseline": None},
        {"case": "suzhou", "baseline": None, "quarters": 60, "futures": 2, "draws": "prior"},
    ],
    "compare": [
        {"case": "lekki", "draws": "prior", "scenarios": [{"key": "a"}, MIXED | {"edits": {}}, {"key": "c"}]},
        {"case": "lekki", "draws": "prior", "scenarios": [{"key": "a"}, {"key": "b", "times": {"value_home": 2}}]},
    ],
}


def executed(lines: str):
    """The runs that lines of Python make."""
    names: dict = {}
    exec(lines, names)
    return names["runs"]


def named(study, cut=None):
    """The result of a study by its run ID alone: draws and time are decided as for a run, which is not made."""
    case = load_case(study.case)
    settled, parameters = settle(study, case, None, None, cut)
    source = parameters.identity if settled.draws == "posterior" else None
    return SimpleNamespace(attrs={"identity": study_identity(settled, case, source)})


@pytest.fixture(params=["named", pytest.param("run", marks=pytest.mark.long)])
def is_run(request, monkeypatch):
    """Whether everything is run, too."""
    if request.param == "named":
        monkeypatch.setattr(cp.Study, "simulate", named)
    return request.param == "run"


@pytest.mark.parametrize(("page", "asked"), [(page, one) for page, all_asked in ASKED.items() for one in all_asked])
def test_every_form_gives_the_run_id_of_the_answer(client, page, asked, tmp_path, is_run):
    answer = client.post(f"/api/v1/{page}", json={"runs": RUNS, **asked})
    assert answer.status_code == 200, answer.text
    identity = answer.json()["identity"]
    forms = client.get(f"/api/v1/reproduce/{identity}").json()
    assert forms["identity"] == identity
    assert executed(forms["python"]).attrs["identity"] == identity
    assert yaml.safe_load(forms["yaml"]) == answer.json()["study"]
    assert forms["yaml"] == client.get(f"/api/v1/export/{identity}.study.yaml").text
    path = tmp_path / forms["file"]
    path.write_text(forms["yaml"], encoding="utf-8")
    cut = asked.get("cut")
    assert forms["command"] == f"copark run {path.name}" + (f" --cut {cut}" if cut else "")
    assert named(load_study(path), cut).attrs["identity"] == identity
    if is_run:
        assert workflows.run_study(path, out=tmp_path, report=False, threads=1, cut=cut).identity == identity
    if forms["link"] is None:
        assert {"quarters", "times"} & {*asked, *(name for one in asked.get("scenarios", []) for name in one)}
        assert all(forms["no_link"][lang] for lang in ("en", "zh"))
        return
    link = forms["link"].removesuffix(f"&cut={cut}")
    assert cp.Study.from_link(link).simulate(cut=cut).attrs["identity"] == identity


def test_a_preset_of_the_page_is_the_same_study_in_python(client):
    """What the page asks for an address, written as its own code writes it, is what `from_link` reads."""
    study = load_study("old-threshold")
    preset = study.scenarios[-1].model_dump(mode="json", by_alias=True)
    asked = {"case": study.case, "runs": RUNS, "draws": "defaults", "scenario": preset}
    identity = client.post("/api/v1/simulate", json=asked).json()["identity"]
    address = {**asked, "seed": 1, "scenario": json.dumps(preset), "baseline": "as-it-is", "lang": "zh"}
    read = cp.Study.from_link(f"http://127.0.0.1:8765/simulate?{urlencode(address)}")
    assert read.simulate().attrs["identity"] == identity
    again = cp.Study.from_link(client.get(f"/api/v1/reproduce/{identity}").json()["link"])
    assert again.simulate().attrs["identity"] == identity
    assert again.scenarios[1].title == read.scenarios[1].title


def test_of_a_park_of_ones_own_the_forms_name_its_folder_and_are_its_owners(client, tmp_path, monkeypatch):
    park = client.post("/api/v1/cases", content=archive(FILES), headers=ZIP | MINE).json()["case"]["name"]
    asked = {"case": park, "runs": RUNS, "draws": "defaults", "baseline": None}
    answer = client.post("/api/v1/simulate", json=asked, headers=MINE).json()
    address = f"/api/v1/reproduce/{answer['identity']}"
    assert client.get(address, headers=YOURS).status_code == 404
    forms = client.get(address, headers=MINE).json()
    assert forms["link"] is None
    assert answer["study"]["case"] in forms["notes"][0]["zh"]
    folder = tmp_path / answer["study"]["case"]
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.chdir(tmp_path)
    assert executed(forms["python"]).attrs["identity"] == answer["identity"]
    client.delete(f"/api/v1/cases/{park}", headers=MINE)


def test_forms_of_what_nobody_asked_are_not_there(client):
    missing = client.get("/api/v1/reproduce/0123456789abcdef")
    assert missing.status_code == 404
    assert client.get("/api/v1/reproduce/..%2f").status_code in (404, 422)


ANALYSES = (("parks", {}, "copark parks"), ("levers", {"case": "great-stone"}, "copark levers great-stone --now"))
"""Analyses with answers that ship, and how their commands begin."""


@pytest.mark.ships("parks", "levers")
@pytest.mark.parametrize(("name", "query", "begins"), ANALYSES)
def test_forms_of_an_analysis_ask_its_question_again(client, name, query, begins):
    run_id = client.get(f"/api/v1/analyses/{name}/results", params=query).json()["results"][0]["run_id"]
    forms = client.get(f"/api/v1/analyses/{name}/{run_id}/reproduce").json()
    assert (forms["kind"], forms["yaml"], forms["file"]) == ("analysis", None, None)
    assert forms["command"].startswith(begins)
    names: dict = {}
    exec(forms["python"], names)
    assert names["answer"].run_id == run_id
    assert forms["link"] == f"/analyses/{name}?{urlencode({**query, 'run': run_id})}"
    assert client.get(f"/api/v1/analyses/{name}/{'0' * 16}/reproduce").status_code == 404
