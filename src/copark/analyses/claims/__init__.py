"""Claims about a park, tried by rules that were fixed before the runs.

What is claimed of a case, tested by rules fixed in advance on scenarios with common random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from copark.analyses.claims.claims_file import ClaimsFile, load_claims
from copark.analyses.claims.evaluation import find
from copark.analyses.claims.findings import ClaimFindings
from copark.analyses.claims.general_set import general_claims
from copark.analyses.claims.scenarios import trial_study
from copark.analyses.claims.trial import ClaimTrial, rules_of
from copark.analyses.contract import CaseParams, Choice, Keys, Option, Result, Rows
from copark.cases.casebook import claims_of as newest_claims_of
from copark.cases.types import Replicates
from copark.json_types import JsonObject
from copark.labels import claim_number
from copark.simulation.workload import Workload
from copark.texts.localized import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copark.analyses.claims.schema import Claim
    from copark.analyses.context import Context


def claims_of(context: Context, params: Mapping[str, Any]) -> list[Choice]:
    """List the claims about a case, or those of a file."""
    return [
        Choice(
            claim.id,
            LocalizedText(en=f"{claim.id} {claim.title.en}", zh=f"{claim_number(claim.id, 'zh')} {claim.title.zh}"),
        )
        for claim in _file(context, params).claims.claims
    ]


class Params(CaseParams):
    """Parameters of the claims about a case."""

    draws: Annotated[int, Field(ge=2, le=100_000)] = 200
    """Number of parameter draws."""
    replicates: Annotated[Replicates, Field(ge=1, le=10_000)] = 5
    """Runs for each draw."""
    claim: Annotated[tuple[str, ...], Option("--claim", repeated=True), Keys(claims_of)] = ()
    """Ids of the claims to test; by default all."""
    file: Path | None = None
    """Your own claims file, or an earlier edition; by default the newest of the case, or a general set."""
    stopping: Literal["sequential", "none"] = "sequential"
    """Whether a rule fixed in advance stops what is decided (sequential), or everything is run on all draws (none)."""
    served: ClassVar[Mapping[str, float]] = {"draws": 400, "replicates": 20}


@dataclass(frozen=True, kw_only=True)
class Answer(ClaimFindings, Result):
    """The verdict on every claim and its parts, what it was measured by, how hard the tests were, what it rests on."""

    def main_table(self) -> Rows:
        """Return the verdict on every part of every claim, a row each."""
        return (
            {
                "claim": finding.claim.id,
                "part": part.part.key,
                "claim_word": finding.word,
                "word": part.word,
                "probability": part.probability,
                "prior_probability": part.prior_probability,
                "effect": None if part.effect is None else part.effect.mean,
                "bounds": part.bounds,
                "share_refuted": None if part.refutation is None else part.refutation.share,
                "earlier": part.earlier,
                "steady": part.steady,
                "why": part.why,
            }
            for finding in self.claims
            for part in finding.parts
        )


def written(params: Params, context: Context) -> ClaimsFile:
    """Read the claims about the case, or make a general set where it brings none.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case or file, or either has faults.
    """
    return _file(context, vars(params))


def _file(context: Context, params: Mapping[str, Any]) -> ClaimsFile:
    case = context.case(params["case"])
    path = params["file"] or newest_claims_of(case)
    if path is not None:
        return load_claims(path, case)
    trust = context.parameters(params["case"], params["parameters"], params["cut"]).trust
    return general_claims(case, outcomes=trust.shows_outcomes)


def chosen(params: Params, file: ClaimsFile) -> tuple[Claim, ...]:
    """Choose the claims that are asked for; all where none is."""
    return tuple(claim for claim in file.claims.claims if not params.claim or claim.id in params.claim)


def trial_of(params: Params, context: Context) -> ClaimTrial:
    """Set up the trial that is asked for; nothing is run or drawn."""
    case = context.case(params.case)
    file = written(params, context)
    parameters = context.parameters(params.case, *params.wanted)
    return ClaimTrial(
        file,
        case,
        trial_study(case, params.draws, params.replicates, params.seed, parameters.draws),
        chosen(params, file),
        parameters.source,
        threads=context.cores,
        sequential=params.stopping == "sequential",
    )


def depends_on(params: Params, context: Context) -> JsonObject:
    """Describe the claims, and the rules by which they are judged."""
    return {"file": rules_of(written(params, context), sequential=params.stopping == "sequential")}


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """Return how much there is to run: at most, where a rule may stop what is decided."""
    return _work(trial_of(params, context))


def _work(trial: ClaimTrial) -> tuple[Workload, ...]:
    return (Workload(trial.runs, trial.case.clock.quarters, at_most=trial.stopping is not None),)


def compute(params: Params, context: Context) -> Answer:
    """Try the claims; what was run before a stop is found again."""
    trial = trial_of(params, context)
    context.announce_workload(trial.case, _work(trial))
    with context.stages({"claims": trial.identity}) as stages:
        findings = find(trial, context.stage("simulate"), context.stage("weigh"), stages)
    trust = context.parameters(params.case, *params.wanted).trust
    return Answer(**vars(findings) | context.result_fields_of(trial.case, trust, findings.provenance))


def listing(params: Params, context: Context) -> ClaimsFile:
    """Return what may be asked, the claims about the case; nothing is run."""
    return written(params, context)
