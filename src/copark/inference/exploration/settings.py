"""Settings: what decides over the park, let vary in a wide sample beside what is uncertain.

A switch is 1 as the case has it and 0 where it is undone; the home side's share of the equity is a number. A setting is
one combination of all. They are spread so that every switch is on in half of the settings, whatever the others are.

Factors: a unit cube whose axes are everything that is let vary.

The axes of the prior first; then, in a wide sample, parameters that are held fixed elsewhere. A box narrows the axes of
the prior to a part of it, for instance to where the posterior is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.facts import used
from copark.inference.diagnostics import movements, title_of
from copark.inference.posterior import ParameterPosterior
from copark.inference.prior import PriorSpace, random_points, study_of
from copark.model.arrays import Draws
from copark.model.variables import catalogue
from copark.simulation.counterfactual_events import happenings
from copark.simulation.scenario_edits import Edits
from copark.simulation.study import Scenario
from copark.stats.quantiles import weighted_quantiles
from copark.texts import text

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
    """A cube over a case's uncertainties. Points have shape (runs, factors)."""

    space: PriorSpace
    """The prior's cube."""
    low: Floats
    high: Floats
    """low, high: the part of it that is used, each of shape (axes of the prior,)."""
    wide: tuple[Wide, ...] = ()
    """Further parameters."""

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


SHARES = (10, 25, 40, 50, 60, 75, 90)
"""Shares of the home side tried, per cent; the host side has the rest."""
HOME_SHARE = "home_share"


@dataclass(frozen=True)
class Switch:
    """Something that can be undone: the edits that undo it."""

    key: str
    undo: Mapping[str, Any]


def switches_of(case: Case) -> tuple[Switch, ...]:
    """What can be undone in a case."""
    keys = [one.key for one in happenings(case)]
    made: list[Switch] = []
    if case.framework is not None:
        made.append(Switch("framework", {"framework": "off"}))
        made.append(Switch("plan", {"depth": {"plan": "off"}}))
        if case.visits:
            made.append(Switch("visits", {"depth": {"visits": "off"}}))
    made.append(Switch("rescue", {"depth": {"rescue_by_treaty": "off", "rescue_by_controller": "off"}}))
    for kind, name in (("decree", "decree"), ("capability", "operator"), ("partner", "partners")):
        found = [key for key in keys if key.startswith(f"{kind}/")]
        if found:
            made.append(Switch(name, {"drop": found}))
    return tuple(made)


def merged(switches: tuple[Switch, ...]) -> dict[str, Any]:
    """Edits of several switches together."""
    found: dict[str, Any] = {}
    for one in switches:
        for name, value in one.undo.items():
            if isinstance(value, dict):
                found[name] = {**found.get(name, {}), **value}
            elif isinstance(value, list):
                found[name] = [*found.get(name, []), *value]
            else:
                found[name] = value
    return found


@dataclass(frozen=True)
class FactorSetting:
    """A combination: the value of every lever, and the scenario that has them."""

    values: Mapping[str, float]
    scenario: Scenario


def settings_of(case: Case, count: int, seed: int) -> tuple[FactorSetting, ...]:
    """Settings spread over all combinations; the first is the case as it is.

    Parameters
    ----------
    count
        How many, a power of two.
    """
    from scipy.stats import qmc

    switches = switches_of(case)
    has_shares = bool(used(case.equity))
    engine = qmc.Sobol(len(switches) + 1, scramble=True, rng=np.random.default_rng([seed, count]))
    base = study_of(case, seed).scenarios[0]
    made = []
    for n, point in enumerate(random_points(engine, count)):
        off = tuple(one for one, u in zip(switches, point, strict=False) if u < 0.5) if n else ()
        values = {one.key: 0.0 if one in off else 1.0 for one in switches}
        edits = merged(off)
        share = SHARES[int(point[-1] * len(SHARES))]
        if has_shares:
            values[HOME_SHARE] = share / 100.0 if n else home_share(case)
            if n:
                edits["equity"] = [{"home": 100 * share, "host": 10_000 - 100 * share}]
        scenario = base.model_copy(update={"key": f"setting-{n}", "edits": Edits.model_validate(edits)})
        made.append(FactorSetting(values, scenario))
    return tuple(made)


def home_share(case: Case) -> float:
    """The home side's share in the last cap table of a case."""
    return used(case.equity)[-1].basis_points_of("home") / 10_000.0


def lever_title(key: str, lang: str) -> str:
    """Title of a lever."""
    return text(f"sensitivity.lever.{key}.title", lang)
