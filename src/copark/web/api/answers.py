"""Answers of the model: simulate, compare, coupling; and files of a result by its identity."""

import re
from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from copark.errors import StudyFaults
from copark.web.api.replies import Lang, StrictRoute, as_bytes, attachment, identified, sent
from copark.web.services import Own, Services
from copark.workflows.serving.answers import Answer, SimulationAnswer
from copark.workflows.serving.asking import (
    Ask,
    ComparisonRequest,
    CouplingRequest,
    Parts,
    SimulationRequest,
    Study,
    cost,
    in_the_request,
    study_of,
)
from copark.workflows.serving.coupling import OUTPUTS, CouplingAnswer, coupling_of
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.errands import AskedStudy
from copark.workflows.serving.exporting import FORMS, export
from copark.workflows.serving.faults import absent
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.simulation import answer

router = APIRouter(tags=["answers"], route_class=StrictRoute)
Make = Callable[[Study, Shelved, Ticket], Answer]
NAME = re.compile(r"(?P<identity>[0-9a-f]{16})\.(?P<form>csv|xlsx|nc|metadata\.json|study\.yaml)")
FileName = Annotated[str, Path(pattern=f"^{NAME.pattern.replace('?P<identity>', '?:').replace('?P<form>', '?:')}$")]
EXPORT_COST = 20.0
MOST_AT_ONCE = 5_000
"""Runs of a result that is made again for an export; larger ones are jobs, whose results are stored."""


@router.post("/simulate", summary="One scenario beside a baseline", responses=identified(SimulationAnswer))
async def simulate(request: Request, services: Own, asked: SimulationRequest) -> Response:
    """Run a scenario and its baseline with common random numbers: bands, outcomes, differences, headlines."""
    return await _answered(request, services, asked, asked.parts)


@router.post("/compare", summary="Two to four scenarios", responses=identified(SimulationAnswer))
async def compare(request: Request, services: Own, asked: ComparisonRequest) -> Response:
    """Run two to four scenarios with common random numbers; each is compared with the first."""
    return await _answered(request, services, asked, asked.parts)


@router.post("/coupling", summary="Coupling coordination and phases", responses=identified(CouplingAnswer))
async def coupling(request: Request, services: Own, asked: CouplingRequest) -> Response:
    """Return the coupling coordination degree and the phases of one to four scenarios."""

    def make(study: Study, shelved: Shelved, ticket: Ticket) -> CouplingAnswer:
        return coupling_of(services.engine, study, shelved, ticket)

    return await _run(request, services, asked, "coupling", make, OUTPUTS)


async def _answered(request: Request, services: Services, asked: Ask, parts: Parts) -> Response:
    def make(study: Study, shelved: Shelved, ticket: Ticket) -> SimulationAnswer:
        return answer(services.engine, services.book, study, shelved, asked.outputs, parts, ticket)

    return await _run(request, services, asked, f"{parts.model_dump_json()} {asked.outputs}", make, None)


async def _run(
    request: Request, services: Services, asked: Ask, more: str, make: Make, kept: tuple[str, ...] | None
) -> Response:
    """Answer a question on a thread of the model's, from memory where it was asked before."""
    weight = cost(asked)
    services.pay(request, weight)

    def work(ticket: Ticket) -> tuple[bytes, bool, str]:
        shelved = services.shelf.get(asked.case, asked.cut)
        study = study_of(asked, shelved, kept)
        identity = services.engine.identity(study, shelved)
        key = f"{identity} {shelved.name} {more}"
        held = services.answers.get(key)
        if held is not None:
            return held, True, identity
        try:
            content = as_bytes(make(study, shelved, ticket))
        except StudyFaults as faults:
            raise StudyFaults([in_the_request(one, asked.paths()) for one in faults.faults]) from None
        services.answers.put(key, content, len(content))
        services.asked.remember(identity, AskedStudy(shelved.name, study.content()))
        return content, False, identity

    content, from_memory, identity = await services.kernels.run(request, work, 1.0 + weight)
    headers = {"x-copark-identity": identity, "x-copark-memory": "hit" if from_memory else "made"}
    return Response(content, 200, headers, "application/json")


@router.get("/export/{name}", summary="A file of a result", responses=sent("The file.", *FORMS.values()))
async def exported(request: Request, services: Own, name: FileName, lang: Lang = "en") -> Response:
    """Export a result by its run ID: CSV (bands), workbook, netCDF, metadata, or the study behind it."""
    found = NAME.fullmatch(name)
    if found is None:
        raise absent("no_result", "name")
    identity, form = found["identity"], found["form"]
    services.pay(request, EXPORT_COST)

    def work(_ticket: Ticket) -> bytes:
        asked = services.asked.find(identity) or _stored(services, identity)
        study, shelved = _study(services, identity, asked)
        target = services.scratch(f".{form}")
        try:
            made = export(services.engine, study, shelved, form, target, services.settings.data, lang=lang)
            return made.read_bytes()
        finally:
            target.unlink(missing_ok=True)

    content = await services.desk.run(request, work)
    return Response(content, 200, attachment(f"copark-{identity}.{form}"), FORMS[form])


def _stored(services: Services, identity: str) -> AskedStudy:
    """The study of a stored run."""
    record = services.records.stored(identity)
    if record is None:
        raise absent("no_result", "name")
    return AskedStudy(str(record.provenance["case"]), record.provenance["study"])


def _study(services: Services, identity: str, asked: AskedStudy) -> tuple[Study, Shelved]:
    """The study of an identity, on the case as it is now."""
    study, shelf = Study.model_validate(asked.study), services.shelf
    every = (shelf.get(asked.case, cut) for cut in (None, *shelf.get(asked.case).cuts))
    shelved = next((one for one in every if services.engine.identity(study, one) == identity), None)
    if shelved is None:
        raise absent("result_of_others", "name")
    if study.runs > MOST_AT_ONCE and not services.is_stored(identity):
        raise absent("not_stored", "name")
    return study, shelved
