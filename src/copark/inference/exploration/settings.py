"""Factors: a unit cube whose axes are those of the prior; a box narrows it, for instance to where the posterior is."""

from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.inference.diagnostics import movements
from copark.inference.posterior import ParameterPosterior
from copark.inference.prior import PriorSpace, random_points
from copark.model.arrays import Draws
from copark.stats.quantiles import weighted_quantiles

BOX = (0.05, 0.95)
"""Quantiles of the posterior that bound its box."""


@dataclass(frozen=True)
class Factors:
    """A cube over a case's uncertainties. Points have shape (runs, factors)."""

    space: PriorSpace
    """The prior's cube."""
    low: Floats
    high: Floats
    """low, high: the part of it that is used, each of shape (axes of the prior,)."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return self.space.names

    @property
    def count(self) -> int:
        """Number of axes."""
        return self.space.axes

    def inside(self, points: Floats) -> Floats:
        """Points of the prior's cube that points of this one are, a dummy beyond them left out; shape (runs, axes)."""
        found: Floats = self.low + (self.high - self.low) * points[:, : self.space.axes]
        return found

    def draws(self, points: Floats, seed: int, first: int = 0) -> Draws:
        """Make the model's records at points; luck is that of (seed, first), (seed, first + 1), …"""
        return self.space.draws(self.inside(points), seed, first)

    def table(self, points: Floats) -> dict[str, Floats]:
        """Values of everything that varies, in the units of the parameters, each of shape (runs,)."""
        return self.space.table(self.inside(points))

    def sobol(self, count: int, seed: int) -> Floats:
        """The first points of a scrambled Sobol sequence over the cube."""
        from scipy.stats import qmc

        engine = qmc.Sobol(self.count, scramble=True, rng=np.random.default_rng([seed, self.count]))
        return random_points(engine, count)


def prior_factors(case: Case) -> Factors:
    """The whole prior."""
    space = PriorSpace.of(case)
    return Factors(space, np.zeros(space.axes), np.ones(space.axes))


def posterior_box(space: PriorSpace, points: Floats, weights: Floats | None = None) -> Factors:
    """The box around a posterior: its central nine tenths on each axis, even inside, ties between axes left out."""
    share = np.full(len(points), 1.0 / len(points)) if weights is None else weights
    edges = np.stack([weighted_quantiles(points[:, n], share, BOX) for n in range(space.axes)])
    return Factors(space, edges[:, 0], edges[:, 1])


def marks_of(parameters: ParameterPosterior) -> dict[str, str]:
    """What the data did to each parameter: moved, weakly, unmoved."""
    return {one.name: one.verdict for one in movements(parameters.space, parameters.points, parameters.weights)}
