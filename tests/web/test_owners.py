"""Whose something is: where clients are told apart, its owner alone ends it; this machine alone is one person."""

from __future__ import annotations

import time

import pytest

from tests.web.test_uploads import FILES, ZIP, archive

TOKEN = "correct horse battery staple"
SHOWN = {"authorization": f"Bearer {TOKEN}"}
MINE = SHOWN | {"X-Copark-Owner": "a-word-nobody-can-guess"}
YOURS = SHOWN | {"X-Copark-Owner": "another-word-altogether"}
LONG = {"case": "great-stone", "runs": 1_000_000, "draws": "defaults", "outputs": ["jobs"]}


@pytest.fixture
def shared(serve):
    """A server that others reach, who show its token."""
    with serve(token=TOKEN, host="0.0.0.0") as client:
        yield client


def refused(answer):
    assert (answer.status_code, answer.json()["code"]) == (403, "not_yours")
    assert "another user" in answer.json()["cause"]["en"]
    assert "其他用户" in answer.json()["cause"]["zh"]
    assert answer.json()["repair"]["zh"]
    return True


def test_a_job_is_cancelled_by_its_owner_alone(shared):
    first, second = (shared.post("/api/v1/jobs", json=LONG | {"seed": seed}, headers=MINE).json() for seed in (1, 2))
    for other in (YOURS, SHOWN):
        for job in (first, second):
            assert refused(shared.delete(f"/api/v1/jobs/{job['id']}", headers=other))
            assert shared.get(f"/api/v1/jobs/{job['id']}", headers=other).json()["state"] in ("queued", "running")
    assert shared.delete(f"/api/v1/jobs/{second['id']}", headers=MINE).json()["state"] == "cancelled"
    shared.delete(f"/api/v1/jobs/{first['id']}", headers=MINE)
    until = time.monotonic() + 30
    while shared.get(f"/api/v1/jobs/{first['id']}", headers=MINE).json()["state"] != "cancelled":
        assert time.monotonic() < until
        time.sleep(0.05)


def test_jobs_of_others_are_not_listed_but_have_their_places(shared):
    """What is listed bears ids, and names of uploaded cases, which open what they name."""
    jobs = [
        shared.post("/api/v1/jobs", json=LONG | {"seed": n}, headers=one).json() for n, one in enumerate((MINE, YOURS))
    ]
    for one, job in zip((MINE, YOURS), jobs, strict=True):
        (seen,) = shared.get("/api/v1/jobs", headers=one).json()["jobs"]
        assert (seen["id"], seen["mine"]) == (job["id"], True)
    assert shared.get("/api/v1/jobs", headers=SHOWN).json()["jobs"] == []
    assert sorted(job["place"] for job in jobs) in ([0, 2], [1, 2])
    for one, job in zip((MINE, YOURS), jobs, strict=True):
        shared.delete(f"/api/v1/jobs/{job['id']}", headers=one)


def test_an_uploaded_case_is_forgotten_by_who_brought_it_alone(shared):
    names = [shared.post("/api/v1/cases", content=archive(FILES), headers=ZIP | one).json()["case"]["name"]
             for one in (MINE, SHOWN)]  # fmt: skip
    assert refused(shared.delete(f"/api/v1/cases/{names[0]}", headers=YOURS))
    assert refused(shared.delete(f"/api/v1/cases/{names[1]}", headers=YOURS))
    assert shared.get(f"/api/v1/cases/{names[0]}", headers=YOURS).status_code == 200, "who was told its name may look"
    assert shared.delete(f"/api/v1/cases/{names[0]}", headers=MINE).status_code == 204
    assert shared.delete(f"/api/v1/cases/{names[0]}", headers=MINE).status_code == 404
    assert shared.delete(f"/api/v1/cases/{names[1]}", headers=SHOWN).status_code == 204, "without a word, by address"


def test_on_this_machine_alone_all_clients_are_one_person(serve):
    """The page in two browsers, and a program without a word: all of them the same person's."""
    words = [{"X-Copark-Owner": one["X-Copark-Owner"]} for one in (MINE, YOURS)]
    with serve() as client:
        job = client.post("/api/v1/jobs", json=LONG, headers=words[0]).json()
        (seen,) = client.get("/api/v1/jobs", headers=words[1]).json()["jobs"]
        assert (seen["id"], seen["mine"]) == (job["id"], False)
        assert client.delete(f"/api/v1/jobs/{job['id']}").status_code == 200
        name = client.post("/api/v1/cases", content=archive(FILES), headers=ZIP | words[0]).json()["case"]["name"]
        assert client.delete(f"/api/v1/cases/{name}", headers=words[1]).status_code == 204
