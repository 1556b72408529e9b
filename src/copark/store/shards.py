"""An ensemble that is being made in shards: by whom, where and in which order does not matter.

A shard is a range of runs, whole chunks of a thousand. Whoever makes it writes the chunks to their final names, and
last of all, into ``making/``, a listing of what was written with checksums. A shard without a listing, or with a file
that is not as listed, was never made. When all are there, the listings become the manifest, and the folder, which was
hidden (``.shards-<identity>``), takes its place among the stored runs; at a remote address the manifest alone makes
the run whole.

Joining the shards of an ensemble to a stored run: no number of a path is read again, no file copied.

What is added are the files that do not hold runs (shapes, coordinates, bands), ``metadata.json``, and the manifest. A
run that was made whole at a remote address is brought into a local store file by file, each compared with its mark.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from copark.store.arrays import CHUNK, encoded, frame, group_of
from copark.store.atomic import written_folder
from copark.store.errors import DamagedRun, fault
from copark.store.manifest import METADATA, NAME, manifest_of
from copark.store.object_store import ObjectStore, open_shelf
from copark.store.runs import ARRAYS, EVERY_RUN, SUMMARY, RunRecord, RunStore, metadata_of
from copark.store.summary import EndCounts, ShardBands, edges_in, joined, packed_edges, path_names

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray
    from pydantic import TypeAdapter


T = TypeVar("T")
MAKING = "making"
"""Folder of what belongs to the making and not to the result."""
PLAN, EDGES = f"{MAKING}/plan.json", f"{MAKING}/edges.npz"
FORMAT = 1


@dataclass(frozen=True)
class ShardPlan:
    """How an ensemble is divided; fixed when its first shard is made, so that whoever goes on divides it alike."""

    identity: str
    """Of the ensemble."""
    runs: int
    kept: int
    """runs, kept: runs in all; runs, from the first, whose paths are kept."""
    bands: bool
    """Whether bands are kept over all runs."""
    shard: int
    """Runs of a shard, a multiple of ``CHUNK``. The first shard is the first chunk alone."""

    def ranges(self) -> list[tuple[int, int]]:
        """First run and last run (not included) of every shard."""
        lead = min(CHUNK, self.runs)
        starts = range(lead, self.runs, self.shard)
        return [(0, lead), *((first, min(first + self.shard, self.runs)) for first in starts)]


@dataclass(frozen=True)
class ShardRecord:
    """A finished shard."""

    first: int
    last: int
    """first, last: its runs: ``first`` to ``last - 1``."""
    files: dict[str, tuple[int, str]]
    """Size and SHA-256 of each file of the result."""
    partial: tuple[int, str] | None
    """Size and SHA-256 of what it adds to the bands, if bands are kept."""
    status: dict[str, dict[str, int]]
    outcome: dict[str, dict[str, int]]
    """status, outcome: runs by code, for each scenario."""
    made_with: dict[str, str]
    """Versions and processor features of who made it."""
    seconds: dict[str, float] = field(default_factory=dict)
    """What it took: ``simulate``, ``store``."""


def listing_name(first: int, last: int) -> str:
    """Name of a shard's listing."""
    return f"{MAKING}/{first:09d}-{last:09d}.json"


def partial_name(first: int, last: int) -> str:
    """Name of what a shard adds to the bands."""
    return f"{MAKING}/{first:09d}-{last:09d}.npz"


def mark(content: bytes) -> tuple[int, str]:
    """Size and SHA-256 of a file's content."""
    return len(content), hashlib.sha256(content).hexdigest()


def write_plan(shelf: ObjectStore, plan: ShardPlan) -> None:
    """Fix how an ensemble is divided."""
    words = json.dumps({"format": FORMAT} | asdict(plan), indent=1, sort_keys=True)
    shelf.put(PLAN, words.encode())


def read_plan(shelf: ObjectStore) -> ShardPlan | None:
    """How an ensemble that was begun is divided; ``None`` if none was begun, or not in a way this version knows."""
    content = shelf.get(PLAN)
    try:
        plan = _reader(ShardPlan).validate_json(content or b"")
        is_known = json.loads(content or b"")["format"] == FORMAT
    except (ValueError, KeyError):
        return None
    return plan if is_known and plan.shard > 0 and plan.shard % CHUNK == 0 and plan.runs > 0 else None


def begin_anew(shelf: ObjectStore) -> None:
    """Remove what is on a shelf: first what makes it whole, so that half of it is never taken for a run."""
    for name in (NAME, MAKING, METADATA, SUMMARY, EVERY_RUN, ARRAYS):
        shelf.remove(name)


class ShardWriter:
    """Writes one shard: its chunks in order, and its listing when it is whole.

    Parameters
    ----------
    shelf
        Where the ensemble is being made.
    plan
        How it is divided.
    first, last
        The shard's runs: ``first`` to ``last - 1``.
    """

    def __init__(self, shelf: ObjectStore, plan: ShardPlan, first: int, last: int) -> None:
        self._shelf, self._plan, self._first, self._last = shelf, plan, first, last
        self._files: dict[str, tuple[int, str]] = {}
        self._tally = EndCounts()
        self._bands: ShardBands | None = None
        self.made = first

    def add(self, chunk: xr.Dataset) -> None:
        """Write the next chunk: ``CHUNK`` runs, fewer only at the end of the ensemble."""
        number = self.made // CHUNK
        if self.made < self._plan.kept:
            self._write(ARRAYS, chunk.isel(run=slice(0, self._plan.kept - self.made)), number)
        if self._plan.bands:
            self._write(EVERY_RUN, chunk.drop_dims("quarter"), number)
            self._count(chunk)
        self._tally.add(chunk)
        self.made += chunk.sizes["run"]

    def _write(self, group: str, chunk: xr.Dataset, number: int) -> None:
        for name, content in encoded(chunk, number):
            self._shelf.put(f"{group}/{name}", content)
            self._files[f"{group}/{name}"] = mark(content)

    def _count(self, chunk: xr.Dataset) -> None:
        if self._bands is None:
            edges = None if self._first == 0 else read_edges(self._shelf)
            self._bands = ShardBands(tuple(path_names(chunk)), edges)
        self._bands.add(chunk)

    def close(self, made_with: Mapping[str, str], seconds: Mapping[str, float]) -> ShardRecord:
        """List what was written: from now on the shard is made."""
        if self.made != self._last:
            raise ValueError(f"{self.made} instead of {self._last} runs came")
        partial = None if self._bands is None else self._keep_counts(self._bands)
        record = ShardRecord(
            self._first, self._last, self._files, partial, self._tally.status, self._tally.outcome, dict(made_with),
            dict(seconds),
        )  # fmt: skip
        words = json.dumps(asdict(record), sort_keys=True)
        self._shelf.put(listing_name(self._first, self._last), words.encode())
        return record

    def _keep_counts(self, bands: ShardBands) -> tuple[int, str]:
        content = bands.packed()
        self._shelf.put(partial_name(self._first, self._last), content)
        if self._first == 0 and bands.edges is not None:
            self._shelf.put(EDGES, packed_edges(bands.edges))
        return mark(content)


def read_edges(shelf: ObjectStore) -> NDArray[np.float64]:
    """Edges that the first chunk placed.

    Raises
    ------
    FileNotFoundError
        If it has not been made.
    """
    content = shelf.get(EDGES)
    if content is None:
        raise FileNotFoundError(EDGES)
    return edges_in(content)


def finished(shelf: ObjectStore, plan: ShardPlan, *, deep: bool = True) -> Iterator[ShardRecord]:
    """Shards that are made, in order.

    Parameters
    ----------
    deep
        Compare checksums, not names and sizes alone: what was written before a power cut may be torn.
    """
    listed = set(shelf.names(MAKING))
    for first, last in plan.ranges():
        name = listing_name(first, last)
        if name.rpartition("/")[2] not in listed:
            continue
        record = read_record(shelf, first, last)
        if record is not None and is_whole(shelf, plan, record, deep=deep):
            yield record
        else:
            shelf.remove(name)


def read_record(shelf: ObjectStore, first: int, last: int) -> ShardRecord | None:
    """A shard's listing; ``None`` if it is not there or torn."""
    try:
        record = _reader(ShardRecord).validate_json(shelf.get(listing_name(first, last)) or b"")
    except ValueError:
        return None
    return record if (record.first, record.last) == (first, last) and record.files else None


@cache
def _reader(kind: type[T]) -> TypeAdapter[T]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def is_whole(shelf: ObjectStore, plan: ShardPlan, record: ShardRecord, *, deep: bool = True) -> bool:
    """Whether every file of a shard is there as it was listed."""
    files = dict(record.files)
    if plan.bands:
        if record.partial is None:
            return False
        files[partial_name(record.first, record.last)] = record.partial
        if record.first == 0 and not _edges_readable(shelf):
            return False
    if not deep:
        return all(shelf.size(name) == size for name, (size, _) in files.items())
    return all(mark(shelf.get(name) or b"") == wanted for name, wanted in files.items())


def _edges_readable(shelf: ObjectStore) -> bool:
    from zipfile import BadZipFile

    try:
        read_edges(shelf)
    except (OSError, ValueError, KeyError, BadZipFile):
        return False
    return True


class Stopwatch:
    """Adds up the seconds of what alternates: simulating and storing."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, name: str) -> None:
        """Count the time since the last lap under a name."""
        now = time.perf_counter()
        self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now


def join(shelf: ObjectStore, plan: ShardPlan, records: Sequence[ShardRecord], header: xr.Dataset) -> None:
    """Make the shards on a shelf a whole run; the last thing written is its manifest.

    Parameters
    ----------
    records
        All shards, in order.
    header
        Any run of the ensemble, with the attributes that the stored run will have.

    Raises
    ------
    ValueError
        If a shard is missing.
    """
    if [0, *(one.last for one in records)] != [*(one.first for one in records), plan.runs]:
        raise ValueError("a shard is missing")
    files = {name: found for record in records for name, found in record.files.items()}

    def put(name: str, content: bytes) -> None:
        shelf.put(name, content)
        files[name] = mark(content)

    for name, content in frame(header, plan.kept):
        put(f"{ARRAYS}/{name}", content)
    if plan.bands:
        for name, content in frame(header.drop_dims("quarter"), plan.runs):
            put(f"{EVERY_RUN}/{name}", content)
        _put_bands(shelf, records, header, put)
    put(METADATA, metadata_of(header, plan.runs, plan.kept, _tally(records), bands=plan.bands).encode())
    shelf.put(NAME, manifest_of(files).encode())
    shelf.settle()  # from here on nothing is needed to make a chunk again
    shelf.remove(PLAN)
    shelf.remove(MAKING)


def _put_bands(
    shelf: ObjectStore, records: Sequence[ShardRecord], header: xr.Dataset, put: Callable[[str, bytes], None]
) -> None:
    parts = (shelf.get(partial_name(one.first, one.last)) or b"" for one in records)
    bands = joined(header, read_edges(shelf), parts)
    for name, content in group_of(bands):
        put(f"{SUMMARY}/{name}", content)


def _tally(records: Sequence[ShardRecord]) -> EndCounts:
    """How all runs ended."""
    tally = EndCounts()
    for record in records:
        for counts, more in ((tally.status, record.status), (tally.outcome, record.outcome)):
            for scenario, found in more.items():
                held = counts.setdefault(scenario, {})
                for code, number in found.items():
                    held[code] = held.get(code, 0) + number
    return tally


def is_there(shelf: ObjectStore) -> bool:
    """Whether a whole run is on a shelf: its manifest is written last."""
    return shelf.get(NAME) is not None


def bring(shelf: ObjectStore, store: RunStore, identity: str, *, replace: bool = False) -> RunRecord:
    """Copy a run from a shelf into a store, with the memory of one file.

    Raises
    ------
    DamagedRun
        If a file is not what the manifest says.
    """
    manifest = shelf.get(NAME)
    try:
        listing = json.loads(manifest or b"")["files"]
        wanted = {str(name): (int(one["bytes"]), str(one["sha256"])) for name, one in listing.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DamagedRun([fault("manifest_unreadable", shelf.address, NAME)]) from None
    store.set_aside(identity)
    with written_folder(store.root / identity, replace=replace) as folder:
        here = open_shelf(folder)
        for name, expected in wanted.items():
            content = shelf.get(name)
            if content is None:
                raise DamagedRun([fault("file_missing", shelf.address, name)])
            if mark(content) != expected:
                raise DamagedRun([fault("file_changed", shelf.address, name)])
            here.put(name, content)
        here.put(NAME, manifest or b"")
        here.settle()
    return store.record(identity)
