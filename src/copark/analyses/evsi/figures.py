"""Figure of the value of information for a decision: what asking each source first is worth."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copark.presentation import style
from copark.presentation.numbers import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAMES = 3.4
"""Inches for the names of sources."""


def source_bars(
    rows: Sequence[tuple[str, float, float, float]], titles: Sequence[str], heads: tuple[str, str]
) -> Figure:
    """Draw a bar of expected gain for each source, with its interval of simulation error.

    Parameters
    ----------
    rows
        Of each source its name, the gain, half of its interval, and the share of worlds in which the choice changes.
    titles
        Title, subtitle and footer.
    heads
        Words of the axis and of the column of shares.
    """
    names = [name for name, *_ in rows]
    figure, axes = style.in_rows(names, titles, inches=NAMES, high=0.24, wide=7.6, bottom=0.62, right=0.95, small=True)
    for place, (_, gain, half, share) in enumerate(rows):
        axes.barh(place, gain, height=0.62, color=style.MODEL)
        axes.plot([gain - half, gain + half], [place, place], color=style.INK, linewidth=0.9)
        style.row_value(axes, place, percent(share), **style.SMALL)
    axes.axvline(0.0, color=style.INK, linewidth=0.7)
    axes.set_xlabel(style.legible(heads[0]), fontsize=style.SIZE["small"])
    style.corner(axes, heads[1])
    return figure
