"""Estimates from the literature, each beside the model's own intervention: how probable it is in every draw.

An estimate is of a parameter, or of an effect: an arm against its reference in the model of this very park. With m_d
what the model has in draw d, expected over luck, and s the standard error::

    value v    exp(-(m_d - v)² / 2 s²)
    above v    Φ((m_d - v) / s), of a floor or a sign

Whatever is drawn is weighted by the product over estimates. A standard error that the source does not give is that of
a declared scale, by grade.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from copark.arrays import Floats
from copark.cases.casebook import LITERATURE, casebook_path
from copark.cases.dates import Date
from copark.cases.model_file import read_shipped
from copark.cases.types import Bilingual
from copark.inference.claims.effects import Ridge, expected
from copark.inference.claims.evidence import of_part
from copark.inference.claims.scenarios import ArmRuns, Bench
from copark.inference.claims.schema import Arm, Change, Part, Statistic, is_empty
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

    def statistic(self, year: float) -> Statistic:
        """The effect it is of, at the end of a year since the start."""
        kind = {"kind": "change", "outcome": self.outcome} if self.outcome else {"kind": "log", "output": self.output, "year": year}  # noqa: E501  # fmt: skip
        return Statistic.model_validate({**kind, "arm": self.arm, "reference": self.reference})

    def likelihood(self, values: Floats, error: float) -> Floats:
        """How probable the estimate is where the model has these values, up to a factor."""
        from scipy.special import ndtr

        if self.above is not None:
            found: Floats = ndtr((values - self.above) / error)
            return found
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
    arms = literature()[0].arms
    if not one.use:
        return "unused"
    if one.case not in ("", bench.case.name):
        return "elsewhere"
    changes = [arms[key].alone for key in (one.arm, one.reference) if key is not None]
    return "used" if all(map(_felt(bench), changes)) else "unfelt"


def _felt(bench: Bench) -> Callable[[Change], bool]:
    return lambda change: is_empty(change) or (not edited(bench.case, change.edits)[1] and bench.moves(change))


@dataclass(frozen=True)
class Found:
    """What the model has of an estimate, in some draws."""

    middle: Floats
    """Expected over luck, shape (draws,); NaN where not known."""
    likelihood: Floats
    """Shape (draws,); 0 where not known."""


def beside(
    one: Estimate, error: float, year: float, arms: Callable[[str], ArmRuns], values: Mapping[str, Floats],
    ridge: Ridge, bench: Bench,
) -> Found | None:  # fmt: skip
    """Set an estimate beside the model's own value in every draw.

    Parameters
    ----------
    error
        Its standard error, as of :func:`error_of`.
    year
        End of the year since the start that effects are read at.
    arms
        Gives the runs of an arm of the table by its key.
    values
        Parameters that differ between draws, by name, each of shape (draws,).

    Returns
    -------
    Found or None
        None where nothing of it differs between draws.
    """
    if one.parameter:
        middle = values.get(one.parameter)
        return None if middle is None else Found(middle, one.likelihood(middle, error))
    part = _asking(one, year)
    effects = expected(part, of_part(part, arms, bench.case), ridge)
    if effects is None or not np.ptp(effects.values[part.key]) > 0.0:
        return None
    middle, likelihood = np.full(len(effects.known), np.nan), np.zeros(len(effects.known))
    middle[effects.known] = effects.means[part.key]
    likelihood[effects.known] = one.likelihood(effects.values[part.key], error).mean(axis=1)
    return Found(middle, likelihood)


def error_of(one: Estimate, values: Mapping[str, Floats]) -> float:
    """Its standard error: the source's, or that of the declared scale.

    values: parameters drawn from the prior, by name.
    """
    if one.error is not None:
        return one.error
    scale = getattr(literature()[0].errors, one.scale)[one.grade]
    return float(scale * (values[one.parameter].std() if one.parameter else 1.0))


def _asking(one: Estimate, year: float) -> Part:
    """A part of a claim that asks of nothing but the effect."""
    said = {"en": one.title.en, "zh": one.title.zh}
    return Part.model_validate(
        {
            "key": one.key, "title": said, "says": said, "reason": said,
            "statistics": {one.key: one.statistic(year)},
            "rule": {"supported": {"of": one.key, "above": 0.0}, "not_supported": {"of": one.key, "below": 0.0}},
        }
    )  # fmt: skip
