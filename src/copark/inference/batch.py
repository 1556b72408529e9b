"""The prior batch: many runs with parameters from the prior, to the cut date only, kept as they would be observed.

One batch serves calibration, its diagnostics and given-data sensitivity. What is kept of a run are its counterparts of
the case's targets and a few stocks at the cut; parameters are made again from the recipe. Runs are made in pieces, each
kept with its checksum when it is whole (:mod:`copark.store.checkpoints`), so that an interrupted batch goes on where it
stopped. One process at a time makes a batch; another waits and finds it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cluster.environment import Machine, machine, need_alike
from copark.cluster.work import Crew, name_here
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
READ_AT_CUT = (
    "registered", "operating", "realised_investment", "jobs", "profit", "serviced_area", "cash", "result_cumulative",
    "commitment_home", "commitment_host", "failed",
)  # fmt: skip
"""Outputs kept at the end of the cut's quarter."""


@dataclass(frozen=True)
class Recipe:
    """What a batch depends on, and nothing else."""

    case: Case
    cut: Quarter
    runs: int
    seed: int
    model: ObservationModel
    hold: tuple[str, ...] = ()

    @property
    def quarters(self) -> int:
        """Quarters of a run: to the end of the cut's quarter."""
        return self.cut - self.case.clock.start + 1

    def content(self) -> dict[str, Any]:
        """Give the recipe as plain values."""
        return {
            "format": BATCH_FORMAT,
            "case": self.case.hash,
            "model": model_hash(),
            "cut": str(self.cut),
            "runs": self.runs,
            "seed": self.seed,
            "targets": self.model.content(),
            "axes": list(PriorSpace.of(self.case, self.hold).names),
            "mix_concentration": MIX_CONCENTRATION,
            "points": "scrambled Sobol",
        }

    @property
    def identity(self) -> str:
        """Name of the batch: the same recipe, the same batch."""
        return identity_of(self.content())


@dataclass(frozen=True)
class Batch:
    """A finished batch.

    counterparts: float32 of shape (runs, targets); at_cut: float32 of shape (runs, len(READ_AT_CUT)). Runs that did not
    end well as a computation are NaN. kept: runs that were there from an earlier attempt.
    """

    recipe: Recipe
    space: PriorSpace
    counterparts: Singles
    at_cut: Singles
    kept: int = 0

    @property
    def runs(self) -> int:
        """Number of runs."""
        return len(self.counterparts)

    def points(self, first: int = 0, last: int | None = None) -> Floats:
        """Make the points of runs first … last - 1 again, shape (runs, axes)."""
        return self.space.sobol(first, self.runs if last is None else last, self.recipe.seed)

    def on(self, columns: NDArray[np.int64]) -> Singles:
        """Give the counterparts of some targets only."""
        found: Singles = self.counterparts[:, columns]
        return found


def run_piece(recipe: Recipe, space: PriorSpace, first: int, last: int, threads: int) -> Singles:
    """Run points first … last - 1 and read them; float32 of shape (runs, targets + len(READ_AT_CUT))."""
    names = tuple(dict.fromkeys((*recipe.model.variables, *READ_AT_CUT)))
    draws = space.draws(space.sobol(first, last, recipe.seed), recipe.seed, first)
    runs = Ensemble(inputs_of(recipe.case, quarters=recipe.quarters), draws, names, threads=threads).run()
    at_cut = runs.out[:, [names.index(name) for name in READ_AT_CUT], -1]
    read = np.concatenate([recipe.model.counterparts(runs.out, names), at_cut], axis=1)
    return runs.of_finished(read).astype(np.float32)


def make_batch(
    recipe: Recipe,
    *,
    threads: int = 1,
    folder: Path | None = None,
    progress: Progress | None = None,
    waiting: Callable[[], None] | None = None,
    crew: Crew | None = None,
) -> Batch:
    """Make a batch, or what is missing of it.

    Parameters
    ----------
    threads
        Threads to run on; the batch does not depend on it.
    folder
        Where batches are kept, each in a folder named by its identity; in memory only if none is given.
    progress
        Called with (runs done, runs in all).
    waiting
        Called if another process is making the same batch; its pieces are then taken.
    crew
        Who makes pieces, if not this process; they must see the folder and be of the same kind as this process.

    Raises
    ------
    copark.errors.RunRefused
        If the crew cannot make the same bits, or does not see the folder.
    ValueError
        If there is a crew and no folder.
    """
    space = PriorSpace.of(recipe.case, recipe.hold)
    width = len(recipe.model.targets)
    read = np.empty((recipe.runs, width + len(READ_AT_CUT)), np.float32)
    home = None if folder is None else home_of(folder, recipe)
    tell: Progress = progress or (lambda *_: None)
    there = 0
    with nullcontext() if home is None else only_one(lock_of(home), waiting):
        if home is not None:
            write_recipe(home, recipe)
        if crew is not None:
            there = made_by(crew, recipe, home, read.shape[1], tell)
        for first, last in ranges_of(recipe):
            kept = None if home is None else read_piece(home, first, (last - first, read.shape[1]))
            there += 0 if kept is None or crew is not None else last - first
            if kept is None:
                tell(first, recipe.runs)
                kept = run_piece(recipe, space, first, last, threads)
                if home is not None:
                    write_piece(home, first, kept)
            read[first:last] = kept
    tell(recipe.runs, recipe.runs)
    return Batch(recipe, space, read[:, :width], read[:, width:], there)


def ranges_of(recipe: Recipe) -> list[tuple[int, int]]:
    """First run and last run (not included) of every piece."""
    return [(first, min(first + PIECE, recipe.runs)) for first in range(0, recipe.runs, PIECE)]


@dataclass(frozen=True)
class PieceWork:
    """The pieces of a batch as work for a crew."""

    subject: Recipe
    """The recipe."""
    name: str
    """Identity of the batch."""
    home: str
    """Its folder."""
    machine: Machine
    """What every maker must be."""
    arms: int = 1

    def about(self, subject: Any) -> Self:
        """The same work with its recipe, or without one."""
        return replace(self, subject=subject)

    def make(
        self, first: int, last: int, *, threads: int = 1, tell: Callable[[int], None] | None = None
    ) -> Mapping[str, float]:
        """Make a piece and write it; the seconds it took.

        Raises
        ------
        copark.cluster.environment.MachinesDiffer
            If this process would give other bits.
        """
        need_alike(self.machine, machine(), name_here())
        began = time.perf_counter()
        space = PriorSpace.of(self.subject.case, self.subject.hold)
        write_piece(Path(self.home), first, run_piece(self.subject, space, first, last, threads))
        if tell is not None:
            tell(last - first)
        return {"simulate": time.perf_counter() - began}


def made_by(crew: Crew, recipe: Recipe, home: Path | None, width: int, tell: Progress) -> int:
    """Have a crew make what is missing of a batch; how many runs were there."""
    if home is None:
        raise ValueError("a crew needs a folder")
    here, place = machine(), str(home.absolute())
    need_alike(here, crew.machine(place), place)
    missing = [span for span in ranges_of(recipe) if read_piece(home, span[0], (span[1] - span[0], width)) is None]
    there = done = recipe.runs - sum(last - first for first, last in missing)
    lock = Lock()

    def more(runs: int) -> None:
        nonlocal done
        with lock:
            done += runs
            tell(done, recipe.runs)

    tell(done, recipe.runs)
    for _seconds in crew.make(PieceWork(recipe, recipe.identity, place, here), missing, more):
        pass
    return there


def home_of(folder: Path, recipe: Recipe) -> Path:
    """Folder of a batch among others."""
    return folder / f"batch-{recipe.identity}"


def write_recipe(home: Path, recipe: Recipe) -> None:
    """Write what a batch is made by beside its pieces, for people to read."""
    words = json.dumps(recipe.content(), indent=1, sort_keys=True, ensure_ascii=False)
    with written_file(home / "recipe.json") as path:
        path.write_text(words, encoding="utf-8")


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
