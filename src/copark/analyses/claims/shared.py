"""P of a claim and its parts as ``copark claims`` gives it, for questions that ask of the same with draws of their own.

So that one quantity has one number: what others add is told as a difference to it, or stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, cast

from copark.analyses.claims import Answer, Params, workload

if TYPE_CHECKING:
    from copark.analyses.claims.verdict import Verdict
    from copark.analyses.context import Context
    from copark.analyses.contract import CaseParams
    from copark.simulation.workload import Workload


def draws_of(draws: int) -> int:
    """Choose the draws of claims where others use so many: the usual number, or fewer where others have fewer."""
    return min(int(Params.model_fields["draws"].default), draws)


def claims_params(params: CaseParams, draws: int) -> Params:
    """Make the question about the claims that goes with another: of the same case, parameters, cut and seed."""
    return Params(
        case=params.case, parameters=params.parameters, cut=params.cut, seed=params.seed, draws=draws_of(draws)
    )


def workload_of(params: CaseParams, draws: int, context: Context) -> tuple[Workload, ...]:
    """Return how much there is to run for them, at most, where they were not answered before.

    Parameters
    ----------
    params
        Parameters of an analysis that needs them: the case, its parameters, cut and seed are taken over.
    draws
        Draws of that analysis; claims use no more than their usual number.
    context
        Context of the analysis.
    """
    return workload(claims_params(params, draws), context)


def verdicts(params: CaseParams, draws: int, context: Context) -> Mapping[tuple[str, str], Verdict]:
    """Return the verdict on every claim, as part ``""``, and on every part; read again where they were answered.

    Parameters
    ----------
    params
        Parameters of an analysis that needs them.
    draws
        Draws of the trial.
    context
        Context of the analysis.
    """
    from copark.analyses.answer import answer
    from copark.analyses.registry import REGISTRY

    alone = replace(context, on_workload=None)  # what is run for them was told with the rest
    findings = cast("Answer", answer(REGISTRY["claims"], claims_params(params, draws), alone).result)
    by_part: dict[tuple[str, str], Verdict] = {}
    for claim in findings.claims:
        by_part[claim.claim.id, ""] = claim
        by_part |= {(claim.claim.id, part.part.key): part for part in claim.parts}
    return by_part
