"""Catalogues: the server itself, studies, the model, parks, and the evidence of a case."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from copark.store.errors import DatabaseRefused
from copark.version import __version__
from copark.web.api.replies import CaseName, Here, answered
from copark.web.content import catalogues, park_catalogue
from copark.web.content.responses import Answer

router = APIRouter(tags=["catalogue"])
EventsOnly = Annotated[bool, Query(description="Whether to give events and their sources alone.")]


class StatusAnswer(Answer):
    """The server."""

    version: str
    """Version of copark."""
    threads: int
    """Threads that simulations may use."""
    busy: int
    """Questions being worked on or waiting."""
    jobs_waiting: int | None
    """Jobs that wait; null while the database does not answer."""


class Studies(Answer):
    """The studies shipped."""

    studies: list[catalogues.StudyInfo]
    """The studies, by name."""


@router.get("/status", summary="The server: version and load")
def status(client: Here) -> StatusAnswer:
    """Return the version of the server and how busy it is."""
    services = client.services
    try:
        waiting = services.jobs.table.waiting().total()
    except DatabaseRefused:
        waiting = None
    busy = services.kernels.pending
    return StatusAnswer(version=__version__, threads=services.engine.threads, busy=busy, jobs_waiting=waiting)


@router.get("/studies", summary="Shipped studies", responses=answered(Studies))
async def studies(client: Here) -> Response:
    """List the shipped studies, with scenarios that a request may use."""
    return await client.held("studies", lambda: Studies(studies=catalogues.studies_shipped()))


@router.get("/method", summary="The model and its calibration", responses=answered(catalogues.MethodAnswer))
async def method(client: Here, case: CaseName = "great-stone") -> Response:
    """Return the model's variables and links, the calibration of a case, and the limits of the model."""
    return await client.of_case("method", case, lambda: catalogues.method_of(client.view.get(case)))


@router.get("/parks", summary="Comparison of parks", responses=answered(park_catalogue.ParksAnswer))
async def parks(client: Here) -> Response:
    """Return every park with its facts, scores and sources."""
    return await client.held("parks", park_catalogue.parks)


@router.get("/evidence", summary="The evidence of a case", responses=answered(catalogues.EvidenceAnswer))
async def evidence(client: Here, case: CaseName = "great-stone", *, events: EventsOnly = False) -> Response:
    """Return events, observed series, enterprises and sources, each with its grade."""
    part = "events" if events else "evidence"
    make = catalogues.events_of if events else catalogues.evidence_of
    return await client.of_case(part, case, lambda: make(client.view.get(case)))
