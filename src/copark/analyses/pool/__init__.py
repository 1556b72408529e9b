"""Parks calibrated together: which parameters the panel informs, and who forecasts best.

Parks pooled: what they share, and how far each borrows from the others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from copark.analyses.case_table import Names
from copark.analyses.contract import AnalysisParams, Local, PowerOfTwo, Remakeable, Rows, by_difference
from copark.analyses.provenance import current_provenance
from copark.calibration.panels import PanelFindings, find, runs_of
from copark.json_types import JsonObject
from copark.progress import shares
from copark.texts import text

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.calibration.pool.panel import Panel, PanelTask


COLUMNS = ("kind", "values", "reach", "directions", "shrinkage_size", "shrinkage_rest", "lent")


class Params(AnalysisParams):
    """Parameters of parks pooled."""

    cases: Names = ()
    """Names of the parks; by default all of the casebook."""
    runs: PowerOfTwo = None
    """Runs of each park, a power of two such as ``2^13``; 2^13 by default."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of the random numbers."""
    check: Annotated[bool, Local()] = False
    """Whether to make the shipped panel again and compare."""


@dataclass(frozen=True, kw_only=True)
class Answer(Remakeable):
    """Findings of the pooled parks, or the comparison of the shipped panel with one made again."""

    parks: int
    """How many."""
    pooled: PanelFindings | None = None
    """``None`` where the shipped panel was made again."""

    def main_table(self) -> Rows:
        """Return every park, a row each."""
        parks = () if self.pooled is None else self.pooled.parks
        return [{"park": park.name, **{name: getattr(park, name) for name in COLUMNS}} for park in parks]


def asked_of(params: Params, context: Context) -> PanelTask:
    """Return the panel; the shipped one, where it is to be made again.

    Raises
    ------
    copark.errors.CoparkError
        If a case is missing or has faults, the number of runs cannot be used, or no panel ships.
    """
    from copark.calibration.draw_sources import shipped_draws
    from copark.calibration.pool.panel import PanelSettings
    from copark.calibration.pool.parks import parks_of

    if params.check:
        recipe = shipped_draws().recipe
        return context.panel(parks_of(tuple(recipe["parks"]), context.lang), PanelSettings(**recipe["settings"]))
    settings = PanelSettings(runs_of(params.runs, context.lang), params.seed)
    return context.panel(parks_of(params.cases, context.lang), settings)


def depends_on(params: Params, context: Context) -> JsonObject:
    """Return the panel: parks and what they report."""
    return {"panel": asked_of(params, context).identity}


def anew(params: Params, _context: Context) -> bool:
    """Return whether to work although an answer is stored."""
    return params.check


def compute(params: Params, context: Context) -> Answer:
    """Learn the panel, or compare it with the shipped one.

    Each step is kept, and found again.

    Raises
    ------
    RunRefused
        Where no panel is to be made: it takes hours.
    """
    from copark.calibration.pool.panel import learn
    from copark.errors import RunRefused

    if not context.may_calibrate:
        raise RunRefused(text("pool.not_here", context.lang))
    task = asked_of(params, context)
    learning, drawing = shares(context.stage("pool"), (100, 0) if params.check else (90, 10))
    with task.alone(context.stage("waiting")):
        panel = learn(task, learning)
    if params.check:
        outcome = _compared(panel)
    else:
        outcome = {"pooled": find(panel, drawing)}
    return Answer(run_id=context.run_id, provenance=current_provenance(), parks=len(task.parks), **outcome)


def _compared(panel: Panel) -> dict[str, Any]:
    """Compare the shipped panel with one made again by its recipe."""
    from copark.calibration.draw_sources import CLOSE, is_current, largest_difference, shipped_draws
    from copark.calibration.pool.panel import thinned

    shipped = shipped_draws()
    stale = not is_current(shipped, panel.task.recipe)
    return {"again": by_difference(largest_difference(thinned(panel), shipped), CLOSE), "stale": stale}
