"""From verdicts to verdicts: inside the judgement block, and from the parts of a claim to its headline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from copark.inference.claims.rules import (
    CONTRADICTED,
    NOT_IDENTIFIED,
    NOT_SUPPORTED,
    REFUTED,
    SUPPORTED,
    UNDETERMINED,
)
from copark.inference.claims.schema import Claim, Headline

WEAKEST_FIRST = (CONTRADICTED, NOT_SUPPORTED, UNDETERMINED, NOT_IDENTIFIED, SUPPORTED)


def side(verdict: str) -> int:
    """For the claim 1, against it -1, neither 0."""
    return 1 if verdict == SUPPORTED else -1 if verdict in REFUTED else 0


def flips(verdict: str, other: str) -> bool:
    """Whether a variant's verdict is not on the side of the verdict.

    A verdict that the data do not tell has no side, and nothing flips it.
    """
    return side(verdict) != 0 and side(other) != side(verdict)


def inside_block(verdict: str, variants: Iterable[str]) -> str:
    """The verdict once the judgement block has been seen.

    Undetermined where any variant flips it; where all refute it but not all contradict it, it is not supported.
    """
    others = list(variants)
    if any(flips(verdict, other) for other in others):
        return UNDETERMINED
    return NOT_SUPPORTED if verdict == CONTRADICTED and NOT_SUPPORTED in others else verdict


def combined(headline: Headline, verdicts: Mapping[str, str]) -> str:
    """The verdict of a claim from those of its parts: the weakest of all that count, or the strongest of any."""
    found = sorted((verdicts[key] for key in headline.parts), key=WEAKEST_FIRST.index)
    return found[0] if headline.every else found[-1]


def headline_of(claim: Claim, verdicts: Mapping[str, str]) -> str:
    """The verdict of a claim."""
    return combined(claim.headline, verdicts)
