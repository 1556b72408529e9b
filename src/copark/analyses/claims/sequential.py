"""The runs of a trial, from one interim look to the next: what is decided by the sequential rule is run no further.

Without a rule (:mod:`~copark.analyses.claims.stopping_rule`) there is one interim look, at all draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property, partial
from math import nan

import numpy as np

from copark.analyses.claims.scenario_statistics import ScenarioReadings, statistics_of
from copark.analyses.claims.schema import AS_IT_IS, Alternative, CaseChange, Claim, Part
from copark.analyses.claims.stopping_rule import Stopping
from copark.analyses.claims.trial import ClaimTrial
from copark.analyses.claims.verdict import Verdict, Weighed, claim_verdict, verdict_of, weigh
from copark.arrays import Floats
from copark.progress import Progress
from copark.simulation.experiment import Experiment
from copark.simulation.measures import ScenarioMeasures
from copark.store.checkpoints import Stages

PartKey = tuple[str, str]
"""Claim and part."""
ClaimPart = tuple[Claim, Part]
"""A part with its claim."""


def key_of(claim: Claim, part: Part) -> PartKey:
    """Return the key of a part among all claims."""
    return claim.id, part.key


class TrialRuns:
    """Makes the runs of a trial until every part, alternative and null model is decided, and weighs them.

    Parameters
    ----------
    trial
        What is tried.
    progress
        Called with runs made and runs to be made at most: fewer once something is decided, and in the end those made.
    stages
        Where runs are kept from time to time, and found by the same trial after a stop.
    """

    def __init__(self, trial: ClaimTrial, progress: Progress | None = None, stages: Stages | None = None) -> None:
        self.trial = trial
        self.stopping = trial.stopping
        self.parts: list[ClaimPart] = list(trial.file.claims.of(trial.chosen))
        work_stages = stages or Stages()
        self.experiment = trial.experiment(progress=self._tell, checkpoint=work_stages.stage("runs"))
        self.prior = trial.experiment(on_prior=True, progress=self._tell, checkpoint=work_stages.stage("prior"))
        self._progress = progress
        self._most = trial.runs
        self._before = self.made
        self.after: dict[PartKey, Weighed] = {}
        """Every part weighed with the observations, on as many draws as it needed."""
        self.before: dict[PartKey, Weighed] = {}
        """The same of the prior."""
        self.evidence: dict[str, int] = {}
        """Draws of every scenario that a claim shows."""
        self.alternatives: dict[tuple[PartKey, str], tuple[Floats, Floats]] = {}
        """Probabilities of draws as it is, and under an alternative, on the same draws."""
        self.in_null_models: dict[tuple[PartKey, str], Weighed] = {}
        """Every part weighed in a null model, in which it is false."""

    @property
    def made(self) -> int:
        """Count the runs that were made."""
        return self.experiment.runs_made + self.prior.runs_made

    @cached_property
    def few(self) -> Experiment:
        """The first replicates of each draw, on which alternatives are tried."""
        return self.experiment.part(range(self.trial.few_replicates))

    def run(self) -> None:
        """Run everything."""
        _, _, in_null_models, in_alternatives = self.trial.sizes
        self._tell(0, 0)
        self._verdicts()
        self._most = min(self._most, self.made + in_null_models + in_alternatives)
        self._null_models()
        self._most = min(self._most, self.made + in_alternatives)
        self._alternatives()
        self._most = self.made
        self._tell(0, 0)

    def _tell(self, done: int, total: int) -> None:
        """Return how many runs are made, with those of the extension that is under way."""
        if self._progress is not None:
            self._progress(self._before + done, self._most)
        if done == total:
            self._before += done

    def _draws(self, first: Sequence[int], every: int) -> tuple[int, ...]:
        """Choose the draws of each interim look: the first few by the rule, then every one there is."""
        return (*(draws for draws in first if draws < every), every)

    def readings(self, experiment: Experiment, draws: int, ground: CaseChange | None = None) -> ScenarioReadings:
        """Read scenarios on the first draws of an experiment, upon a ground where one is given.

        Parameters
        ----------
        experiment
            Experiment on the posterior or on the prior.
        draws
            Number of the first draws.
        ground
            Alternative or null model that the scenarios stand upon.
        """
        trial = self.trial
        measured: Callable[[str], ScenarioMeasures] = cache(
            lambda key: experiment.measured(trial.scenario(key, ground), draws)
        )
        return ScenarioReadings(measured, trial.values_read.places, len(experiment.replicates))

    def weigh(
        self,
        part: Part,
        experiment: Experiment,
        draws: int,
        ground: CaseChange | None = None,
    ) -> Weighed:
        """Weigh a part on the first draws of an experiment.

        Parameters
        ----------
        part
            The part.
        experiment
            Whose runs are read; what is missing is run.
        draws
            So many of the first.
        ground
            What its scenarios are put upon, if anything.
        """
        trial = self.trial
        runs = statistics_of(part, self.readings(experiment, draws, ground), trial.case)
        return weigh(part, runs, trial.ridge(experiment is self.prior, draws), trial.margins)

    def _verdicts(self) -> None:
        trial = self.trial
        going = list(self.parts)
        for draws in self._draws(self.stopping.looks.draws if self.stopping else (), trial.draws):
            scenarios = self._upon((None, part) for _, part in going)
            for experiment, weighed in ((self.experiment, self.after), (self.prior, self.before)):
                count = draws if experiment is self.experiment else min(draws, trial.prior_draws)
                experiment.extend(scenarios, count)
                weighed |= {key_of(claim, part): self.weigh(part, experiment, count) for claim, part in going}
            if self.stopping is not None:
                going = [undecided for claim in trial.chosen for undecided in self._undecided(self.stopping, claim)]
        for claim in trial.chosen:
            weighed_parts = [self.after[key_of(claim, part)] for part in claim.parts]
            self.evidence[claim.id] = min(
                (len(weighed_part.chance) for weighed_part in weighed_parts if weighed_part.draws), default=trial.draws
            )
        for draws in sorted(set(self.evidence.values())):  # scenarios that are shown though no rule names them
            claims = [claim for claim in trial.chosen if self.evidence[claim.id] == draws]
            shown_scenarios = [trial.scenarios[key] for claim in claims for key in (claim.reference, *claim.shown)]
            self.experiment.extend(shown_scenarios, draws)

    def _undecided(self, stopping: Stopping, claim: Claim) -> list[ClaimPart]:
        """Choose the parts of a claim that are run on: those not decided, and all of its headline where that is not."""
        weighed = {part.key: self.after[key_of(claim, part)] for part in claim.parts}
        verdicts = {part.key: self.plain(claim, part) for part in claim.parts}
        going = {key for key, verdict in verdicts.items() if not stopping.decided(verdict, weighed[key].draws)}
        whole = claim_verdict(claim.headline, verdicts, weighed, weighed)
        least = min((weighed[key].draws for key in claim.headline.parts if weighed[key].draws), default=0)
        if not stopping.decided(whole, least):
            going |= set(claim.headline.parts)
        return [(claim, part) for part in claim.parts if part.key in going]

    def plain(self, claim: Claim, part: Part, sampling_error: float = nan) -> Verdict:
        """Return the verdict on a part, before alternative assumptions are tried.

        Parameters
        ----------
        claim
            The claim.
        part
            Its part, which has been weighed on the prior and on the posterior.
        sampling_error
            Standard error of its probability, over other draws and chance; NaN where it is not known yet.
        """
        key = key_of(claim, part)
        return verdict_of(part, self.after[key], self.before[key], self.trial.margins, sampling_error)

    def _null_models(self) -> None:
        trial = self.trial
        going = [(claim_part, world) for claim_part in self.parts for world in claim_part[1].false_worlds]
        for draws in self._draws((self.stopping.worlds.draws,) if self.stopping else (), trial.few_draws):
            self.experiment.extend(self._upon((trial.null_model(world), part) for (_, part), world in going), draws)
            for (claim, part), world in going:
                weighed = self.weigh(part, self.experiment, draws, trial.null_model(world))
                self.in_null_models[key_of(claim, part), world] = weighed
            if self.stopping is not None:
                against = self.stopping.against
                going = [
                    (claim_part, world)
                    for claim_part, world in going
                    if not against(self.in_null_models[key_of(*claim_part), world].chance)
                ]

    def _upon(self, parts: Iterable[tuple[CaseChange | None, Part]]) -> list[CaseChange]:
        """Put the scenarios of parts upon grounds."""
        return [self.trial.scenario(key, ground) for ground, part in parts for key in part.uses]

    def _alternatives(self) -> None:
        """Run alternatives."""
        trial = self.trial
        grounds = trial.file.claims.judgement
        going = [(claim_part, alternative) for claim_part in self.parts for alternative in grounds]
        as_it_is = [trial.scenario(AS_IT_IS, alternative) for alternative in grounds if AS_IT_IS in trial.scenarios]
        for draws in self._draws((self.stopping.alternatives.draws,) if self.stopping else (), trial.few_draws):
            scenarios = self._upon((alternative, part) for (_, part), alternative in going)
            self.few.extend([*as_it_is, *scenarios], draws)
            as_it_is = []
            parts = {key_of(claim, part): part for (claim, part), _ in going}
            reference = {key: self.weigh(part, self.few, draws).chance for key, part in parts.items()}
            for (claim, part), alternative in going:
                key = key_of(claim, part)
                weighed = self.weigh(part, self.few, draws, alternative)
                self.alternatives[key, alternative.key] = reference[key], weighed.chance
            if self.stopping is not None:
                same_side = partial(self._same_side, self.stopping)
                going = [
                    (claim_part, alternative)
                    for claim_part, alternative in going
                    if not same_side(claim_part, alternative)
                ]

    def _same_side(self, stopping: Stopping, claim_part: ClaimPart, alternative: Alternative) -> bool:
        key = key_of(*claim_part)
        reference, under = self.alternatives[key, alternative.key]
        return stopping.same_side(self.plain(*claim_part), under - reference, self.after[key].draws)

    @cached_property
    def departures(self) -> dict[str, float]:
        """Return log points between median residents at the cut under each alternative and as it is, by its key."""
        judgement = self.trial.file.claims.judgement
        if AS_IT_IS not in self.trial.scenarios:
            return {alternative.key: 0.0 for alternative in judgement}
        return {alternative.key: self._departure(alternative) for alternative in judgement}

    def _departure(self, alternative: Alternative) -> float:
        scenario = self.trial.scenario(AS_IT_IS, alternative)
        draws = self.few.count_runs(scenario) // len(self.few.replicates) or self.trial.few_draws
        draws = min(draws, self.trial.few_draws)
        return float(np.log(self._residents(alternative, draws) / self._residents(None, draws)))

    def _residents(self, ground: CaseChange | None, draws: int) -> float:
        """Return the median registered residents at the cut over runs as it is, upon a ground; at least one."""
        readings = self.readings(self.few, draws, ground)
        return max(float(np.nanmedian(readings.output(AS_IT_IS, *self.trial.observed_place))), 1.0)
