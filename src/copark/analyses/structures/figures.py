"""Figure of a grid of structures: a row for every combination."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.model.outcomes import ENDED, GOOD
from copark.presentation import style
from copark.presentation.numbers import number, percent
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.structures import Answer, CellResult


def cells(answer: Answer, lang: str = "en") -> Figure:
    """Draw for every combination how often the park is self-standing, with error, and how often it fails.

    Parameters
    ----------
    answer
        The grid.
    lang
        Language, en or zh.
    """
    footer = text(
        "structures.figure.footer",
        lang,
        case=answer.case,
        identity=answer.run_id,
        runs=number(answer.runs, 0),
        seed=answer.provenance.get("seed", ""),
    )
    title = text("structures.figure.title", lang, park=answer.park.text(lang))
    titles = (title, text("structures.figure.subtitle", lang, quarter=answer.quarter), footer)
    names = [_name(answer, cell, place, lang) for place, cell in enumerate(answer.cells)]
    inches = 1.6 + 0.55 * len(answer.choices)
    figure, axes = style.in_rows(
        names, titles, inches=inches, high=0.24, wide=inches + 4.4, bottom=0.85, right=0.6, lines=1, small=True
    )
    axes.set_xlim(-0.02, 1.02)
    style.in_percent(axes)
    for place, cell in enumerate(answer.cells):
        share = cell.self_standing
        axes.plot([cell.failed.value], [place], "o", color=style.INK, mfc=style.PAPER, ms=5.2, zorder=1)
        style.interval(axes, place, (share.low, share.high), share.value, told=percent(share.value))
    handles = (style.line(style.MODEL, "o"), style.line(style.INK, "o", linestyle="", markerfacecolor=style.PAPER))
    words = (text(f"structures.figure.{name}", lang) for name in (GOOD.key, ENDED.key))
    style.key(figure, zip(handles, words, strict=True), columns=2)
    return figure


def _name(answer: Answer, cell: CellResult, place: int, lang: str) -> str:
    """Name a combination by its sides; a star marks the model as it is."""
    sides = (
        text(f"structures.short.{choice}.{side}", lang) for choice, side in zip(answer.choices, cell.sides, strict=True)
    )
    star = "* " if place == answer.as_modelled else ""
    return star + text("structures.joiner", lang).join(sides)
