"""Rule for stopping draws early: sequential, fixed beforehand, it tells what is decided.

Parts of claims, and claims, have interim looks after the first draws (``sequential.yaml``, decision 0066). What has a
word that more draws could hardly change is run no further: where a Monte Carlo interval wider than that of the word
holds no threshold. The word itself, and what is told beside it, come of the draws that were run, by the same standard.
"""

from __future__ import annotations

from functools import cache
from math import isfinite, sqrt
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from copark.analyses.claims.standard import Share, standard
from copark.analyses.claims.verdict import Verdict, turns
from copark.analyses.claims.words import SMALL, side
from copark.arrays import Floats
from copark.cases.dates import Date
from copark.cases.types import WrittenText
from copark.cases.validated_yaml import read_shipped
from copark.simulation.study_entries import StudyEntry
from copark.stats.shares import wilson, z_of

Draws = Annotated[int, Field(ge=2, le=100_000)]


class InterimLooks(StudyEntry):
    """Draws after which everything is looked at, and why."""

    draws: Annotated[tuple[Draws, ...], Field(min_length=1, max_length=10)]
    reason: WrittenText


class FirstLook(StudyEntry):
    """Draws of a first look, and why."""

    draws: Draws
    reason: WrittenText


class AlternativesLook(FirstLook):
    """The first look at alternative assumptions."""

    level: Share
    """Of its interval."""
    moved: Share
    """By which each of two draws more is moved."""


class Level(StudyEntry):
    """Level of an interval, and why."""

    value: Share
    reason: WrittenText


class Stopping(StudyEntry):
    """A sequential rule, as it is written."""

    format: Literal[1]
    fixed: Date
    looks: InterimLooks
    level: Level
    alternatives: AlternativesLook
    worlds: FirstLook

    def decided(self, verdict: Verdict, draws: int) -> bool:
        """Return whether a word known from so many draws is decided; it also is where nothing is measured.

        *Small at most* is not: it rests on the ends of an effect, which grow with the draws.
        """
        if not isfinite(verdict.probability) or not draws:
            return True
        low, high = wilson(verdict.probability * draws, draws, self.level.value)
        words = standard().words
        ends = (words.contradicted, words.unlikely, words.likely, words.established)
        return verdict.word != SMALL and not any(low < end < high for end in ends)

    def same_side(self, verdict: Verdict, differences: Floats, draws: int) -> bool:
        """Return whether it is decided if an alternative turns a word.

        Parameters
        ----------
        verdict
            Whose word it is.
        differences
            Probabilities of draws under the alternative less those of the reference, shape (draws,).
        draws
            Those the verdict is known from.
        """
        differences = differences[np.isfinite(differences)]
        if not side(verdict.word) or not differences.size:
            return True
        look = self.alternatives
        size = differences.size
        half = z_of(look.level) * sqrt((float(np.var(differences)) + 2.0 * look.moved**2 / size) / size)
        probability = verdict.probability + float(differences.mean())
        low, high = (
            standard().word(float(np.clip(end, 0.0, 1.0)), draws) for end in (probability - half, probability + half)
        )
        return turns(verdict.word, low) == turns(verdict.word, high)

    def against(self, chance: Floats) -> bool:
        """Return whether it is decided that the word for probabilities of draws is against the claim; also of none."""
        measured = chance[np.isfinite(chance)]
        if not measured.size:
            return True
        return wilson(float(measured.sum()), measured.size, self.level.value)[1] <= standard().words.unlikely


SEQUENTIAL = Path(__file__).with_name("sequential.yaml")


@cache
def stopping() -> Stopping:
    """Read the sequential rule that claims are run by."""
    return read_shipped(SEQUENTIAL, Stopping)[0]
