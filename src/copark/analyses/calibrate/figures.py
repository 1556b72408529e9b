"""Figures of a calibration: what the data moved, whether the ranks are uniform, and what was reported beside it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from copark.calibration.rolling_origin import moment
from copark.figures.frame import observed_key, observed_mark
from copark.presentation import style
from copark.stats.quantiles import LEVELS
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.arrays import Floats
    from copark.calibration.diagnostics import Check, Movement

COLOURS = {"moved": style.MODEL, "weakly": style.ACCENT, "unmoved": style.PALE}
"""Colours of the verdicts."""


def places_on_prior(
    rows: Sequence[tuple[str, str, Sequence[float], str]], titles: Sequence[str], area: str, lang: str
) -> Figure:
    """Draw posteriors on the ranks of their priors.

    Parameters
    ----------
    rows
        Name, verdict, five quantiles, and words beside of each parameter.
    titles
        Title and subtitle.
    area
        Area of the texts of the verdicts.
    lang
        Language of the figure.
    """
    from matplotlib.patches import Patch

    names = [name for name, *_ in rows]
    figure, axes = style.in_rows(
        names, titles, inches=3.2, high=0.235, top=0.80, bottom=0.70, right=0.8, lines=1, small=True
    )
    axes.grid(visible=False)
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks(LEVELS, [f"{level:.0%}" for level in LEVELS])
    for low, high, alpha in ((0.05, 0.95, 0.35), (0.25, 0.75, 0.55)):
        axes.axvspan(low, high, color=style.GRID, alpha=alpha, linewidth=0)
    for position, (_, verdict, (low, lower, middle, upper, high), words) in enumerate(rows):
        style.interval(axes, position, (low, high), middle, COLOURS[verdict], words, (lower, upper))
    style.key(figure, [(Patch(color=COLOURS[word]), text(f"{area}.word.{word}", lang)) for word in COLOURS])
    return figure


def movement_bars(movements: Sequence[Movement], lang: str = "en") -> Figure:
    """Draw where the posterior of every parameter lies within its prior: median, half and nine tenths, on its ranks.

    Parameters
    ----------
    movements
        Movements, in the order they are drawn.
    lang
        Language of the figure.
    """
    titles = [text(f"calibrate.bars.{part}", lang) for part in ("title", "subtitle")]
    return places_on_prior(
        [(movement.title(lang), movement.verdict, movement.places, "") for movement in movements],
        titles,
        "calibrate",
        lang,
    )


def density(name: str, edges: Floats, prior: Floats, posterior: Floats, unit: str, lang: str = "en") -> Figure:
    """Draw one parameter before and after: two histograms over the prior's range.

    Parameters
    ----------
    name
        Title of the parameter.
    edges
        Edges of the bins, in the parameter's unit, shape (bins + 1,).
    prior, posterior
        Densities within the bins, shape (bins,).
    unit
        Unit of the parameter, as a person reads it.
    lang
        Language of the figure.
    """
    figure = style.sheet((4.7, 2.4), name, unit)
    axes = style.panel(figure, 0.2, 0.44, 0.2, 0.78)
    axes.set_yticks([])
    axes.stairs(posterior, edges, fill=True, color=style.MODEL, alpha=0.45)
    axes.stairs(prior, edges, color=style.MUTED, linewidth=1.2)
    axes.set_xlim(float(edges[0]), float(edges[-1]))
    axes.locator_params(axis="x", nbins=5)
    for words, colour, height in (("before", style.MUTED, 0.86), ("after", style.MODEL, 0.72)):
        axes.text(
            0.99,
            height,
            text(f"calibrate.density.{words}", lang),
            transform=axes.transAxes,
            ha="right",
            color=colour,
            size=style.SIZE["small"],
        )
    return figure


def reported_beside(
    name: str, unit: str, checks: Sequence[Check], span: tuple[float, float], lang: str = "en"
) -> Figure:
    """Draw the reported values of one observable beside what the posterior's runs would have reported.

    Parameters
    ----------
    name
        Title of the observable.
    unit
        Unit of the observable, as a person reads it.
    checks
        Checks of the observable.
    span
        First and last moment of the axis, in years.
    lang
        Language of the figure.
    """
    figure = style.sheet((4.7, 3.15), name, unit)
    axes = style.panel(figure, 0.6, 0.64, 0.2, 0.78)
    style.years(axes, *span)
    for check in checks:
        time = moment(check.target.observation.date.last_day)
        axes.plot(
            [time, time], [check.low, check.high], color=style.MODEL, linewidth=3.2, alpha=0.45, solid_capstyle="butt"
        )
        axes.plot([time], [check.median], "_", color=style.MODEL, markersize=7, markeredgewidth=1.6)
        colour = style.INK if check.inside else style.SECOND
        observed_mark(axes, time, check.target.value, check.target.high, check.target.bound, colour, 4.2)
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    if 0.0 < low < 0.4 * high:
        axes.set_ylim(0.0, high)
    marks = observed_key([check.target.bound for check in checks], lang)
    style.key(figure, marks, (0.5, 0.16), fontsize=style.SIZE["small"])
    return figure
