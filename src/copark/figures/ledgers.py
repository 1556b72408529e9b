"""Who owns the company, what land it has, where its money comes from and goes.

Fan charts: where 5, 25, 50, 75 and 95 % of the runs are, and what was observed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from copark import units
from copark.figures.frame import View, observed_key, observed_mark, view, year_of
from copark.presentation import style
from copark.presentation.numbers import number, shares_of
from copark.simulation.readouts.compare import bands
from copark.stats.quantiles import BAND, mean
from copark.texts import text
from copark.units import convert
from copark.words import scenario_title

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from copark.cases.case import Case
    from copark.cases.evidence import CapTable, Observation


FAN_INCHES = (4.7, 3.39)


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
    figure = style.sheet(FAN_INCHES, seen.title(variable), subtitle, seen.footer)
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


SIZE_INCHES = (7.2, 3.5)

SOURCES = ("land_sales", "fees", "grants", "calls", "draws_credit", "rescue")
"""Flows into the developer's cash, M USD/yr."""

USES = ("operating_cost", "land_cost", "interest", "principal", "dividends")
"""Flows out of the developer's cash, M USD/yr."""

_FLOWS = {
    "land_sales": (style.MODEL, ""), "fees": (style.MODEL, "///"), "grants": (style.PALE, ""),
    "calls": (style.ACCENT, ""), "draws_credit": (style.ACCENT, "///"), "rescue": (style.SECOND, ""),
    "operating_cost": (style.MUTED, ""), "land_cost": (style.MODEL, "..."), "interest": (style.ACCENT, "..."),
    "principal": (style.ACCENT, "\\\\\\"), "dividends": (style.SECOND, "..."),
}  # fmt: skip


def cap_tables(case: Case) -> tuple[CapTable, ...]:
    """The cap tables the model uses, by date; each holds until the next."""
    return tuple(sorted((table for table in case.equity if table.use), key=lambda table: table.date.first_day))


def side_shares(table: CapTable) -> dict[str, int]:
    """Basis points by side."""
    return {side: sum(row.basis_points for row in table.holdings if row.side == side) for side in style.SIDES}


@style.styled
def equity(case: Case, lang: str = "en") -> Figure:
    """Shares of the development company by side, over time, from the cap tables the model uses."""
    spoken = style.language(lang)
    title, subtitle = text("report.equity.title", spoken), text("report.equity.subtitle", spoken)
    figure = style.sheet((7.2, 3.0), title, subtitle)
    axes = style.panel(figure, 0.56, 0.36, 1.35, 0.66)
    tables = cap_tables(case)
    end = year_of(case.clock.data_end)
    starts = [max(year_of(table.date.quarter("event")) - 0.25, 0.0) for table in tables]
    axes.set_ylim(0.0, 100.0)
    axes.set_yticks([0, 25, 50, 75, 100], [f"{level}%" for level in (0, 25, 50, 75, 100)])
    if not tables:
        return figure
    style.years(axes, min(starts[0], end - 1.0), end)
    for start, stop, table in zip(starts, [*starts[1:], end], tables, strict=True):
        base = 0.0
        for side, points in side_shares(table).items():
            share = points / 100.0
            axes.bar(
                start, share, width=max(stop - start, 0.0), bottom=base, align="edge", color=style.SIDES[side],
                edgecolor=style.PAPER, linewidth=0.8,
            )  # fmt: skip
            if share >= 6.0 and stop - start >= 0.7:
                axes.text(
                    (start + stop) / 2.0, base + share / 2.0, shares_of(points),
                    color=style.PAPER, ha="center", va="center", size=style.SIZE["small"], weight="bold",
                )  # fmt: skip
            base += share
    _label_sides(axes, side_shares(tables[-1]), end, spoken, case)
    return figure


def _label_sides(axes: Axes, shares: dict[str, int], end: float, lang: str, case: Case) -> None:
    names = {"home": case.sides.home.title.get(lang), "host": case.sides.host.title.get(lang)}
    base, places, kept = 0.0, [], []
    for side, points in shares.items():
        share = points / 100.0
        if points:
            places.append(base + share / 2.0)
            kept.append((side, points))
        base += share
    for place, (side, points) in zip(style.spread(places, 7.5), kept, strict=True):
        name = names.get(side, text(f"report.side.{side}", lang))
        words = f"{name} {shares_of(points)}"
        start, stop = axes.get_xlim()
        colour = style.MUTED if side == "none" else style.SIDES[side]
        style.direct_label(axes, (end + 0.008 * (stop - start), place), words, colour, weight="bold")


@style.styled
def ledger_land(result: xr.Dataset, case: Case | None = None, lang: str = "en", scenario: int = 0) -> Figure:
    """Land serviced, usable and occupied: medians, the band of serviced and of occupied land, the plan and the record.

    Raises
    ------
    KeyError
        If the study kept none of the three areas.
    """
    seen = view(result, lang, scenario)
    kept = [name for name in ("serviced_area", "usable_area", "occupied_area") if seen.has(name)]
    if not kept:
        raise KeyError("serviced_area")
    figure = style.sheet(
        SIZE_INCHES, seen.say("land.title"), seen.say("land.subtitle", unit=seen.unit(kept[0])), seen.footer
    )
    axes = style.panel(figure, 0.56, 0.50, 1.25, 0.66)
    style.years(axes, *seen.span)
    looks = {
        "serviced_area": (style.MODEL, "-"),
        "usable_area": (style.MODEL, (0, (3, 2))),
        "occupied_area": (style.SECOND, "-"),
    }
    ends = []
    for name in kept:
        levels = bands(result, name, scenario, BAND)
        colour, dash = looks[name]
        if name != "usable_area":
            axes.fill_between(seen.times, levels[0], levels[2], color=colour, alpha=0.15, linewidth=0)
        axes.plot(seen.times, levels[1], color=colour, linestyle=dash, linewidth=2.0 if dash == "-" else 1.2)
        ends.append((float(levels[1][-1]), seen.title(name), colour))
    if case is not None:
        ends += _plan(axes, seen, case)
        _serviced(axes, seen, case)
    axes.set_ylim(bottom=0.0)
    low, high = axes.get_ylim()
    start, stop = seen.span
    places = style.spread([end[0] for end in ends], (high - low) * 0.06)
    for place, (_, words, colour) in zip(places, ends, strict=True):
        if np.isfinite(place):
            style.direct_label(axes, (stop + 0.012 * (stop - start), place), words, colour)
    return figure


def _plan(axes: Axes, seen: View, case: Case) -> list[tuple[float, str, str]]:
    facts = sorted((fact for fact in case.land.plan if fact.use), key=lambda fact: fact.date.first_day)
    if not facts:
        return []
    times = [year_of(fact.date.quarter("event")) - 0.25 for fact in facts]
    areas = [convert(fact.value, fact.unit, "ha") for fact in facts]
    stop = seen.span[1]
    axes.plot(
        [max(time, seen.span[0]) for time in [*times, stop]], [*areas, areas[-1]], drawstyle="steps-post",
        color=style.MUTED, linewidth=1.0, linestyle=(0, (1, 1.5)),
    )  # fmt: skip
    return [(areas[-1], seen.say("land.plan"), style.MUTED)]


def _serviced(axes: Axes, seen: View, case: Case) -> None:
    if not seen.has("usable_area"):
        return
    for entry in shown(seen.result, "usable_area", case):
        if entry.use:
            at = year_of(entry.date.quarter("stock"))
            high = None if entry.high is None else convert(entry.high, entry.unit, "ha")
            observed_mark(axes, at, convert(entry.value, entry.unit, "ha"), high, entry.bound, order=5)


def yearly(seen: View, name: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """A flow (M USD/yr) as amounts a calendar year (M USD), the mean over runs; and the years."""
    labels = [str(label) for label in seen.result["label"].to_numpy()]
    calendar = np.array([int(label[:4]) for label in labels])
    amounts = np.nan_to_num(mean(seen.values(name))) / 4.0
    found = np.unique(calendar)
    return found, np.array([amounts[calendar == year].sum() for year in found])


@style.styled
def ledger_money(result: xr.Dataset, lang: str = "en", scenario: int = 0) -> Figure:
    """Where the developer's money comes from (above) and goes (below), a year; and its cash.

    Means over runs, not medians, since only means add up.

    Raises
    ------
    KeyError
        If the study kept none of the flows.
    """
    seen = view(result, lang, scenario)
    kept = [name for name in (*SOURCES, *USES) if seen.has(name)]
    if not kept:
        raise KeyError(SOURCES[0])
    figure = style.sheet((7.2, 4.3), seen.say("money.title"), seen.say("money.subtitle"), seen.footer)
    axes = style.panel(figure, 0.56, 1.22, 0.62, 0.66)
    style.years(axes, seen.span[0] - 0.3, seen.span[1] + 0.3)
    tops, bottoms = np.zeros(1), np.zeros(1)
    handles: list[tuple[Any, str]] = []
    for name in kept:
        calendar, amounts = yearly(seen, name)
        if not np.any(amounts):
            continue
        sign = 1.0 if name in SOURCES else -1.0
        base = tops if sign > 0 else bottoms
        colour, hatch = _FLOWS[name]
        drawn = axes.bar(
            calendar + 0.5, sign * amounts, width=0.8, bottom=base, facecolor=colour, hatch=hatch,
            edgecolor=style.PAPER, linewidth=0.4,
        )  # fmt: skip
        handles.append((drawn, seen.title(name)))
        if sign > 0:
            tops = base + amounts
        else:
            bottoms = base - amounts
    if seen.has("cash"):
        cash = mean(seen.values("cash"))
        (line,) = axes.plot(seen.times, cash, color=style.INK, linewidth=1.6)
        handles.append((line, seen.say("money.cash")))
        if np.isfinite(cash[-1]):
            style.direct_label(
                axes, (seen.span[1] + 0.5, float(cash[-1])), number(float(cash[-1]), 0), style.INK, weight="bold"
            )
    axes.axhline(0.0, color=style.MUTED, linewidth=0.8)
    if handles:
        style.key(figure, handles, (0.43, 0.26), fontsize=style.SIZE["small"], handlelength=1.4, columnspacing=1.2)
    return figure
