"""Jobs: a place in the queue, how far they are, cancelled when asked, the same result, and back after a restart."""

from __future__ import annotations

import csv
import json
import threading
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from copark.simulation.study import load_study
from copark.store import runs
from copark.store.runs import RunStore
from copark.web.content import job_tasks
from copark.web.job_process import main
from copark.web.jobs import JobQueue, trouble_of
from copark.web.limits import ServerSettings
from copark.web.services import Services
from copark.workflows import run_study
from tests.asked import waited
from tests.web.conftest import LONG, MINE, YOURS, services_of

SHORT = {"case": "great-stone", "runs": 20, "draws": "unsettled", "outputs": ["jobs"]}


def told_of(client, job, is_so=lambda told: told["state"] in ("done", "failed")):
    return waited(lambda: client.get(f"/api/v1/jobs/{job['id']}").json(), is_so)


@pytest.mark.long
def test_a_job_tells_its_progress_and_its_result_is_the_librarys(client, data):
    from copark import workflows
    from copark.simulation.study import Study

    sent = client.post("/api/v1/jobs", json=SHORT)
    assert sent.status_code == 202
    job = sent.json()
    assert sent.headers["location"] == f"/api/v1/jobs/{job['id']}"
    last = told_of(client, job)
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
    assert np.array_equal(np.transpose(bands), np.array(own["scenarios"][0]["bands"]["jobs"]))


@pytest.mark.long
def test_who_waits_knows_the_place_and_who_is_cancelled_leaves_nothing(serve, tmp_path):
    with serve(data=tmp_path / "out") as client:
        jobs = [client.post("/api/v1/jobs", json=LONG | {"seed": seed}).json() for seed in (1, 2, 3)]
        first, second, third = (f"/api/v1/jobs/{job['id']}" for job in jobs)
        told = told_of(client, jobs[0], lambda told: told["seconds_left"] is not None)
        assert (told["state"], told["place"], told["total"]) == ("running", 0, 1_000_000)
        assert told["done"] > 0
        assert told["seconds_left"] > 0
        assert told["stage_title"]["zh"]
        assert [client.get(path).json()["place"] for path in (second, third)] == [2, 3]
        assert client.delete(second).json()["state"] == "cancelled"
        assert client.get(third).json()["place"] == 2
        client.delete(third)
        client.delete(first)
        assert told_of(client, jobs[0], lambda told: told["state"] == "cancelled")["identity"] == ""
        assert [one["state"] for one in client.get("/api/v1/jobs").json()["jobs"]] == ["cancelled"] * 3
        runs = tmp_path / "out" / "runs"
        assert not runs.exists() or list(runs.iterdir()) == []
        assert client.delete(first).json()["state"] == "cancelled"


def test_jobs_wait_their_turn_are_taken_back_and_outlive_their_server(serve, tmp_path, monkeypatch):
    """The queue alone, with nobody who works: who has many waiting is behind who has one."""
    monkeypatch.setattr(JobQueue, "start", lambda _: None)
    with serve(data=tmp_path / "out") as client:
        many = [client.post("/api/v1/jobs", json=LONG | {"seed": seed}, headers=MINE).json() for seed in range(3)]
        one = client.post("/api/v1/jobs", json=LONG | {"seed": 9}, headers=YOURS).json()
        paths = [f"/api/v1/jobs/{job['id']}" for job in (*many, one)]
        asked = list(zip(paths, [MINE, MINE, MINE, YOURS], strict=True))
        assert [client.get(path, headers=owner).json()["place"] for path, owner in asked] == [1, 3, 4, 2]
        assert client.delete(paths[1], headers=MINE).json()["state"] == "cancelled"
        assert [client.get(path, headers=owner).json()["place"] for path, owner in asked] == [1, 0, 3, 2]
    with serve(data=tmp_path / "out") as client:
        told = [client.get(path, headers=owner).json() for path, owner in asked]
        assert [(job["state"], job["attempts"]) for job in told] == [
            ("queued", 0), ("cancelled", 0), ("queued", 0), ("queued", 0),
        ]  # fmt: skip


def test_a_full_queue_takes_no_more(serve):
    for limits, status, code in (
        ({"jobs": 0}, 503, "jobs_full"), ({"jobs_each": 0}, 429, "jobs_yours"), ({"stored": -1}, 507, "storage"),
    ):  # fmt: skip
        with serve(limits=limits) as client:
            answer = client.post("/api/v1/jobs", json=LONG)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert status != 429 or int(answer.headers["retry-after"]) > 0


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


def test_a_page_goes_out_without_the_sections_that_are_named(serve, tmp_path, monkeypatch):
    monkeypatch.setattr(JobQueue, "start", lambda _: None)
    page = '<section id="equity">shares</section><section id="limits">limits</section>'
    with serve(data=tmp_path / "out") as client:
        job = client.post("/api/v1/jobs", json=SHORT | {"report": True}).json()
        path = tmp_path / "out" / "reports" / "web-abcd" / "report.html"
        path.parent.mkdir(parents=True)
        path.write_text(page)
        table = services_of(client).jobs.table
        table.end(table.claim("page"), "done", page=str(path))
        at = f"/api/v1/jobs/{job['id']}/page"
        whole = client.get(at)
        link = client.post("/api/v1/links", json={"path": at}).json()["address"]
        cut = client.get(f"{link}&leave_out=equity&leave_out=limits&leave_out=nothing")
    assert whole.text == page
    assert cut.text == '<section id="limits">limits</section>'


class JobTasks:
    """A stream of one task that never ends; what is written to it."""

    def __init__(self, **task):
        self.task, self.said = task, []

    def readline(self):
        return json.dumps(self.task)

    def __iter__(self):
        threading.Event().wait()
        yield ""

    def write(self, words):
        self.said.append(json.loads(words))

    def flush(self):
        pass


def test_a_process_tells_faults_not_tracebacks(tmp_path):
    for study, case, told in (({"nonsense": 1}, "great-stone", "unexpected"), (None, "great-stone", "unexpected"),
                              ({}, "nowhere", "nowhere")):  # fmt: skip
        stream = JobTasks(kind="run", case=case, study=study, lang="en", data=str(tmp_path))
        main(stream, stream)
        last = stream.said[-1]
        assert last["end"] == "failed"
        assert told in (last.get("code") or last["words"]["en"])
        assert "Traceback" not in json.dumps(stream.said)


def test_why_a_job_failed_is_told_in_both_languages():
    """A process that died: ``tests/database/test_jobs.py``."""
    for said, code in (({"code": "memory"}, "memory"), ({"words": {"en": "no room", "zh": "空间不足"}}, "failed")):
        (trouble,) = trouble_of({"end": "failed", **said})
        assert trouble["code"] == f"web.job_{code}"
        for lang in ("en", "zh"):
            assert said.get("words", {}).get(lang, "") in trouble["cause"][lang] != ""
            assert trouble["repair"][lang]


@pytest.mark.parametrize("inside", [True, False])
def test_only_what_lies_among_the_reports_is_a_page(tmp_path, inside):
    """A database can be imported, and then says what somebody else wrote."""
    services = SimpleNamespace(settings=ServerSettings(data=tmp_path))
    (tmp_path / "reports").mkdir()
    path = tmp_path / ("reports" if inside else "") / "page.html"
    path.write_bytes(b"words")
    for named in (path, tmp_path / "reports" / ".." / "page.html"):
        job = SimpleNamespace(page=str(named), case="great-stone")
        assert (Services.report_of(services, job) == b"words") == (inside and named == path)


def test_a_summary_of_a_job_gives_way_to_paths_and_never_replaces_them(tmp_path, monkeypatch):
    """A server keeps paths of fewer runs than the command line, under the same run ID: neither is lost to the other."""
    monkeypatch.setattr(job_tasks, "SUMMARY_ABOVE", 10)
    monkeypatch.setattr(runs, "SUMMARY_PATHS", 5)
    study = load_study("great-stone").with_changes(runs=20, draws="unsettled", keep="standard")
    task = job_tasks.JobTask("run", "great-stone", study.content(), "en", str(tmp_path))
    store = RunStore.of(tmp_path)

    job = job_tasks.do_task(task, lambda *_: None)
    summary = store.get(job.identity)
    assert (job.reused, summary.form, summary.kept) == (False, "summarised", 5)

    made = run_study(study, out=tmp_path, report=False)
    assert (made.identity, made.reused, made.kept) == (job.identity, False, 20), "the command line wants paths"
    assert store.get(job.identity).outcome == summary.outcome, "both are of the same runs"

    again = job_tasks.do_task(task, lambda *_: None)
    assert (again.identity, again.reused) == (job.identity, True)
    assert store.get(job.identity).kept == 20, "and a job leaves them"


def test_a_report_has_the_titles_of_its_own_job(tmp_path):
    """Titles are no part of a run ID: whoever asked first for the same runs gives nobody else's page its titles."""
    pages = {}
    for name in ("Alder", "Birch"):
        scenarios = [{"key": key, "title": {"en": f"{name} {key}", "zh": f"{name} {key}"}} for key in ("one", "two")]
        study = load_study("great-stone").with_changes(runs=10, draws="unsettled", keep="standard", scenarios=scenarios)
        task = job_tasks.JobTask("report", "great-stone", study.content(), "en", str(tmp_path))
        pages[name] = job_tasks.do_task(task, lambda *_: None)
    assert pages["Alder"].identity == pages["Birch"].identity
    assert pages["Birch"].reused
    for name, other in (("Alder", "Birch"), ("Birch", "Alder")):
        words = Path(pages[name].page).read_text(encoding="utf-8")
        assert f"{name} two" in words
        assert other not in words
