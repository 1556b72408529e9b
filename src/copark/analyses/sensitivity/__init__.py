"""Sensitivity of a case's results: Sobol' indices, and samples at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from copark.analyses.contract import CaseParams, Result, Rows
from copark.analyses.sensitivity import exploration as engine
from copark.analyses.sensitivity.exploration import METHODS, Exploration, ExplorationSettings
from copark.cases.types import renamed
from copark.errors import RunRefused, WrongUsage
from copark.extras import need
from copark.identity import hash_array
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from collections.abc import Mapping

    from copark.analyses.context import Context
    from copark.calibration.case_parameters import CaseParameters
    from copark.simulation.workload import Workload

LEAST_SAMPLE = 1 << 9
"""Runs of a random sample at least."""
SAMPLES = 16
"""Runs of a random sample for each row of the Sobol' design."""


class Params(CaseParams):
    """Parameters of a sensitivity analysis."""

    method: Literal["all", "sobol", "given"] = "all"
    """Methods to use: sobol (a design), given (samples at hand) or all."""
    draws: Annotated[int, renamed("draws", "size"), Field(ge=2, le=1 << 20)] = 1024
    """Rows of the Sobol' design, a power of two; random samples have 16 times as many runs."""
    replicates: Annotated[int, Field(ge=1, le=1000)] = 8
    """Runs at each point of a design, with common random numbers."""
    over: Literal["prior", "posterior-box"] = "prior"
    """Range of the parameters in designs: the whole prior, or the box around the posterior."""
    fixed: bool = False
    """Whether parameters that are held fixed vary, too, over plausible ranges (a judgement)."""
    served: ClassVar[Mapping[str, float]] = {"draws": 1024, "replicates": 8}


@dataclass(frozen=True, kw_only=True)
class Answer(Exploration, Result):
    """Dependence of results on parameters."""

    def main_table(self) -> Rows:
        """Return Sobol' indices of every output and factor, a row each; the dummy is the last factor of each output."""
        return (
            {
                "output": readout.key,
                "factor": name,
                "first": indices.first[n],
                "first_low": indices.first_low[n],
                "first_high": indices.first_high[n],
                "total": indices.total[n],
                "total_low": indices.total_low[n],
                "total_high": indices.total_high[n],
                "above_dummy": indices.total_clear[n],
            }
            for readout, indices in zip(self.readouts, self.indices, strict=False)
            for n, name in enumerate((*self.names, "dummy"))
        )


def settings_of(params: Params) -> ExplorationSettings:
    """Return the settings of the exploration.

    Raises
    ------
    copark.errors.RunRefused
        If the size is no power of two.
    """
    size = params.draws
    if size & (size - 1):
        raise WrongUsage.of("sensitivity.refused.size", found=size)
    methods = METHODS if params.method == "all" else (params.method,)
    return ExplorationSettings(
        methods=methods,
        over=params.over,
        size=size,
        sample=max(LEAST_SAMPLE, SAMPLES * size),
        replicates=params.replicates,
        seed=params.seed,
        fixed=params.fixed,
    )


def _dependencies_of(params: Params, context: Context) -> tuple[ExplorationSettings, CaseParameters, JsonObject]:
    """Return settings, what the case has, and everything the numbers depend on.

    Raises
    ------
    copark.errors.RunRefused
        If the size is no power of two, or the box of a posterior is asked for where there is none.
    """
    case = context.case(params.case)
    settings = settings_of(params)
    case_parameters = context.parameters(params.case, *params.wanted)
    if case_parameters.stored is None and params.over == "posterior-box":
        raise RunRefused.of("sensitivity.refused.posterior", case=case.name)
    replay = None if case_parameters.stored is None else case_parameters.stored.replay
    return settings, case_parameters, engine.provenance_of(case, settings, replay, case_parameters.posterior)


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """Return how much there is to run."""
    stored = context.parameters(params.case, *params.wanted).stored
    pairs = 0 if stored is None else stored.replay.pairs
    return (engine.workload(context.case(params.case), settings_of(params), pairs),)


def compute(params: Params, context: Context) -> Answer:
    """Run designs and samples and read them; an interrupted computation is resumed."""
    need("statistics", "`copark sensitivity`")
    case = context.case(params.case)
    settings, case_parameters, made_of = _dependencies_of(params, context)
    context.announce_workload(case, workload(params, context))
    replay = None if case_parameters.stored is None else case_parameters.stored.replay
    box = None if replay is None else hash_array(replay.points, "<f8")
    with context.stages({**made_of, "box": box}) as stages:
        exploration = engine.explore(
            case,
            settings,
            replay=replay,
            source=case_parameters.posterior,
            stages=stages,
            threads=context.cores,
            progress=context.progress,
        )
    used = params if case_parameters.stored is not None else params.model_copy(update={"parameters": "prior"})
    return Answer(**vars(exploration) | context.result_fields(used, exploration.provenance))
