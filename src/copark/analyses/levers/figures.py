"""Figures of levers: effects of options on the park and on each side.

Rows are options under the heads of their levers. A side's gain has a shape as well as a colour, so that it
is told without colour: a triangle up for gains, down for losses, a circle where it is unclear, a dash where nothing
changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING

from copark.decisions.measures import FOUR_SIDES
from copark.figures.headed_rows import HeadedRow, write_heads
from copark.model.outcomes import GOOD
from copark.presentation import style
from copark.presentation.document import Kind, plain
from copark.presentation.numbers import axis_number, number, percent, shown
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.analyses.levers import Answer
    from copark.decisions.effects import LeverEffect

ROW = 0.245
"""Inches of a row."""
NAMES = 2.75
"""Inches for the names of options."""
SIDE_NAMES = 2.55
"""Inches for the names of options beside the four sides."""
POINTS = plain(Kind.points)
MARKS = {
    "gains": ("^", style.MODEL),
    "loses": ("v", style.SECOND),
    "un": ("o", style.MUTED),
    "nothing": ("_", style.PALE),
}
"""Shape and colour of a verdict by its beginning."""


def _rows_of(answer: Answer, lang: str) -> list[HeadedRow]:
    """List options under the heads of their levers."""
    rows: list[HeadedRow] = []
    last = None
    for option in answer.options:
        if option.lever.key != last:
            rows.append(HeadedRow(option.lever.title.text(lang), None))
            last = option.lever.key
        rows.append(HeadedRow(option.entry.title.text(lang), option.key))
    return rows


def _footer(answer: Answer, lang: str) -> str:
    cut = answer.provenance.get("posterior_cut")
    state = "unsettled" if not cut else "stale" if answer.provenance.get("posterior_stale") else "posterior"
    return text(
        "levers.figure.footer",
        lang,
        case=answer.case,
        identity=answer.run_id,
        draws=number(answer.draws, 0),
        drawn=text(f"levers.drawn.{state}", lang, cut=cut),
        futures=answer.replicates,
        seed=answer.seed,
    )


def _effects_of(answer: Answer, rows: Sequence[HeadedRow], measure: str) -> list[tuple[int, LeverEffect]]:
    """Return the effects of options on a measure, each with the place of its row."""
    return [(place, answer.effect(row.key, measure)) for place, row in enumerate(rows) if row.key is not None]


def _sheet(
    answer: Answer, measure: str, key: str, corner: str, lang: str, **values: str
) -> tuple[Figure, Axes, list[tuple[int, LeverEffect]]]:
    """Make a sheet with a row for each option.

    Parameters
    ----------
    answer
        Answer about a case's levers.
    measure
        The measure that is drawn.
    key
        Key of the figure's texts.
    corner
        Key of the words above the column of values.
    lang
        Language.
    **values
        Values of the title.

    Returns
    -------
    figure, axes, effects
        The sheet, its axes, and the effect of each option with the place of its row.
    """
    rows = _rows_of(answer, lang)
    title = text(f"levers.figure.{key}.title", lang, **values)
    titles = (title, text(f"levers.figure.{key}.subtitle", lang), _footer(answer, lang))
    names = [row.words if row.key else "" for row in rows]
    figure, axes = style.in_rows(names, titles, inches=NAMES, high=ROW, bottom=0.72, right=0.85, lines=1, small=True)
    write_heads(axes, rows, NAMES)
    style.corner(axes, text(f"levers.figure.{corner}", lang))
    handles = (style.line(style.MODEL, "o"), style.line(style.ACCENT, "|", linestyle=""))
    words = (text(f"levers.key.{name}", lang) for name in (key, "structures"))
    style.key(figure, zip(handles, words, strict=True), columns=2)
    effects = _effects_of(answer, rows, measure)
    return figure, axes, [(place, effect) for place, effect in effects if isfinite(effect.mean)]


def _structures(axes: Axes, place: float, values: Sequence[float]) -> None:
    """Mark where other structures put the middle: small ticks below the line."""
    known = [value for value in values if isfinite(value)]
    axes.plot(known, [place + 0.27] * len(known), "|", color=style.ACCENT, markersize=4.5, markeredgewidth=1.1)


def standing(answer: Answer, lang: str = "en") -> Figure:
    """Draw what each option changes in P(self-standing): Monte Carlo interval, and the change in each structure."""
    figure, axes, effects = _sheet(answer, GOOD.key, "standing", "points", lang)
    for place, effect in effects:
        _structures(axes, place, [100.0 * value for value in effect.by_structure[1:]])
        interval = (100.0 * effect.monte_carlo_low, 100.0 * effect.monte_carlo_high)
        style.interval(axes, place, interval, 100.0 * effect.mean, told=shown(effect.mean, POINTS, lang))
    style.zero(axes)
    return figure


def operating(answer: Answer, lang: str = "en") -> Figure:
    """Draw what each option changes in operating enterprises: half and nine tenths of pairs, and other structures."""
    figure, axes, effects = _sheet(answer, "operating", "operating", "better", lang, quarter=answer.horizon)
    for place, effect in effects:
        _structures(axes, place, effect.by_structure[1:])
        half = (effect.lower_quartile, effect.upper_quartile)
        style.interval(axes, place, (effect.low, effect.high), effect.median, told=percent(effect.above), half=half)
    style.zero(axes)
    return figure


def sides(answer: Answer, lang: str = "en") -> Figure:
    """Draw the coupling seen from each side: what each option brings the four, in M USD, on one signed scale each."""
    rows = _rows_of(answer, lang)
    subtitle = text("levers.figure.sides.subtitle", lang, quarter=answer.pulled)
    size = (9.4, 1.7 + ROW * len(rows))
    figure = style.sheet(size, text("levers.figure.sides.title", lang), subtitle, _footer(answer, lang))
    every = style.tiles(figure, len(FOUR_SIDES), len(FOUR_SIDES), (SIDE_NAMES, 0.2, 0.98), ROW * len(rows), (0.1, 0.0))
    for side, axes in zip(FOUR_SIDES, every, strict=True):
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks([])
        axes.grid(axis="x", color=style.GRID, linewidth=0.7)
        axes.set_title(text(f"levers.side.{side}", lang), **style.LABEL, weight="bold", pad=5)
        _side(axes, _effects_of(answer, rows, side))
    for place, row in enumerate(rows):
        if row.key is not None:
            words = style.wrap(row.words, (SIDE_NAMES - 0.2) * 72.0 / style.SIZE["small"], 1)
            style.row_name(every[0], place, words, -6, size=style.SIZE["small"])
    write_heads(every[0], rows, SIDE_NAMES)
    marks = {
        "gains_surely": ("gains", True),
        "gains": ("gains", False),
        "loses_surely": ("loses", True),
        "loses": ("loses", False),
        "unclear": ("un", True),
        "nothing": ("nothing", True),
    }
    handles = []
    for beginning, is_full in marks.values():
        shape, colour = MARKS[beginning]
        handles.append(style.line(colour, shape, markerfacecolor=colour if is_full else style.PAPER))
    labels = (text(f"levers.key.{name}", lang) for name in marks)
    style.key(figure, zip(handles, labels, strict=True), (0.12, 0.16), columns=6)
    return figure


def _side(axes: Axes, effects: Sequence[tuple[int, LeverEffect]]) -> None:
    """Draw what each option brings one side.

    Parameters
    ----------
    axes
        Axes of the side.
    effects
        The effect of each option, with the place of its row.
    """
    from matplotlib.ticker import FuncFormatter

    axes.set_xscale("symlog", linthresh=3.0, linscale=0.6)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    reach = 10.0
    for place, effect in effects:
        marks = (mark for beginning, mark in MARKS.items() if effect.verdict.startswith(beginning))
        shape, colour = next(marks, MARKS["un"])
        if not isfinite(effect.median):
            continue
        reach = max(reach, abs(effect.low), abs(effect.high))
        axes.plot([effect.low, effect.high], [place, place], color=colour, linewidth=1.5, solid_capstyle="butt")
        face = colour if effect.verdict.endswith("surely") or shape in "o_" else style.PAPER
        axes.plot(
            [effect.median],
            [place],
            shape,
            color=colour,
            markersize=5.5,
            markerfacecolor=face,
            markeredgewidth=1.2,
        )
    axes.set_xlim(-1.4 * reach, 1.4 * reach)
    axes.set_xticks([tick for tick in (-1000, -100, -10, 0, 10, 100, 1000) if abs(tick) <= 1.4 * reach])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: axis_number(value)))
    axes.tick_params(axis="x", labelsize=style.SIZE["small"])
    axes.minorticks_off()
