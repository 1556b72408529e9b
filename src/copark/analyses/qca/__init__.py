"""Qualitative comparative analysis of a table of cases: sufficient paths, necessary conditions, what survives.

Qualitative comparative analysis of a table of cases.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from copark.analyses import case_table as options
from copark.analyses.case_table import Names, Pairs, TableParams, TableResult, origin, read_table
from copark.analyses.contract import Option, Rows
from copark.json_types import JsonObject
from copark.setmethods.qca import (
    CalibrationRecipe,
    Kind,
    QcaAnalysis,
    QcaSettings,
    Robustness,
    analyse,
    models_of,
    robustness,
    setting_faults,
)
from copark.setmethods.qca_sets import FULL, Model, calibrated, fit_of_terms, model_name
from copark.setmethods.table import fault

if TYPE_CHECKING:
    from copark.analyses.context import Context
    from copark.errors import Fault


class Params(TableParams):
    """Parameters of a qualitative comparative analysis."""

    outcome: Annotated[str, Option("--outcome")]
    """Column of the outcome; ``~Y`` for its absence."""
    conditions: Annotated[Names, Option("--conditions")]
    """Columns of the conditions."""
    negate: bool = False
    """Whether to explain the absence of the outcome; expectations must then be turned, too."""
    incl_cut: float = 0.8
    """Least consistency of a row coded 1, 0 to 1."""
    pri_cut: float = 0.0
    """Least PRI of a row coded 1, 0 to 1; 0 for no test."""
    n_cut: int = 1
    """Least number of cases of a row that counts as observed."""
    dir_exp: Names = ()
    """Directional expectations, one a condition: 1 present, 0 absent, ``-`` none; empty for none at all."""
    calibrate: Annotated[Pairs, Option("--calibrate", repeated=True)] = ()
    """Anchors of raw columns, ``A=exclusion,crossover,inclusion`` or one threshold."""
    idm: float = FULL
    """Membership at the anchor of inclusion, above 0.5 and below 1."""
    alternative: Annotated[Pairs, Option("--alternative", repeated=True)] = ()
    """Other columns of scores for the test of robustness, ``A=A_other``."""
    robust: bool = False
    """Whether to repeat it with other anchors, cutoffs and scores, and without each case."""


@dataclass(frozen=True, kw_only=True)
class Answer(TableResult):
    """Truth table, solutions and necessity, and what survives where that was asked."""

    found: QcaAnalysis
    """Truth table, solutions and necessity."""
    robust: Robustness | None
    """What survives other choices; ``None`` where that was not asked."""
    full: float
    """Membership at the anchor of inclusion."""

    @property
    def main(self) -> Kind:
        """The solution put forward: intermediate where anything was expected, else parsimonious."""
        return (
            "intermediate"
            if any(expectation is not None for expectation in self.found.settings.expected)
            else "parsimonious"
        )

    @property
    def models(self) -> dict[Kind, tuple[Model, ...]]:
        """All tied models by kind of solution, each once."""
        return models_of(self.found.solutions)

    def main_table(self) -> Rows:
        """Return a row for each model of each kind of solution."""
        rows = []
        for kind, models in self.models.items():
            for number, model in enumerate(models, start=1):
                whole = fit_of_terms(model, self.found.members, self.found.outcome)[1]
                rows.append(
                    {
                        "solution": kind,
                        "model": number,
                        "expression": model_name(model, self.found.settings.conditions),
                        "consistency": whole.inclusion,
                        "pri": whole.pri,
                        "coverage": whole.coverage,
                    }
                )
        return rows


def asked_of(params: Params) -> tuple[QcaSettings, CalibrationRecipe]:
    """Read the settings, and how the sets come from which raw columns.

    Raises
    ------
    copark.errors.FaultsFound
        With every fault of the settings and the table.
    """
    faults: list[Fault] = []
    settings = QcaSettings(
        params.outcome.removeprefix("~"),
        params.conditions,
        params.negate != params.outcome.startswith("~"),
        params.incl_cut,
        params.pri_cut,
        params.n_cut,
        options.expectations(params.dir_exp, faults),
    )
    faults += setting_faults(settings)
    full = params.idm
    if not 0.5 < full < 1.0:
        faults.append(fault("idm", "--idm", found=str(full)))
        full = FULL
    used = (settings.outcome, *settings.conditions)
    recipes = options.calibrations(params.calibrate, faults, used, full)
    other_scores = options.alternatives(params.alternative, faults, used)
    columns = tuple(dict.fromkeys((*used, *(column for names in other_scores.values() for column in names))))
    reading = {"memberships": [name for name in columns if name not in recipes], "optional": set(columns) - set(used)}
    return settings, CalibrationRecipe(read_table(params, columns, faults, **reading), recipes, other_scores)


def depends_on(params: Params, _context: Context) -> JsonObject:
    """Return the content of the table."""
    return {"table": asked_of(params)[1].table.digest}


def compute(params: Params, context: Context) -> Answer:
    """Minimise the truth table, and where it is asked again under other choices."""
    settings, recipe = asked_of(params)
    progress = context.stage("analyse")
    progress(0, 0)
    analysis = analyse(calibrated(recipe.table, recipe.calibrations), settings)
    robust = robustness(analysis, recipe, progress) if params.robust else None
    return Answer(found=analysis, robust=robust, full=params.idm, **origin(params, context, recipe.table))
