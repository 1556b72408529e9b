"""Levers: what decision-makers control, tried on the case, told in words, tables and a page."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from copark.simulation.trust import Trust
from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in, stage

if TYPE_CHECKING:
    from copark.inference.levers.findings import Findings
    from copark.inference.levers.trial import Asked, Measured

KEPT_AS = "measures.nc"


@dataclass(frozen=True)
class SettingRow:
    """What a setting changes, for the screen.

    Parameters
    ----------
    lever, setting
        Titles.
    standing, low, high
        Change of P(self-standing) and its Monte Carlo interval.
    operating
        Median difference of ln operating enterprises at the horizon.
    verdicts
        By side, in words of :mod:`copark.inference.levers.gains`.
    """

    lever: str
    setting: str
    standing: float
    low: float
    high: float
    operating: float
    verdicts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LeverAnswer:
    """What :func:`try_levers` found.

    Parameters
    ----------
    title
        Of the file of levers.
    trust
        Where the parameters come from, and how far they may be trusted.
    identity
        Of the runs.
    since, pulled
        Variant, and the quarter the levers are pulled.
    draws, futures, structures
        How many of each.
    reused
        Whether the runs were made before.
    seconds
        Time it took.
    rows
        Settings in the order of the file.
    enough
        Title of each option and the share of states in which it does well enough, best first.
    as_it_is
        That share of the case as it is; NaN where there is no state.
    report, tables
        The page and the workbook, if written.
    findings
        Everything, for further work.
    """

    title: str
    trust: Trust
    identity: str
    since: str
    pulled: str
    draws: int
    futures: int
    structures: int
    reused: bool
    seconds: float
    rows: tuple[SettingRow, ...]
    enough: tuple[tuple[str, float], ...]
    as_it_is: float
    report: Path | None
    tables: Path | None
    findings: Findings


def try_levers(
    case: str | Path,
    *,
    draws: int = 200,
    futures: int = 5,
    only: Sequence[str] = (),
    since: Literal["start", "now"] = "start",
    seed: int = 1,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    file: Path | None = None,
    parameters: str | None = None,
    report: bool = True,
    announce: Callable[[Sequence[str]], None] | None = None,
    progress: Progress | None = None,
) -> LeverAnswer:
    """Try every setting of a case's levers under every structure, and say what follows.

    Parameters
    ----------
    draws, futures, seed
        Draws of parameters, futures of each, and the seed of the luck that no record binds.
    only
        Keys of levers; all if empty.
    since
        ``start`` or ``now``.
    file
        A file of levers; by default the one that comes with the case.
    parameters
        ``own``, ``shipped``, ``borrowed`` or ``prior``, in the place of the best the case has.
    out, report
        Folder of ``reports/`` and of posteriors of one's own; write the page, the tables and, to be read again, the
        runs' measures there.
    announce
        Told a plan, in sentences, before anything that takes more than ten seconds.
    threads, lang, progress
        As in :func:`copark.workflows.running.run_study`.

    Raises
    ------
    copark.errors.CoparkError
        If case or file are missing or have faults, or there is no such lever.
    """
    began = time.monotonic()
    stage(progress, "prepare")(0, 0)
    asked = asked_of(case, since, only, file, out, parameters, draws=draws, futures=futures, seed=seed)
    folder = reports_in(out) / f"levers-{asked.case.name}-{since}-{asked.identity}"
    measured, reused = _measured(asked, folder if report else None, threads, lang, announce, progress)
    from copark.inference.levers.findings import find

    found = find(asked, measured)
    page, book = None, None
    if report:
        from copark.report.levers import write_levers, write_tables

        stage(progress, "report")(0, 0)
        page = write_levers(found, lang, folder, stage(progress, "report"))
        book = write_tables(found, lang, folder)[-1]
    return _answer(found, lang, page, book, reused=reused, seconds=time.monotonic() - began)


def asked_of(
    case: str | Path, since: Literal["start", "now"], only: Sequence[str], file: Path | None, out: Path = OUT,
    parameters: str | None = None, *, draws: int, futures: int, seed: int,
) -> Asked:  # fmt: skip
    """What is tried, on the parameters the case has."""
    from copark.cases import load_case
    from copark.inference.case_parameters import parameters_of
    from copark.inference.levers.reading import load_levers, wanted_levers
    from copark.inference.levers.trial import ask

    found_case = load_case(case)
    found = load_levers(found_case, file)
    keys = wanted_levers(found, since, only)
    changes: dict[str, Any] = {"runs": draws * futures, "futures": futures, "seed": seed}
    return ask(found, found_case, since, keys, parameters_of(found_case, out, parameters), **changes)


def _measured(
    asked: Asked,
    folder: Path | None,
    threads: int | None,
    lang: str,
    announce: Callable[[Sequence[str]], None] | None,
    progress: Progress | None,
) -> tuple[Measured, bool]:
    """The measures of all runs: read again if they were kept, else made and, if there is a place, kept."""
    from copark.inference.levers.trial import carry_out, to_dataset
    from copark.store.exports import write_netcdf
    from copark.workflows.planning import worth_telling

    kept = None if folder is None else _kept(folder / KEPT_AS, asked.identity)
    if kept is not None:
        return kept, True
    if announce is not None:
        study, count = asked.blocks[0].study, len(asked.blocks)
        told: dict[str, Any] = {"threads": threads, "times": count, "stores": False, "lang": lang}
        sentences = worth_telling(study, asked.case, asked.source, **told)
        if sentences:
            announce(sentences)
    made = carry_out(asked, threads=threads, progress=stage(progress, "simulate"))
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        write_netcdf(to_dataset(made), folder / KEPT_AS)
    return made, False


def _kept(path: Path, identity: str) -> Measured | None:
    """Measures kept from before, if they are those asked for; what cannot be read is made again."""
    import xarray as xr

    from copark.inference.levers.trial import from_dataset

    if not path.is_file():
        return None
    try:
        with xr.open_dataset(path, engine="h5netcdf") as stored:
            found = from_dataset(stored.load())
    except (OSError, KeyError, ValueError):
        return None
    return found if found.identity == identity else None


def _answer(
    found: Findings, lang: str, page: Path | None, book: Path | None, *, reused: bool, seconds: float
) -> LeverAnswer:
    study = found.asked.blocks[0].study
    enough: tuple[tuple[str, float], ...] = ()
    as_it_is = float("nan")
    if found.choice is not None:
        scores = found.choice.ranking("satisficing").scores
        order = sorted(range(len(scores)), key=lambda at: (-float(scores[at]), at))
        enough = tuple((found.title(found.choice.options[at], lang), float(scores[at])) for at in order)
        as_it_is = float(scores[0])
    return LeverAnswer(
        title=getattr(found.asked.file.title, lang),
        trust=found.asked.parameters.trust,
        identity=found.measured.identity,
        since=found.asked.since,
        pulled=found.pulled,
        draws=study.runs // study.futures,
        futures=study.futures,
        structures=len(found.measured.structures),
        reused=reused,
        seconds=seconds,
        rows=tuple(_row(found, place, lang) for place in range(len(found.settings))),
        enough=enough,
        as_it_is=as_it_is,
        report=page,
        tables=book,
        findings=found,
    )


def _row(found: Findings, place: int, lang: str) -> SettingRow:
    lever, setting = found.settings[place]
    standing = found.gain(setting.key, "self_standing")
    return SettingRow(
        lever=getattr(lever.title, lang),
        setting=getattr(setting.title, lang),
        standing=standing.mean,
        low=standing.low,
        high=standing.high,
        operating=found.gain(setting.key, "operating").median,
        verdicts=tuple(found.balances[place].verdicts.items()),
    )
