"""A calibration: what is asked for (:class:`CalibrationTask`), and what is made, prior batch and replay posterior."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from copark.calibration.calibration_setup import Reading, case_for, reading_of
from copark.calibration.prior import Batch, Recipe, make_batch
from copark.calibration.provenance import stages_of
from copark.calibration.replay_posterior import POPULATIONS, ReplayPosterior
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.identity import identity_of
from copark.progress import StagedProgress, of_stage
from copark.store.checkpoints import Stages
from copark.version import CALIBRATION_VERSION

if TYPE_CHECKING:
    from copark.calibration.tempering import TemperingPlan

OWN = "posteriors"
"""Folder of a user's own posteriors, in the output folder."""


def own_folder(out: Path) -> Path:
    """Return the folder of an output folder's posteriors, a folder each."""
    return Path(out) / OWN


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
        from copark.calibration.tempering import TemperingPlan

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
class CalibrationTask:
    """A case that is calibrated to a cut, and by what means, which change no number."""

    case: Case
    """The case as it is filed."""
    cut: Quarter
    """Last quarter the calibration knows: values dated after it are not fitted."""
    settings: CalibrationSettings
    """Settings of the calibration."""
    read_as: Reading | None = None
    """How the case is read; by default as the posterior it ships with, or as prior runs reach."""
    is_read: bool = False
    """Whether the case is calibrated as it is given, since it was read before, or is to be fitted as it is filed."""
    threads: int = 1
    """Threads that runs are made on."""
    out: Path | None = None
    """Output folder, in which prior batches, unfinished stages and posteriors are kept; ``None`` keeps nothing."""
    progress: StagedProgress | None = None
    """Called with the stage, what is done of it and how much there is."""

    @cached_property
    def reading(self) -> Reading:
        """How the case is read, given or found out."""
        return self.read_as or reading_of(self.case, self.cut, self.settings.seed, self.settings.discrepancy)

    @cached_property
    def read_case(self) -> Case:
        """The case as the calibration reads it."""
        return self.case if self.is_read else case_for(self.case, self.cut, self.reading)

    @cached_property
    def recipe(self) -> Recipe:
        """Recipe of the prior batch; the same for a longer search over it, which finds its runs again."""
        settings = self.settings
        return Recipe.of(self.read_case, self.cut, settings.runs, settings.seed, settings.discrepancy)

    @cached_property
    def identity(self) -> str:
        """Identity of the calibration."""
        parts = {
            "batch": self.recipe.identity,
            "settings": dict(self.settings.content()),
            "method": CALIBRATION_VERSION,
        }
        return identity_of(parts)

    @property
    def folder(self) -> Path:
        """Folder that its posterior is kept in; ValueError where nothing is kept."""
        if self.out is None:
            raise ValueError("a calibration without an output folder is not kept")
        return own_folder(self.out) / f"{self.case.name}-{self.identity}"

    @property
    def batches(self) -> Path | None:
        """Folder that prior batches are kept in, and the stages of unfinished work."""
        return None if self.out is None else Path(self.out) / "batches"

    def kept_stages(self) -> Stages:
        """Find what is kept of it while it is unfinished, or has not converged, for it or a longer one to resume."""
        content = {"batch": self.recipe.identity, "settings": dict(self.settings.lasting)}
        return stages_of(self.batches, content)

    def wait(self) -> None:
        """Report that another process is at the same work, which is waited for."""
        of_stage(self.progress, "waiting")(0, 0)


@dataclass(frozen=True)
class Calibration:
    """A replay posterior, and what it was made with."""

    task: CalibrationTask
    batch: Batch
    replay: ReplayPosterior


def batch_of(task: CalibrationTask, stages: Stages) -> Batch:
    """Make the prior batch of a calibration, or what is missing of it, and count it among the stages of the work."""
    batch = make_batch(
        task.recipe,
        threads=task.threads,
        folder=task.batches,
        progress=of_stage(task.progress, "batch"),
        waiting=task.wait,
    )
    stages.count("batch", batch.kept_runs / batch.runs or None)
    return batch


def calibrate(task: CalibrationTask, stages: Stages | None = None) -> Calibration:
    """Calibrate a case to what was known of it at a cut.

    Parameters
    ----------
    task
        The calibration.
    stages
        Where all stages after the batch are kept as they are done (:meth:`CalibrationTask.kept_stages`), and resumed.
    """
    from copark.calibration.annealing import replay_posterior

    checkpoints = stages or Stages()
    batch = batch_of(task, checkpoints)
    progress = of_stage(task.progress, "replay")
    progress(0, 1)
    replay = replay_posterior(
        batch,
        task.recipe.model,
        np.arange(len(task.recipe.model.targets)),
        task.cut,
        plan=task.settings.plan(),
        populations=task.settings.populations,
        agree=task.settings.agree,
        seed=task.settings.seed,
        threads=task.threads,
        progress=progress,
        stages=checkpoints,
    )
    return Calibration(task, batch, replay)
