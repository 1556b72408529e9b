"""The claims about a park held against all parks: verdicts of the model, of QCA and of NCA, and parks that deviate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from pydantic import Field

from copark.analyses.claims import ask as claims
from copark.analyses.contract import AnalysisParams, Result
from copark.identity import identity_of
from copark.inference.cross_park.qca import scores_of
from copark.inference.cross_park.runner import AcrossFindings, provenance, run
from copark.inference.cross_park.schema import AcrossFile, load_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from copark.analyses.context import Context


class Params(AnalysisParams):
    """What may be asked."""

    draws: Annotated[int, Field(ge=2, le=100_000)] = 200
    futures: Annotated[int, Field(ge=1, le=10_000)] = 3
    runs: Annotated[int, Field(ge=64, le=1_000_000)] = 4096
    seed: Annotated[int, Field(ge=0, le=2**62 - 1)] = 1
    parameters: Literal["own", "shipped", "borrowed", "prior"] | None = None
    file: Path | None = None
    served: ClassVar[Mapping[str, float]] = {"draws": 400, "futures": 20, "runs": 4096}


@dataclass(frozen=True, kw_only=True)
class Answer(AcrossFindings, Result):
    """Three verdicts on every claim, whether they agree and why not, and what the model says of deviant parks."""

    def to_frame(self) -> pd.DataFrame:
        """The verdicts on every claim, a row each."""
        import pandas as pd

        return pd.DataFrame(
            {"claim": one.id, **one.verdicts, "agreement": one.agreement, "reasons": "; ".join(one.reasons)}
            for one in self.claims
        )


def _model(params: Params, rules: AcrossFile) -> claims.Params:
    """What is asked of the model."""
    asked = params.model_dump(include={"draws", "futures", "seed", "parameters"})
    return claims.Params(case=rules.rules.intervention, **asked)


def run_id(params: Params, context: Context) -> str:
    """Run ID: a hash of the rules, the scores, the run ID of the model's verdicts, and the cases of deviant parks."""
    rules = load_rules(params.file)
    model = claims.run_id(_model(params, rules), context)
    return identity_of(provenance(rules, model, scores_of(), params.runs, params.seed))


def compute(params: Params, context: Context) -> Answer:
    """Set the three ways side by side; the model's verdicts are read where they were found before."""
    from copark.analyses import REGISTRY
    from copark.analyses.answer import answer
    from copark.simulation.ensemble import default_threads

    rules = load_rules(params.file)
    model: Any = answer(REGISTRY["claims"], _model(params, rules), replace(context)).result
    found = run(
        rules, model, runs=params.runs, seed=params.seed, threads=context.threads or default_threads(),
        weighed=context.stage("analyse"), simulated=context.stage("twins"),
    )  # fmt: skip
    return Answer(**vars(found) | {"run_id": context.run_id, "trust": model.trust, "recorded": model.recorded})
