"""Sets of levers against a target: the share of runs that meets each, with its Monte Carlo error."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from copark.presentation import style
from copark.presentation.numbers import percent
from copark.stats.shares import Share

NAMES = 3.1
"""Inches for the names of sets."""


@style.styled
def reached(rows: Sequence[tuple[str, Share]], asked: float, titles: tuple[str, str, str], lang: str = "en") -> Figure:
    """A row for each set, the case as it is first, and a line at the share asked for.

    Parameters
    ----------
    rows
        What a set is, and the share of runs that meets the target.
    asked
        The share asked for.
    titles
        Title, subtitle and footer.
    """
    lang = style.language(lang)
    words = [style.wrap(name, NAMES * 72.0 / style.SIZE["label"] * 0.92, 2) for name, _ in rows]
    figure = style.sheet((7.4, 1.75 + 0.38 * len(rows)), *titles)
    axes = style.panel(figure, NAMES + 0.1, 0.62, 0.75, 0.95)
    style.rows(axes, len(rows))
    axes.set_yticks(range(len(rows)), words, size=style.SIZE["label"])
    axes.axvline(asked, color=style.SECOND, linewidth=1.2)
    style.above(axes, asked, percent(asked))
    for at, (_, share) in enumerate(rows):
        axes.plot([share.low, share.high], [at, at], color=style.MODEL, linewidth=3.0, alpha=0.45)
        axes.plot([share.share], [at], "o", color=style.MODEL if at else style.INK, ms=5.5)
        style.row_value(axes, at, style.legible(percent(share.share, 1)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    return figure
