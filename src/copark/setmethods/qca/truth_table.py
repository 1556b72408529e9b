"""The truth table: one row for every combination of conditions, with its cases, consistency and outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.qca.sets import NEAR, digits, sufficiency

if TYPE_CHECKING:
    from numpy.typing import NDArray

CROSSOVER = 0.5


@dataclass(frozen=True)
class Row:
    """One combination of conditions."""

    number: int
    """From 1; the conditions read as binary digits, the first the highest, plus 1."""
    values: tuple[int, ...]
    """0 or 1 for each condition."""
    out: str
    """``1``, ``0``, or ``?`` where too few cases are in it."""
    n: int
    """Cases with a membership above 0.5 in it."""
    inclusion: float | None
    pri: float | None
    """inclusion, pri: consistency as a sufficient set and PRI, over the memberships of all cases; ``None`` without a
    case."""
    cases: tuple[str, ...]
    """Labels of the cases in it."""
    against: tuple[str, ...] = ()
    """Those of the cases in it whose outcome is on the other side of the crossover than the row's."""


@dataclass(frozen=True)
class TruthTable:
    """All rows, and the cases that are in none of them.

    Parameters
    ----------
    rows
        2^k rows in order.
    crossover
        Labels of cases with a membership of exactly 0.5 in some condition: they belong to no row and are counted in
        none, but still weigh in every consistency.
    torn
        Labels of cases with an outcome of exactly 0.5, neither for a row nor against it.
    contradictions
        Rows with cases both in and out of the outcome.
    """

    rows: tuple[Row, ...]
    crossover: tuple[str, ...]
    torn: tuple[str, ...]

    @property
    def contradictions(self) -> tuple[Row, ...]:
        """Rows with cases on both sides of the outcome's crossover, whatever the row was coded."""
        return tuple(row for row in self.rows if row.against and len(row.against) < row.n)

    def numbers(self, out: str) -> frozenset[int]:
        """Numbers, from 0, of the rows with an outcome."""
        return frozenset(row.number - 1 for row in self.rows if row.out == out)


def corner_memberships(members: NDArray[np.float64]) -> NDArray[np.float64]:
    """Membership of each case in each row: the least of its literals'; shape (case, 2^k)."""
    found = np.ones((members.shape[0], 1))
    for column in members.T:
        pair = np.stack([1.0 - column, column], axis=1)
        found = np.minimum(found[:, :, None], pair[:, None, :]).reshape(members.shape[0], -1)
    return found


def truth_table(
    members: NDArray[np.float64],
    outcome: NDArray[np.float64],
    cases: Sequence[str],
    *,
    incl_cut: float,
    pri_cut: float,
    n_cut: int,
) -> TruthTable:
    """Sort cases into rows and code each row's outcome.

    A row is ``?`` with fewer than ``n_cut`` cases; otherwise 1 if its consistency reaches ``incl_cut`` and its PRI
    reaches ``pri_cut``, else 0. Consistency and PRI sum over all cases, not only those in the row.

    Parameters
    ----------
    members
        Memberships in the conditions, shape (case, k).
    outcome
        Memberships in the outcome, shape (case,).
    """
    corners = corner_memberships(members)
    crossing = np.any(np.abs(members - CROSSOVER) <= NEAR, axis=1)
    inside = (corners > CROSSOVER) & ~crossing[:, None]
    rows = []
    for at in range(corners.shape[1]):
        found = np.flatnonzero(inside[:, at])
        values = digits(at, members.shape[1])
        if not found.size:
            rows.append(Row(at + 1, values, "?" if n_cut > 0 else "0", 0, None, None, ()))
            continue
        fit = sufficiency(corners[:, at], outcome)
        positive = fit.inclusion >= incl_cut - NEAR and (pri_cut <= 0.0 or fit.pri >= pri_cut - NEAR)
        out = "?" if found.size < n_cut else "1" if positive else "0"
        side = outcome[found] < CROSSOVER - NEAR if positive else outcome[found] > CROSSOVER + NEAR
        against = tuple(cases[int(one)] for one in found[side])
        labels = tuple(cases[int(one)] for one in found)
        rows.append(Row(at + 1, values, out, int(found.size), fit.inclusion, fit.pri, labels, against))
    torn = np.abs(outcome - CROSSOVER) <= NEAR
    return TruthTable(tuple(rows), _named(cases, crossing), _named(cases, torn))


def _named(cases: Sequence[str], chosen: NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(name for name, is_chosen in zip(cases, chosen, strict=True) if is_chosen)
