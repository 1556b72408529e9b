"""The numbers of a run as Zarr version 3: one array a variable, 1,000 runs a chunk, lz4 with byte shuffle, CRC-32C.

A thousand runs are one file for each variable, named by its place. Whoever makes those runs can therefore write their
part of an ensemble alone, in any order, beside others who write theirs, and without opening the array: the bytes are
those that :mod:`zarr` writes for the same numbers (tests compare them), in a third of its time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.store.array_forms import CHUNK, forms_in

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray
    from zarr.abc.buffer import Buffer
    from zarr.storage import MemoryStore

CACHED_RUNS = 5_000
"""Up to this many runs, a variable once read stays in memory."""


def write_dataset(dataset: xr.Dataset, path: Path | MemoryStore) -> None:
    """Write a Dataset as a new Zarr group, into a folder or into memory."""
    storable = with_texts(dataset, storable=True)
    storable.to_zarr(path, mode="w-", encoding=_encodings(storable), zarr_format=3, consolidated=False)


def with_texts(dataset: xr.Dataset, *, storable: bool) -> xr.Dataset:
    """Return the Dataset with its texts (names, labels) as objects, to be stored, or as NumPy's ``str``, to be read."""
    coords: dict[Any, Any] = {}
    for name, variable in dataset.variables.items():
        if variable.dtype.kind in "OUT":
            objects = variable.values.astype(object)
            coords[name] = (variable.dims, objects if storable else objects.astype(str), variable.attrs)
    return dataset.assign_coords(coords)


def _encodings(dataset: xr.Dataset) -> dict[Any, dict[str, Any]]:
    from zarr.codecs import BloscCodec, BloscShuffle, Crc32cCodec

    encodings: dict[Any, dict[str, Any]] = {}
    for name, variable in dataset.variables.items():
        chunks = tuple(CHUNK if dim == "run" else max(1, dataset.sizes[dim]) for dim in variable.dims)
        encoding: dict[str, Any] = {"chunks": chunks}
        if variable.dtype.kind == "M":
            encoding |= {"units": "days since 1970-01-01", "dtype": "int64"}
        elif variable.dtype.kind == "f":
            encoding["_FillValue"] = None
        packing = [BloscCodec(cname="lz4", clevel=5, shuffle=BloscShuffle.shuffle)]
        encoding["compressors"] = [*(packing if variable.dtype.kind in "fiuM" else []), Crc32cCodec()]
        encodings[name] = encoding
    return encodings


def open_dataset(path: Path, order: list[str] | None = None) -> xr.Dataset:
    """Open a Zarr group of a stored run lazily, with its variables in the order wanted, since folders have none.

    Each chunk is compared with its checksum when it is read; ``DamagedRun`` is raised then, wherever that is.
    """
    import xarray as xr

    from copark.store.checked_chunks import CheckedStore

    forms = forms_in(path)
    runs = forms["run"].shape[0] if "run" in forms else 0
    files: Any = CheckedStore(path, forms=forms)
    dataset = xr.open_dataset(
        files,
        engine="zarr",
        chunks=None,
        cache=runs <= CACHED_RUNS,
        consolidated=False,
        zarr_format=3,
    )
    dataset = with_texts(dataset, storable=False)
    return dataset if order is None else dataset[[name for name in order if name in dataset.data_vars]]


BESIDE: Any = {
    "data_vars": "minimal",
    "coords": "minimal",
    "compat": "override",
    "join": "override",
    "combine_attrs": "override",
}
"""How chunks are put together: what has no runs is that of the first."""


def in_thousands(chunks: Iterable[xr.Dataset]) -> Iterator[xr.Dataset]:
    """Return the same runs in chunks of ``CHUNK``, but for the last."""
    import xarray as xr

    remainder: xr.Dataset | None = None
    for chunk in chunks:
        remainder = chunk if remainder is None else xr.concat([remainder, chunk], "run", **BESIDE)
        for start in range(0, remainder.sizes["run"] - CHUNK + 1, CHUNK):
            yield remainder.isel(run=slice(start, start + CHUNK))
        remainder = remainder.isel(run=slice(remainder.sizes["run"] // CHUNK * CHUNK, None))
    if remainder is not None and remainder.sizes["run"]:
        yield remainder


def encoded(chunk: xr.Dataset, number: int) -> Iterator[tuple[str, bytes]]:
    """Return names (``<variable>/c/…``, below the Zarr group) and compressed contents of the files of one chunk.

    It has up to ``CHUNK`` runs, fewer only at the end of an ensemble, and is the ``number``-th from 0. What is empty
    throughout has no file.
    """
    import google_crc32c
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
        content = bytes(codec.encode(values))
        yield f"{name}/c/{place}", content + google_crc32c.value(content).to_bytes(4, "little")


def _whole(values: NDArray[np.generic], axis: int) -> NDArray[np.generic]:
    """Fill values up, empty (not a number, or nought) where the last chunk of an ensemble has no runs."""
    import numpy as np

    missing = CHUNK - values.shape[axis]
    if not missing:
        return values
    room = [(0, missing if dimension == axis else 0) for dimension in range(values.ndim)]
    return np.pad(values, room, constant_values=np.nan if values.dtype.kind == "f" else 0)


def frame(header: xr.Dataset, runs: int) -> list[tuple[str, bytes]]:
    """Return the files of a Zarr group without runs (shapes, attributes, coordinates); ``header`` is of any runs."""
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
    """Return the files of a Dataset as a Zarr group, made in memory."""
    from zarr.storage import MemoryStore

    held: dict[str, Buffer] = {}
    write_dataset(dataset, MemoryStore(held))
    yield from ((name, held[name].to_bytes()) for name in sorted(held))
