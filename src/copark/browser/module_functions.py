"""Functions of the module: each a Python function and an example of its arguments."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from copark.browser import readings
from copark.browser.module_layout import ModuleArgument, layout_of
from copark.model.arrays import make_draws, make_inputs, make_workspace
from copark.model.jit import LlvmFunction, llvm_of
from copark.model.kernel import simulate_runs
from copark.simulation.outcomes import OUTCOMES
from copark.stats.quantiles import LEVELS

LENGTHS: Mapping[str, int] = {
    "quarters": 83,
    "years": 89,
    "anchors": 97,
    "runs": 101,
    "kept": 103,
    "places": 107,
    "resumable": 109,
}
"""Lengths that depend on the case or the question, as they are in the examples: primes that no record has."""


MEASURED = len(readings.MEASURES_READ)
OUTCOME_COUNT = len(OUTCOMES)
SHARE_READINGS = len(readings.SHARE_READINGS)
EFFECT_READINGS = len(readings.EFFECT_READINGS)


@dataclass(frozen=True)
class ModuleFunction:
    """A function that the module exports."""

    name: str
    """Its name in the module."""
    function: Callable[..., Any]
    """The Python function it is compiled from."""
    examples: tuple[Any, ...]
    """Arguments of the types that it is compiled for."""
    exact: bool
    """Whether it is rounded as NumPy rounds; equations are not."""
    lengths: Mapping[str, int]
    """Lengths of the examples that depend on the case or the question, by name."""

    @cached_property
    def arguments(self) -> tuple[ModuleArgument, ...]:
        """Its arguments, in the order of the table."""
        names = list(inspect.signature(getattr(self.function, "py_func", self.function)).parameters)
        return layout_of(names, self.examples, self.lengths)

    def compiled(self) -> LlvmFunction:
        """Compile it to LLVM's text."""
        return llvm_of(self.function, self.examples, exact=self.exact)


def module_functions(lengths: Mapping[str, int] = LENGTHS) -> tuple[ModuleFunction, ...]:
    """List what the module exports.

    Parameters
    ----------
    lengths
        Lengths of the examples that depend on the case or the question; what is compiled does not depend on them.
    """
    n = lengths
    inputs = make_inputs(n["quarters"], n["years"], n["anchors"])
    draws = make_draws(n["runs"])
    keep = np.zeros(n["kept"], np.int64)
    out = np.zeros((n["runs"], n["kept"], n["quarters"]))
    status = np.zeros((n["runs"], 3), np.int64)
    work = make_workspace(inputs)
    levels = np.zeros(len(LEVELS))
    by_run = np.zeros(n["runs"])
    codes = np.zeros(n["runs"], np.int64)
    columns = np.zeros(n["kept"], np.int64)
    values = np.zeros((n["runs"], MEASURED))
    bands = np.zeros((n["kept"], len(LEVELS), n["quarters"]))
    weights = np.zeros(n["quarters"])
    shares = np.zeros((OUTCOME_COUNT, SHARE_READINGS))
    effects = np.zeros((MEASURED, EFFECT_READINGS))

    def reading(function: Callable[..., None], *examples: Any) -> ModuleFunction:
        return ModuleFunction(function.__name__, function, examples, True, lengths)

    resumable = np.zeros(n["resumable"])
    places = np.zeros(n["places"], np.int64)
    run = (inputs, draws, work, keep, 0, 0, out, status, 0, 0, resumable, places)
    return (
        ModuleFunction("simulate", simulate_runs, run, False, lengths),
        reading(readings.read_outcomes, out, status, columns, 0, 0, codes),
        reading(readings.read_bands, out, status, columns, levels, by_run, bands),
        reading(readings.read_measures, out, status, columns, weights, 0, codes, values),
        reading(readings.read_shares, codes, codes.copy(), codes.copy(), levels, by_run, by_run.copy(), shares),
        reading(readings.read_effects, values, values.copy(), levels, by_run, effects),
    )
