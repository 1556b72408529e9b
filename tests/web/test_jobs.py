"""Jobs: a place in the queue, how far they are, cancelled when asked, the same result, and back after a restart."""

from __future__ import annotations

import csv
import json
import time
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from copark.store import RunStore
from copark.store.manifest import faults_of
from copark.web.job_process import main
from copark.web.jobs import JobQueue
from copark.web.limits import Settings
from copark.web.services import Services
from tests.web.conftest import services_of

LONG = {"case": "great-stone", "runs": 1_000_000, "draws": "defaults", "outputs": ["jobs"]}
SHORT = {"case": "great-stone", "runs": 20, "draws": "unsettled", "outputs": ["jobs"]}


def wait_for(client, job, *states, patience=90.0):
    until = time.monotonic() + patience
    while time.monotonic() < until:
        found = client.get(f"/api/v1/jobs/{job['id']}").json()
        if found["state"] in states:
            return found
        time.sleep(0.05)
    raise AssertionError(found)


@pytest.mark.long
def test_a_job_tells_its_progress_and_its_result_is_the_librarys(client, data):
    from copark import workflows
    from copark.simulation.study import Study

    sent = client.post("/api/v1/jobs", json=SHORT)
    assert sent.status_code == 202
    job = sent.json()
    assert sent.headers["location"] == f"/api/v1/jobs/{job['id']}"
    last = wait_for(client, job, "done", "failed")
    assert (last["state"], last["place"], last["trouble"]) == ("done", 0, [])
    study = Study.model_validate(yaml.safe_load(client.get(f"/api/v1/export/{last['identity']}.study.yaml").text))
    result = workflows.simulate(
        "great-stone", runs=20, draws="unsettled", keep=study.keep,
        scenarios=[one.model_dump(by_alias=True) for one in study.scenarios],
    )  # fmt: skip
    assert last["identity"] == result.attrs["identity"]
    stored = RunStore(data / "runs").load(last["identity"])
    assert np.array_equal(stored["jobs"].to_numpy(), result["jobs"].to_numpy())
    table = client.get(f"/api/v1/export/{last['identity']}.csv").content.decode("utf-8-sig").splitlines()
    bands = [[float(cell) for cell in row[8:13]] for row in csv.reader(table) if row[1] == "jobs"]
    own = client.post("/api/v1/simulate", json={**SHORT, "baseline": None, "scenario": {"key": "as-it-is"}}).json()
    assert np.array_equal(np.transpose(bands), np.array(own["arms"][0]["bands"]["jobs"]))


@pytest.mark.long
def test_who_waits_knows_the_place_and_who_is_cancelled_leaves_nothing(serve, tmp_path):
    with serve(data=tmp_path / "out") as client:
        first, second, third = (client.post("/api/v1/jobs", json=LONG | {"seed": seed}).json() for seed in (1, 2, 3))
        running = wait_for(client, first, "running")
        assert running["place"] == 0
        until = time.monotonic() + 60
        while time.monotonic() < until:
            told = client.get(f"/api/v1/jobs/{first['id']}").json()
            if told["seconds_left"] is not None:
                break
            time.sleep(0.05)
        assert told["done"] > 0
        assert told["total"] == 1_000_000
        assert told["stage_title"]["zh"]
        assert told["seconds_left"] > 0
        assert [client.get(f"/api/v1/jobs/{one['id']}").json()["place"] for one in (second, third)] == [2, 3]
        assert client.delete(f"/api/v1/jobs/{second['id']}").json()["state"] == "cancelled"
        assert client.get(f"/api/v1/jobs/{third['id']}").json()["place"] == 2
        client.delete(f"/api/v1/jobs/{third['id']}")
        client.delete(f"/api/v1/jobs/{first['id']}")
        assert wait_for(client, first, "cancelled")["identity"] == ""
        states = [one["state"] for one in client.get("/api/v1/jobs").json()["jobs"]]
        assert states == ["cancelled"] * 3
        runs = tmp_path / "out" / "runs"
        assert not runs.exists() or list(runs.iterdir()) == []
        assert client.delete(f"/api/v1/jobs/{first['id']}").json()["state"] == "cancelled"


@pytest.mark.long
def test_a_job_whose_process_is_killed_is_done_all_the_same(serve, tmp_path):
    with serve() as client:
        job = client.post("/api/v1/jobs", json=LONG | {"runs": 6_000}).json()
        until = time.monotonic() + 60
        while client.get(f"/api/v1/jobs/{job['id']}").json()["done"] == 0:
            assert time.monotonic() < until
            time.sleep(0.02)
        services_of(client).jobs._working[job["id"]]._process.kill()
        ended = wait_for(client, job, "done", "failed")
    assert (ended["state"], ended["attempts"], ended["trouble"]) == ("done", 2, [])
    store = RunStore(tmp_path / "out" / "runs")
    assert [path.name for path in store.root.iterdir()] == [ended["identity"]]
    (record,) = store.records()[0]
    assert record.runs == 6_000
    assert faults_of(record.path, deep=True) == []


def test_jobs_wait_their_turn_are_taken_back_and_outlive_their_server(serve, tmp_path, monkeypatch):
    """The queue alone, with nobody who works: who has many waiting is behind who has one."""
    monkeypatch.setattr(JobQueue, "start", lambda _: None)
    words = [{"X-Copark-Owner": f"a-word-nobody-can-guess-{n}"} for n in range(2)]
    with serve(data=tmp_path / "out") as client:
        many = [client.post("/api/v1/jobs", json=LONG | {"seed": seed}, headers=words[0]).json() for seed in range(3)]
        one = client.post("/api/v1/jobs", json=LONG | {"seed": 9}, headers=words[1]).json()
        asked = [f"/api/v1/jobs/{job['id']}" for job in (*many, one)]
        assert [client.get(path).json()["place"] for path in asked] == [1, 3, 4, 2]
        assert client.delete(asked[1]).json()["state"] == "cancelled"
        assert [client.get(path).json()["place"] for path in asked] == [1, 0, 3, 2]
    with serve(data=tmp_path / "out") as client:
        told = [client.get(path).json() for path in asked]
        assert [(job["state"], job["attempts"]) for job in told] == [
            ("queued", 0), ("cancelled", 0), ("queued", 0), ("queued", 0),
        ]  # fmt: skip


def test_a_full_queue_takes_no_more(serve):
    with serve(limits={"jobs": 0}) as client:
        answer = client.post("/api/v1/jobs", json=LONG)
        assert (answer.status_code, answer.json()["code"]) == (503, "jobs_full")
    with serve(limits={"jobs_each": 0}) as client:
        answer = client.post("/api/v1/jobs", json=LONG)
        assert (answer.status_code, answer.json()["code"]) == (429, "jobs_yours")
        assert int(answer.headers["retry-after"]) > 0
    with serve(limits={"stored": -1}) as client:
        answer = client.post("/api/v1/jobs", json=LONG)
        assert (answer.status_code, answer.json()["code"]) == (507, "storage")


def test_a_page_that_a_job_wrote_may_run_nothing(serve, tmp_path, monkeypatch):
    monkeypatch.setattr(JobQueue, "start", lambda _: None)
    with serve(data=tmp_path / "out") as client:
        job = client.post("/api/v1/jobs", json=SHORT | {"report": True}).json()
        assert client.get(f"/api/v1/jobs/{job['id']}/page").status_code == 404
        path = tmp_path / "out" / "reports" / "web-abcd" / "report.html"
        path.parent.mkdir(parents=True)
        path.write_bytes(b"words")
        table = services_of(client).jobs.table
        table.end(table.claim("page"), "done", page=str(path))
        answer = client.get(f"/api/v1/jobs/{job['id']}/page")
    assert (answer.status_code, answer.content) == (200, b"words")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "sandbox" in answer.headers["content-security-policy"]


class Lines:
    def __init__(self):
        self.said = []

    def write(self, words):
        self.said.append(json.loads(words))

    def flush(self):
        pass


def test_a_process_tells_faults_not_tracebacks(tmp_path):
    for study, code in (({"nonsense": 1}, "unexpected"), (None, "unexpected")):
        lines = Lines()
        errand = {"kind": "run", "case": "great-stone", "study": study, "lang": "en", "data": str(tmp_path)}
        main(StaysOpen([json.dumps(errand)]), lines)
        assert lines.said[-1]["end"] == "failed"
        assert lines.said[-1]["code"] == code
        assert "Traceback" not in json.dumps(lines.said)
    lines = Lines()
    errand = {"kind": "run", "case": "nowhere", "study": {}, "lang": "en", "data": str(tmp_path)}
    main(StaysOpen([json.dumps(errand)]), lines)
    assert "nowhere" in lines.said[-1]["words"]["en"]


class StaysOpen:
    """A stream of lines that never ends."""

    def __init__(self, lines):
        self.lines = list(lines)

    def readline(self):
        return self.lines.pop(0)

    def __iter__(self):
        import threading

        threading.Event().wait()
        yield ""


@pytest.mark.parametrize("inside", [True, False])
def test_only_what_lies_among_the_reports_is_a_page(tmp_path, inside):
    """A database can be imported, and then says what somebody else wrote."""
    services = SimpleNamespace(settings=Settings(data=tmp_path))
    (tmp_path / "reports").mkdir()
    path = tmp_path / ("reports" if inside else "") / "page.html"
    path.write_bytes(b"words")
    for named in (path, tmp_path / "reports" / ".." / "page.html"):
        assert (Services.page_of(services, SimpleNamespace(page=str(named))) == b"words") == (inside and named == path)
