"""Verdicts: how probable a claim is, how large the effect, how large at most, and the word for it.

One standard for every part of every claim (``standard.yaml``, decision 0057). What a part claims is the condition of
support of its rule, asked of each draw of parameters by itself: of the effect expected there, over luck. Its
probability is the share of draws that meet it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import copysign, isfinite, nan, sqrt
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from copark.arrays import Floats
from copark.cases.dates import Date
from copark.cases.model_file import read_shipped
from copark.cases.types import Bilingual
from copark.inference.claims.effects import Expected, Ridge, expected
from copark.inference.claims.rules import (
    CONTRADICTED,
    ESTABLISHED,
    LIKELY,
    OPEN,
    SMALL,
    UNLIKELY,
    Condition,
    flips,
    resolve,
    side,
)
from copark.inference.claims.schema import DIFFERENCES, Headline, Part, Statistic
from copark.simulation.schemas import Entry
from copark.stats.shares import wilson, z_of

Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class WordsAt(Entry):
    """Probabilities from which on, or up to which, words are said, and why."""

    established: Share
    likely: Share
    unlikely: Share
    contradicted: Share
    reason: Bilingual


class Size(Entry):
    """A number of the standard, and why."""

    value: Annotated[float, Field(gt=0.0)]
    reason: Bilingual


class Standard(Entry):
    """A standard of proof, as it is written."""

    format: Literal[1]
    fixed: Date
    words: WordsAt
    monte_carlo: Size
    prior_factor: Size
    rope: dict[Literal["log", "outcome"], Size]

    def word(self, probability: float, draws: int) -> str:
        """The word for a probability known from so many draws; ``open`` where it is not known."""
        if not isfinite(probability) or not draws:
            return OPEN
        low, high = self.interval(probability, draws)
        for word, is_so in (
            (ESTABLISHED, low >= self.words.established), (LIKELY, low >= self.words.likely),
            (CONTRADICTED, high <= self.words.contradicted), (UNLIKELY, high <= self.words.unlikely),
        ):  # fmt: skip
            if is_so:
                return word
        return OPEN

    def interval(self, probability: float, draws: int) -> tuple[float, float]:
        """Monte Carlo interval of a probability known from so many draws (Wilson)."""
        return wilson(probability * draws, draws, self.monte_carlo.value)

    def small(self, statistic: Statistic) -> float:
        """Size up to which a statistic is small; NaN where it has none."""
        if statistic.kind not in DIFFERENCES or (statistic.kind == "difference"):
            return nan
        return self.rope["outcome" if statistic.outcome else "log"].value


STANDARD = Path(__file__).with_name("standard.yaml")


@cache
def standard() -> Standard:
    """The standard that claims are judged by."""
    return read_shipped(STANDARD, Standard)[0]


def turned_word(word: str) -> str:
    """What is left of a word that an alternative assumption turns."""
    return {ESTABLISHED: LIKELY, CONTRADICTED: UNLIKELY}.get(word, word)


@dataclass(frozen=True)
class Effect:
    """An expected effect, over draws of parameters: mean, and 5 and 95 %."""

    statistic: str
    """Its name: of several that a part looks at, the one that decides."""
    mean: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What is concluded of a claim, or of a part of one."""

    word: str
    """One of :data:`WORDS`."""
    probability: float
    monte_carlo: tuple[float, float]
    """probability, monte_carlo: share of posterior draws that hold it, and its Monte Carlo interval; NaN where
    something is not measured."""
    prior_probability: float
    """The same share of the prior alone."""
    effect: Effect | None
    """The expected effect; ``None`` where nothing is measured."""
    bounds: tuple[float, float] | None
    """Least and largest expected effect over the admissible priors, given the same record."""


def holds(condition: Condition, values: Mapping[str, Floats], margins: Mapping[str, float]) -> Floats:
    """Where a condition is met, value by value: 1 or 0."""
    if condition.of is not None:
        name, written = condition.relation
        bound, found = resolve(written, margins), values[condition.of]
        met = {
            "above": found > bound, "below": found < bound, "within": abs(found) <= bound, "beyond": abs(found) > bound,
        }[name]  # fmt: skip
        return met.astype(np.float64)
    parts = [holds(one, values, margins) for one in condition.parts]
    if condition.negated is not None:
        return 1.0 - parts[0]
    joined: Floats = np.min(parts, axis=0) if condition.every is not None else np.max(parts, axis=0)
    return joined


def deciding(condition: Condition, values: Mapping[str, Floats], margins: Mapping[str, float]) -> str:
    """The statistic that decides a condition: of all that must hold the least probable, of any the most probable."""
    if condition.of is not None:
        return condition.of
    chance = [float(holds(one, values, margins).mean()) for one in condition.parts]
    at = int(np.argmax(chance) if condition.some is not None else np.argmin(chance))
    return deciding(condition.parts[at], values, margins)


def bounds(effects: Floats, factor: float) -> tuple[float, float]:
    """Least and largest mean when every draw may weigh from 1 to a factor, the others being as they are.

    Those are the means under all priors whose density varies, relative to the one drawn from, by no more than the
    factor (DeRobertis and Hartigan 1981). The largest gives the factor to all above a cut; every cut is tried.
    """

    def largest(values: Floats) -> float:
        ordered = np.sort(values)
        low = np.concatenate([[0.0], np.cumsum(ordered)[:-1]])
        count = np.arange(len(ordered))
        means = (low + factor * (ordered.sum() - low)) / (count + factor * (len(ordered) - count))
        return float(means.max())

    return -largest(-effects), largest(effects)


@dataclass(frozen=True)
class Weighed:
    """A part weighed on some draws."""

    chance: Floats
    """Probability, for every draw, that it holds there, shape (draws,); NaN where nothing is known."""
    effects: Expected | None
    """What is expected; ``None`` where something is not measured."""
    runs: Mapping[str, Floats]
    """What was measured, run by run."""

    @property
    def probability(self) -> float:
        """P(claim): its mean over draws."""
        return mean_of(self.chance)

    @property
    def draws(self) -> int:
        """Draws it is known from."""
        return int(np.isfinite(self.chance).sum())


def mean_of(values: Floats) -> float:
    """Mean of what is known; NaN where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else nan


def weigh(part: Part, runs: Mapping[str, Floats], ridge: Ridge, margins: Mapping[str, float]) -> Weighed:
    """Ask what a part claims of every draw, from its statistics run by run."""
    return asked(part, expected(part, runs, ridge), runs, margins)


def asked(part: Part, effects: Expected | None, runs: Mapping[str, Floats], margins: Mapping[str, float]) -> Weighed:
    """Ask what a part claims of what is expected on every draw."""
    chance = np.full(max((len(one) for one in runs.values()), default=0), np.nan)
    if effects is not None:
        chance[effects.known] = holds(part.rule.supported, effects.values, margins).mean(axis=1)
    return Weighed(chance, effects, runs)


def verdict_of(part: Part, weighed: Weighed, prior: Weighed, margins: Mapping[str, float]) -> Verdict:
    """The verdict on a part, before alternative assumptions are looked at."""
    rules, p = standard(), weighed.probability
    if weighed.effects is None:
        return Verdict(
            word=OPEN, probability=nan, monte_carlo=(nan, nan), prior_probability=nan, effect=None, bounds=None
        )
    values, means = weighed.effects.values, weighed.effects.means
    name = deciding(part.rule.supported, values, margins)
    low, high = np.quantile(values[name], (0.05, 0.95))
    ends = {one: bounds(means[one], rules.prior_factor.value) for one in means}
    draws = weighed.draws
    word = rules.word(p, draws)
    if side(word) < 1 and all(
        max(abs(end) for end in ends[one]) <= rules.small(part.statistics[one]) for one in part.judged
    ):
        word = SMALL
    return Verdict(
        word=word, probability=p, monte_carlo=rules.interval(p, draws),
        prior_probability=prior.probability, bounds=ends[name],
        effect=Effect(name, float(values[name].mean()), float(low), float(high)),
    )  # fmt: skip


def joint(headline: Headline, parts: Mapping[str, Weighed]) -> Floats:
    """Probability that all (any) of the measured parts of a headline hold together, for every draw that all have."""
    chances = [parts[key].chance for key in headline.parts if parts[key].draws]
    if not chances:
        return np.zeros(0)
    chances = [one[: min(map(len, chances))] for one in chances]
    found: Floats = (
        np.prod(chances, axis=0) if headline.every else 1.0 - np.prod([1.0 - one for one in chances], axis=0)
    )
    return found


def claim_verdict(
    headline: Headline, parts: Mapping[str, Verdict], weighed: Mapping[str, Weighed], prior: Mapping[str, Weighed],
    *, turned: bool = False,
) -> Verdict:  # fmt: skip
    """The verdict on a claim: all, or any, of its parts hold together; effect and bounds of the part that decides.

    Where a part is not measured the others can still refute a claim that needs all, or hold one that needs any; else it
    is open.
    """
    rules = standard()
    chance, before = joint(headline, weighed), joint(headline, prior)
    p, draws = mean_of(chance), int(np.isfinite(chance).sum())
    known = [key for key in headline.parts if isfinite(parts[key].probability)]
    word, words = rules.word(p, draws), [parts[key].word for key in headline.parts]
    if side(word) < 1 and set(words) == {SMALL}:
        word = SMALL
    if len(known) < len(words) and side(word) != (-1 if headline.every else 1):
        word = OPEN
    least = (min if headline.every else max)(known, key=lambda key: parts[key].probability, default=None)
    return Verdict(
        word=turned_word(word) if turned else word, probability=p,
        monte_carlo=rules.interval(p, draws) if draws else (nan, nan), prior_probability=mean_of(before),
        effect=None if least is None else parts[least].effect, bounds=None if least is None else parts[least].bounds,
    )  # fmt: skip


def in_alternative(verdict: Verdict, reference: Floats, alternative: Floats, draws: int) -> tuple[float, str]:
    """P under an alternative assumption, and its word.

    The reference on the same draws and luck is the control variate; a difference counts as far as it exceeds its
    Monte Carlo error.

    reference, alternative: chances on the same draws, each of shape (draws,), which may be fewer than; draws: those the
    verdict is known from.
    """
    rules, apart = standard(), alternative - reference
    apart = apart[np.isfinite(apart)]
    if not apart.size or not isfinite(verdict.probability):
        return nan, OPEN
    moved = float(apart.mean())
    error = float(apart.std(ddof=1)) / sqrt(apart.size) if apart.size > 1 else 0.0
    sure = copysign(max(abs(moved) - z_of(rules.monte_carlo.value) * error, 0.0), moved)
    found, least = (float(np.clip(verdict.probability + by, 0.0, 1.0)) for by in (moved, sure))
    return found, rules.word(least, draws)


def turns(word: str, other: str) -> bool:
    """Whether an alternative's word turns a verdict; what is small at most is turned by a word for the claim alone."""
    return side(other) == 1 if word == SMALL else flips(word, other)
