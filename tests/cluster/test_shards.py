"""An ensemble made in shards, in any order and after any accident, is file by file the one that was streamed."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from copark.store import shards as layout
from copark.store.array_forms import ARRAYS
from copark.store.arrays import write_dataset
from copark.store.manifest import checksum
from copark.store.run_record import RunRecord
from copark.store.runs import RunStore
from copark.store.shards import EDGES, ShardFolder, ShardPlan, ShardWriter, finished, join, write_plan
from copark.store.streaming_summary import EndCounts
from tests.unit.ensembles import ensemble

IDENTITY = "0123456789abcdef"


def late(runs: int, first: int) -> xr.Dataset:
    """Runs of which the first 1,400 have no cash in the first quarter: that cell has no edges, and no quantiles."""
    made = ensemble(runs, first=first)
    numbers = made["run"].values
    made["cash"].values[:, numbers < 1400, 0] = np.nan
    return made


def plain(runs: int, first: int) -> xr.Dataset:
    return ensemble(runs, first=first)


def begun(store: RunStore, plan: ShardPlan) -> ShardFolder:
    folder = store.shards_of(plan.identity)
    folder.mkdir(parents=True, exist_ok=True)
    shards = ShardFolder(folder)
    write_plan(shards, plan)
    return shards


def write(shards: ShardFolder, plan: ShardPlan, span: tuple[int, int], make=plain) -> None:
    writer = ShardWriter(shards, plan, *span)
    for begin in range(*span, 1000):
        writer.add(make(min(1000, span[1] - begin), begin))
    writer.close({}, {})


def marks(record: RunRecord) -> dict[str, str]:
    """Checksums of every file but the one that holds the time."""
    files = json.loads((record.path / "manifest.json").read_text(encoding="utf-8"))["files"]
    return {name: entry["sha256"] for name, entry in files.items() if name != "metadata.json"}


@pytest.mark.parametrize(
    ("runs", "shard", "bands", "make"),
    [
        (700, 1000, False, plain),
        (3300, 2000, False, plain),
        pytest.param(3300, 1000, True, late, marks=pytest.mark.long),
        (3300, 2000, True, late),
    ],
)
def test_the_files_are_those_of_zarr(tmp_path: Path, runs: int, shard: int, bands: bool, make) -> None:
    store = RunStore(tmp_path / "shards")
    plan = ShardPlan(IDENTITY, runs, runs if not bands else min(2000, runs), bands, shard)
    shards = begun(store, plan)
    lead, *rest = plan.ranges()
    random.Random(runs).shuffle(rest)
    for span in (lead, *rest):
        write(shards, plan, span, make)
    join(shards, plan, list(finished(shards, plan)), make(1, 0))
    record = store.adopt(plan.identity)
    whole = make(runs, 0)
    write_dataset(whole.isel(run=slice(0, plan.kept)), tmp_path / ARRAYS)
    alone = {path.relative_to(tmp_path).as_posix(): path for path in (tmp_path / ARRAYS).rglob("*") if path.is_file()}
    expected = {name: checksum(path) for name, path in alone.items()}
    found = marks(record)
    assert {name: mark for name, mark in found.items() if name.startswith(ARRAYS)} == expected, "as Zarr writes them"
    tally = EndCounts()
    tally.add(whole)
    assert (record.status, record.outcome) == (tally.status, tally.outcome)
    chunks = (make(min(700, runs - first), first) for first in range(0, runs, 700))
    streamed = RunStore(tmp_path / "alone").save_stream(chunks, runs, summarise=bands)
    same = {name: mark for name, mark in marks(streamed).items() if bands <= (not name.startswith(ARRAYS))}
    assert same.items() <= found.items(), "in one shard, or in many"
    if make is late:
        cell = store.load_summary(IDENTITY)["cash"].isel(quarter=0)
        assert np.isnan(cell.sel(statistic="p50")).all()
        np.testing.assert_allclose(cell.sel(statistic="mean"), whole["cash"].isel(quarter=0).mean("run"), rtol=1e-12)
    assert sorted(path.name for path in store.root.iterdir()) == [IDENTITY]


@pytest.fixture
def three(tmp_path: Path) -> tuple[RunStore, ShardFolder, ShardPlan]:
    """Three of three shards of an ensemble with bands."""
    store = RunStore(tmp_path)
    plan = ShardPlan(IDENTITY, 3000, 3000, True, 1000)
    shards = begun(store, plan)
    for span in plan.ranges():
        write(shards, plan, span)
    return store, shards, plan


def spans(shards: ShardFolder, plan: ShardPlan) -> list[int]:
    return [one.first for one in finished(shards, plan)]


DAMAGED = (
    "arrays.zarr/cash/c/0/1/0", "every_run.zarr/draws/c/1/0", layout.listing_name(1000, 2000),
    layout.partial_name(1000, 2000),
)  # fmt: skip


def test_a_shard_with_a_damaged_file_was_never_made(three, subtests) -> None:
    store, shards, plan = three
    before = {one.first: one for one in finished(shards, plan)}
    for name in DAMAGED:
        path = store.shards_of(IDENTITY) / name
        content = path.read_bytes()
        for spoiled in (None, content[: len(content) // 2], content[:-1] + bytes([content[-1] ^ 1])):
            with subtests.test(name=name, spoiled=spoiled):
                path.unlink() if spoiled is None else path.write_bytes(spoiled)
                assert spans(shards, plan) == [0, 2000]
                write(shards, plan, (1000, 2000))
                assert {one.first: one for one in finished(shards, plan)} == before


def test_torn_edges_are_made_again(three) -> None:
    store, shards, plan = three
    path = store.shards_of(IDENTITY) / EDGES
    path.write_bytes(path.read_bytes()[:-100])
    assert spans(shards, plan) == [1000, 2000]


def test_nothing_is_joined_while_a_shard_is_missing(three) -> None:
    _, shards, plan = three
    with pytest.raises(ValueError, match="missing"):
        join(shards, plan, list(finished(shards, plan))[:-1], ensemble(1))


def test_what_a_killed_process_was_writing_is_gone_when_all_is_settled(tmp_path: Path) -> None:
    shards = ShardFolder(tmp_path)
    shards.put("a/b", b"one")
    (tmp_path / "a" / ".writing-4711-01234567").write_bytes(b"hal")
    (tmp_path / ".writing-4711-89abcdef").write_bytes(b"")
    shards.settle()
    assert [path.name for path in sorted(tmp_path.rglob("*"))] == ["a", "b"]
