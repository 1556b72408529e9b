"""Outcomes: what became of a park in a run, judged at year twenty."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

OUTCOMES = ("failed", "dependent", "stagnant", "self_standing")
"""Outcomes by code: ``OUTCOMES[0]`` is code 0."""
NOT_OK = -1
"""Code of a run that did not end well as a computation."""
SELF_STANDING = 50
"""S*: companies operating in year twenty from which on a park that lives unaided is self-standing (MODEL §3.11)."""
YEAR_TWENTY = 80
"""Quarter in which outcomes are judged, counted from the start."""
RESCUED_WITHIN = 8
"""Quarters before it in which a rescue makes a park dependent."""
NEEDED = ("operating", "rescue", "failed")
"""Outputs that outcomes are judged by."""


def judged_at(quarters: int) -> int:
    """Quarter in which outcomes are judged, of a horizon of so many quarters."""
    return min(YEAR_TWENTY, quarters) - 1


def outcomes(
    out: np.ndarray, status: np.ndarray, self_standing: float = SELF_STANDING, *, closed: bool = False
) -> np.ndarray:
    """Outcome of every run at year twenty, or at the end of a shorter horizon (MODEL §3(11)).

    failed: the company is insolvent, or the park ``closed``, whatever became of the company; dependent: alive, and
    rescued within the last eight quarters; stagnant: fewer than S* operating; self-standing. -1 if a run did not end
    well as a computation. out: outputs :data:`NEEDED`, shape (runs, 3, quarters); status: codes, shape (runs,).
    """
    end = judged_at(out.shape[2]) + 1
    operating, rescue, failed = out[:, 0, end - 1], out[:, 1, :end], out[:, 2, end - 1]
    rescued = (rescue[:, max(end - RESCUED_WITHIN, 0) :] > 0.0).any(axis=1)
    found = np.where(operating < self_standing, 2, 3)
    found = np.where(rescued, 1, found)
    found = np.where(closed | (failed > 0.5), 0, found)
    return np.where(status == 0, found, NOT_OK).astype(np.int8)


def reclassify(outcome: ArrayLike, operating: ArrayLike, threshold: float) -> NDArray[np.int8]:
    """Outcomes under another S*, from codes and operating companies at year twenty, shape (run,) both.

    Failed and dependent do not depend on S*; the others are stagnant below it and self-standing from it on.
    """
    codes = np.asarray(outcome, dtype=np.int8).copy()
    alive = codes >= OUTCOMES.index("stagnant")
    standing = np.asarray(operating) >= threshold
    codes[alive] = np.where(standing[alive], OUTCOMES.index("self_standing"), OUTCOMES.index("stagnant"))
    return codes
