"""Two ensembles side by side: identical, equal but for rounding, or different from a first place on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

TOLERANCE = 1e-9
"""Relative to the greater of 1 and the stored value."""


@dataclass(frozen=True)
class FirstDifference:
    """The first place where two ensembles differ, quarter before run before variable.

    Where a variable is missing or has another shape, it alone is named and the numbers are not. Its place is given as
    far as the variable has such dimensions.
    """

    variable: str
    scenario: str = ""
    run: int = -1
    quarter: str = ""
    statistic: str = ""
    stored: float = float("nan")
    replayed: float = float("nan")


@dataclass(frozen=True)
class BitComparison:
    """Result of comparing a chunk of runs."""

    identical: bool
    """Every bit is the same; any not-a-number equals any other."""
    largest: float
    """Largest relative difference among numbers, 0 if identical."""
    first: FirstDifference | None
    """The first difference beyond ``TOLERANCE``, if there is one."""

    def joined(self, other: BitComparison) -> BitComparison:
        """Join this comparison and that of later runs."""
        largest = max(self.largest, other.largest)
        first = self.first or other.first
        return BitComparison(self.identical and other.identical, largest, first)


def compare(stored: xr.Dataset, replayed: xr.Dataset) -> BitComparison:
    """Compare the runs of two Datasets with the same coordinates, variable by variable."""
    identical = True
    largest = 0.0
    firsts: list[tuple[tuple[int, int, int], FirstDifference]] = []
    for order, name in enumerate(map(str, stored.data_vars)):
        if name not in replayed or replayed[name].shape != stored[name].shape:
            return BitComparison(identical=False, largest=float("inf"), first=FirstDifference(name))
        left = stored[name].values
        right = replayed[name].values
        if same_bits(left, right).all():
            continue
        gaps = relative_gaps(left, right)
        identical = False
        largest = max(largest, float(gaps.max()))
        if (gaps > TOLERANCE).any():
            firsts.append(_first(stored, name, order, gaps, right))
    return BitComparison(identical, largest, min(firsts, key=lambda entry: entry[0])[1] if firsts else None)


def same_bits(left: NDArray[np.generic], right: NDArray[np.generic]) -> NDArray[np.bool_]:
    """Describe where two arrays of one shape hold the same bits; any not-a-number equals any other."""
    import numpy as np

    if left.dtype.kind == "f" and right.dtype == left.dtype:
        bits = np.dtype(f"i{left.dtype.itemsize}")
        same = np.ascontiguousarray(left).view(bits) == np.ascontiguousarray(right).view(bits)
        return np.asarray(same | (np.isnan(left) & np.isnan(right)))
    return np.asarray(left == right)


def relative_gaps(left: NDArray[np.generic], right: NDArray[np.generic]) -> NDArray[np.float64]:
    """Compute ``|a - b| / max(1, |a|)``; infinite where only one of the two is a number."""
    import numpy as np

    stored = left.astype(np.float64)
    replayed = right.astype(np.float64)
    both_nan = np.isnan(stored) & np.isnan(replayed)
    gaps = np.abs(np.subtract(stored, replayed, out=np.zeros(stored.shape), where=stored != replayed))
    gaps = gaps / np.maximum(1.0, np.abs(stored))
    gaps[np.isnan(gaps)] = np.inf
    gaps[both_nan] = 0.0
    return np.asarray(gaps)


def _first(
    stored: xr.Dataset, name: str, order: int, gaps: NDArray[np.float64], replayed: NDArray[np.generic]
) -> tuple[tuple[int, int, int], FirstDifference]:
    import numpy as np

    places = np.argwhere(gaps > TOLERANCE)
    columns = {str(dim): places[:, axis] for axis, dim in enumerate(stored[name].dims)}
    quarter = columns.get("quarter", np.full(len(places), stored.sizes.get("quarter", 0)))
    run = columns.get("run", np.zeros(len(places), dtype=np.int64))
    chosen = int(np.lexsort((run, quarter))[0])
    position = {dim: int(column[chosen]) for dim, column in columns.items()}
    place = tuple(places[chosen])
    difference = FirstDifference(
        variable=name,
        scenario=str(stored["scenario"].values[position["scenario"]]) if "scenario" in position else "",
        run=int(stored["run"].values[position["run"]]) if "run" in position else -1,
        quarter=str(stored["label"].values[position["quarter"]]) if "quarter" in position else "",
        statistic=str(stored["statistic"].values[position["statistic"]]) if "statistic" in position else "",
        stored=float(stored[name].values[place]),
        replayed=float(replayed[place]),
    )
    return (int(quarter[chosen]), int(run[chosen]), order), difference
