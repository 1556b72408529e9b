"""Reading a study file: as hostile as a case until it is parsed, and with every fault at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from copark.cases.case import Case
from copark.cases.casebook import list_cases
from copark.cases.files import KeyPath
from copark.cases.load import load_case
from copark.cases.model_file import read_model
from copark.cases.yaml_loader import Tree
from copark.errors import CoparkError, Fault
from copark.simulation.case_edits import edited, fault_of_edit
from copark.simulation.study import Study


def examine_study(path: Path) -> tuple[Study | None, list[Fault]]:
    """Read a study file and check it: the study, or None, and all its faults.

    Edits are checked against the case where it can be read: a case with faults, or none, is told when it is run.
    """
    read, faults = read_model(path, Study, ("study",))
    if read is None:
        return None, faults
    study, tree = read
    faults = list(faults_of_edits(study, tree, path.name))
    return (None if faults else study), faults


def faults_of_edits(study: Study, tree: Tree, file: str) -> Iterator[Fault]:
    """What is wrong with the edits of a study's scenarios, on this case."""
    case = None if all(scenario.edits.is_empty for scenario in study.scenarios) else case_named(study.case)
    for number, scenario in enumerate(study.scenarios if case is not None else ()):
        at: KeyPath = ("scenarios", number)
        for problem in edited(case, scenario.edits)[1] if case is not None else ():
            yield fault_of_edit(problem, file, tree.line((*at, "edits", *problem.path)), at)


def case_named(name: str) -> Case | None:
    """A case that can be read; those of the casebook are read once."""
    try:
        return shipped_case(name) if name in list_cases() else load_case(name)
    except CoparkError:
        return None


@lru_cache(maxsize=8)
def shipped_case(name: str) -> Case:
    """A case of the casebook."""
    return load_case(name)
