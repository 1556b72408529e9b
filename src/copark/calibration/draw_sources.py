"""Sources of a study's draws: a calibrated park's replay posterior, or parameters borrowed from other parks.

Borrowed is what the pooled panel teaches of a park without a calibration of its own. Shipped are draws of the hierarchy
(:mod:`copark.calibration.pool.panel`): of every park of the panel its local part θ_p, in which its own record counts,
too; and of what the parks have in common, μ and τ, from which a park that is not in the panel is drawn: θ = μ + τ z.
All are on the scale of normal scores, u = Φ(θ) in the unit cube of the prior. Axes that are not pooled keep the park's
own prior.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats, Integers
from copark.calibration.pool.parks import AXES, POOLED, PanelPark, is_pooled, park_of
from copark.calibration.prior import EDGE, PriorSpace, scores_of, study_of
from copark.calibration.replay_posterior import ReplayPosterior
from copark.calibration.size_priors import read_with_sizes
from copark.cases.case import Case
from copark.cases.model_inputs import case_parameters
from copark.cases.quarters import Quarter
from copark.errors import NotFound
from copark.identity import hash_array, hash_content, identity_of
from copark.model.arrays import Draws
from copark.simulation.sample import fill, uniforms, varying
from copark.simulation.study import Study
from copark.simulation.trust import Kind, Trust
from copark.stats.convergence import largest_reduction

SHIPPED = Path(__file__).parent / "panel"
DRAWS = 512
"""Draws of the hierarchy that ship."""
WIDTH = 44
"""Axes of the panel in a block of draws: as many as there were when posteriors were first lent."""
CLOSE = 1e-3
"""Largest difference of a normal score that another processor may cause: draws are stored in single precision."""
STRIDE = 0.6180339887498949
"""Draws are taken in steps of the golden section, so that the first few are spread over all of them."""


def spread(count: int) -> Integers:
    """Return places of draws in steps of the golden section, shape (count,)."""
    return np.argsort((np.arange(count) * STRIDE) % 1.0, kind="stable")


def hash_of(replay: ReplayPosterior) -> str:
    """Hash what draws of a replay posterior are made of: pairs as they are stored, seed, cut, priors, own facts.

    Never the draws themselves: a quantile of a prior has other last digits on another processor, and results that are
    kept by their identity would not be found there. Priors and facts have twelve digits at most; what the model takes
    by default is told by its version.
    """
    parts = {
        "points": hash_array(replay.points, "<f8"),
        "addresses": hash_array(replay.addresses, "<i8"),
        "seed": replay.seed,
        "quarters": replay.quarters,
        "axes": axes_of(replay.space),
        "facts": facts_of(replay.space),
    }
    return hash_content(parts)


def axes_of(space: PriorSpace) -> list[list[str]]:
    """Name the axes of a cube, each with its prior."""
    return [
        [axis.name, *([] if axis.prior is None else [axis.prior.kind, *_digits([axis.prior.a, axis.prior.b])])]
        for axis in space.coordinates
    ]


def facts_of(space: PriorSpace) -> dict[str, list[str]]:
    """Return the values of parameters that a case brings, by name."""
    return {name: _digits(np.ravel(value).tolist()) for name, value in case_parameters(space.case).items()}


def _digits(values: Iterable[float]) -> list[str]:
    """Write numbers to twelve digits."""
    return [f"{value + 0.0:.12g}" for value in values]


class PosteriorSource:
    """Draws of a replay posterior: pairs of parameters and past random numbers, with futures of their own.

    Run r has draw d = r // replicates, which is pair d of an order spread over all pairs, begun again when they are
    used up. Up to the cut it has the pair's random numbers, from then on those of (the study's seed, r).
    """

    def __init__(self, replay: ReplayPosterior, *, stale: bool = False, kind: Kind = "shipped") -> None:
        self.replay = replay
        self.stale = stale
        self.kind = kind
        self.space: PriorSpace = replay.space
        self.points: Floats = replay.points
        self.cut: Quarter | None = replay.cut

    @property
    def trust(self) -> Trust:
        """Calibrated to the record up to the cut; stale where model or case have changed since."""
        return Trust(
            "stale" if self.stale else "calibrated",
            self.kind,
            self.replay.space.case.name,
            str(self.replay.cut),
            self.replay.values,
            scale_reduction=round(largest_reduction(self.replay.disagreement(), self.replay.population), 3),
        )

    @cached_property
    def whole(self) -> Draws:
        """Draws of all pairs."""
        return self.replay.draws()

    @cached_property
    def order(self) -> Integers:
        """Order in which pairs are taken, shape (pairs,)."""
        return np.argsort(spread(self.replay.pairs), kind="stable")

    @property
    def drawn(self) -> tuple[str, ...]:
        """Parameters, one number each, that differ between pairs."""
        return tuple(varying(self.whole))

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """Entries of provenance: the hash of all draws, the cut, how many pairs, whether it is of another model."""
        return {
            "draws_hash": hash_of(self.replay),
            "posterior_cut": str(self.replay.cut),
            "posterior_pairs": self.replay.pairs,
            "posterior_stale": self.stale,
            "trust": self.trust.content(),
        }

    def draws(self, study: Study, first: int, last: int) -> Draws:
        """Draw parameters and random numbers of runs first … last - 1, before any scenario.

        Parameters
        ----------
        study
            The study the runs are of.
        first
            Number of the first run.
        last
            Number after the last run.
        """
        runs = np.arange(first, last)
        draws = Draws(*(record[self._pairs(runs, study.replicates)].copy() for record in self.whole))
        draws.addresses["later_seed"] = study.seed
        draws.addresses["later_run"] = runs
        return draws

    def searches(self, runs: int, futures: int) -> Integers:
        """Number the search of the calibration that found the pair of each run, shape (runs,)."""
        return self.replay.population[self._pairs(np.arange(runs), futures)]

    def _pairs(self, runs: Integers, futures: int) -> Integers:
        """Return the pair of each run, by its number."""
        pairs: Integers = self.order[runs // futures % self.replay.pairs]
        return pairs


@dataclass(frozen=True)
class PooledDraws:
    """Draws of the hierarchy, on the scale of normal scores."""

    recipe: Mapping[str, Any]
    """Parks and hashes, model, settings, values read of each park."""
    mu: Floats
    """Middle over parks of every pooled axis, shape (draws, axes)."""
    tau: Floats
    """Spread over parks of every pooled axis, shape (draws, axes)."""
    theta: Mapping[str, Floats]
    """By park: its own place on every pooled axis, shape (draws, axes)."""

    @property
    def count(self) -> int:
        """Number of draws."""
        return len(self.mu)

    @cached_property
    def arrays(self) -> dict[str, Floats]:
        """All arrays, by name."""
        return {"mu": self.mu, "tau": self.tau, **{f"theta/{name}": values for name, values in self.theta.items()}}

    @cached_property
    def identity(self) -> str:
        """Hash of all draws."""
        return identity_of(
            {name.removeprefix("theta/"): hash_array(values, "<f8") for name, values in self.arrays.items()}
        )

    def knows(self, park: PanelPark) -> bool:
        """Return whether a park is in the panel, as it is now."""
        return bool(self.recipe["parks"].get(park.name) == hash_content(park.content))


def save(draws: PooledDraws, folder: Path = SHIPPED) -> None:
    """Write draws of a panel and their recipe."""
    folder.mkdir(parents=True, exist_ok=True)
    singles: dict[str, Any] = {name: values.astype(np.float32) for name, values in draws.arrays.items()}
    np.savez_compressed(folder / "pooled.npz", **singles)
    words = json.dumps(draws.recipe, indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "recipe.json").write_text(words + "\n", encoding="utf-8")


@cache
def shipped_draws() -> PooledDraws:
    """Read the draws of the panel that ship with the package; NotFound if there are none that fit the model's axes."""
    return load(SHIPPED)


def load(folder: Path) -> PooledDraws:
    """Read draws of a panel; NotFound if there are none, or they have other axes than the model has now."""
    path = folder / "recipe.json"
    recipe = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    if recipe is None or list(recipe["axes"]) != sorted(AXES):
        raise NotFound.of("trust.none_borrowed")
    arrays = {name: values.astype(np.float64) for name, values in arrays_in(folder / "pooled.npz").items()}
    theta = {name.removeprefix("theta/"): values for name, values in arrays.items() if name.startswith("theta/")}
    return PooledDraws(recipe, arrays["mu"], arrays["tau"], theta)


def arrays_in(path: Path) -> dict[str, NDArray[Any]]:
    """Read every array of a file; the file is closed whatever is wrong with it."""
    with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}


def is_current(draws: PooledDraws, panel_recipe: Mapping[str, Any]) -> bool:
    """Return whether draws were made from these parks, settings and priors, by this model and method."""
    return bool(json.loads(json.dumps(panel_recipe)) == {key: draws.recipe.get(key) for key in panel_recipe})


def largest_difference(first: PooledDraws, second: PooledDraws) -> float:
    """Find the largest difference between the draws of two panels, in normal scores; infinite where parks differ."""
    if first.theta.keys() != second.theta.keys() or first.mu.shape != second.mu.shape:
        return float("inf")
    return max(float(np.abs(values - second.arrays[name]).max()) for name, values in first.arrays.items())


class BorrowedSource:
    """Borrowed parameters.

    Run r has draw d = r // replicates. Its pooled axes are those of draw d of the hierarchy, in an order spread over
    all draws; what is not pooled, and what sets a park apart that is not in the panel, is addressed by (the study's
    seed, d). Random numbers are the study's own. Without ``as_member`` a park of the panel is drawn as one that is not
    in it.
    """

    cut: Quarter | None = None
    """Borrowed parameters reproduce no record."""

    def __init__(self, case: Case, draws: PooledDraws, *, as_member: bool = True) -> None:
        self.case = case
        self.pooled = draws
        park = park_of(case)
        self.is_member = as_member and draws.knows(park)
        self.read = park.read if self.is_member else read_with_sizes(case)
        self.space = park.space if self.is_member else PriorSpace.of(self.read).only(AXES)

    @cached_property
    def shared(self) -> tuple[str, ...]:
        """Axes of the case that are pooled: not those it brings a prior of its own for, unless the panel knows it."""
        brought = () if self.is_member else tuple(self.case.parameters)
        return tuple(name for name in self.space.names if is_pooled(self.case, name) and name not in brought)

    @cached_property
    def trust(self) -> Trust:
        """Borrowed from so many other parks."""
        parks = len(self.pooled.theta)
        values = int(self.pooled.recipe["values"][self.case.name]) if self.is_member else 0
        return Trust("borrowed", "borrowed", self.case.name, values=values, parks=parks - self.is_member)

    @property
    def drawn(self) -> tuple[str, ...]:
        """Parameters, one number each, that differ between draws."""
        return tuple(coordinate.name for coordinate in self.space.coordinates if coordinate.prior is not None)

    @cached_property
    def content(self) -> Mapping[str, Any]:
        """Entries of provenance: the hash of what is borrowed, and the trust state."""
        parts = {
            "pooled": self.pooled.identity,
            "park": self.case.name if self.is_member else "new",
            "axes": axes_of(self.space),
            "shared": list(self.shared),
            "facts": facts_of(self.space),
        }
        return {"draws_hash": identity_of(parts), "trust": self.trust.content()}

    def points_of(self, numbers: Integers, seed: int) -> Floats:
        """Return points of the cube of draws by number, shape (len(numbers), axes)."""
        from scipy.special import ndtr

        first = int(numbers.min())
        last = int(numbers.max()) + 1
        columns = list(AXES)
        free = uniforms(len(columns), first, last, seed, WIDTH)[numbers - first]
        points = free[:, [columns.index(name) for name in self.space.names]]
        positions = spread(self.pooled.count)[numbers % self.pooled.count]
        for name in self.shared:
            axis = POOLED.index(name)
            if self.is_member:
                scores = self.pooled.theta[self.case.name][positions, axis]
            else:
                own = scores_of(free[:, columns.index(name)])
                scores = self.pooled.mu[positions, axis] + self.pooled.tau[positions, axis] * own
            points[:, self.space.names.index(name)] = ndtr(scores)
        return np.clip(points, EDGE, 1.0 - EDGE)

    @cached_property
    def points(self) -> Floats:
        """Points of the cube, one for each draw of the hierarchy: for what is said of the parameters themselves."""
        return self.points_of(np.arange(self.pooled.count), seed=1)

    def draws(self, study: Study, first: int, last: int) -> Draws:
        """Draw parameters and random numbers of runs first … last - 1, before any scenario.

        Parameters
        ----------
        study
            The study the runs are of.
        first
            Number of the first run.
        last
            Number after the last run.
        """
        points = self.points_of(np.arange(first, last) // study.replicates, study.seed)
        blank = study_of(self.case, study.seed).scenarios[0]
        return fill(self.space.values(points), blank, study, first, last)
