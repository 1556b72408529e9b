"""What a case's results depend on: Sobol' indices, and samples at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from copark.analyses.contract import CaseParams, Result, Rows
from copark.errors import RunRefused
from copark.identity import identity_of
from copark.inference.exploration import explore as engine
from copark.inference.exploration.explore import METHODS, Exploration, ExplorationSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from copark.analyses.context import Context
    from copark.inference.artefacts import StoredPosterior
    from copark.inference.batch import Batch
    from copark.inference.exploration.designs import Workload

LEAST_SAMPLE, SAMPLES = 1 << 9, 16
"""Runs of a random sample at least, and for each row of the Sobol' design."""


class Params(CaseParams):
    """What may be asked of a case's uncertainties."""

    method: Literal["all", "sobol", "given"] = "all"
    size: Annotated[int, Field(ge=2, le=1 << 20)] = 1024
    replicates: Annotated[int, Field(ge=1, le=1000)] = 8
    over: Literal["prior", "posterior-box"] = "prior"
    served: ClassVar[Mapping[str, float]] = {"size": 1024, "replicates": 8}


@dataclass(frozen=True, kw_only=True)
class Answer(Exploration, Result):
    """What results depend on."""

    def main_table(self) -> Rows:
        """Sobol' indices of every output and factor, a row each; the dummy is the last factor of each output."""
        return (
            {
                "output": readout.key, "factor": name, "first": one.first[n], "first_low": one.first_low[n],
                "first_high": one.first_high[n], "total": one.total[n], "total_low": one.total_low[n],
                "total_high": one.total_high[n], "above_dummy": one.total_clear[n],
            }
            for readout, one in zip(self.readouts, self.indices, strict=False)
            for n, name in enumerate((*self.names, "dummy"))
        )  # fmt: skip


@dataclass(frozen=True)
class _Made:
    """What the numbers are made of, beside the case: settings, the case's own posterior, a batch that is there."""

    settings: ExplorationSettings
    stored: StoredPosterior | None
    source: Any
    batch: Batch | None

    def content(self, case: Any) -> dict[str, Any]:
        """Everything the numbers depend on."""
        parameters = None if self.stored is None else self.stored.parameters
        return engine.provenance_of(case, self.settings, parameters, self.source, self.batch)


def settings_of(params: Params) -> ExplorationSettings:
    """What is asked of the engine.

    Raises copark.errors.RunRefused if the size is no power of two.
    """
    size = params.size
    if size & (size - 1):
        raise RunRefused.of("sensitivity.refused.size", found=size)
    methods = METHODS if params.method == "all" else (params.method,)
    return ExplorationSettings(
        methods=methods, over=params.over, size=size, sample=max(LEAST_SAMPLE, SAMPLES * size),
        replicates=params.replicates, seed=params.seed,
    )  # fmt: skip


def _made_of(params: Params, context: Context) -> _Made:
    """Settings and what the case has.

    Raises copark.errors.RunRefused if the size is no power of two, or the box of a posterior is asked for where there
    is none.
    """
    settings, has = settings_of(params), context.parameters(params.case, *params.wanted)
    if has.stored is None and params.over == "posterior-box":
        raise RunRefused.of("sensitivity.refused.posterior", case=context.case(params.case).name)
    batch = batch_in(has.stored, context.out) if "given" in settings.methods else None
    return _Made(settings, has.stored, has.posterior, batch)


def run_id(params: Params, context: Context) -> str:
    """Hash of settings, case, posterior, batch and model."""
    return identity_of(_made_of(params, context).content(context.case(params.case)))


def workload(params: Params, context: Context) -> tuple[Workload, ...]:
    """How much there is to run."""
    stored = context.parameters(params.case, *params.wanted).stored
    pairs = 0 if stored is None else stored.replay.pairs
    return (engine.workload(context.case(params.case), settings_of(params), pairs),)


def compute(params: Params, context: Context) -> Answer:
    """Run designs and samples and read them; what was run before a stop is found again."""
    from copark.simulation.ensemble import default_threads

    case, made = context.case(params.case), _made_of(params, context)
    context.foresee(case, workload(params, context))
    parameters = None if made.stored is None else made.stored.parameters
    box = None if parameters is None else float(parameters.points.sum())
    with context.stages({**made.content(case), "box": box}) as stages:
        found = engine.explore(
            case, made.settings, parameters=parameters, source=made.source, batch=made.batch, stages=stages,
            threads=context.threads or default_threads(), progress=context.progress,
        )  # fmt: skip
    used = params if made.stored is not None else params.model_copy(update={"parameters": "prior"})
    return Answer(**vars(found) | context.origin(used, found.provenance))


def batch_in(stored: StoredPosterior | None, out: Path | None) -> Batch | None:
    """The first piece of a posterior's prior batch, if it lies in an output folder; nothing is run for it."""
    import numpy as np

    from copark.inference.batch import PIECE, READ_AT_CUT, Batch, piece_path, read_piece
    from copark.inference.calibrate import Settings as Calibration
    from copark.inference.calibrate import recipe_of

    if stored is None or out is None:
        return None
    space = stored.replay.space
    asked = recipe_of(space.case, stored.replay.cut, Calibration.of(stored.recipe))
    home = out / "batches" / f"batch-{asked.identity}"
    width = len(asked.model.targets)
    if not piece_path(home, 0).is_file():
        return None
    read = read_piece(home, 0, (min(PIECE, asked.runs), width + len(READ_AT_CUT)))
    if read is None:
        return None
    kept = np.ascontiguousarray(read)
    return Batch(asked, space, kept[:, :width], kept[:, width:])
