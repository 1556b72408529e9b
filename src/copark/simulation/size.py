"""Size of a park: told beside an outcome, and no part of it (decision 0094). Nothing here feeds back.

How large a park is for itself: land that enterprises use, as a share of the land that its governments plan to service,
or of the land that is serviced where nobody plans.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.facts import in_force
from copark.cases.quarters import Quarter
from copark.stats.quantiles import band

READ = ("occupied_area", "serviced_area")
"""Outputs of the model that it is read of."""


@dataclass(frozen=True)
class LandTakenUp:
    """Land that enterprises use in a quarter, as a share of another area: 5, 50 and 95 % of runs."""

    basis: Literal["planned", "serviced"]
    """What it is a share of."""
    low: float
    """5 % of runs."""
    median: float
    """Median of runs; it may pass 1 where a plan was made smaller than what stood."""
    high: float
    """95 % of runs."""


def planned_land(case: Case, quarter: Quarter) -> float | None:
    """Return the area that the governments plan to have serviced in all, ha; ``None`` where nobody plans.

    It is the plan on record, not the area that the company aims for in a run, which follows demand where nobody plans.
    """
    plan = in_force(case.land.plan, quarter)
    return None if plan is None or plan.value <= 0.0 else plan.in_unit("ha")


def land_taken_up(occupied: Floats, serviced: Floats, planned: float | None) -> LandTakenUp | None:
    """Compute the land taken up in a quarter as a share of what is planned, or serviced where nobody plans.

    Parameters
    ----------
    occupied
        Land that enterprises use, ha, by run; NaN where a run did not finish.
    serviced
        Serviced land, ha, by run.
    planned
        Area that the governments plan to have serviced in all, ha; ``None`` where nobody plans.

    Returns
    -------
    LandTakenUp or None
        ``None`` where no run has any land to take up.
    """
    land = serviced if planned is None else np.full_like(occupied, planned)
    has_land = np.isfinite(occupied) & (land > 0.0)
    if not has_land.any():
        return None
    # Land that is given back leaves a rounding below 0.
    low, median, high = band(np.maximum(occupied[has_land], 0.0) / land[has_land])
    return LandTakenUp("serviced" if planned is None else "planned", float(low), float(median), float(high))
