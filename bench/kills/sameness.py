"""What must hold after a kill: the same numbers, nothing lost, doubled, half-written or made again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from bench.kills.trial import Missed, Trial, brief
from copark.store.files import REPLACED, UNFINISHED
from copark.store.manifest import METADATA
from copark.store.shards import ShardFolder, is_whole, listing_name, read_plan, read_record
from copark.workflows.runs import books, check_books

TIMED = (METADATA, "arrays.zarr/zarr.json", "every_run.zarr/zarr.json", "summary.zarr/zarr.json")
"""Files that hold the time at which a run was made."""


def stored_marks(out: Path) -> dict[str, str]:
    """Checksums of the files of the one stored run, without those that hold the time."""
    (manifest,) = (out / "runs").glob("[0-9a-f]*/manifest.json")
    files = json.loads(manifest.read_text(encoding="utf-8"))["files"]
    return {name: entry["sha256"] for name, entry in files.items() if name not in TIMED}


def finished_files(out: Path) -> dict[str, tuple[int, int]]:
    """Files of the shards that are finished, by name within the run: inode, and time of the last change in ns.

    A file that is made again is written beside its place and renamed, and so has another inode; the folder is renamed
    when the run is whole, by which neither changes.

    Raises
    ------
    Missed
        If the run became whole meanwhile.
    """
    found = {}
    try:
        for folder in (out / "runs").glob(".shards-*/"):
            for path in _files_of_shards(folder):
                state = (folder / path).stat()
                found[path] = (state.st_ino, state.st_mtime_ns)
    except FileNotFoundError:
        raise Missed from None
    return found


def _files_of_shards(folder: Path) -> Iterator[str]:
    shards = ShardFolder(folder)
    plan = read_plan(shards)
    for first, last in [] if plan is None else plan.ranges():
        record = read_record(shards, first, last)
        if plan is not None and record is not None and is_whole(shards, plan, record, deep=False):
            yield from record.files


def shards_of(out: Path) -> int:
    """How many shards are listed as finished."""
    return sum(1 for _ in (out / "runs").glob(f".shards-*/{Path(listing_name(0, 1)).parent}/*-*.json"))


def faults(trial: Trial) -> list[str]:
    """What is not as after an undisturbed run."""
    with trial.surroundings():
        return [*trial.wrong, *differing(trial), *made_again(trial), *left_behind(trial.out), *ill_booked(trial.out)]


def differing(trial: Trial, found: dict[str, str] | None = None) -> Iterator[str]:
    """Files that are not as those of undisturbed work."""
    marks, expected = stored_marks(trial.out) if found is None else found, trial.usual.marks
    for words, names in (
        ("missing", expected.keys() - marks.keys()),
        ("too many", marks.keys() - expected.keys()),
        ("other numbers", {name for name in marks.keys() & expected.keys() if marks[name] != expected[name]}),
    ):
        if names:
            yield f"{words}: {brief(list(names))}"


def made_again(trial: Trial) -> Iterator[str]:
    """Files of shards that were finished before the kill and were written once more."""
    (folder,) = (path.parent for path in (trial.out / "runs").glob("[0-9a-f]*/manifest.json"))
    again = []
    for name, before in trial.kept.items():
        state = (folder / name).stat()
        if (state.st_ino, state.st_mtime_ns) != before:
            again.append(name)
    if again:
        yield f"finished and made again: {brief(again)}"


def left_behind(out: Path) -> Iterator[str]:
    """What is half-written, hidden beside the stored run or within it."""
    hidden = {path for path in (out / "runs").iterdir() if path.name.startswith(".")}
    for begin in (UNFINISHED, REPLACED):
        hidden |= set(out.rglob(f"{begin}*"))
    if hidden:
        yield f"left behind: {brief([str(path.relative_to(out)) for path in hidden])}"


def ill_booked(out: Path) -> Iterator[str]:
    """What is not whole or where it belongs, and what still counts as running or interrupted."""
    states = [one.state for one in books(out)]
    if states != ["finished"]:
        yield f"copark runs: {states}"
    for fault in check_books(out):
        yield f"copark runs check: {fault.place()}: {fault.cause('en')}"
