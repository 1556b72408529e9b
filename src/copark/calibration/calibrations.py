"""Calibrations that are kept: those of an output folder, and those that ship with the package.

One's own are kept under ``posteriors/`` of the output folder and prior batches under ``batches/``, both by identity. A
calibration that was interrupted resumes with the pieces of its batch and the last state of each later stage; one that
is kept is not made again, and its stages are removed.

Posteriors are small files with the recipe they were made by, by which they can be made again. They belong to one state
of model, method and case, which the recipe tells; a posterior whose recipe does not match is *stale*, may
still be looked at, and says so. What a case says beside the values that were fitted and the facts that runs are given
to the cut bears on nothing: an earlier posterior is none the worse for a later value.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from copark.calibration.calibrate import (
    FULL,
    QUICK,
    Calibration,
    CalibrationSettings,
    CalibrationTask,
    calibrate,
)
from copark.calibration.calibration_setup import Reading, case_for, shipped_reading
from copark.calibration.draw_sources import PosteriorSource, arrays_in
from copark.calibration.observations import ObservationModel, targets
from copark.calibration.prior import PIECE, PriorSpace, home_of, run_piece
from copark.calibration.provenance import FORMAT, recipe_in
from copark.calibration.replay_posterior import ReplayPosterior
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.errors import NotFound, WrongUsage
from copark.json_types import JsonObject
from copark.model.machine import cpu_features, versions
from copark.simulation.trust import Trust
from copark.stats.rounding import differ
from copark.store.checkpoints import Stages, Tally, tally_of, went_on
from copark.store.files import stamp_of, written_folder
from copark.texts import text
from copark.version import CALIBRATION_VERSION

if TYPE_CHECKING:
    from copark.calibration.diagnostics import Examination

PAIRS = 1000
"""Pairs of the replay posterior that are kept."""
LEAST = 12
"""Fewest runs of a prior batch, as a power of two."""
MOST = 24
"""Most runs of a prior batch, as a power of two."""
PROBED = 2048
"""Runs by which the pace of this machine is measured."""
MOVES = 6
"""Runs of a member in a sweep of the search."""
STEPS = 18
"""Steps of temperature without a ladder: about so many."""
RUNGS = 9
"""Steps of temperature on a ladder: about so many."""
REPLAYED = 1.3
"""How much longer a run of the search takes than one of the batch: it comes in smaller groups."""
OTHERWISE = 8e-5
"""Seconds for each run of the batch that the examination and the page take."""


@dataclass(frozen=True)
class StoredPosterior:
    """Posterior read from a folder, and its recipe."""

    recipe: Mapping[str, Any]
    replay: ReplayPosterior
    stale: bool
    """Whether the case or the model has changed since."""


@dataclass(frozen=True)
class Planned:
    """Cost of a calibration."""

    runs: int
    """Runs of the model."""
    seconds: float
    """Seconds on this machine."""
    megabytes: int
    """Megabytes kept in the folder."""
    folder: Path
    """Output folder."""
    went_on: str = ""
    """A sentence on what is there already of an earlier attempt; empty if nothing is."""


@dataclass(frozen=True)
class KeptPosterior:
    """A calibration that is kept: its posteriors, their examination, and their case."""

    case: Case
    stored: StoredPosterior
    examination: Examination | None
    """``None`` for a calibration that ships, of which none is kept."""
    identity: str
    folder: Path
    tally: Tally | None = None
    """Of the stages of making it, what was there from an earlier attempt; ``None`` if it was kept already."""
    kind: Literal["own", "shipped"] = "own"
    """Whether it is one's own or ships with the case."""

    @property
    def cut(self) -> Quarter:
        """The last quarter known."""
        return self.stored.replay.cut

    @property
    def trust(self) -> Trust:
        """The trust its parameters deserve."""
        return PosteriorSource(self.stored.replay, stale=self.stored.stale, kind=self.kind).trust


def settings_of(
    runs: int | str | None,
    seed: int | None,
    lang: str = "en",
    *,
    full: bool = False,
    sweeps: int | None = None,
    usual: CalibrationSettings | None = None,
) -> CalibrationSettings:
    """Make the settings of a calibration.

    Parameters
    ----------
    runs
        Runs of the batch, a power of two, as a number or written.
    seed
        Seed of everything random.
    lang
        Language of a refusal.
    full
        Whether it is a long one with a whole examination, not a quick one.
    sweeps
        Most sweeps at the end.
    usual
        Settings in the place of either.

    Raises
    ------
    RunRefused
        If the number of runs is no power of two, or too small or large.
    """
    start = usual or (FULL if full else QUICK)
    count = start.runs if runs is None else power_of_two(str(runs), LEAST, MOST)
    if count is None:
        raise WrongUsage(text("calibrate.bad_runs", lang, runs=runs, least=LEAST, most=MOST))
    last = start.last_sweeps if sweeps is None else sweeps
    return replace(start, runs=count, seed=start.seed if seed is None else seed, last_sweeps=last)


def power_of_two(written: str, least: int, most: int) -> int | None:
    """Read a number of runs, also written 2^16 or 65,536, if it is a power of two between others.

    Parameters
    ----------
    written
        The number as written.
    least
        Smallest power allowed.
    most
        Largest power allowed.

    Returns
    -------
        ``None`` if it is none.
    """
    plain = written.replace("**", "^").replace(",", "").replace("_", "").strip()
    return {name: 1 << n for n in range(least, most + 1) for name in (f"2^{n}", str(1 << n))}.get(plain)


def is_kept(folder: Path) -> bool:
    """Return whether a whole calibration is in a folder."""
    from copark.calibration.diagnostics import load_examination

    return (folder / "recipe.json").is_file() and load_examination(folder) is not None


def kept_posterior(task: CalibrationTask, *, overwrite: bool = False) -> KeptPosterior:
    """Find a calibration in the output folder, or make, examine and keep it.

    Parameters
    ----------
    task
        The calibration.
    overwrite
        Whether it is calibrated again although a calibration of it is stored.
    """
    from copark.calibration.diagnostics import load_examination

    folder = task.folder
    tally = _make(task) if overwrite or not is_kept(folder) else None
    return KeptPosterior(task.case, load(task.case, folder), load_examination(folder), task.identity, folder, tally)


def _make(task: CalibrationTask) -> Tally | None:
    """Calibrate, examine, and write both, whole or not at all; what another process makes meanwhile is waited for.

    The stages of a search that was to agree and did not are kept: a longer one goes on from them.
    """
    from copark.calibration.annealing import near_enough
    from copark.calibration.diagnostics import examine, save_examination

    stages = task.kept_stages()
    stamp = stamp_of(task.folder)
    with stages.alone(task.wait):
        if stamp_of(task.folder) != stamp and is_kept(task.folder):
            return None
        calibration = calibrate(task, stages)
        examination = examine(calibration)
        with written_folder(task.folder, replace=True) as place:
            save(calibration, place)
            save_examination(examination, place)
        health = examination.health
        agree = task.settings.agree
        if not agree or near_enough(agree, health["disagreement"], health["forecasts"]):
            stages.remove()
    return stages.tally()


def plan_of(task: CalibrationTask, *, posteriors: int = 1, stages: Stages | None = None, lang: str = "en") -> Planned:
    """Estimate by a small piece the cost of a batch and the search of some posteriors on it, or of what is missing.

    Parameters
    ----------
    task
        The calibration.
    posteriors
        Number of posteriors searched on the batch.
    stages
        What is kept of an earlier attempt: by default of the calibration.
    lang
        Language of the sentence on an earlier attempt.
    """
    from copark.calibration.annealing import POPULATION

    recipe = task.recipe
    settings = task.settings
    plan = settings.plan()
    run_piece(recipe, 0, 64, task.threads)
    began = time.monotonic()
    run_piece(recipe, 0, PROBED, task.threads)
    run_seconds = (time.monotonic() - began) / PROBED
    down, end = (RUNGS, RUNGS * plan.ladder) if plan.ladder else (STEPS, plan.members)
    populations = posteriors * settings.populations
    searched = populations * MOVES * (plan.members * down * plan.sweeps + end * plan.last_sweeps)
    pieces = () if task.batches is None else home_of(task.batches, recipe).glob("*.piece")
    kept_runs = min(PIECE * len(list(pieces)), settings.runs)
    missing = settings.runs - kept_runs
    shares = (stages or task.kept_stages()).there()
    done = sum(share for name, share in shares.items() if name.startswith(POPULATION))
    searched = round(searched * (1.0 - done / populations)) if populations else 0
    tally = tally_of([*shares.values(), *([kept_runs / settings.runs] if kept_runs else [])], 1 + populations)
    seconds = run_seconds * (missing + REPLAYED * searched) + OTHERWISE * settings.runs
    megabytes = 1 + settings.runs * 4 * len(recipe.model.targets) // 1_000_000
    return Planned(missing + searched, seconds, megabytes, Path(task.out or "out"), went_on(tally, lang))


def content_of(calibration: Calibration) -> JsonObject:
    """Return the recipe of a calibration: what it depends on, and what it was made with."""
    recipe = calibration.batch.recipe
    return {
        "format": FORMAT,
        "case": recipe.case.name,
        "start": str(recipe.case.clock.start),
        "cut": str(recipe.cut),
        "settings": dict(calibration.task.settings.content()),
        **calibration.task.reading.content(),
        "method": CALIBRATION_VERSION,
        "batch": recipe.content(),
        "axes": list(recipe.space.names),
        "log_evidence": list(calibration.replay.log_evidence),
        "made_with": {**versions(), "cpu_features": cpu_features()},
    }


def save(calibration: Calibration, folder: Path) -> None:
    """Write a calibration's posterior, thinned, and its recipe.

    Parameters keep all their digits: a run is replayed by them.

    Parameters
    ----------
    calibration
        The calibration.
    folder
        Folder to write to, made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    replay = calibration.replay.thin(PAIRS)
    np.savez_compressed(
        folder / "replay.npz",
        points=replay.points,
        lucks=replay.addresses,
        population=replay.population.astype(np.int16),
        seen=replay.counterparts.astype(np.float32),
        reductions=replay.disagreement(),
    )
    words = json.dumps(content_of(calibration), indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "recipe.json").write_text(words + "\n", encoding="utf-8")


def load(case: Case, folder: Path) -> StoredPosterior:
    """Read posteriors of a case; the case is read as it was for the calibration.

    Raises
    ------
    NotFound
        If there are none, only such as an earlier version wrote, or such as no longer fit: their parameters or the
        first quarter are others.
    """
    recipe = recipe_in(folder)
    if recipe is None or not fits(case, recipe):
        raise NotFound.of("inference.no_posterior", case=case.name)
    cut = Quarter.parse(recipe["cut"])
    case = case_for(case, cut, Reading.of(recipe))
    space = PriorSpace.of(case).only(recipe["axes"])
    arrays = arrays_in(folder / "replay.npz")
    replay = ReplayPosterior(
        space=space,
        model=ObservationModel(targets(case, cut=cut), CalibrationSettings.of(recipe).discrepancy),
        points=arrays["points"],
        addresses=arrays["lucks"],
        seed=int(recipe["settings"]["seed"]),
        cut=cut,
        population=arrays["population"].astype(np.int64),
        counterparts=arrays["seen"].astype(np.float64),
        log_evidence=tuple(recipe["log_evidence"]),
        reductions=arrays.get("reductions"),
        values_then=len(recipe["batch"]["targets"]),
    )
    return StoredPosterior(recipe, replay, stale=is_stale(case, recipe))


def fits(case: Case, recipe: Mapping[str, Any]) -> bool:
    """Return whether posteriors can be drawn from for a case as it is now, stale or not.

    The parameters that were drawn still are, from the same priors of size, the first quarter is the same, and at least
    half of the values that were fitted are still in its record: what bears the same name may be another park.
    """
    start = case.clock.start
    cut = Quarter.parse(recipe["cut"])
    if recipe.get("start", str(start)) != str(start) or cut <= start:
        return False
    reading = Reading.of(recipe)
    read_case = case_for(case, cut, reading)
    if reading.wide != (shipped_reading(case, cut) or Reading()).wide:
        return False
    if list(recipe["axes"]) != list(PriorSpace.of(read_case).only(recipe["axes"]).names):
        return False
    fitted = {(variable, date, value) for variable, date, _, value, *_ in recipe["batch"]["targets"]}
    recorded = {(target.variable, target.date, target.value) for target in targets(read_case, cut=cut)}
    return 2 * len(fitted & recorded) >= len(fitted) > 0


def is_stale(case: Case, recipe: Mapping[str, Any]) -> bool:
    """Return whether model, method, targets, priors or facts up to the cut have changed since posteriors were made."""
    if recipe.get("method") != CALIBRATION_VERSION:
        return True
    cut = Quarter.parse(recipe["cut"])
    task = CalibrationTask(case, cut, CalibrationSettings.of(recipe), read_as=Reading.of(recipe))
    now = json.loads(json.dumps(task.recipe.content()))
    now["axes"] = [name for name in now["axes"] if name in recipe["axes"]]  # what is drawn since is held at its default
    return not _same(now, recipe["batch"])


def _same(first: Any, second: Any) -> bool:
    """Return whether two recipes say the same, rounding of numbers aside."""
    if isinstance(first, dict) and isinstance(second, dict):
        return first.keys() == second.keys() and all(_same(first[key], second[key]) for key in first)
    if isinstance(first, list) and isinstance(second, list):
        return len(first) == len(second) and all(map(_same, first, second))
    if isinstance(first, float) and isinstance(second, float):
        return not differ(first, second)
    return bool(first == second)
