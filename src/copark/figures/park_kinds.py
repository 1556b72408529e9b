"""Colours of types of parks and of what became of them, the same in every figure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from copark.presentation import style
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

STATUS = {
    "failed": (style.SECOND, ""),
    "stalled": (style.ACCENT, "///"),
    "surviving": (style.PALE, "..."),
    "thriving": (style.MODEL, ""),
}
TYPE_COLOURS = {"intergovernmental": style.MODEL, "mixed": style.ACCENT, "enterprise-led": style.SECOND}


def chances_in_rows(names: Sequence[str], titles: Sequence[str]) -> tuple[Figure, Axes]:
    """Make a small figure of a row for each park, in which chances from 0 to 100 % are drawn.

    Parameters
    ----------
    names
        Parks, the first at the top.
    titles
        Title, subtitle and footer.
    """
    figure, axes = style.in_rows(
        names, titles, inches=2.75, high=0.19, wide=7.2, bottom=0.85, right=0.25, lines=1, small=True
    )
    axes.set_xlim(-0.02, 1.02)
    style.in_percent(axes)
    return figure, axes


def status_key(recorded: Iterable[str | None], lang: str) -> list[tuple[Line2D, str]]:
    """Return entries of a key: the colours of what became of the parks, as far as any is on record.

    Parameters
    ----------
    recorded
        What became of each park.
    lang
        Language, en or zh.
    """
    shown = set(recorded)
    return [
        (style.line(colour, "o", linestyle=""), text(f"parks.status.{name}", lang))
        for name, (colour, _) in STATUS.items()
        if name in shown
    ]
