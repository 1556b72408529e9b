"""The judging of claims: a trial is run, its parts are weighed, and each claim and part gets its verdict."""

from __future__ import annotations

from collections.abc import Mapping

from copark.analyses.claims.arm_statistics import latest, rows_of, sample_of, split_of
from copark.analyses.claims.findings import ClaimFinding, ClaimFindings, HostValue, InVariant, PartFinding
from copark.analyses.claims.rules import OPEN, Sample, measured, side
from copark.analyses.claims.schema import Claim, Part, Variant, is_empty
from copark.analyses.claims.sequential import TrialLooks, key_of
from copark.analyses.claims.severity import (
    RECENTRED,
    Lean,
    leaning,
    recentred,
    severity,
    steadiness,
)
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
from copark.progress import Progress
from copark.stats.jackknife import jackknife
from copark.store.checkpoints import Stages


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
        park=trial.case.title,
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
    drawn_values = {name: column[: len(weighed.chance)] for name, column in trial.values.items()}
    leans = leaning(judged, drawn_values, trial.moved)
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
