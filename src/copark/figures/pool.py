"""Figures of a panel: small multiples, scores side by side, the outlook of a new park.

Figures of the joint posterior: where parameters lie in their priors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from copark.figures.frame import observed_key, observed_mark
from copark.inference.joint.findings import AxisFinding
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.numbers import number
from copark.stats.quantiles import LEVELS
from copark.texts import text

if TYPE_CHECKING:
    from copark.arrays import Floats
    from copark.inference.panels import PanelFindings, ParkFan
    from copark.inference.pool.forecasts import Contest

NAMES = 2.3
"""Inches for names of parks."""
ROW = 0.21
METHOD_COLOURS = {
    "pooled": style.MODEL, "alone": style.PALE, "growth": style.SECOND, "persistence": style.MUTED,
    "line": style.ACCENT, "logistic": style.INK,
}  # fmt: skip
COLUMNS = 4
TITLE_EMS = 17.0
"""Width of a small multiple's title."""
TALL = 1.68
"""Inches from one row of small multiples to the next."""


class _Words:
    """Texts of the panel in the language that figures can be written in."""

    def __init__(self, found: PanelFindings, lang: str) -> None:
        self.found, self.lang = found, style.language(lang)

    def __call__(self, key: str, **values: Any) -> str:
        return text(f"pool.{key}", self.lang, **values)

    def park(self, name: str) -> str:
        """Title of a park."""
        title = self.found.park(name).title
        return title.zh if self.lang == "zh" else title.en

    @property
    def footer(self) -> str:
        """What stands below each figure."""
        found = self.found
        return self(
            "figure.footer", parks=len(found.parks), runs=number(found.runs, 0), seed=found.seed, identity=found.panel
        )  # fmt: skip


def _name(axes: Axes, at: float, words: str) -> None:
    ems = NAMES * 72.0 / style.SIZE["small"]
    shown = words if style.width_in_ems(words) <= ems else style.wrap(words, ems, 1)
    style.row_name(axes, at, style.legible(shown), -6, **style.SMALL)


@style.styled
def scores(found: PanelFindings, lang: str) -> Figure:
    """Mean score of every method, left out and rolling: shorter is better."""
    say = _Words(found, lang)
    tables = [one for one in found.contests if not one.variable]
    height = sum(0.55 + 0.24 * len(one.standings) for one in tables)
    figure = style.sheet((7.4, height + 0.95), say("figure.scores"), say("figure.scores_subtitle"), say.footer)
    top = 0.72
    widest = max(one.standings[-1].log_crps for one in tables)
    for one in tables:
        rows = 0.24 * len(one.standings)
        _score_rows(figure, say, one, (top + 0.28, rows), widest)
        top += rows + 0.55
    return figure


def _score_rows(
    figure: Figure, say: _Words, table: Contest, place: tuple[float, float], widest: float
) -> None:  # fmt: skip
    height = float(figure.get_size_inches()[1])
    axes = style.panel(figure, NAMES + 0.3, height - place[0] - place[1], 0.6, place[0])
    axes.grid(visible=False)
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    axes.set_xlim(0.0, widest * 1.05)
    axes.set_ylim(len(table.standings) - 0.45, -0.55)
    first = table.standings[0]
    title = say(f"figure.scores_{table.scheme}", values=first.values, parks=first.parks)
    axes.annotate(
        style.legible(title), (0.0, 1.0), xycoords="axes fraction", xytext=(-NAMES * 72 - 8, 4),
        textcoords="offset points", **style.LABEL, weight="bold", annotation_clip=False,
    )  # fmt: skip
    for at, one in enumerate(table.standings):
        axes.barh(at, one.log_crps, height=0.62, color=METHOD_COLOURS[one.method])
        axes.annotate(
            style.legible(number(one.log_crps, 3)), (one.log_crps, at), xytext=(4, 0), textcoords="offset points",
            **style.SMALL, va="center", annotation_clip=False,
        )  # fmt: skip
        _name(axes, at, say(f"method.{one.method}"))


@style.styled
def fans(found: PanelFindings, lang: str) -> Figure:
    """Every park as the other parks would have forecast it, with what was observed; logarithmic scale."""
    say, shown = _Words(found, lang), found.fans
    rows = -(-len(shown) // COLUMNS)
    height = 1.2 + TALL * rows
    figure = style.sheet((9.2, height), say("figure.fans"), say("figure.fans_subtitle"), say.footer)
    width = (9.2 - 0.5) / COLUMNS
    for at, fan in enumerate(shown):
        row, column = divmod(at, COLUMNS)
        left = 0.45 + width * column
        top = 1.0 + TALL * row
        axes = style.panel(figure, left, height - top - 1.02, 9.2 - left - width + 0.42, top)
        _fan(axes, say, fan)
    handles = [
        (Patch(color=style.MODEL, alpha=0.22), say("figure.key_band")),
        (Line2D([], [], color=style.MODEL), say("figure.key_median")),
    ]
    handles += observed_key([one.bound for fan in shown for one in fan.reported], say.lang)
    style.key(figure, handles, (0.12, 0.16), columns=len(handles))
    return figure


def _fan(axes: Axes, say: _Words, fan: ParkFan) -> None:
    style.fan(axes, fan.times, fan.levels + 1, (0.14, 0.2), 1.1)
    for one in fan.reported:
        high = None if one.high is None else max(one.high, 0.0) + 1
        observed_mark(axes, one.at, max(one.value, 0.0) + 1, high, one.bound, style.INK, 2.6)
    counted(axes, 1.5 * (fan.largest + 1))
    style.years(axes, float(fan.times[0]), float(fan.times[-1]) + 0.25)
    ticks = axes.get_xticks()
    axes.set_xticks(ticks[:: max(1, len(ticks) // 3)])
    axes.tick_params(labelsize=style.SIZE["foot"])
    observable = catalogue().outputs[fan.variable].title(say.lang)
    title = say("figure.fan_title", park=say.park(fan.park), observable=observable)
    axes.set_title(style.wrap(title, TITLE_EMS, 3), **style.SMALL, loc="left", pad=3)


def counted(axes: Axes, top: float) -> None:
    """A logarithmic axis of counts, each drawn as 1 + count, so that none is at the bottom."""
    shown = [10**n for n in range(7) if 10**n + 1 < top]
    axes.set_yscale("log")
    axes.set_yticks([x + 1.0 for x in shown], labels=[number(x, 0) for x in shown])
    axes.minorticks_off()
    axes.set_ylim(1.0, top)


@style.styled
def outlook(
    title: str, times: Floats, stack: Floats, pooled: Floats, alone: Floats, growth: Floats | None,
    rates: Sequence[tuple[float, tuple[float, float, float]]], lang: str = "en",
) -> Figure:  # fmt: skip
    """One observable of a park without a history: stack, pooled prior, prior alone, growth curve, similar parks.

    Parameters
    ----------
    times
        Ends of quarters, in years.
    stack, pooled, alone, growth
        Quantiles at 5, 25, 50, 75 and 95 %, shape (levels, quarters).
    rates
        Of similar parks: moment in years; lowest, middle and highest.
    """
    lang = style.language(lang)
    figure = style.sheet((7.4, 4.0), title, text("pool.figure.outlook_subtitle", lang), "")
    axes = style.panel(figure, 0.75, 0.95, 0.35, 0.8)
    style.fan(axes, times, stack + 1, (0.14, 0.22), 1.6)
    for row in (0, 4):
        axes.plot(times, alone[row] + 1, color=style.MUTED, linewidth=0.8, linestyle=(0, (4, 2)))
    for levels, colour in ((pooled, style.INK), (growth, style.SECOND)):
        if levels is None:
            continue
        for row in (0, 2, 4):
            axes.plot(times, levels[row] + 1, color=colour, linewidth=1.2 if row == 2 else 0.8,
                      linestyle="-" if row == 2 else (0, (1, 1.5)))  # fmt: skip
    for at, (low, middle, high) in rates:
        if at <= float(times[-1]):
            axes.plot([at] * 2, [low + 1, high + 1], color=style.ACCENT, linewidth=1.6)
            axes.plot([at], [middle + 1], "D", color=style.ACCENT, markersize=4.5)
    counted(axes, 2.0 * max(float(stack[4].max()) + 1.0, 1.0))
    style.years(axes, float(times[0]) - 0.25, float(times[-1]))
    handles = [
        (Patch(color=style.MODEL, alpha=0.35), text("pool.figure.key_stack", lang)),
        (Line2D([], [], color=style.INK), text("pool.figure.key_pooled", lang)),
        (Line2D([], [], color=style.MUTED, linestyle=(0, (4, 2))), text("pool.figure.key_prior_alone", lang)),
        (Line2D([], [], color=style.SECOND), text("pool.figure.key_growth", lang)),
        (Line2D([], [], color=style.ACCENT, marker="D", markersize=4.5), text("pool.figure.key_similar", lang)),
    ]
    style.key(figure, handles, (0.12, 0.2), columns=2)
    return figure


PARAMETERS = 3.3
"""Inches for names of parameters."""
LINE = 0.24


@style.styled
def places(found: Sequence[AxisFinding], titles: Sequence[str], lang: str = "en") -> Figure:
    """Posterior of each parameter as ranks of its prior, with the R² of simulated panels beside it.

    found, titles: parameters in order, and what they are called.
    """
    lang = style.language(lang)
    head, below = (text(f"joint.figure.{key}", lang) for key in ("title", "subtitle"))
    figure = style.sheet((7.4, 1.6 + LINE * len(found)), head, below)
    axes = style.panel(figure, PARAMETERS + 0.2, 0.78, 0.9, 0.72)
    axes.grid(visible=False)
    axes.axvspan(0.25, 0.75, color=style.GRID, alpha=0.6, linewidth=0)
    axes.set_xlim(0.0, 1.0)
    axes.set_ylim(len(found) - 0.5, -0.6)
    axes.set_yticks([])
    axes.set_xticks(LEVELS)
    axes.set_xticklabels([f"{level:.0%}" for level in LEVELS])
    ems = PARAMETERS * 72.0 / style.SIZE["small"]
    for at, (one, title) in enumerate(zip(found, titles, strict=True)):
        colour = style.MODEL if one.moved == "moved" else style.SECOND if one.moved == "weakly" else style.MUTED
        low, quarter, middle, upper, high = one.places
        axes.plot([low, high], [at, at], color=colour, linewidth=1.3, alpha=0.7)
        axes.plot([quarter, upper], [at, at], color=colour, linewidth=3.4, alpha=0.7)
        axes.plot([middle], [at], "o", color=colour, markersize=4.2)
        style.row_name(axes, at, style.legible(style.wrap(title, ems, 1)), -6, **style.SMALL)
        style.row_value(axes, at, number(one.r2, 2), **style.SMALL)
    style.corner(axes, style.legible(text("joint.figure.r2", lang)))
    handles: list[tuple[object, str]] = [
        (Line2D([], [], color=colour, marker="o", markersize=3.6), text(f"joint.word.{key}", lang))
        for key, colour in (("moved", style.MODEL), ("weakly", style.SECOND), ("unmoved", style.MUTED))
    ]
    handles.append((Patch(color=style.GRID), text("joint.figure.prior", lang)))
    style.key(figure, handles, (0.12, 0.2), columns=4)
    return figure
