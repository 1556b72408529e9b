"""What is different without each mechanism: outcomes on the same luck, and scores of the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from copark.presentation import style
from copark.presentation.numbers import unit_title
from copark.texts import text
from copark.words.factors import SLIGHTLY, UNMOVED

if TYPE_CHECKING:
    from copark.inference.ablations.ablate import Ablations, Row

NAMES, ROW, WIDTH = 2.75, 0.24, 7.4
MOST = 24
"""Rows of a figure, those with the largest effects; the tables have all."""


def footer(found: Ablations, lang: str) -> str:
    """What made a figure: case, identity, posterior and its cut, pairs of runs, seed."""
    cut = found.cut or text("ablate.no_posterior", lang)
    return text(
        "ablate.figure.footer", lang, identity=found.run_id, case=found.case, cut=cut, pairs=found.pairs,
        seed=found.settings.seed,
    )  # fmt: skip


def name_of(row: Row, lang: str) -> str:
    """Title of what is off, marked where its parameters were not moved by the data, or a little."""
    mark = {"unmoved": UNMOVED, "fixed": UNMOVED, "weakly": SLIGHTLY}.get(row.standing, "")
    title = str(getattr(row.title, lang))
    return f"{title} {mark}" if mark else title


def working(found: Ablations, kind: str) -> list[Row]:
    """Ablations of a kind that do something, in the order of the file."""
    return [row for row in found.of_kind(kind) if row.effect.verdict != "nothing"]


@style.styled
def effect_dots(found: Ablations, output: str, quarter: str, kind: str = "mechanism", lang: str = "en") -> Figure:
    """An output without each mechanism, less with it, run by run: median and nine tenths of the pairs of runs.

    Parameters
    ----------
    kind
        mechanism or link.
    """
    from copark.model.variables import catalogue

    lang = style.language(lang)
    rows = [(row, row.effect.of(output, quarter)) for row in working(found, kind)]
    rows = sorted(rows, key=lambda one: -max(abs(one[1].median), 0.5 * abs(one[1].high - one[1].low)))[:MOST]
    rows = sorted(rows, key=lambda one: one[1].median)
    variable = catalogue().outputs[output]
    unit = rows[0][1].unit if rows else variable.unit
    words = text("compare.log_points", lang) if unit == "log points" else unit_title(unit, lang)
    title = text("ablate.figure.effect", lang, title=variable.title(lang), quarter=quarter)
    subtitle = text(f"ablate.figure.effect.{kind}", lang, unit=words)
    figure, axes = _rows([name_of(row, lang) for row, _ in rows], title, subtitle, footer(found, lang))
    for at, (_, one) in enumerate(rows):
        axes.plot([one.low, one.high], [at, at], color=style.MODEL, linewidth=1.3, solid_capstyle="butt")
        axes.plot([one.median], [at], "o", color=style.MODEL, markersize=4.6)
    _centred(axes)
    return figure


@style.styled
def failed_dots(found: Ablations, kind: str = "mechanism", lang: str = "en") -> Figure:
    """Probability of failure without each mechanism, less with it, in percentage points, with Monte Carlo intervals."""
    lang = style.language(lang)
    rows = sorted(working(found, kind), key=lambda row: -abs(row.effect.failed.change))[:MOST]
    rows = sorted(rows, key=lambda row: row.effect.failed.change)
    title = text("ablate.figure.failed", lang, quarter=found.quarters[-1])
    subtitle = text(f"ablate.figure.failed.{kind}", lang)
    figure, axes = _rows([name_of(row, lang) for row in rows], title, subtitle, footer(found, lang))
    for at, row in enumerate(rows):
        one = row.effect.failed
        axes.plot(
            [100.0 * one.low, 100.0 * one.high], [at, at], color=style.SECOND, linewidth=1.3, solid_capstyle="butt"
        )
        axes.plot([100.0 * one.change], [at], "o", color=style.SECOND, markersize=4.6)
    _centred(axes)
    return figure


@style.styled
def score_dots(found: Ablations, kind: str = "mechanism", lang: str = "en") -> Figure:
    """How much worse the forecast is without each mechanism: after a refit, and replayed; the band is noise."""
    lang = style.language(lang)
    rows = [row for row in working(found, kind) if row.refitted is not None or row.replayed is not None]
    rows = sorted(rows, key=lambda row: -abs(_ratio(row)))[:MOST]
    rows = sorted(rows, key=_ratio)
    title = text("ablate.figure.score", lang)
    subtitle = text(f"ablate.figure.score.{kind}", lang, cut=found.cut, count=found.asked)
    figure, axes = _rows([name_of(row, lang) for row in rows], title, subtitle, footer(found, lang), 0.86)
    if found.noise_refitted is not None:
        axes.axvspan(-2.0 * found.noise_refitted, 2.0 * found.noise_refitted, color=style.PALE, alpha=0.4, linewidth=0)
    for at, row in enumerate(rows):
        if row.replayed is not None:
            axes.plot([row.replayed.ratio], [at], "|", color=style.MUTED, markersize=8.0, markeredgewidth=1.5)
        if row.since_cut is not None:
            axes.plot([row.since_cut.ratio], [at], "D", color=style.ACCENT, markersize=4.0)
        if row.refitted is not None:
            clear = row.refitted.verdict != "alike"
            axes.plot(
                [row.refitted.ratio],
                [at],
                "o",
                color=style.MODEL,
                markersize=5.2,
                mfc=style.MODEL if clear else style.PAPER,
            )
    _centred(axes)
    marks = (
        ("refitted", {"color": style.MODEL, "marker": "o"}),
        ("within_noise", {"color": style.MODEL, "marker": "o", "mfc": style.PAPER}),
        ("since_cut", {"color": style.ACCENT, "marker": "D", "markersize": 4.0}),
        ("replayed", {"color": style.MUTED, "marker": "|", "markeredgewidth": 1.5}),
    )  # fmt: skip
    handles = [(_mark(**looks), text(f"ablate.key.{name}", lang)) for name, looks in marks]
    style.key(figure, handles, (0.1, 0.22), columns=4, columnspacing=1.0)
    return figure


def _mark(**looks: Any) -> Line2D:
    return Line2D([], [], linewidth=0.0, **looks)


def _ratio(row: Row) -> float:
    change = row.refitted or row.replayed
    return 0.0 if change is None else change.ratio


def _rows(names: Sequence[str], title: str, subtitle: str, foot: str, bottom: float = 0.58) -> tuple[Figure, Axes]:
    figure = style.sheet((WIDTH, 0.95 + bottom + ROW * max(len(names), 1)), title, subtitle, foot)
    axes = style.panel(figure, NAMES, bottom, 0.35, 0.95)
    style.rows(axes, max(len(names), 1))
    for at, name in enumerate(names):
        style.row_name(axes, at, style.wrap(name, NAMES * 72.0 / style.SIZE["label"] - 1.5, 1), -6)
    return figure, axes


def _centred(axes: Axes) -> None:
    """A line at no difference, and room on both sides of it."""
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    style.room(axes)
