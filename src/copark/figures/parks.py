"""Figures of many parks: how those of each type stand, every measure and every count of them; and of Suzhou's swap."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from copark.cases.quarters import Quarter
from copark.figures.frame import observed_key, observed_mark, year_of
from copark.inference.typology.measures import STANDINGS
from copark.presentation import style
from copark.presentation.numbers import axis_number, number
from copark.texts import text

if TYPE_CHECKING:
    from copark.inference.suzhou import Band, SuzhouFindings
    from copark.inference.typology import TypeFindings
    from copark.inference.typology.measures import EnterpriseCourse

STATUS = {
    "failed": (style.SECOND, ""), "stalled": (style.ACCENT, "///"), "surviving": (style.PALE, "..."),
    "thriving": (style.MODEL, ""),
}  # fmt: skip
TYPE_COLOURS = {"intergovernmental": style.MODEL, "mixed": style.ACCENT, "enterprise-led": style.SECOND}
MARKS = {"intergovernmental": "o", "mixed": "D", "enterprise-led": "s"}
LINEAR = frozenset({"standing", "smaller_share", "launch", "growth"})
"""Measures on a plain axis; the others have a logarithmic one."""
COUNTED = {"registered": "o", "operating": "s"}
OLDEST, CEILING = 32.0, 1500.0
"""Years of age and count up to which all panels of parks reach."""
ENDS = ("mayor", "memorandum", "control", "never")
"""Ends of the rivalry in Suzhou, the earliest first; a panel each."""
CAPS = {"swap": style.MODEL, "unswapped": style.SECOND}
SWAP = 2001.0


def outcomes(found: TypeFindings, lang: str = "en") -> Figure:
    """Parks by status, a bar each type: counts, not shares alone, since there are few."""
    totals = {type_: sum(counts.values()) for type_, counts in found.outcomes.items()}
    names = [
        text("typology.figure.outcomes.row", lang, type=text(f"parks.type.{type_}", lang), count=total)
        for type_, total in totals.items()
    ]
    titles = [text(f"typology.figure.{part}", lang)
              for part in ("outcomes.title", "outcomes.subtitle", "footer.observed")]  # fmt: skip
    figure, axes = style.in_rows(names, titles, inches=1.75, high=0.38, wide=7.2, top=0.70, bottom=0.55, right=0.25)
    axes.set_xlim(0.0, 1.0)
    axes.axis("off")
    for at, (type_, counts) in enumerate(found.outcomes.items()):
        shares = ((counts.get(name, 0) / totals[type_], *STATUS[name], str(counts.get(name, 0))) for name in STANDINGS)
        style.stack(axes, at, shares)
    style.key(figure, [
        (Patch(facecolor=colour, hatch=hatch, edgecolor=style.PAPER), text(f"parks.status.{name}", lang))
        for name, (colour, hatch) in STATUS.items()
    ])  # fmt: skip
    return figure


def strips(found: TypeFindings, lang: str = "en") -> Figure:
    """Every measure, a panel each: a mark for each park, a line at the median of its type."""
    measures = [one for one in found.contrasts if one.measure != "standing"]
    titles = [text(f"typology.figure.{part}", lang) for part in ("strips.title", "strips.subtitle", "footer.observed")]
    figure = style.sheet((7.6, 1.15 + 1.5 * -(-len(measures) // 3)), *titles)
    panels = style.tiles(figure, len(measures), 3, (0.65, 0.1, 0.98), 0.85, (0.28, 0.65))
    for at, (axes, one) in enumerate(zip(panels, measures, strict=True)):
        _strip(axes, found, one.measure)
        names = [text(f"parks.short_type.{type_}", lang) for type_ in TYPE_COLOURS]
        axes.set_yticks(range(3) if at % 3 == 0 else [], names if at % 3 == 0 else [])
        axes.tick_params(labelsize=style.SIZE["foot"])
        axes.set_title(style.wrap(text(f"typology.measure.{one.measure}", lang), 24.0, 1), loc="left", **style.LABEL,
                       pad=12)  # fmt: skip
        told = text(f"typology.short_verdict.{one.verdict}", lang, value=number(one.superiority, 2))
        axes.text(0.0, 1.03, told, transform=axes.transAxes, size=style.SIZE["foot"], color=style.MUTED, va="bottom")
    return figure


def _strip(axes: Axes, found: TypeFindings, measure: str) -> None:
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.6)
    axes.set_ylim(2.6, -0.6)
    least = -np.inf
    if measure not in LINEAR:
        axes.set_xscale("log")
        least = 0.5
    for row, type_ in enumerate(TYPE_COLOURS):
        values = np.maximum(sorted(found.values(measure, type_)), least)
        offsets = row + 0.16 * (np.arange(len(values)) % 3 - 1)
        axes.plot(values, offsets, MARKS[type_], color=TYPE_COLOURS[type_], ms=4.2, alpha=0.75, mew=0.0)
        if len(values):
            axes.plot([np.median(values)] * 2, [row - 0.38, row + 0.38], color=style.INK, linewidth=1.6)
    axes.tick_params(which="minor", length=0, labelbottom=False)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:.0f}" if measure == "launch" else axis_number(value))


class ParkCourse(NamedTuple):
    """A park's counts: its name in the language of the figure, type, year of launch, and courses."""

    name: str
    type: str
    launch: int
    courses: tuple[EnterpriseCourse, ...]


def multiples(parks: Sequence[ParkCourse], lang: str = "en") -> Figure:
    """Enterprises by age of the park, on one logarithmic scale: a step of a line is a ratio, in every panel the same.

    parks: in the order in which they are drawn.
    """
    columns, tall, gap = 5, 0.92, 0.48
    titles = (text(f"parks.multiples.{part}", lang) for part in ("title", "subtitle", "footer"))
    figure = style.sheet((8.02, 1.5 + -(-len(parks) // columns) * (tall + gap)), *titles)
    panels = style.tiles(figure, len(parks), columns, (0.48, 0.14, 1.0), tall, (0.12, gap))
    for at, (axes, park) in enumerate(zip(panels, parks, strict=True)):
        _park(axes, park)
        axes.tick_params(labelsize=style.SIZE["foot"], labelleft=at % columns == 0,
                         labelbottom=at + columns >= len(parks))  # fmt: skip
    handles = [(style.line(colour, linewidth=2.0), text(f"parks.type.{name}", lang))
               for name, colour in TYPE_COLOURS.items()]  # fmt: skip
    handles += [(style.line(style.MUTED, mark, linestyle=""), text(f"parks.multiples.{name}", lang))
                for name, mark in COUNTED.items()]  # fmt: skip
    style.key(figure, handles, columns=5)
    return figure


def _park(axes: Axes, park: ParkCourse) -> None:
    axes.set_yscale("log")
    axes.set_ylim(0.8, CEILING)
    axes.set_xlim(0.0, OLDEST)
    axes.set_xticks([0, 10, 20, 30])
    axes.set_yticks([1, 10, 100, 1000])
    axes.minorticks_off()
    axes.yaxis.set_major_formatter(lambda value, _: axis_number(value))
    colour = TYPE_COLOURS[park.type]
    for course in park.courses:
        ages = [max(point.time - park.launch, 0.0) for point in course.points]
        counts = [point.value for point in course.points]
        face = colour if course.variable == "registered" else style.PAPER
        axes.plot(
            ages, counts, f"{COUNTED[course.variable]}-", color=colour, linewidth=1.3, alpha=0.8, ms=2.6, mfc=face
        )
    name = style.wrap(f"{park.launch} {park.name}", 14.5, 2)
    axes.set_title(name, loc="left", size=style.SIZE["foot"] + 0.3, color=style.INK, pad=2)


def _suzhou(found: SuzhouFindings, size: tuple[float, float], key: str, lang: str) -> Figure:
    foot = text(
        "suzhou.figure.footer", lang, identity=found.ensemble, accepted=number(found.accepted, 0),
        runs=number(found.runs, 0),
    )  # fmt: skip
    title, subtitle = (text(f"suzhou.figure.{key}.{part}", lang) for part in ("title", "subtitle"))
    return style.sheet(size, title, subtitle, foot)


def _courses(axes: Axes, found: SuzhouFindings, courses: Iterable[tuple[str, Sequence[Band]]]) -> None:
    """Medians and 90 % of runs over time, and when shares were swapped."""
    times = [int(label[:4]) + int(label[-1]) / 4.0 for label in found.quarters]
    style.years(axes, times[0] - 0.25, times[-1])
    axes.axvline(SWAP, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
    for colour, course in courses:
        low, high = [one.low for one in course], [one.high for one in course]
        axes.fill_between(times, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(times, [one.median for one in course], color=colour, linewidth=1.8)


def developer(found: SuzhouFindings, lang: str = "en") -> Figure:
    """The accumulated result of the developer, a panel for each end of the rivalry, shares swapped or not."""
    figure = _suzhou(found, (7.4, 5.8), "developer", lang)
    panels = style.tiles(figure, len(ENDS), 2, (0.6, 0.1, 0.98), 1.72, (0.3, 0.52))
    shown = [one for end in ENDS for cap in CAPS for one in found.arm(f"{end}-{cap}").course]
    for axes, end in zip(panels, ENDS, strict=True):
        axes.set_ylim(min(one.low for one in shown) * 1.05, max(one.high for one in shown) * 1.05)
        axes.axhline(0.0, color=style.INK, linewidth=0.7)
        _courses(axes, found, [(colour, found.arm(f"{end}-{cap}").course) for cap, colour in CAPS.items()])
        axes.set_title(style.legible(text(f"suzhou.end.{end}", lang)), loc="left", **style.LABEL, pad=4)
        for row in found.losses:
            face = "none" if row.forecast else style.INK
            at = year_of(Quarter.parse(row.quarter))
            axes.plot([at], [-row.value], "o", color=style.INK, ms=5.0, mfc=face, zorder=5)
    handles = [(style.line(colour, linewidth=2.0), text(f"suzhou.cap.{cap}", lang)) for cap, colour in CAPS.items()]
    handles += [
        (style.line(style.INK, "o", linestyle="", markerfacecolor=face), text(f"suzhou.record.{key}", lang))
        for key, face in (("known", style.INK), ("forecast", "none"))
    ]
    style.key(figure, handles)
    return figure


def enterprises(found: SuzhouFindings, lang: str = "en") -> Figure:
    """Operating enterprises in the two scenarios farthest apart, beside the observations."""
    figure = _suzhou(found, (7.2, 3.2), "enterprises", lang)
    axes = style.panel(figure, 0.6, 0.82, 0.25, 0.86)
    shown = {"control-swap": style.MODEL, "never-unswapped": style.SECOND}
    _courses(axes, found, [(colour, found.arm(name).operating_course) for name, colour in shown.items()])
    for row in found.operating:
        observed_mark(axes, year_of(Quarter.parse(row.quarter)), row.value, row.high, row.bound, order=5)
    axes.set_ylim(bottom=0.0)
    handles = [(style.line(colour, linewidth=2.0), text(f"suzhou.arm.{name}", lang)) for name, colour in shown.items()]
    style.key(figure, [*handles, *observed_key([row.bound for row in found.operating], lang)], (0.43, 0.20))
    return figure
