"""Nulls and ensembles of coupling coordination degrees: deals of the cases, and draws of weights and ranges.

*Shuffle* deals each indicator out anew to the cases, by itself: it asks whether the subsystems go together at all.
*Shift* moves each indicator along the cases by a number of places drawn by itself, the end joined to the beginning:
each keeps its own smoothness, so two series that merely both grow pass the first null and not always this one. It has a
meaning only where the cases stand in the order of time. Weights and ranges do not change under either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from copark.arrays import Floats
from copark.errors import Fault
from copark.progress import Progress
from copark.setmethods.coupling_degree import BOUNDARIES, FORMS, GRADES, Coupled, coordination, development, scored
from copark.setmethods.table import fault
from copark.stats.quantiles import BAND, LEVELS
from copark.stats.ranks import mean_ranks

CELLS = 2_000_000
"""Numbers held at a time."""
MOST_VALUES = 20_000_000
"""Degrees that all deals may give together."""
TIE = 1e-12
WIDEN = 0.25
"""Each end of a range is drawn between where it is and this share of the range further out."""
SEEN = 0.05
"""A grade counts as met from this share of draws on."""

Kind = Literal["shuffle", "shift"]
KINDS: tuple[Kind, ...] = ("shuffle", "shift")
STATISTICS = ("mean_coupling", "mean_coordination", "trend")
Source = Literal["weights", "ranges", "both"]
SOURCES: tuple[Source, ...] = ("weights", "ranges", "both")


@dataclass(frozen=True)
class Null:
    """D against a null."""

    band: Floats
    """5, 50 and 95 % of D at each case under the shuffle, shape (3, case)."""
    observed: Mapping[str, float]
    """Mean C, mean D, and the rank correlation of D with the order of the cases."""
    p: Mapping[Kind, Mapping[str, float]]
    """For each null and statistic the share of deals with a value at least as high, (1 + k) / (1 + deals)."""


def chunk(cases: int, indicators: int) -> int:
    """Return how many deals are made at a time."""
    return max(1, CELLS // max(1, cases * indicators))


def draws_faults(flag: str, draws: int, cases: int) -> list[Fault]:
    """Return what is wrong with a number of deals or draws.

    Parameters
    ----------
    flag
        Option by which the number was given.
    draws
        The number.
    cases
        Number of cases of the table.
    """
    most = MOST_VALUES // max(1, cases)
    return [] if 0 <= draws <= most else [fault("draws", flag, found=str(draws), most=f"{most:,}")]


def null(degrees: Coupled, deals: int, seed: int, progress: Progress | None = None) -> Null:
    """Deal indicators out and shift them, so many times each.

    Parameters
    ----------
    degrees
        The degrees of the table as it is.
    deals
        How often each null deals.
    seed
        Seed of the deals.
    progress
        Called with the deals done and the deals in all.
    """
    rng = np.random.default_rng(seed)
    scores = np.nan_to_num(degrees.indicator_scores)
    size = chunk(*scores.shape)
    observed = {name: float(value[0]) for name, value in _statistics(scores[None], degrees)[1].items()}
    shuffled: list[Floats] = []
    p: dict[Kind, dict[str, float]] = {}
    for turn, kind in enumerate(KINDS):
        reached = dict.fromkeys(STATISTICS, 0)
        for done in range(0, deals, size):
            count = min(size, deals - done)
            degree, values = _statistics(_dealt(scores, kind, count, rng), degrees)
            if kind == "shuffle":
                shuffled.append(degree)
            for name in STATISTICS:
                reached[name] += int(np.count_nonzero(values[name] >= observed[name] - TIE))
            if progress is not None:
                progress(turn * deals + done + count, len(KINDS) * deals)
        # The table as it is counts as one of the deals, so that p is never 0 (Phipson and Smyth 2010).
        p[kind] = {name: (1 + reached[name]) / (1 + deals) for name in STATISTICS}
    band = np.quantile(np.concatenate(shuffled), BAND, axis=0)
    return Null(band, observed, p)


def _dealt(scores: Floats, kind: Kind, count: int, rng: np.random.Generator) -> Floats:
    """Deal indicators out or shift them, each by itself, shape (deal, case, indicator)."""
    cases, indicators = scores.shape
    many = np.broadcast_to(scores, (count, cases, indicators))
    if kind == "shuffle":
        return rng.permuted(many, axis=1)
    shifts = rng.integers(0, cases, (count, 1, indicators))
    places = (np.arange(cases)[None, :, None] + shifts) % cases
    return np.take_along_axis(many, places, axis=1)


def _statistics(scores: Floats, degrees: Coupled) -> tuple[Floats, dict[str, Floats]]:
    """Return D of shape (deal, case), and the three statistics of shape (deal,)."""
    subsystems = np.clip(scores @ degrees.shares, 0.0, 1.0)
    closeness = FORMS[degrees.request.formula](subsystems)
    degree = coordination(closeness, development(subsystems, degrees.alpha))
    means = {"mean_coupling": closeness.mean(axis=1), "mean_coordination": degree.mean(axis=1)}
    return degree, {**means, "trend": rank_trend(degree)}


def rank_trend(series: Floats) -> Floats:
    """Return Spearman's correlation of values with their order, along the last axis; 0 where nothing varies."""
    count = series.shape[-1]
    gaps = mean_ranks(series.round(12)) - (count + 1) / 2.0
    time = np.arange(count) - (count - 1) / 2.0
    size = np.sqrt((gaps**2).sum(axis=-1) * (time**2).sum())
    return np.divide(gaps @ time, size, out=np.zeros_like(size), where=size > 0.0)


@dataclass(frozen=True)
class WeightEnsemble:
    """Degrees and grades over draws of weights and ranges."""

    draws: int
    """Number of draws of each kind."""
    levels: Floats
    """5, 25, 50, 75 and 95 % of D at each case with weights and ranges both drawn, shape (5, case)."""
    shares: Floats
    """Share of draws in each grade, shape (case, grade)."""
    stays: Mapping[Source, float]
    """Share of draws in which a case keeps its grade, averaged over cases, with only the weights drawn, only the
    ranges, and both."""
    met: tuple[int, ...]
    """How many grades each case meets in at least 5 % of draws."""


def ensemble(degrees: Coupled, draws: int, seed: int) -> WeightEnsemble:
    """Draw weights and ranges.

    Weights of the subsystems, and of the indicators within each, are uniform over all that sum to 1; each end of each
    range moves outwards by up to :data:`WIDEN` of it.

    Parameters
    ----------
    degrees
        The degrees of the table as it is.
    draws
        Number of draws of each kind.
    seed
        Seed of the draws.
    """
    own = np.array([GRADES.index(name) for name in degrees.chosen.grades])
    side: Literal["left", "right"] = "right" if degrees.request.closed == "left" else "left"
    size = chunk(len(degrees.table), len(degrees.request.indicators))
    stays: dict[Source, float] = {}
    for source in SOURCES:
        rng = np.random.default_rng(seed)
        counts = (min(size, draws - done) for done in range(0, draws, size))
        degree = np.concatenate([_drawn(degrees, source, count, rng) for count in counts])
        # Rounded as grades are: the last digit does not decide a grade.
        reached = np.searchsorted(BOUNDARIES, degree.round(12), side=side)
        stays[source] = float(np.mean(reached == own))
    shares = np.stack([np.mean(reached == number, axis=0) for number in range(len(GRADES))], axis=1)
    met = tuple(int(count) for count in np.sum(shares >= SEEN, axis=1))
    return WeightEnsemble(draws, np.quantile(degree, LEVELS, axis=0), shares, stays, met)


def _drawn(degrees: Coupled, source: Source, draws: int, rng: np.random.Generator) -> Floats:
    """Return D of shape (draw, case)."""
    request = degrees.request
    table = degrees.table
    columns = [indicator.column for indicator in request.indicators]
    low = np.array([degrees.ranges[name].low for name in columns])
    high = np.array([degrees.ranges[name].high for name in columns])
    out = rng.random((2, draws, 1, len(columns))) * WIDEN * (high - low)
    # Exponentials divided by their sum are uniform over all weights that sum to 1. All are drawn whatever is varied, so
    # that weights, ranges and both are compared on the same numbers.
    within, between = (rng.standard_exponential((draws, size)) for size in degrees.shares.shape)
    if source != "weights":
        low = low - out[0]
        high = high + out[1]
    positive = np.array([indicator.positive for indicator in request.indicators])
    scores = np.nan_to_num(scored(table.matrix(columns)[None], low, high, positive))
    shares = degrees.shares[None]
    alpha = degrees.alpha[None]
    if source != "ranges":
        mine = (degrees.shares > 0.0)[None] * within[:, :, None]
        shares = mine / mine.sum(axis=1, keepdims=True)
        alpha = between / between.sum(axis=1, keepdims=True)
    subsystems = np.clip(np.matmul(scores, shares), 0.0, 1.0)
    index = (subsystems * alpha[:, None, :]).sum(axis=-1)
    return np.clip(coordination(FORMS[request.formula](subsystems), index), 0.0, 1.0)
