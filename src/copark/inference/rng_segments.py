"""Past luck in spans: every quarter before the cut has the luck of the span it lies in, and any span may be changed.

A luck is a row of spans (since, run). From quarter `since` on luck is that of (seed, run), until another span begins;
the first span begins with the record. The others stand in no order, and where two begin together the later in the row
counts. Whatever quarters they begin with, luck is as random: the quarters say nothing by themselves.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats, Integers
from copark.model.arrays import Draws
from copark.model.luck import NEVER, SPANS
from copark.stats.precision import effective

SINCE, RUN = 0, 1
"""Columns of a span."""
MOST = 1 + SPANS
"""Most spans a luck may have, the first included."""


def one_span(runs: Integers, spans: int, since: Integers) -> Integers:
    """Make lucks that are one run's throughout, in whatever spans; shape (members, spans, 2).

    since: first quarters of the spans behind the first, shape (members, spans - 1).
    """
    made = np.zeros((len(runs), spans, 2), np.int64)
    made[:, :, RUN] = runs[:, np.newaxis]
    made[:, 1:, SINCE] = since
    return made


def places(lucks: Integers, quarters: int) -> Integers:
    """Give the place in its row of the span that each quarter lies in, shape (members, quarters)."""
    found = np.zeros((len(lucks), quarters), np.int64)
    begun = np.zeros((len(lucks), quarters), np.int64)
    every = np.arange(quarters)
    for n in range(1, lucks.shape[1]):
        since = lucks[:, n, SINCE, np.newaxis]
        later = (since <= every) & (since >= begun)
        found = np.where(later, n, found)
        begun = np.where(later, since, begun)
    return found


def runs_by_quarter(lucks: Integers, quarters: int) -> Integers:
    """Give the run whose luck each quarter has, shape (members, quarters)."""
    return np.take_along_axis(lucks[:, :, RUN], places(lucks, quarters), axis=1)


def present(lucks: Integers, quarters: int) -> NDArray[np.bool_]:
    """Mark the spans that some quarter lies in, shape (members, spans)."""
    found = np.zeros(lucks.shape[:2], np.bool_)
    np.put_along_axis(found, places(lucks, quarters), values=True, axis=1)
    return found


def with_lucks(draws: Draws, lucks: Integers, seed: int) -> Draws:
    """Give draws the lucks of a seed, to a quarter that never comes.

    Raises ValueError if there are more spans than an address has room for.
    """
    if lucks.shape[1] > MOST:
        raise ValueError(f"{lucks.shape[1]} spans; an address has room for {MOST}")
    since, runs = lucks[:, 1:, SINCE], lucks[:, 1:, RUN]
    order = np.argsort(since, axis=1, kind="stable")
    used = slice(0, since.shape[1])
    draws.luck["seed"] = seed
    draws.luck["run"] = lucks[:, 0, RUN]
    draws.luck["cut"] = NEVER
    draws.luck["since"] = 0
    draws.luck["since"][:, used] = np.take_along_axis(since, order, axis=1)
    draws.luck["span_run"][:, used] = np.take_along_axis(runs, order, axis=1)
    return draws


def effective_count(labels: Integers) -> float:
    """Effective number of different labels: 1 / Σ share²."""
    return effective(np.unique(labels, return_counts=True)[1].astype(np.float64))


def different_pasts(lucks: Integers, quarters: int) -> Floats:
    """Effective number of different lucks in each quarter, shape (quarters,): members that share one count as one."""
    runs = runs_by_quarter(lucks, quarters)
    return np.array([effective_count(runs[:, quarter]) for quarter in range(quarters)])
