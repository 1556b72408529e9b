"""The index beside the folders: a row a stored run, made from the folder's own description, and made true again.

A run in another's folder is moved home, or to quarantine where that is taken; so is what is in a run's folder and not
in its list of files. Then what a folder says of itself counts: a row whose folder is gone is forgotten, a sound folder
without a row is entered, a row that describes another content is renewed; what is damaged is told and left to people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copark.errors import Fault
from copark.identity import hash_content
from copark.store.atomic import UNFINISHED
from copark.store.database.heartbeat import is_running
from copark.store.database.opening import now, upsert
from copark.store.errors import DamagedRun, database_fault, fault
from copark.store.manifest import NAME, checksum, extras_of, faults_of
from copark.store.quarantine import SetAside, bring_home, set_extras_aside

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import ColumnElement, Connection

    from copark.store.database.opening import Database
    from copark.store.runs import RunRecord, RunStore

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


def enter_study(connection: Connection, content: Mapping[str, Any]) -> str:
    """Keep a study once, whatever is made of it; gives its hash."""
    from copark.store.database.schema import studies

    kept = dict(content)
    row = {"hash": hash_content(kept), "name": str(kept.get("name", "")), "content": kept, "created": now()}
    upsert(connection, studies, row, ["hash"], replace=False)
    return str(row["hash"])


def enter_run(connection: Connection, place: str, record: RunRecord) -> None:
    """Keep a stored run, in the place of an older one of its identity."""
    from copark.store.database.schema import runs

    same = ("identity", "form", "created", "runs", "kept", "failed", "bytes", "status", "outcome", "provenance")
    row = {
        "place": place,
        "study": enter_study(connection, record.provenance.get("study", {})),
        "case": str(record.provenance.get("case", "")),
        "manifest": checksum(record.path / NAME),
        **{name: getattr(record, name) for name in same},
    }
    upsert(connection, runs, row, ["place", "identity"])


def manifests(connection: Connection, place: str) -> dict[str, str]:
    """Identities in the index, with the checksum of the list of files each is known by."""
    from sqlalchemy import select

    from copark.store.database.schema import runs

    rows = connection.execute(select(runs.c.identity, runs.c.manifest).where(runs.c.place == place))
    return {row.identity: row.manifest for row in rows}


def differences(
    database: Database, store: RunStore, *, deep: bool | None = True, progress: Progress | None = None
) -> list[Fault]:
    """Every fault of the folders, of the index, and between the two.

    Parameters
    ----------
    deep
        Compare the checksums of every file, whatever it takes.
    progress
        Told folders seen and folders in all.
    """
    with database.reading() as connection:
        rows = manifests(connection, database.place)
    names, found = store.names(), list[Fault]()
    for at, name in enumerate(names):
        folder = store.root / name
        faults = faults_of(folder, deep=deep)
        told = {one.key for one in faults}
        faults += [fault("extra", folder, extra) for extra in extras_of(folder) if extra not in told]
        found += faults
        wrong = store.misplaced(name)
        if wrong is not None:
            found.append(wrong)
        elif not faults and rows.get(name) != checksum(folder / NAME):
            found.append(database_fault("outdated" if name in rows else "unlisted", folder, identity=name))
        if progress is not None:
            progress(at + 1, len(names))
    found += [database_fault("gone", store.root / name, identity=name) for name in sorted(rows.keys() - set(names))]
    return found + [database_fault("left_over", path) for path in left_over(store)]


def repair(database: Database, store: RunStore, progress: Progress | None = None) -> Repaired:
    """Put what is misplaced where it belongs, and make the index say what the folders say."""
    from sqlalchemy import delete

    from copark.store.database.schema import runs

    extras = [path for name in store.names() if (path := set_extras_aside(store.root / name)) is not None]
    aside = [one for name in store.names() if (one := store.set_aside(name)) is not None]
    home = bring_home(store.root)
    with database.reading() as connection:
        rows = manifests(connection, database.place)
    names, entered, renewed = store.names(), list[str](), list[str]()
    left: list[Fault] = []
    for at, name in enumerate(names):
        listed = store.root / name / NAME
        try:
            if name not in rows or not listed.is_file() or checksum(listed) != rows[name]:
                record = store.record(name)
                with database.writing() as connection:
                    enter_run(connection, database.place, record)
                (renewed if name in rows else entered).append(name)
        except DamagedRun as damage:
            left += damage.faults
        if progress is not None:
            progress(at + 1, len(names))
    gone = sorted(rows.keys() - set(names))
    if gone:
        with database.writing() as connection:
            connection.execute(delete(runs).where(runs.c.place == database.place, runs.c.identity.in_(gone)))
    done = tuple(entered), tuple(renewed), tuple(gone), tuple(left)
    return Repaired(*done, tuple(aside), tuple(home), tuple(extras))


def left_over(store: RunStore) -> list[Path]:
    """Folders half-written by processes that are not there any more; from shards the same command goes on."""
    found = []
    for path in store.root.glob(f"{UNFINISHED}*"):
        pid = path.name.removeprefix(UNFINISHED).split("-")[-2:][0]
        if not (pid.isdigit() and is_running(int(pid))):
            found.append(path)
    return found


def _ended_before(database: Database, before: str) -> ColumnElement[bool]:
    from sqlalchemy import and_

    from copark.store.database.schema import executions

    one = executions.c
    return and_(one.place == database.place, one.state != "running", one.ended != "", one.ended < before)


def ended_before(database: Database, before: str) -> int:
    """How many executions of a folder ended before a time, given in UTC as ISO 8601 or as the beginning of it."""
    from sqlalchemy import func, select

    from copark.store.database.schema import executions

    count = select(func.count()).select_from(executions).where(_ended_before(database, before))
    with database.reading() as connection:
        return int(connection.execute(count).scalar_one())


def forget_before(database: Database, before: str) -> int:
    """Forget them, and old studies that nothing refers to any more; how many executions there were."""
    from sqlalchemy import delete, select, union

    from copark.store.database.schema import asked, executions, runs, studies

    with database.writing() as connection:
        gone = connection.execute(delete(executions).where(_ended_before(database, before))).rowcount
        used = union(*(select(table.c.study) for table in (executions, runs, asked)))
        connection.execute(delete(studies).where(studies.c.created < before, studies.c.hash.not_in(used)))
    return int(gone)
