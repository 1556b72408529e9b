"""Changes: what an arm, a variant of the judgement block or a false world alters, and how one is put upon another.

An arm is a scenario of a study (:class:`~copark.simulation.study.Scenario`) that may also multiply parameters: a
strategic value that is drawn cannot be trebled by naming one value.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Annotated, Any

from pydantic import Field, field_validator

from copark.cases.types import suggestion, wrong
from copark.model.variables import catalogue
from copark.simulation.schemas import Key, Title
from copark.simulation.study import Scenario, levers

Factor = Annotated[float, Field(ge=0.0, le=100.0)]
AS_IT_IS = "as-it-is"
"""Key of the arm that changes nothing: the case as it is."""


class Change(Scenario):
    """What is altered against a case: as in a scenario, and what is multiplied.

    Levers are set after edits: where both set the same fact, the lever has it.
    """

    key: Key = "change"
    title: Title = Title(en="change", zh="change")
    times: dict[str, Factor] = Field(default_factory=dict)
    """Parameters multiplied, after they are set."""
    scale: dict[str, Factor] = Field(default_factory=dict)
    """Levers and drivers multiplied, after all else."""

    @field_validator("times")
    @classmethod
    def _times_known(cls, given: dict[str, float]) -> dict[str, float]:
        return _known(given, catalogue().parameters)

    @field_validator("scale")
    @classmethod
    def _scale_known(cls, given: dict[str, float]) -> dict[str, float]:
        return _known(given, levers())

    def content(self) -> dict[str, Any]:
        """What is altered, as plain values, without key and title."""
        made: dict[str, Any] = self.model_dump(mode="json", by_alias=True, exclude_unset=True)
        return {name: value for name, value in made.items() if value and name in ALTERS}

    @property
    def alone(self) -> Change:
        """The change without key and title."""
        return Change.model_validate(self.content())


ALTERS = frozenset(Change.model_fields) - {"key", "title"}


def _known(given: dict[str, float], known: Mapping[str, Any]) -> dict[str, float]:
    for name in given:
        if name not in known:
            raise wrong("study_unknown", at=name, found=name, suggestion=suggestion(name, known))
    return given


def upon(ground: Change, *changes: Change) -> Change:
    """Put changes upon a ground, the later upon the earlier: where two set the same thing, the later one has it.

    Factors multiply, lists of what never happened are joined, instruments of the framework are switched one by one.
    """
    return Change.model_validate(reduce(_joined, (one.content() for one in changes), ground.content()))


def _joined(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    made = below | above
    for name in ("parameters", "levers", "links"):
        if name in below and name in above:
            made[name] = below[name] | above[name]
    for name in ("times", "scale"):
        if name in below and name in above:
            both = below[name].keys() | above[name].keys()
            made[name] = {key: below[name].get(key, 1.0) * above[name].get(key, 1.0) for key in both}
    if "edits" in below and "edits" in above:
        made["edits"] = _joined_edits(below["edits"], above["edits"])
    return made


def _joined_edits(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    made = below | above
    for name in ("depth", "partners", "shareholders", "terms"):
        if name in below and name in above:
            made[name] = below[name] | above[name]
    if "drop" in below and "drop" in above:
        made["drop"] = list(dict.fromkeys([*below["drop"], *above["drop"]]))
    return made


def is_empty(change: Change) -> bool:
    """Whether nothing is altered."""
    return not change.content()
