"""Stored runs: what there is, whether it is whole, what can go, and whether the model gives the same numbers again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import Progress, stage
from copark.errors import Fault
from copark.store.garbage import Leaving, faults_in, leavings, throw_away
from copark.store.runs import OUT, RunStore

if TYPE_CHECKING:
    from copark.simulation.study import Study
    from copark.store import RunRecord
    from copark.store.compare import FirstDifference

MADE_BY = (
    "code_version", "model_hash", "variables_hash", "experiment_hash", "case_hash", "draws_hash", "cpu_features",
    "python", "numpy", "numba",
)  # fmt: skip
"""Entries of the provenance that can change the numbers."""


@dataclass(frozen=True)
class BookedRun:
    """What the folders say of an identity."""

    identity: str
    state: str
    """finished; running or interrupted, where it is in shards; damaged, or misplaced, if another run lies in it."""
    study: str = ""
    case: str = ""
    """study, case: their names."""
    when: str = ""
    """When it was stored, UTC, ISO 8601."""
    done: int = 0
    total: int = 0
    """done, total: runs made and runs asked for; of a stored result over all scenarios."""
    failed: int = 0
    """Runs of a stored result that did not reach the end."""
    bytes: int = 0
    """Size of a stored result."""


def books(out: Path = OUT, *, failed: bool = False) -> list[BookedRun]:
    """What is stored, and what is being made or was interrupted, newest first.

    ``failed``: only what was interrupted, and stored runs of which single runs did not reach the end.
    """
    store = RunStore.of(out)
    found = [_booked(store, name) for name in store.names()] + _in_shards(store)
    found.sort(key=lambda one: (one.when or "9", one.identity), reverse=True)
    return [one for one in found if not failed or one.failed or one.state == "interrupted"]


def _booked(store: RunStore, name: str) -> BookedRun:
    from copark.store import DamagedRun, MisplacedRun

    try:
        record = store.record(name, checked=False)
    except MisplacedRun:
        return BookedRun(name, "misplaced")
    except DamagedRun:
        return BookedRun(name, "damaged")
    made, by = record.runs * max(1, len(record.scenarios)), record.provenance
    study, case = str(by.get("study", {}).get("name", "")), str(by.get("case", ""))
    return BookedRun(name, "finished", study, case, record.created, made, made, record.failed, record.bytes)


def _in_shards(store: RunStore) -> list[BookedRun]:
    from copark.store.files import IN_SHARDS, is_held, lock_of
    from copark.store.shards import ShardFolder, listing_name, read_plan

    found = []
    for path in store.root.glob(f"{IN_SHARDS}*/"):
        shards = ShardFolder(path)
        state, name = "running" if is_held(lock_of(path)) else "interrupted", path.name.removeprefix(IN_SHARDS)
        plan = read_plan(shards)
        if plan is None:
            found.append(BookedRun(name, state))
            continue
        done = sum(last - first for first, last in plan.ranges() if shards.size(listing_name(first, last)))
        found.append(BookedRun(name, state, plan.study, plan.case, done=done, total=plan.runs))
    return found


def check_books(out: Path = OUT, *, quick: bool = False, progress: Progress | None = None) -> list[Fault]:
    """Every fault of the stored runs; none if all is well.

    Parameters
    ----------
    quick
        Do not compare the checksums of large files.
    """
    return faults_in(RunStore.of(out), deep=None if quick else True, progress=stage(progress, "check"))


def tidy(out: Path = OUT, *, unfinished: bool = False, stale: bool = False, really: bool = False) -> list[Leaving]:
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
    return found


def _is_stale(record: RunRecord) -> bool:
    """Whether a run was made by another state of the model, or of what lies between it and the case."""
    from copark.model.jit import model_hash
    from copark.simulation.results import experiment_hash

    made = record.provenance
    return (made.get("model_hash"), made.get("experiment_hash")) != (model_hash(), experiment_hash())


@dataclass(frozen=True)
class ReplayVerdict:
    """What replaying a stored run gave."""

    kind: str
    """``identical``, ``equal`` (to 1e-9) or ``different``."""
    runs: int
    """Runs replayed for each scenario."""
    largest: float
    """Largest relative difference."""
    first: FirstDifference | None
    """The first difference beyond 1e-9."""
    changes: tuple[tuple[str, str, str], ...]
    """What made the run and is another now: name, then, now."""

    @property
    def passed(self) -> bool:
        """Whether the numbers are those stored."""
        return self.kind in {"identical", "equal"}


def verify(
    identity: str, *, out: Path = OUT, threads: int | None = None, progress: Progress | None = None
) -> ReplayVerdict:
    """Replay a stored run and compare it, number by number, with what is stored.

    Bits are promised for one set of CPU features, versions and inputs; the verdict says which of them are others now.
    Where only bands and the first runs are stored, the first runs are replayed.

    Raises
    ------
    copark.errors.CoparkError
        If the run is not stored, is damaged, or its study or case can no longer be read.
    """
    stage(progress, "prepare")(0, 0)
    from copark.cases import load_case
    from copark.inference.case_parameters import source_named
    from copark.simulation.run import stream
    from copark.store.compare import BitComparison, compare
    from copark.store.workspace import packed_case

    store = RunStore.of(out)
    record = store.record(store.get(identity).identity, deep=True)
    stored = store.load(record.identity)
    study = study_of(record)
    packed = packed_case(Path(out), str(record.provenance.get("case", "")), str(record.provenance.get("case_hash")))
    case = packed or load_case(study.case)
    joined, done, made = BitComparison(identical=True, largest=0.0, first=None), 0, {}
    tell = stage(progress, "verify")
    source = source_named(case, out, str(record.provenance.get("draws_hash", "")))
    for chunk in stream(study, case, threads=threads, progress=tell, source=source):
        here = chunk.isel(run=slice(0, record.kept - done))
        joined = joined.joined(compare(stored.isel(run=slice(done, done + here.sizes["run"])), here))
        made = json.loads(chunk.attrs["provenance"])
        done += here.sizes["run"]
        if done >= record.kept or joined.first is not None:
            break
    kind = "identical" if joined.identical else "equal" if joined.first is None else "different"
    return ReplayVerdict(kind, done, joined.largest, joined.first, _changes(record.provenance, made))


def study_of(record: RunRecord) -> Study:
    """The study a run was made from."""
    from pydantic import ValidationError

    from copark.simulation.study import Study
    from copark.store.errors import DamagedRun, fault

    try:
        return Study.model_validate(record.provenance.get("study"))
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise DamagedRun([fault("study_unreadable", record.path, "metadata.json", reason=reason)]) from None


def _changes(stored: dict[str, Any], now: dict[str, Any]) -> tuple[tuple[str, str, str], ...]:
    found = ((name, str(stored.get(name, "?")), str(now.get(name, "?"))) for name in MADE_BY)
    return tuple((name, then, made) for name, then, made in found if then != made)
