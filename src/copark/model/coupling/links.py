"""The coupling: every link from one scale to another. This file is the whole theory of cross-scale influence.

A submodel says what it sends and what it receives, not from whom; here, and only here, one submodel's `Sends` become
another's `Receives`. Every link has a number, a strength (1 as the theory has it, 0 cut) and a delay in quarters, so
that an experiment can cut, weaken or postpone it, for good or for some quarters. What arrives is

    neutral + strength (sent `delay` quarters ago - neutral)

where `neutral` is what the receiver has when nothing arrives: 0 for a flow, 1 for a level that only ever takes away.
Before anything sent has had time to arrive, the neutral value arrives. Titles and meanings are in `variables.yaml`.
"""

from __future__ import annotations

from copark.model.coupling import link_index
from copark.model.coupling.records import LinkBuffers
from copark.model.dimensions import HOME, HOST, ORIGINS, PARTNERS, SIDES, THIRD
from copark.model.jit import Record, compiled


@compiled
def carry(link_buffers: LinkBuffers, t: int, link: int, channel: int, value: float, neutral: float) -> float:
    """Send a value along a link and return what arrives at its other end this quarter.

    Parameters
    ----------
    link_buffers
        Strengths and delays of the links; what is sent this quarter is written into them.
    t
        Quarter from 0.
    link
        Number of the link, from `link_index`.
    channel
        Number of the value within the link, below CHANNELS_PER_LINK, where it carries several.
    value
        What is sent, in the unit of the sender's port.
    neutral
        What the receiver has when nothing arrives; a constant for each link.

    Returns
    -------
    What arrives, in the same unit.
    """
    row = link * link_index.CHANNELS_PER_LINK + channel
    link_buffers.sent[t, row] = value
    # Only rows of this run are read: none from before its first quarter, and those up to `t` have been written anew.
    then = t - link_buffers.delay[link]
    arrives = link_buffers.sent[then, row] if then >= 0 else neutral
    strength = link_buffers.strength[t, link]
    # A constant for each caller, so that the compiler keeps one branch. At full strength both return what was sent as
    # it was: multiplying by 1 and adding 0 moves no bit.
    if neutral == 0.0:
        result = strength * arrives
    else:
        result = strength * arrives + (1.0 - strength) * neutral
    return result


# World to the park and its enterprises --------------------------------------------------------------------------------


@compiled
def demand_to_arrivals(t: int, link_buffers: LinkBuffers, world: Record, enterprises: Record) -> None:
    """Demand and investment climate of an origin raise or lower its enquiries (log points).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    world
        Sends `demand`, log points, shape (ORIGINS,).
    enterprises
        Written: `demand`; 0 where nothing arrives.
    """
    for o in range(ORIGINS):
        enterprises.demand[o] = carry(link_buffers, t, link_index.DEMAND_TO_ARRIVALS, o, world.demand[o], 0.0)


@compiled
def growth_to_returns(t: int, link_buffers: LinkBuffers, world: Record, enterprises: Record) -> None:
    """Growth of the host's market above its own past raises the return of everyone inside (share per year).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    world
        Sends `market_growth`, share per year.
    enterprises
        Written: `market_growth`; 0 where nothing arrives.
    """
    enterprises.market_growth = carry(link_buffers, t, link_index.GROWTH_TO_RETURNS, 0, world.market_growth, 0.0)


@compiled
def partners_to_network(t: int, link_buffers: LinkBuffers, world: Record, company: Record) -> None:
    """Global partners that are present bring their ties to the company's network (0 or 1 each).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    world
        Sends `partner`, 1 where present, else 0, shape (PARTNERS,).
    company
        Written: `partner`; 0 where nothing arrives.
    """
    for j in range(PARTNERS):
        company.partner[j] = carry(link_buffers, t, link_index.PARTNERS_TO_NETWORK, j, world.partner[j], 0.0)


# Governments to the company and its enterprises -----------------------------------------------------------------------


@compiled
def commitment_to_votes(t: int, link_buffers: LinkBuffers, governments: Record, company: Record) -> None:
    """A government's commitment is the chance that its bloc says yes to land; cut, the blocs always say yes.

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `commitment`, 0 to 1, shape (SIDES,).
    company
        Written: `commitment_vote`, in the same unit; 1 where nothing arrives.
    """
    for g in range(SIDES):
        company.commitment_vote[g] = carry(
            link_buffers, t, link_index.COMMITMENT_TO_VOTES, g, governments.commitment[g], 1.0
        )


@compiled
def commitment_to_effort(t: int, link_buffers: LinkBuffers, governments: Record, company: Record) -> None:
    """A government's commitment multiplies the effort its side puts into services; cut, effort is full.

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `commitment`, 0 to 1, shape (SIDES,).
    company
        Written: `commitment_effort`, in the same unit; 1 where nothing arrives.
    """
    for g in range(SIDES):
        company.commitment_effort[g] = carry(
            link_buffers, t, link_index.COMMITMENT_TO_EFFORT, g, governments.commitment[g], 1.0
        )


@compiled
def commitment_to_hurdle(t: int, link_buffers: LinkBuffers, governments: Record, enterprises: Record) -> None:
    """Enterprises ask a premium for the less committed government; cut, they see full commitment.

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `commitment`, 0 to 1, shape (SIDES,).
    enterprises
        Written: `commitment_least`, in the same unit; 1 where nothing arrives.
    """
    # A park needs both governments; the keener one cannot stand in for the other.
    least = min(governments.commitment[HOME], governments.commitment[HOST])
    enterprises.commitment_least = carry(link_buffers, t, link_index.COMMITMENT_TO_HURDLE, 0, least, 1.0)


@compiled
def commitment_to_arrivals(t: int, link_buffers: LinkBuffers, governments: Record, enterprises: Record) -> None:
    """A committed government sends its own country's enterprises; cut, they come as if it were fully committed.

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `commitment` by side, 0 to 1.
    enterprises
        Written: `commitment_own` by side; 1 where nothing arrives.
    """
    for g in range(SIDES):
        enterprises.commitment_own[g] = carry(
            link_buffers, t, link_index.COMMITMENT_TO_ARRIVALS, g, governments.commitment[g], 1.0
        )


@compiled
def council_to_votes(t: int, link_buffers: LinkBuffers, governments: Record, company: Record) -> None:
    """The council of the framework lays last quarter's joint surplus on the table of a failing vote (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `mediation`, M USD/yr, 0 without a council.
    company
        Written: `mediation`; 0 where nothing arrives.
    """
    company.mediation = carry(link_buffers, t, link_index.COUNCIL_TO_VOTES, 0, governments.mediation, 0.0)


@compiled
def credit_to_ledger(t: int, link_buffers: LinkBuffers, governments: Record, company: Record) -> None:
    """Credit is open up to a limit, to the company or to the state for it; while the state owes, no dividends (M USD).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `credit`, `state_credit` and `state_debt`, M USD.
    company
        Written: `credit`, `state_credit` and `state_debt`; 0 where nothing arrives.
    """
    company.credit = carry(link_buffers, t, link_index.CREDIT_TO_LEDGER, 0, governments.credit, 0.0)
    company.state_credit = carry(link_buffers, t, link_index.CREDIT_TO_LEDGER, 1, governments.state_credit, 0.0)
    company.state_debt = carry(link_buffers, t, link_index.CREDIT_TO_LEDGER, 2, governments.state_debt, 0.0)


@compiled
def plan_to_land(t: int, link_buffers: LinkBuffers, governments: Record, company: Record) -> None:
    """The governments' land plan binds the company (ha); cut, there is none and land follows demand.

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `plan_area`, ha.
    company
        Written: `plan_area`; -1, which means no plan, where nothing arrives.
    """
    # Neutral is a negative plan, which means none: 0 ha would forbid all land.
    company.plan_area = carry(link_buffers, t, link_index.PLAN_TO_LAND, 0, governments.plan_area, -1.0)


@compiled
def regime_to_arrivals(t: int, link_buffers: LinkBuffers, governments: Record, enterprises: Record) -> None:
    """The legal regime thins arrivals: the entry threshold (M USD) and the narrow list of activities (0 or 1).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `threshold`, M USD; `narrow_list`, 1 under the narrow list, else 0.
    enterprises
        Written: `threshold` and `narrow_list`; 0 where nothing arrives.
    """
    enterprises.threshold = carry(link_buffers, t, link_index.REGIME_TO_ARRIVALS, 0, governments.threshold, 0.0)
    enterprises.narrow_list = carry(link_buffers, t, link_index.REGIME_TO_ARRIVALS, 1, governments.narrow_list, 0.0)


@compiled
def tax_to_returns(t: int, link_buffers: LinkBuffers, governments: Record, enterprises: Record) -> None:
    """The profit tax of the regime lowers returns, and with them arrivals, starts and survival (share).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `profit_tax`, share.
    enterprises
        Written: `profit_tax`; 0 where nothing arrives.
    """
    enterprises.profit_tax = carry(link_buffers, t, link_index.TAX_TO_RETURNS, 0, governments.profit_tax, 0.0)


@compiled
def rescue_to_ledger(t: int, link_buffers: LinkBuffers, governments: Record, company: Record) -> None:
    """The governments' rescue, as they agreed on it, reaches the company's cash (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `rescue`, M USD/yr.
    company
        Written: `rescue`; 0 where nothing arrives.
    """
    company.rescue = carry(link_buffers, t, link_index.RESCUE_TO_LEDGER, 0, governments.rescue, 0.0)


@compiled
def closing_to_company(t: int, link_buffers: LinkBuffers, governments: Record, company: Record) -> None:
    """A government that closes the park ends the company (1 closed).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `closed`, 1 or 0.
    company
        Written: `closed`; 0 where nothing arrives.
    """
    company.closed = carry(link_buffers, t, link_index.CLOSING_TO_COMPANY, 0, governments.closed, 0.0)


@compiled
def closing_to_enterprises(t: int, link_buffers: LinkBuffers, governments: Record, enterprises: Record) -> None:
    """A government that closes the park ends the business of all who are in it (1 closed).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `closed`, 1 or 0.
    enterprises
        Written: `closed`; 0 where nothing arrives.
    """
    enterprises.closed = carry(link_buffers, t, link_index.CLOSING_TO_ENTERPRISES, 0, governments.closed, 0.0)


@compiled
def commitment_to_partners(t: int, link_buffers: LinkBuffers, governments: Record, world: Record) -> None:
    """Governments that are committed under a framework mobilise partners beyond the two countries (0 to 1).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    governments
        Sends `mobilised`, the mean commitment under a framework, 0 to 1.
    world
        Written: `mobilised`; 0 where nothing arrives.
    """
    world.mobilised = carry(link_buffers, t, link_index.COMMITMENT_TO_PARTNERS, 0, governments.mobilised, 0.0)


# Company to the world, the governments and the enterprises ------------------------------------------------------------


@compiled
def network_to_arrivals(t: int, link_buffers: LinkBuffers, company: Record, enterprises: Record) -> None:
    """The ties of shareholders and partners bring enterprises of an origin (log points).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `network`, log points, shape (ORIGINS,).
    enterprises
        Written: `network`; 0 where nothing arrives.
    """
    for o in range(ORIGINS):
        enterprises.network[o] = carry(link_buffers, t, link_index.NETWORK_TO_ARRIVALS, o, company.network[o], 0.0)


@compiled
def network_to_partners(t: int, link_buffers: LinkBuffers, company: Record, world: Record) -> None:
    """A strong network draws further partners (mean over origins, log points).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `network`, log points, shape (ORIGINS,).
    world
        Written: `network`; 0 where nothing arrives.
    """
    # Partners are third parties: the ties to no origin count more than those to another (MODEL, Departures).
    mean = (company.network[HOME] + company.network[HOST] + company.network[THIRD]) / 3.0
    world.network = carry(link_buffers, t, link_index.NETWORK_TO_PARTNERS, 0, mean, 0.0)


@compiled
def network_to_returns(t: int, link_buffers: LinkBuffers, company: Record, enterprises: Record) -> None:
    """The ties of shareholders and partners bring an origin's enterprises suppliers and markets (log points).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `network`, log points, shape (ORIGINS,).
    enterprises
        Written: `network_returns`, in the same unit; 0 where nothing arrives.
    """
    for o in range(ORIGINS):
        sent = company.network[o]
        enterprises.network_returns[o] = carry(link_buffers, t, link_index.NETWORK_TO_RETURNS, o, sent, 0.0)


@compiled
def service_to_arrivals(t: int, link_buffers: LinkBuffers, company: Record, enterprises: Record) -> None:
    """A well-served park draws enquiries (ln Q).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `log_service`, ln Q, at most 0.
    enterprises
        Written: `service_arrivals`, in the same unit; 0 where nothing arrives.
    """
    enterprises.service_arrivals = carry(link_buffers, t, link_index.SERVICE_TO_ARRIVALS, 0, company.log_service, 0.0)


@compiled
def service_to_starts(t: int, link_buffers: LinkBuffers, company: Record, enterprises: Record) -> None:
    """A well-served park lets the registered start sooner (Q); cut, service is no obstacle.

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `service_level`, Q, 0 to 1.
    enterprises
        Written: `service_starts`, in the same unit; 1 where nothing arrives.
    """
    enterprises.service_starts = carry(link_buffers, t, link_index.SERVICE_TO_STARTS, 0, company.service_level, 1.0)


@compiled
def service_to_returns(t: int, link_buffers: LinkBuffers, company: Record, enterprises: Record) -> None:
    """A well-served park raises the return of those inside (ln Q).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `log_service`, ln Q, at most 0.
    enterprises
        Written: `service_returns`, in the same unit; 0 where nothing arrives.
    """
    enterprises.service_returns = carry(link_buffers, t, link_index.SERVICE_TO_RETURNS, 0, company.log_service, 0.0)


@compiled
def land_to_starts(t: int, link_buffers: LinkBuffers, company: Record, enterprises: Record) -> None:
    """Land that is delivered lets enterprises start; its delay is the time from payment to use (ha).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `delivered_area`, ha.
    enterprises
        Written: `usable_area`, in the same unit; 0 where nothing arrives.
    """
    enterprises.usable_area = carry(link_buffers, t, link_index.LAND_TO_STARTS, 0, company.delivered_area, 0.0)


@compiled
def opening_to_enterprises(t: int, link_buffers: LinkBuffers, company: Record, enterprises: Record) -> None:
    """A failed company registers nobody and lets nobody start (1 open, 0 failed).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `open`, 1 open, 0 failed.
    enterprises
        Written: `open`; 1 where nothing arrives.
    """
    enterprises.open = carry(link_buffers, t, link_index.OPENING_TO_ENTERPRISES, 0, company.open, 1.0)


@compiled
def price_to_arrivals(t: int, link_buffers: LinkBuffers, company: Record, enterprises: Record) -> None:
    """Dear land keeps enterprises of all origins away (logarithm of its price beside the reference price).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `log_price`, log points.
    enterprises
        Written: `log_price`; 0 where nothing arrives.
    """
    enterprises.log_price = carry(link_buffers, t, link_index.PRICE_TO_ARRIVALS, 0, company.log_price, 0.0)


@compiled
def opening_to_interests(t: int, link_buffers: LinkBuffers, company: Record, governments: Record) -> None:
    """A failed company ends the strategic value the governments see in the park (1 open, 0 failed).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `open`, 1 open, 0 failed.
    governments
        Written: `open`; 1 where nothing arrives.
    """
    governments.open = carry(link_buffers, t, link_index.OPENING_TO_INTERESTS, 0, company.open, 1.0)


@compiled
def interest_to_home(t: int, link_buffers: LinkBuffers, company: Record, governments: Record) -> None:
    """Interest on the credit is income of the home side, which lent it (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `interest`, M USD/yr.
    governments
        Written: `interest`; 0 where nothing arrives.
    """
    governments.interest = carry(link_buffers, t, link_index.INTEREST_TO_HOME, 0, company.interest, 0.0)


@compiled
def funding_to_host(t: int, link_buffers: LinkBuffers, company: Record, governments: Record) -> None:
    """The part of a state's credit that the company takes is booked to the host state, which owes it (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `state_funding`, M USD/yr.
    governments
        Written: `state_funding`; 0 where nothing arrives.
    """
    governments.state_funding = carry(link_buffers, t, link_index.FUNDING_TO_HOST, 0, company.state_funding, 0.0)


@compiled
def contracts_to_home(t: int, link_buffers: LinkBuffers, company: Record, governments: Record) -> None:
    """The margin on servicing land is income of the home side's contractors (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `contractor_margin`, M USD/yr.
    governments
        Written: `contractor_margin`; 0 where nothing arrives.
    """
    governments.contractor_margin = carry(
        link_buffers, t, link_index.CONTRACTS_TO_HOME, 0, company.contractor_margin, 0.0
    )


@compiled
def dividends_to_sides(t: int, link_buffers: LinkBuffers, company: Record, governments: Record) -> None:
    """Each side's shareholders receive its dividends (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `dividends`, M USD/yr, shape (SIDES,).
    governments
        Written: `dividends`; 0 where nothing arrives.
    """
    for g in range(SIDES):
        governments.dividends[g] = carry(link_buffers, t, link_index.DIVIDENDS_TO_SIDES, g, company.dividends[g], 0.0)


@compiled
def shortfall_to_bargain(t: int, link_buffers: LinkBuffers, company: Record, governments: Record) -> None:
    """The company's shortfall comes to the governments' table (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `shortfall`, M USD/yr.
    governments
        Written: `shortfall`; 0 where nothing arrives.
    """
    governments.shortfall = carry(link_buffers, t, link_index.SHORTFALL_TO_BARGAIN, 0, company.shortfall, 0.0)


@compiled
def control_to_bargain(t: int, link_buffers: LinkBuffers, company: Record, governments: Record) -> None:
    """Control of the company decides who is asked first to pay alone, and serves an interest in it (Banzhaf index).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    company
        Sends `control`, Banzhaf index, 0 to 1, shape (SIDES,).
    governments
        Written: `control`; 0 where nothing arrives.
    """
    for g in range(SIDES):
        governments.control[g] = carry(link_buffers, t, link_index.CONTROL_TO_BARGAIN, g, company.control[g], 0.0)


# Enterprises to the company, the governments and, through the park's name, to others ----------------------------------


@compiled
def sales_to_ledger(t: int, link_buffers: LinkBuffers, enterprises: Record, company: Record) -> None:
    """Land taken by starting enterprises is sold by the company (ha a quarter).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `land_taken`, ha of this quarter.
    company
        Written: `land_taken`; 0 where nothing arrives.
    """
    company.land_taken = carry(link_buffers, t, link_index.SALES_TO_LEDGER, 0, enterprises.land_taken, 0.0)


@compiled
def occupancy_to_ledger(t: int, link_buffers: LinkBuffers, enterprises: Record, company: Record) -> None:
    """Occupied land pays service fees, and guides a demand-led plan (ha).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `occupied_area`, ha.
    company
        Written: `occupied_area`; 0 where nothing arrives.
    """
    company.occupied_area = carry(link_buffers, t, link_index.OCCUPANCY_TO_LEDGER, 0, enterprises.occupied_area, 0.0)


@compiled
def profits_to_home(t: int, link_buffers: LinkBuffers, enterprises: Record, governments: Record) -> None:
    """Profits of home enterprises are a benefit of the home side (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `profit_home`, M USD/yr.
    governments
        Written: `profit_home`; 0 where nothing arrives.
    """
    governments.profit_home = carry(link_buffers, t, link_index.PROFITS_TO_HOME, 0, enterprises.profit_home, 0.0)


@compiled
def jobs_to_host(t: int, link_buffers: LinkBuffers, enterprises: Record, governments: Record) -> None:
    """Jobs are a benefit of the host side (persons).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `jobs`, persons.
    governments
        Written: `jobs`; 0 where nothing arrives.
    """
    governments.jobs = carry(link_buffers, t, link_index.JOBS_TO_HOST, 0, enterprises.jobs, 0.0)


@compiled
def taxes_to_host(t: int, link_buffers: LinkBuffers, enterprises: Record, governments: Record) -> None:
    """Taxes on profit are a benefit of the host side (M USD/yr).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `taxes`, M USD/yr.
    governments
        Written: `taxes`; 0 where nothing arrives.
    """
    governments.taxes = carry(link_buffers, t, link_index.TAXES_TO_HOST, 0, enterprises.taxes, 0.0)


@compiled
def jobs_to_interests(t: int, link_buffers: LinkBuffers, enterprises: Record, governments: Record) -> None:
    """Jobs inside serve an interest in growth, beside the money they bring (persons).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `jobs`, persons.
    governments
        Written: `jobs_seen`; 0 where nothing arrives.
    """
    governments.jobs_seen = carry(link_buffers, t, link_index.JOBS_TO_INTERESTS, 0, enterprises.jobs, 0.0)


@compiled
def capital_to_interests(t: int, link_buffers: LinkBuffers, enterprises: Record, governments: Record) -> None:
    """Capital beside jobs serves an interest in technology (M USD).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `capital`, M USD.
    governments
        Written: `capital`; 0 where nothing arrives.
    """
    governments.capital = carry(link_buffers, t, link_index.CAPITAL_TO_INTERESTS, 0, enterprises.capital, 0.0)


@compiled
def results_to_arrivals(t: int, link_buffers: LinkBuffers, enterprises: Record, others: Record) -> None:
    """The enterprises' results are the park's name among those who have not come yet (excess return per year).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `reputation`, excess return per year.
    others
        Written: `reputation`; 0 where nothing arrives.
    """
    others.reputation = carry(link_buffers, t, link_index.RESULTS_TO_ARRIVALS, 0, enterprises.reputation, 0.0)


@compiled
def results_to_partners(t: int, link_buffers: LinkBuffers, enterprises: Record, world: Record) -> None:
    """The enterprises' results draw global partners, or drive them away (excess return in standard deviations).

    Parameters
    ----------
    t, link_buffers
        Quarter, and the links of the run, as in `carry`.
    enterprises
        Sends `relative_reputation`, standard deviations of returns.
    world
        Written: `reputation`, in the same unit; 0 where nothing arrives.
    """
    sent = enterprises.relative_reputation
    world.reputation = carry(link_buffers, t, link_index.RESULTS_TO_PARTNERS, 0, sent, 0.0)
