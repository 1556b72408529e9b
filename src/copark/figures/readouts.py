"""What is read off the runs: outcomes, coordination degree, phases, the park's weight.

The park's weight in its host city and country.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from copark.figures.frame import View, view, year_of
from copark.presentation import style
from copark.presentation.numbers import number, percent
from copark.setmethods.coupling_degree import BOUNDARIES, GRADES
from copark.simulation.outcomes import OUTCOMES as NAMES
from copark.simulation.readouts.compare import sweep
from copark.simulation.readouts.coupling import PHASES as STAGES
from copark.simulation.readouts.coupling import SCALES, apart, phase_shares, phases, read_out
from copark.simulation.readouts.record import weigh
from copark.stats.quantiles import BAND, quantiles
from copark.stats.shares import Share, shares
from copark.texts import text
from copark.words import scenario_title, variable_title

if TYPE_CHECKING:
    import xarray as xr

    from copark.cases.case import Case

_HATCH = {"failed": "", "dependent": "///", "stagnant": "...", "self_standing": ""}


@style.styled
def outcome_bars(result: xr.Dataset, lang: str = "en", scenario: int = 0) -> Figure:
    """How often each outcome happens: every scenario, and below it the chosen one under other values of S*."""
    seen = view(result, lang, scenario)
    rows = [
        (scenario_title(result, at, seen.lang), shares(result["outcome"].isel(scenario=at).to_numpy(), NAMES))
        for at in range(result.sizes["scenario"])
    ]
    if len(rows) == 1:
        rows = [(seen.say("outcomes.all_runs"), rows[0][1])]
    other = [
        (seen.say("outcomes.threshold", value=number(value, 0)), found)
        for value, found in sweep(result, scenario).items()
    ]
    count = len(rows) + (len(other) + 1 if other else 0)
    height = 1.35 + 0.34 * count
    figure = style.sheet((7.2, height), seen.say("outcomes.title"), seen.say("outcomes.subtitle"), seen.footer)
    axes = style.panel(figure, 1.75, 0.55, 0.25, 0.66)
    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(count - 0.45, -0.55)
    axes.axis("off")
    for at, (name, found) in enumerate(rows):
        _row(axes, at, name, found, bold=True)
    if other:
        head = seen.say("outcomes.sweep")
        axes.text(0.0, len(rows) + 0.1, style.legible(head), **style.NOTE, va="center")
        for at, (name, found) in enumerate(other, start=len(rows) + 1):
            _row(axes, at, name, found, bold=False)
    _outcome_key(figure, seen)
    return figure


def _row(axes: Axes, at: int, name: str, found: tuple[Share, ...], *, bold: bool) -> None:
    start = 0.0
    axes.text(
        -1.5, at, style.wrap(name, 17.0, 2), ha="right", va="center", **style.LABEL,
        weight="bold" if bold else "normal",
    )  # fmt: skip
    if found[0].total == 0:
        axes.barh(at, 100.0, height=0.72, color=style.GRID)
        return
    for entry in found:
        wide = entry.share * 100.0
        axes.barh(
            at, wide, left=start, height=0.72, facecolor=style.OUTCOMES[entry.name], hatch=_HATCH[entry.name],
            edgecolor=style.PAPER, linewidth=0.8,
        )  # fmt: skip
        if wide >= 5.0:
            colour = style.PAPER if entry.name in ("failed", "self_standing") else style.DARK
            axes.text(
                start + wide / 2.0, at, percent(entry.share), ha="center", va="center", size=style.SIZE["label"],
                color=colour, weight="bold" if bold else "normal",
                bbox={"boxstyle": "round,pad=0.15", "facecolor": style.OUTCOMES[entry.name], "edgecolor": "none"},
            )  # fmt: skip
        start += wide


def _outcome_key(figure: Figure, seen: View) -> None:
    axes = figure.axes[0]
    handles = [
        axes.barh(-9, 0, facecolor=style.OUTCOMES[name], hatch=_HATCH[name], edgecolor=style.PAPER, label=name)
        for name in NAMES
    ]
    words = [text(f"analysis.outcome.{name}", seen.lang) for name in NAMES]
    style.key(figure, list(zip(handles, words, strict=True)), (0.07, 0.16))


@style.styled
def coordination(result: xr.Dataset, lang: str = "en", scenario: int = 0) -> Figure:
    """The coupling coordination degree in both forms, with its grades; below, the four scores it is made of.

    Raises
    ------
    KeyError
        If the study did not keep the outputs it needs.
    """
    seen = view(result, lang, scenario)
    found = read_out(result, scenario)
    figure = style.sheet((7.2, 5.3), seen.say("coordination.title"), seen.say("coordination.subtitle"), seen.footer)
    upper = style.panel(figure, 0.56, 2.75, 1.5, 0.72)
    style.years(upper, *seen.span)
    upper.set_ylim(0.0, 1.0)
    upper.set_yticks([0.0, *BOUNDARIES, 1.0])
    upper.tick_params(axis="y", labelsize=style.SIZE["small"])
    edges = (0.0, *BOUNDARIES, 1.0)
    start, stop = seen.span
    aside = stop + 0.012 * (stop - start)
    for low, high, name in zip(edges, edges[1:], GRADES, strict=False):
        words = text(f"analysis.grade.{name}", seen.lang)
        style.direct_label(upper, (aside, (low + high) / 2.0), words, style.MUTED, size=style.SIZE["small"] - 0.6)
    for values, colour, form in (
        (found.coordination, style.MODEL, "coordination.standard"),
        (found.coordination_corrected, style.SECOND, "coordination.corrected"),
    ):
        levels = quantiles(values, BAND)
        upper.fill_between(seen.times, levels[0], levels[2], color=colour, alpha=0.16, linewidth=0)
        upper.plot(seen.times, levels[1], color=colour, linewidth=2.0, label=seen.say(form))
    for values in apart(found):
        limits = quantiles(values, (0.05, 0.95))
        upper.plot(seen.times, limits.T, color=style.INK, linewidth=0.7, linestyle=(0, (2, 2)))
    upper.plot([], [], color=style.INK, linewidth=0.7, linestyle=(0, (2, 2)), label=seen.say("coordination.apart"))
    upper.legend(loc="upper left", frameon=False, fontsize=style.SIZE["small"], ncols=3, borderaxespad=0.1)
    lower = style.panel(figure, 0.56, 0.50, 1.5, 3.02)
    style.years(lower, *seen.span)
    lower.set_ylim(0.0, 1.0)
    lower.set_title(seen.say("coordination.scores"), loc="left", size=style.SIZE["label"], color=style.MUTED, pad=5)
    medians = {scale: quantiles(values, (0.50,))[0] for scale, values in found.scores.items()}
    places = style.spread([float(medians[scale][-1]) for scale in SCALES], 0.085)
    for scale, place in zip(SCALES, places, strict=True):
        lower.plot(seen.times, medians[scale], color=style.SCALES[scale], linewidth=1.6)
        if np.isfinite(place):
            style.direct_label(lower, (aside, place), text(f"analysis.scale.{scale}", seen.lang), style.SCALES[scale])
    return figure


@style.styled
def phase_bars(result: xr.Dataset, case: Case | None = None, lang: str = "en", scenario: int = 0) -> Figure:
    """Share of runs in each phase, quarter by quarter, with the dated renegotiations.

    Raises KeyError if the study did not keep ``arrivals`` and ``operating``.
    """
    seen = view(result, lang, scenario)
    dated = () if case is None else case.renegotiations
    marks = [entry.date.quarter("event") for entry in dated]
    found = np.nan_to_num(phase_shares(phases(result, [str(mark) for mark in marks], scenario))) * 100.0
    figure = style.sheet((7.2, 3.3), seen.say("phases.title"), seen.say("phases.subtitle"), seen.footer)
    axes = style.panel(figure, 0.56, 0.82, 0.25, 0.66)
    style.years(axes, *seen.span)
    axes.set_ylim(0.0, 100.0)
    axes.set_yticks([0, 25, 50, 75, 100], [f"{level}%" for level in (0, 25, 50, 75, 100)])
    edges = np.append(seen.times - 0.25, seen.times[-1])
    base = np.zeros(found.shape[1])
    handles = []
    for share, name, hatch in zip(found, STAGES, ("", "", "...", "///"), strict=True):
        top = base + share
        handles.append(
            axes.stairs(
                top,
                edges,
                baseline=base,
                fill=True,
                facecolor=style.PHASES[name],
                hatch=hatch,
                edgecolor=style.PAPER,
                linewidth=0,
            )
        )
        base = top
    for mark in marks:
        at = year_of(mark)
        if seen.span[0] < at < seen.span[1]:
            axes.axvline(at, color=style.INK, linewidth=0.9, linestyle=(0, (2, 2)))
    words = [text(f"analysis.phase.{name}", seen.lang) for name in STAGES]
    style.key(figure, list(zip(handles, words, strict=True)), (0.43, 0.16))
    return figure


@style.styled
def weight(result: xr.Dataset, case: Case, lang: str = "en", scenario: int = 0) -> Figure:
    """Shares of the park in its host's jobs and output, where like can be compared with like."""
    seen = view(result, lang, scenario)
    found = [one for one in weigh(result, case.host_context, case.observations, scenario) if not one.reason]
    height = 1.45 + 0.62 * max(len(found), 1)
    figure = style.sheet((7.2, height), seen.say("weight.title"), seen.say("weight.subtitle"), seen.footer)
    axes = style.panel(figure, 2.55, 0.62, 0.55, 0.66)
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_yticks([])
    if not found:
        axes.set_xticks([])
        axes.text(0.5, 0.5, seen.say("weight.nothing"), transform=axes.transAxes, ha="center", color=style.MUTED)
        return figure
    axes.set_ylim(len(found) - 0.5, -0.5)
    for at, entry in enumerate(found):
        words = seen.say(
            "weight.row", park=variable_title(entry.counterpart, seen.lang),
            host=variable_title(entry.context.variable, seen.lang),
            date=str(entry.context.date),
        )  # fmt: skip
        style.row_name(axes, at, style.wrap(words, 21.0, 3), linespacing=1.2)
        if entry.model is not None:
            low, middle, high = (share * 100.0 for share in entry.model)
            axes.plot([low, high], [at, at], color=style.MODEL, linewidth=7, alpha=0.25, solid_capstyle="butt")
            axes.plot([middle, middle], [at - 0.16, at + 0.16], color=style.MODEL, linewidth=2.4)
            axes.text(
                middle,
                at - 0.2,
                percent(entry.model[1], 2),
                size=style.SIZE["small"],
                color=style.MODEL,
                ha="center",
                va="bottom",
            )
        if entry.recorded is not None:
            share = entry.recorded[1] * 100.0
            axes.plot([share], [at], "o", color=style.INK, markersize=5.5, markeredgecolor=style.PAPER, zorder=5)
            words = seen.say("weight.recorded", share=percent(entry.recorded[1], 2))
            axes.text(share, at + 0.2, style.legible(words), **style.SMALL, ha="center", va="top")
    axes.set_xlim(left=0.0)
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{number(value, 2)}%"))
    return figure
