"""Runs that begin where runs of the same past stood: what a lever pulled from later on leaves alone is not redone.

Of a run is kept, at the beginning of a quarter, all that later quarters read: the memory of its scales, its enterprises
in their three tables, what links that are late still carry, and the outputs until then. The quarters that follow are
the same machine code on the same numbers, so that a run has the same bits whether it was resumed or not.
"""

from __future__ import annotations

import numpy as np

from copark.model import rng
from copark.model.arrays import Draws, Inputs, Workspace
from copark.model.enterprises.records import BUILDING_ROWS, OPERATING_ROWS, REGISTERED_ROWS, WIDTH
from copark.model.jit import compiled
from copark.model.kernel import OK, advance
from copark.model.step import begin

NOT_KEPT = -1
"""Place of a run of which nothing is kept, for want of room."""


@compiled
def copied(values: np.ndarray, count: int, kept: np.ndarray, at: int, back: bool) -> int:
    """Copy numbers into what is kept, or back; return the place behind them, also where there is no room for them."""
    if at + count <= kept.size:
        for n in range(count):
            if back:
                values[n] = kept[at + n]
            else:
                kept[at + n] = values[n]
    return at + count


@compiled
def table_copied(
    rows: int, count: int, table: np.ndarray, ids: np.ndarray, kept: np.ndarray, at: int, back: bool
) -> int:
    """Copy the enterprises of a table and their identities, which a float64 holds exactly."""
    for row in range(rows):
        at = copied(table[row * WIDTH :], count, kept, at, back)
    if at + count <= kept.size:
        for n in range(count):
            if back:
                ids[n] = np.int64(kept[at + n])
            else:
                kept[at + n] = float(ids[n])
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
    at = copied(work.memory, work.memory.size, kept, at, back)
    # Counts come back with the memory, before the tables are read by them.
    state, firms = work.rooms.enterprises.state[0], work.firms
    at = table_copied(REGISTERED_ROWS, int(state.registered_now), firms.registered, firms.registered_id, kept, at, back)
    at = table_copied(BUILDING_ROWS, int(state.building), firms.building, firms.building_id, kept, at, back)
    at = table_copied(OPERATING_ROWS, int(state.operating), firms.operating, firms.operating_id, kept, at, back)
    latest = 0
    for link in range(work.link_buffers.delay.size):
        latest = max(latest, int(work.link_buffers.delay[link]))
    for t in range(max(since - latest, 0), since):
        at = copied(work.link_buffers.sent[t], work.link_buffers.sent.shape[1], kept, at, back)
    for n in range(out.shape[1]):
        at = copied(out[i, n], since, kept, at, back)
    if at + status.shape[1] <= kept.size:
        for n in range(status.shape[1]):
            if back:
                status[i, n] = np.int64(kept[at + n])
            else:
                kept[at + n] = float(status[i, n])
    return at + status.shape[1]


def simulate_runs(
    inputs: Inputs,
    draws: Draws,
    work: Workspace,
    keep: np.ndarray,
    first: int,
    last: int,
    out: np.ndarray,
    status: np.ndarray,
    since: int,
    resumed: int,
    kept: np.ndarray,
    places: np.ndarray,
) -> None:
    """Simulate runs first..last-1 as :func:`copark.model.kernel.simulate_block` does, or resume them.

    Parameters
    ----------
    inputs, draws, work, keep, first, last, out, status
        As of `simulate_block`.
    since
        A quarter, counted from 0; with 0 nothing is kept.
    resumed
        1 if the runs begin in that quarter with what is kept, otherwise 0: then they begin with the first, and what
        they are at the beginning of that quarter is kept.
    kept
        Read or written: what runs are at the beginning of the quarter, one behind the other.
    places
        Read or written: where each run begins in `kept`, and behind the last where it ends, shape (runs + 1,);
        :data:`NOT_KEPT` from the first run on for which there was no room.
    """
    at = 0
    for i in range(first, last):
        rng.prepare(draws.addresses[i])
        code = OK
        start = 0
        if resumed == 1:
            run_copied(i, since, work, out, status, kept, int(places[i]), True)
            code = int(status[i, 0])
            start = since
        else:
            work.memory[:] = 0.0
            begin(inputs, work, draws.governments[i])
        for t in range(start, out.shape[2]):
            if t == since and since > 0 and resumed == 0:
                places[i] = at
                if at != NOT_KEPT:
                    at = run_copied(i, since, work, out, status, kept, at, False)
                    if at > kept.size:
                        at = NOT_KEPT
                        places[i] = at
                places[i + 1] = at
            code = advance(t, i, code, inputs, draws, work, keep, out, status)
