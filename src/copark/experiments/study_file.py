"""Reading a study file: as hostile as a case until it is parsed, and with every fault at once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from copark.cases.case import Case
from copark.cases.casebook import list_cases
from copark.cases.load import load_case
from copark.cases.reading import KeyPath, fault, read_text, written
from copark.cases.validation import told
from copark.cases.yaml_tree import Tree, read_yaml
from copark.errors import CoparkError, Fault
from copark.experiments.editing import edited, fault_of_edit
from copark.experiments.study import Study


def examine_study(path: Path) -> tuple[Study | None, list[Fault]]:
    """Read a study file and check it: the study, or None, and all its faults.

    Edits are checked against the case, where it can be read: a case with faults, or none, is told when it is run.
    """
    faults: list[Fault] = []
    content = read_text(path.parent, path.name, faults)
    tree = None if content is None else read_yaml(content, path.name, faults)
    if tree is None or faults:
        return None, faults
    try:
        study = Study.model_validate(tree.data)
    except ValidationError as errors:
        return None, [translate(error, tree, path.name) for error in errors.errors()]
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


def translate(error: ErrorDetails, tree: Tree, file: str) -> Fault:
    """Make a fault of one of pydantic's errors: a study's own, or one that a case may have too."""
    allowed = keys_at(error["loc"][:-1]) if error["type"] == "extra_forbidden" else ()
    code, at, values = told(error, allowed)
    if code.startswith("study_"):
        return Fault(f"study.{code.removeprefix('study_')}", file, tree.line(at), written(at), values)
    return fault(code, file, tree.line(at), at, **values)


def keys_at(path: KeyPath) -> tuple[str, ...]:
    """Keys a study may have at a place, as they are written."""
    model: type[BaseModel] = Study
    for step in path:
        if isinstance(step, str) and step in (fields := {f.alias or name: f for name, f in model.model_fields.items()}):
            model = next(iter(models_in(fields[step].annotation)), model)
    return tuple(field.alias or name for name, field in model.model_fields.items())


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a field holds, at any depth of lists and mappings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from models_in(part)
