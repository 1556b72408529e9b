"""All ablations of a case: what each does to outcomes and to forecasts, before and after a refit.

A refit calibrates the model without something anew, cheaply: a small prior batch to the cut, summaries by linear
regression, the nearest runs, and their parameters run on with fresh random numbers. The nearest are taken as they are,
since moving them by a regression on so few runs makes scores jump from seed to seed. Every arm and the whole model have
the same points and random numbers, so that what differs is the mechanism. Fresh random numbers forget where the park
was at the cut: such forecasts are wider and worse than those of the replay posterior, all alike.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from math import inf
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from copark.analyses.ablate.effects import (
    Ablation,
    AblationBench,
    AblationEffect,
    ablations_of,
    bench_of,
    by_observable,
    effect,
    later_targets,
    log_ratio,
    quarters_compared,
    scores,
)
from copark.arrays import Floats
from copark.calibration.case_parameters import Source
from copark.calibration.diagnostics import marks_of
from copark.calibration.draw_sources import PosteriorSource
from copark.calibration.observations import ObservationModel, Target, targets
from copark.calibration.posterior import Neighbours, ParameterPosterior, features, one_thread, systematic
from copark.calibration.prior import PriorSpace, study_of
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.world import world_hash
from copark.identity import identity_of
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.simulation.study_entries import Title
from copark.simulation.workload import Workload
from copark.store.checkpoints import Stages
from copark.version import MODEL_VERSION, __version__

NOISES = 2.0
"""A score is called different if it is this many spreads of the whole model's own repeats away."""
RUNS_WITHOUT_POSTERIOR = 800
ACCEPTED_SHARE, LEAST_ACCEPTED = 0.02, 50
MEMBERS, FUTURES = 1000, 2
BEST = 0.01
"""Share of the batch whose misfit says how easily the structure reaches the record."""
RIDGE = 1e-3
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Refit:
    """What is left without something."""

    scores: Floats
    """CRPS on each later target, shape (targets,)."""
    misfit: float
    """Root mean square distance to the record, in errors of observation, that the best hundredth of the batch's runs
    stay below: smaller means that the structure reaches the record more easily."""


@dataclass(frozen=True)
class Refitting:
    """What all refits share: the record to the cut, points and random numbers."""

    case: Case
    cut: Quarter
    size: int
    """Runs of the batch."""
    seed: int
    """Of points, errors of observation and random numbers."""
    asked: tuple[Target, ...]
    threads: int = 1
    stages: Stages = field(default_factory=Stages)
    """Where refits are kept as they are done."""

    def refit(self, without: Scenario) -> Refit:
        """Refit the model without something, or find it refitted among the stages."""
        arm = identity_of({"without": without.model_dump(mode="json"), "seed": self.seed})
        kept = self.stages.result(f"refit-{arm}", lambda: self._refit(without))
        return Refit(kept["scores"], float(kept["misfit"]))

    def _refit(self, without: Scenario) -> dict[str, Floats]:
        case, seed = self.case, self.seed
        space, model = PriorSpace.of(case), ObservationModel(targets(case, cut=self.cut))
        points = space.sobol(0, self.size, seed)
        counterparts = self._run(space, model, without, points, seed, self.cut - case.clock.start + 1)
        whole = np.isfinite(counterparts).all(axis=1)
        points, counterparts = points[whole], counterparts[whole]
        reports = model.reports(counterparts, seed)
        learned, residual = regression(features(model, reports), points)
        recorded = learned(features(model, model.recorded[np.newaxis, :]))[0]
        near = Neighbours(points, learned(features(model, reports)), residual)
        members = np.tile(nearest(points, near.distances(recorded)), (FUTURES, 1))
        later, last = ObservationModel(self.asked), max(one.last for one in self.asked)
        ahead = self._run(space, later, without, members, seed + 1, last + 1)
        z = (model.hide(counterparts) - model.recorded) / model.errors
        misfit = np.quantile(np.sqrt((z**2).mean(axis=1)), BEST)
        return {"scores": scores(ahead, self.asked), "misfit": np.asarray(misfit, dtype=np.float64)}

    def _run(
        self, space: PriorSpace, model: ObservationModel, arm: Scenario, points: Floats, seed: int, quarters: int
    ) -> Floats:
        """Run points under an arm and read the targets; not a number where a run did not end well."""
        draws = space.draws(points, seed, scenario=arm)
        runs = Ensemble(inputs_of(self.case, arm, quarters), draws, model.variables, threads=self.threads).run()
        return runs.of_finished(model.counterparts(runs.out, runs.names))


def nearest(points: Floats, far: Floats) -> Floats:
    """Points nearest to the record, weighted by distance (Epanechnikov) and drawn again evenly; (MEMBERS, axes)."""
    count = min(max(LEAST_ACCEPTED, int(ACCEPTED_SHARE * len(points))), len(points) - 1)
    order = np.argsort(far, kind="stable")[: count + 1]
    weights = np.maximum(1.0 - (far[order[:-1]] / max(float(far[order[-1]]), 1e-300)) ** 2, 1e-12)
    return points[order[:-1]][systematic(weights, MEMBERS)]


def regression(x: Floats, points: Floats) -> tuple[Callable[[Floats], Floats], Floats]:
    """Ridge regression of points on features and their squares: the summary, and what it leaves unexplained."""
    centre, scale = x.mean(axis=0), np.maximum(x.std(axis=0), 1e-9)

    def design(x: Floats) -> Floats:
        z = np.clip((x - centre) / scale, -6.0, 6.0)
        return np.concatenate([np.ones((len(z), 1)), z, z**2], axis=1)

    with one_thread():
        table = design(x)
        penalty = RIDGE * len(x) * np.eye(table.shape[1])
        penalty[0, 0] = 0.0
        slopes = np.asarray(np.linalg.solve(table.T @ table + penalty, table.T @ points), dtype=np.float64)
        residual = np.cov(points - table @ slopes, rowvar=False)
    return lambda found: design(found) @ slopes, residual


@dataclass(frozen=True)
class AblationSettings:
    """What may be asked."""

    futures: int = 2
    """Futures of each pair of the posterior."""
    size: int = 1 << 14
    """Runs of each refit's batch, a power of two; 0 leaves refits out."""
    links: bool = True
    """Whether links are cut, too."""
    repeats: int = 6
    """Repeats of the whole model, to know how far scores move by chance."""
    seed: int = 1
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
    """One ablation."""

    key: str
    kind: str
    scale: str
    title: Title
    """key, kind, scale, title: as of :class:`~copark.analyses.ablate.effects.Ablation`."""
    standing: str
    """What the data did to the parameters it is switched off by, the firmest word for any of them: moved, weakly,
    unmoved; fixed where all are held; empty where facts are edited, or nothing is known."""
    effect: AblationEffect
    """On outcomes, off for the whole history."""
    replayed: ScoreChange | None
    """Score of the replay posterior with it off for the whole history: the history then is another one."""
    since_cut: ScoreChange | None
    """Score with it off from the cut on, where it can be."""
    refitted: ScoreChange | None
    """Score after a refit without it; ``None`` if none was made."""
    misfit: float | None
    """How easily the refit reaches the record, less the same of the whole model; negative is easier."""


@dataclass(frozen=True, kw_only=True)
class Ablations:
    """All that was found, and what it was made with."""

    run_id: str
    provenance: dict[str, Any]
    case: str
    park: Title
    settings: AblationSettings
    cut: str | None
    """Last quarter the fit knows; ``None`` where nothing is scored."""
    quarters: tuple[str, ...]
    """Ends of years that are compared."""
    pairs: int
    """Pairs of runs of each ablation."""
    rows: tuple[AblationRow, ...]
    asked: int
    """Later observations that forecasts are scored on."""
    crps: Mapping[str, float]
    crps_refitted: Mapping[str, float]
    """crps, crps_refitted: the whole model's mean scores by observable: of the replay posterior, and after a refit."""
    noise: float | None
    noise_refitted: float | None
    """noise, noise_refitted: spread of the whole model's own repeats, in the unit of :attr:`ScoreChange.ratio`;
    ``None`` where there are none."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of ablations there are."""
        return tuple(dict.fromkeys(row.kind for row in self.rows))

    def of_kind(self, kind: str) -> tuple[AblationRow, ...]:
        """Ablations of a kind, in the order of the file."""
        return tuple(row for row in self.rows if row.kind == kind)

    def idle(self) -> tuple[AblationRow, ...]:
        """What does no work at all: the same bits in every run."""
        return tuple(row for row in self.rows if row.effect.verdict == "nothing")


def standing(one: Ablation, marks: Mapping[str, str]) -> str:
    """What the data did to the parameters something is switched off by, as of :attr:`AblationRow.standing`.

    marks: by parameter: moved, weakly or unmoved; empty where the case has no posterior.
    """
    words = {marks.get(name, "fixed") for name in one.whole.parameters} if marks else set()
    return next((word for word in ("moved", "weakly", "unmoved", "fixed") if word in words), "")


def asked_of(case: Case, settings: AblationSettings, cut: Quarter | None) -> tuple[Ablation, ...]:
    """What is to be switched off."""
    found = ablations_of(case, cut, links=settings.links)
    return tuple(one for one in found if not settings.only or one.key in settings.only)


def workload(case: Case, settings: AblationSettings, pairs: int, cut: Quarter | None) -> tuple[Workload, ...]:
    """How many runs: those of the arms, those of the batches, those of the refits' forecasts."""
    found = asked_of(case, settings, cut)
    arms = len(found) + sum(one.since_cut is not None for one in found) + 1 + settings.repeats
    runs = pairs * settings.futures if pairs else RUNS_WITHOUT_POSTERIOR
    made = [Workload(arms * runs, case.clock.quarters)]
    if settings.size and cut is not None:
        refits = len(found) + 1 + settings.repeats
        last = max((one.last for one in later_targets(case, cut)), default=0) + 1
        made += [
            Workload(refits * settings.size, cut - case.clock.start + 1), Workload(refits * MEMBERS * FUTURES, last)
        ]  # fmt: skip
    return tuple(made)


def ablate(
    case: Case,
    settings: AblationSettings | None = None,
    *,
    source: Source | None = None,
    parameters: ParameterPosterior | None = None,
    threads: int = 1,
    stages: Stages | None = None,
    progress: Progress | None = None,
) -> Ablations:
    """Switch everything off, one at a time.

    Parameters
    ----------
    source
        Draws of the case's parameters, whose cut is the last quarter the fit knows. Where they are no replay posterior
        nothing is replayed; without any they are from the prior, and nothing is scored.
    parameters
        The case's parameter posterior, for what the data moved.
    stages
        Where effects, scores and refits are kept as they are done, and found.
    """
    wanted, kept = settings or AblationSettings(), stages or Stages()
    cut = None if source is None else source.cut
    asked = () if cut is None else later_targets(case, cut)
    pairs = source.replay.pairs if isinstance(source, PosteriorSource) else 0
    runs = pairs * wanted.futures if pairs else RUNS_WITHOUT_POSTERIOR
    bench = bench_of(
        case, source, runs=runs, futures=wanted.futures if pairs else 1, seed=wanted.seed,
        asked=asked if pairs else (), threads=threads,
    )  # fmt: skip
    work = _Work(case, wanted, bench, kept, progress or (lambda *_: None), workload(case, wanted, pairs, cut))
    as_it_is = study_of(case, wanted.seed).scenarios[0]
    reference = bench.run(as_it_is)
    work.told(runs * work.plans[0].quarters)
    whole = bench.scores(reference)
    noise = work.noise(whole) if bench.asked else None
    refits = None
    if cut is not None and wanted.size and asked:
        refits = _Refits(work, Refitting(case, cut, wanted.size, wanted.seed, asked, threads, kept), as_it_is)
    marks = {} if parameters is None else marks_of(parameters)
    rows = []
    for one in asked_of(case, wanted, cut):
        got, later = work.measured(one, reference)
        replayed = change(got.scores, whole, asked, noise) if bench.asked else None
        since = None if later is None else change(later, whole, asked, noise)
        refitted, misfit = refits.change(one.whole) if refits is not None else (None, None)
        rows.append(AblationRow(
            one.key, one.kind, one.scale, one.title, standing(one, marks), got, replayed, since, refitted, misfit
        ))  # fmt: skip
    made_of = provenance_of(case, wanted, source, cut)
    return Ablations(
        run_id=identity_of(made_of), provenance=made_of, case=case.name,
        park=Title(en=case.title.en, zh=case.title.zh), settings=wanted, cut=None if cut is None else str(cut),
        quarters=quarters_compared(case), pairs=runs, rows=tuple(rows), asked=len(asked),
        noise=noise, noise_refitted=None if refits is None else refits.noise, crps=by_observable(whole, bench.asked),
        crps_refitted={} if refits is None else by_observable(refits.whole.scores, asked),
    )  # fmt: skip


def provenance_of(
    case: Case, settings: AblationSettings, source: Source | None, cut: Quarter | None
) -> dict[str, Any]:  # fmt: skip
    """Everything ablations depend on, and the version that made them."""
    return {
        "ablations": 1, "code_version": __version__, "case": case.name, "case_hash": case.hash,
        "world_hash": world_hash(case), "model_version": MODEL_VERSION,
        "settings": asdict(settings) | {"only": list(settings.only)},
        "cut": None if cut is None else str(cut), **({} if source is None else source.content),
    }  # fmt: skip


def change(scored: Floats, whole: Floats, asked: tuple[Target, ...], noise: float | None) -> ScoreChange:
    """Set scores beside the whole model's."""
    ratio = log_ratio(scored, whole, asked)
    least = inf if noise is None else NOISES * noise
    verdict = "worse" if ratio > least else "better" if ratio < -least else "alike"
    return ScoreChange(ratio, by_observable(scored, asked), verdict)


@dataclass
class _Work:
    """Runs of arms, kept as they are done; simulated quarters of all kinds of runs are counted together."""

    case: Case
    wanted: AblationSettings
    bench: AblationBench
    kept: Stages
    tell: Progress
    plans: tuple[Workload, ...]
    done: int = 0

    def told(self, quarters: int) -> None:
        self.done += quarters
        total = sum(one.quarters_in_all for one in self.plans) // 1000
        self.tell("simulate", min(self.done // 1000, total), total)

    def scores(self, name: str, scenario: Scenario, seed: int | None = None) -> Floats:
        """Scores of an arm."""
        bench = self.bench
        made = self.kept.result(name, lambda: {"scores": bench.scores(bench.run(scenario, seed=seed))})["scores"]
        self.told(bench.study.runs * self.plans[0].quarters)
        return made

    def noise(self, whole: Floats) -> float | None:
        """Spread of the score over other random numbers after the cut."""
        scenario, seed = self.bench.study.scenarios[0], self.bench.study.seed + 1000
        again = (self.scores(f"noise-{n}", scenario, seed + n) for n in range(self.wanted.repeats))
        found = [log_ratio(one, whole, self.bench.asked) for one in again]
        return float(np.std(found, ddof=1)) if len(found) > 1 else None

    def measured(self, one: Ablation, reference: Any) -> tuple[AblationEffect, Floats | None]:
        """Effect of something off throughout, and the scores with it off from the cut on, where it can be."""
        plain = TypeAdapter(AblationEffect)
        made = partial(effect, self.bench, reference, one.whole)
        told = self.kept.plain(f"effect-{_arm(one.whole)}", lambda: plain.dump_python(made(), mode="json"))
        self.told(self.bench.study.runs * self.plans[0].quarters)
        found = plain.validate_python(told)
        if one.since_cut is None or not self.bench.asked:
            return found, None
        return found, self.scores(f"since-{_arm(one.since_cut)}", one.since_cut)


def _arm(scenario: Scenario) -> str:
    return identity_of(scenario.model_dump(mode="json"))


class _Refits:
    """The whole model's refit, how far its score moves by points and random numbers, and refits without something."""

    def __init__(self, work: _Work, refitting: Refitting, as_it_is: Scenario) -> None:
        self.work, self.refitting = work, refitting
        self.whole = self._refit(refitting, as_it_is)
        seeds = range(refitting.seed + 1000, refitting.seed + 1000 + work.wanted.repeats)
        others = [self._refit(replace(refitting, seed=seed), as_it_is) for seed in seeds]
        found = [log_ratio(one.scores, self.whole.scores, refitting.asked) for one in others]
        self.noise = float(np.std(found, ddof=1)) if len(found) > 1 else None

    def _refit(self, refitting: Refitting, scenario: Scenario) -> Refit:
        found, (_, batch, ahead) = refitting.refit(scenario), self.work.plans
        self.work.told(refitting.size * batch.quarters + MEMBERS * FUTURES * ahead.quarters)
        return found

    def change(self, without: Scenario) -> tuple[ScoreChange, float]:
        """Score and misfit without something, beside the whole model's."""
        found, whole = self._refit(self.refitting, without), self.whole
        return change(found.scores, whole.scores, self.refitting.asked, self.noise), found.misfit - whole.misfit
