"""Garbage collection: leftovers of interrupted work, runs that may be removed, damaged runs.

Nothing that a living process writes is named: not what another process holds, not what a process that is alive here
began, and not what was changed within the last minutes, since it may be written from another machine.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from copark.errors import Fault
from copark.progress import Progress
from copark.store.array_forms import faults_of_form
from copark.store.checkpoints import FOLDER
from copark.store.errors import DamagedRun, MisplacedRun, fault
from copark.store.files import (
    IN_SHARDS,
    REPLACED,
    UNFINISHED,
    age_of,
    beside,
    if_free,
    is_held,
    is_living,
    lock_of,
    place_of,
    put_back,
    remove,
    size_of,
)
from copark.store.headlines import faults_of_chunks, faults_of_headlines
from copark.store.manifest import UNREADABLE, extras_of, faults_of, listed_in, misplaced
from copark.store.run_record import RunRecord
from copark.store.runs import RunStore

Kind = Literal["half_written", "displaced", "lock", "superseded", "unfinished", "stale"]
QUIET = 600.0
"""Seconds without a change after which what no living process of this machine holds counts as left."""
FOLDERS = (
    ".",
    "runs",
    "reports",
    "posteriors",
    "batches",
    "batches/*",
    "stages-*",
    "pool",
    "pool/*",
    "pool/*/*",
    "results/*/*",
)
LOCKS = ("results/*", *FOLDERS)
"""Folders in which whoever works on something holds its lock."""


@dataclass(frozen=True)
class Leftover:
    """Something that could be thrown away, or put back.

    ``half_written``, begun and never finished; ``lock``, the lock of a process that was killed; ``superseded``, shards
    of a run that is stored; ``unfinished``, shards and stages that the same command would go on from; ``stale``, a
    stored run of another state of the model. ``displaced`` alone is not thrown away but put back: a folder that was
    being replaced when the process was killed, and whose place is empty.
    """

    path: Path
    kind: Kind
    bytes: int
    """What throwing it away gives back."""


def find_leftovers(
    out: Path, *, unfinished: bool = False, is_stale: Callable[[RunRecord], bool] | None = None, quiet: float = QUIET
) -> list[Leftover]:
    """List what could be thrown away in an output folder.

    Parameters
    ----------
    out
        Output folder.
    unfinished
        Also shards, and stages of calibrations, that could be resumed.
    is_stale
        Also stored runs of which it is true.
    quiet
        Seconds for which a file must have been unchanged.
    """
    store = RunStore.of(out)
    stale = [record for record in store.records()[0] if is_stale(record)] if is_stale is not None else []
    leftovers: list[tuple[Path, Kind]] = [(record.path, "stale") for record in stale]
    begun = [path for folder in FOLDERS for mark in (UNFINISHED, REPLACED) for path in out.glob(f"{folder}/{mark}*")]
    leftovers += [(path, _kind_of(path)) for path in begun if not is_living(path, quiet)]
    locks = {path for folder in LOCKS for path in out.glob(f"{folder}/.*.lock")}
    leftovers += [(path, "lock") for path in locks if path.is_file() and not is_held(path)]
    leftovers += [(path, kind) for path, kind in _begun(out, store, quiet) if unfinished or kind == "superseded"]
    return sorted(
        (Leftover(*entry, size_of(entry[0])) for entry in leftovers), key=lambda entry: (entry.kind, str(entry.path))
    )


def _kind_of(path: Path) -> Kind:
    is_displaced = path.name.startswith(REPLACED) and not place_of(path).exists()
    return "displaced" if is_displaced else "half_written"


def _begun(out: Path, store: RunStore, quiet: float) -> Iterator[tuple[Path, Kind]]:
    """Find shards and stages that nobody works on."""
    for pattern in (f"runs/{IN_SHARDS}*", f"{FOLDER}*", f"batches/{FOLDER}*"):
        for path in out.glob(pattern):
            if path.is_dir() and not is_held(lock_of(path)) and age_of(path) > quiet:
                stored = store.root / path.name.removeprefix(IN_SHARDS)
                is_stored = stored.is_dir() and not faults_of(stored, deep=False) and misplaced(stored) is None
                yield path, "superseded" if is_stored else "unfinished"


def forget_shards(store: RunStore, identity: str, began: float) -> None:
    """Take away shards of a run, unless they are older than a time, or somebody is making them.

    Parameters
    ----------
    store
        Store of the run.
    identity
        Identity of the run.
    began
        Time since which shards are taken away, seconds since the epoch.
    """
    folder = store.shards_of(identity)
    with suppress(FileNotFoundError):
        if folder.stat().st_mtime >= began:
            _remove_if_free(folder)


def _remove_if_free(folder: Path) -> None:
    with if_free(lock_of(folder)) as free:
        if free:
            remove(folder)


def throw_away(leftover: Leftover) -> None:
    """Remove it; a stored run is first taken from its place, so that nobody finds half of it.

    What is displaced is put back. Shards, stages and locks that somebody has gone on with meanwhile stay.
    """
    path = leftover.path
    match leftover.kind:
        case "unfinished" | "superseded":
            _remove_if_free(path)
        case "lock":
            with if_free(path):  # whoever gets a lock removes its file
                pass
        case "displaced":
            put_back(path)
        case "stale":
            remove(path.rename(beside(path, UNFINISHED)))
        case _:
            remove(path)


def faults_in(store: RunStore, *, deep: bool | None = True, progress: Progress | None = None) -> list[Fault]:
    """Find every fault of the folders of stored runs; one that cannot be read does not hide those of the others.

    Parameters
    ----------
    store
        Store whose folders are checked.
    deep
        Compare the checksums of every file, whatever it takes, and decode every chunk.
    progress
        Called with the number of runs that are checked, and that of all.
    """
    names = store.names()
    findings = list[Fault]()
    for position, name in enumerate(names):
        folder = store.root / name
        faults = faults_of(folder, deep=deep)
        is_whole = not faults
        with suppress(OSError, *UNREADABLE):  # which is among the faults
            reported = {problem.key for problem in faults}
            faults += [
                fault("extra", folder, extra) for extra in extras_of(folder, listed_in(folder)) if extra not in reported
            ]
        wrong = misplaced(folder)
        findings += faults if wrong is None else [*faults, wrong]
        if is_whole and wrong is None:
            findings += faults_of_content(store, name, deep=bool(deep))
        if progress is not None:
            progress(position + 1, len(names))
    left = sorted(path for path in store.root.glob(f"{UNFINISHED}*") if not is_living(path, 0.0))
    return findings + [fault("left_over", path) for path in left]


def faults_of_content(store: RunStore, name: str, *, deep: bool) -> list[Fault]:
    """Return the faults of what a whole and rightly placed folder holds.

    Its metadata are read, the forms of its arrays, what the metadata say of how its runs ended, and, if ``deep``,
    chunks that cannot be decoded.

    Parameters
    ----------
    store
        The store.
    name
        Run ID, the name of the folder.
    deep
        True to decode chunks too, which reads all of the run.

    Returns
    -------
    Faults; none where the content agrees with itself.
    """
    try:
        record = store.record(name, checked=False)
    except (DamagedRun, MisplacedRun) as refusal:
        return list(refusal.faults)
    return faults_of_form(record) or [*faults_of_headlines(record), *(faults_of_chunks(record) if deep else ())]
