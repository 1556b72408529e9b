"""Words for intervals and shares of runs, by rules fixed here; how a language says them is in the texts.

A side *gains* (loses) *surely* if it does in 95 % of runs, *mostly* in three quarters, *at times* if it does in fewer,
but more than 5 %, and the contrary in 5 % at most; *nothing* changes for it if the two are exactly alike in three
quarters of runs.
"""

from __future__ import annotations

from math import isfinite
from typing import Literal

Verdict = Literal[
    "gains_surely", "gains_mostly", "gains_at_times", "unclear", "nothing", "loses_at_times", "loses_mostly",
    "loses_surely", "unknown",
]  # fmt: skip
SURELY, MOSTLY, SELDOM = 0.95, 0.75, 0.05


def verdict(better: float, equal: float) -> Verdict:
    """Give the word for shares of pairs in which a setting is better and exactly alike."""
    if not isfinite(better):
        return "unknown"
    worse = max(1.0 - better - equal, 0.0)
    if better >= MOSTLY:
        return "gains_surely" if better >= SURELY else "gains_mostly"
    if worse >= MOSTLY:
        return "loses_surely" if worse >= SURELY else "loses_mostly"
    if min(better, worse) <= SELDOM < max(better, worse):
        return "gains_at_times" if better > worse else "loses_at_times"
    return "nothing" if equal >= MOSTLY else "unclear"


def side_of(low: float, high: float) -> Literal["more", "less", "alike"]:
    """On which side of 0 an interval lies: ``more`` or ``less``, or ``alike`` where it holds 0 or there is none."""
    return "more" if low > 0.0 else "less" if high < 0.0 else "alike"
