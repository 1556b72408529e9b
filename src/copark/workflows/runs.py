"""Stored runs: what there is, whether it is whole, and what can go."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.progress import stage
from copark.errors import Fault
from copark.progress import StagedProgress
from copark.store.garbage import Leftover, faults_in, find_leftovers, throw_away
from copark.store.runs import OUT, RunStore
from copark.version import MODEL_VERSION

if TYPE_CHECKING:
    from copark.store.run_record import RunRecord


@dataclass(frozen=True)
class BookedRun:
    """Entry of an identity in the folders."""

    identity: str
    state: str
    """finished; running or interrupted, where it is in shards; damaged, or misplaced, if another run lies in it."""
    study: str = ""
    """Name of the study."""
    case: str = ""
    """Name of the case."""
    when: str = ""
    """When it was stored, UTC, ISO 8601."""
    done: int = 0
    """Runs made; of a stored result over all scenarios."""
    total: int = 0
    """Runs asked for; of a stored result over all scenarios."""
    failed: int = 0
    """Runs of a stored result that did not reach the end."""
    bytes: int = 0
    """Size of a stored result."""


def books(out: Path = OUT, *, failed: bool = False) -> list[BookedRun]:
    """List what is stored, and what is being made or was interrupted, newest first.

    Parameters
    ----------
    failed
        Only what was interrupted, and stored runs of which single runs did not reach the end.
    """
    store = RunStore.of(out)
    runs = [_booked(store, name) for name in store.names()] + _in_shards(store)
    runs.sort(key=lambda run: (run.when or "9", run.identity), reverse=True)
    return [run for run in runs if not failed or run.failed or run.state == "interrupted"]


def _booked(store: RunStore, name: str) -> BookedRun:
    from copark.store.errors import DamagedRun, MisplacedRun

    try:
        record = store.record(name, checked=False)
    except MisplacedRun:
        return BookedRun(name, "misplaced")
    except DamagedRun:
        return BookedRun(name, "damaged")
    total = record.runs * max(1, len(record.scenarios))
    provenance = record.provenance
    study = str(provenance.get("study", {}).get("name", ""))
    case = str(provenance.get("case", ""))
    return BookedRun(name, "finished", study, case, record.created, total, total, record.failed, record.bytes)


def _in_shards(store: RunStore) -> list[BookedRun]:
    from copark.store.files import IN_SHARDS, is_held, lock_of
    from copark.store.shards import ShardFolder, listing_name, read_plan

    booked = []
    for path in store.root.glob(f"{IN_SHARDS}*/"):
        shards = ShardFolder(path)
        state = "running" if is_held(lock_of(path)) else "interrupted"
        name = path.name.removeprefix(IN_SHARDS)
        plan = read_plan(shards)
        if plan is None:
            booked.append(BookedRun(name, state))
            continue
        done = sum(last - first for first, last in plan.ranges() if shards.size(listing_name(first, last)))
        booked.append(BookedRun(name, state, plan.study, plan.case, done=done, total=plan.runs))
    return booked


def check_books(out: Path = OUT, *, quick: bool = False, progress: StagedProgress | None = None) -> list[Fault]:
    """Find every fault of the stored runs; none if all is well.

    Files are compared with their checksums, the forms of arrays with what copark stores for their study, the metadata
    with the arrays; every chunk is decoded. Whether the model gives these numbers is for :func:`verify` to say.

    Parameters
    ----------
    out
        Output folder.
    quick
        Do not compare the checksums of large files, and do not decode what nobody asks for.
    progress
        Called with stage, done and total.
    """
    return faults_in(RunStore.of(out), deep=None if quick else True, progress=stage(progress, "check"))


def tidy(out: Path = OUT, *, unfinished: bool = False, stale: bool = False, really: bool = False) -> list[Leftover]:
    """Describe what can go from an output folder.

    Parameters
    ----------
    out
        Output folder.
    unfinished
        Also shards from which a stopped command would go on.
    stale
        Also stored runs of another state of the model, which are never found again.
    really
        Throw it away.
    """
    leftovers = find_leftovers(Path(out), unfinished=unfinished, is_stale=_is_stale if stale else None)
    if really:
        for leftover in leftovers:
            throw_away(leftover)
    return leftovers


def _is_stale(record: RunRecord) -> bool:
    """Return whether a run was made by another version of the model."""
    return bool(record.provenance.get("model_version") != MODEL_VERSION)
