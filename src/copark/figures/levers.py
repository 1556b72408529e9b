"""What settings of levers change: the park, each side, and where the width of a band comes from.

Rows are settings under the heads of their levers. A side's gain has a shape as well as a colour, so that it is told
without colour: a triangle up for gains, down for losses, a circle where it is unclear, a dash where nothing changes.

Which setting is robust: ranks with their bands under each criterion, and who is dominated by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from copark.inference.levers.entries import AS_IT_IS
from copark.inference.levers.measures import RANKED, SIDES, measure_of
from copark.presentation import style
from copark.presentation.numbers import axis_number, number, percent, unit_title
from copark.texts import text

if TYPE_CHECKING:
    from copark.inference.levers.findings import Choice, Gain, LeverFindings, Ranking

ROW = 0.245
"""Inches of a row."""
NAMES = 2.75
"""Inches for the names of settings."""
TOP, BOTTOM = 0.98, 0.72

MARKS = {
    "gains": ("^", style.MODEL),
    "loses": ("v", style.SECOND),
    "un": ("o", style.MUTED),
    "nothing": ("_", style.PALE),
}
"""Shape and colour of a verdict by its beginning."""


@dataclass(frozen=True)
class SettingRow:
    """A row: its place, its words, and the setting it is of; a head has none."""

    at: int
    words: str
    setting: str | None


def rows_of(found: LeverFindings, lang: str) -> list[SettingRow]:
    """Settings under the heads of their levers."""
    rows: list[SettingRow] = []
    last = None
    for lever, setting in found.settings:
        if lever.key != last:
            rows.append(SettingRow(len(rows), getattr(lever.title, lang), None))
            last = lever.key
        rows.append(SettingRow(len(rows), getattr(setting.title, lang), setting.key))
    return rows


def footer(found: LeverFindings, lang: str) -> str:
    """What made a figure: case, identity, posterior and its cut, draws, futures, seed."""
    return text(
        "levers.figure.footer",
        lang,
        case=found.case,
        identity=found.run_id,
        drawn=drawn_from(found.provenance, lang),
        draws=number(found.draws, 0),
        futures=found.futures,
        seed=found.seed,
    )


def drawn_from(made: dict[str, Any], lang: str) -> str:
    """Where draws come from, in words."""
    cut = made.get("posterior_cut")
    if not cut:
        return text("levers.drawn.unsettled", lang)
    return text("levers.drawn.stale" if made.get("posterior_stale") else "levers.drawn.posterior", lang, cut=cut)


def blank(
    found: LeverFindings, rows: Sequence[SettingRow], title: str, subtitle: str, lang: str, width: float = 7.4
) -> Figure:
    """A sheet as high as its rows."""
    height = TOP + BOTTOM + ROW * len(rows)
    return style.sheet((width, height), title, subtitle, footer(found, lang))


def row_panel(figure: Figure, rows: Sequence[SettingRow], left: float, right: float) -> Axes:
    """Axes with a line for each row and no ticks beside them."""
    axes = style.panel(figure, left, BOTTOM, right, TOP)
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_yticks([])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    return axes


def write_names(axes: Axes, rows: Sequence[SettingRow], inches: float = NAMES) -> None:
    """Names left of the axes; heads bold."""
    for row in rows:
        is_head = row.setting is None
        style.row_name(
            axes,
            row.at,
            style.wrap(row.words, (inches - 0.2) * 72.0 / style.SIZE["small"], 1),
            -inches * 72.0 + 14.0 if is_head else -6,
            ha="left" if is_head else "right",
            size=style.SIZE["label"] if is_head else style.SIZE["small"],
            weight="bold" if is_head else "normal",
        )
        if is_head and row.at:
            axes.axhline(row.at - 0.5, color=style.GRID, linewidth=0.7)


def tried(found: LeverFindings, rows: Sequence[SettingRow], measure: str) -> Iterator[tuple[SettingRow, Gain]]:
    """Rows of settings with their gains in a measure."""
    for row in rows:
        if row.setting is not None:
            yield row, found.gain(row.setting, measure)


@style.styled
def standing(found: LeverFindings, lang: str = "en") -> Figure:
    """What each setting changes in P(self-standing): points, Monte Carlo interval, and the change in each structure."""
    lang = style.language(lang)
    rows = rows_of(found, lang)
    subtitle = text("levers.figure.standing.subtitle", lang)
    figure = blank(found, rows, text("levers.figure.standing.title", lang), subtitle, lang)
    axes = row_panel(figure, rows, NAMES, 0.85)
    write_names(axes, rows)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    for row, one in tried(found, rows, "self_standing"):
        _structures(axes, row.at, [100.0 * value for value in one.by_structure[1:]])
        axes.plot([100.0 * one.low, 100.0 * one.high], [row.at, row.at], color=style.MODEL, linewidth=2.2)
        axes.plot([100.0 * one.mean], [row.at], "o", color=style.MODEL, markersize=4.5, markeredgecolor=style.PAPER)
        _beside(axes, row.at, _signed(100.0 * one.mean, 1))
    axes.margins(x=0.05)
    _heading(axes, text("levers.figure.points", lang))
    _keys(figure, lang, "standing")
    return figure


@style.styled
def operating(found: LeverFindings, lang: str = "en") -> Figure:
    """What each setting changes in operating enterprises: half and nine tenths of pairs, medians under structures."""
    lang = style.language(lang)
    rows = rows_of(found, lang)
    title = text("levers.figure.operating.title", lang, quarter=found.horizon)
    figure = blank(found, rows, title, text("levers.figure.operating.subtitle", lang), lang)
    axes = row_panel(figure, rows, NAMES, 0.85)
    write_names(axes, rows)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    for row, one in tried(found, rows, "operating"):
        if not isfinite(one.median):
            continue
        _structures(axes, row.at, one.by_structure[1:])
        low, lower, middle, upper, high = one.levels
        axes.plot([low, high], [row.at, row.at], color=style.MODEL, linewidth=1.2)
        axes.plot([lower, upper], [row.at, row.at], color=style.MODEL, linewidth=5.0, alpha=0.38, solid_capstyle="butt")
        axes.plot([middle], [row.at], "o", color=style.MODEL, markersize=4.5, markeredgecolor=style.PAPER)
        _beside(axes, row.at, percent(one.better))
    axes.margins(x=0.05)
    _heading(axes, text("levers.figure.better", lang))
    _keys(figure, lang, "operating")
    return figure


def _structures(axes: Axes, at: float, values: Sequence[float]) -> None:
    """Where other structures put the middle: small ticks on a thin line."""
    known = [value for value in values if isfinite(value)]
    if known:
        axes.plot(known, [at + 0.27] * len(known), "|", color=style.ACCENT, markersize=4.5, markeredgewidth=1.1)


def _beside(axes: Axes, at: float, words: str) -> None:
    style.row_value(axes, at, words, **style.SMALL)


def _heading(axes: Axes, words: str) -> None:
    style.corner(axes, words, (6, 3))


def _signed(value: float, places: int) -> str:
    shown = number(value, places)
    return f"+{shown}" if value > 0.0 and shown.strip("0.") else shown


def _keys(figure: Figure, lang: str, name: str) -> None:
    from matplotlib.lines import Line2D

    entries = [
        (
            Line2D([], [], color=style.MODEL, marker="o", markersize=4.5, linewidth=2.2),
            text(f"levers.key.{name}", lang),
        ),
        (
            Line2D([], [], color=style.ACCENT, marker="|", linestyle="", markersize=6),
            text("levers.key.structures", lang),
        ),
    ]
    style.key(figure, entries, (0.12, 0.18), columns=2)


@style.styled
def sides(found: LeverFindings, lang: str = "en") -> Figure:
    """The coupling seen from each side: what each setting brings the four, in M USD, on one signed scale each."""
    lang = style.language(lang)
    rows = rows_of(found, lang)
    title = text("levers.figure.sides.title", lang)
    subtitle = text("levers.figure.sides.subtitle", lang, quarter=found.pulled)
    figure = blank(found, rows, title, subtitle, lang, width=9.4)
    width, first = 1.56, 2.55
    for number_of, side in enumerate(SIDES):
        left = first + number_of * (width + 0.1)
        axes = row_panel(figure, rows, left, 9.4 - left - width)
        if number_of == 0:
            write_names(axes, rows, first)
        _side(axes, list(tried(found, rows, side)), rows)
        axes.set_title(text(f"levers.side.{side}", lang), **style.LABEL, weight="bold", pad=5)
    _verdict_key(figure, lang)
    return figure


def _side(axes: Axes, entries: Sequence[tuple[SettingRow, Gain]], rows: Sequence[SettingRow]) -> None:
    axes.set_xscale("symlog", linthresh=3.0, linscale=0.6)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    for row in rows:
        if row.setting is None and row.at:
            axes.axhline(row.at - 0.5, color=style.GRID, linewidth=0.7)
    reach = 10.0
    for row, one in entries:
        shape, colour = next((mark for begins, mark in MARKS.items() if one.verdict.startswith(begins)), MARKS["un"])
        low, _, middle, _, high = one.levels
        if not isfinite(middle):
            continue
        reach = max(reach, abs(low), abs(high))
        axes.plot([low, high], [row.at, row.at], color=colour, linewidth=1.5, solid_capstyle="butt")
        sure = one.verdict.endswith("surely")
        axes.plot(
            [middle], [row.at], shape, color=colour, markersize=5.5, markeredgecolor=colour,
            markerfacecolor=colour if sure or shape in "o_" else style.PAPER, markeredgewidth=1.2,
        )  # fmt: skip
    axes.set_xlim(-1.4 * reach, 1.4 * reach)
    ticks = [-1000, -100, -10, 0, 10, 100, 1000]
    axes.set_xticks([tick for tick in ticks if abs(tick) <= 1.4 * reach])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: axis_number(value)))
    axes.tick_params(axis="x", labelsize=style.SIZE["small"], which="major")
    axes.minorticks_off()


def _verdict_key(figure: Figure, lang: str) -> None:
    from matplotlib.lines import Line2D

    def handle(shape: str, colour: str, *, full: bool) -> Line2D:
        face = colour if full else style.PAPER
        return Line2D([], [], color=colour, marker=shape, markerfacecolor=face, linewidth=1.4, markersize=5.5)

    entries = [
        (handle(*MARKS["gains"], full=True), text("levers.key.gains_surely", lang)),
        (handle(*MARKS["gains"], full=False), text("levers.key.gains", lang)),
        (handle(*MARKS["loses"], full=True), text("levers.key.loses_surely", lang)),
        (handle(*MARKS["loses"], full=False), text("levers.key.loses", lang)),
        (handle(*MARKS["un"], full=True), text("levers.key.unclear", lang)),
        (handle(*MARKS["nothing"], full=True), text("levers.key.nothing", lang)),
    ]
    style.key(figure, entries, (0.12, 0.16), columns=6)


PARTS = (("structure", style.ACCENT, "///"), ("parameters", style.MODEL, ""), ("luck", style.PALE, "..."))


@style.styled
def widths(found: LeverFindings, measure: str = "operating", lang: str = "en") -> Figure:
    """Where the width of each band comes from: another structure, another draw of parameters, other random numbers."""
    lang = style.language(lang)
    rows = rows_of(found, lang)
    told = f"{text(f'levers.measure.{measure}', lang)} ({unit_title(measure_of(measure).unit, lang)})"
    title = text("levers.figure.widths.title", lang, measure=told)
    figure = blank(found, rows, title, text("levers.figure.widths.subtitle", lang), lang)
    axes = row_panel(figure, rows, NAMES, 0.85)
    write_names(axes, rows)
    axes.set_xlim(0.0, 100.0)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}%"))
    for row, one in tried(found, rows, measure):
        start = 0.0
        shares = one.sources.shares
        for share, (_, colour, hatch) in zip(shares, PARTS, strict=True):
            if isfinite(share):
                axes.barh(
                    row.at, 100.0 * share, left=start, height=0.66, facecolor=colour, hatch=hatch,
                    edgecolor=style.PAPER, linewidth=0.5,
                )  # fmt: skip
                start += 100.0 * share
        _beside(axes, row.at, number(float(np.sqrt(one.sources.total)), 2))
    _heading(axes, text("levers.figure.deviation", lang))
    entries = [
        (Patch(facecolor=colour, hatch=hatch, edgecolor=style.PAPER), text(f"levers.part.{name}", lang))
        for name, colour, hatch in PARTS
    ]
    style.key(figure, entries, (0.12, 0.18), columns=3)
    return figure


CHOICE_NAMES = 2.55
CRITERIA = (("satisficing", ""), *(("mean_regret", measure) for measure in RANKED))
"""Criteria drawn; ranks by the largest regret stand in the table."""


def ordered(choice: Choice) -> list[int]:
    """Options by the share of states in which they do well enough, then by mean regret in operating enterprises."""
    shares, apart = choice.ranking("satisficing").scores, choice.ranking("mean_regret", "operating").scores
    return sorted(range(len(choice.options)), key=lambda at: (-round(float(shares[at]), 9), float(apart[at])))


def _rows(found: LeverFindings, choice: Choice, lang: str) -> list[SettingRow]:
    return [
        SettingRow(at, found.title(choice.options[option], lang), choice.options[option])
        for at, option in enumerate(ordered(choice))
    ]


def _names(axes: Axes, rows: list[SettingRow]) -> None:
    for row in rows:
        style.row_name(
            axes,
            row.at,
            style.wrap(row.words, (CHOICE_NAMES - 0.2) * 72.0 / style.SIZE["small"], 1),
            -6,
            size=style.SIZE["small"],
            weight="bold" if row.setting == AS_IT_IS else "normal",
        )


@style.styled
def ranks(found: LeverFindings, lang: str = "en") -> Figure:
    """Ranks of all options under each criterion: on all states, and 5 to 95 % of ranks on draws taken again.

    Raises ValueError if there is nothing to choose from.
    """
    lang = style.language(lang)
    choice = _choice(found)
    rows = _rows(found, choice, lang)
    title, subtitle = (
        text(f"levers.figure.ranks.{part}", lang, states=number(choice.states, 0)) for part in ("title", "subtitle")
    )
    figure = blank(found, rows, title, subtitle, lang, width=9.4)
    width = 0.86
    for column, (criterion, measure) in enumerate(CRITERIA):
        left = CHOICE_NAMES + column * (width + 0.09)
        axes = row_panel(figure, rows, left, 9.4 - left - width)
        if column == 0:
            _names(axes, rows)
        _column(axes, rows, choice, choice.ranking(criterion, measure))
        head = text(f"levers.criterion.{measure or criterion}", lang)
        axes.set_title(style.wrap(head, width * 72.0 / style.SIZE["small"] + 1.0, 2), **style.SMALL, pad=5)
    return figure


def _choice(found: LeverFindings) -> Choice:
    if found.choice is None:
        raise ValueError("no state to choose in")
    return found.choice


def _column(axes: Axes, rows: list[SettingRow], choice: Choice, ranking: Ranking) -> None:
    place = {option: at for at, option in enumerate(choice.options)}
    count = len(choice.options)
    axes.set_xlim(count + 0.8, 0.2)
    axes.set_xticks([1, (count + 1) // 2, count] if count > 2 else [1, count])
    axes.tick_params(axis="x", labelsize=style.SIZE["small"])
    for row in rows:
        at = place[str(row.setting)]
        low, high = ranking.stability.low[at], ranking.stability.high[at]
        first = ranking.stability.rank[at] == 1
        axes.plot([low, high], [row.at, row.at], color=style.MODEL if first else style.MUTED, linewidth=1.6)
        axes.plot(
            [ranking.stability.rank[at]], [row.at], "D" if first else "o", color=style.MODEL if first else style.MUTED,
            markersize=5.0 if first else 4.0, markeredgecolor=style.PAPER, markeredgewidth=0.6,
        )  # fmt: skip


@style.styled
def pareto(found: LeverFindings, lang: str = "en") -> Figure:
    """How often nobody dominates an option on the four sides' mean gains, and those gains themselves.

    Raises ValueError if there is nothing to choose from.
    """
    lang = style.language(lang)
    choice = _choice(found)
    rows = _rows(found, choice, lang)
    rows = sorted(rows, key=lambda row: -choice.chance[choice.options.index(str(row.setting))])
    rows = [SettingRow(at, row.words, row.setting) for at, row in enumerate(rows)]
    title, subtitle = (text(f"levers.figure.pareto.{part}", lang) for part in ("title", "subtitle"))
    figure = blank(found, rows, title, subtitle, lang, width=7.4)
    axes = row_panel(figure, rows, CHOICE_NAMES, 3.05)
    _names(axes, rows)
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.5, 1.0], ["0%", "50%", "100%"])
    for row in rows:
        at = choice.options.index(str(row.setting))
        chosen = bool(choice.pareto[at])
        axes.barh(
            row.at, choice.chance[at], height=0.62, facecolor=style.MODEL if chosen else style.PALE,
            hatch="" if chosen else "///", edgecolor=style.PAPER, linewidth=0.5,
        )  # fmt: skip
        _write(axes, row.at, 0.0, percent(float(choice.chance[at])), weight="bold" if chosen else "normal")
        for column, value in enumerate(choice.means[at]):
            _write(axes, row.at, 0.62 + 0.6 * column, _whole(float(value)))
    for column, side in enumerate(SIDES):
        style.corner(
            axes,
            style.wrap(text(f"levers.side.{side}", lang), 0.62 * 72.0 / style.SIZE["small"], 2),
            (72.0 * (0.62 + 0.6 * column) + 36, 3),
            ha="right",
        )
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    return figure


def _write(axes: Axes, at: int, inches: float, words: str, weight: str = "normal") -> None:
    style.row_value(axes, at, words, 72.0 * inches + 36, size=style.SIZE["small"], ha="right", weight=weight)


def _whole(value: float) -> str:
    shown = number(value, 0 if np.abs(value) >= 10 else 1)
    return f"+{shown}" if value > 0.0 and shown.strip("0.,") else shown
