"""The park's weight in its host city and country."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from copark.analysis.relative_size import weigh
from copark.figures.frame import view
from copark.presentation import style
from copark.presentation.numbers import number, percent
from copark.words import variable_title

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case


@style.styled
def weight(result: xr.Dataset, case: Case, lang: str = "en", scenario: int = 0) -> Figure:
    """Shares of the park in its host's jobs and output, where like can be compared with like."""
    seen = view(result, lang, scenario)
    found = [one for one in weigh(result, case.host_context, case.observations, scenario) if not one.reason]
    height = 1.45 + 0.62 * max(len(found), 1)
    figure = style.sheet((7.2, height), seen.say("weight.title"), seen.say("weight.subtitle"), seen.footer)
    axes = style.panel(figure, 2.55, 0.62, 0.55, 0.66)
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_yticks([])
    if not found:
        axes.set_xticks([])
        axes.text(0.5, 0.5, seen.say("weight.nothing"), transform=axes.transAxes, ha="center", color=style.MUTED)
        return figure
    axes.set_ylim(len(found) - 0.5, -0.5)
    for at, entry in enumerate(found):
        words = seen.say(
            "weight.row", park=variable_title(entry.counterpart, seen.lang),
            host=variable_title(entry.context.variable, seen.lang),
            date=str(entry.context.date),
        )  # fmt: skip
        style.row_name(axes, at, style.wrap(words, 21.0, 3), linespacing=1.2)
        if entry.model is not None:
            low, middle, high = (share * 100.0 for share in entry.model)
            axes.plot([low, high], [at, at], color=style.MODEL, linewidth=7, alpha=0.25, solid_capstyle="butt")
            axes.plot([middle, middle], [at - 0.16, at + 0.16], color=style.MODEL, linewidth=2.4)
            axes.text(
                middle,
                at - 0.2,
                percent(entry.model[1], 2),
                size=style.SIZE["small"],
                color=style.MODEL,
                ha="center",
                va="bottom",
            )
        if entry.recorded is not None:
            share = entry.recorded[1] * 100.0
            axes.plot([share], [at], "o", color=style.INK, markersize=5.5, markeredgecolor=style.PAPER, zorder=5)
            words = seen.say("weight.recorded", share=percent(entry.recorded[1], 2))
            axes.text(share, at + 0.2, style.legible(words), **style.SMALL, ha="center", va="top")
    axes.set_xlim(left=0.0)
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(value, 2)}%"))
    return figure
