"""Cases: the casebook's, and those that people bring; and scenarios that people save, found by their word."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Annotated

from anyio import WouldBlock
from fastapi import APIRouter, Path, Query, Response
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel

from copark.json_types import JsonObject
from copark.web.api.replies import (
    CasePath,
    Client,
    CurrentClient,
    Lang,
    StrictRoute,
    attachment,
    describe_file,
    describe_json,
)
from copark.web.content.actor_network import NetworkAnswer, network_of
from copark.web.content.case_registry import case_template, naming_file, pack_case
from copark.web.content.cases import (
    CaseAnswer,
    DeletedCase,
    UploadAnswer,
    cases_of,
    deleted_case,
    deleted_of,
    describe,
    uploaded,
)
from copark.web.content.engine import CancellationToken
from copark.web.content.faults import absent
from copark.web.content.own_parks import DeletedPark, ParksFull
from copark.web.content.packed import PackedQuestion, PackedScenario, packed_changes, packed_key, packed_park
from copark.web.content.requests import CaseKey, ModelRequest, RequestedScenario, SimulationRequest, study_of
from copark.web.content.responses import ApiModel, CaseName
from copark.web.content.simulation import case_name
from copark.web.limits import ClientToken, owner_of_token
from copark.web.problems import HttpProblem

router = APIRouter(tags=["cases"], route_class=StrictRoute)
ZIP = "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PACKED = "application/gzip"
PACKED_COST = 3.0
UPLOAD_COST = 20.0
FILE_COST = 5.0
Form = Annotated[
    str,
    Path(pattern="^(zip|xlsx)$", description="Form of the file: zip (an archive of the files) or xlsx (a workbook)."),
]
Example = Annotated[
    bool, Query(description="Whether to give an invented park, to try everything on, in place of an empty case.")
]
BODY: JsonObject = {
    "requestBody": {
        "required": True,
        "description": "An archive of a case's files (case.yaml, equity.csv, …), or a workbook made from the template.",
        "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in (ZIP, XLSX)},
    }
}


class Cases(ApiModel):
    """The casebook's cases and the client's own."""

    cases: list[CaseName]
    """The client's own cases, then the casebook's."""
    deleted: list[DeletedCase]
    """The client's own that were deleted and can still be restored."""


@router.get("/cases", summary="The casebook", responses=describe_json(Cases))
async def cases(client: CurrentClient) -> Response:
    """List the cases: those this client has uploaded (`X-Copark-Owner`), then the casebook's."""
    own, deleted = (
        await run_in_threadpool(lambda: (client.view.own_names(), deleted_of(client.view)))
        if client.token
        else ([], [])
    )
    if not own and not deleted:
        key = f"cases {await run_in_threadpool(client.view.casebook_state)}"
        return await client.cached_json(key, lambda: Cases(cases=cases_of(client.view), deleted=[]))
    return await client.fresh_json(lambda: Cases(cases=cases_of(client.view, own), deleted=deleted))


@router.post(
    "/cases",
    summary="Upload a case",
    status_code=201,
    openapi_extra=BODY,
    response_class=Response,
    responses=describe_json(UploadAnswer, status=201),
)
async def upload(client: CurrentClient) -> Response:
    """Upload a case as an archive or a workbook; the answer is its name, or every problem found."""
    kind = client.request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in (ZIP, XLSX):
        raise HttpProblem(415, "media", wanted=f"{ZIP}, {XLSX}")
    client.charge(UPLOAD_COST)
    path = client.services.scratch(".upload")
    places = client.services.uploads
    try:
        places.acquire_on_behalf_of_nowait(path)  # a place, before anything is read
    except WouldBlock:
        raise HttpProblem(503, "busy", retry_after=5.0) from None

    def take() -> UploadAnswer:
        with refused_if_full():
            return uploaded(client.services.registry, path.read_bytes(), workbook=kind == XLSX, owner=client.owner)

    try:
        with refused_if_full():
            await run_in_threadpool(client.services.registry.parks.need_room, client.owner)  # before anything is read
        with naming_file("upload.xlsx" if kind == XLSX else "upload.zip"), path.open("wb") as spooled:
            async for part in client.request.stream():
                spooled.write(part)
        return await client.fresh_json(take, 201)
    finally:
        places.release_on_behalf_of(path)
        path.unlink(missing_ok=True)


@router.get(
    "/case-template.{form}", summary="A case to start from", responses=describe_file("The template.", ZIP, XLSX)
)
async def template(client: CurrentClient, form: Form, lang: Lang = "en", *, example: Example = False) -> Response:
    """Return an empty workbook, the smallest valid case as an archive, or an invented park as either."""
    scratch = client.services.scratch("")
    name = "blue-harbour" if example else "copark-case"
    return await _file(
        client, form, name, lambda book: case_template(scratch, workbook=book, lang=lang, example=example)
    )


@router.get("/cases/{name}", summary="A case and its levers", responses=describe_json(CaseAnswer))
async def case(client: CurrentClient, name: CasePath) -> Response:
    """Describe a case: its levers with range, unit, and the observed values with dates and sources."""
    return await client.case_json("case", name, partial(describe, client.services.engine))


@router.get("/cases/{name}/network", summary="The network of a case", responses=describe_json(NetworkAnswer))
async def network(client: CurrentClient, name: CasePath) -> Response:
    """Return the actors in four layers, their ties, and the model's links between scales."""
    return await client.case_json("network", name, network_of)


@router.get(
    "/cases/{name}/packed",
    summary="A case packed for a browser",
    responses=describe_file("Inputs and draws, compressed.", PACKED),
)
async def packed(client: CurrentClient, name: CasePath, question: Annotated[PackedQuestion, Query()]) -> Response:
    """Return what the model reads of a case as it is, for the kernel in a browser: a preview while a lever moves.

    A number that is to be quoted is the answer of ``/simulate``, which has a run ID.
    """
    client.charge(PACKED_COST)
    services = client.services

    def work(_: CancellationToken) -> tuple[bytes, bool]:
        case_entry = client.view.get(name, question.cut)

        def make() -> bytes:
            return packed_park(services.engine, case_entry, question)

        if case_entry.uploaded:  # it may be deleted, and nothing of it may stay
            return make(), False
        return services.answers.once(packed_key(services.engine, case_entry, question), make, len), True

    content, is_cached = await services.model_pool.run(client.request, work, PACKED_COST)
    return client.tagged(content, PACKED) if is_cached else Response(content, 200, media_type=PACKED)


@router.post(
    "/cases/{name}/packed",
    summary="What a scenario changes, packed for a browser",
    response_class=Response,
    responses=describe_file("The changes, compressed.", PACKED),
)
async def packed_scenario(client: CurrentClient, name: CasePath, question: PackedScenario) -> Response:
    """Return what a scenario changes of a packed case, and which levers can be dragged in a browser beside it."""
    client.charge(PACKED_COST)

    def work(_: CancellationToken) -> bytes:
        return packed_changes(client.services.engine, client.view.get(name, question.cut), question)

    return Response(await client.services.model_pool.run(client.request, work, PACKED_COST), 200, media_type=PACKED)


@router.get("/cases/{name}/files.{form}", summary="A case's files", responses=describe_file("The files.", ZIP, XLSX))
async def files(client: CurrentClient, name: CasePath, form: Form, lang: Lang = "en") -> Response:
    """Return the files of a case as an archive or a workbook, to change and upload again."""
    return await _file(client, form, name, lambda book: pack_case(client.view, name, workbook=book, lang=lang))


async def _file(client: Client, form: str, name: str, make: Callable[[bool], bytes]) -> Response:
    """Return an archive, or a workbook."""
    client.charge(FILE_COST)
    content = await client.run_io(lambda: make(form == "xlsx"))
    return Response(content, 200, attachment(f"{name}.{form}"), XLSX if form == "xlsx" else ZIP)


@router.delete("/cases/{name}", summary="Delete an uploaded case", responses=describe_json(DeletedCase))
async def forget(client: CurrentClient, name: CasePath) -> Response:
    """Delete an uploaded case with everything computed about it; until the time given it can be restored.

    Its running jobs are cancelled. Cases of the casebook cannot be deleted.
    """
    services = client.services

    def work() -> DeletedCase:
        if services.registry.parks.owner_of(name) != client.owner:
            raise absent("no_upload", "name")
        until = services.registry.parks.delete(name)
        services.registry.drop(name)
        services.jobs.cancel_of(name)
        answer = deleted_case(services.registry, DeletedPark(name, until))
        services.purge.now()
        return answer

    return await client.fresh_json(work)


@router.post("/cases/{name}/restore", summary="Restore a deleted case", responses=describe_json(CaseName))
async def restore(client: CurrentClient, name: CasePath) -> Response:
    """Restore an uploaded case that was deleted, with everything computed about it; cancelled jobs stay cancelled."""

    def work() -> CaseName:
        with refused_if_full():
            if not client.services.registry.parks.restore(name, client.owner):
                raise absent("no_upload", "name")
        return case_name(client.view.get(name))

    return await client.fresh_json(work)


@contextmanager
def refused_if_full() -> Iterator[None]:
    """Report as a problem that there is no room for another uploaded case."""
    try:
        yield
    except ParksFull as full:
        raise HttpProblem(409 if full.code == "parks_yours" else 507, full.code, most=full.most) from None


ScenarioName = Annotated[
    str,
    Path(
        pattern=r"^[^\x00-\x1f\x7f/\\ ][^\x00-\x1f\x7f/\\]{0,119}$",
        description="Name of a saved scenario: up to 120 letters of any script, without slashes.",
    ),
]


class ScenarioToSave(BaseModel):
    """A scenario of a case, to be saved."""

    model_config = ModelRequest.model_config

    case: CaseKey
    """Name of the case it is a scenario of."""
    scenario: RequestedScenario
    """The scenario, as a request has it."""


class SavedScenarioInfo(ApiModel):
    """A saved scenario."""

    name: str
    """Name under which it is saved."""
    case: str
    """Name of the case it is a scenario of."""
    identity: str
    """Hash of case and content, 16 hexadecimal digits: the same content has the same."""
    scenario: JsonObject
    """The scenario, as a request has it; what is left out is as in the case."""
    created: str
    """When it was first saved, UTC, ISO 8601."""
    updated: str
    """When it was last saved, UTC, ISO 8601."""


class ScenarioList(ApiModel):
    """Saved scenarios of an owner."""

    scenarios: list[SavedScenarioInfo]
    """The scenarios, by name."""


@router.get("/scenarios", summary="Saved scenarios")
def scenarios(client: CurrentClient, token: ClientToken) -> ScenarioList:
    """List the scenarios of an owner."""
    saved = client.services.records.scenarios.all(owner_of_token(token))
    return ScenarioList(scenarios=[SavedScenarioInfo.of(scenario, scenario=scenario.content) for scenario in saved])


@router.put("/scenarios/{name}", summary="Save a scenario")
def save(client: CurrentClient, token: ClientToken, name: ScenarioName, body: ScenarioToSave) -> SavedScenarioInfo:
    """Save a scenario; it must fit its case and replaces the owner's scenario of the same name."""
    request = SimulationRequest(case=body.case, runs=1, scenario=body.scenario, baseline=None, draws="defaults")
    case_entry = client.view.get(request.case)
    client.services.check(study_of(request, case_entry), case_entry, request)
    content = body.scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    saved = client.services.records.scenarios.save(owner_of_token(token), name, body.case, content)
    if saved is None:
        raise HttpProblem(409, "scenarios_many", most=client.services.records.scenarios.most)
    return SavedScenarioInfo.of(saved, scenario=saved.content)


@router.delete("/scenarios/{name}", summary="Delete a saved scenario", status_code=204)
def delete(client: CurrentClient, token: ClientToken, name: ScenarioName) -> None:
    """Delete a scenario of an owner."""
    if not client.services.records.scenarios.delete(owner_of_token(token), name):
        raise absent("no_saved_scenario", "name")
