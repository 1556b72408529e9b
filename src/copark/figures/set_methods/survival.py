"""What survives: how often each term is there again, by what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from copark.presentation import style
from copark.presentation.numbers import percent
from copark.setmethods.qca.robustness import Kind, Robustness, named_survival
from copark.texts import text

if TYPE_CHECKING:
    from copark.setmethods.qca.robustness import Survival

NAMES, COLUMN, ROW = 2.6, 0.86, 0.36
MOST_TERMS = 16


def drawn_terms(found: Robustness, kind: Kind, conditions: Sequence[str]) -> list[tuple[str, dict[str, Survival]]]:
    """Terms to be shown: those asked for, then those met most often elsewhere."""
    rows = list(named_survival(found, kind, conditions).items())
    asked = [row for row in rows if row[1]["all"].asked]
    other = sorted((row for row in rows if not row[1]["all"].asked), key=lambda row: -row[1]["all"].perhaps)
    return [*asked, *other][: max(MOST_TERMS, len(asked))]


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
    lang
        ``en`` or ``zh``.
    footer
        What made the figure.
    """
    lang = style.language(lang)
    families = ("all", *found.families())
    rows = drawn_terms(found, kind, conditions)
    title = text("set_methods.figure.survival.title", lang, kind=text(f"set_methods.kind.{kind}", lang))
    subtitle = text("set_methods.figure.survival.subtitle", lang)
    asked = sum(one["all"].asked for _, one in rows)
    size = (NAMES + COLUMN * len(families) + 0.35, 1.5 + ROW * (len(rows) + 0.8) + 0.35)
    figure = style.sheet(size, title, subtitle, footer)
    axes = style.panel(figure, NAMES, 0.4, 0.3, 1.38)
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
            style.wrap(name, NAMES * 72.0 / style.SIZE["small"] - 3.0, 2),
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
