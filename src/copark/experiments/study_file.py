"""Reading a study file: as hostile as a case until it is parsed, and with every fault at once."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from copark.cases.reading import fault, read_text, written
from copark.cases.validation import told
from copark.cases.yaml_tree import Tree, read_yaml
from copark.errors import Fault
from copark.experiments.study import Study


def examine_study(path: Path) -> tuple[Study | None, list[Fault]]:
    """Read a study file and check it: the study, or None, and all its faults."""
    faults: list[Fault] = []
    content = read_text(path.parent, path.name, faults)
    tree = None if content is None else read_yaml(content, path.name, faults)
    if tree is None or faults:
        return None, faults
    try:
        return Study.model_validate(tree.data), []
    except ValidationError as errors:
        return None, [translate(error, tree, path.name) for error in errors.errors()]


def translate(error: object, tree: Tree, file: str) -> Fault:
    """Make a fault of one of pydantic's errors: a study's own, or one that a case may have too."""
    code, at, values = told(error)  # type: ignore[arg-type]
    if code.startswith("study_"):
        return Fault(f"study.{code.removeprefix('study_')}", file, tree.line(at), written(at), values)
    return fault(code, file, tree.line(at), at, **values)
