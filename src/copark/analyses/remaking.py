"""The base of answers that may compare what ships with the same made again (``--check``)."""

from __future__ import annotations

from dataclasses import dataclass

from copark.analyses.contract import Result
from copark.inference.artefacts import Comparison


@dataclass(frozen=True, kw_only=True)
class Remakeable(Result):
    """An answer, or how what ships made again compares with what ships."""

    again: Comparison | None = None
    """The comparison, where that was asked."""
    stale: bool = False
    """Whether model or cases have changed since what ships was made."""

    @property
    def passed(self) -> bool:
        """Whether what ships, where that was asked, could be made again."""
        return self.again is None or self.again.close or self.again.identical


def by_difference(largest: float, close: float) -> Comparison:
    """The comparison of numbers by their largest difference, and the largest that another processor may cause."""
    return Comparison(largest == 0.0, largest <= close, largest)
