"""Figures of types of parks: how those of each type stand, and every measure of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.typology.measures import STANDINGS
from copark.figures.park_kinds import STATUS, TYPE_COLOURS
from copark.presentation import style
from copark.presentation.numbers import axis_number, number
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.analyses.typology.findings import TypeFindings
MARKS = {"intergovernmental": "o", "mixed": "D", "enterprise-led": "s"}
LINEAR = frozenset({"standing", "smaller_share", "launch", "growth"})
"""Measures on a plain axis; the others have a logarithmic one."""


def outcomes(findings: TypeFindings, lang: str = "en") -> Figure:
    """Draw parks by status, a bar each type: counts, not shares alone, since there are few."""
    from matplotlib.patches import Patch

    totals = {type_: sum(counts.values()) for type_, counts in findings.outcomes.items()}
    names = [
        text("typology.figure.outcomes.row", lang, type=text(f"parks.type.{type_}", lang), count=total)
        for type_, total in totals.items()
    ]
    titles = [
        text(f"typology.figure.{part}", lang) for part in ("outcomes.title", "outcomes.subtitle", "footer.observed")
    ]
    figure, axes = style.in_rows(names, titles, inches=1.75, high=0.38, wide=7.2, top=0.70, bottom=0.55, right=0.25)
    axes.set_xlim(0.0, 1.0)
    axes.axis("off")
    for position, (type_, counts) in enumerate(findings.outcomes.items()):
        shares = ((counts.get(name, 0) / totals[type_], *STATUS[name], str(counts.get(name, 0))) for name in STANDINGS)
        style.stack(axes, position, shares)
    style.key(
        figure,
        [
            (Patch(facecolor=colour, hatch=hatch, edgecolor=style.PAPER), text(f"parks.status.{name}", lang))
            for name, (colour, hatch) in STATUS.items()
        ],
    )
    return figure


def strips(findings: TypeFindings, lang: str = "en") -> Figure:
    """Draw every measure, a panel each: a mark for each park, a line at the median of its type."""
    measures = [contrast for contrast in findings.contrasts if contrast.measure != "standing"]
    titles = [text(f"typology.figure.{part}", lang) for part in ("strips.title", "strips.subtitle", "footer.observed")]
    figure = style.sheet((7.6, 1.15 + 1.5 * -(-len(measures) // 3)), *titles)
    panels = style.tiles(figure, len(measures), 3, (0.65, 0.1, 0.98), 0.85, (0.28, 0.65))
    for position, (axes, contrast) in enumerate(zip(panels, measures, strict=True)):
        _strip(axes, findings, contrast.measure)
        names = [text(f"parks.short_type.{type_}", lang) for type_ in TYPE_COLOURS]
        axes.set_yticks(range(3) if position % 3 == 0 else [], names if position % 3 == 0 else [])
        axes.tick_params(labelsize=style.SIZE["foot"])
        axes.set_title(
            style.wrap(text(f"typology.measure.{contrast.measure}", lang), 24.0, 1), loc="left", **style.LABEL, pad=12
        )
        verdict = text(f"typology.short_verdict.{contrast.verdict}", lang, value=number(contrast.superiority, 2))
        axes.text(0.0, 1.03, verdict, transform=axes.transAxes, size=style.SIZE["foot"], color=style.MUTED, va="bottom")
    return figure


def _strip(axes: Axes, findings: TypeFindings, measure: str) -> None:
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
    axes.set_ylim(2.6, -0.6)
    least = -np.inf
    if measure not in LINEAR:
        axes.set_xscale("log")
        least = 0.5
    for row, type_ in enumerate(TYPE_COLOURS):
        values = np.maximum(sorted(findings.values(measure, type_)), least)
        offsets = row + 0.16 * (np.arange(len(values)) % 3 - 1)
        axes.plot(values, offsets, MARKS[type_], color=TYPE_COLOURS[type_], ms=4.2, alpha=0.75, mew=0.0)
        if len(values):
            axes.plot([np.median(values)] * 2, [row - 0.38, row + 0.38], color=style.INK, linewidth=1.6)
    axes.tick_params(which="minor", length=0, labelbottom=False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}" if measure == "launch" else axis_number(value))
