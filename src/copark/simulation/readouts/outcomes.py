"""How often each outcome happens under other thresholds, and where in a result outcomes are judged.

Bands of a result: quantiles over runs, quarter by quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copark.arrays import Floats
from copark.simulation.outcomes import OUTCOMES, YEAR_TWENTY, reclassify
from copark.stats.quantiles import LEVELS, quantiles
from copark.stats.shares import Share, shares

if TYPE_CHECKING:
    import xarray as xr

THRESHOLDS = (15.0, 50.0, 100.0)
"""S*: companies operating in year twenty from which on a park that lives unaided is self-standing (MODEL §3.11)."""


def quarters_apart(result: xr.Dataset) -> int:
    """Quarters from one column of a result to the next: 1, or 4 where a study kept the ends of years only."""
    labels = [str(label) for label in result["label"].to_numpy()[:2]]
    counted = [4 * int(label[:4]) + int(label[-1]) for label in labels]
    return counted[1] - counted[0] if len(counted) > 1 else 1


def year_twenty(result: xr.Dataset) -> int:
    """The column in which outcomes are judged: quarter eighty, or the last of a shorter horizon."""
    return min(YEAR_TWENTY // quarters_apart(result), result.sizes["quarter"]) - 1


def sweep(
    result: xr.Dataset, scenario: int = 0, thresholds: tuple[float, ...] = THRESHOLDS
) -> dict[float, tuple[Share, ...]]:
    """Outcome shares under each S*, for a scenario.

    Returns: shares by threshold; empty where the study did not keep ``operating``.
    """
    if "operating" not in result:
        return {}
    codes = result["outcome"].isel(scenario=scenario).to_numpy()
    final = result["operating"].isel(scenario=scenario, quarter=year_twenty(result)).to_numpy()
    return {value: shares(reclassify(codes, final, value), OUTCOMES) for value in thresholds}


def bands(result: xr.Dataset, variable: str, scenario: int = 0, levels: Sequence[float] = LEVELS) -> Floats:
    """Quantiles of an output over a scenario's runs, shape (level, quarter).

    Raises KeyError if the study did not keep the output.
    """
    return quantiles(result[variable].isel(scenario=scenario).to_numpy(), levels)
