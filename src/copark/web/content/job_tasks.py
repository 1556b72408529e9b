"""Long tasks, run in a child process, and the server's records of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from copark.analyses.answer import RESULTS
from copark.errors import Fault
from copark.progress import StagedProgress
from copark.store.database import Database, prepare
from copark.store.errors import DatabaseRefused
from copark.store.files import sweep
from copark.store.garbage import forget_shards
from copark.store.jobs import LANES, MOST_ATTEMPTS, Job, JobTable
from copark.store.run_record import RunRecord
from copark.store.runs import RunStore
from copark.store.scenarios import SavedScenario, ScenarioTable
from copark.web.content.faults import Absent, fault
from copark.web.content.own_parks import UPLOADED, is_there

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases import Case
    from copark.web.content.case_registry import OwnersView

__all__ = [
    "LANES",
    "MOST_ATTEMPTS",
    "AskedStudy",
    "DatabaseRefused",
    "Done",
    "Job",
    "JobTable",
    "JobTask",
    "Kind",
    "Records",
    "RunRecord",
    "SavedScenario",
    "clear_after",
    "clear_cancelled",
    "deleted",
    "do",
    "is_deleted",
    "placed",
    "report",
]
Kind = Literal["run", "report", "analysis"]
FORETOLD = "foretold"
"""No stage: what is told under it are the seconds the whole work will take."""
KEPT = 10_000
"""Above so many runs bands are kept, and the paths of the first."""


@dataclass(frozen=True)
class JobTask:
    """Task of a job."""

    kind: Kind
    """``run``: a study is run and stored; ``report``: its page is written, too; ``analysis``: an analysis of the
    registry is made."""
    case: str
    """Name of a case of the casebook or of an upload; for the process that does it, the folder of the upload."""
    study: dict[str, Any]
    """Content of the study; of an analysis its name and parameters."""
    lang: str
    data: str
    """Folder of runs and reports; empty while it waits, since whoever does it may reach the folder by another path."""
    threads: int = 1
    cut: str | None = None
    """Last quarter known to the calibration a study is run on; the latest by default."""


@dataclass(frozen=True)
class Done:
    """Outcome of a task: the identity of the result, its page if one was written, whether it was there already."""

    identity: str
    page: str | None
    reused: bool


def placed(
    task: Mapping[str, Any], data: Path | None, uploads: Path | None, outputs: Path | None = None
) -> dict[str, Any]:
    """Return a task for the process that does it, with the paths by which things are reached from here.

    A task waits with names alone, since whoever does it may reach the folders by other paths. What is computed about
    an uploaded case goes into an output folder of its own.

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


def deleted() -> Fault:
    """Return what is told of a job whose case was deleted: no name, and no path."""
    return fault("job_deleted")


def do(task: JobTask, progress: StagedProgress, makes: Callable[[str], None] = lambda _identity: None) -> Done:
    """Do a task.

    Parameters
    ----------
    progress
        Called with stage, done and total; what it raises stops the work, and nothing half-written is kept.
    makes
        Called with the identity of a run that will be made.
    """
    if is_deleted(task):
        raise Absent([deleted()])
    if task.kind == "analysis":
        return _analysis(task, progress)
    from copark.analyses.context import Means, make_run
    from copark.calibration.case_parameters import settle
    from copark.calibration.informed_parameters import moved_by_data
    from copark.cases import load_case
    from copark.simulation.results import study_identity
    from copark.simulation.study import Study

    progress("prepare", 0, 0)
    case = load_case(task.case)
    data = Path(task.data)
    study, parameters = settle(Study.model_validate(task.study), case, data, cut=task.cut)
    identity = study_identity(study, case, parameters.identity or None)
    store = RunStore.of(data)
    stored = store.find(identity)
    if stored is None:
        makes(identity)
        make_run(
            study,
            case,
            parameters.source,
            identity,
            bands=study.runs > KEPT,
            means=Means(task.threads),
            out=data,
            progress=progress,
        )
    page = None
    if task.kind == "report":
        moved = None if parameters.source is None else moved_by_data(case, parameters)
        page = str(report(store, identity, case, task.lang, progress, moved))
    return Done(identity, page, stored is not None)


def report(
    store: RunStore,
    identity: str,
    case: Case,
    lang: str,
    progress: StagedProgress,
    moved: Mapping[str, str] | None = None,
) -> Path:
    """Write the page of a stored run: of one scenario its report, of several their comparison.

    Parameters
    ----------
    identity
        Identity of the run.
    lang
        Language of the page, ``en`` or ``zh``.
    progress
        Called with stage, done and total.
    moved
        Which parameters the data informed, by name; none where they come from no posterior.
    """
    from copark.analyses.run import answer_of
    from copark.presentation import write
    from copark.workflows.run_study import counts_of

    progress("report", 0, 0)
    result = store.load(identity)
    folder = store.root.parent / "reports" / f"web-{identity}"
    if result.sizes["scenario"] == 1:
        answer = answer_of(result, case, counts_of(store.get(identity)), moved)
        return write(answer.document(lang), folder, ("html",))["html"]
    return _comparison(result, case, lang, folder)


def _comparison(result: xr.Dataset, case: Case, lang: str, folder: Path) -> Path:
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


def _analysis(task: JobTask, progress: StagedProgress) -> Done:
    from copark.analyses import REGISTRY
    from copark.analyses.answer import answer
    from copark.analyses.context import Context

    analysis = REGISTRY[task.study["analysis"]]
    values = dict(task.study["params"])
    if values.get(analysis.workbook):  # it waits with the workbook's place in the folder of results
        values[analysis.workbook] = Path(task.data) / values[analysis.workbook]
    params = analysis.params.model_validate(values)
    named = getattr(params, "case", task.case)
    folders = {} if named == task.case else {named: Path(task.case)}
    context = Context(
        Path(task.data),
        threads=task.threads,
        progress=progress,
        folders=folders,
        calibrates=False,
        lang=task.lang,
        planning=lambda planned: progress(FORETOLD, 0, round(planned.seconds)),
    )
    outcome = answer(analysis, params, context)
    return Done(outcome.result.run_id, None, outcome.reused)


@dataclass(frozen=True)
class AskedStudy:
    """A study that was asked for: its case, as the client names it, and its content as JSON."""

    case: str
    written: str

    @classmethod
    def of(cls, case: str, study: Mapping[str, Any]) -> Self:
        """Make one of a study's content."""
        return cls(case, json.dumps(study, separators=(",", ":")))

    @property
    def study(self) -> dict[str, Any]:
        """Content of the study."""
        return json.loads(self.written)


class Records:
    """Memory of a server; one server at a time works on a data folder, another is refused."""

    def __init__(self, data: Path) -> None:
        self.database = Database(data)
        self._lock = ExitStack()
        try:
            self._lock.enter_context(self.database.reserved())
            prepare(self.database)
        except BaseException:
            self.close()
            raise
        self.jobs = JobTable(self.database)
        self.scenarios = ScenarioTable(self.database)

    def stored(self, identity: str, view: OwnersView) -> tuple[Path, RunRecord] | None:
        """Return output folder and record of a stored run that an owner may see, if it is whole and in its place."""
        for home in view.homes():
            record = RunStore.of(home).find(identity)
            if record is not None and view.shows(record.provenance):
                return home, record
        return None

    def forget_case(self, name: str) -> None:
        """Forget the jobs and saved scenarios of a case that is removed."""
        self.jobs.forget(name)
        self.scenarios.forget(name)

    def close(self) -> None:
        """Let go."""
        self.database.close()
        self._lock.close()


def clear_after(data: Path, pid: int, began: float) -> None:
    """Take away what a process that was killed has left half-written.

    What is older than it began was another's of its number.

    Parameters
    ----------
    data
        Output folder.
    pid
        Number of the process.
    began
        When it began, seconds since the epoch.
    """
    sweep(RunStore.of(data).root, pid, began)
    for folder in (data / "reports", *data.glob("reports/*/"), *(data / RESULTS).glob("*/*/")):
        sweep(folder, pid, began)


def clear_cancelled(data: Path, identity: str, began: float) -> None:
    """Take away the shards that a cancelled job has begun: nobody is to go on from them.

    Shards that a living process holds stay, and so do those of an earlier command, from which it would go on.

    Parameters
    ----------
    data
        Output folder.
    identity
        Identity of the run.
    began
        When the job began, seconds since the epoch.
    """
    forget_shards(RunStore.of(data), identity, began)
