"""What is claimed of a park, tried by rules that were fixed before the runs.

What is claimed of a case, tested by rules fixed in advance on scenarios with common random numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from copark.analyses.claims.claims_file import ClaimsFile, general_claims, load_claims
from copark.analyses.claims.findings import ClaimFindings, Trial, TrialPlan, rules_of
from copark.analyses.contract import CaseParams, Choice, Keys, Option, Result, Rows, Said
from copark.cases.casebook import CLAIMS, brought
from copark.labels import claim_number
from copark.simulation.workload import Workload

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copark.analyses.claims.schema import Claim
    from copark.analyses.context import Context


def claims_of(context: Context, given: Mapping[str, Any]) -> list[Choice]:
    """The claims about a case, or those of a file."""
    asked = _file(context, given).claims.claims
    return [
        Choice(one.id, Said(f"{one.id} {one.title.en}", f"{claim_number(one.id, 'zh')} {one.title.zh}"))
        for one in asked
    ]


class Params(CaseParams):
    """What may be asked of the claims about a case."""

    draws: Annotated[int, Field(ge=2, le=100_000)] = 200
    futures: Annotated[int, Field(ge=1, le=10_000)] = 5
    claim: Annotated[tuple[str, ...], Option("--claim", repeated=True), Keys(claims_of)] = ()
    file: Path | None = None
    stopping: Literal["sequential", "none"] = "sequential"
    served: ClassVar[Mapping[str, float]] = {"draws": 400, "futures": 20}


@dataclass(frozen=True, kw_only=True)
class Answer(ClaimFindings, Result):
    """The verdict on every claim and its parts, what it was measured by, how hard the tests were, what it rests on."""

    def main_table(self) -> Rows:
        """The verdict on every part of every claim, a row each."""
        return (
            {
                "claim": claim.claim.id, "part": one.part.key, "claim_word": claim.word, "word": one.word,
                "probability": one.probability, "prior_probability": one.prior_probability,
                "effect": None if one.effect is None else one.effect.mean, "bounds": one.bounds,
                "severity": None if one.severity is None else one.severity.share, "earlier": one.earlier,
                "steady": one.steady, "why": one.why,
            }
            for claim in self.claims for one in claim.parts
        )  # fmt: skip


def written(params: Params, context: Context) -> ClaimsFile:
    """The claims about the case as their file has them, or a general set where it brings none.

    Raises
    ------
    copark.errors.CoparkError
        If there is no such case or file, or either has faults.
    """
    return _file(context, vars(params))


def _file(context: Context, given: Mapping[str, Any]) -> ClaimsFile:
    case = context.case(given["case"])
    path = given["file"] or brought(case, CLAIMS)
    if path is not None:
        return load_claims(path, case)
    trust = context.parameters(given["case"], given["parameters"], given["cut"]).trust
    return general_claims(case, outcomes=trust.shows_outcomes)


def chosen(params: Params, file: ClaimsFile) -> tuple[Claim, ...]:
    """The claims that are asked for; all where none is."""
    return tuple(one for one in file.claims.claims if not params.claim or one.id in params.claim)


def _asked(params: Params, context: Context) -> dict[str, Any]:
    """What a trial is made of."""
    file, has = written(params, context), context.parameters(params.case, *params.wanted)
    threads, sequential = context.cores, params.stopping == "sequential"
    plan = TrialPlan(params.draws, params.futures, params.seed, threads, has.draws, sequential)
    return {
        "file": file, "case": context.case(params.case), "plan": plan, "claims": chosen(params, file),
        "source": has.source,
    }  # fmt: skip


def depends_on(params: Params, context: Context) -> dict[str, Any]:
    """The claims, and the rules by which they are judged."""
    return {"file": rules_of(written(params, context), sequential=params.stopping == "sequential")}


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """How much there is to run: at most, where a rule may stop what is decided."""
    return _work(Trial(**_asked(params, context)))


def _work(trial: Trial) -> tuple[Workload, ...]:
    return (Workload(trial.runs, trial.case.clock.quarters, at_most=trial.rule is not None),)


def compute(params: Params, context: Context) -> Answer:
    """Try the claims; what was run before a stop is found again."""
    trial = Trial(**_asked(params, context))
    context.foresee(trial.case, _work(trial))
    with context.stages({"claims": trial.identity}) as stages:
        found = trial.run(context.stage("simulate"), context.stage("weigh"), stages)
    trust = context.parameters(params.case, *params.wanted).trust
    return Answer(**vars(found) | context.stamped(trial.case, trust, found.provenance))


def listing(params: Params, context: Context) -> ClaimsFile:
    """What may be asked: the claims about the case; nothing is run."""
    return written(params, context)
