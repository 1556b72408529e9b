"""Catalogues: the server itself, studies, the model, parks, and the evidence of a case."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from copark.store.errors import DatabaseRefused
from copark.version import __version__
from copark.web.api.replies import CaseName, CurrentClient, describe_json
from copark.web.content import catalogues, park_catalogue
from copark.web.content.responses import ApiModel

router = APIRouter(tags=["catalogue"])
EventsOnly = Annotated[bool, Query(description="Whether to give events and their sources alone.")]


class StatusAnswer(ApiModel):
    """The server."""

    version: str
    """Version of copark."""
    threads: int
    """Threads that simulations may use."""
    busy: int
    """Questions being worked on or waiting."""
    jobs_waiting: int | None
    """Jobs that wait; null while the database does not answer."""


class Studies(ApiModel):
    """The studies shipped."""

    studies: list[catalogues.StudyInfo]
    """The studies, by name."""


@router.get("/status", summary="The server: version and load")
def status(client: CurrentClient) -> StatusAnswer:
    """Return the version of the server and how busy it is."""
    services = client.services
    try:
        waiting = services.jobs.table.waiting().total()
    except DatabaseRefused:
        waiting = None
    busy = services.model_pool.pending
    return StatusAnswer(version=__version__, threads=services.engine.threads, busy=busy, jobs_waiting=waiting)


@router.get("/studies", summary="Shipped studies", responses=describe_json(Studies))
async def studies(client: CurrentClient) -> Response:
    """List the shipped studies, with scenarios that a request may use."""
    return await client.cached_json("studies", lambda: Studies(studies=catalogues.studies_shipped()))


@router.get("/method", summary="The model and its calibration", responses=describe_json(catalogues.MethodAnswer))
async def method(client: CurrentClient, case: CaseName = "great-stone") -> Response:
    """Return the model's variables and links, the calibration of a case, and the limits of the model."""
    return await client.case_json("method", case, catalogues.method_of)


@router.get("/parks", summary="Comparison of parks", responses=describe_json(park_catalogue.ParksAnswer))
async def parks(client: CurrentClient) -> Response:
    """Return every park with its facts, scores and sources."""
    return await client.cached_json("parks", park_catalogue.parks)


@router.get("/evidence", summary="The evidence of a case", responses=describe_json(catalogues.EvidenceAnswer))
async def evidence(client: CurrentClient, case: CaseName = "great-stone", *, events: EventsOnly = False) -> Response:
    """Return events, observed series, enterprises and sources, each with its grade."""
    part = "events" if events else "evidence"
    make = catalogues.events_of if events else catalogues.evidence_of
    return await client.case_json(part, case, make)
