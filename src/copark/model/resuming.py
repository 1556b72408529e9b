"""Runs that begin where runs of the same past stood: what a lever pulled from later on leaves alone is not redone.

Of a run is kept, at the beginning of a quarter, all that later quarters read: the memory of its scales, its enterprises
in their three tables, what links that are late still carry, and the outputs until then. The quarters that follow are
the same machine code on the same numbers, so that a run has the same bits whether it was resumed or not.
"""

from __future__ import annotations

import numpy as np

from copark.model.arrays import Workspace
from copark.model.enterprises.records import BUILDING_ROWS, OPERATING_ROWS, REGISTERED_ROWS, WIDTH
from copark.model.jit import compiled

NOT_KEPT = -1
"""Place of a run of which nothing is kept, for want of room."""


@compiled
def copied(values: np.ndarray, first: int, count: int, kept: np.ndarray, at: int, back: bool) -> int:
    """Copy numbers into what is kept, or back; return the place behind them, also where there is no room for them."""
    if at + count <= kept.size:
        for n in range(count):
            if back:
                values[first + n] = kept[at + n]
            else:
                kept[at + n] = values[first + n]
    return at + count


@compiled
def whole_copied(values: np.ndarray, count: int, kept: np.ndarray, at: int, back: bool) -> int:
    """Copy whole numbers, which a float64 holds exactly, as :func:`copied` does."""
    if at + count <= kept.size:
        for n in range(count):
            if back:
                values[n] = np.int64(kept[at + n])
            else:
                kept[at + n] = float(values[n])
    return at + count


@compiled
def run_copied(
    i: int,
    since: int,
    work: Workspace,
    out: np.ndarray,
    status: np.ndarray,
    kept: np.ndarray,
    at: int,
    back: bool,
) -> int:
    """Copy what a run is at the beginning of a quarter into what is kept, or back; return the place behind it."""
    at = copied(work.memory, 0, work.memory.size, kept, at, back)
    # Counts come back with the memory, before the tables are read by them.
    state, firms = work.submodels.enterprises.state[0], work.firms
    # One loop over the tables: what is written once is compiled once.
    table, ids, rows, count = firms.registered, firms.registered_id, REGISTERED_ROWS, int(state.registered_now)
    for stage in range(3):
        if stage == 1:
            table, ids, rows, count = firms.building, firms.building_id, BUILDING_ROWS, int(state.building)
        if stage == 2:
            table, ids, rows, count = firms.operating, firms.operating_id, OPERATING_ROWS, int(state.operating)
        for row in range(rows):
            at = copied(table, row * WIDTH, count, kept, at, back)
        at = whole_copied(ids, count, kept, at, back)
    latest = 0
    for link in range(work.link_buffers.delay.size):
        latest = max(latest, int(work.link_buffers.delay[link]))
    for t in range(max(since - latest, 0), since):
        at = copied(work.link_buffers.sent[t], 0, work.link_buffers.sent.shape[1], kept, at, back)
    for n in range(out.shape[1]):
        at = copied(out[i, n], 0, since, kept, at, back)
    return whole_copied(status[i], status.shape[1], kept, at, back)
