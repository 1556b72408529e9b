"""Four tests of a park's accounts, by run: what outcomes are judged by (decision 0094). Nothing here feeds back.

Whether a park stands is read from money, and not from a count of enterprises: a steel town of thirty plants may stand,
and a company that lives on the land it sells may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.model.clock import QUARTERS_PER_YEAR

TESTS = ("earns", "unaided", "pays_back", "holds")
"""The tests, in the order in which they are shown."""
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


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of the tests, all of them judgement: fixed before any park was judged by them (decision 0094)."""

    earning_years: int = 5
    """Years over which the company's result must not be negative: five, since land is serviced in lumps."""
    aid_years: int = 2
    """Last years in which nobody may have helped."""
    shock_years: float = 2.0
    """Years that cash must cover without a sale of land."""
    fees_lost: float = 0.25
    """Part of the fees that such a shock takes, 0 to 1."""


THRESHOLDS = Thresholds()
"""Those by which outcomes are judged."""
VARIANTS: Mapping[str, Thresholds] = {
    "fees_kept": Thresholds(fees_lost=0.0),
    "fees_halved": Thresholds(fees_lost=0.5),
    "three_years": Thresholds(earning_years=3),
    "ten_years": Thresholds(earning_years=10),
}
"""Other thresholds that might as well have been fixed, one changed at a time: how much an outcome hangs on them."""

Flags = NDArray[np.bool_]


class Paths(Protocol):
    """Outputs by name, each of shape (runs, quarters); money in M USD, flows in M USD/yr."""

    def __getitem__(self, name: str, /) -> Floats:
        """Return an output."""


@dataclass(frozen=True)
class Margins:
    """Money by which a park passes three of the tests in a quarter, M USD by run: it passes where this is not negative.

    The fourth, whether anybody helped, has no margin.
    """

    earns: Floats
    """The company's result over the years that are looked at."""
    pays_back: Floats
    """What taxes have brought both publics since the founding, less what both have put in."""
    holds: Floats
    """Cash that is left after the shock."""


@dataclass(frozen=True)
class Standing:
    """Standing of runs in a quarter: a flag for each run and test."""

    alive: Flags
    """The company is not insolvent, and the park not closed. Who is not alive passes no test."""
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
        """Describe which runs pass every test."""
        return self.earns & self.unaided & self.pays_back & self.holds


def standing(paths: Paths, quarter: int, *, closed: bool = False, thresholds: Thresholds = THRESHOLDS) -> Standing:
    """Test of every run whether the park stands by its accounts in a quarter.

    Parameters
    ----------
    paths, quarter, thresholds
        As of :func:`margins`.
    closed
        Whether the park is closed then: it stands by no test.

    Returns
    -------
    Flags of the tests, each of shape (runs,); a failed company passes none.
    """
    alive = (paths["failed"][:, quarter] < 0.5) & (not closed)
    passed_by = margins(paths, quarter, thresholds)
    return Standing(
        alive=alive,
        earns=alive & (passed_by.earns >= 0.0),
        unaided=alive & ~_was_aided(paths, quarter, thresholds),
        pays_back=alive & (passed_by.pays_back >= 0.0),
        holds=alive & (passed_by.holds >= 0.0),
    )


def margins(paths: Paths, quarter: int, thresholds: Thresholds = THRESHOLDS) -> Margins:
    """Compute by how much every run passes the tests that are sums of money.

    Parameters
    ----------
    paths
        Outputs :data:`NEEDED`.
    quarter
        The quarter, counted from 0.
    thresholds
        Thresholds of the tests.
    """
    return Margins(
        earns=_result(paths["result_cumulative"], quarter, thresholds),
        pays_back=_public_return(paths, quarter),
        holds=_reserve(paths, quarter, thresholds),
    )


def _result(cumulative: Floats, quarter: int, thresholds: Thresholds) -> Floats:
    """Return the company's result over the years that are looked at, M USD; of a younger park over all it has."""
    before = quarter - thresholds.earning_years * QUARTERS_PER_YEAR
    earlier = cumulative[:, before] if before >= 0 else 0.0
    return np.asarray(cumulative[:, quarter] - earlier)


def _was_aided(paths: Paths, quarter: int, thresholds: Thresholds) -> Flags:
    """Describe in which runs somebody bailed the company out, or a state passed money on, in recent years."""
    recent = slice(max(quarter + 1 - thresholds.aid_years * QUARTERS_PER_YEAR, 0), quarter + 1)
    aid = paths["rescue"][:, recent] + paths["state_funding"][:, recent]
    return np.asarray((aid > 0.0).any(axis=1))


def _public_return(paths: Paths, quarter: int) -> Floats:
    """Return what taxes have brought since the founding less what both publics have put in, M USD."""
    income = paths["public_income"][:, : quarter + 1].sum(axis=1) / QUARTERS_PER_YEAR
    return np.asarray(income - paths["public_outlay"][:, quarter])


def _reserve(paths: Paths, quarter: int, thresholds: Thresholds) -> Floats:
    """Return the cash that is left after the shock, M USD; present flows are means of the last year."""
    last_year = slice(max(quarter + 1 - QUARTERS_PER_YEAR, 0), quarter + 1)
    fees, operating_cost, interest, principal = (
        paths[name][:, last_year].mean(axis=1) for name in ("fees", "operating_cost", "interest", "principal")
    )
    cash = paths["cash"][:, quarter]
    lost = thresholds.fees_lost
    return np.asarray(cash_after_shock(cash, fees, operating_cost, interest, principal, lost, thresholds.shock_years))


def cash_after_shock(
    cash: Any, fees: Any, operating_cost: Any, interest: Any, principal: Any, fees_lost: float, years: float
) -> Any:
    """Return the cash left after years without a sale of land in which part of the fees is lost, M USD.

    Of one run or, with arrays, of many.

    Parameters
    ----------
    cash
        Cash before, M USD.
    fees, operating_cost, interest, principal
        Present flows, M USD/yr.
    fees_lost
        Part of the fees that is lost, 0 to 1.
    years
        Years that cash must cover.
    """
    share_kept = 1.0 - fees_lost
    flow = share_kept * fees - operating_cost - interest - principal
    return cash + years * flow
