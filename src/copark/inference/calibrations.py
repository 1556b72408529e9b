"""Calibrations of an output folder: which are kept, what one would take, and making one.

Posteriors are kept under ``posteriors/`` of the output folder and prior batches under ``batches/``, both by identity. A
calibration that was interrupted goes on with the pieces of its batch and the last state of each later stage; one that
is kept is not made again, and its stages are removed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from copark.inference.calibrate import Progress
from copark.texts import text

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.cluster import Crew
    from copark.inference.artefacts import StoredPosterior
    from copark.inference.calibrate import Settings
    from copark.inference.sbc import Examination
    from copark.inference.target_selection import Reading
    from copark.simulation.trust import Trust
    from copark.store.checkpoints import Stages, Tally

LEAST, MOST = 12, 24
"""Runs of a prior batch, as powers of two."""
PROBED = 2048
MOVES, STEPS, RUNGS = 6, 18, 9
"""Runs of a member in a sweep of the search, and steps of temperature, or of a ladder: about so many."""
REPLAYED = 1.3
"""How much longer a run of the search takes than one of the batch: it comes in smaller groups."""
OTHERWISE = 8e-5
"""Seconds for each run of the batch that learning summaries, the examination and the page take."""
MakeCrew = Callable[[], "AbstractContextManager[Crew | None]"]


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

    tally: of the stages of making it, what was there from an earlier attempt; ``None`` if it was kept already. kind:
    whether it is one's own or ships with the case; of that no examination is kept.
    """

    case: Case
    read_as: Case
    stored: StoredPosterior
    examination: Examination | None
    identity: str
    folder: Path
    tally: Tally | None = None
    kind: Literal["own", "shipped"] = "own"

    @property
    def reused(self) -> bool:
        """Whether it was kept already."""
        return self.tally is None

    @property
    def cut(self) -> Quarter:
        """The last quarter known."""
        return self.stored.replay.cut

    @property
    def trust(self) -> Trust:
        """How far its parameters may be trusted."""
        from copark.inference.source import PosteriorSource

        return PosteriorSource.of(self.stored, self.kind).trust


def settings_of(
    runs: int | str | None, seed: int | None, lang: str = "en", *, full: bool = False, sweeps: int | None = None,
    usual: Settings | None = None,
) -> Settings:  # fmt: skip
    """Settings of a calibration.

    Parameters
    ----------
    full
        Of a long one with a whole examination, not of a quick one.
    sweeps
        Most sweeps at the end, in the place of the usual number.
    usual
        Settings in the place of either.

    Raises
    ------
    RunRefused
        If the number of runs is no power of two, or too small or large.
    """
    from copark.errors import RunRefused
    from copark.inference.calibrate import FULL, QUICK

    start = usual or (FULL if full else QUICK)
    count = start.runs if runs is None else _power(runs)
    if count is None:
        raise RunRefused(text("calibrate.bad_runs", lang, runs=runs, least=LEAST, most=MOST))
    last = start.last_sweeps if sweeps is None else sweeps
    return replace(start, runs=count, seed=start.seed if seed is None else seed, last_sweeps=last)


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


def cut_of(case: Case, cut: str | None) -> Quarter:
    """The quarter a calibration of a case ends in: the last with data, unless another is asked for.

    Raises
    ------
    RunRefused
        If it is no quarter of the case, or nothing is known by then.
    """
    from copark.cases.quarters import Quarter
    from copark.errors import RunRefused, printable
    from copark.inference.observations import targets
    from copark.inference.target_selection import case_for

    if cut is None:
        last = case.clock.data_end
        if not targets(case_for(case, last), cut=last):
            raise RunRefused.of("calibrate.nothing_to_fit", case=case.name)
        return last
    first, last = case.clock.start + 1, case.clock.data_end
    try:
        found = Quarter.parse(cut)
    except ValueError:
        found = None
    if found is None or not first <= found <= last:
        raise RunRefused.of("calibrate.bad_cut", cut=printable(cut[:20]), case=case.name, first=first, last=last)
    if not targets(case_for(case, found), cut=found):
        known = min(target.last for target in targets(case))
        raise RunRefused.of("calibrate.nothing_known", cut=cut, case=case.name, first=case.clock.start + known)
    return found


def own_calibration(case: Case, out: Path) -> KeptPosterior | None:
    """The calibration of one's own that a case is run on by default; ``None`` without a current one."""
    from copark.inference.case_parameters import parameters_of
    from copark.inference.sbc import load_examination
    from copark.inference.target_selection import Reading, case_for

    has = parameters_of(case, out)
    if has.stored is None or has.folder is None or has.trust.state != "calibrated":
        return None
    identity = has.folder.name.removeprefix(f"{has.stored.recipe['case']}-")
    read_as = case_for(case, has.stored.replay.cut, Reading.of(has.stored.recipe))
    return KeptPosterior(case, read_as, has.stored, load_examination(has.folder), identity, has.folder)


def shipped_calibration(
    case: Case, cut: Quarter, runs: int | None = None, seed: int | None = None
) -> KeptPosterior | None:  # fmt: skip
    """The calibration to a cut that ships with a case; ``None`` without a current one, or one of other runs or seed."""
    from copark.cases.casebook import posteriors_of
    from copark.errors import NotFound
    from copark.inference.calibrate import Settings
    from copark.inference.case_parameters import parameters_of
    from copark.inference.target_selection import case_for

    try:
        has = parameters_of(case, wanted="shipped", cut=str(cut))
    except NotFound:
        return None
    folder, stored = posteriors_of(case)[str(cut)], has.stored
    if stored is None or has.trust.state != "calibrated":
        return None
    made = Settings.of(stored.recipe)
    if runs not in (None, made.runs) or seed not in (None, made.seed):
        return None
    return KeptPosterior(case, case_for(case, cut), stored, None, has.identity, folder, kind="shipped")


def kept_posterior(
    case: Case,
    cut: Quarter,
    settings: Settings,
    *,
    fresh: bool = False,
    threads: int | None = None,
    crew: MakeCrew = nullcontext,
    out: Path,
    progress: Progress | None = None,
) -> KeptPosterior:
    """Find a calibration in the output folder, or make, examine and keep it.

    Parameters
    ----------
    crew
        Opens those who make the prior batch, in the place of threads of this process.
    """
    from copark.inference import artefacts
    from copark.inference.reach import reading_of
    from copark.inference.sbc import load_examination

    read_as, identity, folder = place_of(case, cut, settings, out)
    tally = None
    if fresh or not is_kept(folder):
        how = reading_of(case, cut, settings)
        tally = _make(read_as, how, cut, settings, folder, threads, crew, out, progress)
    found = load_examination(folder)
    return KeptPosterior(case, read_as, artefacts.load(read_as, folder), found, identity, folder, tally)


def is_kept(folder: Path) -> bool:
    """Whether a whole calibration is in a folder."""
    from copark.inference.sbc import load_examination

    return (folder / "recipe.json").is_file() and load_examination(folder) is not None


def place_of(case: Case, cut: Quarter, settings: Settings, out: Path) -> tuple[Case, str, Path]:
    """The case as a calibration reads it, the calibration's identity, and the folder it is kept in."""
    from copark.identity import identity_of
    from copark.inference.calibrate import recipe_of
    from copark.inference.case_parameters import own_folder
    from copark.inference.provenance import code_hash

    read_as = read_for(case, cut, settings)
    identity = identity_of(
        {
            "batch": recipe_of(read_as, cut, settings).identity,
            "settings": dict(settings.content()),
            "code": code_hash(),
        }
    )
    return read_as, identity, own_folder(out) / f"{case.name}-{identity}"


def read_for(case: Case, cut: Quarter, settings: Settings) -> Case:
    """The case as a calibration reads it; prior runs are made where it ships with no posterior."""
    from copark.inference.reach import reading_of
    from copark.inference.target_selection import case_for

    return case_for(case, cut, reading_of(case, cut, settings))


def _make(
    case: Case,
    reading: Reading,
    cut: Quarter,
    settings: Settings,
    folder: Path,
    threads: int | None,
    crew: MakeCrew,
    out: Path,
    progress: Progress | None,
) -> Tally | None:
    """Calibrate, examine, and write both, whole or not at all; what another process makes meanwhile is waited for.

    The stages of a search that was to agree and did not are kept: a longer one goes on from them.
    """
    from copark.inference import artefacts
    from copark.inference.calibrate import calibrate as infer
    from copark.inference.calibrate import kept_stages
    from copark.inference.replay import near_enough
    from copark.inference.sbc import examine, save_examination
    from copark.simulation.ensemble import default_threads
    from copark.store.files import stamp_of, written_folder

    workers, batches = threads or default_threads(), batches_in(out)
    tell: Progress = progress or (lambda *_: None)
    stages, seen = kept_stages(case, cut, settings, batches), stamp_of(folder)
    with stages.alone(lambda: tell("waiting", 0, 0)):
        if stamp_of(folder) != seen and is_kept(folder):
            return None
        with crew() as others:
            made = infer(
                case, cut, settings, threads=workers, folder=batches, stages=stages, crew=others, progress=progress
            )  # fmt: skip
        asked = examine(made, threads=workers, stages=stages, progress=progress)
        with written_folder(folder, replace=True) as place:
            artefacts.save(made, place, reading)
            save_examination(asked, place)
        health = asked.health
        if not settings.agree or near_enough(settings.agree, health["disagreement"], health["forecasts"]):
            stages.remove()
    return stages.tally()


def plan_of(
    case: Case, cut: Quarter, settings: Settings, *, threads: int | None = None, out: Path, lang: str = "en"
) -> Planned:  # fmt: skip
    """Say what calibrating takes, or what is missing of it, by running a small piece."""
    from copark.inference.calibrate import kept_stages

    stages = kept_stages(read_for(case, cut, settings), cut, settings, batches_in(out))
    others = len(("summaries", "anywhere", "near"))
    return measured_plan(case, cut, settings, stages=stages, others=others, threads=threads, out=out, lang=lang)


def measured_plan(
    case: Case, cut: Quarter, settings: Settings, *, posteriors: int = 1, stages: Stages, others: int = 0,
    threads: int | None = None, out: Path, lang: str = "en",
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
    from copark.inference.prior import PriorSpace
    from copark.inference.replay import POPULATION
    from copark.simulation.ensemble import default_threads
    from copark.store.checkpoints import tally_of, went_on

    recipe = recipe_of(read_for(case, cut, settings), cut, settings)
    workers = threads or default_threads()
    space = PriorSpace.of(recipe.case, recipe.hold)
    run_piece(recipe, space, 0, 64, workers)
    began = time.monotonic()
    run_piece(recipe, space, 0, PROBED, workers)
    each = (time.monotonic() - began) / PROBED
    plan = settings.plan()
    down, end = (RUNGS, RUNGS * plan.ladder) if plan.ladder else (STEPS, plan.members)
    swept = plan.members * down * plan.sweeps + end * plan.last_sweeps
    searched = posteriors * settings.populations * MOVES * swept
    kept = min(PIECE * pieces_in(home_of(batches_in(out), recipe)), settings.runs)
    missing, there, populations = settings.runs - kept, stages.there(), posteriors * settings.populations
    done = sum(share for name, share in there.items() if name.startswith(POPULATION))
    searched = round(searched * (1.0 - done / populations)) if populations else 0
    tally = tally_of([*there.values(), *([kept / settings.runs] if kept else [])], 1 + populations + others)
    seconds = each * (missing + REPLAYED * searched) + OTHERWISE * settings.runs
    megabytes = 1 + settings.runs * 4 * (len(recipe.model.targets) + len(READ_AT_CUT)) // 1_000_000
    return Planned(missing + searched, seconds, megabytes, Path(out), went_on(tally, lang))


def batches_in(out: Path) -> Path:
    """The prior batches of an output folder."""
    return Path(out) / "batches"
