"""Evidence: events, observations and sources of a case."""

from typing import Literal

from fastapi import APIRouter, Request, Response

from copark.web.api.replies import CaseName, Lang, answered, attachment, of_case, sent
from copark.web.services import Own
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.evidence import EvidenceAnswer, evidence_file, evidence_of

router = APIRouter(tags=["evidence"])
CSV = "text/csv"


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
