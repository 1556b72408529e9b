"""The prior: as a unit cube with one coordinate for every parameter drawn, and as a batch of runs to the cut date.

Everything inferred is inferred in the cube, uniform between 0 and 1, where every prior is the same; values are read off
through the quantiles of the priors. The shares of the three origins, which sum to one, are a Dirichlet distribution
around the case's mix, taken apart into two Beta coordinates (stick breaking).

What is kept of a run of the batch are its counterparts of the case's targets, as they would be observed; parameters are
made again from the recipe. Runs are made in pieces, each kept with its checksum when it is whole
(:mod:`copark.store.checkpoints`), so that an interrupted batch goes on where it stopped. One process at a time makes a
batch; another waits and finds it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.calibration.observations import ObservationModel, targets
from copark.calibration.parameter_titles import MIX
from copark.calibration.provenance import made_with
from copark.cases.case import Case
from copark.cases.model_inputs import case_parameters, set_reference_price
from copark.cases.quarters import Quarter
from copark.identity import hash_content, identity_of
from copark.json_types import JsonObject
from copark.model.arrays import Draws
from copark.model.variables import ORIGINS, Prior, Variable, catalogue
from copark.progress import Progress, silent
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of
from copark.simulation.sample import fill, prior_of
from copark.simulation.study import Scenario, Study, baseline
from copark.store.checkpoints import State, read_state, write_state
from copark.store.files import lock_of, only_one, written_file
from copark.version import MODEL_VERSION

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
PIECE = 1 << 14
BATCH_FORMAT = 2
MIX_CONCENTRATION = 8.0
"""Concentration of the Dirichlet prior of the origin mix: as if eight enquiries had been seen. Weak on purpose, since
the mix it lies around was itself read off the record; its 90 % interval for a share of 0.46 is 0.20 to 0.74."""
LINK_INPUTS = ("link_strength", "link_delay")
"""Inputs of a run that no case says anything of."""
EDGE = 2.0**-31
"""Points are kept this far from the faces of the cube, where a normal quantile would be infinite."""


@dataclass(frozen=True)
class Coordinate:
    """One axis of the cube: a parameter, or a stick of the origin mix."""

    name: str
    variable: Variable
    prior: Prior | None
    """Prior of the parameter; ``None`` for a stick."""
    stick: int = -1
    """Number of the stick, 0 for home of all and 1 for host of the rest; -1 for a parameter."""


@dataclass(frozen=True)
class PriorSpace:
    """The cube of a case. Points have shape (runs, axes)."""

    case: Case
    coordinates: tuple[Coordinate, ...]

    @classmethod
    def of(cls, case: Case) -> PriorSpace:
        """Make the cube of all parameters with a prior in a case, and of the origin mix."""
        coordinates: list[Coordinate] = []
        for name, variable in catalogue().parameters.items():
            prior = prior_of(variable, case)
            if name == MIX:
                coordinates += [Coordinate(f"{MIX}.{ORIGINS[n]}", variable, None, n) for n in (0, 1)]
            elif variable.shape == () and prior is not None and prior.kind != "fixed":
                coordinates.append(Coordinate(name, variable, prior))
        return cls(case, tuple(coordinates))

    def only(self, names: Iterable[str]) -> PriorSpace:
        """Return the cube of some axes; what the model draws besides is held at its default.

        A posterior that was made before a parameter was drawn knows nothing of it.
        """
        kept_names = frozenset(names)
        return PriorSpace(
            self.case, tuple(coordinate for coordinate in self.coordinates if coordinate.name in kept_names)
        )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Names of the axes."""
        return tuple(coordinate.name for coordinate in self.coordinates)

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
        """Return the parameters at points, drawn or held.

        The n-th broken stick of the mix is a share of what is left, Beta distributed.

        Parameters
        ----------
        points
            Points of the cube, shape (runs, axes).

        Returns
        -------
            Values by name, float64 of shape (runs, *shape).
        """
        from scipy.special import betaincinv

        runs = len(points)
        weight = self.defaults[MIX] / self.defaults[MIX].sum() * MIX_CONCENTRATION
        values = {name: np.tile(value, (runs, *([1] * value.ndim))) for name, value in self.defaults.items()}
        inside = np.clip(np.asarray(points, dtype=np.float64), EDGE, 1.0 - EDGE)
        sticks: list[Floats] = []
        for n, coordinate in enumerate(self.coordinates):
            if coordinate.prior is None:
                sticks.append(betaincinv(weight[coordinate.stick], weight[coordinate.stick + 1 :].sum(), inside[:, n]))
            else:
                drawn = coordinate.prior.quantile(inside[:, n], coordinate.variable.default[0])
                values[coordinate.name] = np.clip(drawn, coordinate.variable.low, coordinate.variable.high)
        if sticks:
            home, host_of_rest = sticks
            rest = 1.0 - home
            values[MIX] = np.stack([home, rest * host_of_rest, rest * (1.0 - host_of_rest)], axis=1)
        set_reference_price(values, self.case)
        return values

    def table(self, points: Floats) -> dict[str, Floats]:
        """Return the values of what was drawn, one number each, shape (runs,): the mix as its three shares."""
        values = self.values(points)
        columns: dict[str, Floats] = {}
        for coordinate in self.coordinates:
            if coordinate.prior is not None:
                columns[coordinate.name] = values[coordinate.name]
            elif coordinate.stick == 0:
                columns |= {f"{MIX}.{origin}": values[MIX][:, n] for n, origin in enumerate(ORIGINS)}
        return columns

    def draws(self, points: Floats, seed: int, first: int = 0, scenario: Scenario | None = None) -> Draws:
        """Make the model's records at points; random numbers are those of (seed, first), (seed, first + 1), …

        Parameters
        ----------
        points
            Points of the cube, shape (runs, axes).
        seed
            Seed of the random numbers.
        first
            Number of the first run.
        scenario
            Scenario of the runs; by default the case as it is.
        """
        study = study_of(self.case, seed)
        return fill(self.values(points), scenario or study.scenarios[0], study, first, first + len(points))

    def sobol(self, first: int, last: int, seed: int) -> Floats:
        """Return points first … last - 1 of the scrambled Sobol sequence of a seed, the same in any piece.

        Parameters
        ----------
        first, last
            The points first … last - 1.
        seed
            Seed of the scrambling.

        Returns
        -------
        Points inside the cube, shape (last - first, axes); its edges, where quantiles of a prior are infinite, are left
        out.
        """
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
        points: Floats = engine.random(count)  # type: ignore[attr-defined]
    return points


def study_of(case: Case, seed: int) -> Study:
    """Make the study whose random numbers the runs of an inference have."""
    return baseline(case.name).with_changes(seed=seed)


def logit(points: Floats) -> Floats:
    """Compute ln(u / (1 - u)) of points of the cube, the scale on which nothing has an edge."""
    inside = np.clip(points, EDGE, 1.0 - EDGE)
    return np.log(inside) - np.log1p(-inside)


def expit(z: Floats) -> Floats:
    """Invert :func:`logit`."""
    from scipy.special import expit as inverse

    return inverse(z)


def scores_of(points: Floats) -> Floats:
    """Compute normal scores of points of the cube, shape as given."""
    from scipy.special import ndtri

    return ndtri(np.clip(points, EDGE, 1.0 - EDGE))


def facts_hash(case: Case, cut: Quarter) -> str:
    """Hash what runs to a cut are given of a case, and its own priors and values of parameters.

    Numbers are rounded to twelve digits first: facts have fewer, and whatever computes with them differs in the last.
    What a case says in words, or of what comes after the cut, bears on no run; links are whole, and are the model's.
    """
    model_inputs = inputs_of(case, quarters=cut - case.clock.start + 1)._asdict()
    inputs = [part for name, part in model_inputs.items() if name not in LINK_INPUTS]
    own = {
        name: {key: entry[key] for key in ("value", "unit", "by_origin", "prior") if entry.get(key) is not None}
        for name, entry in case.content()["parameters"].items()
    }
    return hash_content({"inputs": [_written(part) for part in inputs], "parameters": own})


def _written(part: NDArray[Any]) -> Any:
    """Write the numbers of an array to twelve digits; of records by the name of a field, where not all are nothing."""
    if part.dtype.names is not None:
        return {name: _written(part[name]) for name in part.dtype.names if part[name].any()}
    return [f"{value:.12g}" for value in (part.astype(np.float64) + 0.0).ravel().tolist()]


@dataclass(frozen=True)
class Recipe:
    """The dependencies of a batch, and nothing else."""

    case: Case
    cut: Quarter
    """Last quarter of the runs."""
    runs: int
    """Number of runs."""
    seed: int
    """Seed of points and random numbers."""
    model: ObservationModel
    """Targets that are read."""

    @classmethod
    def of(cls, case: Case, cut: Quarter, runs: int, seed: int, discrepancy: float) -> Recipe:
        """Return the recipe by which all targets of a case to a cut are read.

        Parameters
        ----------
        case, cut, runs, seed
            As of the recipe.
        discrepancy
            Discrepancy of the observation model, as a multiple of what was learned over the casebook.
        """
        return cls(case, cut, runs, seed, ObservationModel(targets(case, cut=cut), discrepancy))

    @property
    def quarters(self) -> int:
        """Quarters of a run: to the end of the cut's quarter."""
        return self.cut - self.case.clock.start + 1

    @cached_property
    def space(self) -> PriorSpace:
        """The prior of the case."""
        return PriorSpace.of(self.case)

    @cached_property
    def facts(self) -> str:
        """Hash of what runs to the cut are given of the case."""
        return facts_hash(self.case, self.cut)

    def content(self) -> JsonObject:
        """Return the recipe as plain values."""
        return {
            "format": BATCH_FORMAT,
            "facts": self.facts,
            "model": MODEL_VERSION,
            "cut": str(self.cut),
            "runs": self.runs,
            "seed": self.seed,
            "targets": self.model.content(),
            "axes": list(self.space.names),
            "mix_concentration": MIX_CONCENTRATION,
            "points": "scrambled Sobol",
        }

    @property
    def identity(self) -> str:
        """Name of the batch: the same recipe, the same batch."""
        return identity_of(self.content())

    @property
    def spans(self) -> list[tuple[int, int]]:
        """First run and last run (not included) of every piece."""
        return [(first, min(first + PIECE, self.runs)) for first in range(0, self.runs, PIECE)]


@dataclass(frozen=True)
class Batch:
    """A finished batch."""

    recipe: Recipe
    counterparts: Singles
    """Counterparts of the targets, float32 of shape (runs, targets); NaN where a run did not end well as a
    computation."""
    kept_runs: int = 0
    """Runs that were there from an earlier attempt."""

    @property
    def space(self) -> PriorSpace:
        """The prior of the case."""
        return self.recipe.space

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.counterparts)

    def points(self, first: int, last: int) -> Floats:
        """Make the points of runs first … last - 1 again, shape (runs, axes)."""
        return self.space.sobol(first, last, self.recipe.seed)


def run_piece(recipe: Recipe, first: int, last: int, threads: int) -> Singles:
    """Run points first … last - 1 and read them; float32 of shape (runs, targets).

    Parameters
    ----------
    recipe
        The batch.
    first
        Number of the first run.
    last
        Number after the last run.
    threads
        Threads that runs are made on.
    """
    names = recipe.model.variables
    space = recipe.space
    draws = space.draws(space.sobol(first, last, recipe.seed), recipe.seed, first)
    runs = runs_of(inputs_of(recipe.case, quarters=recipe.quarters), draws, names, threads=threads)
    return runs.of_finished(recipe.model.counterparts(runs.out, runs.names)).astype(np.float32)


def make_batch(
    recipe: Recipe,
    *,
    threads: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
    waiting: Callable[[], None] | None = None,
) -> Batch:
    """Make a batch, or what is missing of it.

    Parameters
    ----------
    recipe
        The batch.
    threads
        Threads that runs are made on.
    folder
        Where batches are kept, each in a folder named by its identity, or nowhere.
    progress
        Called with runs done and in all.
    waiting
        Called if another process is making the same batch, whose pieces are then taken.
    """
    width = len(recipe.model.targets)
    counterparts = np.empty((recipe.runs, width), np.float32)
    home = None if folder is None else home_of(folder, recipe)
    report = progress or silent
    kept_runs = 0
    with nullcontext() if home is None else only_one(lock_of(home), waiting):
        if home is not None:
            words = json.dumps(recipe.content(), indent=1, sort_keys=True, ensure_ascii=False)
            with written_file(home / "recipe.json") as path:  # for people to read
                path.write_text(words, encoding="utf-8")
        for first, last in recipe.spans:
            piece = None if home is None else read_piece(home, first, (last - first, width))
            kept_runs += 0 if piece is None else last - first
            if piece is None:
                report(first, recipe.runs)
                piece = run_piece(recipe, first, last, threads)
                if home is not None:
                    write_piece(home, first, piece)
            counterparts[first:last] = piece
    report(recipe.runs, recipe.runs)
    return Batch(recipe, counterparts, kept_runs)


def home_of(folder: Path, recipe: Recipe) -> Path:
    """Return the folder of a batch among others."""
    return folder / f"batch-{recipe.identity}"


def piece_path(home: Path, first: int) -> Path:
    """Return the file of the piece that begins with a run."""
    return home / f"runs-{first:08d}.piece"


def read_piece(home: Path, first: int, shape: tuple[int, int]) -> Singles | None:
    """Read a piece; ``None`` if it is not there, not whole, or of another batch or machine.

    Parameters
    ----------
    home
        Folder of the batch.
    first
        Number of the piece's first run.
    shape
        Runs of the piece and targets of the batch; another shape is of another batch.

    Returns
    -------
    Counterparts of the targets in single precision, of that shape.
    """
    state = read_state(piece_path(home, first), _identity(home))
    counterparts: Singles | None = None if state is None else state.arrays.get("read")
    return (
        counterparts
        if counterparts is not None and counterparts.shape == shape and counterparts.dtype == np.float32
        else None
    )


def write_piece(home: Path, first: int, counterparts: Singles) -> None:
    """Write a piece whole or not at all.

    Parameters
    ----------
    home
        Folder of the batch.
    first
        Number of the piece's first run.
    counterparts
        Counterparts of the targets, shape (runs, targets), NaN where a run did not end well.
    """
    write_state(piece_path(home, first), _identity(home), State(1.0, {"read": counterparts}, {}))


def _identity(home: Path) -> str:
    """Identify what the bits of the pieces in a batch's folder depend on."""
    return identity_of({"batch": home.name, "made_with": dict(made_with())})
