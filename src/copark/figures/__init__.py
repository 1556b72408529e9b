"""Figures of results and cases. Each function gives a matplotlib Figure and saves nothing.

``fan(result, "registered", case)`` and its like draw from an ensemble; ``network(case)``, ``timeline(case)`` and
``equity(case)`` from a case alone. Colours and type are in :mod:`~copark.presentation.style`, saving in
:mod:`~copark.presentation.figures`. Each is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from copark.figures.actors import network, timeline
    from copark.figures.ledgers import equity, fan, ledger_land, ledger_money
    from copark.figures.readouts import coordination, outcome_bars
    from copark.figures.readouts import phase_bars as phases
    from copark.presentation.figures import save

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

_HOMES = {
    "coordination": "copark.figures.readouts",
    "equity": "copark.figures.ledgers",
    "fan": "copark.figures.ledgers",
    "ledger_land": "copark.figures.ledgers",
    "ledger_money": "copark.figures.ledgers",
    "network": "copark.figures.actors",
    "outcome_bars": "copark.figures.readouts",
    "phases": "copark.figures.readouts",
    "save": "copark.presentation.figures",
    "timeline": "copark.figures.actors",
}
"""Module of each figure; ``phases`` is the public name of ``phase_bars``."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), "phase_bars" if name == "phases" else name)


def __dir__() -> list[str]:
    return sorted(__all__)
