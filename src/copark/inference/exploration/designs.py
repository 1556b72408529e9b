"""Answers to a design: means over replicates, with common random numbers at every point.

Read-outs: the numbers of a run that sensitivity is asked of.

Factors: a unit cube whose axes are those of the prior; a box narrows it, for instance to where the posterior is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.cases.case import Case
from copark.inference.diagnostics import movements
from copark.inference.posterior import ParameterPosterior
from copark.inference.prior import PriorSpace, random_points
from copark.model.arrays import Draws
from copark.model.variables import catalogue
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.stats.quantiles import weighted_quantiles
from copark.store.checkpoints import Stage
from copark.texts import text

BOX = (0.05, 0.95)
"""Quantiles of the posterior that bound its box."""


@dataclass(frozen=True)
class Factors:
    """A cube over a case's uncertainties. Points have shape (runs, factors)."""

    space: PriorSpace
    """The prior's cube."""
    low: Floats
    high: Floats
    """low, high: the part of it that is used, each of shape (axes of the prior,)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return self.space.names

    @property
    def count(self) -> int:
        """Number of axes."""
        return self.space.axes

    def inside(self, points: Floats) -> Floats:
        """Points of the prior's cube that points of this one are, a dummy beyond them left out; shape (runs, axes)."""
        found: Floats = self.low + (self.high - self.low) * points[:, : self.space.axes]
        return found

    def draws(self, points: Floats, seed: int, first: int = 0) -> Draws:
        """Make the model's records at points; luck is that of (seed, first), (seed, first + 1), …"""
        return self.space.draws(self.inside(points), seed, first)

    def table(self, points: Floats) -> dict[str, Floats]:
        """Values of everything that varies, in the units of the parameters, each of shape (runs,)."""
        return self.space.table(self.inside(points))

    def sobol(self, count: int, seed: int) -> Floats:
        """The first points of a scrambled Sobol sequence over the cube."""
        from scipy.stats import qmc

        engine = qmc.Sobol(self.count, scramble=True, rng=np.random.default_rng([seed, self.count]))
        return random_points(engine, count)


def prior_factors(case: Case) -> Factors:
    """The whole prior."""
    space = PriorSpace.of(case)
    return Factors(space, np.zeros(space.axes), np.ones(space.axes))


def posterior_box(space: PriorSpace, points: Floats, weights: Floats | None = None) -> Factors:
    """The box around a posterior: its central nine tenths on each axis, even inside, ties between axes left out."""
    share = np.full(len(points), 1.0 / len(points)) if weights is None else weights
    edges = np.stack([weighted_quantiles(points[:, n], share, BOX) for n in range(space.axes)])
    return Factors(space, edges[:, 0], edges[:, 1])


def marks_of(parameters: ParameterPosterior) -> dict[str, str]:
    """What the data did to each parameter: moved, weakly, unmoved."""
    return {one.name: one.verdict for one in movements(parameters.space, parameters.points, parameters.weights)}


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

    out: shape (runs, kept, quarters); names: outputs kept. Returns: shape (runs, readouts).
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

    draws: of the points; other: points answered with other luck, shape (points,).
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
