"""The shape of the code: short files and functions, names that say something, docstrings, nothing left undone."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "copark"
MODULES = sorted(PACKAGE.rglob("*.py"))
PYTHON = sorted([*MODULES, *(ROOT / "tests").rglob("*.py"), *(ROOT / "bench").rglob("*.py")])
MOST_LINES_IN_A_FILE = 500
MOST_LINES_IN_A_FUNCTION = 60
EMPTY_NAMES = {"utils", "util", "common", "helpers", "helper", "core", "base", "manager", "misc", "tools"}
# written in two parts, so that this file does not hold what it looks for
UNDONE = re.compile("|".join(("TO" + "DO", "FIX" + "ME", r"\bXX" + r"X\b", "NotImplemented" + "Error")))
ELSEWHERE = re.compile("|".join((r"(?<!\w)/(?:work|root|home)" + "/", r"/tmp" + "/w/", r"py" + r"pi\.org/simple")))
WRITTEN = ("*.py", "*.md", "*.yaml", "*.yml", "*.toml", "*.cfg", "*.html", "*.css", "*.csv", "*.txt", "Makefile", "run")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[Function]:
    yield from (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def written_files() -> Iterator[Path]:
    for folder in ("src", "tests", "bench", "docs", ".ci"):
        for pattern in WRITTEN:
            yield from (ROOT / folder).rglob(pattern)
    for pattern in WRITTEN:
        yield from ROOT.glob(pattern)


def test_there_is_something_to_look_at() -> None:
    assert len(MODULES) > 30


@pytest.mark.parametrize("path", PYTHON, ids=name)
def test_no_file_and_no_function_is_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())
    assert lines <= MOST_LINES_IN_A_FILE
    for function in functions(path):
        assert function.end_lineno is not None
        length = function.end_lineno - function.lineno + 1
        assert length <= MOST_LINES_IN_A_FUNCTION, f"{function.name}: {length} lines"


def test_names_of_modules_say_something() -> None:
    for path in MODULES:
        parts = set(path.relative_to(PACKAGE).with_suffix("").parts)
        words = parts | {word for part in parts for word in part.split("_")}
        assert words.isdisjoint(EMPTY_NAMES), name(path)


def public(node: ast.Module | ast.ClassDef) -> Iterator[Function | ast.ClassDef]:
    for inner in node.body:
        if isinstance(inner, Function | ast.ClassDef) and not inner.name.startswith("_"):
            yield inner
            if isinstance(inner, ast.ClassDef):
                yield from public(inner)


@pytest.mark.parametrize("path", MODULES, ids=name)
def test_modules_classes_and_functions_say_what_they_are(path: Path) -> None:
    module = tree(path)
    assert ast.get_docstring(module), "the module has no docstring"
    silent = [node.name for node in public(module) if not ast.get_docstring(node)]
    assert not silent


def test_nothing_is_left_undone_and_nothing_points_at_one_machine() -> None:
    found = []
    for path in written_files():
        for at, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if UNDONE.search(line) or ELSEWHERE.search(line):
                found.append(f"{name(path)}:{at}: {line.strip()}")
    assert not found, "\n".join(found)


def test_pins_are_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"#.*|[A-Za-z0-9_.-]+==[A-Za-z0-9.]+", line), line
