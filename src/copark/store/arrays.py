"""The numbers of a run as Zarr version 3: one array a variable, 1,000 runs a chunk, lz4 with byte shuffle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import xarray as xr
    from zarr.storage import MemoryStore

CHUNK = 1000
CACHED_RUNS = 5_000
"""Up to this many runs, a variable once read stays in memory."""


def write_dataset(dataset: xr.Dataset, path: Path | MemoryStore) -> None:
    """Write a Dataset as a new Zarr group, into a folder or into memory."""
    storable = with_texts(dataset, storable=True)
    storable.to_zarr(path, mode="w-", encoding=_encodings(storable), zarr_format=3, consolidated=False)


def with_texts(dataset: xr.Dataset, *, storable: bool) -> xr.Dataset:
    """Give the Dataset with its texts (names, labels) as objects, to be stored, or as NumPy's ``str``, to be read."""
    coords: dict[Any, Any] = {}
    for name, variable in dataset.variables.items():
        if variable.dtype.kind in "OUT":
            objects = variable.values.astype(object)
            coords[name] = (variable.dims, objects if storable else objects.astype(str), variable.attrs)
    return dataset.assign_coords(coords)


def _encodings(dataset: xr.Dataset) -> dict[Any, dict[str, Any]]:
    from zarr.codecs import BloscCodec, BloscShuffle

    encodings: dict[Any, dict[str, Any]] = {}
    for name, variable in dataset.variables.items():
        encoding: dict[str, Any] = {"chunks": tuple(_chunk(dim, dataset.sizes[dim]) for dim in variable.dims)}
        if variable.dtype.kind == "M":
            encoding |= {"units": "days since 1970-01-01", "dtype": "int64"}
        elif variable.dtype.kind == "f":
            encoding["_FillValue"] = None
        if variable.dtype.kind in "fiuM":
            encoding["compressors"] = [BloscCodec(cname="lz4", clevel=5, shuffle=BloscShuffle.shuffle)]
        encodings[name] = encoding
    return encodings


def _chunk(dim: Any, size: int) -> int:
    return CHUNK if dim == "run" else max(1, size)


def open_dataset(path: Path, order: list[str] | None = None) -> xr.Dataset:
    """Open a Zarr group lazily: a variable is read when its values are asked for.

    Parameters
    ----------
    path
        The group's folder.
    order
        Names of the variables in the order wanted; folders have none.
    """
    import xarray as xr
    import zarr

    runs = _runs_in(zarr.open_group(str(path), mode="r", zarr_format=3))
    dataset = xr.open_dataset(
        path, engine="zarr", chunks=None, cache=runs <= CACHED_RUNS, consolidated=False, zarr_format=3
    )
    dataset = with_texts(dataset, storable=False)
    if order is not None:
        names = [name for name in order if name in dataset.data_vars]
        dataset = dataset[names]
    return dataset


def _runs_in(group: Any) -> int:
    return int(group["run"].shape[0]) if "run" in group else 0
