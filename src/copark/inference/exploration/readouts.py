"""Read-outs: the numbers of a run that sensitivity is asked of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.model.variables import catalogue
from copark.texts import text

Floats = NDArray[np.float64]
ASKED = (
    ("operating", 12), ("operating", 20), ("failed", 20), ("result_cumulative", 20), ("jobs", 20),
    ("benefit_home", 20), ("benefit_host", 20),
)  # fmt: skip
"""Outputs, and the year since the start at whose end they are read."""


@dataclass(frozen=True)
class Readout:
    """An output at the end of a quarter.

    Parameters
    ----------
    output
        Name of the model's output.
    at
        Quarter, counted from the start.
    quarter
        Its label, such as ``2032Q2``.
    year
        Year since the start.
    """

    output: str
    at: int
    quarter: str
    year: int

    @property
    def key(self) -> str:
        """Output and year."""
        return f"{self.output}-{self.year}"

    @property
    def unit(self) -> str:
        """Unit of the output."""
        return catalogue().outputs[self.output].unit

    def title(self, lang: str) -> str:
        """The output's title with the quarter; of failure, its probability."""
        if self.output == "failed":
            return text("sensitivity.readout.failed", lang, quarter=self.quarter)
        own = catalogue().outputs[self.output].title(lang)
        return text("sensitivity.readout.other", lang, title=own, quarter=self.quarter)


def readouts_of(case: Case, quarters: int | None = None) -> tuple[Readout, ...]:
    """What is asked of a case: at the ends of years 12 and 20, or at the end of a shorter horizon."""
    length = case.clock.quarters if quarters is None else quarters
    made: dict[str, Readout] = {}
    for output, year in ASKED:
        at = min(4 * year, length) - 1
        one = Readout(output, at, str(case.clock.start + at), year)
        if all((one.output, one.at) != (other.output, other.at) for other in made.values()):
            made[one.key] = one
    return tuple(made.values())


def outputs_of(readouts: Sequence[Readout]) -> tuple[str, ...]:
    """Names of the outputs that must be kept."""
    return tuple(dict.fromkeys(one.output for one in readouts))


def read(out: Floats, names: Sequence[str], readouts: Sequence[Readout]) -> Floats:
    """Read runs.

    Parameters
    ----------
    out
        Shape (runs, kept, quarters).
    names
        Outputs kept.

    Returns
    -------
    numpy.ndarray
        Shape (runs, readouts).
    """
    return np.stack([out[:, names.index(one.output), one.at] for one in readouts], axis=1)
