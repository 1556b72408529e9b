"""Figures of the claims across parks: three verdicts side by side, and deviant parks asked of the model."""

from __future__ import annotations

from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from copark.analyses.across.words import agreement, footer, headed, park, verdict
from copark.inference.claims.rules import side
from copark.inference.cross_park.reasons import METHODS, NO_WORD
from copark.inference.cross_park.runner import AcrossFindings
from copark.presentation import style
from copark.presentation.numbers import percent
from copark.texts import text

FILLS = {1: (style.MODEL, style.PAPER), -1: (style.SECOND, style.PAPER), 0: (style.GRID, style.INK)}
"""Fill and letters of a verdict by its side; the words stand in the cell, colours only help."""
ROW = 0.36
NAMES = 3.05


def _say(key: str, lang: str, **values: str) -> str:
    return text(f"across.{key}", lang, **values)


def _fill(word: str) -> tuple[str, str]:
    """Fill and letters of a verdict."""
    return (style.PAPER, style.MUTED) if word == NO_WORD else FILLS[side(word)]


@style.styled
def verdict_matrix(found: AcrossFindings, lang: str = "en") -> Figure:
    """Claims down, methods across, the verdict of each in words, and whether those that decide agree."""
    lang = style.language(lang)
    count = len(found.claims)
    figure = style.sheet(
        (8.6, 1.43 + ROW * count),
        _say("figure.matrix", lang),
        _say("figure.matrix_subtitle", lang),
        footer(found, lang),
    )
    axes = style.panel(figure, NAMES, 0.42, 1.55, 1.0)
    axes.grid(visible=False)
    axes.set_xlim(0, len(METHODS))
    axes.set_ylim(count, 0)
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_visible(False)
    for at, method in enumerate(METHODS):
        head = style.wrap(_say(f"column.{method}", lang), 13.0, 2)
        axes.text(at + 0.5, -0.2, head, ha="center", va="bottom", **style.NOTE)
    axes.text(
        3.12,
        -0.2,
        _say("column.agreement", lang),
        va="bottom",
        **style.NOTE,
        clip_on=False,
    )
    for row, one in enumerate(found.claims):
        title = style.wrap(style.legible(headed(one, lang)), 27.0, 2)
        axes.text(-0.08, row + 0.5, title, ha="right", va="center", **style.SMALL, clip_on=False)
        for at, method in enumerate(METHODS):
            fill, letters = _fill(one.verdicts[method])
            axes.add_patch(
                Rectangle((at + 0.03, row + 0.07), 0.94, 0.86, facecolor=fill, edgecolor=style.GRID, linewidth=0.7)
            )
            words = verdict(one.verdicts[method], lang, method)
            axes.text(at + 0.5, row + 0.5, words, ha="center", va="center", size=style.SIZE["small"], color=letters)
        said = style.wrap(agreement(one, lang), 13.5, 2)
        axes.text(3.12, row + 0.5, said, va="center", **style.SMALL, clip_on=False)
    return figure


@style.styled
def twin_chart(found: AcrossFindings, lang: str = "en") -> Figure:
    """For each deviant park, the share of runs that do what it did, with the mechanism, without, and in other arms."""
    lang = style.language(lang)
    count = len(found.twins)
    figure = style.sheet(
        (8.0, 1.95 + 0.52 * count), _say("figure.twins", lang), _say("figure.twins_subtitle", lang), footer(found, lang)
    )
    axes = style.panel(figure, NAMES, 1.05, 0.45, 0.86)
    style.rows(axes, count)
    axes.set_xlim(-0.02, 1.02)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    axes.axvline(found.file.rules.sizes["half"], color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 3)))
    for row, twin in enumerate(found.twins):
        kind = "casebook" if twin.fitted else "thin"
        name = _say(f"figure.{kind}", lang, name=park(found, twin.deviant.row, lang))
        words = style.wrap(style.legible(name), 27.0, 2)
        axes.text(-0.05, row, words, ha="right", va="center", **style.SMALL, clip_on=False)
        for arm in twin.arms:
            on, off = arm.key == twin.deviant.on, arm.key == twin.deviant.off
            colour = style.MODEL if on else style.SECOND if off else style.MUTED
            height = row + (-0.12 if on else 0.12 if off else 0.0)
            axes.plot([arm.low, arm.high], [height, height], color=colour, linewidth=1.2)
            face = colour if on else style.PAPER
            axes.plot(arm.share, height, "o" if on or off else "|", color=colour, markerfacecolor=face, markersize=6)
    entries = [
        (Line2D([], [], color=style.MODEL, marker="o", markersize=6), _say("figure.with", lang)),
        (
            Line2D([], [], color=style.SECOND, marker="o", markerfacecolor=style.PAPER, markersize=6),
            _say("figure.without", lang),
        ),
        (Line2D([], [], color=style.MUTED, marker="|", linestyle="", markersize=7), _say("figure.beside", lang)),
    ]
    style.key(figure, entries, (NAMES, 0.38), columns=3)
    return figure
