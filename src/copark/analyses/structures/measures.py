"""Measures of every run of a grid: what became of the park, and how large it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.arrays import Floats
from copark.model.outcomes import ENDED, GOOD

if TYPE_CHECKING:
    from copark.simulation.ensemble import ScenarioRuns

NAMES = (GOOD.key, ENDED.key, "operating", "log_operating", "jobs", "log_jobs")
"""Measures: two outcomes; operating enterprises and jobs, and their logarithms."""


@dataclass(frozen=True)
class GridMeasures:
    """Measures at the horizon, :data:`NAMES`."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures."""
        return NAMES

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the measures."""
        return ("1", "1", "companies", "log points", "persons", "log points")

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs they are read of, beside the outcome."""
        return ("operating", "jobs")

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the last quarter, in which outcomes are judged, for all measures."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs, shape (runs, measures, 1); not a number where a run did not finish."""
        sizes = [runs[name][:, -1] for name in self.outputs]
        columns = [runs.outcome == outcome.code for outcome in (GOOD, ENDED)]
        # The logarithm of nobody is that of one.
        columns += [read for size in sizes for read in (size, np.log(np.maximum(size, 1.0)))]
        values = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
        return runs.of_finished(values)[:, :, np.newaxis]
