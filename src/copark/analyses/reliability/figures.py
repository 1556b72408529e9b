"""Figure of the probabilities said of parks, beside what became of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.figures.park_kinds import STATUS, chances_in_rows, status_key
from copark.presentation import style
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.reliability.findings import ReliabilityFindings


def parks(findings: ReliabilityFindings, lang: str = "en") -> Figure:
    """Draw a row for each park: the probability said, coloured by what became of it, and the corrected one."""
    titles = [text(f"reliability.figure.{part}", lang) for part in ("parks.title", "parks.subtitle", "footer")]
    names = [park.title.text(lang) for park in findings.parks]
    figure, axes = chances_in_rows(names, titles)
    axes.axvline(findings.base_rate, linewidth=0.9, color=style.MUTED, linestyle=(0, (2, 3)))
    for position, park in enumerate(findings.parks):
        axes.plot([park.corrected, park.said], [position, position], color=style.GRID, linewidth=1.6, zorder=1)
        axes.plot([park.corrected], [position], "o", color=style.INK, mfc=style.PAPER, ms=4.6, zorder=2)
        axes.plot([park.said], [position], "o", color=STATUS[park.recorded][0], ms=6.0, zorder=3)
    handles = status_key((park.recorded for park in findings.parks), lang)
    corrected = style.line(style.INK, "o", linestyle="", markerfacecolor=style.PAPER)
    handles.append((corrected, text("reliability.way.corrected", lang)))
    handles.append((style.line(style.MUTED, linestyle=(0, (2, 3))), text("reliability.figure.base_rate", lang)))
    style.key(figure, handles)
    return figure
