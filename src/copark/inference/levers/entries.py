"""How a file of levers is written: levers and their settings, structures of the model, what a good choice reaches.

A *setting* changes facts of the case (edits), as a decision would. A *structure* changes the model (parameters, dated
switches, arrows, the bar of self-standing), as a rival judgement of the analyst would. The two never touch the same
thing, so that every setting can be tried under every structure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from copark.cases.quarters import Quarter
from copark.cases.types import suggestion, wrong
from copark.inference.levers.measures import NAMES
from copark.model.variables import catalogue
from copark.simulation.outcomes import SELF_STANDING
from copark.simulation.schemas import Entry, Key, Title
from copark.simulation.study import Scenario

Since = Literal["start", "now"]
Owner = Literal["home", "host", "both", "developer"]
SINCE: tuple[Since, ...] = ("start", "now")
AS_IT_IS = "as-it-is"
AS_MODELLED = "as-modelled"
MOST_SETTINGS = 99
"""Settings of one variant: a study holds a hundred scenarios, and the case as it is is one of them."""


class Reason(Entry):
    """Why, in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=600)]
    zh: Annotated[str, Field(min_length=1, max_length=600)]


class Setting(Scenario):
    """One position of a lever: what it changes in the case, and why it is tried.

    Of a scenario it has the edits of facts, and dated switches that no fact stands for, such as summits to come.
    """

    reason: Reason

    @model_validator(mode="after")
    def _check_change(self) -> Setting:
        for name in ("parameters", "links", "without_anchors"):
            if getattr(self, name):
                raise wrong("levers_setting", at=name, found=name)
        if self.edits.is_empty and not self.levers:
            raise wrong("levers_nothing", at="key", found=self.key)
        return self


class Lever(Entry):
    """Something a decision-maker controls.

    Parameters
    ----------
    controlled_by
        Who can pull it.
    rests_on
        Parameters its effect passes through, by the equations; the page says which of them data have moved.
    start, now
        Settings had it been pulled from the founding on, and if it is pulled from now on: the past stays.
    """

    key: Key
    title: Title
    controlled_by: Owner
    reason: Reason
    rests_on: tuple[str, ...] = ()
    start: tuple[Setting, ...] = ()
    now: tuple[Setting, ...] = ()

    @model_validator(mode="after")
    def _check_parameters(self) -> Lever:
        for name in self.rests_on:
            if name not in catalogue().parameters:
                near = suggestion(name, catalogue().parameters)
                raise wrong("study_unknown", at="rests_on", found=name, suggestion=near)
        return self

    def settings(self, since: Since) -> tuple[Setting, ...]:
        """Settings of a variant."""
        return self.start if since == "start" else self.now


class Structure(Scenario):
    """Another judgement of how the model should be: held for every setting, with the same draws and random numbers.

    Of a scenario it has the parameters, dated switches and arrows.

    self_standing: S*, operating enterprises from which on a park that lives unaided is self-standing.
    """

    reason: Reason
    self_standing: Annotated[float, Field(gt=0.0, le=1e6)] = float(SELF_STANDING)

    @model_validator(mode="after")
    def _check_change(self) -> Structure:
        for name in ("edits", "without_anchors"):
            if name in self.model_fields_set:
                raise wrong("levers_structure", at=name, found=name)
        if not self.changes_runs and self.self_standing == SELF_STANDING:
            raise wrong("levers_nothing", at="key", found=self.key)
        return self

    @property
    def changes_runs(self) -> bool:
        """Whether its runs are others than those as modelled; a bar alone only reads the same runs otherwise."""
        return bool(self.parameters or self.levers or self.links)


class Threshold(Entry):
    """What a state must reach for a setting to do well enough there.

    Parameters
    ----------
    measure
        One of :data:`~copark.inference.levers.measures.NAMES`.
    at_least
        In the measure's unit, of the mean over futures.
    compared
        Whether the gain over the case as it is is meant, rather than the value itself.
    """

    key: Key
    title: Title
    reason: Reason
    measure: str
    at_least: float
    compared: bool = False

    @model_validator(mode="after")
    def _check_measure(self) -> Threshold:
        if self.measure not in NAMES:
            raise wrong("not_allowed", at="measure", found=self.measure, suggestion=suggestion(self.measure, NAMES))
        return self


class Discount(Entry):
    """Yearly rate at which later money counts less, and why."""

    rate: Annotated[float, Field(ge=0.0, le=1.0)]
    reason: Reason


class LeverFile(Entry):
    """A file of levers."""

    format: Literal[1] = 1
    case: Annotated[str, Field(max_length=200)]
    title: Title
    now: Quarter
    """First quarter that a decision of today can still change."""
    discount: Discount
    thresholds: Annotated[tuple[Threshold, ...], Field(min_length=1, max_length=20)]
    structures: Annotated[tuple[Structure, ...], Field(max_length=30)] = ()
    levers: Annotated[tuple[Lever, ...], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _check_keys(self) -> LeverFile:
        lists: tuple[tuple[str, Sequence[Any], tuple[str, ...]], ...] = (
            ("levers", self.levers, ()),
            ("structures", self.structures, (AS_MODELLED,)),
            ("thresholds", self.thresholds, ()),
        )
        for name, entries, taken in lists:
            again = repeated([*taken, *(entry.key for entry in entries)])
            if again is not None:
                raise wrong("study_same_key", at=name, found=again)
        for since in SINCE:
            keys = [setting.key for _, setting in self.settings(since)]
            again = repeated([AS_IT_IS, *keys])
            if again is not None:
                raise wrong("study_same_key", at="levers", found=again)
            if len(keys) > MOST_SETTINGS:
                raise wrong("too_long", at="levers", found=len(keys), limit=MOST_SETTINGS)
        return self

    @model_validator(mode="after")
    def _check_apart(self) -> LeverFile:
        """A setting and a structure that change the same switch could not both hold."""
        touched = {name: structure.key for structure in self.structures for name in structure.levers}
        for since in SINCE:
            for _, setting in self.settings(since):
                for name in setting.levers:
                    if name in touched:
                        values = {"found": name, "other": touched[name], "setting": setting.key}
                        raise wrong("levers_both", at="structures", **values)
        return self

    def settings(self, since: Since, only: Sequence[str] = ()) -> Iterator[tuple[Lever, Setting]]:
        """Settings of a variant with their levers, in the order of the file; of some levers only, if named."""
        for lever in self.levers:
            if not only or lever.key in only:
                for setting in lever.settings(since):
                    yield lever, setting


def repeated(keys: Sequence[str]) -> str | None:
    """The first key that comes twice."""
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return None


def scenario_of(setting: Setting | None, structure: Structure | None, title: Title) -> Scenario:
    """The arm of a study: a setting, or the case as it is, under a structure, or the model as it is.

    Raises pydantic.ValidationError if a structure changes what the model does not know.
    """
    changes: dict[str, Any] = {}
    if setting is not None:
        changes["edits"] = setting.edits
        changes["levers"] = dict(setting.levers)
    if structure is not None:
        changes["parameters"], changes["links"] = structure.parameters, structure.links
        changes["levers"] = {**structure.levers, **changes.get("levers", {})}
    return Scenario(key=AS_IT_IS if setting is None else setting.key, title=title, **changes)
