"""Bands of an ensemble made in shards: what each shard counts by itself, joined in the order of runs.

Floating-point sums depend on their order, counts do not. A shard therefore keeps the moments of every chunk of a
thousand runs, and one count below each edge over all its chunks. Joined chunk by chunk from the first, they give the
same bits however the chunks were divided among shards.

Edges come from the first chunk. A cell (scenario, quarter) without a value there has none, and no quantiles.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from copark.store.summary import EDGES, Moments, Running, count_below, edges_of, labelled, moments_of, path_names

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


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
