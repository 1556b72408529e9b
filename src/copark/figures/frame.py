"""What every figure of a result needs: its scenario, its time axis, its words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.presentation.numbers import number, unit_title
from copark.presentation.style import language
from copark.texts import LANGUAGES, text
from copark.words import scenario_title

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from copark.cases.quarters import Quarter


@dataclass(frozen=True)
class View:
    """One scenario of a result, in the language its figures speak.

    Parameters
    ----------
    result
        The ensemble.
    scenario
        Index of the scenario.
    lang
        Language of the labels; English where Chinese cannot be drawn.
    """

    result: xr.Dataset
    scenario: int
    lang: str

    def say(self, key: str, **values: Any) -> str:
        """A text of the report."""
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
    def finished(self) -> int:
        """Runs that finished."""
        return int(np.count_nonzero(self.result["status"].isel(scenario=self.scenario).to_numpy() == 0))

    @property
    def footer(self) -> str:
        """What made the figure."""
        name = scenario_title(self.result, self.scenario, self.lang)
        return self.say(
            "figure.footer",
            identity=self.result.attrs.get("identity", ""),
            runs=number(self.finished, 0),
            scenario=name,
        )

    def has(self, *names: str) -> bool:
        """Whether the study kept all these outputs."""
        return all(name in self.result.data_vars for name in names)

    def values(self, name: str) -> NDArray[np.float64]:
        """An output, shape (run, quarter)."""
        found: NDArray[np.float64] = self.result[name].isel(scenario=self.scenario).to_numpy().astype(np.float64)
        return found

    def title(self, name: str) -> str:
        """An output's title."""
        return str(self.result[name].attrs.get(f"title_{self.lang}") or name)

    def unit(self, name: str) -> str:
        """An output's unit as a person reads it."""
        return unit_title(str(self.result[name].attrs.get("units", "")), self.lang)


def view(result: xr.Dataset, lang: str, scenario: int = 0) -> View:
    """Look at a scenario of a result.

    Raises
    ------
    ValueError
        If there is no such language or scenario.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no language {lang!r}: one of {', '.join(LANGUAGES)}")
    if not 0 <= scenario < result.sizes["scenario"]:
        raise ValueError(f"no scenario {scenario}: the result has {result.sizes['scenario']}")
    return View(result, scenario, language(lang))


def year_of(quarter: Quarter) -> float:
    """The end of a quarter, in years."""
    return quarter.year + quarter.quarter / 4.0


def ends(start: Quarter, quarters: Iterable[int]) -> NDArray[np.float64]:
    """Ends of quarters, in years."""
    return np.array([year_of(start + t) for t in quarters])
