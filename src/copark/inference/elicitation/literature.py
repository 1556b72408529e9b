"""Estimates from the literature, each beside the model's own intervention: how probable it is in every draw.

An estimate is of a parameter, or of an effect: an arm against its reference in the model of this very park. With m_d
what the model has in draw d, expected over luck, and s the standard error::

    value v    exp(-(m_d - v)² / 2 s²)
    above v    Φ((m_d - v) / s), of a floor or a sign

Whatever is drawn is weighted by the product over estimates. A standard error that the source does not give is that of
a declared scale, by grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from copark.arrays import Floats
from copark.cases.casebook import LITERATURE, casebook_path
from copark.cases.dates import Date
from copark.cases.model_file import read_shipped
from copark.cases.types import Bilingual
from copark.inference.claims.scenarios import Bench
from copark.inference.claims.schema import Arm, Part, is_empty
from copark.simulation.case_edits import edited
from copark.simulation.schemas import Entry, Key, Title

Grade = Literal["high", "medium", "low"]
State = Literal["used", "unused", "elsewhere", "unfelt"]
"""``unused``: not used anywhere, as its reason says; ``elsewhere``: of another park; ``unfelt``: this park cannot bear
the intervention, or it alters nothing there that differs between draws."""
Positive = Annotated[float, Field(gt=0.0)]


class Errors(Entry):
    """Standard errors by grade where a source gives none."""

    parameter: dict[Grade, Positive]
    """Multiples of the standard deviation of the parameter's prior."""
    log: dict[Grade, Positive]
    outcome: dict[Grade, Positive]
    """log, outcome: of effects in log points, and on the chance of an outcome."""
    reason: Bilingual


class Estimate(Entry):
    """An estimate, as it is written."""

    key: Key
    title: Title
    finding: Bilingual
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    doi: str
    read: Literal["abstract", "record", "memory"]
    """What was read of the source."""
    grade: Grade
    bears: Bilingual
    """Why it is set beside this intervention, or why it is not used."""
    use: bool = True
    case: str = ""
    """Name of the one case it is of; empty where it is of any."""
    parameter: str = ""
    output: str | None = None
    outcome: str | None = None
    """parameter, output, outcome: what it is of, one of the three."""
    arm: Key | None = None
    reference: Key | None = None
    value: float | None = None
    above: float | None = None
    """value, above: the estimate, or what it lies above."""
    low: float | None = None
    high: float | None = None
    """low, high: the range that sources give; shown, and no standard error."""
    error: Positive | None = None
    """Standard error, where the source gives one."""

    @model_validator(mode="after")
    def _one_of_each(self) -> Estimate:
        if (self.value is None) == (self.above is None):
            raise ValueError("an estimate has a value, or lies above one")
        if bool(self.parameter) + bool(self.output) + bool(self.outcome) != 1:
            raise ValueError("an estimate is of a parameter, an output or an outcome")
        if self.use and self.read == "memory":
            raise ValueError("a number from memory is not used")
        return self

    @property
    def scale(self) -> Literal["parameter", "log", "outcome"]:
        """Which of the declared scales its error is on."""
        return "parameter" if self.parameter else "outcome" if self.outcome else "log"

    def asking(self, year: float) -> Part:
        """A part of a claim that asks of nothing but the effect it is of, at the end of a year since the start."""
        said = {"en": self.title.en, "zh": self.title.zh}
        asked: dict[str, Any] = {"arm": self.arm, "reference": self.reference}
        asked |= {"outcome": self.outcome} if self.outcome else {"output": self.output, "year": year}
        return Part.model_validate(
            {
                "key": self.key, "title": said, "says": said, "reason": said,
                "statistics": {self.key: asked | {"kind": "change" if self.outcome else "log"}},
                "rule": {"supported": {"of": self.key, "above": 0.0}, "not_supported": {"of": self.key, "below": 0.0}},
            }
        )  # fmt: skip

    def likelihood(self, values: Floats, error: float) -> Floats:
        """How probable the estimate is where the model has these values, up to a factor."""
        from scipy.special import ndtr

        if self.above is not None:
            return np.asarray(ndtr((values - self.above) / error))
        return np.exp(-0.5 * ((values - (self.value or 0.0)) / error) ** 2)


class Literature(Entry):
    """The table, as it is written."""

    format: Literal[1]
    fixed: Date
    errors: Errors
    arms: dict[Key, Arm]
    estimates: tuple[Estimate, ...]


@cache
def literature() -> tuple[Literature, str]:
    """The table that ships, and the SHA-256 of its file."""
    return read_shipped(casebook_path() / LITERATURE, Literature)


def state_of(one: Estimate, bench: Bench) -> State:
    """Whether an estimate is used of a case, before anything is run."""
    if not one.use:
        return "unused"
    if one.case not in ("", bench.case.name):
        return "elsewhere"
    changes = [literature()[0].arms[key].alone for key in (one.arm, one.reference) if key is not None]
    for change in changes:
        if not is_empty(change) and (edited(bench.case, change.edits)[1] or not bench.moves(change)):
            return "unfelt"
    return "used"


def error_of(one: Estimate, values: Mapping[str, Floats]) -> float:
    """Its standard error: the source's, or that of the declared scale; values: parameters drawn from the prior."""
    if one.error is not None:
        return one.error
    scale = getattr(literature()[0].errors, one.scale)[one.grade]
    return float(scale * (values[one.parameter].std() if one.parameter else 1.0))
