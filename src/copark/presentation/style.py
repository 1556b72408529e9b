"""One look for every figure: palette, type, sheet, axes, and rows of names with what is drawn beside them.

Figures are made without pyplot, so that nothing is shown, kept open or left behind in a global state; text of a case
is never read as mathematics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, wraps
from io import BytesIO
from itertools import pairwise
from math import isfinite
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from copark.presentation.fonts import families, glyphs
from copark.presentation.numbers import axis_number, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

P = ParamSpec("P")
R = TypeVar("R")

DARK = "#10181f"
"""Ink on light fills, dark on a dark page too."""

INK = "#22303c"
MUTED = "#65717c"
GRID = "#e3e7ea"
PAPER = "#ffffff"
MODEL = "#1d5b8c"
SECOND = "#b4472f"
ACCENT = "#d99a34"
PALE = "#b8c0c7"
SIDES = {"home": SECOND, "host": MODEL, "third": ACCENT, "none": PALE}
GREEN = "#2b7a5f"
OUTCOME_COLOURS = {
    "blue": (MODEL, ""),
    "amber": (ACCENT, "///"),
    "pale": (PALE, "..."),
    "red": (SECOND, ""),
    "green": (GREEN, "xxx"),
}
"""Colour and hatch by the name that the catalogue of outcomes gives."""
PHASES = {"before": GRID, "coupling": MODEL, "decoupling": SECOND, "recoupling": ACCENT}
SCALES = {"global": ACCENT, "intergovernmental": SECOND, "park": MODEL, "enterprise": MUTED}
PALETTE = {
    "ink": INK,
    "muted": MUTED,
    "grid": GRID,
    "paper": PAPER,
    "model": MODEL,
    "second": SECOND,
    "accent": ACCENT,
    "pale": PALE,
}
"""Every colour of every figure by its part; Okabe and Ito's blue, vermilion and orange, darkened, and three greys."""

SIZE = {"title": 11.0, "subtitle": 8.2, "label": 8.2, "small": 7.2, "foot": 6.0}
LABEL: dict[str, Any] = {"size": SIZE["label"], "color": INK}
"""Look of names on axes."""
SMALL: dict[str, Any] = {"size": SIZE["small"], "color": INK}
"""Look of numbers on axes."""
NOTE: dict[str, Any] = {"size": SIZE["small"], "color": MUTED}
"""Look of what is said beside them."""


def legible(words: str, longest: int = 400) -> str:
    """Make words that the fonts can write: one line, no character without a glyph (``?`` stands in), not endless."""
    drawable = glyphs(tuple(families()))
    plain = " ".join(str(words).split())
    plain = "".join(letter if ord(letter) in drawable else "?" for letter in plain)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def settings() -> Any:
    """Return the matplotlib settings of every figure."""
    return {
        "font.family": families(),
        "font.size": SIZE["label"],
        "text.parse_math": False,
        "text.color": INK,
        **dict.fromkeys(("axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), MUTED),
        **dict.fromkeys(("xtick.labelcolor", "ytick.labelcolor"), MUTED),
        **dict.fromkeys(("axes.spines.left", "axes.spines.right", "axes.spines.top"), False),
        **dict.fromkeys(("figure.facecolor", "savefig.facecolor"), PAPER),
        "axes.facecolor": "none",
        "axes.linewidth": 0.7,
        "axes.unicode_minus": True,
        "lines.solid_capstyle": "round",
        "hatch.linewidth": 0.6,
        "svg.fonttype": "path",
        "svg.hashsalt": "copark",
        "pdf.fonttype": 3,
        "path.simplify": True,
    }


def styled(build: Callable[P, R]) -> Callable[P, R]:
    """Run a function under the figures' settings and put the reader's own back afterwards."""

    @wraps(build)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        import matplotlib as mpl

        with mpl.rc_context(settings()):
            return build(*args, **kwargs)

    return wrapped


def width_in_ems(words: str) -> float:
    """Estimate how wide words are, in units of the type size: Chinese characters 1, wide capitals 0.65, others 0.5."""
    return sum(
        1.0 if ord(letter) > 0x2E80 else 0.65 if letter.isupper() or letter in "mw%—" else 0.5 for letter in words
    )


def wrap(words: str, ems: float, lines: int = 3) -> str:
    """Break words into at most ``lines`` lines of about ``ems`` widths; what does not fit ends in an ellipsis.

    Chinese breaks between any two characters, English between words.

    Parameters
    ----------
    words
        Words of one paragraph.
    ems
        Width of a line, ems.
    lines
        Lines at most.
    """
    pieces: list[str] = []
    for word in legible(words).split(" "):
        start = len(pieces)
        for letter in word:
            if ord(letter) > 0x2E80 or len(pieces) == start or ord(pieces[-1][-1]) > 0x2E80:
                pieces.append(letter)
            else:
                pieces[-1] += letter
        if len(pieces) > start:
            pieces[-1] += " "
    rows = [""]
    for piece in pieces:
        closing = piece.strip() in "，。；：、）》”,.;:)"
        if rows[-1] and not closing and width_in_ems(rows[-1] + piece.rstrip()) > ems:
            rows.append("")
        rows[-1] += piece
    rows = [row.rstrip() for row in rows]
    if len(rows) > lines:
        rows = [*rows[: lines - 1], rows[lines - 1][: max(1, int(ems * 1.6))].rstrip("，。,. ") + "…"]
    return "\n".join(rows)


@cache
def notebook_figure() -> type[Figure]:
    """Return the class of a figure that a notebook shows by itself, though no pyplot stands behind it.

    Which fonts a text takes is settled when it is drawn: it is saved in its own type, for without it Chinese would be
    empty boxes.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    class NotebookFigure(Figure):
        """A figure that is shown in a notebook and saved in the type it was drawn in."""

        def savefig(self, *where: Any, **how: Any) -> None:
            # How letters are written into a file (svg.fonttype) stays with whoever saves it.
            with mpl.rc_context({name: value for name, value in settings().items() if not name.endswith("fonttype")}):
                super().savefig(*where, **how)

        def _repr_png_(self) -> bytes:
            stream = BytesIO()
            self.savefig(stream, format="png", dpi=SHOWN_AT)
            return stream.getvalue()

    return NotebookFigure


SHOWN_AT = 110
"""Dots an inch of a figure in a notebook."""


def sheet(size: tuple[float, float], title: str, subtitle: str = "", footer: str = "") -> Figure:
    """Make a blank figure with its words: title and subtitle above, what made it below.

    Parameters
    ----------
    size
        Width and height, inches.
    title, subtitle
        Words above, two lines each at most; what does not fit ends in an ellipsis.
    footer
        One line below, in small letters.
    """
    width, height = size
    figure = notebook_figure()(figsize=size, facecolor=PAPER)
    top = height - 0.10
    for words, kind, colour, weight in ((title, "title", INK, "bold"), (subtitle, "subtitle", MUTED, "normal")):
        if words:
            shown = wrap(words, (width - 0.3) * 72.0 / SIZE[kind], 2)
            look: dict[str, Any] = {"size": SIZE[kind], "color": colour, "weight": weight, "linespacing": 1.25}
            figure.text(0.12 / width, top / height, shown, va="top", **look)
            top -= (shown.count("\n") + 1) * SIZE[kind] * 1.42 / 72.0
    if footer:
        figure.text(0.12 / width, 0.06 / height, legible(footer), size=SIZE["foot"], color=MUTED, va="bottom")
    return figure


def panel(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Add axes to a sheet, with quiet lines and numbers as people write them.

    Parameters
    ----------
    figure
        The sheet.
    left, bottom, right, top
        Distances from the sheet's edges, inches.
    """
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    width, height = figure.get_size_inches()
    area = (left / width, bottom / height, (width - left - right) / width, (height - bottom - top) / height)
    axes = figure.add_axes(area)
    axes.grid(axis="y", color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0, labelsize=SIZE["label"], labelfontfamily=families())
    axes.tick_params(axis="x", length=2.5, width=0.7, labelsize=SIZE["label"], labelfontfamily=families())
    axes.yaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: axis_number(value)))
    return axes


def years(axes: Axes, first: float, last: float) -> None:
    """Make the horizontal axis one of time: ticks on whole years, about seven of them.

    Parameters
    ----------
    axes
        Axes whose horizontal coordinate is a year, such as 2012.5 for its middle.
    first, last
        Its ends, in years.
    """
    from matplotlib.ticker import FuncFormatter

    axes.set_xlim(first, last)
    step = next(step for step in (1, 2, 4, 5, 10, 20, 50) if (last - first) / step <= 7.5 or step == 50)
    start = int(-(-first // step) * step)
    axes.set_xticks([float(year) for year in range(start, int(last) + 1, step)])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))


def spread(positions: Sequence[float], gap: float) -> list[float]:
    """Return positions near those wanted and at least ``gap`` apart, in the same order; NaN stays where it is."""
    order = sorted((n for n in range(len(positions)) if isfinite(positions[n])), key=lambda n: positions[n])
    placed = list(positions)
    for _ in range(50):
        moved = False
        for lower, upper in pairwise(order):
            short = gap - (placed[upper] - placed[lower])
            if short > 1e-9 * max(1.0, abs(gap)):
                placed[lower] -= short / 2.0
                placed[upper] += short / 2.0
                moved = True
        if not moved:
            break
    return placed


def line(colour: str, marker: str = "", **look: Any) -> Line2D:
    """Return what a key shows of a line or, with ``linestyle=""``, of a mark."""
    from matplotlib.lines import Line2D

    return Line2D([], [], color=colour, **{"marker": marker, "markersize": 4.4, **look})


def key(
    figure: Figure,
    entries: Iterable[tuple[Any, str]],
    corner: tuple[float, float] = (0.12, 0.2),
    columns: int = 4,
    **extra: Any,
) -> None:
    """Add a key below the axes, for what cannot be labelled directly.

    Parameters
    ----------
    figure
        The sheet.
    entries
        Handles with their words.
    corner
        Its lower left corner, inches from that of the sheet.
    columns
        How many entries stand side by side.
    extra
        Further options of matplotlib's legend.
    """
    handles, words = zip(*entries, strict=True)
    options: dict[str, Any] = {
        "loc": "lower left",
        "bbox_to_anchor": corner,
        "bbox_transform": figure.dpi_scale_trans,
        "ncols": columns,
        "frameon": False,
        "fontsize": SIZE["label"],
        "handlelength": 1.2,
        "handleheight": 0.9,
        "columnspacing": 1.4,
        **extra,
    }
    figure.legend(handles, list(map(legible, words)), **options)


def direct_label(axes: Axes, place: tuple[float, float], words: str, colour: str, **extra: Any) -> None:
    """Put a label beside what it names, instead of a legend.

    Parameters
    ----------
    axes
        Axes; the label may reach beyond them.
    place
        Where it begins, in the data's units.
    words
        The label.
    colour
        Colour of what it names.
    """
    options: dict[str, Any] = {"size": SIZE["small"], "va": "center", "ha": "left", "clip_on": False, **extra}
    axes.text(*place, legible(words), color=colour, **options)


def _outside(axes: Axes, place: tuple[float, float], coordinates: Any, words: str, aside: Any, look: Any) -> None:
    shown = "\n".join(map(legible, words.split("\n")))
    axes.annotate(
        shown, place, xycoords=coordinates, xytext=aside, textcoords="offset points", annotation_clip=False, **look
    )


def row_name(axes: Axes, row: float, words: str, aside: float = -8.0, **look: Any) -> None:
    """Put words left of a row, outside the axes.

    Parameters
    ----------
    axes
        Axes whose rows are places on the vertical axis.
    row
        Its place on the vertical axis.
    words
        Name of the row, broken into lines already.
    aside
        Distance from the axes, points; to the left below 0.
    """
    looks = {**LABEL, "ha": "right", "va": "center", "linespacing": 1.1, **look}
    _outside(axes, (0.0, row), ("axes fraction", "data"), words, (aside, 0.0), looks)


def row_value(axes: Axes, row: float, words: str, aside: float = 6.0, **look: Any) -> None:
    """Put words right of a row, outside the axes.

    Parameters
    ----------
    axes
        Axes whose rows are places on the vertical axis.
    row
        Place on the vertical axis.
    words
        What is put there.
    aside
        As of :func:`row_name`.
    """
    _outside(axes, (1.0, row), ("axes fraction", "data"), words, (aside, 0.0), {**LABEL, "va": "center", **look})


def corner(axes: Axes, words: str, aside: tuple[float, float] = (6.0, 4.0), **look: Any) -> None:
    """Put the head of a column right of the axes, at their upper right corner; ``aside`` in points.

    Parameters
    ----------
    axes
        The axes.
    words
        The head.
    aside
        Distance from the corner to the right and upwards, points.
    **look
        Properties of the text, over those of a note.
    """
    _outside(axes, (1.0, 1.0), "axes fraction", words, aside, {**NOTE, "ha": "left", "va": "bottom", **look})


def above(axes: Axes, place: float, words: str, aside: tuple[float, float] = (0.0, 2.5), **look: Any) -> None:
    """Put words above the axes.

    Parameters
    ----------
    axes
        The axes.
    place
        Place on the horizontal axis.
    words
        Words, centred above the place.
    aside
        Distance from it, points.
    """
    look = {**NOTE, "ha": "center", "va": "bottom", **look}
    _outside(axes, (place, 1.0), axes.get_xaxis_transform(), words, aside, look)


def in_rows(
    names: Sequence[str],
    titles: Sequence[str],
    *,
    inches: float,
    high: float,
    wide: float = 7.4,
    top: float = 0.9,
    bottom: float = 0.55,
    right: float = 0.75,
    lines: int = 2,
    small: bool = False,
) -> tuple[Figure, Axes]:
    """Make a sheet with a row for each name, the first on top, and axes beside the names.

    Parameters
    ----------
    names
        Names of the rows; the first is at 0 on the vertical axis, the next at 1.
    titles
        Title, subtitle and footer, as of :func:`sheet`.
    inches
        Width of the names, on the left.
    high
        Height of a row, inches.
    wide, top, bottom, right
        Width of the sheet, and distances of the axes from its edges, inches.
    lines
        Lines that a name may take.
    small
        Whether names are set in small letters.
    """
    count = max(len(names), 1)
    size = SIZE["small" if small else "label"]
    figure = sheet((wide, top + bottom + high * count), *titles)
    axes = panel(figure, inches, bottom, right, top)
    axes.grid(visible=False)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_yticks([])
    axes.set_ylim(count - 0.4, -0.6)
    for row, name in enumerate(names):
        row_name(axes, row, wrap(name, inches * 72.0 / size - 2.0, lines), -6.0, size=size)
    return figure, axes


def tiles(
    figure: Figure, count: int, columns: int, edges: Sequence[float], tall: float, gaps: Sequence[float]
) -> list[Axes]:
    """Add small panels in columns, row by row from the top.

    Parameters
    ----------
    figure
        The sheet.
    count, columns
        How many there are, and how many stand side by side.
    edges
        Inches left of, right of and above all of them.
    tall
        Height of one, inches.
    gaps
        Inches between columns and between rows.
    """
    width, height = figure.get_size_inches()
    left, right, top = edges
    wide = (width - left - right + gaps[0]) / columns
    places = [(left + wide * (n % columns), top + (tall + gaps[1]) * (n // columns)) for n in range(count)]
    return [panel(figure, x, height - y - tall, width - x - wide + gaps[0], y) for x, y in places]


def interval(
    axes: Axes,
    place: float,
    ends: Sequence[float],
    middle: float,
    colour: str = MODEL,
    told: str = "",
    half: Sequence[float] = (),
) -> None:
    """Draw an interval: a line over all of it, a thick one over half, a dot in the middle, and words beside.

    Parameters
    ----------
    axes
        Axes whose rows are places on the vertical axis.
    place
        Place on the vertical axis.
    ends, half
        Ends of the interval, and of what holds half of the values; none of the latter by default.
    middle
        Value of the dot, such as the median.
    colour
        Colour of line and dot.
    told
        Words right of the axes.
    """
    axes.plot(ends, [place, place], color=colour, linewidth=1.2 if half else 2.2, alpha=1.0 if half else 0.55)
    if half:
        axes.plot(half, [place, place], color=colour, linewidth=5.0, alpha=0.38, solid_capstyle="butt")
    axes.plot([middle], [place], "o", color=colour, markersize=4.6)
    if told:
        row_value(axes, place, told)


def stack(axes: Axes, place: float, parts: Iterable[tuple[float, str, str, str]], least: float = 0.05) -> None:
    """Draw a bar of parts that add up.

    Parameters
    ----------
    axes
        Axes whose rows are places on the vertical axis.
    place
        Place on the vertical axis.
    parts
        Size, colour, hatch and words of each.
    least
        Size below which a part stays without words.
    """
    start = 0.0
    for size, colour, hatch, words in parts:
        axes.barh(place, size, left=start, height=0.7, facecolor=colour, hatch=hatch, edgecolor=PAPER, linewidth=0.8)
        if size >= least:
            axes.text(
                start + size / 2.0,
                place,
                words,
                ha="center",
                va="center",
                size=SIZE["label"],
                color=DARK if colour in (ACCENT, PALE, GRID) else PAPER,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"},
            )
        start += size


def zero(axes: Axes) -> None:
    """Draw a line at no difference, and leave room on both sides, also where all that is drawn is at one place."""
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.margins(x=0.06)
    if axes.get_xlim()[1] - axes.get_xlim()[0] < 1e-9:
        axes.set_xlim(-1.0, 1.0)


def bounds(axes: Axes, values: Iterable[float], *, upright: bool = True) -> None:
    """Draw dotted lines at bounds, ``upright`` or level.

    Parameters
    ----------
    axes
        The axes.
    values
        Bounds, in the unit of the axis that they are on.
    upright
        True for bounds on the horizontal axis.
    """
    for value in values:
        (axes.axvline if upright else axes.axhline)(value, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))


def in_percent(axes: Axes, places: int = 0) -> None:
    """Write shares on the horizontal axis in per cent."""
    from matplotlib.ticker import FuncFormatter

    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, places)))


def fan(axes: Axes, times: Any, levels: Any, alphas: tuple[float, float], width: float, colour: str = MODEL) -> None:
    """Draw quantiles over time: bands between the outer and the inner ones, a line at the median.

    Parameters
    ----------
    axes
        Axes over time.
    times
        Moments, shape (moments,).
    levels
        5, 25, 50, 75 and 95 %, shape (5, moments).
    alphas
        Opacity of the outer and of the inner band.
    width
        Of the line at the median, points.
    colour
        Colour of bands and line.
    """
    for (low, high), alpha in zip(((0, 4), (1, 3)), alphas, strict=True):
        axes.fill_between(times, levels[low], levels[high], color=colour, alpha=alpha, linewidth=0)
    axes.plot(times, levels[2], color=colour, linewidth=width)


def fan_ends(axes: Axes, last: float, ends: Sequence[float], median: str) -> None:
    """Name the lines of a fan right of its end: 5 %, the median in words, 95 %.

    Parameters
    ----------
    axes
        Axes with the fan, their limits set: labels are kept apart by their height.
    last
        The moment at which the fan ends, on the horizontal axis.
    ends
        Values of the lines there, the median in the middle.
    median
        Words for the median.
    """
    low, high = axes.get_ylim()
    start, _ = axes.get_xlim()
    places = spread(ends, (high - low) * 0.055)
    for place, words, weight in zip(places, ("5%", median, "95%"), ("normal", "bold", "normal"), strict=True):
        direct_label(axes, (last + 0.012 * (last - start + 0.75), place), words, MODEL, weight=weight)
