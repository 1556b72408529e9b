"""Saved scenarios: each belongs to whoever has its owner's word, in whichever browser and on whichever server."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from copark.web.api.replies import Here, StrictRoute
from copark.web.limits import Owner, owner_by_word
from copark.web.problems import Problem
from copark.workflows.serving.answers import Answer
from copark.workflows.serving.asking import Ask, AskedScenario, CaseKey, SimulationRequest, study_of
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


@router.get("/scenarios", summary="Saved scenarios")
def scenarios(here: Here, word: Owner) -> ScenarioList:
    """List the scenarios of an owner."""
    found = here.services.records.scenarios.all(owner_by_word(word))
    return ScenarioList(scenarios=[SavedScenarioInfo.of(one, scenario=one.content) for one in found])


@router.put("/scenarios/{name}", summary="Save a scenario")
def save(here: Here, word: Owner, name: ScenarioName, body: ScenarioToSave) -> SavedScenarioInfo:
    """Save a scenario; it must fit its case and replaces the owner's scenario of the same name."""
    asked = SimulationRequest(case=body.case, runs=1, scenario=body.scenario, baseline=None, draws="defaults")
    shelved = here.shelf.get(asked.case)
    here.services.check(study_of(asked, shelved), shelved, asked)
    content = body.scenario.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    saved = here.services.records.scenarios.save(owner_by_word(word), name, body.case, content)
    if saved is None:
        raise Problem(409, "scenarios_many", most=here.services.records.scenarios.most)
    return SavedScenarioInfo.of(saved, scenario=saved.content)


@router.delete("/scenarios/{name}", summary="Delete a saved scenario", status_code=204)
def delete(here: Here, word: Owner, name: ScenarioName) -> None:
    """Delete a scenario of an owner."""
    if not here.services.records.scenarios.delete(owner_by_word(word), name):
        raise absent("no_saved_scenario", "name")
