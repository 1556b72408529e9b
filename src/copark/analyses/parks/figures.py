"""Figure of many parks: every count of enterprises of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from copark.figures.park_kinds import TYPE_COLOURS
from copark.presentation import style
from copark.presentation.numbers import axis_number
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.analyses.typology.measures import EnterpriseCourse
COUNTED = {"registered": "o", "operating": "s"}
OLDEST = 32.0
"""Age up to which all panels of parks reach, years."""
CEILING = 1500.0
"""Count up to which all panels of parks reach."""


class ParkCourse(NamedTuple):
    """A park's counts: its name in the language of the figure, type, year of launch, and courses."""

    name: str
    type: str
    launch: int
    courses: tuple[EnterpriseCourse, ...]


def multiples(parks: Sequence[ParkCourse], lang: str = "en") -> Figure:
    """Draw enterprises by age of the park, on one logarithmic scale: a step is the same ratio in every panel.

    Parameters
    ----------
    parks
        Parks in the order in which they are drawn.
    lang
        Language.
    """
    columns = 5
    panel_height = 0.92
    gap = 0.48
    titles = (text(f"parks.multiples.{part}", lang) for part in ("title", "subtitle", "footer"))
    figure = style.sheet((8.02, 1.5 + -(-len(parks) // columns) * (panel_height + gap)), *titles)
    panels = style.tiles(figure, len(parks), columns, (0.48, 0.14, 1.0), panel_height, (0.12, gap))
    for position, (axes, park) in enumerate(zip(panels, parks, strict=True)):
        _park(axes, park)
        axes.tick_params(
            labelsize=style.SIZE["foot"],
            labelleft=position % columns == 0,
            labelbottom=position + columns >= len(parks),
        )
    handles = [
        (style.line(colour, linewidth=2.0), text(f"parks.type.{name}", lang)) for name, colour in TYPE_COLOURS.items()
    ]
    handles += [
        (style.line(style.MUTED, mark, linestyle=""), text(f"parks.multiples.{name}", lang))
        for name, mark in COUNTED.items()
    ]
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
