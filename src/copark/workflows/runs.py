"""Keeping the books: what was executed and is stored, and whether database and folders agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from copark.analyses.context import stage
from copark.errors import Fault
from copark.workflows.answers import OUT, Progress
from copark.workflows.paths import store_in

if TYPE_CHECKING:
    from copark.store import RunRecord, RunStore
    from copark.store.database.index import Repaired
    from copark.store.database.opening import Database

T = TypeVar("T")
MOST_SHOWN = 10_000
"""Single runs that are listed of one stored run."""


@dataclass(frozen=True)
class BookedRun:
    """What the books say of an identity.

    Parameters
    ----------
    state
        running, finished, failed or interrupted, as its last execution is; if it was finished: gone, if its folder is
        not there, misplaced, if another run lies in it.
    study, case
        The study's name, and the case's name or path.
    when
        When it ended, or began if it has not, UTC, ISO 8601.
    done, total
        Runs made and runs asked for, over all scenarios.
    failed
        Runs of a stored result that did not reach the end.
    bytes
        Size of a stored result.
    trouble
        Why its last execution failed.
    """

    identity: str
    state: str
    study: str
    case: str
    when: str
    done: int
    total: int
    failed: int
    bytes: int
    trouble: str


@dataclass(frozen=True)
class FailedRun:
    """A single model run that did not reach the end, and what it takes to make it again.

    Parameters
    ----------
    identity, scenario, run
        The stored run, the arm, and the number of the run.
    seed
        Of the study: with the number it is the run's luck.
    status
        Code of what went wrong.
    quarter, room
        When, and in which room of the model.
    parameters
        What was drawn for it.
    """

    identity: str
    scenario: str
    run: int
    seed: int
    status: int
    quarter: str
    room: str
    parameters: dict[str, float]


@dataclass(frozen=True)
class Books:
    """What the books say.

    Parameters
    ----------
    runs
        Newest first.
    failed_runs
        Single runs that failed, where they were asked for.
    unlisted
        Stored runs that the books do not know.
    database, folder
        Where they are, and where the runs are.
    """

    runs: tuple[BookedRun, ...]
    failed_runs: tuple[FailedRun, ...]
    unlisted: int
    database: str
    folder: Path


def books(out: Path = OUT, *, failed: bool = False, progress: Progress | None = None) -> Books:
    """What was executed and is stored.

    Parameters
    ----------
    failed
        Only what failed or was interrupted, and stored runs of which single runs failed, with those runs.

    Raises
    ------
    copark.store.errors.DatabaseRefused
        If the database cannot be read.
    """
    from sqlalchemy import select

    from copark.store.database import Ledger
    from copark.store.database.opening import open_database
    from copark.store.database.schema import runs, studies

    store = store_in(out)
    with closing(open_database(out)) as database:
        executions = {one.identity: one for one in reversed(Ledger(lambda: database).executions())}
        rows = select(runs, studies.c.name).join(studies).where(runs.c.place == database.place)
        with database.reading() as connection:
            indexed = {str(row["identity"]): dict(row) for row in connection.execute(rows).mappings()}
        shown = database.address.shown
    here = set(store.names())
    elsewhere = {name for name in here if store.misplaced(name) is not None}
    found = [
        _booked(
            name,
            executions.get(name),
            indexed.get(name),
            "gone" if name not in here else "misplaced" if name in elsewhere else "finished",
        )
        for name in executions.keys() | indexed.keys()
    ]
    found.sort(key=lambda one: (one.when, one.identity), reverse=True)
    singles: list[FailedRun] = []
    if failed:
        found = [one for one in found if one.failed or one.state in ("failed", "interrupted")]
        bad = [one.identity for one in found if one.failed and one.identity in here - elsewhere]
        for at, name in enumerate(bad):
            singles += failed_runs(store, store.record(name, deep=False))
            stage(progress, "failed")(at + 1, len(bad))
    return Books(tuple(found), tuple(singles), len(here - indexed.keys()), shown, store.root)


def _booked(name: str, execution: Any, row: Mapping[str, Any] | None, folder: str) -> BookedRun:
    state = folder if execution is None or execution.state == "finished" else execution.state
    made = 0 if row is None else int(row["runs"]) * max(1, len(row["status"]))
    return BookedRun(
        identity=name,
        state=state,
        study=row["name"] if execution is None and row is not None else str(execution.study.get("name", "")),
        case=row["case"] if execution is None and row is not None else execution.case,
        when=row["created"] if execution is None and row is not None else execution.ended or execution.started,
        done=made if execution is None else execution.done,
        total=made if execution is None else execution.total,
        failed=0 if row is None else int(row["failed"]),
        bytes=0 if row is None else int(row["bytes"]),
        trouble="" if execution is None else execution.trouble,
    )


def failed_runs(store: RunStore, record: RunRecord) -> list[FailedRun]:
    """Single runs of a stored result that did not reach the end."""
    import numpy as np

    from copark.model.variables import ROOMS

    every, paths = store.load_every_run(record.identity), store.load(record.identity)
    status = every["status"].values
    labels, names = [str(label) for label in paths["label"].values], [str(name) for name in every["parameter"].values]
    found = []
    for arm, run in np.argwhere(status != 0)[:MOST_SHOWN]:
        quarter, room = int(every["status_quarter"].values[arm, run]), int(every["status_room"].values[arm, run])
        drawn = every["draws"].values[run]
        found.append(
            FailedRun(
                identity=record.identity,
                scenario=str(every["scenario"].values[arm]),
                run=int(every["run"].values[run]),
                seed=int(record.provenance.get("seed", 0)),
                status=int(status[arm, run]),
                quarter=labels[quarter] if 0 <= quarter < len(labels) else str(quarter),
                room=ROOMS[room] if 0 <= room < len(ROOMS) else str(room),
                parameters=dict(zip(names, map(float, drawn), strict=True)),
            )
        )
    return found


def check_books(out: Path = OUT, *, quick: bool = False, progress: Progress | None = None) -> list[Fault]:
    """Every fault of the stored runs, of the database, and between the two; none if all is well.

    Parameters
    ----------
    quick
        Do not compare the checksums of large files.
    """
    from copark.store.database.index import differences

    deep, tell = None if quick else True, stage(progress, "check")
    return _with_database(out, lambda database: differences(database, store_in(out), deep=deep, progress=tell))


def repair_books(out: Path = OUT, progress: Progress | None = None) -> Repaired:
    """Put misplaced runs where they belong or into quarantine, and make the database say what the folders say."""
    from copark.store.database.index import repair

    return _with_database(out, lambda database: repair(database, store_in(out), stage(progress, "repair")))


def forget_executions(before: str, out: Path = OUT, *, really: bool = False) -> int:
    """How many executions ended before a day, which are forgotten if asked; stored runs stay, and stay listed.

    Parameters
    ----------
    before
        The day, ISO 8601; it begins at midnight UTC.
    really
        Forget them. Those that failed or were interrupted cannot be run again from the database then.
    """
    from copark.store.database.index import ended_before, forget_before

    return _with_database(out, lambda database: (forget_before if really else ended_before)(database, before))


def _with_database(out: Path, do: Callable[[Database], T]) -> T:
    from copark.store.database.opening import open_database

    with closing(open_database(out)) as database:
        return do(database)
