"""What settings of levers change in the park and for each side, and what observations would tell of each claim.

Rows of levers are settings under the heads of their levers. A side's gain has a shape as well as a colour, so that it
is told without colour: a triangle up for gains, down for losses, a circle where it is unclear, a dash where nothing
changes.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from copark.analyses.levers.measures import SIDES
from copark.presentation import style
from copark.presentation.document import Kind, plain
from copark.presentation.numbers import axis_number, number, percent, shown
from copark.texts import text

if TYPE_CHECKING:
    from copark.analyses.levers.findings import Gain, LeverFindings

ROW = 0.245
"""Inches of a row."""
NAMES, CLAIMS = 2.75, 3.1
"""Inches for the names of settings, and of observations."""
POINTS = plain(Kind.points)
MARKS = {"gains": ("^", style.MODEL), "loses": ("v", style.SECOND), "un": ("o", style.MUTED),
         "nothing": ("_", style.PALE)}  # fmt: skip
"""Shape and colour of a verdict by its beginning."""


class SettingRow(NamedTuple):
    """A row: its words, and the setting it is of; a head has none."""

    words: str
    setting: str | None


def _rows_of(found: LeverFindings, lang: str) -> list[SettingRow]:
    """Settings under the heads of their levers."""
    rows: list[SettingRow] = []
    last = None
    for lever, setting in found.settings:
        if lever.key != last:
            rows.append(SettingRow(getattr(lever.title, lang), None))
            last = lever.key
        rows.append(SettingRow(getattr(setting.title, lang), setting.key))
    return rows


def _footer(found: LeverFindings, lang: str) -> str:
    cut = found.provenance.get("posterior_cut")
    state = "unsettled" if not cut else "stale" if found.provenance.get("posterior_stale") else "posterior"
    return text(
        "levers.figure.footer", lang, case=found.case, identity=found.run_id, draws=number(found.draws, 0),
        drawn=text(f"levers.drawn.{state}", lang, cut=cut), futures=found.futures, seed=found.seed,
    )  # fmt: skip


def _heads(axes: Axes, rows: Sequence[SettingRow], inches: float) -> None:
    """Heads of levers, bold and at the left edge, with a line above."""
    for at, row in enumerate(rows):
        if row.setting is None:
            style.row_name(axes, at, style.wrap(row.words, 60.0, 1), -inches * 72.0 + 14.0, ha="left", weight="bold")
            if at:
                axes.axhline(at - 0.5, color=style.GRID, linewidth=0.7)


def _changes(
    found: LeverFindings, measure: str, key: str, head: str, lang: str, **values: str
) -> tuple[Figure, Axes, list[tuple[int, Gain]]]:
    """A sheet with a row for each setting, its axes, and where each setting's gain in a measure belongs."""
    rows = _rows_of(found, lang)
    titles = (text(f"levers.figure.{key}.title", lang, **values), text(f"levers.figure.{key}.subtitle", lang),
              _footer(found, lang))  # fmt: skip
    names = [row.words if row.setting else "" for row in rows]
    figure, axes = style.in_rows(
        names, titles, inches=NAMES, high=ROW, bottom=0.72, right=0.85, lines=1, small=True
    )  # fmt: skip
    _heads(axes, rows, NAMES)
    style.corner(axes, text(f"levers.figure.{head}", lang))
    handles = (style.line(style.MODEL, "o"), style.line(style.ACCENT, "|", linestyle=""))
    words = (text(f"levers.key.{one}", lang) for one in (key, "structures"))
    style.key(figure, zip(handles, words, strict=True), columns=2)
    gains = [(at, found.gain(row.setting, measure)) for at, row in enumerate(rows) if row.setting is not None]
    return figure, axes, [(at, one) for at, one in gains if isfinite(one.mean)]


def _structures(axes: Axes, at: float, values: Sequence[float]) -> None:
    """Where other structures put the middle: small ticks below the line."""
    known = [value for value in values if isfinite(value)]
    axes.plot(known, [at + 0.27] * len(known), "|", color=style.ACCENT, markersize=4.5, markeredgewidth=1.1)


def standing(found: LeverFindings, lang: str = "en") -> Figure:
    """What each setting changes in P(self-standing): points, Monte Carlo interval, and the change in each structure."""
    figure, axes, rows = _changes(found, "self_standing", "standing", "points", lang)
    for at, one in rows:
        _structures(axes, at, [100.0 * value for value in one.by_structure[1:]])
        told = shown(one.mean, POINTS, lang)
        style.interval(axes, at, (100.0 * one.low, 100.0 * one.high), 100.0 * one.mean, told=told)
    style.zero(axes)
    return figure


def operating(found: LeverFindings, lang: str = "en") -> Figure:
    """What each setting changes in operating enterprises: half and nine tenths of pairs, medians under structures."""
    figure, axes, rows = _changes(found, "operating", "operating", "better", lang, quarter=found.horizon)
    for at, one in rows:
        _structures(axes, at, one.by_structure[1:])
        low, lower, middle, upper, high = one.levels
        style.interval(axes, at, (low, high), middle, told=percent(one.better), half=(lower, upper))
    style.zero(axes)
    return figure


def sides(found: LeverFindings, lang: str = "en") -> Figure:
    """The coupling seen from each side: what each setting brings the four, in M USD, on one signed scale each."""
    rows, first = _rows_of(found, lang), 2.55
    titles = (text("levers.figure.sides.title", lang), text("levers.figure.sides.subtitle", lang, quarter=found.pulled))
    figure = style.sheet((9.4, 1.7 + ROW * len(rows)), *titles, _footer(found, lang))
    every = style.tiles(figure, len(SIDES), len(SIDES), (first, 0.2, 0.98), ROW * len(rows), (0.1, 0.0))
    for side, axes in zip(SIDES, every, strict=True):
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_yticks([])
        axes.grid(axis="x", color=style.GRID, linewidth=0.7)
        axes.set_title(text(f"levers.side.{side}", lang), **style.LABEL, weight="bold", pad=5)
        _side(axes, [(at, found.gain(row.setting, side)) for at, row in enumerate(rows) if row.setting is not None])
    for at, row in enumerate(rows):
        if row.setting is not None:
            words = style.wrap(row.words, (first - 0.2) * 72.0 / style.SIZE["small"], 1)
            style.row_name(every[0], at, words, -6, size=style.SIZE["small"])
    _heads(every[0], rows, first)
    marks = {"gains_surely": ("gains", True), "gains": ("gains", False), "loses_surely": ("loses", True),
             "loses": ("loses", False), "unclear": ("un", True), "nothing": ("nothing", True)}  # fmt: skip
    handles = [
        style.line(MARKS[begins][1], MARKS[begins][0], markerfacecolor=MARKS[begins][1] if is_full else style.PAPER)
        for begins, is_full in marks.values()
    ]
    told = (text(f"levers.key.{name}", lang) for name in marks)
    style.key(figure, zip(handles, told, strict=True), (0.12, 0.16), columns=6)
    return figure


def _side(axes: Axes, entries: Sequence[tuple[int, Gain]]) -> None:
    axes.set_xscale("symlog", linthresh=3.0, linscale=0.6)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    reach = 10.0
    for at, one in entries:
        shape, colour = next((mark for begins, mark in MARKS.items() if one.verdict.startswith(begins)), MARKS["un"])
        low, _, middle, _, high = one.levels
        if not isfinite(middle):
            continue
        reach = max(reach, abs(low), abs(high))
        axes.plot([low, high], [at, at], color=colour, linewidth=1.5, solid_capstyle="butt")
        face = colour if one.verdict.endswith("surely") or shape in "o_" else style.PAPER
        axes.plot([middle], [at], shape, color=colour, markersize=5.5, markerfacecolor=face, markeredgewidth=1.2)
    axes.set_xlim(-1.4 * reach, 1.4 * reach)
    axes.set_xticks([tick for tick in (-1000, -100, -10, 0, 10, 100, 1000) if abs(tick) <= 1.4 * reach])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: axis_number(value)))
    axes.tick_params(axis="x", labelsize=style.SIZE["small"])
    axes.minorticks_off()


class Bars(NamedTuple):
    """A claim with the observations that tell most of it."""

    title: str
    rows: tuple[tuple[str, float, float, float], ...]
    """Each observation, the gain, its standard error, and the share of worlds in which it decides the claim."""


def gain_bars(found: Sequence[Bars], title: str, subtitle: str, heads: tuple[str, str], foot: str) -> Figure:
    """A bar of gain for each observation, under the head of its claim, with its standard error.

    heads: words of the axis and of the column of shares.
    """
    rows: list[SettingRow] = []
    for claim in found:
        rows += [SettingRow(claim.title, None), *(SettingRow(name, name) for name, *_ in claim.rows)]
    names = [row.words if row.setting else "" for row in rows]
    figure, axes = style.in_rows(
        names, (title, subtitle, foot), inches=CLAIMS, high=0.2, wide=7.6, bottom=0.62, right=0.95, lines=1, small=True
    )  # fmt: skip
    _heads(axes, rows, CLAIMS)
    at = 0
    for claim in found:
        for _, gain, error, decided in claim.rows:
            at += 1
            axes.barh(at, max(gain, 0.0), height=0.62, color=style.MODEL)
            axes.plot([max(gain - error, 0.0), gain + error], [at, at], color=style.INK, linewidth=0.9)
            style.row_value(axes, at, percent(decided), **style.SMALL)
        at += 1
    axes.set_xlim(left=0.0)
    axes.set_xlabel(style.legible(heads[0]), fontsize=style.SIZE["small"])
    style.corner(axes, heads[1])
    return figure
