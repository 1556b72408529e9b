"""The claims across parks, three ways: the model's verdicts, QCA and NCA side by side, and deviant parks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import stage
from copark.simulation.trust import Trust
from copark.workflows.answers import OUT, Progress
from copark.workflows.claims import read_claims, stored_verdicts, try_claims
from copark.workflows.places import reports_in

if TYPE_CHECKING:
    from copark.inference.across.trial import AcrossFindings
    from copark.inference.claims.record import Kept

RUNS = 4096


@dataclass(frozen=True)
class ThreeWays:
    """A claim's verdicts, for the screen.

    Parameters
    ----------
    id, title
        Of the claim.
    verdicts, words
        By method (``intervention``, ``qca``, ``nca``), as keys and in words.
    agreement, agreement_words
        The class of agreement.
    reasons
        In words, the likeliest first.
    """

    id: str
    title: str
    verdicts: dict[str, str]
    words: dict[str, str]
    agreement: str
    agreement_words: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class DeviantPark:
    """A deviant park asked of the model: shares with the mechanism and without, as tables write them, the answer."""

    park: str
    on: str
    off: str
    answer: str
    words: str


@dataclass(frozen=True)
class AcrossAnswer:
    """What :func:`claims_across_parks` found.

    Parameters
    ----------
    identity, name, sha256, fixed
        Of what was found; the rules, the hash of their bytes, the day they were fixed.
    intervention, read
        Identity of the model's verdicts, and whether they were read from the store.
    kind, draws, futures
        What the model's parameters were drawn from, how many draws and futures.
    cases, parks, seconds
        Cases scored, parks, and the time it took.
    claims, deviants
        What was found.
    report, workbook, tables
        The page, the workbook and the CSV files, if written.
    record
        Everything as plain data.
    findings
        Everything, for further work.
    """

    identity: str
    name: str
    sha256: str
    fixed: str
    intervention: str
    read: bool
    kind: str
    draws: int
    futures: int
    cases: int
    parks: int
    seconds: float
    claims: tuple[ThreeWays, ...]
    deviants: tuple[DeviantPark, ...]
    report: Path | None
    workbook: Path | None
    tables: tuple[Path, ...]
    record: dict[str, Any]
    findings: AcrossFindings

    @property
    def json(self) -> str:
        """The record as JSON."""
        return json.dumps(self.record, ensure_ascii=False, indent=1)


def claims_across_parks(
    *,
    draws: int = 200,
    futures: int = 5,
    seed: int = 1,
    runs: int = RUNS,
    threads: int | None = None,
    prior: bool = False,
    lang: str = "en",
    out: Path = OUT,
    file: Path | None = None,
    report: bool = True,
    announce: Callable[[Sequence[str]], None] | None = None,
    progress: Progress | None = None,
) -> AcrossAnswer:
    """Hold the claims against all parks: interventions in the model, QCA and NCA side by side.

    The model's verdicts are read from the store if they are there by identity; otherwise they are run, and stored with
    their own page.

    Parameters
    ----------
    draws, futures, seed, prior
        Of the interventions, as in :func:`copark.workflows.claims.try_claims`; the seed is also that of permutations
        and twins.
    runs
        Runs of each deviant park's twin; one in eight is kept.
    threads
        Threads; they do not change the numbers.
    lang, out
        ``en`` or ``zh``; folder of ``reports/``.
    file
        Rules; by default those shipped.
    report
        Write the page, the workbook and the tables.
    announce, progress
        As in :func:`copark.workflows.run_study`.

    Raises
    ------
    copark.errors.CoparkError
        If the rules have faults, or name a claim that there is not.
    """
    began = time.monotonic()
    stage(progress, "prepare")(0, 0)
    from copark.inference.across.reading import load_rules
    from copark.inference.across.trial import run
    from copark.simulation.ensemble import default_threads

    rules = load_rules(file)
    size: dict[str, Any] = {"draws": draws, "futures": futures, "seed": seed, "threads": threads, "prior": prior}
    kept, read = _verdicts(rules.rules.intervention, size, lang, out, report, announce, progress)
    written = read_claims(rules.rules.intervention)[1]
    found = run(
        rules, written, kept, runs=runs, seed=seed, threads=threads or default_threads(),
        weighed=stage(progress, "analyse"), simulated=stage(progress, "twins"),
    )  # fmt: skip
    return _answer(found, lang, out, began, read=read, report=report, progress=progress)


def _verdicts(
    case: str, size: dict[str, Any], lang: str, out: Path, report: bool, announce: Any, progress: Progress | None
) -> tuple[Kept, bool]:
    """The model's verdicts: from the store, or run."""
    stored = stored_verdicts(case, out=out, **size)
    if stored is not None:
        return stored, True
    from copark.inference.claims.record import kept

    answer = try_claims(case, lang=lang, out=out, report=report, announce=announce, progress=progress, **size)
    return kept(answer.findings), False


def _answer(
    found: AcrossFindings, lang: str, out: Path, began: float, *, read: bool, report: bool, progress: Progress | None
) -> AcrossAnswer:
    from copark.report.across.exports import record, write_record, write_tables
    from copark.report.across.page import write_across
    from copark.report.across.words import Speaker

    speaker = Speaker(found, lang)
    page: Path | None = None
    files: tuple[Path, ...] = ()
    if report:
        folder = reports_in(out) / f"three-ways-{found.identity}"
        page = write_across(found, lang, folder, stage(progress, "report"))
        files = write_tables(speaker, folder / "tables")
        write_record(found, folder)
    made = found.kept.provenance
    return AcrossAnswer(
        identity=found.identity,
        name=found.file.name,
        sha256=found.file.sha256,
        fixed=str(found.file.rules.fixed),
        intervention=found.kept.identity,
        read=read,
        kind=Trust.of(made).label(lang),
        draws=made["draws"],
        futures=made["futures"],
        cases=len(found.scores),
        parks=len(found.parks.parks),
        seconds=time.monotonic() - began,
        claims=tuple(_three_ways(one, speaker) for one in found.claims),
        deviants=tuple(_deviant(one, speaker) for one in found.twins),
        report=page,
        workbook=files[-1] if files else None,
        tables=files[:-1],
        record=record(found),
        findings=found,
    )


def _three_ways(one: Any, speaker: Any) -> ThreeWays:
    return ThreeWays(
        id=one.claim.id,
        title=speaker.titled(one.claim.title),
        verdicts=one.verdicts,
        words={name: speaker.verdict(verdict) for name, verdict in one.verdicts.items()},
        agreement=one.agreement,
        agreement_words=speaker.agreement(one),
        reasons=tuple(speaker.say(f"reason.{key}") for key in one.reasons),
    )


def _deviant(one: Any, speaker: Any) -> DeviantPark:
    return DeviantPark(
        park=speaker.park(one.deviant.row),
        on=speaker.share(one.arm(one.deviant.on)),
        off=speaker.share(one.arm(one.deviant.off)),
        answer=one.answer,
        words=speaker.answer(one),
    )
