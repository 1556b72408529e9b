"""Analyses: the menu, what is stored, documents by run ID, and their files. All follow from the registry."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from copark.analyses import Analysis
from copark.analyses.contract import CaseParams
from copark.presentation.page import Chart, Page, Table
from copark.web.api.jobs import JOB_COST, JobInfo, accepted, submitted
from copark.web.api.replies import (
    CaseName,
    Identity,
    Lang,
    StrictRoute,
    answered,
    attachment,
    held,
    held_bytes,
    made,
    sent,
)
from copark.web.limits import MaybeOwner, owner_of
from copark.web.middleware import REPORT
from copark.web.problems import Problem
from copark.web.services import Own, Services
from copark.workflows.serving.analyses import (
    MEDIA,
    AnalysesAnswer,
    AnalysisJobRequest,
    ChoicesAnswer,
    FormatName,
    ResultsAnswer,
    analysis_of,
    choices_of,
    code_of,
    context_of,
    document_file,
    menu,
    params_of,
    params_of_workbook,
    part_json,
    refuse_unknown_keys,
    results_of,
    said,
    workbook_of,
)
from copark.workflows.serving.answers import Said
from copark.workflows.serving.decisions import DecisionAnswer, decisions_of
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.errands import Errand
from copark.workflows.serving.shelf import Shelved

router = APIRouter(tags=["analyses"], route_class=StrictRoute)
AnalysisName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,59}$", description="Name of an analysis.")]
OfCase = Annotated[
    str | None, Query(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$", description="Name of a case; all by default.")
]
PartKey = Annotated[str, Path(pattern=r"^\w[\w.-]{0,99}$", description="Key of a table or chart.")]
FILE_COST, WORKBOOK_COST = 20.0, 5.0
XLSX = MEDIA["xlsx"]
BOOK: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A workbook made from the template.",
        "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/analyses", summary="The analyses and their forms", responses=answered(AnalysesAnswer))
async def analyses(request: Request, services: Own) -> Response:
    """List the analyses: their group in the menu, what they answer, and the fields of their forms."""
    return await held(request, services, "analyses", menu)


@router.post("/jobs/analyses", summary="Run an analysis", status_code=202, response_class=Response,
             responses=answered(JobInfo, status=202))  # fmt: skip
async def submit_analysis(
    request: Request, services: Own, asked: AnalysisJobRequest, word: MaybeOwner = None
) -> Response:
    """Queue an analysis; its result is stored under its run ID, given as `identity` of the finished job."""
    services.pay(request, JOB_COST)
    owner = owner_of(request, word)

    def work(_ticket: Ticket) -> JobInfo:
        analysis = analysis_of(asked.analysis)
        params = params_of(analysis, asked.params)
        cut = params.cut if isinstance(params, CaseParams) else None
        shelved = services.shelf.get(params.case, cut) if hasattr(params, "case") else None
        refuse_unknown_keys(params, context_of(services.settings.data, shelved))
        return _queued(services, analysis, shelved, params.model_dump(mode="json"), asked.lang, owner)

    return accepted(request, await services.desk.run(request, work))


def _queued(
    services: Services, analysis: Analysis, shelved: Shelved | None, params: dict[str, Any], lang: str, owner: str
) -> JobInfo:
    """An analysis, queued."""
    case, about = "", said(analysis, "title")
    if shelved is not None:
        case, park = shelved.name, shelved.case.title
        about = Said(en=f"{about.en}: {park.en}", zh=f"{about.zh}：{park.zh}")
    content = {"analysis": analysis.name, "params": params}
    return submitted(services, Errand("analysis", case, content, lang, "", services.jobs.threads), about, owner)


@router.get("/analyses/{name}/workbook.xlsx", summary="The workbook an analysis reads",
            responses=sent("The empty workbook.", XLSX))  # fmt: skip
async def workbook(request: Request, services: Own, name: AnalysisName, case: CaseName, lang: Lang = "en") -> Response:
    """Return the empty workbook of a case, to fill in and upload."""
    services.pay(request, WORKBOOK_COST)
    content = await services.desk.run(
        request,
        lambda _ticket: workbook_of(analysis_of(name), services.shelf.get(case), services.settings.data, lang),
    )
    return Response(content, 200, attachment(f"copark-{name}-{case}-{lang}.xlsx"), XLSX)


@router.post("/jobs/analyses/{name}", summary="Run an analysis on a workbook", status_code=202,
             response_class=Response, responses=answered(JobInfo, status=202), openapi_extra=BOOK)  # fmt: skip
async def submit_workbook(
    request: Request, services: Own, name: AnalysisName, case: CaseName, lang: Lang = "en", word: MaybeOwner = None
) -> Response:
    """Read a workbook and queue the analysis, or return every problem by sheet and cell."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != XLSX:
        raise Problem(415, "media", wanted=XLSX)
    services.pay(request, JOB_COST)
    owner, content = owner_of(request, word), await request.body()

    def work(_ticket: Ticket) -> JobInfo:
        analysis, shelved = analysis_of(name), services.shelf.get(case)
        params = params_of_workbook(analysis, shelved, services.settings.data, content)
        return _queued(services, analysis, shelved, params, lang, owner)

    return accepted(request, await services.desk.run(request, work))


@router.get("/analyses/{name}/choices", summary="Choices that depend on the case", responses=answered(ChoicesAnswer))
async def choices(request: Request, services: Own, name: AnalysisName, case: OfCase = None) -> Response:
    """List the keys that fields take, such as levers of a case; other fields of the form may be sent too."""
    analysis, given = analysis_of(name), dict(request.query_params)

    def make() -> ChoicesAnswer:
        of_case = any(one.kind == "case" for one in analysis.params.form())
        if of_case and case is None:
            return ChoicesAnswer(choices={})
        shelved = services.shelf.get(case) if of_case and case is not None else None
        return choices_of(analysis, given, context_of(services.settings.data, shelved))

    return await made(request, services, make)


@router.get("/analyses/{name}/results", summary="Stored results", responses=answered(ResultsAnswer))
async def results(request: Request, services: Own, name: AnalysisName, case: OfCase = None) -> Response:
    """List the stored results of an analysis, newest first."""
    return await made(request, services, lambda: results_of(analysis_of(name), services.settings.data, case))


@router.get("/decisions", summary="What can still be decided about a park", responses=answered(DecisionAnswer))
async def decisions(request: Request, services: Own, case: CaseName) -> Response:
    """Summarise the newest stored lever analysis of a case: effects, gains of each side, robustness, scenarios."""
    return await made(request, services, lambda: decisions_of(services.settings.data, case))


@router.get("/analyses/{name}/{run_id}", summary="A result as a document", responses=answered(Page))
async def document(
    request: Request, services: Own, name: AnalysisName, run_id: Identity, lang: Lang = "en"
) -> Response:
    """Return a stored result as a document in a language; nothing is computed."""
    return await _part(request, services, name, run_id, lang)


@router.get("/analyses/{name}/{run_id}/tables/{key}", summary="A table of a document", responses=answered(Table))
async def table(
    request: Request, services: Own, name: AnalysisName, run_id: Identity, key: PartKey, lang: Lang = "en"
) -> Response:
    """Return a table with all its rows; the document itself leaves out rows of long tables."""
    return await _part(request, services, name, run_id, lang, "tables", key)


@router.get("/analyses/{name}/{run_id}/charts/{key}", summary="A chart of a document", responses=answered(Chart))
async def chart(
    request: Request, services: Own, name: AnalysisName, run_id: Identity, key: PartKey, lang: Lang = "en"
) -> Response:
    """Return a chart with its SVG, in the fonts of the page; the document itself holds no drawings."""
    return await _part(request, services, name, run_id, lang, "charts", key)


async def _part(request: Request, services: Services, name: str, run_id: str, *which: str) -> Response:
    """A document or a part of it, made when it is asked for."""
    analysis, data = analysis_of(name), services.settings.data
    code = await services.desk.run(request, lambda _ticket: code_of(analysis, data, run_id))
    key = " ".join(("document", name, run_id, code, *which))
    return await held_bytes(request, services, key, lambda: part_json(analysis, data, run_id, *which))


@router.get(
    "/analyses/{name}/{run_id}/files/{form}", summary="A document as a file",
    responses=sent("The file.", *dict.fromkeys(MEDIA.values())),
)  # fmt: skip
async def file(
    request: Request, services: Own, name: AnalysisName, run_id: Identity, form: FormatName, lang: Lang = "en"
) -> Response:
    """Return the document of a stored result as a file; CSV files come as a zip archive."""
    services.pay(request, FILE_COST)
    analysis, data = analysis_of(name), services.settings.data

    def work(_ticket: Ticket) -> bytes:
        code_of(analysis, data, run_id)
        return document_file(analysis, data, run_id, form, lang, services.scratch("-files"))

    content = await services.desk.run(request, work)
    headers = attachment(f"copark-{name}-{run_id}-{lang}.{'zip' if form == 'csv' else form}")
    return Response(content, 200, headers | {"content-security-policy": REPORT}, MEDIA[form])
