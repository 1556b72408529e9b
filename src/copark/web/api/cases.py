"""Cases: the casebook's, and those that people bring."""

from collections.abc import Callable
from typing import Annotated, Any

from anyio import WouldBlock
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from copark.web.api.replies import CasePath, Lang, answered, attachment, held, made, of_case, sent
from copark.web.limits import MaybeOwner, owner_of
from copark.web.problems import Problem
from copark.web.services import Own, Services
from copark.workflows.serving.answers import Answer, CaseName
from copark.workflows.serving.cases import CaseAnswer, UploadAnswer, cases_of, describe, uploaded
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.faults import absent
from copark.workflows.serving.network import NetworkAnswer, network_of
from copark.workflows.serving.shelf import owner_of_upload, packed, remove, skeleton, uploads_of

router = APIRouter(tags=["cases"])
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MEDIA = {"zip": ZIP, "xlsx": XLSX}
UPLOAD_COST = 20.0
Form = Annotated[str, Path(pattern="^(zip|xlsx)$", description="zip or xlsx")]
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "An archive of a case's files (case.yaml, equity.csv, …), or a workbook made from the template.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (ZIP, XLSX)},
    }
}


class Cases(Answer):
    """The casebook's cases."""

    cases: list[CaseName]


@router.get("/cases", summary="The casebook", responses=answered(Cases))
async def cases(request: Request, services: Own, word: MaybeOwner = None) -> Response:
    """List the cases: those this client has uploaded (`X-Copark-Owner`), then the casebook's."""
    own = await run_in_threadpool(uploads_of, services.shelf, owner_of(request, word)) if word else []
    if not own:
        return await held(request, services, "cases", lambda: Cases(cases=cases_of(services.shelf)))
    return await made(request, services, lambda: Cases(cases=cases_of(services.shelf, own)))


@router.post(
    "/cases", summary="Upload a case", status_code=201, openapi_extra=BODY, response_class=Response,
    responses=answered(UploadAnswer, status=201),
)  # fmt: skip
async def upload(request: Request, services: Own, word: MaybeOwner = None) -> Response:
    """Upload a case as an archive or a workbook; the answer is its name, or every problem found."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (ZIP, XLSX):
        raise Problem(415, "media", wanted=f"{ZIP}, {XLSX}")
    services.pay(request, UPLOAD_COST)
    owner, path = owner_of(request, word), services.scratch(".upload")
    try:
        services.uploads.acquire_on_behalf_of_nowait(path)  # a place, before anything is read
    except WouldBlock:
        raise Problem(503, "busy", retry_after=5.0) from None
    try:
        with path.open("wb") as spooled:
            async for part in request.stream():
                spooled.write(part)
        return await made(
            request,
            services,
            lambda: uploaded(services.shelf, path.read_bytes(), workbook=kind == XLSX, owner=owner),
            201,
        )
    finally:
        services.uploads.release_on_behalf_of(path)
        path.unlink(missing_ok=True)


@router.get("/case-template.{form}", summary="A case to start from", responses=sent("The template.", ZIP, XLSX))
async def template(
    request: Request, services: Own, form: Form, lang: Lang = "en",
    *, example: Annotated[bool, Query(description="Whether it is an invented park, to try everything on.")] = False,
) -> Response:  # fmt: skip
    """Return an empty workbook, the smallest valid case as an archive, or an invented park as either."""
    own = services.settings.own / "files"
    return await _file(
        request, services, form, "blue-harbour" if example else "copark-case",
        lambda is_book: skeleton(own, workbook=is_book, lang=lang, example=example),
    )  # fmt: skip


@router.get("/cases/{name}", summary="A case and its levers", responses=answered(CaseAnswer))
async def case(request: Request, services: Own, name: CasePath) -> Response:
    """Describe a case: its levers with range, unit, and the observed values with dates and sources."""
    return await of_case(request, services, "case", name, lambda: describe(services.engine, services.shelf.get(name)))


@router.get("/cases/{name}/network", summary="The network of a case", responses=answered(NetworkAnswer))
async def network(request: Request, services: Own, name: CasePath) -> Response:
    """Return the actors in four layers, their ties, and the model's links between scales."""
    return await of_case(request, services, "network", name, lambda: network_of(services.shelf.get(name)))


@router.get("/cases/{name}/files.{form}", summary="A case's files", responses=sent("The files.", ZIP, XLSX))
async def files(request: Request, services: Own, name: CasePath, form: Form, lang: Lang = "en") -> Response:
    """Return the files of a case as an archive or a workbook, to change and upload again."""
    return await _file(
        request, services, form, name, lambda is_book: packed(services.shelf, name, workbook=is_book, lang=lang)
    )


async def _file(request: Request, services: Services, form: str, name: str, make: Callable[[bool], bytes]) -> Response:
    """An archive, or a workbook."""
    services.pay(request, 5.0)
    content = await services.desk.run(request, lambda _ticket: make(form == "xlsx"))
    return Response(content, 200, attachment(f"{name}.{form}"), MEDIA[form])


@router.delete("/cases/{name}", summary="Delete an uploaded case", status_code=204, response_class=Response)
async def forget(request: Request, services: Own, name: CasePath, word: MaybeOwner = None) -> Response:
    """Delete an uploaded case; only its owner may. Cases of the casebook cannot be deleted."""
    asking = owner_of(request, word)

    def work(_ticket: Ticket) -> bool:
        owner = owner_of_upload(services.shelf, name)
        services.need_owner(asking if owner is None else owner, asking)
        return remove(services.shelf, name)

    if not await services.desk.run(request, work):
        raise absent("no_upload", "name")
    return Response(None, 204)
