"""The truth table drawn: combinations as dots, cases as bars, consistency against its cutoff.

Marks that several of these figures draw: presence and absence, a footer, a share in a cell.

The configuration chart (Fiss 2011): terms side by side, conditions below each other, fit underneath.

What survives: how often each term is there again, by what was changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from copark.presentation import style
from copark.presentation.numbers import exact, number, percent
from copark.presentation.style import INK, MUTED, PAPER, SIZE, legible
from copark.setmethods.qca import Kind, Robustness, named_survival
from copark.setmethods.qca_sets import ABSENT, NEGATED, PRESENT, Model, fit_of_terms
from copark.texts import text

if TYPE_CHECKING:
    from copark.setmethods.qca import QcaAnalysis, Survival
    from copark.setmethods.qca_sets import Term
    from copark.setmethods.qca_solutions import TruthRow

BIG, SMALL = 130.0, 70.0


def present(axes: Axes, x: float, y: float, size: float = BIG) -> None:
    """A full disc: the condition is present."""
    axes.scatter([x], [y], s=size, color=INK, linewidths=0, zorder=3)


def negated(axes: Axes, x: float, y: float, size: float = BIG) -> None:
    """A crossed circle: the condition is absent."""
    axes.scatter([x], [y], s=size, facecolor=PAPER, edgecolor=INK, linewidths=1.0, zorder=3)
    axes.scatter([x], [y], s=size * 0.42, marker="x", color=INK, linewidths=1.0, zorder=4)


def column_head(axes: Axes, x: float, words: str) -> None:
    """The name of a column above it."""
    axes.annotate(
        legible(words, 24), (x, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 5), textcoords="offset points",
        size=SIZE["label"], color=INK, va="bottom", annotation_clip=False, rotation_mode="anchor", rotation=40.0,
        ha="left",
    )  # fmt: skip


def beside(axes: Axes, x: float, y: float, words: str, *, longest: int = 60, small: bool = True) -> None:
    """Words right of a place."""
    axes.text(
        x, y, legible(words, longest), size=SIZE["small" if small else "label"], color=MUTED, va="center", ha="left",
        clip_on=False,
    )  # fmt: skip


COLOURS = {"1": style.MODEL, "0": style.SECOND, "?": style.PALE}
ROW = 0.26
MOST = 40
"""Rows drawn; the table below has all."""


def observed_rows(found: QcaAnalysis) -> list[TruthRow]:
    """Rows with a case in them: those coded 1 first, then by consistency."""
    rank = {"1": 0, "0": 1, "?": 2}
    rows = [row for row in found.truth.rows if row.n]
    return sorted(rows, key=lambda row: (rank[row.out], -(row.inclusion or 0.0), row.number))


@style.styled
def truth_table_figure(found: QcaAnalysis, lang: str = "en", footer: str = "") -> Figure:
    """Rows with cases: which conditions, how many cases, how consistent, which outcome."""
    lang = style.language(lang)
    rows = observed_rows(found)[:MOST]
    names = found.settings.conditions
    count = len(found.truth.rows)
    subtitle = text(
        "set_methods.figure.truth.subtitle", lang, shown=len(rows), rows=number(count, 0),
        empty=number(count - len(rows), 0),
        incl=exact(found.settings.incl_cut),
    )  # fmt: skip
    title = text("set_methods.figure.truth.title", lang, outcome=found.settings.outcome_name)
    top = 0.92 + 0.045 * max(len(name) for name in names)
    figure = style.sheet((7.6, top + 0.55 + ROW * max(1, len(rows))), title, subtitle, footer)
    left = _grid(figure, len(rows), 0.55, 7.6 - 0.55 - 0.33 * len(names), top)
    for at, name in enumerate(names):
        column_head(left, at, name)
    start = 0.55 + 0.33 * len(names) + 0.25
    middle = _grid(figure, len(rows), start, 7.6 - start - 1.9, top)
    middle.set_xlim(0.0, 1.02)
    middle.axvline(found.settings.incl_cut, color=style.INK, linewidth=0.9, linestyle=(0, (3, 2)))
    middle.set_xticks([0.0, 0.5, 1.0], ["0", "0.5", "1"])
    middle.tick_params(
        axis="x", top=True, bottom=False, labeltop=True, labelbottom=False, labelsize=style.SIZE["small"]
    )
    middle.set_title(text("set_methods.column.inclS", lang), **style.NOTE, pad=14)
    left.set_xlim(-0.6, len(names) - 0.4)
    for at, row in enumerate(rows):
        for place, value in enumerate(row.values):
            (present if value else negated)(left, place, at, SMALL)
        _consistency(middle, at, row)
    _key(figure, lang)
    return figure


def _grid(figure: Figure, rows: int, left: float, right: float, top: float) -> Axes:
    axes = style.panel(figure, left, 0.55, right, top)
    axes.grid(visible=False)
    axes.set_yticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xticks([])
    axes.set_ylim(max(rows, 1) - 0.5, -0.5)
    for at in range(rows):
        axes.axhline(at + 0.5, color=style.GRID, linewidth=0.6)
    return axes


def _consistency(axes: Axes, at: int, row: TruthRow) -> None:
    colour = COLOURS[row.out]
    value = row.inclusion or 0.0
    axes.plot([0.0, value], [at, at], color=colour, linewidth=1.4)
    axes.plot([value], [at], "o", color=colour, markersize=4.6)
    axes.text(
        -0.03, at, row.out, size=style.SIZE["label"], color=colour, weight="bold", ha="right", va="center",
        clip_on=False
    )  # fmt: skip
    beside(axes, 1.06, at, f"{row.n}  {', '.join(row.cases)}", longest=36)
    if row.against and len(row.against) < row.n:
        axes.text(value, at, "  ≠", **style.LABEL, va="center", clip_on=False)


def _key(figure: Figure, lang: str) -> None:
    words = text("set_methods.figure.truth.key", lang)
    width, height = figure.get_size_inches()
    figure.text(0.12 / width, 0.28 / height, style.legible(words), **style.NOTE, va="bottom")


COLUMN, TERM_ROW, NAMES = 0.86, 0.34, 1.9
MOST_TERMS = 8
FEW_TERMS = 3
"""Terms of a chart that stands beside others."""


def drawn_models(models: Sequence[Model]) -> list[Model]:
    """As many tied models as fit beside each other."""
    drawn: list[Model] = []
    for model in models:
        if not drawn or sum(map(len, drawn)) + len(model) <= MOST_TERMS:
            drawn.append(model)
    return drawn


@style.styled
def configuration_chart(
    found: QcaAnalysis, models: Sequence[Model], kind: str, lang: str = "en", footer: str = ""
) -> Figure:  # fmt: skip
    """Paths to the outcome, models beside each other: what is present, absent, or plays no part.

    models: tied models of one kind, of which as many are drawn as fit; kind: ``complex``, ``parsimonious`` or
    ``intermediate``.
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
    width = max(4.9 if columns <= FEW_TERMS else 7.2, NAMES + COLUMN * columns + 0.35)
    size = (width, 1.0 + TERM_ROW * (rows + 5) + 0.3)
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


SURVIVAL_NAMES, SURVIVAL_COLUMN, SURVIVAL_ROW = 2.6, 0.86, 0.36
MOST_SURVIVING = 16


def drawn_terms(found: Robustness, kind: Kind, conditions: Sequence[str]) -> list[tuple[str, dict[str, Survival]]]:
    """Terms to be shown: those asked for, then those met most often elsewhere."""
    rows = list(named_survival(found, kind, conditions).items())
    asked = [row for row in rows if row[1]["all"].asked]
    other = sorted((row for row in rows if not row[1]["all"].asked), key=lambda row: -row[1]["all"].perhaps)
    return [*asked, *other][: max(MOST_SURVIVING, len(asked))]


@style.styled
def survival_chart(
    found: Robustness, kind: Kind, conditions: Sequence[str], lang: str = "en", footer: str = ""
) -> Figure:  # fmt: skip
    """Share of variants in which each term is in every tied model (dark) or in some of them (light).

    Parameters
    ----------
    found
        All variants.
    kind
        Which solution.
    conditions
        Names of the conditions.
    """
    lang = style.language(lang)
    families = ("all", *found.families())
    rows = drawn_terms(found, kind, conditions)
    title = text("set_methods.figure.survival.title", lang, kind=text(f"set_methods.kind.{kind}", lang))
    subtitle = text("set_methods.figure.survival.subtitle", lang)
    asked = sum(one["all"].asked for _, one in rows)
    size = (SURVIVAL_NAMES + SURVIVAL_COLUMN * len(families) + 0.35, 1.5 + SURVIVAL_ROW * (len(rows) + 0.8) + 0.35)
    figure = style.sheet(size, title, subtitle, footer)
    axes = style.panel(figure, SURVIVAL_NAMES, 0.4, 0.3, 1.38)
    axes.grid(visible=False)
    axes.axis("off")
    axes.set_xlim(0.0, len(families))
    axes.set_ylim(len(rows) + 0.7, -0.5)
    for place, family in enumerate(families):
        count = len(found.variants) if family == "all" else sum(one.family == family for one in found.variants)
        words = text(
            "set_methods.figure.survival.head", lang, family=text(f"set_methods.family.{family}", lang), n=count
        )
        axes.text(
            place + 0.06, -0.6, style.wrap(words, 8.4, 3), **style.NOTE, va="bottom", clip_on=False,
            linespacing=1.15,
        )  # fmt: skip
    for at, (name, values) in enumerate(rows):
        y = at if at < asked else at + 0.6
        style.row_name(
            axes,
            y,
            style.wrap(name, SURVIVAL_NAMES * 72.0 / style.SIZE["small"] - 3.0, 2),
            size=style.SIZE["small"],
            color=style.INK if at < asked else style.MUTED,
            weight="bold" if at < asked else "normal",
            linespacing=1.05,
        )
        for place, family in enumerate(families):
            _cell(axes, place, y, values.get(family))
    if asked < len(rows):
        words = text("set_methods.figure.survival.other", lang)
        axes.text(0.06, asked - 0.16, style.legible(words), **style.NOTE, va="center")
    return figure


def _cell(axes: Axes, place: int, y: float, one: Survival | None) -> None:
    wide, high = 0.5, 0.52
    if one is None or not one.variants:
        axes.text(place + 0.06, y, percent(0.0), **style.NOTE, va="center")
        return
    surely, perhaps = one.surely / one.variants, one.perhaps / one.variants
    left = place + 0.06
    axes.add_patch(Rectangle((left, y - high / 2.0), wide, high, facecolor=style.GRID, linewidth=0))
    axes.add_patch(Rectangle((left, y - high / 2.0), wide * perhaps, high, facecolor=style.PALE, linewidth=0))
    axes.add_patch(Rectangle((left, y - high / 2.0), wide * surely, high, facecolor=style.MODEL, linewidth=0))
    axes.text(left + wide + 0.05, y, percent(perhaps), **style.SMALL, va="center")
