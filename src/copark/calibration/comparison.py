"""How posteriors that were made again compare with those stored, as a record; :mod:`.remade` compares them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from copark.store.checkpoints import Tally

What = Literal["medians", "typical", "widths", "forecasts", "outcomes"]


@dataclass(frozen=True)
class Apart:
    """Distance of two posteriors in a respect."""

    what: What
    """Respect in which they are compared."""
    largest: float
    """The largest difference, in the unit of what is allowed; of ``typical`` the root mean square."""
    allowed: float
    """Difference that another processor or library may cause."""
    name: str = ""
    """Where it is: a parameter, an output or an outcome."""

    @property
    def within(self) -> bool:
        """Return whether two searches of one posterior may be so far apart."""
        return self.largest <= self.allowed


@dataclass(frozen=True)
class Comparison:
    """Comparison of posteriors made again with those stored."""

    identical: bool
    """Whether they are alike bit by bit."""
    close: bool
    """Whether parameters are within 1e-6 and random numbers the same."""
    largest: float
    """Largest difference of a coordinate."""
    tally: Tally | None = None
    """Stages of making them that were there from an earlier attempt; ``None`` where that was not counted."""
    apart: tuple[Apart, ...] = ()
    """How far the distributions are apart, where these were compared since processor or libraries are others; else
    empty."""

    @property
    def alike(self) -> bool:
        """Return whether distributions were compared, and none is farther from the other than two searches may be."""
        return bool(self.apart) and all(distance.within for distance in self.apart)

    @property
    def passed(self) -> bool:
        """Return whether what is stored could be made again."""
        return self.identical or self.close or self.alike
