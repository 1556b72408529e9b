"""How a reported value is drawn in every figure: what it says, so that a bound never looks like a value."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.markers import CARETDOWNBASE, CARETUPBASE

from copark.presentation.style import INK, MUTED, PAPER
from copark.texts import text

KINDS = {"more-than": "least", "at-least": "least", "at-most": "most", "range": "range", "about": "about"}
"""What is drawn of a kind of bound; of every other a dot."""
MARKERS = {"least": CARETUPBASE, "most": CARETDOWNBASE}


def observed_mark(
    axes: Axes, at: float, value: float, high: float | None, bound: str, colour: str = INK, size: float = 4.6,
    order: float = 6.0,
) -> None:  # fmt: skip
    """Draw a reported value: a dot; a ring if approximate; a caret from a bound to where it is open; a bar for a range.

    Parameters
    ----------
    at
        Its moment, in years.
    high
        Where a range ends; of "more than" how far it is read to reach, which is not drawn.
    """
    kind = KINDS.get(bound, "exact")
    if kind == "range" and high is not None:
        axes.plot([at, at], [value, high], color=colour, linewidth=0.45 * size, zorder=order, solid_capstyle="butt")
    elif kind in MARKERS:
        axes.plot([at], [value], "_", color=colour, markersize=1.5 * size, markeredgewidth=0.28 * size, zorder=order)
        axes.plot(
            [at], [value], marker=MARKERS[kind], color=colour, markersize=1.25 * size, markeredgewidth=0, zorder=order
        )  # fmt: skip
    else:
        hollow = kind == "about"
        axes.plot(
            [at], [value], "o", color=colour, markersize=size, markerfacecolor=PAPER if hollow else colour,
            markeredgecolor=colour if hollow else PAPER, markeredgewidth=1.1 if hollow else 0.5, zorder=order,
        )  # fmt: skip


def observed_key(bounds: Iterable[str], lang: str, *, unused: bool = False) -> list[tuple[Line2D, str]]:
    """Handles and words for the kinds of reported values in a figure, in one order.

    Parameters
    ----------
    unused
        Whether some are drawn grey, because others contradict them.
    """
    found = {KINDS.get(bound, "exact") for bound in bounds}
    handles = {
        "exact": _handle("o", INK),
        "about": _handle("o", INK, markerfacecolor=PAPER, markeredgewidth=1.1),
        "least": _handle(CARETUPBASE, INK, markersize=7.0),
        "most": _handle(CARETDOWNBASE, INK, markersize=7.0),
        "range": _handle("|", INK, markersize=7.0, markeredgewidth=2.0),
    }
    shown = [(handle, text(f"report.observed.{kind}", lang)) for kind, handle in handles.items() if kind in found]
    if unused:
        shown.append((_handle("o", MUTED), text("report.observed.unused", lang)))
    return shown


def _handle(marker: Any, colour: str, **extra: Any) -> Line2D:
    options = {"linestyle": "", "markersize": 4.6, "markeredgewidth": 0.0, **extra}
    return Line2D([], [], color=colour, marker=marker, **options)
