"""What a person is told of parks learned together: rows and sentences, made once for screen and callers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from copark.report.pool.findings import PoolFindings


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
        What came out, in sentences.
    contests
        Who forecasts best.
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
    seconds: float
    report: Path | None
    files: tuple[Path, ...]


def answer_of(
    findings: PoolFindings, folder: Path, seconds: float, page: Path | None, files: tuple[Path, ...]
) -> PoolAnswer:
    """Turn findings into rows and sentences in their language."""
    from copark.report.pool.sentences import answer_sentences, coverage_sentences, spread_sentence
    from copark.report.pool.sheets import band

    lang, panel = findings.lang, findings.panel
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
        answers=(*answer_sentences(findings), spread_sentence(findings), *coverage_sentences(findings)),
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
        seconds=seconds,
        report=page,
        files=files,
    )  # fmt: skip
