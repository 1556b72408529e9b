"""What is different without each mechanism: outcomes on common random numbers, and scores of the forecast.

Figures of link impact: a map of what each cut changes, and how an output responds to the strength of a link.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from copark.inference.ablations.link_impact import Impact, LinkResponse
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.numbers import exact, unit_title
from copark.texts import text
from copark.words import SLIGHTLY, UNMOVED

if TYPE_CHECKING:
    from copark.inference.ablations.ablate import AblationRow, Ablations


NAMES, ROW, WIDTH = 2.75, 0.24, 7.4
MOST = 24
"""Rows of a figure, those with the largest effects; the tables have all."""


def footer(found: Ablations, lang: str) -> str:
    """What made a figure: case, identity, posterior and its cut, pairs of runs, seed."""
    cut = found.cut or text("ablate.no_posterior", lang)
    return text(
        "ablate.figure.footer", lang, identity=found.run_id, case=found.case, cut=cut, pairs=found.pairs,
        seed=found.settings.seed,
    )  # fmt: skip


def name_of(row: AblationRow, lang: str) -> str:
    """Title of what is off, marked where its parameters were not moved by the data, or a little."""
    mark = {"unmoved": UNMOVED, "fixed": UNMOVED, "weakly": SLIGHTLY}.get(row.standing, "")
    title = str(getattr(row.title, lang))
    return f"{title} {mark}" if mark else title


def working(found: Ablations, kind: str) -> list[AblationRow]:
    """Ablations of a kind that do something, in the order of the file."""
    return [row for row in found.of_kind(kind) if row.effect.verdict != "nothing"]


@style.styled
def effect_dots(found: Ablations, output: str, quarter: str, kind: str = "mechanism", lang: str = "en") -> Figure:
    """An output without each mechanism, less with it, run by run: median and nine tenths of the pairs of runs.

    kind: mechanism or link.
    """
    from copark.model.variables import catalogue

    lang = style.language(lang)
    rows = [(row, row.effect.of(output, quarter)) for row in working(found, kind)]
    rows = sorted(rows, key=lambda one: -max(abs(one[1].median), 0.5 * abs(one[1].high - one[1].low)))[:MOST]
    rows = sorted(rows, key=lambda one: one[1].median)
    variable = catalogue().outputs[output]
    unit = rows[0][1].unit if rows else variable.unit
    words = text("compare.log_points", lang) if unit == "log points" else unit_title(unit, lang)
    title = text("ablate.figure.effect", lang, title=variable.title(lang), quarter=quarter)
    subtitle = text(f"ablate.figure.effect.{kind}", lang, unit=words)
    figure, axes = _rows([name_of(row, lang) for row, _ in rows], title, subtitle, footer(found, lang))
    for at, (_, one) in enumerate(rows):
        axes.plot([one.low, one.high], [at, at], color=style.MODEL, linewidth=1.3, solid_capstyle="butt")
        axes.plot([one.median], [at], "o", color=style.MODEL, markersize=4.6)
    _centred(axes)
    return figure


@style.styled
def failed_dots(found: Ablations, kind: str = "mechanism", lang: str = "en") -> Figure:
    """Probability of failure without each mechanism, less with it, in percentage points, with Monte Carlo intervals."""
    lang = style.language(lang)
    rows = sorted(working(found, kind), key=lambda row: -abs(row.effect.failed.change))[:MOST]
    rows = sorted(rows, key=lambda row: row.effect.failed.change)
    title = text("ablate.figure.failed", lang, quarter=found.quarters[-1])
    subtitle = text(f"ablate.figure.failed.{kind}", lang)
    figure, axes = _rows([name_of(row, lang) for row in rows], title, subtitle, footer(found, lang))
    for at, row in enumerate(rows):
        one = row.effect.failed
        axes.plot(
            [100.0 * one.low, 100.0 * one.high], [at, at], color=style.SECOND, linewidth=1.3, solid_capstyle="butt"
        )
        axes.plot([100.0 * one.change], [at], "o", color=style.SECOND, markersize=4.6)
    _centred(axes)
    return figure


@style.styled
def score_dots(found: Ablations, kind: str = "mechanism", lang: str = "en") -> Figure:
    """How much worse the forecast is without each mechanism: after a refit, and replayed; the band is noise."""
    lang = style.language(lang)
    rows = [row for row in working(found, kind) if row.refitted is not None or row.replayed is not None]
    rows = sorted(rows, key=lambda row: -abs(_ratio(row)))[:MOST]
    rows = sorted(rows, key=_ratio)
    title = text("ablate.figure.score", lang)
    subtitle = text(f"ablate.figure.score.{kind}", lang, cut=found.cut, count=found.asked)
    figure, axes = _rows([name_of(row, lang) for row in rows], title, subtitle, footer(found, lang), 0.86)
    if found.noise_refitted is not None:
        axes.axvspan(-2.0 * found.noise_refitted, 2.0 * found.noise_refitted, color=style.PALE, alpha=0.4, linewidth=0)
    for at, row in enumerate(rows):
        if row.replayed is not None:
            axes.plot([row.replayed.ratio], [at], "|", color=style.MUTED, markersize=8.0, markeredgewidth=1.5)
        if row.since_cut is not None:
            axes.plot([row.since_cut.ratio], [at], "D", color=style.ACCENT, markersize=4.0)
        if row.refitted is not None:
            clear = row.refitted.verdict != "alike"
            axes.plot(
                [row.refitted.ratio],
                [at],
                "o",
                color=style.MODEL,
                markersize=5.2,
                mfc=style.MODEL if clear else style.PAPER,
            )
    _centred(axes)
    marks = (
        ("refitted", {"color": style.MODEL, "marker": "o"}),
        ("within_noise", {"color": style.MODEL, "marker": "o", "mfc": style.PAPER}),
        ("since_cut", {"color": style.ACCENT, "marker": "D", "markersize": 4.0}),
        ("replayed", {"color": style.MUTED, "marker": "|", "markeredgewidth": 1.5}),
    )  # fmt: skip
    handles = [(_mark(**looks), text(f"ablate.key.{name}", lang)) for name, looks in marks]
    style.key(figure, handles, (0.1, 0.22), columns=4, columnspacing=1.0)
    return figure


def _mark(**looks: Any) -> Line2D:
    return Line2D([], [], linewidth=0.0, **looks)


def _ratio(row: AblationRow) -> float:
    change = row.refitted or row.replayed
    return 0.0 if change is None else change.ratio


def _rows(names: Sequence[str], title: str, subtitle: str, foot: str, bottom: float = 0.58) -> tuple[Figure, Axes]:
    figure = style.sheet((WIDTH, 0.95 + bottom + ROW * max(len(names), 1)), title, subtitle, foot)
    axes = style.panel(figure, NAMES, bottom, 0.35, 0.95)
    style.rows(axes, max(len(names), 1))
    for at, name in enumerate(names):
        style.row_name(axes, at, style.wrap(name, NAMES * 72.0 / style.SIZE["label"] - 1.5, 1), -6)
    return figure, axes


def _centred(axes: Axes) -> None:
    """A line at no difference, and room on both sides of it."""
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    style.room(axes)


LIMIT = 0.5
"""Size at which the colour is full."""
COLOURS = LinearSegmentedColormap.from_list("cut", [style.MODEL, "#8fb3cf", style.PAPER, "#dfa497", style.SECOND])
HIGH, WIDE = 0.19, 0.34
"""Inches of a cell."""


@style.styled
def impact_map(found: Sequence[Impact], since: str, end: str, footer: str, lang: str = "en") -> Figure:
    """Draw what each cut changes: a row for each link, a column for each output, grouped by scale.

    Parameters
    ----------
    found
        Impacts of all links on all outputs.
    since, end
        Quarter of the cut and of the reading, as labels.
    footer
        What made it.
    """
    lang = style.language(lang)
    known = catalogue()
    links = list(dict.fromkeys(one.link for one in found))
    outputs = list(dict.fromkeys(one.output for one in found))
    size = (2.55 + WIDE * len(outputs), 2.15 + HIGH * len(links))
    say = {name: text(f"link_impact.figure.map.{name}", lang, since=since, end=end) for name in ("title", "subtitle")}
    figure = style.sheet(size, say["title"], say["subtitle"], footer)
    axes = style.panel(figure, 1.85, 0.35, 0.70, 1.62)
    sizes = np.array([[_of(found, link, output).size for output in outputs] for link in links])
    axes.grid(visible=False)
    shown = np.ma.masked_invalid(np.clip(sizes, -LIMIT, LIMIT))
    axes.imshow(shown, cmap=COLOURS, norm=Normalize(-LIMIT, LIMIT), aspect="auto", interpolation="nearest")
    for row, link in enumerate(links):
        for column, output in enumerate(outputs):
            one = _of(found, link, output)
            if one.exists:
                dark = abs(one.size) > 0.6 * LIMIT
                axes.text(
                    column, row, str(one.lag), ha="center", va="center", fontsize=style.SIZE["foot"],
                    color=style.PAPER if dark else style.INK,
                )  # fmt: skip
    names = [style.wrap(known.links[link].title(lang), 26, 1) for link in links]
    axes.set_yticks(range(len(links)), names, fontsize=style.SIZE["foot"])
    titles = [style.wrap(known.outputs[output].title(lang), 14, 2) for output in outputs]
    axes.set_xticks(range(len(outputs)), titles, fontsize=style.SIZE["foot"], rotation=50, ha="left")
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for before, after in zip(range(len(links) - 1), range(1, len(links)), strict=True):
        if known.links[links[before]].source_room != known.links[links[after]].source_room:
            axes.axhline(before + 0.5, color=style.MUTED, linewidth=0.8)
    for before in range(len(outputs) - 1):
        if known.outputs[outputs[before]].room != known.outputs[outputs[before + 1]].room:
            axes.axvline(before + 0.5, color=style.MUTED, linewidth=0.8)
    for side in axes.spines.values():
        side.set_color(style.GRID)
    return figure


def _of(found: Sequence[Impact], link: str, output: str) -> Impact:
    return next(one for one in found if (one.link, one.output) == (link, output))


@style.styled
def response_curve(found: Sequence[LinkResponse], end: str, footer: str, lang: str = "en") -> Figure:
    """Draw how an output responds to the strength of a link: median and band of the paired differences."""
    lang = style.language(lang)
    link = catalogue().links[found[0].link]
    ordered = sorted(
        [*found, LinkResponse(link.name, found[0].output, 1.0, 0.0, 0.0, 0.0)], key=lambda one: one.strength
    )
    strengths = [one.strength for one in ordered]
    title = text("link_impact.figure.response.title", lang, link=link.title(lang))
    figure = style.sheet((3.5, 2.75), title, text("link_impact.figure.response.subtitle", lang, end=end), footer)
    axes = style.panel(figure, 0.52, 0.62, 0.15, 0.86)
    axes.fill_between(
        strengths, [one.low for one in ordered], [one.high for one in ordered], color=style.MODEL, alpha=0.2, lw=0
    )
    axes.plot(strengths, [one.median for one in ordered], color=style.MODEL, linewidth=1.8, marker="o", markersize=3.5)
    axes.axhline(0.0, color=style.MUTED, linewidth=0.7)
    axes.axvline(1.0, color=style.GRID, linewidth=1.0, zorder=0)
    axes.set_xticks(strengths, [exact(one) for one in strengths], fontsize=style.SIZE["small"])
    axes.tick_params(axis="y", labelsize=style.SIZE["small"])
    axes.set_xlabel(text("link_impact.figure.response.axis", lang), fontsize=style.SIZE["small"])
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return figure
