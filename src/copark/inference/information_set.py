"""What was known at a cut: dated facts after it taken away, so that a forecast from then knows what a forecaster knew.

A forecast that is given later decrees, entries, anchor projects, shocks and growth is *conditional* on them: it tests
the mechanisms. One that is not is *blind*: it is what could have been said. The two are scored side by side.
"""

from __future__ import annotations

import numpy as np

from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.cases.world import years_on_record
from copark.model.arrays import Inputs
from copark.model.enterprises.records import FREE_TO_DECIDE
from copark.model.variables import catalogue
from copark.model.world.equations import FREE, NO_PARTNER

PULSES = {"governments": ("visit",), "company": ("other_investment",), "enterprises": ("certificates",)}
"""What happens in one quarter and holds no longer."""
RUNS_DOWN = {"company": ("repayment_quarters",)}
"""What was agreed before and runs on."""


def blind(inputs: Inputs, case: Case, cut: Quarter) -> Inputs:
    """Give inputs without what happened after a cut; up to it they stay as they are.

    Law, shares, plans, ties and terms stay as they were at the cut. Shocks that began before it end when they did.
    Growth is drawn from the years before, partners come and go by the model, anchor projects known by then build and
    open as any enterprise does.
    """
    at = cut - case.clock.start
    found = Inputs(*(np.array(part, copy=True).view(type(part)) for part in inputs))
    for room in ("governments", "company", "enterprises"):
        rows = getattr(found, room)
        for name in rows.dtype.names:
            if name in RUNS_DOWN.get(room, ()):
                continue
            rows[name][at + 1 :] = 0.0 if name in PULSES[room] else rows[name][at]
    forget_world(found, case, cut)
    forget_projects(found, at)
    return found._replace(history=found.history[: years_known(case, cut)])


def forget_world(inputs: Inputs, case: Case, cut: Quarter) -> None:
    """Take away growth, shocks begun and partners forced after a cut."""
    at = cut - case.clock.start
    world = inputs.world
    world["growth_known"][at + 1 :] = 0.0
    for name in {shock.key for shock in case.shocks if shock.since > cut}:
        world[f"exposure_{name}"][at + 1 :] = 0.0
    forced = world["partner_forced"]
    forced[at + 1 :] = np.where(forced[at] == NO_PARTNER, NO_PARTNER, FREE)


def forget_projects(inputs: Inputs, at: int) -> None:
    """Take away anchor projects registered after a quarter, and the later dates of those registered before."""
    anchors = inputs.anchors
    opened = anchors["start_quarter"] + anchors["build_quarters"] - 1
    free_build = anchors["start_quarter"] > at
    anchors["build_quarters"][free_build | (opened > at)] = catalogue().parameters["build_quarters"].default[0]
    anchors["start_quarter"][free_build] = FREE_TO_DECIDE
    anchors["quarter"][anchors["quarter"] > at] = -1


def years_known(case: Case, cut: Quarter) -> int:
    """Years of growth on record by the end of a cut's year: the first rows of the history to draw from."""
    return max(sum(year <= cut.year for year in years_on_record(case)), 1)
