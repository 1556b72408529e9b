"""Runs of a park as its brief has them: inputs, draws, and what the native kernel makes of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.analyses.context import Context
from copark.calibration.case_parameters import settle
from copark.cases.horizon import now_for
from copark.model.arrays import make_workspace
from copark.model.outputs import NAMES
from copark.simulation.ensemble import ScenarioRuns, runs_of
from copark.simulation.run import prepare
from copark.simulation.study import baseline

FIVE = ("great-stone", "suzhou", "lekki", "jinfei", "imip")


@dataclass(frozen=True)
class ParkRuns:
    """Inputs and draws of a park, and its runs by the native kernel with all outputs."""

    inputs: Any
    draws: Any
    native: ScenarioRuns
    judged: int

    def arguments(self) -> tuple[Any, ...]:
        """Arguments of the kernel with empty arrays to be written."""
        keep = np.arange(len(NAMES))
        runs = len(self.native)
        out = np.zeros((runs, len(keep), len(self.inputs.world)))
        status = np.zeros((runs, 3), np.int64)
        # A copy of the draws: the kernel writes the keys of random numbers into them.
        draws = type(self.draws)(*(records.copy() for records in self.draws))
        nothing_kept = 0, 0, np.zeros(1), np.zeros(2, np.int64)
        return (self.inputs, draws, make_workspace(self.inputs), keep, 0, runs, out, status, *nothing_kept)


def park_runs(name: str, runs: int) -> ParkRuns:
    """Run a park as its brief does, a draw for each run."""
    case = Context().case(name)
    study = baseline(name).with_changes(runs=runs, seed=1, now=now_for(case, None))
    settled, parameters = settle(study, case, None, None, None)
    prepared = prepare(settled, case, parameters.source)
    (draws,) = prepared.ensemble(1).draws(0, runs).by_scenario
    judged = settled.judged_in(len(prepared.inputs[0].world))
    native = runs_of(prepared.inputs[0], draws, NAMES, judged=judged)
    return ParkRuns(prepared.inputs[0], draws, native, judged)


def same_runs(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Say which runs are equal within 1e-9 in every output and quarter, shape (runs,)."""
    return np.isclose(one, other, rtol=1e-9, atol=1e-9, equal_nan=True).all(axis=(1, 2))
