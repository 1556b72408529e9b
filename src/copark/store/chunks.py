"""Chunks of a Zarr array as the files they are, made without opening the array.

A thousand runs are one file for each variable, named by its place. Whoever makes those runs can therefore write their
part of an ensemble alone, in any order, beside others who write theirs. The bytes are those that :mod:`zarr` writes for
the same numbers (tests compare them), in a third of its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from copark.store.arrays import CHUNK, write_dataset

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray
    from zarr.abc.buffer import Buffer


BESIDE: Any = {"data_vars": "minimal", "coords": "minimal", "compat": "override", "join": "override",
               "combine_attrs": "override"}  # fmt: skip
"""How chunks are put together: what has no runs is that of the first."""


def in_thousands(chunks: Iterable[xr.Dataset]) -> Iterator[xr.Dataset]:
    """The same runs in chunks of ``CHUNK``, but for the last."""
    import xarray as xr

    held: xr.Dataset | None = None
    for chunk in chunks:
        held = chunk if held is None else xr.concat([held, chunk], "run", **BESIDE)
        for start in range(0, held.sizes["run"] - CHUNK + 1, CHUNK):
            yield held.isel(run=slice(start, start + CHUNK))
        held = held.isel(run=slice(held.sizes["run"] // CHUNK * CHUNK, None))
    if held is not None and held.sizes["run"]:
        yield held


def encoded(chunk: xr.Dataset, number: int) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the files of one chunk.

    Parameters
    ----------
    chunk
        Up to ``CHUNK`` runs; fewer only at the end of an ensemble.
    number
        Which chunk it is, from 0.

    Yields
    ------
    tuple
        ``<variable>/c/…``, below the Zarr group, and the compressed bytes. What is empty throughout has no file.
    """
    import numpy as np
    from numcodecs import Blosc

    codec = Blosc(cname="lz4", clevel=5, shuffle=Blosc.SHUFFLE)
    for name, variable in chunk.variables.items():
        if "run" not in variable.dims or not variable.size:
            continue
        values = _whole(np.ascontiguousarray(variable.values), variable.dims.index("run"))
        if (np.isnan(values) if values.dtype.kind == "f" else values == 0).all():
            continue
        place = "/".join(str(number) if dim == "run" else "0" for dim in variable.dims)
        yield f"{name}/c/{place}", codec.encode(values)


def _whole(values: NDArray[np.generic], axis: int) -> NDArray[np.generic]:
    """Values, empty (not a number, or nought) where the last chunk of an ensemble has no runs."""
    import numpy as np

    missing = CHUNK - values.shape[axis]
    if not missing:
        return values
    room = [(0, missing if at == axis else 0) for at in range(values.ndim)]
    return np.pad(values, room, constant_values=np.nan if values.dtype.kind == "f" else 0)


def frame(header: xr.Dataset, runs: int) -> list[tuple[str, bytes]]:
    """Files of a Zarr group that do not hold runs: shapes, attributes, coordinates.

    Parameters
    ----------
    header
        Any run of the ensemble, with its attributes.
    runs
        Runs of the whole ensemble.
    """
    import zarr
    from zarr.storage import MemoryStore

    held: dict[str, Buffer] = {}
    write_dataset(header.isel(run=slice(0, 1)), MemoryStore(held))
    group: Any = zarr.open_group(MemoryStore(held), mode="r+", zarr_format=3)
    for name, variable in header.variables.items():
        if "run" in variable.dims:
            group[str(name)].resize(tuple(runs if dim == "run" else header.sizes[dim] for dim in variable.dims))
    of_runs = tuple(f"{name}/c/" for name, variable in header.variables.items() if "run" in variable.dims)
    return [(name, held[name].to_bytes()) for name in sorted(held) if not f"{name}/".startswith(of_runs)]


def group_of(dataset: xr.Dataset) -> Iterator[tuple[str, bytes]]:
    """Files of a Dataset as a Zarr group, made in memory."""
    from zarr.storage import MemoryStore

    held: dict[str, Buffer] = {}
    write_dataset(dataset, MemoryStore(held))
    yield from ((name, held[name].to_bytes()) for name in sorted(held))
