"""Estimates from the literature as weights of draws.

An estimate is of a parameter, or of an effect: a scenario against its reference in the model of this park. With m_d
what the model has in draw d, expected over chance, and s the standard error::

    value v    exp(-(m_d - v)² / 2 s²)
    above v    Φ((m_d - v) / s), of a floor or a sign

A standard error that the source does not give is that of a declared scale, by grade.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from copark.analyses.claims.schema import ClaimScenario, Part, is_empty
from copark.arrays import Floats
from copark.cases.casebook import LITERATURE, casebook_path
from copark.cases.dates import Date
from copark.cases.types import WrittenText, renamed
from copark.cases.validated_yaml import read_shipped
from copark.json_types import JsonObject
from copark.simulation.case_edits import edited
from copark.simulation.experiment import Experiment
from copark.simulation.study_entries import Key, StudyEntry, Title

Grade = Literal["high", "medium", "low"]
State = Literal["used", "unused", "elsewhere", "unfelt"]
"""``unused``: not used anywhere, as its reason says; ``elsewhere``: of another park; ``unfelt``: this park cannot bear
the intervention, or it alters nothing there that differs between draws."""
Positive = Annotated[float, Field(gt=0.0)]


class Errors(StudyEntry):
    """Standard errors by grade where a source gives none."""

    parameter: dict[Grade, Positive]
    """Multiples of the standard deviation of the parameter's prior."""
    log: dict[Grade, Positive]
    """Of effects in log points."""
    outcome: dict[Grade, Positive]
    """Of effects on the chance of an outcome."""
    reason: WrittenText


class Estimate(StudyEntry):
    """An estimate, as it is written."""

    key: Key
    title: Title
    finding: WrittenText
    citation: Annotated[str, Field(min_length=1, max_length=300)]
    doi: str
    read: Literal["abstract", "record", "memory"]
    """What was read of the source."""
    grade: Grade
    bears: WrittenText
    """Why it is set beside this intervention, or why it is not used."""
    use: bool = True
    case: str = ""
    """Name of the one case it is of; empty where it is of any."""
    parameter: str = ""
    """The parameter it is of, if it is of one."""
    output: str | None = None
    """Else the output whose change it is of."""
    outcome: str | None = None
    """Or the outcome whose probability changes."""
    scenario: Annotated[Key | None, renamed("scenario", "arm")] = None
    """The intervention it is of."""
    reference: Key | None = None
    """What the intervention is compared with."""
    value: float | None = None
    """The estimate."""
    above: float | None = None
    """Or what it lies above."""
    low: float | None = None
    """Lower end of the range that sources give; shown, and no standard error."""
    high: float | None = None
    """Upper end of that range."""
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
        """Name the one of the declared scales its error is on."""
        return "parameter" if self.parameter else "outcome" if self.outcome else "log"

    def asking(self, year: float) -> Part:
        """Make a part of a claim that asks of nothing but the effect it is of, at the end of a year since the start."""
        title = {"en": self.title.en, "zh": self.title.zh}
        statistic: JsonObject = {"scenario": self.scenario, "reference": self.reference}
        if self.outcome:
            statistic |= {"kind": "change", "outcome": self.outcome}
        else:
            statistic |= {"kind": "log", "output": self.output, "year": year}
        supported = {"of": self.key, "above": 0.0}
        not_supported = {"of": self.key, "below": 0.0}
        return Part.model_validate(
            {
                "key": self.key,
                "title": title,
                "says": title,
                "reason": title,
                "statistics": {self.key: statistic},
                "rule": {"supported": supported, "not_supported": not_supported},
            }
        )

    def likelihood(self, values: Floats, error: float) -> Floats:
        """Compute how probable the estimate is where the model has these values, up to a factor.

        Parameters
        ----------
        values
            Values of the model, of any shape.
        error
            Standard error of the estimate, in the same unit.
        """
        from scipy.special import ndtr

        if self.above is not None:
            return np.asarray(ndtr((values - self.above) / error))
        return np.exp(-0.5 * ((values - (self.value or 0.0)) / error) ** 2)


class Literature(StudyEntry):
    """The table, as it is written."""

    format: Literal[1]
    fixed: Date
    errors: Errors
    scenarios: Annotated[dict[Key, ClaimScenario], renamed("scenarios", "arms")]
    estimates: tuple[Estimate, ...]


@cache
def literature() -> tuple[Literature, str]:
    """Read the table that ships, and the SHA-256 of its file."""
    return read_shipped(casebook_path() / LITERATURE, Literature)


def state_of(estimate: Estimate, experiment: Experiment) -> State:
    """Return whether an estimate is used of the case of an experiment, before anything is run."""
    case = experiment.case
    if not estimate.use:
        return "unused"
    if estimate.case not in ("", case.name):
        return "elsewhere"
    scenarios = [literature()[0].scenarios[key] for key in (estimate.scenario, estimate.reference) if key is not None]
    for scenario in scenarios:
        if not is_empty(scenario) and (edited(case, scenario.edits)[1] or not experiment.alters(scenario)):
            return "unfelt"
    return "used"


def error_of(estimate: Estimate, values: Mapping[str, Floats]) -> float:
    """Return the standard error of an estimate: the source's, or that of the declared scale.

    Parameters
    ----------
    estimate
        The estimate.
    values
        Parameters drawn from the prior, by name.
    """
    if estimate.error is not None:
        return estimate.error
    scale = getattr(literature()[0].errors, estimate.scale)[estimate.grade]
    return float(scale * (values[estimate.parameter].std() if estimate.parameter else 1.0))
