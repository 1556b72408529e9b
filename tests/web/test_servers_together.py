"""A server killed, stopped, restarted, or without its database loses no job."""

from __future__ import annotations

import signal
import time
import urllib.error

import pytest

from copark.store import RunStore
from tests.asked import waited
from tests.database.fixtures import postgres, postgres_url
from tests.web.test_server_process import ask, ended_well, server

__all__ = ["postgres", "postgres_url"]
pytestmark = pytest.mark.long
JOB = {"case": "great-stone", "draws": "defaults", "outputs": ["jobs"], "runs": 500}


def told_of(address, job, is_so=lambda told: told["state"] in ("done", "failed")):
    return waited(lambda: ask(address, f"/api/v1/jobs/{job['id']}"), is_so, 120)


def refused_to_begin(process, address):
    assert address is None
    assert process.wait(30) == 1
    return process.stdout.read() + process.stderr.read()


def test_a_killed_servers_jobs_are_finished_by_the_next(tmp_path):
    data = tmp_path / "out"
    with server(data) as (process, address):
        sent = [ask(address, "/api/v1/jobs", JOB | {"seed": seed, "runs": 20_000}) for seed in (1, 2)]
        told_of(address, sent[0], lambda told: told["done"])
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with server(data) as (_, address):
        ended = [told_of(address, job) for job in sent]
    assert [one["state"] for one in ended] == ["done", "done"]
    assert [one["attempts"] for one in ended] == [2, 1]
    store = RunStore(data / "runs")
    assert sorted(one["identity"] for one in ended) == sorted(record.identity for record in store.records()[0])


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
