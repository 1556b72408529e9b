"""Warming up: everything the first question would otherwise wait for."""

from __future__ import annotations

from copark.workflows.serving.answers import SimulationAnswer
from copark.workflows.serving.asking import Parts, SimulationRequest, study_of
from copark.workflows.serving.engine import Engine, Ticket
from copark.workflows.serving.flows import FlowBook
from copark.workflows.serving.simulation import answer

FIRST = "great-stone"


def warm_up(engine: Engine, book: FlowBook) -> SimulationAnswer:
    """Load the first case and its posterior, compile or load the kernel, and run the baseline."""
    shelved = engine.shelf.get(FIRST)
    asked = SimulationRequest(case=FIRST)
    study = study_of(asked, shelved)
    return answer(engine, book, study, shelved, asked.outputs, Parts(flows=True), Ticket())
