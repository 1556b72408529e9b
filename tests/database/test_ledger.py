"""The ledger: what was begun is known whatever ends it, by whoever asks, and no run hangs on it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from copark import workflows
from copark.store.database import Ledger, open_ledger
from copark.store.database import heartbeat as executors
from copark.store.database.heartbeat import Executor, born, here
from copark.store.database.opening import Database, address_for, open_database
from copark.store.errors import DatabaseRefused, database_fault
from copark.web.job_process import Stopped

STUDY = {"name": "old-threshold", "case": "great-stone", "runs": 5, "seed": 3}
SOURCE = str(Path(__file__).resolve().parents[2] / "src")


@pytest.fixture
def ledger(tmp_path, either):
    with open_ledger(tmp_path) as found:
        yield found
        assert found.trouble is None


def states(ledger: Ledger) -> list[tuple[str, str]]:
    return [(one.identity, one.state) for one in ledger.executions()]


def test_a_run_stands_in_the_ledger_from_beginning_to_end(tmp_path):
    seen = []

    def watch(stage, done, total):
        if stage == "simulate" and done and not seen:
            with open_ledger(tmp_path) as other:
                seen.extend(one for one in other.executions() if one.state == "running")

    made = workflows.run_study("great-stone", runs=20, out=tmp_path, report=False, progress=watch)
    assert [one.identity for one in seen] == [made.identity]
    with open_ledger(tmp_path) as ledger:
        (one,) = ledger.executions()
    assert (one.identity, one.state, one.done, one.total) == (made.identity, "finished", 20, 20)
    assert one.study["runs"] == 20
    assert one.case == "great-stone"
    assert one.executor.pid == os.getpid()
    assert made.notes == ()


def test_what_fails_says_why_and_what_is_stopped_is_interrupted(ledger):
    def execute(error):
        with ledger.executing("aaaa", STUDY, "great-stone", 10, fresh=True):
            ledger.advance("aaaa", 4)
            raise error

    for error in (ValueError("no such link"), Stopped(), KeyboardInterrupt()):
        with pytest.raises(type(error)):
            execute(error)
    with ledger.executing("bbbb", STUDY, "great-stone", 10):
        pass
    assert states(ledger) == [
        ("bbbb", "interrupted"),
        ("aaaa", "interrupted"),
        ("aaaa", "interrupted"),
        ("aaaa", "failed"),
    ]
    first = ledger.executions()[-1]
    assert (first.trouble, first.done, first.facts) == ("no such link", 4, {"fresh": True})
    assert {one.state for one in ledger.latest().values()} == {"interrupted"}, (
        "the last execution of an identity counts"
    )


def test_who_was_stopped_while_another_finished_the_same_has_nothing_left_to_go_on_with(ledger, tmp_path):
    with open_ledger(tmp_path) as other:
        ledger.begin("aaaa", STUDY, "great-stone", 10)
        assert ledger.trouble is None
        other.begin("aaaa", STUDY, "great-stone", 10)
        other.fail("aaaa", "", interrupted=True)
    ledger.finish("aaaa", SimpleNamespace(identity="aaaa", runs=10, scenarios=("as-it-is",)))
    assert [one.state for one in ledger.executions()] == ["interrupted", "finished"]
    assert ledger.latest()["aaaa"].state == "finished"


BEGIN_AND_WAIT = """
import sys, time
from pathlib import Path
from types import SimpleNamespace
from copark.store.database import open_ledger
ledger = open_ledger(Path(sys.argv[1]))
ledger.begin("dead", {"name": "x"}, "great-stone", 10)
print(ledger.trouble, flush=True)
time.sleep(60)
"""


@pytest.mark.long
def test_a_run_whose_process_is_killed_is_interrupted(tmp_path, either):
    command = [sys.executable, "-c", BEGIN_AND_WAIT, str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": SOURCE}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout.readline() == "None\n"
        with open_ledger(tmp_path) as ledger:
            assert states(ledger) == [("dead", "running")]
            process.send_signal(signal.SIGKILL)
            process.wait(10)
            assert states(ledger) == [("dead", "interrupted")]
            assert ledger.executions()[0].ended


def test_a_process_is_known_by_more_than_its_number():
    me = here()
    assert not me.is_gone(1e9), "on the same machine silence is no death"
    if born(me.pid):
        assert replace(me, born="another boot:1").is_gone(0.0)
    elsewhere = Executor("another machine", 1, "")
    assert not elsewhere.is_gone(5.0)
    assert elsewhere.is_gone(1000.0)
    assert Executor(me.host, 2**22 + 1, "").is_gone(0.0)


@pytest.mark.parametrize("differs", ["boot_id", "pid"])
def test_machines_and_containers_of_one_name_are_told_apart(monkeypatch, differs):
    """Where numbers of processes do not mean the same, no process is called gone by its number."""
    mine = here().host
    if "/" not in mine:
        pytest.skip("this system does not say which start of which machine it is")
    read, readlink = Path.read_text, Path.readlink
    other = {"boot_id": differs == "boot_id", "pid": differs == "pid"}
    monkeypatch.setattr(Path, "read_text", lambda path, **how: "another" if other.get(path.name) else read(path, **how))
    monkeypatch.setattr(Path, "readlink", lambda path: Path("pid:[1]") if other.get(path.name) else readlink(path))
    theirs = executors._host.__wrapped__()
    monkeypatch.undo()
    assert theirs != mine
    assert theirs.partition("/")[0] == mine.partition("/")[0]
    assert not Executor(theirs, 2**22 + 1, "").is_gone(5.0)


@pytest.mark.parametrize("obstacle", ["nonsense", "newer", "address"])
def test_no_run_hangs_on_the_database(tmp_path, monkeypatch, obstacle):
    path = tmp_path / "copark.sqlite3"
    if obstacle == "nonsense":
        path.write_bytes(b"not a database at all" * 100)
    elif obstacle == "newer":
        open_database(tmp_path).close()
        with sqlite3.connect(path) as base:
            base.execute("UPDATE copark_schema SET version_num = '9999'")
        base.close()
    else:
        monkeypatch.setenv("COPARK_DATABASE_URL", "oracle://me:secret@nowhere/x")
    made = workflows.run_study("great-stone", runs=4, out=tmp_path, report=False)
    (note,) = made.notes
    assert "could not be logged" in note
    assert "secret" not in note
    assert made.path.is_dir()
    with open_ledger(tmp_path) as ledger, pytest.raises(DatabaseRefused):
        ledger.executions()


def test_what_was_not_written_to_its_end_is_not_remembered(tmp_path):
    """The row had its number when writing it failed: nothing may be said of that number, which may become another's."""

    class Torn(Database):
        broken = True

        @contextmanager
        def writing(self):
            with super().writing() as connection:
                yield connection
                if self.broken:
                    raise DatabaseRefused([database_fault("server", "x", reason="gone")])

    database = Torn(address_for(tmp_path))
    with Ledger(lambda: database) as ledger:
        ledger.begin("lost", STUDY, "great-stone", 10)
        assert ledger.trouble is not None
        database.broken = False
        ledger.begin("other", STUDY, "great-stone", 10)
        ledger.fail("lost", "its end")
        assert states(ledger) == [("lost", "failed"), ("other", "running")]
        assert ledger.trouble is None


def stopped(*_):
    raise KeyboardInterrupt


def test_a_run_whose_process_was_killed_when_it_was_stored_has_finished(tmp_path, monkeypatch, either):
    """Between the run's taking its place and its entry in the books: the same command finds it and enters it."""
    with monkeypatch.context() as patched:
        patched.setattr(Ledger, "finish", stopped)
        with pytest.raises(KeyboardInterrupt):
            workflows.run_study("great-stone", runs=4, out=tmp_path, report=False)
    with open_ledger(tmp_path) as ledger:
        assert [one.state for one in ledger.executions()] == ["interrupted"]
    for _ in range(2):
        assert workflows.run_study("great-stone", runs=4, out=tmp_path, report=False).reused
        with open_ledger(tmp_path) as ledger:
            assert [(one.state, one.done) for one in ledger.executions()] == [("finished", 4)]
