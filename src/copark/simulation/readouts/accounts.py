"""Test whether a park stands by its accounts: four tests of money, by run (decision 0093). Nothing here feeds back.

They stand beside the outcomes, which count enterprises: a steel town of thirty plants may stand, and a company that
lives on the land it sells may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats

TESTS = ("earns", "unaided", "pays_back", "holds")
"""The tests, in the order in which they are told."""
EARNING_QUARTERS = 20
"""Quarters over which the company's result must not be negative: five years, since land is serviced in lumps."""
AID_QUARTERS = 8
"""Quarters in which nobody may have helped, as where outcomes are judged."""
SHOCK_YEARS = 2.0
"""Years that cash must cover without a sale of land."""
FEES_KEPT = 0.75
"""Part of the fees that such a shock leaves."""
YEAR = 4
"""Quarters whose mean is the present flow."""
NEEDED = (
    "failed",
    "cash",
    "fees",
    "operating_cost",
    "interest",
    "principal",
    "result_cumulative",
    "rescue",
    "state_funding",
    "public_income",
    "public_outlay",
)
"""Outputs of the model that the tests read."""

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Standing:
    """Standing of runs in a quarter: a flag for each run and test."""

    earns: Flags
    """The company's result over five years is not negative."""
    unaided: Flags
    """Nobody bailed it out, and no state passed money on to it, in two years."""
    pays_back: Flags
    """Taxes have brought the publics what both have put in."""
    holds: Flags
    """Cash covers two years without a sale of land and with a quarter of the fees lost."""

    @property
    def stands(self) -> Flags:
        """Say which runs pass every test."""
        return self.earns & self.unaided & self.pays_back & self.holds


def standing(paths: Mapping[str, Floats], quarter: int, *, closed: bool = False) -> Standing:
    """Ask of every run whether the park stands by its accounts in a quarter.

    Parameters
    ----------
    paths
        Outputs :data:`NEEDED` by name, each of shape (runs, quarters); money in M USD, flows in M USD/yr.
    quarter
        The quarter, counted from 0.
    closed
        Whether the park is closed then: it stands by no test.

    Returns
    -------
    Flags of the tests, each of shape (runs,); a failed company passes none.
    """
    alive = (paths["failed"][:, quarter] < 0.5) & (not closed)
    return Standing(
        earns=alive & (_result(paths["result_cumulative"], quarter) >= 0.0),
        unaided=alive & ~_was_aided(paths, quarter),
        pays_back=alive & (_public_return(paths, quarter) >= 0.0),
        holds=alive & (_reserve(paths, quarter) >= 0.0),
    )


def _result(cumulative: Floats, quarter: int) -> Floats:
    """Return the company's result over the years it is asked of, M USD; a younger park is asked of those it has."""
    before = quarter - EARNING_QUARTERS
    earlier = cumulative[:, before] if before >= 0 else 0.0
    return np.asarray(cumulative[:, quarter] - earlier)


def _was_aided(paths: Mapping[str, Floats], quarter: int) -> Flags:
    recent = slice(max(quarter + 1 - AID_QUARTERS, 0), quarter + 1)
    aid = paths["rescue"][:, recent] + paths["state_funding"][:, recent]
    return np.asarray((aid > 0.0).any(axis=1))


def _public_return(paths: Mapping[str, Floats], quarter: int) -> Floats:
    """Return what taxes have brought since the founding less what both publics have put in, M USD."""
    income = paths["public_income"][:, : quarter + 1].sum(axis=1) / YEAR
    return np.asarray(income - paths["public_outlay"][:, quarter])


def _reserve(paths: Mapping[str, Floats], quarter: int) -> Floats:
    """Return the cash that is left after two years of the shock, M USD."""
    last_year = slice(max(quarter + 1 - YEAR, 0), quarter + 1)
    mean = {
        name: paths[name][:, last_year].mean(axis=1) for name in ("fees", "operating_cost", "interest", "principal")
    }
    flow = FEES_KEPT * mean["fees"] - mean["operating_cost"] - mean["interest"] - mean["principal"]
    return np.asarray(paths["cash"][:, quarter] + SHOCK_YEARS * flow)
