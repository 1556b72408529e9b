"""A stored run is whole or not there, is found by its identity, and is never silently damaged."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from ensembles import ensemble, stream, true_ensemble

from copark.errors import FaultsFound, NotFound, RunRefused
from copark.store import DamagedRun, MisplacedRun, RunStore
from copark.store.garbage import faults_in
from copark.store.manifest import NAME, checksum, faults_of, manifest_of, set_aside

IDENTITY = "0123456789abcdef"


def write_manifest(folder: Path) -> None:
    """List every file anew, as whoever means no good would."""
    files = {path for path in folder.rglob("*") if path.is_file() and path.name != NAME}
    marks = {path.relative_to(folder).as_posix(): (path.stat().st_size, checksum(path)) for path in files}
    (folder / NAME).write_text(manifest_of(marks), encoding="utf-8")


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


def cut(folder: Path) -> None:
    path = longest_file(folder)
    path.write_bytes(path.read_bytes()[:-1])


def flip(folder: Path) -> None:
    path = longest_file(folder)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def remove(folder: Path) -> None:
    longest_file(folder).unlink()


def garble(folder: Path) -> None:
    (folder / "manifest.json").write_text("[1, 2", encoding="utf-8")


def other_shape(folder: Path) -> None:
    (folder / "manifest.json").write_text('{"format": 1, "files": [], "bytes": 0}', encoding="utf-8")


def later_format(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"format": 1', '"format": 2'), encoding="utf-8")


def stop_before_the_manifest(folder: Path) -> None:
    (folder / "manifest.json").unlink()


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (cut, "store.file_size"),
        (flip, "store.file_changed"),
        (remove, "store.file_missing"),
        (garble, "store.manifest_unreadable"),
        (other_shape, "store.manifest_unreadable"),
        (later_format, "store.other_format"),
        (stop_before_the_manifest, "store.half_written"),
    ],
)
def test_damage_is_named_with_its_file_and_its_repair(store: RunStore, damage: object, code: str) -> None:
    record = store.save(ensemble())
    assert callable(damage)
    damage(record.path)
    with pytest.raises(DamagedRun) as refusal:
        store.load(IDENTITY)
    (fault,) = refusal.value.faults
    assert fault.code == code
    assert fault.file == str(record.path)
    assert fault.key
    assert fault.repair("en")
    assert fault.repair("zh")
    found, faults = store.records()
    if code == "store.file_changed":  # listing compares sizes only
        assert [entry.identity for entry in found] == [IDENTITY]
    else:
        assert found == []
        assert [entry.code for entry in faults] == [code]


def edited(*path: str, value: object) -> object:
    """A change by hand of one entry of the metadata, after which the checksums are made anew."""

    def edit(folder: Path, _: Path) -> None:
        metadata = json.loads((folder / "metadata.json").read_text(encoding="utf-8"))
        entry = metadata
        for name in path[:-1]:
            entry = entry[name]
        entry[path[-1]] = value
        (folder / "metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
        write_manifest(folder)

    return edit


def test_a_run_is_not_believed_whatever_of_what_made_it_was_changed(store: RunStore, subtests: pytest.Subtests) -> None:
    record = store.save(true_ensemble(6, seed=1))
    path = record.path / "metadata.json"
    whole = path.read_bytes()
    for at, value in (
        (("runs",), 300), (("study", "runs"), 300), (("study", "seed"), 7), (("study", "case"), "another"),
        (("case_hash",), "d" * 64), (("model_hash",), "d" * 64), (("experiment_hash",), "d" * 64),
        (("draws_hash",), "d" * 64),
    ):  # fmt: skip
        path.write_bytes(whole)
        change = edited("provenance", *at, value=value)
        assert callable(change)
        change(record.path, record.path)
        with subtests.test(at=at):
            with pytest.raises(MisplacedRun) as refusal:
                store.get(record.identity)
            assert [fault.code for fault in refusal.value.faults] == ["store.contradicts"]


def test_what_is_in_quarantine_is_not_overwritten(store: RunStore) -> None:
    one, other = store.save(true_ensemble(6, seed=1)), store.save(true_ensemble(9, seed=7))
    for number in (1, 2):
        shutil.copytree(other.path, one.path, dirs_exist_ok=True)
        aside = set_aside(one.path)
        assert aside is not None
        assert aside.values["aside"] == store.root / "quarantine" / f"{one.identity}-{number}"
        assert (store.root / "quarantine" / f"{one.identity}-{number}" / NAME).is_file()
    assert set_aside(other.path) is None


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
