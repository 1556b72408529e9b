"""Sets of levers against a target: the share of runs that meets each, with its Monte Carlo error.

Value of information drawn: what each observation would tell of each claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from copark.presentation import style
from copark.presentation.numbers import percent
from copark.stats.shares import Share

NAMES = 3.1
"""Inches for the names of sets and observations."""


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


ROW = 0.2
"""Inches of a row of observations."""


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

    heads: words of the axis and of the column of shares; footer: what made it.
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
