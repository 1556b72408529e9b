"""Figures of results and cases. Each function gives a matplotlib Figure and saves nothing.

``fan(result, "registered", case)`` and its like draw from an ensemble; ``network(case)``, ``timeline(case)`` and
``equity(case)`` from a case alone. Colours and type are in :mod:`~copark.presentation.style`, saving in
:mod:`~copark.presentation.figures`.
"""

from copark.figures.actors import network, timeline
from copark.figures.ledgers import equity, fan, ledger_land, ledger_money
from copark.figures.readouts import coordination, outcome_bars, phase_bars
from copark.presentation.figures import save

phases = phase_bars

__all__ = [
    "coordination",
    "equity",
    "fan",
    "ledger_land",
    "ledger_money",
    "network",
    "outcome_bars",
    "phases",
    "save",
    "timeline",
]
