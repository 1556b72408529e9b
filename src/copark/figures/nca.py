"""Ceiling plots: the scatter, its empty corner, and the two lines above which nothing lies.

XY plots: membership in a set against membership in the outcome, with the four quadrants named by their cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from copark.presentation import style
from copark.presentation.numbers import number
from copark.setmethods.nca import ScopeView, peers, steps_of
from copark.texts import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from copark.setmethods.nca import Necessities, Necessity

MOST_PEERS = 8


@style.styled
def ceiling_plot(analysis: Necessities, one: Necessity, lang: str = "en", footer: str = "") -> Figure:
    """A condition against the outcome, with CE-FDH, CR-FDH, the empty zone and the cases that hold the ceiling up."""
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
    view = ScopeView(corner)
    box = view.scope(one.scope)
    seen_x, seen_y = view.points(x, y)
    peer_x, peer_y = peers(steps_of(seen_x), seen_y)
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


MOST_NAMES = 14

Aim = Literal["sufficiency", "necessity"]


@style.styled
def xy_plot(
    x: NDArray[np.float64],
    y: NDArray[np.float64],
    cases: tuple[str, ...],
    names: tuple[str, str],
    fit: str,
    lang: str = "en",
    footer: str = "",
    aim: Aim = "sufficiency",
) -> Figure:
    """Cases by their membership in a set and in the outcome.

    Above the diagonal a case speaks for sufficiency, below it for necessity. Cases that speak against at the crossover
    are marked and named first (against sufficiency: in the set and out of the outcome; against necessity: out of the
    set and in the outcome); others are named while there is room. Of cases on one spot the first is named.

    Parameters
    ----------
    x, y
        Memberships, shape (case,).
    names
        What stands on the two axes.
    fit
        A line on the fit.
    aim
        What the set is looked at as.
    """
    lang = style.language(lang)
    title = text("set_methods.figure.xy.title", lang, x=names[0], y=names[1])
    figure = style.sheet((4.7, 4.9), title, fit, footer)
    lines = style.wrap(title, (4.7 - 0.3) * 72.0 / style.SIZE["title"], 2).count("\n")
    axes = style.panel(figure, 0.62, 0.62, 0.30, 0.72 + 0.22 * lines)
    axes.grid(visible=False)
    axes.set_xlim(-0.04, 1.04)
    axes.set_ylim(-0.09, 1.04)
    axes.set_aspect("equal")
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "0.25", "0.5", "0.75", "1"])
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "0.25", "0.5", "0.75", "1"])
    for line in (axes.axhline, axes.axvline):
        line(0.5, color=style.MUTED, linewidth=0.8, linestyle=(0, (3, 2)))
    axes.plot([0.0, 1.0], [0.0, 1.0], color=style.GRID, linewidth=1.2)
    axes.set_xlabel(style.legible(style.wrap(names[0], 42.0, 1)), size=style.SIZE["label"])
    axes.set_ylabel(style.legible(names[1], 40), size=style.SIZE["label"])
    _quadrants(axes, lang, aim)
    against = (x > 0.5) & (y < 0.5) if aim == "sufficiency" else (x < 0.5) & (y > 0.5)
    places = _apart(x, y)
    for chosen, colour in ((~against, style.MODEL), (against, style.SECOND)):
        axes.scatter(
            places[chosen, 0], places[chosen, 1], s=22, color=colour, alpha=0.75, linewidths=0.5,
            edgecolors=style.PAPER, zorder=3,
        )  # fmt: skip
    _write_cases(axes, np.column_stack([x, y]), cases, against)
    return figure


def _quadrants(axes: Axes, lang: str, aim: Aim) -> None:
    """What each quarter means, at the crossing of the crossovers."""
    deviant, allowed = ("lower_right", "upper_left") if aim == "sufficiency" else ("upper_left", "lower_right")
    words = {
        "upper_right": "typical",
        deviant: "deviant",
        allowed: "uncovered" if aim == "sufficiency" else "allowed",
        "lower_left": "irrelevant",
    }
    for corner, key in words.items():
        up, across = ("bottom", 0.51) if corner.startswith("upper") else ("top", 0.485)
        left, x = ("left", 0.51) if corner.endswith("right") else ("right", 0.49)
        said = text(f"set_methods.figure.xy.{key}", lang)
        axes.text(x, across, style.legible(said), size=style.SIZE["foot"], color=style.MUTED, ha=left, va=up)


def _apart(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    """Places with cases on one spot drawn around it; the memberships themselves are in the table."""
    places = np.column_stack([x, y]).astype(np.float64)
    for spot in _spots(places):
        for turn, at in enumerate(spot[1:], start=1):
            angle = 2.4 * turn
            places[at] += 0.011 * np.sqrt(turn) * np.array([np.cos(angle), np.sin(angle)])
    return np.clip(places, -0.03, 1.03)


def _spots(places: NDArray[np.float64]) -> list[list[int]]:
    """Cases by where they are."""
    found: dict[tuple[float, ...], list[int]] = {}
    for at, spot in enumerate(map(tuple, places.round(3))):
        found.setdefault(spot, []).append(at)
    return list(found.values())


def _write_cases(
    axes: Axes, places: NDArray[np.float64], cases: tuple[str, ...], against: NDArray[np.bool_]
) -> None:  # fmt: skip
    """Names of cases that leave room, those against first; where several are on one spot, how many more."""
    taken: list[tuple[float, float]] = []
    spots = sorted(_spots(places), key=lambda spot: (not against[spot[0]], len(spot) == 1))
    for spot in spots:
        x, y = (float(value) for value in places[spot[0]])
        if len(taken) >= MOST_NAMES:
            break
        if any(abs(x - left) < 0.24 and abs(y - low) < 0.045 for left, low in taken):
            continue
        taken.append((x, y))
        across = "right" if x > 0.85 else "left" if x < 0.12 else "center"
        name = style.legible(cases[spot[0]], 16) + (f" +{len(spot) - 1}" if len(spot) > 1 else "")
        axes.annotate(
            name, (x, max(y, 0.0)), xytext=(4 if across == "right" else 0, -5 - 2 * min(3, len(spot) - 1)),
            textcoords="offset points", size=style.SIZE["foot"], color=style.SECOND if against[spot[0]] else style.INK,
            ha=across, va="top", annotation_clip=False,
        )  # fmt: skip
