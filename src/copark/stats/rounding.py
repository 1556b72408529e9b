"""What is told of numbers must not hang on how a processor rounds them.

The same run has the same numbers on every machine but for the last digits: compilers fuse a multiplication with an
addition on one processor and not on another, libraries add in another order. A difference of two runs that are alike is
then sometimes 0 and sometimes 1e-13, and whoever counts differences above 0 counts rounding. So numbers that are
nearer to each other than :data:`NO_DIFFERENCE` of the greater of 1 and their size are the same number, wherever they
are compared, counted or ranked: 1e-9 of an enterprise, a tenth of a cent. Rounding stays well below that over the
eighty quarters of a run, and no effect anyone would tell comes near it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from copark.arrays import Booleans, Floats

NO_DIFFERENCE = 1e-9
"""Numbers that differ by less than this, relative to the greater of 1 and their size, are the same number."""


def slack(reference: ArrayLike) -> Floats:
    """How far a number may be from a reference and be the same, of the shape of the reference."""
    found = np.array(reference, dtype=np.float64)
    np.abs(found, out=found)
    np.maximum(found, 1.0, out=found)
    return np.multiply(found, NO_DIFFERENCE, out=found)


def settled(apart: ArrayLike, reference: ArrayLike) -> Floats:
    """Differences from a reference, with 0 in the place of those that are rounding; NaN stays.

    apart, reference: of one shape, or of shapes that fit each other. Where nothing but 0 is near 0, as in most arrays,
    that is seen at once: a slider waits for it.
    """
    found = np.asarray(apart, dtype=np.float64)
    known = np.asarray(reference, dtype=np.float64)
    size = np.abs(found)
    widest = float(np.max([1.0, known.max(initial=0.0), -known.min(initial=0.0)]))
    if np.isfinite(widest) and np.count_nonzero(size <= NO_DIFFERENCE * widest) == np.count_nonzero(found == 0.0):
        return found
    return np.where(size <= slack(known), 0.0, found)


def differ(first: ArrayLike, second: ArrayLike) -> Booleans:
    """Where two arrays hold different numbers, rounding aside; two that are not a number are alike."""
    one = np.asarray(first, dtype=np.float64)
    other = np.asarray(second, dtype=np.float64)
    alike = (one == other) | (np.isnan(one) & np.isnan(other))
    with np.errstate(invalid="ignore"):
        return np.asarray(~(alike | (np.abs(other - one) <= slack(one))))


def reaches(value: ArrayLike, bound: float) -> Booleans:
    """Whether numbers are at least a bound, rounding aside."""
    return np.asarray(np.asarray(value) >= bound - slack(bound))


def rounded(values: ArrayLike) -> Floats:
    """Numbers to nine decimals of the largest of them, so that those that are equal but for rounding rank alike."""
    found = np.asarray(values, dtype=np.float64)
    largest = float(np.max(np.abs(found), initial=0.0, where=np.isfinite(found)))
    return np.round(found / (largest or 1.0), 9) + 0.0
