"""Learning across parks: pool them, let every method forecast every park, look at one without a history; the page."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in, stage

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.inference.pool.outlook import Outlook
    from copark.inference.pool.panel import Panel, Settings
    from copark.inference.pool.parks import Park
    from copark.report.pool.findings import ParkFan, PoolFindings

LEAST, MOST = 8, 15
"""Runs of each park, as powers of two."""
FAN_RUNS = 512


@dataclass(frozen=True)
class StandingRow:
    """A method in a table of scores: its name, mean score of ln(1 + count), of counts, share within 90 %."""

    method: str
    log_crps: float
    crps: float
    coverage: float


@dataclass(frozen=True)
class ContestRow:
    """A table of scores over all counts: what it is, over how much, best first, and whether that is firm."""

    title: str
    values: int
    parks: int
    firm: bool
    standings: tuple[StandingRow, ...]


@dataclass(frozen=True)
class MovedRow:
    """A parameter the panel moved: title, group, verdict alone and of the mean of all, the mean's median and 90 %."""

    title: str
    group: str
    alone: str
    mean: str
    band: str


@dataclass(frozen=True)
class OutlookRow:
    """An observable of a park without a history at the end of a year: 5, 50 and 95 %, and similar parks by then."""

    title: str
    quarter: str
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class PoolAnswer:
    """What :func:`pool` found.

    Parameters
    ----------
    identity, folder
        Of the panel, and where it is kept.
    parks, values, runs, seed
        How many parks and fitted values; runs of each park and the seed.
    moved
        Parameters the panel moved farther than Great Stone alone.
    answers
        The same by group, in sentences.
    contests
        Who forecasts best.
    outlook, borrowed, rates
        A park without a history, what was borrowed from whom, and the base rates, in words; empty if none was asked.
    seconds, report, files
        Time it took; the page; tables.
    """

    identity: str
    folder: Path
    parks: int
    values: int
    runs: int
    seed: int
    moved: tuple[MovedRow, ...]
    answers: tuple[str, ...]
    contests: tuple[ContestRow, ...]
    outlook: tuple[OutlookRow, ...]
    outlook_title: str
    borrowed: str
    rates: tuple[str, ...]
    seconds: float
    report: Path | None
    files: tuple[Path, ...]


def pool(
    *,
    cases: Sequence[str] = (),
    runs: int | str | None = None,
    seed: int = 1,
    forecast: str | Path | None = None,
    to: str | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    progress: Progress | None = None,
) -> PoolAnswer:
    """Pool the parks of the casebook and let every method forecast them.

    Parameters
    ----------
    cases
        Names of cases; by default all of the casebook.
    runs, seed
        Runs of each park, a power of two, also written ``2^13``; seed of design, luck and errors.
    forecast, to
        A case to forecast as if nothing had been observed of it, name or path; its last quarter.
    threads
        Threads; they do not change the numbers.
    lang
        ``en`` or ``zh``.
    out
        Folder of ``pool/`` (panels and batches, resumed) and ``reports/``.
    report
        Write the page and the tables.
    progress
        Told how far the work is.

    Raises
    ------
    copark.errors.CoparkError
        If a case is missing or has faults, or runs or the last quarter cannot be used.
    """
    from copark.experiments.run import default_threads
    from copark.inference.pool.panel import Settings
    from copark.inference.pool.parks import parks_of

    began = time.monotonic()
    stage(progress, "prepare")(0, 0)
    settings = Settings(runs_of(runs, lang), seed)
    new = None if forecast is None else _new_park(forecast, to, lang)
    workers = threads or default_threads()
    folder = Path(out) / "pool"
    findings = _find(parks_of(cases, lang), settings, new, workers, folder, lang, progress)
    page: Path | None = None
    files: tuple[Path, ...] = ()
    if report:
        from copark.report.pool.page import write_pool

        page, files = write_pool(findings, _place(findings, out), stage(progress, "report"))
    return _answer(findings, folder / findings.panel.identity, time.monotonic() - began, page, files)


def _find(
    parks: tuple[Park, ...],
    settings: Settings,
    new: tuple[Case, Quarter] | None,
    threads: int,
    folder: Path,
    lang: str,
    progress: Progress | None,
) -> PoolFindings:
    """Pool the parks, score them, draw the fans; progress counts three rounds over all parks."""
    from copark.inference.pool.movement import panel_movements
    from copark.inference.pool.panel import learn, score_panel
    from copark.report.pool.findings import PoolFindings

    tell, whole = stage(progress, "simulate"), 3 * len(parks)
    panel = learn(parks, settings, threads=threads, folder=folder, progress=lambda done, _: tell(done, whole))
    scores = score_panel(panel, threads=threads, folder=folder, progress=lambda done, _: tell(len(parks) + done, whole))
    fans = []
    for n, park in enumerate(parks):
        tell(2 * len(parks) + n, whole)
        fan = _fan(panel, park, threads)
        if fan is not None:
            fans.append(fan)
    outlook = None if new is None else _outlook(panel, *new, threads)
    return PoolFindings(panel, scores, panel_movements(panel), tuple(fans), outlook, lang)


def runs_of(written: int | str | None, lang: str = "en") -> int:
    """Runs of each park: a power of two from 2^8 to 2^15.

    Raises
    ------
    RunRefused
        If it is none.
    """
    from copark.errors import RunRefused
    from copark.inference.pool.panel import RUNS

    if written is None:
        return RUNS
    base, power, exponent = str(written).strip().partition("^")
    try:
        found = int(base) ** min(int(exponent), MOST + 1) if power else int(base)
    except ValueError:
        found = 0
    if found not in {1 << n for n in range(LEAST, MOST + 1)}:
        raise RunRefused(text("pool.bad_runs", lang, runs=written, least=LEAST, most=MOST))
    return found


def pooled_prior(
    case: str | Path,
    *,
    runs: int = 1000,
    cases: Sequence[str] = (),
    settings_runs: int | str | None = None,
    seed: int = 1,
    threads: int | None = None,
    out: Path = OUT,
) -> dict[str, list[float]]:
    """Draw parameters of a park without a history from the pooled prior: name to one value for each draw.

    Parameters
    ----------
    case
        Name or path of the case; if it is in the panel it is left out of it.
    runs
        How many draws.
    cases, settings_runs, seed, threads, out
        As for :func:`pool`, whose panel is made or found.
    """
    from copark.cases import load_case
    from copark.experiments.run import default_threads
    from copark.inference.pool import panel as panels
    from copark.inference.pool.parks import parks_of

    settings = panels.Settings(runs_of(settings_runs), seed)
    workers = threads or default_threads()
    panel = panels.learn(parks_of(cases), settings, threads=workers, folder=Path(out) / "pool")
    park, points = panels.pooled_prior(panel, load_case(case), runs, seed)
    return {name: [float(x) for x in values] for name, values in park.space.table(points).items()}


def _new_park(case: str | Path, to: str | None, lang: str) -> tuple[Case, Quarter]:
    from copark.cases import load_case
    from copark.cases.quarters import Quarter
    from copark.errors import RunRefused
    from copark.inference.pool.outlook import LONGEST

    found = load_case(case)
    start = found.clock.start
    last = start + (found.clock.quarters - 1)
    if to is None:
        return found, last
    try:
        until = Quarter.parse(to)
    except ValueError:
        until = start
    if not start < until <= start + (LONGEST - 1):
        raise RunRefused(text("pool.bad_end", lang, to=to, start=start, last=start + (LONGEST - 1)))
    return found, until


def _outlook(panel: Panel, case: Case, until: Quarter, threads: int) -> Outlook:
    from copark.inference.pool.outlook import outlook

    return outlook(panel, case, until, threads=threads)


def _fan(panel: Panel, park: Park, threads: int) -> ParkFan | None:
    """The steadiest count of a park, as the other parks would have forecast it."""
    import numpy as np

    from copark.inference.pool.batches import run_outputs
    from copark.inference.pool.outlook import SHOWN
    from copark.inference.pool.panel import pooled_prior
    from copark.inference.pool.parks import COUNTS
    from copark.report.pool.findings import ParkFan

    counts = {name: len(park.of(name)) for name in COUNTS if park.of(name)}
    if not counts:
        return None
    variable = "registered" if "registered" in counts else max(counts, key=lambda name: counts[name])
    _, points = pooled_prior(panel, park.case, FAN_RUNS, panel.settings.seed)
    out, status = run_outputs(park, points, (variable,), park.quarters, panel.settings.seed, 0, threads)
    levels = np.quantile(out[status == 0][:, 0, :], SHOWN, axis=0)
    times = (np.arange(park.quarters) + park.case.clock.start.index + 1) / 4.0
    return ParkFan(park.name, variable, times, levels)


def _place(findings: PoolFindings, out: Path) -> Path:
    name = f"pool-{findings.panel.identity}"
    if findings.outlook is not None:
        name += f"-{findings.outlook.park.name}-{findings.outlook.until}"
    return reports_in(out) / name


def _answer(
    findings: PoolFindings, folder: Path, seconds: float, page: Path | None, files: tuple[Path, ...]
) -> PoolAnswer:
    from copark.report.pool.page import answer_sentences
    from copark.report.pool.sheets import band

    lang, panel, outlook = findings.lang, findings.panel, findings.outlook
    firsts = [one for one in findings.contests if not one.variable]
    return PoolAnswer(
        identity=panel.identity,
        folder=folder,
        parks=len(panel.parks),
        values=sum(one.values for one in panel.local.values()),
        runs=panel.settings.runs,
        seed=panel.settings.seed,
        moved=tuple(
            MovedRow(
                one.title(lang), findings.say(f"group.{one.group}"), findings.verdict(one.alone.verdict),
                findings.verdict(one.mean.verdict), band(one.mean),
            )
            for one in findings.gained
        ),
        answers=tuple(answer_sentences(findings)),
        contests=tuple(
            ContestRow(
                findings.say(f"heading.{one.scheme}"), one.standings[0].values, one.standings[0].parks, one.firm,
                tuple(
                    StandingRow(findings.method(row.method), row.log_crps, row.crps, row.coverage)
                    for row in one.standings
                ),
            )
            for one in firsts
        ),
        outlook=() if outlook is None else tuple(_outlook_rows(findings, outlook)),
        outlook_title="" if outlook is None else outlook.park.case.title.get(lang),
        borrowed="" if outlook is None else findings.say("borrowed", lenders=findings.lenders(outlook.lenders)),
        rates=() if outlook is None else tuple(_rates(findings, outlook)),
        seconds=seconds,
        report=page,
        files=files,
    )  # fmt: skip


def _outlook_rows(findings: PoolFindings, outlook: Outlook) -> list[OutlookRow]:
    from copark.inference.pool.parks import COUNTS

    places = sorted({min(4 * age - 1, outlook.quarters - 1) for age in (5, 10, 15, 20)} | {outlook.quarters - 1})
    start = outlook.park.case.clock.start
    return [
        OutlookRow(
            findings.observable(name), str(start + at),
            *(float(outlook.pooled[name][level, at]) for level in (0, 2, 4)),
        )
        for name in COUNTS
        for at in places
    ]  # fmt: skip


def _rates(findings: PoolFindings, outlook: Outlook) -> list[str]:
    """Base rates of parks of the same type, a sentence for each observable and age."""
    from copark.report.numbers import number

    said = []
    for variable, rates in outlook.rates.items():
        for one in rates:
            if one.same_type:
                low, middle, high = (number(x, 0) for x in one.values)
                said.append(
                    findings.say(
                        "rate", observable=findings.observable(variable), age=int(one.age), parks=len(one.peers),
                        low=low, middle=middle, high=high,
                    )
                )  # fmt: skip
    return said
