"""Whether a calibration may be trusted: what can only be asked while its batch is there, kept beside its posteriors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from copark.inference.calibrate import Calibration
from copark.inference.diagnostics import Ranks, health, simulated_ranks
from copark.store.checkpoints import Stages

Progress = Callable[[str, int, int], None]
NUMBERS, RANKS = "examination.json", "examination.npz"


@dataclass(frozen=True)
class Examination:
    """What was asked of a calibration."""

    anywhere: Ranks
    near: Ranks
    """anywhere, near: simulated records drawn from the whole prior, and those nearest to the case's own."""
    health: Mapping[str, float]
    """Numbers of :func:`copark.inference.diagnostics.health`, ``ess`` of the parameter posterior, and by how much
    ``forecasts`` of independent searches differ, as a scale reduction."""


def examine(
    found: Calibration, *, records: int | None = None, threads: int = 1,
    stages: Stages | None = None, progress: Progress | None = None,
) -> Examination:  # fmt: skip
    """Examine a calibration while its batch is in memory.

    Parameters
    ----------
    records
        Simulated records of each kind; by default as the calibration's settings say.
    stages
        Where ranks are kept as they are done, and gone on with.
    progress
        Called with the stage (ranks), what is done of it and how much there is.
    """
    count = found.settings.records if records is None else records

    def tell(first: int) -> Callable[[int, int], None]:
        return lambda done, _: progress("ranks", first + done, 2 * count) if progress is not None else None

    accepted = min(found.settings.accepted, found.batch.runs // 8)
    kept = stages or Stages()
    both = [
        simulated_ranks(
            found.batch, found.neighbours, records=count, near=near, accepted=accepted, progress=tell(n * count),
            stage=kept.stage(f"ranks-{name}-{count}"),
        )
        for n, (name, near) in enumerate({"anywhere": None, "near": found.recorded}.items())
    ]  # fmt: skip
    forecasts = float(np.max(found.replay.forecast_disagreement(threads=threads)))
    numbers = dict(health(found.replay)) | {"ess": found.parameters.ess, "forecasts": forecasts}
    return Examination(both[0], both[1], numbers)


def save_examination(found: Examination, folder: Path) -> None:
    """Write an examination beside the posteriors it is of."""
    np.savez_compressed(
        folder / RANKS, anywhere=found.anywhere.ranks.astype(np.float32), near=found.near.ranks.astype(np.float32)
    )
    content: dict[str, Any] = {
        "names": list(found.anywhere.names),
        "health": {name: value for name, value in found.health.items() if np.isfinite(value)},
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
    return Examination(Ranks(names, anywhere), Ranks(names, near), content["health"])
