"""Figures of link impact: what each cut changes, and how an output responds to the strength of a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from copark.analyses.link_impact.impacts import Impact
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.numbers import exact
from copark.stats.effects import Effect
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LIMIT = 0.5
"""Size at which the colour of the map is full."""
COLOURS = (style.MODEL, "#8fb3cf", style.PAPER, "#dfa497", style.SECOND)
"""Colours of the map, from its lowest size to its highest."""
HIGH = 0.19
"""Height of a cell of the map, inches."""
WIDE = 0.34
"""Width of a cell of the map, inches."""


def impact_map(impacts: Sequence[Impact], since: str, end: str, foot: str, lang: str = "en") -> Figure:
    """Draw what each cut changes: a row for each link, a column for each output, grouped by scale.

    Parameters
    ----------
    impacts
        Impacts of all links on all outputs.
    since, end
        Labels of the first quarter of the cut and of the horizon.
    foot
        Line below the figure.
    lang
        Language.
    """
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("cut", COLOURS)

    model_catalogue = catalogue()
    by_place = {(impact.link, impact.output): impact for impact in impacts}
    links = list(dict.fromkeys(impact.link for impact in impacts))
    outputs = list(dict.fromkeys(impact.output for impact in impacts))
    size = (2.55 + WIDE * len(outputs), 2.15 + HIGH * len(links))
    title = text("link_impact.figure.map.title", lang, since=since, end=end)
    subtitle = text("link_impact.figure.map.subtitle", lang, since=since, end=end)
    figure = style.sheet(size, title, subtitle, foot)
    axes = style.panel(figure, 1.85, 0.35, 0.70, 1.62)
    axes.grid(visible=False)
    sizes = np.array([[by_place[link, output].size for output in outputs] for link in links])
    axes.imshow(
        np.ma.masked_invalid(sizes),
        cmap=colours,
        vmin=-LIMIT,
        vmax=LIMIT,
        aspect="auto",
    )
    for (row, column), _ in np.ndenumerate(sizes):
        impact = by_place[links[row], outputs[column]]
        if impact.exists:
            colour = style.PAPER if abs(impact.size) > 0.6 * LIMIT else style.INK
            axes.text(column, row, str(impact.lag), ha="center", va="center", fontsize=style.SIZE["foot"], color=colour)
    names = [style.wrap(model_catalogue.links[link].title(lang), 26, 1) for link in links]
    axes.set_yticks(range(len(links)), names, fontsize=style.SIZE["foot"])
    heads = [style.wrap(model_catalogue.outputs[output].title(lang), 14, 2) for output in outputs]
    axes.set_xticks(range(len(outputs)), heads, fontsize=style.SIZE["foot"], rotation=50, ha="left")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for scales, line in (
        ([model_catalogue.links[link].source_submodel for link in links], axes.axhline),
        ([model_catalogue.outputs[output].submodel for output in outputs], axes.axvline),
    ):
        for place, (before, after) in enumerate(pairwise(scales)):
            if before != after:
                line(place + 0.5, color=style.MUTED, linewidth=0.8)
    return figure


def response_curve(link: str, response: Mapping[float, Effect], end: str, foot: str, lang: str = "en") -> Figure:
    """Draw how an output responds to the strength of a link: median and band of the paired differences.

    Parameters
    ----------
    link
        Name of the link.
    response
        Effects by strength; strength 1, the link as it is, is no difference by definition.
    end
        Label of the horizon.
    foot
        Line below the figure.
    lang
        Language.
    """
    bands = {strength: (effect.low, effect.median, effect.high) for strength, effect in response.items()}
    bands[1.0] = (0.0, 0.0, 0.0)
    strengths = sorted(bands)
    low, median, high = zip(*(bands[strength] for strength in strengths), strict=True)
    title = text("link_impact.figure.response.title", lang, link=catalogue().links[link].title(lang))
    figure = style.sheet((3.5, 2.75), title, text("link_impact.figure.response.subtitle", lang, end=end), foot)
    axes = style.panel(figure, 0.52, 0.62, 0.15, 0.86)
    axes.fill_between(strengths, low, high, color=style.MODEL, alpha=0.2, lw=0)
    axes.plot(strengths, median, color=style.MODEL, linewidth=1.8, marker="o", markersize=3.5)
    axes.axhline(0.0, color=style.MUTED, linewidth=0.7)
    axes.axvline(1.0, color=style.GRID, linewidth=1.0, zorder=0)
    axes.set_xticks(strengths, [exact(strength) for strength in strengths], fontsize=style.SIZE["small"])
    axes.set_xlabel(text("link_impact.figure.response.axis", lang), fontsize=style.SIZE["small"])
    return figure
