"""Measures of a run from the quarter a lever is pulled to the horizon: the park, and what each side gains.

Money of the two sides and of enterprises is discounted to the quarter the lever is pulled; the developer's is the plain
sum its books show. A side's gain is what the model calls its benefit (strategic value, taxes and jobs or home firms'
profits, interest, contracts, dividends) less what it pays in rescues. Profits of home enterprises stand in the home
side's benefit and among the enterprises' profits: the four are views of one park, not parts of a sum. A *budget* is
public money alone: the host's takes the tax on profits, and either pays what it contributes to a rescue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Booleans, Floats
from copark.model.clock import DT
from copark.model.outcomes import ENDED, GOOD
from copark.simulation.ensemble import ScenarioRuns


@dataclass(frozen=True)
class Measure:
    """A number of a run."""

    name: str
    """Key of its texts."""
    unit: str
    """Its unit; ``1`` for a share."""
    kind: str
    """``share`` (0 or 1 in a run), ``stock`` (at the horizon) or ``flow`` (summed)."""


MEASURES = (
    Measure(GOOD.key, "1", "share"),
    Measure(ENDED.key, "1", "share"),
    Measure("operating", "log points", "stock"),
    Measure("companies", "companies", "stock"),
    Measure("jobs", "persons", "stock"),
    Measure("home", "M USD", "flow"),
    Measure("host", "M USD", "flow"),
    Measure("developer", "M USD", "flow"),
    Measure("enterprises", "M USD", "flow"),
    Measure("mean_return", "1/yr", "stock"),
    Measure("budget_home", "M USD", "flow"),
    Measure("budget_host", "M USD", "flow"),
)
"""Measures of every run. ``operating`` is the natural logarithm of the operating companies at the horizon, so that
differences are relative; ``companies`` is their count."""
NAMES = tuple(measure.name for measure in MEASURES)
"""Their names."""
BUDGETS = ("budget_home", "budget_host")
"""Public money of each side: what its budget receives in taxes on profits less what it pays in rescues."""
FOUR_SIDES = ("home", "host", "developer", "enterprises")
"""The sides whose gains are set beside each other; the two sides of the model are the governments alone."""

RANKED = (GOOD.key, "operating", *FOUR_SIDES)
"""Measures that options are ranked by."""

OUTPUTS_READ = (
    "operating",
    "jobs",
    "benefit_home",
    "benefit_host",
    "contribution_home",
    "contribution_host",
    "result_cumulative",
    "profit",
    "mean_return",
    "failed",
    "taxes",
)
"""Outputs that measures are read of."""


ALIVE = "alive"
"""Measure: whether the development company lives when levers are pulled."""


def measure_of(name: str) -> Measure:
    """Return a measure by name."""
    return MEASURES[NAMES.index(name)]


def discounting(quarters: int, first: int, rate: float) -> Floats:
    """Weigh each quarter's flow, in years: DT (1 + r)^-((t - first + ½) DT), 0 before the first.

    Flows are per year and a quarter long; they fall, on average, in its middle.

    Parameters
    ----------
    quarters
        Quarters that are simulated.
    first
        Quarter from which flows count, counted from 0.
    rate
        Yearly discount rate.

    Returns
    -------
    Shape (quarters,).
    """
    since = np.arange(quarters) - first
    weights: Floats = np.where(since >= 0, DT * (1.0 + rate) ** (-(since + 0.5) * DT), 0.0)
    return weights


PIECE = 250
"""Runs that are summed at a time: how a row of a product is rounded depends on how many there are."""


def summed(flow: Floats, weights: Floats) -> Floats:
    """Sum a flow over the quarters.

    Parameters
    ----------
    flow
        Shape (runs, quarters).
    weights
        Weight of each quarter's flow, shape (quarters,).

    Returns
    -------
    Shape (runs,).
    """
    return np.concatenate([flow[first : first + PIECE] @ weights for first in range(0, len(flow), PIECE)])


@dataclass(frozen=True)
class LeverMeasures:
    """The measures of an experiment with levers: :data:`MEASURES`, and being alive.

    Each has its own time; they are labelled by the last quarter. Of a run that did not finish none is a number.
    """

    first: int
    """Quarter levers are pulled, counted from 0."""
    rate: float
    """Yearly discount rate."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures, those of :data:`MEASURES` first."""
        return (*NAMES, ALIVE)

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the measures."""
        return (*(measure.unit for measure in MEASURES), "1")

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs they are read of."""
        return OUTPUTS_READ

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the last quarter, for all measures."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs of a scenario, shape (runs, measures, 1)."""
        quarters = runs.out.shape[2]
        weights = discounting(quarters, self.first, self.rate)
        operating = runs["operating"]
        result = runs["result_cumulative"]
        pulled = self.first > 0
        contribution_home = summed(runs["contribution_home"], weights)
        contribution_host = summed(runs["contribution_host"], weights)
        values: dict[str, Floats] = {
            GOOD.key: (runs.outcome == GOOD.code).astype(np.float64),
            ENDED.key: (runs.outcome == ENDED.code).astype(np.float64),
            "operating": np.log(np.maximum(operating[:, -1], 1.0)),
            "companies": operating[:, -1],
            "jobs": runs["jobs"][:, -1],
            "home": summed(runs["benefit_home"], weights) - contribution_home,
            "host": summed(runs["benefit_host"], weights) - contribution_host,
            "developer": result[:, -1] - (result[:, self.first - 1] if pulled else 0.0),
            "enterprises": summed(runs["profit"], weights),
            "mean_return": runs["mean_return"][:, -1],
            "budget_home": -contribution_home,
            "budget_host": summed(runs["taxes"], weights) - contribution_host,
            ALIVE: is_alive(runs, self.first).astype(np.float64),
        }
        table: Floats = np.stack([values[name] for name in self.names], axis=1)
        return runs.of_finished(table)[:, :, np.newaxis]


def is_alive(runs: ScenarioRuns, first: int) -> Booleans:
    """Return whether the development company of each run lives before a quarter counted from 0, shape (runs,)."""
    if first <= 0:
        return np.ones(len(runs.status), dtype=np.bool_)
    return np.asarray(runs["failed"][:, first - 1] < 0.5)
