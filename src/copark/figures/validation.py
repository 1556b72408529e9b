"""Figures of validation and forecasts: fans beside what came, scores side by side, where the width comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from copark.figures.frame import observed_key, observed_mark
from copark.presentation import style
from copark.presentation.numbers import axis_number
from copark.texts import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from copark.inference.validate import Point
    from copark.stats.scores import Percentiles

    Floats = NDArray[np.float64]

METHODS = {
    "model": (style.MODEL, "o"), "model-blind": (style.MODEL, "D"), "persistence": (style.MUTED, "s"),
    "line": (style.SECOND, "^"), "logistic": (style.ACCENT, "v"), "bass": (style.ACCENT, "P"),
}  # fmt: skip
SOURCES = {
    "later_shocks": style.SECOND, "moved": style.MODEL, "unmoved": style.PALE, "past_luck": style.ACCENT,
    "future_luck": style.MUTED,
}  # fmt: skip
BESIDE: tuple[dict[str, Any], ...] = (
    {"color": style.SECOND, "linestyle": (0, (4, 2))}, {"color": style.ACCENT, "linestyle": (0, (4, 2))},
    {"color": style.MUTED, "linestyle": (0, (4, 2))}, {"color": style.MUTED, "linestyle": (0, (1, 1.5))},
    {"color": style.INK, "linestyle": (0, (1, 1.5))},
)  # fmt: skip
"""Looks of the forecasts beside the one that is drawn as a fan, in their order."""
NAMES = 2.2
"""Inches for the names of observables."""
FARTHEST = 12.0
"""Scores beyond this many times the best are drawn at the edge."""


class Fan(NamedTuple):
    """A forecast over time: moments in years and quantiles at 5, 25, 50, 75 and 95 %, shape (levels, moments)."""

    times: Floats
    levels: Floats


@style.styled
def scored_fan(
    name: str, unit: str, model: Fan, others: Sequence[tuple[str, Fan]], points: Sequence[Point], cut: float,
    lang: str = "en", footer: str = "", led_by: str = "", size: tuple[float, float] = (4.7, 3.6),
) -> Figure:  # fmt: skip
    """A forecast from a cut, others beside it, and what was observed before and after.

    Parameters
    ----------
    name, unit
        Of the observable, as a person reads them; empty where the text beside the figure tells them.
    model, others
        The forecast's bands, the past included; others by name, of the first two the median and 90 %, then the median.
    points
        Reported values.
    cut
        End of what was known, in years.
    led_by
        What the forecast is called; the model by default.
    size
        Width and height of the sheet, in inches.
    """
    lang = style.language(lang)
    figure = style.sheet(size, name, unit, footer)
    spare = 0.0 if footer else 0.14
    axes = style.panel(figure, 0.6, 0.66 - spare, 0.2, 0.84 - spare if name else 0.3)
    style.years(axes, float(model.times[0]), float(model.times[-1]))
    style.fan(axes, model.times, model.levels, (0.18, 0.34), 1.8)
    top = float(np.nanmax(model.levels[4]))
    entries: list[tuple[Patch | Line2D, str]] = [
        (Patch(color=style.MODEL, alpha=0.4), led_by or text("validate.fan.model", lang))
    ]
    for (title, other), look in zip(others, BESIDE, strict=False):
        for row, width in ((2, 1.3), (0, 0.8), (4, 0.8))[: 3 if look in BESIDE[:2] else 1]:
            axes.plot(other.times, other.levels[row], linewidth=width, **look)
        entries.append((Line2D([], [], **look), title))
    for one in points:
        colour = {"known": style.INK, "looked": style.MUTED, "inside": style.INK, "outside": style.SECOND}[one.state]
        observed_mark(axes, one.at, one.value, one.high, one.bound, colour, 2.6 if one.state == "looked" else 4.2)
    reported = max((one.high or one.value for one in points), default=top)
    lowest = min(0.0, float(np.nanmin(model.levels[0])))
    axes.set_ylim(lowest * 1.05, max(top, reported) * 1.06)
    if model.times[0] < cut < model.times[-1]:
        axes.axvline(cut, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        style.above(axes, cut, style.legible(text("validate.fan.cut", lang)))
    axes.legend(
        [handle for handle, _ in entries], [style.legible(words) for _, words in entries], loc="upper left",
        frameon=False, fontsize=style.SIZE["small"], handlelength=1.4, borderaxespad=0.2,
    )  # fmt: skip
    marks = observed_key([one.bound for one in points], lang)
    style.key(figure, marks, (0.5, 0.16 - spare), fontsize=style.SIZE["small"])
    return figure


@style.styled
def score_dots(
    rows: Sequence[tuple[str, Mapping[str, float]]], names: Mapping[str, str], lang: str = "en", footer: str = "",
    title: str = "",
) -> Figure:  # fmt: skip
    """Mean scores of every method, a row for each observable, as multiples of the best in the row.

    rows: name of the observable, and mean scores by method; names: what each method is called.
    """
    lang = style.language(lang)
    height = 1.75 + 0.34 * len(rows)
    figure = style.sheet((7.2, height), title, text("validate.dots.subtitle", lang), footer)
    axes = style.panel(figure, NAMES, 0.86, 0.3, 0.80)
    row_names(axes, [name for name, _ in rows])
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_xscale("log")
    axes.set_xlim(0.93, FARTHEST * 1.08)
    axes.set_xticks([1, 1.5, 2, 3, 5, 8, 12], ["1", "1.5", "2", "3", "5", "8", "12+"])
    axes.minorticks_off()
    for at, (_, scores) in enumerate(rows):
        best = min(scores.values())
        axes.plot([1.0, FARTHEST], [at, at], color=style.GRID, linewidth=0.7, zorder=1)
        for method, score in scores.items():
            colour, marker = METHODS[method]
            hollow = method == "model"
            axes.plot(
                [min(score / best, FARTHEST)], [at], marker, markersize=6.0, color=colour,
                markerfacecolor="none" if hollow else colour, markeredgewidth=1.3 if hollow else 0.0, zorder=3,
            )  # fmt: skip
    entries = []
    for method, (colour, marker) in METHODS.items():
        if any(method in scores for _, scores in rows):
            face = "none" if method == "model" else colour
            handle = Line2D([], [], marker=marker, linestyle="", color=colour, markerfacecolor=face, markersize=6.0)
            entries.append((handle, names[method]))
    style.key(figure, entries, (0.12, 0.18), columns=3)
    return figure


def row_names(axes: Axes, names: Sequence[str]) -> None:
    """Names of rows left of the axes, the first on top."""
    style.rows(axes, len(names), grid=False)
    for at, name in enumerate(names):
        style.row_name(axes, at, style.wrap(name, NAMES * 72.0 / style.SIZE["label"] - 2.0, 2))


@style.styled
def places(
    rows: Sequence[tuple[str, Sequence[tuple[Percentiles, bool]]]], lang: str = "en", footer: str = "", title: str = ""
) -> Figure:
    """Where observed values fell within their forecasts, a row for each observable; a line spans a bound's percentiles.

    rows: name of the observable; of every value its percentiles, and whether the band reached it.
    """
    lang = style.language(lang)
    height = 1.35 + 0.32 * len(rows)
    figure = style.sheet((7.2, height), title, text("validate.places.subtitle", lang), footer)
    axes = style.panel(figure, NAMES, 0.50, 0.3, 0.80)
    row_names(axes, [name for name, _ in rows])
    axes.axvspan(0.05, 0.95, color=style.MODEL, alpha=0.13, linewidth=0)
    axes.axvspan(0.25, 0.75, color=style.MODEL, alpha=0.16, linewidth=0)
    axes.axvline(0.5, color=style.MODEL, linewidth=1.2)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0.05, 0.25, 0.5, 0.75, 0.95], ["5%", "25%", "50%", "75%", "95%"])
    for at, (_, found) in enumerate(rows):
        for one, inside in found:
            colour, ends = style.INK if inside else style.SECOND, [one.first / 100.0, one.last / 100.0]
            if one.single:
                axes.plot(ends[:1], [at], "o", color=colour, markersize=5.0, alpha=0.8, markeredgewidth=0)
            else:
                axes.plot(ends, [at, at], color=colour, linewidth=2.2, alpha=0.5, solid_capstyle="butt")
    return figure


@style.styled
def width_bars(
    rows: Sequence[tuple[str, Mapping[str, float], str]],
    lang: str = "en",
    footer: str = "",
    title: str = "",
    subtitle: str = "",
) -> Figure:
    """What a forecast's variance comes from, a bar for each observable.

    rows: name of the observable, shares by source, and the width in words.
    """
    lang = style.language(lang)
    height = 1.75 + 0.36 * len(rows)
    figure = style.sheet((7.2, height), title, subtitle or text("validate.width.subtitle", lang), footer)
    axes = style.panel(figure, NAMES, 0.90, 0.95, 0.80)
    row_names(axes, [name for name, _, _ in rows])
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
    for at, (_, shares, words) in enumerate(rows):
        begun = 0.0
        for source, colour in SOURCES.items():
            share = shares[source]
            axes.barh(at, share, left=begun, height=0.62, color=colour, alpha=0.85, linewidth=0)
            if share >= 0.07:
                shown = axis_number(round(100.0 * share))
                axes.text(
                    begun + share / 2.0, at, f"{shown}%", ha="center", va="center", size=style.SIZE["small"],
                    color="#ffffff" if source in {"moved", "future_luck", "later_shocks"} else "#10181f",
                )  # fmt: skip
            begun += share
        style.row_value(axes, at, style.legible(words))
    entries = [(Patch(color=colour, alpha=0.85), text(f"validate.source.{name}", lang))
               for name, colour in SOURCES.items()]  # fmt: skip
    style.key(figure, entries, (0.12, 0.18), columns=3)
    return figure
