"""Which setting is robust: ranks with their bands under each criterion, and who is dominated by nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from copark.figures.levers import Row, blank, row_panel
from copark.inference.levers.entries import AS_IT_IS
from copark.inference.levers.measures import RANKED, SIDES
from copark.presentation import style
from copark.presentation.numbers import number, percent
from copark.texts import text

if TYPE_CHECKING:
    from copark.inference.levers.choice import Choice, Ranking
    from copark.inference.levers.findings import Findings

NAMES = 2.55
CRITERIA = (("satisficing", ""), *(("mean_regret", measure) for measure in RANKED))
"""Criteria drawn; ranks by the largest regret stand in the table."""


def ordered(choice: Choice) -> list[int]:
    """Options by the share of states in which they do well enough, then by mean regret in operating enterprises."""
    shares, apart = choice.ranking("satisficing").scores, choice.ranking("mean_regret", "operating").scores
    return sorted(range(len(choice.options)), key=lambda at: (-round(float(shares[at]), 9), float(apart[at])))


def _rows(found: Findings, choice: Choice, lang: str) -> list[Row]:
    return [
        Row(at, found.title(choice.options[option], lang), choice.options[option])
        for at, option in enumerate(ordered(choice))
    ]


def _names(axes: Axes, rows: list[Row]) -> None:
    for row in rows:
        style.row_name(
            axes,
            row.at,
            style.wrap(row.words, (NAMES - 0.2) * 72.0 / style.SIZE["small"], 1),
            -6,
            size=style.SIZE["small"],
            weight="bold" if row.setting == AS_IT_IS else "normal",
        )


@style.styled
def ranks(found: Findings, lang: str = "en") -> Figure:
    """Ranks of all options under each criterion: on all states, and 5 to 95 % of ranks on draws taken again.

    Raises
    ------
    ValueError
        If there is nothing to choose from.
    """
    lang = style.language(lang)
    choice = _choice(found)
    rows = _rows(found, choice, lang)
    title, subtitle = (text(f"levers.figure.ranks.{part}", lang, states=number(choice.states, 0)) for part in PARTS)
    figure = blank(found, rows, title, subtitle, lang, width=9.4)
    width = 0.86
    for column, (criterion, measure) in enumerate(CRITERIA):
        left = NAMES + column * (width + 0.09)
        axes = row_panel(figure, rows, left, 9.4 - left - width)
        if column == 0:
            _names(axes, rows)
        _column(axes, rows, choice, choice.ranking(criterion, measure))
        head = text(f"levers.criterion.{measure or criterion}", lang)
        axes.set_title(style.wrap(head, width * 72.0 / style.SIZE["small"] + 1.0, 2), **style.SMALL, pad=5)
    return figure


PARTS = ("title", "subtitle")


def _choice(found: Findings) -> Choice:
    if found.choice is None:
        raise ValueError("no state to choose in")
    return found.choice


def _column(axes: Axes, rows: list[Row], choice: Choice, ranking: Ranking) -> None:
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
def pareto(found: Findings, lang: str = "en") -> Figure:
    """How often nobody dominates an option on the four sides' mean gains, and those gains themselves.

    Raises
    ------
    ValueError
        If there is nothing to choose from.
    """
    lang = style.language(lang)
    choice = _choice(found)
    rows = _rows(found, choice, lang)
    rows = sorted(rows, key=lambda row: -choice.chance[choice.options.index(str(row.setting))])
    rows = [Row(at, row.words, row.setting) for at, row in enumerate(rows)]
    title, subtitle = (text(f"levers.figure.pareto.{part}", lang) for part in PARTS)
    figure = blank(found, rows, title, subtitle, lang, width=7.4)
    axes = row_panel(figure, rows, NAMES, 3.05)
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
