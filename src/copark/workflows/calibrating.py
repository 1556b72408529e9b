"""Calibrating a case to its record: make the posteriors, examine them, keep them, write their page; or make them again.

Posteriors are kept under ``posteriors/`` of the output folder and prior batches under ``batches/``, both by identity. A
calibration that was interrupted goes on with the pieces of its batch and the last state of each later stage; one that
is kept is not made again, and its stages are removed.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.context import stage
from copark.analyses.execution import Means, others_of
from copark.inference.calibrations import (
    Planned,
    batches_in,
    cut_of,
    is_kept,
    kept_posterior,
    place_of,
    plan_of,
    settings_of,
)
from copark.store.stages import went_on
from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.calibration_answers import Calibrated, Rechecked, answer_of
from copark.workflows.places import reports_in

__all__ = ["Planned", "calibrate", "check_posterior", "plan_calibration"]

if TYPE_CHECKING:
    from copark.inference.calibrate import Settings
    from copark.report.calibration.findings import PosteriorFindings


def calibrate(
    case: str | Path,
    *,
    cut: str | None = None,
    runs: int | str | None = None,
    seed: int | None = None,
    refine: bool = True,
    fresh: bool = False,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    settings: Settings | None = None,
    means: Means | None = None,
    progress: Progress | None = None,
) -> Calibrated:
    """Calibrate a case, or find the calibration that is kept; examine it; write its page.

    Parameters
    ----------
    case
        Name or path of a case.
    cut
        Last quarter known; by default that of the last value meant to be fitted. Beyond it all values are fitted.
    runs, seed
        Of the prior batch; runs a power of two, also written ``2^19``.
    refine
        Refine the parameters by synthetic likelihood too.
    fresh
        Calibrate even if the same calibration is kept.
    out
        Folder of ``batches/``, ``posteriors/`` and ``reports/``.
    settings
        All settings, in the place of runs and seed.
    means
        Workers here or on a cluster that make the prior batch, in the place of threads.
    threads, lang, report, progress
        As in :func:`copark.workflows.run_study`.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing, has faults or nothing to calibrate to, or cut or runs cannot be used.
    """
    from copark.cases import load_case
    from copark.inference.known_values import uses_everything
    from copark.report.calibration.findings import PosteriorFindings

    began, found = time.monotonic(), load_case(case)
    wanted, at = settings or settings_of(runs, seed, lang), cut_of(found, cut, lang)
    made_by = means or Means(threads)
    stage(progress, "prepare")(0, 0)
    kept = kept_posterior(
        found, at, wanted, refine=refine, fresh=fresh, threads=made_by.threads, out=out, progress=progress,
        crew=lambda: others_of(made_by, lang),
    )  # fmt: skip
    if kept.examination is None:
        raise ValueError("a calibration made here is examined")
    findings = PosteriorFindings(kept.stored, kept.examination, found, kept.identity, uses_everything(found, at), lang)
    return answer_of(findings, kept, began, _page(findings, out, progress) if report else None)


def _page(findings: PosteriorFindings, out: Path, progress: Progress | None) -> Path:
    from copark.report.calibration.posterior_page import write_calibration

    stage(progress, "report")(0, 0)
    folder = reports_in(out) / f"calibration-{findings.case.name}-{findings.identity}"
    return write_calibration(findings, folder, stage(progress, "report"))


def plan_calibration(
    case: str | Path,
    *,
    cut: str | None = None,
    runs: int | str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    out: Path = OUT,
    lang: str = "en",
    refine: bool = True,
    fresh: bool = False,
    settings: Settings | None = None,
) -> Planned | None:
    """Say what calibrating takes, by running a small piece of it; ``None`` if the calibration is kept already.

    Parameters are those of :func:`calibrate`.
    """
    from copark.cases import load_case

    found = load_case(case)
    wanted = settings or settings_of(runs, seed, lang)
    at = cut_of(found, cut, lang)
    if not fresh and is_kept(place_of(found, at, wanted, refine=refine, out=out)[2]):
        return None
    return plan_of(found, at, wanted, refine=refine, threads=threads, out=out, lang=lang)


def check_posterior(
    case: str | Path,
    *,
    threads: int | None = None,
    means: Means | None = None,
    out: Path = OUT,
    progress: Progress | None = None,
    lang: str = "en",
) -> Rechecked:
    """Make the posterior that ships with a case again by its recipe, or go on with that, and compare.

    Parameters are those of :func:`calibrate`.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing or has faults, or ships without a posterior.
    """
    from copark.cases import load_case
    from copark.errors import NotFound
    from copark.inference import artefacts
    from copark.inference.case_parameters import shipped_cases
    from copark.simulation.ensemble import default_threads

    began = time.monotonic()
    found = load_case(case)
    if not artefacts.has_posterior(found.name):
        raise NotFound(text("calibration.nothing_shipped", lang, case=found.name, known=", ".join(shipped_cases())))
    stale = artefacts.load(found).stale
    with others_of(means or Means(), lang) as crew:
        compared = artefacts.check(
            found, threads=threads or default_threads(), batches=batches_in(out), crew=crew, progress=progress
        )  # fmt: skip
    kind = "identical" if compared.identical else "close" if compared.close else "different"
    seconds, kept = time.monotonic() - began, went_on(compared.tally, lang)
    return Rechecked(found.title.get(lang), kind, compared.largest, stale, seconds, kept)
