"""The coupling coordination degree of cases or years: its course with what chance and judgement make of it.

Weight and power of voters side by side.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from copark.presentation import style
from copark.presentation.numbers import number, percent
from copark.setmethods.coupling_degree import BOUNDARIES, GRADES
from copark.setmethods.power import Power
from copark.texts import text

if TYPE_CHECKING:
    from copark.setmethods.coupling_chance import Null, WeightEnsemble
    from copark.setmethods.coupling_degree import Coupled

EDGES = (0.0, *BOUNDARIES, 1.0)
MOST_LABELS = 26


@style.styled
def trajectory(
    found: Coupled, null: Null | None = None, ensemble: WeightEnsemble | None = None, lang: str = "en", footer: str = ""
) -> Figure:  # fmt: skip
    """D at each case in order, in both forms, over the grades; behind it the band of chance and that of judgement.

    null: its band is what indicators without a common course give; ensemble: its band is what other weights and ranges
    give.
    """
    lang = style.language(lang)
    title = text("set_methods.figure.coupling.title", lang)
    names = text("set_methods.join", lang).join(one.name for one in found.request.subsystems)
    subtitle = text("set_methods.figure.coupling.subtitle", lang, subsystems=names)
    figure = style.sheet((7.6, 4.7), title, subtitle, footer)
    axes = style.panel(figure, 0.55, 1.02 if _is_turned(found.table.cases) else 0.55, 1.5, 0.86)
    axes.set_ylim(0.0, 1.0)
    axes.set_yticks(EDGES)
    axes.tick_params(axis="y", labelsize=style.SIZE["small"])
    count = len(found.table)
    places = np.arange(count)
    axes.set_xlim(-0.5, count - 0.5)
    for low, high, name in zip(EDGES, EDGES[1:], GRADES, strict=False):
        words = text(f"analysis.grade.{name}", lang)
        style.direct_label(axes, (count - 0.45, (low + high) / 2.0), words, style.MUTED, size=style.SIZE["small"] - 0.6)
    handles: list[Any] = []
    said: list[str] = []
    if null is not None:
        handles.append(_band(axes, places, null.band[0], null.band[2], style.MUTED, 0.16))
        said.append(text("set_methods.figure.coupling.null", lang))
    if ensemble is not None:
        handles.append(_band(axes, places, ensemble.levels[0], ensemble.levels[4], style.MODEL, 0.20))
        said.append(text("set_methods.figure.coupling.ensemble", lang))
    for form, colour in (("standard", style.MODEL), ("wang2021", style.SECOND)):
        dash = "-" if form == found.request.formula else (0, (4, 2))
        degree = found.forms[form].coordination  # type: ignore[index]
        handles.append(axes.plot(places, degree, color=colour, linewidth=1.8, linestyle=dash, marker="o", ms=3.2)[0])
        said.append(text(f"set_methods.formula.{form}", lang))
    axes.legend(
        handles, [style.legible(one) for one in said], loc="lower left", bbox_to_anchor=(-0.01, 1.0), ncols=4,
        frameon=False, fontsize=style.SIZE["small"], borderaxespad=0.1, columnspacing=1.1, handlelength=1.6,
    )  # fmt: skip
    _case_ticks(axes, found.table.cases)
    return figure


def _band(axes: Axes, places: np.ndarray, low: np.ndarray, high: np.ndarray, colour: str, alpha: float) -> Any:
    if len(places) == 1:
        return axes.bar(places, high - low, bottom=low, width=0.5, color=colour, alpha=alpha, linewidth=0)
    return axes.fill_between(places, low, high, color=colour, alpha=alpha, linewidth=0)


def _labelled(cases: tuple[str, ...]) -> range:
    """Cases that have a tick: all, or every second, third …"""
    return range(0, len(cases), -(-len(cases) // MOST_LABELS))


def _is_turned(cases: tuple[str, ...]) -> bool:
    """Whether labels must be turned to have room."""
    chosen = _labelled(cases)
    return max(min(16, len(cases[at])) for at in chosen) * len(chosen) > 90


def _case_ticks(axes: Axes, cases: tuple[str, ...]) -> None:
    chosen, turned = _labelled(cases), _is_turned(cases)
    axes.set_xticks(list(chosen), [style.legible(cases[at], 16) for at in chosen])
    axes.tick_params(axis="x", labelsize=style.SIZE["small"], rotation=55 if turned else 0)
    if turned:
        for label in axes.get_xticklabels():
            label.set_horizontalalignment("right")
            label.set_rotation_mode("anchor")


@style.styled
def grade_map(found: Coupled, ensemble: WeightEnsemble, lang: str = "en", footer: str = "") -> Figure:
    """How often each case is in each grade when weights and ranges are drawn; the grade as computed is ringed."""
    lang = style.language(lang)
    cases = found.table.cases
    shown = list(range(len(cases)))[:60]
    title = text("set_methods.figure.grades.title", lang)
    subtitle = text(
        "set_methods.figure.grades.subtitle", lang, share=percent(ensemble.stays["both"]),
        weights=percent(ensemble.stays["weights"]), ranges=percent(ensemble.stays["ranges"]),
        draws=number(ensemble.draws, 0),
    )  # fmt: skip
    figure = style.sheet((7.6, 1.78 + 0.24 * len(shown) + 0.3), title, subtitle, footer)
    axes = style.panel(figure, 1.5, 0.35, 0.95, 1.42)
    axes.grid(visible=False)
    shades = LinearSegmentedColormap.from_list("share", [style.PAPER, style.MODEL])
    axes.imshow(ensemble.shares[shown], cmap=shades, vmin=0.0, vmax=1.0, aspect="auto")
    axes.set_xticks(range(len(GRADES)), [text(f"analysis.grade.{name}", lang) for name in GRADES])
    axes.tick_params(axis="x", top=False, bottom=False, labeltop=True, labelbottom=False, labelsize=style.SIZE["small"])
    axes.tick_params(axis="x", rotation=30)
    for label in axes.get_xticklabels():
        label.set_horizontalalignment("left")
        label.set_rotation_mode("anchor")
    axes.set_yticks(range(len(shown)), [style.legible(cases[at], 26) for at in shown])
    axes.tick_params(axis="y", labelsize=style.SIZE["small"])
    for row, at in enumerate(shown):
        own = GRADES.index(found.chosen.grades[at])
        axes.plot(
            [own], [row], "o", markersize=9.5, markerfacecolor="none", markeredgecolor=style.INK, markeredgewidth=1.0
        )
        for column, share in enumerate(ensemble.shares[at]):
            if share >= 0.01:
                colour = style.DARK if share < 0.6 else style.PAPER
                axes.text(
                    column, row, number(100.0 * share, 0), size=style.SIZE["foot"], color=colour, ha="center",
                    va="center",
                )  # fmt: skip
    axes.set_facecolor(style.PAPER)
    axes.spines["bottom"].set_color(style.GRID)
    return figure


@style.styled
def power_bars(found: Power, voters: Sequence[str], lang: str = "en", footer: str = "") -> Figure:
    """Each voter's share of the weights, Shapley-Shubik index and normalised Banzhaf index."""
    lang = style.language(lang)
    count = len(voters)
    title = text("set_methods.figure.power.title", lang)
    total = sum(found.weights)
    subtitle = text("set_methods.figure.power.subtitle", lang, quota=number(found.quota, 0), total=number(total, 0))
    figure = style.sheet((7.2, 1.5 + 0.62 * count), title, subtitle, footer)
    axes = style.panel(figure, 1.7, 0.72, 0.7, 0.72)
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_yticks(range(count), [style.legible(voter, 24) for voter in voters])
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
    kinds = (
        ("weight", style.PALE, [weight / total for weight in found.weights]),
        ("shapley", style.MODEL, [float(value) for value in found.shapley_shubik]),
        ("banzhaf", style.ACCENT, [float(value) for value in found.banzhaf_normalized]),
    )
    handles = []
    for at, (name, colour, values) in enumerate(kinds):
        places = [row + (at - 1) * 0.25 for row in range(count)]
        handles.append((axes.barh(places, values, height=0.22, color=colour), text(f"set_methods.column.{name}", lang)))
        for place, value in zip(places, values, strict=True):
            axes.text(
                value + 0.008,
                place,
                percent(value, 1),
                **style.SMALL,
                va="center",
                clip_on=False,
            )
    style.key(figure, handles, (0.3, 0.18), 3)
    return figure
