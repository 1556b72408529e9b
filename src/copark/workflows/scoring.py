"""Scoring a frozen forecast against what came later."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in, stage

if TYPE_CHECKING:
    from copark.report.calibration.scored_page import ScoredFindings


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
