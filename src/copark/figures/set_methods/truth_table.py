"""The truth table drawn: combinations as dots, cases as bars, consistency against its cutoff."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from copark.figures.set_methods.marks import SMALL, beside, column_head, negated, present
from copark.presentation import style
from copark.presentation.numbers import exact, number
from copark.texts import text

if TYPE_CHECKING:
    from copark.setmethods.qca.analysis import Analysis
    from copark.setmethods.qca.truth_table import Row

COLOURS = {"1": style.MODEL, "0": style.SECOND, "?": style.PALE}
ROW = 0.26
MOST = 40
"""Rows drawn; the table below has all."""


def observed_rows(found: Analysis) -> list[Row]:
    """Rows with a case in them: those coded 1 first, then by consistency."""
    rank = {"1": 0, "0": 1, "?": 2}
    rows = [row for row in found.truth.rows if row.n]
    return sorted(rows, key=lambda row: (rank[row.out], -(row.inclusion or 0.0), row.number))


@style.styled
def truth_table_figure(found: Analysis, lang: str = "en", footer: str = "") -> Figure:
    """Rows with cases: which conditions, how many cases, how consistent, which outcome.

    Parameters
    ----------
    found
        An analysis.
    lang
        ``en`` or ``zh``.
    footer
        What made the figure.
    """
    lang = style.language(lang)
    rows = observed_rows(found)[:MOST]
    names = found.settings.conditions
    count = len(found.truth.rows)
    subtitle = text(
        "set_methods.figure.truth.subtitle", lang, shown=len(rows), rows=number(count, 0),
        empty=number(count - len(rows), 0),
        incl=exact(found.settings.incl_cut),
    )  # fmt: skip
    title = text("set_methods.figure.truth.title", lang, outcome=found.settings.outcome_name)
    top = 0.92 + 0.045 * max(len(name) for name in names)
    figure = style.sheet((7.6, top + 0.55 + ROW * max(1, len(rows))), title, subtitle, footer)
    left = _grid(figure, len(rows), 0.55, 7.6 - 0.55 - 0.33 * len(names), top)
    for at, name in enumerate(names):
        column_head(left, at, name)
    start = 0.55 + 0.33 * len(names) + 0.25
    middle = _grid(figure, len(rows), start, 7.6 - start - 1.9, top)
    middle.set_xlim(0.0, 1.02)
    middle.axvline(found.settings.incl_cut, color=style.INK, linewidth=0.9, linestyle=(0, (3, 2)))
    middle.set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
    middle.tick_params(
        axis="x", top=True, bottom=False, labeltop=True, labelbottom=False, labelsize=style.SIZE["small"]
    )
    middle.set_title(text("set_methods.column.inclS", lang), **style.NOTE, pad=14)
    left.set_xlim(-0.6, len(names) - 0.4)
    for at, row in enumerate(rows):
        for place, value in enumerate(row.values):
            (present if value else negated)(left, place, at, SMALL)
        _consistency(middle, at, row)
    _key(figure, lang)
    return figure


def _grid(figure: Figure, rows: int, left: float, right: float, top: float) -> Axes:
    axes = style.panel(figure, left, 0.55, right, top)
    axes.grid(visible=False)
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_ylim(max(rows, 1) - 0.5, -0.5)
    for at in range(rows):
        axes.axhline(at + 0.5, color=style.GRID, linewidth=0.6)
    return axes


def _consistency(axes: Axes, at: int, row: Row) -> None:
    colour = COLOURS[row.out]
    value = row.inclusion or 0.0
    axes.plot([0.0, value], [at, at], color=colour, linewidth=1.4)
    axes.plot([value], [at], "o", color=colour, markersize=4.6)
    axes.text(
        -0.03, at, row.out, size=style.SIZE["label"], color=colour, weight="bold", ha="right", va="center",
        clip_on=False
    )  # fmt: skip
    beside(axes, 1.06, at, f"{row.n}  {', '.join(row.cases)}", longest=36)
    if row.against and len(row.against) < row.n:
        axes.text(value, at, "  ≠", **style.LABEL, va="center", clip_on=False)


def _key(figure: Figure, lang: str) -> None:
    words = text("set_methods.figure.truth.key", lang)
    width, height = figure.get_size_inches()
    figure.text(0.12 / width, 0.28 / height, style.legible(words), **style.NOTE, va="bottom")
