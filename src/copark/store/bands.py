"""Bands of an ensemble made in shards: what each shard counts by itself, joined in the order of runs.

Floating-point sums depend on their order, counts do not. A shard therefore keeps the moments of every chunk of a
thousand runs, and one count below each edge over all its chunks. Joined chunk by chunk from the first, they give the
same bits however the chunks were divided among shards.

Edges come from the first chunk. A cell (scenario, quarter) without a value there has none yet: its values are kept as
they are until the join, which takes edges from the first chunk that has values.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from copark.store.summary import EDGES, Moments, Running, count_below, edges_of, labelled, moments_of, path_names

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Counts = NDArray[np.int64]


@dataclass
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

    names: tuple[str, ...]
    edges: Floats | None

    def __post_init__(self) -> None:
        """Nothing is counted yet."""
        self.moments: list[Floats] = []
        self.sizes: list[Counts] = []
        self.below: Counts | None = None
        self.upto: Counts | None = None
        self.late: list[tuple[int, int, int, int, Floats]] = []

    def add(self, chunk: xr.Dataset) -> None:
        """Count one chunk of runs, the next in order."""
        import numpy as np

        shape = (len(self.names), chunk.sizes["scenario"], chunk.sizes["quarter"])
        if self.below is None or self.upto is None:
            self.below = np.zeros((*shape, EDGES), np.int64)
            self.upto = np.zeros((*shape, EDGES), np.int64)
        moments, sizes = np.empty((4, *shape)), np.empty(shape, np.int64)
        places = self.edges is None
        edges = np.full((*shape, EDGES), np.nan) if self.edges is None else self.edges
        for n, name in enumerate(self.names):
            ordered = np.sort(np.moveaxis(chunk[name].values, 1, -1), axis=-1)
            size = ordered.shape[-1] - np.isnan(ordered).sum(axis=-1)
            found = moments_of(ordered, size)
            sizes[n], moments[:, n] = found.size, found[1:]
            for at in np.argwhere(np.isnan(edges[n, :, :, 0]) & (size > 0)):
                values = ordered[tuple(at)][: size[tuple(at)]]
                if places:
                    edges[n][tuple(at)] = edges_of(values)
                else:
                    self.late.append((len(self.sizes), n, int(at[0]), int(at[1]), values.copy()))
            count_below(ordered, np.where(np.isnan(edges[n, :, :, 0]), 0, size), edges[n], self.below[n], self.upto[n])
        self.edges = edges
        self.moments.append(moments)
        self.sizes.append(sizes)

    def packed(self) -> bytes:
        """What was counted, as one compressed file; edges only where they were placed here."""
        import numpy as np

        late = np.array([one[:4] for one in self.late], np.int64).reshape(-1, 4)
        values = [one[4] for one in self.late]
        arrays = {
            "moments": np.stack(self.moments),
            "sizes": np.stack(self.sizes),
            "below": _need(self.below),
            "upto": _need(self.upto),
            "late": late,
            "late_sizes": np.array([len(one) for one in values], np.int64),
            "late_values": np.concatenate(values) if values else np.zeros(0),
        }
        return _packed(arrays)


def _need(counts: Counts | None) -> Counts:
    if counts is None:
        raise ValueError("no runs were added")
    return counts


def _packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays in one file: NumPy's archive, each compressed as the chunks of an ensemble are."""
    import numpy as np
    from numcodecs import Blosc

    codec = Blosc(cname="lz4", clevel=5, shuffle=Blosc.SHUFFLE)
    stream = io.BytesIO()
    held = {f"{name}.shape": np.array(array.shape, np.int64) for name, array in arrays.items()}
    held |= {f"{name}.type": np.array(array.dtype.str) for name, array in arrays.items()}
    held |= {
        name: np.frombuffer(codec.encode(array), np.uint8) if array.size else np.zeros(0, np.uint8)
        for name, array in arrays.items()
    }
    np.savez(stream, allow_pickle=False, **held)
    return stream.getvalue()


def _unpacked(content: bytes) -> dict[str, NDArray[Any]]:
    import numpy as np
    from numcodecs import Blosc

    codec, found = Blosc(), {}
    with np.load(io.BytesIO(content), allow_pickle=False) as held:
        for name in (name for name in held.files if "." not in name):
            shape, kind = tuple(held[f"{name}.shape"]), np.dtype(str(held[f"{name}.type"]))
            raw = codec.decode(held[name].tobytes()) if held[name].size else b""
            found[name] = np.frombuffer(raw, kind).reshape(shape)
    return found


def packed_edges(edges: Floats) -> bytes:
    """Edges as a file."""
    return _packed({"edges": edges})


def edges_in(content: bytes) -> Floats:
    """Edges from their file."""
    import numpy as np

    return np.asarray(_unpacked(content)["edges"], np.float64)


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
    running = {name: Running(header.sizes["scenario"], header.sizes["quarter"]) for name in names}
    for name, cuts in zip(names, edges, strict=True):
        running[name].edges[:] = cuts
    for content in parts:
        part = _unpacked(content)
        late = _late(part)
        for n, name in enumerate(names):
            one = running[name]
            one.below += part["below"][n]
            one.upto += part["upto"][n]
        for chunk in range(len(part["sizes"])):
            for place, values in late.get(chunk, ()):
                _count_late(running[names[place[0]]], place[1:], values)
            for n, name in enumerate(names):
                moments = (part["moments"][chunk, kind, n] for kind in range(4))
                running[name].join(Moments(part["sizes"][chunk, n], *moments))
    return labelled(header, {name: one.table() for name, one in running.items()})


def _late(part: dict[str, NDArray[Any]]) -> dict[int, list[tuple[tuple[int, ...], Floats]]]:
    """Values of cells that had no edges, by chunk: their place (output, scenario, quarter) and the values in order."""
    import numpy as np

    found: dict[int, list[tuple[tuple[int, ...], Floats]]] = {}
    ends = np.cumsum(part["late_sizes"])
    pieces: Iterator[Floats] = iter(np.split(np.asarray(part["late_values"], np.float64), ends[:-1]))
    for row, values in zip(part["late"].tolist(), pieces, strict=False):
        found.setdefault(row[0], []).append((tuple(row[1:]), values))
    return found


def _count_late(one: Running, at: tuple[int, ...], values: Floats) -> None:
    """Count the values of a cell that had no edges when they were made."""
    import numpy as np

    if np.isnan(one.edges[at][0]):
        one.edges[at] = edges_of(values)
    one.below[at] += values.searchsorted(one.edges[at], side="left")
    one.upto[at] += values.searchsorted(one.edges[at], side="right")
