"""Jobs: what takes long, its place in the queue, how far it is, and what came of it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from copark.store.jobs import Job
from copark.texts import has_text
from copark.texts.localized import LocalizedText
from copark.web.api.replies import Client, CurrentClient, StrictRoute, describe_file, describe_json
from copark.web.content.engine import CancellationToken
from copark.web.content.faults import FaultInfo, absent
from copark.web.content.job_tasks import JobKind, JobTask
from copark.web.content.requests import JobRequest, study_of
from copark.web.content.responses import ApiModel
from copark.web.content.sentences import said
from copark.web.middleware import REPORT
from copark.web.problems import HttpProblem
from copark.web.report_parts import without

router = APIRouter(tags=["jobs"], route_class=StrictRoute)
JobId = Annotated[str, Path(pattern="^[0-9a-f]{24}$", description="Id of a job, 24 hexadecimal digits.")]
LeftOut = Annotated[tuple[str, ...], Query(max_length=50, description="Names of sections to leave out; repeatable.")]
JOB_COST = 30.0


class JobInfo(ApiModel):
    """A job."""

    id: str
    """Id of the job, 24 hexadecimal digits."""
    kind: str
    """run, report (a run and its page) or analysis."""
    analysis: str
    """Name of the analysis; empty for another kind."""
    state: str
    """queued, running, done, failed or cancelled."""
    state_title: LocalizedText
    """The state in words."""
    case: str
    """Name of the case it is about; empty where it is about none."""
    title: LocalizedText
    """What it is about, for a reader."""
    runs: int | None
    """Runs of each scenario; null of an analysis."""
    created: str
    """When it was queued, UTC, ISO 8601."""
    started: str
    """When it began, UTC, ISO 8601; empty until then."""
    ended: str
    """When it ended, UTC, ISO 8601; empty until then."""
    place: int
    """Its place in the queue: 1 is next, 0 is running or over."""
    stage: str
    """What it is doing, as a key; empty while it does not run."""
    stage_title: LocalizedText
    """The stage in words; empty while it does not run."""
    done: int
    """How much of the stage is done, of ``total``."""
    total: int
    """How much the stage has to do, in its own units (runs, per cent, MB); 0 where that is not known."""
    seconds_left: float | None
    """Estimated seconds until the stage, or the whole job, ends; null where there is no estimate."""
    identity: str
    """Run ID of the result, 16 hexadecimal digits; empty until the job is done."""
    has_page: bool
    """Whether it has written a report, to be had at ``/jobs/{name}/page``."""
    reused: bool
    """Whether the result was there already, and nothing was run."""
    attempts: int
    """How often it was begun: more than once if its process died."""
    trouble: list[FaultInfo]
    """Why it failed; empty of any other job."""


class Jobs(ApiModel):
    """The jobs of an owner."""

    jobs: list[JobInfo]
    """The jobs, newest first."""


def job_info(job: Job, place: int) -> JobInfo:
    """Describe a job as it is now."""
    stage = f"cli.stage.{job.stage}"
    return JobInfo.of(
        job,
        analysis=str(job.request.get("study", {}).get("analysis", "")),
        state_title=said(f"web.state.{job.state}"),
        title=LocalizedText(**job.title),
        runs=job.request.get("study", {}).get("runs"),
        place=place,
        stage_title=said(stage) if has_text(stage) else LocalizedText.same(job.stage),
        seconds_left=None if job.seconds_left is None else round(job.seconds_left, 1),
        has_page=bool(job.page),
        trouble=[FaultInfo(**fault) for fault in job.trouble],
    )


def job_now(client: Client, name: str) -> JobInfo:
    """Describe a job, given by its id, as it is now."""
    job = job_of(client, name)
    place = client.services.jobs.places().get(name, 0) if job.state == "queued" else 0
    return job_info(job, place)


def submit_task(client: Client, task: JobTask, title: LocalizedText) -> JobInfo:
    """Queue a task, unless storage or queue are full.

    Parameters
    ----------
    client
        The client, whose job it becomes.
    task
        The task.
    title
        Title of the job for a reader.
    """
    services = client.services
    limits = client.services.settings.limits
    if services.stored_bytes() > limits.stored:
        raise HttpProblem(507, "storage", folder="results" if task.kind == "analysis" else "runs")
    waiting = services.jobs.table.waiting()
    if waiting.total() >= limits.jobs:
        raise HttpProblem(503, "jobs_full", retry_after=30.0)
    if waiting[client.owner] >= limits.jobs_each:
        raise HttpProblem(429, "jobs_yours", retry_after=30.0, most=limits.jobs_each)
    return job_now(client, services.jobs.add(task, title.model_dump(), client.owner).id)


def job_of(client: Client, name: str) -> Job:
    """Return a job of the client by its id; Absent if there is none."""
    job = client.services.jobs.get(name)
    if job is None or not is_shown(client, job):
        raise absent("no_job", "id")
    return job


def is_shown(client: Client, job: Job) -> bool:
    """Return whether a job belongs to the client, and what it is about was not deleted."""
    return job.owner == client.owner and client.view.has(job.case)


@router.post(
    "/jobs",
    summary="A study with many runs",
    status_code=202,
    responses=describe_json(JobInfo, status=202),
    response_class=Response,
)
async def submit(client: CurrentClient, request: JobRequest) -> Response:
    """Queue a study of up to a million runs; its result is stored under its run ID, with a report if requested."""
    client.charge(JOB_COST)
    services = client.services

    def work(_cancellation: CancellationToken) -> JobInfo:
        case_entry = client.view.get(request.case, request.cut)
        study = study_of(request, case_entry, outputs="standard" if request.report else None)
        services.check(study, case_entry, request)
        services.remember_study(study, case_entry, client.owner)
        kind: JobKind = "report" if request.report else "run"
        task = JobTask(kind, case_entry.name, study.content(), request.lang, "", services.jobs.threads, request.cut)
        return submit_task(client, task, case_entry.case.title)

    return accepted_response(client, await services.model_pool.run(client.request, work))


def accepted_response(client: Client, job: JobInfo) -> Response:
    """Respond to a request whose job was queued, with the address of the job."""
    location = f"{client.request.url.path.rpartition('/api/')[0]}/api/v1/jobs/{job.id}"
    return Response(job.model_dump_json(), 202, {"location": location}, "application/json")


@router.get("/jobs", summary="The jobs")
def jobs(client: CurrentClient) -> Jobs:
    """List the client's own jobs (`X-Copark-Owner`), newest first."""
    queue = client.services.jobs
    places = queue.places()
    shown = [job for job in reversed(queue.all()) if is_shown(client, job)]
    return Jobs(jobs=[job_info(job, places.get(job.id, 0)) for job in shown])


@router.get("/jobs/{name}", summary="A job")
def job(client: CurrentClient, name: JobId) -> JobInfo:
    """Return the state and progress of a job."""
    return job_now(client, name)


@router.delete("/jobs/{name}", summary="Cancel a job")
def cancel(client: CurrentClient, name: JobId) -> JobInfo:
    """Cancel a running or waiting job; only its owner may. No partial results are kept."""
    client.services.jobs.cancel(job_of(client, name).id)
    return job_now(client, name)


@router.get(
    "/jobs/{name}/page", summary="The report of a job", responses=describe_file("The page, one file.", "text/html")
)
def job_page(client: CurrentClient, name: JobId, leave_out: LeftOut = ()) -> Response:
    """Return the HTML report a job has written: it runs nothing and is kept apart from the server it came from.

    Sections named by `leave_out` are left out of it, but for its summary, its limits, its evidence and its origin.
    """
    content = client.services.report_of(job_of(client, name))
    if content is None:
        raise absent("no_page", "id")
    if leave_out:
        content = without(content.decode(), leave_out).encode()
    return Response(content, 200, {"content-security-policy": REPORT}, "text/html; charset=utf-8")
