"""The developer's ledger: land, cash, debt and equity of the development company. It closes every quarter.

All flows of the state are million USD per year; a quarter moves a quarter of them. Stocks are million USD and hectares.
"""

from __future__ import annotations

from copark.model import rng
from copark.model.clock import DT
from copark.model.dimensions import BLOCS, HOST
from copark.model.jit import Record, compiled

# A year of insolvency: a rule of the quarterly clock (MODEL §0.1), not a rate.
QUARTERS_TO_FAILURE = 4
# Without a political plan land is built ahead of demand until three fifths of it are taken.
TARGET_OCCUPANCY = 0.6
# Sums of blocks may miss a lot by rounding; a hundredth of a square metre is no land.
SMALLEST_AREA = 1e-6


@compiled
def demand_led_plan(first_area: float, occupied: float, block: float) -> float:
    """Land a company plans without a political plan: A* = max(A_first, O/0.6 + block), hectares (MODEL §3(8)).

    Parameters
    ----------
    first_area
        Land of the first phase, ha, which is serviced whether or not anybody has come.
    occupied
        Land that enterprises have taken, ha.
    block
        Land serviced at a time, ha.

    Returns
    -------
    Planned area, ha.
    """
    return max(first_area, occupied / TARGET_OCCUPANCY + block)


@compiled
def effective_price(price: float, cost: float, host_attention: float) -> float:
    """Land price under rivalry: p_eff = p_L - [p_L - c_A]+ (1 - a_host); a rival of the host undercuts the margin.

    Parameters
    ----------
    price
        Price of land without a rival, M USD/ha.
    cost
        Cost of servicing land, M USD/ha.
    host_attention
        Share of the host's effort that goes to this park, 0 to 1; 1 without a rival.

    Returns
    -------
    Price obtained, M USD/ha; the cost at no attention. Land that is sold below its cost has no margin to undercut.
    """
    return price - max(price - cost, 0.0) * (1.0 - host_attention)


@compiled
def running_cost(parameters: Record, area: float) -> float:
    """Overhead of the company, M USD/yr: o0 (1 + o_A A)."""
    return parameters.overhead * (1.0 + parameters.overhead_per_area * area)


@compiled
def funds(state: Record, receives: Record, dated: Record) -> tuple[float, float, float]:
    """Equity that can still be called, money a state passes on, and credit that can still be drawn, M USD.

    Parameters
    ----------
    state
        Paid-in equity and debt, M USD.
    receives
        `credit` and `state_credit`, the limits that arrived from the governments, M USD.
    dated
        Registered capital (M USD) and quarters to maturity, above 0 once repayment has begun.

    Returns
    -------
    All M USD and never negative; credit is closed from the quarter in which repayment begins.
    """
    callable_equity = max(dated.registered_capital - state.paid_in_equity, 0.0)
    from_state = max(receives.state_credit - state.state_funding_ever, 0.0)
    undrawn = max(receives.credit - state.debt, 0.0) if dated.repayment_quarters <= 0.0 else 0.0
    return callable_equity, from_state, undrawn


@compiled
def develop(t: int, state: Record, receives: Record, dated: Record, parameters: Record, address: Record) -> float:
    """Hectares serviced this quarter: a block, if the plan has room, the money is there and the vote passes.

    The plan is the governments' where they send one, and led by demand where they send none (a negative plan).

    Parameters
    ----------
    t
        Quarter from 0.
    state
        Read: serviced area, cash, chance of the vote. Written: `planned_area`, ha.
    receives
        Land plan (ha, negative for none), last quarter's occupied area (ha), `credit` and `state_credit` (M USD).
    dated
        First area and block (ha), registered capital, repayment.
    parameters
        `servicing_cost`, M USD/ha.
    address
        Address of the run's random numbers; one uniform number, for the vote.

    Returns
    -------
    Hectares, 0 or a block; `account` books them.
    """
    planned = receives.plan_area
    if planned < 0.0:
        planned = demand_led_plan(dated.first_area, receives.occupied_area, dated.block_area)
    state.planned_area = planned
    if state.failed > 0.5 or state.serviced_area >= planned:
        return 0.0
    block = min(dated.block_area, planned - state.serviced_area)
    # All that could be had counts, not cash alone: equity is called and credit drawn only when cash has run out.
    callable_equity, from_state, undrawn = funds(state, receives, dated)
    if max(state.cash, 0.0) + callable_equity + from_state + undrawn < parameters.servicing_cost * block:
        return 0.0
    a, b = rng.key(address, rng.VOTE, t)
    return block if rng.uniform(a, b, 0) < state.vote_pass else 0.0


@compiled
def lot_in_force(lot: float, plan: float) -> float:
    """Return the area up to which land must be serviced before any more of it is delivered, ha; 0 where none is asked.

    Lots are of the governments' plan: where there is none land is delivered as it is serviced, and no lot waits for
    more than is planned.

    Parameters
    ----------
    lot
        Area at which the lot under way is complete, all earlier ones included, ha; 0 without lots.
    plan
        Land plan of the governments as it reached the company, ha; negative for none.
    """
    return min(lot, plan) if plan >= 0.0 else 0.0


@compiled
def deliver(delivered: float, serviced: float, lot: float) -> float:
    """Return the land delivered for use, ha: all that is serviced once it completes the lot under way (MODEL §3(8)).

    Parameters
    ----------
    delivered
        Land delivered so far, ha.
    serviced
        Land serviced, that of this quarter included, ha.
    lot
        Area at which the lot is complete, ha; 0 without lots: then all that is serviced is delivered.

    Returns
    -------
    Hectares, never less than before.
    """
    return serviced if serviced >= lot - SMALLEST_AREA else delivered


@compiled
def repayment(debt: float, quarters_left: float) -> float:
    """Principal due this quarter in equal parts to maturity, M USD; nothing in the years of grace."""
    return debt / quarters_left if quarters_left >= 1.0 else 0.0


@compiled
def finance(state: Record, receives: Record, dated: Record) -> tuple[float, float, float]:
    """Cover a shortfall of cash: call equity up to the registered capital, take what a state passes on, draw credit.

    Only the last of the three is owed by the company.

    Parameters
    ----------
    state
        Read and written: cash, paid-in equity and debt, M USD.
    receives
        `credit`, the limit of debt, and `state_credit`, the limit of what a state passes on, M USD.
    dated
        Registered capital, M USD, and the state of repayment.

    Returns
    -------
    Equity called, money from the state and credit drawn, M USD of this quarter; cash stays negative where they do not
    reach.
    """
    callable_equity, from_state, undrawn = funds(state, receives, dated)
    # Equity before credit (decision log 0023): no schedule of payments is known, and debt then comes as late as it can.
    calls = min(max(-state.cash, 0.0), callable_equity)
    funding = min(max(-state.cash - calls, 0.0), from_state)
    draws = min(max(-state.cash - calls - funding, 0.0), undrawn)
    state.cash += calls + funding + draws
    state.paid_in_equity += calls
    state.state_funding_ever += funding
    state.debt += draws
    return calls, funding, draws


@compiled
def distribute(state: Record, receives: Record, dated: Record, parameters: Record) -> float:
    """Pay dividends delta [K - K_res]+ a year while nobody owes for the park, by share; shares of nobody get nothing.

    What a state passed on is a gift to the company, but no profit of it: while the state owes its loan nothing is
    distributed, as while the company itself is in debt.

    Parameters
    ----------
    state
        Read: debt. Written: `dividends` by bloc (M USD/yr) and cash (M USD).
    receives
        `state_debt`, what the host state still owes of its loans for the park, M USD.
    dated
        `share` by bloc, basis points.
    parameters
        `dividend_rate` delta, 1/yr, and `cash_reserve` K_res, M USD.

    Returns
    -------
    Dividends of all blocs, M USD/yr. Those of the third bloc leave the model.
    """
    if state.debt > 0.0 or receives.state_debt > 0.0:
        rate = 0.0
    else:
        rate = parameters.dividend_rate * max(state.cash - parameters.cash_reserve, 0.0)
    paid = 0.0
    for i in range(BLOCS):
        state.dividends[i] = rate * dated.share[i] / 10_000.0
        paid += state.dividends[i]
    state.cash -= paid * DT
    return paid


@compiled
def account(state: Record, receives: Record, dated: Record, parameters: Record, developed: float) -> None:
    """Book one quarter of money: sales, fees, costs, debt service, then calls, draws and dividends (MODEL §3(8)).

    K' = K + p_eff land + (fee O - opex + grants)/4 - c_A dA - (r_D/4) D - principal + calls + funding + draws
    - dividends/4, where principal, calls, funding and draws are amounts of the quarter. A rescue, rescue/4, is added by
    `settle` after the bargain.

    Parameters
    ----------
    state
        Read and written: stocks in M USD and ha, flows in M USD/yr.
    receives
        Land taken (ha a quarter), occupied area (ha), `credit`, `state_credit` and `state_debt` (M USD).
    dated
        Registered capital, repayment, grants, other investment, shares.
    parameters
        Price, fee, costs and rates of the run.
    developed
        Land serviced this quarter, ha.
    """
    # Calls and draws move cash and its counterpart alike and cancel out of this sum, so that only result and dividends
    # may move it: what else does is the gap, which tests hold below 1e-9.
    before = state.cash - state.debt - state.paid_in_equity
    price = effective_price(parameters.land_price, parameters.servicing_cost, state.attention[HOST])
    # Land moves in hectares a quarter; flows of the state are per year, as are those that the governments weigh.
    state.land_sales = price * receives.land_taken / DT
    state.fees = parameters.service_fee * receives.occupied_area
    state.operating_cost = running_cost(parameters, state.serviced_area)
    state.land_cost = parameters.servicing_cost * developed / DT
    state.interest = parameters.interest_rate * state.debt
    state.principal = repayment(state.debt, dated.repayment_quarters) / DT
    state.grants = dated.grants / DT
    result = state.land_sales + state.fees - state.operating_cost - state.land_cost - state.interest + state.grants
    state.cash += (result - state.principal) * DT
    state.debt -= state.principal * DT
    # After debt service, so that interest and principal can be paid out of equity and credit; before dividends, which
    # are paid only out of cash that is there.
    calls, funding, draws = finance(state, receives, dated)
    state.calls = calls / DT
    state.state_funding = funding / DT
    state.draws_credit = draws / DT
    paid = distribute(state, receives, dated, parameters)
    state.result_cumulative += result * DT
    state.serviced_area += developed
    state.infrastructure += state.land_cost * DT
    state.other_investment += dated.other_investment
    # As a yearly flow, since the governments' benefits, out of which it would be paid, are per year.
    state.shortfall = max(-state.cash, 0.0) / DT
    after = state.cash - state.debt - state.paid_in_equity
    state.ledger_gap = (after - before) - (result + state.state_funding - paid) * DT


@compiled
def settle(state: Record, receives: Record) -> None:
    """After the bargain: take the rescue; four quarters insolvent without one are the end (the ledger is frozen)."""
    if state.failed > 0.5:
        return
    state.rescue = receives.rescue
    state.cash += receives.rescue * DT
    # A rescue covers the shortfall exactly, but for rounding: what is left of it must not count as insolvency.
    if state.cash < -1e-9:
        state.insolvent_quarters += 1.0
    else:
        state.insolvent_quarters = 0.0
    if state.insolvent_quarters >= QUARTERS_TO_FAILURE:
        state.failed = 1.0


@compiled
def freeze(state: Record) -> None:
    """Stop all flows of a failed company; it keeps its stocks."""
    state.land_sales = state.fees = state.operating_cost = state.land_cost = 0.0
    state.interest = state.principal = state.grants = state.calls = state.draws_credit = state.state_funding = 0.0
    state.rescue = state.shortfall = state.ledger_gap = 0.0
    for i in range(BLOCS):
        state.dividends[i] = 0.0
