"""The prior as a unit cube: one coordinate for every parameter drawn, uniform between 0 and 1.

Everything inferred is inferred in the cube, where every prior is the same; values are read off through the quantiles of
the priors. The shares of the three origins, which sum to one, are a Dirichlet distribution around the case's mix, taken
apart into two Beta coordinates (stick breaking).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.cases.pack import case_parameters
from copark.model.arrays import Draws
from copark.model.variables import ORIGINS, Prior, Variable, catalogue
from copark.simulation.sample import fill, prior_of
from copark.simulation.study import Scenario, Study, baseline

Floats = NDArray[np.float64]
MIX = "origin_weight"
MIX_CONCENTRATION = 8.0
"""Concentration of the Dirichlet prior of the origin mix: as if eight enquiries had been seen. Weak on purpose, since
the mix it lies around was itself read off the record; its 90 % interval for a share of 0.46 is 0.20 to 0.74."""
EDGE = 2.0**-31
"""Points are kept this far from the faces of the cube, where a normal quantile would be infinite."""


@dataclass(frozen=True)
class Coordinate:
    """One axis of the cube: a parameter, or a stick of the origin mix (0: home of all; 1: host of the rest)."""

    name: str
    variable: Variable
    prior: Prior | None
    stick: int = -1


@dataclass(frozen=True)
class PriorSpace:
    """The cube of a case. Points have shape (runs, axes)."""

    case: Case
    coordinates: tuple[Coordinate, ...]

    @classmethod
    def of(cls, case: Case) -> PriorSpace:
        """Make the cube of all parameters with a prior in a case, and of the origin mix."""
        made: list[Coordinate] = []
        for name, variable in catalogue().parameters.items():
            prior = prior_of(variable, case)
            if name == MIX:
                made += [Coordinate(f"{MIX}.{ORIGINS[n]}", variable, None, n) for n in (0, 1)]
            elif variable.shape == () and prior is not None and prior.kind != "fixed":
                made.append(Coordinate(name, variable, prior))
        return cls(case, tuple(made))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return tuple(one.name for one in self.coordinates)

    @property
    def axes(self) -> int:
        """Number of axes."""
        return len(self.coordinates)

    @cached_property
    def defaults(self) -> dict[str, Floats]:
        """Values of all parameters where nothing is drawn."""
        facts = case_parameters(self.case)
        return {
            name: np.array(facts.get(name, v.default)).reshape(v.shape) for name, v in catalogue().parameters.items()
        }

    def values(self, points: Floats) -> dict[str, Floats]:
        """The parameters at points: name to float64 of shape (runs, *shape), drawn or held.

        The n-th broken stick of the mix is a share of what is left, Beta distributed.
        """
        from scipy.special import betaincinv

        runs, weight = len(points), self.defaults[MIX] / self.defaults[MIX].sum() * MIX_CONCENTRATION
        made = {name: np.tile(value, (runs, *([1] * value.ndim))) for name, value in self.defaults.items()}
        inside = np.clip(np.asarray(points, dtype=np.float64), EDGE, 1.0 - EDGE)
        sticks: list[Floats] = []
        for n, one in enumerate(self.coordinates):
            if one.prior is None:
                sticks.append(betaincinv(weight[one.stick], weight[one.stick + 1 :].sum(), inside[:, n]))
            else:
                drawn = one.prior.quantile(inside[:, n], one.variable.default[0])
                made[one.name] = np.clip(drawn, one.variable.low, one.variable.high)
        if sticks:
            home, host_of_rest = sticks
            rest = 1.0 - home
            made[MIX] = np.stack([home, rest * host_of_rest, rest * (1.0 - host_of_rest)], axis=1)
        return made

    def table(self, points: Floats) -> dict[str, Floats]:
        """The values of what was drawn, one number each: the mix as its three shares; each of shape (runs,)."""
        values = self.values(points)
        made: dict[str, Floats] = {}
        for one in self.coordinates:
            if one.prior is not None:
                made[one.name] = values[one.name]
            elif one.stick == 0:
                made |= {f"{MIX}.{origin}": values[MIX][:, n] for n, origin in enumerate(ORIGINS)}
        return made

    def draws(self, points: Floats, seed: int, first: int = 0, scenario: Scenario | None = None) -> Draws:
        """Make the model's records at points; luck is that of (seed, first), (seed, first + 1), …"""
        study = study_of(self.case, seed)
        return fill(self.values(points), scenario or study.scenarios[0], study, first, first + len(points))

    def sobol(self, first: int, last: int, seed: int) -> Floats:
        """Points first … last - 1 of the scrambled Sobol sequence of a seed, the same in any piece."""
        from scipy.stats import qmc

        if last <= first:
            return np.zeros((0, self.axes))
        engine = qmc.Sobol(self.axes, scramble=True, rng=np.random.default_rng(seed))
        if first:
            engine.fast_forward(first)
        points: Floats = random_points(engine, last - first)
        return np.clip(points, EDGE, 1.0 - EDGE)


def random_points(engine: object, count: int) -> Floats:
    """Take points from a Sobol engine, without its warning that a count is not a power of two."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        found: Floats = engine.random(count)  # type: ignore[attr-defined]
    return found


def study_of(case: Case, seed: int) -> Study:
    """The study whose luck the runs of an inference have."""
    return baseline(case.name).with_changes(seed=seed)


def logit(points: Floats) -> Floats:
    """ln(u / (1 - u)) of points of the cube, the scale on which nothing has an edge."""
    inside = np.clip(points, EDGE, 1.0 - EDGE)
    found: Floats = np.log(inside) - np.log1p(-inside)
    return found


def expit(z: Floats) -> Floats:
    """Inverse of :func:`logit`."""
    from scipy.special import expit as inverse

    found: Floats = inverse(z)
    return found
