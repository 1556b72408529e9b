"""Indicators and their scores in [0, 1]: (x - low) / (high - low), turned where less is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from copark.setmethods.table import CaseTable, TableFaults, fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ranging = Literal["auto", "minmax", "none"]
Source = Literal["given", "unit", "sample"]


@dataclass(frozen=True)
class Indicator:
    """A column, and whether more of it is better."""

    column: str
    positive: bool = True


@dataclass(frozen=True)
class Subsystem:
    """A subsystem and what it is measured by."""

    name: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True)
class Range:
    """The range a column is scored over.

    Parameters
    ----------
    low, high
        Where the score is 0 and 1 (1 and 0 where less is better), in the column's unit.
    source
        ``given`` by the user, the ``unit`` interval for columns that lie in it, or the ``sample``'s own extremes.
    clipped
        Labels of cases beyond the range, whose score was set to its end.
    """

    low: float
    high: float
    source: Source
    clipped: tuple[str, ...] = ()


def ranges_of(
    table: CaseTable,
    indicators: Sequence[Indicator],
    ranging: Ranging,
    given: Mapping[str, tuple[float, float]],
) -> dict[str, Range]:
    """The range of each column.

    Parameters
    ----------
    ranging
        For columns without a given range: ``minmax`` takes the extremes of the whole table, ``none`` takes values as
        scores, ``auto`` takes those in [0, 1] as scores and the extremes of the others.

    Raises
    ------
    TableFaults
        If values taken as scores lie outside [0, 1]; all such columns are named.
    """
    found, faults = {}, []
    for one in indicators:
        values = table.values[one.column]
        low, high = float(values.min()), float(values.max())
        inside = low >= 0.0 and high <= 1.0
        if one.column in given:
            start, stop = given[one.column]
            beyond = tuple(
                case for case, value in zip(table.cases, values, strict=True) if not start <= value <= stop
            )  # fmt: skip
            found[one.column] = Range(start, stop, "given", beyond)
        elif ranging == "none" and not inside:
            faults.append(fault("not_a_score", table.file, None, one.column, low=f"{low:g}", high=f"{high:g}"))
        elif ranging == "none" or (ranging == "auto" and inside):
            found[one.column] = Range(0.0, 1.0, "unit")
        else:
            found[one.column] = Range(low, high, "sample")
    if faults:
        raise TableFaults(faults)
    return found


def scores_of(
    table: CaseTable, indicators: Sequence[Indicator], ranges: Mapping[str, Range]
) -> NDArray[np.float64]:  # fmt: skip
    """Scores in [0, 1], shape (case, indicator); NaN in a column that never varies over its own sample's range."""
    return scored(
        table.matrix([one.column for one in indicators]),
        np.array([ranges[one.column].low for one in indicators]),
        np.array([ranges[one.column].high for one in indicators]),
        np.array([one.positive for one in indicators]),
    )


def scored(
    values: NDArray[np.float64],
    low: NDArray[np.float64],
    high: NDArray[np.float64],
    positive: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Scores of values over ranges; shapes (…, indicator), which may be stretched to fit each other."""
    values, low, high = np.broadcast_arrays(values, low, high)
    share = np.full(values.shape, np.nan)
    np.divide(values - low, high - low, out=share, where=high > low)
    share = np.clip(share, 0.0, 1.0)
    found: NDArray[np.float64] = np.where(positive, share, 1.0 - share)
    return found
