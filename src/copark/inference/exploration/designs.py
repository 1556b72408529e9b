"""Answers to a design: means over replicates, with the same luck at every point.

Read-outs: the numbers of a run that sensitivity is asked of.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.cases.case import Case
from copark.inference.exploration.settings import Factors
from copark.model.arrays import Draws
from copark.model.variables import catalogue
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.store.checkpoints import Stage
from copark.texts import text

ASKED = (
    ("operating", 12), ("operating", 20), ("failed", 20), ("result_cumulative", 20), ("jobs", 20),
    ("benefit_home", 20), ("benefit_host", 20),
)  # fmt: skip
"""Outputs, and the year since the start at whose end they are read."""


@dataclass(frozen=True)
class Readout:
    """An output at the end of a quarter."""

    output: str
    """Name of the model's output."""
    at: int
    """Quarter, counted from the start."""
    quarter: str
    """Its label, such as ``2032Q2``."""
    year: int
    """Year since the start."""

    @property
    def key(self) -> str:
        """Output and year."""
        return f"{self.output}-{self.year}"

    @property
    def unit(self) -> str:
        """Unit of the output."""
        return catalogue().outputs[self.output].unit

    def title(self, lang: str) -> str:
        """The output's title with the quarter; of failure, its probability."""
        if self.output == "failed":
            return text("sensitivity.readout.failed", lang, quarter=self.quarter)
        own = catalogue().outputs[self.output].title(lang)
        return text("sensitivity.readout.other", lang, title=own, quarter=self.quarter)


def readouts_of(case: Case, quarters: int | None = None) -> tuple[Readout, ...]:
    """What is asked of a case: at the ends of years 12 and 20, or at the end of a shorter horizon."""
    length = case.clock.quarters if quarters is None else quarters
    made: dict[str, Readout] = {}
    for output, year in ASKED:
        at = min(4 * year, length) - 1
        one = Readout(output, at, str(case.clock.start + at), year)
        if all((one.output, one.at) != (other.output, other.at) for other in made.values()):
            made[one.key] = one
    return tuple(made.values())


def outputs_of(readouts: Sequence[Readout]) -> tuple[str, ...]:
    """Names of the outputs that must be kept."""
    return tuple(dict.fromkeys(one.output for one in readouts))


def read(out: Floats, names: Sequence[str], readouts: Sequence[Readout]) -> Floats:
    """Read runs.

    Parameters
    ----------
    out
        Shape (runs, kept, quarters).
    names
        Outputs kept.

    Returns
    -------
    numpy.ndarray
        Shape (runs, readouts).
    """
    return np.stack([out[:, names.index(one.output), one.at] for one in readouts], axis=1)


Flags = NDArray[np.bool_]
Progress = Callable[[int, int], None]
AT_ONCE = 4096
"""Runs made at a time, so that memory does not grow with the design."""


@dataclass(frozen=True)
class Workload:
    """How much work something is: runs, and quarters of each; at_most: fewer may be enough."""

    runs: int
    quarters: int
    at_most: bool = False

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
