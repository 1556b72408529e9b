"""Comparisons of numbers that do not hang on how a processor rounds them.

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
    """Return how far a number may be from a reference and be the same, of the shape of the reference."""
    tolerance = np.array(reference, dtype=np.float64)
    np.abs(tolerance, out=tolerance)
    np.maximum(tolerance, 1.0, out=tolerance)
    return np.multiply(tolerance, NO_DIFFERENCE, out=tolerance)


def is_rounding(change: float, reference: float) -> bool:
    """Return whether a difference of two runs from a reference is rounding: :func:`settled` of one pair."""
    return abs(change) <= max(abs(reference), 1.0) * NO_DIFFERENCE


def settled(change: ArrayLike, reference: ArrayLike) -> Floats:
    """Return differences from a reference, with 0 in the place of those that are rounding; NaN stays.

    Where nothing but 0 is near 0, as in most arrays, that is seen at once: a slider waits for it.

    Parameters
    ----------
    change
        Differences from the reference.
    reference
        The reference, of the same shape or of one that fits it.
    """
    differences = np.asarray(change, dtype=np.float64)
    references = np.asarray(reference, dtype=np.float64)
    size = np.abs(differences)
    widest = float(np.max([1.0, references.max(initial=0.0), -references.min(initial=0.0)]))
    if np.isfinite(widest) and np.count_nonzero(size <= NO_DIFFERENCE * widest) == np.count_nonzero(differences == 0.0):
        return differences
    return np.where(size <= slack(references), 0.0, differences)


def differ(first: ArrayLike, second: ArrayLike) -> Booleans:
    """Mark where two arrays hold different numbers, rounding aside; two that are not a number are alike."""
    reference = np.asarray(first, dtype=np.float64)
    other = np.asarray(second, dtype=np.float64)
    alike = (reference == other) | (np.isnan(reference) & np.isnan(other))
    with np.errstate(invalid="ignore"):
        return np.asarray(~(alike | (np.abs(other - reference) <= slack(reference))))


def reaches(value: ArrayLike, bound: float) -> Booleans:
    """Mark numbers that are at least a bound, rounding aside."""
    return np.asarray(np.asarray(value) >= bound - slack(bound))


def rounded(values: ArrayLike) -> Floats:
    """Round numbers to nine decimals of the largest of them, so that those equal but for rounding rank alike."""
    numbers = np.asarray(values, dtype=np.float64)
    largest = float(np.max(np.abs(numbers), initial=0.0, where=np.isfinite(numbers)))
    return np.round(numbers / (largest or 1.0), 9) + 0.0
