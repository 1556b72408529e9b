"""A whole calibration: prior batch and replay posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from copark.calibration.annealing import POPULATIONS, replay_posterior
from copark.calibration.observations import ObservationModel, targets
from copark.calibration.prior import Batch, Recipe, make_batch
from copark.calibration.provenance import stages_of
from copark.calibration.replay_posterior import ReplayPosterior
from copark.calibration.tempering import TemperingPlan
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.progress import StagedProgress, of_stage, silent
from copark.store.checkpoints import Stages


@dataclass(frozen=True)
class CalibrationSettings:
    """Settings of a calibration; defaults stand for what the oldest recipes do not name (made are QUICK and FULL).

    Those without a text say how the replay is moved (:class:`copark.calibration.tempering.TemperingPlan`).
    """

    runs: int = 1 << 19
    """Runs of the batch, a power of two."""
    seed: int = 1
    """Seed of everything random."""
    members: int = 512
    sweeps: int = 12
    last_sweeps: int = 150
    populations: int = POPULATIONS
    agree: float = 0.0
    """Scale reduction at which the search ends early."""
    discrepancy: float = 0.0
    """Discrepancy of the observation model, as a multiple of what was learned over the casebook."""
    keep: float = 0.85
    early: bool = False
    ladder: int = 0

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> CalibrationSettings:
        """Read the settings a recipe was made with; what only earlier versions had is left out."""
        recorded = recipe["settings"]
        return cls(
            **{
                field.name: recorded[field.name]
                for field in fields(cls)
                if field.name not in LATER or field.name in recorded
            }
        )

    def plan(self) -> TemperingPlan:
        """Return the plan of the replay posterior."""
        return TemperingPlan(
            self.members, self.sweeps, self.last_sweeps, self.keep, early=self.early, ladder=self.ladder
        )

    def content(self) -> Mapping[str, int | float | bool]:
        """Return the settings as plain values; of those that came later, what is not the default."""
        defaults = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in asdict(self).items() if name not in LATER or value != defaults[name]}

    @property
    def lasting(self) -> Mapping[str, int | float | bool]:
        """Settings that a search has from its beginning: without those that say when it ends."""
        return {name: value for name, value in self.content().items() if name not in AT_THE_END}


LATER = ("agree", "discrepancy", "keep", "early", "ladder")
"""Settings that recipes made before them do not name."""
AT_THE_END = ("last_sweeps", "agree")
"""Settings that say when a search ends: what is kept of one goes on under others."""
QUICK = CalibrationSettings(
    runs=1 << 16,
    members=128,
    sweeps=3,
    last_sweeps=100,
    populations=4,
    agree=1.05,
    discrepancy=1.0,
    keep=0.6,
    early=True,
    ladder=12,
)
"""A usable posterior in a minute on two cores."""
FULL = replace(QUICK, last_sweeps=400, agree=1.01)
"""The same search resumed, in five minutes."""


@dataclass(frozen=True)
class Calibration:
    """A replay posterior, and what it was made with."""

    settings: CalibrationSettings
    batch: Batch
    replay: ReplayPosterior


def recipe_of(case: Case, cut: Quarter, settings: CalibrationSettings) -> Recipe:
    """Return the recipe of the batch a calibration of a case to a cut rests on.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter the calibration knows: targets dated after it are none.
    settings
        Runs, seed and discrepancy of the calibration.

    Returns
    -------
    Recipe of the prior batch; the same for a longer search over it, which finds its runs again.
    """
    model = ObservationModel(targets(case, cut=cut), settings.discrepancy)
    return Recipe(case, cut, settings.runs, settings.seed, model)


def kept_stages(case: Case, cut: Quarter, settings: CalibrationSettings, folder: Path | None) -> Stages:
    """Find what is kept of a calibration that is not finished or has not converged, for it or a longer one to resume.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter the calibration knows.
    settings
        Settings of the calibration.
    folder
        Where prior batches are kept.
    """
    return stages_of(folder, {"batch": recipe_of(case, cut, settings).identity, "settings": dict(settings.lasting)})


def calibrate(
    case: Case,
    cut: Quarter,
    settings: CalibrationSettings,
    *,
    threads: int = 1,
    folder: Path | None = None,
    stages: Stages | None = None,
    progress: StagedProgress | None = None,
) -> Calibration:
    """Calibrate a case to what was known of it at a cut.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter the calibration knows.
    settings
        Settings of the calibration.
    threads
        Threads that runs are made on.
    folder
        Where prior batches are kept, or nowhere.
    stages
        Where all later stages are kept as they are done (:func:`kept_stages`), and resumed.
    progress
        Called with the stage, what is done of it and how much there is.
    """
    checkpoints = stages or Stages()
    report = progress or silent
    recipe = recipe_of(case, cut, settings)
    batch = make_batch(
        recipe,
        threads=threads,
        folder=folder,
        progress=of_stage(progress, "batch"),
        waiting=lambda: report("waiting", 0, 0),
    )
    checkpoints.count("batch", batch.kept_runs / batch.runs or None)
    report("replay", 0, 1)
    replay = replay_posterior(
        batch,
        recipe.model,
        np.arange(len(recipe.model.targets)),
        cut,
        plan=settings.plan(),
        populations=settings.populations,
        agree=settings.agree,
        seed=settings.seed,
        threads=threads,
        progress=of_stage(progress, "replay"),
        stages=checkpoints,
    )
    return Calibration(settings, batch, replay)
