"""Figure of a site: operating companies of many parks over time, each with what was reported of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copark.analyses.brief import Answer
from copark.cases.quarters import Quarter
from copark.figures.frame import ends, year_of
from copark.presentation import style
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = 4
"""Panels in a row."""
WIDE = 8.6
"""Width of the figure, inches."""
TALL = 1.1
"""Height of a panel, inches."""
GAP = 0.62
"""Inches between two rows of panels."""


def courses(answers: Sequence[Answer], lang: str) -> Figure:
    """Draw medians and 90 % of runs, what was reported, and the end of the data; every panel has a scale of its own.

    Parameters
    ----------
    answers
        Briefs of the parks, in the order in which they are drawn.
    lang
        Language.
    """
    from matplotlib.patches import Patch

    columns = min(COLUMNS, len(answers))
    rows = -(-len(answers) // columns)
    figure = style.sheet((WIDE, 0.85 + rows * (TALL + GAP)), "")
    panels = style.tiles(figure, len(answers), columns, (0.48, 0.16, 0.45), TALL, (0.42, GAP))
    for axes, answer in zip(panels, answers, strict=True):
        _park(axes, answer, lang)
    handles = [
        (Patch(color=style.MODEL, alpha=0.3), text("site.compare.key_runs", lang)),
        (style.line(style.INK, "o", linestyle=""), text("site.compare.key_reported", lang)),
        (style.line(style.MUTED, linestyle=(0, (2, 3))), text("site.compare.key_end", lang)),
    ]
    style.key(figure, handles)
    return figure


def _park(axes: Axes, answer: Answer, lang: str) -> None:
    from matplotlib.ticker import MaxNLocator

    bands = answer.bands["operating"]
    times = ends(Quarter.parse(answer.start), range(bands.shape[1]))
    axes.set_xlim(float(times[0]), float(times[-1]))
    style.fan(axes, times, bands, (0.18, 0.34), 1.4)
    points = sorted(answer.reported)
    axes.plot([point.at for point in points], [point.value for point in points], "o", color=style.INK, ms=2.4)
    axes.axvline(year_of(Quarter.parse(answer.data_end)), color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
    axes.set_ylim(bottom=0.0)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    axes.tick_params(labelsize=style.SIZE["foot"])
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}")
    name = style.wrap(answer.park.text(lang), 19.0, 2)
    axes.set_title(name, loc="left", size=style.SIZE["small"], color=style.INK, pad=3)
