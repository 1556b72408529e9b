"""Forecasting from what was known at a date, freezing it, and scoring what was frozen against what came later."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from copark.simulation.trust import Trust
from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.calibrating import (
    KeptPosterior,
    Planned,
    cut_of,
    kept_posterior,
    own_calibration,
    plan_calibration,
    settings_of,
)
from copark.workflows.going_on import went_on
from copark.workflows.making import Means
from copark.workflows.places import reports_in, stage

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.cases.quarters import Quarter
    from copark.inference.calibrate import Settings
    from copark.report.calibration.forecast_page import ForecastFindings
    from copark.report.calibration.scored_page import ScoredFindings


SHORTEST, LONGEST = 12, 200
"""Quarters a forecast goes beyond its cut: three years where nobody says, fifty at most."""


@dataclass(frozen=True)
class ForecastRow:
    """An observable at the end of a quarter: 5, 50 and 95 % of the forecast, and the median of the straight line."""

    variable: str
    title: str
    unit: str
    quarter: str
    low: float
    median: float
    high: float
    line: float | None


@dataclass(frozen=True)
class Forecasted:
    """What :func:`forecast` made.

    Parameters
    ----------
    case, cut, until
        Title of the case; last quarter known; last quarter forecast.
    identity
        Of the forecast: a hash of everything it says.
    trust
        Where the parameters come from, and how far they may be trusted.
    file
        Where it is frozen, if it is.
    used
        Which values the posterior was fitted to, in a sentence.
    rows
        A year after the cut, and at the end.
    leaning
        Parameters it leans on that the data did not settle, a sentence each.
    notes
        What the numbers of health of the posterior say: a word and a sentence.
    reused
        Whether the posterior was there already.
    went_on
        What was there already of an earlier attempt at the posterior, in a sentence; empty if nothing was.
    seconds
        Time it took.
    report
        The page, if one was written.
    """

    case: str
    cut: str
    until: str
    identity: str
    trust: Trust
    file: Path | None
    used: str
    rows: tuple[ForecastRow, ...]
    leaning: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    reused: bool
    went_on: str
    seconds: float
    report: Path | None


@dataclass(frozen=True)
class ScoredRow:
    """One observable of a frozen forecast: mean scores by method over exact values, and who won."""

    variable: str
    title: str
    values: int
    crps: dict[str, float]
    winner: str
    firm: bool
    covered: float


class LeftRow(NamedTuple):
    """A row that could not be scored: line in the table, date, variable and why, in words."""

    line: str
    date: str
    variable: str
    reason: str


@dataclass(frozen=True)
class Scored:
    """What :func:`score` found.

    Parameters
    ----------
    case, identity, made_on, cut
        Of the frozen forecast.
    rows
        By observable.
    method
        The model's method in it.
    methods
        What methods are called, by key.
    inside, values
        Values within the model's 90 % bands, and how many were scored, bounds and ranges included.
    left_out
        How many rows could not be scored for which reason, in words; empty if none.
    left
        How many those are.
    left_rows
        Each of them, with why.
    data
        Name of the table of observations.
    report
        The page, if one was written.
    """

    case: str
    identity: str
    made_on: str
    cut: str
    rows: tuple[ScoredRow, ...]
    method: str
    methods: dict[str, str]
    inside: int
    values: int
    left_out: str
    left: int
    left_rows: tuple[LeftRow, ...]
    data: str
    report: Path | None


def forecast(
    case: str | Path,
    *,
    cut: str | None = None,
    to: str | None = None,
    freeze: Path | None = None,
    told: bool = False,
    runs: int | str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    settings: Settings | None = None,
    progress: Progress | None = None,
) -> Forecasted:
    """Forecast a case from what was known at a cut; calibrate to it first if no such calibration is kept.

    Parameters
    ----------
    case, cut
        Name or path of a case; last quarter known, by default that of one's own calibration, else the last with data
        (all values are fitted then).
    to
        Last quarter to forecast; by default the end of the case's clock, and at least three years after the cut.
    freeze
        File to freeze the forecast in; it must not be there yet.
    told
        With the facts the case dates after the cut: this tests the mechanisms, and is no forecast.
    runs, seed, threads, lang, out, report, settings, progress
        As in :func:`copark.workflows.calibrating.calibrate`.

    Raises
    ------
    copark.errors.CoparkError
        If the case is missing or has faults, cut or end cannot be used, or the file is there already.
    """
    from copark.cases import load_case
    from copark.inference.forecast import refuse_existing, write
    from copark.report.calibration.forecast_page import write_forecast

    began = time.monotonic()
    if freeze is not None:
        refuse_existing(Path(freeze))
    found = load_case(case)
    wanted = settings or settings_of(runs, seed, lang)
    own = None if cut or runs or seed is not None or settings else own_calibration(found, out)
    at = own.stored.replay.cut if own is not None else cut_of(found, cut or str(found.clock.data_end), lang)
    until = end_of(found, at, to, lang)
    kept = own or kept_posterior(found, at, wanted, means=Means(threads), out=out, progress=progress)
    stage(progress, "forecast")(0, 0)
    findings = _forecast(kept, until, Path(freeze) if freeze is not None else None, told, threads, lang)
    if findings.file is not None:
        write(findings.content, findings.file)
    page = None
    if report:
        stage(progress, "report")(0, 0)
        folder = reports_in(out) / f"forecast-{found.name}-{findings.content['identity']}"
        page = write_forecast(findings, folder, stage(progress, "report"))
    return _forecasted(findings, kept, time.monotonic() - began, page)


def plan_forecast(
    case: str | Path,
    *,
    cut: str | None = None,
    to: str | None = None,
    freeze: Path | None = None,
    runs: int | str | None = None,
    seed: int | None = None,
    threads: int | None = None,
    lang: str = "en",
    out: Path = OUT,
) -> Planned | None:
    """Say what :func:`forecast` takes if a calibration has to be made for it; ``None`` if one is kept.

    Whatever the forecast would refuse is refused here, before any work is done.
    """
    from copark.cases import load_case
    from copark.inference.forecast import refuse_existing

    if freeze is not None:
        refuse_existing(Path(freeze))
    found = load_case(case)
    own = None if cut or runs or seed is not None else own_calibration(found, out)
    if own is not None:
        end_of(found, own.stored.replay.cut, to, lang)
        return None
    at = cut or str(found.clock.data_end)
    end_of(found, cut_of(found, at, lang), to, lang)
    return plan_calibration(case, cut=at, runs=runs, seed=seed, threads=threads, out=out, lang=lang)


def end_of(case: Case, cut: Quarter, to: str | None, lang: str = "en", *, after: Quarter | None = None) -> Quarter:
    """The quarter a forecast ends in: the end of the case's clock, and at least three years after the cut, or as asked.

    Beyond the clock of the case its facts hold as they are at the end.

    Parameters
    ----------
    after
        Quarter that it must lie after; by default the cut.

    Raises
    ------
    RunRefused
        If it is no quarter after that, or more than fifty years after the cut.
    """
    from copark.cases.quarters import Quarter
    from copark.errors import RunRefused

    usual = max(case.clock.start + (case.clock.quarters - 1), cut + SHORTEST)
    if to is None:
        return usual
    floor, last = after or cut, max(usual, cut + LONGEST)
    try:
        found = Quarter.parse(to)
    except ValueError:
        found = floor
    if not floor < found <= last:
        raise RunRefused(text("validation.bad_end", lang, to=to, after=floor, last=last, usual=usual))
    return found


def _forecast(
    kept: KeptPosterior, until: Quarter, file: Path | None, told: bool, threads: int | None, lang: str
) -> ForecastFindings:
    """Make the forecast, what its width comes from, and the past it starts from."""
    from datetime import UTC, datetime

    from copark.inference import forecast as frozen
    from copark.inference.diagnostics import judged, movements
    from copark.inference.known_values import uses_everything
    from copark.inference.project import project
    from copark.report.calibration.findings import used_values
    from copark.report.calibration.forecast_page import ForecastFindings
    from copark.report.figures.validation import QUANTILES
    from copark.simulation.ensemble import default_threads

    replay, workers = kept.stored.replay, threads or default_threads()
    cut, recipe = replay.cut, kept.stored.recipe
    everything = uses_everything(kept.case, cut)
    made_from: dict[str, Any] = {
        "calibration": kept.identity, "runs": recipe["settings"]["runs"], "seed": recipe["settings"]["seed"],
        "values": len(replay.model.targets), "all_values": everything,
    }  # fmt: skip
    made_on = datetime.now(UTC).date().isoformat() if file is not None else ""
    content = frozen.freeze(
        replay, until, case=kept.case, blindly=not told, made_on=made_on, made_from=made_from, threads=workers
    )
    names = tuple(content["forecast"])
    own = kept.stored.parameters
    verdicts = {one.name: one.verdict for one in movements(own.space, own.points, own.weights)}
    before = project(replay, cut, names, threads=workers)
    return ForecastFindings(
        content=content,
        stored=kept.stored,
        past={name: before.bands(name, QUANTILES) for name in names},
        widths=frozen.widths_at(replay, until, names, verdicts, workers),
        notes=judged(kept.examination.health) if kept.examination is not None else (),
        case=kept.case,
        used=used_values(len(replay.model.targets), str(cut), lang, everything=everything),
        file=file,
        lang=lang,
    )


def _forecasted(findings: ForecastFindings, kept: KeptPosterior, seconds: float, page: Path | None) -> Forecasted:
    from copark.cases.quarters import Quarter
    from copark.report.calibration.method_names import observable_title, observable_unit

    content, lang = findings.content, findings.lang
    last = Quarter.parse(content["until"])
    shown = sorted({min(findings.frozen.cut + 4, last), last})
    rows = []
    for variable in findings.observables:
        line = findings.frozen.naive_band(variable, "line", (0.5,))
        for quarter in shown:
            low, _, median, _, high = findings.at(variable, quarter)
            place = content["quarters"].index(str(quarter))
            rows.append(
                ForecastRow(
                    variable, observable_title(variable, lang), observable_unit(variable, lang), str(quarter), low,
                    median, high, None if line is None else float(line[0, place]),
                )
            )  # fmt: skip
    return Forecasted(
        case=findings.case.title.get(lang),
        cut=content["cut"],
        until=content["until"],
        identity=content["identity"],
        trust=findings.trust,
        file=findings.file,
        used=findings.used,
        rows=tuple(rows),
        leaning=tuple(one.sentence(lang) for one in findings.leaning()),
        notes=tuple((note.word, note.sentence(lang)) for note in findings.notes),
        reused=kept.reused,
        went_on=went_on(kept.tally, lang),
        seconds=seconds,
        report=page,
    )


def score(
    file: str | Path,
    data: str | Path,
    *,
    lang: str = "en",
    out: Path = OUT,
    report: bool = True,
    progress: Progress | None = None,
) -> Scored:
    """Score a frozen forecast against what was observed later, beside the naive curves frozen with it.

    Parameters
    ----------
    file
        A frozen forecast.
    data
        CSV of observations, with the columns of a case's ``series.csv``.
    lang
        ``en`` or ``zh``.
    out
        Folder of ``reports/``.
    report
        Write the page.
    progress
        Told how far the work is.

    Raises
    ------
    copark.errors.CoparkError
        If the file is no frozen forecast or was changed, the table has faults, or nothing in it can be scored.
    """
    from copark.report.calibration.scored_page import write_scored

    findings = _scored(Path(file), Path(data), lang)
    page = None
    if report:
        stage(progress, "report")(0, 0)
        name = f"score-{findings.content['identity']}-{Path(data).stem}"
        page = write_scored(findings, reports_in(out) / name, stage(progress, "report"))
    return _scored_answer(findings, page)


def _scored(file: Path, data: Path, lang: str) -> ScoredFindings:
    """Read both files, sort out what can be scored, and score it."""
    from copark.cases import list_cases, load_case
    from copark.errors import RunRefused
    from copark.inference.forecast import later_targets, read, score_later
    from copark.inference.later_data import read_later
    from copark.report.calibration.scored_page import ScoredFindings, left_rows

    content = read(file)
    rows = read_later(data)
    later = later_targets(content, rows)
    if not later.targets:
        said = [left_words(LeftRow(*row), data.name, lang) for row in left_rows(later.left_out, content, lang)]
        raise RunRefused(
            text("validation.nothing_to_score", lang, rows=len(rows), file=data.name, cut=content["cut"],
                 last=content["until"], reasons="\n".join(said))
        )  # fmt: skip
    case = str(content["case"])
    park = load_case(case).title.get(lang) if case in list_cases() else case
    return ScoredFindings(content, score_later(content, later.targets), later.left_out, data.name, park, lang)


def left_words(row: LeftRow, file: str, lang: str) -> str:
    """A row left out and why, on a line."""
    return text("validation.left_row", lang, file=file, **row._asdict())


def _scored_answer(findings: ScoredFindings, page: Path | None) -> Scored:
    from copark.report.calibration.method_names import method_title, observable_title
    from copark.report.calibration.scored_page import left_rows

    content, lang, method = findings.content, findings.lang, findings.method
    return Scored(
        case=findings.park,
        identity=str(content["identity"]),
        made_on=str(content["made_on"]),
        cut=str(content["cut"]),
        rows=tuple(
            ScoredRow(
                line.variable, observable_title(line.variable, lang), line.values, dict(line.crps), line.winner,
                line.firm, line.coverage[method],
            )
            for line in findings.lines
        ),
        method=method,
        methods={name: method_title(name, lang) for name in findings.methods},
        inside=sum(one.covered for one in findings.own),
        values=len(findings.own),
        left_out=findings.left_words() if findings.left_out else "",
        left=len(findings.left_out),
        left_rows=tuple(LeftRow(*row) for row in left_rows(findings.left_out, content, lang)),
        data=findings.data,
        report=page,
    )  # fmt: skip
