"""Draws weighed in every way: by the literature, by each expert and by their pool, beside prior and posterior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Any

import numpy as np

from copark.analyses.claims.standard import standard, turned_word
from copark.analyses.claims.verdict import Verdict, claim_verdict, joint, verdict_of
from copark.analyses.claims.words import OPEN, SMALL, side
from copark.analyses.experts.elicitation import (
    LEVELS,
    DrawSet,
    ExpertPlan,
    ModelValues,
    Opinion,
    opinion,
    pooled,
    shared,
)
from copark.analyses.experts.literature import State, error_of, literature, state_of
from copark.analyses.experts.workbook import Expert, ExpertQuestion
from copark.arrays import Floats
from copark.simulation.outcomes import OUTCOMES
from copark.stats.precision import effective
from copark.stats.quantiles import weighted_quantiles
from copark.texts.localized import LocalizedText

WAYS = ("prior", "prior_literature", "prior_experts", "record", "record_literature", "record_experts")
"""What a probability rests on: prior or posterior, by itself, with literature, or with experts; never with both."""
LEAST = 30.0
"""Effective draws below which nothing is said."""


@dataclass(frozen=True)
class Held:
    """Probability of something in one way, and the word for it."""

    word: str
    """Word of the standard for this probability."""
    probability: float
    """P."""
    draws: float
    """Effective draws, of those made here, that its weights leave."""

    @property
    def enough(self) -> bool:
        """Return whether these are enough to say a word."""
        return self.draws >= LEAST


@dataclass(frozen=True)
class ClaimRow:
    """A part of a claim, or a claim as a whole: then ``part`` is empty."""

    claim: str
    """Key of the claim."""
    part: str
    """Key of the part."""
    title: LocalizedText
    """Title of the part, or of the claim."""
    held: dict[str, Held]
    """By what it rests on: of prior and posterior alone as ``copark claims`` has it, else moved from there by as much
    as weights move it on the draws made here."""
    by_estimate: dict[str, float]
    """Probability with one estimate alone, by its key."""
    by_expert: dict[str, float]
    """Probability with one expert alone, by name."""
    turned: bool
    """Whether an alternative assumption turns it, as tried by ``copark claims``."""


@dataclass(frozen=True)
class EstimateComparison:
    """An estimate beside the model's own intervention."""

    key: str
    """Key of the estimate."""
    state: State
    """Whether it is used."""
    error: float
    """Its standard error; NaN where it is not used."""
    prior: tuple[float, float, float] | None
    """5, 50 and 95 % of what the model has on the prior alone."""
    record: tuple[float, float, float] | None
    """The same with the observations."""
    draws: float
    """Effective draws it leaves by itself."""


@dataclass(frozen=True)
class ExpertFinding:
    """An expert."""

    name: str
    """As the workbook has it."""
    weight: float
    """Share in the pool."""
    answers: dict[str, tuple[float, float, float]]
    """By question: 5, 50 and 95 %."""
    unreached: tuple[str, ...]
    """Questions of which the model never has what is answered: they are left out."""
    off: float
    """Largest difference of a probability that is left where answers contradict each other."""
    draws: float
    """Effective draws that the answers leave."""


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question that somebody answered."""

    question: ExpertQuestion
    """What was asked for, and in which unit."""
    prior: tuple[float, float, float]
    """5, 50 and 95 % of the model's own."""
    pool: tuple[float, float, float]
    """The same of the pool of experts."""
    record: tuple[float, float, float] | None
    """The same after the observations."""
    apart: bool
    """Whether two experts' ranges of 90 % do not overlap."""


@dataclass(frozen=True)
class Outlook:
    """Consequences of something for how the park fares."""

    rests_on: str
    """A way, or the name of an expert."""
    expert: bool
    """Whether it is an expert's."""
    shares: tuple[float, ...]
    """Probability of each outcome, in the order of :data:`~copark.simulation.outcomes.OUTCOMES`."""
    sizes: tuple[tuple[float, float, float], ...]
    """5, 50 and 95 % of operating enterprises at each date."""


class Weighing:
    """Draws weighed in every way.

    Parameters
    ----------
    plan
        What was run.
    prior
        The draws of the prior.
    posterior
        Those of the posterior, where there is one.
    experts
        Experts and their answers.
    questions
        Questions by key.
    claimed
        Verdicts of ``copark claims`` by claim and part.
    """

    def __init__(
        self,
        plan: ExpertPlan,
        prior: DrawSet,
        posterior: DrawSet | None,
        experts: Sequence[Expert],
        questions: Mapping[str, ExpertQuestion],
        claimed: Mapping[tuple[str, str], Verdict],
    ) -> None:
        self.plan = plan
        self.prior = prior
        self.experts = experts
        self.known = questions
        self.claimed = claimed
        self.sets = {"prior": prior} if posterior is None else {"prior": prior, "record": posterior}
        self.main = posterior or prior
        self.name = "prior" if posterior is None else "record"
        self.opinions: tuple[Opinion, ...] = tuple(opinion(expert, questions, prior, posterior) for expert in experts)
        self.estimates, self.alone = self._literature()
        self.runs = self._ways()
        self.verdicts = {name: self._verdicts(draw_set) for name, draw_set in self.sets.items()}

    def fields(self) -> dict[str, Any]:
        """Return everything that is found, by the fields of an answer."""
        start = self.plan.case.clock.start
        total = sum(expert.weight for expert in self.experts)
        answered = dict.fromkeys(key for expert in self.experts for key in expert.answers)
        return {
            "rows": self._rows(),
            "ways": {way: effective(self._by_draw(way)) for way in self.runs},
            "estimates": self.estimates,
            "experts": tuple(
                ExpertFinding(
                    expert.name,
                    expert.weight / total,
                    dict(expert.answers),
                    opinion.unreached,
                    opinion.off,
                    effective(_added(self._own(opinion), self.main.replicates)),
                )
                for expert, opinion in zip(self.experts, self.opinions, strict=True)
            ),
            "asked": tuple(map(self._answered, answered)),
            "outlooks": tuple(self._outlooks()),
            "dates": tuple(str(start + quarter) for _, quarter in self.plan.sizes),
        }

    def _literature(self) -> tuple[tuple[EstimateComparison, ...], dict[str, dict[str, Floats]]]:
        """Set estimates beside the model.

        Returns
        -------
        rows
            One for every estimate.
        likelihoods
            Of each used one, by set of draws and key, each of shape (draws,).
        """
        rows: list[EstimateComparison] = []
        alone: dict[str, dict[str, Floats]] = {name: {} for name in self.sets}
        for estimate in literature()[0].estimates:
            state = state_of(estimate, self.prior.experiment)
            is_drawn = not estimate.parameter or estimate.parameter in self.prior.values
            error = error_of(estimate, self.prior.values) if state == "used" and is_drawn else nan
            values: dict[str, ModelValues | None] = {}
            if isfinite(error):
                values = {name: draw_set.beside(estimate, error) for name, draw_set in self.sets.items()}
            if state == "used" and values.get("prior") is None:
                state = "unfelt"
            for name, model_values in values.items() if state == "used" else ():
                alone[name][estimate.key] = (
                    np.ones(self.sets[name].draws) if model_values is None else model_values.likelihood
                )
            ranges = {
                name: None if model_values is None else _range(model_values.middle)
                for name, model_values in values.items()
            }
            left = effective(alone[self.name].get(estimate.key, np.zeros(0)))
            rows.append(EstimateComparison(estimate.key, state, error, ranges.get("prior"), ranges.get("record"), left))
        return tuple(rows), alone

    def _ways(self) -> dict[str, Floats]:
        """Return the weights of runs in every way, each of shape (runs,)."""
        weights: dict[str, Floats] = {}
        for name, draw_set in self.sets.items():
            product = np.prod([np.ones(draw_set.draws), *self.alone[name].values()], axis=0)
            weights[name] = np.ones(draw_set.draws * draw_set.replicates)
            weights[f"{name}_literature"] = np.repeat(product, draw_set.replicates)
            if self.experts:
                opinions = [
                    opinion.prior if name == "prior" or opinion.posterior is None else opinion.posterior
                    for opinion in self.opinions
                ]
                weights[f"{name}_experts"] = pooled(opinions, [expert.weight for expert in self.experts])
        return {way: weights[way] for way in WAYS if way in weights}

    def _by_draw(self, way: str) -> Floats:
        return _added(self.runs[way], self._set(way).replicates)

    def _set(self, way: str) -> DrawSet:
        return self.sets[way.partition("_")[0]]

    def _own(self, weights: Opinion) -> Floats:
        return weights.prior if weights.posterior is None else weights.posterior

    def _verdicts(self, draw_set: DrawSet) -> dict[tuple[str, str], tuple[Floats, Verdict]]:
        """Return chance on every draw and unweighted verdict of every part; every claim is the part ``""``."""
        margins = self.plan.file.claims.sizes
        verdicts: dict[tuple[str, str], tuple[Floats, Verdict]] = {}
        for claim in self.plan.file.claims.claims:
            parts_weighed = {
                part: weighed for (claim_id, part), weighed in draw_set.weighed.items() if claim_id == claim.id
            }
            if not set(claim.headline.parts) & set(parts_weighed):
                continue
            plain = {
                part: verdict_of(claim.part(part), weighed, weighed, margins) for part, weighed in parts_weighed.items()
            }
            verdicts |= {(claim.id, part): (parts_weighed[part].chance, verdict) for part, verdict in plain.items()}
            if set(claim.headline.parts) <= set(parts_weighed):
                whole = claim_verdict(claim.headline, plain, parts_weighed, parts_weighed)
                verdicts[claim.id, ""] = joint(claim.headline, parts_weighed), whole
        return verdicts

    def _rows(self) -> tuple[ClaimRow, ...]:
        rows = []
        for claim in self.plan.file.claims.claims:
            titles = {"": claim.title, **{part.key: part.title for part in claim.parts}}
            for part, title in titles.items():
                if all((claim.id, part) in verdicts for verdicts in self.verdicts.values()):
                    rows.append(self._row(claim.id, part, title))
        return tuple(rows)

    def _row(self, claim: str, part: str, title: LocalizedText) -> ClaimRow:
        chance = self.verdicts[self.name][claim, part][0]
        shift = self._apart(self.name, claim, part)

        def probability(weights: Floats) -> float:
            return moved(_mean(chance, weights)[0], shift)

        return ClaimRow(
            claim=claim,
            part=part,
            title=title,
            held={way: self._held(way, claim, part) for way in self.runs},
            by_estimate={key: probability(weights) for key, weights in self.alone[self.name].items()},
            by_expert={
                expert.name: probability(_added(self._own(opinion), self.main.replicates))
                for expert, opinion in zip(self.experts, self.opinions, strict=True)
            },
            turned=self.claimed[claim, part].turned,
        )

    def _claimed(self, name: str, claim: str, part: str) -> float:
        """Return P of prior or posterior alone, as ``copark claims`` has it."""
        verdict = self.claimed[claim, part]
        return verdict.probability if name == self.name else verdict.prior_probability

    def _apart(self, name: str, claim: str, part: str) -> float:
        """Return by how much that differs from P on the draws made here; 0 where one of them is not known."""
        chance = self.verdicts[name][claim, part][0]
        shift = self._claimed(name, claim, part) - _mean(chance, np.ones(len(chance)))[0]
        return shift if isfinite(shift) else 0.0

    def _held(self, way: str, claim: str, part: str) -> Held:
        name = way.partition("_")[0]
        chance, plain = self.verdicts[name][claim, part]
        verdict = self.claimed[claim, part]
        if name == self.name:
            plain = verdict
        held = held_of(chance, plain, self._by_draw(way), self._apart(name, claim, part))
        if way == self.name:
            return Held(verdict.word, verdict.probability, held.draws)
        if way == name:
            return replace(held, probability=self._claimed(name, claim, part))
        return replace(held, word=turned_word(held.word)) if plain.turned else held

    def _answered(self, key: str) -> AnsweredQuestion:
        """Set a question beside the model's own."""
        question = self.known[key]
        answers = [expert.answers[key] for expert in self.experts if key in expert.answers]

        def range_in(way: str) -> tuple[float, float, float]:
            low, middle, high = _range(self._set(way).of(question), self.runs[way])
            return question.outside(low), question.outside(middle), question.outside(high)

        return AnsweredQuestion(
            question=question,
            prior=range_in("prior"),
            pool=range_in("prior_experts"),
            record=range_in("record_experts") if "record_experts" in self.runs else None,
            apart=max(low for low, _, _ in answers) > min(high for _, _, high in answers),
        )

    def _outlooks(self) -> list[Outlook]:
        by_way = [self._outlook(way, self._set(way), weights) for way, weights in self.runs.items()]
        by_expert = [
            self._outlook(expert.name, self.main, self._own(opinion), expert=True)
            for expert, opinion in zip(self.experts, self.opinions, strict=True)
        ]
        return [*by_way, *by_expert]

    def _outlook(self, name: str, draw_set: DrawSet, weights: Floats, *, expert: bool = False) -> Outlook:
        """Describe how the park fares as it is."""
        codes = draw_set.outcomes
        weights = shared(np.where(codes >= 0, weights, 0.0))
        shares = tuple(float(weights[codes == code].sum()) for code in range(len(OUTCOMES)))
        sizes = tuple(_range(draw_set.output(output, quarter), weights) for output, quarter in self.plan.sizes)
        return Outlook(name, expert, shares, sizes)


def _added(weights: Floats, replicates: int) -> Floats:
    """Add up weights of runs to weights of draws."""
    return weights.reshape(-1, replicates).sum(axis=1)


def _mean(chance: Floats, weights: Floats) -> tuple[float, float]:
    """Compute the weighted mean of what is known, and the effective draws it is known from."""
    is_known = np.isfinite(chance)
    shares = shared(weights[is_known])
    return (round(float(shares @ chance[is_known]), 12), effective(shares)) if shares.any() else (nan, 0.0)


def moved(probability: float, shift: float) -> float:
    """Move a probability by a difference, as far as a probability goes."""
    return float(np.clip(probability + shift, 0.0, 1.0))


def held_of(chance: Floats, plain: Verdict, weights: Floats, shift: float = 0.0) -> Held:
    """Find the word for a weighted probability, by the standard of proof; that for few draws is open.

    Parameters
    ----------
    chance
        Probability on every draw, shape (draws,); NaN where nothing is known.
    plain
        The verdict without weights: what is small at most whatever the prior stays so.
    weights
        Of every draw, shape (draws,).
    shift
        What the probability is moved by.
    """
    mean, draws = _mean(chance, weights)
    probability = moved(mean, shift)
    word = standard().word(probability, round(draws)) if draws >= LEAST else OPEN
    if plain.word == SMALL and side(word) < 1:
        word = SMALL
    return Held(word, probability, draws)


def _range(values: Floats, weights: Floats | None = None) -> tuple[float, float, float]:
    """Compute 5, 50 and 95 % of values that are known."""
    is_known = np.isfinite(values)
    own_weights = np.ones(len(values)) if weights is None else weights
    if not own_weights[is_known].sum() > 0.0:
        return nan, nan, nan
    low, middle, high = weighted_quantiles(values[is_known], own_weights[is_known], LEVELS).tolist()
    return low, middle, high
