"""Rules: a small language in which a claim says beforehand what would support it and what would refute it.

A condition is a statement about one statistic, met with a probability (0.95 unless it says another)::

    {of: size, below: -0.05}            P(size < -0.05) >= 0.95
    {of: failed, above: risk}           a margin may be named; -risk is its negative
    {of: size, within: operating}       not below -m, not above m, each with that probability
    {of: size, beyond: key}             below -m with that probability, or above m with it
    {all: [...]}  {any: [...]}  {not: ...}

A statistic without values makes its condition unknown (Kleene's logic): what cannot be measured decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import erf, isfinite, sqrt
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from copark.arrays import Floats
from copark.cases.types import wrong
from copark.simulation.study_entries import Key, StudyEntry
from copark.stats.quantiles import band
from copark.stats.rounding import slack

Over = Literal["draws", "mean"]
"""What a rule asks about: how values lie over draws, or their mean."""
Z_BAND = 1.6448536269514722
"""Standard deviations within which a normal variable lies with 90 %."""
RELATIONS = ("above", "below", "within", "beyond")
SUPPORTED = "supported"
"""A verdict of the earlier standard, as are the next three."""
NOT_SUPPORTED = "not_supported"
CONTRADICTED = "contradicted"
NOT_IDENTIFIED = "not_identified"
ESTABLISHED = "established"
LIKELY = "likely"
OPEN = "open"
UNLIKELY = "unlikely"
SMALL = "small"
WORDS = (ESTABLISHED, LIKELY, OPEN, UNLIKELY, CONTRADICTED, SMALL)
"""Words of the standard of :mod:`~copark.analyses.claims.verdict`, the strongest for a claim first."""
FOR = frozenset((SUPPORTED, ESTABLISHED, LIKELY))
REFUTED = frozenset((NOT_SUPPORTED, CONTRADICTED, UNLIKELY, SMALL))


def _bound(value: Any) -> Any:
    """Read a number, also written as text; anything else is the name of a margin, with a minus sign perhaps."""
    if isinstance(value, bool):
        raise wrong("claims_bound", found=value)
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return value.strip()
    return value


Bound = Annotated[float | str, BeforeValidator(_bound)]


class Condition(StudyEntry):
    """One condition of a rule, or several joined; see the module."""

    of: Key | None = None
    """Key of the statistic; left out of conditions that join others."""
    above: Bound | None = None
    """It must lie above this number or margin."""
    below: Bound | None = None
    """It must lie below this number or margin."""
    within: Bound | None = None
    """It must lie neither below minus this margin nor above it."""
    beyond: Bound | None = None
    """It must lie below minus this margin, or above it."""
    probability: Annotated[float, Field(gt=0.5, le=1.0, alias="with")] = 0.95
    """With which probability it must, above 0.5."""
    every: Annotated[tuple[Condition, ...] | None, Field(alias="all", min_length=1)] = None
    """Conditions that must all be met."""
    some: Annotated[tuple[Condition, ...] | None, Field(alias="any", min_length=1)] = None
    """Conditions of which one must be met."""
    negated: Annotated[Condition | None, Field(alias="not")] = None
    """A condition that must not be met."""

    @model_validator(mode="after")
    def _check_form(self) -> Condition:
        heads = [name for name in ("of", "every", "some", "negated") if getattr(self, name) is not None]
        relations = [name for name in RELATIONS if getattr(self, name) is not None]
        if len(heads) != 1:
            raise wrong("claims_condition_head", found=len(heads))
        if (heads == ["of"]) != (len(relations) == 1):
            raise wrong("claims_condition_relation", found=len(relations))
        return self

    @property
    def relation(self) -> tuple[str, float | str]:
        """The relation of a simple condition, and its bound as written."""
        return next((name, getattr(self, name)) for name in RELATIONS if getattr(self, name) is not None)

    @property
    def parts(self) -> tuple[Condition, ...]:
        """Conditions that are joined in it; nothing in a simple condition."""
        return self.every or self.some or (() if self.negated is None else (self.negated,))

    def simple(self) -> Iterator[Condition]:
        """List every simple condition in it."""
        if self.of is not None:
            yield self
        for part in self.parts:
            yield from part.simple()


class Rule(StudyEntry):
    """Rule that leads from numbers to a verdict.

    The first that is met counts, in the order contradicted, supported, not supported; where none is, the data do not
    tell.
    """

    supported: Condition
    """When the claim is supported."""
    not_supported: Condition
    """When it is not."""
    contradicted: Condition | None = None
    """When it is contradicted; left out if nothing can contradict it."""

    def simple(self) -> Iterator[Condition]:
        """List every simple condition in it."""
        for condition in (self.supported, self.not_supported, self.contradicted):
            if condition is not None:
                yield from condition.simple()


@dataclass(frozen=True)
class Sample:
    """A statistic's values."""

    values: Floats
    """One for every draw of parameters, averaged over its futures, shape (draws,); NaN where a draw has none."""
    over: Over = "draws"
    """``draws``: what the rule asks about is how the values lie over the draws. ``mean``: it is their mean, which for
    outcomes is a probability; then the values tell only how well the mean is known."""

    @cached_property
    def known(self) -> Floats:
        """The values there are."""
        return self.values[np.isfinite(self.values)]

    @property
    def is_empty(self) -> bool:
        """Say whether there is no value at all."""
        return not self.known.size

    @property
    def mean(self) -> float:
        """Average over draws."""
        return float(self.known.mean()) if self.known.size else float("nan")

    @property
    def error(self) -> float:
        """Give the standard error of the mean, from the spread of the draws, which are independent; NaN for one."""
        return float(self.known.std(ddof=1)) / sqrt(self.known.size) if self.known.size > 1 else float("nan")

    def band(self) -> tuple[float, float, float]:
        """Give 5, 50 and 95 %: of the draws, or of what the mean may be."""
        if self.is_empty:
            return float("nan"), float("nan"), float("nan")
        if self.over == "mean":
            half = Z_BAND * self.error if isfinite(self.error) else 0.0
            return self.mean - half, self.mean, self.mean + half
        return band(self.known)

    def below(self, bound: float) -> float:
        """Give the probability that it is below a bound: share of draws, or of what the mean may be."""
        if self.over == "mean":
            return _normal_below(bound, self.mean, self.error)
        return float(np.mean(self.known < bound))

    def above(self, bound: float) -> float:
        """Give the probability that it is above a bound."""
        if self.over == "mean":
            return _normal_below(-bound, -self.mean, self.error)
        return float(np.mean(self.known > bound))


@dataclass(frozen=True)
class Beyond:
    """Probability that a statistic lies beyond a bound of its rule: below or above it."""

    bound: float
    """The bound, in the statistic's unit."""
    relation: Literal["below", "above"]
    """On which side of it."""
    share: float
    """How probable that is."""


@dataclass(frozen=True)
class Measured:
    """Summary of a sample."""

    over: Over
    """Whether the values are of draws, or of their mean."""
    draws: int
    """Draws that have a value."""
    low: float
    """5 %: of the draws, or of what the mean may be."""
    middle: float
    """Median of the same."""
    high: float
    """95 % quantile of the same."""
    mean: float
    """Mean over draws."""
    error: float
    """Its standard error."""
    beyond: tuple[Beyond, ...] = ()
    """Probabilities at the bounds of the rule."""

    @property
    def is_empty(self) -> bool:
        """Say whether there is no value at all."""
        return not self.draws


def measured(sample: Sample, name: str, rule: Rule, margins: Mapping[str, float]) -> Measured:
    """Measure a statistic: its band, and how probable it is beyond each bound that the rule names.

    Parameters
    ----------
    sample
        Its values.
    name
        Its name.
    rule
        The rule of its part.
    margins
        Numbers of the margins that the rule names.
    """
    bounds: dict[float, Literal["below", "above"]] = {}
    for condition in rule.simple():
        if condition.of == name and not sample.is_empty:
            relation, written_bound = condition.relation
            value = resolve(written_bound, margins)
            if relation != "above":
                bounds.setdefault(value if relation == "below" else -value, "below")
            if relation != "below":
                bounds.setdefault(value, "above")
    beyond = tuple(Beyond(bound, word, getattr(sample, word)(bound)) for bound, word in bounds.items())
    return Measured(sample.over, int(sample.known.size), *sample.band(), sample.mean, sample.error, beyond)


def _normal_below(bound: float, mean: float, error: float) -> float:
    """Compute the normal probability of lying below; of a mean without error but for rounding, whether it does."""
    if not isfinite(error) or error <= slack(mean):
        return float(mean < bound - slack(bound))
    return 0.5 * (1.0 + erf((bound - mean) / (error * sqrt(2.0))))


def resolve(bound: float | str, margins: Mapping[str, float]) -> float:
    """Give the number of a bound."""
    if isinstance(bound, str):
        return -margins[bound[1:].strip()] if bound.startswith("-") else margins[bound.removeprefix("+").strip()]
    return bound


@dataclass(frozen=True)
class Judge:
    """Applies rules to samples, with the margins of a claims file."""

    margins: Mapping[str, float]

    def holds(self, condition: Condition, samples: Mapping[str, Sample]) -> bool | None:
        """Tell whether a condition is met; ``None`` where that cannot be known."""
        if condition.of is not None:
            return self._simple(condition, samples[condition.of])
        parts = [self.holds(part, samples) for part in condition.parts]
        if condition.every is not None:
            return False if False in parts else None if None in parts else True
        if condition.some is not None:
            return True if True in parts else None if None in parts else False
        return None if parts[0] is None else not parts[0]

    def _simple(self, condition: Condition, sample: Sample) -> bool | None:
        if sample.is_empty:
            return None
        relation, written_bound = condition.relation
        bound = resolve(written_bound, self.margins)
        needed = condition.probability - 1e-12
        if relation in ("above", "below"):
            return bool(getattr(sample, relation)(bound) >= needed)
        below = sample.below(-bound)
        above = sample.above(bound)
        return max(below, above) >= needed if relation == "beyond" else min(1.0 - below, 1.0 - above) >= needed

    def verdict(self, rule: Rule, samples: Mapping[str, Sample]) -> str:
        """Apply a rule: contradicted, supported, not supported or, where none of these is met, not identified."""
        for name, condition in (
            (CONTRADICTED, rule.contradicted),
            (SUPPORTED, rule.supported),
            (NOT_SUPPORTED, rule.not_supported),
        ):
            if condition is not None and self.holds(condition, samples):
                return name
        return NOT_IDENTIFIED


def side(verdict: str) -> int:
    """Give the side of a verdict: for the claim 1, against it -1, neither 0."""
    return 1 if verdict in FOR else -1 if verdict in REFUTED else 0


def flips(verdict: str, other: str) -> bool:
    """Tell whether a variant's verdict is not on the side of the verdict.

    A verdict that the data do not tell has no side, and nothing flips it.
    """
    return side(verdict) != 0 and side(other) != side(verdict)
