"""Figure of parks by their accounts: a row for each park."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copark.figures.park_kinds import STATUS, chances_in_rows, status_key
from copark.presentation import style
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.standing import ParkStanding

NO_WORD = "surviving"
"""Colour of a park of which nothing is on record; the key names recorded words alone."""


def parks(standings: Sequence[ParkStanding], lang: str = "en") -> Figure:
    """Draw for each park how often it stands by its accounts, coloured by the record, and where its data end.

    Parameters
    ----------
    standings
        Parks, the first at the top.
    lang
        Language, en or zh.
    """
    titles = [text(f"standing.figure.{part}", lang) for part in ("title", "subtitle", "footer")]
    names = [park.park.text(lang) for park in standings]
    figure, axes = chances_in_rows(names, titles)
    for position, park in enumerate(standings):
        accounts = park.ahead.stands
        then = park.at_data_end.stands
        colour = STATUS[park.recorded or NO_WORD][0]
        axes.plot([then, accounts], [position, position], color=style.GRID, linewidth=1.6, zorder=1)
        axes.plot([then], [position], "o", color=style.INK, mfc=style.PAPER, ms=4.6, zorder=2)
        axes.plot([accounts], [position], "o", color=colour, ms=6.0, zorder=3)
    handles = status_key((park.recorded for park in standings), lang)
    counted = style.line(style.INK, "o", linestyle="", markerfacecolor=style.PAPER)
    handles.append((counted, text("standing.figure.then", lang)))
    style.key(figure, handles)
    return figure
