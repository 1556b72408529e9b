"""Joining the shards of an ensemble to a stored run: no number of a path is read again, no file copied.

What is added are the files that do not hold runs (shapes, coordinates, bands), ``metadata.json``, and the manifest. A
run that was made whole at a remote address is brought into a local store file by file, each compared with its mark.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from copark.store.arrays import frame, group_of
from copark.store.atomic import written_folder
from copark.store.bands import joined
from copark.store.errors import DamagedRun, fault
from copark.store.manifest import METADATA, NAME, manifest_of
from copark.store.object_store import ObjectStore, open_shelf
from copark.store.runs import ARRAYS, EVERY_RUN, SUMMARY, RunRecord, RunStore, metadata_of
from copark.store.shards import MAKING, PLAN, ShardPlan, ShardRecord, mark, partial_name, read_edges
from copark.store.summary import EndCounts

if TYPE_CHECKING:
    import xarray as xr


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
