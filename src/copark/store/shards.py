"""An ensemble that is being made in shards: by whom, where and in which order does not matter.

A shard is a range of runs, whole chunks of a thousand. Whoever makes it writes the chunks to their final names, and
last of all, into ``making/``, a listing of what was written with checksums. A shard without a listing, or with a file
that is not as listed, was never made. When all are there, the listings become the manifest, and the folder, which was
hidden (``.shards-<identity>``), takes its place among the stored runs; at a remote address the manifest alone makes
the run whole.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import TYPE_CHECKING, TypeVar

from copark.store.arrays import CHUNK, encoded
from copark.store.bands import ShardBands, edges_in, packed_edges
from copark.store.manifest import METADATA, NAME
from copark.store.object_store import ObjectStore
from copark.store.runs import ARRAYS, EVERY_RUN, SUMMARY
from copark.store.summary import EndCounts, path_names

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
