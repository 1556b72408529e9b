"""Typology: intergovernmental against enterprise-led parks, as observed and in matched scenarios of the model.

The observed parks by type, and matched scenarios of one park: what differs, and what makes the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from copark.analyses.contract import AnalysisParams, Result, Rows
from copark.analyses.typology.findings import TypeFindings, find
from copark.json_types import JsonObject

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.simulation.study import Study

FACTORIAL = "owner-plan-framework"
TWINS = "enterprise-led-twins"
NEEDED = ("registered", "operating", "jobs", "enterprise_investment", "serviced_area", "failed")
"""Outputs that scenarios are read by."""


class Params(AnalysisParams):
    """Parameters of the typology of parks."""

    runs: Annotated[int, Field(ge=1, le=100_000)] = 1000
    """Runs of each scenario."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of the random numbers."""
    served: ClassVar[Mapping[str, float]] = {"runs": 1000}


@dataclass(frozen=True, kw_only=True)
class Answer(TypeFindings, Result):
    """Differences between types of parks."""

    studies: tuple[str, ...]
    """Run IDs of the two ensembles."""
    runs: int
    """Runs of each scenario."""
    seed: int
    """Seed of the runs."""

    def main_table(self) -> Rows:
        """Return every measure of the observed parks, a row each."""
        return (
            {
                "measure": contrast.measure,
                "intergovernmental": contrast.counts[0],
                "enterprise_led": contrast.counts[1],
                "superiority": contrast.superiority,
                "low": contrast.low,
                "high": contrast.high,
                "permutation_share": contrast.deals,
                "verdict": contrast.verdict,
            }
            for contrast in self.contrasts
        )


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return both studies and the draws of their case, the tables of parks and the cases they name."""
    from copark.cases.casebook import casebook_path
    from copark.cases.parks import PARKS, SCORES, load_parks
    from copark.identity import hash_files

    folder = casebook_path()
    return {
        "studies": [context.stored_run_id(study, context.case(study.case)) for study in _studies(params)],
        "cases": {park.case: context.case(park.case).hash for park in load_parks().parks if park.case},
        "parks": hash_files([folder / PARKS, folder / SCORES], folder),
    }


def _studies(params: Params) -> tuple[Study, ...]:
    from copark.simulation.outcomes import YEAR_TWENTY
    from copark.simulation.study import load_study

    # Types are told apart in year twenty of each park, whenever that is.
    changes = {"keep": NEEDED, "runs": params.runs, "seed": params.seed, "quarters": YEAR_TWENTY}
    return tuple(load_study(name).with_changes(**changes) for name in (FACTORIAL, TWINS))


def compute(params: Params, context: Context) -> Answer:
    """Run both studies, and set them beside the observed parks."""
    from copark.cases.parks import load_parks

    studies = _studies(params)
    book = load_parks()
    case = context.case(studies[0].case)
    factorial, twins = (context.simulate(study, case) for study in studies)
    context.stage("analyse")(0, 0)
    cases = {park.case: context.case(park.case) for park in book.parks if park.case}
    findings = find(book, cases, factorial, twins, studies[1])
    return Answer(
        studies=tuple(str(runs.attrs["identity"]) for runs in (factorial, twins)),
        runs=params.runs,
        seed=params.seed,
        **vars(findings),
        **context.result_fields(case.name, factorial),
    )
