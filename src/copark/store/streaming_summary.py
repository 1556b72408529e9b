"""Bands instead of paths: what is kept of an ensemble with more runs than a disk should hold.

Mean, standard deviation, least and greatest are exact. Quantiles rest on counts of values below 256 edges, which are
order statistics of the first chunk: ranks are exact at the edges and interpolated between them, so that a quantile's
rank is wrong by a small part of 1/256, and not at all where an edge's value repeats there (counts of companies). A cell
(scenario, quarter) without a value in the first chunk has no edges, and no quantiles.

Of an ensemble made in shards, each shard counts by itself. Floating-point sums depend on their order, counts do not. A
shard therefore keeps the moments of every chunk of a thousand runs, and one count below each edge over all its chunks.
Joined chunk by chunk from the first, they give the same bits however the chunks were divided among shards.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ends = Mapping[str, Mapping[str, int]]


QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.50, "p75": 0.75, "p95": 0.95}
STATISTICS = ("mean", "sd", "min", *QUANTILES, "max")
PATH = ("scenario", "run", "quarter")
EDGES = 256


def path_names(dataset: xr.Dataset) -> list[str]:
    """Name the outputs that have a value for every scenario, run and quarter."""
    return [str(name) for name, variable in dataset.data_vars.items() if variable.dims == PATH]


def summary_of(dataset: xr.Dataset) -> xr.Dataset:
    """Summarise an ensemble held whole, with exact quantiles, one variable in memory at a time."""
    import numpy as np

    from copark.stats.quantiles import quantiles_over

    filled: dict[str, Floats] = {}
    for name in path_names(dataset):
        values = np.moveaxis(dataset[name].values, 1, -1)
        ordered = np.sort(values, axis=-1)  # NaN comes last
        running = Running(*values.shape[:2])
        running.join(moments_of(ordered, values.shape[-1] - np.isnan(values).sum(axis=-1)))
        filled[name] = running.table(
            np.stack([quantiles_over(by_scenario, tuple(QUANTILES.values())) for by_scenario in values])
        )
    return labelled(dataset, filled)


class Moments(NamedTuple):
    """Contribution of one chunk of runs to mean, spread and ends, an array each of shape (scenario, quarter).

    Its arrays are those of the runs that have a value.
    """

    size: NDArray[np.int64]
    """How many runs have a value."""
    mean: Floats
    """Their mean."""
    squares: Floats
    """Sum of squared distances from the mean."""
    low: Floats
    """Least value."""
    high: Floats
    """Largest value."""


def moments_of(ordered: Floats, size: NDArray[np.int64]) -> Moments:
    """Compute moments of values of shape (scenario, quarter, run) in order, of which the first ``size`` are there."""
    import numpy as np

    is_present = ~np.isnan(ordered)
    mean = np.where(is_present, ordered, 0.0).sum(axis=-1) / np.maximum(size, 1)
    squares = np.square(np.where(is_present, ordered - mean[..., None], 0.0)).sum(axis=-1)
    return Moments(size, mean, squares, ordered[..., 0], np.where(is_present, ordered, -np.inf).max(axis=-1))


class Running:
    """Counts and moments of one output, a cell for each scenario and quarter; edges of counts, if there are some."""

    def __init__(self, scenarios: int, quarters: int, edges: Floats | None = None) -> None:
        import numpy as np

        shape = (scenarios, quarters)
        self.count = np.zeros(shape, dtype=np.int64)
        self.mean = np.zeros(shape)
        self.squares = np.zeros(shape)
        self.low = np.full(shape, np.inf)
        self.high = np.full(shape, -np.inf)
        self.edges = np.full((*shape, EDGES), np.nan) if edges is None else edges
        self.below, self.upto = np.zeros((2, *shape, EDGES), dtype=np.int64)

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

    def table(self, exact: Floats | None = None) -> Floats:
        """Tabulate all statistics, shape (scenario, statistic, quarter); NaN where no run has a value.

        Parameters
        ----------
        exact
            Quantiles that are known, shape (scenario, quantile, quarter), instead of those between edges.
        """
        import numpy as np

        table = np.full((self.count.shape[0], len(STATISTICS), self.count.shape[1]), np.nan)
        for cell in np.ndindex(self.count.shape):
            scenario, quarter = cell
            if count := self.count[cell]:
                deviation = np.sqrt(self.squares[cell] / (count - 1)) if count > 1 else 0.0
                quantiles = self._quantiles(cell) if exact is None else exact[scenario, :, quarter]
                table[scenario, :, quarter] = [self.mean[cell], deviation, self.low[cell], *quantiles, self.high[cell]]
        return table

    def _quantiles(self, cell: tuple[int, ...]) -> Floats:
        """Interpolate between the ranks of the edges: an edge is the value of ranks ``below`` to ``upto - 1``."""
        import numpy as np

        levels = np.array(list(QUANTILES.values()))
        if np.isnan(self.edges[cell][0]):
            return np.full(levels.shape, np.nan)
        last = self.count[cell] - 1
        ranks = np.concatenate([[0], np.stack([self.below[cell], self.upto[cell] - 1], axis=-1).ravel(), [last]])
        values = np.concatenate([[self.low[cell]], np.repeat(self.edges[cell], 2), [self.high[cell]]])
        return np.interp(levels * last, ranks, values)


def labelled(like: xr.Dataset, tables: Mapping[str, Floats]) -> xr.Dataset:
    """Put names, titles and units to the tables."""
    import xarray as xr

    dims = ("scenario", "statistic", "quarter")
    variables: dict[str, Any] = {name: (dims, table, dict(like[name].attrs)) for name, table in tables.items()}
    coords: dict[str, Any] = {"statistic": list(STATISTICS)}
    coords |= {name: like[name] for name in ("scenario", "quarter", "label") if name in like.coords}
    return xr.Dataset(variables, coords=coords, attrs=dict(like.attrs))


class EndCounts:
    """Counts of the runs of each scenario by the status and the outcome they ended with."""

    def __init__(self) -> None:
        self.status: dict[str, dict[str, int]] = {}
        self.outcome: dict[str, dict[str, int]] = {}

    def add(self, chunk: xr.Dataset) -> None:
        """Count further runs."""
        names = [name for name in ("status", "outcome") if name in chunk]
        self.add_codes([str(name) for name in chunk["scenario"].values], {name: chunk[name].values for name in names})

    def add_codes(self, scenarios: Sequence[str], variables: Mapping[str, NDArray[np.generic]]) -> None:
        """Count further runs by codes of ``status`` and ``outcome``, arrays of shape (scenario, run)."""
        import numpy as np

        counts: dict[str, dict[str, dict[str, int]]] = {"status": {}, "outcome": {}}
        for variable, values in variables.items():
            for name, codes in zip(scenarios, values, strict=True):
                numbers = zip(*np.unique(codes, return_counts=True), strict=True)
                counts[variable][name] = {str(code): int(number) for code, number in numbers}
        self.join(**counts)

    def join(self, status: Ends, outcome: Ends) -> None:
        """Add further counts."""
        for counts, more in ((self.status, status), (self.outcome, outcome)):
            for scenario, numbers in more.items():
                held = counts.setdefault(scenario, {})
                for code, number in numbers.items():
                    held[code] = held.get(code, 0) + number


def failed_in(status: Ends) -> int:
    """Count runs, over all scenarios, that did not reach the end; ``status``: runs by code, for each scenario."""
    return sum(number for numbers in status.values() for code, number in numbers.items() if code != "0")


class ShardBands:
    """Contribution of a shard's runs to the bands of outputs.

    Edges are those of the first chunk, shape (output, scenario, quarter, edge), NaN where it has no value; ``None`` in
    the shard that holds it, which places them.
    """

    def __init__(self, names: tuple[str, ...], edges: Floats | None) -> None:
        self.names = names
        self.edges = edges
        self._moments: list[Floats] = []
        self._sizes: list[NDArray[np.int64]] = []
        self._counts: NDArray[np.int64] | None = None

    def add(self, chunk: xr.Dataset) -> None:
        """Count one chunk of runs, the next in order: how many values of a cell lie below each edge and up to it."""
        import numpy as np

        shape = (len(self.names), chunk.sizes["scenario"], chunk.sizes["quarter"])
        counts = np.zeros((2, *shape, EDGES), np.int64) if self._counts is None else self._counts
        moments = np.empty((4, *shape))
        sizes = np.empty(shape, np.int64)
        edges = np.full((*shape, EDGES), np.nan) if self.edges is None else self.edges
        for n, name in enumerate(self.names):
            ordered = np.sort(np.moveaxis(chunk[name].values, 1, -1), axis=-1)
            batch = moments_of(ordered, ordered.shape[-1] - np.isnan(ordered).sum(axis=-1))
            sizes[n] = batch.size
            moments[:, n] = batch[1:]
            for cell in np.ndindex(shape[1:]):
                place = (n, *cell)
                values = ordered[cell][: sizes[n][cell]]
                if self.edges is None and values.size:
                    edges[place] = values[np.linspace(0, values.size - 1, EDGES).round().astype(np.int64)]
                if not np.isnan(edges[place][0]):
                    counts[0][place] += values.searchsorted(edges[place], side="left")
                    counts[1][place] += values.searchsorted(edges[place], side="right")
        self.edges = edges
        self._counts = counts
        self._moments.append(moments)
        self._sizes.append(sizes)

    def packed(self) -> bytes:
        """Pack what was counted as one compressed file."""
        import numpy as np

        counts = np.zeros(0, np.int64) if self._counts is None else self._counts
        return packed({"moments": np.stack(self._moments), "sizes": np.stack(self._sizes), "counts": counts})


def packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Pack arrays in one file, each compressed as the chunks of an ensemble are."""
    import numpy as np
    from numcodecs import Blosc

    codec = Blosc(cname="lz4", clevel=5, shuffle=Blosc.SHUFFLE)
    stream = io.BytesIO()
    held: dict[str, Any] = {}
    for name, array in arrays.items():
        held[f"{name}.shape"] = np.array(array.shape, np.int64)
        held[f"{name}.type"] = np.array(array.dtype.str)
        held[name] = np.frombuffer(codec.encode(np.ascontiguousarray(array)), np.uint8)
    np.savez(stream, allow_pickle=False, **held)
    return stream.getvalue()


def unpacked(content: bytes) -> dict[str, NDArray[Any]]:
    """Read arrays from their file."""
    import numpy as np
    from numcodecs import Blosc

    arrays = {}
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        for name in (name for name in held.files if "." not in name):
            raw = Blosc().decode(held[name].tobytes())
            arrays[name] = np.frombuffer(raw, str(held[f"{name}.type"])).reshape(tuple(held[f"{name}.shape"]))
    return arrays


def joined(header: xr.Dataset, edges: Floats, parts: Iterable[bytes]) -> xr.Dataset:
    """Join bands over all runs, by any run of them, the edges, and what the shards counted, in the order of runs.

    Parameters
    ----------
    header
        Any run of the ensemble.
    edges
        Edges of each output, shape (output, scenario, quarter, edge).
    parts
        What each shard counted, packed, in the order of runs.
    """
    running = [Running(header.sizes["scenario"], header.sizes["quarter"], cuts) for cuts in edges]
    for content in parts:
        part = unpacked(content)
        for n, band in enumerate(running):
            band.below += part["counts"][0, n]
            band.upto += part["counts"][1, n]
            for sizes, moments in zip(part["sizes"], part["moments"], strict=True):
                band.join(Moments(sizes[n], *moments[:, n]))
    return labelled(header, {name: band.table() for name, band in zip(path_names(header), running, strict=True)})
