"""All ablations of a case: what each does to outcomes and to forecasts, before and after a refit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from math import inf

import numpy as np
from pydantic import TypeAdapter

from copark.analyses.ablate.effects import (
    COMPARED,
    Ablation,
    ablations_of,
    by_observable,
    experiment_of,
    later_targets,
    log_ratio,
    quarters_compared,
    scores_of,
    size_of,
)
from copark.analyses.ablate.refits import FUTURES, MEMBERS, Refit, Refitting
from copark.arrays import Floats
from copark.calibration.case_parameters import Source
from copark.calibration.diagnostics import marks_of
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.observations import Target
from copark.calibration.replay_posterior import ReplayPosterior
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.world import world_hash
from copark.identity import identity_of
from copark.json_types import JsonObject
from copark.model.outcomes import ENDED
from copark.progress import Progress, StagedProgress, of_stage
from copark.simulation.experiment import Experiment
from copark.simulation.readouts.compare import COUNTS
from copark.simulation.study import Scenario
from copark.simulation.workload import Workload
from copark.stats.effects import Effect, ShareEffect
from copark.store.checkpoints import Stages
from copark.texts.localized import LocalizedText
from copark.version import MODEL_VERSION, __version__

NOISES = 2.0
"""A score is called different if it is this many spreads of the whole model's own repeats away."""
RUNS_WITHOUT_POSTERIOR = 800
HARDLY = 0.05
"""A mechanism *hardly* works if on average it moves no output compared by more than this share of its spread…"""
HARDLY_FAILED = 0.01
"""…and the probability of failure by no more than this."""


@dataclass(frozen=True)
class AblationSettings:
    """Settings of ablations."""

    futures: int = 2
    """Futures of each pair of the posterior."""
    size: int = 1 << 14
    """Runs of each refit's batch, a power of two; 0 leaves refits out."""
    links: bool = True
    """Whether links are cut, too."""
    repeats: int = 6
    """Repeats of the whole model, to know how far scores move by chance."""
    seed: int = 1
    """Seed of the random numbers."""
    only: tuple[str, ...] = ()
    """Keys of what is switched off; everything if there are none."""


@dataclass(frozen=True)
class ScoreChange:
    """A score without something against the whole model's."""

    ratio: float
    """Mean over observables of ln(CRPS without / CRPS with): 0.1 is a tenth worse."""
    crps: Mapping[str, float]
    """Mean CRPS by observable, in its unit."""
    verdict: str
    """worse or better where the ratio is beyond :data:`NOISES`, else alike."""


@dataclass(frozen=True)
class AblationRow:
    """Differences that come of switching one thing off."""

    key: str
    """As of :class:`~copark.analyses.ablate.effects.Ablation`."""
    kind: str
    """mechanism or link."""
    scale: str
    """global, intergovernmental, park or enterprise."""
    title: LocalizedText
    """What is off."""
    differences: tuple[Effect, ...]
    """Effects by output and quarter, off for the whole history: without less with, of counts in log points."""
    failed: ShareEffect
    """Effect on the probability of failure."""
    size: float
    """Largest over outputs and quarters of the mean size of the difference, in spreads of the output."""
    first: str | None
    """The first quarter anything differs in any run; ``None`` if nothing ever does."""
    verdict: str
    """nothing (identical in every run), hardly, or works."""
    scores: Floats
    """CRPS on each later target, off for the whole history, shape (targets,)."""
    standing: str = ""
    """What the data did to the parameters it is switched off by, the firmest word for any of them: moved, weakly,
    unmoved; fixed where all are held; empty where facts are edited, or nothing is known."""
    replayed: ScoreChange | None = None
    """Score of the replay posterior with it off for the whole history: the history then is another one."""
    since_cut: ScoreChange | None = None
    """Score with it off from the cut on, where it can be."""
    refitted: ScoreChange | None = None
    """Score after a refit without it; ``None`` if none was made."""
    misfit: float | None = None
    """How easily the refit reaches the observations, less the same of the whole model; negative is easier."""

    def of(self, output: str, quarter: str) -> Effect:
        """Return the effect on an output in a quarter."""
        return next(row for row in self.differences if (row.measure, row.quarter) == (output, quarter))


@dataclass(frozen=True, kw_only=True)
class Ablations:
    """All that was found, and what it was made with."""

    run_id: str
    """Run ID of what it was made with."""
    provenance: JsonObject
    """Everything it depends on."""
    case: str
    """Name of the case."""
    park: LocalizedText
    """Name of the park."""
    settings: AblationSettings
    """What was asked."""
    cut: str | None
    """Last quarter the fit knows; ``None`` where nothing is scored."""
    quarters: tuple[str, ...]
    """Ends of years that are compared."""
    pairs: int
    """Pairs of runs of each ablation."""
    rows: tuple[AblationRow, ...]
    """What is different without each thing."""
    asked: int
    """Later observations that forecasts are scored on."""
    crps: Mapping[str, float]
    """The whole model's mean scores of the replay posterior, by observable."""
    crps_refitted: Mapping[str, float]
    """The whole model's mean scores after a refit, by observable."""
    noise: float | None
    """Spread of the whole model's own repeats, in the unit of :attr:`ScoreChange.ratio`; ``None`` where there are
    none."""
    noise_refitted: float | None
    """The same after refits."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of ablations there are."""
        return tuple(dict.fromkeys(row.kind for row in self.rows))

    def of_kind(self, kind: str) -> tuple[AblationRow, ...]:
        """Return the ablations of a kind, in the order of the file."""
        return tuple(row for row in self.rows if row.kind == kind)

    def idle(self) -> tuple[AblationRow, ...]:
        """Return what does no work at all: the same bits in every run."""
        return tuple(row for row in self.rows if row.verdict == "nothing")


def standing(ablation: Ablation, marks: Mapping[str, str]) -> str:
    """Describe what the data did to the parameters something is switched off by, as of :attr:`AblationRow.standing`.

    Parameters
    ----------
    ablation
        What is switched off.
    marks
        By parameter: moved, weakly or unmoved; empty where the case has no posterior.
    """
    words = {marks.get(name, "fixed") for name in ablation.whole.parameters} if marks else set()
    return next((word for word in ("moved", "weakly", "unmoved", "fixed") if word in words), "")


def chosen(case: Case, settings: AblationSettings, cut: Quarter | None) -> tuple[Ablation, ...]:
    """List what is to be switched off.

    Parameters
    ----------
    case
        The case.
    settings
        Which kinds, or which keys, are asked for.
    cut
        Quarter after which a scenario "since the cut" begins; ``None`` to make none.

    Returns
    -------
    Ablations in the order of their file, links last.
    """
    every = ablations_of(case, cut, links=settings.links)
    return tuple(ablation for ablation in every if not settings.only or ablation.key in settings.only)


def workload(case: Case, settings: AblationSettings, pairs: int, cut: Quarter | None) -> tuple[Workload, ...]:
    """Count the runs: those of the scenarios, those of the batches, those of the refits' forecasts.

    Parameters
    ----------
    case
        The case.
    settings
        Replicates, runs of a refit, repeats of the whole model.
    pairs
        Pairs of the posterior; 0 where there is none and draws come from the prior.
    cut
        Last quarter the calibration knows; ``None`` for no refits.

    Returns
    -------
    Runs and their quarters by kind; a progress bar counts their products together.
    """
    ablations = chosen(case, settings, cut)
    since_cut = sum(ablation.since_cut is not None for ablation in ablations)
    scenarios = len(ablations) + since_cut + 1 + settings.repeats
    runs = pairs * settings.futures if pairs else RUNS_WITHOUT_POSTERIOR
    work = [Workload(scenarios * runs, case.clock.quarters)]
    if settings.size and cut is not None:
        refits = len(ablations) + 1 + settings.repeats
        last = max((target.last for target in later_targets(case, cut)), default=0) + 1
        work.append(Workload(refits * settings.size, cut - case.clock.start + 1))
        work.append(Workload(refits * MEMBERS * FUTURES, last))
    return tuple(work)


def ablate(
    case: Case,
    settings: AblationSettings | None = None,
    *,
    source: Source | None = None,
    replay: ReplayPosterior | None = None,
    threads: int = 1,
    stages: Stages | None = None,
    progress: StagedProgress | None = None,
) -> Ablations:
    """Switch everything off, one at a time.

    Parameters
    ----------
    case
        The case.
    settings
        What is asked.
    source
        Draws of the case's parameters, whose cut is the last quarter the fit knows. Where they are no replay posterior
        nothing is replayed; without any they are from the prior, and nothing is scored.
    replay
        The case's replay posterior, for what the data moved.
    threads
        Threads; they do not change the numbers.
    stages
        Where effects, scores and refits are kept as they are done, and found.
    progress
        Called with the stage, and with thousands of simulated quarters done and in all.
    """
    settings = settings or AblationSettings()
    stages = stages or Stages()
    cut = None if source is None else source.cut
    later = () if cut is None else later_targets(case, cut)
    work = _Work.of(case, settings, source, later, threads, stages, of_stage(progress, "simulate"))
    work.score_reference()
    refits = None
    if cut is not None and settings.size and later:
        refits = _Refits(work, Refitting(case, cut, settings.size, settings.seed, later, threads, stages))
    marks = {} if replay is None else marks_of(replay)
    rows = [work.row(ablation, marks, refits) for ablation in chosen(case, settings, cut)]
    made_of = provenance_of(case, settings, source, cut)
    return Ablations(
        run_id=identity_of(made_of),
        provenance=made_of,
        case=case.name,
        park=case.title,
        settings=settings,
        cut=None if cut is None else str(cut),
        quarters=quarters_compared(case),
        pairs=work.experiment.study.runs,
        rows=tuple(rows),
        asked=len(later),
        crps=by_observable(work.whole, work.later),
        crps_refitted={} if refits is None else by_observable(refits.whole.scores, later),
        noise=work.noise,
        noise_refitted=None if refits is None else refits.noise,
    )


def provenance_of(case: Case, settings: AblationSettings, source: Source | None, cut: Quarter | None) -> JsonObject:
    """Return everything ablations depend on, and the version that made them.

    Parameters
    ----------
    case
        The case.
    settings
        What is asked.
    source
        Posterior that draws come from; ``None`` for the prior.
    cut
        Last quarter the calibration knows; ``None`` without one.

    Returns
    -------
    Entries that the run ID is made of.
    """
    return {
        "ablations": 1,
        "code_version": __version__,
        "case": case.name,
        "case_hash": case.hash,
        "world_hash": world_hash(case),
        "model_version": MODEL_VERSION,
        "settings": asdict(settings) | {"only": list(settings.only)},
        "cut": None if cut is None else str(cut),
        **({} if source is None else source.content),
    }


def change(scored: Floats, whole: Floats, later: tuple[Target, ...], noise: float | None) -> ScoreChange:
    """Set scores beside the whole model's.

    Parameters
    ----------
    scored, whole
        Scores without something, and the whole model's, each of shape (targets,).
    later
        The targets.
    noise
        Spread of the whole model's own repeats, if there are any.
    """
    ratio = log_ratio(scored, whole, later)
    least = inf if noise is None else NOISES * noise
    verdict = "worse" if ratio > least else "better" if ratio < -least else "alike"
    return ScoreChange(ratio, by_observable(scored, later), verdict)


@dataclass
class _Work:
    """Experiment of the scenarios, kept as it is done; simulated quarters of all kinds of runs are counted together."""

    case: Case
    """The case."""
    settings: AblationSettings
    """What was asked."""
    experiment: Experiment
    """Runs the scenarios; of those that were read it keeps the reference alone."""
    later: tuple[Target, ...]
    """Later targets that scenarios are scored on."""
    stages: Stages
    """Where what is done is kept."""
    progress: Progress
    """Called with thousands of simulated quarters done and in all."""
    plans: tuple[Workload, ...]
    """How much there is to run, by kind."""
    done: int = 0
    """Simulated quarters that are done."""
    whole: Floats = field(default_factory=lambda: np.zeros(0))
    """The whole model's scores, shape (targets,)."""
    noise: float | None = None
    """Spread of the whole model's score over other random numbers after the cut."""

    @classmethod
    def of(
        cls,
        case: Case,
        settings: AblationSettings,
        source: Source | None,
        later: tuple[Target, ...],
        threads: int,
        stages: Stages,
        progress: Progress,
    ) -> _Work:
        """Set up the experiment: the posterior's pairs with some replicates, or else draws without any to replay.

        Parameters
        ----------
        case
            The case.
        settings
            As of :func:`ablate`.
        source
            Posterior that draws come from; ``None`` for the prior.
        later
            Targets after the cut, which replays alone are scored on.
        threads
            Threads that runs are made on.
        stages
            Where scores are kept as they are done.
        progress
            Called with simulated quarters done and in all.
        """
        pairs = source.replay.pairs if isinstance(source, PosteriorSource) else 0
        scored = later if pairs else ()
        experiment = experiment_of(
            case,
            source,
            runs=pairs * settings.futures if pairs else RUNS_WITHOUT_POSTERIOR,
            replicates=settings.futures if pairs else 1,
            seed=settings.seed,
            later=scored,
            threads=threads,
        )
        plans = workload(case, settings, pairs, None if source is None else source.cut)
        return cls(case, settings, experiment, scored, stages, progress, plans)

    @property
    def as_it_is(self) -> Scenario:
        """The reference."""
        return self.experiment.study.scenarios[0]

    def count(self, quarters: int) -> None:
        """Count simulated quarters, and say how far the work is."""
        self.done += quarters
        total = sum(plan.quarters_in_all for plan in self.plans) // 1000
        self.progress(min(self.done // 1000, total), total)

    def count_scenario(self) -> None:
        """Count the runs of a scenario."""
        self.count(self.experiment.study.runs * self.plans[0].quarters)

    def score_reference(self) -> None:
        """Score the whole model, and measure how far its score moves by chance."""
        runs = self.experiment.measured(self.as_it_is)
        self.count_scenario()
        self.whole = scores_of(runs, self.experiment.measures.outputs, self.later)
        if self.later:
            seed = self.experiment.study.seed + 1000
            repeats = (self.scores(f"noise-{n}", self.as_it_is, seed + n) for n in range(self.settings.repeats))
            ratios = [log_ratio(scored, self.whole, self.later) for scored in repeats]
            self.noise = float(np.std(ratios, ddof=1)) if len(ratios) > 1 else None

    def scores(self, name: str, scenario: Scenario, seed: int) -> Floats:
        """Score the runs of a scenario with random numbers of a seed, or find the scores among the stages.

        Parameters
        ----------
        name
            Name of the stage.
        scenario
            The scenario.
        seed
            Seed of the random numbers; parameters and past are those of the posterior's pairs whatever it is.

        Returns
        -------
        CRPS on each later target, shape (targets,).
        """

        def make() -> dict[str, Floats]:
            study = self.experiment.study.model_copy(update={"seed": seed})
            experiment = Experiment(
                study,
                self.case,
                self.experiment.measures,
                source=self.experiment.source,
                threads=self.experiment.threads,
            )
            return {"scores": scores_of(experiment.measured(scenario), experiment.measures.outputs, self.later)}

        scored = self.stages.result(name, make)["scores"]
        self.count_scenario()
        return scored

    def row(self, ablation: Ablation, marks: Mapping[str, str], refits: _Refits | None) -> AblationRow:
        """Compare the park without something with the park as it is.

        Parameters
        ----------
        ablation
            What is off.
        marks
            As of :func:`standing`.
        refits
            Refits without it, if they are made.
        """
        rows = TypeAdapter(AblationRow)
        name = f"row-{_content(ablation.whole)}"
        stored_row = self.stages.plain(name, lambda: rows.dump_python(self._row(ablation), mode="json"))
        self.count_scenario()
        row = rows.validate_python(stored_row)
        since_cut = self._since_cut(ablation)
        refitted, misfit = (None, None) if refits is None else refits.change(ablation.whole)
        return replace(
            row,
            standing=standing(ablation, marks),
            replayed=change(row.scores, self.whole, self.later, self.noise) if self.later else None,
            since_cut=since_cut,
            refitted=refitted,
            misfit=misfit,
        )

    def _since_cut(self, ablation: Ablation) -> ScoreChange | None:
        """Score the runs with something off from the cut on; ``None`` where it cannot be, or nothing is scored."""
        scenario = ablation.since_cut
        if scenario is None or not self.later:
            return None
        scored = self.scores(f"since-{_content(scenario)}", scenario, self.experiment.study.seed)
        return change(scored, self.whole, self.later, self.noise)

    def _row(self, ablation: Ablation) -> AblationRow:
        experiment = self.experiment
        without = ablation.whole
        effects = experiment.effects([without], against=self.as_it_is).select(measures=COMPARED)
        outcomes = experiment.outcome_effects([without], against=self.as_it_is)
        scored = scores_of(experiment.measured(without), experiment.measures.outputs, self.later)
        experiment.forget(without)
        quarters = quarters_compared(self.case)
        counts = [name for name, unit in zip(effects.measures, effects.units, strict=True) if unit in COUNTS]
        differences = [
            row
            for output in COMPARED
            for row in effects.select(measures=[output], quarters=quarters).rows(log=output in counts)
        ]
        (failed,) = outcomes.select(measures=[ENDED.key]).shares()
        begins = [effects.first_difference(without.key, output) for output in COMPARED]
        first = min((quarter for quarter in begins if quarter is not None), default=None)
        size = size_of(effects, without.key, quarters)
        is_hardly = size < HARDLY and abs(failed.change) < HARDLY_FAILED
        return AblationRow(
            key=ablation.key,
            kind=ablation.kind,
            scale=ablation.scale,
            title=ablation.title,
            differences=tuple(differences),
            failed=failed,
            size=size,
            first=first,
            verdict="nothing" if first is None else "hardly" if is_hardly else "works",
            scores=scored,
        )


def _content(scenario: Scenario) -> str:
    """Name a scenario by everything it is."""
    return identity_of(scenario.model_dump(mode="json"))


class _Refits:
    """The whole model's refit, how far its score moves by points and random numbers, and refits without something."""

    def __init__(self, work: _Work, refitting: Refitting) -> None:
        as_it_is = work.as_it_is
        self.work = work
        self.refitting = refitting
        self.whole = self._refit(refitting, as_it_is)
        seeds = range(refitting.seed + 1000, refitting.seed + 1000 + work.settings.repeats)
        others = [self._refit(replace(refitting, seed=seed), as_it_is) for seed in seeds]
        ratios = [log_ratio(other.scores, self.whole.scores, refitting.later) for other in others]
        self.noise = float(np.std(ratios, ddof=1)) if len(ratios) > 1 else None

    def _refit(self, refitting: Refitting, scenario: Scenario) -> Refit:
        refit = refitting.refit(scenario)
        _, batch, ahead = self.work.plans
        self.work.count(refitting.size * batch.quarters + MEMBERS * FUTURES * ahead.quarters)
        return refit

    def change(self, without: Scenario) -> tuple[ScoreChange, float]:
        """Return score and misfit without something, beside the whole model's."""
        refit = self._refit(self.refitting, without)
        score = change(refit.scores, self.whole.scores, self.refitting.later, self.noise)
        return score, refit.misfit - self.whole.misfit
