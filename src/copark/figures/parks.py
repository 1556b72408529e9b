"""Small multiples of parks: enterprises over time as the record counts them, a panel each, typed by colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from copark.figures.typology import TYPE_COLOURS
from copark.presentation import style
from copark.presentation.numbers import axis_number
from copark.texts import text

if TYPE_CHECKING:
    from copark.analysis.typology.measures import Course

COLUMNS = 5
WIDE, TALL, GAP = 1.36, 0.92, 0.48
"""Inches."""
MARKS = {"registered": "o", "operating": "s"}
CEILING = 1500.0
OLDEST = 32.0
"""Years of age and count up to which all panels reach."""


@dataclass(frozen=True)
class ParkCourse:
    """A park's counts: its name in the language of the figure, type, year of launch, and courses."""

    name: str
    type: str
    launch: int
    courses: tuple[Course, ...]


@style.styled
def multiples(parks: Sequence[ParkCourse], lang: str = "en") -> Figure:
    """Enterprises by age of the park, on one logarithmic scale: a step of a line is a ratio, in every panel the same.

    Parameters
    ----------
    parks
        In the order in which they are drawn.
    lang
        ``en`` or ``zh``.
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
        for name, mark in MARKS.items()
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
            ages, counts, MARKS[course.variable], color=colour, ms=2.6, mfc=colour if filled else "white", mew=0.8
        )  # fmt: skip
    axes.set_title(
        style.wrap(f"{park.launch} {park.name}", 14.5, 2),
        loc="left",
        size=style.SIZE["foot"] + 0.3,
        color=style.INK,
        pad=2,
    )
