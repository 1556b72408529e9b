"""Necessary conditions of an outcome in a table of cases: ceilings, effect sizes, bottlenecks.

Necessary condition analysis of a table of cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

from pydantic import Field

from copark.analyses import case_table as options
from copark.analyses.case_table import Names, TableParams, TableResult, origin, read_table
from copark.analyses.contract import Option, Rows
from copark.cases.types import renamed
from copark.json_types import JsonObject
from copark.setmethods.nca import KINDS, NcaRequest, Necessities, analyse, request_faults, warnings_of
from copark.setmethods.table import Warned

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.errors import Fault
    from copark.setmethods.table import CaseTable


class Params(TableParams):
    """Parameters of a necessary condition analysis."""

    conditions: Annotated[Names, renamed("conditions", "x"), Option("--conditions")]
    """Columns of the conditions."""
    outcome: Annotated[str, renamed("outcome", "y"), Option("--outcome")]
    """Column of the outcome."""
    corner: Annotated[int, Field(ge=1, le=4)] = 1
    """Which corner is expected to be empty: 1 upper left, 2 upper right, 3 lower left, 4 lower right."""
    scope: str | None = None
    """Theoretical limits ``xmin,xmax,ymin,ymax``; by default those observed."""
    permutations: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    """Permutations of the test; 0 for no test."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of the permutations."""
    served: ClassVar[Mapping[str, float]] = {"permutations": 10_000}


@dataclass(frozen=True, kw_only=True)
class Answer(TableResult):
    """Ceilings of every condition, and what a reader must know of them."""

    found: Necessities
    """Ceilings of every condition, with the table they are of."""
    warnings: tuple[Warned, ...]
    """What a reader must know."""

    def main_table(self) -> Rows:
        """Return a row for each condition and ceiling."""
        return (
            {
                "condition": necessity.condition,
                "ceiling": kind,
                "effect": necessity.ceilings[kind].effect,
                "p": necessity.ceilings[kind].p,
                "slope": necessity.ceilings[kind].slope,
                "intercept": necessity.ceilings[kind].intercept,
                "above": necessity.ceilings[kind].above,
                "accuracy": necessity.ceilings[kind].accuracy,
            }
            for necessity in self.found.found
            for kind in KINDS
        )


def asked_of(params: Params) -> tuple[NcaRequest, CaseTable]:
    """Read the request, and the table it is made of.

    Raises
    ------
    copark.errors.FaultsFound
        With every fault of the settings and the table.
    """
    faults: list[Fault] = []
    scope = options.scope(params.scope, faults)
    request = NcaRequest(params.outcome, params.conditions, params.corner, scope, params.permutations, params.seed)
    faults += request_faults(request)
    return request, read_table(params, tuple(dict.fromkeys((*params.conditions, params.outcome))), faults)


def depends_on(params: Params, _context: Context) -> JsonObject:
    """Return the content of the table."""
    return {"table": asked_of(params)[1].digest}


def compute(params: Params, context: Context) -> Answer:
    """Look for the empty corner of each condition."""
    request, table = asked_of(params)
    necessities = analyse(table, request, context.stage("analyse"))
    return Answer(found=necessities, warnings=warnings_of(necessities), **origin(params, context, table))
