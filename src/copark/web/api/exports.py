"""Files of a result by its identity."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from copark.web.api.replies import Lang, attachment, sent
from copark.web.services import Own, Services
from copark.workflows.serving.asking import Study
from copark.workflows.serving.engine import Ticket
from copark.workflows.serving.exporting import FORMS, export
from copark.workflows.serving.faults import absent
from copark.workflows.serving.records import AskedStudy
from copark.workflows.serving.shelf import Shelved

router = APIRouter(tags=["exports"])
NAME = re.compile(r"(?P<identity>[0-9a-f]{16})\.(?P<form>csv|xlsx|nc|metadata\.json|study\.yaml)")
FileName = Annotated[str, Path(pattern=f"^{NAME.pattern.replace('?P<identity>', '?:').replace('?P<form>', '?:')}$")]
EXPORT_COST = 20.0
MOST_AT_ONCE = 5_000
"""Runs of a result that is made again for an export; larger ones are jobs, whose results are stored."""


@router.get("/export/{name}", summary="A file of a result", responses=sent("The file.", *FORMS.values()))
async def exported(request: Request, services: Own, name: FileName, lang: Lang = "en") -> Response:
    """Export a result by its run ID: CSV (bands), workbook, netCDF, metadata, or the study behind it."""
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
            made = export(services.engine, study, shelved, form, target, services.settings.data, lang=lang)
            return made.read_bytes()
        finally:
            target.unlink(missing_ok=True)

    content = await services.desk.run(request, work)
    return Response(content, 200, attachment(f"copark-{identity}.{form}"), FORMS[form])


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
