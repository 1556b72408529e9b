"""Tests of claims: all arms with common random numbers, rules applied, and the severity of the tests measured.

Two experiments: on the case's posterior for the verdicts, whose first draws also serve worlds in which a claim is false
and, with fewer replicates, the variants of the judgement block; and on the prior, to see what the record changed.
Variants and false worlds are not calibrated anew. No run is made twice. By a sequential rule what is decided is run no
further (:mod:`~copark.analyses.claims.sequential`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from copark.analyses.claims.arm_statistics import ArmRow, latest, rows_of, sample_of, split_of
from copark.analyses.claims.claims_file import ClaimsFile
from copark.analyses.claims.rules import OPEN, Measured, Sample, measured, side
from copark.analyses.claims.schema import Claim, Part, Variant, is_empty
from copark.analyses.claims.sequential import TrialLooks, key_of
from copark.analyses.claims.severity import RECENTRED, Lean, Severity, leaning, recentred, severity, steadiness
from copark.analyses.claims.trial import Trial
from copark.analyses.claims.verdict import (
    Verdict,
    claim_verdict,
    in_alternative,
    joint_error,
    needs_every_part,
    turns,
    turns_together,
    when_turned,
)
from copark.arrays import Floats
from copark.cases.quarters import Quarter
from copark.simulation.run import Progress
from copark.simulation.study_entries import Title
from copark.stats.jackknife import jackknife
from copark.stats.precision import Split
from copark.store.checkpoints import Stages

LEFT_THE_RECORD = 0.2
"""Log points by which the median of registered residents at the cut may differ before a variant is said to leave it."""


@dataclass(frozen=True)
class InVariant:
    """A part in a variant of the judgement block."""

    variant: str
    """Key of the variant."""
    probability: float
    """P of the part in it."""
    word: str
    """The word for that."""
    turns: bool
    """Whether the word is of another side."""
    departs: float
    """Log points by which the variant's own reference departs from the record's number of residents at the cut."""


@dataclass(frozen=True, kw_only=True)
class PartFinding(Verdict):
    """What was found of a part of a claim: its verdict, and all that stands behind it."""

    part: Part
    """The part, as it is written."""
    measured: dict[str, Measured]
    """Its statistics, over draws, by name."""
    splits: dict[str, Split | None]
    """Variance of each, run by run, from parameters and from chance; ``None`` of one replicate or none measured."""
    earlier: str
    """What the rule of the claims file says by the earlier standard, from the same draws."""
    steady: float
    """Share of batches of the draws whose word is the same."""
    why: str
    """Of an open part: ``turned`` (by an alternative assumption), ``prior`` (it leans on what the data did not move),
    ``width`` or ``lacking``; empty otherwise."""
    leans: tuple[Lean, ...]
    """Parameters its statistics lean on."""
    variants: tuple[InVariant, ...]
    """The judgement block, variant by variant."""
    severities: tuple[Severity, ...]
    """One for each false world."""
    recentred: Severity | None
    """How the test would do against effects as wide as those found but nil in the middle; ``None`` where the rule looks
    at other things than differences."""

    @property
    def severity(self) -> Severity | None:
        """Against effects nil in the middle; else the least of the false worlds, one by construction last."""
        telling = least(severity for severity in self.severities if not severity.identical)
        return self.recentred or telling or least(self.severities)

    @property
    def flipped(self) -> tuple[str, ...]:
        """Variants that turn the verdict."""
        return tuple(variant.variant for variant in self.variants if variant.turns)

    @property
    def unmoved(self) -> tuple[Lean, ...]:
        """What it leans on though the data hardly moved it."""
        return tuple(lean for lean in self.leans if lean.moved != "moved")


def least(severities: Iterable[Severity | None]) -> Severity | None:
    """Find the least severe test, of those that were made."""
    made = [severity for severity in severities if severity is not None and severity.batches]
    return min(made, key=lambda severity: severity.share, default=None)


@dataclass(frozen=True, kw_only=True)
class ClaimFinding(Verdict):
    """What was found of a claim: its verdict, its parts, and the evidence."""

    claim: Claim
    """The claim, as it is written."""
    parts: tuple[PartFinding, ...]
    """What was found of each part."""
    rows: tuple[ArmRow, ...]
    """The evidence: every arm that the claim shows, beside the reference."""

    def part(self, key: str) -> PartFinding:
        """Give what was found of a part."""
        return next(finding for finding in self.parts if finding.part.key == key)

    @property
    def deciding(self) -> tuple[PartFinding, ...]:
        """Parts that make the headline."""
        return tuple(self.part(key) for key in self.claim.headline.parts)

    @property
    def severity(self) -> Severity | None:
        """The least severe test among the parts that make the headline."""
        return least(finding.severity for finding in self.deciding)


@dataclass(frozen=True)
class HostValue:
    """The latest value on record of the place around a park."""

    value: float
    """In the unit of the variable."""
    date: str
    """When it was so."""


@dataclass(frozen=True, kw_only=True)
class ClaimFindings:
    """What a trial found, and everything that made it."""

    run_id: str
    """Hash of rules, case, model and draws."""
    provenance: dict[str, Any]
    """What it was made of, as plain values."""
    case: str
    """Name of the case."""
    park: Title
    """Title of the case."""
    start: str
    """First quarter of the case."""
    file: ClaimsFile
    """Claims as they are written."""
    claims: tuple[ClaimFinding, ...]
    """What was found of those that were tried."""
    moved: dict[str, str]
    """How far the data moved each parameter."""
    hosts: dict[str, HostValue]
    """Values that outputs are set beside, by variable."""
    runs: int = 0
    """Runs that were made; 0 where it was not told."""

    def arm(self, key: str) -> Title:
        """Give the title of an arm."""
        return self.file.claims.arms[key].title

    def world(self, key: str) -> Title:
        """Give the title of a world in which a claim is false."""
        return self.file.claims.worlds[key].title

    def variant(self, key: str) -> Title:
        """Give the title of an alternative assumption."""
        return next(variant.title for variant in self.file.claims.judgement if variant.key == key)

    def quarter(self, at: int | None) -> str:
        """Name a quarter counted from the start; empty for none."""
        return "" if at is None else str(Quarter.parse(self.start) + at)


def find(
    trial: Trial, progress: Progress | None = None, weighed: Progress | None = None, stages: Stages | None = None
) -> ClaimFindings:
    """Run all arms of a trial everywhere and find the verdicts.

    Parameters
    ----------
    trial
        What is tried.
    progress
        Called with runs made and runs in all: at most, while something is not decided.
    weighed
        Called with claims weighed and claims in all.
    stages
        Where runs are kept as they are made, and found.
    """
    looks = TrialLooks(trial, progress, stages)
    trial.check(looks.experiment)
    looks.run()
    findings: list[ClaimFinding] = []
    for claim in trial.chosen:
        if weighed is not None:
            weighed(len(findings), len(trial.chosen))
        findings.append(_claim(looks, claim))
    return ClaimFindings(
        run_id=trial.identity,
        provenance=trial.provenance,
        case=trial.case.name,
        park=Title(en=trial.case.title.en, zh=trial.case.title.zh),
        start=str(trial.case.clock.start),
        file=trial.file,
        claims=tuple(findings),
        moved=trial.moved,
        hosts=_hosts(trial),
        runs=looks.made,
    )


def _hosts(trial: Trial) -> dict[str, HostValue]:
    """Find the values of the place around the park that statistics are set beside, where they are known."""
    statistics = [statistic for _, part in trial.file.claims.of(trial.chosen) for statistic in part.statistics.values()]
    variables = dict.fromkeys(statistic.context for statistic in statistics if statistic.context)
    values = {variable: latest(trial.case, variable) for variable in variables}
    return {
        variable: HostValue(value.value, str(value.date)) for variable, value in values.items() if value is not None
    }


def _claim(looks: TrialLooks, claim: Claim) -> ClaimFinding:
    """Find the verdict on a claim, from the parts as they were weighed."""
    trial = looks.trial
    after = {part.key: looks.after[key_of(claim, part)] for part in claim.parts}
    before = {part.key: looks.before[key_of(claim, part)] for part in claim.parts}
    without = {
        part.key: after[part.key].without_groups(part, trial.ridge_without, trial.judge.margins) for part in claim.parts
    }
    plain: dict[str, Verdict] = {}
    parts: dict[str, PartFinding] = {}
    for part in claim.parts:
        error = jackknife([weighed.probability for weighed in without[part.key]])
        plain[part.key] = looks.plain(claim, part, error)
        parts[part.key] = _part(looks, claim, part, plain[part.key])
    verdict = claim_verdict(claim.headline, plain, after, before, joint_error(claim.headline, after, without))
    if _turned(looks, claim, verdict, parts):
        verdict = when_turned(verdict)
    rows = rows_of(claim, looks.readings(looks.experiment, looks.evidence[claim.id]))
    return ClaimFinding(**vars(verdict), claim=claim, parts=tuple(parts.values()), rows=rows)


def _turned(looks: TrialLooks, claim: Claim, verdict: Verdict, parts: Mapping[str, PartFinding]) -> bool:
    """Tell whether an alternative assumption turns a claim: a part that its word needs, or its parts together.

    Where one part suffices the others may stand for it, so that P of the claim is asked under each alternative.
    """
    deciding = [parts[key] for key in claim.headline.parts if parts[key].variants]
    if not side(verdict.word) or not deciding:
        return False
    if needs_every_part(claim.headline, verdict.word):
        return any(finding.flipped for finding in deciding)
    draws = min(len(looks.after[key_of(claim, finding.part)].chance) for finding in deciding)
    return any(
        turns_together(
            claim.headline,
            verdict,
            {finding.part.key: _under(looks, claim, finding.part, variant) for finding in deciding},
            draws,
        )
        for variant in looks.trial.file.claims.judgement
    )


def _part(looks: TrialLooks, claim: Claim, part: Part, plain: Verdict) -> PartFinding:
    """Find all of a part, from its verdict before alternative assumptions are looked at."""
    trial = looks.trial
    key = key_of(claim, part)
    weighed = looks.after[key]
    samples = {name: sample_of(part.statistics[name], runs) for name, runs in weighed.runs.items()}
    variants = _variants(looks, claim, part, plain)
    verdict = when_turned(plain) if any(variant.turns for variant in variants) else plain
    judged = {name: samples[name] for name in part.judged}
    drawn = {name: column[: len(weighed.chance)] for name, column in trial.values.items()}
    leans = leaning(judged, drawn, trial.moved)
    margins = trial.judge.margins
    middle = recentred(part, weighed, margins)
    seed = trial.study.seed
    return PartFinding(
        **vars(verdict),
        part=part,
        measured={name: measured(sample, name, part.rule, margins) for name, sample in samples.items()},
        splits={name: split_of(runs) for name, runs in weighed.runs.items()},
        earlier=trial.judge.verdict(part.rule, samples),
        steady=steadiness(weighed.chance, seed),
        why="" if verdict.word != OPEN else "turned" if plain.word != OPEN else _why(judged, leans),
        leans=leans,
        variants=variants,
        severities=tuple(severity(part, looks.false[key, world], world, seed) for world in part.false_worlds),
        recentred=None if middle is None else severity(part, middle, RECENTRED, seed),
    )


def _variants(looks: TrialLooks, claim: Claim, part: Part, verdict: Verdict) -> tuple[InVariant, ...]:
    """Try the part in every variant, against the same draws and random numbers as it is."""
    weighed = looks.after[key_of(claim, part)]
    if weighed.effects is None:
        return ()
    variants = []
    for variant in looks.trial.file.claims.judgement:
        reference, alternative = _under(looks, claim, part, variant)
        probability, word = in_alternative(verdict, reference, alternative, weighed.draws)
        departs = looks.departures[variant.key]
        variants.append(InVariant(variant.key, probability, word, turns(verdict.word, word), departs))
    return tuple(variants)


def _under(looks: TrialLooks, claim: Claim, part: Part, variant: Variant) -> tuple[Floats, Floats]:
    """Give the probabilities of draws that a part holds, as it is and under an alternative, on the same draws."""
    key = key_of(claim, part)
    if not is_empty(variant):
        return looks.alternatives[key, variant.key]
    reference = looks.after[key].chance
    weighed = looks.weigh(part, looks.experiment, len(reference), self_standing=variant.self_standing)
    return reference, weighed.chance


def _why(judged: dict[str, Sample], leans: tuple[Lean, ...]) -> str:
    """Say why a part is open: lacking, prior or width."""
    if any(sample.is_empty for sample in judged.values()):
        return "lacking"
    return "prior" if any(lean.moved != "moved" for lean in leans) else "width"
