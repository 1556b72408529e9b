"""Flows along the links in the first runs of arms, held in memory: 100 kB a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from copark.simulation.ensemble import Ensemble
from copark.simulation.flows import Flows
from copark.simulation.study import Scenario, Study
from copark.workflows.serving.memory import BoundedCache

if TYPE_CHECKING:
    from copark.workflows.serving.engine import Engine, Ticket
    from copark.workflows.serving.shelf import Shelved

FLOW_RUNS = 200
"""Runs whose links are looked at."""
FLOWS_HELD = 96_000_000


class FlowBook:
    """Flows of arms, held like their runs.

    Parameters
    ----------
    engine
        The engine whose cases and draws they share.
    held
        Bytes of flows that are held.
    """

    def __init__(self, engine: Engine, held: int = FLOWS_HELD) -> None:
        self.engine = engine
        self.held: BoundedCache[Flows] = BoundedCache(held)

    def flows(self, study: Study, shelved: Shelved, scenario: Scenario, ticket: Ticket) -> Flows:
        """Flows of the first runs of a scenario."""
        runs = min(FLOW_RUNS, study.runs)
        key = (self.engine.arm_key(study, shelved, scenario), runs)

        def make() -> Flows:
            inputs = self.engine.inputs(study, shelved, scenario)
            draws = self.engine.draws(study, shelved, scenario, 0, runs)
            (made,) = Ensemble(inputs, draws, (), progress=ticket.check).flows()
            return made

        return self.held.once(key, make, lambda made: made.arrived.nbytes, ticket.check)
