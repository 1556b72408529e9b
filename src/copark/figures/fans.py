"""Fan charts: where 5, 25, 50, 75 and 95 % of the runs are, and what was observed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from copark import units
from copark.analysis.outcomes import bands
from copark.figures.frame import View, observed_key, observed_mark, view, year_of
from copark.presentation import style
from copark.words import scenario_title

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case
    from copark.cases.evidence import Observation

SIZE_INCHES = (4.7, 3.39)


@style.styled
def fan(
    result: xr.Dataset,
    variable: str = "registered",
    case: Case | None = None,
    lang: str = "en",
    scenario: int = 0,
) -> Figure:
    """An output over time: the bands of all runs, and dots where the casebook has observations.

    Parameters
    ----------
    result
        An ensemble.
    variable
        An output of the model.
    case
        The case whose observations are drawn; without it none are, and nothing is said about them.
    scenario
        Index of the scenario; another than the first is drawn over the first one's outline.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    KeyError
        If the study did not keep the output.
    ValueError
        If there is no such scenario or language.
    """
    seen = view(result, lang, scenario)
    if variable not in result.data_vars:
        raise KeyError(variable)
    baseline = scenario_title(result, 0, seen.lang)
    subtitle = seen.say("fan.subtitle", unit=seen.unit(variable) or seen.say("fan.no_unit"))
    if scenario:
        subtitle += seen.say("fan.against", baseline=baseline)
    figure = style.sheet(SIZE_INCHES, seen.title(variable), subtitle, seen.footer)
    axes = style.panel(figure, 0.56, 0.64, 0.62, 0.76)
    style.years(axes, *seen.span)
    if scenario:
        _outline(axes, view(result, lang, 0), variable)
    _bands(axes, seen, variable)
    if case is not None:
        _observations(figure, axes, seen, variable, case)
    axes.margins(y=0.06)
    return figure


def _bands(axes: Axes, seen: View, variable: str) -> None:
    levels = bands(seen.result, variable, seen.scenario)
    if not np.isfinite(levels).any():
        axes.text(0.5, 0.5, seen.say("fan.no_run"), transform=axes.transAxes, ha="center", color=style.MUTED)
        axes.set_yticks([])
        return
    times = seen.times
    style.fan(axes, times, levels, (0.18, 0.38), 2.0)
    if times.size == 1:
        axes.plot(times, levels[2], "_", color=style.MODEL, markersize=14)
    low, high = axes.get_ylim()
    if low > 0.0 and low < 0.4 * high:
        axes.set_ylim(0.0, high)
    ends = [levels[row][np.isfinite(levels[row])] for row in (0, 2, 4)]
    if all(end.size for end in ends):
        low, high = axes.get_ylim()
        places = style.spread([float(end[-1]) for end in ends], (high - low) * 0.055)
        words = ("5%", seen.say("fan.median"), "95%")
        for place, word, weight in zip(places, words, ("normal", "bold", "normal"), strict=True):
            style.direct_label(
                axes, (times[-1] + 0.012 * (times[-1] - times[0] + 1.0), place), word, style.MODEL, weight=weight
            )


def _outline(axes: Axes, base: View, variable: str) -> None:
    levels = bands(base.result, variable, 0)
    for row, width in ((0, 0.8), (2, 1.4), (4, 0.8)):
        axes.plot(base.times, levels[row], color=style.PALE, linewidth=width)


def shown(result: xr.Dataset, variable: str, case: Case) -> tuple[Observation, ...]:
    """The observations of an output that can be drawn on its axis: within the horizon, in its unit, with a source."""
    unit = str(result[variable].attrs.get("units", ""))
    labels = {str(label) for label in result["label"].to_numpy()}
    return tuple(
        entry
        for entry in case.observations
        if entry.variable == variable
        and entry.grade != "background"
        and units.convertible(entry.unit, unit)
        and str(entry.date.quarter("stock")) in labels
    )


def _observations(figure: Figure, axes: Axes, seen: View, variable: str, case: Case) -> None:
    end = year_of(case.clock.data_end)
    first, last = seen.span
    if first < end < last:
        axes.axvline(end, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        style.above(axes, end, seen.say("fan.data_end", quarter=str(case.clock.data_end)))
    entries = shown(seen.result, variable, case)
    if not any(entry.use for entry in entries):
        axes.text(
            0.02, 0.97, seen.say("fan.no_observation"), transform=axes.transAxes, size=style.SIZE["label"],
            color=style.MUTED, va="top",
        )  # fmt: skip
    unit = str(seen.result[variable].attrs.get("units", ""))
    for entry in sorted(entries, key=lambda one: one.use):
        _mark(axes, entry, unit)
    if entries:
        unused = not all(entry.use for entry in entries)
        handles = observed_key([entry.bound for entry in entries if entry.use], seen.lang, unused=unused)
        style.key(figure, handles, (0.46, 0.16), columns=5, fontsize=style.SIZE["small"])


def _mark(axes: Axes, entry: Observation, unit: str) -> None:
    """One observation, as what it says; grey where the case does not use it."""
    at = year_of(entry.date.quarter("stock")) if entry.date.month is None else _moment(entry)
    high = None if entry.high is None else units.convert(entry.high, entry.unit, unit)
    value, colour = units.convert(entry.value, entry.unit, unit), style.INK if entry.use else style.MUTED
    observed_mark(axes, at, value, high, entry.bound, colour, order=5 if entry.use else 4)


def _moment(entry: Observation) -> float:
    """The day, or the end of the month, an observation is dated, in years."""
    day = entry.date.last_day
    return day.year + day.timetuple().tm_yday / 365.25
