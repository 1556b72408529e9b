"""Patches: changes that a choice makes to the packed inputs and draws, cell by cell.

A patch holds the new values of the cells it changes, so that patches that touch no common cell are put one after the
other, in any order, without a rounding. Cells are values of eight bytes, compared by their bits; of draws a cell is a
parameter, in all runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copark.model.arrays import Draws, Inputs

Words = NDArray[np.int64]
"""Values of eight bytes, whatever they are."""
SUBMODELS = ("world", "governments", "company", "enterprises")


class ParameterChange(NamedTuple):
    """How a parameter is changed in every run."""

    kind: Literal["set", "column"]
    """``set`` to one value, or given run by run."""
    values: Words
    """The value, shape (1,), or those of all runs, shape (runs,)."""


@dataclass(frozen=True)
class Patch:
    """Changes of cells and parameters."""

    cells: Words = field(default_factory=lambda: np.zeros(0, np.int64))
    """Places in the inputs, as :func:`words_of` lays them out, ascending."""
    values: Words = field(default_factory=lambda: np.zeros(0, np.int64))
    """Their new values."""
    parameters: Mapping[tuple[str, int], ParameterChange] = field(default_factory=dict)
    """Changes of parameters, by scale and place in its record."""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing is changed."""
        return not self.cells.size and not self.parameters


class CannotBePatched(ValueError):
    """Inputs of other lengths: what is changed is no change of cells."""


def have_same_shapes(before: Inputs, after: Inputs) -> bool:
    """Return whether all arrays of two inputs have the same shapes, so that cells stand for the same in both."""
    return all(np.asarray(old).shape == np.asarray(new).shape for old, new in zip(before, after, strict=True))


def words_of(inputs: Inputs) -> Words:
    """Lay out all inputs, in the order of the record, as values of eight bytes; a copy."""
    return np.concatenate([np.ascontiguousarray(array).view(np.int64).ravel() for array in map(np.asarray, inputs)])


def cells_of(inputs: Inputs, part: str, field: str | None = None) -> Words:
    """Return the places of a column among the values of :func:`words_of`, shape (rows, values of a row).

    Parameters
    ----------
    inputs
        The inputs.
    part
        Name of one of their arrays.
    field
        Field of its records; ``None`` for an array of plain numbers.
    """
    first = 0
    for name, array in inputs._asdict().items():
        records = np.asarray(array)
        if name == part:
            break
        first += records.nbytes // 8
    row = records[:1].nbytes // 8
    begin, width = 0, row
    if field is not None:
        fields: Mapping[str, Any] = records.dtype.fields or {}
        kind, offset, *_ = fields[field]
        begin, width = offset // 8, kind.itemsize // 8
    rows = np.arange(len(records), dtype=np.int64) * row
    return first + begin + rows[:, None] + np.arange(width, dtype=np.int64)


def columns(records: NDArray[np.void]) -> Words:
    """View records as values of eight bytes, shape (records, values)."""
    return records.view(np.ndarray).view(np.int64).reshape(len(records), records.dtype.itemsize // 8)


def patch_between(before: Inputs, after: Inputs, drawn_before: Draws, drawn_after: Draws) -> Patch:
    """Return what turns inputs and draws into others.

    Raises
    ------
    CannotBePatched
        If an array of the inputs has another length.
    """
    if not have_same_shapes(before, after):
        raise CannotBePatched
    old = words_of(before)
    new = words_of(after)
    cells = np.flatnonzero(old != new).astype(np.int64)
    return Patch(cells, new[cells], _parameters_between(drawn_before, drawn_after))


def _parameters_between(before: Draws, after: Draws) -> dict[tuple[str, int], ParameterChange]:
    """Find the parameters that differ, and how."""
    changes: dict[tuple[str, int], ParameterChange] = {}
    if before is after:
        return changes
    for submodel in SUBMODELS:
        old = columns(getattr(before, submodel))
        new = columns(getattr(after, submodel))
        for word in np.flatnonzero((old != new).any(axis=0)).tolist():
            values = new[:, word].copy()
            same = bool((values == values[0]).all())
            changes[submodel, word] = ParameterChange("set", values[:1]) if same else ParameterChange("column", values)
    return changes


def apply(patches: Sequence[Patch], words: Words, draws: Draws) -> None:
    """Put patches into inputs and draws, one after the other.

    Parameters
    ----------
    patches
        The patches; where two touch a cell, the later holds.
    words
        Written: inputs, as :func:`words_of` lays them out.
    draws
        Written: draws.
    """
    for patch in patches:
        words[patch.cells] = patch.values
        for (submodel, word), change in patch.parameters.items():
            columns(getattr(draws, submodel))[:, word] = change.values


@dataclass(frozen=True)
class PatchSet:
    """Patches of choices, and which of them add up.

    Other combinations are not offered: nobody packed them.
    """

    single: Mapping[str, Patch]
    """Patch of each choice, by its key."""
    refused: frozenset[tuple[str, str]]
    """Pairs of choices whose patches, one after the other, are not what Python packs for both."""

    def sequence(self, keys: Sequence[str]) -> list[Patch] | None:
        """Return the patches of a combination in the order in which they are put; ``None`` where it is not offered.

        A combination is offered if each two of its choices add up, and no three of them touch a cell.

        Parameters
        ----------
        keys
            Keys of the choices, in their order.
        """
        if any(pair in self.refused for pair in combinations(keys, 2)):
            return None
        patches = [self.single[key] for key in keys]
        touches = Counter(cell for patch in patches for cell in _touched(patch))
        return None if any(count > 2 for count in touches.values()) else patches


def _touched(patch: Patch) -> set[object]:
    """Name the cells that a patch sets."""
    return {*patch.cells.tolist(), *patch.parameters}
