"""What there is: the server itself, studies, the model, parks, and the evidence of a case."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from copark.version import __version__
from copark.web.api.replies import CaseName, Lang, answered, attachment, held, of_case, sent
from copark.web.services import Own
from copark.workflows.serving.answers import Answer
from copark.workflows.serving.catalogues import (
    MethodAnswer,
    ParksAnswer,
    StudyInfo,
    method_of,
    parks,
    studies_shipped,
)
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.errands import DatabaseRefused
from copark.workflows.serving.evidence import EvidenceAnswer, evidence_file, evidence_of

router = APIRouter(tags=["catalogue"])
CSV = "text/csv"


class StatusAnswer(Answer):
    """The server."""

    version: str
    threads: int
    busy: int
    """Questions being worked on or waiting."""
    jobs_waiting: int | None
    """Jobs that wait; null while the database does not answer."""


class Studies(Answer):
    """The studies shipped."""

    studies: list[StudyInfo]


@router.get("/status", summary="The server: version and load")
def status(services: Own) -> StatusAnswer:
    """Return the version of the server and how busy it is."""
    try:
        waiting = services.jobs.table.waiting().total()
    except DatabaseRefused:
        waiting = None
    busy = services.kernels.pending
    return StatusAnswer(version=__version__, threads=services.engine.threads, busy=busy, jobs_waiting=waiting)


@router.get("/studies", summary="Shipped studies", responses=answered(Studies))
async def studies(request: Request, services: Own) -> Response:
    """List the shipped studies, with scenarios that a request may use."""
    return await held(request, services, "studies", lambda: Studies(studies=list(studies_shipped())))


@router.get("/method", summary="The model and its calibration", responses=answered(MethodAnswer))
async def method(request: Request, services: Own, case: CaseName = "great-stone") -> Response:
    """Return the model's variables and links, the calibration of a case, and the limits of the model."""
    return await of_case(request, services, "method", case, lambda: method_of(services.shelf.get(case)))


@router.get("/parks", summary="Comparison of parks", responses=answered(ParksAnswer))
async def all_parks(request: Request, services: Own) -> Response:
    """Return every park with its facts, scores and sources."""
    return await held(request, services, "parks", parks)


@router.get("/evidence", summary="The evidence of a case", responses=answered(EvidenceAnswer))
async def evidence(request: Request, services: Own, case: CaseName = "great-stone") -> Response:
    """Return events, observed series, enterprises and sources, each with its grade."""
    return await of_case(request, services, "evidence", case, lambda: evidence_of(services.shelf.get(case)))


@router.get("/evidence/{table}.csv", summary="A table of the evidence", responses=sent("The table.", CSV))
async def table(
    request: Request, services: Own, table: Literal["events", "series", "sources"], case: CaseName = "great-stone",
    lang: Lang = "en",
) -> Response:  # fmt: skip
    """Return a table as CSV (UTF-8 with byte order mark, as spreadsheets expect)."""

    def work(_ticket: Ticket) -> bytes:
        return evidence_file(services.shelf.get(case), table, lang, services.scratch(".csv"))

    content = await services.desk.run(request, work)
    return Response(content, 200, attachment(f"{case}-{table}-{lang}.csv"), "text/csv; charset=utf-8")
