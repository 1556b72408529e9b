"""Tasks of jobs: what the child process of a job does, and how what a killed one has left is removed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from copark.analyses.answer import RESULTS
from copark.errors import Fault
from copark.json_types import JsonObject
from copark.progress import StagedProgress
from copark.store.files import sweep
from copark.store.garbage import forget_shards
from copark.store.runs import SUMMARY_PATHS, RunStore
from copark.web.content.faults import Absent, fault
from copark.web.content.own_parks import UPLOADED, is_there

if TYPE_CHECKING:
    import xarray as xr

    from copark.analyses.stored_runs import RunPlan
    from copark.cases import Case

JobKind = Literal["run", "report", "analysis"]
FORETOLD = "foretold"
"""Key under which the seconds are told that the whole work will take; it is no stage."""
SUMMARY_ABOVE = SUMMARY_PATHS
"""Runs above which a server keeps a summary, whatever outputs are asked for: its disk is everybody's.

``copark run`` keeps all paths up to ten times as many (:data:`copark.store.runs.SUMMARY_ABOVE`), and of a study that
names its outputs always. The run ID is the same, since the numbers are: a run that the command line has stored serves a
job as it is, and the command line makes the paths again that a server's summary lacks
(:func:`copark.analyses.stored_runs.find_or_run`).
"""


@dataclass(frozen=True)
class JobTask:
    """Task of a job, as it waits in the database or is given to the process that does it."""

    kind: JobKind
    """``run``: a study is run and stored; ``report``: its page is written, too; ``analysis``: an analysis of the
    registry is made."""
    case: str
    """Name of a case of the casebook or of an upload; for the process that does it, the folder of the upload."""
    study: JsonObject
    """Content of the study; of an analysis its name and parameters."""
    lang: str
    data: str
    """Folder of runs and reports; empty while it waits, since whoever does it may reach the folder by another path."""
    threads: int = 1
    cut: str | None = None
    """Last quarter known to the calibration a study is run on; the latest by default."""


@dataclass(frozen=True)
class JobResult:
    """Result of a task."""

    identity: str
    """Run ID of the result."""
    page: str | None
    """File of the report, if one was written."""
    reused: bool
    """Whether the result was stored already."""


def with_local_paths(
    task: Mapping[str, Any], data: Path | None, uploads: Path | None, outputs: Path | None = None
) -> JsonObject:
    """Return a task for the process that does it, with the paths by which this server reaches its folders.

    A task waits with names alone, since another server may do it that reaches the folders by other paths. Results about
    an uploaded case go into an output folder of its own.

    Parameters
    ----------
    task
        The task as it waits.
    data
        Output folder for cases of the casebook.
    uploads
        Folder of uploaded cases.
    outputs
        Folder of the output folders of uploaded cases.
    """
    content = dict(task)
    name = str(task["case"])
    is_upload = UPLOADED.fullmatch(name) is not None
    if data is not None:
        content["data"] = str(data.resolve())
    if outputs is not None and is_upload:
        content["data"] = str(outputs.resolve() / name)
    if uploads is not None:
        content["case"] = str(uploads.resolve() / name) if is_upload else name
    return content


def is_deleted(task: JobTask) -> bool:
    """Return whether the uploaded case that something is to be done about was deleted."""
    folder = Path(task.case)
    return UPLOADED.fullmatch(folder.name) is not None and not is_there(folder)


def deleted_fault() -> Fault:
    """Return the fault of a job whose case was deleted; it tells no name and no path."""
    return fault("job_deleted")


def do_task(task: JobTask, progress: StagedProgress, on_run: Callable[[str], None] = lambda _run_id: None) -> JobResult:
    """Do a task: run a study and store it, write its report, or compute an analysis.

    Parameters
    ----------
    task
        The task; Absent is raised where the case it is about was deleted meanwhile.
    progress
        Called with stage, done and total; what it raises stops the work, and nothing half-written is kept.
    on_run
        Called with the run ID before runs are made, so that what a cancelled job leaves of them can be removed.
    """
    if is_deleted(task):
        raise Absent([deleted_fault()])
    if task.kind == "analysis":
        return _compute_analysis(task, progress)
    from copark.analyses.stored_runs import ExecutionOptions, RunPlan, run_and_store
    from copark.calibration.case_parameters import settle
    from copark.calibration.informed_parameters import moved_by_data
    from copark.cases import load_case
    from copark.simulation.results import study_identity
    from copark.simulation.study import Study

    progress("prepare", 0, 0)
    case = load_case(task.case)
    data = Path(task.data)
    study, parameters = settle(Study.model_validate(task.study), case, data, cut=task.cut)
    plan = RunPlan(study, study_identity(study, case, parameters.identity or None), study.runs > SUMMARY_ABOVE)
    store = RunStore.of(data)
    stored = store.find(plan.run_id)
    if stored is None:
        on_run(plan.run_id)
        run_and_store(
            plan, case, parameters.source, execution=ExecutionOptions(task.threads), out=data, progress=progress
        )
    page = None
    if task.kind == "report":
        moved = None if parameters.source is None else moved_by_data(case, parameters)
        page = str(write_report(store, plan, case, task.lang, progress, moved))
    return JobResult(plan.run_id, page, stored is not None)


def write_report(
    store: RunStore,
    plan: RunPlan,
    case: Case,
    lang: str,
    progress: StagedProgress,
    moved: Mapping[str, str] | None = None,
) -> Path:
    """Write the page of a stored run: of one scenario its report, of several their comparison.

    The run may be stored under titles that another client gave its scenarios: the page has those of this task, and a
    folder of its own.

    Parameters
    ----------
    store
        Store of the run; the page goes into ``reports`` beside it.
    plan
        The study and its run ID.
    case
        The case.
    lang
        Language of the page, ``en`` or ``zh``.
    progress
        Called with stage, done and total.
    moved
        Which parameters the data informed, by name; none where they come from no posterior.
    """
    from copark.analyses.run import answer_of
    from copark.identity import identity_of
    from copark.presentation import write
    from copark.simulation.results import title_attributes
    from copark.workflows.run_study import counts_of

    progress("report", 0, 0)
    titles = title_attributes(plan.study)
    result = store.load(plan.run_id).assign_attrs(titles)
    folder = store.root.parent / "reports" / f"web-{plan.run_id}-{identity_of(titles)}"
    if result.sizes["scenario"] == 1:
        answer = answer_of(result, case, counts_of(store.get(plan.run_id)), None if moved is None else lambda: moved)
        return write(answer.document(lang), folder, ("html",))["html"]
    return _write_comparison(result, case, lang, folder)


def _write_comparison(result: xr.Dataset, case: Case, lang: str, folder: Path) -> Path:
    """Write the document of an analysis that compares scenarios, as a page."""
    from copark.analyses import REGISTRY
    from copark.analyses.compare import Answer, answer_of
    from copark.analyses.context import Context
    from copark.presentation import write
    from copark.simulation.readouts.compare import paired
    from copark.texts.localized import LocalizedText

    context = Context()
    context.run_id = str(result.attrs["identity"])
    comparison, origin = answer_of(*paired(result), [result], case, context)
    # What was asked on the page has no title.
    names = (comparison.reference, *(scenario.title for scenario in comparison.scenarios))
    titled = LocalizedText.by_language(lambda language: " · ".join(name.text(language) for name in names))
    answer = Answer(**{**vars(comparison), "titles": (titled,)}, **origin)
    return write(REGISTRY["compare"].document(answer, lang), folder, ["html"])["html"]


def _compute_analysis(task: JobTask, progress: StagedProgress) -> JobResult:
    """Compute an analysis, or find its stored result."""
    from copark.analyses import REGISTRY
    from copark.analyses.answer import answer
    from copark.analyses.context import Context

    analysis = REGISTRY[task.study["analysis"]]
    values = dict(task.study["params"])
    if values.get(analysis.workbook):  # the task names the workbook by its path within the output folder
        values[analysis.workbook] = Path(task.data) / values[analysis.workbook]
    params = analysis.params.model_validate(values)
    named = getattr(params, "case", task.case)
    case_folders = {} if named == task.case else {named: Path(task.case)}
    context = Context(
        Path(task.data),
        threads=task.threads,
        progress=progress,
        case_folders=case_folders,
        may_calibrate=False,
        lang=task.lang,
        on_calibration=lambda planned: progress(FORETOLD, 0, round(planned.seconds)),
    )
    outcome = answer(analysis, params, context)
    return JobResult(outcome.result.run_id, None, outcome.reused)


def remove_leftovers_of_process(data: Path, pid: int, began: float) -> None:
    """Remove the half-written files of a process that was killed.

    Files older than the process belonged to an earlier one of the same number.

    Parameters
    ----------
    data
        Output folder.
    pid
        Number (PID) of the process.
    began
        When it began, seconds since the epoch.
    """
    sweep(RunStore.of(data).root, pid, began)
    for folder in (data / "reports", *data.glob("reports/*/"), *(data / RESULTS).glob("*/*/")):
        sweep(folder, pid, began)


def remove_shards_of_cancelled(data: Path, identity: str, began: float) -> None:
    """Remove the shards that a cancelled job has begun: nobody is to resume them.

    Shards that a living process holds stay, and so do those of an earlier command, which would resume them.

    Parameters
    ----------
    data
        Output folder.
    identity
        Run ID.
    began
        When the job began, seconds since the epoch.
    """
    forget_shards(RunStore.of(data), identity, began)
