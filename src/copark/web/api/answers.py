"""Answers of the model: simulate, compare, coupling; and files of a result by its identity."""

from collections.abc import Callable
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Response

from copark.web.api.replies import JSON, Asking, Here, Lang, StrictRoute, answered, as_bytes, attachment, sent
from copark.web.content import requests
from copark.web.content.case_registry import Shelved
from copark.web.content.coupling import OUTPUTS, CouplingAnswer, coupling_of
from copark.web.content.engine import Ticket
from copark.web.content.faults import absent
from copark.web.content.job_tasks import AskedStudy, RunRecord
from copark.web.content.requests import Ask, Parts, Study
from copark.web.content.responses import Answer, SimulationAnswer
from copark.web.content.simulation import FORMS, answer, export

router = APIRouter(tags=["answers"], route_class=StrictRoute)
Make = Callable[[Study, Shelved, Ticket], Answer]
FileName = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f]{16}\.(csv|xlsx|nc|metadata\.json|study\.yaml)$",
        description="Run ID of a result and the form of the file: csv, xlsx, nc, metadata.json or study.yaml.",
    ),
]
EXPORT_COST = 20.0
MOST_AT_ONCE = 5_000
"""Runs of a result that is made again for an export; larger ones are jobs, whose results are stored."""


@router.post("/simulate", summary="One scenario beside a baseline", responses=answered(SimulationAnswer))
async def simulate(here: Here, asked: requests.SimulationRequest) -> Response:
    """Run a scenario and its baseline with common random numbers: bands, outcomes, differences, headlines."""
    return await _answered(here, asked, asked.parts)


@router.post("/compare", summary="Two to four scenarios", responses=answered(SimulationAnswer))
async def compare(here: Here, asked: requests.ComparisonRequest) -> Response:
    """Run two to four scenarios with common random numbers; each is compared with the first."""
    return await _answered(here, asked, asked.parts)


@router.post("/coupling", summary="Coupling coordination and phases", responses=answered(CouplingAnswer))
async def coupling(here: Here, asked: requests.StudyRequest) -> Response:
    """Return the coupling coordination degree and the phases of one to four scenarios."""
    return await _run(here, asked, "coupling", partial(coupling_of, here.services.engine), OUTPUTS)


async def _answered(here: Asking, asked: Ask, parts: Parts) -> Response:
    def make(study: Study, shelved: Shelved, ticket: Ticket) -> SimulationAnswer:
        return answer(here.services.engine, here.services.book, study, shelved, asked.outputs, parts, ticket)

    return await _run(here, asked, f"{parts.model_dump_json()} {asked.outputs}", make)


async def _run(here: Asking, asked: Ask, more: str, make: Make, kept: tuple[str, ...] | None = None) -> Response:
    """Answer a question on a thread of the model's, from memory where it was asked before."""
    services = here.services
    weight = requests.cost(asked)
    here.pay(weight)

    def work(ticket: Ticket) -> tuple[bytes, bool, str]:
        shelved = here.view.get(asked.case, asked.cut)
        study = requests.study_of(asked, shelved, kept)
        identity = services.engine.identity(study, shelved)
        key = f"{identity} {shelved.name} {more}"
        held = services.answers.get(key)
        if held is not None:
            return held, True, identity
        with requests.told_of(asked):
            content = as_bytes(make(study, shelved, ticket))
        services.answers.put(key, content, len(content))
        services.remember(study, shelved, here.owner)
        return content, False, identity

    content, from_memory, identity = await services.kernels.run(here.request, work, 1.0 + weight)
    headers = {"x-copark-identity": identity, "x-copark-memory": "hit" if from_memory else "made"}
    return Response(content, 200, headers, JSON)


@router.get("/export/{name}", summary="A file of a result", responses=sent("The file.", *FORMS.values()))
async def exported(here: Here, name: FileName, lang: Lang = "en") -> Response:
    """Export a result by its run ID: CSV (bands), workbook, netCDF, metadata, or the study behind it."""
    identity, _, form = name.partition(".")
    here.pay(EXPORT_COST)

    def work() -> bytes:
        stored = here.services.records.stored(identity, here.view)
        asked = here.services.asked(identity, here.owner) or _studied(here, stored)
        study, shelved = _study(here, identity, asked, is_stored=stored is not None)
        home = here.view.out_of(shelved.name) if stored is None else stored[0]
        return export(here.services.engine, study, shelved, form, here.services.scratch(f".{form}"), home, lang)

    return Response(await here.desk(work), 200, attachment(f"copark-{name}"), FORMS[form])


def _studied(here: Asking, stored: tuple[FilePath, RunRecord] | None) -> AskedStudy:
    """The study of a stored run; what lies in the output folder of an own park is about that."""
    if stored is None:
        raise absent("no_result", "name")
    home, record = stored
    case = str(record.provenance["case"]) if home == here.view.shared else home.name
    return AskedStudy.of(case, record.provenance["study"])


def _study(here: Asking, identity: str, asked: AskedStudy, *, is_stored: bool) -> tuple[Study, Shelved]:
    """The study of an identity, on the case as it is now."""
    study = Study.model_validate(asked.study)
    services = here.services
    if not here.view.is_known(asked.case):
        raise absent("no_result", "name")
    every = (here.view.get(asked.case, cut) for cut in (None, *here.view.get(asked.case).cuts))
    shelved = next((one for one in every if services.engine.identity(study, one) == identity), None)
    if shelved is None:
        raise absent("result_of_others", "name")
    if study.runs > MOST_AT_ONCE and not is_stored:
        raise absent("not_stored", "name")
    return study, shelved
