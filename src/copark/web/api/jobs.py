"""Jobs: what takes long, its place in the queue, how far it is, and what came of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import StreamingResponse

from copark.web.api.replies import answered, page, sent
from copark.web.jobs.store import Job
from copark.web.problems import Problem
from copark.web.services import Own, Services
from copark.workflows.serving.answers import Answer, Said
from copark.workflows.serving.asking import CaseKey, JobRequest, study_of
from copark.workflows.serving.claims import claims_of
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.errands import Errand
from copark.workflows.serving.refusals import absent
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.study import Study
from copark.workflows.serving.wording import said

router = APIRouter(tags=["jobs"])
JobId = Annotated[str, Path(pattern="^[0-9a-f]{24}$", description="Id of a job.")]
STREAM = "text/event-stream"
OFTEN = 0.2
HEARTBEAT = 15.0
JOB_COST = 30.0


class ClaimsJobRequest(Answer):
    """The claims about a case, to be tried."""

    case: CaseKey
    """Name of the case."""
    lang: Literal["en", "zh"] = "en"
    """Language that is written first; both are."""


class JobInfo(Answer):
    """A job."""

    id: str
    """Its id."""
    kind: str
    """run, report or claims."""
    state: str
    """queued, running, done, failed or cancelled."""
    state_title: Said
    """That, in words."""
    case: str
    """The case."""
    title: Said
    """What it is about."""
    runs: int | None
    """Runs for each arm."""
    created: str
    """When it came."""
    started: str
    """When it began; empty until then."""
    ended: str
    """When it ended; empty until then."""
    place: int
    """Its place in the queue: 1 is next, 0 is running or over."""
    stage: str
    """What is being done."""
    stage_title: Said
    """That, in words."""
    done: int
    """How much of it is done."""
    total: int
    """How much there is."""
    seconds_left: float | None
    """Seconds it may still take."""
    identity: str
    """Identity of the result; empty until it is done."""
    has_page: bool
    """Whether a page was written."""
    reused: bool
    """Whether the result was there already."""
    trouble: list[dict[str, Any]]
    """Why it failed."""


class Jobs(Answer):
    """The jobs of the server."""

    jobs: list[JobInfo]
    """Newest first."""


def job_info(services: Services, job: Job) -> JobInfo:
    """A job as it is now."""
    far = services.jobs.progress(job)
    stage = said(f"cli.stage.{far.stage}") if far.stage in STAGES else Said(en=far.stage, zh=far.stage)
    return JobInfo(
        id=job.id,
        kind=job.kind,
        state=job.state,
        state_title=said(f"web.state.{job.state}"),
        case=job.case,
        title=Said(**job.title),
        runs=job.errand.get("study", {}).get("runs"),
        created=job.created,
        started=job.started,
        ended=job.ended,
        place=far.place,
        stage=far.stage,
        stage_title=stage,
        done=far.done,
        total=far.total,
        seconds_left=None if far.seconds_left is None else round(far.seconds_left, 1),
        identity=job.identity,
        has_page=bool(job.page),
        reused=job.reused,
        trouble=job.trouble,
    )


STAGES = frozenset(("prepare", "simulate", "report", "export", "verify"))


def queue(services: Services, kind: Literal["run", "report", "claims"], shelved: Shelved, study: Study | None,
          lang: str) -> Job:  # fmt: skip
    """Queue a job.

    Raises
    ------
    Problem
        If too many wait, or too much is stored.
    """
    if services.jobs.waiting() >= services.settings.limits.jobs:
        raise Problem(503, "jobs_full", retry_after=30.0)
    folder = str(shelved.case.folder) if shelved.uploaded else shelved.case.name
    content: dict[str, Any] = {} if study is None else study.content()
    errand = Errand(kind, folder, content, lang, str(services.settings.data.resolve()), services.jobs.threads)
    title = shelved.case.title
    return services.jobs.add(errand, shelved.name, {"en": title.en, "zh": title.zh})


def found(services: Services, name: str) -> Job:
    """A job by its id.

    Raises
    ------
    Absent
        If there is none.
    """
    job = services.jobs.store.get(name)
    if job is None:
        raise absent("no_job", "id")
    return job


@router.post("/jobs", summary="A study with many runs", status_code=202, responses=answered(JobInfo, status=202),
             response_class=Response)  # fmt: skip
async def submit(request: Request, services: Own, asked: JobRequest) -> Response:
    """Queue a study of up to a million runs; its result is stored under its identity, with a page if asked for."""
    services.pay(request, JOB_COST)

    def work(_ticket: Ticket) -> Job:
        if services.stored_bytes() > services.settings.limits.stored:
            raise Problem(507, "storage", folder="runs")
        shelved = services.shelf.get(asked.case)
        study = study_of(asked, shelved, kept="standard" if asked.report else None)
        services.check(study, shelved, asked.paths())
        services.remember(study, shelved)
        return queue(services, "report" if asked.report else "run", shelved, study, asked.lang)

    return _accepted(request, services, await services.kernels.run(request, work))


@router.post("/jobs/claims", summary="Try the claims about a case", status_code=202, response_class=Response,
             responses=answered(JobInfo, status=202))  # fmt: skip
async def submit_claims(request: Request, services: Own, asked: ClaimsJobRequest) -> Response:
    """Queue the trial of the claims about a case; it takes minutes."""
    services.pay(request, JOB_COST)

    def work(_ticket: Ticket) -> Job:
        shelved = services.shelf.get(asked.case)
        claims_of(shelved, services.settings.data)
        return queue(services, "claims", shelved, None, asked.lang)

    return _accepted(request, services, await services.desk.run(request, work))


def _accepted(request: Request, services: Services, job: Job) -> Response:
    where = f"{request.url.path.removesuffix('/claims')}/{job.id}"
    return Response(job_info(services, job).model_dump_json(), 202, {"location": where}, "application/json")


@router.get("/jobs", summary="The jobs")
async def jobs(services: Own) -> Jobs:
    """List the jobs, newest first."""
    return Jobs(jobs=[job_info(services, job) for job in reversed(services.jobs.store.jobs())])


@router.get("/jobs/{name}", summary="A job")
async def job(services: Own, name: JobId) -> JobInfo:
    """Say how far a job is."""
    return job_info(services, found(services, name))


@router.delete("/jobs/{name}", summary="Cancel a job")
async def cancel(services: Own, name: JobId) -> JobInfo:
    """Stop a job, or take it out of the queue; nothing half-written is kept."""
    found(services, name)
    stopped = services.jobs.cancel(name)
    return job_info(services, stopped or found(services, name))


@router.get("/jobs/{name}/events", summary="A job as it goes on", responses=sent("Events.", STREAM))
async def events(request: Request, services: Own, name: JobId) -> Response:
    """Send a job whenever it changes, as server-sent events: ``progress``, and ``end`` when it is over."""
    found(services, name)
    if services.streams >= services.settings.limits.streams:
        raise Problem(503, "streams", retry_after=10.0)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(told(request, services, name), 200, headers, STREAM)


async def told(request: Request, services: Services, name: str) -> AsyncIterator[str]:
    """Events of a job until it is over or the client has left."""
    services.streams += 1
    last, quiet, number = "", 0.0, 0
    try:
        yield "retry: 2000\n\n"
        while not await request.is_disconnected():
            job = services.jobs.store.get(name)
            if job is None:
                return
            content = job_info(services, job).model_dump_json()
            if content != last:
                last, quiet, number = content, 0.0, number + 1
                yield f"id: {number}\nevent: {'end' if job.is_over else 'progress'}\ndata: {content}\n\n"
            if job.is_over:
                return
            await asyncio.sleep(OFTEN)
            quiet += OFTEN
            if quiet >= HEARTBEAT:
                quiet = 0.0
                yield ": still here\n\n"
    finally:
        services.streams -= 1


@router.get("/jobs/{name}/page", summary="The page of a job", responses=sent("The page, one file.", "text/html"))
async def job_page(services: Own, name: JobId) -> Response:
    """Give the page a job has written."""
    job = found(services, name)
    path = FilePath(job.page) if job.page else None
    if path is None or not path.is_file():
        raise absent("no_page", "id")
    return page(path.read_bytes())
