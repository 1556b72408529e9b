"""Scenarios with common random numbers: a paired difference over time, and all scenarios of a study at one date."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.document import POINTS
from copark.presentation.numbers import number, percent, shown, unit_title
from copark.simulation.readouts.compare import DifferenceCourse
from copark.texts import text

NAMES = 2.55
"""Inches for the names of scenarios."""


def output_title(output: str, lang: str) -> str:
    """What an output is called; its name where the catalogue does not know it."""
    known = catalogue().outputs
    return known[output].title(lang) if output in known else output


def measure_title(unit: str, lang: str) -> str:
    """A unit in words, log points explained."""
    return text("compare.log_points", lang) if unit == "log points" else unit_title(unit, lang)


def footer(studies: Sequence[str], pairs: int, lang: str) -> str:
    """What stands below a figure: run IDs and pairs of runs."""
    return text("compare.footer", lang, identity=" · ".join(studies), pairs=number(pairs, 0))


@style.styled
def difference_bands(found: DifferenceCourse, scenario: str, reference: str, foot: str, lang: str = "en") -> Figure:
    """An output's paired difference over time: where 5, 25, 50, 75 and 95 % of pairs are.

    scenario, reference: titles of the two.
    """
    lang = style.language(lang)
    unit = measure_title(found.unit, lang) or text("compare.plain", lang)
    subtitle = text("compare.bands_subtitle", lang, arm=scenario, reference=reference, unit=unit)
    figure = style.sheet((4.7, 3.25), output_title(found.output, lang), subtitle, foot)
    axes = style.panel(figure, 0.6, 0.50, 0.62, 0.92)
    times = np.array([int(label[:4]) + int(label[-1]) / 4.0 for label in found.quarters])
    style.years(axes, float(times[0]) - 0.25, float(times[-1]))
    axes.axhline(0.0, color=style.INK, linewidth=0.8)
    levels = found.levels
    if not np.isfinite(levels).any():
        axes.text(0.5, 0.5, text("compare.no_pair", lang), transform=axes.transAxes, ha="center", color=style.MUTED)
        axes.set_yticks([])
        return figure
    style.fan(axes, times, levels, (0.18, 0.38), 2.0)
    if not levels.any():
        axes.set_ylim(-1.0, 1.0)
    _first_moved(axes, found, times, lang)
    low, high = axes.get_ylim()
    places = style.spread([float(levels[row][-1]) for row in (0, 2, 4)], (high - low) * 0.055)
    for place, words, weight in zip(
        places, ("5%", text("compare.median", lang), "95%"), ("normal", "bold", "normal"), strict=True
    ):
        style.direct_label(
            axes, (times[-1] + 0.012 * (times[-1] - times[0] + 1.0), place), words, style.MODEL, weight=weight
        )
    return figure


def _first_moved(axes: Axes, found: DifferenceCourse, times: NDArray[np.float64], lang: str) -> None:
    """Mark the first quarter in which any run differs."""
    if found.begins is None:
        axes.text(
            0.02,
            0.97,
            text("compare.never", lang),
            transform=axes.transAxes,
            size=style.SIZE["label"],
            color=style.MUTED,
            va="top",
        )
        return
    at = float(times[found.quarters.index(found.begins)])
    axes.axvline(at, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
    style.above(axes, at, text("compare.begins", lang, quarter=found.begins), (2, 2.5), ha="left")


@style.styled
def arms(
    found: Sequence[tuple[str, DifferenceCourse]], quarter: str, reference: str, foot: str, lang: str = "en"
) -> Figure:
    """Every scenario against the reference at one date: median, half and nine tenths of the pairs, share of them above.

    Parameters
    ----------
    found
        Title of each scenario, and its difference of one output.
    quarter
        A label such as ``2024Q2``.
    reference
        Title of the reference.

    Raises
    ------
    KeyError
        If the quarter was not kept.
    ValueError
        If there is no scenario.
    """
    if not found:
        raise ValueError("no scenarios")
    for _, one in found:
        if quarter not in one.quarters:
            raise KeyError(quarter)
    lang, first = style.language(lang), found[0][1]
    unit = measure_title(first.unit, lang) or text("compare.plain", lang)
    title = text("compare.arms_title", lang, output=output_title(first.output, lang), quarter=quarter)
    subtitle = text("compare.arms_subtitle", lang, reference=reference, unit=unit)
    height = 1.42 + 0.34 * len(found)
    figure = style.sheet((7.2, height), title, subtitle, foot)
    axes = style.panel(figure, NAMES, 0.50, 0.75, 0.86)
    style.rows(axes, len(found))
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    for at, (name, one) in enumerate(found):
        _row(axes, at, name, one, one.quarters.index(quarter), lang)
    style.room(axes)
    style.corner(axes, text("compare.above", lang))
    return figure


def _row(axes: Axes, at: int, name: str, found: DifferenceCourse, quarter: int, lang: str) -> None:
    style.row_name(axes, at, style.wrap(name, NAMES * 72.0 / style.SIZE["label"] - 2.0, 2))
    low, lower, middle, upper, high = (float(level) for level in found.levels[:, quarter])
    if not np.isfinite(middle):
        axes.text(0.0, at, text("compare.no_pair", lang), **style.NOTE, va="center")
        return
    axes.plot([low, high], [at, at], color=style.MODEL, linewidth=1.2)
    axes.plot([lower, upper], [at, at], color=style.MODEL, linewidth=5.0, alpha=0.38, solid_capstyle="butt")
    axes.plot([middle], [at], "o", color=style.MODEL, markersize=5.0)
    above = percent(float(found.above[quarter]))
    style.row_value(axes, at, style.legible(above))


@style.styled
def waterfall(
    steps: Sequence[tuple[str, float, float]], ends: tuple[tuple[str, float], tuple[str, float]], title: str,
    subtitle: str, foot: str, lang: str = "en",
) -> Figure:  # fmt: skip
    """A share in the reference, what each part adds to it or takes off, and the share in the scenario, a row each.

    steps: what a part is called, its size, and half the width of its interval; they sum to the difference of the ends.
    ends: what reference and scenario are called, and their shares.
    """
    lang = style.language(lang)
    rows = [ends[0][0], *(name for name, _, _ in steps), ends[1][0]]
    figure = style.sheet((7.4, 1.55 + 0.34 * len(rows)), title, subtitle, foot)
    axes = style.panel(figure, NAMES, 0.55, 0.8, 0.92)
    style.rows(axes, len(rows))
    for at, name in enumerate(rows):
        style.row_name(axes, at, style.wrap(name, (NAMES - 0.2) * 72.0 / style.SIZE["label"], 2))
    level = ends[0][1]
    for at, (_, share) in ((0, ends[0]), (len(rows) - 1, ends[1])):
        axes.barh(at, share, color=style.MUTED, height=0.55)
        style.row_value(axes, at, style.legible(percent(share, 1)))
    for at, (_, size, half) in enumerate(steps, start=1):
        axes.barh(at, size, left=level, color=style.MODEL if size >= 0.0 else style.SECOND, height=0.55)
        axes.plot([level, level], [at - 1.28, at + 0.28], color=style.MUTED, linewidth=0.7)
        level += size
        axes.plot([level - half, level + half], [at, at], color=style.INK, linewidth=1.0)
        style.row_value(axes, at, style.legible(shown(size, POINTS, lang)))
    axes.plot([level, level], [len(steps) - 0.28, len(rows) - 0.72], color=style.MUTED, linewidth=0.7)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value)))
    return figure
