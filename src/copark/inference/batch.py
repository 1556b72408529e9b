"""The prior batch: many runs with parameters from the prior, to the cut date only, kept as they would be observed.

What is kept of a run are its counterparts of the case's targets; parameters are made again from the recipe. Runs are
made in pieces, each kept with its checksum when it is whole (:mod:`copark.store.checkpoints`), so that an interrupted
batch goes on where it stopped. One process at a time makes a batch; another waits and finds it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.inference.observations import ObservationModel
from copark.inference.prior import MIX_CONCENTRATION, PriorSpace
from copark.inference.provenance import made_with
from copark.model.compiler import model_hash
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.store.checkpoints import State, read_state, write_state
from copark.store.files import lock_of, only_one, written_file

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Progress = Callable[[int, int], None]
PIECE = 1 << 14
BATCH_FORMAT = 1


@dataclass(frozen=True)
class Recipe:
    """What a batch depends on, and nothing else."""

    case: Case
    cut: Quarter
    runs: int
    seed: int
    model: ObservationModel

    @property
    def quarters(self) -> int:
        """Quarters of a run: to the end of the cut's quarter."""
        return self.cut - self.case.clock.start + 1

    @cached_property
    def space(self) -> PriorSpace:
        """The prior of the case."""
        return PriorSpace.of(self.case)

    def content(self) -> dict[str, Any]:
        """The recipe as plain values."""
        return {
            "format": BATCH_FORMAT,
            "case": self.case.hash,
            "model": model_hash(),
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
    """A finished batch.

    counterparts: float32 of shape (runs, targets); NaN where a run did not end well as a computation. kept: runs that
    were there from an earlier attempt.
    """

    recipe: Recipe
    counterparts: Singles
    kept: int = 0

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
    """Run points first … last - 1 and read them; float32 of shape (runs, targets)."""
    names, space = recipe.model.variables, recipe.space
    draws = space.draws(space.sobol(first, last, recipe.seed), recipe.seed, first)
    runs = Ensemble(inputs_of(recipe.case, quarters=recipe.quarters), draws, names, threads=threads).run()
    return runs.of_finished(recipe.model.counterparts(runs.out, runs.names)).astype(np.float32)


def make_batch(
    recipe: Recipe, *, threads: int = 1, folder: Path | None = None, progress: Progress | None = None,
    waiting: Callable[[], None] | None = None,
) -> Batch:  # fmt: skip
    """Make a batch, or what is missing of it.

    folder: where batches are kept, each in a folder named by its identity, or nowhere; progress: called with runs done
    and in all; waiting: called if another process is making the same batch, whose pieces are then taken.
    """
    width = len(recipe.model.targets)
    read = np.empty((recipe.runs, width), np.float32)
    home = None if folder is None else home_of(folder, recipe)
    tell: Progress = progress or (lambda *_: None)
    there = 0
    with nullcontext() if home is None else only_one(lock_of(home), waiting):
        if home is not None:
            words = json.dumps(recipe.content(), indent=1, sort_keys=True, ensure_ascii=False)
            with written_file(home / "recipe.json") as path:  # for people to read
                path.write_text(words, encoding="utf-8")
        for first, last in recipe.spans:
            kept = None if home is None else read_piece(home, first, (last - first, width))
            there += 0 if kept is None else last - first
            if kept is None:
                tell(first, recipe.runs)
                kept = run_piece(recipe, first, last, threads)
                if home is not None:
                    write_piece(home, first, kept)
            read[first:last] = kept
    tell(recipe.runs, recipe.runs)
    return Batch(recipe, read, there)


def home_of(folder: Path, recipe: Recipe) -> Path:
    """Folder of a batch among others."""
    return folder / f"batch-{recipe.identity}"


def piece_path(home: Path, first: int) -> Path:
    """File of the piece that begins with a run."""
    return home / f"runs-{first:08d}.piece"


def pieces_in(home: Path) -> int:
    """How many pieces of a batch there are, whole or not."""
    return sum(1 for _ in home.glob("runs-*.piece"))


def read_piece(home: Path, first: int, shape: tuple[int, int]) -> Singles | None:
    """Read a piece; ``None`` if it is not there, not whole, or of another batch or machine."""
    state = read_state(piece_path(home, first), _identity(home))
    found: Singles | None = None if state is None else state.arrays.get("read")
    return found if found is not None and found.shape == shape and found.dtype == np.float32 else None


def write_piece(home: Path, first: int, read: Singles) -> None:
    """Write a piece whole or not at all."""
    write_state(piece_path(home, first), _identity(home), State(1.0, {"read": read}, {}))


def _identity(home: Path) -> str:
    """What the bits of the pieces in a batch's folder depend on."""
    return identity_of({"batch": home.name, "made_with": dict(made_with())})
