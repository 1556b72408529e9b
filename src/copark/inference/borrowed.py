"""Parameters borrowed from other parks: what the pooled panel teaches of a park without a calibration of its own.

Shipped are draws of the hierarchy (:mod:`copark.inference.pool.hierarchy`): of every park of the panel its local part
θ_p, in which its own record counts, too; and of what the parks have in common, μ and τ, from which a park that is not
in the panel is drawn: θ = μ + τ z. All are on the scale of normal scores, u = Φ(θ) in the unit cube of the prior. Axes
that are not pooled keep the park's own prior.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.schema import Parameter
from copark.errors import NotFound
from copark.identity import hash_content, identity_of
from copark.inference.artefacts import arrays_in
from copark.inference.pool.abc_regression import scores_of
from copark.inference.pool.panel import Panel, recipe_of
from copark.inference.pool.parks import AXES, POOLED, SIZES, Park, flat_size, is_pooled, park_of, read_for_panel
from copark.inference.prior import EDGE, PriorSpace, study_of
from copark.model.arrays import Draws
from copark.model.compiler import versions
from copark.simulation.sample import fill, uniforms
from copark.simulation.study import Study
from copark.simulation.trust import Trust

Floats = NDArray[np.float64]
SHIPPED = Path(__file__).parent / "panel"
DRAWS = 512
"""Draws of the hierarchy that ship."""
CLOSE = 1e-3
"""Largest difference of a normal score that another processor may cause: draws are stored in single precision."""
STRIDE = 0.6180339887498949
"""Draws are taken in steps of the golden section, so that the first few are spread over all of them."""


@dataclass(frozen=True)
class PooledDraws:
    """Draws of the hierarchy, on the scale of normal scores."""

    recipe: Mapping[str, Any]
    """What the panel was learned from: parks and hashes, model, settings, values read of each park."""
    mu: Floats
    tau: Floats
    """mu, tau: middle and spread over parks of every pooled axis, shape (draws, axes)."""
    theta: Mapping[str, Floats]
    """By park: its own, shape (draws, axes)."""

    @property
    def count(self) -> int:
        """Number of draws."""
        return len(self.mu)

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Order in which draws are taken, shape (draws,)."""
        found: NDArray[np.int64] = np.argsort((np.arange(self.count) * STRIDE) % 1.0, kind="stable")
        return found

    @cached_property
    def identity(self) -> str:
        """Hash of all draws."""
        arrays = {"mu": self.mu, "tau": self.tau, **self.theta}
        return identity_of({name: hash_content(values.tolist()) for name, values in arrays.items()})

    def knows(self, park: Park) -> bool:
        """Whether a park is in the panel, as it is now."""
        return bool(self.recipe["parks"].get(park.name) == hash_content(park.content))


def thinned(panel: Panel) -> PooledDraws:
    """Give the draws of a panel that are worth shipping, and its recipe."""
    pooled = panel.pooled
    at = (np.arange(DRAWS) * pooled.draws) // DRAWS
    recipe = {
        **recipe_of(panel.parks, panel.settings),
        "identity": panel.identity,
        "values": {name: one.values for name, one in panel.local.items()},
        "made_with": dict(versions()),
    }
    single = {name: values[at].astype(np.float32).astype(np.float64) for name, values in
              {"mu": pooled.mu, "tau": pooled.tau}.items()}  # fmt: skip
    theta = {name: pooled.theta[at, n].astype(np.float32).astype(np.float64) for n, name in enumerate(panel.names)}
    return PooledDraws(recipe, single["mu"], single["tau"], theta)


def save(draws: PooledDraws, folder: Path = SHIPPED) -> None:
    """Write draws of a panel and their recipe."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {"mu": draws.mu, "tau": draws.tau, **{f"theta/{name}": one for name, one in draws.theta.items()}}
    singles: dict[str, Any] = {name: values.astype(np.float32) for name, values in arrays.items()}
    np.savez_compressed(folder / "pooled.npz", **singles)
    words = json.dumps(draws.recipe, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "recipe.json").write_text(words + "\n", encoding="utf-8")


@cache
def shipped_draws() -> PooledDraws:
    """Draws of the panel that ship with the package.

    Raises NotFound if there are none that fit the model's axes.
    """
    return load(SHIPPED)


def load(folder: Path) -> PooledDraws:
    """Read draws of a panel.

    Raises NotFound if there are none, or they have other axes than the model has now.
    """
    path = folder / "recipe.json"
    recipe = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    if recipe is None or list(recipe["axes"]) != sorted(AXES):
        raise NotFound.of("trust.none_borrowed")
    read = {name: values.astype(np.float64) for name, values in arrays_in(folder / "pooled.npz").items()}
    theta = {name.removeprefix("theta/"): values for name, values in read.items() if name.startswith("theta/")}
    return PooledDraws(recipe, read["mu"], read["tau"], theta)


def is_current(draws: PooledDraws, panel_recipe: Mapping[str, Any]) -> bool:
    """Whether draws were made from these parks, model, settings and priors; code alone may be another."""
    kept = {key: value for key, value in panel_recipe.items() if key != "code"}
    return bool(json.loads(json.dumps(kept)) == {key: draws.recipe[key] for key in kept})


def largest_difference(first: PooledDraws, second: PooledDraws) -> float:
    """Largest difference between the draws of two panels, in normal scores; infinite where their parks differ."""
    if first.theta.keys() != second.theta.keys() or first.mu.shape != second.mu.shape:
        return float("inf")
    pairs = [(first.mu, second.mu), (first.tau, second.tau)]
    pairs += [(first.theta[name], second.theta[name]) for name in first.theta]
    return max(float(np.abs(one - other).max()) for one, other in pairs)


def read_with_sizes(case: Case, flat: Sequence[str] = ()) -> Case:
    """Give a case that is not in the panel with the panel's priors of size, where it brings none of its own.

    Parameters
    ----------
    flat
        Sizes that are flat over the whole range of the model instead.
    """
    panel = read_for_panel(case).parameters
    sizes = {name: panel[name] for name in SIZES} | {name: flat_size(name) for name in flat}
    own: dict[str, Parameter] = {**sizes, **case.parameters}
    return case.model_copy(update={"parameters": own})


class BorrowedSource:
    """Borrowed parameters as the source of a study's draws.

    Run r has draw d = r // futures. Its pooled axes are those of draw d of the hierarchy, in an order spread over all
    draws; what is not pooled, and what sets a park apart that is not in the panel, is addressed by (the study's seed,
    d). Random numbers are the study's own. A park of the panel is drawn as one that is not in it where it is not to be
    ``known``.
    """

    def __init__(self, case: Case, draws: PooledDraws, *, known: bool = True) -> None:
        self.case, self.pooled = case, draws
        park = park_of(case)
        self.known = known and draws.knows(park)
        self.read = park.read if self.known else read_with_sizes(case)
        self.space = park.space if self.known else PriorSpace.of(self.read)

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Axes of the case that are pooled: not those it brings a prior of its own for, unless the panel knows it."""
        brought = () if self.known else tuple(self.case.parameters)
        return tuple(name for name in self.space.names if is_pooled(self.case, name) and name not in brought)

    @property
    def cut(self) -> Quarter | None:
        """None: borrowed parameters reproduce no record."""
        return None

    @cached_property
    def trust(self) -> Trust:
        """Borrowed from so many other parks."""
        parks = len(self.pooled.theta)
        values = int(self.pooled.recipe["values"][self.case.name]) if self.known else 0
        return Trust("borrowed", "borrowed", self.case.name, values=values, parks=parks - self.known)

    @property
    def drawn(self) -> tuple[str, ...]:
        """Parameters, one number each, that differ between draws."""
        return tuple(one.name for one in self.space.coordinates if one.prior is not None)

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """Entries of provenance: the hash of what is borrowed, and the trust state."""
        parts = {
            "pooled": self.pooled.identity,
            "park": self.case.name if self.known else "new",
            "axes": list(self.space.names),
            "shared": list(self.shared),
            "case": self.read.hash,
        }
        return {"draws_hash": identity_of(parts), "trust": self.trust.content()}

    def points_of(self, numbers: NDArray[np.int64], seed: int) -> Floats:
        """Points of the cube of draws by number, shape (len(numbers), axes)."""
        first, last = int(numbers.min()), int(numbers.max()) + 1
        columns = list(AXES)
        free = uniforms(len(columns), first, last, seed)[numbers - first]
        points = free[:, [columns.index(name) for name in self.space.names]]
        at = self.pooled.order[numbers % self.pooled.count]
        for name in self.shared:
            axis, place = POOLED.index(name), self.space.names.index(name)
            if self.known:
                scores = self.pooled.theta[self.case.name][at, axis]
            else:
                own = scores_of(free[:, columns.index(name)])
                scores = self.pooled.mu[at, axis] + self.pooled.tau[at, axis] * own
            points[:, place] = probabilities_of(scores)
        found: Floats = np.clip(points, EDGE, 1.0 - EDGE)
        return found

    @cached_property
    def points(self) -> Floats:
        """Points of the cube, one for each draw of the hierarchy: for what is said of the parameters themselves."""
        return self.points_of(np.arange(self.pooled.count), seed=1)

    def draws(self, study: Study, first: int, last: int) -> Draws:
        """Parameters and random numbers of runs first … last - 1, before any scenario."""
        points = self.points_of(np.arange(first, last) // study.futures, study.seed)
        blank = study_of(self.case, study.seed).scenarios[0]
        return fill(self.space.values(points), blank, study, first, last)


def probabilities_of(scores: Floats) -> Floats:
    """Φ of normal scores."""
    from scipy.special import ndtr

    found: Floats = ndtr(scores)
    return found
