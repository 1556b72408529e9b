"""What is measured of every run, from the quarter a lever is pulled to the horizon: the park, and each side's gain.

Money of the two sides and of enterprises is discounted to the quarter the lever is pulled; the developer's is the plain
sum its books show. A side's gain is what the model calls its benefit (strategic value, taxes and jobs or home firms'
profits, interest, contracts, dividends) less what it pays in rescues. Profits of home enterprises stand in the home
side's benefit and among the enterprises' profits: the four are views of one park, not parts of a sum. A *budget* is
public money alone: the host's takes the tax on profits, and either pays what it contributes to a rescue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.model.clock import DT
from copark.simulation.outcomes import OUTCOMES, SELF_STANDING, reclassify
from copark.simulation.readouts.compare import judged_column

if TYPE_CHECKING:
    import xarray as xr

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Measure:
    """A number of a run."""

    name: str
    """Key of its texts."""
    unit: str
    """In which it is told; ``1`` for a share."""
    kind: str
    """``share`` (0 or 1 in a run), ``stock`` (at the horizon) or ``flow`` (summed)."""


MEASURES = (
    Measure("self_standing", "1", "share"),
    Measure("failed", "1", "share"),
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
NAMES = tuple(measure.name for measure in MEASURES)
BUDGETS = ("budget_home", "budget_host")
"""Public money of each side: what its budget receives in taxes on profits less what it pays in rescues."""
SIDES = ("home", "host", "developer", "enterprises")
"""The sides whose gains are set beside each other."""

RANKED = ("self_standing", "operating", *SIDES)
"""Measures that settings are ranked by."""

KEPT = (
    "operating", "jobs", "benefit_home", "benefit_host", "contribution_home", "contribution_host",
    "result_cumulative", "profit", "mean_return", "failed", "taxes",
)  # fmt: skip
"""Outputs a study must keep to be measured."""


def measure_of(name: str) -> Measure:
    """A measure by name."""
    return MEASURES[NAMES.index(name)]


def discounting(quarters: int, first: int, rate: float) -> Floats:
    """Weight of each quarter's flow, in years: DT (1 + r)^-((t - first + ½) DT), 0 before `first`; shape (quarters,).

    Flows are per year and a quarter long; they fall, on average, in its middle.
    """
    since = np.arange(quarters) - first
    weights: Floats = np.where(since >= 0, DT * (1.0 + rate) ** (-(since + 0.5) * DT), 0.0)
    return weights


def measured(chunk: xr.Dataset, first: int, rate: float, bar: float = SELF_STANDING) -> Floats:
    """Every measure of every run, shape (scenario, run, measure); NaN for a run that did not finish.

    chunk: result of a study that kept :data:`KEPT`; first: quarter the lever is pulled, counted from 0; rate: yearly
    discount rate; bar: S*, operating enterprises.
    """
    last = chunk.sizes["quarter"] - 1
    judged = judged_column(chunk)
    weights = discounting(chunk.sizes["quarter"], first, rate)

    def summed(name: str) -> Floats:
        found: Floats = chunk[name].to_numpy() @ weights
        return found

    operating = chunk["operating"].to_numpy()
    outcome = reclassify(chunk["outcome"].to_numpy(), operating[..., judged], bar)
    result = chunk["result_cumulative"].to_numpy()
    before = result[..., first - 1] if first > 0 else 0.0
    found = {
        "self_standing": (outcome == OUTCOMES.index("self_standing")).astype(np.float64),
        "failed": (outcome == OUTCOMES.index("failed")).astype(np.float64),
        "operating": np.log(np.maximum(operating[..., last], 1.0)),
        "companies": operating[..., last],
        "jobs": chunk["jobs"].to_numpy()[..., last],
        "home": summed("benefit_home") - summed("contribution_home"),
        "host": summed("benefit_host") - summed("contribution_host"),
        "developer": result[..., last] - before,
        "enterprises": summed("profit"),
        "mean_return": chunk["mean_return"].to_numpy()[..., last],
        "budget_home": -summed("contribution_home"),
        "budget_host": summed("taxes") - summed("contribution_host"),
    }
    table: Floats = np.stack([found[name] for name in NAMES], axis=-1)
    table[chunk["status"].to_numpy() != 0] = np.nan
    return table


def alive_before(chunk: xr.Dataset, first: int) -> NDArray[np.bool_]:
    """Whether the company lives when the lever is pulled, in the first scenario; shape (run,)."""
    if first <= 0:
        return np.ones(chunk.sizes["run"], dtype=np.bool_)
    found: NDArray[np.bool_] = chunk["failed"].isel(scenario=0).to_numpy()[:, first - 1] < 0.5
    return found
