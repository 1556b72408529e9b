"""Worked cases: what an equation must give, with the arithmetic shown, from the YAML file of a room.

A case names the equation, its inputs and what is `expected` of it, or what a record holds `after` it. A value is a
number, or `arithmetic = number`: then the arithmetic must give the number as far as its digits go (four at least), and
the equation must give what the arithmetic gives. `working` says in words where the arithmetic comes from.

Inputs that are records (state, receives, sends, dated, parameters, row, address) hold 0 in every field not named.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from copark.model import rng
from copark.model.arrays import records
from copark.model.company import records as company
from copark.model.enterprises import records as enterprises
from copark.model.governments import equations as governments
from copark.model.outputs import OUTPUTS
from copark.model.world import equations as world

FOLDER = Path(__file__).parent
ROOMS = {"world": world, "governments": governments, "company": company, "enterprises": enterprises}
SYMBOLS = {
    "exp": math.exp,
    "ln": math.log,
    "sqrt": math.sqrt,
    "min": min,
    "max": max,
    "logistic": lambda x: 1.0 / (1.0 + math.exp(-x)),
}
EXACT = 1e-11
"""Relative difference allowed between an equation and the arithmetic: the elementary functions err by 1e-14."""


@dataclass(frozen=True)
class WorkedCase:
    """One case of a file: an equation, its inputs and what comes of them."""

    room: str
    name: str
    equation: str
    inputs: dict[str, Any]
    expected: Any
    after: dict[str, dict[str, Any]]

    def __str__(self) -> str:
        return f"{self.equation}: {self.name}"

    @property
    def function(self) -> Callable[..., Any]:
        """The equation itself."""
        module, name = f"copark.model.{self.room}.{self.equation}".rsplit(".", 1)
        return getattr(import_module(module), name)


def read_cases(room: str) -> Iterator[WorkedCase]:
    """Read the cases of a room."""
    known = {"name", "equation", "inputs", "expected", "after", "working"}
    for entry in yaml.safe_load((FOLDER / f"{room}.yaml").read_text(encoding="utf-8")):
        assert set(entry) <= known, f"{entry['name']}: {set(entry) - known}"
        assert "expected" in entry or "after" in entry, entry["name"]
        yield WorkedCase(
            room, entry["name"], entry["equation"], entry.get("inputs", {}), entry.get("expected"),
            entry.get("after", {}),
        )  # fmt: skip


def record(dtype: np.dtype[np.void], **fields: Any) -> Any:
    """One record with the fields given and 0 in all others."""
    made = records(dtype, 1)
    for name, value in fields.items():
        made[name][0] = value
    return made[0]


def address(seed: int = 1, run: int = 0, cut: int = rng.NEVER, later_seed: int = 0, later_run: int = 0) -> Any:
    """The address of a run's luck, prepared as the kernel does before the first quarter."""
    made = record(rng.ADDRESS, seed=seed, run=run, cut=cut, later_seed=later_seed, later_run=later_run)
    rng.prepare(made)
    return made


def dtype_of(room: str, kind: str) -> np.dtype[np.void]:
    """The record of a room: parameters, dated, state, receives or sends."""
    found: np.dtype[np.void] = getattr(ROOMS[room], kind.capitalize())
    return found


def make_input(room: str, name: str, value: Any) -> Any:
    """Turn an input as written into what the equation takes."""
    if name == "address":
        return address(**value)
    if name == "row":
        return record(OUTPUTS, **value)
    if isinstance(value, dict):
        return record(dtype_of(room, name), **value)
    if name == "yes":
        return tuple(value)
    if isinstance(value, list):
        return np.array(value, dtype=np.float64)
    return value


def work_out(value: Any) -> Any:
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


def check(case: WorkedCase) -> None:
    """Call the equation and compare what it returns and what it leaves with what was worked out."""
    inputs = {name: make_input(case.room, name, value) for name, value in case.inputs.items()}
    found = case.function(**inputs)
    if case.expected is not None:
        np.testing.assert_allclose(found, work_out(case.expected), rtol=EXACT, atol=1e-13, err_msg=str(case))
    for name, left in case.after.items():
        parts = left.items() if isinstance(left, dict) else [(..., left)]
        for field, value in parts:
            label = f"{case}: {name}.{field}"
            np.testing.assert_allclose(inputs[name][field], work_out(value), rtol=EXACT, atol=1e-13, err_msg=label)
