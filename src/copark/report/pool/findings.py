"""What the page of a panel is made from, and its words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copark.inference.pool.coverage import Coverage
from copark.inference.pool.movement import AxisMovement, reference_of
from copark.inference.pool.panel import Panel
from copark.inference.pool.scoring import ALONE, GROWTH, METHODS, POOLED, Contest, PanelScore, contest
from copark.report.forecasts import observable_title
from copark.texts import text
from copark.version import __version__

Floats = NDArray[np.float64]
TABLES = {
    "left_out": ((POOLED, ALONE, GROWTH),),
    "rolling": ((POOLED, ALONE, GROWTH, "persistence"), METHODS),
}
"""Methods that are compared on the same values, by scheme: all that need no past; those that need little; all."""
ASKED = ("equity", "network", "framework")
"""Groups the question is about."""


class ParkFan(NamedTuple):
    """A park on the pooled prior of the others: observable, ends of quarters in years, quantiles (levels, quarters)."""

    park: str
    variable: str
    times: Floats
    levels: Floats


@dataclass(frozen=True)
class PoolFindings:
    """A panel with everything asked of it, in a language.

    Parameters
    ----------
    panel, scores, movements, fans
        The panel; forecasts scored; what became of each axis; a fan of each park with something observed.
    examined
        What bands held in simulated panels, if that was asked.
    """

    panel: Panel
    scores: tuple[PanelScore, ...]
    movements: tuple[AxisMovement, ...]
    fans: tuple[ParkFan, ...]
    lang: str
    examined: Coverage | None = None

    def say(self, key: str, **values: Any) -> str:
        """A text of the panel."""
        return text(f"pool.{key}", self.lang, **values)

    @cached_property
    def reference(self) -> str:
        """The one park the panel is set against."""
        return reference_of(self.panel)

    def park(self, name: str) -> str:
        """Title of a park."""
        return self.panel.park(name).case.title.get(self.lang)

    def kind(self, name: str) -> str:
        """Type of a park, in words."""
        return self.say(f"kind.{self.panel.park(name).case.kind}")

    def method(self, name: str) -> str:
        """What a method is called."""
        return self.say(f"method.{name}")

    def observable(self, variable: str) -> str:
        """What an observable is called; all of them for an empty word."""
        return observable_title(variable, self.lang) if variable else self.say("all_counts")

    def verdict(self, word: str) -> str:
        """moved, weakly or unmoved in words."""
        return self.say(f"verdict.{word}")

    def names(self, movements: Sequence[AxisMovement]) -> str:
        """Titles of axes in one list, each with what became of the mean of all parks."""
        return self.say("join").join(
            self.say("named", title=one.title(self.lang), verdict=self.verdict(one.mean.verdict)) for one in movements
        )

    @cached_property
    def contests(self) -> tuple[Contest, ...]:
        """All tables of scores, the one over all counts first in each."""
        found = []
        for scheme, tables in TABLES.items():
            for methods in tables:
                for variable in ("", "registered", "operating", "jobs"):
                    one = contest(self.scores, scheme, variable, methods)
                    if one is not None:
                        found.append(one)
        return tuple(found)

    def main(self, scheme: str) -> Contest | None:
        """The table of a scheme over all counts, with the methods that every park allows."""
        return next((one for one in self.contests if one.scheme == scheme and not one.variable), None)

    @cached_property
    def gained(self) -> tuple[AxisMovement, ...]:
        """Axes the panel moved farther than the one park alone."""
        return tuple(one for one in self.movements if one.gained)

    @property
    def footer(self) -> str:
        """What stands below each figure."""
        settings = self.panel.settings
        return self.say(
            "figure.footer", parks=len(self.panel.parks), runs=f"{settings.runs:,}", seed=settings.seed,
            identity=self.panel.identity,
        )  # fmt: skip

    @property
    def made(self) -> str:
        """What stands below the title."""
        settings = self.panel.settings
        return self.say(
            "page.made", parks=len(self.panel.parks), runs=f"{settings.runs:,}", seed=settings.seed,
            identity=self.panel.identity, version=__version__,
        )  # fmt: skip

    def lenders(self, shares: Mapping[str, float], most: int = 6) -> str:
        """Parks and their shares, largest first, in one list."""
        ordered = sorted(shares.items(), key=lambda pair: -pair[1])
        told = [
            self.say("lender", park=self.park(name), share=f"{100 * x:.0f}") for name, x in ordered[:most] if x >= 0.005
        ]
        return self.say("join").join(told) if told else self.say("nobody")
