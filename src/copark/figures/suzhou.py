"""Figures of the natural experiment of Suzhou: the developer's result by scenario, differences, enterprises."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from copark.cases.quarters import Quarter
from copark.figures.frame import observed_key, observed_mark, year_of
from copark.inference.suzhou import Band, ObservedMark, SuzhouFindings
from copark.presentation import style
from copark.presentation.numbers import number, percent
from copark.texts import text

ENDS = ("mayor", "memorandum", "control", "never")
"""Ends of the rivalry, the earliest first; a panel each."""
COLOURS = {"swap": style.MODEL, "unswapped": style.SECOND}
SWAP = 2001.0


def _times(found: SuzhouFindings) -> list[float]:
    return [int(label[:4]) + int(label[-1]) / 4.0 for label in found.quarters]


def _footer(found: SuzhouFindings, lang: str) -> str:
    values = {"identity": found.ensemble, "accepted": number(found.accepted, 0), "runs": number(found.runs, 0)}
    return text("suzhou.figure.footer", lang, **values)


def _band(axes: Axes, times: list[float], course: tuple[Band, ...], colour: str) -> None:
    axes.fill_between(
        times, [one.low for one in course], [one.high for one in course], color=colour, alpha=0.15, linewidth=0
    )
    axes.plot(times, [one.median for one in course], color=colour, linewidth=1.8)


@style.styled
def courses(found: SuzhouFindings, lang: str = "en") -> Figure:
    """The accumulated result of the developer, a panel for each end of the rivalry, shares swapped or not."""
    lang = style.language(lang)
    figure = style.sheet(
        (7.4, 5.8), text("suzhou.figure.developer.title", lang), text("suzhou.figure.developer.subtitle", lang),
        _footer(found, lang),
    )  # fmt: skip
    times = _times(found)
    shown = [found.arm(f"{end}-{cap}") for end in ENDS for cap in COLOURS]
    low = min(one.low for arm in shown for one in arm.course)
    high = max(one.high for arm in shown for one in arm.course)
    for at, end in enumerate(ENDS):
        axes = _quarter_panel(figure, at)
        style.years(axes, times[0] - 0.25, times[-1])
        axes.set_ylim(low * 1.05, high * 1.05)
        axes.axhline(0.0, color=style.INK, linewidth=0.7)
        axes.axvline(SWAP, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
        for cap, colour in COLOURS.items():
            _band(axes, times, found.arm(f"{end}-{cap}").course, colour)
        axes.set_title(style.legible(text(f"suzhou.end.{end}", lang)), loc="left", **style.LABEL, pad=4)
        _losses(axes, found.losses)
    handles: list[tuple[object, str]] = [
        (Line2D([], [], color=colour, linewidth=2.0), text(f"suzhou.cap.{cap}", lang))
        for cap, colour in COLOURS.items()
    ]
    handles += [
        (Line2D([], [], color=style.INK, marker="o", ls="", ms=5.0), text("suzhou.record.known", lang)),
        (Line2D([], [], color=style.INK, marker="o", ls="", ms=5.0, mfc="none"), text("suzhou.record.forecast", lang)),
    ]
    style.key(figure, handles, (0.12, 0.20))
    return figure


def _quarter_panel(figure: Figure, at: int) -> Axes:
    width, height = figure.get_size_inches()
    column, row = at % 2, at // 2
    wide, tall = (width - 0.85) / 2.0, 1.72
    left, top = 0.6 + column * (wide + 0.1), 0.98 + row * (tall + 0.52)
    return style.panel(figure, left, height - top - tall, width - left - wide + 0.2, top)


def _losses(axes: Axes, losses: tuple[ObservedMark, ...]) -> None:
    """Observed accumulated losses: what was known as a dot, what was forecast as a ring."""
    for row in losses:
        fill = "none" if row.forecast else style.INK
        axes.plot([year_of(Quarter.parse(row.quarter))], [-row.value], "o", color=style.INK, ms=5.0, mfc=fill, zorder=5)


@style.styled
def contrasts(found: SuzhouFindings, lang: str = "en") -> Figure:
    """Differences of the accumulated result at the end of 2003: what the swap does, what the end of rivalry does."""
    lang = style.language(lang)
    count = len(found.contrasts)
    figure = style.sheet(
        (7.2, 1.5 + 0.36 * count), text("suzhou.figure.contrasts.title", lang),
        text("suzhou.figure.contrasts.subtitle", lang), _footer(found, lang),
    )  # fmt: skip
    axes = style.panel(figure, 2.5, 0.5, 0.8, 0.9)
    style.rows(axes, count)
    axes.axvline(0.0, color=style.INK, linewidth=0.8)
    names = [style.wrap(text(f"suzhou.contrast.{one.key}", lang), 20.0, 2) for one in found.contrasts]
    axes.set_yticks(range(count), names, size=style.SIZE["label"])
    for at, one in enumerate(found.contrasts):
        colour = style.MODEL if one.key.startswith("swap") else style.SECOND if one.key.startswith("end") else style.INK
        axes.plot([one.band.low, one.band.high], [at, at], color=colour, linewidth=3.0, alpha=0.45)
        axes.plot([one.band.median], [at], "o", color=colour, ms=5.5)
        style.row_value(axes, at, style.legible(percent(one.above)))
    style.corner(axes, text("suzhou.column.above", lang))
    return figure


@style.styled
def enterprises(found: SuzhouFindings, lang: str = "en") -> Figure:
    """Operating enterprises in the two scenarios farthest apart, beside the observations."""
    lang = style.language(lang)
    figure = style.sheet(
        (7.2, 3.2), text("suzhou.figure.enterprises.title", lang), text("suzhou.figure.enterprises.subtitle", lang),
        _footer(found, lang),
    )  # fmt: skip
    axes = style.panel(figure, 0.6, 0.82, 0.25, 0.86)
    times = _times(found)
    style.years(axes, times[0] - 0.25, times[-1])
    axes.axvline(SWAP, color=style.MUTED, linewidth=0.8, linestyle=(0, (2, 3)))
    handles: list[tuple[object, str]] = []
    for name, colour in (("control-swap", style.MODEL), ("never-unswapped", style.SECOND)):
        _band(axes, times, found.arm(name).operating_course, colour)
        handles.append((Line2D([], [], color=colour, linewidth=2.0), text(f"suzhou.arm.{name}", lang)))
    for row in found.operating:
        observed_mark(axes, year_of(Quarter.parse(row.quarter)), row.value, row.high, row.bound, order=5)
    axes.set_ylim(bottom=0.0)
    handles += observed_key([row.bound for row in found.operating], lang)
    style.key(figure, handles, (0.43, 0.20))
    return figure
