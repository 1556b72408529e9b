"""The coupling coordination degree (耦合协调度) of any table, with what it takes to trust it.

``indicators`` turns columns into scores and weighs them; ``degree`` gives C, T, D and grades, and warns of what is
known to go wrong; ``record`` asks what indicators without a common course would give and how far the grade moves with
weights and ranges nobody knows, and finds the formula behind degrees that someone else computed.
"""

from copark.setmethods.coupling_degree.degree import Coupled, CouplingRequest, couple, warnings_of
from copark.setmethods.coupling_degree.indicators import Indicator, Subsystem
from copark.setmethods.coupling_degree.record import Null, WeightEnsemble, ensemble, null

__all__ = [
    "Coupled",
    "CouplingRequest",
    "Indicator",
    "Null",
    "Subsystem",
    "WeightEnsemble",
    "couple",
    "ensemble",
    "null",
    "warnings_of",
]
