"""Parks pooled: what they tell of the parameters they share, and every method's forecasts of every park."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import BeforeValidator, Field

from copark.analyses.case_table import Names
from copark.analyses.contract import AnalysisParams, Result
from copark.inference.panel_findings import Findings, find
from copark.inference.panels import one_at_a_time, runs_of, shares
from copark.texts import text

if TYPE_CHECKING:
    import pandas as pd

    from copark.analyses.context import Context
    from copark.inference.pool.panel import Settings
    from copark.inference.pool.parks import Park

OUT = Path("out")
"""Where panels are kept if no folder is given."""


class Params(AnalysisParams):
    """What may be asked of parks pooled.

    Parameters
    ----------
    cases
        Names of cases; by default all of the casebook.
    runs, seed
        Runs of each park, a power of two, also written ``2^13``; seed of design, luck and errors.
    """

    cases: Names = ()
    runs: Annotated[str | None, BeforeValidator(lambda given: None if given is None else str(given)[:20])] = None
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1


@dataclass(frozen=True, kw_only=True)
class Answer(Findings, Result):
    """What parks teach of each other."""

    def to_frame(self) -> pd.DataFrame:
        """Every pooled parameter, a row each: median and 90 % of one park alone, of the mean of all, of a new park."""
        import pandas as pd

        rows = []
        for one in (axis.movement for axis in self.axes):
            row: dict[str, object] = {"parameter": one.name, "group": one.group, "gained": one.gained}
            for key, told in (("alone", one.alone), ("mean", one.mean), ("new", one.new)):
                row |= {f"{key}_median": told.values[2], f"{key}_p05": told.values[0], f"{key}_p95": told.values[4],
                        f"{key}_verdict": told.verdict}  # fmt: skip
            rows.append(row)
        return pd.DataFrame(rows)


def run_id(params: Params, context: Context) -> str:
    """Identity of the panel: parks, model, settings and the code of pooling."""
    from copark.inference.pool.panel import panel_identity

    return panel_identity(*asked_of(params, context))


def asked_of(params: Params, context: Context) -> tuple[tuple[Park, ...], Settings]:
    """The parks and the settings of their panel.

    Raises
    ------
    copark.errors.CoparkError
        If a case is missing or has faults, or the number of runs cannot be used.
    """
    from copark.inference.pool.panel import Settings
    from copark.inference.pool.parks import parks_of

    settings = Settings(runs_of(params.runs, context.lang), params.seed)
    return parks_of(params.cases, context.lang), settings


def compute(params: Params, context: Context) -> Answer:
    """Learn the panel, let every method forecast every park, simulate panels; each step is kept, and found again.

    Raises
    ------
    RunRefused
        Where no panel is to be made: it takes hours.
    """
    from copark.errors import RunRefused
    from copark.inference.pool import coverage
    from copark.inference.pool.panel import learn
    from copark.inference.pool.race import score_panel
    from copark.model.compiler import model_hash
    from copark.simulation.ensemble import default_threads
    from copark.version import __version__

    if not context.calibrates:
        raise RunRefused(text("pool.not_here", context.lang))
    parks, settings = asked_of(params, context)
    folder, threads = (context.out or OUT) / "pool", context.threads or default_threads()
    learning, racing, testing, drawing = shares(context.stage("pool"), (25, 50, 20, 5))
    with one_at_a_time(parks, settings, folder, context.stage("waiting")):
        panel = learn(parks, settings, threads=threads, folder=folder, progress=learning)
        scores = score_panel(panel, threads=threads, folder=folder, progress=racing)
        examined = coverage.examine(panel, threads=threads, folder=folder, progress=testing)
    found = find(panel, scores, examined, threads, drawing)
    created = datetime.now(UTC).isoformat("T", "seconds")
    made = {"model_hash": model_hash(), "code_version": __version__, "created": created}
    return Answer(run_id=context.run_id, provenance=made, **vars(found))
