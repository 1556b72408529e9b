"""Figures of what is read off the runs: outcomes, coordination degree, phases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from copark.figures.arguments import checked
from copark.figures.frame import view, year_of
from copark.labels import scenario_title
from copark.model.outcomes import BY_KEY
from copark.options import options
from copark.presentation import style
from copark.presentation.numbers import percent
from copark.setmethods.coupling_degree import BOUNDARIES, GRADES
from copark.simulation.readouts.compare import sweep
from copark.simulation.readouts.coupling import COMPONENTS, SCALES, apart, phase_shares, phases, read_out
from copark.simulation.readouts.coupling import PHASES as STAGES
from copark.stats.quantiles import BAND, quantiles
from copark.stats.shares import shares
from copark.texts import text

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

    from copark.cases.case import Case

COORDINATED = tuple(dict.fromkeys(name for component in COMPONENTS for name in component.outputs()))
"""Outputs that scores of scales are made of."""


@style.styled
@checked("outcome")
def outcome_bars(result: xr.Dataset, lang: str | None = None) -> Figure:
    """Draw how often each outcome happens: every scenario, and below it the first one by other thresholds."""
    from matplotlib.patches import Patch

    lang = lang or options().lang
    study_view = view(result, lang)
    rows = [
        (
            scenario_title(result, position, lang),
            shares(result["outcome"].isel(scenario=position).to_numpy(), tuple(BY_KEY)),
        )
        for position in range(result.sizes["scenario"])
    ]
    if len(rows) == 1:
        rows = [(study_view.say("outcomes.all_runs"), rows[0][1])]
    above = len(rows)
    by_threshold = sweep(result, 0)
    if by_threshold:
        rows.append(("", ()))
    rows += [(study_view.say(f"outcomes.{name}"), outcome_shares) for name, outcome_shares in by_threshold.items()]
    titles = (study_view.say("outcomes.title"), study_view.say("outcomes.subtitle"), study_view.footer)
    figure, axes = style.in_rows(
        [name for name, _ in rows], titles, inches=1.75, high=0.34, wide=7.2, top=0.70, right=0.25
    )
    axes.set_xlim(0.0, 1.0)
    axes.axis("off")
    for position, (_, outcome_shares) in enumerate(rows):
        if outcome_shares and outcome_shares[0].total == 0:
            axes.barh(position, 1.0, height=0.7, color=style.GRID)
        else:
            parts = (
                (outcome.share, *style.OUTCOME_COLOURS[BY_KEY[outcome.name].colour], percent(outcome.share))
                for outcome in outcome_shares
            )
            style.stack(axes, position, parts)
    if by_threshold:
        axes.text(0.0, above + 0.1, style.legible(study_view.say("outcomes.sweep")), **style.NOTE, va="center")
    style.key(
        figure,
        [
            (Patch(facecolor=colour, hatch=hatch, edgecolor=style.PAPER), outcome.title(lang))
            for outcome in BY_KEY.values()
            for colour, hatch in (style.OUTCOME_COLOURS[outcome.colour],)
        ],
    )
    return figure


@style.styled
@checked(*COORDINATED)
def coordination(result: xr.Dataset, lang: str | None = None) -> Figure:
    """Draw the coupling coordination degree in both forms, with its grades; below, the four scores it is made of.

    Raises
    ------
    copark.errors.NotFound
        If the study did not keep the outputs it needs, or there is no such language.
    """
    lang = lang or options().lang
    study_view = view(result, lang)
    readout = read_out(result, 0)
    figure = style.sheet(
        (7.2, 5.3), study_view.say("coordination.title"), study_view.say("coordination.subtitle"), study_view.footer
    )
    upper = style.panel(figure, 0.56, 2.75, 1.5, 0.72)
    lower = style.panel(figure, 0.56, 0.50, 1.5, 3.02)
    start, stop = study_view.span
    aside = stop + 0.012 * (stop - start)
    for axes in (upper, lower):
        style.years(axes, start, stop)
        axes.set_ylim(0.0, 1.0)
    edges = (0.0, *BOUNDARIES, 1.0)
    upper.set_yticks(edges)
    upper.tick_params(axis="y", labelsize=style.SIZE["small"])
    for low, high, name in zip(edges, edges[1:], GRADES, strict=False):
        words = text(f"analysis.grade.{name}", lang)
        style.direct_label(upper, (aside, (low + high) / 2.0), words, style.MUTED, size=style.SIZE["foot"])
    for values, colour, form in (
        (readout.coordination, style.MODEL, "coordination.standard"),
        (readout.coordination_corrected, style.SECOND, "coordination.corrected"),
    ):
        levels = quantiles(values, BAND)
        upper.fill_between(study_view.times, levels[0], levels[2], color=colour, alpha=0.16, linewidth=0)
        upper.plot(study_view.times, levels[1], color=colour, linewidth=2.0, label=study_view.say(form))
    for values in apart(readout):
        limits = quantiles(values, (0.05, 0.95))
        upper.plot(study_view.times, limits.T, color=style.INK, linewidth=0.7, linestyle=(0, (2, 2)))
    upper.plot(
        [], [], color=style.INK, linewidth=0.7, linestyle=(0, (2, 2)), label=study_view.say("coordination.apart")
    )
    upper.legend(loc="upper left", frameon=False, fontsize=style.SIZE["small"], ncols=3, borderaxespad=0.1)
    lower.set_title(study_view.say("coordination.scores"), loc="left", **style.NOTE, pad=5)
    medians = {scale: quantiles(values, (0.50,))[0] for scale, values in readout.scores.items()}
    places = style.spread([float(medians[scale][-1]) for scale in SCALES], 0.085)
    for scale, place in zip(SCALES, places, strict=True):
        lower.plot(study_view.times, medians[scale], color=style.SCALES[scale], linewidth=1.6)
        if np.isfinite(place):
            style.direct_label(lower, (aside, place), text(f"analysis.scale.{scale}", lang), style.SCALES[scale])
    return figure


@style.styled
@checked("arrivals", "operating")
def phase_bars(result: xr.Dataset, case: Case | None = None, lang: str | None = None) -> Figure:
    """Draw the share of runs in each phase, quarter by quarter, with the dated renegotiations.

    Parameters
    ----------
    result
        Stored runs, of which the first scenario is drawn.
    case
        Case whose renegotiations count as references of a recoupling; ``None`` for none.
    lang
        Language of the figure, by default that of the session.

    Raises
    ------
    copark.errors.NotFound
        If the study did not keep ``arrivals`` and ``operating``, or there is no such case or language.
    """
    lang = lang or options().lang
    study_view = view(result, lang)
    marks = [] if case is None else [entry.date.quarter("event") for entry in case.renegotiations]
    percentages = np.nan_to_num(phase_shares(phases(result, [str(mark) for mark in marks], 0))) * 100.0
    figure = style.sheet(
        (7.2, 3.3), study_view.say("phases.title"), study_view.say("phases.subtitle"), study_view.footer
    )
    axes = style.panel(figure, 0.56, 0.82, 0.25, 0.66)
    style.years(axes, *study_view.span)
    axes.set_ylim(0.0, 100.0)
    axes.set_yticks([0, 25, 50, 75, 100], [f"{level}%" for level in (0, 25, 50, 75, 100)])
    edges = np.append(study_view.times - 0.25, study_view.times[-1])
    tops = np.cumsum(percentages, axis=0)
    handles = []
    for share, top, name, hatch in zip(percentages, tops, STAGES, ("", "", "...", "///"), strict=True):
        patch = axes.stairs(
            top,
            edges,
            baseline=top - share,
            fill=True,
            facecolor=style.PHASES[name],
            hatch=hatch,
            edgecolor=style.PAPER,
            linewidth=0,
        )
        handles.append((patch, text(f"analysis.phase.{name}", lang)))
    for year in map(year_of, marks):
        if study_view.span[0] < year < study_view.span[1]:
            axes.axvline(year, color=style.INK, linewidth=0.9, linestyle=(0, (2, 2)))
    style.key(figure, handles, (0.43, 0.16))
    return figure
