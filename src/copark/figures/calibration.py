"""Figures of a calibration: how far parameters moved, what replays would have reported, how honest intervals are.

Figure of the reliability of outcome probabilities: what was said of each park, and what it became.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from copark.figures.frame import observed_key, observed_mark
from copark.figures.typology import STATUS
from copark.inference.validate import moment
from copark.presentation import style
from copark.presentation.numbers import percent
from copark.texts import text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from copark.inference.diagnostics import Check, Movement, Ranks
    from copark.inference.reliability import ReliabilityFindings

    Floats = NDArray[np.float64]


COLOURS = {"moved": style.MODEL, "weakly": style.ACCENT, "unmoved": style.PALE}
NAMES = 2.9
"""Inches for the names of parameters."""
ROW = 0.235


@style.styled
def movement_bars(found: Sequence[Movement], lang: str = "en") -> Figure:
    """Where the posterior of every parameter lies within its prior: median, half and nine tenths, on the prior's ranks.

    found: movements, in the order they are drawn.
    """
    lang = style.language(lang)
    height = 1.5 + ROW * len(found)
    title, subtitle = text("calibrate.bars.title", lang), text("calibrate.bars.subtitle", lang)
    figure = style.sheet((7.2, height), title, subtitle, "")
    axes = style.panel(figure, NAMES, 0.62, 0.25, 0.80)
    axes.set_xlim(0.0, 1.0)
    style.rows(axes, len(found), grid=False)
    axes.set_xticks([0.05, 0.25, 0.5, 0.75, 0.95], ["5%", "25%", "50%", "75%", "95%"])
    axes.axvspan(0.05, 0.95, color=style.GRID, alpha=0.35, linewidth=0)
    axes.axvspan(0.25, 0.75, color=style.GRID, alpha=0.55, linewidth=0)
    for at, one in enumerate(found):
        colour = COLOURS[one.verdict]
        low, lower, middle, upper, high = one.places
        axes.plot([low, high], [at, at], color=colour, linewidth=1.3)
        axes.plot([lower, upper], [at, at], color=colour, linewidth=5.0, solid_capstyle="butt", alpha=0.75)
        axes.plot([middle], [at], "o", color=style.INK if one.verdict != "unmoved" else style.MUTED, markersize=3.4)
        style.row_name(
            axes, at, style.wrap(one.title(lang), NAMES * 72.0 / style.SIZE["small"] - 2.0, 1), -7, **style.SMALL
        )
    entries = [(Patch(color=COLOURS[word]), text(f"calibrate.word.{word}", lang)) for word in COLOURS]
    style.key(figure, entries, (NAMES, 0.14), columns=3)
    return figure


@style.styled
def density(name: str, edges: Floats, prior: Floats, posterior: Floats, unit: str, lang: str = "en") -> Figure:
    """One parameter before and after: two histograms over the prior's range.

    Parameters
    ----------
    name, unit
        Of the parameter, as a person reads them.
    edges, prior, posterior
        Edges of bins, shape (bins + 1,), and densities within them, shape (bins,).
    """
    lang = style.language(lang)
    figure = style.sheet((4.7, 2.4), name, unit, "")
    axes = style.panel(figure, 0.2, 0.44, 0.2, 0.78)
    axes.set_yticks([])
    axes.grid(visible=False)
    axes.stairs(posterior, edges, fill=True, color=style.MODEL, alpha=0.45)
    axes.stairs(prior, edges, color=style.MUTED, linewidth=1.2)
    axes.set_xlim(float(edges[0]), float(edges[-1]))
    axes.locator_params(axis="x", nbins=5)
    for words, colour, at in (("before", style.MUTED, 0.86), ("after", style.MODEL, 0.72)):
        axes.text(
            0.99, at, text(f"calibrate.density.{words}", lang), transform=axes.transAxes, ha="right", color=colour,
            size=style.SIZE["small"],
        )  # fmt: skip
    return figure


@style.styled
def rank_histograms(found: Mapping[str, Ranks], lang: str = "en") -> Figure:
    """Ranks of the truth in its posterior over simulated records, all parameters together, beside what chance allows.

    found: ranks by kind of record: ``anywhere`` and ``near``.
    """
    lang = style.language(lang)
    title, subtitle = text("calibrate.ranks.title", lang), text("calibrate.ranks.subtitle", lang)
    figure = style.sheet((7.2, 3.0), title, subtitle, "")
    for at, (kind, ranks) in enumerate(found.items()):
        axes = style.panel(figure, 0.45 + 3.45 * at, 0.66, 3.65 - 3.45 * at, 0.98)
        counts = ranks.histogram()
        bins = len(counts)
        share = counts / counts.sum()
        axes.bar((np.arange(bins) + 0.5) / bins, share, width=0.92 / bins, color=style.MODEL, alpha=0.7)
        low, high = ranks.expected(1.0 / bins)
        axes.axhspan(low, high, color=style.ACCENT, alpha=0.28, linewidth=0)
        axes.axhline(1.0 / bins, color=style.INK, linewidth=0.8)
        axes.set_xlim(0.0, 1.0)
        axes.set_ylim(0.0, max(2.2 / bins, float(share.max()) * 1.1))
        axes.set_yticks([0.0, 0.1, 0.2], ["0", "10%", "20%"])
        axes.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"])
        axes.set_title(
            style.legible(text(f"calibrate.records.{kind}", lang)),
            size=style.SIZE["label"],
            color=style.MUTED,
            loc="left",
            pad=4,
        )
    entries = [
        (Patch(color=style.MODEL, alpha=0.7), text("calibrate.ranks.observed", lang)),
        (Patch(color=style.ACCENT, alpha=0.28), text("calibrate.ranks.allowed", lang)),
    ]
    style.key(figure, entries, (0.4, 0.16), columns=2)
    return figure


@style.styled
def coverage_dots(found: Mapping[str, Ranks], lang: str = "en") -> Figure:
    """How often 90 % and 50 % intervals held the truth, a dot for each parameter, beside what chance allows."""
    lang = style.language(lang)
    title, subtitle = text("calibrate.coverage.title", lang), text("calibrate.coverage.subtitle", lang)
    figure = style.sheet((7.2, 2.6), title, subtitle, "")
    axes = style.panel(figure, 1.9, 0.5, 0.3, 0.85)
    rows = [(kind, level) for level in (0.9, 0.5) for kind in found]
    style.rows(axes, len(rows), grid=False)
    for at, (kind, level) in enumerate(rows):
        ranks = found[kind]
        low, high = ranks.expected(level)
        axes.fill_between([low, high], at - 0.36, at + 0.36, color=style.ACCENT, alpha=0.28, linewidth=0)
        axes.plot([level, level], [at - 0.36, at + 0.36], color=style.INK, linewidth=1.0)
        shares = ranks.coverage(level)
        lift = 0.22 * (((np.arange(len(shares)) * 0.618) % 1.0) * 2.0 - 1.0)
        axes.plot(shares, at + lift, "o", color=style.MODEL, markersize=3.2, alpha=0.75, markeredgewidth=0)
        words = text("calibrate.coverage.row", lang, level=f"{100 * level:.0f}%",
                     records=text(f"calibrate.records.{kind}_short", lang))  # fmt: skip
        style.row_name(axes, at, style.legible(words))
    axes.set_xlim(0.35, 1.0)
    axes.set_xticks([0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0], [f"{n}%" for n in range(40, 101, 10)])
    return figure


@style.styled
def reported_beside(
    name: str, unit: str, found: Sequence[Check], span: tuple[float, float], lang: str = "en"
) -> Figure:
    """The reported values of one observable beside what the posterior's runs would have reported.

    Parameters
    ----------
    name, unit
        Of the observable, as a person reads them.
    found
        Checks of this observable.
    span
        First and last moment of the axis, in years.
    """
    lang = style.language(lang)
    figure = style.sheet((4.7, 3.15), name, unit, "")
    axes = style.panel(figure, 0.6, 0.64, 0.2, 0.78)
    style.years(axes, *span)
    for one in found:
        at = moment(one.target.observation.date.last_day)
        axes.plot([at, at], [one.low, one.high], color=style.MODEL, linewidth=3.2, alpha=0.45, solid_capstyle="butt")
        axes.plot([at], [one.median], "_", color=style.MODEL, markersize=7, markeredgewidth=1.6)
        colour = style.INK if one.inside else style.SECOND
        observed_mark(axes, at, one.target.value, one.target.high, one.target.bound, colour, 4.2)
    axes.margins(y=0.12)
    low, high = axes.get_ylim()
    if 0.0 < low < 0.4 * high:
        axes.set_ylim(0.0, high)
    style.key(
        figure, observed_key([one.target.bound for one in found], lang), (0.5, 0.16), fontsize=style.SIZE["small"]
    )
    return figure


@style.styled
def parks(found: ReliabilityFindings, lang: str = "en") -> Figure:
    """A row for each park: the probability said, coloured by what became of it, and the one set right by the others."""
    lang = style.language(lang)
    figure = style.sheet(
        (7.2, 1.75 + 0.19 * len(found.parks)), text("reliability.figure.parks.title", lang),
        text("reliability.figure.parks.subtitle", lang), text("reliability.figure.footer", lang),
    )  # fmt: skip
    axes = style.panel(figure, 2.75, 0.85, 0.25, 0.72)
    style.rows(axes, len(found.parks))
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], [percent(at) for at in (0.0, 0.25, 0.5, 0.75, 1.0)])
    names = [style.wrap(one.title.get(lang), 24.0, 1) for one in found.parks]
    axes.set_yticks(range(len(names)), names, size=style.SIZE["small"])
    axes.axvline(found.base_rate, color=style.MUTED, linewidth=0.9, linestyle=(0, (2, 3)))
    for row, one in enumerate(found.parks):
        colour = STATUS[one.recorded][0]
        axes.plot([one.corrected, one.said], [row, row], color=style.GRID, linewidth=1.6, zorder=1)
        axes.plot([one.corrected], [row], "o", color=style.INK, mfc="white", ms=4.6, zorder=2)
        axes.plot([one.said], [row], "o", color=colour, ms=6.0, zorder=3)
    recorded = [name for name in STATUS if any(one.recorded == name for one in found.parks)]
    handles: list[tuple[object, str]] = [
        (Line2D([], [], color=STATUS[name][0], marker="o", ls="", ms=6.0), text(f"parks.status.{name}", lang))
        for name in recorded
    ]
    handles += [
        (
            Line2D([], [], color=style.INK, marker="o", ls="", ms=4.6, mfc="white"),
            text("reliability.way.corrected", lang),
        ),
        (Line2D([], [], color=style.MUTED, linestyle=(0, (2, 3))), text("reliability.figure.base_rate", lang)),
    ]
    style.key(figure, handles, (0.12, 0.20))
    return figure
