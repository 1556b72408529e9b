"""One look for every figure: palette, type, sheet, axes, and rows of names with what is drawn beside them.

Figures are made without pyplot, so that nothing is shown, kept open or left behind in a global state; text of a case
is never read as mathematics. The Chinese font comes with copark, so that no machine needs one of its own.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import cache, wraps
from importlib.util import find_spec
from io import BytesIO
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from copark.presentation.numbers import axis_number, percent


def chinese_font_file() -> Path | None:
    """The file of Noto Sans SC (regular, SIL Open Font License), or ``None`` where the package is damaged.

    It is in the package zhplot, of which nothing but this file is used: it is not imported.
    """
    found = find_spec("zhplot")
    folders = list(found.submodule_search_locations or ()) if found else []
    path = Path(folders[0]) / "fonts" / "NotoSansSC-Regular.ttf" if folders else None
    return path if path is not None and path.is_file() else None


P = ParamSpec("P")
R = TypeVar("R")

DARK = "#10181f"
"""Ink on light fills, dark on a dark page too."""

INK, MUTED, GRID, PAPER = "#22303c", "#65717c", "#e3e7ea", "#ffffff"
MODEL, SECOND, ACCENT, PALE = "#1d5b8c", "#b4472f", "#d99a34", "#b8c0c7"
SIDES = {"home": SECOND, "host": MODEL, "third": ACCENT, "none": PALE}
OUTCOMES = {"failed": SECOND, "dependent": ACCENT, "stagnant": PALE, "self_standing": MODEL}
PHASES = {"before": GRID, "coupling": MODEL, "decoupling": SECOND, "recoupling": ACCENT}
SCALES = {"global": ACCENT, "intergovernmental": SECOND, "park": MODEL, "enterprise": MUTED}
PALETTE = {
    "ink": INK, "muted": MUTED, "grid": GRID, "paper": PAPER,
    "model": MODEL, "second": SECOND, "accent": ACCENT, "pale": PALE,
}  # fmt: skip
"""Every colour of every figure by its part; Okabe and Ito's blue, vermilion and orange, darkened, and three greys."""

CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "SimHei", "Noto Sans CJK JP", "Noto Serif CJK SC",
)  # fmt: skip
"""Fonts with the Chinese characters, in order of preference; the last two are stand-ins."""

LATIN = "DejaVu Sans"
SIZE = {"title": 11.0, "subtitle": 8.2, "label": 8.2, "small": 7.2, "foot": 6.0}
LABEL: dict[str, Any] = {"size": SIZE["label"], "color": INK}
SMALL: dict[str, Any] = {"size": SIZE["small"], "color": INK}
NOTE: dict[str, Any] = {"size": SIZE["small"], "color": MUTED}
"""How words on axes look: names, numbers, and what is said beside them."""


@cache
def chinese_font() -> str | None:
    """The family used for Chinese characters: this machine's, which has a bold cut, else the one copark brings.

    ``None`` where there is neither, in a damaged installation.
    """
    shipped = chinese_font_file()
    if _preferred() is None and shipped is not None:
        font_manager.fontManager.addfont(shipped)
        # It has no bold cut, which matplotlib says to whoever looks at the terminal.
        logging.getLogger(font_manager.__name__).setLevel(logging.ERROR)
    return _preferred()


def _preferred() -> str | None:
    known = {entry.name for entry in font_manager.fontManager.ttflist}
    return next((name for name in CHINESE if name in known), None)


def families() -> list[str]:
    """The fonts of every figure, in order: the Chinese one (its Latin letters match) and the one matplotlib brings."""
    chinese = chinese_font()
    return [LATIN] if chinese is None else [chinese, LATIN]


@cache
def _characters(fonts: tuple[str, ...]) -> frozenset[int]:
    found: set[int] = set()
    for family in fonts:
        properties = font_manager.FontProperties(family=[family])
        found |= set(font_manager.get_font(font_manager.findfont(properties)).get_charmap())
    return frozenset(found)


def legible(words: str, longest: int = 400) -> str:
    """Words as the fonts can write them: one line, no character without a glyph (``?`` stands in), not endless."""
    known = _characters(tuple(families()))
    plain = " ".join(str(words).split())
    plain = "".join(letter if ord(letter) in known else "?" for letter in plain)
    return plain if len(plain) <= longest else plain[: longest - 1] + "…"


def settings() -> Any:
    """The matplotlib settings of every figure."""
    return {
        "font.family": families(), "font.size": SIZE["label"], "text.parse_math": False, "text.color": INK,
        "axes.facecolor": "none", "axes.spines.left": False, "axes.spines.right": False, "axes.spines.top": False,
        "axes.edgecolor": MUTED, "axes.labelcolor": MUTED, "axes.linewidth": 0.7, "axes.unicode_minus": True,
        "xtick.color": MUTED, "ytick.color": MUTED, "xtick.labelcolor": MUTED, "ytick.labelcolor": MUTED,
        "lines.solid_capstyle": "round", "figure.facecolor": PAPER, "savefig.facecolor": PAPER, "hatch.linewidth": 0.6,
        "svg.fonttype": "path", "svg.hashsalt": "copark", "pdf.fonttype": 3, "path.simplify": True,
    }  # fmt: skip


def styled(build: Callable[P, R]) -> Callable[P, R]:
    """Run a function under the figures' settings and put the reader's own back afterwards."""

    @wraps(build)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        with mpl.rc_context(settings()):
            return build(*args, **kwargs)

    return wrapped


def width_in_ems(words: str) -> float:
    """About how wide words are, in units of the type size: Chinese characters 1, wide capitals 0.65, others 0.5."""
    return sum(1.0 if ord(x) > 0x2E80 else 0.65 if x.isupper() or x in "mw%—" else 0.5 for x in words)


def wrap(words: str, ems: float, lines: int = 3) -> str:
    """Break words into at most ``lines`` lines of about ``ems`` widths; what does not fit ends in an ellipsis.

    Chinese breaks between any two characters, English between words.
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


class Sheet(Figure):
    """A figure that a notebook shows by itself, though no pyplot stands behind it."""

    def _repr_png_(self) -> bytes:
        stream = BytesIO()
        with mpl.rc_context(settings()):
            self.savefig(stream, format="png", dpi=SHOWN_AT)
        return stream.getvalue()


SHOWN_AT = 110
"""Dots an inch of a figure in a notebook."""


def sheet(size: tuple[float, float], title: str, subtitle: str = "", footer: str = "") -> Figure:
    """A blank figure, its size in inches, with its words: title and subtitle above, what made it below."""
    width, height = size
    figure = Sheet(figsize=size, facecolor=PAPER)
    top = height - 0.10
    for words, kind, colour, weight in ((title, "title", INK, "bold"), (subtitle, "subtitle", MUTED, "normal")):
        if words:
            shown = wrap(words, (width - 0.3) * 72.0 / SIZE[kind], 2)
            figure.text(
                0.12 / width, top / height, shown, size=SIZE[kind], color=colour, weight=weight, va="top",
                linespacing=1.25,
            )  # fmt: skip
            top -= (shown.count("\n") + 1) * SIZE[kind] * 1.42 / 72.0
    if footer:
        figure.text(0.12 / width, 0.06 / height, legible(footer), size=SIZE["foot"], color=MUTED, va="bottom")
    return figure


def panel(figure: Figure, left: float, bottom: float, right: float, top: float) -> Axes:
    """Axes at distances from the sheet's edges, in inches, with quiet lines and numbers as people write them."""
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
    """A time axis in years: ticks on whole years, about seven of them."""
    axes.set_xlim(first, last)
    step = next(step for step in (1, 2, 4, 5, 10, 20, 50) if (last - first) / step <= 7.5 or step == 50)
    start = int(-(-first // step) * step)
    axes.set_xticks([float(year) for year in range(start, int(last) + 1, step)])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))


def spread(wanted: Sequence[float], gap: float) -> list[float]:
    """Positions near those wanted and at least ``gap`` apart, in the same order of size; NaN stays where it is."""
    order = sorted((at for at in range(len(wanted)) if isfinite(wanted[at])), key=lambda at: wanted[at])
    placed = list(wanted)
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
    """What a key shows of a line or, with ``linestyle=""``, of a mark."""
    return Line2D([], [], color=colour, **{"marker": marker, "markersize": 4.4, **look})


def key(
    figure: Figure, entries: Iterable[tuple[Any, str]], at: tuple[float, float] = (0.12, 0.2), columns: int = 4,
    **extra: Any,
) -> None:  # fmt: skip
    """A key below the axes, for what cannot be labelled directly: handles with their words; ``at`` in inches."""
    handles, words = zip(*entries, strict=True)
    options: dict[str, Any] = {
        "loc": "lower left", "bbox_to_anchor": at, "bbox_transform": figure.dpi_scale_trans, "ncols": columns,
        "frameon": False, "fontsize": SIZE["label"], "handlelength": 1.2, "handleheight": 0.9, "columnspacing": 1.4,
        **extra,
    }  # fmt: skip
    figure.legend(handles, list(map(legible, words)), **options)


def direct_label(axes: Axes, at: tuple[float, float], words: str, colour: str, **extra: Any) -> None:
    """A label beside what it names, instead of a legend."""
    options: dict[str, Any] = {"size": SIZE["small"], "va": "center", "ha": "left", "clip_on": False, **extra}
    axes.text(*at, legible(words), color=colour, **options)


def _outside(axes: Axes, at: tuple[float, float], coordinates: Any, words: str, aside: Any, look: Any) -> None:
    shown = "\n".join(map(legible, words.split("\n")))
    axes.annotate(
        shown, at, xycoords=coordinates, xytext=aside, textcoords="offset points", annotation_clip=False, **look
    )


def row_name(axes: Axes, row: float, words: str, aside: float = -8.0, **look: Any) -> None:
    """Words left of a row, outside the axes; ``aside`` in points."""
    looks = {**LABEL, "ha": "right", "va": "center", "linespacing": 1.1, **look}
    _outside(axes, (0.0, row), ("axes fraction", "data"), words, (aside, 0.0), looks)


def row_value(axes: Axes, row: float, words: str, aside: float = 6.0, **look: Any) -> None:
    """Words right of a row, outside the axes; ``aside`` in points."""
    _outside(axes, (1.0, row), ("axes fraction", "data"), words, (aside, 0.0), {**LABEL, "va": "center", **look})


def corner(axes: Axes, words: str, aside: tuple[float, float] = (6.0, 4.0), **look: Any) -> None:
    """The head of a column right of the axes, at their upper right corner; ``aside`` in points."""
    _outside(axes, (1.0, 1.0), "axes fraction", words, aside, {**NOTE, "ha": "left", "va": "bottom", **look})


def above(axes: Axes, at: float, words: str, aside: tuple[float, float] = (0.0, 2.5), **look: Any) -> None:
    """Words above the axes at a place of the horizontal one; ``aside`` in points."""
    look = {**NOTE, "ha": "center", "va": "bottom", **look}
    _outside(axes, (at, 1.0), axes.get_xaxis_transform(), words, aside, look)


def in_rows(
    names: Sequence[str], titles: Sequence[str], *, inches: float, high: float, wide: float = 7.4, top: float = 0.9,
    bottom: float = 0.55, right: float = 0.75, lines: int = 2, small: bool = False,
) -> tuple[Figure, Axes]:  # fmt: skip
    """A sheet with a row for each name, the first on top: the names in their inches on the left, axes beside them.

    titles: title, subtitle and footer, as of :func:`sheet`. high: inches of a row. lines: those a name may take.
    """
    count, size = max(len(names), 1), SIZE["small" if small else "label"]
    figure = sheet((wide, top + bottom + high * count), *titles)
    axes = panel(figure, inches, bottom, right, top)
    axes.grid(visible=False)
    axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_yticks([])
    axes.set_ylim(count - 0.4, -0.6)
    for at, name in enumerate(names):
        row_name(axes, at, wrap(name, inches * 72.0 / size - 2.0, lines), -6.0, size=size)
    return figure, axes


def tiles(
    figure: Figure, count: int, columns: int, edges: Sequence[float], tall: float, gaps: Sequence[float]
) -> list[Axes]:
    """Small panels in columns, row by row from the top.

    edges: inches left of, right of and above all of them. tall: inches of one. gaps: inches between columns and rows.
    """
    width, height = figure.get_size_inches()
    left, right, top = edges
    wide = (width - left - right + gaps[0]) / columns
    places = [(left + wide * (at % columns), top + (tall + gaps[1]) * (at // columns)) for at in range(count)]
    return [panel(figure, x, height - y - tall, width - x - wide + gaps[0], y) for x, y in places]


def interval(
    axes: Axes, at: float, ends: Sequence[float], middle: float, colour: str = MODEL, told: str = "",
    half: Sequence[float] = (),
) -> None:  # fmt: skip
    """A line over most of what is possible, a thick one over half of it, a dot in the middle, and words beside."""
    axes.plot(ends, [at, at], color=colour, linewidth=1.2 if half else 2.2, alpha=1.0 if half else 0.55)
    if half:
        axes.plot(half, [at, at], color=colour, linewidth=5.0, alpha=0.38, solid_capstyle="butt")
    axes.plot([middle], [at], "o", color=colour, markersize=4.6)
    if told:
        row_value(axes, at, told)


def stack(axes: Axes, at: float, parts: Iterable[tuple[float, str, str, str]], least: float = 0.05) -> None:
    """A bar of parts that add up: size, colour, hatch and words of each; parts below ``least`` stay without words."""
    start = 0.0
    for size, colour, hatch, words in parts:
        axes.barh(at, size, left=start, height=0.7, facecolor=colour, hatch=hatch, edgecolor=PAPER, linewidth=0.8)
        if size >= least:
            axes.text(
                start + size / 2.0, at, words, ha="center", va="center", size=SIZE["label"],
                color=DARK if colour in (ACCENT, PALE, GRID) else PAPER,
                bbox={"boxstyle": "round,pad=0.15", "facecolor": colour, "edgecolor": "none"},
            )  # fmt: skip
        start += size


def zero(axes: Axes) -> None:
    """A line at no difference, and room on both sides of what is drawn, also where all of it is at one place."""
    axes.axvline(0.0, color=INK, linewidth=0.8)
    axes.margins(x=0.06)
    if axes.get_xlim()[1] - axes.get_xlim()[0] < 1e-9:
        axes.set_xlim(-1.0, 1.0)


def bounds(axes: Axes, values: Iterable[float], *, upright: bool = True) -> None:
    """Dotted lines at bounds."""
    for value in values:
        (axes.axvline if upright else axes.axhline)(value, color=MUTED, linewidth=0.8, linestyle=(0, (1, 2)))


def in_percent(axes: Axes, places: int = 0) -> None:
    """Shares on the horizontal axis, written in per cent."""
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: percent(value, places)))


def fan(axes: Axes, times: Any, levels: Any, alphas: tuple[float, float], width: float, colour: str = MODEL) -> None:
    """Quantiles over time, shape (5, moments): bands between the outer and the inner ones, a line at the median."""
    for (low, high), alpha in zip(((0, 4), (1, 3)), alphas, strict=True):
        axes.fill_between(times, levels[low], levels[high], color=colour, alpha=alpha, linewidth=0)
    axes.plot(times, levels[2], color=colour, linewidth=width)


def fan_ends(axes: Axes, last: float, ends: Sequence[float], median: str) -> None:
    """Names of the lines of a fan, right of its end: 5 %, the median in words, 95 %."""
    low, high = axes.get_ylim()
    start, _ = axes.get_xlim()
    places = spread(ends, (high - low) * 0.055)
    for place, words, weight in zip(places, ("5%", median, "95%"), ("normal", "bold", "normal"), strict=True):
        direct_label(axes, (last + 0.012 * (last - start + 0.75), place), words, MODEL, weight=weight)
