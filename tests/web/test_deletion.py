"""A deleted park can be restored for a while; then it is gone with all that was computed, and nothing else is."""

from __future__ import annotations

import errno
import os
import shutil
import time
from dataclasses import asdict
from pathlib import Path

import pytest

from copark.store.files import written_file
from copark.web.content import case_registry
from copark.web.content.job_tasks import JobTask, with_local_paths
from copark.web.content.own_parks import OwnParks, Quota
from copark.web.job_process import failure, without_paths
from copark.web.jobs import JobQueue
from copark.web.services import Services
from tests.web.conftest import LONG, MINE, YOURS, services_of
from tests.web.test_privacy import upload
from tests.web.test_uploads import FILES, ZIP, archive

LIST, PATH = "/api/v1/cases", "/api/v1/cases/{}".format


def named(client, name, headers=MINE):
    """Whether a case is listed, and whether it is to be restored."""
    told = client.get(LIST, headers=headers).json()
    return tuple(name in [one["name"] for one in told[kind]] for kind in ("cases", "deleted"))


def put(path, content="words"):
    with written_file(path) as scratch:
        scratch.write_text(content)
    return path


def due(client):
    """Let the time for restoring be over."""
    services = services_of(client)
    services.registry.parks.clock = lambda: time.time() + services.settings.limits.undo + 1.0
    services.purge.now()


def everything(folder: Path):
    return {path for path in folder.rglob("*") if path.is_file() and "copark.sqlite" not in path.name}


def test_what_is_deleted_is_hidden_and_comes_back_as_it_was(serve, monkeypatch):
    monkeypatch.setattr(JobQueue, "start", lambda _: None)
    with serve() as client:
        name = upload(client, MINE)
        before = client.get(PATH(name), headers=MINE).json()
        job = client.post("/api/v1/jobs", json=LONG | {"case": name}, headers=MINE).json()["id"]
        deleted = client.delete(PATH(name), headers=MINE)
        assert (deleted.status_code, deleted.json()["name"]) == (200, name)
        assert deleted.json()["title"]["zh"].startswith("蓝港")
        assert deleted.json()["until"].endswith("+00:00")
        assert named(client, name) == (False, True)
        assert client.get(PATH(name), headers=MINE).status_code == 404
        assert client.get(f"/api/v1/jobs/{job}", headers=MINE).status_code == 404
        assert client.get("/api/v1/jobs", headers=MINE).json()["jobs"] == []
        assert client.delete(PATH(name), headers=MINE).status_code == 404
        assert client.post(f"{PATH(name)}/restore", headers=YOURS).status_code == 404
        assert client.post(f"{PATH(name)}/restore", headers=MINE).json()["name"] == name
        assert named(client, name) == (True, False)
        assert client.get(PATH(name), headers=MINE).json() == before
        assert client.get(f"/api/v1/jobs/{job}", headers=MINE).json()["state"] == "cancelled"
        assert client.post(f"{PATH(name)}/restore", headers=MINE).status_code == 404, "it is not deleted"


def test_after_a_while_all_of_it_is_gone_and_nothing_else_is(serve, tmp_path, monkeypatch):
    """Files, results, runs, reports, jobs and scenarios; those of another park and of the casebook stay."""
    monkeypatch.setattr(JobQueue, "start", lambda _: None)
    out = tmp_path / "out"
    with serve(data=out) as client:
        services = services_of(client)
        gone, stays = upload(client, MINE), upload(client, MINE)
        jobs = [
            client.post("/api/v1/jobs", json=LONG | {"case": case}, headers=MINE).json()["id"]
            for case in (gone, stays, "great-stone")
        ]
        for case in (gone, stays):
            saved = {"case": case, "scenario": {"edits": {"quota": 5001}}}
            assert client.put(f"/api/v1/scenarios/{case}", json=saved, headers=MINE).status_code == 200
        put(out / "results" / "levers" / (16 * "a") / "result.json", f'{{"params": {{"case": "{stays}"}}}}\n')
        put(out / "runs" / (16 * "b") / "metadata.json")
        before = everything(out)
        put(services.registry.parks.output(gone) / "runs" / (16 * "c") / "metadata.json")
        put(out / "results" / "levers" / (16 * "d") / "result.json", f'{{"params": {{"case": "{gone}"}}}}\n')
        client.delete(PATH(gone), headers=MINE)
        due(client)
        files = {path for path in before if gone in str(path)}
        assert everything(out) == before - files
        assert len(files) > 5
        assert named(client, gone) == (False, False)
        assert client.post(f"{PATH(gone)}/restore", headers=MINE).status_code == 404
        listed = {one["id"] for one in client.get("/api/v1/jobs", headers=MINE).json()["jobs"]}
        assert listed == set(jobs[1:])
        assert services.jobs.get(jobs[0]) is None
        names = [one["name"] for one in client.get("/api/v1/scenarios", headers=MINE).json()["scenarios"]]
        assert names == [stays]


def test_a_server_that_was_stopped_in_between_goes_on(serve, tmp_path):
    out = tmp_path / "out"
    with serve(data=out) as client:
        name, later = upload(client, MINE), upload(client, MINE)
        for one in (name, later):
            client.delete(PATH(one), headers=MINE)
    mark = out / "web" / "cases" / f".deleted-{name}"
    hour = mark.stat().st_mtime - 3600.0
    os.utime(mark, (hour, hour))
    put(out / "web" / "cases" / f".owner-u-{32 * 'e'}")
    with serve(data=out) as client:
        assert not [path for path in everything(out) if name in str(path) or 32 * "e" in str(path)]
        assert client.post(f"{PATH(later)}/restore", headers=MINE).status_code == 200


def test_a_running_job_ends_before_its_park_is_removed(serve, monkeypatch):
    """Its process would write into a folder that is gone."""
    monkeypatch.setattr(JobQueue, "start", lambda _: None)
    with serve() as client:
        name = upload(client, MINE)
        client.post("/api/v1/jobs", json=LONG | {"case": name}, headers=MINE)
        services = services_of(client)
        job = services.jobs.table.claim("long")
        client.delete(PATH(name), headers=MINE)
        due(client)
        folder = services.registry.uploads / name
        assert folder.is_dir()
        services.jobs.table.end(job, "cancelled")
        services.purge.now()
        assert not folder.exists()
        assert services.jobs.get(job.id) is None


def test_a_job_whose_park_was_deleted_tells_no_path(serve, tmp_path):
    """However far it was: before it began, and where its files went away under it."""
    park = case_registry.CaseRegistry(tmp_path / "cases")
    name = f"u-{32 * 'a'}"
    waits = asdict(JobTask("run", name, {}, "en", ""))
    task = JobTask(**with_local_paths(waits, tmp_path, park.uploads, park.parks.outputs))
    for error in (FileNotFoundError(f"{tmp_path}/cases/{name}/case.yaml"), ValueError()):
        told = failure(error, task)
        (trouble,) = told["trouble"]
        assert trouble["code"] == "web.job_deleted"
        assert str(tmp_path) not in str(told)
        assert name not in str(told)
    task = JobTask("run", "great-stone", {}, "en", str(tmp_path / "out"))
    words = {"words": {"en": f"{tmp_path}/out/runs cannot be written"}, "trouble": [f"{tmp_path}/out"]}
    assert without_paths(words, task) == {"words": {"en": "out/runs cannot be written"}, "trouble": ["out"]}


def test_an_owner_keeps_so_many_and_nobody_elses_goes(serve):
    with serve(limits={"parks_each": 2, "parks": 4}) as client:
        theirs = upload(client, YOURS)
        mine = [upload(client, MINE) for _ in range(2)]
        content = client.get("/api/v1/case-template.zip?example=true").content

        def refused(headers):
            answer = client.post(LIST, content=content, headers=ZIP | headers)
            told = answer.json()
            assert told["repair"]["zh"]
            return answer.status_code, told["code"]

        assert refused(MINE) == (409, "parks_yours")
        assert client.get(PATH(theirs), headers=YOURS).status_code == 200
        client.delete(PATH(mine[0]), headers=MINE)
        mine.append(upload(client, MINE))
        answer = client.post(f"{PATH(mine[0])}/restore", headers=MINE)
        assert (answer.status_code, answer.json()["code"]) == (409, "parks_yours")
        assert refused(YOURS) == (507, "parks_full")
        due(client)
        assert upload(client, YOURS)
        assert client.get(PATH(theirs), headers=YOURS).status_code == 200
        assert len(everything(services_of(client).registry.uploads)) > 0


def test_of_many_deleted_ones_an_owner_can_restore_the_latest(tmp_path):
    """Who uploads and deletes for ever fills no disk, and costs nobody else the time for restoring."""
    parks = OwnParks(tmp_path / "cases", Quota(each=2, total=99))

    def brought(owner):
        folder = tmp_path / "cases" / ".incoming"
        folder.mkdir(parents=True)
        return parks.add(folder, owner)

    theirs = brought("them")
    parks.delete(theirs)
    names = [brought("me") if n < 2 else None for n in range(2)]
    for n, name in enumerate(names):
        parks.delete(name)
        os.utime(tmp_path / "cases" / f".deleted-{name}", (time.time() - 9 + n,) * 2)
    third = brought("me")
    parks.delete(third)
    assert parks.expired() == [names[0]]
    parks.remove(names[0])
    assert parks.expired() == []
    assert [one.name for one in parks.deleted_of("them")] == [theirs]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no device that is always full")
def test_a_full_disk_is_told_with_the_file_and_what_to_do(serve, tmp_path, monkeypatch):
    full = tmp_path / "full"
    scratch = Services.scratch
    monkeypatch.setattr(
        Services, "scratch", lambda self, suffix: full if suffix == ".upload" else scratch(self, suffix)
    )
    with serve() as client:
        full.symlink_to("/dev/full")
        answer = client.post(LIST, content=archive(FILES), headers=ZIP | MINE)
        assert (answer.status_code, answer.json()["code"]) == (507, "disk_full")
        assert "upload.zip" in answer.json()["cause"]["en"]
        monkeypatch.setattr(Services, "scratch", scratch)

        def no_room(_path, _content):
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(Path, "write_bytes", no_room)
            answer = client.post(LIST, content=archive(FILES), headers=ZIP | MINE)
        assert answer.status_code == 507
        assert any(name in answer.json()["cause"]["zh"] for name in FILES)
        assert str(tmp_path) not in answer.text
        assert [path.name for path in services_of(client).registry.uploads.iterdir()] == []
    shutil.rmtree(tmp_path / "out")
