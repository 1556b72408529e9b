"""Sources of a forecast's parameters: the park's own observations, or what other parks teach."""

from __future__ import annotations

from dataclasses import dataclass

from copark.arrays import Floats
from copark.calibration.pool.forecasts import BaseRate
from copark.texts.localized import LocalizedText


@dataclass(frozen=True)
class Informed:
    """A parameter the forecast depends on."""

    name: str
    """Name of the parameter."""
    share: float
    """Largest share of the variance of an observable that it explains by itself."""
    verdict: str
    """moved, weakly or unmoved."""
    before: float
    """Median before the data, in the parameter's unit."""
    after: tuple[float, ...]
    """5, 50 and 95 % after the data, in the parameter's unit."""


@dataclass(frozen=True)
class Taken:
    """A parameter of a park without a history: what other parks taught of it, and which."""

    name: str
    """Name of the parameter."""
    group: str
    """Group of parameters it belongs to."""
    before: tuple[float, ...]
    """5, 50 and 95 % before other parks were asked, in the parameter's unit."""
    after: tuple[float, ...]
    """5, 50 and 95 % after they were asked, in the parameter's unit."""
    verdict: str
    """moved, weakly or unmoved."""
    lenders: tuple[tuple[str, float], ...]
    """Share of each park in what was learned of it, largest first."""


@dataclass(frozen=True)
class Borrowed:
    """Sources of a forecast without a history."""

    panel: str
    """Identity of the panel."""
    parks: dict[str, LocalizedText]
    """Titles of its parks by name."""
    lenders: dict[str, float]
    """Share of each park in what was learned."""
    alone: dict[str, Floats]
    """By observable: quantiles on the prior alone, shape (levels, quarters)."""
    taken: tuple[Taken, ...]
    """Parameters, the most changed first."""
    rates: tuple[BaseRate, ...]
    """Sizes of parks at an age."""
    open_facts: bool
    """Whether the case leaves much open, for which defaults stand."""
    chance: tuple[float, float, float] | None = None
    """Chance that the park comes to nothing, as its counts are mixed with it: middle, low, high; None where it has
    begun."""
