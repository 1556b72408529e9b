"""A server as people start it: killed, stopped, started anew or without its database it loses no job."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from copark.store.manifest import faults_of
from copark.store.runs import RunStore
from tests.asked import HANGUP_IS_HEEDED, waited
from tests.database.fixtures import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]
pytestmark = pytest.mark.long
JOB = {"case": "great-stone", "draws": "defaults", "outputs": ["jobs"], "runs": 500}
SOURCE = Path(__file__).resolve().parents[2] / "src"
PROGRAM = "from copark.cli import main; main()"


@contextmanager
def server(data, *options, lang="en", **environment):
    """A server on a free port; whatever becomes of the test, it ends with it."""
    settings = {**os.environ, "PYTHONPATH": str(SOURCE), **environment}
    settings.pop("COPARK_TOKEN", None)
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, "serve", "--port", "0", "--data", str(data), "--threads", "1",
         "--lang", lang, *options],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8", env=settings,
    )  # fmt: skip
    try:
        found = (re.search(r"http://\S+?/", line) for line in process.stdout)
        yield process, next((one.group().rstrip("/") for one in found if one), None)
    finally:
        process.kill()
        process.communicate()


def ask(address, path, body=None, **headers):
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{address}{path}", content, {"content-type": "application/json", **headers})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read())


def ended_well(process):
    """SIGTERM is a polite stop."""
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) in (0, 143)
    assert "Traceback" not in process.stderr.read()


def told_of(address, job, is_so=lambda told: told["state"] in ("done", "failed")):
    return waited(lambda: ask(address, f"/api/v1/jobs/{job['id']}"), is_so, 120)


def refused_to_begin(process, address):
    assert address is None
    assert process.wait(30) == 1
    return process.stdout.read() + process.stderr.read()


def test_a_killed_server_takes_its_children_with_it_and_the_next_finishes_its_jobs_with_the_same_answers(tmp_path):
    data, asked = tmp_path / "out", {"case": "great-stone", "runs": 30, "draws": "unsettled"}
    with server(data) as (process, address):
        first = ask(address, "/api/v1/simulate", asked)
        sent = [ask(address, "/api/v1/jobs", JOB | {"seed": seed, "runs": 20_000}) for seed in (1, 2)]
        told_of(address, sent[0], lambda told: told["done"])
        children = psutil.Process(process.pid).children()
        assert children
        process.send_signal(signal.SIGKILL)
        process.wait(10)
        assert psutil.wait_procs(children, 20)[1] == [], "the job's process outlives its server"
    with server(data) as (process, address):
        second = ask(address, "/api/v1/simulate", asked)
        assert (second["identity"], second["scenarios"]) == (first["identity"], first["scenarios"])
        ended = [told_of(address, job) for job in sent]
        ended_well(process)
    assert [(one["state"], one["attempts"]) for one in ended] == [("done", 2), ("done", 1)]
    store = RunStore(data / "runs")
    assert sorted(one["identity"] for one in ended) == sorted(record.identity for record in store.records()[0])
    assert not [fault for record in store.records()[0] for fault in faults_of(record.path, deep=True)]


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGHUP, marks=HANGUP_IS_HEEDED)])
def test_a_server_that_is_asked_to_end_says_so_and_gives_its_job_back(tmp_path, number):
    """A terminal and systemd send it to the job's process too; that does not count as an attempt that failed."""
    data = tmp_path / "out"
    with server(data) as (process, address):
        job = ask(address, "/api/v1/jobs", JOB | {"runs": 60_000})
        told_of(address, job, lambda told: told["done"])
        for child in psutil.Process(process.pid).children():
            child.send_signal(number)
        process.send_signal(number)
        assert process.wait(30) == 128 + number
        words = process.stderr.read()
        assert "Stopped. Jobs that were running start again" in words
        assert "Traceback" not in words
    with server(data) as (_, address):
        again = told_of(address, job, lambda told: told["state"] == "running")
    assert again["attempts"] == 1


def test_a_port_that_is_taken_is_told(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with server(tmp_path, "--port", port) as (process, address):
            told = refused_to_begin(process, address)
    assert port in told
    assert "Traceback" not in told


def test_a_second_server_of_the_folder_does_not_begin_and_says_why(tmp_path):
    with server(tmp_path / "out"), server(tmp_path / "out") as second:
        assert "Another server is using this folder." in refused_to_begin(*second)


def test_postgresql_stopped_and_started_under_a_server(tmp_path, postgres, postgres_url, monkeypatch):
    monkeypatch.setenv("COPARK_DATABASE_URL", postgres_url)
    with server(tmp_path / "out") as (process, address):
        job = ask(address, "/api/v1/jobs", JOB | {"runs": 60_000})
        told_of(address, job, lambda told: told["state"] == "running")
        postgres.stop()
        try:
            with pytest.raises(urllib.error.HTTPError) as refused:
                ask(address, "/api/v1/jobs")
            assert refused.value.code == 503
            assert int(refused.value.headers["retry-after"]) > 0
            said = refused.value.read().decode()
            assert "unavailable" in said
            assert "Traceback" not in said
            refused.value.close()
            assert ask(address, "/api/v1/status")["jobs_waiting"] is None
            assert ask(address, "/api/v1/simulate", {"case": "great-stone", "runs": 20, "draws": "defaults"})
        finally:
            postgres.start()
        ended = told_of(address, job)
        assert (ended["state"], ended["attempts"]) == ("done", 1)
        time.sleep(3.0)
        ended_well(process)


def test_without_its_database_a_server_does_not_begin_and_says_why(tmp_path):
    url = "postgresql://me:secret@127.0.0.1:1/x"
    with server(tmp_path / "out", lang="zh", COPARK_DATABASE_URL=url) as alone:
        said = refused_to_begin(*alone)
    assert "数据库服务器" in said
    assert not {word for word in ("secret", "Traceback") if word in said}
