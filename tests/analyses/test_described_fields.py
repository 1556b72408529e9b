"""Each field of what an analysis takes and returns is described by itself: ``help`` and editors show the text.

Read from the sources, since a docstring under a field is no part of a class. What is reached are the classes that
annotations of ``Params`` and ``Answer`` name, and those that theirs name in turn.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from copark.analyses import REGISTRY

GROUPED = re.compile(r"(\w+, )+\w+: ")
"""How a text begins that stands for several fields at once."""
LEFT_OUT = ("copark.model",)
"""The model's own records: their variables are described in its catalogue."""


@dataclass
class Source:
    """What a module defines and imports, by name."""

    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    aliases: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)


@cache
def source_of(module: str) -> Source:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    source = Source()
    for node in ast.walk(ast.parse(Path(spec.origin).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ClassDef):
            source.classes[node.name] = node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            source.aliases.setdefault(node.targets[0].id, node.value)
        elif isinstance(node, ast.ImportFrom) and str(node.module).startswith("copark"):
            for entry in node.names:
                source.imports[entry.asname or entry.name] = (str(node.module), entry.name)
    return source


def fields_of(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr, str]]:
    """Yield each field of a class: its name, its annotation, and the text below it."""
    for entry, below in zip(node.body, [*node.body[1:], None], strict=True):
        if isinstance(entry, ast.AnnAssign) and isinstance(entry.target, ast.Name):
            is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            text = str(below.value.value) if is_text else ""  # type: ignore[union-attr]
            if not entry.target.id.startswith("_") and "ClassVar" not in ast.unparse(entry.annotation):
                yield entry.target.id, entry.annotation, text


def reach(module: str, name: str, seen: dict[tuple[str, str], ast.ClassDef]) -> None:
    """Add a class, and those that its bases and annotations name."""
    source = source_of(module)
    if name in source.imports:
        reach(*source.imports[name], seen)
    elif name in source.classes and (module, name) not in seen:
        node = seen[module, name] = source.classes[name]
        for expression in (*node.bases, *(annotation for _, annotation, _ in fields_of(node))):
            reach_names(module, expression, seen)
    elif name in source.aliases:
        reach_names(module, source.aliases.pop(name), seen)


def reach_names(module: str, expression: ast.AST, seen: dict[tuple[str, str], ast.ClassDef]) -> None:
    """Add the classes that an annotation names; of ``Annotated`` only the type."""
    if isinstance(expression, ast.Subscript) and ast.unparse(expression.value) == "Annotated":
        assert isinstance(expression.slice, ast.Tuple)
        expression = expression.slice.elts[0]
    if isinstance(expression, ast.Name):
        reach(module, expression.id, seen)
    for node in ast.iter_child_nodes(expression):
        reach_names(module, node, seen)


@pytest.fixture(scope="module")
def reached() -> dict[tuple[str, str], ast.ClassDef]:
    source_of.cache_clear()
    seen: dict[tuple[str, str], ast.ClassDef] = {}
    for analysis in REGISTRY:
        reach(analysis.package, "Params", seen)
        reach(analysis.package, "Answer", seen)
        reach(analysis.package, "Answers", seen)
    reach("copark.analyses.run", "Answer", seen)
    return {(module, name): node for (module, name), node in seen.items() if not module.startswith(LEFT_OUT)}


def test_the_reach_goes_from_an_answer_to_a_row_of_a_case(reached: dict[tuple[str, str], ast.ClassDef]) -> None:
    names = {name for _, name in reached}
    assert {"Params", "Answer", "Movement", "CaseFile", "Observation", "Percentiles", "TruthRow"} <= names


def test_every_field_is_described_by_itself(reached: dict[tuple[str, str], ast.ClassDef]) -> None:
    missing = [
        f"{module}.{name}.{entry}"
        for (module, name), node in reached.items()
        for entry, _, text in fields_of(node)
        if not text.strip() or GROUPED.match(text)
    ]
    assert not missing, "\n".join(missing)


def test_no_text_only_repeats_the_name(reached: dict[tuple[str, str], ast.ClassDef]) -> None:
    def words(text: str) -> set[str]:
        return {word.rstrip("s") for word in re.findall(r"[a-z]+", text.lower())} - {"a", "an", "it", "of", "the"}

    empty = [
        f"{module}.{name}.{entry}: {text}"
        for (module, name), node in reached.items()
        for entry, _, text in fields_of(node)
        if text.strip() and words(text) <= words(entry.replace("_", " "))
    ]
    assert not empty, "\n".join(empty)
