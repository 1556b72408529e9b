"""Figures of published accounts: beside the model's ledger over time, and prices by kind of site."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import numpy as np

from copark.analyses.accounts.elsewhere import MEASURES, Site
from copark.analyses.accounts.ledger import FLOWS
from copark.analyses.accounts.published import COUNTERPARTS
from copark.labels import with_unit
from copark.model.clock import QUARTERS_PER_YEAR
from copark.presentation import style
from copark.presentation.numbers import axis_number
from copark.texts import text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from copark.analyses.accounts import Answer, Compared
WHOSE = {
    "company": ("o", style.SECOND, style.SECOND),
    "share": ("D", style.SECOND, style.PAPER),
    "group": ("s", style.SECOND, style.PAPER),
}
"""Mark, edge and face by whose figure it is."""
LOWER = ("more-than", "at-least")
PANELS = 6
"""Quantities that are drawn at most."""
LINEAR = frozenset({"interest_rate", "payout"})
"""Measures on a plain axis; the others have a logarithmic one."""


def drawn(answer: Answer) -> dict[str, list[Compared]]:
    """Return published figures that are drawn, by course of the ledger: flows of a year or more, and what stands."""
    by_course: dict[str, list[Compared]] = {}
    for comparison in answer.compared:
        course = COUNTERPARTS[comparison.figure.quantity].course
        is_part_of_year = course in FLOWS and 0 < comparison.figure.quarters < QUARTERS_PER_YEAR
        if course in answer.courses and not is_part_of_year:
            by_course.setdefault(course, []).append(comparison)
    return dict(list(by_course.items())[:PANELS])


def courses(answer: Answer, lang: str = "en") -> Figure:
    """Draw the model's ledger year by year with what was published, a panel for each quantity."""
    panels = drawn(answer)
    columns = min(len(panels), 2)
    tall = 1.55
    height = 1.75 + -(-len(panels) // columns) * (tall + 0.5)
    park = answer.park.text(lang)
    parts = ("courses.title", "courses.subtitle", "footer")
    own = ".own" if answer.is_own else ""
    titles = [text(f"accounts.figure.{part}{own}", lang, park=park, runs=answer.runs) for part in parts]
    figure = style.sheet((7.4, height), *titles)
    tiles = style.tiles(figure, len(panels), columns, (0.6, 0.15, 1.08), tall, (0.5, 0.5))
    for axes, (name, figures) in zip(tiles, panels.items(), strict=True):
        _course(axes, answer, name, figures, lang)
    from matplotlib.patches import Patch

    handles = [
        (Patch(facecolor=style.MODEL, alpha=0.2), text("accounts.figure.band", lang)),
        (style.line(style.MODEL, linewidth=1.8), text("accounts.figure.median", lang)),
    ]
    seen = {comparison.figure.whose for figures in panels.values() for comparison in figures}
    for whose, (mark, edge, face) in WHOSE.items():
        if whose in seen:
            handle = style.line(edge, mark, linestyle="", markerfacecolor=face)
            named = "books" if answer.is_own and whose == "company" else whose
            handles.append((handle, text(f"accounts.figure.whose.{named}", lang)))
    if any(comparison.figure.bound in LOWER for figures in panels.values() for comparison in figures):
        handles.append((style.line(style.SECOND, "^", linestyle=""), text("accounts.figure.lower", lang)))
    style.key(figure, handles, columns=3)
    return figure


def _course(axes: Axes, answer: Answer, name: str, figures: list[Compared], lang: str) -> None:
    course = answer.courses[name]
    middle = 0.5 if name in FLOWS else 1.0
    times = [year + middle for year in course.years]
    low, median, high = (np.array([getattr(band, part) for band in course.bands]) for part in ("low", "median", "high"))
    style.years(axes, course.years[0], course.years[-1] + 1.0)
    axes.fill_between(times, low, high, color=style.MODEL, alpha=0.2, linewidth=0)
    axes.plot(times, median, color=style.MODEL, linewidth=1.8)
    unit = COUNTERPARTS[figures[0].figure.quantity].unit
    for comparison in figures:
        _mark(axes, comparison)
    axes.axhline(0.0, color=style.INK, linewidth=0.6)
    title = with_unit(text(f"accounts.course.{name}", lang), unit, lang)
    axes.set_title(style.wrap(title, 34.0, 1), loc="left", **style.LABEL, pad=4)


def signals(answer: Answer, lang: str = "en") -> Figure:
    """Draw each satellite signal and the model's counterpart as indices, a panel for each."""
    park = answer.park.text(lang)
    parts = ("signals.title", "signals.subtitle", "footer.own")
    titles = [text(f"accounts.figure.{part}", lang, park=park, runs=answer.runs) for part in parts]
    count = len(answer.signals)
    figure = style.sheet((7.4 if count > 1 else 5.6, 3.9), *titles)
    tiles = style.tiles(figure, count, count, (0.6, 0.15, 1.08), 1.75, (0.5, 0.5))
    for axes, signal in zip(tiles, answer.signals, strict=True):
        years = signal.model.years
        low, median, high = (
            np.array([getattr(band, part) for band in signal.model.bands]) for part in ("low", "median", "high")
        )
        style.years(axes, years[0] - 0.5, years[-1] + 0.5)
        axes.fill_between(years, low, high, color=style.MODEL, alpha=0.2, linewidth=0)
        axes.plot(years, median, color=style.MODEL, linewidth=1.8)
        for year, band in zip(signal.seen.years, signal.seen.bands, strict=True):
            axes.plot([year, year], [band.low, band.high], color=style.SECOND, linewidth=1.4, zorder=4)
            axes.plot([year], [band.median], "o", color=style.SECOND, ms=4.8, zorder=5, clip_on=False)
        axes.set_ylim(bottom=0.0)
        words = {"seen": text(f"accounts.seen.{signal.variable}", lang), "base": signal.base}
        title = text(
            "accounts.figure.signals.panel", lang, output=text(f"accounts.output.{signal.output}", lang), **words
        )
        axes.set_title(style.wrap(title, 34.0 if count > 1 else 52.0, 2), loc="left", **style.LABEL, pad=4)
    from matplotlib.patches import Patch

    style.key(
        figure,
        [
            (Patch(facecolor=style.MODEL, alpha=0.2), text("accounts.figure.band", lang)),
            (style.line(style.MODEL, linewidth=1.8), text("accounts.figure.median", lang)),
            (style.line(style.SECOND, "o", linewidth=1.4), text("accounts.figure.signals.seen", lang)),
        ],
        columns=3,
    )
    return figure


def _mark(axes: Axes, comparison: Compared) -> None:
    """Draw a published figure: a holder's share as the whole that it is a share of."""
    figure = comparison.figure
    value = (figure.compared or 0.0) / figure.share
    start, end = (
        np.datetime64(day).astype("datetime64[D]").astype(float) / 365.25 + 1970.0
        for day in (figure.since, figure.until)
    )
    place = (start + end) / 2.0
    mark, edge, face = WHOSE[figure.whose]
    if figure.compared_high is not None:
        axes.plot([place, place], [value, figure.compared_high / figure.share], color=edge, linewidth=1.4)
    if figure.quarters > QUARTERS_PER_YEAR:
        axes.plot([start, end], [value, value], color=edge, linewidth=1.4)
    shape = "^" if figure.bound in LOWER else mark
    axes.plot([place], [value], shape, color=edge, markerfacecolor=face, ms=4.8, zorder=5, clip_on=False)


def prices(answer: Answer, lang: str = "en") -> Figure:
    """Draw prices, fees, costs, interest and payouts by kind of site, and what the model of this park has."""
    from matplotlib.ticker import LogLocator

    sites = get_args(Site)
    park = answer.park.text(lang)
    titles = [
        text(f"accounts.figure.{part}", lang, park=park) for part in ("prices.title", "prices.subtitle", "footer")
    ]
    measures = [name for name in MEASURES if any(price.measure == name for price in answer.elsewhere)]
    rows = -(-len(measures) // 3)
    figure = style.sheet((7.6, 1.62 + 1.72 * rows), *titles)
    tiles = style.tiles(figure, len(measures), 3, (1.1, 0.15, 1.12), 1.2, (0.2, 0.52))
    names = [*(text(f"accounts.short_site.{site}", lang) for site in sites), text("accounts.figure.model", lang)]
    for position, (axes, measure) in enumerate(zip(tiles, measures, strict=True)):
        axes.grid(visible=False)
        axes.grid(axis="x", color=style.GRID, linewidth=0.6)
        axes.set_ylim(3.6, -0.6)
        if measure not in LINEAR:
            axes.set_xscale("log")
            axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        for row, site in enumerate(sites):
            prices = [price for price in answer.elsewhere if price.measure == measure and price.site == site]
            for number, price in enumerate(prices):
                colour = style.SECOND if price.is_own else style.MUTED
                place = row + 0.15 * (number % 3 - 1)
                if price.high > price.value:
                    axes.plot([price.value, price.high], [place, place], color=colour, linewidth=1.2)
                axes.plot(
                    [price.middle], [place], "o", color=colour, ms=4.0, alpha=0.8, mew=0.0, zorder=4 + price.is_own
                )
            if prices:
                median = float(np.median([price.middle for price in prices]))
                axes.plot([median, median], [row - 0.38, row + 0.38], color=style.INK, linewidth=1.6)
        band = answer.model_prices.get(measure)
        if band is not None:
            style.interval(axes, 3.0, (band.low, band.high), band.median)
        is_first = position % 3 == 0
        axes.set_yticks(range(4) if is_first else [], names if is_first else [])
        axes.tick_params(labelsize=style.SIZE["foot"])
        axes.tick_params(which="minor", length=0, labelbottom=False)
        axes.xaxis.set_major_formatter(lambda value, _: axis_number(value))
        title = with_unit(text(f"accounts.measure.{measure}", lang), MEASURES[measure], lang)
        axes.set_title(style.wrap(title, 22.0, 2), loc="left", **style.LABEL, pad=4)
    style.key(
        figure,
        [
            (style.line(style.MUTED, "o", linestyle=""), text("accounts.figure.others", lang)),
            (style.line(style.SECOND, "o", linestyle=""), text("accounts.figure.own", lang)),
            (style.line(style.INK, linewidth=1.6), text("accounts.figure.site_median", lang)),
            (style.line(style.MODEL, "o", linewidth=2.0), text("accounts.figure.model_band", lang)),
        ],
        columns=4,
    )
    return figure
