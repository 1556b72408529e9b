"""A whole exploration of a case: Sobol' indices and given-data readings.

Samples: runs at random over what is uncertain, kept as a table of factors beside what came of each run.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.identity import identity_of
from copark.inference.batch import READ_AT_CUT, Batch
from copark.inference.exploration import given_data, sobol
from copark.inference.exploration.designs import (
    AT_ONCE,
    Factors,
    Readout,
    Workload,
    answers,
    marks_of,
    outputs_of,
    posterior_box,
    prior_factors,
    read,
    readouts_of,
)
from copark.inference.exploration.given_data import Given
from copark.inference.exploration.sobol import Indices
from copark.inference.posterior import ParameterPosterior
from copark.inference.prior import study_of
from copark.inference.source import PosteriorSource
from copark.model.arrays import Draws
from copark.model.compiler import model_hash
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.schemas import Title
from copark.simulation.study import Scenario
from copark.store.checkpoints import Stage, Stages
from copark.version import __version__

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class GivenSample:
    """Runs as a table."""

    kind: str
    """prior, posterior or batch."""
    factors: Mapping[str, Floats]
    """Values by name, in the units of the parameters, each of shape (runs,)."""
    readouts: tuple[Readout, ...]
    """What was read."""
    values: Floats
    """Shape (runs, readouts); not a number where a run did not end well as a computation."""
    replicates: int = 1
    """Runs behind each row: values are their means."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the factors."""
        return tuple(self.factors)

    @property
    def matrix(self) -> Floats:
        """Factors side by side, shape (runs, factors)."""
        return np.stack(list(self.factors.values()), axis=1)

    @property
    def runs(self) -> int:
        """Rows of the table."""
        return len(self.values)


def _read(case: Case, scenario: Scenario | None, draws: Draws, readouts: Sequence[Readout], threads: int) -> Floats:
    runs = Ensemble(inputs_of(case, scenario), draws, outputs_of(readouts), threads=threads).run()
    return runs.of_finished(read(runs.out, runs.names, readouts))


def drawn_sample(
    factors: Factors,
    readouts: tuple[Readout, ...],
    runs: int,
    seed: int,
    *,
    threads: int = 1,
    stage: Stage | None = None,
    progress: Tell | None = None,
) -> GivenSample:
    """Draw a sample of a cube, each run with luck of its own.

    stage: where what was read is kept from time to time, and found.
    """
    case = factors.space.case
    points = factors.sobol(runs, seed)
    values, kept = np.empty((runs, len(readouts))), stage or Stage(None, "")
    there = 0 if kept.found is None else len(kept.found.arrays["values"])
    if kept.found is not None:
        values[:there] = kept.found.arrays["values"]
    for first in range(there, runs, AT_ONCE):
        done = min(first + AT_ONCE, runs)
        values[first:done] = _read(case, None, factors.draws(points[first:done], seed, first), readouts, threads)
        if kept.is_due or done == runs:
            kept.keep(done / runs, {"values": values[:done]})
        if progress is not None:
            progress(done, runs)
    return GivenSample("prior", factors.table(points), readouts, values)


def posterior_sample(
    case: Case,
    source: PosteriorSource,
    readouts: tuple[Readout, ...],
    futures: int,
    seed: int,
    *,
    threads: int = 1,
    progress: Tell | None = None,
) -> GivenSample:
    """All pairs of a replay posterior, each the mean of some futures.

    A factor that is the same in all pairs is left out.
    """
    study = study_of(case, seed).with_changes(draws="posterior", futures=futures)
    pairs = source.replay.pairs
    values = np.empty((pairs, len(readouts)))
    step = max(1, AT_ONCE // futures)
    for first in range(0, pairs, step):
        last = min(first + step, pairs)
        draws = source.draws(study, first * futures, last * futures)
        found = _read(case, study.scenarios[0], draws, readouts, threads)
        values[first:last] = found.reshape(last - first, futures, -1).mean(axis=1)
        if progress is not None:
            progress(last, pairs)
    table = source.replay.space.table(source.replay.points[source.order])
    varying = {name: column for name, column in table.items() if np.ptp(column) > 0.0}
    return GivenSample("posterior", varying, readouts, values, futures)


def batch_sample(batch: Batch, most: int = 1 << 14) -> GivenSample:
    """The first runs of a prior batch that is there already, read at its cut."""
    runs = min(batch.runs, most)
    case, cut = batch.recipe.case, batch.recipe.cut
    at = cut - case.clock.start
    readouts = tuple(
        Readout(name, at, str(cut), (at + 1) // 4) for name in ("operating", "failed", "result_cumulative", "jobs")
    )
    columns = [READ_AT_CUT.index(one.output) for one in readouts]
    values = batch.at_cut[:runs, columns].astype(np.float64)
    return GivenSample("batch", batch.space.table(batch.points(0, runs)), readouts, values)


METHODS = ("sobol", "given")
Progress = Callable[[str, int, int], None]
"""Called with a stage (simulate, report), what is done of it and how much there is."""


@dataclass(frozen=True)
class ExplorationSettings:
    """What an exploration may be asked."""

    methods: tuple[str, ...] = METHODS
    """Some of :data:`METHODS`."""
    over: str = "prior"
    """Where designs lie: the whole prior, or the box around the posterior."""
    size: int = 1024
    """Rows of the Sobol' design, a power of two."""
    replicates: int = 8
    """Runs at every point of a design."""
    sample: int = 1 << 14
    """Runs of each random sample, a power of two."""
    futures: int = 5
    """Futures of each pair of the replay posterior."""
    seed: int = 1
    """Of designs, samples and luck."""

    def content(self) -> Mapping[str, Any]:
        """Give the settings as plain values."""
        return asdict(self) | {"methods": list(self.methods)}


@dataclass(frozen=True)
class GivenSet:
    """What one sample tells of all read-outs."""

    kind: str
    names: tuple[str, ...]
    readouts: tuple[Readout, ...]
    found: tuple[Given, ...]
    runs: int
    replicates: int


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """All that was found, and what it was made with."""

    run_id: str
    provenance: dict[str, Any]
    """run_id, provenance: made of the same, the same."""
    case: str
    park: Title
    settings: ExplorationSettings
    names: tuple[str, ...]
    """Factors of the designs; arrays of indices have one more, the dummy, at the end."""
    readouts: tuple[Readout, ...]
    moved: Mapping[str, str]
    """By factor: moved, weakly or unmoved by the data; empty where the case has no posterior."""
    indices: tuple[Indices, ...]
    given: tuple[GivenSet, ...]


def workload(case: Case, settings: ExplorationSettings, pairs: int = 0) -> Workload:
    """How many runs an exploration makes.

    pairs: of the replay posterior, if there is one.
    """
    factors = prior_factors(case).count + 1
    runs = 0
    if "sobol" in settings.methods:
        runs += settings.size * (factors + 2) * settings.replicates
    if "given" in settings.methods:
        runs += settings.sample + pairs * settings.futures
    return Workload(runs, case.clock.quarters)


def explore(
    case: Case,
    settings: ExplorationSettings | None = None,
    *,
    parameters: ParameterPosterior | None = None,
    source: PosteriorSource | None = None,
    batch: Batch | None = None,
    threads: int = 1,
    stages: Stages | None = None,
    progress: Progress | None = None,
) -> Exploration:
    """Explore a case.

    Parameters
    ----------
    parameters, source
        The case's posteriors, if it has any: for the box, for what the data moved, and for the forecast.
    batch
        A prior batch that is there already.
    stages
        Where runs of designs and samples are kept as they are read, and found.

    Raises
    ------
    ValueError
        If the posterior's box is asked for and there is no posterior.
    """
    wanted = settings or ExplorationSettings()
    tell: Progress = progress or (lambda *_: None)
    if wanted.over == "posterior-box" and parameters is None:
        raise ValueError("no posterior to make a box of")
    factors = prior_factors(case)
    if wanted.over == "posterior-box" and parameters is not None:
        factors = posterior_box(parameters.space, parameters.points, parameters.weights)
    readouts = readouts_of(case)
    work = _Work(factors, readouts, wanted, threads, tell, stages or Stages())
    indices = work.indices() if "sobol" in wanted.methods else ()
    given: list[GivenSet] = []
    if "given" in wanted.methods:
        samples = [work.sample(prior_factors(case)), *_others(case, source, batch, work)]
        given = [given_set(one, wanted.seed, tell) for one in samples]
    marks = {} if parameters is None else marks_of(parameters)
    made_of = provenance_of(case, wanted, parameters, source, batch)
    return Exploration(
        run_id=identity_of(made_of), provenance=made_of, case=case.name,
        park=Title(en=case.title.en, zh=case.title.zh), settings=wanted, names=factors.names, readouts=readouts,
        moved=marks, indices=indices, given=tuple(given),
    )  # fmt: skip


def provenance_of(
    case: Case, settings: ExplorationSettings, parameters: ParameterPosterior | None, source: PosteriorSource | None,
    batch: Batch | None,
) -> dict[str, Any]:  # fmt: skip
    """Everything an exploration depends on, and the version that made it."""
    made: dict[str, Any] = {
        "exploration": 1,
        "code_version": __version__,
        "case": case.name,
        "case_hash": case.hash,
        "model_hash": model_hash(),
        "settings": settings.content(),
    }
    if parameters is not None:
        made["parameter_draws"] = len(parameters.points)
    if source is not None:
        made |= dict(source.content)
    if batch is not None:
        made["batch"] = batch.recipe.identity
    return made


@dataclass(frozen=True)
class _Work:
    """What all parts of an exploration need."""

    factors: Factors
    readouts: tuple[Readout, ...]
    settings: ExplorationSettings
    threads: int
    tell: Progress
    stages: Stages

    def _answers(self, name: str, factors: Factors, points: Any, other: Any) -> Any:
        return answers(
            factors, points, self.readouts, replicates=self.settings.replicates, seed=self.settings.seed, other=other,
            threads=self.threads, stage=self.stages.stage(name),
            progress=lambda done, total: self.tell("simulate", done, total),
        )  # fmt: skip

    def indices(self) -> tuple[Indices, ...]:
        """Sobol' indices of every read-out."""
        wanted, count = self.settings, self.factors.count + 1
        points = sobol.design(count, wanted.size, wanted.seed)
        values = self._answers("sobol", self.factors, points, sobol.other_luck(count, wanted.size))
        return tuple(sobol.indices(column, count, wanted.seed) for column in values.T)

    def sample(self, factors: Factors) -> GivenSample:
        """A random sample of a cube."""
        wanted = self.settings
        return drawn_sample(
            factors, self.readouts, wanted.sample, wanted.seed, threads=self.threads,
            stage=self.stages.stage("sample"),
            progress=lambda done, total: self.tell("simulate", done, total),
        )  # fmt: skip


def _others(case: Case, source: PosteriorSource | None, batch: Batch | None, work: _Work) -> list[GivenSample]:
    """Samples that cost little or nothing: the posterior's pairs, and a batch that is there already."""
    made = []
    if source is not None:
        made.append(
            posterior_sample(
                case, source, work.readouts, work.settings.futures, work.settings.seed, threads=work.threads,
                progress=lambda done, total: work.tell("simulate", done, total),
            )
        )  # fmt: skip
    if batch is not None:
        made.append(batch_sample(batch, work.settings.sample))
    return made


def given_set(sample: GivenSample, seed: int, tell: Progress) -> GivenSet:
    """Read a sample on all its read-outs."""
    found = []
    for n, column in enumerate(sample.values.T):
        tell("analyse", n, sample.values.shape[1])
        found.append(given_data.given(sample.matrix, column, seed=seed))
    return GivenSet(sample.kind, sample.names, sample.readouts, tuple(found), sample.runs, sample.replicates)
