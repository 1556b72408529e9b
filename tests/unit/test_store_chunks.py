"""A chunk that is not as it was stored is never read as other numbers; one that no run has is not decoded."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from ensembles import ensemble, stream
from numcodecs import Blosc, Zstd
from resealing import change_json, reseal, with_checksum, without_checksums
from tests.asked import call

from copark.store import manifest
from copark.store.errors import DamagedRun
from copark.store.garbage import faults_in
from copark.store.run_record import RunRecord
from copark.store.runs import RunStore

IDENTITY = "0123456789abcdef"
CASH = "arrays.zarr/cash/c/0/0/0"


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path / "runs")


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs are above the size up to which every opening compares the checksums of all files."""
    monkeypatch.setattr(manifest, "DEEP_LIMIT", 0)


def test_the_chunks_of_a_run_have_the_checksum_of_zarr(store: RunStore) -> None:
    record = store.save(ensemble())
    for path in record.path.glob("*.zarr/*/zarr.json"):
        assert json.loads(path.read_text(encoding="utf-8"))["codecs"][-1] == {"name": "crc32c"}
    with xr.open_dataset(record.path / "arrays.zarr", engine="zarr", consolidated=False) as by_others:
        assert np.array_equal(by_others["cash"].values, ensemble()["cash"].values, equal_nan=True)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("is_old", [False, True])
def test_a_flipped_bit_is_told_when_it_is_read(store: RunStore, is_old: bool, subtests: pytest.Subtests) -> None:
    record = store.save(ensemble())
    if is_old:
        without_checksums(record.path)
    xr.testing.assert_identical(store.load(IDENTITY).load(), ensemble())
    path = record.path / CASH
    whole = path.read_bytes()
    for position in (0, 5, len(whole) // 3, len(whole) // 2, len(whole) - 1):
        with subtests.test(at=position):
            path.write_bytes(whole[:position] + bytes([whole[position] ^ 4]) + whole[position + 1 :])
            opened = store.load(IDENTITY)
            assert opened["registered"].values.shape == (2, 20, 8), "what is whole can be read"
            with pytest.raises(DamagedRun) as refusal:
                opened["cash"].values.sum()
            (fault,) = refusal.value.faults
            assert (fault.code, fault.file, fault.key) == ("store.file_changed", str(record.path), CASH)
            assert "--overwrite" in fault.repair("en")
            assert "--overwrite" in fault.repair("zh")


@pytest.mark.usefixtures("large")
def test_bands_and_every_run_are_compared_with_their_checksums_too(store: RunStore) -> None:
    record = store.save_stream(stream(30, 7), 30, summarise=True)
    for name, read in (
        ("summary.zarr/cash/c/0/0/0", lambda: store.load_summary(IDENTITY)["cash"].values),
        ("every_run.zarr/draws/c/0/0", lambda: store.load_every_run(IDENTITY)["draws"].values),
    ):
        path = record.path / name
        whole = path.read_bytes()
        path.write_bytes(whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:])
        with pytest.raises(DamagedRun, match=name):
            read()


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize(("lang", "word"), [("en", "damaged or was modified"), ("zh", "文件已损坏或被改动")])
def test_a_command_that_reads_a_flipped_bit_names_the_file(
    store: RunStore, capsys: pytest.CaptureFixture[str], lang: str, word: str
) -> None:
    path = store.save(ensemble()).path / CASH
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes([whole[40] ^ 1]) + whole[41:])
    target = store.root.parent / "run.nc"
    command = ["export", IDENTITY, "--format", "netcdf", "--to", target, "--out", store.root.parent, "--lang", lang]
    code, _, message = call(command, capsys)
    assert code == 1
    assert CASH in message
    assert word in message
    assert "--overwrite" in message
    assert not target.exists()


CODECS = [
    [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "gzip", "configuration": {"level": 9}}],
    [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd", "configuration": {"level": 3}}],
    [{"name": "bytes", "configuration": {"endian": "big"}}],
    [{"name": "transpose", "configuration": {"order": [2, 1, 0]}}],
    [{"name": "sharding_indexed"}], [{"name": "numcodecs.pickle"}], [], "bytes", [{"name": ["bytes"]}],
]  # fmt: skip
DESCRIPTIONS: list[dict[str, Any]] = [
    *({"codecs": codecs} for codecs in CODECS),
    {"data_type": "float32"},
    {"data_type": "string"},
    {"data_type": {"name": "struct"}},
    {"shape": [2, 20, 9]},
    {"shape": [2, 10**9, 8]},
    {"shape": [2, -1, 8]},
    {"shape": [2.0, 20, 8]},
    {"shape": [20, 8]},
    {"shape": None},
    {"chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 10**9, 8]}}},
    {"chunk_grid": {"name": "rectilinear"}},
    {"chunk_key_encoding": {"name": "v2", "configuration": {"separator": "."}}},
    {"fill_value": 0.0},
    {"dimension_names": ["scenario", "run", "run"]},
    {"attributes": {"scale_factor": 2.0}},
    {"attributes": {"add_offset": 1}},
    {"attributes": []},
    {"storage_transformers": [{"name": "x"}]},
    {"zarr_format": 2},
    {"node_type": "group"},
    {"surprise": 1},
]


def test_an_array_that_is_not_described_as_copark_stores_one_is_refused(
    store: RunStore, subtests: pytest.Subtests
) -> None:
    for change in DESCRIPTIONS:
        with subtests.test(change=change):
            record = store.save(ensemble(), replace=True)
            place = "arrays.zarr/cash/zarr.json"
            change_json(record.path / place, lambda described, change=change: described.update(change))
            reseal(record.path)
            with pytest.raises(DamagedRun) as refusal:
                store.load(IDENTITY)
            assert [(fault.code, fault.key) for fault in refusal.value.faults] == [("store.array", place)]
            assert refusal.value.faults == tuple(faults_in(store))


def blosc(size: int) -> bytes:
    return bytes(Blosc(cname="lz4", clevel=9, shuffle=Blosc.SHUFFLE).encode(np.zeros(size, np.uint8)))


def lying(content: bytes, size: int) -> bytes:
    """A compressed chunk that says it is as long as it should be, and is not."""
    return content[:4] + size.to_bytes(4, "little") + content[8:]


def texts(count: int, length: int) -> bytes:
    """Texts as Zarr lays them out, of which there are not so many."""
    return count.to_bytes(4, "little") + length.to_bytes(4, "little") + b"x"


SIZE = 2 * 1000 * 8 * 8
CHUNKS: list[tuple[str, str, Callable[[], bytes]]] = [
    (CASH, "chunk", lambda: blosc(400_000_000)),
    (CASH, "chunk", lambda: lying(blosc(400_000_000), SIZE)),
    (CASH, "chunk", lambda: b""),
    (CASH, "chunk", lambda: b"\0" * 3),
    (CASH, "chunk", lambda: blosc(SIZE - 8)),
    ("arrays.zarr/label/c/0", "chunk", lambda: texts(4_000_000_000, 1)),
    ("arrays.zarr/label/c/0", "chunk", lambda: texts(8, 4_000_000_000)),
    ("arrays.zarr/scenario/c/0", "chunk", lambda: texts(2, 1)),
    ("arrays.zarr/run/c/0", "chunk", lambda: blosc(8000)),
]


def test_a_chunk_that_its_array_does_not_have_is_told_and_its_size_is_not_believed(
    store: RunStore, subtests: pytest.Subtests
) -> None:
    """Its checksums are right: whoever sends it has made them."""
    for place, code, content in CHUNKS:
        with subtests.test(place=place, content=content()[:16]):
            record = store.save(ensemble(), replace=True)
            (record.path / place).write_bytes(with_checksum(content()))
            reseal(record.path)
            assert [(fault.code, fault.key) for fault in faults_in(store)] == [(f"store.{code}", place)]


def test_texts_of_early_runs_are_not_decompressed_beyond_a_size(store: RunStore, subtests: pytest.Subtests) -> None:
    frame = bytes(Zstd().encode(b"\0" * 50_000_000))
    unsized = b"\x28\xb5\x2f\xfd\x00\x58" + frame[10:]
    for content in (frame, unsized, frame[:5], b"", bytes(Zstd().encode(texts(2**32 - 1, 1)))):
        with subtests.test(content=content[:8]):
            record = store.save(ensemble(), replace=True)
            without_checksums(record.path)
            assert faults_in(store) == []
            (record.path / "arrays.zarr/label/c/0").write_bytes(content)
            reseal(record.path)
            assert [fault.code for fault in faults_in(store)] == ["store.chunk"]


def test_runs_without_numbers_are_not_believed(store: RunStore) -> None:
    """However many runs are said to be there, each thousand has a file of its numbers."""
    record = store.save(ensemble())
    change_json(record.path / "metadata.json", lambda metadata: metadata.update(runs=10**8, kept=10**8))
    for name in ("cash", "registered", "status", "status_quarter", "status_room", "outcome", "draws", "run"):

        def longer(described: Any) -> None:
            described["shape"] = [10**8 if size == 20 else size for size in described["shape"]]

        change_json(record.path / "arrays.zarr" / name / "zarr.json", longer)
    reseal(record.path)
    with pytest.raises(DamagedRun) as refusal:
        store.get(IDENTITY)
    assert {fault.code for fault in refusal.value.faults} == {"store.file_missing"}


BOMB = """
import resource, sys
from pathlib import Path
from copark.store.workspace import verify_workspace
import copark.store.headlines, numcodecs, xarray, zarr
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = verify_workspace(Path(sys.argv[1]))
print(",".join(sorted({one.code for one in found.faults})))
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""
MUCH = 500_000_000
ALLOWED = 100.0
"""MUCH, ALLOWED: bytes of a bomb once it is decompressed; MB that refusing it may take."""


def packed_by_hand(record: RunRecord, target: Path) -> Path:
    """A run as a workspace, whatever it holds."""
    from copark.store.workspace import Contents, pack_workspace

    pack_workspace(Contents({}, {}, (record,)), target)
    return target


@pytest.mark.long
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the unit of ru_maxrss is another elsewhere")
def test_a_workspace_that_would_fill_the_memory_is_refused_in_little(
    store: RunStore, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    bombs = {
        "gzip": ("store.array", gzip.compress(bytes(MUCH), 1)),
        "blosc": ("store.chunk", with_checksum(blosc(MUCH))),
        "lying": ("store.chunk", with_checksum(lying(blosc(MUCH), SIZE))),
    }
    for name, (code, content) in bombs.items():
        with subtests.test(bomb=name):
            record = store.save(ensemble(), replace=True)
            if name == "gzip":
                change_json(
                    record.path / "arrays.zarr/cash/zarr.json", lambda metadata: metadata.update(codecs=CODECS[0])
                )
            (record.path / CASH).write_bytes(content)
            reseal(record.path)
            path = packed_by_hand(record, tmp_path / f"{name}.zip")
            command = [sys.executable, "-c", BOMB, str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            codes, more = done.stdout.split()
            assert codes == code
            assert float(more) < ALLOWED
