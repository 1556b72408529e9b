"""Weight and power of voters side by side."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.figure import Figure

from copark.presentation import style
from copark.presentation.numbers import number, percent
from copark.setmethods.power import Power
from copark.texts import text


@style.styled
def power_bars(found: Power, voters: Sequence[str], lang: str = "en", footer: str = "") -> Figure:
    """Each voter's share of the weights, Shapley-Shubik index and normalised Banzhaf index."""
    lang = style.language(lang)
    count = len(voters)
    title = text("set_methods.figure.power.title", lang)
    total = sum(found.weights)
    subtitle = text("set_methods.figure.power.subtitle", lang, quota=number(found.quota, 0), total=number(total, 0))
    figure = style.sheet((7.2, 1.5 + 0.62 * count), title, subtitle, footer)
    axes = style.panel(figure, 1.7, 0.72, 0.7, 0.72)
    axes.grid(visible=False)
    axes.grid(axis="x", color=style.GRID, linewidth=0.7)
    axes.set_yticks(range(count), [style.legible(voter, 24) for voter in voters])
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_xlim(0.0, 1.0)
    axes.set_xticks([0.0, 0.25, 0.5, 0.75, 1.0], ["0%", "25%", "50%", "75%", "100%"])
    kinds = (
        ("weight", style.PALE, [weight / total for weight in found.weights]),
        ("shapley", style.MODEL, [float(value) for value in found.shapley_shubik]),
        ("banzhaf", style.ACCENT, [float(value) for value in found.banzhaf_normalized]),
    )
    handles = []
    for at, (name, colour, values) in enumerate(kinds):
        places = [row + (at - 1) * 0.25 for row in range(count)]
        handles.append((axes.barh(places, values, height=0.22, color=colour), text(f"set_methods.column.{name}", lang)))
        for place, value in zip(places, values, strict=True):
            axes.text(
                value + 0.008,
                place,
                percent(value, 1),
                **style.SMALL,
                va="center",
                clip_on=False,
            )
    style.key(figure, handles, (0.3, 0.18), 3)
    return figure
