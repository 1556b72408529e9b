"""What broken-off work leaves can go; what a living process writes, or a command would go on from, stays."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from copark.store import RunStore, files
from copark.store.checkpoints import Stages
from copark.store.files import is_held, lock_of, only_one
from copark.store.garbage import leavings, throw_away
from copark.workflows.serving.job_tasks import clear_cancelled
from tests.unit.ensembles import ensemble

IDENTITY = "0123456789abcdef"
LONG_AGO = 1_600_000_000


@pytest.fixture(scope="module")
def dead() -> int:
    """The number of a process that has ended."""
    command = [sys.executable, "-c", "import os; print(os.getpid())"]
    return int(subprocess.run(command, capture_output=True, check=True).stdout)


def left(path: Path, *, old: bool = True) -> Path:
    """A folder with a file of 100 bytes in it, as broken-off work leaves it."""
    path.mkdir(parents=True)
    (path / "file").write_bytes(b"x" * 100)
    if old:
        for one in (path / "file", path):
            os.utime(one, (LONG_AGO, LONG_AGO))
    return path


def kinds(out: Path, **more: bool) -> dict[str, str]:
    return {one.path.name: one.kind for one in leavings(out, **more)}


def test_what_a_dead_process_left_can_go(tmp_path: Path, dead: int) -> None:
    gone = left(tmp_path / "runs" / f".writing-x-{dead}-01234567")
    alive = left(tmp_path / "runs" / f".writing-x-{os.getpid()}-01234567")
    lately = left(tmp_path / "runs" / f".writing-y-{dead}-01234567", old=False)
    assert kinds(tmp_path) == {gone.name: "half_written"}
    assert [one.bytes for one in leavings(tmp_path)] == [100]
    for one in leavings(tmp_path):
        throw_away(one)
    assert not gone.exists()
    assert alive.exists()
    assert lately.exists()


def test_what_could_be_gone_on_with_stays_unless_asked_for(tmp_path: Path) -> None:
    """Shards of runs, and stages of calibrations and of claims; what is held, or was only begun to be written, not."""
    shards = left(tmp_path / "runs" / f".shards-{IDENTITY}")
    stages = left(tmp_path / "batches" / f"stages-{IDENTITY}")
    claims = left(tmp_path / f"stages-{IDENTITY[::-1]}")
    half = left(tmp_path / "batches" / f"batch-{IDENTITY}" / ".writing-runs-00000000.piece-999999999-01234567")
    step = left(tmp_path / "pool" / "steps" / IDENTITY / ".writing-trials.stage-999999999-01234567")
    known = {half.name: "half_written", step.name: "half_written"}
    assert kinds(tmp_path) == known
    unfinished = {path.name: "unfinished" for path in (shards, stages, claims)}
    assert kinds(tmp_path, unfinished=True) == known | unfinished
    with only_one(lock_of(stages)), only_one(lock_of(shards)):
        assert kinds(tmp_path, unfinished=True) == known | {claims.name: "unfinished"}
    RunStore(tmp_path / "runs").save(ensemble(identity=IDENTITY))
    assert kinds(tmp_path) == known | {shards.name: "superseded"}


def test_what_somebody_has_gone_on_with_since_it_was_listed_stays(tmp_path: Path) -> None:
    shards = left(tmp_path / "runs" / f".shards-{IDENTITY}")
    stages = left(tmp_path / "batches" / f"stages-{IDENTITY}")
    listed = leavings(tmp_path, unfinished=True)
    assert {one.path for one in listed} == {shards, stages}
    for held in (True, False):
        with ExitStack() as locks:
            for path in (shards, stages) if held else ():
                locks.enter_context(only_one(lock_of(path)))
            for one in listed:
                throw_away(one)
            assert (shards.is_dir(), stages.is_dir()) == (held, held)
    assert not list(tmp_path.rglob("*.lock"))


def test_a_cancelled_job_takes_away_its_own_shards_alone(tmp_path: Path) -> None:
    own = left(tmp_path / "runs" / f".shards-{IDENTITY}", old=False)
    others = [left(tmp_path / "runs" / ".shards-fedcba9876543210", old=False), left(tmp_path / "stages-x", old=False)]
    began = time.time() - 60
    with only_one(own.with_name(f"{own.name}.lock")):
        clear_cancelled(tmp_path, IDENTITY, began)
        assert own.is_dir(), "somebody is making them"
    clear_cancelled(tmp_path, IDENTITY, time.time() + 60)
    assert own.is_dir(), "an earlier command began them"
    clear_cancelled(tmp_path, IDENTITY, began)
    assert not own.exists()
    assert all(one.is_dir() for one in others)
    clear_cancelled(tmp_path, IDENTITY, began)


@pytest.mark.parametrize("number", sorted(files.NO_LOCKS))
def test_where_a_file_system_knows_no_locks_work_goes_on(tmp_path: Path, monkeypatch, number: int) -> None:
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    with only_one(tmp_path / "lock") as waited:
        assert not waited
        assert not is_held(tmp_path / "lock")


def test_one_at_a_time(tmp_path: Path) -> None:
    """Whoever makes a run, or does a part of long work; who does other work does not wait."""
    lock = lock_of(tmp_path / "stages-work")
    for alone in (partial(only_one, lock), Stages(tmp_path, "work").alone):
        order, waits = [], threading.Event()

        def second(alone: Any = alone, order: Any = order, waits: Any = waits) -> None:
            with alone(waits.set) as waited:
                order.append(("second", waited))

        with alone() as waited:
            thread = threading.Thread(target=second)
            thread.start()
            assert waits.wait(10)
            with Stages(tmp_path, "other work").alone() as other:
                order.append(("first", waited or other))
        thread.join(10)
        assert order == [("first", False), ("second", True)]
    assert not lock.exists()
    assert not is_held(lock)
