"""The index beside the folders: where they differ, and how the index is made true again.

A run in another's folder is moved home, or to quarantine where that is taken; so is what is in a run's folder and not
in its list of files. Then what a folder says of itself counts: a row whose folder is gone is forgotten, a sound folder
without a row is entered, a row that describes another content is renewed; what is damaged is told and left to people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from copark.errors import Fault
from copark.store.atomic import UNFINISHED
from copark.store.database.heartbeat import is_running
from copark.store.database.index import index_record
from copark.store.errors import DamagedRun, database_fault, fault
from copark.store.manifest import NAME, checksum, extras_of, faults_of
from copark.store.quarantine import SetAside, bring_home, set_extras_aside

if TYPE_CHECKING:
    from pathlib import Path

    from copark.store.database.session import Door
    from copark.store.runs import RunStore

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Repaired:
    """What was made true.

    Parameters
    ----------
    entered, renewed, forgotten
        Identities of runs.
    left
        Faults of what is damaged.
    aside, home
        Misplaced runs, as they were moved to quarantine; identities of those that went on from there to their place.
    extras
        Where files are now that were in a run's folder and not in its list.
    """

    entered: tuple[str, ...]
    renewed: tuple[str, ...]
    forgotten: tuple[str, ...]
    left: tuple[Fault, ...]
    aside: tuple[SetAside, ...] = ()
    home: tuple[str, ...] = ()
    extras: tuple[Path, ...] = ()


def listed(door: Door) -> dict[str, str]:
    """Identities in the index, with the checksum of the list of files each is known by."""
    with door.session(write=False) as session:
        rows = session.execute("SELECT identity, manifest FROM runs WHERE place = :place", {"place": door.place})
    return {row["identity"]: row["manifest"] for row in rows}


def differences(
    door: Door, store: RunStore, *, deep: bool | None = True, progress: Progress | None = None
) -> list[Fault]:
    """Every fault of the folders, of the index, and between the two.

    Parameters
    ----------
    deep
        Compare the checksums of every file, whatever it takes.
    progress
        Told folders seen and folders in all.
    """
    rows, names = listed(door), store.names()
    found: list[Fault] = []
    for at, name in enumerate(names):
        folder = store.root / name
        faults = faults_of(folder, deep=deep)
        told = {one.key for one in faults}
        faults += [fault("extra", folder, extra) for extra in extras_of(folder) if extra not in told]
        found += faults
        wrong = store.misplaced(name)
        if wrong is not None:
            found.append(wrong)
        elif not faults and name not in rows:
            found.append(database_fault("unlisted", folder, identity=name))
        elif not faults and checksum(folder / NAME) != rows[name]:
            found.append(database_fault("outdated", folder, identity=name))
        if progress is not None:
            progress(at + 1, len(names))
    found += [database_fault("gone", store.root / name, identity=name) for name in sorted(rows.keys() - set(names))]
    return found + [database_fault("left_over", path) for path in left_over(store)]


def repair(door: Door, store: RunStore, progress: Progress | None = None) -> Repaired:
    """Put what is misplaced where it belongs, and make the index say what the folders say."""
    extras = [path for name in store.names() if (path := set_extras_aside(store.root / name)) is not None]
    aside = [one for name in store.names() if (one := store.set_aside(name)) is not None]
    home = bring_home(store.root)
    rows, names = listed(door), store.names()
    entered: list[str] = []
    renewed: list[str] = []
    left: list[Fault] = []
    for at, name in enumerate(names):
        try:
            if name not in rows or checksum_of(store.root / name) != rows[name]:
                with door.session(write=True) as session:
                    index_record(session, door.place, store.record(name))
                (renewed if name in rows else entered).append(name)
        except DamagedRun as damage:
            left += damage.faults
        if progress is not None:
            progress(at + 1, len(names))
    gone = sorted(rows.keys() - set(names))
    with door.session(write=True) as session:
        for name in gone:
            forget = "DELETE FROM runs WHERE place = :place AND identity = :identity"
            session.execute(forget, {"place": door.place, "identity": name})
    done = tuple(entered), tuple(renewed), tuple(gone), tuple(left)
    return Repaired(*done, tuple(aside), tuple(home), tuple(extras))


def checksum_of(folder: Path) -> str:
    """Checksum of a folder's list of files; empty where there is none."""
    return checksum(folder / NAME) if (folder / NAME).is_file() else ""


def left_over(store: RunStore) -> list[Path]:
    """Folders half-written by processes that are not there any more; from shards the same command goes on."""
    found = []
    for path in store.root.glob(f"{UNFINISHED}*"):
        pid = path.name.removeprefix(UNFINISHED).split("-")[-2:][0]
        if not (pid.isdigit() and is_running(int(pid))):
            found.append(path)
    return found
