"""Voting power of a weighted majority game, exact: Shapley & Shubik 1954 and Banzhaf 1965.

A coalition wins if its weight reaches the quota. A voter is decisive in a coalition of others that loses without the
voter and wins with it. Coalitions are counted by size and weight in whole numbers of any length, so nothing is rounded
and nothing overflows. Shares of capital are given in basis points: "more than half" of them is a quota of 5,001.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial, lcm
from typing import Any

from copark.errors import Fault
from copark.setmethods.table import fault

MOST_VOTERS = 100
MOST_CELLS = 2_000_000
"""Counts kept at a time, voters times quota: beyond it weights must be given in larger units."""


@dataclass(frozen=True)
class Power:
    """Power of each voter, in order."""

    weights: tuple[int, ...]
    """Weights of the voters, in whole numbers."""
    quota: int
    """Least weight that wins, in the same numbers."""
    shapley_shubik: tuple[Fraction, ...]
    """Share of the orders of voting in which the voter is decisive; they sum to 1 if anyone ever is."""
    banzhaf_raw: tuple[int, ...]
    """Coalitions of the others in which the voter is decisive."""
    banzhaf_normalized: tuple[Fraction, ...]
    """The same over all voters' together."""

    @property
    def dummies(self) -> tuple[int, ...]:
        """Places of the voters who are never decisive, whatever their weight."""
        return tuple(place for place, count in enumerate(self.banzhaf_raw) if not count)

    @property
    def dictator(self) -> int | None:
        """Place of a voter who decides alone; ``None`` if there is none."""
        alone = [place for place, share in enumerate(self.shapley_shubik) if share == 1]
        return alone[0] if alone else None


def whole(values: Sequence[Fraction]) -> tuple[int, ...]:
    """Return values as whole numbers in the same proportion."""
    scale = lcm(*(value.denominator for value in values))
    return tuple(int(value * scale) for value in values)


def power_faults(weights: Sequence[Fraction], quota: Fraction, voters: Sequence[str]) -> list[Fault]:
    """Return everything wrong with a game that someone typed.

    Parameters
    ----------
    weights
        Weights of the voters.
    quota
        Least weight that wins.
    voters
        Names of the voters.
    """
    faults = []
    total = sum(weights, Fraction(0))
    if not weights:
        faults.append(fault("no_voters", "--weights"))
    if any(weight < 0 for weight in weights):
        faults.append(fault("negative_weight", "--weights"))
    elif weights and not 0 < quota <= total:
        faults.append(fault("quota", "--quota", found=f"{float(quota):g}", total=f"{float(total):g}"))
    if len(voters) != len(weights):
        faults.append(fault("voter_count", "--voters", found=len(voters), expected=len(weights)))
    faults += [
        fault("twice", "--voters", key=voter, found=voter) for voter in sorted(set(voters)) if voters.count(voter) > 1
    ]
    needed = whole([*weights, quota])[-1]
    if len(weights) > MOST_VOTERS or len(weights) * needed > MOST_CELLS:
        values: dict[str, Any] = {"voters": len(weights), "quota": f"{needed:,}", "most": MOST_VOTERS}
        faults.append(fault("game_too_large", "--weights", **values))
    return faults


def power(weights: Sequence[Fraction | int], quota: Fraction | int) -> Power:
    """Compute the power of each voter; ValueError of a game that :func:`power_faults` finds fault with."""
    exact = [Fraction(weight) for weight in weights]
    faults = power_faults(exact, Fraction(quota), [str(place) for place in range(len(exact))])
    if faults:
        raise ValueError(faults[0].cause("en"))
    *sizes, needed = whole([*exact, Fraction(quota)])
    counts = _coalitions(sizes, needed)
    decisive = [_decisive(counts, weight, needed) for weight in sizes]
    n = len(sizes)
    raw = tuple(sum(by_size) for by_size in decisive)
    total = sum(raw)
    orders = [
        sum(factorial(size) * factorial(n - 1 - size) * count for size, count in enumerate(by_size))
        for by_size in decisive
    ]
    return Power(
        tuple(sizes),
        needed,
        tuple(Fraction(pivotal, factorial(n)) for pivotal in orders),
        raw,
        tuple(Fraction(count, total) for count in raw),
    )


def _coalitions(weights: Sequence[int], quota: int) -> list[list[int]]:
    """Count the coalitions of each size and of each weight below the quota."""
    counts = [[0] * quota for _ in range(len(weights) + 1)]
    counts[0][0] = 1
    for number, weight in enumerate(weights, start=1):
        for size in range(number, 0, -1):
            smaller = counts[size - 1]
            row = counts[size]
            for total in range(weight, quota):
                row[total] += smaller[total - weight]
    return counts


def _decisive(counts: list[list[int]], weight: int, quota: int) -> list[int]:
    """Count coalitions without a voter, by size, that lose by no more than the voter's weight.

    Those without the voter are all coalitions less those with the voter, size by size.
    """
    if not weight:
        return [0] * (len(counts) - 1)
    without = counts[0]
    by_size = [sum(without[max(0, quota - weight) :])]
    for size in range(1, len(counts) - 1):
        row = counts[size].copy()
        for total in range(weight, quota):
            row[total] -= without[total - weight]
        without = row
        by_size.append(sum(without[max(0, quota - weight) :]))
    return by_size
