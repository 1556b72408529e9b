"""Ceiling plots: the scatter, its empty corner, and the two lines above which nothing lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from copark.presentation import style
from copark.presentation.numbers import number
from copark.setmethods.nca.ceilings import View, peers, steps_of
from copark.texts import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from copark.setmethods.nca.analysis import Necessities, Necessity

MOST_PEERS = 8


@style.styled
def ceiling_plot(analysis: Necessities, one: Necessity, lang: str = "en", footer: str = "") -> Figure:
    """A condition against the outcome, with CE-FDH, CR-FDH, the empty zone and the cases that hold the ceiling up.

    Parameters
    ----------
    analysis
        The whole.
    one
        The condition.
    lang
        ``en`` or ``zh``.
    footer
        What made the figure.
    """
    lang = style.language(lang)
    request = analysis.request
    title = text("set_methods.figure.ceiling.title", lang, x=one.condition, y=request.outcome)
    subtitle = text(
        f"set_methods.figure.ceiling.{'tested' if request.permutations else 'untested'}",
        lang,
        ce=number(one.ceilings["ce_fdh"].effect, 3),
        cr=number(one.ceilings["cr_fdh"].effect, 3),
        p_ce=number(one.ceilings["ce_fdh"].p, 4),
        p_cr=number(one.ceilings["cr_fdh"].p, 4),
    )
    figure = style.sheet((4.7, 4.4), title, subtitle, footer)
    lines = style.wrap(title, (4.7 - 0.3) * 72.0 / style.SIZE["title"], 2).count("\n")
    axes = style.panel(figure, 0.72, 0.62, 0.25, 0.86 + 0.22 * lines)
    axes.grid(visible=False)
    scope = one.scope
    wide, high = scope.x_high - scope.x_low, scope.y_high - scope.y_low
    axes.set_xlim(scope.x_low - 0.06 * wide, scope.x_high + 0.06 * wide)
    axes.set_ylim(scope.y_low - 0.06 * high, scope.y_high + 0.06 * high)
    axes.add_patch(
        Rectangle((scope.x_low, scope.y_low), wide, high, fill=False, edgecolor=style.GRID, linewidth=1.0, zorder=0)
    )
    x, y = analysis.table.values[one.condition], analysis.table.values[request.outcome]
    _empty_zone(axes, x, y, one, request.corner)
    axes.scatter(x, y, s=20, color=style.MODEL, alpha=0.7, linewidths=0.5, edgecolors=style.PAPER, zorder=3)
    _line(axes, one)
    _peer_names(axes, one)
    axes.set_xlabel(style.legible(one.condition, 40), size=style.SIZE["label"])
    axes.set_ylabel(style.legible(request.outcome, 40), size=style.SIZE["label"])
    handles = [
        axes.plot([], [], color=style.INK, linewidth=1.2)[0],
        axes.plot([], [], color=style.SECOND, linewidth=1.4)[0],
        Rectangle((0, 0), 1, 1, facecolor=style.ACCENT, alpha=0.25),
    ]
    words = [text(f"set_methods.figure.ceiling.{key}", lang) for key in ("ce_fdh", "cr_fdh", "zone")]
    axes.legend(
        handles, words, loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, frameon=False,
        fontsize=style.SIZE["small"], borderaxespad=0.1, columnspacing=1.2, handlelength=1.3,
    )  # fmt: skip
    return figure


def _empty_zone(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64], one: Necessity, corner: int) -> None:
    """The step and the zone beyond it, drawn in the data's own units for any corner."""
    view = View(corner)
    box = view.scope(one.scope)
    seen_x, seen_y = view.points(x, y)
    peer_x, peer_y, _ = peers(steps_of(seen_x), seen_y)
    edges = np.array([box.x_low, *peer_x, box.x_high])
    heights = np.array([box.y_low, *peer_y])
    left, right = view.x_sign * edges[:-1], view.x_sign * edges[1:]
    for start, stop, height in zip(left, right, heights, strict=True):
        low, high = sorted((view.y_sign * height, view.y_sign * box.y_high))
        axes.add_patch(
            Rectangle(
                (min(start, stop), low),
                abs(stop - start),
                high - low,
                facecolor=style.ACCENT,
                alpha=0.22,
                linewidth=0,
                zorder=1,
            )
        )
    xs, ys = np.repeat(edges, 2)[1:-1], np.repeat(heights, 2)
    axes.plot(view.x_sign * xs, view.y_sign * ys, color=style.INK, linewidth=1.2, zorder=2)


def _line(axes: Axes, one: Necessity) -> None:
    line, scope = one.ceilings["cr_fdh"], one.scope
    if not np.isfinite(line.slope) or line.slope == 0.0:
        return
    ends = sorted((scope.y_low, scope.y_high))
    xs = np.sort(
        np.clip([(end - line.intercept) / line.slope for end in ends], scope.x_low, scope.x_high)
    )  # fmt: skip
    axes.plot(xs, line.intercept + line.slope * xs, color=style.SECOND, linewidth=1.4, zorder=2)


def _peer_names(axes: Axes, one: Necessity) -> None:
    seen: set[tuple[float, float]] = set()
    for case, x, y in one.peers:
        if (x, y) in seen or len(seen) >= MOST_PEERS:
            continue
        seen.add((x, y))
        across = "right" if x > one.scope.x_low + 0.7 * (one.scope.x_high - one.scope.x_low) else "left"
        axes.annotate(
            style.legible(case, 18), (x, y), xytext=(-4 if across == "right" else 4, -6), textcoords="offset points",
            size=style.SIZE["foot"], color=style.MUTED, ha=across, va="center",
        )  # fmt: skip
