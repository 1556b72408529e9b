"""Every worked case of every submodel; every equation is worked out, in a file of cases or in the tests of this folder.

A case of a submodel's YAML file names the equation, its inputs and what is `expected` of it, or what a record holds
`after` it. A value is a number, or `arithmetic = number`: then the arithmetic must give the number as far as its digits
go (four at least), and the equation must give what the arithmetic gives. `working` says in words where the arithmetic
comes from. Inputs that are records hold 0 in every field not named.
"""

import ast
import math
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import yaml

from copark.model.jit import MODEL
from copark.model.outputs import OUTPUTS
from copark.model.variables import catalogue
from tests.equations.small_park import SUBMODELS, address, blank, record

FOLDER = Path(__file__).parent
FOLDERS = (*SUBMODELS, "coupling")
ELSEWHERE = {"outputs.py": FOLDER, "rng.py": FOLDER.parent / "unit", "fast_math.py": FOLDER.parent / "unit"}
SYMBOLS = {
    "exp": math.exp, "ln": math.log, "sqrt": math.sqrt, "min": min, "max": max,
    "logistic": lambda x: 1.0 / (1.0 + math.exp(-x)),
}  # fmt: skip
EXACT = {"rtol": 1e-11, "atol": 1e-13}
"""Allowed between an equation and the arithmetic: the elementary functions err by 1e-14."""
CASES = [
    pytest.param(submodel, case, id=f"{case['equation']}: {case['name']}")
    for submodel in SUBMODELS
    for case in yaml.safe_load((FOLDER / f"{submodel}.yaml").read_text(encoding="utf-8"))
]


def make_input(submodel, name, value):
    """Turn an input as written into what the equation takes."""
    if name == "address":
        return address(**value)
    if name == "row":
        return record(OUTPUTS, **value)
    if isinstance(value, dict):
        return blank(submodel, name, **value)
    if name == "yes":
        return tuple(value)
    return np.array(value, dtype=np.float64) if isinstance(value, list) else value


def work_out(value):
    """Find the number a value stands for, and that its arithmetic gives the number written behind it."""
    if isinstance(value, list):
        return [work_out(item) for item in value]
    if not isinstance(value, str):
        return value
    arithmetic, _, written = value.rpartition(" = ")
    found = float(eval(arithmetic, {"__builtins__": {}}, SYMBOLS))
    mantissa, _, exponent = written.lower().partition("e")
    digits = len(mantissa.partition(".")[2]) - int(exponent or 0)
    near = min(0.5000001 * 10.0**-digits, 1e-4 * abs(found) + 1e-15)
    assert abs(found - float(written)) <= near, f"{value}: the arithmetic gives {found!r}"
    return found


@pytest.mark.parametrize(("submodel", "case"), CASES)
def test_worked_case(submodel, case):
    assert set(case) <= {"name", "equation", "inputs", "expected", "after", "working"}
    assert "expected" in case or "after" in case
    module, name = f"copark.model.{submodel}.{case['equation']}".rsplit(".", 1)
    inputs = {name: make_input(submodel, name, value) for name, value in case.get("inputs", {}).items()}
    found = getattr(import_module(module), name)(**inputs)
    if "expected" in case:
        np.testing.assert_allclose(found, work_out(case["expected"]), **EXACT)
    for name, left in case.get("after", {}).items():
        for field, value in left.items() if isinstance(left, dict) else [(..., left)]:
            np.testing.assert_allclose(inputs[name][field], work_out(value), **EXACT, err_msg=f"{name}.{field}")


def test_arithmetic_that_does_not_give_its_number_is_found():
    for wrong in ("1 + 1 = 3", "2 / 3 = 0.6660", "0.1 = 0.1001", "10 / 3 = 3"):
        with pytest.raises(AssertionError):
            work_out(wrong)


def equations(path):
    """Names of the compiled functions of a module."""
    nodes = ast.parse(path.read_text(encoding="utf-8")).body
    functions = (node for node in nodes if isinstance(node, ast.FunctionDef))
    return {one.name for one in functions if any(getattr(d, "id", "") == "compiled" for d in one.decorator_list)}


def called(folder):
    """Names that the tests of a folder use as attributes of a module: `ledger.account`."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in folder.glob("test_*.py"))
    return {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def test_every_equation_is_worked_out():
    names = [case.id for case in CASES]
    assert len(set(names)) == len(names)
    worked = {name.partition(":")[0].rpartition(".")[2] for name in names} | called(FOLDER) | set(catalogue().links)
    modules = [path for folder in FOLDERS for path in sorted((MODEL / folder).glob("*.py"))]
    assert sum(len(equations(path)) for path in modules) > 80
    missing = {f"{path.parent.name}/{path.name}": equations(path) - worked for path in modules}
    missing |= {name: equations(MODEL / name) - called(folder) for name, folder in ELSEWHERE.items()}
    assert not {name: sorted(left) for name, left in missing.items() if left}
