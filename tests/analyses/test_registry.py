"""An analysis is three files: from them follow its command, Python function, menu entry, job, route and files."""

import io
import json
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import copark
from copark.analyses import REGISTRY
from copark.analyses.answer import RESULT, answer, listed
from copark.analyses.context import Context
from copark.analyses.contract import Texts
from copark.calibration.case_parameters import parameters_of
from copark.cases import load_case
from copark.decisions.lever_file import load_levers
from copark.errors import CoparkError
from copark.simulation.study import baseline
from copark.texts import LANGUAGES
from copark.web import jobs as work
from copark.web.limits import Limits, ServerSettings
from copark.web.server import create_app
from tests.analyses.conftest import ROOT, recipe
from tests.asked import call

CHILD = """
import sys
sys.path.insert(0, {folder!r})
from copark.analyses import REGISTRY, Analysis
REGISTRY.add(Analysis("toy", "toy", "explain"))
from copark.web.job_process import main
sys.exit(main(sys.stdin, sys.stdout))
"""


def today():
    return datetime.now(UTC).date().isoformat()


def test_a_document_is_made_once_and_parameters_are_found_once(toy, tmp_path, monkeypatch):
    """Screen and files show one document; all studies of a question draw from parameters that were read once."""
    found = []

    def counted(case, *asked):
        found.append(case.name)
        return parameters_of(case, *asked)

    monkeypatch.setattr("copark.calibration.case_parameters.parameters_of", counted)
    context = Context(tmp_path, threads=1)
    answered = answer(toy, toy.params(case="great-stone", runs=20), context)
    case = context.case("great-stone")
    study = baseline("great-stone")
    assert context.stored_run_id(study, case) == context.stored_run_id(study, case)
    assert len(found) == 1
    assert answered.document("zh") is answered.document("zh")
    assert answered.document("en").lang == "en"


def test_it_has_a_command(toy, tmp_path, capsys):
    code, out, _ = call(["--help"], capsys)
    assert code == 0
    assert "toy" in out.partition("Explain")[2]
    code, out, _ = call(["toy", "--help", "--lang", "zh"], capsys)
    assert code == 0
    assert "--runs N" in out
    assert "模拟次数" in out
    asked = ["toy", "great-stone", "--runs", "20", "--out", str(tmp_path), "--threads", "1"]
    code, out, err = call([*asked, "--json"], capsys)
    assert code == 0, err
    assert json.loads(out)["document"]["title"] == "How large does China–Belarus Industrial Park Great Stone become?"
    assert not (tmp_path / "reports").exists(), "--json writes to standard output, and nothing else"
    code, out, err = call([*asked, "--format", "html,csv", "--lang", "zh"], capsys)
    assert code == 0, err
    assert "运营企业" in out
    assert "--all" in out
    assert "--format" not in out, "formats that were given are not advised again"
    assert "直接读取" in err
    (report,) = (tmp_path / "reports").iterdir()
    assert report.name == f"toy-great-stone-{today()}"
    assert (report / f"toy-great-stone-{today()}-zh.html").is_file()


def test_wrong_usage_of_it_is_told(toy, capsys):
    for asked, told in (
        ("toy", "CASE is missing"), ("toy great-stone --runs 0", "from 1 to 10000"),
        ("toy great-stone --format odt", "odt"), ("toy nowhere --lang zh", "没有名为“nowhere”的案例或文件夹"),
    ):  # fmt: skip
        code, out, err = call(asked.split(), capsys)
        assert (code, out, told in err) == (2, "", True)


def test_it_has_a_function_with_a_typed_result(toy, tmp_path):
    found = copark.toy("great-stone", runs=20, out=tmp_path)
    assert type(found).__name__ == "Answer"
    assert list(found.to_frame().columns) == ["quarter", "low", "median", "high"]
    assert found.trust.state == "calibrated"
    assert found.document("zh").lang == "zh"
    assert "runs" in copark.toy.__doc__
    with pytest.raises(TypeError, match="too many positional"):
        copark.toy("great-stone", 20)
    with pytest.raises(CoparkError, match="runs"):
        copark.toy("great-stone", runs=0)
    with pytest.raises(AttributeError, match="no_such"):
        _ = copark.no_such_analysis


def asked_of(toy, out):
    context = Context(out, threads=1)
    found = answer(toy, toy.params(case="great-stone", runs=20), context)
    return context.result_folder / RESULT, found.reused, vars(found.result)


def test_what_is_damaged_or_foreign_is_computed_again(toy, tmp_path):
    path, reused, first = asked_of(toy, tmp_path)
    assert not reused
    sound = path.read_text(encoding="utf-8")
    assert asked_of(toy, tmp_path)[1]
    head, _, content = sound.partition("\n")
    spoilt = {
        "cut": sound[: len(sound) // 2], "empty": "", "no JSON": "\0" * 100, "changed": sound.replace("2", "3"),
        "another format": sound.replace('"format": 1', '"format": 9'), "deep": "[" * 100_000, "list": "[]\n[]",
        "of another version": sound.replace('"version": 1', '"version": 2'), "head alone": head, "no head": content,
    }  # fmt: skip
    for why, words in spoilt.items():
        path.write_text(words, encoding="utf-8")
        _, reused, again = asked_of(toy, tmp_path)
        assert not reused, why
        assert repr(again["median"]) == repr(first["median"]), why
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    assert not asked_of(toy, tmp_path)[1]
    assert [run_id for run_id, _ in listed(tmp_path, toy)] == [first["run_id"]]


def test_two_who_ask_the_same_compute_it_once(toy, tmp_path, monkeypatch):
    begun, made, stages = threading.Event(), [], []
    compute = toy.ask.compute

    def slowly(params, context):
        made.append(context.run_id)
        begun.set()
        time.sleep(1.0)
        return compute(params, context)

    def ask(progress):
        found = answer(toy, toy.params(case="great-stone", runs=20), Context(tmp_path, threads=1, progress=progress))
        return found.reused, found.result.run_id

    monkeypatch.setattr(toy.ask, "compute", slowly)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(ask, lambda *_: None)
        assert begun.wait(30)
        second = pool.submit(ask, lambda stage, *_: stages.append(stage))
        assert (first.result(), second.result()) == ((False, made[0]), (True, made[0]))
    assert len(made) == 1
    assert "waiting" in stages
    assert not list((tmp_path / "results" / "toy").glob(".*.lock"))


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    many = Limits(rate=100_000.0, burst=1_000_000.0)
    settings = ServerSettings(data=tmp_path_factory.mktemp("data"), threads=1, warm=False, limits=many)
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8765") as found:
        yield found


def test_it_is_in_the_menu_with_its_form(toy, client):
    menu = {one["name"]: one for one in client.get("/api/v1/analyses").json()["analyses"]}
    assert set(menu) == {one.name for one in REGISTRY if one.served}
    form = {one["name"]: one for one in menu["toy"]["form"]}
    assert form["case"]["type"] == "case"
    assert form["case"]["required"]
    assert (form["runs"]["type"], form["runs"]["minimum"], form["runs"]["maximum"]) == ("integer", 1, 500)
    assert form["runs"]["title"] == {"en": "Runs", "zh": "模拟次数"}
    assert "file" not in {one["name"] for one in menu["levers"]["form"]}


def test_a_form_can_be_sent_as_it_stands():
    """No default lies beyond what a server computes, and every parameter has its words."""
    for one in REGISTRY:
        for field in one.params.form(served=True):
            where = (one.name, field.name)
            assert field.maximum is None or field.default is None or field.default <= field.maximum, where
            words = [(lang, f"param.{field.name}{end}") for lang in LANGUAGES for end in ("", ".title")]
            assert all(Texts(one.area, lang).has(key) for lang, key in words), where


def test_keys_are_chosen_from_those_there_are(client, capsys):
    def keys(**given):
        told = client.get("/api/v1/analyses/levers/choices", params={"case": "great-stone", **given}).json()
        return [one["value"] for one in told["choices"]["levers"]]

    levers = load_levers(load_case("great-stone")).levers
    assert keys() == [one.key for one in levers if one.start]
    assert keys(since="now") == [one.key for one in levers if one.now]
    assert keys(since="nonsense", draws="x") == keys()
    for name in ("ablate", "link-impact"):
        told = client.get(f"/api/v1/analyses/{name}/choices", params={"case": "suzhou"}).json()["choices"]
        assert all(choice["title"]["zh"] for choices in told.values() for choice in choices)
    assert client.get("/api/v1/analyses/levers/choices").json() == {"choices": {}, "refused": None}
    over = client.get("/api/v1/analyses/goal/choices", params={"case": "kaesong"}).json()
    assert over["choices"] == {}
    assert "`copark levers kaesong --lang zh`" in over["refused"]["zh"]
    asked = {"analysis": "levers", "params": {"case": "great-stone", "levers": ["tax", "taxx"]}}
    refused = client.post("/api/v1/jobs/analyses", json=asked)
    assert refused.status_code == 422
    (fault,) = refused.json()["faults"]
    assert fault["field"] == "params.levers"
    assert "“taxx”" in fault["cause"]["zh"]
    code, out, err = call(["levers", "great-stone", "--levers", "taxx", "--lang", "zh"], capsys)
    assert (code, out) == (2, "")
    assert "没有可选项“taxx”" in err
    code, out, _ = call(["levers", "--help", "--lang", "zh"], capsys)
    assert "默认：200" in out
    assert "默认：全部" in "".join(out.split())


def test_a_job_makes_it_and_a_route_shows_it(toy, toy_folder, client, monkeypatch):
    monkeypatch.setattr(work, "PROGRAM", ("-c", CHILD.format(folder=str(toy_folder))))
    asked = {"analysis": "toy", "params": {"case": "great-stone", "runs": 20}}
    first = client.post("/api/v1/jobs/analyses", json=asked)
    assert first.status_code == 202, first.text
    assert (first.json()["kind"], first.json()["analysis"]) == ("analysis", "toy")
    job = ended(client, first.headers["location"])
    assert (job["state"], job["reused"]) == ("done", False), job
    place = f"/api/v1/analyses/toy/{job['identity']}"
    english, chinese = (client.get(place, params={"lang": lang}) for lang in ("en", "zh"))
    assert (english.json()["lang"], chinese.json()["lang"]) == ("en", "zh")
    mark = {"if-none-match": english.headers["etag"]}
    assert client.get(place, headers=mark).status_code == 304
    (listed,) = client.get("/api/v1/analyses/toy/results", params={"case": "great-stone"}).json()["results"]
    assert (listed["run_id"], listed["params"]["runs"]) == (job["identity"], 20)
    assert not client.get("/api/v1/analyses/toy/results", params={"case": "suzhou"}).json()["results"]
    for section in english.json()["sections"]:
        for block in (one for one in section["blocks"] if one["type"] in ("table", "chart")):
            whole = client.get(f"{place}/{block['type']}s/{block['key']}").json()
            assert len(whole["rows"]) == block["count"] if block["type"] == "table" else "<svg" in whole["svg"]
    for part in ("tables/none", "charts/none"):
        assert client.get(f"{place}/{part}").status_code == 404
    page = client.get(f"{place}/files/html")
    assert page.headers["content-disposition"].endswith(f'"toy-great-stone-{today()}-en.html"')
    assert "<html" in page.text
    with zipfile.ZipFile(io.BytesIO(client.get(f"{place}/files/csv").content)) as packed:
        assert packed.namelist()


def ended(client, place):
    for _ in range(600):
        job = client.get(place).json()
        if job["state"] in ("done", "failed", "cancelled"):
            return job
        time.sleep(0.1)
    raise AssertionError(job)


GREAT_STONE = {"case": "great-stone"}
WRONG = [
    ({"analysis": "nothing"}, 404, "analysis"),
    ({"analysis": "levers"}, 422, "params.case"),
    ({"analysis": "levers", "params": {"case": "../secret"}}, 404, "case"),
    *(({"analysis": "levers", "params": GREAT_STONE | given}, 422, f"params.{next(iter(given))}")
      for given in ({"draws": 5000}, {"draws": "many"}, {"file": "/etc/passwd"}, {"sinse": "now"}, {"since": "then"})),
]  # fmt: skip


def test_what_is_wrong_with_a_question_is_told(client, subtests):
    for asked, status, field in WRONG:
        with subtests.test(asked=asked):
            found = client.post("/api/v1/jobs/analyses", json=asked)
            assert found.status_code == status, found.text
            assert field in {one["field"] for one in found.json()["faults"]}
    for path in ("nothing/results", "levers/0123456789abcdef", "nothing/0123456789abcdef/files/pdf", "levers/xyz"):
        with subtests.test(path=path):
            found = client.get(f"/api/v1/analyses/{path}")
            assert found.status_code in (404, 422)
            assert found.headers["content-type"] == "application/problem+json"


def test_the_recipe_passes_the_checks_of_contributors(tmp_path):
    """Its code, as CONTRIBUTING.md prints it and in the folder that it tells, as `make check` reads it."""
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent))
    if ruff is None:
        pytest.skip("ruff is not installed")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    copied = tmp_path / "src" / "copark"
    shutil.copytree(ROOT / "src" / "copark", copied, ignore=not_code)
    folder = copied / "analyses" / "toy"
    shutil.rmtree(folder, ignore_errors=True)  # whoever tries the recipe has it in the tree
    folder.mkdir()
    for name, content in recipe().items():
        (folder / name).write_text(content, encoding="utf-8")
    for what in (["check"], ["format", "--check"]):
        command = [ruff, *what, "--no-cache", "src/copark/analyses/toy"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=60)
        assert done.returncode == 0, done.stdout


def not_code(folder, names):
    """Names below a folder that are neither folders nor Python."""
    return [name for name in names if not name.endswith(".py") and not (Path(folder) / name).is_dir()]
