"""Arms on the same luck: a paired difference over time, and all arms of a study at one date."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from copark.analysis.compare import COUNTS
from copark.analysis.pairing import Pair, begins
from copark.presentation.numbers import number, percent, unit_title
from copark.presentation.style import (
    GRID,
    INK,
    MODEL,
    MUTED,
    SIZE,
    direct_label,
    language,
    legible,
    panel,
    sheet,
    spread,
    styled,
    wrap,
    years,
)
from copark.stats.quantiles import quantiles
from copark.texts import text

QUARTILES = (0.05, 0.25, 0.50, 0.75, 0.95)
NAMES = 2.55
"""Inches for the names of arms."""


def scenario_name(pair: Pair, key: str, lang: str) -> str:
    """The title of one of the two scenarios of a pair; its key where the result has no titles."""
    for one in (pair.after, pair.before) if key == pair.arm else (pair.before, pair.after):
        titles = json.loads(one.attrs.get("scenario_titles", "{}"))
        if key in titles:
            return str(titles[key][lang])
    return key


def measured(pair: Pair, output: str, log: bool | None, lang: str) -> tuple[bool, str]:
    """Whether ratios of an output are shown (of counts unless told), and the unit in words."""
    unit = str(pair.before[output].attrs.get("units", ""))
    wanted = unit in COUNTS if log is None else log
    return wanted, text("compare.log_points", lang) if wanted else unit_title(unit, lang) or text("compare.plain", lang)


def _titled(pair: Pair, output: str, lang: str) -> str:
    return str(pair.before[output].attrs.get(f"title_{lang}") or output)


def _footer(pair: Pair, lang: str) -> str:
    names = dict.fromkeys(str(one.attrs.get("identity", "")) for one in (pair.before, pair.after))
    pairs = number(pair.before.sizes["run"], 0)
    return text("compare.footer", lang, identity=" · ".join(names), pairs=pairs)


@styled
def difference_bands(pair: Pair, output: str = "operating", lang: str = "en", log: bool | None = None) -> Figure:
    """An output's difference over time, run by run on the same luck: where 5, 25, 50, 75 and 95 % of pairs are.

    Parameters
    ----------
    pair
        Two arms on the same luck.
    output
        An output both kept.
    lang
        ``en`` or ``zh``.
    log
        Show the difference of logarithms; by default for counts.

    Raises
    ------
    KeyError
        If an arm did not keep the output.
    """
    if output not in pair.outputs:
        raise KeyError(output)
    lang = language(lang)
    wanted, unit = measured(pair, output, log, lang)
    arm, reference = (scenario_name(pair, key, lang) for key in (pair.arm, pair.reference))
    subtitle = text("compare.bands_subtitle", lang, arm=arm, reference=reference, unit=unit)
    figure = sheet((4.7, 3.25), _titled(pair, output, lang), subtitle, _footer(pair, lang))
    axes = panel(figure, 0.6, 0.50, 0.62, 0.92)
    times = np.array([int(label[:4]) + int(label[-1]) / 4.0 for label in pair.labels])
    years(axes, float(times[0]) - 0.25, float(times[-1]))
    axes.axhline(0.0, color=INK, linewidth=0.8)
    levels = quantiles(pair.difference(output, log=wanted), QUARTILES)
    if not np.isfinite(levels).any():
        axes.text(0.5, 0.5, text("compare.no_pair", lang), transform=axes.transAxes, ha="center", color=MUTED)
        axes.set_yticks([])
        return figure
    axes.fill_between(times, levels[0], levels[4], color=MODEL, alpha=0.18, linewidth=0)
    axes.fill_between(times, levels[1], levels[3], color=MODEL, alpha=0.38, linewidth=0)
    axes.plot(times, levels[2], color=MODEL, linewidth=2.0)
    if not levels.any():
        axes.set_ylim(-1.0, 1.0)
    _first_moved(axes, pair, output, times, lang)
    low, high = axes.get_ylim()
    places = spread([float(levels[row][-1]) for row in (0, 2, 4)], (high - low) * 0.055)
    for place, words, weight in zip(
        places, ("5%", text("compare.median", lang), "95%"), ("normal", "bold", "normal"), strict=True
    ):
        direct_label(axes, (times[-1] + 0.012 * (times[-1] - times[0] + 1.0), place), words, MODEL, weight=weight)
    return figure


def _first_moved(axes: Axes, pair: Pair, output: str, times: Any, lang: str) -> None:
    """Mark the first quarter in which any run differs."""
    first = begins(pair, [output])
    if first is None:
        axes.text(
            0.02, 0.97, text("compare.never", lang), transform=axes.transAxes, size=SIZE["label"], color=MUTED, va="top"
        )
        return
    at = float(times[pair.labels.index(first)])
    axes.axvline(at, color=MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
    axes.annotate(
        text("compare.begins", lang, quarter=first), (at, 1.0), xycoords=axes.get_xaxis_transform(), xytext=(2, 2.5),
        textcoords="offset points", size=SIZE["small"], color=MUTED, ha="left", va="bottom", annotation_clip=False,
    )  # fmt: skip


@styled
def arms(
    pairs: Sequence[Pair], output: str = "operating", quarter: str | None = None, lang: str = "en",
    log: bool | None = None,
) -> Figure:  # fmt: skip
    """Every arm against its reference at one date: median, half and nine tenths of the pairs, share of them above.

    Parameters
    ----------
    pairs
        Arms with one reference.
    output
        An output all kept.
    quarter
        A label such as ``2024Q2``; by default the last.
    lang
        ``en`` or ``zh``.
    log
        Show the difference of logarithms; by default for counts.

    Raises
    ------
    KeyError
        If an arm did not keep the output or quarter.
    ValueError
        If there is no arm.
    """
    if not pairs:
        raise ValueError("no arms")
    lang, first = language(lang), pairs[0]
    end = first.labels[-1] if quarter is None else quarter
    for pair in pairs:
        if output not in pair.outputs or end not in pair.labels:
            raise KeyError(end if output in pair.outputs else output)
    wanted, unit = measured(first, output, log, lang)
    reference = scenario_name(first, first.reference, lang)
    title = text("compare.arms_title", lang, output=_titled(first, output, lang), quarter=end)
    subtitle = text("compare.arms_subtitle", lang, reference=reference, unit=unit)
    height = 1.42 + 0.34 * len(pairs)
    figure = sheet((7.2, height), title, subtitle, _footer(first, lang))
    axes = panel(figure, NAMES, 0.50, 0.75, 0.86)
    axes.grid(visible=False)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_yticks([])
    axes.set_ylim(len(pairs) - 0.4, -0.6)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    for at, pair in enumerate(pairs):
        column = pair.difference(output, log=wanted)[:, pair.labels.index(end)]
        _row(axes, at, scenario_name(pair, pair.arm, lang), column, lang)
    axes.margins(x=0.06)
    if axes.get_xlim()[1] - axes.get_xlim()[0] < 1e-9:
        axes.set_xlim(-1.0, 1.0)
    axes.annotate(
        text("compare.above", lang), (1.0, 1.0), xycoords="axes fraction", xytext=(6, 4), textcoords="offset points",
        size=SIZE["small"], color=MUTED, ha="left", va="bottom", annotation_clip=False,
    )  # fmt: skip
    return figure


def _row(axes: Axes, at: int, name: str, column: Any, lang: str) -> None:
    axes.annotate(
        wrap(name, NAMES * 72.0 / SIZE["label"] - 2.0, 2), (0.0, at), xycoords=("axes fraction", "data"),
        xytext=(-8, 0), textcoords="offset points", ha="right", va="center", size=SIZE["label"], color=INK,
        linespacing=1.1, annotation_clip=False,
    )  # fmt: skip
    low, lower, middle, upper, high = (float(level) for level in quantiles(column, QUARTILES))
    if not np.isfinite(middle):
        axes.text(0.0, at, text("compare.no_pair", lang), size=SIZE["small"], color=MUTED, va="center")
        return
    axes.plot([low, high], [at, at], color=MODEL, linewidth=1.2)
    axes.plot([lower, upper], [at, at], color=MODEL, linewidth=5.0, alpha=0.38, solid_capstyle="butt")
    axes.plot([middle], [at], "o", color=MODEL, markersize=5.0)
    finite = column[np.isfinite(column)]
    above = percent(float(np.mean(finite > 0.0)))
    axes.annotate(
        legible(above), (1.0, at), xycoords=("axes fraction", "data"), xytext=(6, 0), textcoords="offset points",
        size=SIZE["label"], color=INK, ha="left", va="center", annotation_clip=False,
    )  # fmt: skip
