"""Contribution of each mechanism and each link: each is switched off in turn.

Every mechanism and every link between scales of a case switched off, one at a time, with common random numbers.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from pydantic import Field

from copark.analyses.ablate import ablations as engine
from copark.analyses.ablate.ablations import Ablations, AblationSettings
from copark.analyses.ablate.effects import ablations_of
from copark.analyses.contract import CaseParams, Choice, Keys, Result, Rows
from copark.cases.types import Replicates, renamed
from copark.errors import NotFound, RunRefused, WrongUsage
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copark.analyses.context import Context
    from copark.calibration.case_parameters import CaseParameters
    from copark.simulation.workload import Workload

LEAST_SIZE = 512
"""Runs a refit needs at least."""


def mechanisms_of(context: Context, values: Mapping[str, Any]) -> list[Choice]:
    """List what can be switched off in a case."""
    ablations = ablations_of(context.case(values["case"]), links=not values["no_links"])
    return [Choice(ablation.key, ablation.title) for ablation in ablations]


class Params(CaseParams):
    """Parameters of ablations."""

    runs: Annotated[int, renamed("runs", "size"), Field(ge=0, le=1 << 20)] = 1 << 14
    """Runs of each refit, a power of two; 0 skips the refits."""
    replicates: Annotated[Replicates, Field(ge=1, le=10_000)] = 2
    """Runs for each draw of the posterior."""
    no_links: bool = False
    """Whether to keep all links between scales on."""
    only: Annotated[tuple[str, ...], Keys(mechanisms_of)] = ()
    """Keys of the mechanisms and links to switch off; by default everything."""
    served: ClassVar[Mapping[str, float]] = {"runs": 1 << 14, "replicates": 5}


@dataclass(frozen=True, kw_only=True)
class Answer(Ablations, Result):
    """Effect of each mechanism and link on outcomes, and the worth of the forecast without it."""

    dimensions: ClassVar[tuple[str, ...]] = ("ablation", "output", "quarter")

    def main_table(self) -> Rows:
        """Return every difference of every output, a row each: without less with."""
        return (
            {
                "ablation": row.key,
                "kind": row.kind,
                "scale": row.scale,
                "verdict": row.verdict,
                "output": difference.measure,
                "quarter": difference.quarter,
                "unit": difference.unit,
                "low": difference.low,
                "median": difference.median,
                "high": difference.high,
                "share_above": difference.above,
                "share_equal": difference.equal,
            }
            for row in self.rows
            for difference in row.differences
        )


def settings_of(params: Params) -> AblationSettings:
    """Return what is asked of the engine.

    Raises
    ------
    copark.errors.RunRefused
        If the size is neither 0 nor a power of two from 512 on.
    """
    size = params.runs
    if size and (size < LEAST_SIZE or size & (size - 1)):
        raise WrongUsage.of("ablate.refused.size", found=size)
    return AblationSettings(
        futures=params.replicates, size=size, links=not params.no_links, seed=params.seed, only=params.only
    )


def _parameters(params: Params, context: Context) -> CaseParameters:
    """Choose the parameters: those asked for, else the calibration to the last value meant to be fitted.

    So forecasts can be scored.
    """
    from copark.calibration.calibration_setup import fitted_until

    if params.cut is None and params.parameters in (None, "own", "shipped"):
        with suppress(NotFound, RunRefused):
            return context.parameters(params.case, params.parameters, str(fitted_until(context.case(params.case))))
    return context.parameters(params.case, *params.wanted)


def depends_on(params: Params, context: Context) -> JsonObject:
    """Name the draws, by default of the calibration to the last value meant to be fitted; and what there is."""
    every = ablations_of(context.case(params.case), links=not params.no_links)
    return {
        "drawn_from": _parameters(params, context).identity,
        "only": list(params.only) or [ablation.key for ablation in every],
    }


def made_of(params: Params, context: Context) -> JsonObject:
    """Return everything the numbers depend on."""
    case = context.case(params.case)
    source = _parameters(params, context).source
    settings = settings_of(params)
    return engine.provenance_of(case, settings, source, None if source is None else source.cut)


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """Count how much there is to run."""
    stored = _parameters(params, context).stored
    pairs, cut = (0, None) if stored is None else (stored.replay.pairs, stored.replay.cut)
    return engine.workload(context.case(params.case), settings_of(params), pairs, cut)


def compute(params: Params, context: Context) -> Answer:
    """Switch everything off, one at a time; what was done before a stop is found again."""
    case = context.case(params.case)
    parameters = _parameters(params, context)
    context.announce_workload(case, workload(params, context))
    with context.stages(made_of(params, context)) as stages:
        ablations = engine.ablate(
            case,
            settings_of(params),
            source=parameters.source,
            replay=None if parameters.stored is None else parameters.stored.replay,
            threads=context.cores,
            stages=stages,
            progress=context.progress,
        )
    return Answer(**vars(ablations) | context.result_fields_of(case, parameters.trust, ablations.provenance))
