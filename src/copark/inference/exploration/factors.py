"""Factors: a unit cube whose axes are everything that is let vary.

The axes of the prior first; then, in a wide sample, parameters that are held fixed elsewhere. A box narrows the axes of
the prior to a part of it, for instance to where the posterior is.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.inference.diagnostics import movements, title_of
from copark.inference.posterior import ParameterPosterior
from copark.inference.prior import PriorSpace
from copark.model.arrays import Draws
from copark.model.variables import catalogue
from copark.stats.quantiles import weighted_quantiles

Floats = NDArray[np.float64]
WIDE = Path(__file__).parent / "wide_ranges.yaml"
BOX = (0.05, 0.95)
"""Quantiles of the posterior that bound its box, and of the prior that bound the screen's levels."""


@dataclass(frozen=True)
class Wide:
    """A parameter held fixed elsewhere, and the range it has in a wide sample."""

    name: str
    low: float
    high: float
    source: str


@cache
def wide_ranges() -> tuple[Wide, ...]:
    """All such parameters, in the order of their file."""
    import yaml

    entries: dict[str, dict[str, Any]] = yaml.safe_load(WIDE.read_text(encoding="utf-8"))
    return tuple(
        Wide(name, float(entry["low"]), float(entry["high"]), entry["source"]) for name, entry in entries.items()
    )


@dataclass(frozen=True)
class Factors:
    """A cube over a case's uncertainties. Points have shape (runs, factors).

    Parameters
    ----------
    space
        The prior's cube.
    low, high
        The part of it that is used, each of shape (axes of the prior,).
    wide
        Further parameters.
    """

    space: PriorSpace
    low: Floats
    high: Floats
    wide: tuple[Wide, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return (*self.space.names, *(one.name for one in self.wide))

    @property
    def count(self) -> int:
        """Number of axes."""
        return self.space.axes + len(self.wide)

    def inside(self, points: Floats) -> Floats:
        """Points of the prior's cube that points of this one are, shape (runs, axes of the prior)."""
        found: Floats = self.low + (self.high - self.low) * points[:, : self.space.axes]
        return found

    def widened(self, points: Floats) -> dict[str, Floats]:
        """Values of the further parameters, each of shape (runs,)."""
        given = points[:, self.space.axes : self.count]
        return {one.name: one.low + (one.high - one.low) * given[:, n] for n, one in enumerate(self.wide)}

    def draws(self, points: Floats, seed: int, first: int = 0) -> Draws:
        """Make the model's records at points; luck is that of (seed, first), (seed, first + 1), …"""
        made = self.space.draws(self.inside(points), seed, first)
        for name, values in self.widened(points).items():
            getattr(made, catalogue().parameters[name].room)[name] = values
        return made

    def table(self, points: Floats) -> dict[str, Floats]:
        """Values of everything that varies, in the units of the parameters, each of shape (runs,)."""
        return self.space.table(self.inside(points)) | self.widened(points)

    def sobol(self, count: int, seed: int) -> Floats:
        """The first points of a scrambled Sobol sequence over the cube."""
        from scipy.stats import qmc

        from copark.inference.prior import random_points

        engine = qmc.Sobol(self.count, scramble=True, rng=np.random.default_rng([seed, self.count]))
        return random_points(engine, count)


def prior_factors(case: Case) -> Factors:
    """The whole prior."""
    space = PriorSpace.of(case)
    return Factors(space, np.zeros(space.axes), np.ones(space.axes))


def screened(factors: Factors) -> Factors:
    """The part of a cube a screen looks at: its levels lie on the faces, where a normal prior would be endless."""
    width = factors.high - factors.low
    return Factors(factors.space, factors.low + BOX[0] * width, factors.low + BOX[1] * width, factors.wide)


def wide_factors(case: Case) -> Factors:
    """The prior and further parameters; a fact of the case stays a fact."""
    space = PriorSpace.of(case)
    known = {*space.names, *case.parameters}
    further = tuple(one for one in wide_ranges() if one.name not in known)
    return Factors(space, np.zeros(space.axes), np.ones(space.axes), further)


def posterior_box(space: PriorSpace, points: Floats, weights: Floats | None = None) -> Factors:
    """The box around a posterior: its central nine tenths on each axis, even inside, ties between axes left out."""
    share = np.full(len(points), 1.0 / len(points)) if weights is None else weights
    edges = np.stack([weighted_quantiles(points[:, n], share, BOX) for n in range(space.axes)])
    return Factors(space, edges[:, 0], edges[:, 1])


def marks_of(parameters: ParameterPosterior) -> dict[str, str]:
    """What the data did to each parameter: moved, weakly, unmoved."""
    return {one.name: one.verdict for one in movements(parameters.space, parameters.points, parameters.weights)}


def unit_of(name: str) -> str:
    """Unit of a factor."""
    return catalogue().parameters[name.partition(".")[0]].unit


def factor_title(name: str, lang: str) -> str:
    """Title of a factor."""
    return title_of(name, lang)
