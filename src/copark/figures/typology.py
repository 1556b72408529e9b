"""Figures of the typology: how parks of each type stand, every measure park by park, what makes scenarios differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from copark.analysis.typology.findings import SHARES, Findings
from copark.analysis.typology.measures import STANDINGS
from copark.analysis.typology.twins import FACTORS
from copark.model.variables import catalogue
from copark.presentation.numbers import axis_number, number, percent, unit_title
from copark.presentation.style import (
    ACCENT,
    DARK,
    GRID,
    INK,
    MODEL,
    MUTED,
    PALE,
    PAPER,
    SECOND,
    SIZE,
    key,
    language,
    legible,
    panel,
    sheet,
    styled,
    wrap,
)
from copark.texts import text

STATUS = {"failed": (SECOND, ""), "stalled": (ACCENT, "///"), "surviving": (PALE, "..."), "thriving": (MODEL, "")}
TYPE_COLOURS = {"intergovernmental": MODEL, "mixed": ACCENT, "enterprise-led": SECOND}
MARKS = {"intergovernmental": "o", "mixed": "D", "enterprise-led": "s"}
LINEAR = frozenset({"standing", "smaller_share", "launch", "growth"})
"""Measures on a plain axis; the others have a logarithmic one."""


@styled
def outcomes(found: Findings, lang: str = "en") -> Figure:
    """Parks by status, a bar each type: counts, not shares alone, since there are few."""
    lang = language(lang)
    figure = sheet(
        (7.2, 2.45), text("typology.figure.outcomes.title", lang), text("typology.figure.outcomes.subtitle", lang),
        text("typology.figure.footer.observed", lang),
    )  # fmt: skip
    axes = panel(figure, 1.75, 0.62, 0.25, 0.70)
    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(2.5, -0.5)
    axes.axis("off")
    for row, (type_, counts) in enumerate(found.outcomes.items()):
        total = sum(counts.values())
        words = text("typology.figure.outcomes.row", lang, type=text(f"parks.type.{type_}", lang), count=total)
        axes.text(-1.5, row, wrap(words, 19.0, 2), ha="right", va="center", size=SIZE["label"], color=INK)
        start = 0.0
        for name in STANDINGS:
            wide = 100.0 * counts.get(name, 0) / total
            colour, hatch = STATUS[name]
            axes.barh(row, wide, left=start, height=0.7, facecolor=colour, hatch=hatch, edgecolor=PAPER, linewidth=0.8)
            if wide:
                axes.text(
                    start + wide / 2.0, row, str(counts[name]), ha="center", va="center", size=SIZE["label"],
                    color=DARK if name in ("stalled", "surviving") else PAPER,
                    bbox={"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"},
                )  # fmt: skip
            start += wide
    handles = [axes.barh(-9, 0, facecolor=c, hatch=h, edgecolor=PAPER) for c, h in STATUS.values()]
    key(figure, [(h, text(f"parks.status.{name}", lang)) for h, name in zip(handles, STATUS, strict=True)], (0.07, 0.2))
    return figure


@styled
def strips(found: Findings, lang: str = "en") -> Figure:
    """Every measure, a panel each: a mark for each park, a line at the median of its type."""
    lang = language(lang)
    shown = [one for one in found.contrasts if one.measure != "standing"]
    columns, rows = 3, -(-len(shown) // 3)
    figure = sheet(
        (7.6, 1.15 + 1.5 * rows), text("typology.figure.strips.title", lang),
        text("typology.figure.strips.subtitle", lang), text("typology.figure.footer.observed", lang),
    )  # fmt: skip
    width, height = figure.get_size_inches()
    wide = (width - 0.75) / columns
    for at, one in enumerate(shown):
        column, row = at % columns, at // columns
        left, top = 0.65 + wide * column, 0.98 + 1.5 * row
        axes = panel(figure, left, height - top - 0.85, width - left - wide + 0.28, top)
        _strip(axes, found, one.measure, lang, names=column == 0)
        words = text(f"typology.measure.{one.measure}", lang)
        axes.set_title(wrap(words, 24.0, 1), loc="left", size=SIZE["label"], color=INK, pad=12)
        told = text(f"typology.short_verdict.{one.verdict}", lang, value=number(one.superiority, 2))
        axes.text(0.0, 1.03, told, transform=axes.transAxes, size=SIZE["foot"], color=MUTED, va="bottom")
    return figure


def _strip(axes: Axes, found: Findings, measure: str, lang: str, *, names: bool) -> None:
    axes.grid(visible=False)
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_ylim(2.6, -0.6)
    if measure not in LINEAR:
        axes.set_xscale("log")
    for row, type_ in enumerate(TYPE_COLOURS):
        values = sorted(found.values(measure, type_))
        if measure not in LINEAR:
            values = [max(value, 0.5) for value in values]
        offsets = [0.16 * ((at % 3) - 1) for at in range(len(values))]
        axes.plot(
            values, [row + x for x in offsets], MARKS[type_], color=TYPE_COLOURS[type_], ms=4.2, alpha=0.75, mew=0.0
        )
        if values:
            axes.plot([np.median(values)] * 2, [row - 0.38, row + 0.38], color=INK, linewidth=1.6)
    if names:
        axes.set_yticks(range(3), [text(f"parks.short_type.{type_}", lang) for type_ in TYPE_COLOURS])
    else:
        axes.set_yticks([])
    axes.tick_params(labelsize=SIZE["foot"])
    axes.tick_params(which="minor", length=0, labelbottom=False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}" if measure == "launch" else axis_number(value))


@styled
def factors(found: Findings, name: str, year: int, footer: str, lang: str = "en") -> Figure:
    """The difference between the two scenarios at an age, and what of it is owner, plan and framework."""
    lang, is_share = language(lang), name in SHARES
    whole = found.reading(name, year)
    own = [found.part(name, year, factor) for factor in FACTORS]
    rows = [("whole", whole.low, whole.median, whole.high), *((p.factor, p.low, p.mean, p.high) for p in own)]
    title = text("typology.figure.factors.title", lang, name=text(f"typology.reading.{name}", lang), year=year)
    figure = sheet(
        (3.6, 2.35), title, text(f"typology.figure.factors.{'points' if is_share else 'paired'}", lang), footer
    )  # fmt: skip
    axes = panel(figure, 0.98, 0.45, 0.5, 0.78)
    bars = [
        (text(f"typology.factor.{key}", lang), *ends, f"{ends[1] * (100.0 if is_share else 1.0):+.0f}")
        for key, *ends in rows
    ]
    _bars(axes, bars, 100.0 if is_share else 1.0, [MODEL, *[SECOND] * len(own)])
    return figure


@styled
def gaps(found: Findings, output: str, footer: str, lang: str = "en") -> Figure:
    """Every further scenario against the intergovernmental one at a date: median, 90 % of pairs, share above 0."""
    lang = language(lang)
    own = [one for one in found.gaps if one.output == output]
    variable = catalogue().outputs[output]
    unit = text("compare.log_points", lang) if own[0].log else unit_title(variable.unit, lang)
    title = text("typology.figure.gaps.title", lang, output=variable.title(lang), quarter=own[0].quarter)
    figure = sheet(
        (7.2, 1.42 + 0.34 * len(own)), title, text("typology.figure.gaps.subtitle", lang, unit=unit), footer
    )  # fmt: skip
    axes = panel(figure, 2.55, 0.50, 0.75, 0.86)
    bars = [
        (wrap(str(getattr(one.title, lang)), 22.0, 2), one.low, one.median, one.high, percent(one.above)) for one in own
    ]
    _bars(axes, bars, 1.0, [MODEL] * len(own))
    axes.annotate(
        text("compare.above", lang), (1.0, 1.0), xycoords="axes fraction", xytext=(6, 4), textcoords="offset points",
        size=SIZE["small"], color=MUTED, ha="left", va="bottom", annotation_clip=False,
    )  # fmt: skip
    return figure


def _bars(axes: Axes, rows: Sequence[tuple[Any, ...]], scale: float, colours: Sequence[str]) -> None:
    """A row each: name, 5 %, middle, 95 %, and what is written at its right end."""
    axes.grid(visible=False)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    for row, ((_, low, middle, high, told), colour) in enumerate(zip(rows, colours, strict=True)):
        axes.plot([low * scale, high * scale], [row, row], color=colour, linewidth=2.6, alpha=0.45)
        axes.plot([middle * scale], [row], "o", color=colour, ms=5.0)
        axes.annotate(
            legible(told.replace("-", "−")), (1.0, row), xycoords=("axes fraction", "data"), xytext=(6, 0),
            textcoords="offset points", size=SIZE["label"], color=INK, va="center", annotation_clip=False,
        )  # fmt: skip
    axes.set_yticks(range(len(rows)), [one[0] for one in rows], size=SIZE["small"])
    axes.tick_params(axis="x", labelsize=SIZE["small"])
    axes.margins(x=0.08)
    if axes.get_xlim()[1] - axes.get_xlim()[0] < 1e-9:
        axes.set_xlim(-1.0, 1.0)
    axes.xaxis.set_major_formatter(lambda value, _: axis_number(value))
