"""Calibrating a case to its record: make the posteriors, examine them, keep them, write their page; or make them again.

Posteriors are kept under ``posteriors/`` of the output folder and prior batches under ``batches/``, both by identity. A
calibration that was interrupted goes on with the pieces of its batch and the last state of each later stage; one that
is kept is not made again, and its stages are removed.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.calibration_answers import Calibrated, Rechecked, answer_of
from copark.workflows.going_on import went_on
from copark.workflows.making import Means, others_of
from copark.workflows.places import reports_in, stage

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.inference.artefacts import Stored
    from copark.inference.calibrate import Settings
    from copark.inference.examination import Examination
    from copark.report.calibration.findings import PosteriorFindings
    from copark.store.stages import Stages, Tally

LEAST, MOST = 12, 24
"""Runs of a prior batch, as powers of two."""
PROBED = 2048
MOVES, STEPS = 6, 18
"""Runs of a member in a sweep of the search, and steps of temperature: about so many."""
REPLAYED = 1.3
"""How much longer a run of the search takes than one of the batch: it comes in smaller groups."""
OTHERWISE = 8e-5
"""Seconds for each run of the batch that learning summaries, the examination and the page take."""


@dataclass(frozen=True)
class Planned:
    """What a calibration will take: runs of the model, seconds on this machine, megabytes kept in a folder.

    went_on: what is there already of an earlier attempt, in a sentence; empty if nothing is.
    """

    runs: int
    seconds: float
    megabytes: int
    folder: Path
    went_on: str = ""


@dataclass(frozen=True)
class KeptPosterior:
    """A calibration that is kept: its posteriors, what was asked of them, and the case as it was read for them.

    tally: of the stages of making it, what was there from an earlier attempt; ``None`` if it was kept already.
    """

    case: Case
    read_as: Case
    stored: Stored
    examination: Examination | None
    identity: str
    folder: Path
    tally: Tally | None = None

    @property
    def reused(self) -> bool:
        """Whether it was kept already."""
        return self.tally is None


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

    began = time.monotonic()
    found = load_case(case)
    wanted = settings or settings_of(runs, seed, lang)
    at = cut_of(found, cut, lang)
    kept = kept_posterior(
        found, at, wanted, refine=refine, fresh=fresh, means=means or Means(threads), lang=lang, out=out,
        progress=progress,
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
    from copark.inference.calibrate import kept_stages

    found = load_case(case)
    wanted = settings or settings_of(runs, seed, lang)
    at = cut_of(found, cut, lang)
    read_as, _, folder = _place(found, at, wanted, refine=refine, out=out)
    if not fresh and is_kept(folder):
        return None
    stages = kept_stages(read_as, at, wanted, batches_in(out))
    others = len(("summaries", "anywhere", "near")) + refine
    return measured_plan(found, at, wanted, stages=stages, others=others, threads=threads, out=out, lang=lang)


def measured_plan(
    case: Case, cut: Quarter, settings: Settings, *, posteriors: int = 1, stages: Stages, others: int = 0,
    threads: int | None = None, out: Path = OUT, lang: str = "en",
) -> Planned:  # fmt: skip
    """Say what a batch and the search of some posteriors on it take, or what is missing of them.

    Parameters
    ----------
    posteriors
        How many cuts are searched on one batch.
    stages, others
        What is kept of an earlier attempt; how many stages there are beside the batch and the populations.
    """
    from copark.inference.batch import PIECE, READ_AT_CUT, home_of, pieces_in, run_piece
    from copark.inference.calibrate import recipe_of
    from copark.inference.known_values import case_for
    from copark.inference.prior import PriorSpace
    from copark.inference.replay import POPULATION
    from copark.simulation.ensemble import default_threads
    from copark.store.stages import tally_of

    recipe = recipe_of(case_for(case, cut), cut, settings)
    space = PriorSpace.of(recipe.case, recipe.hold)
    workers = threads or default_threads()
    run_piece(recipe, space, 0, 64, workers)
    began = time.monotonic()
    run_piece(recipe, space, 0, PROBED, workers)
    each = (time.monotonic() - began) / PROBED
    plan = settings.plan()
    searched = posteriors * settings.populations * plan.members * MOVES * (STEPS * plan.sweeps + plan.last_sweeps)
    kept = min(PIECE * pieces_in(home_of(batches_in(out), recipe)), settings.runs)
    missing, there, populations = settings.runs - kept, stages.there(), posteriors * settings.populations
    done = sum(share for name, share in there.items() if name.startswith(POPULATION))
    searched = round(searched * (1.0 - done / populations)) if populations else 0
    tally = tally_of([*there.values(), *([kept / settings.runs] if kept else [])], 1 + populations + others)
    seconds = each * (missing + REPLAYED * searched) + OTHERWISE * settings.runs
    megabytes = 1 + settings.runs * 4 * (len(recipe.model.targets) + len(READ_AT_CUT)) // 1_000_000
    return Planned(missing + searched, seconds, megabytes, Path(out), went_on(tally, lang))


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


def batches_in(out: Path) -> Path:
    """The prior batches of an output folder."""
    return Path(out) / "batches"


def settings_of(runs: int | str | None, seed: int | None, lang: str = "en") -> Settings:
    """Settings of a calibration.

    Raises
    ------
    RunRefused
        If the number of runs is no power of two, or too small or large.
    """
    from copark.errors import RunRefused
    from copark.inference.calibrate import Settings

    usual = Settings()
    count = usual.runs if runs is None else _power(runs)
    if count is None:
        raise RunRefused(text("calibration.bad_runs", lang, runs=runs, least=LEAST, most=MOST))
    return Settings(runs=count, seed=usual.seed if seed is None else seed)


def _power(runs: int | str) -> int | None:
    """A number of runs, if it is a power of two that can be used."""
    written = str(runs).replace("**", "^").replace(",", "").replace("_", "").strip()
    base, _, power = written.partition("^")
    if not all(part.isascii() and part.isdecimal() and len(part) <= 9 for part in (base, power or "1")):
        return None
    if power and base != "2":
        return None
    count = 1 << int(power) if power and int(power) <= MOST else int(base)
    return count if count in {1 << n for n in range(LEAST, MOST + 1)} else None


def cut_of(case: Case, cut: str | None, lang: str = "en") -> Quarter:
    """The quarter a calibration of a case ends in.

    Raises
    ------
    RunRefused
        If it is no quarter of the case, or nothing is known by then.
    """
    from copark.cases.quarters import Quarter
    from copark.errors import RunRefused
    from copark.inference.known_values import case_for, fitted_until
    from copark.inference.observations import targets

    if cut is None:
        return fitted_until(case)
    first, last = case.clock.start + 1, case.clock.data_end
    try:
        found = Quarter.parse(cut)
    except ValueError:
        found = None
    if found is None or not first <= found <= last:
        raise RunRefused(text("calibration.bad_cut", lang, cut=cut, case=case.name, first=first, last=last))
    if not targets(case_for(case, found), cut=found):
        known = min(target.last for target in targets(case))
        raise RunRefused(
            text("calibration.nothing_known", lang, cut=cut, case=case.name, first=case.clock.start + known)
        )
    return found


def kept_posterior(
    case: Case,
    cut: Quarter,
    settings: Settings,
    *,
    refine: bool = True,
    fresh: bool = False,
    means: Means | None = None,
    lang: str = "en",
    out: Path = OUT,
    progress: Progress | None = None,
) -> KeptPosterior:
    """Find a calibration in the output folder, or make, examine and keep it."""
    from copark.inference import artefacts
    from copark.inference.examination import load_examination

    read_as, identity, folder = _place(case, cut, settings, refine=refine, out=out)
    tally = None
    if fresh or not is_kept(folder):
        tally = _make(read_as, cut, settings, folder, refine, means or Means(), lang, out, progress)
    found = load_examination(folder)
    return KeptPosterior(case, read_as, artefacts.load(read_as, folder), found, identity, folder, tally)


def own_calibration(case: Case, out: Path) -> KeptPosterior | None:
    """The calibration of one's own that a case is run on by default; ``None`` without a current one."""
    from copark.inference.case_parameters import parameters_of
    from copark.inference.examination import load_examination
    from copark.inference.known_values import case_for

    has = parameters_of(case, out)
    if has.stored is None or has.folder is None or has.trust.state != "calibrated":
        return None
    identity = has.folder.name.removeprefix(f"{has.stored.recipe['case']}-")
    read_as = case_for(case, has.stored.replay.cut)
    return KeptPosterior(case, read_as, has.stored, load_examination(has.folder), identity, has.folder)


def is_kept(folder: Path) -> bool:
    """Whether a whole calibration is in a folder."""
    from copark.inference.examination import load_examination

    return (folder / "recipe.json").is_file() and load_examination(folder) is not None


def _place(case: Case, cut: Quarter, settings: Settings, *, refine: bool, out: Path) -> tuple[Case, str, Path]:
    """The case as a calibration reads it, the calibration's identity, and the folder it is kept in."""
    from copark.identity import identity_of
    from copark.inference.calibrate import recipe_of
    from copark.inference.case_parameters import own_folder
    from copark.inference.known_values import case_for
    from copark.inference.provenance import code_hash

    read_as = case_for(case, cut)
    identity = identity_of(
        {
            "batch": recipe_of(read_as, cut, settings).identity,
            "settings": dict(settings.content()),
            "refine": refine,
            "code": code_hash(),
        }
    )
    return read_as, identity, own_folder(out) / f"{case.name}-{identity}"


def _make(
    case: Case,
    cut: Quarter,
    settings: Settings,
    folder: Path,
    refine: bool,
    means: Means,
    lang: str,
    out: Path,
    progress: Progress | None,
) -> Tally | None:
    """Calibrate, examine, and write both, whole or not at all; what another process makes meanwhile is waited for."""
    stage(progress, "prepare")(0, 0)
    from copark.inference import artefacts
    from copark.inference.calibrate import calibrate as infer
    from copark.inference.calibrate import kept_stages
    from copark.inference.examination import examine, save_examination
    from copark.simulation.ensemble import default_threads
    from copark.store.atomic import stamp_of, written_folder

    workers, batches, wait = means.threads or default_threads(), batches_in(out), stage(progress, "waiting")
    stages, seen = kept_stages(case, cut, settings, batches), stamp_of(folder)
    with stages.alone(lambda: wait(0, 0)):
        if stamp_of(folder) != seen and is_kept(folder):
            return None
        with others_of(means, lang) as crew:
            made = infer(
                case, cut, settings, threads=workers, folder=batches, stages=stages, crew=crew, progress=progress
            )  # fmt: skip
        asked = examine(made, refine=refine, threads=workers, stages=stages, progress=progress)
        with written_folder(folder, replace=True) as place:
            artefacts.save(made, place)
            save_examination(asked, place)
        stages.remove()
    return stages.tally()
