"""Where an outcome happens: the trade-off of boxes, the box chosen within the ranges of its factors, and the tree."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from copark.analysis.discovery.prim import Condition
from copark.analysis.discovery.tree import Node
from copark.figures.sensitivity import footer
from copark.presentation import style
from copark.presentation.numbers import percent
from copark.texts import text
from copark.words.factors import condition, is_parameter, marked, merged, named, value_of

if TYPE_CHECKING:
    from copark.inference.exploration.explore import Exploration, Found

NAMES = 2.75


def heading(found: Found, lang: str) -> str:
    """What a figure is about: the outcome and the sample."""
    outcome = text(f"analysis.outcome.{found.outcome}", lang)
    return text(
        "sensitivity.figure.found", lang, outcome=outcome, sample=text(f"sensitivity.sample.{found.kind}", lang)
    )


@style.styled
def trade_off(found: Found, exploration: Exploration, lang: str = "en") -> Figure:
    """The path of boxes: how much of all cases each holds, and how sure a run in it is one; the box chosen marked."""
    lang = style.language(lang)
    figure = style.sheet(
        (6.6, 3.9), heading(found, lang), text("sensitivity.figure.trade_off", lang), footer(exploration, lang)
    )
    axes = style.panel(figure, 0.75, 0.72, 0.4, 0.75)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    path = found.discovery.path
    coverage = np.array([one.coverage for one in path.held])
    density = np.array([one.density for one in path.held])
    limited = np.array(path.limited, dtype=float)
    axes.plot(coverage, density, color=style.PALE, linewidth=1.0)
    for at in range(len(coverage)):
        shade = 0.25 + 0.75 * min(limited[at], 6.0) / 6.0
        axes.plot(
            [coverage[at]], [density[at]], "o", color=style.MODEL, alpha=shade, markersize=3.8, markeredgewidth=0.0
        )
    for n, box in enumerate(found.discovery.boxes[:1]):
        axes.plot([box.held.coverage], [box.held.density], "D", color=style.SECOND, markersize=7.0)
        words = text("sensitivity.key.box", lang, number=n + 1, count=len(merged(box.conditions)))
        axes.annotate(
            style.legible(words), (box.held.coverage, box.held.density), xytext=(7, 6), textcoords="offset points",
            size=style.SIZE["small"], color=style.SECOND,
        )  # fmt: skip
    axes.axhline(found.rate, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
    style.direct_label(axes, (0.01, found.rate), text("sensitivity.key.rate", lang), style.MUTED, va="bottom")
    axes.set_xlim(0.0, 1.02)
    axes.set_ylim(0.0, 1.05)
    axes.set_xlabel(style.legible(text("sensitivity.axis.coverage", lang)), size=style.SIZE["label"])
    axes.set_ylabel(style.legible(text("sensitivity.axis.density", lang)), size=style.SIZE["label"])
    return figure


@style.styled
def box_ranges(found: Found, exploration: Exploration, lang: str = "en") -> Figure:
    """The first box: of each factor it limits, the part that belongs to it, within the range it was drawn from."""
    lang = style.language(lang)
    box = found.discovery.boxes[0]
    sides = merged(box.conditions)
    subtitle = text(
        "sensitivity.figure.box", lang, density=percent(box.held.density), rate=percent(box.held.rate),
        coverage=percent(box.held.coverage),
    )  # fmt: skip
    figure = style.sheet((6.6, 1.4 + 0.46 * len(sides)), heading(found, lang), subtitle, footer(exploration, lang))
    axes = style.panel(figure, NAMES, 0.45, 0.5, 0.9)
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(sides) - 0.4, -0.6)
    for at, one in enumerate(sides):
        _range(axes, at, one, found, exploration, lang)
    return figure


def _range(axes: Axes, at: int, one: Condition, found: Found, exploration: Exploration, lang: str) -> None:
    """One factor: its range as a thin bar, the box's part as a thick one, limits as numbers."""
    name = found.names[one.factor]
    low, high = found.low[one.factor], found.high[one.factor]
    width = max(high - low, 1e-300)
    ends = [max((one.low - low) / width, 0.0) if isfinite(one.low) else 0.0,
            min((one.high - low) / width, 1.0) if isfinite(one.high) else 1.0]  # fmt: skip
    words = marked(name, exploration.moved, lang) if is_parameter(name) else named(name, lang)
    style.row_name(
        axes, at, style.wrap(words, NAMES * 72.0 / style.SIZE["small"] - 2.0, 2), -6, **style.SMALL, linespacing=1.05
    )
    switch = not is_parameter(name) and {low, high} <= {0.0, 1.0}
    if switch:
        ends = [0.5, 1.0] if isfinite(one.low) else [0.0, 0.5]
    axes.plot([0.0, 1.0], [at, at], color=style.PALE, linewidth=3.0, solid_capstyle="butt")
    axes.plot(ends, [at, at], color=style.SECOND, linewidth=8.0, alpha=0.8, solid_capstyle="butt")
    if switch:
        labels = [(sum(ends) / 2.0, condition(one, found.names, lang))]
    else:
        labels = [(0.0, value_of(name, low, lang)), (1.0, value_of(name, high, lang))]
        labels += [
            (end, value_of(name, limit, lang))
            for end, limit in zip(ends, (one.low, one.high), strict=True)
            if isfinite(limit)
        ]
    for place, shown in labels:
        is_end = place in {0.0, 1.0} and not switch
        align = "left" if place < 0.12 else "right" if place > 0.88 else "center"
        axes.annotate(
            style.legible(shown), (place, at), xytext=(0, -11 if is_end else 7), textcoords="offset points", ha=align,
            va="center" if is_end else "bottom", size=style.SIZE["small"],
            color=style.MUTED if is_end else style.SECOND, annotation_clip=False,
        )  # fmt: skip


@style.styled
def tree_drawing(found: Found, exploration: Exploration, lang: str = "en") -> Figure:
    """The tree: questions above, parts below; of each part how often it happens there, and how many runs it holds."""
    lang = style.language(lang)
    leaves = list(found.tree.leaves())
    depth = found.tree.depth
    width, height = max(4.7, 1.42 * len(leaves) + 0.3), 1.55 + 0.98 * depth
    figure = style.sheet(
        (width, height), heading(found, lang), text("sensitivity.figure.tree", lang), footer(exploration, lang)
    )
    axes = style.panel(figure, 0.1, 0.25, 0.1, 0.65)
    axes.set_axis_off()
    axes.set_xlim(-0.55, len(leaves) - 0.45)
    axes.set_ylim(-depth - 0.45, 0.4)
    places = iter(range(len(leaves)))
    _place(axes, found.tree, 0, places, found, lang)
    return figure


def _place(axes: Axes, node: Node, depth: int, places: Iterator[int], found: Found, lang: str) -> float:
    """Draw a part and everything below it; give its place."""
    if node.yes is None or node.no is None:
        at = float(next(places))
        _leaf(axes, at, -depth, node, lang)
        return at
    left = _place(axes, node.yes, depth + 1, places, found, lang)
    right = _place(axes, node.no, depth + 1, places, found, lang)
    at = (left + right) / 2.0
    for below, way in ((left, "yes"), (right, "no")):
        axes.plot([at, below, below], [-depth - 0.28, -depth - 0.28, -depth - 0.72], color=style.PALE, linewidth=1.2)
        aside = 3 if way == "no" else -3
        axes.annotate(
            style.legible(text(f"sensitivity.tree.{way}", lang)), (below, -depth - 0.5), xytext=(aside, 0),
            textcoords="offset points", **style.NOTE, ha="left" if way == "no" else "right",
            va="center",
        )  # fmt: skip
    question = condition(Condition(node.factor, high=node.limit), found.names, lang)
    question = question[:1].upper() + question[1:]
    axes.text(
        at, -depth, style.wrap(text("sensitivity.tree.question", lang, condition=question), 19.0, 4), **style.SMALL,
        ha="center", va="center", linespacing=1.15, bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 2.0},
    )  # fmt: skip
    return at


def _leaf(axes: Axes, at: float, y: float, leaf: Node, lang: str) -> None:
    share = leaf.held.density if isfinite(leaf.held.density) else 0.0
    axes.add_patch(
        FancyBboxPatch(
            (at - 0.4, y - 0.28), 0.8, 0.56, boxstyle="round,pad=0.02,rounding_size=0.05", facecolor=style.SECOND,
            alpha=0.12 + 0.75 * share, edgecolor="none",
        )
    )  # fmt: skip
    axes.text(
        at,
        y + 0.08,
        percent(leaf.held.density),
        size=style.SIZE["title"],
        color=style.INK,
        ha="center",
        va="center",
        weight="bold",
    )
    words = text("sensitivity.tree.mass", lang, share=percent(leaf.held.mass))
    axes.text(at, y - 0.15, style.legible(words), size=style.SIZE["foot"], color=style.INK, ha="center", va="center")
