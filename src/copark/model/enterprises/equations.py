"""The corporate scale: one quarter of the enterprises, from enquiry to exit."""

from __future__ import annotations

import numpy as np

from copark.model.dimensions import ORIGINS
from copark.model.enterprises.arrivals import arrive, dated_arrivals
from copark.model.enterprises.operating import add_up, draw, earn, leave
from copark.model.enterprises.records import Firms
from copark.model.enterprises.returns import common_return, reputation
from copark.model.enterprises.stages import build, shut, start_or_lapse, weigh
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
    """Move the enterprises by one quarter, from arrivals to exits, and send what the other scales receive.

    A park whose company has failed takes nobody new; those inside go on. A park that is closed, by a government or on
    record, loses them all at once.

    Parameters
    ----------
    t
        Quarter from 0.
    firms
        Read and written: the three tables.
    state
        Read and written.
    receives
        What came along the links this quarter; the reputation is last quarter's.
    sends
        Written: land taken and occupied (ha), jobs (persons), taxes and home profits (M USD/yr), reputation (per
        year, and in standard deviations of returns), capital (M USD).
    dated
        Terms, reference tax, first area, certificates and closure of this quarter.
    anchors
        Anchor projects, record array of shape (anchors,).
    parameters
        Of the run.
    address
        Address of the run's random numbers.
    """
    clear_flows(state)
    # Before anybody moves: agglomeration is of last quarter's count, for those who decide and those who earn alike.
    common = common_return(float(state.operating), receives, parameters)
    closed = receives.closed > 0.5 or dated.closure > 0.5
    if closed:
        shut(state)
    if receives.open > 0.5 and not closed:
        dated_arrivals(t, firms, state, receives, dated, anchors, parameters, address)
        # Fixed before the origins are asked in turn, so that the pool left is the same for all three.
        state.registered_before = state.registered_ever
        for origin in range(ORIGINS):
            arrive(t, origin, firms, state, receives, dated, parameters, address)
    weigh(t, firms, int(state.registered_now), receives, dated, parameters, common, address)
    sends.land_taken = start_or_lapse(t, firms, state, receives)
    build(t, firms, state, parameters, address)
    # After building, so that who opens this quarter earns in it; before exits, so that who leaves has earned too.
    count = int(state.operating)
    draw(t, firms, count, address)
    earn(firms, count, receives, dated, parameters, common)
    add_up(firms, state, receives, parameters)
    state.reputation = reputation(state.return_sum, float(count), parameters.reference_return)
    leave(firms, state)
    sends.occupied_area = state.occupied_area
    sends.jobs, sends.taxes, sends.profit_home = state.jobs, state.taxes, state.profit_home
    sends.reputation = state.reputation
    sends.relative_reputation = state.reputation / parameters.return_spread
    sends.capital = state.capital
