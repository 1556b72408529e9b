"""Cached answers: their keys hold all they depend on, so that nobody is told what no longer is, or what others said."""

from __future__ import annotations

import shutil

import yaml

from copark.cases.casebook import POSTERIOR, casebook_path
from copark.simulation import results
from copark.web.content.packed import PackedQuestion, packed_key
from tests.web.conftest import EQUITY, MINE, YOURS, services_of

PARK = "great-stone"
SHIPPED_RUNS, OTHER_RUNS = 65_536, 4_321


def kinds(client):
    """Kind of the calibration that each page about a park tells of, and an answer that draws nothing from it."""
    listed = next(case for case in client.get("/api/v1/cases").json()["cases"] if case["name"] == PARK)
    described = client.get(f"/api/v1/cases/{PARK}").json()["case"]
    asked = {"case": PARK, "runs": 2, "draws": "defaults", "baseline": None}
    answered = client.post("/api/v1/simulate", json=asked).json()["case"]
    runs = client.get("/api/v1/method", params={"case": PARK}).json()["calibration"]["runs"]
    method = {SHIPPED_RUNS: "shipped", OTHER_RUNS: "own"}[runs]
    return {method, *(case["trust"]["kind"] for case in (listed, described, answered))}


def test_a_calibration_made_while_the_server_runs_is_told_of_at_once(serve, tmp_path):
    with serve() as client:
        assert kinds(client) == {"shipped"}
        own = tmp_path / "out" / "posteriors" / f"{PARK}-0123456789abcdef"
        shutil.copytree(casebook_path() / PARK / POSTERIOR / "2024Q4", own)
        recipe = (own / "recipe.json").read_text(encoding="utf-8")
        changed = recipe.replace(f'"runs": {SHIPPED_RUNS}', f'"runs": {OTHER_RUNS}')
        (own / "recipe.json").write_text(changed, encoding="utf-8")
        assert kinds(client) == {"own"}


def test_a_packed_park_has_the_key_of_its_calibration_and_model(client, monkeypatch):
    engine = services_of(client).engine
    latest, earlier = (engine.registry.get(PARK, cut) for cut in (None, "2020Q4"))
    question = PackedQuestion(runs=2)
    key = packed_key(engine, latest, question)
    assert packed_key(engine, latest, PackedQuestion(runs=2)) == key
    others = [packed_key(engine, earlier, question), packed_key(engine, latest, PackedQuestion(runs=3))]
    monkeypatch.setattr(results, "MODEL_VERSION", "another")
    others.append(packed_key(engine, latest, question))
    assert len({key, *others}) == 4


def test_a_park_is_packed_where_runs_are_made(client, monkeypatch):
    monkeypatch.setattr(services_of(client).io_pool, "closed", True)
    address = f"/api/v1/cases/{PARK}/packed?runs=3&draws=defaults"
    packed = client.get(address)
    assert packed.status_code == 200
    assert client.get(address, headers={"if-none-match": packed.headers["etag"]}).status_code == 304


def test_an_answer_bears_the_titles_of_who_asks(client):
    """The same runs, asked by two under titles of their own; a run ID covers no titles."""
    for owner, title in ((MINE, "mine"), (YOURS, "yours"), (MINE, "mine")):
        asked = {"case": PARK, "runs": 3, "draws": "defaults", "scenario": EQUITY | {"title": title}}
        answer = client.post("/api/v1/simulate", json=asked, headers=owner).json()
        assert answer["scenarios"][1]["title"]["en"] == title
    for owner, title in ((MINE, "mine"), (YOURS, "yours")):
        forms = client.get(f"/api/v1/reproduce/{answer['identity']}", headers=owner).json()
        assert yaml.safe_load(forms["yaml"])["scenarios"][1]["title"] == {"en": title, "zh": title}
