"""Figures of methods for tables of cases: ceilings of NCA, XY plots of QCA, the course of a coordination degree."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from copark.presentation import style
from copark.presentation.numbers import number
from copark.setmethods.coupling_degree import BOUNDARIES, GRADES
from copark.setmethods.nca import ScopeView, peers, steps_of
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.arrays import Floats
    from copark.setmethods.coupling_chance import Null, WeightEnsemble
    from copark.setmethods.coupling_degree import Coupled
    from copark.setmethods.nca import Necessities, Necessity

MOST_PEERS = 8
"""Cases named at a ceiling."""
MOST_NAMES = 14
"""Cases named in an XY plot."""
MOST_LABELS = 26
"""Cases named below a course."""
EDGES = (0.0, *BOUNDARIES, 1.0)

Aim = Literal["sufficiency", "necessity"]


def _square(
    title: str, subtitle: str, names: tuple[str, str], size: tuple[float, float], top: float
) -> tuple[Figure, Axes]:
    """Make a sheet for points between two named axes; a title of two lines leaves less room."""
    figure = style.sheet(size, title, subtitle)
    lines = style.wrap(title, (size[0] - 0.3) * 72.0 / style.SIZE["title"], 2).count("\n")
    axes = style.panel(figure, 0.70, 0.62, 0.28, top + 0.22 * lines)
    axes.grid(visible=False)
    axes.set_xlabel(style.wrap(names[0], 42.0, 1), size=style.SIZE["label"])
    axes.set_ylabel(style.legible(names[1], 40), size=style.SIZE["label"])
    return figure, axes


def _legend(axes: Axes, entries: Sequence[tuple[Any, str]]) -> None:
    """Draw a key above the axes, in a line."""
    axes.legend(
        [handle for handle, _ in entries],
        [style.legible(words) for _, words in entries],
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=4,
        frameon=False,
        fontsize=style.SIZE["small"],
        borderaxespad=0.1,
        columnspacing=1.1,
        handlelength=1.4,
    )


def ceiling_plot(analysis: Necessities, necessity: Necessity, lang: str = "en") -> Figure:
    """Draw a condition against the outcome, with CE-FDH, CR-FDH, the empty zone and the cases that hold the ceiling.

    Parameters
    ----------
    analysis
        The analysis, with its cases and its corner.
    necessity
        The condition of it that is drawn.
    lang
        Language of the figure.
    """
    from matplotlib.patches import Rectangle

    request = analysis.request
    scope = necessity.scope
    line = necessity.ceilings["cr_fdh"]
    title = text("set_methods.figure.ceiling.title", lang, x=necessity.condition, y=request.outcome)
    step = necessity.ceilings["ce_fdh"]
    subtitle = text(
        f"set_methods.figure.ceiling.{'tested' if request.permutations else 'untested'}",
        lang,
        ce=number(step.effect, 3),
        cr=number(line.effect, 3),
        p_ce=number(step.p, 4),
        p_cr=number(line.p, 4),
    )
    figure, axes = _square(title, subtitle, (necessity.condition, request.outcome), (4.7, 4.4), 0.86)
    width = scope.x_high - scope.x_low
    high = scope.y_high - scope.y_low
    axes.set_xlim(scope.x_low - 0.06 * width, scope.x_high + 0.06 * width)
    axes.set_ylim(scope.y_low - 0.06 * high, scope.y_high + 0.06 * high)
    axes.add_patch(Rectangle((scope.x_low, scope.y_low), width, high, fill=False, edgecolor=style.GRID, zorder=0))
    x = analysis.table.values[necessity.condition]
    y = analysis.table.values[request.outcome]
    _empty_zone(axes, x, y, necessity, request.corner)
    axes.scatter(x, y, s=20, color=style.MODEL, alpha=0.7, linewidths=0.5, edgecolors=style.PAPER, zorder=3)
    if np.isfinite(line.slope) and line.slope != 0.0:
        ends = (np.array([scope.y_low, scope.y_high]) - line.intercept) / line.slope
        xs = np.sort(np.clip(ends, scope.x_low, scope.x_high))
        axes.plot(xs, line.intercept + line.slope * xs, color=style.SECOND, linewidth=1.4, zorder=2)
    named: dict[tuple[float, float], str] = {}
    for case, x_peer, height in necessity.peers:
        named.setdefault((x_peer, height), case)
    for place, case in list(named.items())[:MOST_PEERS]:
        is_right = place[0] > scope.x_low + 0.7 * width
        axes.annotate(
            style.legible(case, 18),
            place,
            xytext=(-4 if is_right else 4, -6),
            textcoords="offset points",
            size=style.SIZE["foot"],
            color=style.MUTED,
            ha="right" if is_right else "left",
            va="center",
        )
    handles = {
        "ce_fdh": style.line(style.INK),
        "cr_fdh": style.line(style.SECOND),
        "zone": Rectangle((0, 0), 1, 1, facecolor=style.ACCENT, alpha=0.25),
    }
    _legend(axes, [(handle, text(f"set_methods.figure.ceiling.{key}", lang)) for key, handle in handles.items()])
    return figure


def _empty_zone(axes: Axes, x: Floats, y: Floats, necessity: Necessity, corner: int) -> None:
    """Draw the step and the zone beyond it in the data's own units, for any corner."""
    view = ScopeView(corner)
    box = view.scope(necessity.scope)
    seen_x, seen_y = view.points(x, y)
    peer_x, peer_y = peers(steps_of(seen_x), seen_y)
    edges = np.array([box.x_low, *peer_x, box.x_high])
    heights = np.array([box.y_low, *peer_y])
    xs = view.x_sign * np.repeat(edges, 2)[1:-1]
    ys = view.y_sign * np.repeat(heights, 2)
    axes.fill_between(xs, ys, view.y_sign * box.y_high, facecolor=style.ACCENT, alpha=0.22, linewidth=0, zorder=1)
    axes.plot(xs, ys, color=style.INK, linewidth=1.2, zorder=2)


def xy_plot(
    x: Floats,
    y: Floats,
    cases: tuple[str, ...],
    names: tuple[str, str],
    fit: str,
    lang: str = "en",
    aim: Aim = "sufficiency",
) -> Figure:
    """Draw cases by their membership in a set and in the outcome.

    Above the diagonal a case speaks for sufficiency, below it for necessity. Cases that speak against at the crossover
    are marked and named first (against sufficiency: in the set and out of the outcome; against necessity: out of the
    set and in the outcome); others are named while there is room. Of cases on one spot the first is named.

    Parameters
    ----------
    x, y
        Memberships, shape (case,).
    cases
        Names of the cases.
    names
        Titles of the two axes.
    fit
        A line on the fit.
    lang
        Language.
    aim
        What the set is looked at as.
    """
    title = text("set_methods.figure.xy.title", lang, x=names[0], y=names[1])
    figure, axes = _square(title, fit, names, (4.7, 4.9), 0.72)
    axes.set_xlim(-0.04, 1.04)
    axes.set_ylim(-0.09, 1.04)
    axes.set_aspect("equal")
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "0.25", "0.5", "0.75", "1"])
    axes.set_yticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0", "0.25", "0.5", "0.75", "1"])
    for line in (axes.axhline, axes.axvline):
        line(0.5, color=style.MUTED, linewidth=0.8, linestyle=(0, (3, 2)))
    axes.plot([0.0, 1.0], [0.0, 1.0], color=style.GRID, linewidth=1.2)
    is_against = (x > 0.5) & (y < 0.5) if aim == "sufficiency" else (x < 0.5) & (y > 0.5)
    deviant, other = ((1, 0), (0, 1)) if aim == "sufficiency" else ((0, 1), (1, 0))
    words = {
        (1, 1): "typical",
        deviant: "deviant",
        other: "uncovered" if aim == "sufficiency" else "allowed",
        (0, 0): "irrelevant",
    }
    for (right, upper), key in words.items():
        place = (0.51 if right else 0.49, 0.51 if upper else 0.485)
        axes.text(
            *place,
            text(f"set_methods.figure.xy.{key}", lang),
            size=style.SIZE["foot"],
            color=style.MUTED,
            ha="left" if right else "right",
            va="bottom" if upper else "top",
        )
    spots: dict[tuple[float, float], list[int]] = {}
    for position, (across, up) in enumerate(zip(x.round(3).tolist(), y.round(3).tolist(), strict=True)):
        spots.setdefault((across, up), []).append(position)
    for (across, up), members in spots.items():  # cases on one spot are drawn around it
        angle = 2.4 * np.arange(len(members))
        radius = 0.011 * np.sqrt(np.arange(len(members)))
        axes.scatter(
            np.clip(across + radius * np.cos(angle), -0.03, 1.03),
            np.clip(up + radius * np.sin(angle), -0.03, 1.03),
            s=22,
            color=style.SECOND if is_against[members[0]] else style.MODEL,
            alpha=0.75,
            linewidths=0.5,
            edgecolors=style.PAPER,
            zorder=3,
        )
    _write_cases(axes, spots, cases, is_against)
    return figure


def _write_cases(
    axes: Axes, spots: dict[tuple[float, float], list[int]], cases: tuple[str, ...], against: np.ndarray
) -> None:
    """Write the names of cases that leave room, those against first; where several are on one spot, how many more."""
    occupied: list[tuple[float, float]] = []
    for (x, y), members in sorted(spots.items(), key=lambda spot: (not against[spot[1][0]], len(spot[1]) == 1)):
        if len(occupied) == MOST_NAMES or any(abs(x - left) < 0.24 and abs(y - low) < 0.045 for left, low in occupied):
            continue
        occupied.append((x, y))
        side = "right" if x > 0.85 else "left" if x < 0.12 else "center"
        name = style.legible(cases[members[0]], 16) + (f" +{len(members) - 1}" if len(members) > 1 else "")
        axes.annotate(
            name,
            (x, max(y, 0.0)),
            xytext=(4 if side == "right" else 0, -5 - 2 * min(3, len(members) - 1)),
            ha=side,
            textcoords="offset points",
            size=style.SIZE["foot"],
            va="top",
            annotation_clip=False,
            color=style.SECOND if against[members[0]] else style.INK,
        )


def trajectory(
    coupled: Coupled, null: Null | None = None, ensemble: WeightEnsemble | None = None, lang: str = "en"
) -> Figure:
    """Draw D at each case in order, in both forms, over the grades; behind it the band of chance and that of judgement.

    Parameters
    ----------
    coupled
        The degrees.
    null
        Null whose band is what indicators without a common course give.
    ensemble
        Ensemble whose band is what other weights and ranges give.
    lang
        Language.
    """
    names = text("set_methods.join", lang).join(subsystem.name for subsystem in coupled.request.subsystems)
    title = text("set_methods.figure.coupling.title", lang)
    figure = style.sheet((7.6, 4.7), title, text("set_methods.figure.coupling.subtitle", lang, subsystems=names))
    cases = coupled.table.cases
    count = len(cases)
    chosen = range(0, count, -(-count // MOST_LABELS))
    is_turned = max(min(16, len(cases[position])) for position in chosen) * len(chosen) > 90
    axes = style.panel(figure, 0.55, 1.02 if is_turned else 0.55, 1.5, 0.86)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks(EDGES)
    axes.tick_params(axis="y", labelsize=style.SIZE["small"])
    axes.set_xlim(-0.5, count - 0.5)
    for low, high, name in zip(EDGES, EDGES[1:], GRADES, strict=False):
        words = text(f"analysis.grade.{name}", lang)
        style.direct_label(axes, (count - 0.45, (low + high) / 2.0), words, style.MUTED, size=style.SIZE["foot"])
    places = np.arange(count)
    entries: list[tuple[Any, str]] = []
    for key, band, colour in (
        ("null", None if null is None else (null.band[0], null.band[2]), style.MUTED),
        ("ensemble", None if ensemble is None else (ensemble.levels[0], ensemble.levels[4]), style.MODEL),
    ):
        if band is not None:  # half a place on both sides, so that the band of a single case is seen
            below, over = (np.repeat(edge, 2) for edge in band)
            ends = np.column_stack([places - 0.25, places + 0.25]).ravel() if count == 1 else np.repeat(places, 2)
            patch = axes.fill_between(ends, below, over, color=colour, alpha=0.18, linewidth=0)
            entries.append((patch, text(f"set_methods.figure.coupling.{key}", lang)))
    for form, colour in (("standard", style.MODEL), ("wang2021", style.SECOND)):
        dash = "-" if form == coupled.request.formula else (0, (4, 2))
        degree = coupled.forms[form].coordination  # type: ignore[index]
        (line,) = axes.plot(places, degree, color=colour, linewidth=1.8, linestyle=dash, marker="o", ms=3.2)
        entries.append((line, text(f"set_methods.formula.{form}", lang)))
    _legend(axes, entries)
    look: dict[str, Any] = {"rotation": 55, "ha": "right", "rotation_mode": "anchor"} if is_turned else {}
    axes.set_xticks(
        list(chosen), [style.legible(cases[position], 16) for position in chosen], size=style.SIZE["small"], **look
    )
    return figure
