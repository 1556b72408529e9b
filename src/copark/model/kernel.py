"""The kernel: all quarters of a block of runs. It never raises; every run ends with a status.

Status codes: 0 ok; 1 a number is not finite; 2 a rate, return or stock left its range; 3 more enterprises than there
is room for. With the code go the quarter and the room (0 world, 1 governments, 2 company, 3 enterprises). A run that
stops early is NaN from the quarter of its fault.
"""

from __future__ import annotations

import numpy as np

from copark.model import luck
from copark.model.arrays import Draws, Inputs, Workspace
from copark.model.compiler import compiled, entry
from copark.model.step import begin, quarter, record

OK, NOT_FINITE, OUT_OF_RANGE, TOO_MANY = 0, 1, 2, 3
WORLD, GOVERNMENTS, COMPANY, ENTERPRISES = 0, 1, 2, 3
MONEY_LIMIT = 1e7
BLOCK = 64
"""Runs per call: long enough to hide the call, short enough to share between threads."""


@compiled
def fault(work: Workspace) -> tuple[int, int]:
    """Status code and room of the first fault of the quarter, in the order in which the rooms act."""
    row = work.row[0]
    if work.rooms.enterprises.state[0].overflow > 0.5:
        return TOO_MANY, ENTERPRISES
    if not np.isfinite(row.demand_home + row.demand_host + row.demand_third):
        return NOT_FINITE, WORLD
    if not np.isfinite(row.commitment_home + row.commitment_host + row.benefit_home + row.benefit_host):
        return NOT_FINITE, GOVERNMENTS
    if not np.isfinite(row.cash + row.debt + row.service_level + row.vote_pass):
        return NOT_FINITE, COMPANY
    if not np.isfinite(row.capital + row.profit + row.jobs + row.mean_return + row.occupied_area):
        return NOT_FINITE, ENTERPRISES
    if abs(row.cash) > MONEY_LIMIT or row.serviced_area < 0.0:
        return OUT_OF_RANGE, COMPANY
    if abs(row.mean_return) > 5.0 or row.capital > MONEY_LIMIT:
        return OUT_OF_RANGE, ENTERPRISES
    return OK, 0


@entry
def simulate_block(
    inputs: Inputs,
    draws: Draws,
    work: Workspace,
    keep: np.ndarray,
    first: int,
    last: int,
    out: np.ndarray,
    status: np.ndarray,
) -> None:
    """Simulate runs first..last-1.

    Parameters
    ----------
    keep
        Positions in `outputs.NAMES` of the outputs to keep, int64 of shape (kept,).
    out
        Written: float64 of shape (runs, kept, quarters).
    status
        Written: int64 of shape (runs, 3): code, quarter, room.
    """
    for i in range(first, last):
        work.memory[:] = 0.0
        luck.prepare(draws.luck[i])
        begin(inputs, work, draws.governments[i])
        code = OK
        for t in range(out.shape[2]):
            if code == OK:
                quarter(t, i, inputs, draws, work)
                record(work)
                code, where = fault(work)
                status[i, 0], status[i, 1], status[i, 2] = code, t if code != OK else 0, where
            for n in range(keep.size):
                out[i, n, t] = work.values[keep[n]] if code == OK else np.nan
