"""Records of the addresses of runs' random numbers, which `rng` makes of them."""

from __future__ import annotations

import numpy as np

SPANS = 8
"""Spans of quarters before the cut whose random numbers may be another run's."""

ADDRESS = np.dtype(
    [
        ("seed", "i8"),
        ("run", "i8"),
        ("cut", "i8"),
        ("later_seed", "i8"),
        ("later_run", "i8"),
        ("early", "i8", (2,)),
        ("later", "i8", (2,)),
        ("since", "i8", (SPANS,)),
        ("span_run", "i8", (SPANS,)),
        ("spans", "i8", (SPANS, 2)),
    ],
    align=True,
)
"""Address of a run's random numbers: (seed, run) up to quarter `cut`, from then on (later_seed, later_run).

Before the cut it may be pieced together: from quarter `since[n]` on it is that of (seed, span_run[n]), the last span
begun being the one that counts. Spans are in the order of their quarters; the first with `since` 0 and those behind it
are not used.

`early`, `later` and `spans` are the pairs of keys made of them by `prepare`, once per run.
"""

KEYS = ("early", "later", "spans")
"""Fields of an address that are made of the others."""
# Above any quarter, and far from where adding to it could wrap around in 64 bits.
NEVER = 1 << 40
"""A quarter that does not come: the cut of a run whose random numbers are one."""
