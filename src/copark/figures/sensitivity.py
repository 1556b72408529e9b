"""Which factors matter: Sobol' indices, and what a sample at hand tells; each beside its dummy.

A factor has a filled mark if it stands out from the dummy and an open one if it does not. A circle after its name says
that the data did not move it (half filled: a little).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import NDArray

from copark.presentation import style
from copark.presentation.numbers import number
from copark.texts import text
from copark.words import DUMMY, marked, named

if TYPE_CHECKING:
    from copark.inference.exploration.explore import Exploration

WIDTH = 6.6
NAMES = 2.75
"""Inches for the names of factors."""
ROW = 0.29
TOP, BOTTOM = 0.78, 0.86
SHOWN = 10
"""Factors shown, the largest first; the tables have all."""


@dataclass(frozen=True)
class Bar:
    """A row: a name, a value with its interval, a second value with its, and whether it stands out."""

    name: str
    value: float
    low: float
    high: float
    clear: bool
    other: float = float("nan")
    other_low: float = float("nan")
    other_high: float = float("nan")


def footer(found: Exploration, lang: str) -> str:
    """What made a figure: case, identity, where factors were drawn, posterior and its cut, replicates, seed."""
    cut = str(found.provenance.get("posterior_cut", "")) or text("sensitivity.no_posterior", lang)
    return text(
        "sensitivity.footer", lang, identity=found.run_id, case=found.case,
        over=text(f"sensitivity.over.{found.settings.over}", lang), cut=cut, replicates=found.settings.replicates,
        seed=found.settings.seed,
    )  # fmt: skip


def _laid_out(rows: Sequence[Bar], title: str, subtitle: str, foot: str) -> tuple[Figure, Axes]:
    """A sheet with a line for each row."""
    figure = style.sheet((WIDTH, TOP + BOTTOM + ROW * max(len(rows), 1)), title, subtitle, foot)
    axes = style.panel(figure, NAMES, BOTTOM, 0.35, TOP)
    style.rows(axes, len(rows))
    for at, row in enumerate(rows):
        style.row_name(
            axes,
            at,
            style.wrap(row.name, NAMES * 72.0 / style.SIZE["small"] - 2.0, 2),
            -6,
            **style.SMALL,
            linespacing=1.05,
        )
    return figure, axes


def _largest(values: NDArray[np.float64]) -> list[int]:
    return [int(n) for n in np.argsort(-values, kind="stable")[:SHOWN]]


@style.styled
def sobol_bars(found: Exploration, at: int, lang: str = "en") -> Figure:
    """Total and first-order indices of one read-out with 95 % intervals, and the dummy's line.

    at: place of the read-out.
    """
    lang, one = style.language(lang), found.indices[at]
    names = [*found.names, DUMMY]
    rows = [
        Bar(
            marked(names[n], found.moved, lang) if names[n] != DUMMY else named(DUMMY, lang), float(one.total[n]),
            float(one.total_low[n]), float(one.total_high[n]), bool(one.total_clear[n]) or names[n] == DUMMY,
            float(one.first[n]), float(one.first_low[n]), float(one.first_high[n]),
        )
        for n in [*_largest(one.total[:-1]), len(names) - 1]
    ]  # fmt: skip
    subtitle = text(
        "sensitivity.figure.sobol", lang, rows=one.rows, replicates=found.settings.replicates,
        additive=number(min(max(one.additive, 0.0), 1.0), 2),
    )  # fmt: skip
    figure, axes = _laid_out(rows, found.readouts[at].title(lang), subtitle, footer(found, lang))
    for y, row in enumerate(rows):
        colour = style.SECOND if y == len(rows) - 1 else style.MODEL
        shade = colour if row.clear else style.PALE
        axes.barh(y - 0.17, row.value, height=0.3, color=shade, alpha=0.85 if row.clear else 0.7)
        axes.plot([row.low, row.high], [y - 0.17, y - 0.17], color=style.INK, linewidth=1.0)
        if y < len(rows) - 1:
            axes.barh(y + 0.17, max(row.other, 0.0), height=0.22, color=style.MODEL, alpha=0.35)
            axes.plot([row.other_low, row.other_high], [y + 0.17, y + 0.17], color=style.MUTED, linewidth=0.9)
    axes.axvline(rows[-1].value, color=style.SECOND, linewidth=0.9, linestyle=(0, (3, 3)))
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    handles = [
        (Patch(color=style.MODEL, alpha=0.85), text("sensitivity.key.total", lang)),
        (Patch(color=style.MODEL, alpha=0.35), text("sensitivity.key.first", lang)),
        (Patch(color=style.PALE, alpha=0.7), text("sensitivity.key.like_dummy", lang)),
        (Line2D([], [], color=style.SECOND, linestyle=(0, (3, 3))), text("sensitivity.key.dummy", lang)),
    ]
    style.key(figure, handles, (0.1, 0.22), columns=4, columnspacing=1.0)
    return figure


@style.styled
def given_bars(found: Exploration, sample: int, at: int, lang: str = "en") -> Figure:
    """What a sample at hand tells of one read-out: shares of variance and distances, and the largest dummy's.

    sample, at: places of the sample and of the read-out.
    """
    lang, kept = style.language(lang), found.given[sample]
    one = kept.found[at]
    rows = [
        Bar(
            marked(kept.names[n], found.moved, lang), float(one.first[n]),
            max(float(one.first[n] - one.first_error[n]), 0.0), float(one.first[n] + one.first_error[n]),
            bool(one.first_clear[n]), float(one.pawn[n]), max(float(one.pawn[n] - one.pawn_error[n]), 0.0),
            float(one.pawn[n] + one.pawn_error[n]),
        )
        for n in _largest(one.first)
    ]  # fmt: skip
    subtitle = text("sensitivity.figure.given", lang, runs=number(one.runs, 0), slices=one.slices)
    title = text(
        "sensitivity.figure.given_title", lang, readout=kept.readouts[at].title(lang),
        sample=text(f"sensitivity.sample.{kept.kind}", lang),
    )  # fmt: skip
    figure, axes = _laid_out(rows, title, subtitle, footer(found, lang))
    for y, row in enumerate(rows):
        axes.barh(
            y, row.value, height=0.42, color=style.MODEL if row.clear else style.PALE, alpha=0.85 if row.clear else 0.7
        )
        axes.plot([row.low, row.high], [y, y], color=style.INK, linewidth=1.0)
        filled = style.MUTED if row.other > one.pawn_floor else style.PAPER
        axes.plot([row.other], [y], "D", color=style.PAPER, markersize=5.4)
        axes.plot([row.other], [y], "D", color=style.MUTED, markersize=3.6, mfc=filled)
    axes.axvline(one.first_floor, color=style.SECOND, linewidth=0.9, linestyle=(0, (3, 3)))
    axes.axvline(one.pawn_floor, color=style.MUTED, linewidth=0.9, linestyle=(0, (1, 2)))
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    handles = [
        (Patch(color=style.MODEL, alpha=0.85), text("sensitivity.key.share", lang)),
        (Line2D([], [], color=style.SECOND, linestyle=(0, (3, 3))), text("sensitivity.key.share_floor", lang)),
        (
            Line2D([], [], color=style.MUTED, marker="D", linewidth=0.0, markersize=3.6),
            text("sensitivity.key.pawn", lang),
        ),
        (Line2D([], [], color=style.MUTED, linestyle=(0, (1, 2))), text("sensitivity.key.pawn_floor", lang)),
    ]
    style.key(figure, handles, (0.1, 0.22), columns=4, columnspacing=1.0)
    return figure
