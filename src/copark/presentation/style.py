"""One look for every figure: palette, type, sheet and axes.

Figures are made without pyplot, so that nothing is shown, kept open or left behind in a global state; text of a case
is never read as mathematics.

The Chinese font that comes with copark, so that no machine needs one of its own.
"""

import logging
from collections.abc import Callable, Sequence
from functools import cache, wraps
from importlib.util import find_spec
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from copark.presentation.numbers import axis_number


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


def language(lang: str) -> str:
    """The language of a figure's labels: English where Chinese is asked for and no font has the characters."""
    return "en" if lang == "zh" and chinese_font() is None else lang


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


def sheet(size: tuple[float, float], title: str, subtitle: str = "", footer: str = "") -> Figure:
    """A blank figure with its words: title and subtitle above, what made it below.

    Parameters
    ----------
    size
        Width and height in inches.
    title, subtitle, footer
        Words; wrapped to the width.
    """
    width, height = size
    figure = Figure(figsize=size, facecolor=PAPER)
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
    axes.set_facecolor("none")
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
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


def key(
    figure: Figure, entries: Sequence[tuple[Any, str]], at: tuple[float, float], columns: int = 4, **extra: Any
) -> None:
    """A key below the axes, for what cannot be labelled directly: handles with their words; ``at`` in inches."""
    width, height = figure.get_size_inches()
    options: dict[str, Any] = {
        "loc": "lower left", "bbox_to_anchor": (at[0] / width, at[1] / height), "ncols": columns, "frameon": False,
        "fontsize": SIZE["label"], "handlelength": 1.2, "handleheight": 0.9, "columnspacing": 1.4, **extra,
    }  # fmt: skip
    figure.legend([handle for handle, _ in entries], [legible(words) for _, words in entries], **options)


def direct_label(axes: Axes, at: tuple[float, float], words: str, colour: str, **extra: Any) -> None:
    """A label beside what it names, instead of a legend."""
    options: dict[str, Any] = {"size": SIZE["small"], "va": "center", "ha": "left", "clip_on": False, **extra}
    axes.text(*at, legible(words), color=colour, **options)


def _outside(axes: Axes, at: tuple[float, float], coordinates: Any, words: str, aside: Any, look: Any) -> None:
    axes.annotate(
        words, at, xycoords=coordinates, xytext=aside, textcoords="offset points", annotation_clip=False, **look
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


def rows(axes: Axes, count: int, *, grid: bool = True) -> None:
    """Axes for rows, the first on top, whose names stand beside; with a grid upright."""
    axes.grid(visible=False)
    if grid:
        axes.grid(axis="x", color=GRID, linewidth=0.7)
    axes.set_yticks([])
    axes.set_ylim(count - 0.4, -0.6)


def room(axes: Axes) -> None:
    """Room on both sides of what is drawn, also where all of it is at one place."""
    axes.margins(x=0.06)
    if axes.get_xlim()[1] - axes.get_xlim()[0] < 1e-9:
        axes.set_xlim(-1.0, 1.0)


def fan(axes: Axes, times: Any, levels: Any, alphas: tuple[float, float], width: float, colour: str = MODEL) -> None:
    """Quantiles over time, shape (5, moments): bands between the outer and the inner ones, a line at the median."""
    for (low, high), alpha in zip(((0, 4), (1, 3)), alphas, strict=True):
        axes.fill_between(times, levels[low], levels[high], color=colour, alpha=alpha, linewidth=0)
    axes.plot(times, levels[2], color=colour, linewidth=width)
