"""Figure of all parks' published results, added up, beside the model's of the same years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.analyses.accounts.figures import WHOSE
from copark.presentation import style
from copark.presentation.numbers import axis_number
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    from copark.analyses.parks_accounts import Answer
LOWER = "at-least"
LINEAR = 1.0
"""Results below which the axis is linear, M USD: it shows losses, nothing and hundreds of millions."""


def results(answer: Answer, lang: str = "en") -> Figure:
    """Draw a row for each park whose results are published: their sum, and the model's median and 90 % interval."""
    from matplotlib.ticker import NullLocator, SymmetricalLogLocator

    names = []
    for park, total in answer.added:
        span = str(total.first)
        if total.last != total.first:
            span = text("parks_accounts.span", lang, first=total.first, last=total.last)
        periods = text(f"accounts.periods.{'one' if total.periods == 1 else 'many'}", lang, count=total.periods)
        names.append(text("parks_accounts.figure.row", lang, park=park.park.text(lang), years=span, periods=periods))
    titles = [text(f"parks_accounts.figure.{part}", lang, runs=answer.runs) for part in ("title", "subtitle", "footer")]
    figure, axes = style.in_rows(names, titles, inches=2.5, high=0.42, bottom=0.78, right=0.3)
    axes.set_xscale("symlog", linthresh=LINEAR)
    axes.xaxis.set_major_locator(SymmetricalLogLocator(base=10.0, linthresh=LINEAR))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: axis_number(value))
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    seen: dict[str, tuple[Line2D, str]] = {}
    for place, (_, total) in enumerate(answer.added):
        style.interval(axes, place, (total.model.low, total.model.high), total.model.median)
        mark, edge, face = WHOSE[total.whose]
        shape = ">" if total.at_least else mark
        axes.plot([total.published], [place], shape, color=edge, markerfacecolor=face, ms=5.4, zorder=5)
        handle = style.line(edge, mark, linestyle="", markerfacecolor=face)
        seen.setdefault(total.whose, (handle, text(f"accounts.figure.whose.{total.whose}", lang)))
    if any(total.at_least for _, total in answer.added):
        seen[LOWER] = (style.line(style.SECOND, ">", linestyle=""), text("accounts.figure.lower", lang))
    handles = [(style.line(style.MODEL, "o", linewidth=2.0), text("accounts.figure.model_band", lang)), *seen.values()]
    style.key(figure, handles, columns=4)
    return figure
