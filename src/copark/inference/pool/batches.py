"""Runs of a park for the panel, on a design that all parks share, kept as they would be observed.

Run r of every park has the same place on every shared axis. Batches are made in pieces, each written whole or not at
all, so that a panel that was interrupted goes on where it stopped.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.cases.quarters import Quarter
from copark.identity import hash_content, identity_of
from copark.inference.batch import read_piece, write_piece
from copark.inference.information_set import blind
from copark.inference.pool.axes import AXES
from copark.inference.pool.discrepancy import Discrepancy, reports
from copark.inference.pool.parks import Park, points_at
from copark.inference.prior import random_points
from copark.model.compiler import model_hash
from copark.simulation.ensemble import Ensemble, ScenarioRuns
from copark.simulation.run import inputs_of
from copark.store.atomic import written_file

Floats = NDArray[np.float64]
Warp = Callable[[Floats, tuple[str, ...]], Floats]
"""Moves uniform points of named axes to where a pooled prior has them, shape (runs, axes) both."""
PIECE = 1 << 11
FORMAT = 2


@dataclass(frozen=True)
class PanelBatch:
    """Runs of a park.

    points: float64 of shape (runs, axes); counterparts: float64 of shape (runs, targets), NaN where a run failed.
    """

    park: Park
    points: Floats
    counterparts: Floats

    def reports(self, seed: int, spread: Discrepancy) -> Floats:
        """What the runs would report, discrepancy and errors of observation included; shape (runs, targets)."""
        return reports(self.park.model, self.park.ages, self.counterparts, spread, seed)

    def first(self, runs: int) -> PanelBatch:
        """Give the first runs."""
        return PanelBatch(self.park, self.points[:runs], self.counterparts[:runs])


def design(runs: int, seed: int, first: int = 0) -> Floats:
    """Points first … runs - 1 of the common scrambled Sobol design, shape (runs - first, len(AXES))."""
    from scipy.stats import qmc

    engine = qmc.Sobol(len(AXES), scramble=True, rng=np.random.default_rng(seed))
    if first:
        engine.fast_forward(first)
    return random_points(engine, runs - first)


def make_panel_batch(
    park: Park,
    runs: int,
    seed: int,
    *,
    warp: Warp | None = None,
    warped: Mapping[str, Any] | None = None,
    cut: Quarter | None = None,
    threads: int = 1,
    folder: Path | None = None,
) -> PanelBatch:
    """Run a park on the common design, or what is missing of it.

    Parameters
    ----------
    warp, warped
        A pooled prior in the place of the park's own, and what it depends on, for the batch's identity.
    cut
        Last quarter of which facts and growth are known; all by default.
    folder
        Where batches are kept; in memory only if none is given.
    """
    points = points_at(park, design(runs, seed))
    if warp is not None:
        points = warp(points, park.space.names)
    content = {
        "format": FORMAT, "park": park.content, "model": model_hash(), "runs": runs, "seed": seed,
        "prior": hash_content(dict(warped)) if warped is not None else "own",
        "cut": None if cut is None else str(cut),
    }  # fmt: skip
    home = None if folder is None else _open(folder, park.name, content)
    counterparts = np.full((runs, len(park.model.targets)), np.nan, np.float32)
    for first in range(0, runs if park.model.targets else 0, PIECE):
        last = min(first + PIECE, runs)
        kept = None if home is None else read_piece(home, first, (last - first, counterparts.shape[1]))
        if kept is None:
            kept = counterparts_at(park, points[first:last], seed, first, threads, cut).astype(np.float32)
            if home is not None:
                write_piece(home, first, kept)
        counterparts[first:last] = kept
    return PanelBatch(park, points, counterparts.astype(np.float64))


def counterparts_at(
    park: Park, points: Floats, seed: int, first: int = 0, threads: int = 1, cut: Quarter | None = None
) -> Floats:
    """Run a park at points and read its targets, shape (runs, targets); NaN where a run did not finish."""
    runs = run_outputs(park, points, park.model.variables, park.quarters, seed, first, threads, cut)
    return runs.of_finished(park.model.counterparts(runs.out, runs.names))


def run_outputs(
    park: Park,
    points: Floats,
    names: tuple[str, ...],
    quarters: int,
    seed: int,
    first: int = 0,
    threads: int = 1,
    cut: Quarter | None = None,
) -> ScenarioRuns:
    """Run a park at points."""
    inputs = inputs_of(park.read, quarters=quarters)
    if cut is not None:
        inputs = blind(inputs, park.read, cut)
    return Ensemble(inputs, park.space.draws(points, seed, first), names, threads=threads).run()


def _open(folder: Path, name: str, content: Mapping[str, Any]) -> Path:
    home = folder / f"{name}-{identity_of(content)}"
    words = json.dumps(dict(content), indent=1, sort_keys=True, ensure_ascii=False)
    with written_file(home / "recipe.json") as path:
        path.write_text(words + "\n", encoding="utf-8")
    return home
