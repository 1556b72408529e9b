"""Words for evidence: in a park, and over all parks that have something of a family."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import hypot, log, sqrt

from copark.analyses.evidence.families import listed
from copark.texts.localized import LocalizedText

FEWEST = 20.0
"""Effective pairs below which it cannot be told."""
ERRORS = 2.0
"""Standard errors that evidence must exceed to be called something…"""
LEAST = log(3.0)
"""…and this, the first step of Jeffreys (Theory of Probability, 3rd ed., 1961, appendix B) and of Kass and Raftery
(Journal of the American Statistical Association 90, 1995): less is worth no more than a bare mention."""
STRENGTHS = ((5.0, "very_strong"), (3.0, "strong"), (0.0, "positive"))
"""Steps of Kass and Raftery, in natural logarithms: odds of 150, 20 and 3, rounded as they give them."""


def word_of(log_ratio: float, error: float) -> str:
    """Classify evidence as favoured, disfavoured or silent.

    Parameters
    ----------
    log_ratio
        ln of how much likelier the observations are with the family.
    error
        Its standard error.
    """
    if abs(log_ratio) <= max(ERRORS * error, LEAST):
        return "silent"
    return "favoured" if log_ratio > 0.0 else "disfavoured"


def strength_of(log_ratio: float) -> str:
    """Name the step of the scale that evidence reaches: positive, strong or very_strong."""
    return next(word for least, word in STRENGTHS if abs(log_ratio) >= least)


@dataclass(frozen=True)
class EvidenceInPark:
    """Evidence of a family in a park."""

    family: str
    """Key of the family."""
    log_ratio: float
    """ln of how much likelier the observations are with the family than without: above 0 they favour it."""
    error: float
    """Standard error."""
    hysteresis: float
    """What the way from the whole model gives less the way back."""
    effective: float
    """Effective number of pairs at one end of the bridge that those at the other descend from."""
    stones: int
    """Stones of the bridge."""

    @property
    def scatter(self) -> float:
        """The part of the error that is scatter over the searches."""
        return sqrt(max(self.error**2 - (0.5 * self.hysteresis) ** 2, 0.0))

    @property
    def can_be_told(self) -> bool:
        """Return whether enough pairs reach the other end for the number to mean anything."""
        return self.effective >= FEWEST

    @property
    def word(self) -> str:
        """Word for it: favoured, disfavoured, silent or cannot."""
        return word_of(self.log_ratio, self.error) if self.can_be_told else "cannot"


@dataclass(frozen=True)
class ParkEvidence:
    """A park and what it says of each family that it has something of."""

    case: str
    """Name of the case."""
    park: LocalizedText
    """Title of the park."""
    values: int
    """Values that are fitted."""
    cut: str
    """Last quarter of the observations."""
    families: tuple[EvidenceInPark, ...]
    """Evidence by family; what changes no run is left out."""


@dataclass(frozen=True)
class EvidenceSum:
    """Evidence over some parks."""

    parks: int
    """Parks that are counted."""
    log_ratio: float
    """Sum over them."""
    error: float
    """Its standard error."""

    @property
    def word(self) -> str:
        """Word for it: favoured, disfavoured, silent, or cannot where no park is counted."""
        return word_of(self.log_ratio, self.error) if self.parks else "cannot"


@dataclass(frozen=True)
class Turn:
    """A park without which the word over the others is another."""

    case: str
    """Name of the case."""
    word: str
    """The word without it."""


@dataclass(frozen=True)
class FamilyEvidence(EvidenceSum):
    """Evidence of a family over all parks of which it can be told."""

    key: str
    """Key of the family."""
    untold: tuple[str, ...]
    """Parks that have something of it and of which it cannot be told."""
    influential: str
    """The park that moves the sum most; empty where there is none."""
    others: EvidenceSum
    """The same without that park."""
    turns: tuple[Turn, ...]
    """Parks without which, each by itself, the word would be another."""


def summed(parks: Sequence[ParkEvidence]) -> tuple[FamilyEvidence, ...]:
    """Sum the evidence of each family over parks, and again without each of them."""
    return tuple(_summed(parks))


def _summed(parks: Sequence[ParkEvidence]) -> Iterator[FamilyEvidence]:
    for key in listed():
        by_case = [(park.case, evidence) for park in parks for evidence in park.families if evidence.family == key]
        if not by_case:
            continue
        told_evidence = {case: evidence for case, evidence in by_case if evidence.can_be_told}
        whole = _sum(list(told_evidence.values()))
        without = {
            case: _sum([evidence for other, evidence in told_evidence.items() if other != case])
            for case in told_evidence
        }
        influential = max(told_evidence, key=lambda case: abs(told_evidence[case].log_ratio), default="")
        yield FamilyEvidence(
            parks=whole.parks,
            log_ratio=whole.log_ratio,
            error=whole.error,
            key=key,
            untold=tuple(case for case, evidence in by_case if not evidence.can_be_told),
            influential=influential,
            others=without.get(influential, _sum([])),
            turns=tuple(Turn(case, others.word) for case, others in without.items() if others.word != whole.word),
        )


def _sum(evidence: Sequence[EvidenceInPark]) -> EvidenceSum:
    log_ratio = sum((in_park.log_ratio for in_park in evidence), 0.0)
    # What there and back differ by leans the same way in every park, so that it adds up and does not average out.
    leaning = sum((0.5 * in_park.hysteresis for in_park in evidence), 0.0)
    error = hypot(leaning, *(in_park.scatter for in_park in evidence))
    return EvidenceSum(len(evidence), log_ratio, error)
