"""Stored runs: those of jobs, and those of the command line in the same folder."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from copark.web.api.replies import Identity, answered, as_bytes
from copark.web.services import Own
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.stored import StoredAnswer, StoredList, stored_answer, stored_runs

router = APIRouter(tags=["runs"])


@router.get("/runs", summary="Stored runs", responses=answered(StoredList))
async def runs(request: Request, services: Own) -> Response:
    """List stored runs, newest first."""

    def work(_ticket: Ticket) -> bytes:
        return as_bytes(stored_runs(services.settings.data))

    return Response(await services.desk.run(request, work), 200, media_type="application/json")


@router.get("/runs/{identity}", summary="A stored run", responses=answered(StoredAnswer))
async def run(request: Request, services: Own, identity: Identity) -> Response:
    """Say what a stored run says: bands and outcomes over all its runs."""
    services.pay(request, 10.0)

    def work(_ticket: Ticket) -> bytes:
        answer = stored_answer(services.settings.data, services.shelf, identity)
        services.remember_stored(answer.study, identity)
        return as_bytes(answer)

    return Response(await services.desk.run(request, work), 200, media_type="application/json")
