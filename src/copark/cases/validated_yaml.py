"""Reads untrusted YAML and validates it against a model, reporting every error at once."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from copark.cases.files import fault, read_text, written
from copark.cases.pydantic_errors import errors_of, known_keys, told
from copark.cases.yaml_loader import Tree, read_yaml
from copark.errors import Fault

M = TypeVar("M", bound=BaseModel)


def read_model(
    path: Path, model: type[M], areas: Sequence[str], fill: Callable[[str], str] | None = None
) -> tuple[tuple[M, Tree] | None, list[Fault]]:
    """Read a file as a model.

    Parameters
    ----------
    path
        The file.
    model
        The model.
    areas
        Areas of the texts that the model's own errors belong to: code ``study_range`` is ``study.range``.
    fill
        Function that puts values in the place of words of the file before it is read, and keeps its lines.

    Returns
    -------
    The model with its tree of lines, or None; and all faults.
    """
    faults: list[Fault] = []
    content = read_text(path.parent, path.name, faults)
    if content is not None and fill is not None:
        content = fill(content)
    tree = None if content is None else read_yaml(content, path.name, faults)
    if tree is None or faults:
        return None, faults
    try:
        return (model.model_validate(tree.data), tree), []
    except ValidationError as errors:
        return None, faults_in(errors, path.name, model, areas, tree)


def read_shipped(path: Path, model: type[M]) -> tuple[M, str]:
    """Read a file of the package as a model, and give the file's SHA-256."""
    read, faults = read_model(path, model, ("claims", "study"))
    assert read is not None, faults  # noqa: S101 - a file of the package
    return read[0], hashlib.sha256(path.read_bytes()).hexdigest()


def faults_in(
    errors: ValidationError, file: str, model: type[BaseModel], areas: Sequence[str], tree: Tree | None = None
) -> list[Fault]:
    """Make faults of all of pydantic's errors, with lines where there is a file.

    Parameters
    ----------
    errors
        The errors.
    file
        Name of the file in faults.
    model
        Model the file was read as.
    areas
        Areas of the texts whose codes begin with their name.
    tree
        Content of the file, where there is one.
    """
    return [translate(error, tree, file, model, areas) for error in errors_of(errors)]


def translate(error: ErrorDetails, tree: Tree | None, file: str, model: type[BaseModel], areas: Sequence[str]) -> Fault:
    """Make a fault of one of pydantic's errors: one of some areas, or one that a case may have too.

    Parameters
    ----------
    error
        The error.
    tree
        Content of the file, where there is one.
    file
        Name of the file in faults.
    model
        Model the file was read as.
    areas
        Areas of the texts whose codes begin with their name.
    """
    code, path, values = told(error, known_keys(model, error["loc"][:-1]))
    line = None if tree is None else tree.line(path)
    for area in areas:
        if code.startswith(f"{area}_"):
            return Fault(f"{area}.{code.removeprefix(f'{area}_')}", file, line, written(path), values)
    return fault(code, file, line, path, **values)
