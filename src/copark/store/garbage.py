"""What broken-off work has left in an output folder, and what could be thrown away.

Nothing that a living process writes is named: not what another process holds, not what a process that is alive here
began, and not what was changed within the last minutes, since it may be written from another machine.

Whether stored runs are whole and where they belong, and how they are put there.

A run in another's folder is moved home, or to quarantine where that is taken; so is what is in a run's folder and not
in its list of files. What is damaged is told and left to people.
"""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISDIR
from typing import Literal

from copark.errors import Fault
from copark.store.atomic import IN_SHARDS, REPLACED, UNFINISHED
from copark.store.checkpoints import FOLDER, lock_of
from copark.store.database.heartbeat import is_running
from copark.store.errors import fault
from copark.store.locks import if_free, is_held
from copark.store.manifest import extras_of, faults_of
from copark.store.quarantine import SetAside, bring_home, set_extras_aside
from copark.store.runs import RunRecord, RunStore

Kind = Literal["half_written", "superseded", "unfinished", "stale"]
QUIET = 600.0
"""Seconds without a change after which what no living process of this machine holds counts as left."""
WRITTEN_BY = re.compile(r"-(\d+)-[0-9a-f]{8}$")
FOLDERS = ("runs", "reports", "posteriors", "batches", "batches/*", "stages-*", "pool", "pool/*", "pool/*/*",
           "results/*/*")  # fmt: skip
EARLIER = ("batches/*/*.part", "batches/*/*.npy", "pool/batches/*/*.npy", "pool/steps/*/*.json")
"""What an earlier version kept, and this one does not read: half a piece, pieces and steps without checksums."""


@dataclass(frozen=True)
class Leaving:
    """Something that could be thrown away."""

    path: Path
    """File or folder."""
    kind: Kind
    """``half_written``: begun and never finished; ``superseded``: shards of a run that is stored, or pieces of batches
    as an earlier version kept them; ``unfinished``: shards and stages that the same command would go on from;
    ``stale``: a stored run of another state of the model."""
    bytes: int
    """What throwing it away gives back."""


def leavings(
    out: Path, *, unfinished: bool = False, is_stale: Callable[[RunRecord], bool] | None = None, quiet: float = QUIET
) -> list[Leaving]:
    """What could be thrown away in an output folder.

    Parameters
    ----------
    unfinished
        Also shards, and stages of calibrations, that could be gone on from.
    is_stale
        Also stored runs of which this says so.
    quiet
        Seconds without a change.
    """
    found = [*_half_written(out, quiet), *_shards(RunStore(out / "runs"), quiet, unfinished=unfinished)]
    found += [Leaving(path, "superseded", size_of(path)) for earlier in EARLIER for path in out.glob(earlier)]
    if unfinished:
        found += _stages(out, quiet)
    if is_stale is not None:
        records, _ = RunStore(out / "runs").records()
        found += [Leaving(one.path, "stale", size_of(one.path)) for one in records if is_stale(one)]
    return sorted(found, key=lambda one: (one.kind, str(one.path)))


def _half_written(out: Path, quiet: float) -> Iterator[Leaving]:
    for folder in FOLDERS:
        for begin in (UNFINISHED, REPLACED):
            for path in out.glob(f"{folder}/{begin}*"):
                if not is_living(path, quiet):
                    yield Leaving(path, "half_written", size_of(path))


def _stages(out: Path, quiet: float) -> Iterator[Leaving]:
    for path in (*out.glob(f"{FOLDER}*"), *out.glob(f"batches/{FOLDER}*")):
        if path.is_dir() and not is_held(_lock_of(path)) and age_of(path) > quiet:
            yield Leaving(path, "unfinished", size_of(path))


def _shards(store: RunStore, quiet: float, *, unfinished: bool) -> Iterator[Leaving]:
    for path in store.root.glob(f"{IN_SHARDS}*"):
        if not path.is_dir() or is_held(_lock_of(path)) or age_of(path) < quiet:
            continue
        name = path.name.removeprefix(IN_SHARDS)
        stored = store.root / name
        is_stored = stored.is_dir() and not faults_of(stored, deep=False) and store.misplaced(name) is None
        if is_stored or unfinished:
            yield Leaving(path, "superseded" if is_stored else "unfinished", size_of(path))


def is_living(path: Path, quiet: float) -> bool:
    """Whether a process that is alive here began it, or somebody changed it lately."""
    named = WRITTEN_BY.search(path.name)
    return (named is not None and is_running(int(named[1]))) or age_of(path) < quiet


def _files(path: Path) -> Iterator[os.stat_result]:
    """What is known of a file, or of a folder and everything in it; what vanishes meanwhile is passed over."""
    with suppress(FileNotFoundError):
        yield path.lstat()
    for folder, folders, files in os.walk(path):  # what vanishes is no error of it
        for name in (*folders, *files):
            with suppress(FileNotFoundError):
                yield Path(folder, name).lstat()


def age_of(path: Path) -> float:
    """Seconds since the last change of a file, or of anything in a folder."""
    return time.time() - max((one.st_mtime for one in _files(path)), default=0.0)


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files of a folder."""
    return sum(one.st_size for one in _files(path) if not S_ISDIR(one.st_mode))


def _lock_of(path: Path) -> Path:
    """The lock of whoever makes shards or stages."""
    return path.with_name(f"{path.name}.lock") if path.name.startswith(IN_SHARDS) else lock_of(path)


def forget_broken_off(store: RunStore, identity: str) -> None:
    """Take away what processes that are gone were writing of a run in one piece: nobody goes on from it."""
    for path in store.root.glob(f"{UNFINISHED}{identity}-*"):
        if not is_living(path, 0.0):
            shutil.rmtree(path, ignore_errors=True)


def forget_shards(store: RunStore, identity: str, began: float) -> None:
    """Take away shards of a run, unless they are older than ``began`` or somebody is making them."""
    folder = store.shards_of(identity)
    with suppress(FileNotFoundError):
        if folder.stat().st_mtime >= began:
            _remove_if_free(folder)


def _remove_if_free(folder: Path) -> None:
    """Remove shards or stages, unless somebody works on them."""
    with if_free(_lock_of(folder)) as free:
        if free:
            shutil.rmtree(folder, ignore_errors=True)


def throw_away(leaving: Leaving) -> None:
    """Remove it; a stored run is first taken from its place, so that nobody finds half of it.

    Shards and stages that somebody has gone on with meanwhile stay.
    """
    path = leaving.path
    if leaving.kind in ("unfinished", "superseded") and path.is_dir():
        _remove_if_free(path)
        return
    if leaving.kind == "stale":
        path = path.rename(path.with_name(f"{REPLACED}{path.name}-{os.getpid()}-{os.urandom(4).hex()}"))
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Repaired:
    """What was put where it belongs."""

    left: tuple[Fault, ...]
    """Faults of what is damaged."""
    aside: tuple[SetAside, ...]
    home: tuple[str, ...]
    """aside, home: misplaced runs, as they were moved to quarantine; identities of those that went on from there to
    their place."""
    extras: tuple[Path, ...]
    """Where files are now that were in a run's folder and not in its list."""


def faults_in(store: RunStore, *, deep: bool | None = True, progress: Progress | None = None) -> list[Fault]:
    """Every fault of the folders of stored runs.

    Parameters
    ----------
    deep
        Compare the checksums of every file, whatever it takes.
    progress
        Told folders seen and folders in all.
    """
    names, found = store.names(), list[Fault]()
    for at, name in enumerate(names):
        folder = store.root / name
        faults = faults_of(folder, deep=deep)
        told = {one.key for one in faults}
        found += [*faults, *(fault("extra", folder, extra) for extra in extras_of(folder) if extra not in told)]
        wrong = store.misplaced(name)
        if wrong is not None:
            found.append(wrong)
        if progress is not None:
            progress(at + 1, len(names))
    left = sorted(path for path in store.root.glob(f"{UNFINISHED}*") if not is_living(path, 0.0))
    return found + [fault("left_over", path) for path in left]


def repair(store: RunStore) -> Repaired:
    """Put what is misplaced where it belongs."""
    extras = [path for name in store.names() if (path := set_extras_aside(store.root / name)) is not None]
    aside = [one for name in store.names() if (one := store.set_aside(name)) is not None]
    home = bring_home(store.root)
    left = [one for name in store.names() for one in faults_of(store.root / name)]
    return Repaired(tuple(left), tuple(aside), tuple(home), tuple(extras))
