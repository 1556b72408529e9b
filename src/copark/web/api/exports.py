"""Files of a result by its identity, and reports."""

from __future__ import annotations

import asyncio
import re
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from copark.web.api.jobs import JobInfo, accepted, job_now, queue
from copark.web.api.replies import Lang, answered, attachment, page, sent
from copark.web.client_id import MaybeOwner, owner_of
from copark.web.problems import Problem
from copark.web.services import Own, Services
from copark.workflows.serving.asking import StudyRequest, cost, study_of
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.exporting import FORMS, export
from copark.workflows.serving.records import Asked, Job
from copark.workflows.serving.refusals import absent
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.study import Study

router = APIRouter(tags=["exports"])
NAME = re.compile(r"(?P<identity>[0-9a-f]{16})\.(?P<form>csv|xlsx|nc|svg|png|metadata\.json|study\.yaml)")
FileName = Annotated[str, Path(pattern=f"^{NAME.pattern.replace('?P<identity>', '?:').replace('?P<form>', '?:')}$")]
TableName = Literal["bands", "outcomes", "moves", "accounts", "draws", "variables", "provenance", "paths"]
FigureName = Literal["fan", "difference", "outcomes", "coordination", "phases"]
OutputQuery = Annotated[str, Query(max_length=60)]
Arm = Annotated[int, Query(ge=0, le=99)]
PATIENCE = 60.0
"""Seconds a request for a report waits for it."""
OFTEN = 0.1
EXPORT_COST = 20.0
MOST_AT_ONCE = 5_000
"""Runs of a result that is made again for an export; larger ones are jobs, whose results are stored."""


class ReportRequest(StudyRequest):
    """A study, and the language of its page."""

    lang: Literal["en", "zh"] = "en"
    """The language."""


@router.get("/export/{name}", summary="A file of a result", responses=sent("The file.", *FORMS.values()))
async def exported(
    request: Request, services: Own, name: FileName, lang: Lang = "en", table: TableName = "bands",
    figure: FigureName = "fan", output: OutputQuery = "operating", scenario: Arm = 0,
) -> Response:  # fmt: skip
    """Give a result by its identity as CSV, workbook, netCDF, drawing, metadata, or the study that makes it.

    Of CSV a table is chosen; of drawings a figure, an output and a scenario.
    """
    found = NAME.fullmatch(name)
    if found is None:
        raise absent("no_result", "name")
    identity, form = found["identity"], found["form"]
    services.pay(request, EXPORT_COST)

    def work(_ticket: Ticket) -> bytes:
        asked = services.asked.find(identity)
        if asked is None:
            raise absent("no_result", "name")
        study, shelved = _study(services, identity, asked)
        target = services.scratch(f".{form}")
        try:
            made = export(
                services.engine, study, shelved, form, target, services.settings.data,
                lang=lang, table=table, figure=figure, output=output, scenario=scenario,
            )  # fmt: skip
            return made.read_bytes()
        finally:
            target.unlink(missing_ok=True)

    content = await services.desk.run(request, work)
    word = f"-{table}" if form == "csv" else f"-{figure}-{output}" if form in ("svg", "png") else ""
    return Response(content, 200, attachment(f"copark-{identity}{word}.{form}"), FORMS[form])


def _study(services: Services, identity: str, asked: Asked) -> tuple[Study, Shelved]:
    """The study of an identity, on the case as it is now."""
    shelved = services.shelf.get(asked.case)
    study = Study.model_validate(asked.study)
    if services.engine.identity(study, shelved) != identity:
        raise absent("result_of_others", "name")
    if study.runs > MOST_AT_ONCE and not services.is_stored(identity):
        raise absent("not_stored", "name")
    return study, shelved


@router.post(
    "/report", summary="A report or a comparison as a page",
    responses={**sent("The page, one file.", "text/html"), **answered(JobInfo, "It takes longer: a job.", 202)},
)  # fmt: skip
async def report(request: Request, services: Own, asked: ReportRequest, word: MaybeOwner = None) -> Response:
    """Write the page of a study: of one scenario its report, of several their comparison.

    The answer is the page, or a job where it takes longer than a minute or ``Prefer: respond-async`` is sent.
    """
    services.pay(request, cost(asked) + EXPORT_COST)
    owner = owner_of(request, word)

    def work(_ticket: Ticket) -> Job:
        shelved = services.shelf.get(asked.case)
        study = study_of(asked, shelved, kept="standard")
        services.check(study, shelved, asked.paths())
        services.remember(study, shelved)
        return queue(services, "report", shelved, study, asked.lang, owner)

    job = await services.kernels.run(request, work)
    wait = 0.0 if "respond-async" in request.headers.get("prefer", "") else PATIENCE
    for _ in range(int(wait / OFTEN)):
        found = await services.polled(services.jobs.table.get, job.id) or job
        if found.is_over:
            job = found
            break
        if await request.is_disconnected():
            await services.polled(services.jobs.cancel, job.id)
            break
        await asyncio.sleep(OFTEN)
    content = await asyncio.to_thread(services.page_of, job) if job.state == "done" else None
    if content is not None:
        return page(content)
    if job.state == "failed":
        raise Problem(422, "report")
    return accepted(request, await services.polled(job_now, services, job.id, owner))
