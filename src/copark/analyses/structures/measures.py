"""What is read of every run of a grid: whether the park stands, by both measures, and how large it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.arrays import Floats
from copark.simulation.accounts import NEEDED, standing
from copark.simulation.outcomes import OUTCOMES

if TYPE_CHECKING:
    from copark.simulation.ensemble import ScenarioRuns

NAMES = ("stands", "self_standing", "failed", "operating", "log_operating")
"""Measures: standing by accounts, by the count of enterprises, failure; operating enterprises and their logarithm."""


@dataclass(frozen=True)
class GridMeasures:
    """Measures at the horizon, :data:`NAMES`."""

    closed: bool = False
    """Whether the park is closed then."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures."""
        return NAMES

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the measures."""
        return ("1", "1", "1", "companies", "log points")

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs they are read of."""
        return tuple(dict.fromkeys((*NEEDED, "operating")))

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Give the last quarter, for all measures."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs, shape (runs, measures, 1); not a number where a run did not finish."""
        last = runs.out.shape[2] - 1
        paths = {name: runs[name] for name in NEEDED}
        operating = runs["operating"][:, last]
        columns = (
            standing(paths, last, closed=self.closed).stands,
            runs.outcome == OUTCOMES.index("self_standing"),
            runs.outcome == OUTCOMES.index("failed"),
            operating,
            np.log(np.maximum(operating, 1.0)),
        )
        values = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
        return runs.of_finished(values)[:, :, np.newaxis]
