"""A park forecast by what other parks teach of it, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analyses.contract import Said
from copark.analyses.forecast.ask import Borrowed, Held, Rate, Taken
from copark.inference.pool.forecast_comparison import ALONE, GROWTH, LEFT_OUT, POOLED, contest
from copark.inference.pool.outlook import freeze_outlook
from copark.inference.pool.panel import Panel
from copark.inference.pool.prior_posterior_shift import AxisMovement, panel_movements, values_at
from copark.inference.validate import BORROWED

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.inference.panels import Looked

REACH = 1.645
"""Standard deviations on either side that hold 90 %."""
COUNTED = ("", "registered", "operating", "jobs")


def forecast_pooled(case: Case, until: Quarter, looked: Looked, day: str) -> dict[str, Any]:
    """Fields of the answer: bands, the pooled growth curve, and what all this was borrowed from."""
    panel, one = looked.panel, looked.outlook
    content = freeze_outlook(panel, one, day) if until > case.clock.data_end else {}
    return {
        "method": BORROWED, "pairs": one.runs, "content": content,
        "values": sum(each.values for each in panel.local.values()), "everything": False, "widths": {}, "informed": (),
        "health": (), "bands": dict(one.pooled), "curve": dict(one.growth), "curve_from": 0,
        "reported": dict.fromkeys(one.pooled, ()), "borrowed": _borrowed(case, looked),
    }  # fmt: skip


def _borrowed(case: Case, looked: Looked) -> Borrowed:
    panel, one = looked.panel, looked.outlook
    movements = sorted(panel_movements(panel), key=lambda each: each.new.overlap)
    rates = tuple(
        Rate(variable, rate.age, rate.same_type, rate.values, tuple((peer.park, peer.value) for peer in rate.peers))
        for variable, found in one.rates.items() for rate in found
    )  # fmt: skip
    contests = [contest(looked.scores, LEFT_OUT, variable, (POOLED, ALONE, GROWTH)) for variable in COUNTED]
    held = tuple(
        Held(found.variable, row.method, row.values, row.parks, row.log_crps, row.crps, row.coverage, found.firm)
        for found in contests if found is not None for row in found.standings
    )  # fmt: skip
    titles = {park.name: Said(park.case.title.en, park.case.title.zh) for park in panel.parks}
    return Borrowed(
        panel.identity, titles, dict(one.lenders), dict(one.alone), tuple(_taken(panel, each) for each in movements),
        rates, held, bool(case.not_known),
    )  # fmt: skip


def _taken(panel: Panel, one: AxisMovement) -> Taken:
    before = values_at(panel, one.name, np.array([-REACH, 0.0, REACH]))
    after = tuple(float(one.new.values[n]) for n in (0, 2, 4))
    return Taken(one.name, one.group, tuple(float(x) for x in before), after, one.new.verdict, tuple(one.lenders))
