"""The coupling coordination degree (耦合协调度) of any table, with what it takes to trust it.

The formulas are those of :mod:`copark.analysis.coordination`. Here ``indicators`` turns columns into scores,
``weights`` weighs them, ``degree`` gives C, T, D and grades, ``null`` asks what indicators without a common course
would give, ``ensemble`` how far the grade moves with weights and ranges nobody knows, ``misuse`` warns of what is known
to go wrong and ``reported`` finds the formula behind degrees that someone else computed.
"""

from copark.analysis.coupling_degree.degree import Coupled, Request, couple
from copark.analysis.coupling_degree.ensemble import Ensemble, ensemble
from copark.analysis.coupling_degree.indicators import Indicator, Subsystem
from copark.analysis.coupling_degree.misuse import warnings_of
from copark.analysis.coupling_degree.null import Null, null
from copark.analysis.coupling_degree.record import record

__all__ = [
    "Coupled",
    "Ensemble",
    "Indicator",
    "Null",
    "Request",
    "Subsystem",
    "couple",
    "ensemble",
    "null",
    "record",
    "warnings_of",
]
