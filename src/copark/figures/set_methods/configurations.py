"""The configuration chart (Fiss 2011): terms side by side, conditions below each other, fit underneath."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from copark.figures.set_methods.marks import negated, present
from copark.presentation import style
from copark.presentation.numbers import number
from copark.setmethods.qca.sets import ABSENT, NEGATED, PRESENT, Model, fit_of_terms
from copark.texts import text

if TYPE_CHECKING:
    from copark.setmethods.qca.analysis import Analysis
    from copark.setmethods.qca.sets import Term

COLUMN, ROW, NAMES = 0.86, 0.34, 1.9
MOST_TERMS = 8
FEW_TERMS = 3
"""Terms of a chart that stands beside others."""


def sheet_width(columns: int) -> float:
    """Width in inches of a chart of so many terms."""
    return max(4.9 if columns <= FEW_TERMS else 7.2, NAMES + COLUMN * columns + 0.35)


def drawn_models(models: Sequence[Model]) -> list[Model]:
    """As many tied models as fit beside each other."""
    drawn: list[Model] = []
    for model in models:
        if not drawn or sum(map(len, drawn)) + len(model) <= MOST_TERMS:
            drawn.append(model)
    return drawn


@style.styled
def configuration_chart(
    found: Analysis, models: Sequence[Model], kind: str, lang: str = "en", footer: str = ""
) -> Figure:  # fmt: skip
    """Paths to the outcome, models beside each other: what is present, absent, or plays no part.

    Parameters
    ----------
    found
        An analysis.
    models
        Tied models of one kind, of which as many are drawn as fit.
    kind
        ``complex``, ``parsimonious`` or ``intermediate``.
    lang
        ``en`` or ``zh``.
    footer
        What made the figure.
    """
    lang = style.language(lang)
    conditions = found.settings.conditions
    drawn = drawn_models(models)
    columns = sum(map(len, drawn))
    title = text(
        "set_methods.figure.configurations.title",
        lang,
        kind=text(f"set_methods.kind.{kind}", lang),
        outcome=found.settings.outcome_name,
    )
    subtitle = text("set_methods.figure.configurations.subtitle", lang, drawn=len(drawn), models=len(models))
    rows = len(conditions)
    size = (sheet_width(columns), 1.0 + ROW * (rows + 5) + 0.3)
    figure = style.sheet(size, title, subtitle, footer)
    axes = style.panel(figure, NAMES, 0.4, size[0] - NAMES - COLUMN * max(1, columns), 0.95)
    axes.grid(visible=False)
    axes.axis("off")
    axes.set_xlim(-0.5, max(1, columns) - 0.5)
    axes.set_ylim(rows + 4.6, -0.6)
    _names(axes, [*conditions, *(text(f"set_methods.column.{one}", lang) for one in FITS)], rows)
    at = 0
    for number_of, model in enumerate(drawn, start=1):
        each, whole = fit_of_terms(model, found.members, found.outcome)
        for place, (term, fit) in enumerate(zip(model, each, strict=True)):
            _term(axes, at + place, term)
            for row, value in enumerate((fit.inclusion, fit.pri, fit.coverage, fit.unique)):
                _number(axes, at + place, rows + 0.25 + row, value)
        head = text(
            "set_methods.figure.configurations.model", lang, number=number_of, incl=number(whole.inclusion, 3),
            cov=number(whole.coverage, 3),
        )  # fmt: skip
        middle = at + (len(model) - 1) / 2.0
        axes.text(middle, -0.75, style.legible(head), **style.NOTE, ha="center", va="bottom", clip_on=False)
        if at:
            axes.axvline(at - 0.5, color=style.GRID, linewidth=1.4)
        at += len(model)
    return figure


FITS = ("inclS", "PRI", "covS", "covU")


def _names(axes: Axes, names: Sequence[str], conditions: int) -> None:
    for at, name in enumerate(names):
        y = at if at < conditions else at + 0.25
        style.row_name(axes, y, style.legible(name, 30), color=style.INK if at < conditions else style.MUTED)
        if at < conditions:
            axes.axhline(at + 0.5, color=style.GRID, linewidth=0.7)


def _term(axes: Axes, x: float, term: Term) -> None:
    for row, value in enumerate(term):
        if value == PRESENT:
            present(axes, x, row)
        elif value == NEGATED:
            negated(axes, x, row)
    if all(value == ABSENT for value in term):
        axes.text(x, 0, "1", **style.LABEL, ha="center", va="center")


def _number(axes: Axes, x: float, y: float, value: float) -> None:
    axes.text(x, y, number(value, 3), **style.LABEL, ha="center", va="center")
