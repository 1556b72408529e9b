"""Bands: quantiles over runs, quarter by quarter. They are shares of runs, never confidence intervals."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import ArrayLike, NDArray

LEVELS = (0.05, 0.25, 0.50, 0.75, 0.95)


def quantiles(values: ArrayLike, levels: Sequence[float] = LEVELS) -> NDArray[np.float64]:
    """Quantiles over runs, leaving out runs without a value.

    Parameters
    ----------
    values
        Shape (run, quarter) or (run,); NaN where a run has no value.
    levels
        Between 0 and 1.

    Returns
    -------
    array
        Shape (level, quarter) or (level,); NaN where no run has a value.
    """
    found = np.asarray(values, dtype=np.float64)
    columns = found.reshape(found.shape[0], prod(found.shape[1:]))
    finite = np.isfinite(columns)
    answer = np.full((len(levels), columns.shape[1]), np.nan)
    whole = finite.all(axis=0) & (columns.shape[0] > 0)
    if whole.any():
        answer[:, whole] = np.quantile(columns[:, whole], levels, axis=0)
    for at in np.flatnonzero(~whole & finite.any(axis=0)):
        answer[:, at] = np.quantile(columns[finite[:, at], at], levels)
    return answer.reshape((len(levels), *found.shape[1:]))


def mean(values: ArrayLike) -> NDArray[np.float64]:
    """Mean over runs, leaving out runs without a value; shape (quarter,), NaN where no run has one."""
    found = np.asarray(values, dtype=np.float64)
    finite = np.isfinite(found)
    count = finite.sum(axis=0)
    total = np.where(finite, found, 0.0).sum(axis=0)
    middle = np.full(total.shape, np.nan)
    np.divide(total, count, out=middle, where=count > 0)
    return middle


def bands(
    result: xr.Dataset, variable: str, scenario: int = 0, levels: Sequence[float] = LEVELS
) -> NDArray[np.float64]:
    """Quantiles of an output over a scenario's runs, shape (level, quarter).

    Raises
    ------
    KeyError
        If the study did not keep the output.
    """
    return quantiles(result[variable].isel(scenario=scenario).to_numpy(), levels)
