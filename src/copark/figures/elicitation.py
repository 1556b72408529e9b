"""Figure of claims by what their probability rests on."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter

from copark.inference.claims.verdict import standard
from copark.presentation import style
from copark.presentation.numbers import percent

MARKS: tuple[dict[str, Any], ...] = (
    {"color": style.MUTED, "marker": "o", "markerfacecolor": style.PAPER, "markersize": 5.0},
    {"color": style.MODEL, "marker": "o", "markersize": 4.6},
    {"color": style.ACCENT, "marker": "D", "markersize": 4.4},
    {"color": style.SECOND, "marker": "s", "markersize": 4.4},
)
"""Prior, what is known of the park, literature, experts."""
NAMES = 3.35


@style.styled
def by_evidence(
    rows: Sequence[tuple[str, Mapping[str, float]]], ways: Mapping[str, tuple[str, int]], title: str, footer: str,
    lang: str = "en",
) -> Figure:  # fmt: skip
    """Probability of each claim, a mark for each thing it rests on.

    rows: by claim: its title, and its probability in every way; ways: by way: its title, and which of the marks it has.
    """
    lang, words = style.language(lang), standard().words
    figure = style.sheet((7.4, 1.75 + 0.34 * len(rows)), title, "", footer)
    axes = style.panel(figure, NAMES, 0.95, 0.45, 0.6)
    style.rows(axes, len(rows))
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    for bound in (words.contradicted, words.unlikely, words.likely, words.established):
        axes.axvline(bound, color=style.MUTED, linewidth=0.8, linestyle=(0, (1, 2)))
    for at, (name, chances) in enumerate(rows):
        known = [(way, chances[way]) for way in ways if isfinite(chances[way])]
        if known:
            ends = [min(p for _, p in known), max(p for _, p in known)]
            axes.plot(ends, [at, at], color=style.MUTED, linewidth=1.2)
        for way, p in known:
            axes.plot([p], [at], linestyle="", **MARKS[ways[way][1]])
        style.row_name(axes, at, style.wrap(name, 30.0, 2))
    handles = [(Line2D([], [], linestyle="", **MARKS[mark]), words) for words, mark in ways.values()]
    style.key(figure, handles, (0.12, 0.24), columns=len(handles))
    return figure
