"""What a person is told of parks learned together: rows and sentences, made once for screen and callers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.simulation.trust import Trust

if TYPE_CHECKING:
    from copark.inference.pool.outlook import Outlook
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
class OutlookRow:
    """An observable of a park without a history at the end of a year: 5, 50 and 95 %, and similar parks by then."""

    title: str
    quarter: str
    low: float
    median: float
    high: float


@dataclass(frozen=True)
class PoolAnswer:
    """What :func:`pool` found, or :func:`forecast_new`.

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
    outlook, outlook_title, borrowed, rates
        A park without a history, what was borrowed from whom, and the base rates, in words; empty if none was asked.
    seconds, report, files
        Time it took; the page; tables.
    frozen
        File the outlook is frozen in and its identity, if it is.
    trust
        Where the outlook's parameters come from.
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
    borrowed: tuple[str, ...]
    rates: tuple[str, ...]
    seconds: float
    report: Path | None
    files: tuple[Path, ...]
    frozen: tuple[Path, str] | None = None
    trust: Trust | None = None


def answer_of(
    findings: PoolFindings, folder: Path, seconds: float, page: Path | None, files: tuple[Path, ...]
) -> PoolAnswer:
    """Turn findings into rows and sentences in their language."""
    from copark.report.pool.sentences import answer_sentences, borrowed_sentences, coverage_sentences, spread_sentence
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
        answers=()
        if outlook is not None
        else (*answer_sentences(findings), spread_sentence(findings), *coverage_sentences(findings)),
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
        borrowed=() if outlook is None else tuple(borrowed_sentences(findings)),
        rates=() if outlook is None else tuple(_rates(findings, outlook)),
        seconds=seconds,
        report=page,
        files=files,
        frozen=findings.frozen,
        trust=None if outlook is None else outlook.trust,
    )  # fmt: skip


def _outlook_rows(findings: PoolFindings, outlook: Outlook) -> list[OutlookRow]:
    from copark.inference.pool.parks import COUNTS
    from copark.report.pool.sheets import read_at

    start = outlook.park.case.clock.start
    return [
        OutlookRow(
            findings.observable(name), str(start + at),
            *(float(outlook.pooled[name][level, at]) for level in (0, 2, 4)),
        )
        for name in COUNTS
        for at in read_at(outlook.quarters)
    ]  # fmt: skip


def _rates(findings: PoolFindings, outlook: Outlook) -> list[str]:
    """Base rates of parks of the same type, a sentence for each observable and age."""
    from copark.presentation.numbers import number

    said = []
    for variable, rates in outlook.rates.items():
        for one in rates:
            if one.same_type:
                low, middle, high = (number(x, 0) for x in one.values)
                who = findings.say("comma").join(findings.park(peer.park) for peer in one.peers)
                said.append(
                    findings.say(
                        "rate" if len(one.peers) > 1 else "rate_one", observable=findings.observable(variable),
                        age=int(one.age), parks=len(one.peers), low=low, middle=middle, high=high, who=who,
                    )
                )  # fmt: skip
    return said or [findings.say("no_rates")]
