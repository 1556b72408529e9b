"""How far D and its grade move with what nobody knows: the weights, and the ranges scores are made over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from copark.arrays import Floats
from copark.setmethods.coupling_degree.degree import Coupled
from copark.setmethods.coupling_degree.formulas import BOUNDARIES, GRADES, coordination, coupling, coupling_corrected
from copark.setmethods.coupling_degree.indicators import scored
from copark.setmethods.coupling_degree.null import chunk
from copark.stats.quantiles import LEVELS

WIDEN = 0.25
"""Each end of a range is drawn between where it is and this share of the range further out."""
SEEN = 0.05
"""A grade counts as met from this share of draws on."""

Source = Literal["weights", "ranges", "both"]
SOURCES: tuple[Source, ...] = ("weights", "ranges", "both")


@dataclass(frozen=True)
class Ensemble:
    """What the draws gave.

    Parameters
    ----------
    draws
        How many there were of each kind.
    levels
        5, 25, 50, 75 and 95 % of D at each case with weights and ranges both drawn, shape (5, case).
    shares
        Share of draws in each grade, shape (case, grade).
    stays
        Share of draws in which a case keeps its grade, averaged over cases, with only the weights drawn, only the
        ranges, and both.
    met
        How many grades each case meets in at least 5 % of draws.
    """

    draws: int
    levels: Floats
    shares: Floats
    stays: Mapping[Source, float]
    met: tuple[int, ...]


def ensemble(found: Coupled, draws: int, seed: int) -> Ensemble:
    """Draw weights and ranges.

    Weights of the subsystems, and of the indicators within each, are uniform over all that sum to 1; each end of each
    range moves outwards by up to :data:`WIDEN` of it.

    Parameters
    ----------
    found
        The degrees of the form put forward are followed.
    draws
        At least 1.
    seed
        Seed of the luck.
    """
    own = np.array([GRADES.index(name) for name in found.chosen.grades])
    stays: dict[Source, float] = {}
    for source in SOURCES:
        degree = _drawn(found, source, draws, np.random.default_rng(seed))
        reached = np.searchsorted(
            BOUNDARIES, degree.round(12), side="right" if found.request.closed == "left" else "left"
        )
        stays[source] = float(np.mean(reached == own))
    shares = np.stack([np.mean(reached == at, axis=0) for at in range(len(GRADES))], axis=1)
    met = tuple(int(count) for count in np.sum(shares >= SEEN, axis=1))
    return Ensemble(draws, np.quantile(degree, LEVELS, axis=0), shares, stays, met)


def _drawn(found: Coupled, source: Source, draws: int, luck: np.random.Generator) -> Floats:
    """D of shape (draw, case)."""
    made, done = [], 0
    size = chunk(len(found.table), len(found.request.indicators))
    while done < draws:
        count = min(size, draws - done)
        made.append(_some(found, source, count, luck))
        done += count
    return np.concatenate(made)


def _some(found: Coupled, source: Source, draws: int, luck: np.random.Generator) -> Floats:
    request, table = found.request, found.table
    columns = [one.column for one in request.indicators]
    low = np.array([found.ranges[name].low for name in columns])
    high = np.array([found.ranges[name].high for name in columns])
    out = luck.random((2, draws, 1, len(columns))) * WIDEN * (high - low)
    within, between = (luck.standard_exponential((draws, size)) for size in found.shares.shape)
    if source != "weights":
        low, high = low - out[0], high + out[1]
    positive = np.array([one.positive for one in request.indicators])
    scores = np.nan_to_num(scored(table.matrix(columns)[None], low, high, positive))
    shares, alpha = found.shares[None], found.alpha[None]
    if source != "ranges":
        mine = (found.shares > 0.0)[None] * within[:, :, None]
        shares = mine / mine.sum(axis=1, keepdims=True)
        alpha = between / between.sum(axis=1, keepdims=True)
    subsystems = np.clip(np.matmul(scores, shares), 0.0, 1.0)
    form = coupling if request.formula == "standard" else coupling_corrected
    index = (subsystems * alpha[:, None, :]).sum(axis=-1)
    return np.clip(coordination(form(subsystems), index), 0.0, 1.0)
