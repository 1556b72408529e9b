"""Answers to a design: means over replicates, with the same luck at every point."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.inference.exploration.factors import Factors
from copark.inference.exploration.readouts import Readout, outputs_of, read
from copark.model.arrays import Draws
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.store.checkpoints import Stage

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Progress = Callable[[int, int], None]
AT_ONCE = 4096
"""Runs made at a time, so that memory does not grow with the design."""


@dataclass(frozen=True)
class Workload:
    """How much work something is: runs, and quarters of each."""

    runs: int
    quarters: int

    @property
    def quarters_in_all(self) -> int:
        """Simulated quarters."""
        return self.runs * self.quarters


def with_luck(draws: Draws, replicates: int, other: Flags) -> Draws:
    """Draws of every point under every replicate's luck: replicate r has luck r, or r + replicates where it is other.

    Parameters
    ----------
    draws
        Of the points.
    other
        Points answered with other luck, shape (points,).
    """
    made = Draws(*(np.repeat(room, replicates) for room in draws))
    made.luck["run"] = np.tile(np.arange(replicates), len(other)) + replicates * np.repeat(other, replicates)
    return made


def answers(
    factors: Factors,
    points: Floats,
    readouts: Sequence[Readout],
    *,
    replicates: int,
    seed: int,
    other: Flags | None = None,
    scenario: Scenario | None = None,
    threads: int = 1,
    stage: Stage | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Answer every point by the mean over replicates.

    Parameters
    ----------
    points
        Of the cube, shape (points, factors).
    replicates
        Runs at each point.
    other
        Points answered with another set of lucks, shape (points,); none by default.
    stage
        Where answers are kept from time to time, and found.

    Returns
    -------
    numpy.ndarray
        Shape (points, readouts); not a number where a run did not end well as a computation.
    """
    case = factors.space.case
    names = outputs_of(readouts)
    inputs = inputs_of(case, scenario)
    another = np.zeros(len(points), dtype=bool) if other is None else other
    step = max(1, AT_ONCE // replicates)
    made, kept = np.empty((len(points), len(readouts))), stage or Stage(None, "")
    there = 0 if kept.found is None else len(kept.found.arrays["made"])
    if kept.found is not None:
        made[:there] = kept.found.arrays["made"]
    for first in range(there, len(points), step):
        part = slice(first, min(first + step, len(points)))
        draws = with_luck(factors.draws(points[part], seed), replicates, another[part])
        runs = Ensemble(inputs, draws, names, threads=threads).run()
        found = runs.of_finished(read(runs.out, names, readouts))
        made[part] = found.reshape(-1, replicates, len(readouts)).mean(axis=1)
        if kept.is_due or part.stop == len(points):
            kept.keep(part.stop / len(points), {"made": made[: part.stop]})
        if progress is not None:
            progress(part.stop, len(points))
    return made
