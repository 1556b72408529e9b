"""Values of a statistic over draws of parameters: their band, and how probable they are beyond a bound of a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import erf, isfinite, sqrt
from typing import Literal

import numpy as np

from copark.analyses.claims.rules import Rule, resolve
from copark.arrays import Floats
from copark.stats.quantiles import Z_BAND, band
from copark.stats.rounding import slack

Over = Literal["draws", "mean"]
"""What a statistic is read by: how its values lie over draws, or their mean."""


@dataclass(frozen=True)
class Sample:
    """A statistic's values."""

    values: Floats
    """One for every draw of parameters, averaged over its replicates, shape (draws,); NaN where a draw has none."""
    over: Over = "draws"
    """``draws``: what counts is how the values lie over the draws. ``mean``: it is their mean, which for outcomes is a
    probability; then the values tell only how well the mean is known."""

    @cached_property
    def known(self) -> Floats:
        """The values there are."""
        return self.values[np.isfinite(self.values)]

    @property
    def is_empty(self) -> bool:
        """Return whether there is no value at all."""
        return not self.known.size

    @property
    def mean(self) -> float:
        """Average over draws."""
        return float(self.known.mean()) if self.known.size else float("nan")

    @property
    def error(self) -> float:
        """Return the standard error of the mean, from the spread of the draws, which are independent; NaN for one."""
        return float(self.known.std(ddof=1)) / sqrt(self.known.size) if self.known.size > 1 else float("nan")

    def band(self) -> tuple[float, float, float]:
        """Return 5, 50 and 95 %: of the draws, or of what the mean may be."""
        if self.is_empty:
            return float("nan"), float("nan"), float("nan")
        if self.over == "mean":
            half = Z_BAND * self.error if isfinite(self.error) else 0.0
            return self.mean - half, self.mean, self.mean + half
        return band(self.known)

    def below(self, bound: float) -> float:
        """Return the probability that it is below a bound: share of draws, or of what the mean may be."""
        if self.over == "mean":
            return _normal_below(bound, self.mean, self.error)
        return float(np.mean(self.known < bound))

    def above(self, bound: float) -> float:
        """Return the probability that it is above a bound."""
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
        """Return whether there is no value at all."""
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
