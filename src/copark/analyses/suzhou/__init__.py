"""Suzhou: a natural experiment, in which shares were swapped while a rival next door gave up.

The study ``suzhou-swap``: shares swapped or not, rivalry ended or not, beside what was observed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from copark.analyses.contract import AnalysisParams, Result, Rows
from copark.analyses.suzhou.findings import SuzhouFindings, find
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.simulation.study import Study

STUDY = "suzhou-swap"
LEAST = 400
"""Runs of each scenario below which too few would be kept."""


class Params(AnalysisParams):
    """Parameters of the natural experiment of Suzhou."""

    runs: Annotated[int, Field(ge=1, le=100_000)] = 4000
    """Runs of each scenario, at least 400, of which one in forty is kept."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of the random numbers."""
    served: ClassVar[Mapping[str, float]] = {"runs": 4000}


@dataclass(frozen=True, kw_only=True)
class Answer(SuzhouFindings, Result):
    """Findings of each account of the turn, and the differences between them."""

    needs_no_calibration = True

    def main_table(self) -> Rows:
        """Tabulate the accumulated result and operating enterprises of every scenario and quarter, a row each."""
        return (
            {
                "scenario": scenario.key,
                "quarter": quarter,
                "accumulated_result": result.median,
                "accumulated_result_p05": result.low,
                "accumulated_result_p95": result.high,
                "operating": operating.median,
                "operating_p05": operating.low,
                "operating_p95": operating.high,
            }
            for scenario in self.scenarios
            for quarter, result, operating in zip(
                self.quarters, scenario.course, scenario.operating_course, strict=True
            )
        )


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the study of Suzhou's park, by the identity of its runs."""
    from copark.simulation.results import study_identity

    study = _study(params)
    return {"runs": study_identity(study, context.case(study.case))}


def _study(params: Params) -> Study:
    from copark.simulation.study import load_study

    return load_study(STUDY).with_changes(runs=max(params.runs, LEAST), seed=params.seed)


def compute(params: Params, context: Context) -> Answer:
    """Run the study as it is, and read what the developer's books say."""
    from copark.simulation.trust import Trust

    study = _study(params)
    case = context.case(study.case)
    runs = context.simulate(study, case)
    context.stage("analyse")(0, 0)
    shared = context.result_fields(case.name, runs)
    trust_fields = {"trust": Trust.of(shared["provenance"]), "recorded": None}
    return Answer(**vars(find(runs, study, case)), **shared | trust_fields)
