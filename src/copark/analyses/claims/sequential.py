"""Enough runs: a sequential rule, fixed beforehand, that stops what is decided, and the runs made by it.

Parts of claims, and claims, are looked at after the first draws (``sequential.yaml``, decision 0066). What has a word
that more draws could hardly change is run no further: where a Monte Carlo interval wider than that of the word holds no
threshold. The word itself, and what is told beside it, come of the draws that were run, by the same standard. Without a
rule there is one look, at all draws.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import isfinite, nan, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from copark.analyses.claims.rules import SMALL, side
from copark.analyses.claims.schema import AS_IT_IS, Change, Claim, Part, Variant, is_empty, upon
from copark.analyses.claims.standard import Share, standard
from copark.analyses.claims.verdict import Verdict, Weighed, claim_verdict, turns, verdict_of
from copark.arrays import Floats
from copark.cases.dates import Date
from copark.cases.types import Bilingual
from copark.cases.validated_yaml import read_shipped
from copark.simulation.run import Progress
from copark.simulation.study_entries import Entry
from copark.stats.shares import wilson, z_of
from copark.store.checkpoints import Stages

if TYPE_CHECKING:
    from copark.analyses.claims.findings import Trial
    from copark.analyses.claims.scenarios import Bench

Draws = Annotated[int, Field(ge=2, le=100_000)]


class Looks(Entry):
    """Draws after which everything is looked at, and why."""

    draws: Annotated[tuple[Draws, ...], Field(min_length=1, max_length=10)]
    reason: Bilingual


class FirstLook(Entry):
    """Draws of a first look, and why."""

    draws: Draws
    reason: Bilingual


class Alternatives(FirstLook):
    """The first look at alternative assumptions.

    level, moved: of its interval; by which each of two draws more is moved.
    """

    level: Share
    moved: Share


class Level(Entry):
    """Level of an interval, and why."""

    value: Share
    reason: Bilingual


class Stopping(Entry):
    """A sequential rule, as it is written."""

    format: Literal[1]
    fixed: Date
    looks: Looks
    level: Level
    alternatives: Alternatives
    worlds: FirstLook

    def decided(self, verdict: Verdict, draws: int) -> bool:
        """Whether a word known from so many draws is decided; also where nothing is measured.

        *Small at most* is not: it rests on the ends of an effect, which grow with the draws.
        """
        if not isfinite(verdict.probability) or not draws:
            return True
        low, high = wilson(verdict.probability * draws, draws, self.level.value)
        words = standard().words
        ends = (words.contradicted, words.unlikely, words.likely, words.established)
        return verdict.word != SMALL and not any(low < end < high for end in ends)

    def same_side(self, verdict: Verdict, apart: Floats, draws: int) -> bool:
        """Whether it is decided if an alternative turns a word.

        apart: probabilities of draws under the alternative less those of the reference, shape (draws,); draws: those
        the verdict is known from.
        """
        apart = apart[np.isfinite(apart)]
        if not side(verdict.word) or not apart.size:
            return True
        look, size = self.alternatives, apart.size
        half = z_of(look.level) * sqrt((float(np.var(apart)) + 2.0 * look.moved**2 / size) / size)
        moved = verdict.probability + float(apart.mean())
        low, high = (standard().word(float(np.clip(moved + by, 0.0, 1.0)), draws) for by in (-half, half))
        return turns(verdict.word, low) == turns(verdict.word, high)

    def against(self, chance: Floats) -> bool:
        """Whether it is decided that the word for probabilities of draws is against the claim; also of none."""
        known = chance[np.isfinite(chance)]
        if not known.size:
            return True
        return wilson(float(known.sum()), known.size, self.level.value)[1] <= standard().words.unlikely


SEQUENTIAL = Path(__file__).with_name("sequential.yaml")


@cache
def stopping() -> Stopping:
    """The sequential rule that claims are run by."""
    return read_shipped(SEQUENTIAL, Stopping)[0]


PartKey = tuple[str, str]
"""Claim and part."""


def key_of(claim: Claim, part: Part) -> PartKey:
    """The key of a part."""
    return claim.id, part.key


class TrialLooks:
    """Makes the runs of a trial, look by look, until every part, alternative and null model is decided; weighs them.

    progress: told runs done and runs to do at most: fewer once something is decided, and in the end those that were
    made; stages: where arms are kept as they are run, and found.
    """

    def __init__(self, trial: Trial, progress: Progress | None, stages: Stages) -> None:
        self.trial, self.rule, self._progress, self._kept = trial, trial.rule, progress, stages
        self.parts = list(trial.file.claims.of(trial.chosen))
        self.made, self._most, self._stage = 0, trial.runs, 0
        self.after: dict[PartKey, Weighed] = {}
        self.before: dict[PartKey, Weighed] = {}
        """after, before: every part weighed, on as many draws as it needed; with the record, and of the prior."""
        self.evidence: dict[str, int] = {}
        """Draws of every arm that a claim shows."""
        self.alternatives: dict[tuple[PartKey, str], tuple[Floats, Floats]] = {}
        """Probabilities of draws as it is, and under an alternative, on the same draws."""
        self.false: dict[tuple[PartKey, str], Weighed] = {}
        """Every part weighed in a world in which it is false."""

    def run(self) -> None:
        """Run everything."""
        _, _, tested, first = self.trial.sizes
        self._verdicts()
        self._most = self.made + tested + first
        self._worlds()
        self._most = self.made + first
        self._alternatives()
        self._most = self.made
        self._more(0)

    def _more(self, runs: int) -> None:
        self.made += runs
        if self._progress is not None:
            self._progress(self.made, self._most)

    def _make(self, bench: Bench, changes: Iterable[Change], draws: int) -> None:
        """Run arms on the first draws, but for what is there."""
        bench.run_all(changes, self._more, self._kept.stage(f"arms-{self._stage}"), draws)
        self._stage += 1

    def _at(self, first: tuple[int, ...], bench: Bench) -> tuple[int, ...]:
        """Draws that are looked at: the first few by the rule, and all of a bench."""
        return (*(draws for draws in first if draws < bench.count), bench.count)

    def _verdicts(self) -> None:
        trial, going = self.trial, list(self.parts)
        for draws in self._at(self.rule.looks.draws if self.rule else (), trial.bench):
            arms = [trial.arms[key] for _, part in going for key in part.uses]
            for bench, weighed in ((trial.bench, self.after), (trial.prior, self.before)):
                self._make(bench, arms, draws)
                weighed |= {key_of(*one): trial.weigh(one[1], bench, draws=draws) for one in going}
            if self.rule is not None:
                going = [one for claim in trial.chosen for one in self._undecided(self.rule, claim)]
        for claim in trial.chosen:
            known = [self.after[key_of(claim, part)] for part in claim.parts]
            self.evidence[claim.id] = min((len(one.chance) for one in known if one.draws), default=trial.bench.count)
        for draws in sorted(set(self.evidence.values())):  # what is shown beside what rules look at
            claims = [claim for claim in trial.chosen if self.evidence[claim.id] == draws]
            keys = [key for claim in claims for key in (claim.reference, *claim.shown)]
            self._make(trial.bench, [trial.arms[key] for key in keys], draws)

    def _undecided(self, rule: Stopping, claim: Claim) -> list[tuple[Claim, Part]]:
        """Parts of a claim that are run on: those not decided, and all of its headline where that is not."""
        weighed = {part.key: self.after[key_of(claim, part)] for part in claim.parts}
        words = {part.key: self.plain(claim, part) for part in claim.parts}
        going = {key for key, word in words.items() if not rule.decided(word, weighed[key].draws)}
        whole = claim_verdict(claim.headline, words, weighed, weighed)
        least = min((weighed[key].draws for key in claim.headline.parts if weighed[key].draws), default=0)
        if not rule.decided(whole, least):
            going |= set(claim.headline.parts)
        return [(claim, part) for part in claim.parts if part.key in going]

    def plain(self, claim: Claim, part: Part, sampling_error: float = nan) -> Verdict:
        """The verdict on a part, before alternative assumptions are looked at."""
        key = key_of(claim, part)
        return verdict_of(part, self.after[key], self.before[key], self.trial.judge.margins, sampling_error)

    def _worlds(self) -> None:
        trial = self.trial
        going = [(one, world) for one in self.parts for world in one[1].false_worlds]
        for draws in self._at((self.rule.worlds.draws,) if self.rule else (), trial.tested):
            self._make(trial.tested, self._upon((trial.world(world), one[1]) for one, world in going), draws)
            for one, world in going:
                weighed = trial.weigh(one[1], trial.tested, trial.world(world), draws=draws)
                self.false[key_of(*one), world] = weighed
            if self.rule:
                rule = self.rule
                going = [at for at in going if not rule.against(self.false[key_of(*at[0]), at[1]].chance)]

    def _upon(self, asked: Iterable[tuple[Change, Part]]) -> list[Change]:
        """The arms of parts upon grounds."""
        return [upon(ground, self.trial.arms[key]) for ground, part in asked for key in part.uses]

    def _alternatives(self) -> None:
        """Run alternatives; what only changes which parks count as self-standing needs no runs."""
        trial = self.trial
        grounds = [one for one in trial.file.claims.judgement if not is_empty(one)]
        going = [(one, ground) for one in self.parts for ground in grounds]
        as_it_is = [upon(ground.alone, trial.arms[AS_IT_IS]) for ground in grounds if AS_IT_IS in trial.arms]
        for draws in self._at((self.rule.alternatives.draws,) if self.rule else (), trial.first):
            arms = self._upon((ground.alone, one[1]) for one, ground in going)
            self._make(trial.first, [*as_it_is, *arms], draws)
            as_it_is = []
            parts = {key_of(*one): one[1] for one, _ in going}
            reference = {key: trial.weigh(part, trial.first, draws=draws).chance for key, part in parts.items()}
            for one, ground in going:
                found = trial.weigh(one[1], trial.first, ground.alone, ground.self_standing, draws).chance
                self.alternatives[key_of(*one), ground.key] = reference[key_of(*one)], found
            if self.rule:
                rule = self.rule
                going = [at for at in going if not self._same_side(rule, *at)]

    def _same_side(self, rule: Stopping, one: tuple[Claim, Part], ground: Variant) -> bool:
        before, after = self.alternatives[key_of(*one), ground.key]
        return rule.same_side(self.plain(*one), after - before, self.after[key_of(*one)].draws)
