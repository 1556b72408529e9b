"""Jobs: what takes long, its place in the queue, how far it is, and what came of it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from copark.texts import has_text
from copark.web.api.replies import StrictRoute, answered, page, sent
from copark.web.limits import MaybeOwner, owner_of
from copark.web.problems import Problem
from copark.web.services import Own, Services
from copark.workflows.serving.answers import Answer, Said
from copark.workflows.serving.asking import JobRequest, study_of
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.errands import ENDED, DatabaseRefused, Errand, Job, Kind
from copark.workflows.serving.faults import Absent, FaultInfo, absent
from copark.workflows.serving.wording import both, said

router = APIRouter(tags=["jobs"], route_class=StrictRoute)
JobId = Annotated[str, Path(pattern="^[0-9a-f]{24}$", description="Id of a job.")]
STREAM = "text/event-stream"
OFTEN = 0.2
HEARTBEAT = 15.0
JOB_COST = 30.0


class JobInfo(Answer):
    """A job."""

    id: str
    kind: str
    """run, report or analysis."""
    analysis: str
    """Name of the analysis; empty for another kind."""
    state: str
    """queued, running, done, failed or cancelled."""
    state_title: Said
    case: str
    title: Said
    runs: int | None
    created: str
    started: str
    """When it began; empty until then."""
    ended: str
    """When it ended; empty until then."""
    place: int
    """Its place in the queue: 1 is next, 0 is running or over."""
    stage: str
    stage_title: Said
    done: int
    total: int
    seconds_left: float | None
    identity: str
    """Identity of the result; empty until it is done."""
    has_page: bool
    reused: bool
    attempts: int
    """How often it was begun: more than once if its process died."""
    mine: bool
    trouble: list[FaultInfo]


class Jobs(Answer):
    """The jobs of the server."""

    jobs: list[JobInfo]
    """Newest first."""


def job_info(job: Job, place: int, owner: str) -> JobInfo:
    """A job as it is now."""
    stage = f"cli.stage.{job.stage}"
    return JobInfo.of(
        job,
        analysis=str(job.errand.get("study", {}).get("analysis", "")),
        state_title=said(f"web.state.{job.state}"),
        title=Said(**job.title),
        runs=job.errand.get("study", {}).get("runs"),
        place=place,
        stage_title=said(stage) if has_text(stage) else Said(en=job.stage, zh=job.stage),
        seconds_left=None if job.seconds_left is None else round(job.seconds_left, 1),
        has_page=bool(job.page),
        mine=job.owner == owner,
        trouble=[FaultInfo(**one) for one in job.trouble],
    )


def job_now(services: Services, name: str, owner: str) -> JobInfo:
    """A job by its id, as it is now."""
    job = found(services, name)
    return job_info(job, services.jobs.places().get(name, 0) if job.state == "queued" else 0, owner)


def submitted(services: Services, errand: Errand, title: Said, owner: str) -> JobInfo:
    """Queue an errand."""
    if services.stored_bytes() > services.settings.limits.stored:
        raise Problem(507, "storage", folder="results" if errand.kind == "analysis" else "runs")
    limits, waiting = services.settings.limits, services.jobs.table.waiting()
    if waiting.total() >= limits.jobs:
        raise Problem(503, "jobs_full", retry_after=30.0)
    if waiting[owner] >= limits.jobs_each:
        raise Problem(429, "jobs_yours", retry_after=30.0, most=limits.jobs_each)
    return job_now(services, services.jobs.add(errand, title.model_dump(), owner).id, owner)


def found(services: Services, name: str) -> Job:
    """A job by its id."""
    job = services.jobs.get(name)
    if job is None:
        raise absent("no_job", "id")
    return job


@router.post("/jobs", summary="A study with many runs", status_code=202, responses=answered(JobInfo, status=202),
             response_class=Response)  # fmt: skip
async def submit(request: Request, services: Own, asked: JobRequest, word: MaybeOwner = None) -> Response:
    """Queue a study of up to a million runs; its result is stored under its run ID, with a report if requested."""
    services.pay(request, JOB_COST)
    owner = owner_of(request, word)

    def work(_ticket: Ticket) -> JobInfo:
        shelved = services.shelf.get(asked.case, asked.cut)
        study = study_of(asked, shelved, kept="standard" if asked.report else None)
        services.check(study, shelved, asked.paths())
        services.remember(study, shelved)
        kind: Kind = "report" if asked.report else "run"
        errand = Errand(kind, shelved.name, study.content(), asked.lang, "", services.jobs.threads, asked.cut)
        return submitted(services, errand, both(shelved.case.title), owner)

    return accepted(request, await services.kernels.run(request, work))


def accepted(request: Request, job: JobInfo) -> Response:
    """Say where a job that was queued is found."""
    where = f"{request.url.path.rpartition('/api/')[0]}/api/v1/jobs/{job.id}"
    return Response(job.model_dump_json(), 202, {"location": where}, "application/json")


@router.get("/jobs", summary="The jobs")
def jobs(request: Request, services: Own, word: MaybeOwner = None) -> Jobs:
    """List the jobs, newest first; where clients are told apart, only those of this client."""
    owner, places, every = owner_of(request, word), services.jobs.places(), services.jobs.all()
    seen = [job for job in reversed(every) if job.owner == owner or not services.settings.tells_apart]
    return Jobs(jobs=[job_info(job, places.get(job.id, 0), owner) for job in seen])


@router.get("/jobs/{name}", summary="A job")
def job(request: Request, services: Own, name: JobId, word: MaybeOwner = None) -> JobInfo:
    """Return the state and progress of a job."""
    return job_now(services, name, owner_of(request, word))


@router.delete("/jobs/{name}", summary="Cancel a job")
def cancel(request: Request, services: Own, name: JobId, word: MaybeOwner = None) -> JobInfo:
    """Cancel a running or waiting job; only its owner may. No partial results are kept."""
    owner = owner_of(request, word)
    services.need_owner(found(services, name).owner, owner)
    services.jobs.cancel(name)
    return job_now(services, name, owner)


@router.get("/jobs/{name}/events", summary="Progress of a job", responses=sent("Events.", STREAM))
async def events(request: Request, services: Own, name: JobId, word: MaybeOwner = None) -> Response:
    """Stream the job as server-sent events: ``progress`` whenever it changes, ``end`` when it is over."""
    await services.polled(found, services, name)
    if services.streams >= services.settings.limits.streams:
        raise Problem(503, "streams", retry_after=10.0)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(told(request, services, name, owner_of(request, word)), 200, headers, STREAM)


async def told(request: Request, services: Services, name: str, owner: str) -> AsyncIterator[str]:
    """Events of a job until it is over, the client has left, or the database cannot be asked: then it asks again."""
    services.streams += 1
    last, quiet, number = "", 0.0, 0
    try:
        yield "retry: 2000\n\n"
        while not await request.is_disconnected():
            info = await services.polled(job_now, services, name, owner)
            content, over = info.model_dump_json(), info.state in ENDED
            if content != last:
                last, quiet, number = content, 0.0, number + 1
                yield f"id: {number}\nevent: {'end' if over else 'progress'}\ndata: {content}\n\n"
            if over:
                return
            await asyncio.sleep(OFTEN)
            quiet += OFTEN
            if quiet >= HEARTBEAT:
                quiet = 0.0
                yield ": still here\n\n"
    except (Absent, DatabaseRefused):
        return
    finally:
        services.streams -= 1


@router.get("/jobs/{name}/page", summary="The report of a job", responses=sent("The page, one file.", "text/html"))
def job_page(services: Own, name: JobId) -> Response:
    """Return the HTML report a job has written."""
    content = services.page_of(found(services, name))
    if content is None:
        raise absent("no_page", "id")
    return page(content)
