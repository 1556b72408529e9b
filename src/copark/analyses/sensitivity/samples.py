"""Uncertainties of a case as a cube, and runs at its points: answers to a design, samples of runs.

Answers are means over replicates with common random numbers at every point; each run of a sample has random numbers of
its own. All are experiments of one scenario, the case as it is, on draws that are given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Booleans, Floats
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.prior import PriorSpace, random_points, study_of
from copark.cases.case import Case
from copark.cases.model_inputs import case_parameters
from copark.cases.schema import CasePrior, Parameter
from copark.cases.types import JUDGEMENT
from copark.identity import identity_of
from copark.model.arrays import Draws
from copark.model.outcomes import ENDED, GOOD
from copark.model.variables import catalogue
from copark.progress import Progress
from copark.simulation.ensemble import ScenarioRuns
from copark.simulation.experiment import Experiment
from copark.simulation.outcomes import OUTCOMES
from copark.simulation.sample import DrawSource, prior_of
from copark.simulation.study import Study
from copark.stats.quantiles import weighted_quantiles
from copark.store.checkpoints import Stage
from copark.texts import text

PLAUSIBLE = Path(__file__).parent / "plausible.yaml"
OUTCOME = (GOOD.key, ENDED.key)
"""Outcomes that are read, as probabilities: judged in year twenty (decision 0094)."""
BOX = (0.05, 0.95)
"""Quantiles of the posterior that bound its box."""
ASKED = (
    ("operating", 12),
    ("operating", 20),
    (GOOD.key, 20),
    (ENDED.key, 20),
    ("result_cumulative", 20),
    ("jobs", 20),
    ("benefit_home", 20),
    ("benefit_host", 20),
)
"""Outcomes and outputs, and the year since the start at whose end they are read."""


@dataclass(frozen=True)
class Factors:
    """Cube over a case's uncertainties. Points have shape (runs, factors)."""

    space: PriorSpace
    """The prior's cube."""
    low: Floats
    """Lower end of the part that is used, shape (axes of the prior,)."""
    high: Floats
    """Upper end of the same part."""

    def inside(self, points: Floats) -> Floats:
        """Return the points of the prior's cube that points of this one are, without a dummy; shape (runs, axes)."""
        return self.low + (self.high - self.low) * points[:, : self.space.axes]

    def sobol(self, count: int, seed: int) -> Floats:
        """Return the first points of a scrambled Sobol sequence over the cube."""
        from scipy.stats import qmc

        engine = qmc.Sobol(self.space.axes, scramble=True, rng=np.random.default_rng([seed, self.space.axes]))
        return random_points(engine, count)


def prior_factors(case: Case) -> Factors:
    """Return the cube of the whole prior."""
    space = PriorSpace.of(case)
    return Factors(space, np.zeros(space.axes), np.ones(space.axes))


def posterior_box(space: PriorSpace, points: Floats, weights: Floats | None = None) -> Factors:
    """Return the box around a posterior: its central nine tenths on each axis, even inside, without ties between axes.

    Parameters
    ----------
    space
        Cube of the prior.
    points
        Points of the posterior in it, shape (draws, axes).
    weights
        Weights of the points, shape (draws,); equal by default.
    """
    share = np.full(len(points), 1.0 / len(points)) if weights is None else weights
    edges = np.stack([weighted_quantiles(points[:, n], share, BOX) for n in range(space.axes)])
    return Factors(space, edges[:, 0], edges[:, 1])


@cache
def plausible_ranges() -> Mapping[str, Mapping[str, Any]]:
    """Read the plausible ranges of fixed parameters: ``low``, ``high`` and ``reason`` by name."""
    import yaml

    ranges: Mapping[str, Mapping[str, Any]] = yaml.safe_load(PLAUSIBLE.read_text(encoding="utf-8"))
    return ranges


def held(case: Case) -> tuple[str, ...]:
    """Name the parameters with a plausible range that nothing draws: neither the model nor the case gives a prior."""
    parameters = catalogue().parameters
    own = case_parameters(case)
    return tuple(name for name in plausible_ranges() if name not in own and prior_of(parameters[name], case) is None)


def let_go(case: Case) -> Case:
    """Return a case in which parameters that are held fixed are drawn from their plausible ranges."""
    released = {}
    for name in held(case):
        low, high = (float(plausible_ranges()[name][end]) for end in ("low", "high"))
        prior = CasePrior.model_construct(kind="loguniform" if low > 0.0 else "uniform", a=low, b=high)
        variable = catalogue().parameters[name]
        value = min(max(variable.default[0], low), high)
        evidence: Any = {"source": (JUDGEMENT,), "grade": "judgement", "note": None}
        released[name] = Parameter.model_construct(
            value=value, unit=variable.unit, by_origin=None, prior=prior, **evidence
        )
    return case.model_copy(update={"parameters": {**case.parameters, **released}})


def box_within(space: PriorSpace, box: Factors) -> Factors:
    """Return the box of a posterior in the cube of a case with more axes, those that it lacks in their whole range.

    Parameters
    ----------
    space
        The cube with more axes.
    box
        The box, in its own cube.
    """
    ends = dict(zip(box.space.names, zip(box.low, box.high, strict=True), strict=True))
    both = np.array([ends.get(name, (0.0, 1.0)) for name in space.names])
    return Factors(space, both[:, 0], both[:, 1])


@dataclass(frozen=True)
class Readout:
    """An output at the end of a quarter, or an outcome in it."""

    output: str
    """Name of the output, or of the outcome."""
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
        """Unit of the output; 1 of an outcome."""
        return "1" if self.output in OUTCOME else catalogue().outputs[self.output].unit

    def title(self, lang: str) -> str:
        """Return the output's title with the quarter; of an outcome, its probability."""
        if self.output in OUTCOME:
            return text(f"sensitivity.readout.{self.output}", lang, quarter=self.quarter)
        title = catalogue().outputs[self.output].title(lang)
        return text("sensitivity.readout.other", lang, title=title, quarter=self.quarter)


@dataclass(frozen=True)
class ReadoutMeasures:
    """Read-outs as measures of an experiment, each in a quarter of its own; not a number where a run did not finish."""

    readouts: tuple[Readout, ...]
    """The read-outs; those of outcomes in the quarter in which these are judged."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures."""
        return tuple(readout.key for readout in self.readouts)

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the measures."""
        return tuple(readout.unit for readout in self.readouts)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs that are read."""
        return tuple(dict.fromkeys(readout.output for readout in self.readouts if readout.output not in OUTCOME))

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the last quarter, for all of them."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs, shape (runs, read-outs, 1)."""
        values = np.empty((len(runs.status), len(self.readouts), 1))
        for column, readout in enumerate(self.readouts):
            if readout.output in OUTCOME:
                values[:, column, 0] = runs.outcome == OUTCOMES.index(readout.output)
            else:
                values[:, column, 0] = runs[readout.output][:, readout.at]
        return runs.of_finished(values)


def readouts_of(case: Case) -> tuple[Readout, ...]:
    """Return the read-outs of a case: at the ends of years 12 and 20, or at the end of a shorter horizon."""
    readouts: dict[tuple[str, int], Readout] = {}
    for output, year in ASKED:
        quarter = min(4 * year, case.clock.quarters) - 1
        readouts.setdefault((output, quarter), Readout(output, quarter, str(case.clock.start + quarter), year))
    return tuple(readouts.values())


@dataclass(frozen=True)
class PointDraws:
    """Draws at the points of a cube, so many replicates at each: a source of draws."""

    factors: Factors
    """The cube."""
    points: Floats
    """Points of the cube, shape (points, factors)."""
    replicates: int = 1
    """Runs at each point."""
    other: Booleans | None = None
    """Points with random numbers of their own, shape (points,), where the replicates of all others have the same ones;
    ``None`` where every run has its own."""

    @property
    def content(self) -> Mapping[str, Any]:
        """Draws as entries of a provenance."""
        other = None if self.other is None else self.other.tolist()
        return {"draws_hash": identity_of({"points": self.points.tolist(), "other": other})}

    @property
    def drawn(self) -> tuple[str, ...]:
        """Parameters that differ between draws: given as points, they are not told again."""
        return ()

    def draws(self, study: Study, first: int, last: int) -> Draws:
        """Make parameters and random numbers of runs first … last - 1; run r is of point r // replicates.

        Parameters
        ----------
        study
            Study, for the seed of its random numbers.
        first, last
            The runs first … last - 1.

        Returns
        -------
        Records of shape (last - first,), the same for a run in whichever piece it is asked for.
        """
        space = self.factors.space
        if self.other is None:
            numbers = np.arange(first, last) // self.replicates
            return space.draws(self.factors.inside(self.points[numbers]), study.seed, first)
        begin = first // self.replicates
        end = -(-last // self.replicates)
        at_points = space.draws(self.factors.inside(self.points[begin:end]), study.seed)
        repeated = with_random_numbers(at_points, self.replicates, self.other[begin:end])
        start = begin * self.replicates
        return Draws(*(record[first - start : last - start] for record in repeated))


def with_random_numbers(draws: Draws, replicates: int, other: Booleans) -> Draws:
    """Repeat draws with the random numbers of every replicate: of run r, or r + replicates where it is other.

    Parameters
    ----------
    draws
        Of the points.
    replicates
        Runs at each point.
    other
        Points answered with other random numbers, shape (points,).
    """
    repeated = Draws(*(np.repeat(record, replicates) for record in draws))
    repeated.addresses["run"] = np.tile(np.arange(replicates), len(other)) + replicates * np.repeat(other, replicates)
    return repeated


def read_points(
    case: Case,
    source: DrawSource,
    readouts: Sequence[Readout],
    count: int,
    replicates: int,
    seed: int,
    *,
    threads: int = 1,
    stage: Stage | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Read a case as it is at every draw of a source.

    Parameters
    ----------
    case
        The case.
    source
        Where the draws come from.
    readouts
        What is read.
    count
        Draws.
    replicates
        Runs of each.
    seed
        Of random numbers.
    threads
        Threads; they do not change the numbers.
    stage
        Where what was read is kept, and found.
    progress
        Called with runs made and runs to be made.

    Returns
    -------
    Means over replicates, shape (draws, read-outs); not a number where a run did not finish.
    """
    study = study_of(case, seed).with_changes(draws="posterior", runs=count * replicates, replicates=replicates)
    measures = ReadoutMeasures(tuple(readouts))
    experiment = Experiment(study, case, measures, source=source, threads=threads, checkpoint=stage, progress=progress)
    values = experiment.measured(study.scenarios[0]).values
    return np.asarray(values.reshape(count, replicates, len(readouts)).mean(axis=1))


def answers(
    factors: Factors,
    points: Floats,
    readouts: Sequence[Readout],
    *,
    replicates: int,
    seed: int,
    other: Booleans | None = None,
    threads: int = 1,
    stage: Stage | None = None,
    progress: Progress | None = None,
) -> Floats:
    """Answer every point of the cube by the mean over replicates.

    Parameters
    ----------
    factors
        The cube.
    points
        Its points, shape (points, factors).
    readouts
        Outputs that are read.
    replicates
        Runs at each point.
    seed
        Seed of random numbers.
    other
        Points answered with another set of random numbers, shape (points,).
    threads
        Threads; they do not change the numbers.
    stage
        Where answers are kept, and found.
    progress
        Called with runs made and runs to be made.

    Returns
    -------
    Means, shape (points, readouts).
    """
    another = np.zeros(len(points), dtype=bool) if other is None else other
    source = PointDraws(factors, points, replicates, another)
    return read_points(
        factors.space.case,
        source,
        readouts,
        len(points),
        replicates,
        seed,
        threads=threads,
        stage=stage,
        progress=progress,
    )


@dataclass(frozen=True)
class GivenSample:
    """Runs as a table."""

    kind: str
    """prior or posterior."""
    factors: Mapping[str, Floats]
    """Values by name, in the units of the parameters, each of shape (runs,)."""
    values: Floats
    """Outputs, shape (runs, readouts); not a number where a run did not end well as a computation."""
    replicates: int = 1
    """Runs behind each row: values are their means."""

    @property
    def matrix(self) -> Floats:
        """Factors side by side, shape (runs, factors)."""
        return np.stack(list(self.factors.values()), axis=1)


def drawn_sample(
    factors: Factors,
    readouts: Sequence[Readout],
    runs: int,
    seed: int,
    *,
    threads: int = 1,
    stage: Stage | None = None,
    progress: Progress | None = None,
) -> GivenSample:
    """Draw a sample of a cube, each run with its own random numbers.

    Parameters
    ----------
    factors
        The cube.
    readouts
        Outputs that are read.
    runs
        Size of the sample, a power of two.
    seed
        Seed of points and random numbers.
    threads
        Threads; they do not change the numbers.
    stage
        Where what was read is kept, and found.
    progress
        Called with runs made and runs to be made.
    """
    points = factors.sobol(runs, seed)
    source = PointDraws(factors, points)
    values = read_points(
        factors.space.case, source, readouts, runs, 1, seed, threads=threads, stage=stage, progress=progress
    )
    return GivenSample("prior", factors.space.table(factors.inside(points)), values)


def posterior_sample(
    source: PosteriorSource,
    readouts: Sequence[Readout],
    futures: int,
    seed: int,
    *,
    threads: int = 1,
    progress: Progress | None = None,
) -> GivenSample:
    """Read all pairs of a replay posterior, each the mean of some futures; what is the same in all is no factor.

    Parameters
    ----------
    source
        The replay posterior.
    readouts
        Outputs that are read.
    futures
        Futures of each pair.
    seed
        Seed of random numbers.
    threads
        Threads; they do not change the numbers.
    progress
        Called with runs made and runs to be made.
    """
    space = source.replay.space
    values = read_points(
        space.case, source, readouts, source.replay.pairs, futures, seed, threads=threads, progress=progress
    )
    table = space.table(source.replay.points[source.order])
    varying = {name: column for name, column in table.items() if np.ptp(column) > 0.0}
    return GivenSample("posterior", varying, values, futures)
