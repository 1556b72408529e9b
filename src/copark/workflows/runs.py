"""Keeping the books: what was executed and is stored, and whether that is whole and where it belongs.

Tidying an output folder: saying what can go, and throwing it away if asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import stage
from copark.errors import Fault
from copark.store.garbage import Leaving, leavings, throw_away
from copark.workflows.answers import OUT, Progress, store_in

if TYPE_CHECKING:
    from copark.store import RunRecord, RunStore
    from copark.store.database import Execution
    from copark.store.garbage import Repaired


MOST_SHOWN = 10_000
"""Single runs that are listed of one stored run."""


@dataclass(frozen=True)
class BookedRun:
    """What the books say of an identity."""

    identity: str
    state: str
    """running, finished, failed or interrupted, as its last execution is; if it was finished: gone, if its folder is
    not there, damaged, or misplaced, if another run lies in it."""
    study: str
    case: str
    """study, case: the study's name, and the case's name or path."""
    when: str
    """When it ended, or began if it has not, UTC, ISO 8601."""
    done: int
    total: int
    """done, total: runs made and runs asked for, over all scenarios."""
    failed: int
    """Runs of a stored result that did not reach the end."""
    bytes: int
    """Size of a stored result."""
    trouble: str
    """Why its last execution failed."""


@dataclass(frozen=True)
class FailedRun:
    """A single model run that did not reach the end, and what it takes to make it again."""

    identity: str
    scenario: str
    run: int
    """identity, scenario, run: the stored run, the arm, and the number of the run."""
    seed: int
    """Of the study: with the number it is the run's luck."""
    status: int
    """Code of what went wrong."""
    quarter: str
    room: str
    """quarter, room: when, and in which room of the model."""
    parameters: dict[str, float]
    """What was drawn for it."""


@dataclass(frozen=True)
class RunBooks:
    """What the books say."""

    runs: tuple[BookedRun, ...]
    """Newest first."""
    failed_runs: tuple[FailedRun, ...]
    """Single runs that failed, where they were asked for."""
    database: str
    folder: Path
    """database, folder: where they are, and where the runs are."""


def books(out: Path = OUT, *, failed: bool = False, progress: Progress | None = None) -> RunBooks:
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
    from copark.store.database import open_ledger

    store = store_in(out)
    with open_ledger(out) as ledger:
        executions = ledger.latest()
        shown = ledger.need().address.shown
    folders = {name: _stored(store, name) for name in store.names()}
    records = {name: one for name, one in folders.items() if not isinstance(one, str)}
    found = [_booked(name, executions.get(name), folders.get(name, "gone")) for name in executions.keys() | records]
    found.sort(key=lambda one: (one.when, one.identity), reverse=True)
    singles: list[FailedRun] = []
    if failed:
        found = [one for one in found if one.failed or one.state in ("failed", "interrupted")]
        bad = [one.identity for one in found if one.failed]
        for at, name in enumerate(bad):
            singles += failed_runs(store, records[name])
            stage(progress, "failed")(at + 1, len(bad))
    return RunBooks(tuple(found), tuple(singles), shown, store.root)


def _stored(store: RunStore, name: str) -> RunRecord | str:
    """What is stored in a folder, or the word for why it is not what its name says."""
    from copark.store import DamagedRun, MisplacedRun

    try:
        return store.record(name, checked=False)
    except MisplacedRun:
        return "misplaced"
    except DamagedRun:
        return "damaged"


def _booked(name: str, execution: Execution | None, stored: RunRecord | str) -> BookedRun:
    state: str = "finished" if execution is None else execution.state
    record = None if isinstance(stored, str) else stored
    if isinstance(stored, str) and state == "finished":
        state = stored
    made = 0 if record is None else record.runs * max(1, len(record.scenarios))
    study: dict[str, Any] = execution.study if execution else record.provenance.get("study", {}) if record else {}
    case = execution.case if execution else str(record.provenance.get("case", "")) if record else ""
    when = execution.ended or execution.started if execution else record.created if record else ""
    return BookedRun(
        identity=name,
        state=state,
        study=str(study.get("name", "")),
        case=case,
        when=when,
        done=execution.done if execution else made,
        total=execution.total if execution else made,
        failed=0 if record is None else record.failed,
        bytes=0 if record is None else record.bytes,
        trouble=execution.trouble if execution else "",
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
    """Every fault of the stored runs; none if all is well.

    Parameters
    ----------
    quick
        Do not compare the checksums of large files.
    """
    from copark.store.garbage import faults_in

    return faults_in(store_in(out), deep=None if quick else True, progress=stage(progress, "check"))


def repair_books(out: Path = OUT) -> Repaired:
    """Put misplaced runs where they belong or into quarantine."""
    from copark.store.garbage import repair

    return repair(store_in(out))


@dataclass(frozen=True)
class Tidied:
    """What could go; ``gone`` says whether it went."""

    leavings: tuple[Leaving, ...]
    gone: bool

    @property
    def bytes(self) -> int:
        """What all of it holds."""
        return sum(one.bytes for one in self.leavings)


def tidy(out: Path = OUT, *, unfinished: bool = False, stale: bool = False, really: bool = False) -> Tidied:
    """Say what can go from an output folder.

    Parameters
    ----------
    unfinished
        Also shards from which a stopped command would go on.
    stale
        Also stored runs of another state of the model, which are never found again.
    really
        Throw it away.
    """
    found = leavings(Path(out), unfinished=unfinished, is_stale=_is_stale if stale else None)
    if really:
        for one in found:
            throw_away(one)
    return Tidied(tuple(found), really)


def _is_stale(record: RunRecord) -> bool:
    """Whether a run was made by another state of the model, or of what lies between it and the case."""
    from copark.model.compiler import model_hash
    from copark.simulation.results import experiment_hash

    made = record.provenance
    return (made.get("model_hash"), made.get("experiment_hash")) != (model_hash(), experiment_hash())
