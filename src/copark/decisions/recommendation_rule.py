"""Thresholds of the rule by which options are recommended, fixed in ``recommendation.yaml`` before any was judged."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from copark.cases.types import WrittenText
from copark.cases.validated_yaml import read_shipped
from copark.simulation.study_entries import StudyEntry

RULE = Path(__file__).parent / "recommendation.yaml"


class Relevance(StudyEntry):
    """Smallest effects worth acting on."""

    self_standing: Annotated[float, Field(ge=0.0, le=1.0)]
    """A difference of probability."""
    operating: Annotated[float, Field(ge=0.0, le=10.0)]
    """Log points of operating companies."""
    companies: Annotated[float, Field(ge=0.0)]
    """Operating companies: in a park of few, one of them is a large share."""
    reason: WrittenText
    """Why these."""


class LosingSide(StudyEntry):
    """Share of runs from which on a side counts as losing."""

    value: Annotated[float, Field(gt=0.0, lt=1.0)]
    """Share of runs in which it is worse off."""
    reason: WrittenText
    """Why so many."""


class RecommendationRule(StudyEntry):
    """The file of the rule."""

    format: Literal[1]
    """Version of the format."""
    fixed: date
    """Day on which the rule was fixed."""
    relevance: Relevance
    """Smallest effects worth acting on."""
    losing_side: LosingSide
    """When a side counts as losing."""

    def threshold(self, measure: str) -> float:
        """Return the smallest effect on a measure that is worth acting on, in its unit."""
        return float(getattr(self.relevance, measure))


@cache
def recommendation_rule() -> RecommendationRule:
    """Read the rule that ships."""
    return read_shipped(RULE, RecommendationRule)[0]
