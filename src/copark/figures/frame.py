"""Frame of every figure of a result: its scenario, its time axis, its words; and how a reported value is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.labels import BOUND_MARKS, scenario_title
from copark.presentation.numbers import number, unit_title
from copark.presentation.style import INK, MUTED, PAPER
from copark.texts import LANGUAGES, text

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D
    from numpy.typing import NDArray

    from copark.cases.quarters import Quarter


@dataclass(frozen=True)
class View:
    """One scenario of a result, in the language its figures speak."""

    result: xr.Dataset
    scenario: int
    lang: str

    def say(self, key: str, **values: Any) -> str:
        """Return a text of the report."""
        return text(f"report.{key}", self.lang, **values)

    @property
    def times(self) -> NDArray[np.float64]:
        """End of each quarter, in years."""
        labels = [str(label) for label in self.result["label"].to_numpy()]
        return np.array([int(label[:4]) + int(label[-1]) / 4.0 for label in labels])

    @property
    def span(self) -> tuple[float, float]:
        """The first and the last moment, in years."""
        times = self.times
        return float(times[0]) - 0.25, float(times[-1])

    @property
    def footer(self) -> str:
        """Line on what made the figure."""
        finished = int(np.count_nonzero(self.result["status"].isel(scenario=self.scenario).to_numpy() == 0))
        return self.say(
            "figure.footer",
            identity=self.result.attrs.get("identity", ""),
            runs=number(finished, 0),
            scenario=scenario_title(self.result, self.scenario, self.lang),
        )

    def has(self, *names: str) -> bool:
        """Return whether the study kept all these outputs."""
        return all(name in self.result.data_vars for name in names)

    def values(self, name: str) -> NDArray[np.float64]:
        """Return an output, shape (run, quarter)."""
        return self.result[name].isel(scenario=self.scenario).to_numpy().astype(np.float64)

    def title(self, name: str) -> str:
        """Return an output's title."""
        return str(self.result[name].attrs.get(f"title_{self.lang}") or name)

    def unit(self, name: str) -> str:
        """Return an output's unit as a person reads it."""
        return unit_title(str(self.result[name].attrs.get("units", "")), self.lang)


def view(result: xr.Dataset, lang: str, scenario: int = 0) -> View:
    """Look at a scenario of a result.

    Parameters
    ----------
    result
        Stored runs.
    lang
        Language of the figure, ``en`` or ``zh``.
    scenario
        Place of the scenario in the result.

    Raises
    ------
    ValueError
        If there is no such language or scenario.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}: one of {', '.join(LANGUAGES)}")
    if not 0 <= scenario < result.sizes["scenario"]:
        raise ValueError(f"no scenario {scenario}: the result has {result.sizes['scenario']}")
    return View(result, scenario, lang)


def year_of(quarter: Quarter) -> float:
    """Return the end of a quarter, in years."""
    return quarter.year + quarter.quarter / 4.0


def ends(start: Quarter, quarters: Iterable[int]) -> NDArray[np.float64]:
    """Return the ends of quarters, in years."""
    return np.array([year_of(start + t) for t in quarters])


def observed_mark(
    axes: Axes,
    year: float,
    value: float,
    high: float | None,
    bound: str,
    colour: str = INK,
    size: float = 4.6,
    order: float = 6.0,
) -> None:
    """Draw a reported value: a dot; a ring if approximate; a caret from a bound to where it is open; a bar for a range.

    Parameters
    ----------
    axes
        Where it is drawn.
    year
        Its moment, in years.
    value
        The value, or the lower end of a range.
    high
        Where a range ends; of "more than" how far it is read to reach, which is not drawn.
    bound
        Kind of bound, as the casebook has it.
    colour
        Colour of the mark.
    size
        Size of the mark, points.
    order
        Drawing order.
    """
    from matplotlib.markers import CARETDOWNBASE, CARETUPBASE

    markers = {"least": CARETUPBASE, "most": CARETDOWNBASE}
    kind = BOUND_MARKS.get(bound, "exact")
    if kind == "range" and high is not None:
        axes.plot([year, year], [value, high], color=colour, linewidth=0.45 * size, zorder=order, solid_capstyle="butt")
    elif kind in markers:
        axes.plot([year], [value], "_", color=colour, markersize=1.5 * size, markeredgewidth=0.28 * size, zorder=order)
        axes.plot(
            [year], [value], marker=markers[kind], color=colour, markersize=1.25 * size, markeredgewidth=0, zorder=order
        )
    else:
        hollow = kind == "about"
        axes.plot(
            [year],
            [value],
            "o",
            color=colour,
            markersize=size,
            markerfacecolor=PAPER if hollow else colour,
            markeredgecolor=colour if hollow else PAPER,
            markeredgewidth=1.1 if hollow else 0.5,
            zorder=order,
        )


def observed_key(bounds: Iterable[str], lang: str, *, unused: bool = False) -> list[tuple[Line2D, str]]:
    """Return handles and words for the kinds of reported values in a figure, in one order.

    Parameters
    ----------
    bounds
        Kinds of bounds in the figure.
    lang
        Language.
    unused
        Some are drawn grey, because others contradict them.
    """
    from matplotlib.markers import CARETDOWNBASE, CARETUPBASE

    kinds = {BOUND_MARKS.get(bound, "exact") for bound in bounds}
    handles = {
        "exact": _handle("o", INK),
        "about": _handle("o", INK, markerfacecolor=PAPER, markeredgewidth=1.1),
        "least": _handle(CARETUPBASE, INK, markersize=7.0),
        "most": _handle(CARETDOWNBASE, INK, markersize=7.0),
        "range": _handle("|", INK, markersize=7.0, markeredgewidth=2.0),
    }
    entries = [(handle, text(f"report.observed.{kind}", lang)) for kind, handle in handles.items() if kind in kinds]
    if unused:
        entries.append((_handle("o", MUTED), text("report.observed.unused", lang)))
    return entries


def _handle(marker: Any, colour: str, **extra: Any) -> Line2D:
    from matplotlib.lines import Line2D

    options = {"linestyle": "", "markersize": 4.6, "markeredgewidth": 0.0, **extra}
    return Line2D([], [], color=colour, marker=marker, **options)
