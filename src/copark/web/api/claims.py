"""Claims: what is said of a case, and the verdicts of a stored trial."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from copark.web.api.replies import CaseName, CasePath, Lang, answered, as_bytes, page, sent
from copark.web.services import Own
from copark.workflows.serving.claims import ClaimsInfo, TableInfo, claims_of, trial_page, trial_table
from copark.workflows.serving.engine import Ticket

router = APIRouter(tags=["claims"])
TableName = Literal["verdicts", "statistics", "arms", "block", "severity", "provenance"]
Trial = Annotated[
    str | None,
    Query(pattern=r"^[0-9a-f]{16}$", description="Identity of a stored trial; by default that of the usual settings."),
]


@router.get("/claims", summary="Claims and verdicts", responses=answered(ClaimsInfo))
async def claims(request: Request, services: Own, case: CaseName = "great-stone", trial: Trial = None) -> Response:
    """Give the claims about a case and, where a trial is stored, its verdicts."""

    def work(_ticket: Ticket) -> bytes:
        return as_bytes(claims_of(services.shelf.get(case), services.settings.data, trial))

    return Response(await services.desk.run(request, work), 200, media_type="application/json")


@router.get("/claims/{case}/{table}", summary="A table of a trial", responses=answered(TableInfo))
async def table(
    request: Request, services: Own, case: CasePath, table: TableName, lang: Lang = "en", trial: Trial = None
) -> Response:
    """Give a table of a trial of a case's claims."""

    def work(_ticket: Ticket) -> bytes:
        name = services.shelf.get(case).case.name
        return as_bytes(trial_table(name, services.settings.data, table, lang, trial))

    return Response(await services.desk.run(request, work), 200, media_type="application/json")


@router.get("/claims/{case}/trial/page", summary="The page of a trial", responses=sent("It.", "text/html"))
async def trial(request: Request, services: Own, case: CasePath, lang: Lang = "en", trial: Trial = None) -> Response:
    """Give the page of a trial of a case's claims, one file."""

    def work(_ticket: Ticket) -> bytes:
        return trial_page(services.shelf.get(case).case.name, services.settings.data, lang, trial)

    return page(await services.desk.run(request, work))
