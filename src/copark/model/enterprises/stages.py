"""From registered to building to operating: starting, lapsing and building."""

from __future__ import annotations

import numpy as np

from copark.model import rng
from copark.model.clock import DT
from copark.model.dimensions import ORIGINS
from copark.model.enterprises.records import (
    AGE,
    BUILD_QUARTERS,
    BUILDING_ROWS,
    CAPITAL,
    COMMON_ROWS,
    EXPECTED,
    LAND,
    LAPSES,
    LATEST,
    MEAN_RETURN,
    ORIGIN,
    PERMANENT,
    REGISTERED_ROWS,
    REMAINING,
    SECOND,
    START_QUARTER,
    STARTS,
    THIRD,
    TRANSITORY,
    WIDTH,
    Firms,
)
from copark.model.enterprises.returns import advantage, component_spread, expected_return
from copark.model.fast_math import logistic
from copark.model.jit import Record, compiled


@compiled
def move(
    rows: int, source: np.ndarray, source_id: np.ndarray, i: int, target: np.ndarray, target_id: np.ndarray, j: int
) -> None:
    """Copy the first rows of an enterprise from column i of one table to column j of another (or the same).

    Parameters
    ----------
    rows
        How many of the first rows go along: what a stage shares with the next, or all it has.
    source, source_id
        Table, shape (ALL_ROWS x WIDTH,), and identities, shape (WIDTH,), that the enterprise is in.
    i
        Its column there.
    target, target_id
        Table and identities it comes to.
    j
        Its column there, which is overwritten.
    """
    for row in range(rows):
        target[row * WIDTH + j] = source[row * WIDTH + i]
    target_id[j] = source_id[i]


@compiled
def hurdle_rate(commitment_least: float, parameters: Record) -> float:
    """Return an enterprise asks for, per year: h = h-bar + prem (1 - min m), m the governments' commitments."""
    return parameters.hurdle + parameters.risk_premium * (1.0 - commitment_least)


@compiled
def willingness(expected: float, hurdle: float, spread: float) -> float:
    """Return how far an enterprise wants to start: logistic((E r - h)/s_h), between 0 and 1.

    Parameters
    ----------
    expected
        Return it expects, per year after tax.
    hurdle
        Return it asks for, per year.
    spread
        Spread s_h of what enterprises ask, per year.

    Returns
    -------
    0.5 where it expects what it asks for.
    """
    return logistic((expected - hurdle) / spread)


@compiled
def start_hazard(willing: float, start_rate: float) -> float:
    """Yearly hazard of starting to build: h0 Q logistic, with h0 Q the rate of a willing enterprise (MODEL §3(5))."""
    return start_rate * willing


@compiled
def lapse_hazard(willing: float, lapse_rate: float) -> float:
    """Yearly hazard of losing resident status without starting: x_r (2 - logistic) (MODEL §3(5))."""
    return lapse_rate * (2.0 - willing)


@compiled
def begin_building(firms: Firms, state: Record, i: int) -> None:
    """Move a registered enterprise to the building stage; its land is taken from now on.

    Parameters
    ----------
    firms
        Written: a column of the building; that of the registered stays for the caller to close.
    state
        Written: counts and occupied area (ha); `overflow` where the table is full.
    i
        Column in the table of the registered.
    """
    j = int(state.building)
    if j >= firms.building_id.size:
        state.overflow = 1.0
        return
    move(REGISTERED_ROWS, firms.registered, firms.registered_id, i, firms.building, firms.building_id, j)
    firms.building[REMAINING + j] = firms.building[BUILD_QUARTERS + j]
    state.building += 1
    state.starts += 1.0
    state.occupied_area += firms.building[LAND + j]


@compiled
def weigh(
    t: int,
    firms: Firms,
    count: int,
    receives: Record,
    dated: Record,
    parameters: Record,
    common: float,
    address: Record,
) -> None:
    """Find for every registered enterprise whether it would start this quarter and whether it would lapse.

    Both are left in the table (1 yes, 0 no): one plain loop, for the compiler to treat several enterprises at once.

    Parameters
    ----------
    t
        Quarter from 0.
    firms
        Written: rows STARTS and LAPSES of the registered.
    count
        Registered enterprises, this quarter's among them.
    receives
        Least commitment (0 to 1), service for starts (0 to 1), tax (share) and network (log points) as they came this
        quarter.
    dated
        Terms of cost and market access by origin, per year.
    parameters
        Of the run.
    common
        Return that all earn alike, per year.
    address
        Address of the run's random numbers.
    """
    table = firms.registered
    ids = firms.registered_id
    start_a, start_b = rng.key(address, rng.START, t)
    lapse_a, lapse_b = rng.key(address, rng.LAPSE, t)
    terms_home = advantage(0, receives, dated, parameters)
    terms_host = advantage(1, receives, dated, parameters)
    terms_third = advantage(2, receives, dated, parameters)
    hurdle = hurdle_rate(receives.commitment_least, parameters)
    spread = parameters.hurdle_spread
    tax = receives.profit_tax
    start_rate = parameters.start_rate * receives.service_starts
    lapse_rate = parameters.lapse_rate
    for i in range(count):
        origin = table[ORIGIN + i]
        terms = terms_home if origin < 0.5 else (terms_host if origin < 1.5 else terms_third)
        willing = willingness(expected_return(table[EXPECTED + i], common, terms, tax), hurdle, spread)
        starting = rng.probability(start_hazard(willing, start_rate), DT)
        lapsing = rng.probability(lapse_hazard(willing, lapse_rate), DT)
        # Two processes with numbers of their own: who could not start for want of land may lapse, or not, by another
        # chance.
        table[STARTS + i] = 1.0 if rng.uniform(start_a, start_b, ids[i]) < starting else 0.0
        table[LAPSES + i] = 1.0 if rng.uniform(lapse_a, lapse_b, ids[i]) < lapsing else 0.0


@compiled
def start_or_lapse(t: int, firms: Firms, state: Record, receives: Record) -> float:
    """Registered enterprises start if they want to and land is free, lapse, or wait; hectares taken are returned.

    Older applicants are asked first. An anchor project starts at its dated quarter, once there is land, and never
    lapses. Nothing starts in a park whose company has failed.

    Parameters
    ----------
    t
        Quarter from 0.
    firms
        Read and written: registered and building.
    state
        Written: counts and occupied area, ha.
    receives
        `usable_area`, ha, and `open`, 1 or 0.

    Returns
    -------
    Hectares taken this quarter, which the company sells.
    """
    table = firms.registered
    ids = firms.registered_id
    taken = 0.0
    remaining = 0
    for i in range(int(state.registered_now)):
        # Columns are in order of arrival, and closing gaps keeps that order, which is why older applicants come first.
        planned = table[START_QUARTER + i]
        anchored = planned >= 0.0
        wants = t >= planned if anchored else table[STARTS + i] > 0.5
        need = table[LAND + i]
        # Occupied area grows within the loop: land given to one is not there for the next. Who does not fit blocks
        # nobody.
        fits = need <= 0.0 or state.occupied_area + need <= receives.usable_area
        if wants and fits and receives.open > 0.5:
            begin_building(firms, state, i)
            taken += need
        elif table[LAPSES + i] > 0.5 and not anchored:
            state.lapses += 1.0
            state.gone += 1.0
            state.registered_by_origin[int(table[ORIGIN + i])] -= 1.0
        else:
            if remaining != i:
                move(REGISTERED_ROWS, table, ids, i, table, ids, remaining)
            remaining += 1
    state.registered_now = remaining
    return taken


@compiled
def shut(state: Record) -> None:
    """All who are in a closed park go at once: applicants lapse, who builds stops and lapses, who operates leaves.

    Parameters
    ----------
    state
        Written: counts of who is in the tables, which are read no further, of flows and of who is gone; occupied area,
        ha.
    """
    state.lapses += float(state.registered_now + state.building)
    state.exits += float(state.operating)
    state.gone += float(state.registered_now + state.building + state.operating)
    state.registered_now = state.building = state.operating = 0
    for origin in range(ORIGINS):
        state.registered_by_origin[origin] = 0.0
        state.operating_by_origin[origin] = 0.0
    state.occupied_area = 0.0


@compiled
def open_plant(t: int, firms: Firms, state: Record, i: int, parameters: Record, address: Record) -> None:
    """Move a finished enterprise to the operating stage; its transitory return begins in its stationary law.

    Parameters
    ----------
    t
        Quarter from 0.
    firms
        Read: building. Written: a column of the operating.
    state
        Written: counts; `overflow` where the table is full.
    i
        Column in the table of the building; closing it is left to the caller.
    parameters
        Of the run.
    address
        Address of the run's random numbers.
    """
    j = int(state.operating)
    if j >= firms.operating_id.size:
        state.overflow = 1.0
        return
    table = firms.operating
    move(COMMON_ROWS, firms.building, firms.building_id, i, table, firms.operating_id, j)
    # A process of its own: when the first transitory return shared the address of the quarter's shock, both were one
    # number.
    a, b = rng.key(address, rng.OPENING, t)
    table[TRANSITORY + j] = component_spread(parameters.return_spread) * rng.normal(a, b, firms.operating_id[j])
    table[AGE + j] = 0.0
    # Overwritten by `earn` within the quarter.
    table[MEAN_RETURN + j] = table[PERMANENT + j]
    table[LATEST + j] = table[SECOND + j] = table[THIRD + j] = 0.0
    state.operating += 1
    state.operating_by_origin[int(table[ORIGIN + j])] += 1.0
    state.completions += 1.0


@compiled
def build(t: int, firms: Firms, state: Record, parameters: Record, address: Record) -> None:
    """Building enterprises spend zeta k / T_b a quarter and open when the time is up (MODEL §3(6)).

    The last enterprise of the table takes the place of one that opens.

    Parameters
    ----------
    t
        Quarter from 0.
    firms
        Read and written: building and operating.
    state
        Written: counts, and `investment`, M USD spent since the beginning.
    parameters
        Of the run.
    address
        Address of the run's random numbers.
    """
    table = firms.building
    ids = firms.building_id
    i = 0
    while i < state.building:
        # The last quarter counts in part, so that what is spent adds up to the realised capital.
        worked = min(table[REMAINING + i], 1.0)
        state.investment += table[CAPITAL + i] * worked / table[BUILD_QUARTERS + i]
        table[REMAINING + i] -= worked
        if table[REMAINING + i] <= 0.0:
            open_plant(t, firms, state, i, parameters, address)
            state.building -= 1
            move(BUILDING_ROWS, table, ids, int(state.building), table, ids, i)
        else:
            i += 1
