"""A second opinion on a calibration, by the optional package `sbi`."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from copark.analyses.context import stage
from copark.analyses.execution import Means, others_of
from copark.inference.calibrations import batches_in, cut_of, settings_of
from copark.texts import text
from copark.workflows.answers import OUT, Progress

TELLING = 0.25
"""Shift from which two medians are called apart, as a share of the 90 % interval."""


@dataclass(frozen=True)
class OpinionRow:
    """What two methods say of one parameter: title, medians and 90 % intervals, distance of the medians."""

    title: str
    own: tuple[float, ...]
    other: tuple[float, ...]
    shift: float


@dataclass(frozen=True)
class CrossChecked:
    """What a cross-check found.

    Parameters
    ----------
    rows
        Parameters, most different first.
    apart
        How many medians lie farther apart than a quarter of the 90 % interval.
    width
        Mean width of the other's intervals, in those of the calibration.
    """

    case: str
    cut: str
    rows: tuple[OpinionRow, ...]
    apart: int
    width: float
    seconds: float


def cross_check(
    case: str | Path,
    *,
    runs: int | str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    means: Means | None = None,
    lang: str = "en",
    out: Path = OUT,
    progress: Progress | None = None,
) -> CrossChecked:
    """Infer the parameters of a case to its fitted values by neural posterior estimation too, and compare.

    The prior batch is that of the calibration; it is made if it is not kept.

    Raises
    ------
    copark.errors.CoparkError
        If `sbi` is not installed, or as :func:`copark.workflows.calibrating.calibrate` does.
    """
    from copark.cases import load_case
    from copark.errors import RunRefused
    from copark.inference.calibrate import neighbourhood
    from copark.inference.crosscheck import available, opinions
    from copark.inference.diagnostics import title_of
    from copark.simulation.ensemble import default_threads

    if not available():
        raise RunRefused(text("calibration.no_sbi", lang))
    began = time.monotonic()
    found = load_case(case)
    at = cut_of(found, None, lang)
    with others_of(means or Means(), lang) as crew:
        near = neighbourhood(
            found, at, settings_of(runs, seed, lang), threads=threads or default_threads(), folder=batches_in(out),
            crew=crew, progress=lambda name, done, total: stage(progress, name)(done, total),
        )  # fmt: skip
    stage(progress, "crosscheck")(0, 0)
    said = opinions(near.parameters, near.neighbours, near.learned.explained, near.recorded, near.batch.recipe.seed)
    return CrossChecked(
        case=found.title.get(lang),
        cut=str(at),
        rows=tuple(OpinionRow(title_of(one.name, lang), one.own, one.other, one.shift) for one in said),
        apart=sum(one.shift > TELLING for one in said),
        width=sum(one.width for one in said) / len(said),
        seconds=time.monotonic() - began,
    )
