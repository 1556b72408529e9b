"""Figures of the information gain: what each observation would take away of each claim's variance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from copark.figures.headed_rows import HeadedRow, write_heads
from copark.presentation import style
from copark.presentation.numbers import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLAIMS = 3.1
"""Inches for the names of observations."""


class ClaimGains(NamedTuple):
    """A claim with the observations that tell most of it."""

    title: str
    """Title of the claim."""
    rows: tuple[tuple[str, float, float, float], ...]
    """Each observation, the gain, its standard error, and the share of worlds in which it decides the claim."""


def gain_bars(claims: Sequence[ClaimGains], title: str, subtitle: str, heads: tuple[str, str], foot: str) -> Figure:
    """Draw a bar of gain for each observation, under the head of its claim, with its standard error.

    Parameters
    ----------
    claims
        Claims with their observations.
    title, subtitle
        Words above the figure.
    heads
        Words of the axis and of the column of shares.
    foot
        Line below the figure.
    """
    rows: list[HeadedRow] = []
    for claim in claims:
        rows += [HeadedRow(claim.title, None), *(HeadedRow(name, name) for name, *_ in claim.rows)]
    names = [row.words if row.key else "" for row in rows]
    titles = (title, subtitle, foot)
    figure, axes = style.in_rows(
        names, titles, inches=CLAIMS, high=0.2, wide=7.6, bottom=0.62, right=0.95, lines=1, small=True
    )
    write_heads(axes, rows, CLAIMS)
    place = 0
    for claim in claims:
        for _, gain, error, decided in claim.rows:
            place += 1
            axes.barh(place, max(gain, 0.0), height=0.62, color=style.MODEL)
            axes.plot([max(gain - error, 0.0), gain + error], [place, place], color=style.INK, linewidth=0.9)
            style.row_value(axes, place, percent(decided), **style.SMALL)
        place += 1
    axes.set_xlim(left=0.0)
    axes.set_xlabel(style.legible(heads[0]), fontsize=style.SIZE["small"])
    style.corner(axes, heads[1])
    return figure
