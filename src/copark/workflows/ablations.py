"""Ablations: every mechanism and every arrow off, one at a time."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.going_on import kept_stages, went_on
from copark.workflows.places import reports_in, stage
from copark.workflows.sensitivity import Foreseen, foreseen

if TYPE_CHECKING:
    from copark.inference.ablations.ablate import Ablations, Row, Settings


@dataclass(frozen=True)
class Ablated:
    """What one ablation answers.

    Parameters
    ----------
    title, kind, verdict
        What was off; mechanism or link; works, hardly or nothing.
    first, last
        Median difference of ln operating at the ends of years 12 and 20, log points.
    low, high
        5 and 95 % of the latter.
    failed
        Change of the probability of failure.
    refitted, refitted_verdict
        How much worse the forecast is after a refit (0.1 is a tenth), and whether that is more than noise; ``None``
        and empty where none was made.
    """

    title: str
    kind: str
    verdict: str
    first: float
    last: float
    low: float
    high: float
    failed: float
    refitted: float | None
    refitted_verdict: str


@dataclass(frozen=True)
class AblationAnswer:
    """What ablations answer: rows, the quarters compared, the noise of scores, the page and the tables.

    went_on: what was there already of an earlier attempt, in a sentence; empty if nothing was.
    """

    title: str
    identity: str
    seconds: float
    pairs: int
    quarters: tuple[str, ...]
    rows: tuple[Ablated, ...]
    noise: float
    report: Path | None
    files: tuple[Path, ...]
    went_on: str = ""


def settings_of(size: int | None, futures: int | None, seed: int, *, links: bool, only: Sequence[str] = ()) -> Settings:
    """Settings of ablations, the defaults where nothing is said.

    Raises
    ------
    copark.errors.RunRefused
        If the size is neither 0 nor a power of two from 512 on.
    """
    from copark.errors import RunRefused
    from copark.inference.ablations.ablate import Settings

    if size is not None and size and (size < 512 or size & (size - 1)):
        raise RunRefused(text("sensitivity.refused.batch", found=size))
    made = Settings(seed=seed, links=links, only=tuple(only))
    changes = {} if size is None else {"size": size}
    return Settings(**{**vars(made), **changes, **({} if futures is None else {"futures": futures})})


def plan(
    case: str | Path, *, size: int | None = None, futures: int | None = None, links: bool = True,
    only: Sequence[str] = (), threads: int | None = None, out: Path = OUT,
) -> Foreseen:  # fmt: skip
    """Say how much work ablations are.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case, or it has faults.
    """
    from copark.cases import load_case
    from copark.inference.ablations.ablate import workload
    from copark.inference.case_parameters import parameters_of

    found = load_case(case)
    stored = parameters_of(found, out).stored
    pairs, cut = (0, None) if stored is None else (stored.replay.pairs, stored.replay.cut)
    works = workload(found, settings_of(size, futures, 1, links=links, only=only), pairs, cut)
    return foreseen(found, sum(one.runs for one in works), sum(one.quarters_in_all for one in works), threads)


def ablate(
    case: str | Path,
    *,
    size: int | None = None,
    futures: int | None = None,
    links: bool = True,
    only: Sequence[str] = (),
    seed: int = 1,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    progress: Progress | None = None,
) -> AblationAnswer:
    """Switch off every mechanism and every arrow of a case, one at a time.

    Parameters
    ----------
    case
        Name or path of a case.
    size
        Runs of each refit's batch, a power of two; 0 leaves refits out.
    futures
        Futures of each pair of the posterior.
    links
        Whether arrows are cut, too.
    only
        Keys of what is switched off, such as ``plan`` or ``link/plan_to_land``; everything by default.
    seed, threads, lang, out, report, progress
        As in :func:`~copark.workflows.running.run_study`.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing or has faults, or something is asked that cannot be.
    """
    from copark.cases import load_case
    from copark.inference.ablations.ablate import ablate as switch_off
    from copark.inference.ablations.ablate import provenance_of
    from copark.inference.case_parameters import parameters_of
    from copark.simulation.ensemble import default_threads

    began = time.monotonic()
    asked = settings_of(size, futures, seed, links=links, only=only)
    found = load_case(case)
    has = parameters_of(found, out)
    stage(progress, "prepare")(0, 0)
    source, parameters = has.source, None if has.stored is None else has.stored.parameters
    with kept_stages(out, provenance_of(found, asked, source, None), progress) as stages:
        made = switch_off(
            found, asked, source=source, parameters=parameters, threads=threads or default_threads(), stages=stages,
            progress=progress,
        )  # fmt: skip
        page, files = _written(made, lang, out, progress) if report else (None, ())
    answer = _answer(made, lang, time.monotonic() - began, page, files)
    return replace(answer, went_on=went_on(stages.tally(), lang))


def _written(made: Ablations, lang: str, out: Path, progress: Progress | None) -> tuple[Path, tuple[Path, ...]]:
    from copark.report.sensitivity.ablation_page import write_ablations
    from copark.report.sensitivity.exports import ablation_tables, write_tables

    folder = reports_in(out) / f"ablations-{made.case.name}-{made.identity}"
    page = write_ablations(made, lang, folder, stage(progress, "report"))
    return page, write_tables(ablation_tables(made, lang), "ablations", lang, folder / "tables")


def _answer(made: Ablations, lang: str, seconds: float, page: Path | None, files: tuple[Path, ...]) -> AblationAnswer:
    return AblationAnswer(
        title=text("sensitivity.ablation.title", lang, park=made.case.title.get(lang)),
        identity=made.identity,
        seconds=seconds,
        pairs=made.pairs,
        quarters=made.quarters,
        rows=tuple(_row(row, made, lang) for row in made.rows),
        noise=made.noise_refitted,
        report=page,
        files=files,
    )


def _row(row: Row, made: Ablations, lang: str) -> Ablated:
    first, last = (row.effect.of("operating", made.quarters[at]) for at in (0, -1))
    return Ablated(
        title=str(getattr(row.ablation.title, lang)),
        kind=row.ablation.kind,
        verdict=row.effect.verdict,
        first=first.median,
        last=last.median,
        low=last.low,
        high=last.high,
        failed=row.effect.failed.change,
        refitted=None if row.refitted is None else row.refitted.ratio,
        refitted_verdict="" if row.refitted is None else row.refitted.verdict,
    )
