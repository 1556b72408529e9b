"""Making an ensemble in shards, or going on where it stopped: finished shards are kept, torn ones made again."""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from copark.cases.case import Case
from copark.cluster.shard_worker import ShardWork, Subject, WorkerPool, prepared
from copark.cluster.worker_fingerprint import BITS, CODE, Machine, faults_between, joined, need_alike
from copark.errors import Fault
from copark.progress import CountedProgress, Progress, ProgressCounter
from copark.simulation.run import run_chunk
from copark.simulation.sample import DrawSource
from copark.simulation.study import Study
from copark.store import runs as stored
from copark.store.array_forms import CHUNK
from copark.store.errors import ExportRefused
from copark.store.files import Stamp, lock_of, only_one, stamp_of
from copark.store.manifest import METADATA, UNREADABLE, faults_of, misplacement
from copark.store.run_record import RunRecord
from copark.store.runs import RunStore
from copark.store.shards import (
    MAKING,
    ShardFolder,
    ShardPlan,
    ShardRecord,
    begin_anew,
    finished,
    join,
    read_plan,
    write_plan,
)

WANTED = 10.0
"""Seconds a shard should take: a kill loses at most so much for each maker."""
SHARDS_EACH = 4
"""Shards that every maker should get at least, so that nobody waits long for the last."""
ROUNDS = 3
"""How often shards that were made and have vanished are made again."""


def shard_runs(seconds: Mapping[str, float], runs: int, makers: int) -> int:
    """Return the runs of a shard, a multiple of ``CHUNK``, by what the first ``CHUNK`` took on one thread.

    Parameters
    ----------
    seconds
        What the first ``CHUNK`` runs took on one thread, by stage.
    runs
        Runs of the ensemble.
    makers
        Shards that are made at a time.
    """
    by_cost = round(WANTED / max(sum(seconds.values()), 1e-3))
    by_share = runs // (CHUNK * SHARDS_EACH * makers)
    return CHUNK * max(1, min(by_cost, by_share))


@dataclass(frozen=True)
class EnsembleRequest:
    """An ensemble that is asked for."""

    study: Study
    """The study that is run."""
    case: Case
    """Its case."""
    source: DrawSource | None
    """Posterior its draws come from, if they do."""
    identity: str
    """Its name."""
    bands: bool
    """Keep bands over all runs and the paths of the first only."""
    overwrite: bool = False
    """Go on from nothing that machines of another kind have made."""
    stored_before: Stamp | None = None
    """The stored run that was there when it was asked for (its stamp, empty if there was none): another that has taken
    its place since is the one that was asked for. By default what is there when making begins."""


@dataclass(frozen=True)
class StoredEnsemble:
    """An ensemble that was made."""

    record: RunRecord
    kept_runs: int = 0
    """Runs that were there from an earlier attempt."""
    anew: int = 0
    """Runs that were there, but made by other code or machines, and were made again."""


def make(
    request: EnsembleRequest,
    store: RunStore,
    worker_pool: WorkerPool,
    *,
    progress: Progress | None = None,
    waiting: Callable[[], None] | None = None,
) -> StoredEnsemble:
    """Make an ensemble, or what is missing of it, and store it.

    Parameters
    ----------
    request
        The ensemble.
    store
        Where it is stored.
    worker_pool
        Who makes it.
    progress
        Called with the runs that are there and the runs in all, over all scenarios.
    waiting
        Called if another process makes the same ensemble; its result is then taken, as is that of one that has finished
        since.

    Raises
    ------
    copark.errors.RunRefused
        If the workers or earlier shards are of other machines, or the disk is full. Finished shards stay.
    """
    folder = store.shards_of(request.identity)
    place = store.root / request.identity
    before = stamp_of(place) if request.stored_before is None else request.stored_before
    with only_one(lock_of(folder), waiting), _disk_may_fill(store):
        if stamp_of(place) not in ((), before):
            record = store.record(request.identity)
            if request.bands or record.kept == record.runs:
                return StoredEnsemble(record)
        folder.mkdir(exist_ok=True)
        shards = ShardFolder(folder)
        if not _is_joined(shards, request):
            reused, anew = _make_in(shards, request, store, worker_pool, progress)
            return StoredEnsemble(store.adopt(request.identity), reused, anew)
        shards.remove(MAKING)  # whoever was killed just before giving it its place may have left some of it
        shards.settle()
        return StoredEnsemble(store.adopt(request.identity), request.study.runs)


def _is_joined(shards: ShardFolder, request: EnsembleRequest) -> bool:
    """Return whether a run waits for its place alone, and holds what is asked: bands do not stand in for paths."""
    if read_plan(shards) is not None or faults_of(shards.path, deep=True):
        return False
    try:
        metadata = json.loads(shards.get(METADATA) or b"")
        is_its_own = misplacement(metadata, request.identity, shards.path) is None
        return is_its_own and (request.bands or bool(metadata["kept"] == metadata["runs"]))
    except UNREADABLE:
        return False


@contextmanager
def _disk_may_fill(store: RunStore) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise ExportRefused([Fault("cluster.disk_full", str(store.root))]) from error


def _make_in(
    shards: ShardFolder, request: EnsembleRequest, store: RunStore, worker_pool: WorkerPool, progress: Progress | None
) -> tuple[int, int]:
    fingerprint = worker_pool.machine(str(shards.path))
    subject = Subject(request.study, request.case, request.source)
    runs = request.study.runs
    plan, done, anew = _begun(shards, request, fingerprint)
    header = run_chunk(prepared(subject), 0, 1, 1, None)
    is_begun = plan is not None
    if plan is None:
        paths = min(stored.SUMMARY_PATHS, runs) if request.bands else runs
        plan = ShardPlan(request.identity, runs, paths, request.bands, CHUNK, request.study.name, request.case.name)
    work = ShardWork(subject, str(shards.path), plan, fingerprint)
    reused = sum(record.last - record.first for record in done)
    scenarios = len(request.study.scenarios)
    counter = ProgressCounter(progress, runs * scenarios, reused * scenarios)
    if reused:
        counter(0)
    if not is_begun:
        store.need_room(header, plan.kept)
        (seconds,) = worker_pool.make(work, plan.ranges()[:1], counter)
        plan = replace(plan, shard=shard_runs(seconds, runs, worker_pool.makers))
        write_plan(shards, plan)
        work = replace(work, plan=plan)
    records = _all_shards(shards, work, worker_pool, counter)
    made_by: dict[str, object] = json.loads(header.attrs["provenance"]) | joined(record.made_with for record in records)
    provenance = json.dumps(made_by, ensure_ascii=False, sort_keys=True)
    join(shards, plan, records, header.assign_attrs(provenance=provenance))
    return reused, anew


def _all_shards(
    shards: ShardFolder, work: ShardWork, worker_pool: WorkerPool, progress: CountedProgress
) -> list[ShardRecord]:
    for _ in range(ROUNDS):
        records = list(finished(shards, work.plan, deep=False))
        finished_spans = {(record.first, record.last) for record in records}
        missing = [span for span in work.plan.ranges() if span not in finished_spans]
        if not missing:
            return records
        for _seconds in worker_pool.make(work, missing, progress):
            pass
    raise ExportRefused([Fault("cluster.shards_vanish", str(shards.path))])


def _begun(
    shards: ShardFolder, request: EnsembleRequest, fingerprint: Machine
) -> tuple[ShardPlan | None, list[ShardRecord], int]:
    """Plan and shards of an earlier attempt, if it can be gone on with; otherwise how many runs are to be made again.

    What other code has made is removed: shards of two states of the code do not belong to one result, be it that files
    are laid out or bands counted in another way. What other machines have made is refused, since those may still be
    there, unless all is to be fresh.
    """
    plan = read_plan(shards)
    if plan is None or (plan.identity, plan.runs, plan.bands) != (request.identity, request.study.runs, request.bands):
        begin_anew(shards)
        return None, [], 0
    done = list(finished(shards, plan))
    entries = (*CODE, *BITS) if request.overwrite else CODE
    if any(faults_between(fingerprint, record.made_with, "", entries) for record in done):
        begin_anew(shards)
        return None, [], sum(record.last - record.first for record in done)
    for record in done:
        need_alike(fingerprint, record.made_with, f"{shards.path}: {record.first}-{record.last}", BITS)
    return plan, done, 0
