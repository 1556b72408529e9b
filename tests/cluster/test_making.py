"""Whoever makes an ensemble, and however often it is stopped, it is the same; what is made is not made again."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

from copark.cases import load_case
from copark.cluster.orchestration import EnsembleRequest, make
from copark.cluster.shard_worker import Threads
from copark.cluster.worker_fingerprint import MachinesDiffer, machine
from copark.simulation.results import study_identity
from copark.simulation.run import stream
from copark.simulation.study import baseline
from copark.store.errors import ExportRefused
from copark.store.files import stamp_of
from copark.store.run_record import RunRecord
from copark.store.runs import RunStore
from copark.store.shards import ShardFolder
from tests.cluster.test_shards import marks

RUNS = 4100


@pytest.fixture(scope="module")
def asked() -> EnsembleRequest:
    case = load_case("great-stone")
    study = baseline("great-stone").with_changes(runs=RUNS, quarters=20, keep=("operating", "cash"))
    return EnsembleRequest(study, case, None, study_identity(study, case), bands=False)


@pytest.fixture(scope="module")
def expected(asked: EnsembleRequest, tmp_path_factory) -> dict[str, str]:
    store = RunStore(tmp_path_factory.mktemp("stream"))
    found = numbers(store.save_stream(stream(asked.study, asked.case, threads=1), RUNS))
    assert len({found[f"arrays.zarr/cash/c/0/{chunk}/0"] for chunk in range(5)}) == 5
    return found


def numbers(record) -> dict[str, str]:
    """Checksums of all files but those that hold the time."""
    return {name: mark for name, mark in marks(record).items() if name != "arrays.zarr/zarr.json"}


class Counting(Threads):
    """Threads that remember what they made, and break off after some shards."""

    def __init__(self, threads: int = 1, until: int | None = None) -> None:
        super().__init__(threads)
        self.made: list[tuple[int, int]] = []
        self.until = until

    @staticmethod
    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    def make(self, work, ranges, progress):
        for span in ranges:
            if self.until is not None and len(self.made) >= self.until:
                raise KeyboardInterrupt
            yield from super().make(work, [span], progress)
            self.made.append(span)


def stopped_after(shards: int, asked: EnsembleRequest, store: RunStore) -> None:
    with pytest.raises(KeyboardInterrupt):
        make(asked, store, Counting(until=shards))


def running_on(found: dict[str, str]) -> Any:
    """As if this process ran on another machine."""
    return mock.patch("copark.cluster.shard_worker.machine", return_value=found)


def finished_by(
    worker_pool: Counting, asked: EnsembleRequest, store: RunStore, expected: dict[str, str], made: int
) -> RunRecord:
    """What is left is made, so many shards, and the whole is as it would have been."""
    record = make(asked, store, worker_pool).record
    assert len(worker_pool.made) == made
    assert numbers(record) == expected
    return record


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads_change_nothing(asked: EnsembleRequest, expected, tmp_path: Path, threads: int) -> None:
    assert numbers(make(asked, RunStore(tmp_path), Threads(threads)).record) == expected


@pytest.mark.parametrize("until", [0, 1, 3])
def test_a_stopped_run_goes_on_where_it_was(asked: EnsembleRequest, expected, tmp_path: Path, until: int) -> None:
    store, told, later = RunStore(tmp_path), [], Counting()
    stopped_after(until, asked, store)
    made = make(asked, store, later, progress=lambda done, total: told.append((done, total)))
    assert made.kept_runs == until * 1000
    assert len(later.made) == 5 - until
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (RUNS, RUNS)
    assert numbers(made.record) == expected


def test_one_that_another_finished_since_it_was_asked_for_is_taken(asked: EnsembleRequest, tmp_path: Path) -> None:
    """Though its lock was free again when it was this one's turn; what was there before is made anew."""
    store, later = RunStore(tmp_path), Counting()
    first = make(asked, store, Threads(2)).record
    assert make(replace(asked, stored_before=()), store, later).record == first
    assert later.made == []
    place = store.root / asked.identity
    before = stamp_of(place)
    assert make(replace(asked, stored_before=before), store, later).record.runs == RUNS
    assert stamp_of(place) != before
    assert len(later.made) == 5


def test_a_battery_that_dies_while_shards_are_put_onto_the_disk_costs_none(
    asked: EnsembleRequest, expected, tmp_path: Path, monkeypatch
) -> None:
    store = RunStore(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(ShardFolder, "settle", Counting.fails)
        stopped_after(5, asked, store)
    torn = sorted(store.shards_of(asked.identity).glob("arrays.zarr/cash/c/0/3/*"))[0]
    torn.write_bytes(torn.read_bytes()[:-1])
    finished_by(Counting(), asked, store, expected, 1)


@pytest.mark.parametrize("whole", [True, False])
def test_killed_before_it_takes_its_place(
    asked: EnsembleRequest, expected, tmp_path: Path, monkeypatch, whole: bool
) -> None:
    """And before all that belongs to the making is gone: nothing of it comes into the stored run."""
    store = RunStore(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(RunStore, "adopt", Counting.fails)
        stopped_after(5, asked, store)
    making = store.shards_of(asked.identity) / "making"
    if not whole:
        making.mkdir()
        (making / "0-1000.json").write_text("{}")
    assert not (finished_by(Counting(), asked, store, expected, 0).path / "making").exists()


def test_what_another_processor_made_is_not_gone_on_with(asked: EnsembleRequest, expected, tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    stopped_after(2, asked, store)
    other = machine() | {"cpu_features": "another-processor"}
    with running_on(other), pytest.raises(MachinesDiffer) as refused:
        make(asked, store, Counting())
    assert {fault.key for fault in refused.value.faults} == {"cpu_features"}
    assert all("another-processor" in refused.value.faults[0].sentence(lang) for lang in ("en", "zh"))
    finished_by(Counting(), asked, store, expected, 3)


def test_a_full_disk_is_said_and_finished_shards_stay(asked: EnsembleRequest, expected, tmp_path: Path) -> None:
    store, put, full = RunStore(tmp_path), ShardFolder.put, []

    def fill(self, name: str, content: bytes) -> None:
        if full or ("/c/" in name and "/3" in name):
            full.append(name)
            raise OSError(errno.ENOSPC, "No space left on device")
        put(self, name, content)

    with mock.patch.object(ShardFolder, "put", fill), pytest.raises(ExportRefused) as refused:
        make(asked, store, Threads(1))
    assert refused.value.faults[0].code == "cluster.disk_full"
    finished_by(Counting(), asked, store, expected, 2)


def test_what_other_code_made_is_made_again(asked: EnsembleRequest, expected, tmp_path: Path) -> None:
    store, later = RunStore(tmp_path), Counting()
    with running_on(machine() | {"code": "another"}), mock.patch("copark.cluster.orchestration.need_alike"):
        stopped_after(2, asked, store)
    made = make(asked, store, later)
    assert (made.kept_runs, made.anew, len(later.made)) == (0, 2000, 5)
    assert numbers(made.record) == expected
