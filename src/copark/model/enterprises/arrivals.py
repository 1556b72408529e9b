"""Arrivals: how many enterprises of each origin enquire and register, how large, and what led them here."""

from __future__ import annotations

import numpy as np

from copark.model import rng
from copark.model.clock import DT
from copark.model.dimensions import HOME, HOST, ORIGINS
from copark.model.enterprises.records import (
    BUILD_QUARTERS,
    CAPITAL,
    EXPECTED,
    FREE_TO_DECIDE,
    LAND,
    ORIGIN,
    PERMANENT,
    START_QUARTER,
    Firms,
)
from copark.model.enterprises.returns import arbitrage, component_spread
from copark.model.fast_math import exp, log
from copark.model.jit import Record, compiled

# Three ranges that never meet: enquiries and certificate holders have half of the numbers of a quarter and origin each,
# anchor projects stand behind any quarter there is. So who is named by the record shifts nobody else's random numbers
# (decision log 0017).
ROOM_PER_QUARTER = 4096
CERTIFICATE_FIRST = 2048
ANCHOR_FIRST = 1 << 31


@compiled
def identity(t: int, origin: int, number: int) -> int:
    """Identity of an enterprise: (quarter of arrival, origin, number within it) as one 32-bit integer.

    Parameters
    ----------
    t
        Quarter of arrival, from 0.
    origin
        Home, host or third.
    number
        Number within quarter and origin, below 4,096; from 2,048 on it is a certificate holder.

    Returns
    -------
    The entity that every random number of the enterprise is addressed by, for its whole life and in every scenario.
    """
    return (t * ORIGINS + origin) * ROOM_PER_QUARTER + number


@compiled
def regime(receives: Record, dated: Record, parameters: Record) -> float:
    """Factor of the legal regime and of missing land: exp(-delta_166 narrow) (1 - gamma_A while A < A_first).

    Before the decree that widened the list of activities narrow = 1; A is the area usable now (MODEL §3(3)).

    Parameters
    ----------
    receives
        `narrow_list` (1 under the narrow list of activities, else 0) and `usable_area`, ha.
    dated
        `first_area`, ha, of the first phase.
    parameters
        `narrow_list_drag`, log points, and `no_land_discount`, a share.

    Returns
    -------
    Factor of the enquiry rate, 0 to 1.
    """
    factor = exp(-parameters.narrow_list_drag * receives.narrow_list)
    if receives.usable_area < dated.first_area:
        factor *= 1.0 - parameters.no_land_discount
    return factor


@compiled
def pool_left(registered_ever: float, parameters: Record) -> float:
    """Share of the pool of candidates not yet registered: (1 - R/(T_M lambda0))+."""
    return max(1.0 - registered_ever / (parameters.pool_years * parameters.enquiry_rate), 0.0)


@compiled
def sent_by(origin: int, receives: Record) -> float:
    """Return the commitment of the government that can send enterprises of an origin; for third countries 1."""
    if origin == HOME:
        return receives.commitment_own[HOME]
    if origin == HOST:
        return receives.commitment_own[HOST]
    return 1.0


@compiled
def enquiries_per_year(origin: int, state: Record, receives: Record, dated: Record, parameters: Record) -> float:
    """Return the enquiries of an origin per year, before the entry threshold thins them (MODEL §3(3)).

    lambda_o = lambda0 w_o pool regime exp{theta_n ln(1 + n_o) + N_o + theta_q ln Q + theta_y (rho - 0.07)/sigma
    - eps' 100 (tau - tau0) + G_o + theta_a (cost + market)_o - theta_m (1 - m_o) - eps_L ln(p/p_ref)}. The pool is
    that of the quarter's beginning, so that no origin comes before another.

    Parameters
    ----------
    origin
        Home, host or third.
    state
        Operating enterprises by origin as last quarter left them, and all ever registered before this quarter's
        enquiries.
    receives
        Demand and network (log points), service (ln Q), reputation (per year), tax (share), land and list.
    dated
        `reference_tax`, a share, at which tax has no effect, and `first_area`, ha.
    parameters
        Of the run.

    Returns
    -------
    Enquiries per year, never negative.
    """
    pull = (
        # One added, so that nobody to follow is a pull of nothing.
        parameters.follow_own * log(1.0 + state.operating_by_origin[origin])
        + receives.network[origin]
        + parameters.service_pull * receives.service_arrivals
        + parameters.reputation_pull * receives.reputation / parameters.return_spread
        # The published semi-elasticity is per percentage point.
        - parameters.tax_pull * (receives.profit_tax - dated.reference_tax) * 100.0
        + receives.demand[origin]
        + parameters.arbitrage_pull * arbitrage(dated, origin)
        - parameters.mobilisation * (1.0 - sent_by(origin, receives))
        - parameters.price_pull * receives.log_price
    )
    scale = parameters.enquiry_rate * parameters.origin_weight[origin]
    return scale * pool_left(state.registered_before, parameters) * regime(receives, dated, parameters) * exp(pull)


@compiled
def attribute(own_pull: float, partner_pull: float) -> tuple[float, float]:
    """Shares of arrivals owed to nobody and to incumbents, by Aumann and Shapley; the rest is owed to partners.

    With a = theta_n ln(1 + n_o) and b = N_o the enterprise comes on its own with probability e^-(a + b); the rest
    splits a : b. Independent of the unit of lambda0.

    Parameters
    ----------
    own_pull
        Pull of incumbents of the same origin, log points.
    partner_pull
        Pull of shareholders' and partners' ties, log points.

    Returns
    -------
    Shares of nobody and of incumbents, each 0 to 1.
    """
    both = own_pull + partner_pull
    alone = exp(-both)
    # Without any pull the quotient is 0/0, and everybody came alone.
    incumbent = (1.0 - alone) * own_pull / both if both > 0.0 else 0.0
    return alone, incumbent


@compiled
def erlang(mean: float, a: int, b: int, who: int) -> float:
    """Time to build, Gamma with shape 4 and the given mean: minus the mean over four of the log of four uniforms.

    Parameters
    ----------
    mean
        Mean time to build, quarters.
    a, b
        Keys of the quarter's entries; each of the four stages has an aspect of its own.
    who
        Identity of the enterprise.

    Returns
    -------
    Quarters; at least a quarter of one.
    """
    # A product and one logarithm instead of four. Four numbers always, unlike a rejection sampler, so that the
    # enterprise keeps its address whatever is drawn (decision log 0018).
    product = 1.0
    for stage in range(4):
        product *= rng.uniform(a, rng.aspect(b, rng.BUILD + stage), who)
    return max(-log(product) * mean / 4.0, 0.25)


@compiled
def enter(
    firms: Firms, state: Record, who: int, origin: int, declared: float, parameters: Record, a: int, b: int
) -> int:
    """Register an enterprise: draw what it is and what it believes of itself; return its column, or -1 if none is left.

    Permanent return u = s_u z; signal s = sqrt(varsigma) z + sqrt(1 - varsigma) z'; it expects E[u|s] =
    s_u sqrt(varsigma) s, with s_u = sigma/sqrt(2) and varsigma the share of signal. A small enterprise rents ready
    space: no land, two quarters. a and b are the keys of the quarter's entries.

    Parameters
    ----------
    firms
        Written: a column of the table of the registered.
    state
        Written: counts, and `overflow` where the table is full.
    who
        Identity of the enterprise.
    origin
        Home, host or third.
    declared
        Declared investment, M USD.
    parameters
        Of the run.
    a, b
        Keys of the quarter's entries.

    Returns
    -------
    Column in the table of the registered, or -1; the run then ends with a status.
    """
    i = int(state.registered_now)
    if i >= firms.registered_id.size:
        state.overflow = 1.0
        return -1
    z = rng.normal(a, rng.aspect(b, rng.PERMANENT), who)
    spread = component_spread(parameters.return_spread)
    self_knowledge = parameters.self_knowledge
    # Weights whose squares add up to one keep the signal standard normal whatever is known, so that more knowledge
    # changes what an enterprise believes and not how good it is.
    signal = np.sqrt(self_knowledge) * z + np.sqrt(1.0 - self_knowledge) * rng.normal(a, rng.aspect(b, rng.SIGNAL), who)
    table = firms.registered
    rents = declared < parameters.rent_below
    table[ORIGIN + i] = origin
    table[CAPITAL + i] = parameters.realised_share * declared
    table[PERMANENT + i] = spread * z
    table[EXPECTED + i] = spread * np.sqrt(self_knowledge) * signal
    # Land is asked for by what was declared, money is spent by what is realised.
    table[LAND + i] = 0.0 if rents else parameters.land_per_capital * declared
    table[BUILD_QUARTERS + i] = parameters.rent_quarters if rents else erlang(parameters.build_quarters, a, b, who)
    table[START_QUARTER + i] = FREE_TO_DECIDE
    firms.registered_id[i] = who
    state.registered_now += 1
    state.registered_ever += 1.0
    state.registered_by_origin[origin] += 1.0
    return i


@compiled
def declare(who: int, parameters: Record, a: int, b: int) -> float:
    """Declared investment k ~ LogNormal(mu_k, sigma_k), M USD.

    Parameters
    ----------
    who
        Identity of the enterprise.
    parameters
        Mean and standard deviation of the logarithm of M USD.
    a, b
        Keys of the quarter's entries.

    Returns
    -------
    Declared investment, M USD: the same for this enterprise in every scenario, before any threshold.
    """
    return exp(parameters.declared_mean + parameters.declared_spread * rng.normal(a, rng.aspect(b, rng.SIZE), who))


@compiled
def arrive(
    t: int,
    origin: int,
    firms: Firms,
    state: Record,
    receives: Record,
    dated: Record,
    parameters: Record,
    address: Record,
) -> None:
    """Enquiries of an origin this quarter; those that reach the threshold of declared investment register.

    Parameters
    ----------
    t
        Quarter from 0.
    origin
        Home, host or third.
    firms
        Written: the table of the registered.
    state
        Written: counts of arrivals by what led to them.
    receives
        What came along the links this quarter, the threshold of declared investment (M USD) among it.
    dated
        Reference tax and first area.
    parameters
        Of the run.
    address
        Address of the run's random numbers.
    """
    rate = enquiries_per_year(origin, state, receives, dated, parameters) * DT
    # Written so that NaN is caught too. At 700 e^-rate would leave the normal numbers, and the inverse Poisson with it.
    if not rate < 600.0:
        if rate >= 600.0:
            state.overflow = 1.0
        else:
            state.arrivals = rate  # not a number: the run stops with that status
        return
    a, b = rng.key(address, rng.ARRIVALS, t)
    # One uniform for the whole count: the scenario with the higher rate has the same enterprises and some more.
    enquiries = min(rng.poisson(rng.uniform(a, b, origin), rate), CERTIFICATE_FIRST - 1)
    own_pull = parameters.follow_own * log(1.0 + state.operating_by_origin[origin])
    alone, incumbent = attribute(own_pull, receives.network[origin])
    a, b = rng.key(address, rng.ENTRY, t)
    for number in range(enquiries):
        who = identity(t, origin, number)
        declared = declare(who, parameters, a, b)
        # Thinned after the count, by number: a lower threshold lets further enterprises in and changes none of the
        # others.
        if declared < receives.threshold:
            continue
        if enter(firms, state, who, origin, declared, parameters, a, b) < 0:
            return
        state.arrivals += 1.0
        # A read-out: what led an enterprise here changes nothing that it does.
        led = rng.uniform(a, rng.aspect(b, rng.FOUND), who)
        if led < alone:
            state.arrivals_own += 1.0
        elif led < alone + incumbent:
            state.arrivals_incumbent += 1.0
        else:
            state.arrivals_partner += 1.0


@compiled
def dated_arrivals(
    t: int,
    firms: Firms,
    state: Record,
    receives: Record,
    dated: Record,
    anchors: np.ndarray,
    parameters: Record,
    address: Record,
) -> None:
    """Enterprises the record names: holders of dated certificates and anchor projects, whatever the rates say.

    Parameters
    ----------
    t
        Quarter from 0.
    firms
        Written: the table of the registered.
    state
        Written: counts of arrivals.
    receives
        `threshold`, M USD, which holders of certificates have met.
    dated
        `certificates`, how many of each origin are dated to this quarter.
    anchors
        Anchor projects of the case, record array of shape (anchors,); money in M USD, land in ha, times in
        quarters.
    parameters
        Of the run.
    address
        Address of the run's random numbers.
    """
    a, b = rng.key(address, rng.ENTRY, t)
    before = state.registered_ever
    for origin in range(ORIGINS):
        for number in range(int(dated.certificates[origin])):
            who = identity(t, origin, CERTIFICATE_FIRST + number)
            declared = max(declare(who, parameters, a, b), receives.threshold)
            enter(firms, state, who, origin, declared, parameters, a, b)
    for n in range(anchors.size):
        if anchors[n].quarter == t:
            declared = anchors[n].declared
            i = enter(firms, state, ANCHOR_FIRST + n, int(anchors[n].origin), declared, parameters, a, b)
            if i >= 0:
                table = firms.registered
                # Anchor projects realise what they declared, since observations report it so (MODEL, Departures).
                table[CAPITAL + i] = declared
                table[LAND + i] = anchors[n].land
                table[BUILD_QUARTERS + i] = anchors[n].build_quarters
                table[START_QUARTER + i] = anchors[n].start_quarter
    state.arrivals += state.registered_ever - before
    state.arrivals_own += state.registered_ever - before
