"""The corporate scale: one quarter of the enterprises, from enquiry to exit."""

from __future__ import annotations

import numpy as np

from copark.model.dimensions import ORIGINS
from copark.model.enterprises.arrivals import arrive, dated_arrivals
from copark.model.enterprises.operating import add_up, draw, earn, leave
from copark.model.enterprises.records import Firms
from copark.model.enterprises.returns import common_return, reputation
from copark.model.enterprises.stages import build, start_or_lapse, weigh
from copark.model.jit import Record, compiled


@compiled
def begin(receives: Record) -> None:
    """Begin with no enterprise, and nothing heard of the park's success."""
    receives.reputation = 0.0
    receives.closed = 0.0


@compiled
def clear_flows(state: Record) -> None:
    """Set the counts of the quarter to nothing."""
    state.arrivals = state.arrivals_own = state.arrivals_incumbent = state.arrivals_partner = 0.0
    state.lapses = state.starts = state.completions = state.exits = 0.0


@compiled
def step(
    t: int,
    firms: Firms,
    state: Record,
    receives: Record,
    sends: Record,
    dated: Record,
    anchors: np.ndarray,
    parameters: Record,
    address: Record,
) -> None:
    """One quarter: arrivals, start or lapse, building, operating, exit; then what the other scales receive.

    A park whose company has failed takes nobody new; those inside go on.
    """
    clear_flows(state)
    common = common_return(float(state.operating), receives, parameters)
    if receives.open > 0.5:
        dated_arrivals(t, firms, state, receives, dated, anchors, parameters, address)
        state.registered_before = state.registered_ever
        for origin in range(ORIGINS):
            arrive(t, origin, firms, state, receives, dated, parameters, address)
    weigh(t, firms, int(state.registered_now), receives, dated, parameters, common, address)
    sends.land_taken = start_or_lapse(t, firms, state, receives)
    build(t, firms, state, parameters, address)
    count = int(state.operating)
    draw(t, firms, count, address)
    earn(firms, count, receives, dated, parameters, common)
    add_up(firms, state, receives, parameters)
    state.reputation = reputation(state.return_sum, float(count), parameters.reference_return)
    leave(firms, state)
    sends.occupied_area = state.occupied_area
    sends.jobs, sends.taxes, sends.profit_home = state.jobs, state.taxes, state.profit_home
    sends.reputation = state.reputation
    sends.capital = state.capital
