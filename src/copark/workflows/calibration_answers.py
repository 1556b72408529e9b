"""What comes of making the shipped panel again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rechecked:
    """Whether what ships could be made again.

    kind: ``identical``, ``close`` or ``different``; largest: largest difference; stale: whether model or case have
    changed since it was made; went_on: what was there already of an earlier attempt.
    """

    case: str
    kind: str
    largest: float
    stale: bool
    seconds: float
    went_on: str = ""

    @property
    def passed(self) -> bool:
        """Whether it is the same."""
        return self.kind != "different"
