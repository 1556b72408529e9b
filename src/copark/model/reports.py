"""Reports of the four scales: what each writes into the record of outputs at the end of a quarter."""

from __future__ import annotations

import numpy as np

from copark.model.jit import Record, compiled


@compiled
def report_enterprises(row: Record, state: Record, received_area: float) -> None:
    """Counts, money, land and returns of the enterprises; means are of operating enterprises, NaN-free when none is.

    Parameters
    ----------
    row
        Written: the record of outputs.
    state
        State of the enterprises after the quarter.
    received_area
        Delivered land that has reached the enterprises, ha: less than the company's serviced land by lots that are not
        complete, and by what was delivered within the delay of the link `land_to_starts`.
    """
    row.registered = float(state.registered_now + state.building + state.operating)
    row.registered_ever = state.registered_ever
    row.registered_home = state.registered_by_origin[0]
    row.registered_host = state.registered_by_origin[1]
    row.registered_third = state.registered_by_origin[2]
    row.building = float(state.building)
    row.operating = float(state.operating)
    row.operating_home = state.operating_by_origin[0]
    row.operating_host = state.operating_by_origin[1]
    row.operating_third = state.operating_by_origin[2]
    row.arrivals = state.arrivals
    row.arrivals_own = state.arrivals_own
    row.arrivals_incumbent = state.arrivals_incumbent
    row.arrivals_partner = state.arrivals_partner
    row.lapses = state.lapses
    row.starts = state.starts
    row.completions = state.completions
    row.exits = state.exits
    row.enterprise_investment = state.investment
    row.capital = state.capital
    row.jobs = state.jobs
    row.profit = state.profit
    row.taxes = state.taxes
    # Those that left at the end of the quarter earned in it, and are in the sums; the count no longer has them.
    worked = state.operating + state.exits
    row.mean_return = state.return_sum / worked if worked > 0.0 else 0.0
    row.loss_share = state.losses / worked if worked > 0.0 else 0.0
    row.occupied_area = state.occupied_area
    row.usable_area = received_area


@compiled
def report_company(row: Record, state: Record) -> None:
    """Land, money, control, service and ties of the development company."""
    row.serviced_area = state.serviced_area
    row.planned_area = state.planned_area
    row.cash = state.cash
    row.debt = state.debt
    row.paid_in_equity = state.paid_in_equity
    row.result_cumulative = state.result_cumulative
    row.service_level = state.service_level
    row.vote_pass = state.vote_pass
    row.control_home = state.control[0]
    row.control_host = state.control[1]
    row.network_home = state.network[0]
    row.network_host = state.network[1]
    row.network_third = state.network[2]
    row.land_sales = state.land_sales
    row.fees = state.fees
    row.operating_cost = state.operating_cost
    row.land_cost = state.land_cost
    row.interest = state.interest
    row.principal = state.principal
    row.calls = state.calls
    row.draws_credit = state.draws_credit
    row.state_funding = state.state_funding
    row.grants = state.grants
    row.dividends = state.dividends[0] + state.dividends[1] + state.dividends[2]
    row.rescue = state.rescue
    row.shortfall = state.shortfall
    row.insolvent_quarters = state.insolvent_quarters
    row.failed = state.failed
    row.ledger_gap = state.ledger_gap
    # Aid and budget money never passes through the company; what the governments pay is added by their report.
    row.public_outlay = state.other_investment
    # Reports count aid and budget money that never passes the company's cash: decision log 0024. Read from the row, so
    # that the enterprises have to be reported first.
    row.realised_investment = row.enterprise_investment + state.infrastructure + state.other_investment


@compiled
def report_governments(row: Record, state: Record) -> None:
    """Commitment, benefit and contributions of the two governments."""
    row.commitment_home = state.commitment[0]
    row.commitment_host = state.commitment[1]
    row.benefit_home = state.benefit[0]
    row.benefit_host = state.benefit[1]
    row.surplus = state.surplus
    row.contribution_home = state.contribution[0]
    row.contribution_host = state.contribution[1]
    row.alignment = state.alignment
    row.transfer_home = state.transfer[0]
    row.closed = state.closed
    row.state_debt = state.state_debt
    row.state_debt_service = state.state_interest + state.state_principal
    row.public_income = state.public_income
    row.public_outlay += state.outlay[0] + state.outlay[1]


@compiled
def report_world(row: Record, state: Record, demand: np.ndarray) -> None:
    """Demand by origin, the host's growth gap and the number of partners present.

    Parameters
    ----------
    row
        Written: the record of outputs.
    state
        State of the world after the quarter, for the partners present and the host's growth.
    demand
        Demand by origin as it was sent this quarter, log points, shape (ORIGINS,).
    """
    row.demand_home = demand[0]
    row.demand_host = demand[1]
    row.demand_third = demand[2]
    row.growth_gap_host = state.growth_host
    present = 0.0
    for j in range(state.partner.size):
        present += state.partner[j]
    row.partners = present
