"""The numbers of a run as Zarr version 3: one array a variable, 1,000 runs a chunk, lz4 with byte shuffle.

Datasets come in one piece or in chunks along ``run``; in chunks the memory needed stays that of one chunk.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.store.errors import ExportRefused, fault

if TYPE_CHECKING:
    import xarray as xr
    from zarr.storage import MemoryStore

CHUNK = 1000
CACHED_RUNS = 5_000
"""Up to this many runs, a variable once read stays in memory."""


class ArrayWriter:
    """Writes the chunks of one ensemble one after another into a Zarr group.

    Parameters
    ----------
    path
        The group's folder, or a store in memory; it must hold nothing.
    runs
        Runs that will come in all.
    """

    def __init__(self, path: Path | MemoryStore, runs: int) -> None:
        self.path = path
        self.runs = runs
        self.written = 0
        self._arrays: dict[str, Any] = {}

    def write(self, chunk: xr.Dataset) -> None:
        """Add the next runs.

        Raises
        ------
        ExportRefused
            If more runs come than were announced.
        """
        end = self.written + chunk.sizes["run"]
        if end > self.runs:
            raise ExportRefused([fault("runs_differ", self.path, found=end, wanted=self.runs)])
        if not self._arrays:
            self._create(chunk)
        else:
            for name, array in self._arrays.items():
                array[_region(chunk[name].dims, self.written, end)] = chunk[name].values
        self.written = end

    def close(self) -> None:
        """Make sure that every announced run has come.

        Raises
        ------
        ExportRefused
            If fewer runs came than were announced.
        """
        if self.written != self.runs:
            raise ExportRefused([fault("runs_differ", self.path, found=self.written, wanted=self.runs)])

    def _create(self, chunk: xr.Dataset) -> None:
        import zarr

        write_dataset(chunk, self.path)
        group = zarr.open_group(self.path, mode="r+", zarr_format=3)
        for name in map(str, chunk.variables):
            dims = chunk[name].dims
            if "run" in dims:
                array: Any = group[name]
                array.resize(tuple(self.runs if dim == "run" else chunk.sizes[dim] for dim in dims))
                self._arrays[name] = array


def _region(dims: tuple[Any, ...], start: int, end: int) -> tuple[slice, ...]:
    return tuple(slice(start, end) if dim == "run" else slice(None) for dim in dims)


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
