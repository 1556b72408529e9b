"""All ablations of a case: what each does to outcomes and to forecasts, before and after a refit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from math import inf
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.inference.ablations.effects import (
    FUTURES,
    MEMBERS,
    Ablation,
    AblationBench,
    AblationEffect,
    Refit,
    Refitting,
    ablations_of,
    bench_of,
    by_observable,
    effect,
    later_targets,
    log_ratio,
    quarters_compared,
)
from copark.inference.case_parameters import Source
from copark.inference.exploration.designs import Workload, marks_of
from copark.inference.observations import Target
from copark.inference.posterior import ParameterPosterior
from copark.inference.prior import study_of
from copark.inference.source import PosteriorSource
from copark.model.compiler import model_hash
from copark.simulation.schemas import Title
from copark.simulation.study import Scenario
from copark.store.checkpoints import Stages
from copark.version import __version__

if TYPE_CHECKING:
    import xarray as xr

NOISES = 2.0
"""A score is called different if it is this many spreads of the whole model's own repeats away."""
RUNS_WITHOUT_POSTERIOR = 800
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class AblationSettings:
    """What may be asked."""

    futures: int = 2
    """Futures of each pair of the posterior."""
    size: int = 1 << 14
    """Runs of each refit's batch, a power of two; 0 leaves refits out."""
    links: bool = True
    """Whether arrows are cut, too."""
    repeats: int = 6
    """Repeats of the whole model, to know how far scores move by luck."""
    seed: int = 1
    """Of luck, points and errors."""
    only: tuple[str, ...] = ()
    """Keys of what is switched off; everything if there are none."""

    def content(self) -> Mapping[str, Any]:
        """Give the settings as plain values."""
        return asdict(self) | {"only": list(self.only)}


@dataclass(frozen=True)
class ScoreChange:
    """A score without something against the whole model's."""

    ratio: float
    """Mean over observables of ln(CRPS without / CRPS with): 0.1 is a tenth worse."""
    crps: Mapping[str, float]
    """Mean CRPS by observable, in its unit."""
    verdict: str
    """worse, alike or better, by the rule of this module."""


@dataclass(frozen=True)
class AblationRow:
    """One ablation."""

    key: str
    kind: str
    scale: str
    title: Title
    """key, kind, scale, title: as of :class:`~copark.inference.ablations.effects.Ablation`."""
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
    """run_id, provenance: made of the same, the same."""
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
    """noise, noise_refitted: spread of the whole model's own repeats, in the unit of :attr:`Change.ratio`; ``None``
    where there are none."""

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
    """What the data did to the parameters something is switched off by, as of :attr:`Row.standing`.

    marks: by parameter: moved, weakly or unmoved; empty where the case has no posterior.
    """
    names = list(one.whole.parameters)
    if not names or not marks:
        return ""
    words = {marks.get(name, "fixed") for name in names}
    return next(word for word in ("moved", "weakly", "unmoved", "fixed") if word in words)


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
    cut: Quarter | None = None,
    threads: int = 1,
    stages: Stages | None = None,
    progress: Progress | None = None,
) -> Ablations:
    """Switch everything off, one at a time.

    Parameters
    ----------
    source
        Draws of the case's parameters; where they are no replay posterior nothing is replayed, without any they are
        from the prior.
    parameters
        The case's parameter posterior, for what the data moved.
    cut
        Last quarter the fit knows; by default the posterior's. Without one nothing is scored.
    stages
        Where effects, scores and refits are kept as they are done, and found.
    """
    wanted, kept = settings or AblationSettings(), stages or Stages()
    known = cut or (None if source is None else source.cut)
    asked = () if known is None else later_targets(case, known)
    pairs = source.replay.pairs if isinstance(source, PosteriorSource) else 0
    runs = pairs * wanted.futures if pairs else RUNS_WITHOUT_POSTERIOR
    bench = bench_of(
        case, source, runs=runs, futures=wanted.futures if pairs else 1, seed=wanted.seed,
        asked=asked if pairs else (), threads=threads,
    )  # fmt: skip
    found = asked_of(case, wanted, known)
    stage = _Counted(progress or (lambda *_: None), workload(case, wanted, pairs, known))
    reference = bench.run(study_of(case, wanted.seed).scenarios[0])
    stage.arm(runs)
    whole = bench.scores(reference)
    noise = _noise(bench, whole, wanted.repeats, stage, kept)
    refits = _Refits.of(case, known, wanted, asked, threads, stage, kept)
    marks = {} if parameters is None else marks_of(parameters)
    rows = []
    for one in found:
        got, later = _measured(one, bench, reference, kept)
        stage.arm(runs if later is None else 2 * runs)
        replayed = change(got.scores, whole, asked, noise) if bench.asked else None
        since = None if later is None else change(later, whole, asked, noise)
        refitted, misfit = refits.change(one.whole) if refits is not None else (None, None)
        rows.append(AblationRow(
            one.key, one.kind, one.scale, one.title, standing(one, marks), got, replayed, since, refitted, misfit
        ))  # fmt: skip
    made_of = provenance_of(case, wanted, source, known)
    return Ablations(
        run_id=identity_of(made_of), provenance=made_of, case=case.name,
        park=Title(en=case.title.en, zh=case.title.zh), settings=wanted, cut=None if known is None else str(known),
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
        "model_hash": model_hash(), "settings": settings.content(), "cut": None if cut is None else str(cut),
        **({} if source is None else source.content),
    }  # fmt: skip


def arm_of(scenario: Scenario) -> str:
    """Name of an arm, by its content."""
    return identity_of(scenario.model_dump(mode="json"))


def _measured(
    one: Ablation, bench: AblationBench, reference: xr.Dataset, kept: Stages
) -> tuple[AblationEffect, Floats | None]:
    """Effect of something off throughout, and the scores with it off from the cut on, where it can be."""
    told = kept.plain(f"effect-{arm_of(one.whole)}", lambda: effect(bench, reference, one.whole).plain())
    if one.since_cut is None or not bench.asked:
        return AblationEffect.of_plain(told), None
    later = kept.result(f"since-{arm_of(one.since_cut)}", partial(_scores, bench, one.since_cut))
    return AblationEffect.of_plain(told), later["scores"]


def _scores(bench: AblationBench, scenario: Scenario, seed: int | None = None) -> dict[str, Floats]:
    return {"scores": bench.scores(bench.run(scenario, seed=seed))}


def change(scored: Floats, whole: Floats, asked: tuple[Target, ...], noise: float | None) -> ScoreChange:
    """Set scores beside the whole model's."""
    ratio = log_ratio(scored, whole, asked)
    least = inf if noise is None else NOISES * noise
    verdict = "worse" if ratio > least else "better" if ratio < -least else "alike"
    return ScoreChange(ratio, by_observable(scored, asked), verdict)


@dataclass
class _Counted:
    """Counts simulated quarters of all kinds of runs together."""

    tell: Progress
    plans: tuple[Workload, ...]
    done: int = 0

    def arm(self, runs: int) -> None:
        """An arm is done."""
        self._more(runs * self.plans[0].quarters)

    def refit(self, size: int) -> None:
        """A refit is done."""
        self._more(size * self.plans[1].quarters + MEMBERS * FUTURES * self.plans[2].quarters)

    def _more(self, quarters: int) -> None:
        self.done += quarters
        total = sum(one.quarters_in_all for one in self.plans)
        self.tell("simulate", min(self.done // 1000, total // 1000), total // 1000)


def _noise(bench: AblationBench, whole: Floats, repeats: int, stage: _Counted, kept: Stages) -> float | None:
    """Spread of the score over other lucks after the cut."""
    if not bench.asked or repeats < 2:
        return None
    found = []
    for n in range(repeats):
        again = partial(_scores, bench, bench.study.scenarios[0], bench.study.seed + 1000 + n)
        found.append(log_ratio(kept.result(f"noise-{n}", again)["scores"], whole, bench.asked))
        stage.arm(bench.study.runs)
    return float(np.std(found, ddof=1))


@dataclass
class _Refits:
    """The whole model's refit, and how far its score moves by points and luck."""

    refitting: Refitting
    whole: Refit
    noise: float | None
    stage: _Counted

    @classmethod
    def of(
        cls, case: Case, cut: Quarter | None, wanted: AblationSettings, asked: tuple[Target, ...], threads: int,
        stage: _Counted, kept: Stages,
    ) -> _Refits | None:  # fmt: skip
        if cut is None or not wanted.size or not asked:
            return None
        as_it_is = study_of(case, wanted.seed).scenarios[0]
        refitting = Refitting(case, cut, wanted.size, wanted.seed, asked, threads, kept)
        whole = refitting.refit(as_it_is)
        stage.refit(wanted.size)
        others = []
        for n in range(wanted.repeats):
            again = replace(refitting, seed=wanted.seed + 1000 + n).refit(as_it_is)
            others.append(log_ratio(again.scores, whole.scores, asked))
            stage.refit(wanted.size)
        noise = float(np.std(others, ddof=1)) if len(others) > 1 else None
        return cls(refitting, whole, noise, stage)

    def change(self, without: Scenario) -> tuple[ScoreChange, float]:
        """Score and misfit of a refit without something, beside the whole model's."""
        found = self.refitting.refit(without)
        self.stage.refit(self.refitting.size)
        return change(
            found.scores, self.whole.scores, self.refitting.asked, self.noise
        ), found.misfit - self.whole.misfit
