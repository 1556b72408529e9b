"""Figure of a brief: the course of a park, what was observed of it, and what marks its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.analyses.brief import Answer
from copark.cases.quarters import Quarter
from copark.figures.frame import ends, year_of
from copark.figures.validation import Fan, scored_fan
from copark.presentation import style
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDE = 7.0
"""Width of the chart, inches."""
TALL = 2.63
"""Height of the chart without its events, inches: two of them are the plot's height on a page."""
LANE = 0.17
"""Height of the lane of events below the axis, inches."""
TICK_BELOW = 0.05
"""Inches from the axis to the upper end of an event's tick."""
POINTS = 72.0
"""Points of an inch."""
ASIDE = 2.0
"""Points between a line and its words."""
NOWHERE = float("nan")
"""No cut: the end of the data is marked here."""
DOTTED = (0, (2, 3))


def course(answer: Answer, lang: str) -> Figure:
    """Draw operating companies over time, with dated events, the end of the data and the present quarter."""
    bands = answer.bands["operating"]
    model = Fan(ends(Quarter.parse(answer.start), range(bands.shape[1])), bands)
    lane = LANE if answer.events else 0.0
    figure = scored_fan(
        "", "", model, (), answer.reported, NOWHERE, lang, size=(WIDE, TALL + lane), key_inside=True, lane=lane
    )
    (axes,) = figure.axes
    _mark_quarters(axes, answer, lang)
    if answer.events:
        _mark_events(axes, answer, lang)
    return figure


def _mark_quarters(axes: Axes, answer: Answer, lang: str) -> None:
    """Draw the end of the data and the present quarter as lines, their words above on either side of them."""
    _mark_quarter(axes, answer.data_end, text("brief.mark.end", lang), is_dotted=True, side="right")
    if answer.now:
        _mark_quarter(axes, answer.now, text("brief.mark.now", lang), is_dotted=False, side="left")


def _mark_quarter(axes: Axes, quarter: str, words: str, *, is_dotted: bool, side: str) -> None:
    first, last = axes.get_xlim()
    year = year_of(Quarter.parse(quarter))
    if first < year < last:
        axes.axvline(year, color=style.MUTED, linewidth=0.8, linestyle=DOTTED if is_dotted else "solid")
        aside = ASIDE if side == "left" else -ASIDE
        style.above(axes, year, words, (aside, 2.5), ha=side)


def _mark_events(axes: Axes, answer: Answer, lang: str) -> None:
    """Draw a tick below the axis for each dated event, and what the ticks are at their left."""
    height = axes.get_position().height * (TALL + LANE)
    top = -TICK_BELOW / height
    bottom = -LANE / height
    moments = [event.at for event in answer.events]
    axes.vlines(
        moments, bottom, top, transform=axes.get_xaxis_transform(), color=style.INK, linewidth=0.8, clip_on=False
    )
    axes.tick_params(axis="x", pad=LANE * POINTS + 1.0)
    axes.annotate(
        style.legible(text("brief.mark.events", lang)),
        (0.0, (top + bottom) / 2.0),
        xycoords="axes fraction",
        xytext=(-6.0, -1.5),
        textcoords="offset points",
        ha="right",
        va="center",
        size=style.SIZE["small"],
        color=style.MUTED,
        annotation_clip=False,
    )
