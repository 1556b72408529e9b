"""The coupling coordination degree (耦合协调度) of a table of cases, beside what chance and judgement make of it.

Coupling coordination degrees of a table of cases.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

import pandas as pd
from pydantic import Field

from copark.analyses import case_table as options
from copark.analyses.case_table import Pairs, TableParams, TableResult, origin, read_table
from copark.analyses.contract import Option
from copark.setmethods import coupling_chance as chance
from copark.setmethods.coupling_chance import Null, WeightEnsemble, draws_faults
from copark.setmethods.coupling_degree import Coupled, CouplingRequest, couple, request_faults
from copark.setmethods.coupling_warnings import warnings_of
from copark.setmethods.table import SettingFaults, Warned

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.errors import Fault
    from copark.setmethods.table import CaseTable


class Params(TableParams):
    """What may be asked."""

    subsystems: Annotated[str, Option("--subsystems")]
    weights: str = "equal"
    indicator_weights: Literal["equal", "entropy"] = "equal"
    formula: Literal["standard", "wang2021"] = "standard"
    grades: Literal["left", "right"] = "left"
    scale: Literal["auto", "minmax", "none"] = "auto"
    ranges: Annotated[Pairs, Option("--ranges", repeated=True)] = ()
    permutations: int = 0
    ensemble: int = 0
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    served: ClassVar[Mapping[str, float]] = {"permutations": 10_000, "ensemble": 10_000}


@dataclass(frozen=True, kw_only=True)
class Answer(TableResult):
    """Degrees of every case, what the nulls and the draws gave, and what a reader must know."""

    found: Coupled
    null: Null | None
    ensemble: WeightEnsemble | None
    warnings: tuple[Warned, ...]

    def to_frame(self) -> pd.DataFrame:
        """A row for each case: scores of the subsystems, T, C, D and grades in both forms."""
        found = self.found
        scores = {one.name: found.scores[:, at] for at, one in enumerate(found.request.subsystems)}
        frame = pd.DataFrame({"case": found.table.cases, **scores, "T": found.development})
        for name, form in found.forms.items():
            frame[f"C_{name}"], frame[f"D_{name}"] = form.coupling, form.coordination
            frame[f"grade_{name}"] = form.grades
        return frame


def asked_of(params: Params) -> tuple[CouplingRequest, CaseTable]:
    """What is asked, and of which table.

    Raises copark.errors.FaultsFound with every fault of the settings and the table.
    """
    faults: list[Fault] = []
    weights: Any = params.weights
    if weights not in ("equal", "entropy"):
        weights = options.numbers("--weights", weights, faults)
    request = CouplingRequest(
        options.subsystems(params.subsystems, faults), weights, params.indicator_weights, params.formula, params.grades,
        params.scale, options.ranges(params.ranges, faults),
    )  # fmt: skip
    faults += request_faults(request)
    columns = dict.fromkeys(one.column for one in request.indicators)
    table = read_table(params, tuple(columns), faults)
    for flag, draws in (("--permutations", params.permutations), ("--ensemble", params.ensemble)):
        faults += draws_faults(flag, draws, len(table))
    if faults:
        raise SettingFaults(faults)
    return request, table


def depends_on(params: Params, _context: Context) -> dict[str, Any]:
    """The content of the table."""
    return {"table": asked_of(params)[1].digest}


def compute(params: Params, context: Context) -> Answer:
    """Compute degrees, set them against the nulls, and draw weights and ranges."""
    request, table = asked_of(params)
    found = couple(table, request)
    tell = context.stage("analyse")
    null = chance.null(found, params.permutations, params.seed, tell) if params.permutations else None
    drawn = chance.ensemble(found, params.ensemble, params.seed) if params.ensemble else None
    warnings = warnings_of(found, params.seed, null=null, ensemble=drawn)
    return Answer(found=found, null=null, ensemble=drawn, warnings=warnings, **origin(params, context, table))
