"""Files of levers: levers and their settings, structures of the model, what a good choice reaches.

A *setting* changes facts of the case (edits), as a decision would. A *structure* changes the model (parameters, dated
switches, links, the bar of self-standing), as a rival judgement of the analyst would. The two never touch the same
thing, so that every setting can be tried under every structure.

A file is untrusted until it is parsed; every fault is told at once, and it is checked against its case. A case
that brings none has a general set: what of ``general.yaml`` its facts bear and feel.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from copark.analyses.levers.measures import NAMES
from copark.cases.case import Case
from copark.cases.casebook import LEVERS, brought
from copark.cases.files import KeyPath, written
from copark.cases.horizon import latest_now, now_for, seen_from
from copark.cases.quarters import Quarter
from copark.cases.types import shown, suggestion, wrong
from copark.cases.validated_yaml import read_model
from copark.cases.yaml_loader import Tree, read_yaml
from copark.errors import Fault, NotFound, RunRefused, StudyFaults
from copark.model.arrays import Inputs
from copark.model.variables import catalogue
from copark.simulation.case_edits import edited, fault_of_edit
from copark.simulation.outcomes import SELF_STANDING
from copark.simulation.run import DATED, facts_of, inputs_of, rows_apart
from copark.simulation.study import Scenario, baseline
from copark.simulation.study_entries import Entry, Key, Title

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
        for name in ("parameters", "links", "without_anchors", "times", "scale"):
            if getattr(self, name):
                raise wrong("levers_setting", at=name, found=name)
        if self.edits.is_empty and not self.levers:
            raise wrong("levers_nothing", at="key", found=self.key)
        return self


class Lever(Entry):
    """Something a decision-maker controls."""

    key: Key
    title: Title
    controlled_by: Owner
    """Who can pull it."""
    reason: Reason
    rests_on: tuple[str, ...] = ()
    """Parameters its effect passes through, by the equations; the page says which of them data have moved."""
    start: tuple[Setting, ...] = ()
    now: tuple[Setting, ...] = ()
    """start, now: settings had it been pulled from the founding on, and if it is pulled from now on: the past stays."""

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

    Of a scenario it has the parameters, dated switches and links, and what is multiplied.

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
        return bool(self.parameters or self.levers or self.links or self.times or self.scale)


class Threshold(Entry):
    """What a state must reach for a setting to do well enough there."""

    key: Key
    title: Title
    reason: Reason
    measure: str
    """One of :data:`~copark.analyses.levers.measures.NAMES`."""
    at_least: float
    """In the measure's unit, of the mean over futures."""
    compared: bool = False
    """Whether the gain over the case as it is is meant, rather than the value itself."""

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
        """Keys are told apart; a setting and a structure that change the same switch could not both hold."""
        keys = {
            "levers": [one.key for one in self.levers],
            "structures": [AS_MODELLED, *(one.key for one in self.structures)],
            "thresholds": [one.key for one in self.thresholds],
        }
        settings = [[setting for _, setting in self.settings(since)] for since in SINCE]
        named = [*keys.items(), *(("levers", [AS_IT_IS, *(one.key for one in each)]) for each in settings)]
        for name, known in named:
            again = next((key for at, key in enumerate(known) if key in known[:at]), None)
            if again is not None:
                raise wrong("study_same_key", at=name, found=again)
        touched = {name: structure.key for structure in self.structures for name in structure.levers}
        for each in settings:
            if len(each) > MOST_SETTINGS:
                raise wrong("too_long", at="levers", found=len(each), limit=MOST_SETTINGS)
            for setting in each:
                for name in setting.levers.keys() & touched.keys():
                    values = {"found": name, "other": touched[name], "setting": setting.key}
                    raise wrong("levers_both", at="structures", **values)
        return self

    def settings(self, since: Since, only: Sequence[str] = ()) -> Iterator[tuple[Lever, Setting]]:
        """Settings of a variant with their levers, in the order of the file; of some levers only, if named."""
        for lever in self.levers:
            if not only or lever.key in only:
                for setting in lever.settings(since):
                    yield lever, setting


def scenario_of(setting: Setting | None, structure: Structure | None, title: Title) -> Scenario:
    """The arm of a study: a setting, or the case as it is, under a structure, or the model as it is."""
    changes: dict[str, Any] = {}
    if setting is not None:
        changes["edits"] = setting.edits
        changes["levers"] = dict(setting.levers)
    if structure is not None:
        changes["parameters"] = structure.parameters
        changes["links"] = structure.links
        changes["times"] = structure.times
        changes["scale"] = structure.scale
        changes["levers"] = {**structure.levers, **changes.get("levers", {})}
    return Scenario(key=AS_IT_IS if setting is None else setting.key, title=title, **changes)


FILE = Path(__file__).parent / "general.yaml"
KEPT = 32
_SOUND: dict[tuple[object, ...], LeverFile] = {}
"""Levers that were found sound, by case and file: every setting is tried on the case, which takes seconds."""


class GeneralLevers(LeverFile):
    """Levers made of a case's facts, not written for it."""


def general_levers(case: Case, now: Quarter) -> GeneralLevers:
    """The general set from a quarter on, less what the case's facts do not bear and what changes nothing in it.

    Raises NotFound if nothing is left.
    """
    data = _filled(now, case)
    found = GeneralLevers.model_validate(data)
    seen = seen_from(case, now)
    before = inputs_of(seen, scenario_of(None, None, found.title))

    def is_felt(setting: Setting, since: Since) -> bool:
        if edited(seen, setting.edits)[1]:
            return False
        anything, past = touched(seen, setting, before, now - case.clock.start)
        return anything and (since == "start" or not past)

    for lever, entry in zip(found.levers, data["levers"], strict=True):
        for since in SINCE:
            keys = {one.key for one in lever.settings(since) if is_felt(one, since)}
            entry[since] = [one for one in entry.get(since, ()) if one["key"] in keys]
    data["levers"] = [one for one in data["levers"] if one["start"] or one["now"]]
    if not data["levers"]:
        raise NotFound.of("levers.none_general", case=case.name)
    return GeneralLevers.model_validate(data)


NOW = re.compile(r"\bNOW(?:([+-]\d{1,3}))?\b")
"""The word of a file of levers for the first quarter that can still be decided, and for quarters counted from it."""


def filled(content: str, now: Quarter) -> str:
    """Put quarters in the place of the word ``NOW``, and of ``NOW-1`` or ``NOW+4``, in a file of levers."""
    return NOW.sub(lambda found: str(now + int(found[1] or 0)), content)


def _filled(now: Quarter, case: Case) -> Any:
    """The set with the case's name and quarter, and what is done to partners done to each of the case's own."""
    faults: list[Fault] = []
    tree = read_yaml(filled(FILE.read_text(encoding="utf-8"), now), FILE.name, faults)
    assert tree is not None, faults  # noqa: S101 - a file of the package
    data: Any = tree.data
    data["case"] = case.name
    for lever in data["levers"]:
        for setting in lever["start"]:
            word = setting["edits"].get("partners")
            if word is not None:
                setting["edits"] = {"partners": {one.key: word for one in case.partners}}
    data["levers"] = [one for one in data["levers"] if case.partners or one["key"] != "partners"]
    return data


def touched(case: Case, setting: Setting, before: Inputs, now: int) -> tuple[bool, bool]:
    """Whether a setting changes anything of what the model is told, and anything of the quarters before now.

    before: inputs of the case as it is; now: quarter, counted from 0.
    """
    scenario = scenario_of(setting, None, setting.title)
    facts = bool(facts_of(baseline(case.name), case, scenario))
    moved = rows_apart(before, inputs_of(case, scenario))
    dated = [first for name, first in moved.items() if name in (*DATED, "anchors") and first is not None]
    past = facts or moved["anchors"] is not None or any(first < now for first in dated)
    return facts or any(first is not None for first in moved.values()), past


def load_levers(case: Case, path: Path | None = None, now: Quarter | str | None = None) -> LeverFile:
    """Read the levers of a case: a person's own file, those that the case brings, or a general set.

    Parameters
    ----------
    path
        The person's own file.
    now
        First quarter that can still be decided, by default the present one.

    Raises
    ------
    copark.errors.NotFound
        If there is no such file.
    copark.errors.StudyFaults
        If it has faults; it carries all of them.
    copark.errors.RunRefused
        If the quarter cannot be used, or the file names another.
    """
    place = brought(case, LEVERS) if path is None else Path(path)
    if place is not None and not place.is_file():
        raise NotFound.of("levers.not_found", found=shown(path))
    written_at = None if place is None else (place.stat().st_mtime_ns, place.stat().st_size)
    quarter = now_for(case, now)
    known = (case.hash, place, written_at, quarter)
    if known not in _SOUND:
        found, faults = (general_levers(case, quarter), []) if place is None else examine_levers(place, case, quarter)
        if found is None:
            raise StudyFaults(faults)
        if len(_SOUND) >= KEPT:
            _SOUND.clear()
        _SOUND[known] = found
    levers = _SOUND[known]
    if now is not None and levers.now != quarter:
        raise RunRefused.of("levers.fixed_now", now=str(quarter), found=str(levers.now))
    return levers


def examine_levers(path: Path, case: Case, now: Quarter | None = None) -> tuple[LeverFile | None, list[Fault]]:
    """Read a file of levers and check it, also against its case: the levers, or None, and all faults.

    now: the quarter that stands for the word ``NOW``, by default the present one.
    """
    quarter = now or now_for(case)
    read, faults = read_model(path, LeverFile, ("levers", "study"), lambda content: filled(content, quarter))
    if read is None:
        return None, faults
    found, tree = read
    faults = list(_faults_in_case(found, case, tree, path.name))
    return (None if faults else found), faults


def _faults_in_case(found: LeverFile, case: Case, tree: Tree, file: str) -> Iterator[Fault]:
    """What the case does not bear: another case, a "now" outside its time, edits that do not fit, a changed past."""
    if found.case != case.name:
        yield Fault("levers.other_case", file, tree.line(("case",)), "case", {"found": found.case, "case": case.name})
        return
    first, last = case.clock.start + 1, latest_now(case)
    if not first <= found.now <= last:
        values = {"found": str(found.now), "first": str(first), "last": str(last)}
        yield Fault("levers.now_outside", file, tree.line(("now",)), "now", values)
        return
    now = found.now - case.clock.start
    seen = seen_from(case, found.now)
    before = inputs_of(seen, scenario_of(None, None, found.title))
    for number, lever in enumerate(found.levers):
        for since in SINCE:
            for place, setting in enumerate(lever.settings(since)):
                at: KeyPath = ("levers", number, since, place)
                problems = edited(seen, setting.edits)[1]
                for problem in problems:
                    line = tree.line((*at, "edits", *problem.path))
                    yield fault_of_edit(problem, file, line, at)
                if since == "now" and not problems and touched(seen, setting, before, now)[1]:
                    values = {"found": setting.key, "now": str(found.now)}
                    yield Fault("levers.changes_past", file, tree.line(at), written(at), values)


def wanted_levers(found: LeverFile, since: Since, names: Sequence[str]) -> tuple[str, ...]:
    """Levers asked for by key; all that have settings in this variant where none is named.

    Raises NotFound if none is left.
    """
    known = [lever.key for lever in found.levers if lever.settings(since)]
    chosen = tuple(key for key in known if not names or key in names)
    if not chosen:
        raise NotFound.of(f"levers.none_{since}", case=found.case)
    return chosen
