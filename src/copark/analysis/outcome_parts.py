"""Why P(outcome) changes from one scenario to another: the change shared out among groups of links between scales.

v(S) is the change of P(outcome) where the links in S are as they are and the other groups are cut in both scenarios,
from the quarter on in which the two begin to differ. A group's part is its Shapley value,

    φ_g = Σ_{S ∌ g} |S|! (n - |S| - 1)! / n! [v(S ∪ g) - v(S)],

the mean over all orders in which groups may be restored of what its restoring changes (Shapley 1953). What is left with
all groups cut, v(∅), is due to the other links and to what happens inside the scales. The parts and this rest sum to
the whole, run by run. All coalitions are run on common random numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import factorial

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.simulation.outcomes import OUTCOMES
from copark.stats.shares import z_of

GROUPS: Mapping[str, tuple[str, ...]] = {
    "credit": ("credit_to_ledger",),
    "plan": ("plan_to_land",),
    "rescue": ("rescue_to_ledger", "shortfall_to_bargain", "control_to_bargain"),
    "commitment": ("commitment_to_votes", "council_to_votes", "commitment_to_effort", "commitment_to_hurdle"),
    "rules": ("regime_to_arrivals", "tax_to_returns"),
    "service": (
        "network_to_arrivals", "service_to_arrivals", "service_to_starts", "service_to_returns", "land_to_starts",
        "opening_to_enterprises",
    ),
}  # fmt: skip
"""Groups of links, by what they carry."""
REST = "rest"
MOST = 4
"""Groups the change is shared out among at most: those that matter most."""
NOTABLE = 0.01
"""Share of runs whose outcome a group must move for the change to be shared out to it."""
SCREENED = 200
"""Runs in which groups are chosen."""

Indicators = NDArray[np.int8]
Change = Callable[[Sequence[tuple[str, ...]], int], Sequence[Indicators]]
"""Told the groups cut in each coalition, and how many runs: gives the change of each outcome in each run, arm less
reference (-1, 0 or 1), shape (runs, outcomes)."""


@dataclass(frozen=True)
class Part:
    """What passes through a group of links; of :data:`REST` what passes through none of the groups."""

    group: str
    """One of :data:`GROUPS`, or :data:`REST`."""
    change: tuple[float, ...]
    """Its part of the change of P(outcome), in the order of the outcomes."""
    error: tuple[float, ...]
    """Half the width of its Monte Carlo interval (95 %)."""

    def of(self, outcome: str) -> float:
        """Its part of the change of an outcome's share."""
        return self.change[OUTCOMES.index(outcome)]


@dataclass(frozen=True)
class OutcomeParts:
    """The change of P(outcome) and its parts."""

    since: str
    """Quarter from which on links are cut."""
    runs: int
    """Pairs of runs."""
    before: tuple[float, ...]
    after: tuple[float, ...]
    """before, after: p(outcome) in the reference and in the arm, in the order of the outcomes."""
    parts: tuple[Part, ...]
    """They sum to ``after - before``; the rest last."""

    def share(self, outcome: str) -> tuple[float, float]:
        """P(outcome) in the reference and in the arm."""
        at = OUTCOMES.index(outcome)
        return self.before[at], self.after[at]


def shapley(values: Floats) -> Floats:
    """Shapley values of a game.

    Parameters
    ----------
    values
        v of every coalition, whose number has bit g set where player g is in it, along the first axis of 2ⁿ.

    Returns
    -------
    array
        A value for each player along the first axis; they sum to v of all less v of none.
    """
    players = len(values).bit_length() - 1
    found = np.zeros((players, *values.shape[1:]))
    for player in range(players):
        for coalition in range(len(values)):
            if not coalition >> player & 1:
                size = coalition.bit_count()
                weight = factorial(size) * factorial(players - size - 1) / factorial(players)
                found[player] += weight * (values[coalition | 1 << player] - values[coalition])
    return found


def chosen(change: Change) -> tuple[str, ...]:
    """Groups that matter: cutting one alone, or leaving it alone uncut, moves outcomes; the strongest, in order."""
    names = tuple(GROUPS)
    others = [tuple(one for one in names if one != name) for name in names]
    coalitions = [(), names, *((name,) for name in names), *others]
    whole, none, *rest = (found.mean(axis=0) for found in change(coalitions, SCREENED))
    cut, alone = rest[: len(names)], rest[len(names) :]
    moved = [
        max(np.abs(whole - one).max(), np.abs(other - none).max()) for one, other in zip(cut, alone, strict=True)
    ]  # fmt: skip
    order = sorted(range(len(names)), key=lambda at: -moved[at])
    return tuple(names[at] for at in sorted(order[:MOST]) if moved[at] >= NOTABLE)


def parts_of(change: Change, runs: int) -> tuple[Part, ...]:
    """Share the change out among the groups that matter."""
    groups = chosen(change)
    coalitions = range(2 ** len(groups))
    cut = [tuple(name for at, name in enumerate(groups) if not one >> at & 1) for one in coalitions]
    values = np.stack([found.astype(np.float64) for found in change(cut, runs)])
    every = [*zip(groups, shapley(values), strict=True), (REST, values[0])]
    return tuple(_part(name, found) for name, found in every)


def _part(name: str, found: Floats) -> Part:
    """A part from its value in each run, shape (runs, outcomes)."""
    half = (
        z_of() * found.std(axis=0, ddof=1) / np.sqrt(len(found)) if len(found) > 1 else np.full(len(OUTCOMES), np.nan)
    )
    return Part(name, tuple(found.mean(axis=0).tolist()), tuple(half.tolist()))
