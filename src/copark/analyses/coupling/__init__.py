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
from copark.json_types import JsonObject
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
    """Parameters of coupling coordination degrees."""

    subsystems: Annotated[str, Option("--subsystems")]
    """Columns ``A,B,C``, or groups of columns ``economy=gdp,jobs;ecology=forest,-waste``, where less of a column with a
    minus is better."""
    weights: str = "equal"
    """Weights of the subsystems: equal, entropy, or numbers that sum to 1."""
    indicator_weights: Literal["equal", "entropy"] = "equal"
    """Weights of the indicators within a subsystem: equal or entropy."""
    formula: Literal["standard", "wang2021"] = "standard"
    """Form of the coupling degree shown first: standard or wang2021; both are computed."""
    grades: Literal["left", "right"] = "left"
    """Which end of a grade belongs to it: left for [0.4, 0.5), right for (0.4, 0.5]."""
    scale: Literal["auto", "minmax", "none"] = "auto"
    """How columns without a range are scored: minmax over the table, none as they are, auto as they are where they lie
    in [0, 1]."""
    ranges: Annotated[Pairs, Option("--ranges", repeated=True)] = ()
    """Ranges of columns, such as ``gdp=0,100``."""
    permutations: int = 0
    """Permutations of the test; 0 for no test."""
    ensemble: int = 0
    """Draws of weights and ranges; 0 for none."""
    seed: Annotated[int, Field(ge=0, le=2**63 - 1)] = 1
    """Seed of permutations and draws."""
    served: ClassVar[Mapping[str, float]] = {"permutations": 10_000, "ensemble": 10_000}


@dataclass(frozen=True, kw_only=True)
class Answer(TableResult):
    """Degrees of every case, what the nulls and the draws gave, and what a reader must know."""

    found: Coupled
    """Scores and degrees of every case."""
    null: Null | None
    """The degrees beside those of shuffled cases; ``None`` where no permutations were asked for."""
    ensemble: WeightEnsemble | None
    """What draws of weights and ranges gave; ``None`` where none were asked for."""
    warnings: tuple[Warned, ...]
    """What a reader must know."""

    def to_frame(self) -> pd.DataFrame:
        """Tabulate scores of the subsystems, T, C, D and grades in both forms, a row for each case."""
        coupled = self.found
        scores = {
            subsystem.name: coupled.scores[:, position] for position, subsystem in enumerate(coupled.request.subsystems)
        }
        frame = pd.DataFrame({"case": coupled.table.cases, **scores, "T": coupled.development})
        for name, form in coupled.forms.items():
            frame[f"C_{name}"] = form.coupling
            frame[f"D_{name}"] = form.coordination
            frame[f"grade_{name}"] = form.grades
        return frame


def asked_of(params: Params) -> tuple[CouplingRequest, CaseTable]:
    """Read the request, and the table it is made of.

    Raises
    ------
    copark.errors.FaultsFound
        With every fault of the settings and the table.
    """
    faults: list[Fault] = []
    weights: Any = params.weights
    if weights not in ("equal", "entropy"):
        weights = options.numbers("--weights", weights, faults)
    request = CouplingRequest(
        options.subsystems(params.subsystems, faults),
        weights,
        params.indicator_weights,
        params.formula,
        params.grades,
        params.scale,
        options.ranges(params.ranges, faults),
    )
    faults += request_faults(request)
    columns = dict.fromkeys(indicator.column for indicator in request.indicators)
    table = read_table(params, tuple(columns), faults)
    for flag, draws in (("--permutations", params.permutations), ("--ensemble", params.ensemble)):
        faults += draws_faults(flag, draws, len(table))
    if faults:
        raise SettingFaults(faults)
    return request, table


def depends_on(params: Params, _context: Context) -> JsonObject:
    """Return the content of the table."""
    return {"table": asked_of(params)[1].digest}


def compute(params: Params, context: Context) -> Answer:
    """Compute degrees, set them against the nulls, and draw weights and ranges."""
    request, table = asked_of(params)
    coupled = couple(table, request)
    progress = context.stage("analyse")
    null = chance.null(coupled, params.permutations, params.seed, progress) if params.permutations else None
    ensemble = chance.ensemble(coupled, params.ensemble, params.seed) if params.ensemble else None
    warnings = warnings_of(coupled, params.seed, null=null, ensemble=ensemble)
    return Answer(found=coupled, null=null, ensemble=ensemble, warnings=warnings, **origin(params, context, table))
