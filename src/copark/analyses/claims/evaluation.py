"""Evaluate claims: run a trial, weigh its parts, and give each claim and part its verdict."""

from __future__ import annotations

from collections.abc import Mapping

from copark.analyses.claims.findings import ClaimFinding, ClaimFindings, HostValue, PartFinding, UnderAlternative
from copark.analyses.claims.resamples import (
    RECENTRED,
    Lean,
    leaning,
    recentred,
    refutation,
    steadiness,
)
from copark.analyses.claims.samples import Sample, measured
from copark.analyses.claims.scenario_statistics import latest, rows_of, sample_of, split_of
from copark.analyses.claims.schema import Alternative, Claim, Part
from copark.analyses.claims.sequential import TrialRuns, key_of
from copark.analyses.claims.trial import ClaimTrial
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
from copark.analyses.claims.words import OPEN, side
from copark.arrays import Floats
from copark.progress import Progress
from copark.stats.jackknife import jackknife
from copark.store.checkpoints import Stages


def find(
    trial: ClaimTrial, progress: Progress | None = None, weighed: Progress | None = None, stages: Stages | None = None
) -> ClaimFindings:
    """Run all scenarios of a trial everywhere and find the verdicts.

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
    trial_runs = TrialRuns(trial, progress, stages)
    trial.check(trial_runs.experiment)
    trial_runs.run()
    findings: list[ClaimFinding] = []
    for claim in trial.chosen:
        if weighed is not None:
            weighed(len(findings), len(trial.chosen))
        findings.append(_claim(trial_runs, claim))
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
        runs=trial_runs.made,
    )


def _hosts(trial: ClaimTrial) -> dict[str, HostValue]:
    """Find the values of the place around the park that statistics are set beside, where they are known."""
    statistics = [statistic for _, part in trial.file.claims.of(trial.chosen) for statistic in part.statistics.values()]
    variables = dict.fromkeys(statistic.context for statistic in statistics if statistic.context)
    values = {variable: latest(trial.case, variable) for variable in variables}
    return {
        variable: HostValue(value.value, str(value.date)) for variable, value in values.items() if value is not None
    }


def _claim(trial_runs: TrialRuns, claim: Claim) -> ClaimFinding:
    """Find the verdict on a claim, from the parts as they were weighed."""
    trial = trial_runs.trial
    after = {part.key: trial_runs.after[key_of(claim, part)] for part in claim.parts}
    before = {part.key: trial_runs.before[key_of(claim, part)] for part in claim.parts}
    without = {
        part.key: after[part.key].without_groups(part, trial.ridge_without, trial.margins) for part in claim.parts
    }
    plain: dict[str, Verdict] = {}
    parts: dict[str, PartFinding] = {}
    for part in claim.parts:
        error = jackknife([weighed.probability for weighed in without[part.key]])
        plain[part.key] = trial_runs.plain(claim, part, error)
        parts[part.key] = _part(trial_runs, claim, part, plain[part.key])
    verdict = claim_verdict(claim.headline, plain, after, before, joint_error(claim.headline, after, without))
    if _turned(trial_runs, claim, verdict, parts):
        verdict = when_turned(verdict)
    rows = rows_of(claim, trial_runs.readings(trial_runs.experiment, trial_runs.evidence[claim.id]))
    return ClaimFinding(**vars(verdict), claim=claim, parts=tuple(parts.values()), rows=rows)


def _turned(trial_runs: TrialRuns, claim: Claim, verdict: Verdict, parts: Mapping[str, PartFinding]) -> bool:
    """Return whether an alternative assumption turns a claim: a part that its word needs, or its parts together.

    Where one part suffices the others may stand for it, so that P of the claim is asked under each alternative.
    """
    deciding = [parts[key] for key in claim.headline.parts if parts[key].variants]
    if not side(verdict.word) or not deciding:
        return False
    if needs_every_part(claim.headline, verdict.word):
        return any(finding.flipped for finding in deciding)
    draws = min(len(trial_runs.after[key_of(claim, finding.part)].chance) for finding in deciding)
    return any(
        turns_together(
            claim.headline,
            verdict,
            {finding.part.key: _under(trial_runs, claim, finding.part, alternative) for finding in deciding},
            draws,
        )
        for alternative in trial_runs.trial.file.claims.judgement
    )


def _part(trial_runs: TrialRuns, claim: Claim, part: Part, plain: Verdict) -> PartFinding:
    """Find all of a part, from its verdict before alternative assumptions are tried."""
    trial = trial_runs.trial
    key = key_of(claim, part)
    weighed = trial_runs.after[key]
    samples = {name: sample_of(part.statistics[name], runs) for name, runs in weighed.runs.items()}
    variants = _alternatives(trial_runs, claim, part, plain)
    verdict = when_turned(plain) if any(alternative.turns for alternative in variants) else plain
    rule_samples = {name: samples[name] for name in part.rule_statistics}
    drawn_values = {name: column[: len(weighed.chance)] for name, column in trial.values.items()}
    leans = leaning(rule_samples, drawn_values, trial.moved)
    margins = trial.margins
    middle = recentred(part, weighed, margins)
    seed = trial.study.seed
    return PartFinding(
        **vars(verdict),
        part=part,
        measured={name: measured(sample, name, part.rule, margins) for name, sample in samples.items()},
        splits={name: split_of(runs) for name, runs in weighed.runs.items()},
        earlier=trial.earlier_standard.verdict(part.rule, samples),
        steady=steadiness(weighed.chance, seed),
        why="" if verdict.word != OPEN else "turned" if plain.word != OPEN else _why(rule_samples, leans),
        leans=leans,
        variants=variants,
        refutations=tuple(
            refutation(part, trial_runs.in_null_models[key, world], world, seed) for world in part.false_worlds
        ),
        recentred=None if middle is None else refutation(part, middle, RECENTRED, seed),
    )


def _alternatives(trial_runs: TrialRuns, claim: Claim, part: Part, verdict: Verdict) -> tuple[UnderAlternative, ...]:
    """Try the part under every alternative, against the same draws and random numbers as it is."""
    weighed = trial_runs.after[key_of(claim, part)]
    if weighed.effects is None:
        return ()
    variants = []
    for alternative in trial_runs.trial.file.claims.judgement:
        reference, under = _under(trial_runs, claim, part, alternative)
        probability, word = in_alternative(verdict, reference, under, weighed.draws)
        departs = trial_runs.departures[alternative.key]
        variants.append(UnderAlternative(alternative.key, probability, word, turns(verdict.word, word), departs))
    return tuple(variants)


def _under(trial_runs: TrialRuns, claim: Claim, part: Part, alternative: Alternative) -> tuple[Floats, Floats]:
    """Return the probabilities of draws that a part holds, as it is and under an alternative, on the same draws."""
    return trial_runs.alternatives[key_of(claim, part), alternative.key]


def _why(rule_samples: dict[str, Sample], leans: tuple[Lean, ...]) -> str:
    """Describe why a part is open: lacking, prior or width."""
    if any(sample.is_empty for sample in rule_samples.values()):
        return "lacking"
    return "prior" if any(lean.moved != "moved" for lean in leans) else "width"
