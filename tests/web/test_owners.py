"""Whose something is: its owner's alone, who is told by a word, whether or not the server has a token."""

from __future__ import annotations

import pytest

from copark.web.jobs import JobQueue
from tests.web.conftest import LONG, MINE, SHOWN, TOKEN, YOURS
from tests.web.test_uploads import FILES, ZIP, archive

SERVERS = {"this machine alone": ({}, {}), "shared": ({"token": TOKEN, "host": "0.0.0.0"}, SHOWN)}


@pytest.fixture(params=SERVERS)
def server(request, serve, monkeypatch):
    """A server of either kind, on which no job is begun; headers of me, of another and of one without a word."""
    settings, shown = SERVERS[request.param]
    monkeypatch.setattr(JobQueue, "start", lambda _: None)
    with serve(**settings) as client:
        yield client, shown | MINE, shown | YOURS, shown


def brought(client, headers):
    return client.post("/api/v1/cases", content=archive(FILES), headers=ZIP | headers).json()["case"]["name"]


def test_a_job_is_seen_listed_and_cancelled_by_its_owner_alone(server):
    """Also one about a case of the casebook; all have their places in one queue."""
    client, mine, yours, nobody = server
    owners = (mine, mine, yours)
    jobs = [client.post("/api/v1/jobs", json=LONG | {"seed": n}, headers=one).json() for n, one in enumerate(owners)]
    for headers, known in ((mine, jobs[:2]), (yours, jobs[2:]), (nobody, [])):
        seen = client.get("/api/v1/jobs", headers=headers).json()["jobs"]
        assert {one["id"] for one in seen} == {job["id"] for job in known}
    assert len({job["place"] for job in jobs}) > 1
    path = f"/api/v1/jobs/{jobs[0]['id']}"
    for other in (yours, nobody):
        assert client.get(path, headers=other).status_code == 404
        assert client.delete(path, headers=other).status_code == 404
    assert client.get(path, headers=mine).json()["state"] == "queued"
    assert client.delete(path, headers=mine).json()["state"] == "cancelled"


def test_an_uploaded_case_is_seen_and_deleted_by_who_brought_it_alone(server):
    client, mine, yours, nobody = server
    named, nameless = (f"/api/v1/cases/{brought(client, headers)}" for headers in (mine, nobody))
    for path, others in ((named, (yours, nobody)), (nameless, (yours, mine))):
        for other in others:
            assert client.get(path, headers=other).status_code == 404
            assert client.delete(path, headers=other).status_code == 404
    assert [client.delete(named, headers=mine).status_code for _ in range(2)] == [200, 404]
    assert client.delete(nameless, headers=nobody).status_code == 200, "without a word, by address"
