"""The standard of proof as it is written (``standard.yaml``): which word is said of which probability."""

from __future__ import annotations

from functools import cache
from math import isfinite, nan
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from copark.analyses.claims.schema import DIFFERENCES, Statistic
from copark.analyses.claims.words import CONTRADICTED, ESTABLISHED, LIKELY, OPEN, UNLIKELY
from copark.cases.dates import Date
from copark.cases.types import WrittenText
from copark.cases.validated_yaml import read_shipped
from copark.simulation.study_entries import StudyEntry
from copark.stats.shares import wilson

Share = Annotated[float, Field(gt=0.0, lt=1.0)]


class WordsAt(StudyEntry):
    """Probabilities from which on, or up to which, words are said, and why."""

    established: Share
    likely: Share
    unlikely: Share
    contradicted: Share
    reason: WrittenText


class Size(StudyEntry):
    """A number of the standard, and why."""

    value: Annotated[float, Field(gt=0.0)]
    reason: WrittenText


class Robust(StudyEntry):
    """Words that need that no alternative assumption turns them, and why."""

    words: tuple[Literal["established", "likely", "unlikely", "contradicted"], ...]
    reason: WrittenText


class Standard(StudyEntry):
    """A standard of proof, as it is written."""

    format: Literal[1]
    fixed: Date
    amended: Date
    words: WordsAt
    robust: Robust
    monte_carlo: Size
    sampling_error: Size
    prior_factor: Size
    rope: dict[Literal["log", "outcome"], Size]

    def word(self, probability: float, draws: int) -> str:
        """Find the word for a probability known from so many draws; ``open`` where it is not known."""
        if not isfinite(probability) or not draws:
            return OPEN
        low, high = self.interval(probability, draws)
        ends = self.words
        if low >= ends.likely:
            return ESTABLISHED if low >= ends.established else LIKELY
        if high <= ends.unlikely:
            return CONTRADICTED if high <= ends.contradicted else UNLIKELY
        return OPEN

    def interval(self, probability: float, draws: int) -> tuple[float, float]:
        """Compute the Monte Carlo interval of a probability known from so many draws (Wilson)."""
        return wilson(probability * draws, draws, self.monte_carlo.value)

    def small(self, statistic: Statistic) -> float:
        """Return the size up to which a statistic is small; NaN where it has none."""
        if statistic.kind not in DIFFERENCES - {"difference"}:
            return nan
        return self.rope["outcome" if statistic.outcome else "log"].value


STANDARD = Path(__file__).with_name("standard.yaml")


@cache
def standard() -> Standard:
    """Read the standard that claims are judged by."""
    return read_shipped(STANDARD, Standard)[0]


def turned_word(word: str) -> str:
    """Describe what is left of a word that an alternative assumption turns: open, of all that need to be robust."""
    return OPEN if word in standard().robust.words else word
