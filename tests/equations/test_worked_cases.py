"""Every worked case of every room; every equation is worked out, in a file of cases or in the tests of this folder."""

import ast
from pathlib import Path

import pytest

from copark.model.compiler import MODEL
from copark.model.variables import catalogue
from tests.equations.worked_cases import ROOMS, check, read_cases, work_out

FOLDER = Path(__file__).parent
FOLDERS = (*ROOMS, "coupling")
ELSEWHERE = {"outputs.py": FOLDER, "rng.py": FOLDER.parent / "unit", "fast_math.py": FOLDER.parent / "unit"}
CASES = [case for room in ROOMS for case in read_cases(room)]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_worked_case(case):
    check(case)


def test_cases_have_names_of_their_own():
    names = [str(case) for case in CASES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("wrong", ["1 + 1 = 3", "2 / 3 = 0.6660", "0.1 = 0.1001", "10 / 3 = 3"])
def test_arithmetic_that_does_not_give_its_number_is_found(wrong):
    with pytest.raises(AssertionError):
        work_out(wrong)


def equations(path):
    """Names of the compiled functions of a module."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    return {
        node.name
        for node in nodes
        if isinstance(node, ast.FunctionDef) and any(getattr(d, "id", "") == "compiled" for d in node.decorator_list)
    }


def called(folder):
    """Names that the tests of a folder use as attributes of a module: `ledger.account`, or call: `stand`."""
    found = set()
    for path in folder.glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
    return found


def test_every_equation_is_worked_out():
    worked = {case.equation.rsplit(".", 1)[1] for case in CASES} | called(FOLDER) | set(catalogue().links)
    modules = [path for folder in FOLDERS for path in sorted((MODEL / folder).glob("*.py"))]
    assert sum(len(equations(path)) for path in modules) > 80
    missing = {f"{path.parent.name}/{path.name}": equations(path) - worked for path in modules}
    missing |= {name: equations(MODEL / name) - called(folder) for name, folder in ELSEWHERE.items()}
    assert not {name: sorted(left) for name, left in missing.items() if left}
