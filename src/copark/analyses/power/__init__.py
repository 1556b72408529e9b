"""Voting power: how often a vote turns on each voter.

Voting power from weights and a quota, counted exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from copark.analyses import case_table as options
from copark.analyses.case_table import Names, TableResult, origin
from copark.analyses.contract import AnalysisParams, Option, Rows
from copark.setmethods.table import SettingFaults
from copark.setmethods.voting_power import Power, power, power_faults

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.errors import Fault


class Params(AnalysisParams):
    """Parameters of voting power: decimal numbers as texts, so that they are exact."""

    weights: Annotated[Names, Option("--weights")]
    """Weights of the voters, decimal numbers as texts."""
    quota: Annotated[str, Option("--quota")]
    """Least weight that wins, a decimal number as a text."""
    voters: Names = ()
    """Names of the voters; by default their numbers."""


@dataclass(frozen=True, kw_only=True)
class Answer(TableResult):
    """Names of the voters and the power of each."""

    voters: tuple[str, ...]
    """Names of the voters, in the order of the weights."""
    power: Power
    """The power of each, in the same order."""

    def main_table(self) -> Rows:
        """Return a row for each voter."""
        indices = self.power
        return {
            "voter": list(self.voters),
            "weight": list(indices.weights),
            "shapley_shubik": [float(value) for value in indices.shapley_shubik],
            "banzhaf_normalized": [float(value) for value in indices.banzhaf_normalized],
            "banzhaf_raw": list(indices.banzhaf_raw),
        }


def compute(params: Params, context: Context) -> Answer:
    """Count coalitions.

    Raises
    ------
    SettingFaults
        With every fault of what was given.
    """
    faults: list[Fault] = []
    weights = options.fractions("--weights", params.weights, faults)
    quota = options.fractions("--quota", (params.quota,), faults)
    voters = params.voters or tuple(str(position + 1) for position in range(len(params.weights)))
    if not faults:
        faults += power_faults(weights, quota[0], voters)
    if faults:
        raise SettingFaults(faults)
    return Answer(voters=voters, power=power(weights, quota[0]), **origin(params, context))
