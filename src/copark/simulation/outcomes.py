"""Outcomes: what became of a park in a run, judged at a horizon.

Who looks ahead judges ten years from now (:mod:`copark.cases.horizon`); what is asked of the mechanism itself is judged
in year twenty of every park.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from copark.arrays import Floats, Integers
from copark.stats.effects import Effects

OUTCOMES = ("failed", "dependent", "stagnant", "self_standing")
"""Outcomes by code: ``OUTCOMES[0]`` is code 0."""
NOT_OK = -1
"""Code of a run that did not end well as a computation."""
SELF_STANDING = 50
"""S*: companies operating at the horizon from which on a park that lives unaided is self-standing (MODEL §3(11))."""
YEAR_TWENTY = 80
"""Quarters after which outcomes are judged where nobody looks ahead."""
RESCUED_WITHIN = 8
"""Quarters before it in which a rescue makes a park dependent."""
NEEDED = ("operating", "rescue", "failed")
"""Outputs that outcomes are judged by."""


def year_twenty(quarters: int) -> int:
    """Give the last quarter of year twenty, counted from 0, or the last of a shorter time of so many quarters."""
    return min(YEAR_TWENTY, quarters) - 1


def outcomes(
    out: np.ndarray,
    status: np.ndarray,
    self_standing: float = SELF_STANDING,
    *,
    closed: bool = False,
    judged: int | None = None,
) -> np.ndarray:
    """Return the outcome of every run in a quarter, by default year twenty or the end of a shorter time (MODEL §3(11)).

    failed: the company is insolvent, or the park ``closed``, whatever became of the company; dependent: alive, and
    rescued within the last eight quarters; stagnant: fewer than S* operating; self-standing. -1 if a run did not end
    well as a computation.

    Parameters
    ----------
    out
        Outputs :data:`NEEDED`, shape (runs, 3, quarters).
    status
        Codes of how each run ended, shape (runs,); 0 is well.
    self_standing
        S*, operating companies.
    closed
        Whether the park is closed.
    judged
        The quarter, counted from 0.

    Returns
    -------
    Codes of :data:`OUTCOMES`, shape (runs,).
    """
    end = (year_twenty(out.shape[2]) if judged is None else judged) + 1
    operating = out[:, 0, end - 1]
    rescue = out[:, 1, :end]
    failed = out[:, 2, end - 1]
    rescued = (rescue[:, max(end - RESCUED_WITHIN, 0) :] > 0.0).any(axis=1)
    # From the mildest to the gravest: each later condition takes the place of the earlier ones.
    codes = np.where(operating < self_standing, 2, 3)
    codes = np.where(rescued, 1, codes)
    codes = np.where(closed | (failed > 0.5), 0, codes)
    return np.where(status == 0, codes, NOT_OK).astype(np.int8)


def reclassify(outcome: ArrayLike, operating: ArrayLike, threshold: float) -> NDArray[np.int8]:
    """Return outcomes under another S*; failed and dependent do not depend on it.

    Parameters
    ----------
    outcome
        Codes of outcomes, shape (run,).
    operating
        Operating companies when they are judged, shape (run,).
    threshold
        S*, operating companies: stagnant below it, self-standing from it on.
    """
    codes = np.asarray(outcome, dtype=np.int8).copy()
    alive = codes >= OUTCOMES.index("stagnant")
    standing = np.asarray(operating) >= threshold
    codes[alive] = np.where(standing[alive], OUTCOMES.index("self_standing"), OUTCOMES.index("stagnant"))
    return codes


def outcome_effects(
    reference: str,
    reference_codes: NDArray[np.int8],
    codes: Mapping[str, NDArray[np.int8]],
    draw_of_run: Integers,
    quarter: str,
) -> Effects:
    """Read outcomes as effects on shares: of each outcome a measure that is 1 in the runs that come to it.

    Parameters
    ----------
    reference
        Key of the reference.
    reference_codes
        Codes of its outcomes, shape (runs,).
    codes
        Codes of the outcomes of each scenario, by its key.
    draw_of_run
        Number of the parameter draw of every run, shape (runs,).
    quarter
        Label of the quarter in which outcomes are judged.
    """
    return Effects(
        measures=OUTCOMES,
        units=("1",) * len(OUTCOMES),
        quarters=(quarter,),
        reference=reference,
        reference_values=_indicators(reference_codes),
        values={key: _indicators(own) for key, own in codes.items()},
        finished={key: (own != NOT_OK) & (reference_codes != NOT_OK) for key, own in codes.items()},
        draw_of_run=draw_of_run,
    )


def _indicators(codes: NDArray[np.int8]) -> Floats:
    """Give 1 where a run comes to an outcome and 0 elsewhere, shape (runs, outcomes, 1)."""
    return (codes[:, np.newaxis] == np.arange(len(OUTCOMES))).astype(np.float64)[:, :, np.newaxis]
