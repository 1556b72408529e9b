"""Bands instead of paths: what is kept of an ensemble with more runs than a disk should hold.

Whoever makes runs counts them (:mod:`copark.store.summary`), and the counts are joined here. Mean, standard deviation,
least and greatest are exact. Quantiles rest on counts of values below 256 edges, which are order statistics of the
first chunk: ranks are exact at the edges and interpolated between them, so that a quantile's rank is wrong by a small
part of 1/256, and not at all where an edge's value repeats there (counts of companies).

Bands of an ensemble made in shards: what each shard counts by itself, joined in the order of runs.

Floating-point sums depend on their order, counts do not. A shard therefore keeps the moments of every chunk of a
thousand runs, and one count below each edge over all its chunks. Joined chunk by chunk from the first, they give the
same bits however the chunks were divided among shards.

Edges come from the first chunk. A cell (scenario, quarter) without a value there has none, and no quantiles.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


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
        return failed_in(self.status)


def failed_in(status: Mapping[str, Mapping[str, int]]) -> int:
    """Runs, over all scenarios, that did not reach the end; status: runs by code, for each scenario."""
    return sum(number for found in status.values() for code, number in found.items() if code != "0")


def _names(values: Iterable[Any]) -> list[str]:
    return [str(value) for value in values]


class ShardBands:
    """What a shard's runs add to the bands.

    Parameters
    ----------
    names
        Outputs, in order.
    edges
        Those of the first chunk, shape (output, scenario, quarter, edge); NaN where it has no value. ``None`` in the
        shard that holds the first chunk, which places them.
    """

    def __init__(self, names: tuple[str, ...], edges: Floats | None) -> None:
        self.names, self.edges = names, edges
        self._moments: list[Floats] = []
        self._sizes: list[NDArray[np.int64]] = []
        self._counts: NDArray[np.int64] | None = None

    def add(self, chunk: xr.Dataset) -> None:
        """Count one chunk of runs, the next in order."""
        import numpy as np

        shape = (len(self.names), chunk.sizes["scenario"], chunk.sizes["quarter"])
        if self._counts is None:
            self._counts = np.zeros((2, *shape, EDGES), np.int64)
        moments, sizes = np.empty((4, *shape)), np.empty(shape, np.int64)
        edges = np.full((*shape, EDGES), np.nan) if self.edges is None else self.edges
        for n, name in enumerate(self.names):
            ordered = np.sort(np.moveaxis(chunk[name].values, 1, -1), axis=-1)
            size = ordered.shape[-1] - np.isnan(ordered).sum(axis=-1)
            found = moments_of(ordered, size)
            sizes[n], moments[:, n] = found.size, found[1:]
            if self.edges is None:
                for at in map(tuple, np.argwhere(size > 0)):
                    edges[n][at] = edges_of(ordered[at][: size[at]])
            known = np.where(np.isnan(edges[n, :, :, 0]), 0, size)
            count_below(ordered, known, edges[n], self._counts[0, n], self._counts[1, n])
        self.edges = edges
        self._moments.append(moments)
        self._sizes.append(sizes)

    def packed(self) -> bytes:
        """What was counted, as one compressed file."""
        import numpy as np

        counts = np.zeros(0, np.int64) if self._counts is None else self._counts
        return _packed({"moments": np.stack(self._moments), "sizes": np.stack(self._sizes), "counts": counts})


def _packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays in one file, each compressed as the chunks of an ensemble are."""
    import numpy as np
    from numcodecs import Blosc

    codec, stream = Blosc(cname="lz4", clevel=5, shuffle=Blosc.SHUFFLE), io.BytesIO()
    held: dict[str, Any] = {}
    for name, array in arrays.items():
        held[f"{name}.shape"] = np.array(array.shape, np.int64)
        held[f"{name}.type"] = np.array(array.dtype.str)
        held[name] = np.frombuffer(codec.encode(np.ascontiguousarray(array)), np.uint8)
    np.savez(stream, allow_pickle=False, **held)
    return stream.getvalue()


def _unpacked(content: bytes) -> dict[str, NDArray[Any]]:
    import numpy as np
    from numcodecs import Blosc

    found = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        for name in (name for name in held.files if "." not in name):
            raw = Blosc().decode(held[name].tobytes())
            found[name] = np.frombuffer(raw, str(held[f"{name}.type"])).reshape(tuple(held[f"{name}.shape"]))
    return found


def packed_edges(edges: Floats) -> bytes:
    """Edges as a file."""
    return _packed({"edges": edges})


def edges_in(content: bytes) -> Floats:
    """Edges from their file."""
    return _unpacked(content)["edges"]


def joined(header: xr.Dataset, edges: Floats, parts: Iterable[bytes]) -> xr.Dataset:
    """Bands over all runs.

    Parameters
    ----------
    header
        Any run of the ensemble, with its attributes.
    edges
        Those the first chunk placed.
    parts
        What the shards counted, in the order of runs.
    """
    names = path_names(header)
    running = [Running(header.sizes["scenario"], header.sizes["quarter"], cuts) for cuts in edges]
    for content in parts:
        part = _unpacked(content)
        for n, one in enumerate(running):
            one.below += part["counts"][0, n]
            one.upto += part["counts"][1, n]
            for sizes, moments in zip(part["sizes"], part["moments"], strict=True):
                one.join(Moments(sizes[n], *moments[:, n]))
    return labelled(header, {name: one.table() for name, one in zip(names, running, strict=True)})
