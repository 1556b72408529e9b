"""Bands instead of paths: what is kept of an ensemble with more runs than a disk should hold.

Whoever makes runs counts them (:mod:`copark.store.bands`), and the counts are joined here. Mean, standard deviation,
least and greatest are exact. Quantiles rest on counts of values below 256 edges, which are order statistics of the
first chunk: ranks are exact at the edges and interpolated between them, so that a quantile's rank is wrong by a small
part of 1/256, and not at all where an edge's value repeats there (counts of companies).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
STATISTICS = ("mean", "sd", "min", *QUANTILES, "max")
PATH = ("scenario", "run", "quarter")
EDGES = 256


def path_names(dataset: xr.Dataset) -> list[str]:
    """Names of the outputs that have a value for every scenario, run and quarter."""
    return [str(name) for name, variable in dataset.data_vars.items() if variable.dims == PATH]


def summary_of(dataset: xr.Dataset) -> xr.Dataset:
    """The summary of an ensemble held whole, with exact quantiles, one variable in memory at a time."""
    import numpy as np

    filled: dict[str, NDArray[np.float64]] = {}
    for name in path_names(dataset):
        values = np.moveaxis(dataset[name].values, 1, -1)
        ordered = np.sort(values, axis=-1)  # NaN comes last
        running = Running(*values.shape[:2])
        running.join(moments_of(ordered, values.shape[-1] - np.isnan(values).sum(axis=-1)))
        filled[name] = running.table(_exact_quantiles(values))
    return labelled(dataset, filled)


def _exact_quantiles(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Quantiles of (scenario, quarter, run) over runs that have a value: (scenario, quantile, quarter)."""
    import numpy as np

    from copark.stats.quantiles import quantiles_over

    return np.stack([quantiles_over(one, tuple(QUANTILES.values())) for one in values])


class Moments(NamedTuple):
    """What one chunk of runs adds to mean, spread and ends, an array each of shape (scenario, quarter).

    size: runs that have a value; mean and squares: theirs, and the sum of squared distances from it; low, high: ends.
    """

    size: NDArray[np.int64]
    mean: NDArray[np.float64]
    squares: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


def moments_of(ordered: NDArray[np.float64], size: NDArray[np.int64]) -> Moments:
    """Moments of values of shape (scenario, quarter, run) in order, of which the first ``size`` are there."""
    import numpy as np

    there = ~np.isnan(ordered)
    mean = np.where(there, ordered, 0.0).sum(axis=-1) / np.maximum(size, 1)
    squares = np.square(np.where(there, ordered - mean[..., None], 0.0)).sum(axis=-1)
    return Moments(size, mean, squares, ordered[..., 0], np.where(there, ordered, -np.inf).max(axis=-1))


def edges_of(ordered: NDArray[np.float64]) -> NDArray[np.float64]:
    """Edges of a cell: order statistics of its first values."""
    import numpy as np

    found: NDArray[np.float64] = ordered[np.linspace(0, len(ordered) - 1, EDGES).round().astype(np.int64)]
    return found


def count_below(
    ordered: NDArray[np.float64],
    size: NDArray[np.int64],
    edges: NDArray[np.float64],
    below: NDArray[np.integer[Any]],
    upto: NDArray[np.integer[Any]],
) -> None:
    """Count, cell by cell, how many values lie below each edge, and up to it; the counts are added to."""
    import numpy as np

    cells = zip(
        ordered.reshape(-1, ordered.shape[-1]),
        size.flat,
        edges.reshape(-1, EDGES),
        below.reshape(-1, EDGES),
        upto.reshape(-1, EDGES),
        strict=True,
    )
    for row, number, cuts, less, most in cells:
        found = row[:number]
        np.add(less, found.searchsorted(cuts, side="left"), out=less, casting="unsafe")
        np.add(most, found.searchsorted(cuts, side="right"), out=most, casting="unsafe")


class Running:
    """Counts and moments of one output, a cell for each scenario and quarter; edges of counts, if there are some."""

    def __init__(self, scenarios: int, quarters: int, edges: NDArray[np.float64] | None = None) -> None:
        import numpy as np

        shape = (scenarios, quarters)
        self.count = np.zeros(shape, dtype=np.int64)
        self.mean = np.zeros(shape)
        self.squares = np.zeros(shape)
        self.low = np.full(shape, np.inf)
        self.high = np.full(shape, -np.inf)
        self.edges = np.full((*shape, EDGES), np.nan) if edges is None else edges
        self.below = np.zeros((*shape, EDGES), dtype=np.int64)
        self.upto = np.zeros((*shape, EDGES), dtype=np.int64)

    def join(self, more: Moments) -> None:
        """Join mean and sum of squares with those of further values (Chan, Golub and LeVeque 1983)."""
        import numpy as np

        count = self.count + more.size
        step = np.where(more.size > 0, more.mean - self.mean, 0.0)
        share = more.size / np.maximum(count, 1)
        self.mean += step * share
        self.squares += more.squares + step * step * self.count * share
        self.low = np.fmin(self.low, more.low)
        self.high = np.fmax(self.high, more.high)
        self.count = count

    def table(self, exact: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """All statistics, shape (scenario, statistic, quarter); NaN where no run has a value.

        Parameters
        ----------
        exact
            Quantiles that are known, shape (scenario, quantile, quarter), instead of those between edges.
        """
        import numpy as np

        table = np.full((self.count.shape[0], len(STATISTICS), self.count.shape[1]), np.nan)
        levels = np.array(list(QUANTILES.values()))
        for scenario, quarter in np.ndindex(self.count.shape):
            at = (scenario, quarter)
            count = self.count[at]
            if not count:
                continue
            deviation = np.sqrt(self.squares[at] / (count - 1)) if count > 1 else 0.0
            quantiles = self._quantiles(at, levels) if exact is None else exact[scenario, :, quarter]
            table[scenario, :, quarter] = [self.mean[at], deviation, self.low[at], *quantiles, self.high[at]]
        return table

    def _quantiles(self, at: tuple[int, int], levels: NDArray[np.float64]) -> NDArray[np.float64]:
        """Interpolate between the ranks of the edges: an edge is the value of ranks ``below`` to ``upto - 1``."""
        import numpy as np

        if np.isnan(self.edges[at][0]):
            return np.full(levels.shape, np.nan)
        last = self.count[at] - 1
        ranks = np.stack([self.below[at], self.upto[at] - 1], axis=-1).ravel()
        values = np.repeat(self.edges[at], 2)
        ranks = np.concatenate([[0], ranks, [last]])
        values = np.concatenate([[self.low[at]], values, [self.high[at]]])
        found: NDArray[np.float64] = np.interp(levels * last, ranks, values)
        return found


def labelled(like: xr.Dataset, tables: dict[str, NDArray[np.float64]]) -> xr.Dataset:
    """Put names, titles and units to the tables."""
    import xarray as xr

    dims = ("scenario", "statistic", "quarter")
    variables: dict[str, Any] = {name: (dims, table, dict(like[name].attrs)) for name, table in tables.items()}
    coords: dict[str, Any] = {"statistic": list(STATISTICS)}
    coords |= {name: like[name] for name in ("scenario", "quarter", "label") if name in like.coords}
    return xr.Dataset(variables, coords=coords, attrs=dict(like.attrs))


class EndCounts:
    """How many runs of each scenario ended with which status and which outcome."""

    def __init__(self) -> None:
        self.status: dict[str, dict[str, int]] = {}
        self.outcome: dict[str, dict[str, int]] = {}

    def add(self, chunk: xr.Dataset) -> None:
        """Count further runs."""
        import numpy as np

        for counts, variable in ((self.status, "status"), (self.outcome, "outcome")):
            if variable not in chunk:
                continue
            for name, codes in zip(_names(chunk["scenario"].values), chunk[variable].values, strict=True):
                found = counts.setdefault(name, {})
                for code, number in zip(*np.unique(codes, return_counts=True), strict=True):
                    found[str(code)] = found.get(str(code), 0) + int(number)

    def failed(self) -> int:
        """Runs, over all scenarios, that did not reach the end."""
        return sum(number for found in self.status.values() for code, number in found.items() if code != "0")


def _names(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values]
