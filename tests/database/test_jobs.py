"""The queue: everybody has a turn, no job is done twice, none is lost, and what is not wanted stops."""

from __future__ import annotations

import os
import time
from contextlib import closing, contextmanager

import pytest

from copark.store.database import connection, open_database
from copark.store.errors import DatabaseRefused
from copark.store.jobs import MOST_ATTEMPTS, JobTable, in_turn

pytest.importorskip("fastapi")

from copark.web import jobs as works
from copark.web.content import server_records as records
from copark.web.content.job_tasks import JobTask
from copark.web.jobs import JobQueue
from tests.asked import waited

TITLE = {"en": "x", "zh": "x"}


@pytest.fixture
def table(tmp_path, either):
    with closing(open_database(tmp_path)) as database:
        yield JobTable(database)


def added(table, name, owner="me", lane="long", data="."):
    return table.add(
        {"id": name, "owner": owner, "lane": lane, "kind": "run", "case": "x", "title": TITLE,
         "request": {"data": data, "case": "x"}}
    )  # fmt: skip


def test_owners_take_turns():
    waiting = [(1, "a"), (2, "a"), (3, "a"), (4, "b"), (5, "c"), (6, "b")]
    assert in_turn(waiting, {}) == [1, 4, 5, 2, 6, 3]
    assert in_turn(waiting, {"a": 9, "b": 7}) == [5, 4, 1, 6, 2, 3], "who waited longest is next"
    assert in_turn([], {"a": 1}) == []


def test_cancelling_takes_from_the_queue_and_leaves_what_is_over(table):
    added(table, "a")
    assert table.cancel("a").state == "cancelled"
    assert table.claim("long") is None
    assert table.cancel("a").state == "cancelled"
    assert table.cancel("nothing") is None


def test_the_oldest_that_are_over_are_forgotten_and_none_that_waits(tmp_path, either):
    with closing(open_database(tmp_path)) as database:
        table = JobTable(database, most=3)
        added(table, "waits", lane="page")
        for n in range(1, 6):
            added(table, f"job-{n}")
            table.end(table.claim("long"), "done")
        added(table, "last")
        assert [job.id for job in table.all()] == ["waits", "job-4", "job-5", "last"]


DONE = 'print(\'{"end": "done", "identity": "abcd", "page": "", "reused": false}\')'
READS = "import sys, time, json, pathlib; told = json.loads(sys.stdin.readline());"
STUBBORN = READS + 'print(\'{"stage": "simulate", "done": 1, "total": 9}\', flush=True); time.sleep(60)'
MAKES = STUBBORN.replace("print(", 'print(\'{"makes": "bbbb"}\'); print(', 1)
DIES = READS + "sys.exit(5)"
DIES_ONCE = (
    f"{READS} mark = pathlib.Path(told['data']) / 'mark'\nif not mark.exists(): mark.touch(); sys.exit(5)\n{DONE}"
)
SAYS_DONE = f"{READS} {DONE}"


@contextmanager
def queue_of(folder, monkeypatch, program, **places):
    monkeypatch.setattr(works, "PROGRAM", ("-u", "-c", program))
    with closing(open_database(folder)) as database:
        queue = JobQueue(JobTable(database), **places)
        queue.start()
        try:
            yield queue
        finally:
            queue.close()


def submitted(queue, folder, owner="me"):
    return queue.add(JobTask("run", "x", {}, "en", str(folder)), TITLE, owner).id


def wait_for(queue, name, is_so=lambda job: job.is_over):
    return waited(lambda: queue.get(name), is_so, 30)


def test_a_worker_that_dies_is_tried_again_and_one_that_always_dies_fails_and_says_so(tmp_path, either, monkeypatch):
    with queue_of(tmp_path, monkeypatch, DIES_ONCE) as queue:
        job = wait_for(queue, submitted(queue, tmp_path))
    assert (job.state, job.attempts, job.identity) == ("done", 2, "abcd")
    with queue_of(tmp_path, monkeypatch, DIES) as queue:
        job = wait_for(queue, submitted(queue, tmp_path))
    assert (job.state, job.attempts) == ("failed", MOST_ATTEMPTS)
    (trouble,) = job.trouble
    assert trouble["code"] == "web.job_died"
    assert str(MOST_ATTEMPTS) in trouble["cause"]["en"]
    assert "5" in trouble["cause"]["zh"]


@pytest.mark.parametrize("said", ["[]", "5", '{"stage": "x"}', '{"stage": "x", "done": "many", "total": 1}', "no JSON"])
def test_a_worker_that_talks_nonsense_fails_alone_and_its_lane_goes_on(tmp_path, monkeypatch, said):
    with queue_of(tmp_path, monkeypatch, f"{READS} print({said!r}, flush=True); time.sleep(60)") as queue:
        for name in [submitted(queue, tmp_path) for _ in range(2)]:
            assert wait_for(queue, name).state == "failed"


def test_a_cancelled_job_leaves_no_shards_and_touches_no_others(tmp_path, monkeypatch):
    runs = tmp_path / "runs"
    earlier, mine = runs / ".shards-aaaa", runs / ".shards-bbbb"
    earlier.mkdir(parents=True)
    os.utime(earlier, (1e9, 1e9))
    with queue_of(tmp_path, monkeypatch, MAKES) as queue:
        name = submitted(queue, tmp_path)
        wait_for(queue, name, lambda job: job.total == 9)
        mine.mkdir()
        (runs / ".shards-bbbb.lock").touch()
        queue.cancel(name)
        wait_for(queue, name)
        waited(lambda: not mine.exists(), patience=10)
    assert [path.name for path in runs.iterdir()] == [".shards-aaaa"]


def test_a_server_that_ends_gives_its_job_back_and_does_not_count_it(tmp_path, either, monkeypatch):
    with queue_of(tmp_path, monkeypatch, STUBBORN) as queue:
        name = submitted(queue, tmp_path)
        wait_for(queue, name, lambda job: job.state == "running")
    with closing(open_database(tmp_path)) as database:
        job = JobTable(database).get(name)
    assert (job.state, job.attempts) == ("queued", 0)


def test_a_job_outlives_any_number_of_killed_servers(table, tmp_path, monkeypatch):
    added(table, "a", data=str(tmp_path))
    for _ in range(MOST_ATTEMPTS + 1):  # each server leaves it running, and the next one claims it
        assert JobQueue(table)._claim("long").job.attempts == 1
    with queue_of(tmp_path, monkeypatch, SAYS_DONE) as queue:
        job = wait_for(queue, "a")
    assert (job.state, job.attempts, job.trouble) == ("done", 1, [])


def test_a_claim_whose_answer_did_not_arrive_is_begun_again(table, monkeypatch):
    added(table, "a")
    queue = JobQueue(table)
    claim = table.claim

    def unheard(lane):
        claim(lane)
        raise DatabaseRefused([])

    with monkeypatch.context() as patched:
        patched.setattr(table, "claim", unheard)
        assert queue._claim("long") is None
    assert table.get("a").state == "running"
    assert queue._claim("long").job.attempts == 1


def test_one_server_at_a_time_works_on_a_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(connection, "LOCK_PATIENCE", 0.1)
    first = records.ServerRecords(tmp_path)
    with pytest.raises(DatabaseRefused) as refused:
        records.ServerRecords(tmp_path)
    assert refused.value.faults[0].code == "database.served"
    first.close()
    records.ServerRecords(tmp_path).close()


@pytest.mark.long
def test_the_queue_outlives_its_database_for_a_while(tmp_path, postgres, postgres_url, monkeypatch):
    monkeypatch.setenv("COPARK_DATABASE_URL", postgres_url)
    with queue_of(tmp_path, monkeypatch, f"{READS} time.sleep(2); {DONE}") as queue:
        name = submitted(queue, tmp_path)
        wait_for(queue, name, lambda job: job.state == "running")
        postgres.stop()
        time.sleep(3)
        postgres.start()
        job = wait_for(queue, name)
    assert (job.state, job.identity, job.attempts) == ("done", "abcd", 1)


def test_a_job_that_something_unexpected_happens_to_fails_alone_and_its_lane_goes_on(tmp_path, monkeypatch):
    do = works.JobProcess.do

    def stumbles(work):
        if work.job.owner == "unlucky":
            raise FileNotFoundError("gone meanwhile")
        return do(work)

    monkeypatch.setattr(works.JobProcess, "do", stumbles)
    with queue_of(tmp_path, monkeypatch, SAYS_DONE) as queue:
        first, second = submitted(queue, tmp_path, "unlucky"), submitted(queue, tmp_path)
        assert wait_for(queue, second).state == "done"
        job = queue.table.get(first)
        assert (job.state, job.trouble[0]["code"]) == ("failed", "web.job_unexpected")
        assert "FileNotFoundError" in job.trouble[0]["cause"]["zh"]
        waited(lambda: not queue._running, patience=5)


def test_a_job_that_waits_while_its_folder_is_moved_is_done_in_the_new_place(tmp_path, monkeypatch):
    """The process of a job marks the folder it is told of, whatever the folder was called when the job came."""
    old, new = tmp_path / "old", tmp_path / "new"
    with closing(open_database(old)) as database:
        for name, data in (("earlier", str(old)), ("now", "")):
            added(JobTable(database), name, data=data)
    old.rename(new)
    with queue_of(new, monkeypatch, DIES_ONCE, data=new, uploads=new / "web" / "cases") as queue:
        for name in ("earlier", "now"):
            assert wait_for(queue, name).state == "done"
    assert (new / "mark").exists()
    assert not old.exists()
