"""Enough runs: a sequential rule, fixed beforehand, that stops what is decided.

Parts of claims, and claims, are looked at after the first draws (``sequential.yaml``, decision 0066). What has a word
that more draws could hardly change is run no further: where a Monte Carlo interval wider than that of the word holds no
threshold. The word itself, and what is told beside it, come of the draws that were run, by the same standard.
"""

from __future__ import annotations

from functools import cache
from math import isfinite, sqrt
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from copark.arrays import Floats
from copark.cases.dates import Date
from copark.cases.model_file import read_shipped
from copark.cases.types import Bilingual
from copark.inference.claims.rules import SMALL, side
from copark.inference.claims.verdict import Share, Standard, Verdict, standard, turns
from copark.simulation.schemas import Entry
from copark.stats.shares import wilson, z_of

Draws = Annotated[int, Field(ge=2, le=100_000)]


class Looks(Entry):
    """Draws after which everything is looked at, and why."""

    draws: Annotated[tuple[Draws, ...], Field(min_length=1, max_length=10)]
    reason: Bilingual


class FirstLook(Entry):
    """Draws of a first look, and why."""

    draws: Draws
    reason: Bilingual


class Alternatives(FirstLook):
    """The first look at alternative assumptions.

    level, moved: of its interval; by which each of two draws more is moved.
    """

    level: Share
    moved: Share


class Level(Entry):
    """Level of an interval, and why."""

    value: Share
    reason: Bilingual


class Stopping(Entry):
    """A sequential rule, as it is written."""

    format: Literal[1]
    fixed: Date
    looks: Looks
    level: Level
    alternatives: Alternatives
    worlds: FirstLook

    def decided(self, verdict: Verdict, draws: int) -> bool:
        """Whether a word known from so many draws is decided; also where nothing is measured.

        *Small at most* is not: it rests on the ends of an effect, which grow with the draws.
        """
        if not isfinite(verdict.probability) or not draws:
            return True
        low, high = wilson(verdict.probability * draws, draws, self.level.value)
        words = standard().words
        ends = (words.contradicted, words.unlikely, words.likely, words.established)
        return verdict.word != SMALL and not any(low < end < high for end in ends)

    def same_side(self, verdict: Verdict, apart: Floats, draws: int) -> bool:
        """Whether it is decided if an alternative turns a word.

        apart: probabilities of draws under the alternative less those of the reference, shape (draws,); draws: those
        the verdict is known from.
        """
        apart = apart[np.isfinite(apart)]
        if not side(verdict.word) or not apart.size:
            return True
        look, size = self.alternatives, apart.size
        half = z_of(look.level) * sqrt((float(np.var(apart)) + 2.0 * look.moved**2 / size) / size)
        rules, moved = standard(), verdict.probability + float(apart.mean())
        low, high = (turns(verdict.word, _word(rules, moved + by, draws)) for by in (-half, half))
        return low == high

    def against(self, chance: Floats) -> bool:
        """Whether it is decided that the word for probabilities of draws is against the claim; also of none."""
        known = chance[np.isfinite(chance)]
        if not known.size:
            return True
        return wilson(float(known.sum()), known.size, self.level.value)[1] <= standard().words.unlikely


def _word(rules: Standard, probability: float, draws: int) -> str:
    return rules.word(float(np.clip(probability, 0.0, 1.0)), draws)


SEQUENTIAL = Path(__file__).with_name("sequential.yaml")


@cache
def stopping() -> Stopping:
    """The sequential rule that claims are run by."""
    return read_shipped(SEQUENTIAL, Stopping)[0]
