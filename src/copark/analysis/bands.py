"""Bands of a result: quantiles over runs, quarter by quarter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copark.stats.quantiles import LEVELS, Floats, quantiles

if TYPE_CHECKING:
    import xarray as xr


def bands(result: xr.Dataset, variable: str, scenario: int = 0, levels: Sequence[float] = LEVELS) -> Floats:
    """Quantiles of an output over a scenario's runs, shape (level, quarter).

    Raises
    ------
    KeyError
        If the study did not keep the output.
    """
    return quantiles(result[variable].isel(scenario=scenario).to_numpy(), levels)
