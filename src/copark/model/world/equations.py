"""The global scale: what happens outside the park and its two governments.

Verbs of the submodel: the growth gap of host and source countries, the investment climate by origin of enterprise, and
the coming and going of global partners. Origins are home, host and third, in this order.
"""

from __future__ import annotations

import numpy as np

from copark.model import rng
from copark.model.clock import DT
from copark.model.dimensions import ORIGINS, PARTNERS, THIRD
from copark.model.fast_math import exp
from copark.model.jit import Record, compiled
from copark.model.world.records import ABSENT, FREE, NO_PARTNER, PRESENT


@compiled
def growth_gap(state: Record, dated: Record, history: np.ndarray, address: Record) -> None:
    """Real growth less its own earlier mean, of the host country and of each origin's source country.

    While the record lasts it is the record. Afterwards a whole year of the record (host and sources together, so that
    they stay correlated) is drawn for every future year.

    Parameters
    ----------
    state
        Written: `growth_host`, and `growth_source` of each origin.
    dated
        Inputs of the quarter: its year, and the growth gaps on record where `growth_known` is 1.
    history
        Growth gaps of past years, shape (years, 4): host, then source of home, host and third (percentage points as
        shares, 0.01 = one point).
    address
        Address of the run's random numbers.
    """
    if dated.growth_known > 0.5:
        state.growth_host = dated.growth_host
        for o in range(ORIGINS):
            state.growth_source[o] = dated.growth_source[o]
        return
    # Addressed by the first quarter of the calendar year, so that its four quarters draw the same year. Whole years of
    # all countries at once keep their correlation (decision log 0031).
    a, b = rng.key(address, rng.GROWTH, int(dated.year))
    # A guard alone: a uniform number is never 1.
    drawn = min(int(rng.uniform(a, b, 0) * history.shape[0]), history.shape[0] - 1)
    state.growth_host = history[drawn, 0]
    for o in range(ORIGINS):
        state.growth_source[o] = history[drawn, 1 + o]


@compiled
def climate(t: int, state: Record, parameters: Record, address: Record) -> None:
    """Investment climate by origin: xi' = phi^dt xi + s sqrt(1 - phi^(2 dt)) z, begun in its stationary law.

    phi is the persistence over a year, s the stationary standard deviation in log points.

    Parameters
    ----------
    t
        Quarter from 0; in the first the climate is drawn from its stationary law, so that no run begins at rest.
    state
        Read and written: `climate`, log points, shape (ORIGINS,).
    parameters
        `climate_persistence` over a year, `climate_spread` in log points.
    address
        Address of the run's random numbers; one normal number for each origin.
    """
    phi = parameters.climate_persistence**DT
    a, b = rng.key(address, rng.DEMAND, t)
    for o in range(ORIGINS):
        z = parameters.climate_spread * rng.normal(a, b, o)
        state.climate[o] = z if t == 0 else phi * state.climate[o] + np.sqrt(1.0 - phi * phi) * z


@compiled
def dated_shocks(state: Record, dated: Record, parameters: Record) -> None:
    """Dated shocks to demand by origin, log points: minus pandemic, minus sanctions, plus the shift of the market.

    Parameters
    ----------
    state
        Written: `shock`, log points, shape (ORIGINS,).
    dated
        Exposures of this quarter by origin: 0 none, 1 full.
    parameters
        Sizes of the three shocks at full exposure, log points. A negative `market_shift` is a market lost.
    """
    for o in range(ORIGINS):
        state.shock[o] = (
            parameters.market_shift * dated.exposure_market_shift[o]
            - parameters.pandemic * dated.exposure_pandemic[o]
            - parameters.sanctions * dated.exposure_sanctions[o]
        )


@compiled
def demand(state: Record, parameters: Record, origin: int) -> float:
    """G_o = chi_h g_host + chi_s g_source(o) + xi_o + dated shocks, in log points (MODEL §3(0)).

    Parameters
    ----------
    state
        Growth gaps (shares per year), climate and shocks (log points) of this quarter.
    parameters
        Pulls of host and source growth, log points for a gap of 1, that is of 100 percentage points.
    origin
        Position of the origin: home, host, third.

    Returns
    -------
    Log points added to the logarithm of the origin's enquiry rate.
    """
    return (
        parameters.host_growth_pull * state.growth_host
        + parameters.source_growth_pull * state.growth_source[origin]
        + state.climate[origin]
        + state.shock[origin]
    )


@compiled
def join_hazard(parameters: Record, network: float, reputation: float, mobilised: float) -> float:
    """Yearly hazard that an absent partner joins: j0 (1 - exp{-(N + [rho]+ + mu_P F m)}) (MODEL §3(10)).

    Three reasons: those who are there already, good results, and governments whose framework mobilises partners beyond
    the two countries. None of them is needed, and all together bring a partner at the rate j0 at most.

    Parameters
    ----------
    parameters
        `partner_join` j0, 1/yr; `partner_mobilisation` mu_P, what full commitment under a framework counts for.
    network
        Mean of the network over origins, log points; below 0 it counts as 0.
    reputation
        Excess return that the park signals, in standard deviations of returns; below 0 it counts as 0.
    mobilised
        Commitment of both governments under a framework, 0 to 1.

    Returns
    -------
    Hazard per year, from 0 to j0.
    """
    reasons = max(network, 0.0) + max(reputation, 0.0) + parameters.partner_mobilisation * max(mobilised, 0.0)
    return parameters.partner_join * (1.0 - exp(-reasons))


@compiled
def leave_hazard(parameters: Record, shock: float, reputation: float) -> float:
    """Yearly hazard that a present partner leaves: l0 + l1 ([-shock]+ + [-rho]+) (MODEL §3(10)).

    Two reasons beside those of normal times: a shock to its home market's demand, and results below the reference.

    Parameters
    ----------
    parameters
        `partner_leave` l0, 1/yr; `partner_leave_shock` l1, 1/yr for one log point or one standard deviation.
    shock
        Dated shock to demand, log points; above 0 it counts as 0.
    reputation
        Excess return that the park signals, in standard deviations of returns; above 0 it counts as 0.

    Returns
    -------
    Hazard per year, never below l0.
    """
    return parameters.partner_leave + parameters.partner_leave_shock * (max(-shock, 0.0) + max(-reputation, 0.0))


@compiled
def recorded_partners(state: Record, dated: Record) -> None:
    """Set presence as observed where the record says who was there; it is applied as the quarter begins."""
    for j in range(PARTNERS):
        forced = dated.partner_forced[j]
        if forced == NO_PARTNER:
            state.partner[j] = ABSENT
        elif forced != FREE:
            state.partner[j] = forced


@compiled
def partners(t: int, state: Record, receives: Record, dated: Record, parameters: Record, address: Record) -> None:
    """Partners whose coming and going the record leaves open join or leave at the end of the quarter.

    Parameters
    ----------
    t
        Quarter from 0.
    state
        Read: `shock`. Written: `partner`, 0 or 1, shape (PARTNERS,).
    receives
        Network (log points), reputation (standard deviations of returns) and what governments mobilise (0 to 1), as
        they came this quarter.
    dated
        `partner_forced`: 0 or 1 on record, -1 free, -2 no such partner.
    parameters
        Hazards of joining and leaving.
    address
        Address of the run's random numbers; one uniform number for each partner.
    """
    a, b = rng.key(address, rng.PARTNER, t)
    hazard = join_hazard(parameters, receives.network, receives.reputation, receives.mobilised)
    joins = rng.probability(hazard, DT)
    # Global partners are third parties, hence the shock of third countries (MODEL, Departures).
    leaves = rng.probability(leave_hazard(parameters, state.shock[THIRD], receives.reputation), DT)
    for j in range(PARTNERS):
        if dated.partner_forced[j] == FREE:
            is_present = state.partner[j] > 0.5
            # One number for either change: who is absent and who is present in two scenarios meets the same chance.
            changes = rng.uniform(a, b, j) < (leaves if is_present else joins)
            state.partner[j] = ABSENT if is_present == changes else PRESENT


@compiled
def begin(state: Record, receives: Record) -> None:
    """Begin with no partner and nothing heard from the park."""
    receives.network = 0.0
    receives.reputation = 0.0
    receives.mobilised = 0.0
    for j in range(PARTNERS):
        state.partner[j] = ABSENT


@compiled
def step(
    t: int,
    state: Record,
    sends: Record,
    dated: Record,
    history: np.ndarray,
    parameters: Record,
    address: Record,
) -> None:
    """Move the world by one quarter: growth, climate and shocks, then what the other scales may feel of them.

    Parameters
    ----------
    t
        Quarter from 0.
    state
        Read and written.
    sends
        Written: demand by origin (log points), the host's growth gap (share per year), partners present (0 or 1).
    dated
        Record of this quarter: growth where known, exposures, partners.
    history
        Growth gaps of past years to draw from, shape (years, 4), as in `growth_gap`.
    parameters
        Of the run.
    address
        Address of the run's random numbers.
    """
    recorded_partners(state, dated)
    growth_gap(state, dated, history, address)
    climate(t, state, parameters, address)
    dated_shocks(state, dated, parameters)
    for o in range(ORIGINS):
        sends.demand[o] = demand(state, parameters, o)
    sends.market_growth = state.growth_host
    for j in range(PARTNERS):
        sends.partner[j] = state.partner[j]
