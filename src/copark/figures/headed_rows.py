"""Rows of a figure in groups, each under a bold head: options under their levers, observations under their claims."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from copark.presentation import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class HeadedRow(NamedTuple):
    """A row of a figure, or the head of those below it."""

    words: str
    """Name of the row, or the head."""
    key: str | None
    """Key of what the row is of; a head has none."""


def write_heads(axes: Axes, rows: Sequence[HeadedRow], inches: float) -> None:
    """Write the heads among the rows, bold and at the left edge, with a line above each but the first.

    Parameters
    ----------
    axes
        Axes whose rows are at 0, 1, 2 … on the vertical axis.
    rows
        All rows, in the order drawn; those without a key are heads.
    inches
        Width left of the axes that is kept for names.
    """
    for place, row in enumerate(rows):
        if row.key is None:
            words = style.wrap(row.words, 60.0, 1)
            style.row_name(axes, place, words, -inches * 72.0 + 14.0, ha="left", weight="bold")
            if place:
                axes.axhline(place - 0.5, color=style.GRID, linewidth=0.7)
