"""Reading a file of levers: as hostile as any until it is parsed, every fault at once, and checked against its case.

A general set of levers, for a case that brings none: those of ``general.yaml`` that its facts bear and feel.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from copark.cases.case import Case
from copark.cases.casebook import LEVERS, brought
from copark.cases.files import KeyPath, written
from copark.cases.model_file import read_model
from copark.cases.types import shown
from copark.cases.yaml_loader import Tree, read_yaml
from copark.errors import Fault, NotFound, StudyFaults
from copark.inference.levers.entries import SINCE, LeverFile, Setting, Since, scenario_of
from copark.model.arrays import Inputs
from copark.simulation.case_edits import edited, fault_of_edit
from copark.simulation.run import DATED, facts_of, inputs_of, rows_apart
from copark.simulation.study import baseline

FILE = Path(__file__).parent / "general.yaml"
KEPT = 32
_SOUND: dict[tuple[object, ...], LeverFile] = {}
"""Levers that were found sound, by case and file: every setting is tried on the case, which takes seconds."""


class GeneralLevers(LeverFile):
    """Levers made of a case's facts, not written for it."""


def general_levers(case: Case) -> GeneralLevers:
    """The general set, less what the case's facts do not bear and what changes nothing in it.

    A case whose simulated time ends before its data do has no settings of now.

    Raises NotFound if nothing is left.
    """
    first, last = case.clock.start + 1, case.clock.start + (case.clock.quarters - 1)
    now = min(max(case.clock.data_end + 1, first), last)
    data = _filled(_content(), str(now), case)
    found = GeneralLevers.model_validate(data)
    before = inputs_of(case, scenario_of(None, None, found.title))

    def is_felt(setting: Setting, since: Since) -> bool:
        if edited(case, setting.edits)[1]:
            return False
        seen = touched(case, setting, before, now - case.clock.start)
        return seen.anything and (since == "start" or (not seen.past and now > case.clock.data_end))

    for lever, entry in zip(found.levers, data["levers"], strict=True):
        for since in SINCE:
            keys = {one.key for one in lever.settings(since) if is_felt(one, since)}
            entry[since] = [one for one in entry.get(since, ()) if one["key"] in keys]
    data["levers"] = [one for one in data["levers"] if one["start"] or one["now"]]
    if not data["levers"]:
        raise NotFound.of("levers.none_general", case=case.name)
    return GeneralLevers.model_validate(data)


@cache
def _content() -> str:
    return FILE.read_text(encoding="utf-8")


def _filled(content: str, now: str, case: Case) -> Any:
    """The set with the case's name and quarter, and what is done to partners done to each of the case's own."""
    faults: list[Fault] = []
    tree = read_yaml(content.replace("NOW", now), FILE.name, faults)
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


@dataclass(frozen=True)
class Touched:
    """What a setting changes of what the model is told: anything at all, and anything of the quarters before now."""

    anything: bool
    past: bool


def touched(case: Case, setting: Setting, before: Inputs, now: int) -> Touched:
    """What a setting changes.

    before: inputs of the case as it is; now: quarter, counted from 0.
    """
    scenario = scenario_of(setting, None, setting.title)
    after = inputs_of(case, scenario)
    facts = bool(facts_of(baseline(case.name), case, scenario))
    moved = rows_apart(before, after)
    dated = [first for name, first in moved.items() if name in (*DATED, "anchors") and first is not None]
    past = facts or moved["anchors"] is not None or any(first < now for first in dated)
    return Touched(facts or any(first is not None for first in moved.values()), past)


def load_levers(case: Case, path: Path | None = None) -> LeverFile:
    """Read the levers of a case: a person's own file, those that the case brings, or a general set.

    Raises NotFound if there is no such file; StudyFaults if it has faults; it carries all of them.
    """
    place = brought(case, LEVERS) if path is None else Path(path)
    if place is not None and not place.is_file():
        raise NotFound.of("levers.not_found", found=shown(path))
    written_at = None if place is None else (place.stat().st_mtime_ns, place.stat().st_size)
    known = (case.hash, place, written_at)
    if known in _SOUND:
        return _SOUND[known]
    found: LeverFile | None = general_levers(case) if place is None else None
    faults: list[Fault] = []
    if place is not None:
        found, faults = examine_levers(place, case)
    if found is None:
        raise StudyFaults(faults)
    if len(_SOUND) >= KEPT:
        _SOUND.clear()
    _SOUND[known] = found
    return found


def examine_levers(path: Path, case: Case) -> tuple[LeverFile | None, list[Fault]]:
    """Read a file of levers and check it, also against its case: the levers, or None, and all faults."""
    read, faults = read_model(path, LeverFile, ("levers", "study"))
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
    first, last = case.clock.start + 1, case.clock.start + (case.clock.quarters - 1)
    if not first <= found.now <= last:
        values = {"found": str(found.now), "first": str(first), "last": str(last)}
        yield Fault("levers.now_outside", file, tree.line(("now",)), "now", values)
        return
    now = found.now - case.clock.start
    before = inputs_of(case, scenario_of(None, None, found.title))
    for number, lever in enumerate(found.levers):
        for since in SINCE:
            for place, setting in enumerate(lever.settings(since)):
                at: KeyPath = ("levers", number, since, place)
                problems = edited(case, setting.edits)[1]
                for problem in problems:
                    line = tree.line((*at, "edits", *problem.path))
                    yield fault_of_edit(problem, file, line, at)
                if since == "now" and not problems and touched(case, setting, before, now).past:
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
