"""What there is: the server itself, studies, the model, parks, words."""

from __future__ import annotations

import time

from fastapi import APIRouter, Request, Response

from copark.version import __version__
from copark.web.api.replies import CaseName, answered, held, of_case
from copark.web.services import Own, Services
from copark.workflows.serving.answers import Answer, Made
from copark.workflows.serving.asking import (
    HEADLINES,
    MOST_ARMS,
    MOST_JOB_RUNS,
    MOST_OUTPUTS,
    MOST_QUARTERS,
    MOST_RUNS,
    MOST_SAMPLES,
    OUTPUTS,
)
from copark.workflows.serving.catalogues import MethodAnswer, StudyInfo, Wordbook, method_of, studies_shipped, wordbook
from copark.workflows.serving.parks import ParksAnswer, parks
from copark.workflows.serving.records import DatabaseRefused
from copark.workflows.serving.simulation import made_by

router = APIRouter()


class Allowed(Answer):
    """What one question may ask."""

    runs: int
    """Runs for each arm."""
    job_runs: int
    """Runs for each arm of a job."""
    arms: int
    """Arms."""
    outputs: int
    """Outputs."""
    samples: int
    """Paths of single runs."""
    quarters: int
    """Quarters."""
    body_bytes: int
    """Bytes of a question."""
    upload_bytes: int
    """Bytes of an uploaded case."""


class StatusAnswer(Answer):
    """The server."""

    version: str
    """Version of copark."""
    made: Made
    """What makes the numbers here: model and versions; the case hash is empty."""
    seconds_up: float
    """Seconds since it began."""
    threads: int
    """Threads for the model."""
    busy: int
    """Questions being worked on or waiting."""
    jobs_waiting: int | None
    """Jobs that wait; null while the database does not answer."""
    held_bytes: int
    """Bytes of runs held in memory."""
    outputs: list[str]
    """Outputs of the first page."""
    headlines: list[str]
    """Outputs of the headline numbers."""
    allowed: Allowed
    """What one question may ask."""


class Studies(Answer):
    """The studies shipped."""

    studies: list[StudyInfo]
    """The studies."""


def jobs_waiting(services: Services) -> int | None:
    """How many jobs wait, if the database knows."""
    try:
        return services.jobs.waiting().total()
    except DatabaseRefused:
        return None


@router.get("/status", tags=["server"], summary="The server: version, load, limits")
def status(services: Own) -> StatusAnswer:
    """Say what the server is, how busy it is, and what it allows."""
    limits = services.settings.limits
    return StatusAnswer(
        version=__version__,
        made=made_by(""),
        seconds_up=round(time.time() - services.started, 1),
        threads=services.engine.threads,
        busy=services.kernels.pending,
        jobs_waiting=jobs_waiting(services),
        held_bytes=services.engine.runs.bytes,
        outputs=list(OUTPUTS),
        headlines=list(HEADLINES),
        allowed=Allowed(
            runs=MOST_RUNS,
            job_runs=MOST_JOB_RUNS,
            arms=MOST_ARMS,
            outputs=MOST_OUTPUTS,
            samples=MOST_SAMPLES,
            quarters=MOST_QUARTERS,
            body_bytes=limits.body,
            upload_bytes=limits.upload,
        ),
    )


@router.get("/studies", tags=["catalogue"], summary="The studies shipped", responses=answered(Studies))
async def studies(request: Request, services: Own) -> Response:
    """List the studies shipped, with scenarios that may be put into a question."""
    return await held(request, services, "studies", lambda: Studies(studies=list(studies_shipped())))


@router.get("/words", tags=["catalogue"], summary="Words of the analyses", responses=answered(Wordbook))
async def words(request: Request, services: Own) -> Response:
    """Give the names of outcomes, phases, grades, scales and indicators in both languages."""
    return await held(request, services, "words", wordbook)


@router.get("/method", tags=["catalogue"], summary="The model and its calibration", responses=answered(MethodAnswer))
async def method(request: Request, services: Own, case: CaseName = "great-stone") -> Response:
    """Give the model's nouns and arrows, the calibration of a case, and what the model cannot tell."""

    def make() -> MethodAnswer:
        return method_of(services.shelf.get(case))

    return await of_case(request, services, "method", case, make)


@router.get("/parks", tags=["catalogue"], summary="Parks beside one another", responses=answered(ParksAnswer))
async def all_parks(request: Request, services: Own) -> Response:
    """Give every park of the comparison."""
    return await held(request, services, "parks", parks)
