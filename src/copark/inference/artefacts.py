"""Posteriors that ship with the package: small files with the recipe they were made by, which can be made again.

A posterior belongs to one state of model and case. Each is named in the recipe by its hash; a posterior whose recipe
does not match is *stale*, may still be looked at, and says so. What a case says beside the values that were fitted and
the facts that runs are given to the cut bears on nothing: an earlier posterior is none the worse for a later value.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cluster.work import Crew
from copark.errors import NotFound
from copark.identity import hash_content
from copark.inference.calibrate import Calibration, Progress, Settings, calibrate, kept_stages, recipe_of
from copark.inference.observations import ObservationModel, targets
from copark.inference.posterior import ParameterPosterior
from copark.inference.prior import PriorSpace
from copark.inference.provenance import FORMAT, recipe_in
from copark.inference.replay import ReplayPosterior
from copark.inference.target_selection import Reading, case_for, shipped_reading
from copark.model.compiler import cpu_features, versions
from copark.simulation.run import inputs_of
from copark.store.checkpoints import Tally

PAIRS = 1000
DRAWS = 1000
CLOSE = 1e-6
"""Largest difference of a coordinate, between 0 and 1, that another processor may cause."""


@dataclass(frozen=True)
class StoredPosterior:
    """Posteriors read from a folder, and their recipe."""

    recipe: Mapping[str, Any]
    parameters: ParameterPosterior
    replay: ReplayPosterior
    stale: bool


@dataclass(frozen=True)
class Comparison:
    """Whether posteriors made again are those stored.

    identical: bit by bit; close: parameters within 1e-6 and the same lucks; largest: difference of a coordinate; tally:
    of the stages of making them, what was there from an earlier attempt.
    """

    identical: bool
    close: bool
    largest: float
    tally: Tally | None = None


def content_of(found: Calibration, reading: Reading) -> dict[str, Any]:
    """Give the recipe of a calibration: what it depends on, and what it was made with."""
    batch = found.batch
    return {
        "format": FORMAT,
        "case": batch.recipe.case.name,
        "start": str(batch.recipe.case.clock.start),
        "cut": str(batch.recipe.cut),
        "settings": dict(found.settings.content()),
        **reading.content(),
        "facts": facts_hash(batch.recipe.case, batch.recipe.cut),
        "batch": batch.recipe.content(),
        "axes": list(batch.space.names),
        "distance": found.parameters.distance,
        "log_evidence": list(found.replay.log_evidence),
        "made_with": {**versions(), "cpu_features": cpu_features()},
    }


def facts_hash(case: Case, cut: Quarter) -> str:
    """Hash of what runs to a cut are given of a case, and of its own priors and values of parameters."""
    inputs = inputs_of(case, quarters=cut - case.clock.start + 1)
    given = [sha256(np.ascontiguousarray(part).tobytes()).hexdigest() for part in inputs]
    return hash_content({"inputs": given, "parameters": case.content()["parameters"]})


def save(found: Calibration, folder: Path, reading: Reading) -> None:
    """Write a calibration's posteriors, thinned, and their recipe.

    Parameters of the replay posterior keep all their digits: a run is replayed by them. The others are rounded to
    single precision.
    """
    folder.mkdir(parents=True, exist_ok=True)
    replay = found.replay.thin(PAIRS)
    np.savez_compressed(folder / "parameters.npz", points=found.parameters.equal(DRAWS).astype(np.float32))
    np.savez_compressed(
        folder / "replay.npz",
        points=replay.points,
        lucks=replay.lucks,
        population=replay.population.astype(np.int16),
        seen=replay.seen.astype(np.float32),
    )
    words = json.dumps(content_of(found, reading), indent=1, sort_keys=True, ensure_ascii=False)
    (folder / "recipe.json").write_text(words + "\n", encoding="utf-8")


def arrays_in(path: Path) -> dict[str, NDArray[Any]]:
    """Every array of a file; the file is closed whatever is wrong with it."""
    with np.load(BytesIO(path.read_bytes()), allow_pickle=False) as kept:
        return {name: kept[name] for name in kept.files}


def load(case: Case, folder: Path) -> StoredPosterior:
    """Read posteriors of a case; the case is read as it was for the calibration.

    Raises NotFound if there are none, only such as an earlier version wrote, or such as no longer fit: their parameters
    or the first quarter are others.
    """
    recipe = recipe_in(folder)
    if recipe is None or not fits(case, recipe):
        raise NotFound.of("inference.no_posterior", case=case.name)
    cut = Quarter.parse(recipe["cut"])
    case = case_for(case, cut, Reading.of(recipe))
    space = PriorSpace.of(case)
    points = arrays_in(folder / "parameters.npz")["points"].astype(np.float64)
    parameters = ParameterPosterior(space, points, np.full(len(points), 1.0 / len(points)), float(recipe["distance"]))
    kept = arrays_in(folder / "replay.npz")
    pairs, lucks = kept["points"], kept["lucks"]
    population, seen = kept["population"].astype(np.int64), kept["seen"].astype(np.float64)
    replay = ReplayPosterior(
        space=space,
        model=ObservationModel(targets(case, cut=cut), Settings.of(recipe).discrepancy),
        points=pairs,
        lucks=lucks,
        seed=int(recipe["settings"]["seed"]),
        cut=cut,
        population=population,
        seen=seen,
        log_evidence=tuple(recipe["log_evidence"]),
    )
    return StoredPosterior(recipe, parameters, replay, stale=is_stale(case, recipe))


def fits(case: Case, recipe: Mapping[str, Any]) -> bool:
    """Whether posteriors can be drawn from for a case as it is now, stale or not.

    The same parameters are drawn from the same priors of size, the first quarter is the same, and at least half of the
    values that were fitted are still in its record: what bears the same name may be another park.
    """
    start, cut = case.clock.start, Quarter.parse(recipe["cut"])
    if recipe.get("start", str(start)) != str(start) or cut <= start:
        return False
    reading = Reading.of(recipe)
    read = case_for(case, cut, reading)
    if reading.wide != (shipped_reading(case, cut) or Reading()).wide:
        return False
    if list(recipe["axes"]) != list(PriorSpace.of(read).names):
        return False
    fitted = {(variable, date, value) for variable, date, _, value, *_ in recipe["batch"]["targets"]}
    known = {(one.variable, one.date, one.value) for one in targets(read, cut=cut)}
    return 2 * len(fitted & known) >= len(fitted) > 0


def is_stale(case: Case, recipe: Mapping[str, Any]) -> bool:
    """Whether model, targets, priors or facts up to the cut have changed since posteriors were made.

    A recipe from before the facts had a hash of their own tells of the whole case alone.
    """
    settings, cut = Settings.of(recipe), Quarter.parse(recipe["cut"])
    read, made = case_for(case, cut, Reading.of(recipe)), dict(recipe["batch"])
    now = json.loads(json.dumps(recipe_of(read, cut, settings).content()))
    if now["case"] != made["case"] and recipe.get("facts") == facts_hash(read, cut):
        made["case"] = now["case"]
    return bool(now != made)


def check(
    case: Case,
    folder: Path,
    *,
    threads: int = 1,
    batches: Path | None = None,
    crew: Crew | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Make a case's posteriors again by their recipe, or go on with that, and compare them with those stored.

    Parameters
    ----------
    batches
        Where prior batches are kept, and stages until the comparison is made.
    crew
        Who makes the prior batch, if not this process.
    """
    stored = load(case, folder)
    settings, cut = Settings.of(stored.recipe), stored.replay.cut
    case = case_for(case, cut, Reading.of(stored.recipe))
    stages = kept_stages(case, cut, settings, batches)
    with stages.alone(None if progress is None else lambda: progress("waiting", 0, 0)):
        found = calibrate(
            case, cut, settings, threads=threads, folder=batches, stages=stages, crew=crew, progress=progress
        )  # fmt: skip
        compared = replace(comparison(found, stored), tally=stages.tally())
        stages.remove()
    return compared


def comparison(found: Calibration, stored: StoredPosterior) -> Comparison:
    """Compare a calibration with posteriors that are stored."""
    replay = found.replay.thin(stored.replay.pairs)
    fresh = found.parameters.equal(stored.parameters.points.shape[0]).astype(np.float32).astype(np.float64)
    same_shape = replay.points.shape == stored.replay.points.shape and fresh.shape == stored.parameters.points.shape
    if not same_shape:
        return Comparison(identical=False, close=False, largest=1.0)
    apart = [np.abs(replay.points - stored.replay.points), np.abs(fresh - stored.parameters.points)]
    largest = float(max(part.max() for part in apart))
    lucks = np.array_equal(replay.lucks, stored.replay.lucks)
    return Comparison(identical=lucks and largest == 0.0, close=lucks and largest <= CLOSE, largest=largest)
