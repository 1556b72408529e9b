"""Planning a study before it is run: how many runs, how long, how precise.

A plan is made from a pilot: some hundred runs of the very study, timed here and now, on a machine as busy as it is.
What it says of precision rests on those few runs, and is meant to be right to a factor, not to a digit.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analyses.progress import stage
from copark.model.outcomes import GOOD
from copark.presentation.numbers import exact, number, precise
from copark.progress import StagedProgress
from copark.store.runs import OUT
from copark.texts import text

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr
    from numpy.typing import NDArray

    from copark.cases import Case
    from copark.presentation.document import Document
    from copark.simulation.sample import DrawSource
    from copark.simulation.sample_size import Reported, StudyPlan
    from copark.simulation.study import Study
    from copark.simulation.workload import Workload

WORTH_TELLING = 10.0
"""Seconds from which a plan is told before the work begins, where they are known."""
TOLD_RUNS = 20_000
"""Runs, over all scenarios, from which they are told before the work begins; how long is told as they are made."""
PILOT_ARMS = 4000
"""Runs of a pilot, over all scenarios; of each scenario not fewer than the least and not more than the most."""
LEAST_PILOT = 64
MOST_PILOT = 512
TIMED = 256
"""Runs timed to say how long work of no single study takes."""
PILOT_FUTURES = 4
"""Futures of each draw in a pilot, so that parameters and chance can be told apart."""


def pool_of(source: DrawSource | None) -> int | None:
    """Count the draws a source has in all; ``None`` where there is no end to them."""
    replay = getattr(source, "replay", None)
    return None if replay is None else int(replay.pairs)


def groups_of(source: DrawSource | None, runs: NDArray[np.int64], replicates: int) -> NDArray[np.int64]:
    """Return the draw of every run: the pair of a posterior, or the number of the draw.

    Parameters
    ----------
    source
        Where the draws come from, if from a posterior.
    runs
        Numbers of the runs, shape (run).
    replicates
        Runs of each draw.
    """
    draws = runs // replicates
    pool = pool_of(source)
    return draws if pool is None else draws % pool


def pasts_of(source: DrawSource | None) -> float | None:
    """Return the effective number of different pasts among a posterior's pairs; ``None`` without."""
    replay = getattr(source, "replay", None)
    return None if replay is None else max(float(replay.pasts), 1.0)


def left_open(reported: Reported, source: DrawSource | None) -> float | None:
    """Return the half-width of P(self-standing) a posterior leaves open, as another made alike would differ from it.

    z √(w/P'): w the variance between pairs, P' the effective number of their different pasts. No number of runs
    lessens it. ``None`` where draws come from no posterior, or nothing was seen.
    """
    from copark.stats.precision import components
    from copark.stats.shares import z_of

    pasts = pasts_of(source)
    if pasts is None or reported.standing.size < 2:
        return None
    return float(z_of() * (components(reported.standing, reported.groups).parameters / pasts) ** 0.5)


def reported_by(result: xr.Dataset, source: DrawSource | None, replicates: int) -> tuple[Reported, ...]:
    """Return what a result reports of each scenario: self-standing or not, and operating enterprises; finished runs.

    Parameters
    ----------
    result
        Runs of a study, which kept operating enterprises.
    source
        Where the draws come from, if from a posterior.
    replicates
        Runs of each draw.
    """
    import numpy as np

    from copark.simulation.readouts.compare import judged_column
    from copark.simulation.sample_size import Reported

    groups = groups_of(source, result["run"].to_numpy().astype(np.int64), replicates)
    at_end = result["operating"].isel(quarter=judged_column(result))
    reports = []
    for position, key in enumerate(map(str, result["scenario"].to_numpy())):
        outcome = result["outcome"].isel(scenario=position).to_numpy()
        has_finished = outcome >= 0
        operating = at_end.isel(scenario=position).to_numpy().astype(np.float64)
        standing = (outcome == GOOD.code).astype(np.float64)
        reports.append(Reported(key, standing[has_finished], operating[has_finished], groups[has_finished]))
    return tuple(reports)


@dataclass(frozen=True)
class Pilot:
    """A few runs of a study, timed."""

    runs: int
    """Of each scenario."""
    seconds: float
    """For a run of all scenarios."""
    reported: tuple[Reported, ...]
    """What they report of each scenario."""


def pilot(study: Study, case: Case, source: DrawSource | None = None, threads: int | None = None) -> Pilot:
    """Run a little of a study, and see how long it takes; the enterprises that operate are kept, too.

    Parameters
    ----------
    study
        The study; the pilot has its scenarios, and fewer runs.
    case
        Its case.
    source
        Where its draws come from, if from a posterior.
    threads
        Threads to run on; ``None`` for all that copark uses by default.
    """
    from copark.simulation.run import simulate

    count = min(max(PILOT_ARMS // len(study.scenarios), LEAST_PILOT), MOST_PILOT)
    replicates = study.replicates if study.draws == "defaults" else max(study.replicates, PILOT_FUTURES)
    keep = tuple(dict.fromkeys((*study.kept, "operating")))
    small = study.with_changes(keep=keep, runs=count, replicates=replicates)
    simulate(small.with_changes(runs=8), case, threads=threads, source=source)
    began = time.perf_counter()
    result = simulate(small, case, threads=threads, source=source)
    return Pilot(count, (time.perf_counter() - began) / count, reported_by(result, source, replicates))


def plan(
    study: Study,
    case: Case,
    source: DrawSource | None = None,
    runs: int | None = None,
    *,
    precision: float | None = None,
    threads: int | None = None,
    studies: int = 1,
    earlier: Pilot | None = None,
) -> StudyPlan:
    """Describe what a study will take and what it will tell, from a pilot of it.

    Parameters
    ----------
    study
        The study.
    case
        Its case.
    source, runs
        Where its draws come from, if from a posterior; runs of each scenario, by default the study's own.
    precision
        A half-width wanted; the plan then says how many runs reach it.
    threads
        Threads to run on; ``None`` for all that copark uses by default.
    studies
        Studies of its kind that will be run one after the other.
    earlier
        A pilot made before.
    """
    from copark.simulation.ensemble import default_threads
    from copark.simulation.sample_size import StudyPlan, precisions, runs_needed

    sized = study.with_changes(runs=runs)
    pool = pool_of(source)
    measured = earlier or pilot(sized, case, source, threads)
    return StudyPlan(
        runs=sized.runs,
        replicates=sized.replicates,
        scenarios=len(sized.scenarios) * studies,
        pilot=measured.runs,
        seconds=measured.seconds * sized.runs * studies,
        threads=threads or default_threads(),
        precisions=precisions(measured.reported[:1], pool=pool, runs=sized.runs, replicates=sized.replicates),
        wanted=precision,
        needed=None
        if precision is None
        else runs_needed(measured.reported, precision, replicates=sized.replicates, pool=pool),
        pool=pool,
        pasts=pasts_of(source),
        left_open=left_open(measured.reported[0], source),
    )


@dataclass(frozen=True)
class PlannedStudy:
    """A plan in words."""

    title: str
    """What is planned."""
    plan: StudyPlan
    """Its numbers."""
    sentences: tuple[str, ...]
    """What to tell: runs, time, precision."""

    def document(self, lang: str = "en") -> Document:
        """Return the plan as data: its numbers in a row, and its sentences."""
        from copark.presentation.document import Bullets, Column, Document, Interval, Kind, Section, Table

        planned = self.plan
        share = Kind.share
        bounds = {key: planned.of(key) for key in (GOOD.key, "operating_50")}
        values = {
            "scenarios": planned.scenarios,
            "runs": planned.runs,
            "futures": planned.replicates,
            "threads": planned.threads,
            "seconds": planned.seconds,
            "needed": planned.needed,
            **{
                key: bound if bound is None else Interval(bound.low, bound.high, bound.estimate)
                for key, bound in bounds.items()
            },
        }
        kinds = {"seconds": Kind.number, GOOD.key: share}
        columns = tuple(
            Column(
                key, text(f"planner.column.{key}", lang), kinds.get(key, Kind.count), places=1 if key in kinds else None
            )
            for key in values
        )
        title = text("planner.title", lang, study=self.title)
        blocks = (Bullets(self.sentences), Table("plan", title, columns, (tuple(values.values()),)))
        return Document("plan", lang, self.title, title, sections=(Section("plan", title, blocks),))


def plan_study(
    name_or_path: str | Path | Study,
    *,
    runs: int | None = None,
    precision: float | None = None,
    seed: int | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    parameters: str | None = None,
    cut: str | None = None,
    now: str | None = None,
    progress: StagedProgress | None = None,
) -> PlannedStudy:
    """Plan a study: time and precision of so many runs, or the runs that reach a precision.

    Parameters
    ----------
    name_or_path
        A study, its name or path, or a case for its baseline study.
    runs
        Runs of each scenario; ``None`` for the study's own, or for as many as reach the precision.
    precision
        Half-width wanted, as a share: 0.01 is one percentage point.
    seed
        Seed of the random numbers; ``None`` for the study's own.
    threads
        Threads to run on; ``None`` for all that copark uses by default.
    lang
        Language of the plan's sentences, ``en`` or ``zh``.
    out, parameters, cut, now
        Output folder, which parameters of which cut, and the quarter the park is looked at from, as in
        :func:`copark.workflows.run_study`.
    progress
        Called with stage, done and total.
    """
    from copark.calibration.case_parameters import settle
    from copark.cases import load_case
    from copark.cases.quarters import asked_quarter
    from copark.simulation.study import Study, load_study

    stage(progress, "prepare")(0, 0)
    named = name_or_path if isinstance(name_or_path, Study) else load_study(name_or_path)
    case = load_case(named.case)
    changed = named.with_changes(runs=runs, seed=seed, now=asked_quarter(now, "--now"))
    study, settled = settle(changed, case, out, parameters, cut)
    measured = pilot(study, case, settled.source, threads)
    planned = plan(study, case, settled.source, precision=precision, threads=threads, earlier=measured)
    if precision is not None and runs is None and planned.needed is not None:
        planned = plan(
            study, case, settled.source, planned.needed, precision=precision, threads=threads, earlier=measured
        )
    return PlannedStudy(study.title.text(lang), planned, told(planned, lang))


def told(planned: StudyPlan, lang: str = "en") -> tuple[str, ...]:
    """Put a plan in sentences, in a reader's language."""
    sentences = [
        _work(planned.runs, planned.replicates, planned.scenarios, lang),
        text("planner.time", lang, time=_span(planned.seconds, lang), threads=planned.threads, pilot=planned.pilot),
    ]
    standing = planned.of(GOOD.key)
    middle = planned.of("operating_50")
    if standing is not None and middle is not None:
        values = {"share": number(100 * standing.estimate, 0), "points": precise(100 * standing.half, 2)}
        values |= {"median": number(middle.estimate, 0), "low": number(middle.low, 0), "high": number(middle.high, 0)}
        sentences.append(text("planner.precision", lang, **values))
    if planned.pool is not None and planned.left_open is not None:
        pasts = round(planned.pasts or 0.0)
        points = precise(100 * planned.left_open, 2)
        sentences.append(text("planner.left_open", lang, pool=planned.pool, pasts=pasts, points=points))
    if planned.wanted is not None:
        key = "out_of_reach" if planned.needed is None else "needed"
        points = exact(100 * planned.wanted)
        sentences.append(text(f"planner.{key}", lang, points=points, runs=planned.needed or 0))
    return tuple(sentences)


def _work(runs: int, replicates: int, scenarios: int, lang: str) -> str:
    """Return how many runs are made, of how many scenarios and draws."""
    key = "work_futures" if replicates > 1 else "work"
    return text(
        f"planner.{key}", lang, runs=runs, scenarios=scenarios, replicates=replicates, draws=ceil(runs / replicates)
    )


def worth_telling(study: Study, *, studies: int = 1, lang: str = "en") -> tuple[str, ...]:
    """Put the runs of a study in a sentence, if with so many such studies there are many; else nothing.

    No pilot is made: how long they take is told by the runs themselves, once some are made.

    Parameters
    ----------
    study
        The study.
    studies
        Studies of its kind that will be run one after the other.
    lang
        ``en`` or ``zh``.
    """
    scenarios = len(study.scenarios) * studies
    return (_work(study.runs, study.replicates, scenarios, lang),) if study.runs * scenarios >= TOLD_RUNS else ()


def seconds_of(case: Case, works: Sequence[Workload], threads: int | None = None) -> tuple[float, int]:
    """Estimate the seconds of work of no single study, by a timed pilot of the case, and the threads it takes.

    Parameters
    ----------
    case
        The case, whose baseline is timed.
    works
        Work of the studies.
    threads
        Threads to run on.

    Returns
    -------
    tuple
        Seconds, and the threads.
    """
    from copark.calibration.prior import study_of
    from copark.simulation.ensemble import default_threads
    from copark.simulation.run import simulate

    workers = threads or default_threads()
    study = study_of(case, 1).with_changes(runs=TIMED, draws="prior", keep=["operating"])
    simulate(study.with_changes(runs=LEAST_PILOT), case, threads=workers)
    began = time.perf_counter()
    simulate(study, case, threads=workers)
    per_quarter = (time.perf_counter() - began) / (TIMED * case.clock.quarters)
    return per_quarter * sum(work.quarters_in_all for work in works), workers


def _span(seconds: float, lang: str) -> str:
    if seconds < 90.0:
        return text("planner.seconds", lang, count=max(round(seconds), 1))
    if seconds < 5400.0:
        return text("planner.minutes", lang, count=round(seconds / 60.0))
    return text("planner.hours", lang, count=number(seconds / 3600.0, 1))
