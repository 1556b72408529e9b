"""Indicators and their scores in [0, 1]: (x - low) / (high - low), turned where less is better.

Weights of indicators: equal, or by entropy (熵值法): an indicator weighs more the less evenly it is spread.

p_ij = x_ij / Σ_i x_ij, e_j = -(1 / ln m) Σ_i p_ij ln p_ij with 0 ln 0 = 0, w_j = (1 - e_j) / Σ (1 - e_j), over all m
cases together. No small number is added to the scores: the customary shift by 0.0001 changes weights and degrees.
"""

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
    """The range a column is scored over."""

    low: float
    high: float
    """low, high: where the score is 0 and 1 (1 and 0 where less is better), in the column's unit."""
    source: Source
    """``given`` by the user, the ``unit`` interval for columns that lie in it, or the ``sample``'s own extremes."""
    clipped: tuple[str, ...] = ()
    """Labels of cases beyond the range, whose score was set to its end."""


def ranges_of(
    table: CaseTable,
    indicators: Sequence[Indicator],
    ranging: Ranging,
    given: Mapping[str, tuple[float, float]],
) -> dict[str, Range]:
    """The range of each column.

    ranging: for columns without a given range: ``minmax`` takes the extremes of the whole table, ``none`` takes values
    as scores, ``auto`` takes those in [0, 1] as scores and the extremes of the others. Raises TableFaults if values
    taken as scores lie outside [0, 1]; all such columns are named.
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


RESAMPLES = 500


def entropy(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy of each indicator in [0, 1]; 1, that is no information, for one that never varies or is always 0.

    scores: shape (…, case, indicator), not negative; NaN columns never vary.
    """
    count = scores.shape[-2]
    clean = np.nan_to_num(scores)
    total = clean.sum(axis=-2, keepdims=True)
    share = np.divide(clean, total, out=np.zeros_like(clean), where=total > 0.0)
    logarithm = np.log(np.where(share > 0.0, share, 1.0))
    found = -(share * logarithm).sum(axis=-2) / np.log(max(count, 2))
    limited: NDArray[np.float64] = np.where(total[..., 0, :] > 0.0, np.minimum(found, 1.0), 1.0)
    return limited


def entropy_weights(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy weights, shape (…, indicator), summing to 1; equal where no indicator tells anything apart."""
    divergence = 1.0 - entropy(scores)
    divergence = np.where(np.isnan(scores).all(axis=-2), 0.0, np.maximum(divergence, 0.0))
    total = divergence.sum(axis=-1, keepdims=True)
    even = np.full_like(divergence, 1.0 / divergence.shape[-1])
    np.divide(divergence, total, out=even, where=total > 1e-12)
    return even


def equal_weights(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Equal weights of the indicators that vary, shape (indicator,); a NaN column has none."""
    there = ~np.isnan(scores).all(axis=0)
    return np.asarray(there / max(1, int(there.sum())))


def bootstrap_weights(scores: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """5 % and 95 % of the entropy weights over resamples of the cases, shape (2, indicator)."""
    luck = np.random.default_rng(seed)
    chosen = luck.integers(0, scores.shape[0], (RESAMPLES, scores.shape[0]))
    found = entropy_weights(scores[chosen])
    limits: NDArray[np.float64] = np.quantile(found, (0.05, 0.95), axis=0)
    return limits
