"""A stored run is whole or not there, is found by its identity, and is never silently damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from ensembles import ensemble, stream, true_ensemble
from resealing import reseal

from copark.errors import FaultsFound, NotFound, RunRefused
from copark.store.errors import DamagedRun, MisplacedRun
from copark.store.garbage import faults_in
from copark.store.manifest import NAME, faults_of, set_aside
from copark.store.runs import RunStore

IDENTITY = "0123456789abcdef"


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


def test_what_is_loaded_is_what_was_saved(store: RunStore) -> None:
    saved = ensemble()
    record = store.save(saved)
    loaded = store.load(IDENTITY)
    xr.testing.assert_identical(loaded.load(), saved)
    assert [str(name) for name in loaded.data_vars] == [str(name) for name in saved.data_vars]
    for name in saved.data_vars:
        assert loaded[name].dtype == saved[name].dtype
        assert loaded[name].values.tobytes() == saved[name].values.tobytes()
    assert (record.identity, record.runs, record.kept, record.form) == (IDENTITY, 20, 20, "full")
    assert record.scenarios == ("baseline", "without-operator")
    assert record.provenance["study"]["name"] == "made-up"


@pytest.mark.parametrize("chunk", [1, 7, 20, 50])
def test_a_stream_is_stored_as_the_whole(store: RunStore, chunk: int) -> None:
    store.save_stream(stream(20, chunk), 20)
    xr.testing.assert_identical(store.load(IDENTITY).load(), ensemble(20))


def test_failed_runs_keep_their_rows_and_are_counted(store: RunStore) -> None:
    record = store.save(ensemble(failed=3))
    assert record.status == {"baseline": {"0": 20}, "without-operator": {"0": 19, "1": 1}}
    assert record.failed == 1
    assert sum(record.outcome["without-operator"].values()) == 20
    assert record.outcome["without-operator"]["-1"] == 1
    loaded = store.load(IDENTITY)
    assert np.isnan(loaded["cash"].values[1, 3]).all()
    assert loaded["status"].values[1, 3] == 1


def test_what_is_not_stored_is_not_found(store: RunStore, subtests: pytest.Subtests) -> None:
    store.save(ensemble())
    for identity in ["ffff", "..", "../runs", "", "0", "a" * 65, "0123/../../etc", "名称"]:
        with subtests.test(identity=identity):
            assert store.find(identity) is None
            with pytest.raises(NotFound) as refusal:
                store.get(identity)
            assert isinstance(refusal.value, FaultsFound)
            assert "copark runs" in refusal.value.faults[0].repair("zh")


def test_an_older_run_stays_unless_it_is_to_be_replaced(store: RunStore) -> None:
    store.save(ensemble(runs=5))
    assert store.save(ensemble(runs=9)).runs == 5
    assert store.save(ensemble(runs=9), replace=True).runs == 9
    assert [path.name for path in store.root.iterdir()] == [IDENTITY]


def broken_off() -> Iterator[xr.Dataset]:
    yield ensemble(4)
    raise KeyboardInterrupt


def test_a_run_that_is_broken_off_leaves_the_older_one_in_place(store: RunStore) -> None:
    store.save(ensemble(runs=5))
    with pytest.raises(KeyboardInterrupt):
        store.save_stream(broken_off(), 8, replace=True)
    assert store.get(IDENTITY).runs == 5


def test_a_disk_without_room_is_refused_before_anything_is_written(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**9, 10**9, 100))
    with pytest.raises(RunRefused, match="--runs"):
        store.save(ensemble())
    assert list(store.root.iterdir()) == []


def longest_file(folder: Path) -> Path:
    return max((folder / "arrays.zarr").rglob("c/*/*/*"), key=lambda path: path.stat().st_size)


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


DAMAGE: list[tuple[str, bool, Callable[[bytes], bytes | None]]] = [
    ("store.file_size", True, lambda content: content[:-1]),
    ("store.file_changed", True, flipped),
    ("store.file_missing", True, lambda _: None),
    ("store.manifest_unreadable", False, lambda _: b"[1, 2"),
    ("store.manifest_unreadable", False, lambda _: b'{"format": 1, "files": [], "bytes": 0}'),
    ("store.other_format", False, lambda content: content.replace(b'"format": 1', b'"format": 2')),
    ("store.half_written", False, lambda _: None),
]


def test_damage_is_named_with_its_file_and_its_repair(store: RunStore, subtests: pytest.Subtests) -> None:
    """Of its longest file, or of its manifest."""
    record = store.save(ensemble())
    for code, of_numbers, damage in DAMAGE:
        with subtests.test(code=code):
            path = longest_file(record.path) if of_numbers else record.path / NAME
            whole = path.read_bytes()
            spoiled = damage(whole)
            path.unlink() if spoiled is None else path.write_bytes(spoiled)
            with pytest.raises(DamagedRun) as refusal:
                store.load(IDENTITY)
            (fault,) = refusal.value.faults
            assert (fault.code, fault.file) == (code, str(record.path))
            assert fault.key
            assert fault.repair("en")
            assert fault.repair("zh")
            records, faults = store.records()
            listed = code == "store.file_changed"  # listing compares sizes only
            assert [entry.identity for entry in records] == [IDENTITY] * listed
            assert [entry.code for entry in faults] == [code] * (not listed)
            path.write_bytes(whole)


def test_a_run_is_not_believed_whatever_of_what_made_it_was_changed(store: RunStore, subtests: pytest.Subtests) -> None:
    """Changed by hand, and the checksums made anew."""
    record = store.save(true_ensemble(6, seed=1))
    path = record.path / "metadata.json"
    whole = path.read_bytes()
    study = {"runs": 300, "seed": 7, "case": "another"}
    hashes = ("case_hash", "world_hash", "model_version", "draws_hash")
    changes = [{"study": {key: value}} for key, value in study.items()] + [{key: "d" * 64} for key in hashes]
    for change in [{"runs": 300}, *changes]:
        metadata = json.loads(whole)
        provenance = metadata["provenance"]
        provenance |= change if "study" not in change else {"study": provenance["study"] | change["study"]}
        path.write_text(json.dumps(metadata), encoding="utf-8")
        reseal(record.path)
        with subtests.test(change=change):
            with pytest.raises(MisplacedRun) as refusal:
                store.get(record.identity)
            assert [fault.code for fault in refusal.value.faults] == ["store.contradicts"]


def test_what_is_in_quarantine_is_not_overwritten(store: RunStore) -> None:
    first, second = store.save(true_ensemble(6, seed=1)), store.save(true_ensemble(9, seed=7))
    for number in (1, 2):
        shutil.copytree(second.path, first.path, dirs_exist_ok=True)
        aside = set_aside(first.path)
        assert aside is not None
        assert aside.values["aside"] == store.root / "quarantine" / f"{first.identity}-{number}"
        assert (store.root / "quarantine" / f"{first.identity}-{number}" / NAME).is_file()
    assert set_aside(second.path) is None


@pytest.mark.parametrize(
    ("extra", "may_be_read"),
    [
        ("notes.txt", False),
        ("pictures/a/b.png", False),
        ("arrays.zarr/cash/.DS_Store", False),
        ("arrays.zarr/status_quarter/c/1/0", True),
        ("summary.zarr/zarr.json", True),
        ("arrays.zarr/other/zarr.json", True),
    ],
)
def test_files_that_are_not_of_the_run_are_seen(store: RunStore, extra: str, may_be_read: bool) -> None:
    record = store.save(true_ensemble())
    assert faults_in(store) == []
    (record.path / extra).parent.mkdir(parents=True, exist_ok=True)
    (record.path / extra).write_bytes(b"x")
    (outermost,) = faults_in(store)
    assert extra.startswith(outermost.key)
    assert [fault.code for fault in faults_of(record.path)] == ["store.extra"] * may_be_read
