"""Answers of the model: simulate, compare, coupling; and files of a result by its identity."""

from collections.abc import Callable
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import APIRouter, Path, Response

from copark.simulation.study import Study
from copark.store.run_record import RunRecord
from copark.web.api.replies import (
    JSON,
    Client,
    CurrentClient,
    Lang,
    StrictRoute,
    attachment,
    describe_file,
    describe_json,
    json_bytes,
)
from copark.web.content import requests
from copark.web.content.case_registry import CaseEntry
from copark.web.content.coupling import OUTPUTS, CouplingAnswer, coupling_of
from copark.web.content.engine import CancellationToken
from copark.web.content.faults import absent
from copark.web.content.reproduction import ReproductionAnswer, reproduction_of
from copark.web.content.requests import ModelRequest, Parts
from copark.web.content.responses import ApiModel, SimulationAnswer
from copark.web.content.server_records import RequestedStudy
from copark.web.content.simulation import FORMS, MOST_AT_ONCE, answer, export

router = APIRouter(tags=["answers"], route_class=StrictRoute)
MakeAnswer = Callable[[Study, CaseEntry, CancellationToken], ApiModel]
FileName = Annotated[
    str,
    Path(
        pattern=r"^[0-9a-f]{16}\.(csv|xlsx|nc|metadata\.json|study\.yaml)$",
        description="Run ID of a result and the form of the file: csv, xlsx, nc, metadata.json or study.yaml.",
    ),
]
RunId = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", description="Run ID of an answer, 16 hexadecimal digits.")]
EXPORT_COST = 20.0


@router.post("/simulate", summary="One scenario beside a baseline", responses=describe_json(SimulationAnswer))
async def simulate(client: CurrentClient, request: requests.SimulationRequest) -> Response:
    """Run a scenario and its baseline with common random numbers: bands, outcomes, differences, headlines."""
    return await _simulated(client, request, request.parts)


@router.post("/compare", summary="Two to four scenarios", responses=describe_json(SimulationAnswer))
async def compare(client: CurrentClient, request: requests.ComparisonRequest) -> Response:
    """Run two to four scenarios with common random numbers; each is compared with the first."""
    return await _simulated(client, request, request.parts)


@router.post("/coupling", summary="Coupling coordination and phases", responses=describe_json(CouplingAnswer))
async def coupling(client: CurrentClient, request: requests.StudyRequest) -> Response:
    """Return the coupling coordination degree and the phases of one to four scenarios."""
    return await _model_response(client, request, "coupling", partial(coupling_of, client.services.engine), OUTPUTS)


async def _simulated(client: Client, request: ModelRequest, parts: Parts) -> Response:
    """Respond with the answer to a study of one to four scenarios."""

    def make(study: Study, case_entry: CaseEntry, cancellation: CancellationToken) -> SimulationAnswer:
        """Read the runs of a study as a simulation answer.

        Parameters
        ----------
        study
            The study of the request, one to four scenarios.
        case_entry
            Its case.
        cancellation
            Stops the work when the client is gone.
        """
        return answer(
            client.services.engine, client.services.flow_cache, study, case_entry, request.outputs, parts, cancellation
        )

    return await _model_response(client, request, f"{parts.model_dump_json()} {request.outputs}", make)


async def _model_response(
    client: Client, request: ModelRequest, answer_key: str, make: MakeAnswer, outputs: tuple[str, ...] | None = None
) -> Response:
    """Respond to a request to the model: with a cached answer, or one that is made on a thread of the model pool.

    Parameters
    ----------
    client
        The client.
    request
        The request.
    answer_key
        What the answer depends on besides its study, for the key in the cache.
    make
        Makes the answer.
    outputs
        Outputs the study keeps; by default those of the request and of the headlines.
    """
    services = client.services
    weight = requests.cost(request)
    client.charge(weight)

    def work(cancellation: CancellationToken) -> tuple[bytes, bool, str]:
        case_entry = client.view.get(request.case, request.cut)
        study = requests.study_of(request, case_entry, outputs)
        identity = services.engine.identity(study, case_entry)
        key = services.engine.answer_key(study, case_entry, answer_key)
        cached = services.answers.get(key)
        content = cached
        if content is None:
            with requests.locating_faults(request):
                content = json_bytes(make(study, case_entry, cancellation))
            services.answers.put(key, content, len(content))
        services.remember_study(study, case_entry, client.owner)
        return content, cached is not None, identity

    content, is_cached, identity = await services.model_pool.run(client.request, work, 1.0 + weight)
    headers = {"x-copark-identity": identity, "x-copark-memory": "hit" if is_cached else "made"}
    return Response(content, 200, headers, JSON)


@router.get("/export/{name}", summary="A file of a result", responses=describe_file("The file.", *FORMS.values()))
async def exported(client: CurrentClient, name: FileName, lang: Lang = "en") -> Response:
    """Export a result by its run ID: CSV (bands), workbook, netCDF, metadata, or the study behind it."""
    identity, _, form = name.partition(".")
    client.charge(EXPORT_COST)

    def work() -> bytes:
        stored = client.services.records.stored(identity, client.view)
        requested = client.services.requested_study(identity, client.owner) or _study_of_stored_run(client, stored)
        study, case_entry, _ = _study_and_case(client, identity, requested)
        if study.runs > MOST_AT_ONCE and stored is None:
            raise absent("not_stored", "name")
        out = client.view.output_folder(case_entry.name) if stored is None else stored[0]
        return export(client.services.engine, study, case_entry, form, client.services.scratch(f".{form}"), out, lang)

    return Response(await client.run_io(work), 200, attachment(f"copark-{name}"), FORMS[form])


@router.get("/reproduce/{identity}", summary="An answer as a command, Python, a study file and a link")
async def reproduced(client: CurrentClient, identity: RunId) -> ReproductionAnswer:
    """Return the forms that give an answer again on another machine, with the same run ID."""

    def work() -> ReproductionAnswer:
        stored = client.services.records.stored(identity, client.view)
        requested = client.services.requested_study(identity, client.owner) or _study_of_stored_run(client, stored)
        return reproduction_of(identity, *_study_and_case(client, identity, requested))

    return await client.run_io(work)


def _study_of_stored_run(client: Client, stored: tuple[FilePath, RunRecord] | None) -> RequestedStudy:
    """Return the study of a stored run; a run in the output folder of an uploaded case is about that case."""
    if stored is None:
        raise absent("no_result", "name")
    out, record = stored
    case = str(record.provenance["case"]) if out == client.view.shared else out.name
    return RequestedStudy.of(case, record.provenance["study"])


def _study_and_case(client: Client, identity: str, requested: RequestedStudy) -> tuple[Study, CaseEntry, str | None]:
    """Return the study, the case and the cut of a run ID; Absent if the case or its calibration is another by now."""
    study = Study.model_validate(requested.study)
    services = client.services
    if not client.view.is_known(requested.case):
        raise absent("no_result", "name")
    for cut in (None, *client.view.get(requested.case).cuts):
        case_entry = client.view.get(requested.case, cut)
        if services.engine.identity(study, case_entry) == identity:
            return study, case_entry, cut
    raise absent("result_of_others", "name")
