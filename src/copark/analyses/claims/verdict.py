"""Verdicts: how probable a claim is, how large the effect, how large at most, and the word for it.

One standard for every part of every claim (``standard.yaml``, decision 0057). What a part claims is the condition of
support of its rule, asked of each draw of parameters by itself: of the effect expected there, over chance
(:mod:`~copark.analyses.claims.expected`). Its probability is the share of draws that meet it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import copysign, isfinite, nan, sqrt

import numpy as np

from copark.analyses.claims.expected import Expected, Ridge, expected
from copark.analyses.claims.rules import RuleCondition, resolve
from copark.analyses.claims.schema import Part, PartCombination
from copark.analyses.claims.standard import standard, turned_word
from copark.analyses.claims.words import OPEN, SMALL, WORDS, flips, side
from copark.arrays import Floats
from copark.stats.jackknife import groups_of, jackknife, reach
from copark.stats.shares import z_of

STEPS = 41
"""Probabilities, over what other draws may give, at which the word is asked."""


@dataclass(frozen=True)
class ExpectedEffect:
    """The effect of a statistic that is expected over chance, over draws of parameters."""

    statistic: str
    """Its name: of several that a part names, the one that decides."""
    mean: float
    """Mean over draws."""
    low: float
    """5 % quantile over draws."""
    high: float
    """95 % quantile over draws."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Conclusion on a claim, or on a part of one; open where something is not measured."""

    word: str = OPEN
    """One of :data:`~copark.analyses.claims.words.WORDS`."""
    probability: float = nan
    """Share of posterior draws that hold it."""
    monte_carlo: tuple[float, float] = (nan, nan)
    """Its Monte Carlo interval."""
    sampling_error: float = nan
    """Standard error of the probability, over other draws and chance; NaN where it is not known."""
    other_words: tuple[str, ...] = ()
    """Other words that other draws may say: those within the interval of the sampling error."""
    turned: bool = False
    """Whether an alternative assumption turns it: the word is what that leaves."""
    prior_probability: float = nan
    """The same share of the prior alone."""
    effect: ExpectedEffect | None = None
    """The expected effect."""
    bounds: tuple[float, float] | None = None
    """Least and largest expected effect over the admissible priors, given the same observations."""


def when_turned(verdict: Verdict) -> Verdict:
    """Turn a verdict by an alternative assumption; what other draws may say is turned, too."""
    word = turned_word(verdict.word)
    others = dict.fromkeys(turned_word(other) for other in verdict.other_words)
    return replace(verdict, word=word, turned=True, other_words=tuple(other for other in others if other != word))


def other_words(probability: float, error: float, word: Callable[[float], str]) -> tuple[str, ...]:
    """List the words but its own that a probability may get with other draws; none where its error is not known.

    Another seed is not enough to tell: a calibrated park takes the same parameters from its posterior whatever the
    seed, which changes the replicates alone.

    Parameters
    ----------
    probability
        P.
    error
        Its standard error, were draws others.
    word
        Gives the word for a probability.
    """
    if not isfinite(probability):
        return ()
    ends = np.clip(reach(probability, error, standard().sampling_error.value), 0.0, 1.0)
    words_met = {word(float(p)) for p in np.linspace(ends[0], ends[1], STEPS)}
    return tuple(other for other in WORDS if other in words_met and other != word(probability))


def holds(condition: RuleCondition, values: Mapping[str, Floats], margins: Mapping[str, float]) -> Floats:
    """Describe where a condition is met, value by value: 1 or 0.

    Parameters
    ----------
    condition
        The condition.
    values
        Of the statistics it names, all of one shape.
    margins
        Numbers of the margins it names.
    """
    if condition.of is not None:
        relation, written_bound = condition.relation
        bound = resolve(written_bound, margins)
        sample = values[condition.of]
        met = {
            "above": sample > bound,
            "below": sample < bound,
            "within": abs(sample) <= bound,
            "beyond": abs(sample) > bound,
        }[relation]
        return met.astype(np.float64)
    parts = [holds(part, values, margins) for part in condition.parts]
    if condition.negated is not None:
        return 1.0 - parts[0]
    return np.min(parts, axis=0) if condition.every is not None else np.max(parts, axis=0)


def deciding(condition: RuleCondition, values: Mapping[str, Floats], margins: Mapping[str, float]) -> str:
    """Name the statistic that decides a condition: of all that must hold the least probable, of any the most probable.

    Parameters
    ----------
    condition
        The condition.
    values
        Of the statistics it names, by name, all of one shape. The share of values that meet a condition is its
        probability.
    margins
        Numbers of the margins it names, in the unit of their statistic.
    """
    if condition.of is not None:
        return condition.of
    chances = [float(holds(part, values, margins).mean()) for part in condition.parts]
    place = int(np.argmax(chances) if condition.some is not None else np.argmin(chances))
    return deciding(condition.parts[place], values, margins)


def bounds(effects: Floats, factor: float) -> tuple[float, float]:
    """Bound the mean when every draw may weigh from 1 to a factor, the others being as they are.

    Those are the means under all priors whose density varies, relative to the one drawn from, by no more than the
    factor (DeRobertis and Hartigan 1981). The largest gives the factor to all above a cut; every cut is tried.

    Parameters
    ----------
    effects
        Of draws, shape (draws,).
    factor
        How much more than another a draw may weigh.

    Returns
    -------
    Least and largest mean.
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

    def without_groups(
        self, part: Part, ridge: Callable[[int, int], Ridge], margins: Mapping[str, float]
    ) -> tuple[Weighed, ...]:
        """Weigh the part without each group of draws in turn, as of :mod:`copark.stats.jackknife`.

        Parameters
        ----------
        part
            The part.
        ridge
            Gives the regression on the parameters of the first so many draws without a group, by its number.
        margins
            Numbers of the margins of its rule.
        """
        if self.effects is None:
            return ()
        count = len(self.chance)
        return tuple(
            weigh(part, {name: values[is_kept] for name, values in self.runs.items()}, ridge(count, group), margins)
            for group, is_kept in enumerate(groups_of(count))
        )


def mean_of(values: Floats) -> float:
    """Average what is known; NaN where nothing is."""
    measured = values[np.isfinite(values)]
    return float(measured.mean()) if measured.size else nan


def weigh(part: Part, runs: Mapping[str, Floats], ridge: Ridge, margins: Mapping[str, float]) -> Weighed:
    """Weigh what a part claims in every draw, from its statistics run by run.

    Parameters
    ----------
    part
        The part.
    runs
        Its statistics, each of shape (draws, replicates).
    ridge
        Regression on the parameters of the draws.
    margins
        Numbers of the margins of its rule.
    """
    return weigh_expected(part, expected(part, runs, ridge), runs, margins)


def weigh_expected(
    part: Part, effects: Expected | None, runs: Mapping[str, Floats], margins: Mapping[str, float]
) -> Weighed:
    """Weigh what a part claims, as :func:`weigh` does, from what is expected in every draw.

    Parameters
    ----------
    part
        The part.
    effects
        Expected values of its statistics; ``None`` where one is not measured.
    runs
        Values of its statistics by run, each of shape (draws, replicates).
    margins
        Numbers of the margins of its rule.
    """
    chance = np.full(max((len(values) for values in runs.values()), default=0), np.nan)
    if effects is not None:
        chance[effects.estimated] = holds(part.rule.supported, effects.values, margins).mean(axis=1)
    return Weighed(chance, effects, runs)


def verdict_of(
    part: Part, weighed: Weighed, prior: Weighed, margins: Mapping[str, float], sampling_error: float = nan
) -> Verdict:
    """Return the verdict on a part, before alternative assumptions are tried.

    Parameters
    ----------
    part
        The part.
    weighed
        With the observations.
    prior
        On the prior alone.
    margins
        Numbers of the margins of its rule.
    sampling_error
        Standard error of its probability, over other draws and chance.
    """
    if weighed.effects is None:
        return Verdict()
    rules = standard()
    probability = weighed.probability
    values = weighed.effects.values
    name = deciding(part.rule.supported, values, margins)
    low, high = np.quantile(values[name], (0.05, 0.95))
    ends = {key: bounds(means, rules.prior_factor.value) for key, means in weighed.effects.means.items()}
    draws = weighed.draws
    sizes = ((max(map(abs, ends[key])), rules.small(part.statistics[key])) for key in part.rule_statistics)
    small_at_most = all(size <= small for size, small in sizes)

    def word(probability: float) -> str:
        by_draws = rules.word(probability, draws)
        return SMALL if small_at_most and side(by_draws) < 1 else by_draws

    return Verdict(
        word=word(probability),
        probability=probability,
        monte_carlo=rules.interval(probability, draws),
        sampling_error=sampling_error,
        other_words=other_words(probability, sampling_error, word),
        prior_probability=prior.probability,
        bounds=ends[name],
        effect=ExpectedEffect(name, float(values[name].mean()), float(low), float(high)),
    )


def joint(headline: PartCombination, parts: Mapping[str, Weighed]) -> Floats:
    """Compute how probable it is that all (any) of the measured parts of a headline hold, for draws that all have."""
    chances = [parts[key].chance for key in headline.parts if parts[key].draws]
    if not chances:
        return np.zeros(0)
    shortest = min(map(len, chances))
    chances = [chance[:shortest] for chance in chances]
    return np.prod(chances, axis=0) if headline.every else 1.0 - np.prod([1.0 - chance for chance in chances], axis=0)


def joint_error(
    headline: PartCombination, weighed: Mapping[str, Weighed], without: Mapping[str, Sequence[Weighed]]
) -> float:
    """Estimate the sampling error of a claim's probability.

    Parameters
    ----------
    headline
        Which parts make it, all or any.
    weighed
        Parts by key.
    without
        The measured ones without each group of draws, by key.
    """
    measured = {key: without[key] for key in headline.parts if without[key]}
    groups = (dict(zip(measured, group, strict=True)) for group in zip(*measured.values(), strict=True))
    return jackknife([mean_of(joint(headline, {**weighed, **group})) for group in groups])


def claim_verdict(
    headline: PartCombination,
    parts: Mapping[str, Verdict],
    weighed: Mapping[str, Weighed],
    prior: Mapping[str, Weighed],
    sampling_error: float = nan,
) -> Verdict:
    """Return the verdict on a claim, whose parts all (or any) hold together; effect and bounds of the one that decides.

    Where a part is not measured the others can still refute a claim that needs all, or hold one that needs any; else it
    is open. Alternative assumptions are not looked at.

    Parameters
    ----------
    headline
        Which parts make it, all or any.
    parts
        Verdicts on them, by key.
    weighed
        Parts with the observations, by key.
    prior
        Parts on the prior alone, by key.
    sampling_error
        As of :func:`verdict_of`.
    """
    rules = standard()
    chance = joint(headline, weighed)
    probability = mean_of(chance)
    draws = int(np.isfinite(chance).sum())
    measured_parts = [key for key in headline.parts if isfinite(parts[key].probability)]
    words = [parts[key].word for key in headline.parts]

    def word(probability: float) -> str:
        by_draws = rules.word(probability, draws)
        if side(by_draws) < 1 and set(words) == {SMALL}:
            by_draws = SMALL
        undecided = len(measured_parts) < len(words) and side(by_draws) != (-1 if headline.every else 1)
        return OPEN if undecided else by_draws

    decides = (min if headline.every else max)(measured_parts, key=lambda key: parts[key].probability, default=None)
    return Verdict(
        word=word(probability),
        probability=probability,
        monte_carlo=rules.interval(probability, draws) if draws else (nan, nan),
        sampling_error=sampling_error,
        other_words=other_words(probability, sampling_error, word),
        prior_probability=mean_of(joint(headline, prior)),
        effect=None if decides is None else parts[decides].effect,
        bounds=None if decides is None else parts[decides].bounds,
    )


def needs_every_part(headline: PartCombination, word: str) -> bool:
    """Return whether a claim's word needs all its parts: to be held by them, or refuted where any would hold it."""
    return (headline.every is not None) == (side(word) > 0)


def in_alternative(verdict: Verdict, reference: Floats, alternative: Floats, draws: int) -> tuple[float, str]:
    """Return P under an alternative assumption, and its word.

    The reference on the same draws and random numbers is the control variate; a difference counts as far as it exceeds
    its Monte Carlo error.

    Parameters
    ----------
    verdict
        As it is without the assumption.
    reference
        Probabilities of draws without it.
    alternative
        Probabilities of the same draws under it.
    draws
        Those the verdict is known from, which may be more.
    """
    rules = standard()
    differences = alternative - reference
    differences = differences[np.isfinite(differences)]
    if not differences.size or not isfinite(verdict.probability):
        return nan, OPEN
    shift_of_mean = float(differences.mean())
    error = float(differences.std(ddof=1)) / sqrt(differences.size) if differences.size > 1 else 0.0
    sure = copysign(max(abs(shift_of_mean) - z_of(rules.monte_carlo.value) * error, 0.0), shift_of_mean)
    probability, least = (float(np.clip(verdict.probability + shift, 0.0, 1.0)) for shift in (shift_of_mean, sure))
    return probability, rules.word(least, draws)


def turns(word: str, other: str) -> bool:
    """Return whether an alternative's word turns a verdict; what is small at most is turned by a word for the claim."""
    return side(other) == 1 if word == SMALL else flips(word, other)


def turns_together(
    headline: PartCombination, verdict: Verdict, under: Mapping[str, tuple[Floats, Floats]], draws: int
) -> bool:
    """Return whether an alternative turns a claim whose parts are taken together.

    Parameters
    ----------
    headline
        Which parts make it, all or any.
    verdict
        On the claim.
    under
        Of measured parts, probabilities of the same draws as it is, and under the alternative.
    draws
        Those the verdict is known from.
    """
    nothing = {key: Weighed(np.zeros(0), None, {}) for key in headline.parts}
    reference, alternative = (
        joint(headline, nothing | {key: Weighed(chances[side_of], None, {}) for key, chances in under.items()})
        for side_of in (0, 1)
    )
    return turns(verdict.word, in_alternative(verdict, reference, alternative, draws)[1])
