"""What a calibration answers, in plain values: for the screen and for whoever calls from Python."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from copark.analysis.observed import expected_outside
from copark.store.stages import went_on

if TYPE_CHECKING:
    from copark.inference.calibrations import KeptPosterior
    from copark.report.calibration.findings import PosteriorFindings


@dataclass(frozen=True)
class ParameterRow:
    """One parameter before and after: medians, the posterior's 5 and 95 %, and moved, weakly or unmoved."""

    name: str
    title: str
    unit: str
    before: float
    low: float
    median: float
    high: float
    verdict: str
    sentence: str


@dataclass(frozen=True)
class Calibrated:
    """What :func:`calibrate` made or found.

    Parameters
    ----------
    case, cut
        Title of the case, and the last quarter known.
    identity, folder
        Name of the calibration, and where its posteriors are kept.
    used
        Which values were fitted, in a sentence.
    reused
        It was kept already.
    went_on
        What was there already of an earlier attempt, in a sentence; empty if nothing was.
    seconds
        Time it took.
    parameters
        Most moved first.
    ties
        Pairs the data cannot tell apart, a sentence each.
    compared, expected
        Reported values, and how many would lie outside the 5th to 95th percentile of the replays were they right.
    missed
        Those that do, a sentence each.
    coverage
        Of 90 % intervals over simulated records: anywhere in the prior, near the record.
    notes
        What the numbers of health say: a word (good, fair, poor) and a sentence.
    report
        The page, if one was written.
    """

    case: str
    cut: str
    identity: str
    folder: Path
    used: str
    reused: bool
    went_on: str
    seconds: float
    parameters: tuple[ParameterRow, ...]
    ties: tuple[str, ...]
    compared: int
    expected: int
    missed: tuple[str, ...]
    coverage: tuple[float, float]
    notes: tuple[tuple[str, str], ...]
    report: Path | None


@dataclass(frozen=True)
class Rechecked:
    """Whether the shipped posterior could be made again.

    kind: ``identical``, ``close`` or ``different``; largest: difference of a coordinate, between 0 and 1; stale:
    whether model or case have changed since it was made; went_on: what was there already of an earlier attempt.
    """

    case: str
    kind: str
    largest: float
    stale: bool
    seconds: float
    went_on: str = ""

    @property
    def passed(self) -> bool:
        """Whether it is the same posterior."""
        return self.kind != "different"


def answer_of(findings: PosteriorFindings, kept: KeptPosterior, began: float, page: Path | None) -> Calibrated:
    """What is told of a calibration that was made or found, begun at a time of the monotonic clock."""
    from copark.presentation.numbers import unit_title

    lang = findings.lang
    return Calibrated(
        case=findings.case.title.get(lang),
        cut=findings.cut,
        identity=kept.identity,
        folder=kept.folder,
        used=findings.used(),
        reused=kept.reused,
        went_on=went_on(kept.tally, lang),
        seconds=time.monotonic() - began,
        parameters=tuple(
            ParameterRow(
                one.name, one.title(lang), unit_title(one.variable.unit, lang), one.prior[2], one.posterior[0],
                one.posterior[2], one.posterior[4], one.verdict, one.sentence(lang),
            )
            for one in findings.movements
        ),
        ties=tuple(one.sentence(lang) for one in findings.ties),
        compared=len(findings.checks),
        expected=expected_outside(len(findings.checks)),
        missed=tuple(findings.check_sentence(check) for check in findings.outside()),
        coverage=(findings.examination.anywhere.overall(0.9), findings.examination.near.overall(0.9)),
        notes=tuple((note.word, note.sentence(lang)) for note in findings.notes),
        report=page,
    )  # fmt: skip
