"""Analyses: the menu, what is stored, documents by run ID, and their files. All follow from the registry."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import StringConstraints
from pydantic.json_schema import SkipJsonSchema

from copark.analyses import Analysis
from copark.analyses.context import Context
from copark.analyses.contract import CaseParams
from copark.json_types import JsonObject
from copark.presentation.rendered_document import Page, RenderedChart, RenderedTable
from copark.texts.localized import LocalizedText
from copark.web.api.jobs import JOB_COST, JobInfo, accepted_response, submit_task
from copark.web.api.replies import (
    NAME,
    OF_CASE,
    CaseName,
    Client,
    CurrentClient,
    Identity,
    Lang,
    StrictRoute,
    attachment,
    describe_file,
    describe_json,
)
from copark.web.content import analyses as served
from copark.web.content.case_registry import CaseEntry
from copark.web.content.job_tasks import JobTask
from copark.web.content.lever_options import DecisionAnswer, decisions_of
from copark.web.content.reproduction import ReproductionAnswer, reproduction_of_analysis
from copark.web.middleware import REPORT
from copark.web.problems import HttpProblem

router = APIRouter(tags=["analyses"], route_class=StrictRoute)
AnalysisName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9-]{0,59}$", description="Name of an analysis, as listed.")]
_Name = Annotated[str, StringConstraints(pattern=NAME)]
ResultsCase = Annotated[_Name | SkipJsonSchema[None], Query(description=f"{OF_CASE} By default all cases.")]
ChoicesCase = Annotated[
    _Name | SkipJsonSchema[None], Query(description=f"{OF_CASE} Without it, what depends on a case is left out.")
]
PartKey = Annotated[str, Path(pattern=r"^\w[\w.-]{0,99}$", description="Key of a table or chart of the document.")]
FormatName = Annotated[served.FormatName, Path(description="Form of the file; csv is an archive of the tables.")]
FILE_COST = 20.0
WORKBOOK_COST = 5.0
XLSX = served.MEDIA["xlsx"]
BOOK: JsonObject = {
    "requestBody": {
        "required": True,
        "description": "A workbook made from the template.",
        "content": {XLSX: {"schema": {"type": "string", "format": "binary"}}},
    }
}


@router.get("/analyses", summary="The analyses and their forms", responses=describe_json(served.AnalysesAnswer))
async def analyses(client: CurrentClient) -> Response:
    """List the analyses: their group in the menu, what they answer, and the fields of their forms."""
    return await client.cached_json("analyses", served.menu)


@router.post(
    "/jobs/analyses",
    summary="Run an analysis",
    status_code=202,
    response_class=Response,
    responses=describe_json(JobInfo, status=202),
)
async def submit_analysis(client: CurrentClient, request: served.AnalysisJobRequest) -> Response:
    """Queue an analysis; its result is stored under its run ID, given as `identity` of the finished job."""
    client.charge(JOB_COST)

    def work() -> JobInfo:
        analysis = served.analysis_of(request.analysis)
        params = served.params_of(analysis, request.params)
        cut = params.cut if isinstance(params, CaseParams) else None
        case_entry = client.view.get(params.case, cut) if hasattr(params, "case") else None
        context = _context(client, case_entry)
        served.refuse_unusable_now(params, context)
        served.refuse_unknown_keys(params, context)
        return _queue_job(client, analysis, case_entry, params.model_dump(mode="json"), request.lang)

    return accepted_response(client, await client.run_io(work))


def _context(client: Client, case_entry: CaseEntry | None) -> Context:
    """Return where keys of a case are looked up."""
    out = client.view.shared if case_entry is None else client.view.output_folder(case_entry.name)
    return served.context_of(out, case_entry)


def _queue_job(
    client: Client, analysis: Analysis, case_entry: CaseEntry | None, params: JsonObject, lang: str
) -> JobInfo:
    """Queue an analysis."""
    case = ""
    about = served.said(analysis, "title")
    if case_entry is not None:
        case = case_entry.name
        park = case_entry.case.title
        about = LocalizedText(en=f"{about.en}: {park.en}", zh=f"{about.zh}：{park.zh}")
    content = {"analysis": analysis.name, "params": params}
    return submit_task(client, JobTask("analysis", case, content, lang, "", client.services.jobs.threads), about)


@router.get(
    "/analyses/{name}/workbook.xlsx",
    summary="The workbook an analysis reads",
    responses=describe_file("The empty workbook.", XLSX),
)
async def workbook(client: CurrentClient, name: AnalysisName, case: CaseName, lang: Lang = "en") -> Response:
    """Return the empty workbook of a case, to fill in and upload."""
    client.charge(WORKBOOK_COST)

    def work() -> bytes:
        analysis = served.analysis_of(name)
        case_entry = client.view.get(case)
        return served.workbook_of(analysis, case_entry, client.view.output_folder(case), lang)

    content = await client.run_io(work)
    return Response(content, 200, attachment(f"copark-{name}-{case}-{lang}.xlsx"), XLSX)


@router.post(
    "/jobs/analyses/{name}",
    summary="Run an analysis on a workbook",
    status_code=202,
    response_class=Response,
    responses=describe_json(JobInfo, status=202),
    openapi_extra=BOOK,
)
async def submit_workbook(client: CurrentClient, name: AnalysisName, case: CaseName, lang: Lang = "en") -> Response:
    """Read a workbook and queue the analysis, or return every problem by sheet and cell."""
    if client.request.headers.get("content-type", "").partition(";")[0].strip().lower() != XLSX:
        raise HttpProblem(415, "media", wanted=XLSX)
    client.charge(JOB_COST)
    content = await client.request.body()

    def work() -> JobInfo:
        analysis = served.analysis_of(name)
        case_entry = client.view.get(case)
        params = served.params_of_workbook(analysis, case_entry, client.view.output_folder(case), content)
        return _queue_job(client, analysis, case_entry, params, lang)

    return accepted_response(client, await client.run_io(work))


@router.get(
    "/analyses/{name}/choices", summary="Choices that depend on the case", responses=describe_json(served.ChoicesAnswer)
)
async def choices(client: CurrentClient, name: AnalysisName, case: ChoicesCase = None) -> Response:
    """List the keys that fields take, such as levers of a case; other fields of the form may be sent too."""
    analysis = served.analysis_of(name)
    entered = dict(client.request.query_params)

    def make() -> served.ChoicesAnswer:
        of_case = any(field.kind == "case" for field in analysis.params.form())
        if of_case and case is None:
            return served.ChoicesAnswer(choices={})
        case_entry = client.view.get(case) if of_case and case is not None else None
        return served.choices_of(analysis, entered, _context(client, case_entry))

    return await client.fresh_json(make)


@router.get("/analyses/{name}/results", summary="Stored results", responses=describe_json(served.ResultsAnswer))
async def results(client: CurrentClient, name: AnalysisName, case: ResultsCase = None) -> Response:
    """List the stored results of an analysis, newest first."""
    return await client.fresh_json(lambda: served.results_of(served.analysis_of(name), client.view, case))


@router.get("/decisions", summary="What can still be decided about a park", responses=describe_json(DecisionAnswer))
async def decisions(client: CurrentClient, case: CaseName) -> Response:
    """Summarise the newest stored lever analysis of a case: effects, gains of each side, robustness, scenarios."""
    return await client.fresh_json(lambda: decisions_of(client.view, case))


@router.get("/analyses/{name}/{run_id}", summary="A result as a document", responses=describe_json(Page))
async def document(client: CurrentClient, name: AnalysisName, run_id: Identity, lang: Lang = "en") -> Response:
    """Return a stored result as a document in a language; nothing is computed."""
    return await _part(client, name, run_id, lang)


@router.get(
    "/analyses/{name}/{run_id}/tables/{key}", summary="A table of a document", responses=describe_json(RenderedTable)
)
async def table(
    client: CurrentClient, name: AnalysisName, run_id: Identity, key: PartKey, lang: Lang = "en"
) -> Response:
    """Return a table with all its rows; the document itself leaves out rows of long tables."""
    return await _part(client, name, run_id, lang, "tables", key)


@router.get(
    "/analyses/{name}/{run_id}/charts/{key}", summary="A chart of a document", responses=describe_json(RenderedChart)
)
async def chart(
    client: CurrentClient, name: AnalysisName, run_id: Identity, key: PartKey, lang: Lang = "en"
) -> Response:
    """Return a chart with its SVG, in the fonts of the page; the document itself holds no drawings."""
    return await _part(client, name, run_id, lang, "charts", key)


@router.get("/analyses/{name}/{run_id}/reproduce", summary="A result as a command, Python and a link")
async def reproduced(client: CurrentClient, name: AnalysisName, run_id: Identity) -> ReproductionAnswer:
    """Return the forms that give a stored result again on another machine, with the same run ID."""
    analysis = served.analysis_of(name)
    return await client.run_io(lambda: reproduction_of_analysis(analysis, client.view, run_id))


async def _part(client: Client, name: str, run_id: str, *which: str) -> Response:
    """Return a document or a part of it, made when it is asked for."""
    analysis = served.analysis_of(name)
    out, code = await client.run_io(lambda: served.locate_result(analysis, client.view, run_id))
    key = " ".join(("document", name, run_id, code, *which))
    return await client.cached_json(key, lambda: served.part_json(analysis, out, run_id, *which))


@router.get(
    "/analyses/{name}/{run_id}/files/{form}",
    summary="A document as a file",
    responses=describe_file("The file.", *dict.fromkeys(served.MEDIA.values())),
)
async def file(
    client: CurrentClient, name: AnalysisName, run_id: Identity, form: FormatName, lang: Lang = "en"
) -> Response:
    """Return the document of a stored result as a file; CSV files come as a zip archive."""
    client.charge(FILE_COST)
    analysis = served.analysis_of(name)
    scratch = client.services.scratch("-files")

    def work() -> tuple[str, bytes]:
        out, _ = served.locate_result(analysis, client.view, run_id)
        return served.document_file(analysis, out, run_id, form, lang, scratch)

    saved_as, content = await client.run_io(work)
    headers = attachment(saved_as) | {"content-security-policy": REPORT}
    return Response(content, 200, headers, served.MEDIA[form])
