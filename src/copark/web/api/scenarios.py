"""Saved scenarios: each belongs to whoever has its owner's word, in whichever browser and on whichever server."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from copark.web.api.replies import StrictRoute
from copark.web.limits import Owner, owner_by_word
from copark.web.problems import Problem
from copark.web.services import Own, Services
from copark.workflows.serving.answers import Answer
from copark.workflows.serving.asking import Ask, AskedScenario, CaseKey, SimulationRequest, study_of
from copark.workflows.serving.errands import SavedScenario
from copark.workflows.serving.faults import absent

router = APIRouter(tags=["scenarios"], route_class=StrictRoute)
ScenarioName = Annotated[
    str,
    Path(
        pattern=r"^[^\x00-\x1f\x7f/\\ ][^\x00-\x1f\x7f/\\]{0,119}$",
        description="A name, as its owner reads it: up to 120 letters of any script, without strokes.",
    ),
]


class ScenarioToSave(BaseModel):
    """A scenario of a case, to be saved."""

    model_config = Ask.model_config

    case: CaseKey
    scenario: AskedScenario


class SavedScenarioInfo(Answer):
    """A saved scenario."""

    name: str
    case: str
    identity: str
    """Of its content: the same content has the same."""
    scenario: dict[str, Any]
    created: str
    """When it was first saved, UTC, ISO 8601."""
    updated: str


class ScenarioList(Answer):
    """Saved scenarios of an owner."""

    scenarios: list[SavedScenarioInfo]


def scenario_info(saved: SavedScenario) -> SavedScenarioInfo:
    """A saved scenario as it is answered."""
    return SavedScenarioInfo.of(saved, scenario=saved.content)


@router.get("/scenarios", summary="Saved scenarios")
def scenarios(services: Own, word: Owner) -> ScenarioList:
    """List the scenarios of an owner."""
    found = services.records.scenarios.all(owner_by_word(word))
    return ScenarioList(scenarios=[scenario_info(one) for one in found])


@router.put("/scenarios/{name}", summary="Save a scenario")
def save(services: Own, word: Owner, name: ScenarioName, body: ScenarioToSave) -> SavedScenarioInfo:
    """Save a scenario; it must fit its case and replaces the owner's scenario of the same name."""
    content = _checked(services, body)
    saved = services.records.scenarios.save(owner_by_word(word), name, body.case, content)
    if saved is None:
        raise Problem(409, "scenarios_many", most=services.records.scenarios.most)
    return scenario_info(saved)


@router.delete("/scenarios/{name}", summary="Delete a saved scenario", status_code=204)
def delete(services: Own, word: Owner, name: ScenarioName) -> None:
    """Delete a scenario of an owner."""
    if not services.records.scenarios.delete(owner_by_word(word), name):
        raise absent("no_saved_scenario", "name")


def _checked(services: Services, body: ScenarioToSave) -> dict[str, Any]:
    """The content of a scenario, once it is seen to fit its case."""
    asked = SimulationRequest(case=body.case, runs=1, scenario=body.scenario, baseline=None, draws="defaults")
    shelved = services.shelf.get(asked.case)
    services.check(study_of(asked, shelved), shelved, asked.paths())
    return body.scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
