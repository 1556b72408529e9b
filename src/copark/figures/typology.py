"""Figures of the typology: how parks of each type stand, every measure park by park, what makes scenarios differ.

Small multiples of parks: enterprises over time as the record counts them, a panel each, typed by colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from copark.inference.typology.findings import FACTORS, SHARES, TypeFindings
from copark.inference.typology.measures import STANDINGS
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.numbers import axis_number, number, percent, unit_title
from copark.texts import text

if TYPE_CHECKING:
    from copark.inference.typology.measures import EnterpriseCourse

STATUS = {
    "failed": (style.SECOND, ""),
    "stalled": (style.ACCENT, "///"),
    "surviving": (style.PALE, "..."),
    "thriving": (style.MODEL, ""),
}
TYPE_COLOURS = {"intergovernmental": style.MODEL, "mixed": style.ACCENT, "enterprise-led": style.SECOND}
MARKS = {"intergovernmental": "o", "mixed": "D", "enterprise-led": "s"}
LINEAR = frozenset({"standing", "smaller_share", "launch", "growth"})
"""Measures on a plain axis; the others have a logarithmic one."""


@style.styled
def outcomes(found: TypeFindings, lang: str = "en") -> Figure:
    """Parks by status, a bar each type: counts, not shares alone, since there are few."""
    lang = style.language(lang)
    figure = style.sheet(
        (7.2, 2.45), text("typology.figure.outcomes.title", lang), text("typology.figure.outcomes.subtitle", lang),
        text("typology.figure.footer.observed", lang),
    )  # fmt: skip
    axes = style.panel(figure, 1.75, 0.62, 0.25, 0.70)
    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(2.5, -0.5)
    axes.axis("off")
    for row, (type_, counts) in enumerate(found.outcomes.items()):
        total = sum(counts.values())
        words = text("typology.figure.outcomes.row", lang, type=text(f"parks.type.{type_}", lang), count=total)
        axes.text(-1.5, row, style.wrap(words, 19.0, 2), ha="right", va="center", **style.LABEL)
        start = 0.0
        for name in STANDINGS:
            wide = 100.0 * counts.get(name, 0) / total
            colour, hatch = STATUS[name]
            axes.barh(
                row, wide, left=start, height=0.7, facecolor=colour, hatch=hatch, edgecolor=style.PAPER, linewidth=0.8
            )
            if wide:
                axes.text(
                    start + wide / 2.0, row, str(counts[name]), ha="center", va="center", size=style.SIZE["label"],
                    color=style.DARK if name in ("stalled", "surviving") else style.PAPER,
                    bbox={"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"},
                )  # fmt: skip
            start += wide
    handles = [axes.barh(-9, 0, facecolor=c, hatch=h, edgecolor=style.PAPER) for c, h in STATUS.values()]
    style.key(
        figure, [(h, text(f"parks.status.{name}", lang)) for h, name in zip(handles, STATUS, strict=True)], (0.07, 0.2)
    )
    return figure


@style.styled
def strips(found: TypeFindings, lang: str = "en") -> Figure:
    """Every measure, a panel each: a mark for each park, a line at the median of its type."""
    lang = style.language(lang)
    shown = [one for one in found.contrasts if one.measure != "standing"]
    columns, rows = 3, -(-len(shown) // 3)
    figure = style.sheet(
        (7.6, 1.15 + 1.5 * rows), text("typology.figure.strips.title", lang),
        text("typology.figure.strips.subtitle", lang), text("typology.figure.footer.observed", lang),
    )  # fmt: skip
    width, height = figure.get_size_inches()
    wide = (width - 0.75) / columns
    for at, one in enumerate(shown):
        column, row = at % columns, at // columns
        left, top = 0.65 + wide * column, 0.98 + 1.5 * row
        axes = style.panel(figure, left, height - top - 0.85, width - left - wide + 0.28, top)
        _strip(axes, found, one.measure, lang, names=column == 0)
        words = text(f"typology.measure.{one.measure}", lang)
        axes.set_title(style.wrap(words, 24.0, 1), loc="left", **style.LABEL, pad=12)
        told = text(f"typology.short_verdict.{one.verdict}", lang, value=number(one.superiority, 2))
        axes.text(0.0, 1.03, told, transform=axes.transAxes, size=style.SIZE["foot"], color=style.MUTED, va="bottom")
    return figure


def _strip(axes: Axes, found: TypeFindings, measure: str, lang: str, *, names: bool) -> None:
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
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
            axes.plot([np.median(values)] * 2, [row - 0.38, row + 0.38], color=style.INK, linewidth=1.6)
    if names:
        axes.set_yticks(range(3), [text(f"parks.short_type.{type_}", lang) for type_ in TYPE_COLOURS])
    else:
        axes.set_yticks([])
    axes.tick_params(labelsize=style.SIZE["foot"])
    axes.tick_params(which="minor", length=0, labelbottom=False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}" if measure == "launch" else axis_number(value))


@style.styled
def factors(found: TypeFindings, name: str, year: int, footer: str, lang: str = "en") -> Figure:
    """The difference between the two scenarios at an age, and what of it is owner, plan and framework."""
    lang, is_share = style.language(lang), name in SHARES
    whole = found.reading(name, year)
    own = [found.part(name, year, factor) for factor in FACTORS]
    rows = [("whole", whole.low, whole.median, whole.high), *((p.factor, p.low, p.mean, p.high) for p in own)]
    title = text("typology.figure.factors.title", lang, name=text(f"typology.reading.{name}", lang), year=year)
    figure = style.sheet(
        (3.6, 2.35), title, text(f"typology.figure.factors.{'points' if is_share else 'paired'}", lang), footer
    )  # fmt: skip
    axes = style.panel(figure, 0.98, 0.45, 0.5, 0.78)
    bars = [
        (text(f"typology.factor.{key}", lang), *ends, f"{ends[1] * (100.0 if is_share else 1.0):+.0f}")
        for key, *ends in rows
    ]
    _bars(axes, bars, 100.0 if is_share else 1.0, [style.MODEL, *[style.SECOND] * len(own)])
    return figure


@style.styled
def gaps(found: TypeFindings, output: str, footer: str, lang: str = "en") -> Figure:
    """Every further scenario against the intergovernmental one at a date: median, 90 % of pairs, share above 0."""
    lang = style.language(lang)
    own = [one for one in found.gaps if one.output == output]
    variable = catalogue().outputs[output]
    unit = text("compare.log_points", lang) if own[0].log else unit_title(variable.unit, lang)
    title = text("typology.figure.gaps.title", lang, output=variable.title(lang), quarter=own[0].quarter)
    figure = style.sheet(
        (7.2, 1.42 + 0.34 * len(own)), title, text("typology.figure.gaps.subtitle", lang, unit=unit), footer
    )  # fmt: skip
    axes = style.panel(figure, 2.55, 0.50, 0.75, 0.86)
    bars = [
        (style.wrap(str(getattr(one.title, lang)), 22.0, 2), one.low, one.median, one.high, percent(one.above))
        for one in own
    ]
    _bars(axes, bars, 1.0, [style.MODEL] * len(own))
    style.corner(axes, text("compare.above", lang))
    return figure


def _bars(axes: Axes, rows: Sequence[tuple[Any, ...]], scale: float, colours: Sequence[str]) -> None:
    """A row each: name, 5 %, middle, 95 %, and what is written at its right end."""
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    for row, ((_, low, middle, high, told), colour) in enumerate(zip(rows, colours, strict=True)):
        axes.plot([low * scale, high * scale], [row, row], color=colour, linewidth=2.6, alpha=0.45)
        axes.plot([middle * scale], [row], "o", color=colour, ms=5.0)
        style.row_value(axes, row, style.legible(told.replace("-", "−")))
    axes.set_yticks(range(len(rows)), [one[0] for one in rows], size=style.SIZE["small"])
    axes.tick_params(axis="x", labelsize=style.SIZE["small"])
    axes.margins(x=0.08)
    if axes.get_xlim()[1] - axes.get_xlim()[0] < 1e-9:
        axes.set_xlim(-1.0, 1.0)
    axes.xaxis.set_major_formatter(lambda value, _: axis_number(value))


COLUMNS = 5
WIDE, TALL, GAP = 1.36, 0.92, 0.48
"""Inches."""
PARK_MARKS = {"registered": "o", "operating": "s"}
CEILING = 1500.0
OLDEST = 32.0
"""Years of age and count up to which all panels reach."""


@dataclass(frozen=True)
class ParkCourse:
    """A park's counts: its name in the language of the figure, type, year of launch, and courses."""

    name: str
    type: str
    launch: int
    courses: tuple[EnterpriseCourse, ...]


@style.styled
def multiples(parks: Sequence[ParkCourse], lang: str = "en") -> Figure:
    """Enterprises by age of the park, on one logarithmic scale: a step of a line is a ratio, in every panel the same.

    parks: in the order in which they are drawn.
    """
    lang = style.language(lang)
    rows = -(-len(parks) // COLUMNS)
    size = (0.62 + COLUMNS * (WIDE + 0.12), 1.5 + rows * (TALL + GAP))
    figure = style.sheet(
        size, text("parks.multiples.title", lang), text("parks.multiples.subtitle", lang),
        text("parks.multiples.footer", lang),
    )  # fmt: skip
    width, height = figure.get_size_inches()
    for at, park in enumerate(parks):
        column, row = at % COLUMNS, at // COLUMNS
        left, top = 0.48 + column * (WIDE + 0.12), 1.0 + row * (TALL + GAP)
        axes = style.panel(figure, left, height - top - TALL, width - left - WIDE, top)
        last = at + COLUMNS >= len(parks)
        _park(axes, park, labels=(column == 0, last))
    handles: list[tuple[object, str]] = [
        (Line2D([], [], color=colour, linewidth=2.0), text(f"parks.type.{name}", lang))
        for name, colour in TYPE_COLOURS.items()
    ]
    handles += [
        (Line2D([], [], color=style.MUTED, marker=mark, ls="", ms=4.0), text(f"parks.multiples.{name}", lang))
        for name, mark in PARK_MARKS.items()
    ]
    style.key(figure, handles, (0.12, 0.18), columns=5)
    return figure


def _park(axes: Axes, park: ParkCourse, labels: tuple[bool, bool]) -> None:
    colour = TYPE_COLOURS[park.type]
    axes.set_yscale("log")
    axes.set_ylim(0.8, CEILING)
    axes.set_xlim(0.0, OLDEST)
    axes.set_xticks([0, 10, 20, 30])
    axes.set_yticks([1, 10, 100, 1000])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _: axis_number(value))
    axes.tick_params(labelsize=style.SIZE["foot"], labelleft=labels[0], labelbottom=labels[1])
    for course in park.courses:
        ages = [max(point.time - park.launch, 0.0) for point in course.points]
        counts = [point.value for point in course.points]
        axes.plot(ages, counts, color=colour, linewidth=1.3, alpha=0.8)
        filled = course.variable == "registered"
        axes.plot(
            ages, counts, PARK_MARKS[course.variable], color=colour, ms=2.6, mfc=colour if filled else "white", mew=0.8
        )  # fmt: skip
    axes.set_title(
        style.wrap(f"{park.launch} {park.name}", 14.5, 2),
        loc="left",
        size=style.SIZE["foot"] + 0.3,
        color=style.INK,
        pad=2,
    )
