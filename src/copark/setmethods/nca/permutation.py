"""Is the empty zone larger than chance would leave it? (Dul, van der Laan & Kuik 2020)

The outcome is dealt out anew to the cases; p = (1 + number of deals with a zone at least as large) / (1 + deals), the
form that is never zero (Phipson & Smyth 2010).
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.nca.ceilings import KINDS, Kind, Steps, zones

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from copark.setmethods.nca.corners import Scope

CHUNK = 500
TIE = 1e-12
"""Effect sizes this near count as equal: many deals leave the very same zone."""


def p_values(
    steps: Steps,
    y: NDArray[np.float64],
    scope: Scope,
    deals: int,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> dict[Kind, float]:
    """The p of both ceilings, over the same deals.

    Parameters
    ----------
    steps, y, scope
        The scatter as it is seen.
    deals
        How many permutations.
    seed
        Seed of the luck.
    progress
        Told deals done and deals in all.
    """
    luck = np.random.default_rng(seed)
    observed = {kind: float(zones(steps, y, scope, kind)) for kind in KINDS}
    reached = dict.fromkeys(KINDS, 0)
    done = 0
    while done < deals:
        count = min(CHUNK, deals - done)
        dealt = luck.permuted(np.broadcast_to(y, (count, y.size)), axis=1)
        for kind in KINDS:
            found = zones(steps, dealt, scope, kind)
            reached[kind] += int(np.count_nonzero(found >= observed[kind] - TIE * scope.area))
        done += count
        if progress is not None:
            progress(done, deals)
    return {kind: (1 + reached[kind]) / (1 + deals) for kind in KINDS}


def p_accuracy(p: float, deals: int) -> float:
    """Half the 95 % Monte Carlo interval of a p: 1.96 sqrt(p (1 - p) / deals)."""
    return 1.96 * sqrt(p * (1.0 - p) / deals)
