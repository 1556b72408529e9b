"""Marks that several of these figures draw: presence and absence, a footer, a share in a cell."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from copark.presentation.style import INK, MUTED, PAPER, SIZE, legible

BIG, SMALL = 130.0, 70.0


def present(axes: Axes, x: float, y: float, size: float = BIG) -> None:
    """A full disc: the condition is present."""
    axes.scatter([x], [y], s=size, color=INK, linewidths=0, zorder=3)


def negated(axes: Axes, x: float, y: float, size: float = BIG) -> None:
    """A crossed circle: the condition is absent."""
    axes.scatter([x], [y], s=size, facecolor=PAPER, edgecolor=INK, linewidths=1.0, zorder=3)
    axes.scatter([x], [y], s=size * 0.42, marker="x", color=INK, linewidths=1.0, zorder=4)


def column_head(axes: Axes, x: float, words: str, *, rotated: bool = True) -> None:
    """The name of a column above it."""
    turn: dict[str, Any] = {"rotation": 40.0, "ha": "left"} if rotated else {"rotation": 0.0, "ha": "center"}
    axes.annotate(
        legible(words, 24), (x, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 5), textcoords="offset points",
        size=SIZE["label"], color=INK, va="bottom", annotation_clip=False, rotation_mode="anchor", **turn,
    )  # fmt: skip


def beside(axes: Axes, x: float, y: float, words: str, *, longest: int = 60, small: bool = True) -> None:
    """Words right of a place."""
    axes.text(
        x, y, legible(words, longest), size=SIZE["small" if small else "label"], color=MUTED, va="center", ha="left",
        clip_on=False,
    )  # fmt: skip
