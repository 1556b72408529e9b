"""Sensitivity: what results hang on, and where the park fails."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.going_on import kept_stages, went_on
from copark.workflows.places import reports_in, stage

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.inference.artefacts import Stored
    from copark.inference.batch import Batch
    from copark.inference.exploration.explore import Exploration, Settings
    from copark.inference.posterior import ParameterPosterior

METHODS = ("morris", "sobol", "given", "discovery")
ALL = "all"
OVER = ("prior", "posterior-box")
PILOT = 256
"""Runs timed to say how long a work will take."""
RUNS_AT_A_TIME = 64
WORTH_TELLING = 10.0
"""Seconds from which a plan is told before the work begins."""


@dataclass(frozen=True)
class Driver:
    """What a read-out hangs on: a factor, its total index with its 95 % interval, and what the data did to it."""

    title: str
    total: float
    low: float
    high: float
    moved: str


@dataclass(frozen=True)
class Drivers:
    """A read-out and its clear drivers, largest first; the dummy's total; how many cannot be told from it."""

    readout: str
    drivers: tuple[Driver, ...]
    dummy: float
    unclear: int
    factors: int


@dataclass(frozen=True)
class Explored:
    """What an exploration answers.

    Parameters
    ----------
    title, identity, seconds
        What was explored, its name, how long it took.
    drivers
        By read-out; empty where Sobol' indices were not asked for.
    screened
        By read-out: titles of the factors that a screen found clear, largest first.
    sampled
        What samples at hand tell of each read-out, a sentence each; of the forecast where there is a posterior.
    sentences
        Boxes in words.
    report, files
        The page, and the tables.
    went_on
        What was there already of an earlier attempt, in a sentence; empty if nothing was.
    """

    title: str
    identity: str
    seconds: float
    drivers: tuple[Drivers, ...]
    screened: tuple[tuple[str, tuple[str, ...]], ...]
    sampled: tuple[str, ...]
    sentences: tuple[str, ...]
    report: Path | None
    files: tuple[Path, ...]
    went_on: str = ""


@dataclass(frozen=True)
class Foreseen:
    """How much work is ahead: runs, simulated quarters, and seconds by a timed pilot on the threads given."""

    runs: int
    quarters: int
    seconds: float
    threads: int

    @property
    def worth_telling(self) -> bool:
        """Whether it takes long enough to be told beforehand."""
        return self.seconds >= WORTH_TELLING


def plan(
    case: str | Path, *, method: str = ALL, size: int | None = None, replicates: int | None = None,
    threads: int | None = None, out: Path = OUT,
) -> Foreseen:  # fmt: skip
    """Say how much work a sensitivity analysis is.

    Parameters
    ----------
    case, method, size, replicates, threads
        As in :func:`sensitivity`.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case, or it has faults.
    """
    from copark.cases import load_case
    from copark.inference.case_parameters import parameters_of
    from copark.inference.exploration.explore import workload

    found = load_case(case)
    stored = parameters_of(found, out).stored
    pairs = 0 if stored is None else stored.replay.pairs
    work = workload(found, settings_of(method, size, replicates, "prior", 1), pairs)
    return foreseen(found, work.runs, work.quarters_in_all, threads)


def foreseen(case: Case, runs: int, quarters: int, threads: int | None) -> Foreseen:
    """Time a small pilot of a case and say how long so many simulated quarters take."""
    from copark.inference.prior import study_of
    from copark.simulation.ensemble import default_threads
    from copark.simulation.run import simulate

    workers = threads or default_threads()
    study = study_of(case, 1).with_changes(runs=PILOT, draws="prior", keep=["operating"])
    simulate(study.with_changes(runs=RUNS_AT_A_TIME), case, threads=workers)
    began = time.perf_counter()
    simulate(study, case, threads=workers)
    each = (time.perf_counter() - began) / (PILOT * case.clock.quarters)
    return Foreseen(runs, quarters, each * quarters, workers)


def settings_of(method: str, size: int | None, replicates: int | None, over: str, seed: int) -> Settings:
    """Settings of an exploration, the defaults where nothing is said.

    Raises
    ------
    copark.errors.RunRefused
        If there is no such method or place, or the size is no power of two.
    """
    from copark.errors import RunRefused
    from copark.inference.exploration.explore import Settings

    if method not in {*METHODS, ALL}:
        raise RunRefused(text("sensitivity.refused.method", found=method, known=", ".join((*METHODS, ALL))))
    if over not in OVER:
        raise RunRefused(text("sensitivity.refused.over", found=over, known=", ".join(OVER)))
    if size is not None and (size < 2 or size & (size - 1)):
        raise RunRefused(text("sensitivity.refused.size", found=size))
    made = Settings(methods=METHODS if method == ALL else (method,), over=over, seed=seed)
    sizes = {} if size is None else {"size": size, "sample": max(1 << 9, 16 * size)}
    changes = {**sizes, **({} if replicates is None else {"replicates": replicates})}
    return Settings(**{**vars(made), **changes})


def sensitivity(
    case: str | Path,
    *,
    method: str = ALL,
    size: int | None = None,
    replicates: int | None = None,
    over: str = "prior",
    seed: int = 1,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    progress: Progress | None = None,
) -> Explored:
    """Find out what a case's results hang on.

    Parameters
    ----------
    case
        Name or path of a case.
    method
        ``morris``, ``sobol``, ``given``, ``discovery`` or ``all``.
    size
        Rows of the Sobol' design, a power of two; samples have sixteen times as many runs.
    replicates
        Runs at each point of a design, on the same lucks everywhere.
    over
        ``prior``, or ``posterior-box``: the box around the posterior.
    seed, threads, lang, out, report, progress
        As in :func:`~copark.workflows.running.run_study`.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing or has faults, or something is asked that cannot be.
    """
    from copark.cases import load_case
    from copark.errors import RunRefused
    from copark.inference.case_parameters import parameters_of
    from copark.inference.exploration.explore import explore, provenance_of
    from copark.simulation.ensemble import default_threads

    began, found = time.monotonic(), load_case(case)
    asked = settings_of(method, size, replicates, over, seed)
    stored = (has := parameters_of(found, out)).stored
    if stored is None and over == "posterior-box":
        raise RunRefused(text("sensitivity.refused.posterior", case=found.name))
    stage(progress, "prepare")(0, 0)
    parameters = None if stored is None else stored.parameters
    source = has.posterior
    batch = batch_in(stored, out) if stored is not None and "given" in asked.methods else None
    content = {**provenance_of(found, asked, parameters, source, batch), "box": _box(parameters)}
    with kept_stages(out, content, progress) as stages:
        made = explore(
            found, asked, parameters=parameters, source=source, batch=batch, stages=stages, progress=progress,
            threads=threads or default_threads(),
        )  # fmt: skip
        page, files = _written(made, lang, out, progress) if report else (None, ())
    return _answer(made, lang, time.monotonic() - began, page, files, went_on(stages.tally(), lang))


def _box(parameters: ParameterPosterior | None) -> float | None:
    """What tells draws of parameters from others."""
    return None if parameters is None else float(parameters.points.sum())


def batch_in(stored: Stored, out: Path) -> Batch | None:
    """The first piece of a posterior's prior batch, if it lies in an output folder; nothing is run for it."""
    import numpy as np

    from copark.inference.batch import PIECE, READ_AT_CUT, Batch, piece_path, read_piece
    from copark.inference.calibrate import Settings, recipe_of

    space = stored.replay.space
    asked = recipe_of(space.case, stored.replay.cut, Settings(**stored.recipe["settings"]))
    home = Path(out) / "batches" / f"batch-{asked.identity}"
    width = len(asked.model.targets)
    count = min(PIECE, asked.runs)
    if not piece_path(home, 0).is_file():
        return None
    read = read_piece(home, 0, (count, width + len(READ_AT_CUT)))
    if read is None:
        return None
    kept = np.ascontiguousarray(read)
    return Batch(asked, space, kept[:, :width], kept[:, width:])


def _written(made: Exploration, lang: str, out: Path, progress: Progress | None) -> tuple[Path, tuple[Path, ...]]:
    from copark.report.sensitivity.exports import exploration_tables, write_tables
    from copark.report.sensitivity.page import write_exploration

    folder = reports_in(out) / f"sensitivity-{made.case.name}-{made.identity}"
    page = write_exploration(made, lang, folder, stage(progress, "report"))
    files = write_tables(exploration_tables(made, lang), "sensitivity", lang, folder / "tables")
    return page, files


def _sampled(made: Exploration, lang: str) -> tuple[str, ...]:
    from copark.report.sensitivity.words import leaders

    ranked = sorted(made.given, key=lambda kept: kept.kind != "posterior")
    return tuple(leaders(made, kept, n, lang) for kept in ranked[:1] for n in range(len(kept.readouts)))


def _answer(
    made: Exploration, lang: str, seconds: float, page: Path | None, files: tuple[Path, ...], kept: str
) -> Explored:
    from copark.report.sensitivity.words import found_sentences, named

    def drivers(at: int) -> Drivers:
        one = made.indices[at]
        order = sorted(range(len(made.names)), key=lambda n: -float(one.total[n]))
        clear = [n for n in order if bool(one.total_clear[n])]
        told = tuple(
            Driver(
                named(made.names[n], lang), float(one.total[n]), float(one.total_low[n]), float(one.total_high[n]),
                made.moved.get(made.names[n], ""),
            )
            for n in clear
        )  # fmt: skip
        unclear = len(made.names) - len(clear)
        return Drivers(made.readouts[at].title(lang), told, float(one.total[-1]), unclear, len(made.names))

    def screened(at: int) -> tuple[str, tuple[str, ...]]:
        one = made.screens[at]
        order = sorted(range(len(made.names)), key=lambda n: -float(one.mu_star[n]))
        return made.readouts[at].title(lang), tuple(named(made.names[n], lang) for n in order if bool(one.clear[n]))

    return Explored(
        title=text("sensitivity.page.title", lang, park=made.case.title.get(lang)),
        identity=made.identity,
        seconds=seconds,
        drivers=tuple(drivers(at) for at in range(len(made.indices))),
        screened=tuple(screened(at) for at in range(len(made.screens))),
        sampled=_sampled(made, lang),
        sentences=tuple(sentence for one in made.found for sentence in found_sentences(one, lang)),
        report=page,
        files=files,
        went_on=kept,
    )
