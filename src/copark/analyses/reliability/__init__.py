"""Reliability of outcome probabilities of parks that were never calibrated, beside what became of them.

The parks of the casebook as if never seen: what the model says of each, and what is on record.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from copark.analyses.contract import AnalysisParams, Result, Rows
from copark.analyses.reliability.findings import ReliabilityFindings, find
from copark.cases.types import Replicates
from copark.extras import need
from copark.json_types import JsonObject
from copark.simulation.outcomes import OUTCOMES

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.calibration.draw_sources import PosteriorSource
    from copark.cases.parks import Outcome, Park


class Params(AnalysisParams):
    """Parameters of the reliability of outcome probabilities."""

    draws: Annotated[int, Field(ge=1, le=512)] = 512
    """Parameter draws of each park."""
    replicates: Annotated[Replicates, Field(ge=1, le=100)] = 4
    """Runs of each draw."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of the random numbers."""
    served: ClassVar[Mapping[str, float]] = {"replicates": 4}


@dataclass(frozen=True, kw_only=True)
class Answer(ReliabilityFindings, Result):
    """Outcome probabilities of parks beside what became of them."""

    def main_table(self) -> Rows:
        """Return a row for each park."""
        return (
            {
                "case": park.case,
                "recorded": park.recorded,
                "judged": park.judged,
                **dict(zip(OUTCOMES, park.shares, strict=True)),
                "corrected": park.corrected,
                "calibrated": park.calibrated,
            }
            for park in self.parks
        )


def depends_on(_params: Params, context: Context) -> JsonObject:
    """Return the parks and their cases, their calibrations, and what is lent where they have none."""
    from copark.calibration.draw_sources import shipped_draws

    return {
        "lent": shipped_draws().identity,
        "parks": {park.id: (outcome, park.case and context.case(park.case).hash) for park, outcome in _recorded()},
        "calibrated": {name: source.content["draws_hash"] for name, source in _calibrations(context).items()},
    }


def _calibrations(context: Context) -> Mapping[str, PosteriorSource]:
    """Return draws of the calibrations that ship, by case."""
    from copark.calibration.case_parameters import parameters_of, shipped_cases

    sources = {name: parameters_of(context.case(name), kind="shipped").posterior for name in shipped_cases()}
    return {name: source for name, source in sources.items() if source is not None}


@cache
def _recorded() -> tuple[tuple[Park, Outcome | None], ...]:
    """Read every park with its outcome; ``None`` where it is not known."""
    from copark.cases.parks import load_parks

    book = load_parks()
    return tuple((park, book.last_periods[park.id].outcome) for park in book.parks)


def compute(params: Params, context: Context) -> Answer:
    """Run every park of the casebook that has a case and an outcome as if it were new; set it beside the record."""
    from copark.analyses.provenance import current_provenance
    from copark.calibration.draw_sources import shipped_draws

    need("statistics", "`copark reliability`")
    outcomes = [(park.case, outcome) for park, outcome in _recorded() if outcome is not None]
    recorded = [outcome for _, outcome in outcomes]
    cases = [(context.case(name), outcome) for name, outcome in outcomes if name is not None]
    findings = find(
        recorded,
        cases,
        _calibrations(context),
        params.draws,
        params.replicates,
        params.seed,
        context.threads or 1,
        context.stage("simulate"),
    )
    provenance = current_provenance(draws_hash=shipped_draws().identity)
    return Answer(run_id=context.run_id, provenance=provenance, **vars(findings))
