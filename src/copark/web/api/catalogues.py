"""What there is: the server itself, studies, the model, parks, words."""

import time

from fastapi import APIRouter, Request, Response

from copark.version import __version__
from copark.web.api.replies import CaseName, answered, held, of_case
from copark.web.services import Own, Services
from copark.workflows.serving.answers import Answer, Made
from copark.workflows.serving.catalogues import MethodAnswer, StudyInfo, method_of, studies_shipped
from copark.workflows.serving.evidence import ParksAnswer, parks
from copark.workflows.serving.records import DatabaseRefused
from copark.workflows.serving.simulation import made_by

router = APIRouter()


class StatusAnswer(Answer):
    """The server."""

    version: str
    made: Made
    """What makes the numbers here: model and versions; the case hash is empty."""
    seconds_up: float
    threads: int
    busy: int
    """Questions being worked on or waiting."""
    jobs_waiting: int | None
    """Jobs that wait; null while the database does not answer."""
    held_bytes: int
    """Bytes of runs held in memory."""


class Studies(Answer):
    """The studies shipped."""

    studies: list[StudyInfo]


def jobs_waiting(services: Services) -> int | None:
    """How many jobs wait, if the database knows."""
    try:
        return services.jobs.waiting().total()
    except DatabaseRefused:
        return None


@router.get("/status", tags=["server"], summary="The server: version and load")
def status(services: Own) -> StatusAnswer:
    """Return the version of the server and how busy it is."""
    return StatusAnswer(
        version=__version__,
        made=made_by(""),
        seconds_up=round(time.time() - services.started, 1),
        threads=services.engine.threads,
        busy=services.kernels.pending,
        jobs_waiting=jobs_waiting(services),
        held_bytes=services.engine.runs.bytes,
    )


@router.get("/studies", tags=["catalogue"], summary="Shipped studies", responses=answered(Studies))
async def studies(request: Request, services: Own) -> Response:
    """List the shipped studies, with scenarios that a request may use."""
    return await held(request, services, "studies", lambda: Studies(studies=list(studies_shipped())))


@router.get("/method", tags=["catalogue"], summary="The model and its calibration", responses=answered(MethodAnswer))
async def method(request: Request, services: Own, case: CaseName = "great-stone") -> Response:
    """Return the model's variables and links, the calibration of a case, and the limits of the model."""
    return await of_case(request, services, "method", case, lambda: method_of(services.shelf.get(case)))


@router.get("/parks", tags=["catalogue"], summary="Comparison of parks", responses=answered(ParksAnswer))
async def all_parks(request: Request, services: Own) -> Response:
    """Return every park with its facts, scores and sources."""
    return await held(request, services, "parks", parks)
