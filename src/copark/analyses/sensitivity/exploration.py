"""Exploration of a case: runs over a unit cube of its uncertainties, Sobol' indices and given-data readings.

The axes of the cube are those of the prior; a box narrows it, for instance to where the posterior is. Answers to a
design are means over replicates with common random numbers at every point; each run of a sample has random numbers of
its own. Both are read at the ends of years.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from copark.analyses.sensitivity.indices import Given, Indices, design, dummy_steps, given, sobol_indices
from copark.analyses.sensitivity.samples import (
    GivenSample,
    Readout,
    answers,
    box_within,
    drawn_sample,
    held,
    let_go,
    posterior_box,
    posterior_sample,
    prior_factors,
    readouts_of,
)
from copark.calibration.diagnostics import marks_of
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.replay_posterior import ReplayPosterior
from copark.cases.case import Case
from copark.cases.world import world_hash
from copark.identity import identity_of
from copark.json_types import JsonObject
from copark.progress import Progress, StagedProgress, of_stage
from copark.simulation.workload import Workload
from copark.store.checkpoints import Stages
from copark.texts.localized import LocalizedText
from copark.version import MODEL_VERSION, __version__

METHODS = ("sobol", "given")
"""Methods: a design, and samples at hand."""


@dataclass(frozen=True)
class ExplorationSettings:
    """Settings of an exploration."""

    methods: tuple[str, ...] = METHODS
    """Some of :data:`METHODS`."""
    over: str = "prior"
    """Range of designs: the whole prior, or the box around the posterior (``posterior-box``)."""
    size: int = 1024
    """Rows of the Sobol' design, a power of two."""
    replicates: int = 8
    """Runs at every point of a design."""
    sample: int = 1 << 14
    """Runs of the random sample, a power of two."""
    futures: int = 5
    """Futures of each pair of the replay posterior."""
    seed: int = 1
    """Seed of designs, samples and random numbers."""
    fixed: bool = False
    """Whether parameters that are held fixed vary, too, over their plausible ranges."""


@dataclass(frozen=True)
class GivenSet:
    """Readings of one sample, of all its outputs."""

    kind: str
    """prior or posterior."""
    names: tuple[str, ...]
    """Names of the factors."""
    readouts: tuple[Readout, ...]
    """Outputs that are read, each in a quarter."""
    found: tuple[Given, ...]
    """Readings of each of them, in the same order."""
    runs: int
    """Rows of the sample."""
    replicates: int
    """Runs behind each row."""


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """Results of an exploration, and what it was made with."""

    run_id: str
    """Hash of everything it depends on: 16 hexadecimal digits."""
    provenance: JsonObject
    """Versions, hashes, settings and time."""
    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the case."""
    settings: ExplorationSettings
    """Settings it was made with."""
    names: tuple[str, ...]
    """Factors of the designs; arrays of indices have one more, the dummy, at the end."""
    readouts: tuple[Readout, ...]
    """Outputs that are read, each in a quarter."""
    moved: Mapping[str, str]
    """By factor: moved, weakly or unmoved by the data; empty where the case has no posterior."""
    indices: tuple[Indices, ...]
    """Sobol' indices of each read-out; empty where no design was run."""
    given: tuple[GivenSet, ...]
    """Readings of samples at hand, a set for each; empty where none was read."""


def workload(case: Case, settings: ExplorationSettings, pairs: int = 0) -> Workload:
    """Count the runs an exploration makes.

    Parameters
    ----------
    case
        The case.
    settings
        Settings of the exploration.
    pairs
        Pairs of the replay posterior, if there is one.
    """
    runs = 0
    if "sobol" in settings.methods:
        runs += settings.size * (prior_factors(_varied(case, settings)).space.axes + 3) * settings.replicates
    if "given" in settings.methods:
        runs += settings.sample + pairs * settings.futures
    return Workload(runs, case.clock.quarters)


def explore(
    case: Case,
    settings: ExplorationSettings | None = None,
    *,
    replay: ReplayPosterior | None = None,
    source: PosteriorSource | None = None,
    threads: int = 1,
    stages: Stages | None = None,
    progress: StagedProgress | None = None,
) -> Exploration:
    """Explore a case.

    Parameters
    ----------
    case
        The case.
    settings
        Settings of the exploration; the usual ones by default.
    replay, source
        The case's posteriors, if it has any: for the box, which is refused without, for what the data moved, and for
        the forecast.
    threads
        Threads; they do not change the numbers.
    stages
        Where runs of designs and samples are kept as they are read, and found.
    progress
        Called with a stage (simulate, analyse), what is done of it and how much there is.
    """
    chosen = settings or ExplorationSettings()
    checkpoints = stages or Stages()
    simulated = of_stage(progress, "simulate")
    analysed = of_stage(progress, "analyse")
    prior = prior_factors(_varied(case, chosen))
    readouts = readouts_of(case)
    factors = prior
    if chosen.over == "posterior-box":
        if replay is None:
            raise ValueError("no posterior to make a box of")
        factors = posterior_box(replay.space, replay.points)
        if chosen.fixed:
            factors = box_within(prior.space, factors)
    indices: tuple[Indices, ...] = ()
    if "sobol" in chosen.methods:
        count = factors.space.axes + 1
        values = answers(
            factors,
            design(count, chosen.size, chosen.seed),
            readouts,
            replicates=chosen.replicates,
            seed=chosen.seed,
            other=dummy_steps(count, chosen.size),
            threads=threads,
            stage=checkpoints.stage("sobol"),
            progress=simulated,
        )
        indices = tuple(sobol_indices(column, count, chosen.seed) for column in values.T)
    samples: list[GivenSample] = []
    if "given" in chosen.methods:
        samples.append(
            drawn_sample(
                prior,
                readouts,
                chosen.sample,
                chosen.seed,
                threads=threads,
                stage=checkpoints.stage("sample"),
                progress=simulated,
            )
        )
        if source is not None:
            samples.append(
                posterior_sample(source, readouts, chosen.futures, chosen.seed, threads=threads, progress=simulated)
            )
    made_of = provenance_of(case, chosen, replay, source)
    return Exploration(
        run_id=identity_of(made_of),
        provenance=made_of,
        case=case.name,
        park=case.title,
        settings=chosen,
        names=factors.space.names,
        readouts=readouts,
        moved={} if replay is None else _marks(case, replay, chosen),
        indices=indices,
        given=tuple(given_set(sample, readouts, chosen.seed, analysed) for sample in samples),
    )


def _varied(case: Case, settings: ExplorationSettings) -> Case:
    """Return the case whose cube is explored."""
    return let_go(case) if settings.fixed else case


def _marks(case: Case, replay: ReplayPosterior, settings: ExplorationSettings) -> dict[str, str]:
    """Describe what the data did to each factor; they did nothing to what was held."""
    released = held(case) if settings.fixed else ()
    return {**dict.fromkeys(released, "unmoved"), **marks_of(replay)}


def provenance_of(
    case: Case, settings: ExplorationSettings, replay: ReplayPosterior | None, source: PosteriorSource | None
) -> JsonObject:
    """Return everything an exploration depends on, and the version that made it.

    Parameters
    ----------
    case
        The case.
    settings
        Settings of the exploration.
    replay, source
        The case's posteriors, if it has any.
    """
    return {
        "exploration": 1,
        "code_version": __version__,
        "case": case.name,
        "case_hash": case.hash,
        "world_hash": world_hash(case),
        "model_version": MODEL_VERSION,
        "settings": asdict(settings) | {"methods": list(settings.methods)},
        **({} if replay is None else {"parameter_draws": replay.pairs}),
        **({} if source is None else source.content),
    }


def given_set(sample: GivenSample, readouts: tuple[Readout, ...], seed: int, progress: Progress) -> GivenSet:
    """Read a sample on all its read-outs.

    Parameters
    ----------
    sample
        Runs as a table.
    readouts
        Outputs that are read, in the order of the sample's columns.
    seed
        Seed of dummies and resamples.
    progress
        Called with read-outs done and read-outs in all.
    """
    readings = []
    for n, column in enumerate(sample.values.T):
        progress(n, len(readouts))
        readings.append(given(sample.matrix, column, seed=seed))
    names = tuple(sample.factors)
    return GivenSet(sample.kind, names, readouts, tuple(readings), len(sample.values), sample.replicates)
