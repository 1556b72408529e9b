"""A park forecast by what other parks teach of it, as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from copark.analyses.contract import Said
from copark.analyses.forecast.ask import QUANTILES, Borrowed, Rate, Taken
from copark.inference.forecast import read_levels
from copark.inference.pool.forecast_comparison import GROWTH
from copark.inference.pool.outlook import Outlook, freeze_outlook
from copark.inference.pool.panel import Panel
from copark.inference.pool.prior_posterior_shift import AxisMovement, panel_movements, values_at
from copark.inference.stacking.forecasts import StackedForecast, stack_of, with_stacks
from copark.inference.stacking.shipped import shipped
from copark.inference.stacking.trials import MODEL, UNSEEN
from copark.inference.stacking.weights import STACK, Stack
from copark.inference.validate import BORROWED

if TYPE_CHECKING:
    from copark.cases.case import Case
    from copark.cases.quarters import Quarter
    from copark.inference.panels import Looked

REACH = 1.645
"""Standard deviations on either side that hold 90 %."""


def forecast_pooled(case: Case, until: Quarter, looked: Looked, day: str) -> dict[str, Any]:
    """Fields of the answer: the stack, what it is made of, and what all this was borrowed from."""
    panel, one, stack = looked.panel, looked.outlook, shipped().stack
    stacks = _stacks(case, one, stack)
    frozen = freeze_outlook(panel, one, day) if until > case.clock.data_end else {}
    return {
        "method": BORROWED, "pairs": one.runs, "content": with_stacks(frozen, stacks, stack) if frozen else {},
        "values": sum(each.values for each in panel.local.values()), "everything": False, "widths": {}, "informed": (),
        "health": (), "bands": {name: read_levels(each.levels[STACK], QUANTILES) for name, each in stacks.items()},
        "methods": {MODEL: dict(one.pooled), GROWTH: dict(one.growth)}, "since": 0,
        "weights": {name: dict(each.weights) for name, each in stacks.items()},
        "reported": dict.fromkeys(one.pooled, ()), "borrowed": _borrowed(case, looked),
    }  # fmt: skip


def _stacks(case: Case, one: Outlook, stack: Stack) -> dict[str, StackedForecast]:
    """The model on the pooled prior and the growth curve, put together as for a park that was never seen."""
    parts = {MODEL: one.fine, GROWTH: one.fine_growth}
    return {
        name: stack_of(
            case.name, name, {key: bands[name].T for key, bands in parts.items() if name in bands}, UNSEEN,
            one.times.tolist(), stack,
        )
        for name in one.fine
    }  # fmt: skip


def _borrowed(case: Case, looked: Looked) -> Borrowed:
    panel, one = looked.panel, looked.outlook
    movements = sorted(panel_movements(panel), key=lambda each: each.new.overlap)
    rates = tuple(
        Rate(variable, rate.age, rate.same_type, rate.values, tuple((peer.park, peer.value) for peer in rate.peers))
        for variable, found in one.rates.items() for rate in found
    )  # fmt: skip
    titles = {park.name: Said(park.case.title.en, park.case.title.zh) for park in panel.parks}
    return Borrowed(
        panel.identity, titles, dict(one.lenders), dict(one.alone), tuple(_taken(panel, each) for each in movements),
        rates, bool(case.not_known),
    )  # fmt: skip


def _taken(panel: Panel, one: AxisMovement) -> Taken:
    before = values_at(panel, one.name, np.array([-REACH, 0.0, REACH]))
    after = tuple(float(one.new.values[n]) for n in (0, 2, 4))
    return Taken(one.name, one.group, tuple(float(x) for x in before), after, one.new.verdict, tuple(one.lenders))
