"""Stored runs of a study: found by their run ID, or else made, on threads of this process, workers or a cluster.

By whichever means they are made, the numbers are the same, and what was interrupted is resumed. The database of runs
is imported where runs are wanted: every question stands in a context that could ask for some, and few do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.progress import stage
from copark.errors import WrongUsage
from copark.presentation.numbers import number
from copark.progress import StagedProgress
from copark.texts import text

if TYPE_CHECKING:
    from copark.calibration.case_parameters import CaseParameters
    from copark.cases import Case
    from copark.cluster.shard_worker import WorkerPool
    from copark.simulation.sample import DrawSource
    from copark.simulation.study import Study
    from copark.store.run_record import RunRecord


@dataclass(frozen=True)
class ExecutionOptions:
    """Threads or workers that make the runs; nothing here changes a number."""

    threads: int | None = None
    """Threads, where the runs are made in this process."""
    scheduler: str | None = None
    """Address of a Dask scheduler whose workers make the runs."""
    workers: int | None = None
    """Processes of this machine that make the runs."""


@dataclass(frozen=True)
class StoredRun:
    """A stored run of a study, found or just made."""

    study: Study
    """The study as it was run."""
    record: RunRecord
    """Description of the stored run."""
    reused: bool
    """Whether it was stored already."""
    notes: tuple[str, ...] = ()
    """Remarks for the reader, in sentences."""


@dataclass(frozen=True)
class RunPlan:
    """Plan of storing a study: the study as it is run, its run ID, and how much is kept of it."""

    study: Study
    """The study as it is run: where only a summary is kept of all runs, with the standard outputs."""
    run_id: str
    """Run ID of the study."""
    summarised: bool
    """Whether quantiles over all runs, and the paths of the first, are kept in the place of all paths."""


BeforeRun = Callable[["Study", Sequence[str]], None]
"""Called before a study is run, with the study and with sentences on what was moved aside for it."""


def plan_stored_run(study: Study, case: Case, parameters: CaseParameters) -> RunPlan:
    """Plan how a study is stored, whose draws are decided.

    Of more than :data:`~copark.store.runs.SUMMARY_ABOVE` runs a summary is kept, unless the study itself names its
    outputs: who names them wants their paths.

    Parameters
    ----------
    study
        The study as it was asked for.
    case
        The case.
    parameters
        Parameters the case has.
    """
    from copark.simulation.results import study_identity
    from copark.store.runs import SUMMARY_ABOVE

    is_summarised = study.keep is None and study.runs > SUMMARY_ABOVE
    stored_study = study.with_changes(keep="standard") if is_summarised else study
    run_id = study_identity(stored_study, case, parameters.identity or None)
    return RunPlan(stored_study, run_id, is_summarised)


def find_or_run(
    study: Study,
    case: Case,
    parameters: CaseParameters,
    *,
    execution: ExecutionOptions,
    out: Path,
    lang: str = "en",
    overwrite: bool = False,
    before_run: BeforeRun | None = None,
    progress: StagedProgress | None = None,
) -> StoredRun:
    """Find the stored run of a study whose draws are decided, or else run and store it; resume what was interrupted.

    A summary does not stand in for paths: where a server has stored one under this run ID (it keeps paths of fewer
    runs) and the study wants all paths, the run is made again in its place, which loses nothing of the summary.

    Parameters
    ----------
    study
        The study, its draws decided.
    case
        The case.
    parameters
        Parameters the case has.
    execution
        Threads or workers that make the runs.
    out
        Output folder.
    lang
        Language of notes.
    overwrite
        Run it even if it is stored.
    before_run
        Called before the work begins.
    progress
        Called with stage, runs made and runs to be made.
    """
    from copark.store.manifest import set_aside
    from copark.store.runs import RunStore

    store = RunStore.of(out)
    plan = plan_stored_run(study, case, parameters)
    record = None if overwrite else store.find(plan.run_id)
    # A run under other titles is made again, so that it is shown under these.
    if record is not None and has_what_is_wanted(record, plan) and has_titles_of(record, plan.study):
        return StoredRun(plan.study, record, reused=True)
    aside = set_aside(store.root / plan.run_id)
    aside_notes = () if aside is None else (text(f"{aside.code}.aside", lang, **aside.values),)
    if before_run is not None:
        before_run(plan.study, aside_notes)
        aside_notes = ()
    stage(progress, "prepare")(0, 0)
    record, notes = run_and_store(
        plan,
        case,
        parameters.source,
        execution=execution,
        out=out,
        lang=lang,
        overwrite=overwrite,
        progress=progress,
    )
    return StoredRun(plan.study, record, reused=False, notes=(*aside_notes, *notes))


def has_what_is_wanted(record: RunRecord, plan: RunPlan) -> bool:
    """Return whether a stored run holds all paths, or a summary is all that is wanted."""
    return plan.summarised or record.kept == record.runs


def has_titles_of(record: RunRecord, study: Study) -> bool:
    """Return whether a stored run was made of the same study, titles included, which its run ID does not cover."""
    return bool(record.provenance.get("study") == study.content())


@contextmanager
def _worker_pool(execution: ExecutionOptions, lang: str) -> Iterator[WorkerPool]:
    """Choose the workers that make the runs; RunRefused if a cluster is asked for that is not there."""
    from copark.cluster.shard_worker import Threads
    from copark.simulation.ensemble import default_threads

    if execution.scheduler and execution.workers:
        raise WrongUsage(text("cluster.both", lang))
    if not (execution.scheduler or execution.workers):
        yield Threads(execution.threads or default_threads())
        return
    from copark.cluster.dask_workers import local_workers, workers_at

    pool = workers_at(execution.scheduler) if execution.scheduler else local_workers(execution.workers or 1)
    with pool as worker_pool:
        yield worker_pool


def run_and_store(
    plan: RunPlan,
    case: Case,
    source: DrawSource | None,
    *,
    execution: ExecutionOptions,
    out: Path,
    lang: str = "en",
    overwrite: bool = False,
    progress: StagedProgress | None = None,
) -> tuple[RunRecord, tuple[str, ...]]:
    """Make the runs of a study, or those that are missing, and store them.

    Parameters
    ----------
    plan
        The study, its run ID, and what is kept of it.
    case
        The case.
    source
        Posterior the parameters are drawn from; ``None`` where they are drawn from none.
    execution
        Threads or workers that make the runs.
    out
        Output folder.
    lang
        Language of notes.
    overwrite
        Resume nothing that machines of another kind have made.
    progress
        Called with stage, runs made and runs to be made.

    Returns
    -------
    The description of the stored run, and remarks for the reader.
    """
    from copark.cluster.orchestration import EnsembleRequest, make
    from copark.store.files import stamp_of
    from copark.store.runs import RunStore

    store = RunStore.of(out)
    simulating = stage(progress, "simulate")
    waiting = stage(progress, "waiting")
    request = EnsembleRequest(
        plan.study,
        case,
        source,
        plan.run_id,
        plan.summarised,
        overwrite=overwrite,
        stored_before=stamp_of(store.root / plan.run_id),
    )
    with _worker_pool(execution, lang) as worker_pool:
        ensemble = make(request, store, worker_pool, progress=simulating, waiting=lambda: waiting(0, 0))
    counts = {"went_on": ensemble.kept_runs, "made_anew": ensemble.anew}
    notes = [text(f"cluster.{key}", lang, runs=number(count, 0)) for key, count in counts.items() if count]
    return ensemble.record, tuple(notes)
