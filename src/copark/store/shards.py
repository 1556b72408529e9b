"""An ensemble that is being made in shards: by whom, where and in which order does not matter.

A shard is a range of runs, whole chunks of a thousand. Whoever makes it writes the chunks to their final names, and
last of all, into ``making/``, a listing of what was written with checksums. A shard without a listing, or with a file
that is not as listed, was never made. When all are there, the files that do not hold runs (shapes, coordinates, bands)
and ``metadata.json`` are added, the listings become the manifest, and the folder, which was hidden
(``.shards-<identity>``), takes its place among the stored runs: no number of a path is read again, no file copied.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from copark.store.array_forms import ARRAYS, CHUNK, EVERY_RUN, SUMMARY
from copark.store.arrays import encoded, frame, group_of
from copark.store.files import UNFINISHED, beside, flush_all, remove
from copark.store.manifest import METADATA, NAME, manifest_of
from copark.store.run_record import metadata_of
from copark.store.streaming_summary import EndCounts, ShardBands, joined, packed, path_names, unpacked

if TYPE_CHECKING:
    import xarray as xr
    from pydantic import TypeAdapter

    from copark.store.streaming_summary import Floats

T = TypeVar("T")
MAKING = "making"
"""Folder of what belongs to the making and not to the result."""
PLAN = f"{MAKING}/plan.json"
EDGES = f"{MAKING}/edges.npz"
FORMAT = 1
ABSENT = (FileNotFoundError, NotADirectoryError)


class ShardFolder:
    """Named files in a folder that every maker sees: a file is there whole, or not at all.

    Names are relative and use ``/``. Files are not forced onto the disk one by one: a shard is believed by its
    checksums, so that one which a power cut has torn is found and made again. The folder is not made: it may have been
    moved to where it belongs.
    """

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder).absolute()

    def put(self, name: str, content: bytes) -> None:
        """Put a file in its place, whole, in the place of an older one."""
        target = self.path / name
        unfinished = beside(target, UNFINISHED)
        if not target.parent.is_dir():
            if not self.path.is_dir():
                raise FileNotFoundError(self.path)
            target.parent.mkdir(parents=True, exist_ok=True)
        try:
            unfinished.write_bytes(content)
            unfinished.replace(target)
        except OSError:
            unfinished.unlink(missing_ok=True)
            raise

    def get(self, name: str) -> bytes | None:
        """Read a file; ``None`` if it is not there."""
        try:
            return (self.path / name).read_bytes()
        except ABSENT:
            return None

    def size(self, name: str) -> int | None:
        """Count the bytes of a file; ``None`` if it is not there."""
        try:
            return (self.path / name).stat().st_size
        except ABSENT:
            return None

    def remove(self, name: str) -> None:
        """Remove a file, or a folder with all that is in it."""
        with suppress(NotADirectoryError):
            remove(self.path / name)

    def settle(self) -> None:
        """Return once everything is flushed to disk, and nothing half-written is left."""
        paths = [(folder, name) for folder, _, files in os.walk(self.path) for name in (*files, "")]
        for folder, name in paths:
            if name.startswith(UNFINISHED):
                Path(folder, name).unlink(missing_ok=True)
        flush_all(Path(folder, name) for folder, name in paths if not name.startswith(UNFINISHED))


@dataclass(frozen=True)
class ShardPlan:
    """Division of an ensemble; fixed when its first shard is made, so that whoever resumes divides it alike."""

    identity: str
    """Of the ensemble."""
    runs: int
    """Runs in all."""
    kept: int
    """Runs, from the first, whose paths are kept."""
    bands: bool
    """Whether bands are kept over all runs."""
    shard: int
    """Runs of a shard, a multiple of ``CHUNK``. The first shard is the first chunk alone."""
    study: str = ""
    """Name of the study, for whoever asks what is being made."""
    case: str = ""
    """Name of the case, likewise."""

    def ranges(self) -> list[tuple[int, int]]:
        """Return the first run and the last run (not included) of every shard."""
        lead = min(CHUNK, self.runs)
        starts = range(lead, self.runs, self.shard)
        return [(0, lead), *((first, min(first + self.shard, self.runs)) for first in starts)]


@dataclass(frozen=True)
class ShardRecord:
    """A finished shard."""

    first: int
    """Its first run."""
    last: int
    """The run after its last one."""
    files: dict[str, tuple[int, str]]
    """Size and SHA-256 of each file of the result."""
    partial: tuple[int, str] | None
    """Size and SHA-256 of what it adds to the bands, if bands are kept."""
    status: dict[str, dict[str, int]]
    """Runs by code of their status, for each scenario."""
    outcome: dict[str, dict[str, int]]
    """Runs by code of their outcome, for each scenario."""
    made_with: dict[str, str]
    """Versions and processor features of who made it."""
    seconds: dict[str, float] = field(default_factory=dict)
    """What it took: ``simulate``, ``store``."""


def listing_name(first: int, last: int) -> str:
    """Name a shard's listing."""
    return f"{MAKING}/{first:09d}-{last:09d}.json"


def partial_name(first: int, last: int) -> str:
    """Name the file of what a shard adds to the bands."""
    return f"{MAKING}/{first:09d}-{last:09d}.npz"


def mark(content: bytes) -> tuple[int, str]:
    """Return size and SHA-256 of a file's content."""
    return len(content), hashlib.sha256(content).hexdigest()


def write_plan(folder: ShardFolder, plan: ShardPlan) -> None:
    """Fix how an ensemble is divided."""
    folder.put(PLAN, json.dumps({"format": FORMAT} | asdict(plan), indent=1, sort_keys=True).encode())


def read_plan(folder: ShardFolder) -> ShardPlan | None:
    """Read how an ensemble that was begun is divided; ``None`` if none was, or not in a way this version knows."""
    content = folder.get(PLAN) or b""
    try:
        plan = _reader(ShardPlan).validate_json(content)
        is_known = json.loads(content)["format"] == FORMAT
    except (ValueError, KeyError):
        return None
    return plan if is_known and plan.shard > 0 and plan.shard % CHUNK == 0 and plan.runs > 0 else None


@cache
def _reader(kind: type[T]) -> TypeAdapter[T]:
    from pydantic import TypeAdapter

    return TypeAdapter(kind)


def begin_anew(folder: ShardFolder) -> None:
    """Remove what is in a folder: first what makes it whole, so that half of it is never taken for a run."""
    for name in (NAME, MAKING, METADATA, SUMMARY, EVERY_RUN, ARRAYS):
        folder.remove(name)


class ShardWriter:
    """Writes one shard, runs ``first`` to ``last - 1``: its chunks in order, and its listing when it is whole."""

    def __init__(self, folder: ShardFolder, plan: ShardPlan, first: int, last: int) -> None:
        self._folder = folder
        self._plan = plan
        self._first = first
        self._last = last
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
            if self._bands is None:
                edges = None if self._first == 0 else read_edges(self._folder)
                self._bands = ShardBands(tuple(path_names(chunk)), edges)
            self._bands.add(chunk)
        self._tally.add(chunk)
        self.made += chunk.sizes["run"]

    def _write(self, group: str, chunk: xr.Dataset, number: int) -> None:
        for name, content in encoded(chunk, number):
            self._folder.put(f"{group}/{name}", content)
            self._files[f"{group}/{name}"] = mark(content)

    def close(self, made_with: Mapping[str, str], seconds: Mapping[str, float]) -> ShardRecord:
        """List what was written: from now on the shard is made."""
        if self.made != self._last:
            raise ValueError(f"{self.made} instead of {self._last} runs came")
        span = (self._first, self._last)
        partial = None
        if self._bands is not None:
            content = self._bands.packed()
            self._folder.put(partial_name(*span), content)
            partial = mark(content)
            if self._first == 0 and self._bands.edges is not None:
                self._folder.put(EDGES, packed({"edges": self._bands.edges}))
        ends = self._tally.status, self._tally.outcome
        record = ShardRecord(*span, self._files, partial, *ends, dict(made_with), dict(seconds))
        self._folder.put(listing_name(*span), json.dumps(asdict(record), sort_keys=True).encode())
        return record


def read_edges(folder: ShardFolder) -> Floats:
    """Read the edges that the first chunk placed; ``FileNotFoundError`` if it has not been made."""
    content = folder.get(EDGES)
    if content is None:
        raise FileNotFoundError(EDGES)
    return unpacked(content)["edges"]


def finished(folder: ShardFolder, plan: ShardPlan, *, deep: bool = True) -> Iterator[ShardRecord]:
    """Yield the shards that are made, in order.

    Parameters
    ----------
    folder
        Folder of the ensemble's shards; one that is not whole is removed from it.
    plan
        How the ensemble is divided.
    deep
        Compare checksums, not names and sizes alone: what was written before a power cut may be torn.
    """
    for first, last in plan.ranges():
        name = listing_name(first, last)
        if folder.size(name) is None:
            continue
        record = read_record(folder, first, last)
        if record is not None and is_whole(folder, plan, record, deep=deep):
            yield record
        else:
            folder.remove(name)


def read_record(folder: ShardFolder, first: int, last: int) -> ShardRecord | None:
    """Read a shard's listing; ``None`` if it is not there or torn.

    Parameters
    ----------
    folder
        Where shards are put.
    first, last
        Runs of the shard, first and one behind the last.

    Returns
    -------
    The listing, with names, sizes and checksums of the shard's files.
    """
    try:
        record = _reader(ShardRecord).validate_json(folder.get(listing_name(first, last)) or b"")
    except ValueError:
        return None
    return record if (record.first, record.last) == (first, last) and record.files else None


def is_whole(folder: ShardFolder, plan: ShardPlan, record: ShardRecord, *, deep: bool = True) -> bool:
    """Return whether every file of a shard is there as it was listed.

    Parameters
    ----------
    folder
        Folder of the ensemble's shards.
    plan
        How the ensemble is divided.
    record
        The shard's listing.
    deep
        Compare checksums, not sizes alone.
    """
    from zipfile import BadZipFile

    files = dict(record.files)
    if plan.bands:
        if record.partial is None:
            return False
        files[partial_name(record.first, record.last)] = record.partial
        if record.first == 0:
            try:
                read_edges(folder)
            except (OSError, ValueError, KeyError, BadZipFile):
                return False
    if not deep:
        return all(folder.size(name) == size for name, (size, _) in files.items())
    return all(mark(folder.get(name) or b"") == listed for name, listed in files.items())


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


def join(folder: ShardFolder, plan: ShardPlan, records: Sequence[ShardRecord], header: xr.Dataset) -> None:
    """Make the shards in a folder a whole run; the last thing written is its manifest.

    Parameters
    ----------
    folder
        Folder of the ensemble's shards, which becomes that of the run.
    plan
        How the ensemble is divided, and what is kept of it.
    records
        All shards, in order; ``ValueError`` if one is missing.
    header
        Any run of the ensemble, with the attributes that the stored run will have.
    """
    if [0, *(record.last for record in records)] != [*(record.first for record in records), plan.runs]:
        raise ValueError("a shard is missing")
    files = {name: size_and_hash for record in records for name, size_and_hash in record.files.items()}
    added = [(f"{ARRAYS}/{name}", content) for name, content in frame(header, plan.kept)]
    if plan.bands:
        ends = frame(header.drop_dims("quarter"), plan.runs)
        added += [(f"{EVERY_RUN}/{name}", content) for name, content in ends]
        parts = (folder.get(partial_name(record.first, record.last)) or b"" for record in records)
        bands = joined(header, read_edges(folder), parts)
        added += [(f"{SUMMARY}/{name}", content) for name, content in group_of(bands)]
    tally = EndCounts()
    for record in records:
        tally.join(record.status, record.outcome)
    added.append((METADATA, metadata_of(header, plan.runs, plan.kept, tally, bands=plan.bands).encode()))
    for name, content in added:
        folder.put(name, content)
        files[name] = mark(content)
    folder.put(NAME, manifest_of(files).encode())
    folder.settle()  # from here on nothing is needed to make a chunk again
    folder.remove(PLAN)
    folder.remove(MAKING)
