"""One quarter, in order. This is the whole timetable of the model.

dated events -> world -> control and votes -> stakes, attention, service level -> arrivals -> start or lapse ->
building -> operating, reinvesting, exit -> developer's ledger -> benefit, concessions, bargaining, commitment, closing
-> partners -> record
"""

from __future__ import annotations

from copark.model.arrays import Draws, Inputs, Workspace
from copark.model.company import equations as company
from copark.model.coupling import links
from copark.model.enterprises import equations as enterprises
from copark.model.governments import equations as governments
from copark.model.jit import Record, compiled
from copark.model.reports import report_company, report_enterprises, report_governments, report_world
from copark.model.world import equations as world


@compiled
def quarter(t: int, i: int, inputs: Inputs, draws: Draws, work: Workspace) -> None:  # noqa: PLR0915 - one timetable
    """Move the park of run i by one quarter.

    Parameters
    ----------
    t
        Quarter from 0.
    i
        Position of the run in `draws`.
    inputs
        Dated facts of the case, shared by all runs.
    draws
        Parameters of every run and the addresses of its random numbers; not written.
    work
        Written: states, ports, tables and link buffers of the run, which hold the quarter before.
    """
    link_buffers = work.link_buffers
    submodels = work.submodels
    address = draws.addresses[i]
    w_state, w_in, w_out = submodels.world.state[0], submodels.world.receives[0], submodels.world.sends[0]
    g_state, g_in, g_out = (
        submodels.governments.state[0],
        submodels.governments.receives[0],
        submodels.governments.sends[0],
    )
    c_state, c_in, c_out = submodels.company.state[0], submodels.company.receives[0], submodels.company.sends[0]
    e_state, e_in, e_out = (
        submodels.enterprises.state[0],
        submodels.enterprises.receives[0],
        submodels.enterprises.sends[0],
    )

    # The order is part of the theory (decision log 0021): what flows with it is felt in the same quarter, what flows
    # against it in the next. A link is carried right after what it sends is known, whoever reads it and when.
    world.step(t, w_state, w_out, inputs.world[t], inputs.history, draws.world[i], address)
    links.demand_to_arrivals(t, link_buffers, w_out, e_in)
    links.growth_to_returns(t, link_buffers, w_out, e_in)
    links.partners_to_network(t, link_buffers, w_out, c_in)

    governments.announce(g_state, g_out, inputs.governments[t])
    links.commitment_to_votes(t, link_buffers, g_out, c_in)
    links.commitment_to_effort(t, link_buffers, g_out, c_in)
    links.commitment_to_hurdle(t, link_buffers, g_out, e_in)
    links.commitment_to_arrivals(t, link_buffers, g_out, e_in)
    links.commitment_to_partners(t, link_buffers, g_out, w_in)
    links.council_to_votes(t, link_buffers, g_out, c_in)
    links.credit_to_ledger(t, link_buffers, g_out, c_in)
    links.plan_to_land(t, link_buffers, g_out, c_in)
    links.regime_to_arrivals(t, link_buffers, g_out, e_in)
    links.tax_to_returns(t, link_buffers, g_out, e_in)

    # Land is decided before this quarter's enterprises arrive: with the cash and the occupied area of the last quarter.
    developed = company.decide(t, c_state, c_in, c_out, inputs.company[t], draws.company[i], address)
    links.network_to_arrivals(t, link_buffers, c_out, e_in)
    links.network_to_partners(t, link_buffers, c_out, w_in)
    links.network_to_returns(t, link_buffers, c_out, e_in)
    links.service_to_arrivals(t, link_buffers, c_out, e_in)
    links.service_to_starts(t, link_buffers, c_out, e_in)
    links.service_to_returns(t, link_buffers, c_out, e_in)
    links.land_to_starts(t, link_buffers, c_out, e_in)
    links.opening_to_enterprises(t, link_buffers, c_out, e_in)
    links.price_to_arrivals(t, link_buffers, c_out, e_in)

    enterprises.step(
        t, work.firms, e_state, e_in, e_out, inputs.enterprises[t], inputs.anchors, draws.enterprises[i], address
    )
    links.sales_to_ledger(t, link_buffers, e_out, c_in)
    links.occupancy_to_ledger(t, link_buffers, e_out, c_in)
    links.profits_to_home(t, link_buffers, e_out, g_in)
    links.jobs_to_host(t, link_buffers, e_out, g_in)
    links.taxes_to_host(t, link_buffers, e_out, g_in)
    links.jobs_to_interests(t, link_buffers, e_out, g_in)
    links.capital_to_interests(t, link_buffers, e_out, g_in)
    links.results_to_arrivals(t, link_buffers, e_out, e_in)
    links.results_to_partners(t, link_buffers, e_out, w_in)

    # Books after the enterprises, so that land taken this quarter is sold this quarter; the bargain after the books, so
    # that a rescue comes in the quarter of the shortfall.
    company.keep_books(c_state, c_in, c_out, inputs.company[t], draws.company[i], developed)
    links.interest_to_home(t, link_buffers, c_out, g_in)
    links.funding_to_host(t, link_buffers, c_out, g_in)
    links.contracts_to_home(t, link_buffers, c_out, g_in)
    links.dividends_to_sides(t, link_buffers, c_out, g_in)
    links.shortfall_to_bargain(t, link_buffers, c_out, g_in)
    links.control_to_bargain(t, link_buffers, c_out, g_in)
    links.opening_to_interests(t, link_buffers, c_out, g_in)

    governments.step(t, g_state, g_in, g_out, inputs.governments[t], draws.governments[i], address)
    links.rescue_to_ledger(t, link_buffers, g_out, c_in)
    links.closing_to_company(t, link_buffers, g_out, c_in)
    links.closing_to_enterprises(t, link_buffers, g_out, e_in)
    company.close(c_state, c_in, c_out)
    # Partners last: they have seen the network and the results of this quarter, and change the next.
    world.partners(t, w_state, w_in, inputs.world[t], draws.world[i], address)


@compiled
def record(work: Workspace) -> None:
    """Report the quarter that has just ended."""
    row = work.row[0]
    submodels = work.submodels
    report_enterprises(row, submodels.enterprises.state[0], submodels.enterprises.receives[0].usable_area)
    report_company(row, submodels.company.state[0])
    report_governments(row, submodels.governments.state[0])
    report_world(row, submodels.world.state[0], submodels.world.sends[0].demand)


@compiled
def begin(inputs: Inputs, work: Workspace, theta_governments: Record) -> None:
    """Set a park to its state before the first quarter.

    Parameters
    ----------
    inputs
        Dated facts; of the first quarter are the first cap table, the capital paid in and the ownership.
    work
        Written: a workspace whose memory is all zeros.
    theta_governments
        Parameters of the governments in this run, for their strategic values and commitments at rest.
    """
    world.begin(work.submodels.world.state[0], work.submodels.world.receives[0])
    governments.begin(work.submodels.governments.state[0], inputs.governments[0], theta_governments)
    company.begin(
        work.submodels.company.state[0],
        work.submodels.company.receives[0],
        work.submodels.company.sends[0],
        inputs.company[0],
    )
    enterprises.begin(work.submodels.enterprises.receives[0])
