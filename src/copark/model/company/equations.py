"""The park scale: one quarter of the development company.

The company acts three times in a quarter: `decide` (votes, service, network, land), `keep_books` once the
enterprises have acted, and `close` once the governments have bargained.
"""

from __future__ import annotations

from copark.model.company.control import banzhaf, vote, votes_needed
from copark.model.company.ledger import account, deliver, develop, effective_price, freeze, lot_in_force, settle
from copark.model.company.service import serve, tie
from copark.model.dimensions import HOST, ORIGINS, SIDES
from copark.model.fast_math import log
from copark.model.jit import Record, compiled


@compiled
def begin(state: Record, receives: Record, sends: Record, dated: Record) -> None:
    """Begin with the capital paid in at the founding, no land, no debt, and control by the first cap table.

    Parameters
    ----------
    state
        Written: cash and paid-in equity (M USD), control.
    receives
        Written: 0 for what is read before it is first sent.
    sends
        Written: `open`, since the links of openness are carried before `close` has said it once.
    dated
        The first quarter's record.
    """
    state.cash = dated.paid_in_at_start
    state.paid_in_equity = dated.paid_in_at_start
    banzhaf(dated.share, votes_needed(dated.share, dated.quota), state.control)
    receives.mediation = receives.rescue = receives.land_taken = receives.occupied_area = 0.0
    sends.open = 1.0


@compiled
def log_price(host_attention: float, parameters: Record) -> float:
    """Return the logarithm of the price of land beside the reference price; 0 where either is nothing."""
    price = effective_price(parameters.land_price, parameters.servicing_cost, host_attention)
    return log(price / parameters.reference_price) if price > 0.0 and parameters.reference_price > 0.0 else 0.0


@compiled
def decide(
    t: int,
    state: Record,
    receives: Record,
    sends: Record,
    dated: Record,
    parameters: Record,
    address: Record,
) -> float:
    """Control and votes, stakes and service, ties, and the land serviced this quarter (ha, returned).

    Parameters
    ----------
    t
        Quarter from 0.
    state
        Read and written; serviced area is not moved yet, see below.
    receives
        Commitments, surplus, land plan, credit and partners that came this quarter; occupied area of the last.
    sends
        Written: network, service, land delivered for use and the price of land.
    dated
        Cap table, capability, land, finance, rivals and ties of this quarter.
    parameters
        Of the run.
    address
        Address of the run's random numbers.

    Returns
    -------
    Land serviced this quarter, ha; `keep_books` pays for it and adds it to the stock.
    """
    vote(state, receives, dated, parameters)
    serve(state, receives, dated, parameters)
    tie(state, receives, dated, parameters)
    developed = develop(t, state, receives, dated, parameters, address)
    for o in range(ORIGINS):
        sends.network[o] = state.network[o]
    sends.log_service = state.log_service
    sends.service_level = state.service_level
    # The stock is moved when it is paid for, in `account`; what is sent already has it, so that the delay of the link
    # counts from this quarter.
    lot = lot_in_force(dated.lot_area, receives.plan_area)
    state.delivered_area = deliver(state.delivered_area, state.serviced_area + developed, lot)
    sends.delivered_area = state.delivered_area
    sends.log_price = log_price(state.attention[HOST], parameters)
    return developed


@compiled
def keep_books(
    state: Record,
    receives: Record,
    sends: Record,
    dated: Record,
    parameters: Record,
    developed: float,
) -> None:
    """Account for the quarter and send the governments what they gain and what is short.

    Parameters
    ----------
    state
        Read and written.
    receives
        Land taken this quarter (ha), occupied area (ha), `credit`, `state_credit` and `state_debt` (M USD).
    sends
        Written: interest, contractor's margin, dividends, shortfall and state funding (M USD/yr), control.
    dated
        Registered capital, repayment, grants and shares of this quarter.
    parameters
        Of the run.
    developed
        Land serviced this quarter, ha, from `decide`.
    """
    if state.failed > 0.5:
        freeze(state)
    else:
        account(state, receives, dated, parameters, developed)
    sends.interest = state.interest
    sends.contractor_margin = parameters.contractor_margin_rate * state.land_cost
    for g in range(SIDES):
        sends.dividends[g] = state.dividends[g]
        sends.control[g] = state.control[g]
    sends.shortfall = state.shortfall
    sends.state_funding = state.state_funding


@compiled
def close(state: Record, receives: Record, sends: Record) -> None:
    """Take the governments' rescue, end where a government has closed the park, and say whether the company is open.

    Parameters
    ----------
    state
        Read and written: cash, insolvent quarters, failure.
    receives
        `rescue`, M USD/yr, and `closed`, 1 or 0.
    sends
        Written: `open`, 1 or 0; it reaches the others in the next quarter.
    """
    settle(state, receives)
    if receives.closed > 0.5:
        state.failed = 1.0
    sends.open = 0.0 if state.failed > 0.5 else 1.0
