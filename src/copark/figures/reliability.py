"""Figure of the reliability of outcome probabilities: what was said of each park, and what it became."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from copark.figures.typology import STATUS
from copark.presentation import style
from copark.presentation.numbers import percent
from copark.texts import text

if TYPE_CHECKING:
    from copark.inference.reliability import Findings


@style.styled
def parks(found: Findings, lang: str = "en") -> Figure:
    """A row for each park: the probability said, coloured by what became of it, and the one set right by the others."""
    lang = style.language(lang)
    figure = style.sheet(
        (7.2, 1.75 + 0.19 * len(found.parks)), text("reliability.figure.parks.title", lang),
        text("reliability.figure.parks.subtitle", lang), text("reliability.figure.footer", lang),
    )  # fmt: skip
    axes = style.panel(figure, 2.75, 0.85, 0.25, 0.72)
    style.rows(axes, len(found.parks))
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], [percent(at) for at in (0.0, 0.25, 0.5, 0.75, 1.0)])
    names = [style.wrap(one.title.get(lang), 24.0, 1) for one in found.parks]
    axes.set_yticks(range(len(names)), names, size=style.SIZE["small"])
    axes.axvline(found.base_rate, color=style.MUTED, linewidth=0.9, linestyle=(0, (2, 3)))
    for row, one in enumerate(found.parks):
        colour = STATUS[one.recorded][0]
        axes.plot([one.corrected, one.said], [row, row], color=style.GRID, linewidth=1.6, zorder=1)
        axes.plot([one.corrected], [row], "o", color=style.INK, mfc="white", ms=4.6, zorder=2)
        axes.plot([one.said], [row], "o", color=colour, ms=6.0, zorder=3)
    recorded = [name for name in STATUS if any(one.recorded == name for one in found.parks)]
    handles: list[tuple[object, str]] = [
        (Line2D([], [], color=STATUS[name][0], marker="o", ls="", ms=6.0), text(f"parks.status.{name}", lang))
        for name in recorded
    ]
    handles += [
        (
            Line2D([], [], color=style.INK, marker="o", ls="", ms=4.6, mfc="white"),
            text("reliability.way.corrected", lang),
        ),
        (Line2D([], [], color=style.MUTED, linestyle=(0, (2, 3))), text("reliability.figure.base_rate", lang)),
    ]
    style.key(figure, handles, (0.12, 0.20))
    return figure
