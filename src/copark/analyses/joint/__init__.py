"""One posterior over all parks: which mechanisms the evidence moves, and which it cannot.

One posterior over Great Stone, Suzhou with its swap, and every park with shares and a count on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from copark.analyses.contract import AnalysisParams, PowerOfTwo, Result
from copark.analyses.joint.findings import PANELS, Findings, find
from copark.analyses.provenance import current_provenance
from copark.json_types import JsonObject

if TYPE_CHECKING:
    import pandas as pd

    from copark.analyses.context import Context


FEWEST = 1 << 12
"""Panels below which the regressions on a thousand columns learn too little for intervals to hold."""


class Params(AnalysisParams):
    """Parameters of the joint posterior."""

    runs: PowerOfTwo = None
    """Simulated panels, a power of two such as ``2^14``, each with a run of every park; 2^14 by default."""
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    """Seed of the random numbers."""


@dataclass(frozen=True, kw_only=True)
class Answer(Findings, Result):
    """Evidence of all parks together on every mechanism they share."""

    def to_frame(self) -> pd.DataFrame:
        """Return every parameter, a row each."""
        import pandas as pd

        return pd.DataFrame(
            {
                "parameter": parameter.name,
                "group": parameter.group,
                "word": parameter.word,
                "prior_p05": parameter.prior[0],
                "prior_median": parameter.prior[2],
                "prior_p95": parameter.prior[4],
                "p05": parameter.posterior[0],
                "median": parameter.posterior[2],
                "p95": parameter.posterior[4],
                "narrowing": parameter.shrink,
                "overlap": parameter.overlap,
                "r2": parameter.r2,
                "narrowing_error": parameter.shrink_error,
                "overlap_error": parameter.overlap_error,
                "r2_error": parameter.r2_error,
                "other_words": " ".join(parameter.other_words),
                "coverage": parameter.coverage,
                "coverage_differing": parameter.broken,
                "most_influential": parameter.park if parameter.can_be_found else "",
                "shift": parameter.shift if parameter.can_be_found else None,
            }
            for parameter in self.axes
        )


def panels_of(params: Params, context: Context) -> int:
    """Return the number of panels to simulate.

    Raises
    ------
    RunRefused
        If the number cannot be used, or is too small for an inference of thirty parameters.
    """
    from copark.calibration.panels import runs_of
    from copark.errors import RunRefused

    panels = PANELS if params.runs is None else runs_of(params.runs, context.lang)
    if panels < FEWEST:
        raise RunRefused.of("joint.too_few", found=panels, least=FEWEST)
    return panels


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the parks of the panel with what they report, and the number of panels."""
    from copark.analyses.joint.simulated_panels import members
    from copark.identity import hash_content

    parks = {member.name: [hash_content(member.park.content), member.operator] for member in members()}
    return {"parks": parks, "panels": panels_of(params, context)}


def compute(params: Params, context: Context) -> Answer:
    """Simulate panels, learn from them and read the observations by it; an interrupted computation is resumed.

    Raises
    ------
    RunRefused
        Where nothing that takes minutes is computed.
    """
    from copark.errors import RunRefused
    from copark.store.files import lock_of, only_one
    from copark.texts import text

    if not context.may_calibrate:
        raise RunRefused(text("joint.not_here", context.lang))
    folder = context.calibration_folder / "pool"
    with only_one(lock_of(folder / f"joint-{context.run_id}"), lambda: context.stage("waiting")(0, 0)):
        findings = find(
            panels_of(params, context),
            params.seed,
            threads=context.cores,
            folder=folder / "batches",
            progress=context.progress,
        )
    return Answer(**vars(findings), run_id=context.run_id, provenance=current_provenance())
