"""Outputs over time with what was observed; who owns the company, what land it has, where its money goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from copark.figures.arguments import checked
from copark.figures.frame import View, observed_key, observed_mark, view, year_of
from copark.labels import scenario_title
from copark.options import options
from copark.presentation import style
from copark.presentation.numbers import number, shares_of
from copark.simulation.readouts.compare import bands
from copark.stats.quantiles import BAND, mean
from copark.texts import text
from copark.units import convert, convertible

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.arrays import Floats, Integers
    from copark.cases.case import Case
    from copark.cases.table_schemas import CapTable, Observation

SOURCES = ("land_sales", "fees", "grants", "calls", "draws_credit", "rescue")
"""Flows into the developer's cash, M USD/yr."""
USES = ("operating_cost", "land_cost", "interest", "principal", "dividends")
"""Flows out of the developer's cash, M USD/yr."""
AREAS = ("serviced_area", "usable_area", "occupied_area")
"""Areas of land, ha."""
_FLOWS = {
    "land_sales": (style.MODEL, ""),
    "fees": (style.MODEL, "///"),
    "grants": (style.PALE, ""),
    "calls": (style.ACCENT, ""),
    "draws_credit": (style.ACCENT, "///"),
    "rescue": (style.SECOND, ""),
    "operating_cost": (style.MUTED, ""),
    "land_cost": (style.MODEL, "..."),
    "interest": (style.ACCENT, "..."),
    "principal": (style.ACCENT, "\\\\\\"),
    "dividends": (style.SECOND, "..."),
}


@style.styled
@checked()
def fan(
    result: xr.Dataset,
    variable: str = "registered",
    case: Case | None = None,
    lang: str | None = None,
    scenario: int | str = 0,
) -> Figure:
    """Draw an output over time: the bands of all runs, and dots where the casebook has observations.

    Parameters
    ----------
    result
        Runs of a study.
    variable
        Name of the output.
    case
        Case whose observations are drawn; without it none are, and nothing is said about them.
    lang
        Language, by default that of the session.
    scenario
        Place or key; another scenario than the first is drawn over the first one's outline.

    Raises
    ------
    copark.errors.NotFound
        If the study did not keep the output, or there is no such scenario, case or language.
    """
    lang = lang or options().lang
    scenario = int(scenario)  # a key has been made its place
    study_view = view(result, lang, scenario)
    subtitle = study_view.say("fan.subtitle", unit=study_view.unit(variable) or study_view.say("fan.no_unit"))
    if scenario:
        subtitle += study_view.say("fan.against", baseline=scenario_title(result, 0, lang))
    figure = style.sheet((4.7, 3.39), study_view.title(variable), subtitle, study_view.footer)
    axes = style.panel(figure, 0.56, 0.64, 0.62, 0.76)
    style.years(axes, *study_view.span)
    if scenario:
        for level, width in zip(bands(result, variable, 0)[[0, 2, 4]], (0.8, 1.4, 0.8), strict=True):
            axes.plot(study_view.times, level, color=style.PALE, linewidth=width)
    _bands(axes, study_view, variable)
    if case is not None:
        _observations(figure, axes, study_view, variable, case)
    axes.margins(y=0.06)
    return figure


def _bands(axes: Axes, study_view: View, variable: str) -> None:
    levels = bands(study_view.result, variable, study_view.scenario)
    if not np.isfinite(levels).any():
        axes.text(0.5, 0.5, study_view.say("fan.no_run"), transform=axes.transAxes, ha="center", color=style.MUTED)
        axes.set_yticks([])
        return
    style.fan(axes, study_view.times, levels, (0.18, 0.38), 2.0)
    if study_view.times.size == 1:
        axes.plot(study_view.times, levels[2], "_", color=style.MODEL, markersize=14)
    low, high = axes.get_ylim()
    if 0.0 < low < 0.4 * high:
        axes.set_ylim(0.0, high)
    ends = [levels[row][np.isfinite(levels[row])] for row in (0, 2, 4)]
    if all(end.size for end in ends):
        style.fan_ends(
            axes, float(study_view.times[-1]), [float(end[-1]) for end in ends], study_view.say("fan.median")
        )


def shown(result: xr.Dataset, variable: str, case: Case) -> tuple[Observation, ...]:
    """List the observations of an output that its axis can show: within the horizon, in its unit, with a source.

    Parameters
    ----------
    result
        Runs of a study.
    variable
        Name of the output.
    case
        Case whose observations are drawn.
    """
    unit = str(result[variable].attrs.get("units", ""))
    labels = {str(label) for label in result["label"].to_numpy()}
    return tuple(
        entry
        for entry in case.observations
        if entry.variable == variable
        and entry.grade != "background"
        and convertible(entry.unit, unit)
        and str(entry.date.quarter("stock")) in labels
    )


def _observations(figure: Figure, axes: Axes, study_view: View, variable: str, case: Case) -> None:
    end = year_of(case.clock.data_end)
    first, last = study_view.span
    if first < end < last:
        axes.axvline(end, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        style.above(axes, end, study_view.say("fan.data_end", quarter=str(case.clock.data_end)))
    entries = shown(study_view.result, variable, case)
    if not any(entry.use for entry in entries):
        axes.text(0.02, 0.97, study_view.say("fan.no_observation"), transform=axes.transAxes, **style.NOTE, va="top")
    unit = str(study_view.result[variable].attrs.get("units", ""))
    for entry in sorted(entries, key=lambda entry: entry.use):
        _mark(axes, entry, unit)
    if entries:
        unused = not all(entry.use for entry in entries)
        handles = observed_key([entry.bound for entry in entries if entry.use], study_view.lang, unused=unused)
        style.key(figure, handles, (0.46, 0.16), columns=5, fontsize=style.SIZE["small"])


def _mark(axes: Axes, entry: Observation, unit: str) -> None:
    """Draw one observation, as what it says, at its day or its month's end; grey where the case does not use it."""
    day = entry.date.last_day
    is_dated = entry.date.month is not None
    year = day.year + day.timetuple().tm_yday / 365.25 if is_dated else year_of(entry.date.quarter("stock"))
    high = None if entry.high is None else convert(entry.high, entry.unit, unit)
    value = convert(entry.value, entry.unit, unit)
    colour = style.INK if entry.use else style.MUTED
    observed_mark(axes, year, value, high, entry.bound, colour, order=5 if entry.use else 4)


def cap_tables(case: Case) -> tuple[CapTable, ...]:
    """List the cap tables the model uses, by date; each holds until the next."""
    return tuple(sorted((table for table in case.equity if table.use), key=lambda table: table.date.first_day))


def side_shares(table: CapTable) -> dict[str, int]:
    """Sum basis points by side."""
    return {side: sum(row.basis_points for row in table.holdings if row.side == side) for side in style.SIDES}


@style.styled
@checked()
def equity(case: Case, lang: str | None = None) -> Figure:
    """Draw shares of the development company by side, over time, from the cap tables the model uses."""
    lang = lang or options().lang
    figure = style.sheet((7.2, 3.0), text("report.equity.title", lang), text("report.equity.subtitle", lang))
    axes = style.panel(figure, 0.56, 0.36, 1.35, 0.66)
    axes.set_ylim(0.0, 100.0)
    axes.set_yticks([0, 25, 50, 75, 100], [f"{level}%" for level in (0, 25, 50, 75, 100)])
    tables = cap_tables(case)
    end = year_of(case.clock.data_end)
    if not tables:
        return figure
    starts = [max(year_of(table.date.quarter("event")) - 0.25, 0.0) for table in tables]
    style.years(axes, min(starts[0], end - 1.0), end)
    middles: dict[str, float] = {}
    for start, stop, table in zip(starts, [*starts[1:], end], tables, strict=True):
        base = 0.0
        for side, points in side_shares(table).items():
            share = points / 100.0
            width = max(stop - start, 0.0)
            axes.bar(
                start,
                share,
                width=width,
                bottom=base,
                align="edge",
                color=style.SIDES[side],
                edgecolor=style.PAPER,
                linewidth=0.8,
            )
            middles[side] = base + share / 2.0
            if share >= 6.0 and width >= 0.7:
                axes.text(
                    start + width / 2.0,
                    middles[side],
                    shares_of(points),
                    color=style.PAPER,
                    ha="center",
                    va="center",
                    size=style.SIZE["small"],
                    weight="bold",
                )
            base += share
    names = {"home": case.sides.home.title.text(lang), "host": case.sides.host.title.text(lang)}
    last = {side: points for side, points in side_shares(tables[-1]).items() if points}
    places = style.spread([middles[side] for side in last], 7.5)
    for place, (side, points) in zip(places, last.items(), strict=True):
        words = f"{names.get(side, text(f'report.side.{side}', lang))} {shares_of(points)}"
        colour = style.MUTED if side == "none" else style.SIDES[side]
        aside = end + 0.008 * (end - axes.get_xlim()[0])
        style.direct_label(axes, (aside, place), words, colour, weight="bold")
    return figure


@style.styled
@checked(any_of=AREAS)
def ledger_land(result: xr.Dataset, case: Case | None = None, lang: str | None = None) -> Figure:
    """Draw land serviced, usable and occupied: medians, the band of serviced and occupied land, plan and record.

    Parameters
    ----------
    result
        Stored runs, of which the first scenario is drawn.
    case
        Case whose plan and observations are drawn beside the runs; ``None`` for neither.
    lang
        Language of the figure, by default that of the session.

    Raises
    ------
    copark.errors.NotFound
        If the study kept none of the three areas, or there is no such case or language.
    """
    lang = lang or options().lang
    study_view = view(result, lang)
    looks = dict(zip(AREAS, ((style.MODEL, "-"), (style.MODEL, (0, (3, 2))), (style.SECOND, "-")), strict=True))
    outputs = [name for name in looks if study_view.has(name)]
    subtitle = study_view.say("land.subtitle", unit=study_view.unit(outputs[0]))
    figure = style.sheet((7.2, 3.5), study_view.say("land.title"), subtitle, study_view.footer)
    axes = style.panel(figure, 0.56, 0.50, 1.25, 0.66)
    start, stop = study_view.span
    style.years(axes, start, stop)
    ends = []
    for name in outputs:
        levels = bands(result, name, 0, BAND)
        colour, dash = looks[name]
        if name != "usable_area":
            axes.fill_between(study_view.times, levels[0], levels[2], color=colour, alpha=0.15, linewidth=0)
        axes.plot(study_view.times, levels[1], color=colour, linestyle=dash, linewidth=2.0 if dash == "-" else 1.2)
        ends.append((float(levels[1][-1]), study_view.title(name), colour))
    if case is not None:
        ends += _plan(axes, study_view, case)
        for entry in shown(result, "usable_area", case) if "usable_area" in outputs else ():
            if entry.use:
                _mark(axes, entry, "ha")
    axes.set_ylim(bottom=0.0)
    low, high = axes.get_ylim()
    places = style.spread([end for end, _, _ in ends], (high - low) * 0.06)
    for place, (_, words, colour) in zip(places, ends, strict=True):
        if np.isfinite(place):
            style.direct_label(axes, (stop + 0.012 * (stop - start), place), words, colour)
    return figure


def _plan(axes: Axes, study_view: View, case: Case) -> list[tuple[float, str, str]]:
    facts = sorted((fact for fact in case.land.plan if fact.use), key=lambda fact: fact.date.first_day)
    if not facts:
        return []
    start, stop = study_view.span
    times = [max(year_of(fact.date.quarter("event")) - 0.25, start) for fact in facts]
    areas = [convert(fact.value, fact.unit, "ha") for fact in facts]
    axes.plot(
        [*times, stop],
        [*areas, areas[-1]],
        drawstyle="steps-post",
        color=style.MUTED,
        linewidth=1.0,
        linestyle=(0, (1, 1.5)),
    )
    return [(areas[-1], study_view.say("land.plan"), style.MUTED)]


def yearly(study_view: View, name: str) -> tuple[Integers, Floats]:
    """Sum a flow (M USD/yr) to amounts a calendar year (M USD), the mean over runs; and give the years."""
    calendar = np.array([int(str(label)[:4]) for label in study_view.result["label"].to_numpy()])
    years = np.unique(calendar)
    amounts = np.nan_to_num(mean(study_view.values(name))) / 4.0
    return years, np.array([amounts[calendar == year].sum() for year in years])


@style.styled
@checked(any_of=(*SOURCES, *USES))
def ledger_money(result: xr.Dataset, lang: str | None = None) -> Figure:
    """Draw where the developer's money comes from (above) and goes (below), a year; and its cash.

    Means over runs, not medians, since only means add up. Raises NotFound if the study kept none of the flows.
    """
    lang = lang or options().lang
    study_view = view(result, lang)
    flows = [name for name in (*SOURCES, *USES) if study_view.has(name)]
    figure = style.sheet((7.2, 4.3), study_view.say("money.title"), study_view.say("money.subtitle"), study_view.footer)
    axes = style.panel(figure, 0.56, 1.22, 0.62, 0.66)
    style.years(axes, study_view.span[0] - 0.3, study_view.span[1] + 0.3)
    base: dict[float, Any] = {1.0: 0.0, -1.0: 0.0}
    handles: list[tuple[Any, str]] = []
    for name in flows:
        calendar, amounts = yearly(study_view, name)
        if np.any(amounts):
            sign = 1.0 if name in SOURCES else -1.0
            colour, hatch = _FLOWS[name]
            bars = axes.bar(
                calendar + 0.5,
                sign * amounts,
                width=0.8,
                bottom=base[sign],
                facecolor=colour,
                hatch=hatch,
                edgecolor=style.PAPER,
                linewidth=0.4,
            )
            handles.append((bars, study_view.title(name)))
            base[sign] = base[sign] + sign * amounts
    if study_view.has("cash"):
        cash = mean(study_view.values("cash"))
        (line,) = axes.plot(study_view.times, cash, color=style.INK, linewidth=1.6)
        handles.append((line, study_view.say("money.cash")))
        if np.isfinite(cash[-1]):
            last = float(cash[-1])
            style.direct_label(axes, (study_view.span[1] + 0.5, last), number(last, 0), style.INK, weight="bold")
    axes.axhline(0.0, color=style.MUTED, linewidth=0.8)
    if handles:
        style.key(figure, handles, (0.43, 0.26), fontsize=style.SIZE["small"], handlelength=1.4, columnspacing=1.2)
    return figure
