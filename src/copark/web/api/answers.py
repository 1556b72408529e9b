"""Answers of the model: simulate, compare, coupling."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from copark.errors import StudyFaults
from copark.web.api.replies import StrictRoute, as_bytes, identified
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
from copark.workflows.serving.records import AskedStudy
from copark.workflows.serving.shelf import Shelved
from copark.workflows.serving.simulation import answer

router = APIRouter(tags=["answers"], route_class=StrictRoute)
Make = Callable[[Study, Shelved, Ticket], Answer]


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
