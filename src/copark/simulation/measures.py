"""Measures of an experiment's runs, and the values of a scenario's runs.

Whoever asks a question says what it reads by a class of measures; two are enough for most. What was read is kept, and
what it was read of is let go.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Booleans, Floats, Integers
from copark.model.variables import catalogue
from copark.simulation.ensemble import ScenarioRuns
from copark.simulation.unfinished import OK


class Measures(Protocol):
    """Reading of every run. It knows one scenario's runs and nothing of any other."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures."""

    @property
    def units(self) -> tuple[str, ...]:
        """Unit of each measure."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs that are read; outcomes are judged anyway."""

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Quarters in which measures are read, of all that are simulated; the last where each has its own time."""

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs of a scenario, shape (runs, measures, quarters)."""


@dataclass(frozen=True)
class OutputPaths:
    """Outputs themselves as measures, in every quarter."""

    outputs: tuple[str, ...]
    """Their names."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures: of the outputs."""
        return self.outputs

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the outputs."""
        return tuple(catalogue().outputs[name].unit for name in self.outputs)

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return all quarters that are simulated."""
        return tuple(labels)

    def read(self, runs: ScenarioRuns) -> Floats:
        """Copy the outputs, shape (runs, outputs, quarters)."""
        places = [runs.names.index(name) for name in self.outputs]
        paths: Floats = runs.out[:, places, :]
        return paths


@dataclass(frozen=True)
class OutputValues:
    """Outputs as measures, each in a quarter of its own; not a number where a run did not finish."""

    places: tuple[tuple[str, int], ...]
    """Name of each output, and its quarter, counted from 0."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures: output and number of the quarter."""
        return tuple(f"{output}/{quarter}" for output, quarter in self.places)

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the outputs."""
        return tuple(catalogue().outputs[output].unit for output, _ in self.places)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs that are read."""
        return tuple(dict.fromkeys(output for output, _ in self.places))

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the last quarter, for all of them."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs, shape (runs, measures, 1)."""
        values = np.empty((len(runs.status), len(self.places), 1))
        for column, (output, quarter) in enumerate(self.places):
            values[:, column, 0] = runs[output][:, quarter]
        return runs.of_finished(values)


@dataclass(frozen=True)
class ScenarioMeasures:
    """Measures of a scenario's runs."""

    values: Floats
    """Shape (runs, measures, quarters)."""
    status: NDArray[np.int64]
    """Code, quarter and scale of each run, shape (runs, 3); see :mod:`copark.model.kernel`."""
    outcome: NDArray[np.int8]
    """Code of the outcome of each run, -1 where it did not finish, shape (runs,)."""

    @property
    def finished(self) -> Booleans:
        """Mark the runs that finished, shape (runs,)."""
        finished: Booleans = self.status[:, 0] == OK
        return finished

    @classmethod
    def of(cls, runs: ScenarioRuns, measures: Measures) -> ScenarioMeasures:
        """Read runs of a scenario."""
        return cls(measures.read(runs), runs.status, runs.outcome)

    @classmethod
    def joined(cls, parts: Sequence[ScenarioMeasures]) -> ScenarioMeasures:
        """Join runs of one scenario that follow each other."""
        return cls(
            np.concatenate([part.values for part in parts]),
            np.concatenate([part.status for part in parts]),
            np.concatenate([part.outcome for part in parts]),
        )

    def __getitem__(self, chosen: slice | Integers) -> ScenarioMeasures:
        """Keep some of the runs."""
        return ScenarioMeasures(self.values[chosen], self.status[chosen], self.outcome[chosen])


PARTS = ("values", "status", "outcome")
"""Arrays of measured runs."""


def packed(measured: Mapping[str, ScenarioMeasures]) -> dict[str, NDArray[Any]]:
    """Return measured runs, by memo key, as arrays with names."""
    return {f"{key}:{part}": getattr(runs, part) for key, runs in measured.items() for part in PARTS}


def unpacked(arrays: Mapping[str, NDArray[Any]]) -> dict[str, ScenarioMeasures]:
    """Read measured runs, by memo key, from the arrays of :func:`packed`."""
    keys = dict.fromkeys(name.partition(":")[0] for name in arrays)
    return {key: ScenarioMeasures(*(arrays[f"{key}:{part}"] for part in PARTS)) for key in keys}
