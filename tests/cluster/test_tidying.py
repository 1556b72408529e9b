"""What broken-off work leaves can go; what a living process writes, or a command would go on from, stays."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from copark.store import files
from copark.store.checkpoints import Stages
from copark.store.files import is_held, lock_of, only_one
from copark.store.garbage import find_leftovers, throw_away
from copark.store.runs import RunStore
from copark.web.content.job_tasks import remove_shards_of_cancelled
from tests.cluster import contention
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
    return {one.path.name: one.kind for one in find_leftovers(out, **more)}


def test_what_a_dead_process_left_can_go(tmp_path: Path, dead: int) -> None:
    gone = left(tmp_path / "runs" / f".writing-x-{dead}-01234567")
    alive = left(tmp_path / "runs" / f".writing-x-{os.getpid()}-01234567")
    lately = left(tmp_path / "runs" / f".writing-y-{dead}-01234567", old=False)
    assert kinds(tmp_path) == {gone.name: "half_written"}
    assert [one.bytes for one in find_leftovers(tmp_path)] == [100]
    for one in find_leftovers(tmp_path):
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
    listed = find_leftovers(tmp_path, unfinished=True)
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
        remove_shards_of_cancelled(tmp_path, IDENTITY, began)
        assert own.is_dir(), "somebody is making them"
    remove_shards_of_cancelled(tmp_path, IDENTITY, time.time() + 60)
    assert own.is_dir(), "an earlier command began them"
    remove_shards_of_cancelled(tmp_path, IDENTITY, began)
    assert not own.exists()
    assert all(one.is_dir() for one in others)
    remove_shards_of_cancelled(tmp_path, IDENTITY, began)


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


@pytest.mark.long
def test_no_two_of_many_processes_hold_a_lock(tmp_path: Path) -> None:
    """Whose file is removed and made again all the time; the lowest version of filelock is tried in packaging."""
    held, doubled = contention.main(tmp_path, 4.0)
    assert held > 100
    assert doubled == 0
    assert not list(tmp_path.iterdir())


def test_the_lock_of_a_killed_process_can_go(tmp_path: Path) -> None:
    lock = lock_of(tmp_path / "runs" / f".shards-{IDENTITY}")
    lock.parent.mkdir()
    code = "import os, sys; from pathlib import Path; from copark.store.files import only_one\n"
    code += "with only_one(Path(sys.argv[1])): os._exit(9)"
    assert subprocess.run([sys.executable, "-c", code, str(lock)], check=False).returncode == 9
    assert lock.is_file()
    assert kinds(tmp_path) == {lock.name: "lock"}
    assert lock.is_file(), "listing removes nothing"
    (listed,) = find_leftovers(tmp_path)
    with only_one(lock):
        assert kinds(tmp_path) == {}
        throw_away(listed)
        assert is_held(lock), "somebody holds it again"
    lock.touch()
    throw_away(listed)
    assert not lock.exists()


KILLED = """
import os, sys
from pathlib import Path
from copark.store import files
rename = Path.rename

def killed(self, target):
    if self.name == sys.argv[2]:
        os._exit(9)
    return rename(self, target)

Path.rename = killed
files.take_place(Path(sys.argv[1]) / sys.argv[2], Path(sys.argv[1]) / sys.argv[3], replace=True)
"""


def killed_between_moves(folder: Path, new: str, name: str) -> Path:
    """Replace a folder in a process that is killed when the older one has left its place; return where that is."""
    code = subprocess.run([sys.executable, "-c", KILLED, str(folder), new, name], check=False).returncode
    assert code == 9
    assert not (folder / name).exists()
    (replaced,) = folder.glob(".replaced-*")
    return replaced


def test_a_run_whose_replacement_was_killed_between_the_moves_is_found(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    for ask in (store.find, store.load, lambda _: store.records()[0][0]):
        store.save(ensemble(runs=5, identity=IDENTITY), replace=True)
        left(store.shards_of(IDENTITY))
        killed_between_moves(store.root, f".shards-{IDENTITY}", IDENTITY)
        assert ask(IDENTITY) is not None
        assert store.get(IDENTITY).runs == 5
        assert not list(store.root.glob(".replaced-*"))
        shutil.rmtree(store.shards_of(IDENTITY))


def test_half_of_a_run_is_not_put_back(tmp_path: Path) -> None:
    store = RunStore(tmp_path / "runs")
    store.save(ensemble(runs=5, identity=IDENTITY))
    left(store.shards_of(IDENTITY))
    replaced = killed_between_moves(store.root, f".shards-{IDENTITY}", IDENTITY)
    (replaced / "metadata.json").unlink()
    assert store.find(IDENTITY) is None
    assert store.names() == []


def test_what_was_being_replaced_is_put_back_and_not_thrown_away(tmp_path: Path) -> None:
    """A calibration; once another has its place, the older one can go."""
    old, new = left(tmp_path / "posteriors" / "park"), left(tmp_path / "posteriors" / "new")
    replaced = killed_between_moves(old.parent, new.name, old.name)
    assert kinds(tmp_path) == {replaced.name: "displaced"}
    for one in find_leftovers(tmp_path):
        throw_away(one)
    assert (old / "file").read_bytes() == b"x" * 100
    replaced = killed_between_moves(old.parent, new.name, old.name)
    left(old, old=False)
    assert kinds(tmp_path) == {replaced.name: "half_written"}


def test_a_folder_that_is_put_back_meanwhile_is_replaced_all_the_same(tmp_path: Path, monkeypatch) -> None:
    """Somebody on another machine takes whoever replaces it for dead."""
    old, new = left(tmp_path / "old"), left(tmp_path / "new")
    (new / "file").write_bytes(b"new")
    rename, moves = Path.rename, []

    def busy(self: Path, target: Path) -> Path:
        moves.append(self.name)
        if len(moves) == 2:
            (replaced,) = tmp_path.glob(".replaced-*")
            rename(replaced, old)
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", busy)
    files.take_place(new, old, replace=True)
    assert (old / "file").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
