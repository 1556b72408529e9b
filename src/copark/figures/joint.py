"""Figures of the joint posterior: where parameters lie in their priors."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from copark.inference.joint.findings import AxisFinding
from copark.presentation import style
from copark.presentation.numbers import number
from copark.texts import text

NAMES = 3.3
"""Inches for names of parameters."""
ROW = 0.24
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


@style.styled
def places(found: Sequence[AxisFinding], titles: Sequence[str], lang: str = "en") -> Figure:
    """Posterior of each parameter as ranks of its prior, with the R² of simulated panels beside it.

    Parameters
    ----------
    found, titles
        Parameters in order, and what they are called.
    """
    lang = style.language(lang)
    head, below = (text(f"joint.figure.{key}", lang) for key in ("title", "subtitle"))
    figure = style.sheet((7.4, 1.6 + ROW * len(found)), head, below)
    axes = style.panel(figure, NAMES + 0.2, 0.78, 0.9, 0.72)
    axes.grid(visible=False)
    axes.axvspan(0.25, 0.75, color=style.GRID, alpha=0.6, linewidth=0)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(found) - 0.5, -0.6)
    axes.set_yticks([])
    axes.set_xticks(LEVELS)
    axes.set_xticklabels([f"{level:.0%}" for level in LEVELS])
    ems = NAMES * 72.0 / style.SIZE["small"]
    for at, (one, title) in enumerate(zip(found, titles, strict=True)):
        colour = style.MODEL if one.moved == "moved" else style.SECOND if one.moved == "weakly" else style.MUTED
        low, quarter, middle, upper, high = one.places
        axes.plot([low, high], [at, at], color=colour, linewidth=1.3, alpha=0.7)
        axes.plot([quarter, upper], [at, at], color=colour, linewidth=3.4, alpha=0.7)
        axes.plot([middle], [at], "o", color=colour, markersize=4.2)
        style.row_name(axes, at, style.legible(style.wrap(title, ems, 1)), -6, **style.SMALL)
        style.row_value(axes, at, number(one.r2, 2), **style.SMALL)
    style.corner(axes, style.legible(text("joint.figure.r2", lang)))
    handles: list[tuple[object, str]] = [
        (Line2D([], [], color=colour, marker="o", markersize=3.6), text(f"joint.word.{key}", lang))
        for key, colour in (("moved", style.MODEL), ("weakly", style.SECOND), ("unmoved", style.MUTED))
    ]
    handles.append((Patch(color=style.GRID), text("joint.figure.prior", lang)))
    style.key(figure, handles, (0.12, 0.2), columns=4)
    return figure
