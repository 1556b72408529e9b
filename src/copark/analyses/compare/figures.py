"""Figures of runs with common random numbers: scenarios compared, mechanisms off, indices of factors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from copark.labels import DUMMY, SLIGHTLY, UNMOVED, marked, named
from copark.model.variables import catalogue
from copark.presentation import style
from copark.presentation.document import POINTS
from copark.presentation.numbers import number, percent, shown, unit_title
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from copark.analyses.ablate.ablations import AblationRow, Ablations
    from copark.analyses.sensitivity.exploration import Exploration
    from copark.arrays import Floats
    from copark.stats.effects import Effect

NAMES = 2.55
"""Inches for the names of rows."""
MOST = 24
"""Rows of mechanisms that are drawn: those with the largest effects; the table has all."""
SHOWN = 10
"""Factors that are drawn, likewise."""


def output_title(output: str, lang: str) -> str:
    """Return the title of an output; its name where the catalogue does not know it."""
    outputs = catalogue().outputs
    return outputs[output].title(lang) if output in outputs else output


def measure_title(unit: str, lang: str) -> str:
    """Write a unit in words, log points explained."""
    return text("compare.log_points", lang) if unit == "log points" else unit_title(unit, lang)


def footer(studies: Sequence[str], pairs: int, lang: str) -> str:
    """Write the foot of a figure: run IDs and pairs of runs.

    Parameters
    ----------
    studies
        Run IDs.
    pairs
        Pairs of runs that finished in both.
    lang
        Language of the figure.
    """
    return text("compare.footer", lang, identity=" · ".join(studies), pairs=number(pairs, 0))


def difference_bands(
    levels: Floats,
    quarters: Sequence[str],
    begins: str | None,
    effect: Effect,
    titles: tuple[str, str],
    foot: str,
    lang: str = "en",
) -> Figure:
    """Draw an output's paired difference over time.

    Parameters
    ----------
    levels
        Where 5, 25, 50, 75 and 95 % of pairs are, shape (levels, quarters).
    quarters
        Labels of the quarters.
    begins
        First quarter in which any pair differs; ``None`` where none ever does.
    effect
        Effect on the output at the end, which has its unit.
    titles
        Titles of the scenario and of the reference.
    foot
        Line below the figure.
    lang
        Language.
    """
    unit = measure_title(effect.unit, lang) or text("compare.plain", lang)
    subtitle = text("compare.bands_subtitle", lang, scenario=titles[0], reference=titles[1], unit=unit)
    figure = style.sheet((4.7, 3.25), output_title(effect.measure, lang), subtitle, foot)
    axes = style.panel(figure, 0.6, 0.50, 0.62, 0.92)
    times = np.array([int(label[:4]) + int(label[-1]) / 4.0 for label in quarters])
    style.years(axes, float(times[0]) - 0.25, float(times[-1]))
    axes.axhline(0.0, color=style.INK, linewidth=0.8)
    if not np.isfinite(levels).any():
        axes.text(0.5, 0.5, text("compare.no_pair", lang), transform=axes.transAxes, ha="center", color=style.MUTED)
        axes.set_yticks([])
        return figure
    style.fan(axes, times, levels, (0.18, 0.38), 2.0)
    if not levels.any():
        axes.set_ylim(-1.0, 1.0)
    if begins is None:
        axes.text(0.02, 0.97, text("compare.never", lang), transform=axes.transAxes, **style.NOTE, va="top")
    else:
        time = float(times[list(quarters).index(begins)])
        axes.axvline(time, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        style.above(axes, time, text("compare.begins", lang, quarter=begins), (2, 2.5), ha="left")
    style.fan_ends(axes, float(times[-1]), [float(levels[row][-1]) for row in (0, 2, 4)], text("compare.median", lang))
    return figure


def scenario_effects(
    effects: Sequence[tuple[str, Effect]],
    halves: Sequence[Sequence[float]],
    reference: str,
    foot: str,
    lang: str = "en",
) -> Figure:
    """Draw every scenario against the reference at one date: where pairs are, and the share of them above.

    Parameters
    ----------
    effects
        Title of each scenario, and its effect on one output in one quarter.
    halves
        Ends of the interval that holds the middle half of the pairs, for each scenario.
    reference
        Title of the reference.
    foot
        Line below the figure.
    lang
        Language.
    """
    first = effects[0][1]
    unit = measure_title(first.unit, lang) or text("compare.plain", lang)
    title = text("compare.scenarios_title", lang, output=output_title(first.measure, lang), quarter=first.quarter)
    titles = (title, text("compare.scenarios_subtitle", lang, reference=reference, unit=unit), foot)
    figure, axes = style.in_rows([name for name, _ in effects], titles, inches=NAMES, high=0.34, wide=7.2)
    for row, ((_, effect), (lower, upper)) in enumerate(zip(effects, halves, strict=True)):
        if np.isfinite(effect.median):
            interval = (effect.low, effect.high)
            style.interval(axes, row, interval, effect.median, told=percent(effect.above), half=(lower, upper))
        else:
            axes.text(0.0, row, text("compare.no_pair", lang), **style.NOTE, va="center")
    style.zero(axes)
    style.corner(axes, text("compare.above", lang))
    return figure


def waterfall(
    steps: Sequence[tuple[str, float, float]],
    ends: tuple[tuple[str, float], tuple[str, float]],
    title: str,
    subtitle: str,
    foot: str,
    lang: str = "en",
) -> Figure:
    """Draw a share in the reference, what each part adds to it or takes off, and the share in the scenario, a row each.

    Parameters
    ----------
    steps
        Title of each part, its size, and half the width of its interval; sizes sum to the difference of the ends.
    ends
        Titles of reference and scenario, and their shares, 0 to 1.
    title, subtitle, foot
        Words of the figure.
    lang
        Language of the numbers.
    """
    names = [ends[0][0], *(name for name, _, _ in steps), ends[1][0]]
    figure, axes = style.in_rows(names, (title, subtitle, foot), inches=NAMES, high=0.34, right=0.8)
    level = ends[0][1]
    for row, (_, share) in ((0, ends[0]), (len(names) - 1, ends[1])):
        axes.barh(row, share, color=style.MUTED, height=0.55)
        style.row_value(axes, row, percent(share, 1))
    for row, (_, size, half) in enumerate(steps, start=1):
        axes.barh(row, size, left=level, color=style.MODEL if size >= 0.0 else style.SECOND, height=0.55)
        axes.plot([level, level], [row - 1.28, row + 0.28], color=style.MUTED, linewidth=0.7)
        level += size
        axes.plot([level - half, level + half], [row, row], color=style.INK, linewidth=1.0)
        style.row_value(axes, row, shown(size, POINTS, lang))
    axes.plot([level, level], [len(steps) - 0.28, len(names) - 0.72], color=style.MUTED, linewidth=0.7)
    style.in_percent(axes)
    return figure


def effect_dots(answer: Ablations, output: str, quarter: str, kind: str = "mechanism", lang: str = "en") -> Figure:
    """Draw an output without each mechanism or link, less with it, run by run.

    Dots are medians of the pairs of runs, lines hold nine tenths of them.

    Parameters
    ----------
    answer
        Ablations of a case.
    output
        Name of the output, of those compared.
    quarter
        Quarter, of those compared.
    kind
        ``mechanism`` or ``link``; those that do nothing are left out.
    lang
        Language of the figure.
    """
    rows = [(row, row.of(output, quarter)) for row in answer.of_kind(kind) if row.verdict != "nothing"]
    rows = sorted(rows, key=lambda entry: -max(abs(entry[1].median), 0.5 * abs(entry[1].high - entry[1].low)))[:MOST]
    rows = sorted(rows, key=lambda entry: entry[1].median)
    variable = catalogue().outputs[output]
    unit = measure_title(rows[0][1].unit if rows else variable.unit, lang)
    foot = text(
        "ablate.figure.footer",
        lang,
        identity=answer.run_id,
        case=answer.case,
        pairs=answer.pairs,
        cut=answer.cut or text("ablate.no_posterior", lang),
        seed=answer.settings.seed,
    )
    titles = (
        text("ablate.figure.effect", lang, title=variable.title(lang), quarter=quarter),
        text(f"ablate.figure.effect.{kind}", lang, unit=unit),
        foot,
    )
    names = [_with_mark(row, lang) for row, _ in rows]
    figure, axes = style.in_rows(names, titles, inches=NAMES + 0.2, high=0.24, right=0.35, lines=1)
    for position, (_, effect) in enumerate(rows):
        style.interval(axes, position, (effect.low, effect.high), effect.median)
    style.zero(axes)
    return figure


def _with_mark(row: AblationRow, lang: str) -> str:
    """Return the title of what is off, marked where its parameters were not moved by the data, or a little."""
    mark = {"unmoved": UNMOVED, "fixed": UNMOVED, "weakly": SLIGHTLY}.get(row.standing, "")
    return f"{row.title.text(lang)} {mark}".rstrip()


def sobol_bars(exploration: Exploration, readout: int, lang: str = "en") -> Figure:
    """Draw total and first-order indices of one read-out with 95 % intervals, and the dummy's line.

    A bar is pale if the factor does not stand out from the dummy. A circle after a name says that the data did not move
    the parameter (half filled: a little).

    Parameters
    ----------
    exploration
        Indices of a case.
    readout
        Place of the read-out among those explored.
    lang
        Language of the figure.
    """
    from matplotlib.patches import Patch

    indices = exploration.indices[readout]
    settings = exploration.settings
    order = [int(n) for n in np.argsort(-indices.total[:-1], kind="stable")[:SHOWN]]
    names = [*(marked(exploration.names[n], exploration.moved, lang) for n in order), named(DUMMY, lang)]
    additive = number(min(max(indices.additive, 0.0), 1.0), 2)
    subtitle = text(
        "sensitivity.figure.sobol", lang, rows=indices.rows, replicates=settings.replicates, additive=additive
    )
    foot = text(
        "sensitivity.footer",
        lang,
        identity=exploration.run_id,
        case=exploration.case,
        replicates=settings.replicates,
        over=text(f"sensitivity.over.{settings.over}", lang),
        seed=settings.seed,
        cut=str(exploration.provenance.get("posterior_cut", "")) or text("sensitivity.no_posterior", lang),
    )
    titles = (exploration.readouts[readout].title(lang), subtitle, foot)
    figure, axes = style.in_rows(names, titles, inches=NAMES, high=0.29, wide=6.6, bottom=0.86, right=0.35, small=True)
    for y, n in enumerate([*order, len(exploration.names)]):
        is_dummy = n == len(exploration.names)
        shade = style.SECOND if is_dummy else style.MODEL if indices.total_clear[n] else style.PALE
        axes.barh(y - 0.17, indices.total[n], height=0.3, color=shade, alpha=0.85)
        axes.plot([indices.total_low[n], indices.total_high[n]], [y - 0.17] * 2, color=style.INK, linewidth=1.0)
        if not is_dummy:
            axes.barh(y + 0.17, max(indices.first[n], 0.0), height=0.22, color=style.MODEL, alpha=0.35)
            axes.plot([indices.first_low[n], indices.first_high[n]], [y + 0.17] * 2, color=style.MUTED, linewidth=0.9)
    axes.axvline(indices.total[-1], color=style.SECOND, linewidth=0.9, linestyle=(0, (3, 3)))
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    handles = {
        "total": Patch(color=style.MODEL, alpha=0.85),
        "first": Patch(color=style.MODEL, alpha=0.35),
        "like_dummy": Patch(color=style.PALE, alpha=0.85),
        "dummy": style.line(style.SECOND, linestyle=(0, (3, 3))),
    }
    style.key(figure, [(handle, text(f"sensitivity.key.{name}", lang)) for name, handle in handles.items()])
    return figure
