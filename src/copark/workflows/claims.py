"""Claims: what is said of a case, tried by rules fixed beforehand, told in words, tables and a page."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from copark.analyses.context import Context, stage, untold
from copark.simulation.trust import Trust
from copark.texts import text
from copark.workflows.answers import OUT, Progress
from copark.workflows.places import reports_in

if TYPE_CHECKING:
    from copark.cases import Case
    from copark.inference.case_parameters import CaseParameters
    from copark.inference.claims.reading import ClaimsFile
    from copark.inference.claims.record import Kept
    from copark.inference.claims.schema import Claim
    from copark.inference.claims.trial import ClaimFinding, Findings, PartFinding, Trial
    from copark.report.claims.words import Speaker


@dataclass(frozen=True)
class PartVerdict:
    """What became of a part of a claim, for the screen.

    Parameters
    ----------
    title
        What the part is about.
    verdict, words
        Its verdict, as a key and in words.
    severity
        As it is written in tables; a star where it is one by construction.
    leans
        Titles of parameters it leans on that the data did not move, or hardly.
    flipped
        Titles of the judgements that flip it.
    """

    title: str
    verdict: str
    words: str
    severity: str
    leans: tuple[str, ...]
    flipped: tuple[str, ...]


@dataclass(frozen=True)
class ClaimVerdict:
    """What became of a claim: id, title, verdict as a key and in words, severity as tables write it, and its parts."""

    id: str
    title: str
    verdict: str
    words: str
    severity: str
    parts: tuple[PartVerdict, ...]


@dataclass(frozen=True)
class ClaimsAnswer:
    """What :func:`try_claims` found.

    Parameters
    ----------
    title, case
        Titles of the claims and of the case.
    identity
        Of what was found: rules, case, model, draws.
    name, sha256, fixed
        The claims file, the hash of its bytes and the day it says its rules were fixed.
    trust
        Where the parameters come from, and how far they may be trusted.
    draws, futures, seed
        How many draws, futures of each, and the seed.
    runs, seconds
        Runs made in all, and the time it took.
    claims
        Verdicts, in the order of the file.
    report, workbook, tables
        The page, the workbook and the CSV files, if written.
    findings
        Everything, for further work.
    went_on
        What was there already of an earlier attempt, in a sentence; empty if nothing was.
    """

    title: str
    case: str
    identity: str
    name: str
    sha256: str
    fixed: str
    trust: Trust
    draws: int
    futures: int
    seed: int
    runs: int
    seconds: float
    claims: tuple[ClaimVerdict, ...]
    report: Path | None
    workbook: Path | None
    tables: tuple[Path, ...]
    findings: Findings
    went_on: str = ""

    @property
    def json(self) -> str:
        """The verdicts as JSON, as they are kept beside the page."""
        from copark.inference.claims.record import content, kept

        return json.dumps(content(kept(self.findings)), ensure_ascii=False, indent=1)


@dataclass(frozen=True)
class ListedClaim:
    """A claim as its file has it: id, title, statement, title and meaning of every part, and the keys of the parts."""

    id: str
    title: str
    statement: str
    parts: tuple[tuple[str, str], ...]
    keys: tuple[str, ...] = ()


def list_claims(case: str | Path, lang: str = "en", file: Path | None = None) -> tuple[str, tuple[ListedClaim, ...]]:
    """Give the title of a case and the claims about it; nothing is run.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case or claims file, or either has faults.
    """
    found, written = read_claims(case, file)
    listed = tuple(
        ListedClaim(
            one.id,
            getattr(one.title, lang),
            one.statement.get(lang),
            tuple((getattr(part.title, lang), part.says.get(lang)) for part in one.parts),
            tuple(part.key for part in one.parts),
        )
        for one in written.claims.claims
    )
    return getattr(found.title, lang), listed


def try_claims(
    case: str | Path,
    *,
    only: Sequence[str] = (),
    draws: int = 200,
    futures: int = 5,
    seed: int = 1,
    threads: int | None = None,
    prior: bool = False,
    parameters: str | None = None,
    lang: str = "en",
    out: Path = OUT,
    file: Path | None = None,
    report: bool = True,
    announce: Callable[[Sequence[str]], None] | None = None,
    progress: Progress | None = None,
) -> ClaimsAnswer:
    """Try the claims about a case by the rules of their file.

    Parameters
    ----------
    case, only
        Name or path of a case, and ids of the claims to try; by default all.
    draws, futures, seed
        Draws of parameters, runs of each, and the seed of the luck after the posterior's cut.
    threads
        Threads; they do not change the numbers.
    prior
        Draw parameters from the priors even where the case has a posterior.
    parameters
        ``own``, ``shipped``, ``borrowed`` or ``prior``, in the place of the best the case has.
    lang, out
        ``en`` or ``zh``; folder of ``reports/``.
    file
        A claims file; by default the one shipped for the case.
    report
        Write the page, the workbook and the tables.
    announce, progress
        As in :func:`copark.workflows.run_study`.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case, claims file or claim, or one of them has faults.
    """
    began = time.monotonic()
    stage(progress, "prepare")(0, 0)
    from copark.inference.case_parameters import parameters_of

    found, written = read_claims(case, file)
    has = parameters_of(found, out, "prior" if prior else parameters)
    kept = {"draws": draws, "futures": futures, "seed": seed}
    trial = _trial(written, found, _chosen(written, only), kept, has, threads)
    if announce is not None:
        announce(_foretold(trial, threads, lang))
    context = Context(out, lang=lang, progress=progress or untold)
    with context.stages({"claims": trial.identity}) as stages:
        findings = trial.run(stage(progress, "simulate"), stage(progress, "weigh"), stages)
        answer = _answer(findings, lang, out, began, trial.runs, report=report, progress=progress)
    return replace(answer, went_on=context.went_on())


def stored_verdicts(
    case: str | Path,
    *,
    draws: int = 200,
    futures: int = 5,
    seed: int = 1,
    threads: int | None = None,
    prior: bool = False,
    parameters: str | None = None,
    out: Path = OUT,
) -> Kept | None:
    """The verdicts on all claims about a case, if a trial of this very size was stored; nothing is run.

    Parameters are those of :func:`try_claims`.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case or claims file, or either has faults.
    """
    from copark.inference.case_parameters import parameters_of
    from copark.inference.claims.record import read

    found, written = read_claims(case)
    has = parameters_of(found, out, "prior" if prior else parameters)
    size = {"draws": draws, "futures": futures, "seed": seed}
    trial = _trial(written, found, _chosen(written, ()), size, has, threads)
    return read(_folder(out, found, trial.identity), trial.identity)


def usual_provenance(case: str | Path, out: Path = OUT) -> dict[str, Any]:
    """What makes a trial of all claims about a case with the usual settings, as things are now; nothing is run.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case or claims file, or either has faults.
    """
    from copark.inference.case_parameters import parameters_of
    from copark.inference.claims.trial import Plan, provenance_of

    found, written = read_claims(case)
    has = parameters_of(found, out, None)
    return provenance_of(written, found, Plan(kind=has.draws), _chosen(written, ()), has.source)


def _folder(out: Path, case: Case, identity: str) -> Path:
    return reports_in(out) / f"claims-{case.name}-{identity}"


def _foretold(trial: Trial, threads: int | None, lang: str) -> tuple[str, ...]:
    """What a trial will take, in sentences, if it is more than ten seconds."""
    from copark.workflows.planning import worth_telling

    study = trial.bench.study
    times = -(-trial.runs // study.runs)
    return worth_telling(study, trial.case, trial.source, threads=threads, times=times, stores=False, lang=lang)


def _trial(
    written: ClaimsFile, case: Case, chosen: tuple[Claim, ...], size: dict[str, Any], has: CaseParameters,
    threads: int | None,
) -> Trial:  # fmt: skip
    from copark.inference.claims.trial import Plan, Trial
    from copark.simulation.ensemble import default_threads

    plan = Plan(threads=threads or default_threads(), kind=has.draws, **size)
    return Trial(written, case, plan, chosen, has.source)


def read_claims(case: str | Path, file: Path | None = None) -> tuple[Case, ClaimsFile]:
    """Read a case and its claims file, by default the one shipped for it.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case or claims file, or either has faults.
    """
    from copark.cases import load_case
    from copark.cases.casebook import CLAIMS, brought
    from copark.errors import NotFound
    from copark.inference.claims.reading import load_claims

    found = load_case(case)
    path = file or brought(found, CLAIMS)
    if path is None:
        raise NotFound(text("claims.none_shipped", case=found.name))
    return found, load_claims(path, found)


def _chosen(written: ClaimsFile, only: Sequence[str]) -> tuple[Claim, ...]:
    from copark.errors import NotFound

    known = {one.id.lower(): one for one in written.claims.claims}
    for name in only:
        if name.lower() not in known:
            ids = ", ".join(one.id for one in known.values())
            raise NotFound(text("claims.no_claim", found=name, known=ids))
    wanted = {name.lower() for name in only}
    return tuple(one for name, one in known.items() if not wanted or name in wanted)


def _answer(
    findings: Findings, lang: str, out: Path, began: float, runs: int, *, report: bool, progress: Progress | None
) -> ClaimsAnswer:
    from copark.inference.claims.record import kept, write
    from copark.report.claims.exports import write_tables
    from copark.report.claims.page import write_claims
    from copark.report.claims.words import Speaker

    speaker = Speaker(findings, lang)
    page: Path | None = None
    files: tuple[Path, ...] = ()
    if report:
        folder = _folder(out, findings.case, findings.identity)
        page = write_claims(findings, lang, folder, stage(progress, "report"))
        files = write_tables(speaker, folder / "tables")
        write(kept(findings), folder)
    made = findings.provenance
    trust = Trust.of(made)
    return ClaimsAnswer(
        title=getattr(findings.file.claims.title, lang),
        case=getattr(findings.case.title, lang),
        identity=findings.identity,
        name=made["claims_name"],
        sha256=made["claims_sha256"],
        fixed=made["fixed"],
        trust=trust,
        draws=made["draws"],
        futures=made["futures"],
        seed=made["seed"],
        runs=runs,
        seconds=time.monotonic() - began,
        claims=tuple(_verdict(one, speaker) for one in findings.claims),
        report=page,
        workbook=files[-1] if files else None,
        tables=files[:-1],
        findings=findings,
    )


def _verdict(one: ClaimFinding, speaker: Speaker) -> ClaimVerdict:
    from copark.report.claims.tables import severity_cell

    return ClaimVerdict(
        id=one.claim.id,
        title=speaker.titled(one.claim.title),
        verdict=one.verdict,
        words=speaker.verdict(one.verdict),
        severity=severity_cell(one.severity),
        parts=tuple(_part(part, speaker) for part in one.parts),
    )


def _part(one: PartFinding, speaker: Speaker) -> PartVerdict:
    from copark.report.claims.tables import severity_cell

    return PartVerdict(
        title=speaker.titled(one.part.title),
        verdict=one.verdict,
        words=speaker.verdict(one.verdict),
        severity=severity_cell(one.severity),
        leans=tuple(speaker.parameter(lean.parameter) for lean in one.unmoved),
        flipped=tuple(speaker.variant(key) for key in one.flipped),
    )
