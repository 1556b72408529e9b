"""Which factors matter: the screen, Sobol' indices, and what a sample at hand tells; each beside its dummy.

A factor has a filled mark if it stands out from the dummy and an open one if it does not. A circle after its name says
that the data did not move it (half filled: a little).

Where an outcome happens: the trade-off of boxes, the box chosen within the ranges of its factors, and the tree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch
from numpy.typing import NDArray

from copark.analysis.discovery.prim import BoxCondition, Node
from copark.presentation import style
from copark.presentation.numbers import number, percent, unit_title
from copark.texts import text
from copark.words.factors import DUMMY, condition, is_parameter, marked, merged, named, value_of

if TYPE_CHECKING:
    from copark.inference.exploration.explore import Exploration, Found

WIDTH = 6.6
NAMES = 2.75
"""Inches for the names of factors."""
ROW = 0.29
TOP, BOTTOM = 0.78, 0.86
SHOWN = 10
"""Factors shown, the largest first; the tables have all."""


@dataclass(frozen=True)
class Bar:
    """A row: a name, a value with its interval, a second value with its, and whether it stands out."""

    name: str
    value: float
    low: float
    high: float
    clear: bool
    other: float = float("nan")
    other_low: float = float("nan")
    other_high: float = float("nan")


def footer(found: Exploration, lang: str) -> str:
    """What made a figure: case, identity, where factors were drawn, posterior and its cut, replicates, seed."""
    cut = str(found.provenance.get("posterior_cut", "")) or text("sensitivity.no_posterior", lang)
    return text(
        "sensitivity.footer", lang, identity=found.run_id, case=found.case,
        over=text(f"sensitivity.over.{found.settings.over}", lang), cut=cut, replicates=found.settings.replicates,
        seed=found.settings.seed,
    )  # fmt: skip


def _laid_out(rows: Sequence[Bar], title: str, subtitle: str, foot: str) -> tuple[Figure, Axes]:
    """A sheet with a line for each row."""
    figure = style.sheet((WIDTH, TOP + BOTTOM + ROW * max(len(rows), 1)), title, subtitle, foot)
    axes = style.panel(figure, NAMES, BOTTOM, 0.35, TOP)
    style.rows(axes, len(rows))
    for at, row in enumerate(rows):
        style.row_name(
            axes,
            at,
            style.wrap(row.name, NAMES * 72.0 / style.SIZE["small"] - 2.0, 2),
            -6,
            **style.SMALL,
            linespacing=1.05,
        )
    return figure, axes


def _largest(values: NDArray[np.float64]) -> list[int]:
    return [int(n) for n in np.argsort(-values, kind="stable")[:SHOWN]]


@style.styled
def screen_dots(found: Exploration, at: int, lang: str = "en") -> Figure:
    """The screen of one read-out: mean size of effects with intervals, and their spread.

    Parameters
    ----------
    at
        Place of the read-out.
    """
    lang, one = style.language(lang), found.screens[at]
    names = [*found.names, DUMMY]
    rows = [
        Bar(
            marked(names[n], found.moved, lang) if names[n] != DUMMY else named(DUMMY, lang), float(one.mu_star[n]),
            max(float(one.mu_star[n] - one.error[n]), 0.0), float(one.mu_star[n] + one.error[n]),
            bool(one.clear[n]) or names[n] == DUMMY, float(one.sigma[n]),
        )
        for n in [*_largest(one.mu_star[:-1]), len(names) - 1]
    ]  # fmt: skip
    subtitle = text("sensitivity.figure.screen", lang, unit=_unit(found, at, lang), trajectories=one.trajectories)
    figure, axes = _laid_out(rows, found.readouts[at].title(lang), subtitle, footer(found, lang))
    for y, row in enumerate(rows):
        colour = style.SECOND if y == len(rows) - 1 else style.MODEL
        axes.plot([row.low, row.high], [y, y], color=colour, linewidth=1.4)
        axes.plot([row.value], [y], "o", color=colour, markersize=5.0, mfc=colour if row.clear else style.PAPER)
        axes.plot([row.other], [y], "|", color=style.MUTED, markersize=7.0, markeredgewidth=1.4)
    axes.axvline(rows[-1].high, color=style.SECOND, linewidth=0.8, linestyle=(0, (3, 3)))
    axes.set_xlim(left=0.0)
    handles = [
        (Line2D([], [], color=style.MODEL, marker="o", linewidth=1.4), text("sensitivity.key.mu_star", lang)),
        (
            Line2D([], [], color=style.MUTED, marker="|", linewidth=0.0, markeredgewidth=1.4),
            text("sensitivity.key.sigma", lang),
        ),
        (
            Line2D([], [], color=style.MODEL, marker="o", mfc=style.PAPER, linewidth=0.0),
            text("sensitivity.key.open", lang),
        ),
    ]
    style.key(figure, handles, (0.1, 0.22), columns=3)
    return figure


def _unit(found: Exploration, at: int, lang: str) -> str:
    return unit_title(found.readouts[at].unit, lang) or text("sensitivity.no_unit", lang)


@style.styled
def sobol_bars(found: Exploration, at: int, lang: str = "en") -> Figure:
    """Total and first-order indices of one read-out with 95 % intervals, and the dummy's line.

    Parameters
    ----------
    at
        Place of the read-out.
    """
    lang, one = style.language(lang), found.indices[at]
    names = [*found.names, DUMMY]
    rows = [
        Bar(
            marked(names[n], found.moved, lang) if names[n] != DUMMY else named(DUMMY, lang), float(one.total[n]),
            float(one.total_low[n]), float(one.total_high[n]), bool(one.total_clear[n]) or names[n] == DUMMY,
            float(one.first[n]), float(one.first_low[n]), float(one.first_high[n]),
        )
        for n in [*_largest(one.total[:-1]), len(names) - 1]
    ]  # fmt: skip
    subtitle = text(
        "sensitivity.figure.sobol", lang, rows=one.rows, replicates=found.settings.replicates,
        additive=number(min(max(one.additive, 0.0), 1.0), 2),
    )  # fmt: skip
    figure, axes = _laid_out(rows, found.readouts[at].title(lang), subtitle, footer(found, lang))
    for y, row in enumerate(rows):
        colour = style.SECOND if y == len(rows) - 1 else style.MODEL
        shade = colour if row.clear else style.PALE
        axes.barh(y - 0.17, row.value, height=0.3, color=shade, alpha=0.85 if row.clear else 0.7)
        axes.plot([row.low, row.high], [y - 0.17, y - 0.17], color=style.INK, linewidth=1.0)
        if y < len(rows) - 1:
            axes.barh(y + 0.17, max(row.other, 0.0), height=0.22, color=style.MODEL, alpha=0.35)
            axes.plot([row.other_low, row.other_high], [y + 0.17, y + 0.17], color=style.MUTED, linewidth=0.9)
    axes.axvline(rows[-1].value, color=style.SECOND, linewidth=0.9, linestyle=(0, (3, 3)))
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    handles = [
        (Patch(color=style.MODEL, alpha=0.85), text("sensitivity.key.total", lang)),
        (Patch(color=style.MODEL, alpha=0.35), text("sensitivity.key.first", lang)),
        (Patch(color=style.PALE, alpha=0.7), text("sensitivity.key.like_dummy", lang)),
        (Line2D([], [], color=style.SECOND, linestyle=(0, (3, 3))), text("sensitivity.key.dummy", lang)),
    ]
    style.key(figure, handles, (0.1, 0.22), columns=4, columnspacing=1.0)
    return figure


@style.styled
def given_bars(found: Exploration, sample: int, at: int, lang: str = "en") -> Figure:
    """What a sample at hand tells of one read-out: shares of variance and distances, and the largest dummy's.

    Parameters
    ----------
    sample, at
        Places of the sample and of the read-out.
    """
    lang, kept = style.language(lang), found.given[sample]
    one = kept.found[at]
    rows = [
        Bar(
            marked(kept.names[n], found.moved, lang), float(one.first[n]),
            max(float(one.first[n] - one.first_error[n]), 0.0), float(one.first[n] + one.first_error[n]),
            bool(one.first_clear[n]), float(one.pawn[n]), max(float(one.pawn[n] - one.pawn_error[n]), 0.0),
            float(one.pawn[n] + one.pawn_error[n]),
        )
        for n in _largest(one.first)
    ]  # fmt: skip
    subtitle = text("sensitivity.figure.given", lang, runs=number(one.runs, 0), slices=one.slices)
    title = text(
        "sensitivity.figure.given_title", lang, readout=kept.readouts[at].title(lang),
        sample=text(f"sensitivity.sample.{kept.kind}", lang),
    )  # fmt: skip
    figure, axes = _laid_out(rows, title, subtitle, footer(found, lang))
    for y, row in enumerate(rows):
        axes.barh(
            y, row.value, height=0.42, color=style.MODEL if row.clear else style.PALE, alpha=0.85 if row.clear else 0.7
        )
        axes.plot([row.low, row.high], [y, y], color=style.INK, linewidth=1.0)
        filled = style.MUTED if row.other > one.pawn_floor else style.PAPER
        axes.plot([row.other], [y], "D", color=style.PAPER, markersize=5.4)
        axes.plot([row.other], [y], "D", color=style.MUTED, markersize=3.6, mfc=filled)
    axes.axvline(one.first_floor, color=style.SECOND, linewidth=0.9, linestyle=(0, (3, 3)))
    axes.axvline(one.pawn_floor, color=style.MUTED, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    handles = [
        (Patch(color=style.MODEL, alpha=0.85), text("sensitivity.key.share", lang)),
        (Line2D([], [], color=style.SECOND, linestyle=(0, (3, 3))), text("sensitivity.key.share_floor", lang)),
        (
            Line2D([], [], color=style.MUTED, marker="D", linewidth=0.0, markersize=3.6),
            text("sensitivity.key.pawn", lang),
        ),
        (Line2D([], [], color=style.MUTED, linestyle=(0, (1, 2))), text("sensitivity.key.pawn_floor", lang)),
    ]
    style.key(figure, handles, (0.1, 0.22), columns=4, columnspacing=1.0)
    return figure


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
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0.0, 1.0)
    style.rows(axes, len(sides), grid=False)
    for at, one in enumerate(sides):
        _range(axes, at, one, found, exploration, lang)
    return figure


def _range(axes: Axes, at: int, one: BoxCondition, found: Found, exploration: Exploration, lang: str) -> None:
    """One factor: its range as a thin bar, the box's part as a thick one, limits as numbers."""
    name = found.names[one.factor]
    low, high = found.low[one.factor], found.high[one.factor]
    width = max(high - low, 1e-300)
    ends = [max((one.low - low) / width, 0.0) if isfinite(one.low) else 0.0,
            min((one.high - low) / width, 1.0) if isfinite(one.high) else 1.0]  # fmt: skip
    words = marked(name, exploration.moved, lang) if is_parameter(name) else named(name, lang)
    style.row_name(
        axes,
        at,
        style.wrap(words, NAMES * 72.0 / style.SIZE["small"] - 2.0, 2),
        -6,
        **style.SMALL,
        linespacing=1.05,
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
    question = condition(BoxCondition(node.factor, high=node.limit), found.names, lang)
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
