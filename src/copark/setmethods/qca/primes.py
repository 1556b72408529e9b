"""Prime implicants: the largest terms that hold no row coded 0 (Quine 1952; McCluskey 1956).

All 3^k terms are looked at once, as an array with three places an axis: negated, present, absent. A term with an
absent condition holds the rows of the two terms that name it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from copark.setmethods.qca.sets import ABSENT, Term, order

if TYPE_CHECKING:
    from numpy.typing import NDArray


def _marked(rows: Iterable[int], count: int) -> NDArray[np.bool_]:
    """Whether each of the 3^k terms holds one of some rows; shape (3,) * k."""
    found = np.zeros(1 << count, dtype=bool)
    found[list(rows)] = True
    found = found.reshape((2,) * count)
    for axis in range(count):
        found = np.concatenate([found, found.any(axis=axis, keepdims=True)], axis=axis)
    return found


def prime_implicants(positive: Iterable[int], free: Iterable[int], count: int) -> tuple[Term, ...]:
    """Every prime implicant that holds a positive row.

    Parameters
    ----------
    positive
        Rows, numbered from 0, that are to be covered.
    free
        Rows that may be covered or not.
    count
        Number of conditions.
    """
    to_cover = set(positive)
    allowed = to_cover | set(free)
    holds_positive = _marked(to_cover, count)
    implies = ~_marked(set(range(1 << count)) - allowed, count)
    prime = implies & holds_positive
    for axis in range(count):
        larger = np.take(implies, [ABSENT], axis=axis)
        named = np.ones(3, dtype=bool)
        named[ABSENT] = False
        shape = [1] * count
        shape[axis] = 3
        prime &= ~(larger & named.reshape(shape))
    return tuple(sorted((tuple(int(v) for v in term) for term in np.argwhere(prime)), key=order))
