"""Sizes that somebody planned for a park, as ``series.csv`` has them. They are no input of a run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from copark.cases.case import Case
from copark.cases.table_schemas import Observation
from copark.cases.types import Grade

TARGETS: Mapping[str, tuple[str, ...]] = {
    "operating": ("target_operating",),
    "jobs": ("planned_jobs", "target_jobs"),
}
"""Variables of ``series.csv`` that say what was planned of an output of the model, what is planned in all first."""
GRADES = get_args(Grade)


def plan_target(case: Case, output: str) -> Observation | None:
    """Choose what was planned of an output: what is graded best, and of that the latest.

    A figure that is only remembered (``background``) is none; plans in all stand before targets for a date.

    Parameters
    ----------
    case
        The park.
    output
        Name of the output, ``operating`` or ``jobs``.

    Returns
    -------
    Observation or None
        ``None`` where no plan is on record.
    """
    for variable in TARGETS.get(output, ()):
        plans = [plan for plan in case.observed(variable) if plan.grade != "background" and plan.value > 0.0]
        if plans:
            return min(reversed(plans), key=lambda plan: GRADES.index(plan.grade))
    return None
