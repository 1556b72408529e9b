"""Bringing a whole run from a remote shelf into a local store, file by file, each compared with its mark."""

from __future__ import annotations

import json

from copark.store.atomic import written_folder
from copark.store.errors import DamagedRun, fault
from copark.store.manifest import NAME
from copark.store.object_store import Shelf, open_shelf
from copark.store.runs import RunRecord, RunStore
from copark.store.shards import mark


def is_there(shelf: Shelf) -> bool:
    """Whether a whole run is on a shelf: its manifest is written last."""
    return shelf.get(NAME) is not None


def bring(shelf: Shelf, store: RunStore, identity: str, *, replace: bool = False) -> RunRecord:
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
