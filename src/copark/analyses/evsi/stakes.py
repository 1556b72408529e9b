"""Stakes: what an outcome of a park or a unit of an output is worth to who decides, in M USD.

An outcome and a stock are valued at the horizon, at the price that is stated. A flow is summed from the decision to the
horizon and discounted to the decision at the rate of the levers file. Views of the two sides, of the company and of the
enterprises are those of ``copark levers``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import numpy as np

from copark.arrays import Floats
from copark.cases.types import suggestion
from copark.decisions.measures import (
    ALIVE,
    BUDGETS,
    FOUR_SIDES,
    OUTPUTS_READ,
    LeverMeasures,
    discounting,
    is_alive,
    summed,
)
from copark.errors import NotFound, WrongUsage, printable
from copark.model.clock import DT
from copark.model.outcomes import BY_KEY
from copark.model.outputs import NAMES as OUTPUTS
from copark.model.variables import catalogue
from copark.simulation.ensemble import ScenarioRuns

Kind = Literal["outcome", "view", "stock", "flow"]
VIEWS = (*FOUR_SIDES, *BUDGETS)
"""Gains of a side, and of its budget, as ``copark levers`` measures them, M USD."""
NAMES = (*BY_KEY, *VIEWS, *(name for name in OUTPUTS if name not in BY_KEY))
"""What may be at stake."""
DEAREST = 1e12
"""Largest price and cost that is taken."""
RATE = "1/yr"
"""Unit of a level that is no flow, though it is one of a year."""
PER_QUARTER = "/quarter"
_STAKE = re.compile(r"(?P<name>[A-Za-z_-]+)\s*=\s*(?P<price>\S+)", re.ASCII)


@dataclass(frozen=True)
class Stake:
    """Something at stake, and its price."""

    name: str
    """An outcome, a view of a side, or an output of the model."""
    price: float
    """M USD for the outcome, or for a unit; negative of what is to be avoided."""

    @property
    def kind(self) -> Kind:
        """Describe how it is read of a run."""
        if self.name in BY_KEY:
            return "outcome"
        if self.name in VIEWS:
            return "view"
        unit = catalogue().outputs[self.name].unit
        return "flow" if unit.endswith(("/yr", PER_QUARTER)) and unit != RATE else "stock"

    @property
    def unit(self) -> str:
        """Unit the price is for: that of the output, of a flow that of its sum."""
        if self.kind == "outcome":
            return "1"
        if self.kind == "view":
            return "M USD"
        return (
            catalogue()
            .outputs[self.name]
            .unit.removesuffix("/yr" if self.kind == "flow" else "")
            .removesuffix(PER_QUARTER)
        )

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs it is read of."""
        return {"outcome": (), "view": OUTPUTS_READ}.get(self.kind, (self.name,))


def read_stakes(written: Sequence[str]) -> tuple[Stake, ...]:
    """Read stakes: ``self_standing=100``, ``failed=-50``, ``jobs=0.01``, ``public_income=1``.

    Raises
    ------
    RunRefused
        If none is given, one is not written so, is worth nothing, or is given twice.
    NotFound
        If there is no such outcome, view or output.
    """
    if not written:
        raise WrongUsage.of("evsi.no_stake")
    stakes: dict[str, Stake] = {}
    for entry in written:
        match = _STAKE.fullmatch(entry.strip())
        price = _number(match["price"]) if match else float("nan")
        if match is None or not isfinite(price) or not 0.0 < abs(price) <= DEAREST:
            raise WrongUsage.of("evsi.bad_stake", found=printable(entry[:60]))
        name = match["name"].lower().replace("-", "_")
        if name not in NAMES:
            raise NotFound.of("evsi.no_output", found=printable(name[:60]), suggestion=suggestion(name, NAMES))
        if name in stakes:
            raise WrongUsage.of("evsi.same_stake", found=name)
        stakes[name] = Stake(name, price)
    return tuple(stakes.values())


def read_costs(written: Sequence[str], names: Sequence[str], refusal: str) -> dict[str, float]:
    """Read costs in M USD: ``KEY=COST``, above 0.

    Parameters
    ----------
    written
        Costs as they are written.
    names
        Keys of what may have a cost.
    refusal
        Key of the refusal of what is not written so, or is of something else.
    """
    costs = {}
    for entry in written:
        name, _, number = entry.partition("=")
        value = _number(number)
        if name.strip() not in names or not isfinite(value) or not 0.0 < value <= DEAREST:
            raise WrongUsage.of(refusal, found=printable(entry[:60]), known=", ".join(names))
        costs[name.strip()] = value
    return costs


def _number(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        return float("nan")


@dataclass(frozen=True)
class StakeMeasures:
    """Measures of an experiment on a decision: what is at stake, unpriced, and whether the company lives by then."""

    first: int
    """Quarter of the decision, counted from 0."""
    rate: float
    """Yearly discount rate of flows."""
    stakes: tuple[Stake, ...]
    """What is at stake."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures, those of the stakes first."""
        return (*(stake.name for stake in self.stakes), ALIVE)

    @property
    def units(self) -> tuple[str, ...]:
        """Units of the measures."""
        return (*(stake.unit for stake in self.stakes), "1")

    @property
    def outputs(self) -> tuple[str, ...]:
        """Outputs they are read of."""
        return tuple(dict.fromkeys(("failed", *(name for stake in self.stakes for name in stake.outputs))))

    def quarters(self, labels: Sequence[str]) -> tuple[str, ...]:
        """Return the last quarter, for all measures."""
        return tuple(labels[-1:])

    def read(self, runs: ScenarioRuns) -> Floats:
        """Read some runs of a scenario, shape (runs, measures, 1)."""
        views = LeverMeasures(self.first, self.rate)
        of_views = views.read(runs)[:, :, 0] if any(stake.kind == "view" for stake in self.stakes) else None
        weights = discounting(runs.out.shape[2], self.first, self.rate)

        def values(stake: Stake) -> Floats:
            if stake.kind == "outcome":
                return (runs.outcome == BY_KEY[stake.name].code).astype(np.float64)
            if stake.kind == "view" and of_views is not None:
                return of_views[:, views.names.index(stake.name)]
            if stake.kind == "stock":
                return runs[stake.name][:, -1]
            by_quarter = catalogue().outputs[stake.name].unit.endswith(PER_QUARTER)
            return summed(runs[stake.name], weights / DT if by_quarter else weights)

        alive = is_alive(runs, self.first).astype(np.float64)
        table: Floats = np.stack([*map(values, self.stakes), alive], axis=1)
        return runs.of_finished(table)[:, :, np.newaxis]
