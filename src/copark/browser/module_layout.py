"""Places of a module's arguments: which arrays a function takes, of what shape, and where its fields are.

All of it is read from arrays as Python makes them, so that no place is written down by hand. A page puts the arrays
into one piece of memory, and their places into a table of 32-bit words: of an array its address and its shape, of a
whole number the number itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from copark.json_types import JsonObject

Dimension: TypeAlias = int | str
"""A length that is always the same, or the name of one that depends on the case."""


@dataclass(frozen=True)
class ModuleArgument:
    """An array or a whole number that a function of the module takes."""

    path: str
    """Its name, with the records it is part of: ``inputs.world``."""
    shape: tuple[Dimension, ...]
    """Its lengths; none of a whole number."""
    item_bytes: int
    """Size of an item; 0 of a whole number."""
    kind: str
    """``f8``, ``i8`` or ``record``; ``count`` of a whole number."""
    fields: Mapping[str, tuple[int, int]]
    """Place and number of values of each field of a record, in values of eight bytes."""
    within: str = ""
    """Path of the argument in whose memory it lies; its own where it is empty."""
    at: int = 0
    """Bytes from the start of that argument."""

    @property
    def words(self) -> int:
        """Words it takes in the table."""
        return 1 + len(self.shape)

    def as_json(self) -> JsonObject:
        """Describe it for a page."""
        return {
            "path": self.path,
            "shape": list(self.shape),
            "item_bytes": self.item_bytes,
            "kind": self.kind,
            "fields": {name: list(place) for name, place in self.fields.items()},
            "within": self.within,
            "at": self.at,
        }


def flattened(names: Sequence[str], values: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """List the arrays and numbers of a function's arguments, with the records they are part of, in their order."""
    for name, value in zip(names, values, strict=True):
        if isinstance(value, tuple):
            fields = value._fields  # type: ignore[attr-defined]
            yield from flattened([f"{name}.{field}" for field in fields], list(value))
        else:
            yield name, value


def layout_of(names: Sequence[str], values: Sequence[Any], lengths: Mapping[str, int]) -> tuple[ModuleArgument, ...]:
    """Describe the arguments of a function by an example of them.

    Parameters
    ----------
    names
        Names of the arguments.
    values
        The example: arrays, named tuples of arrays, whole numbers.
    lengths
        Lengths that depend on the case, by name, as they are in the example; no two alike.

    Raises
    ------
    ValueError
        If an array is not in one piece, or if its values are not of eight bytes.
    """
    by_length = {length: name for name, length in lengths.items()}
    found: list[ModuleArgument] = []
    arrays: list[tuple[str, np.ndarray]] = []
    for path, value in flattened(names, values):
        if not isinstance(value, np.ndarray):
            found.append(ModuleArgument(path, (), 0, "count", {}))
            continue
        if not value.flags.c_contiguous or value.dtype.itemsize % 8:
            raise ValueError(f"{path} cannot be put into the memory of a module")
        shape = tuple(by_length.get(length, length) for length in value.shape)
        within, at = _owner(value, arrays)
        arrays.append((path, value))
        kind = "record" if value.dtype.names else value.dtype.str[1:]
        found.append(ModuleArgument(path, shape, value.dtype.itemsize, kind, fields_of(value.dtype), within, at))
    return tuple(found)


def fields_of(dtype: np.dtype[Any]) -> dict[str, tuple[int, int]]:
    """Return place and number of values of each field of a record, in values of eight bytes; none of a plain number."""
    places: dict[str, tuple[int, int]] = {}
    for name, (field, offset, *_) in (dtype.fields or {}).items():
        places[name] = (offset // 8, field.itemsize // 8)
    return places


def _owner(array: np.ndarray, before: Sequence[tuple[str, np.ndarray]]) -> tuple[str, int]:
    """Find the array in whose memory an array lies, and how many bytes from its start; itself where it has its own."""
    start = array.ctypes.data
    for path, other in before:
        first = other.ctypes.data
        if array.nbytes and first <= start and start + array.nbytes <= first + other.nbytes:
            return path, start - first
    return "", 0
