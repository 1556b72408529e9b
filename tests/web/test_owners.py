"""Whose something is: where clients are told apart, its owner alone ends it; this machine alone is one person."""

from __future__ import annotations

import pytest

from tests.asked import waited
from tests.web.conftest import LONG, MINE, SHOWN, TOKEN, YOURS
from tests.web.test_uploads import FILES, ZIP, archive

MY, YOUR = SHOWN | MINE, SHOWN | YOURS


@pytest.fixture
def shared(serve):
    """A server that others reach, who show its token."""
    with serve(token=TOKEN, host="0.0.0.0") as client:
        yield client


def refused(answer):
    told = answer.json()
    return (answer.status_code, told["code"], bool(told["cause"]["zh"])) == (403, "not_yours", True)


def brought(client, headers):
    return client.post("/api/v1/cases", content=archive(FILES), headers=ZIP | headers).json()["case"]["name"]


def test_a_job_is_cancelled_and_listed_by_its_owner_alone(shared):
    """What is listed bears ids, and names of uploaded cases, which open what they name; all have their places."""
    owners = (MY, MY, YOUR)
    jobs = [shared.post("/api/v1/jobs", json=LONG | {"seed": n}, headers=one).json() for n, one in enumerate(owners)]
    paths = [f"/api/v1/jobs/{job['id']}" for job in jobs]
    for headers, known in ((MY, jobs[:2]), (YOUR, jobs[2:]), (SHOWN, [])):
        seen = shared.get("/api/v1/jobs", headers=headers).json()["jobs"]
        assert {(one["id"], one["mine"]) for one in seen} == {(job["id"], True) for job in known}
    assert len({job["place"] for job in jobs}) > 1
    for other in (YOUR, SHOWN):
        for path in paths[:2]:
            assert refused(shared.delete(path, headers=other))
            assert shared.get(path, headers=other).json()["state"] in ("queued", "running")
    for path, headers in zip(paths, owners, strict=True):
        shared.delete(path, headers=headers)
        waited(lambda path=path: shared.get(path, headers=MY).json()["state"] == "cancelled", patience=30)


def test_an_uploaded_case_is_forgotten_by_who_brought_it_alone(shared):
    mine, nobodys = (f"/api/v1/cases/{brought(shared, headers)}" for headers in (MY, SHOWN))
    assert refused(shared.delete(mine, headers=YOUR))
    assert refused(shared.delete(nobodys, headers=YOUR))
    assert shared.get(mine, headers=YOUR).status_code == 200, "who was told its name may look"
    assert [shared.delete(mine, headers=MY).status_code for _ in range(2)] == [204, 404]
    assert shared.delete(nobodys, headers=SHOWN).status_code == 204, "without a word, by address"


def test_on_this_machine_alone_all_clients_are_one_person(client):
    """The page in two browsers, and a program without a word: all of them the same person's."""
    job = client.post("/api/v1/jobs", json=LONG, headers=MINE).json()
    seen = {one["id"]: one["mine"] for one in client.get("/api/v1/jobs", headers=YOURS).json()["jobs"]}
    assert seen[job["id"]] is False
    assert client.delete(f"/api/v1/jobs/{job['id']}").status_code == 200
    assert client.delete(f"/api/v1/cases/{brought(client, MINE)}", headers=YOURS).status_code == 204
