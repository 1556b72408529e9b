"""The prime implicant chart: every smallest set of prime implicants that covers all positive rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from copark.setmethods.qca.primes import prime_implicants
from copark.setmethods.qca.sets import Model, Term, order, rows_of
from copark.setmethods.table import SettingFaults, fault

MOST_MODELS = 500
"""Tied models that are listed; beyond them a minimisation says that there are more."""


MOST_STEPS = 200_000
"""Steps of the search for covers after which a chart is given up."""


@dataclass(frozen=True)
class Minimised:
    """What a minimisation gave.

    Parameters
    ----------
    models
        All models with the smallest number of prime implicants, however many literals these have; none where there is
        no positive row.
    primes
        All prime implicants of the chart.
    cut
        Whether there are more than :data:`MOST_MODELS` tied models, of which only the first are given.
    """

    models: tuple[Model, ...]
    primes: tuple[Term, ...]
    cut: bool = False


def minimise(
    positive: frozenset[int], free: frozenset[int], count: int, *, row_dominance: bool = False
) -> Minimised:  # fmt: skip
    """Cover the positive rows with as few prime implicants as can be, in every way that can be done.

    Parameters
    ----------
    positive, free
        Rows to cover, and rows that may be covered, numbered from 0.
    count
        Number of conditions.
    row_dominance
        Leave out prime implicants whose positive rows are all, and fewer than, those of another.
    """
    primes = prime_implicants(positive, free, count)
    places = {row: at for at, row in enumerate(sorted(positive))}
    masks: dict[int, list[Term]] = {}
    for term in primes:
        mask = sum(1 << places[row] for row in rows_of(term) if row in places)
        masks.setdefault(mask, []).append(term)
    whole = (1 << len(places)) - 1
    if not positive:
        return Minimised((), primes)
    chart = Chart(masks)
    smallest = chart.smallest(whole)
    covers = chart.covers(whole, smallest, chart.undominated if row_dominance else tuple(sorted(masks)))
    found = list(islice(_models(covers, masks), MOST_MODELS + 1))
    ordered = sorted(found[:MOST_MODELS], key=lambda model: [order(term) for term in model])
    return Minimised(tuple(ordered), primes, len(found) > MOST_MODELS)


def _models(covers: Iterator[tuple[int, ...]], masks: dict[int, list[Term]]) -> Iterator[Model]:
    """Models of covers: terms that cover the same rows stand in for each other."""
    for cover in covers:
        for terms in product(*(masks[mask] for mask in cover)):
            yield tuple(sorted(terms, key=order))


class Chart:
    """Which rows each group of prime implicants covers, as bits of a number; and how few of them cover some rows.

    What was found of a set of rows is kept, for the same sets come up again and again.

    Parameters
    ----------
    masks
        The rows of each group.
    """

    def __init__(self, masks: Iterable[int]) -> None:
        every = set(masks)
        self.undominated = tuple(
            sorted(one for one in every if not any(one != other and one & other == one for other in every))
        )
        self._enough: dict[int, int] = {0: 0}
        self._too_few: dict[int, int] = {}
        self._steps = 0

    def smallest(self, rows: int) -> int:
        """Size of the smallest cover of some rows."""
        size = 1
        while not self.coverable(rows, size):
            size += 1
        return size

    def coverable(self, rows: int, size: int) -> bool:
        """Whether so many masks can cover some rows.

        Raises
        ------
        SettingFaults
            If the chart has too many ways to be covered to look through them.
        """
        if not rows or self._enough.get(rows, size + 1) <= size:
            return True
        if size <= self._too_few.get(rows, 0):
            return False
        self._step()
        useful = {mask & rows for mask in self.undominated if mask & rows}
        if size * max(mask.bit_count() for mask in useful) >= rows.bit_count() and _apart(useful, rows) <= size:
            candidates = sorted(_fewest(useful, rows), key=lambda mask: -mask.bit_count())
            if any(self.coverable(rows & ~mask, size - 1) for mask in candidates):
                self._enough[rows] = min(size, self._enough.get(rows, size))
                return True
        self._too_few[rows] = max(size, self._too_few.get(rows, 0))
        return False

    def covers(self, rows: int, size: int, masks: Sequence[int]) -> Iterator[tuple[int, ...]]:
        """Every cover of some rows by ``size`` of some masks or fewer, once.

        It branches over the masks of the row that fewest of them cover; a mask that was tried is not tried again
        beside the later ones.
        """
        if not rows:
            yield ()
            return
        if not self.coverable(rows, size):
            return
        self._step()
        useful = [mask for mask in masks if mask & rows]
        bits = _bits(rows)
        candidates = min(([mask for mask in useful if mask & bit] for bit in bits), key=len)
        tried: set[int] = set()
        for mask in candidates:
            tried.add(mask)
            if self.coverable(rows & ~mask, size - 1):
                rest = [other for other in useful if other not in tried]
                for cover in self.covers(rows & ~mask, size - 1, rest):
                    yield (mask, *cover)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise SettingFaults([fault("too_ambiguous", "--conditions", masks=len(self.undominated))])


def _bits(rows: int) -> list[int]:
    """The rows of a set, one by one."""
    return [1 << at for at in range(rows.bit_length()) if rows >> at & 1]


def _fewest(masks: set[int], rows: int) -> list[int]:
    """The masks of the row that fewest of them cover."""
    return min(([mask for mask in masks if mask & bit] for bit in _bits(rows)), key=len)


def _apart(masks: set[int], rows: int) -> int:
    """A number of rows no two of which one mask covers: so many masks are needed at least."""
    count = 0
    together = dict.fromkeys(_bits(rows), 0)
    for mask in masks:
        for bit in _bits(mask):
            together[bit] |= mask
    for bit in sorted(together, key=lambda one: together[one].bit_count()):
        if rows & bit:
            count += 1
            rows &= ~together[bit]
    return count
