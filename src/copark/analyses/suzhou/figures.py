"""Figures of Suzhou's swap: the developer's result and the enterprises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from copark.cases.quarters import Quarter
from copark.figures.frame import observed_key, observed_mark, year_of
from copark.presentation import style
from copark.presentation.numbers import number
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.analyses.suzhou.findings import SuzhouFindings
    from copark.stats.quantiles import Band
ENDS = ("mayor", "memorandum", "control", "never")
"""Ends of the rivalry in Suzhou, the earliest first; a panel each."""
CAPS = {"swap": style.MODEL, "unswapped": style.SECOND}
SWAP = 2001.0


def _suzhou(findings: SuzhouFindings, size: tuple[float, float], key: str, lang: str) -> Figure:
    foot = text(
        "suzhou.figure.footer",
        lang,
        identity=findings.ensemble,
        accepted=number(findings.accepted, 0),
        runs=number(findings.runs, 0),
    )
    title, subtitle = (text(f"suzhou.figure.{key}.{part}", lang) for part in ("title", "subtitle"))
    return style.sheet(size, title, subtitle, foot)


def _courses(axes: Axes, findings: SuzhouFindings, courses: Iterable[tuple[str, Sequence[Band]]]) -> None:
    """Draw medians and 90 % of runs over time, and when shares were swapped."""
    times = [int(label[:4]) + int(label[-1]) / 4.0 for label in findings.quarters]
    style.years(axes, times[0] - 0.25, times[-1])
    axes.axvline(SWAP, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
    for colour, course in courses:
        low = [band.low for band in course]
        high = [band.high for band in course]
        axes.fill_between(times, low, high, color=colour, alpha=0.15, linewidth=0)
        axes.plot(times, [band.median for band in course], color=colour, linewidth=1.8)


def developer(findings: SuzhouFindings, lang: str = "en") -> Figure:
    """Draw the accumulated result of the developer, a panel for each end of the rivalry, shares swapped or not."""
    figure = _suzhou(findings, (7.4, 5.8), "developer", lang)
    panels = style.tiles(figure, len(ENDS), 2, (0.6, 0.1, 0.98), 1.72, (0.3, 0.52))
    bands = [band for end in ENDS for cap in CAPS for band in findings.scenario(f"{end}-{cap}").course]
    for axes, end in zip(panels, ENDS, strict=True):
        axes.set_ylim(min(band.low for band in bands) * 1.05, max(band.high for band in bands) * 1.05)
        axes.axhline(0.0, color=style.INK, linewidth=0.7)
        _courses(axes, findings, [(colour, findings.scenario(f"{end}-{cap}").course) for cap, colour in CAPS.items()])
        axes.set_title(style.legible(text(f"suzhou.end.{end}", lang)), loc="left", **style.LABEL, pad=4)
        for row in findings.losses:
            face = "none" if row.forecast else style.INK
            year = year_of(Quarter.parse(row.quarter))
            axes.plot([year], [-row.value], "o", color=style.INK, ms=5.0, mfc=face, zorder=5)
    handles = [(style.line(colour, linewidth=2.0), text(f"suzhou.cap.{cap}", lang)) for cap, colour in CAPS.items()]
    handles += [
        (style.line(style.INK, "o", linestyle="", markerfacecolor=face), text(f"suzhou.record.{key}", lang))
        for key, face in (("known", style.INK), ("forecast", "none"))
    ]
    style.key(figure, handles)
    return figure


def enterprises(findings: SuzhouFindings, lang: str = "en") -> Figure:
    """Draw operating enterprises in the two scenarios farthest apart, beside the observations."""
    figure = _suzhou(findings, (7.2, 3.2), "enterprises", lang)
    axes = style.panel(figure, 0.6, 0.82, 0.25, 0.86)
    colours = {"control-swap": style.MODEL, "never-unswapped": style.SECOND}
    _courses(axes, findings, [(colour, findings.scenario(name).operating_course) for name, colour in colours.items()])
    for row in findings.operating:
        observed_mark(axes, year_of(Quarter.parse(row.quarter)), row.value, row.high, row.bound, order=5)
    axes.set_ylim(bottom=0.0)
    handles = [
        (style.line(colour, linewidth=2.0), text(f"suzhou.scenario.{name}", lang)) for name, colour in colours.items()
    ]
    style.key(figure, [*handles, *observed_key([row.bound for row in findings.operating], lang)], (0.43, 0.20))
    return figure
