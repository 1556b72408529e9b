"""The runs of a trial, look by look: what is decided by the sequential rule is run no further.

Without a rule (:mod:`~copark.analyses.claims.stopping_rule`) there is one look, at all draws.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, cached_property, partial
from math import nan

import numpy as np

from copark.analyses.claims.arm_statistics import Readings, statistics_of
from copark.analyses.claims.schema import AS_IT_IS, Change, Claim, Part, Variant, is_empty
from copark.analyses.claims.stopping_rule import Stopping
from copark.analyses.claims.trial import Trial
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
    """Give the key of a part among all claims."""
    return claim.id, part.key


class TrialLooks:
    """Makes the runs of a trial, look by look, until every part, alternative and null model is decided; weighs them.

    Parameters
    ----------
    trial
        What is tried.
    progress
        Called with runs made and runs to be made at most: fewer once something is decided, and in the end those made.
    stages
        Where runs are kept from time to time, and found by the same trial after a stop.
    """

    def __init__(self, trial: Trial, progress: Progress | None = None, stages: Stages | None = None) -> None:
        self.trial = trial
        self.rule = trial.rule
        self.parts: list[ClaimPart] = list(trial.file.claims.of(trial.chosen))
        work_stages = stages or Stages()
        self.experiment = trial.experiment(progress=self._tell, checkpoint=work_stages.stage("runs"))
        self.prior = trial.experiment(on_prior=True, progress=self._tell, checkpoint=work_stages.stage("prior"))
        self._progress = progress
        self._most = trial.runs
        self._before = self.made
        self.after: dict[PartKey, Weighed] = {}
        """Every part weighed with the record, on as many draws as it needed."""
        self.before: dict[PartKey, Weighed] = {}
        """The same of the prior."""
        self.evidence: dict[str, int] = {}
        """Draws of every arm that a claim shows."""
        self.alternatives: dict[tuple[PartKey, str], tuple[Floats, Floats]] = {}
        """Probabilities of draws as it is, and under an alternative, on the same draws."""
        self.false: dict[tuple[PartKey, str], Weighed] = {}
        """Every part weighed in a world in which it is false."""

    @property
    def made(self) -> int:
        """Count the runs that were made."""
        return self.experiment.made + self.prior.made

    @cached_property
    def few(self) -> Experiment:
        """The first replicates of each draw, on which alternatives are tried."""
        return self.experiment.part(range(self.trial.few_replicates))

    def run(self) -> None:
        """Run everything."""
        _, _, in_worlds, in_alternatives = self.trial.sizes
        self._tell(0, 0)
        self._verdicts()
        self._most = min(self._most, self.made + in_worlds + in_alternatives)
        self._worlds()
        self._most = min(self._most, self.made + in_alternatives)
        self._alternatives()
        self._most = self.made
        self._tell(0, 0)

    def _tell(self, done: int, total: int) -> None:
        """Tell how many runs are made, with those of the extension that is under way."""
        if self._progress is not None:
            self._progress(self._before + done, self._most)
        if done == total:
            self._before += done

    def _draws(self, first: Sequence[int], every: int) -> tuple[int, ...]:
        """Choose the draws that are looked at: the first few by the rule, and every one there is."""
        return (*(draws for draws in first if draws < every), every)

    def readings(self, experiment: Experiment, draws: int, ground: Change | None = None) -> Readings:
        """Read arms on the first draws of an experiment, upon a ground where one is given.

        Parameters
        ----------
        experiment
            Experiment on the record or on the prior.
        draws
            Number of the first draws.
        ground
            Variant or world that the arms stand upon.
        """
        trial = self.trial
        measured: Callable[[str], ScenarioMeasures] = cache(
            lambda arm: experiment.measured(trial.scenario(arm, ground), draws)
        )
        return Readings(measured, trial.values_read.places, trial.judged, len(experiment.replicates))

    def weigh(
        self,
        part: Part,
        experiment: Experiment,
        draws: int,
        ground: Change | None = None,
        self_standing: float | None = None,
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
            What its arms are put upon, if anything.
        self_standing
            Another S*, if it is another.
        """
        trial = self.trial
        runs = statistics_of(part, self.readings(experiment, draws, ground), trial.case, self_standing)
        return weigh(part, runs, trial.ridge(experiment is self.prior, draws), trial.judge.margins)

    def _verdicts(self) -> None:
        trial = self.trial
        going = list(self.parts)
        for draws in self._draws(self.rule.looks.draws if self.rule else (), trial.draws):
            arms = self._upon((None, part) for _, part in going)
            for experiment, weighed in ((self.experiment, self.after), (self.prior, self.before)):
                count = draws if experiment is self.experiment else min(draws, trial.prior_draws)
                experiment.extend(arms, count)
                weighed |= {key_of(claim, part): self.weigh(part, experiment, count) for claim, part in going}
            if self.rule is not None:
                going = [undecided for claim in trial.chosen for undecided in self._undecided(self.rule, claim)]
        for claim in trial.chosen:
            weighed_parts = [self.after[key_of(claim, part)] for part in claim.parts]
            self.evidence[claim.id] = min(
                (len(weighed_part.chance) for weighed_part in weighed_parts if weighed_part.draws), default=trial.draws
            )
        for draws in sorted(set(self.evidence.values())):  # what is shown beside what rules look at
            claims = [claim for claim in trial.chosen if self.evidence[claim.id] == draws]
            shown_arms = [trial.arms[arm] for claim in claims for arm in (claim.reference, *claim.shown)]
            self.experiment.extend(shown_arms, draws)

    def _undecided(self, rule: Stopping, claim: Claim) -> list[ClaimPart]:
        """Choose the parts of a claim that are run on: those not decided, and all of its headline where that is not."""
        weighed = {part.key: self.after[key_of(claim, part)] for part in claim.parts}
        verdicts = {part.key: self.plain(claim, part) for part in claim.parts}
        going = {key for key, verdict in verdicts.items() if not rule.decided(verdict, weighed[key].draws)}
        whole = claim_verdict(claim.headline, verdicts, weighed, weighed)
        least = min((weighed[key].draws for key in claim.headline.parts if weighed[key].draws), default=0)
        if not rule.decided(whole, least):
            going |= set(claim.headline.parts)
        return [(claim, part) for part in claim.parts if part.key in going]

    def plain(self, claim: Claim, part: Part, sampling_error: float = nan) -> Verdict:
        """Give the verdict on a part, before alternative assumptions are looked at."""
        key = key_of(claim, part)
        return verdict_of(part, self.after[key], self.before[key], self.trial.judge.margins, sampling_error)

    def _worlds(self) -> None:
        trial = self.trial
        going = [(claim_part, world) for claim_part in self.parts for world in claim_part[1].false_worlds]
        for draws in self._draws((self.rule.worlds.draws,) if self.rule else (), trial.few_draws):
            self.experiment.extend(self._upon((trial.world(world), part) for (_, part), world in going), draws)
            for (claim, part), world in going:
                weighed = self.weigh(part, self.experiment, draws, trial.world(world))
                self.false[key_of(claim, part), world] = weighed
            if self.rule is not None:
                against = self.rule.against
                going = [
                    (claim_part, world)
                    for claim_part, world in going
                    if not against(self.false[key_of(*claim_part), world].chance)
                ]

    def _upon(self, parts: Iterable[tuple[Change | None, Part]]) -> list[Change]:
        """Put the arms of parts upon grounds."""
        return [self.trial.scenario(arm, ground) for ground, part in parts for arm in part.uses]

    def _alternatives(self) -> None:
        """Run alternatives; what only changes which parks count as self-standing needs no runs."""
        trial = self.trial
        grounds = [variant for variant in trial.file.claims.judgement if not is_empty(variant)]
        going = [(claim_part, variant) for claim_part in self.parts for variant in grounds]
        as_it_is = [trial.scenario(AS_IT_IS, variant) for variant in grounds if AS_IT_IS in trial.arms]
        for draws in self._draws((self.rule.alternatives.draws,) if self.rule else (), trial.few_draws):
            arms = self._upon((variant, part) for (_, part), variant in going)
            self.few.extend([*as_it_is, *arms], draws)
            as_it_is = []
            parts = {key_of(claim, part): part for (claim, part), _ in going}
            reference = {key: self.weigh(part, self.few, draws).chance for key, part in parts.items()}
            for (claim, part), variant in going:
                key = key_of(claim, part)
                weighed = self.weigh(part, self.few, draws, variant, variant.self_standing)
                self.alternatives[key, variant.key] = reference[key], weighed.chance
            if self.rule is not None:
                same_side = partial(self._same_side, self.rule)
                going = [(claim_part, variant) for claim_part, variant in going if not same_side(claim_part, variant)]

    def _same_side(self, rule: Stopping, claim_part: ClaimPart, variant: Variant) -> bool:
        key = key_of(*claim_part)
        reference, alternative = self.alternatives[key, variant.key]
        return rule.same_side(self.plain(*claim_part), alternative - reference, self.after[key].draws)

    @cached_property
    def departures(self) -> dict[str, float]:
        """Give log points between median residents at the cut in each variant and as it is, by the variant's key."""
        judgement = self.trial.file.claims.judgement
        if AS_IT_IS not in self.trial.arms:
            return {variant.key: 0.0 for variant in judgement}
        return {variant.key: self._departure(variant) for variant in judgement}

    def _departure(self, variant: Variant) -> float:
        ground = None if is_empty(variant) else variant
        scenario = self.trial.scenario(AS_IT_IS, ground)
        draws = self.few.runs_of(scenario) // len(self.few.replicates) or self.trial.few_draws
        draws = min(draws, self.trial.few_draws)
        return float(np.log(self._residents(ground, draws) / self._residents(None, draws)))

    def _residents(self, ground: Change | None, draws: int) -> float:
        """Give the median registered residents at the cut over runs as it is, upon a ground; at least one."""
        readings = self.readings(self.few, draws, ground)
        return max(float(np.nanmedian(readings.output(AS_IT_IS, *self.trial.record))), 1.0)
