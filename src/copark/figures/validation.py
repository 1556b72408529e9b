"""Figures of forecasts: fans beside what came, scores side by side, sources of the width, every park of a panel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from copark.figures.frame import observed_key, observed_mark
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.numbers import number
from copark.stats.quantiles import LEVELS
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.arrays import Floats
    from copark.calibration.panels import PanelFindings, ParkFan
    from copark.calibration.rolling_origin import Point
    from copark.stats.scores import Percentiles

METHODS = {
    "model": (style.MODEL, "o"),
    "model-blind": (style.MODEL, "D"),
    "persistence": (style.MUTED, "s"),
    "line": (style.SECOND, "^"),
    "logistic": (style.ACCENT, "v"),
    "bass": (style.ACCENT, "P"),
}
SOURCES = {
    "later_shocks": style.SECOND,
    "moved": style.MODEL,
    "unmoved": style.PALE,
    "past_luck": style.ACCENT,
    "future_luck": style.MUTED,
}
DASHED = (0, (4, 2))
DOTTED = (0, (1, 1.5))
BESIDE = (
    (style.SECOND, DASHED),
    (style.ACCENT, DASHED),
    (style.MUTED, DASHED),
    (style.MUTED, DOTTED),
    (style.INK, DOTTED),
)
"""Looks of the forecasts beside the one that is drawn as a fan, in their order."""
NAMES = 2.2
"""Inches for the names of observables."""
FARTHEST = 12.0
"""Scores beyond this many times the best are drawn at the edge."""
COLUMNS = 4
"""Small multiples in a row."""
TALL = 1.68
"""Inches from one row of small multiples to the next."""


class Fan(NamedTuple):
    """A forecast over time: moments in years and quantiles at 5, 25, 50, 75 and 95 %, shape (levels, moments)."""

    times: Floats
    levels: Floats


def scored_fan(
    name: str,
    unit: str,
    model: Fan,
    others: Sequence[tuple[str, Fan]],
    points: Sequence[Point],
    cut: float,
    lang: str = "en",
    led_by: str = "",
    size: tuple[float, float] = (4.7, 3.6),
    *,
    key_inside: bool = False,
    lane: float = 0.0,
) -> Figure:
    """Draw a forecast from a cut, others beside it, and what was observed before and after.

    Parameters
    ----------
    name, unit
        Title and unit of the observable, as a person reads them; empty where the text beside the figure tells them.
    model
        Bands of the forecast, the past included.
    others
        Bands by name; of the first two the median and 90 % are drawn, then the median.
    points
        Reported values.
    cut
        End of what was known, in years.
    lang
        Language.
    led_by
        Title of the forecast.
    size
        Inches.
    key_inside
        Put the key of what was observed in the axes, above the fan, and not below them.
    lane
        Inches left free below the axes, for what marks their time.
    """
    from matplotlib.patches import Patch

    figure = style.sheet(size, name, unit)
    axes = style.panel(figure, 0.6, lane + (0.3 if key_inside else 0.52), 0.2, 0.70 if name else 0.3)
    style.years(axes, float(model.times[0]), float(model.times[-1]))
    style.fan(axes, model.times, model.levels, (0.18, 0.34), 1.8)
    entries: list[tuple[Any, str]] = [(Patch(color=style.MODEL, alpha=0.4), led_by or text("validate.fan.model", lang))]
    for n, ((title, other), (colour, dash)) in enumerate(zip(others, BESIDE, strict=False)):
        for row, width in ((2, 1.3), (0, 0.8), (4, 0.8))[: 3 if n < 2 else 1]:
            axes.plot(other.times, other.levels[row], linewidth=width, color=colour, linestyle=dash)
        entries.append((style.line(colour, linestyle=dash), title))
    looks = {
        "known": (style.INK, 4.2),
        "looked": (style.MUTED, 2.6),
        "inside": (style.INK, 4.2),
        "outside": (style.SECOND, 4.2),
    }
    for point in points:
        observed_mark(axes, point.at, point.value, point.high, point.bound, *looks[point.state])
    top = max([float(np.nanmax(model.levels[4])), *(point.high or point.value for point in points)])
    axes.set_ylim(min(0.0, float(np.nanmin(model.levels[0]))) * 1.05, top * 1.06)
    if model.times[0] < cut < model.times[-1]:
        axes.axvline(cut, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        style.above(axes, cut, text("validate.fan.cut", lang))
    marks = observed_key([point.bound for point in points], lang) if points else []
    if key_inside:
        entries += marks
    axes.legend(
        [handle for handle, _ in entries],
        [style.legible(words) for _, words in entries],
        loc="upper left",
        frameon=False,
        fontsize=style.SIZE["small"],
        handlelength=1.4,
        borderaxespad=0.2,
    )
    if marks and not key_inside:
        style.key(figure, marks, (0.5, 0.02), fontsize=style.SIZE["small"])
    return figure


def score_dots(
    rows: Sequence[tuple[str, Mapping[str, float]]], names: Mapping[str, str], lang: str = "en", title: str = ""
) -> Figure:
    """Draw mean scores of every method, a row for each observable, as multiples of the best in the row.

    Parameters
    ----------
    rows
        Name of the observable, and mean scores by method.
    names
        Titles of methods.
    lang
        Language.
    title
        Title of the figure.
    """
    titles = (title, text("validate.dots.subtitle", lang))
    figure, axes = style.in_rows(
        [name for name, _ in rows], titles, inches=NAMES, high=0.34, wide=7.2, top=0.80, bottom=0.86, right=0.3
    )
    axes.set_xscale("log")
    axes.set_xlim(0.93, FARTHEST * 1.08)
    axes.set_xticks([1, 1.5, 2, 3, 5, 8, 12], ["1", "1.5", "2", "3", "5", "8", "12+"])
    axes.minorticks_off()
    handles = {}
    for position, (_, scores) in enumerate(rows):
        best_score = min(scores.values())
        axes.axhline(position, color=style.GRID, linewidth=0.7, zorder=1)
        for method, score in scores.items():
            colour, marker = METHODS[method]
            face = "none" if method == "model" else colour
            place = min(score / best_score, FARTHEST)
            (handles[method],) = axes.plot([place], [position], marker, ms=6.0, color=colour, mfc=face, zorder=3)
    style.key(figure, [(handles[method], names[method]) for method in METHODS if method in handles], columns=3)
    return figure


def places(rows: Sequence[tuple[str, Sequence[tuple[Percentiles, bool]]]], lang: str = "en", title: str = "") -> Figure:
    """Draw where observed values fell within their forecasts, a row an observable; a line spans a bound's percentiles.

    Parameters
    ----------
    rows
        Name of the observable; of every value its percentiles, and whether the band reached it.
    lang
        Language.
    title
        Title of the figure.
    """
    titles = (title, text("validate.places.subtitle", lang))
    figure, axes = style.in_rows(
        [name for name, _ in rows], titles, inches=NAMES, high=0.32, wide=7.2, top=0.80, right=0.3
    )
    axes.grid(visible=False)
    for low, high, alpha in ((0.05, 0.95, 0.13), (0.25, 0.75, 0.16)):
        axes.axvspan(low, high, color=style.MODEL, alpha=alpha, linewidth=0)
    axes.axvline(0.5, color=style.MODEL, linewidth=1.2)
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks(LEVELS, [f"{level:.0%}" for level in LEVELS])
    for position, (_, values) in enumerate(rows):
        for percentiles, inside in values:
            colour = style.INK if inside else style.SECOND
            ends = [percentiles.first / 100.0, percentiles.last / 100.0]
            if percentiles.single:
                axes.plot(ends[:1], [position], "o", color=colour, markersize=5.0, alpha=0.8, markeredgewidth=0)
            else:
                axes.plot(ends, [position, position], color=colour, linewidth=2.2, alpha=0.5, solid_capstyle="butt")
    return figure


def width_bars(
    rows: Sequence[tuple[str, Mapping[str, float], str]], lang: str = "en", title: str = "", subtitle: str = ""
) -> Figure:
    """Draw what a forecast's variance comes from, a bar for each observable.

    Parameters
    ----------
    rows
        Name of the observable, shares by source, and the width in words.
    lang
        Language.
    title, subtitle
        Words above the figure.
    """
    from matplotlib.patches import Patch

    titles = (title, subtitle or text("validate.width.subtitle", lang))
    figure, axes = style.in_rows(
        [name for name, _, _ in rows], titles, inches=NAMES, high=0.36, wide=7.2, top=0.80, bottom=0.90, right=0.95
    )
    axes.set_xlim(0.0, 1.0)
    style.in_percent(axes)
    for position, (_, shares, words) in enumerate(rows):
        style.stack(
            axes,
            position,
            ((shares[name], colour, "", f"{shares[name]:.0%}") for name, colour in SOURCES.items()),
            0.07,
        )
        style.row_value(axes, position, words)
    handles = [(Patch(color=colour), text(f"validate.source.{name}", lang)) for name, colour in SOURCES.items()]
    style.key(figure, handles, columns=3)
    return figure


def fans(panel: PanelFindings, lang: str) -> Figure:
    """Draw every park as the other parks would have forecast it, with what was observed; logarithmic scale."""
    from matplotlib.patches import Patch

    titles = (text("pool.figure.fans", lang), text("pool.figure.fans_subtitle", lang))
    foot = text(
        "pool.figure.footer",
        lang,
        parks=len(panel.parks),
        runs=number(panel.runs, 0),
        seed=panel.seed,
        identity=panel.panel,
    )
    figure = style.sheet((9.2, 1.2 + TALL * -(-len(panel.fans) // COLUMNS)), *titles, foot)
    panels = style.tiles(figure, len(panel.fans), COLUMNS, (0.45, 0.05, 1.0), 1.02, (0.42, TALL - 1.02))
    for axes, fan in zip(panels, panel.fans, strict=True):
        _fan(axes, fan, panel.park(fan.park).title, lang)
    handles = [
        (Patch(color=style.MODEL, alpha=0.22), text("pool.figure.key_band", lang)),
        (style.line(style.MODEL), text("pool.figure.key_median", lang)),
        *observed_key([point.bound for fan in panel.fans for point in fan.reported], lang),
    ]
    style.key(figure, handles, (0.12, 0.16), columns=len(handles))
    return figure


def _fan(axes: Axes, fan: ParkFan, park: Any, lang: str) -> None:
    style.fan(axes, fan.times, fan.levels + 1, (0.14, 0.2), 1.1)
    for point in fan.reported:
        high = None if point.high is None else max(point.high, 0.0) + 1
        observed_mark(axes, point.at, max(point.value, 0.0) + 1, high, point.bound, style.INK, 2.6)
    _counted(axes, 1.5 * (fan.largest + 1))
    style.years(axes, float(fan.times[0]), float(fan.times[-1]) + 0.25)
    axes.set_xticks(axes.get_xticks()[:: max(1, len(axes.get_xticks()) // 3)])
    axes.tick_params(labelsize=style.SIZE["foot"])
    observable = catalogue().outputs[fan.variable].title(lang)
    title = text("pool.figure.fan_title", lang, park=park.text(lang), observable=observable)
    axes.set_title(style.wrap(title, 17.0, 3), **style.SMALL, loc="left", pad=3)


def _counted(axes: Axes, top: float) -> None:
    """Make a logarithmic axis of counts, each drawn as 1 + count, so that none is at the bottom."""
    decades = [10**n for n in range(7) if 10**n + 1 < top]
    axes.set_yscale("log")
    axes.set_yticks([x + 1.0 for x in decades], labels=[number(x, 0) for x in decades])
    axes.minorticks_off()
    axes.set_ylim(1.0, top)


def outlook(
    title: str,
    times: Floats,
    stack: Floats,
    pooled: Floats,
    alone: Floats,
    growth: Floats | None,
    rates: Sequence[tuple[float, tuple[float, float, float]]],
    lang: str = "en",
) -> Figure:
    """Draw one observable of a park without a history: stack, pooled prior, prior alone, growth curve, similar parks.

    Parameters
    ----------
    title
        Title of the figure.
    times
        Ends of quarters, in years.
    stack, pooled, alone, growth
        Quantiles at 5, 25, 50, 75 and 95 %, shape (levels, quarters).
    rates
        Counts of similar parks: moment in years; lowest, middle and highest.
    lang
        Language.
    """
    from matplotlib.patches import Patch

    figure = style.sheet((7.4, 4.0), title, text("pool.figure.outlook_subtitle", lang))
    axes = style.panel(figure, 0.75, 0.95, 0.35, 0.8)
    style.fan(axes, times, stack + 1, (0.14, 0.22), 1.6)
    for levels, colour, styles in (
        (alone, style.MUTED, {0: DASHED, 4: DASHED}),
        (pooled, style.INK, {0: DOTTED, 2: "-", 4: DOTTED}),
        (growth, style.SECOND, {0: DOTTED, 2: "-", 4: DOTTED}),
    ):
        for row, dash in styles.items():
            if levels is not None:
                axes.plot(times, levels[row] + 1, color=colour, linewidth=1.2 if row == 2 else 0.8, linestyle=dash)
    for year, (low, middle, high) in rates:
        if year <= float(times[-1]):
            axes.plot([year] * 2, [low + 1, high + 1], color=style.ACCENT, linewidth=1.6)
            axes.plot([year], [middle + 1], "D", color=style.ACCENT, markersize=4.5)
    _counted(axes, 2.0 * max(float(stack[4].max()) + 1.0, 1.0))
    style.years(axes, float(times[0]) - 0.25, float(times[-1]))
    handles = {
        "stack": Patch(color=style.MODEL, alpha=0.35),
        "pooled": style.line(style.INK),
        "prior_alone": style.line(style.MUTED, linestyle=DASHED),
        "growth": style.line(style.SECOND),
        "similar": style.line(style.ACCENT, "D"),
    }
    style.key(figure, [(handle, text(f"pool.figure.key_{name}", lang)) for name, handle in handles.items()], columns=2)
    return figure
