"""The kernel: all quarters of a block of runs. It never raises; every run ends with a status.

Status codes: 0 ok; 1 a number is not finite; 2 a rate, return or stock left its range; 3 more enterprises than there
is room for. With the code go the quarter and the scale (0 world, 1 governments, 2 company, 3 enterprises). A run that
stops early is NaN from the quarter of its fault.
"""

from __future__ import annotations

import numpy as np

from copark.model import rng
from copark.model.arrays import Draws, Inputs, Workspace
from copark.model.jit import compiled, entry
from copark.model.outputs import COMPANY_FROM, GOVERNMENTS_FROM, NOT_FINITE, OK, OUT_OF_RANGE, TOO_MANY, WORLD_FROM
from copark.model.resuming import NOT_KEPT, run_copied
from copark.model.step import begin, quarter, record

WORLD, GOVERNMENTS, COMPANY, ENTERPRISES = 0, 1, 2, 3
# Wide enough that no plausible park meets them: they tell a run that has broken, not one that does well.
MONEY_LIMIT = 1e7
"""M USD of cash or capital, beyond which a run is out of range."""
RETURN_LIMIT = 5.0
"""Mean return per year, beyond which a run is out of range."""
LARGEST = 1e12
"""Size beyond which no output is a number that can be, whatever its unit."""


@compiled
def sound(values: np.ndarray, first: int, last: int) -> bool:
    """Return True if outputs first..last-1 are numbers of a size that can be.

    By comparison with a limit, which is false of NaN and infinity: under the arithmetic that equations are compiled
    with, asking for finiteness may be simplified away.

    Parameters
    ----------
    values
        Outputs of the quarter in the order of `outputs.NAMES`, float64 of shape (outputs,).
    first, last
        Half-open range of positions, as it bounds one scale's outputs.

    Returns
    -------
    False if any of them is NaN, infinite or above `LARGEST` in size.
    """
    for n in range(first, last):  # noqa: SIM110 - a loop compiles to less than a generator
        if not abs(values[n]) <= LARGEST:
            return False
    return True


@compiled
def fault(work: Workspace) -> tuple[int, int]:
    """Return status code and scale of the first fault of the quarter, in the order in which the scales act."""
    row = work.row[0]
    values = work.values
    # NaN spreads along the links, so the first scale to show it, in the order of `step.quarter`, is the one to
    # blame. Overflow is asked before the enterprises' outputs, since it leaves them half done.
    if not sound(values, WORLD_FROM, values.size):
        return NOT_FINITE, WORLD
    if not sound(values, COMPANY_FROM, GOVERNMENTS_FROM):
        return NOT_FINITE, COMPANY
    if work.submodels.enterprises.state[0].overflow > 0.5:
        return TOO_MANY, ENTERPRISES
    if not sound(values, 0, COMPANY_FROM):
        return NOT_FINITE, ENTERPRISES
    if not sound(values, GOVERNMENTS_FROM, WORLD_FROM):
        return NOT_FINITE, GOVERNMENTS
    if abs(row.cash) > MONEY_LIMIT or row.serviced_area < 0.0:
        return OUT_OF_RANGE, COMPANY
    if abs(row.mean_return) > RETURN_LIMIT or row.capital > MONEY_LIMIT:
        return OUT_OF_RANGE, ENTERPRISES
    return OK, 0


@compiled
def advance(
    t: int,
    i: int,
    code: int,
    inputs: Inputs,
    draws: Draws,
    work: Workspace,
    keep: np.ndarray,
    out: np.ndarray,
    status: np.ndarray,
) -> int:
    """Move run i by a quarter and keep what is asked for; return its status code.

    Parameters
    ----------
    t
        Quarter from 0.
    i
        Number of the run: its row of `draws`, `out` and `status`.
    code
        Its status code until now. A run that stopped is not simulated, but the rest of its row is written as NaN and
        never left as the memory was.
    inputs, draws, work, keep, out, status
        As in :func:`simulate_runs`.
    """
    if code == OK:
        quarter(t, i, inputs, draws, work)
        record(work)
        code, where = fault(work)
        status[i, 0] = code
        status[i, 1] = t if code != OK else 0
        status[i, 2] = where
    for n in range(keep.size):
        out[i, n, t] = work.values[keep[n]] if code == OK else np.nan
    return code


@entry
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
    """Simulate runs first..last-1, from their first quarter or from one in which runs of the same past were kept.

    Parameters
    ----------
    inputs
        Packed case and scenario, the same for every run.
    draws
        Parameters and addresses of random numbers, a row for each run.
    work
        Memory of one thread; cleared before each run.
    keep
        Positions in `outputs.NAMES` of the outputs to keep, int64 of shape (kept,).
    first, last
        Numbers of the runs, from 0, the last excluded; rows of `draws`, `out` and `status` alike.
    out
        Written: float64 of shape (runs, kept, quarters).
    status
        Written: int64 of shape (runs, 3): code, quarter, scale (see the top of the file).
    since
        A quarter, counted from 0; with 0 nothing is kept.
    resumed
        1 if the runs begin in that quarter with what is kept, otherwise 0: then they begin with the first, and what
        they are at the beginning of that quarter is kept.
    kept
        Read or written: what runs are at the beginning of the quarter, one behind the other.
    places
        Read or written: where each run begins in `kept`, and behind the last where it ends, shape (runs + 1,);
        `NOT_KEPT` from the first run on for which there was no room. A run that is not kept begins with the first.
    """
    end = 0
    for i in range(first, last):
        rng.prepare(draws.addresses[i])
        back = resumed == 1 and places[i] != NOT_KEPT
        if not back:
            # What a run finds in the buffers must not depend on the run before it, or results would depend on blocks
            # and threads.
            work.memory[:] = 0.0
            begin(inputs, work, draws.governments[i])
        code = OK
        for t in range(since if back else 0, out.shape[2]):
            # One place for both ways, since whatever is called is compiled as often as it is called.
            if t == since and t > 0 and (back or resumed == 0):
                at = int(places[i]) if back else end
                if at != NOT_KEPT:
                    end = run_copied(i, t, work, out, status, kept, at, back)
                if back:
                    code = int(status[i, 0])
                else:
                    if end > kept.size:
                        at = end = NOT_KEPT
                    places[i] = at
                    places[i + 1] = end
            code = advance(t, i, code, inputs, draws, work, keep, out, status)
