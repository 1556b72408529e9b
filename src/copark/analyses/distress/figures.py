"""Figure of distress over age: the share of parks without a dated distress, by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from copark.figures.park_kinds import TYPE_COLOURS
from copark.presentation import style
from copark.presentation.numbers import percent
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.analyses.distress import Answer, Curve
OLDEST = 36.0
"""Age up to which the axes reach, years."""


def curves(answer: Answer, lang: str = "en") -> Figure:
    """Draw Kaplan–Meier curves with their intervals, a panel for all parks and one for each kind."""
    titles = [text(f"distress.figure.{part}", lang) for part in ("curves.title", "curves.subtitle", "footer")]
    figure = style.sheet((7.4, 5.3), *titles)
    panels = style.tiles(figure, len(answer.curves), 2, (0.6, 0.2, 1.0), 1.35, (0.6, 0.62))
    for axes, curve in zip(panels, answer.curves, strict=True):
        colour = TYPE_COLOURS.get(curve.kind, style.INK)
        _curve(axes, curve, colour)
        ages = [park.age for park in answer.parks if curve.kind in ("all", park.type) and not park.is_distressed]
        axes.plot(ages, [_height(curve, age) for age in ages], "|", color=colour, ms=5.0, mew=0.9)
        words = text(
            "distress.figure.panel",
            lang,
            kind=text(f"distress.kind.{curve.kind}", lang),
            parks=curve.parks,
            count=curve.distressed,
        )
        axes.set_title(style.legible(words), loc="left", **style.LABEL, pad=4)
    style.key(
        figure,
        [
            (style.line(style.MUTED, linewidth=1.8), text("distress.figure.share", lang)),
            (style.line(style.MUTED, linewidth=6.0, alpha=0.25), text("distress.figure.interval", lang)),
            (style.line(style.MUTED, "|", linestyle=""), text("distress.figure.censored", lang)),
        ],
    )
    return figure


def _height(curve: Curve, age: float) -> float:
    at = curve.at(age)
    return 1.0 if at is None else at[0]


def _curve(axes: Axes, curve: Curve, colour: str) -> None:
    """Draw a curve from age 0, and its interval where it is defined."""
    axes.set_xlim(0.0, OLDEST)
    axes.set_xticks([0, 10, 20, 30])
    axes.set_ylim(0.0, 1.03)
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0])
    axes.yaxis.set_major_formatter(lambda value, _: percent(value))
    ages = np.concatenate([[0.0], curve.ages])
    free = np.concatenate([[1.0], curve.free])
    axes.step(ages, free, where="post", color=colour, linewidth=1.8)
    is_defined = np.isfinite(curve.low)
    if is_defined.any():
        low, high = curve.low[is_defined], curve.high[is_defined]
        axes.fill_between(curve.ages[is_defined], low, high, step="post", color=colour, alpha=0.18, linewidth=0)
