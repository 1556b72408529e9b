"""Reading a file of levers: as hostile as any until it is parsed, every fault at once, and checked against its case."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from copark.cases.case import Case
from copark.cases.casebook import LEVERS, brought
from copark.cases.files import KeyPath, written
from copark.cases.model_file import read_model
from copark.cases.types import shown
from copark.cases.yaml_loader import Tree
from copark.errors import Fault, NotFound, StudyFaults
from copark.inference.levers.entries import SINCE, LeverFile, Since, scenario_of
from copark.inference.levers.general import general_levers, touched
from copark.simulation.case_edits import edited, fault_of_edit
from copark.simulation.run import inputs_of


def load_levers(case: Case, path: Path | None = None) -> LeverFile:
    """Read the levers of a case: a person's own file, those that the case brings, or a general set.

    Raises
    ------
    NotFound
        If there is no such file.
    StudyFaults
        If it has faults; it carries all of them.
    """
    place = brought(case, LEVERS) if path is None else Path(path)
    if place is None:
        return general_levers(case)
    if not place.is_file():
        raise NotFound.of("levers.not_found", found=shown(path))
    found, faults = examine_levers(place, case)
    if found is None or faults:
        raise StudyFaults(faults)
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

    Raises
    ------
    NotFound
        If none is left.
    """
    known = [lever.key for lever in found.levers if lever.settings(since)]
    chosen = tuple(key for key in known if not names or key in names)
    if not chosen:
        raise NotFound.of(f"levers.none_{since}", case=found.case)
    return chosen
