"""Outcomes: what became of a park in a run, judged by its accounts at a horizon (decision 0094).

Who looks ahead judges ten years from now (:mod:`copark.cases.horizon`); what is asked of the mechanism itself is judged
in year twenty of every park. Size is told beside an outcome, and is no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats, Integers
from copark.model import outcomes as catalogue
from copark.simulation.accounts import THRESHOLDS, Paths, Thresholds, standing
from copark.stats.effects import Effects

OUTCOMES = tuple(outcome.key for outcome in catalogue.OUTCOMES)
"""Outcomes by code: ``OUTCOMES[0]`` is code 0. From the gravest to the mildest: of several the first is a run's."""
NOT_OK = -1
"""Code of a run that did not end well as a computation."""
YEAR_TWENTY = 80
"""Quarters after which outcomes are judged where nobody looks ahead."""


def year_twenty(quarters: int) -> int:
    """Return the last quarter of year twenty, counted from 0, or the last of a shorter time of so many quarters."""
    return min(YEAR_TWENTY, quarters) - 1


def outcomes(
    paths: Paths,
    status: NDArray[np.int64],
    judged: int,
    *,
    closed: bool = False,
    thresholds: Thresholds = THRESHOLDS,
) -> NDArray[np.int8]:
    """Return the outcome of every run in a quarter (MODEL §3(11)).

    A run has the first outcome of the catalogue whose test it lacks, and the last if it lacks none. Whoever is not
    alive passes no test: the company is insolvent, or the park ``closed``, whatever became of the company. -1 if a run
    did not end well as a computation.

    Parameters
    ----------
    paths
        Outputs :data:`copark.simulation.accounts.NEEDED` by name, each of shape (runs, quarters).
    status
        Codes of how each run ended, shape (runs,); 0 is well.
    judged
        The quarter, counted from 0.
    closed
        Whether the park is closed then.
    thresholds
        Thresholds of the tests.

    Returns
    -------
    Codes of :data:`OUTCOMES`, shape (runs,).
    """
    tested = standing(paths, judged, closed=closed, thresholds=thresholds)
    *lacking, mildest = catalogue.OUTCOMES
    is_lacking = [~getattr(tested, outcome.lacks) for outcome in lacking]
    codes = np.select(is_lacking, [outcome.code for outcome in lacking], mildest.code)
    return np.where(status == 0, codes, NOT_OK).astype(np.int8)


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
    """Return 1 where a run comes to an outcome and 0 elsewhere, shape (runs, outcomes, 1)."""
    return (codes[:, np.newaxis] == np.arange(len(OUTCOMES))).astype(np.float64)[:, :, np.newaxis]
