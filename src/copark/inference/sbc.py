"""Whether a calibration may be trusted: what can only be asked while its batch is there, kept beside its posteriors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from copark.inference.calibrate import REFINED_SHARE, Calibration, refined
from copark.inference.diagnostics import Ranks, health, movements, simulated_ranks
from copark.store.checkpoints import Stages

Progress = Callable[[str, int, int], None]
RECORDS = 200
NUMBERS, RANKS = "examination.json", "examination.npz"


@dataclass(frozen=True)
class Examination:
    """What was asked of a calibration.

    Parameters
    ----------
    anywhere, near
        Simulated records drawn from the whole prior, and those nearest to the case's own.
    health
        Numbers of :func:`copark.inference.diagnostics.health`, and ``ess`` of the parameter posterior.
    refined
        Quantiles (5, 50 and 95 %) of the parameters that synthetic likelihood refined; empty if it was not asked.
    accepted
        Share of proposals the refinement accepted.
    """

    anywhere: Ranks
    near: Ranks
    health: Mapping[str, float]
    refined: Mapping[str, tuple[float, float, float]]
    accepted: float


def examine(
    found: Calibration, *, refine: bool = True, records: int = RECORDS, threads: int = 1,
    stages: Stages | None = None, progress: Progress | None = None,
) -> Examination:  # fmt: skip
    """Examine a calibration while its batch is in memory.

    Parameters
    ----------
    refine
        Refine the parameter posterior too, to see whether it stays where it is.
    records
        Simulated records of each kind.
    stages
        Where ranks and refinement are kept as they are done, and gone on with.
    progress
        Called with the stage (ranks, refine), what is done of it and how much there is.
    """

    def tell(first: int) -> Callable[[int, int], None]:
        return lambda done, _: progress("ranks", first + done, 2 * records) if progress is not None else None

    accepted = min(found.settings.accepted, found.batch.runs // 8)
    kept = stages or Stages()
    both = [
        simulated_ranks(
            found.batch, found.neighbours, records=records, near=near, accepted=accepted, progress=tell(n * records),
            stage=kept.stage(f"ranks-{name}-{records}"),
        )
        for n, (name, near) in enumerate({"anywhere": None, "near": found.recorded}.items())
    ]  # fmt: skip
    numbers = dict(health(found.replay)) | {"ess": found.parameters.ess}
    if not (refine and (found.learned.explained >= REFINED_SHARE).any()):
        return Examination(both[0], both[1], numbers, {}, float("nan"))
    if progress is not None:
        progress("refine", 0, 0)
    made = refined(found, threads=threads, stages=kept)
    quantiles = {
        one.name: (one.posterior[0], one.posterior[2], one.posterior[4])
        for one in movements(found.batch.space, made.posterior.points, made.posterior.weights)
    }
    return Examination(both[0], both[1], numbers, quantiles, made.accepted)


def save_examination(found: Examination, folder: Path) -> None:
    """Write an examination beside the posteriors it is of."""
    np.savez_compressed(
        folder / RANKS, anywhere=found.anywhere.ranks.astype(np.float32), near=found.near.ranks.astype(np.float32)
    )
    content: dict[str, Any] = {
        "names": list(found.anywhere.names),
        "health": {name: value for name, value in found.health.items() if np.isfinite(value)},
        "refined": {name: list(values) for name, values in found.refined.items()},
        "accepted": found.accepted if np.isfinite(found.accepted) else None,
    }
    words = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / NUMBERS).write_text(words + "\n", encoding="utf-8")


def load_examination(folder: Path) -> Examination | None:
    """Read the examination beside posteriors; ``None`` if there is none that can be read."""
    try:
        content = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
        with np.load(folder / RANKS, allow_pickle=False) as kept:
            anywhere, near = (kept[name].astype(np.float64) for name in ("anywhere", "near"))
    except (OSError, ValueError, KeyError, EOFError):
        return None
    names = tuple(content["names"])
    refined_values = {name: (float(a), float(b), float(c)) for name, (a, b, c) in content["refined"].items()}
    accepted = float("nan") if content["accepted"] is None else float(content["accepted"])
    return Examination(Ranks(names, anywhere), Ranks(names, near), content["health"], refined_values, accepted)
