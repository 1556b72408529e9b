"""Figures of link impact: a map of what each cut changes, and how an output responds to the strength of a link."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure

from copark.analysis.link_impact import Impact, Response
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.numbers import exact
from copark.texts import text

LIMIT = 0.5
"""Size at which the colour is full."""
COLOURS = LinearSegmentedColormap.from_list("cut", [style.MODEL, "#8fb3cf", style.PAPER, "#dfa497", style.SECOND])
ROW, COLUMN = 0.19, 0.34
"""Inches."""


@style.styled
def impact_map(found: Sequence[Impact], since: str, end: str, footer: str, lang: str = "en") -> Figure:
    """Draw what each cut changes: a row for each link, a column for each output, grouped by scale.

    Parameters
    ----------
    found
        Impacts of all links on all outputs.
    since, end
        Quarter of the cut and of the reading, as labels.
    footer
        What made it.
    """
    lang = style.language(lang)
    known = catalogue()
    links = list(dict.fromkeys(one.link for one in found))
    outputs = list(dict.fromkeys(one.output for one in found))
    size = (2.55 + COLUMN * len(outputs), 2.15 + ROW * len(links))
    say = {name: text(f"link_impact.figure.map.{name}", lang, since=since, end=end) for name in ("title", "subtitle")}
    figure = style.sheet(size, say["title"], say["subtitle"], footer)
    axes = style.panel(figure, 1.85, 0.35, 0.70, 1.62)
    sizes = np.array([[_of(found, link, output).size for output in outputs] for link in links])
    axes.grid(visible=False)
    shown = np.ma.masked_invalid(np.clip(sizes, -LIMIT, LIMIT))
    axes.imshow(shown, cmap=COLOURS, norm=Normalize(-LIMIT, LIMIT), aspect="auto", interpolation="nearest")
    for row, link in enumerate(links):
        for column, output in enumerate(outputs):
            one = _of(found, link, output)
            if one.exists:
                dark = abs(one.size) > 0.6 * LIMIT
                axes.text(
                    column, row, str(one.lag), ha="center", va="center", fontsize=style.SIZE["foot"],
                    color=style.PAPER if dark else style.INK,
                )  # fmt: skip
    names = [style.wrap(known.links[link].title(lang), 26, 1) for link in links]
    axes.set_yticks(range(len(links)), names, fontsize=style.SIZE["foot"])
    titles = [style.wrap(known.outputs[output].title(lang), 14, 2) for output in outputs]
    axes.set_xticks(range(len(outputs)), titles, fontsize=style.SIZE["foot"], rotation=50, ha="left")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for before, after in zip(range(len(links) - 1), range(1, len(links)), strict=True):
        if known.links[links[before]].source_room != known.links[links[after]].source_room:
            axes.axhline(before + 0.5, color=style.MUTED, linewidth=0.8)
    for before in range(len(outputs) - 1):
        if known.outputs[outputs[before]].room != known.outputs[outputs[before + 1]].room:
            axes.axvline(before + 0.5, color=style.MUTED, linewidth=0.8)
    for side in axes.spines.values():
        side.set_color(style.GRID)
    return figure


def _of(found: Sequence[Impact], link: str, output: str) -> Impact:
    return next(one for one in found if (one.link, one.output) == (link, output))


@style.styled
def response_curve(found: Sequence[Response], end: str, footer: str, lang: str = "en") -> Figure:
    """Draw how an output responds to the strength of a link: median and band of the paired differences."""
    lang = style.language(lang)
    link = catalogue().links[found[0].link]
    ordered = sorted([*found, Response(link.name, found[0].output, 1.0, 0.0, 0.0, 0.0)], key=lambda one: one.strength)
    strengths = [one.strength for one in ordered]
    title = text("link_impact.figure.response.title", lang, link=link.title(lang))
    figure = style.sheet((3.5, 2.75), title, text("link_impact.figure.response.subtitle", lang, end=end), footer)
    axes = style.panel(figure, 0.52, 0.62, 0.15, 0.86)
    axes.fill_between(
        strengths, [one.low for one in ordered], [one.high for one in ordered], color=style.MODEL, alpha=0.2, lw=0
    )
    axes.plot(strengths, [one.median for one in ordered], color=style.MODEL, linewidth=1.8, marker="o", markersize=3.5)
    axes.axhline(0.0, color=style.MUTED, linewidth=0.7)
    axes.axvline(1.0, color=style.GRID, linewidth=1.0, zorder=0)
    axes.set_xticks(strengths, [exact(one) for one in strengths], fontsize=style.SIZE["small"])
    axes.tick_params(axis="y", labelsize=style.SIZE["small"])
    axes.set_xlabel(text("link_impact.figure.response.axis", lang), fontsize=style.SIZE["small"])
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
