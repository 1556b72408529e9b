"""Judge options by one rule: which may be recommended, which to avoid, which change nothing, and why not the others.

The rule's thresholds are in :mod:`~copark.decisions.recommendation_rule`. It reads effects that are there already, so
that every page, document and command says the same of an option.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Final, Literal

from copark.analyses.levers.choice import RobustChoice
from copark.decisions.effects import LeverEffect
from copark.decisions.measures import FOUR_SIDES
from copark.decisions.recommendation_rule import recommendation_rule
from copark.model.outcomes import GOOD
from copark.stats.rounding import NO_DIFFERENCE

MEASURES_OF_AIM: Final[Mapping[str, tuple[str, ...]]] = {
    GOOD.key: (GOOD.key,),
    "operating": ("operating", "companies"),
}
"""Measures in each of which an effect on an aim must be worth acting on: companies as a share and as a number."""
AIMS = tuple(MEASURES_OF_AIM)
"""By what an option helps or harms: the probability of standing alone, and operating companies."""
Advice = Literal["recommended", "avoid", "unchanged", "unreliable"]
Word = Literal[Advice, "avoid_doubt"]
NoAdviceReason = Literal[
    "simulation_error",
    "too_small",
    "unsure_size",
    "structures",
    "fewer_states",
    "other_aim",
    "assumed_reference",
    "contradicted",
    "uncalibrated",
]


@dataclass(frozen=True)
class Judgement:
    """Judgement of an option by the rule."""

    option: str
    """Key of the option."""
    word: Word
    """What is said of it: the advice, or ``avoid_doubt`` of an option that does harm in a model on whose word none is
    given."""
    aim: str = ""
    """The aim it helps or harms most, relative to what is worth acting on; of a trade-off the one it helps; empty where
    that cannot be told."""
    strength: float = 0.0
    """Its effect on that aim, as a multiple of the smallest one worth acting on; positive for a gain."""
    reasons: tuple[NoAdviceReason, ...] = ()
    """Tests that an unreliable option fails, or why the model's word is not relied on."""
    losing: tuple[str, ...] = ()
    """Sides worse off in most runs."""
    same_as: str = ""
    """An earlier option whose numbers are the same in every measure; empty if none."""

    @property
    def is_only_too_small(self) -> bool:
        """Whether its effect is beyond doubt, but not by so much that it is worth acting on."""
        return self.word == "unreliable" and self.reasons == ("too_small",)

    @property
    def is_trade_off(self) -> bool:
        """Whether it is not advised on because one aim gains and the other loses."""
        return "other_aim" in self.reasons and "assumed_reference" not in self.reasons

    @property
    def advice(self) -> Advice:
        """The advice: an option that does harm in a model in doubt has no reliable effect."""
        return "unreliable" if self.word == "avoid_doubt" else self.word

    def in_doubt(self, reason: NoAdviceReason) -> Judgement:
        """Return what is left to say of the option where nothing may be advised on the model's word.

        Parameters
        ----------
        reason
            Why nothing may be advised.
        """
        if self.word == "recommended":
            return Judgement(self.option, "unreliable", reasons=(reason,), losing=self.losing)
        if self.word == "avoid":
            return replace(self, word="avoid_doubt")
        return self

    def against_assumed(self) -> Judgement:
        """Return what is left to say of the option where what it is measured against is assumed: no advice.

        That it changes nothing says no more than that the case assumes what the option sets.
        """
        reasons: list[NoAdviceReason] = ["assumed_reference", *self.reasons]
        return Judgement(self.option, "unreliable", reasons=tuple(reasons), losing=self.losing)


@dataclass(frozen=True)
class Recommendation:
    """Judgements of all options by the rule, in the order of the file."""

    judgements: tuple[Judgement, ...]
    """A judgement of every option."""

    @property
    def distinct(self) -> tuple[Judgement, ...]:
        """Options, those with the same numbers once."""
        return tuple(judgement for judgement in self.judgements if not judgement.same_as)

    def with_word(self, word: Word) -> tuple[Judgement, ...]:
        """Distinct options of which a word is said, the strongest effect first."""
        judgements = (judgement for judgement in self.distinct if judgement.word == word)
        return tuple(sorted(judgements, key=lambda judgement: -abs(judgement.strength)))

    @property
    def harmful(self) -> tuple[Judgement, ...]:
        """Distinct options that do harm, to be avoided unless the model is in doubt; the strongest effect first."""
        return self.with_word("avoid") or self.with_word("avoid_doubt")

    @property
    def judged(self) -> tuple[Judgement, ...]:
        """Distinct options that could be judged: what they are measured against is known."""
        return tuple(one for one in self.distinct if "assumed_reference" not in one.reasons)

    @property
    def largest_small_gain(self) -> Judgement | None:
        """The option that gains most of those that fail the rule by nothing but the size of their gain, if any."""
        gains = [judgement for judgement in self.distinct if judgement.is_only_too_small and judgement.strength > 0.0]
        return max(gains, key=lambda judgement: judgement.strength, default=None)

    @property
    def trade_offs(self) -> tuple[Judgement, ...]:
        """Distinct options by which one aim gains and the other loses, the largest gain first."""
        trade_offs = (judgement for judgement in self.distinct if judgement.is_trade_off)
        return tuple(sorted(trade_offs, key=lambda judgement: -judgement.strength))

    def of(self, option: str) -> Judgement:
        """Return the judgement of an option."""
        return next(judgement for judgement in self.judgements if judgement.option == option)

    def twins(self, option: str) -> tuple[str, ...]:
        """Later options with the same numbers as an option."""
        return tuple(judgement.option for judgement in self.judgements if judgement.same_as == option)


def recommend(
    effects: Sequence[LeverEffect],
    choice: RobustChoice | None,
    no_advice_because: NoAdviceReason | None = None,
    against_assumed: Container[str] = (),
) -> Recommendation:
    """Judge every option.

    Parameters
    ----------
    effects
        Effect of every option on every measure.
    choice
        Comparison of options over states; ``None`` where no state is left, so that acceptability is not asked for.
    no_advice_because
        Why nothing may be advised on the model's word, neither for an option nor against it: what happened to the park
        contradicts it, or it is not calibrated to the park.
    against_assumed
        Keys of the options that change a fact that nobody reported, so that they are compared with an assumption.

    Returns
    -------
    Recommendation
        A judgement for each option, in the order of the effects.
    """
    table: dict[str, dict[str, LeverEffect]] = {}
    for effect in effects:
        table.setdefault(effect.scenario, {})[effect.measure] = effect
    acceptable = _acceptable(choice)
    seen: dict[tuple[object, ...], str] = {}
    judgements = []
    for option, by_measure in table.items():
        numbers = _numbers(by_measure)
        judgement = judge(option, by_measure, acceptable)
        if option in against_assumed:
            judgement = judgement.against_assumed()
        if no_advice_because is not None:
            judgement = judgement.in_doubt(no_advice_because)
        if not is_unchanged(by_measure):
            same_as = seen.setdefault(numbers, option)
            if same_as != option:
                judgement = replace(judgement, same_as=same_as)
        judgements.append(judgement)
    return Recommendation(tuple(judgements))


def judge(option: str, effects: Mapping[str, LeverEffect], acceptable: Mapping[str, float]) -> Judgement:
    """Judge an option by the rule that ships.

    Parameters
    ----------
    option
        Its key.
    effects
        Its effect on every measure, by name.
    acceptable
        Share of states in which each option meets every requirement, by key, with that of the baseline under ``""``;
        empty where it is not known.
    """
    if is_unchanged(effects):
        return Judgement(option, "unchanged")
    rule = recommendation_rule()
    losing = tuple(side for side in FOUR_SIDES if effects[side].below > rule.losing_side.value)
    aims = {aim: AimEffect.of(effects, aim) for aim in AIMS}
    strongest = max(AIMS, key=lambda aim: abs(aims[aim].size))
    helped = [aim for aim in AIMS if aims[aim].sign > 0]
    harmed = [aim for aim in AIMS if aims[aim].sign < 0]
    gains = [aim for aim in AIMS if aims[aim].leaning > 0]
    losses = [aim for aim in AIMS if aims[aim].leaning < 0]
    if harmed and not gains and not any(aims[aim].may_gain for aim in losses):
        worst = max(harmed, key=lambda aim: abs(aims[aim].size))
        return Judgement(option, "avoid", worst, aims[worst].size, losing=losing)
    reasons: list[NoAdviceReason] = []
    if gains and losses:
        reasons.append("other_aim")
    elif not helped and not harmed:
        size: NoAdviceReason = "too_small" if abs(aims[strongest].size) < 1.0 else "unsure_size"
        reasons.append(size if aims[strongest].is_beyond_error else "simulation_error")
    concerned = gains or losses or [strongest]
    if any(aims[aim].reverses for aim in concerned):
        reasons.append("structures")
    if acceptable and acceptable[option] < acceptable[""] - NO_DIFFERENCE:
        reasons.append("fewer_states")
    if reasons == ["too_small"]:
        return Judgement(option, "unreliable", strongest, aims[strongest].size, ("too_small",), losing)
    if "other_aim" in reasons:
        best = max(gains, key=lambda aim: aims[aim].size)
        return Judgement(option, "unreliable", best, aims[best].size, tuple(reasons), losing)
    if reasons:
        return Judgement(option, "unreliable", reasons=tuple(reasons), losing=losing)
    best = max(helped, key=lambda aim: aims[aim].size)
    return Judgement(option, "recommended", best, aims[best].size, losing=losing)


def is_unchanged(effects: Mapping[str, LeverEffect]) -> bool:
    """Return whether an option leaves every measure of every run as it is, under every structure."""
    for effect in effects.values():
        if effect.equal < 1.0 or any(abs(change) > NO_DIFFERENCE for change in effect.known_effects):
            return False
        if effect.sources.total > NO_DIFFERENCE:
            return False
    return True


@dataclass(frozen=True)
class AimEffect:
    """An option's effects on the measures of an aim, each beside the smallest one that is worth acting on."""

    parts: tuple[tuple[LeverEffect, float], ...]
    """Effect and smallest effect worth acting on, of each measure; the aim's own measure first."""

    @classmethod
    def of(cls, effects: Mapping[str, LeverEffect], aim: str) -> AimEffect:
        """Return the effects on an aim, one of :data:`AIMS`, among those on every measure, by name."""
        rule = recommendation_rule()
        return cls(tuple((effects[measure], rule.threshold(measure)) for measure in MEASURES_OF_AIM[aim]))

    @property
    def effect(self) -> LeverEffect:
        """The effect on the aim's own measure."""
        return self.parts[0][0]

    @property
    def sign(self) -> int:
        """1 for a gain that is worth acting on with the whole of its interval of simulation error, −1 for such a loss.

        0 otherwise: what advice for or against an option asks.
        """
        if all(part.monte_carlo_low >= least - NO_DIFFERENCE for part, least in self.parts):
            return 1
        return -int(all(part.monte_carlo_high <= NO_DIFFERENCE - least for part, least in self.parts))

    @property
    def leaning(self) -> int:
        """1 for a gain beyond simulation error whose middle is worth acting on, −1 for such a loss, 0 otherwise.

        What keeps advice on the other aim from being given.
        """
        if self.effect.monte_carlo_low > 0.0:
            return int(all(part.centre >= least - NO_DIFFERENCE for part, least in self.parts))
        if self.effect.monte_carlo_high < 0.0:
            return -int(all(part.centre <= NO_DIFFERENCE - least for part, least in self.parts))
        return 0

    @property
    def size(self) -> float:
        """Effect as a multiple of the smallest one worth acting on; of several measures the least."""
        return min((part.centre / least if isfinite(part.centre) else 0.0 for part, least in self.parts), key=abs)

    @property
    def is_beyond_error(self) -> bool:
        """Return whether the interval of simulation error leaves 0 out."""
        return self.effect.is_beyond_error

    @property
    def reverses(self) -> bool:
        """Return whether a structure has the contrary sign."""
        effect = self.effect
        return any(change * effect.centre < 0.0 and abs(change) > NO_DIFFERENCE for change in effect.known_effects)

    @property
    def may_gain(self) -> bool:
        """Return whether some structure shows a gain worth acting on."""
        gains = [[change >= least - NO_DIFFERENCE for change in part.by_structure] for part, least in self.parts]
        return any(all(enough) for enough in zip(*gains, strict=True))


def _acceptable(choice: RobustChoice | None) -> dict[str, float]:
    if choice is None:
        return {}
    scores = choice.ranking("satisficing").scores.tolist()
    baseline, *others = choice.options
    shares = dict(zip(choice.options, scores, strict=True))
    return {"": shares[baseline]} | {key: shares[key] for key in others}


def _numbers(effects: Mapping[str, LeverEffect]) -> tuple[object, ...]:
    """Return what two options must share to be told as one: all numbers of every measure, up to rounding."""
    numbers: list[object] = []
    for name, effect in effects.items():
        quantiles = (effect.low, effect.lower_quartile, effect.median, effect.upper_quartile, effect.high)
        values = (*quantiles, effect.mean, effect.above, effect.equal, *effect.by_structure)
        numbers.append((name, *(f"{value + 0.0:.9g}" for value in values)))
    return tuple(numbers)
