"""Claims: what is said of a case, and the verdicts of the newest trial."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request, Response

from copark.web.api.replies import CaseName, CasePath, Lang, answered, as_bytes, page, sent
from copark.web.services import Own
from copark.workflows.serving.claims import ClaimsInfo, TableInfo, claims_of, trial_page, trial_table
from copark.workflows.serving.engine import Ticket

router = APIRouter(tags=["claims"])
TableName = Literal["verdicts", "statistics", "arms", "block", "severity", "provenance"]


@router.get("/claims", summary="Claims and verdicts", responses=answered(ClaimsInfo))
async def claims(request: Request, services: Own, case: CaseName = "great-stone") -> Response:
    """Give the claims about a case and, where a trial is stored, its verdicts."""

    def work(_ticket: Ticket) -> bytes:
        return as_bytes(claims_of(services.shelf.get(case), services.settings.data))

    return Response(await services.desk.run(request, work), 200, media_type="application/json")


@router.get("/claims/{case}/{table}", summary="A table of the newest trial", responses=answered(TableInfo))
async def table(request: Request, services: Own, case: CasePath, table: TableName, lang: Lang = "en") -> Response:
    """Give a table of the newest trial of a case's claims."""

    def work(_ticket: Ticket) -> bytes:
        return as_bytes(trial_table(services.shelf.get(case).case.name, services.settings.data, table, lang))

    return Response(await services.desk.run(request, work), 200, media_type="application/json")


@router.get("/claims/{case}/trial/page", summary="The page of the newest trial", responses=sent("It.", "text/html"))
async def trial(request: Request, services: Own, case: CasePath, lang: Lang = "en") -> Response:
    """Give the page of the newest trial of a case's claims, one file."""

    def work(_ticket: Ticket) -> bytes:
        return trial_page(services.shelf.get(case).case.name, services.settings.data, lang)

    return page(await services.desk.run(request, work))
