"""Value of information drawn: what each observation would tell of each claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from copark.presentation import style
from copark.presentation.numbers import percent

ROW, NAMES = 0.2, 3.1
"""Inches of a row, and for the names of observations."""


@dataclass(frozen=True)
class Bars:
    """A claim with the observations that tell most of it."""

    title: str
    """The claim."""
    rows: tuple[tuple[str, float, float, float], ...]
    """Each observation, the gain, its standard error, and the share of worlds in which it decides the claim."""


@style.styled
def gain_bars(found: Sequence[Bars], title: str, subtitle: str, heads: tuple[str, str], footer: str) -> Figure:
    """A bar of gain for each observation, under the head of its claim, with its standard error.

    Parameters
    ----------
    heads
        Words of the axis and of the column of shares.
    footer
        What made it.
    """
    count = sum(len(one.rows) + 1 for one in found)
    figure = style.sheet((7.6, 1.55 + ROW * count), title, subtitle, footer)
    axes = style.panel(figure, NAMES, 0.62, 0.95, 0.92)
    style.rows(axes, count)
    at = 0
    for one in found:
        words = style.wrap(one.title, (7.2) * 72.0 / style.SIZE["label"], 1)
        style.row_name(axes, at, words, -NAMES * 72.0 + 10.0, ha="left", size=style.SIZE["label"], weight="bold")
        if at:
            axes.axhline(at - 0.5, color=style.GRID, linewidth=0.7)
        for name, gain, error, decided in one.rows:
            at += 1
            axes.barh(at, max(gain, 0.0), height=0.62, color=style.MODEL)
            axes.plot([max(gain - error, 0.0), gain + error], [at, at], color=style.INK, linewidth=0.9)
            narrow = style.wrap(name, (NAMES - 0.2) * 72.0 / style.SIZE["small"], 1)
            style.row_name(axes, at, narrow, size=style.SIZE["small"])
            style.row_value(axes, at, percent(decided), **style.SMALL)
        at += 1
    axes.set_xlim(left=0.0)
    axes.set_xlabel(style.legible(heads[0]), fontsize=style.SIZE["small"])
    style.corner(axes, style.legible(heads[1]))
    return figure
