"""Operating enterprises: earnings, totals and exits, the most time-consuming loop.

Plain loops, so that the compiler treats several enterprises at once: draws first, then a branch-free update of every
enterprise, then exits (the last enterprise takes the leaver's column).
"""

from __future__ import annotations

import numpy as np

from copark.model import rng
from copark.model.clock import DT
from copark.model.enterprises.records import (
    AGE,
    CAPITAL,
    FATE,
    LAND,
    LATEST,
    LEAVES,
    MEAN_RETURN,
    OPERATING_ROWS,
    ORIGIN,
    PERMANENT,
    SECOND,
    SHOCK,
    THIRD,
    TRANSITORY,
    Firms,
)
from copark.model.enterprises.returns import advantage, after_tax, component_spread, startup_share
from copark.model.enterprises.stages import move
from copark.model.fast_math import exp, inverse_normal
from copark.model.jit import Record, compiled


@compiled
def draw(t: int, firms: Firms, count: int, address: Record) -> None:
    """Draw each enterprise's shock (standard normal) and fate (uniform) of the quarter.

    Numbers first, then their quantiles: the compiler makes more of short loops.

    Parameters
    ----------
    t
        Quarter from 0.
    firms
        Written: rows SHOCK and FATE of the operating.
    count
        Operating enterprises.
    address
        Address of the run's random numbers.
    """
    ids = firms.operating_id
    table = firms.operating
    a, b = rng.key(address, rng.TRANSITORY, t)
    for i in range(count):
        table[SHOCK + i] = rng.uniform(a, b, ids[i])
    for i in range(count):
        table[SHOCK + i] = inverse_normal(table[SHOCK + i])
    a, b = rng.key(address, rng.EXIT, t)
    for i in range(count):
        table[FATE + i] = rng.uniform(a, b, ids[i])


@compiled
def earn(firms: Firms, count: int, receives: Record, dated: Record, parameters: Record, common: float) -> None:
    """Returns, reinvestment, growth and the decision to leave, for every operating enterprise (MODEL §3(4), (7)).

    e' = phi^dt e + s sqrt(1 - phi^(2 dt)) z with s = sigma/sqrt(2); r is, after tax, common + u + e + terms - start-up
    loss, so that the loss of the start lowers the tax; k' = k (1 + reinvested [r]+ dt); the exit hazard is
    h_x exp{-(r4 - 0.07)/sigma}, r4 the mean return of the last four quarters.

    Parameters
    ----------
    firms
        Read and written: the table of the operating. `LEAVES` says 1 for who goes at the end of the quarter.
    count
        Operating enterprises.
    receives
        `profit_tax`, a share; `network_returns`, log points by origin.
    dated
        Terms of cost and market access by origin, per year.
    parameters
        Of the run.
    common
        Return that all earn alike, per year, from `common_return`.
    """
    table = firms.operating
    persistence = parameters.transitory_persistence**DT
    innovation = component_spread(parameters.return_spread) * np.sqrt(1.0 - persistence * persistence)
    # By origin before the loop: three numbers instead of a lookup for each enterprise.
    base_home = common + advantage(0, receives, dated, parameters)
    base_host = common + advantage(1, receives, dated, parameters)
    base_third = common + advantage(2, receives, dated, parameters)
    tax = receives.profit_tax
    loss = parameters.startup_loss
    ramp = parameters.startup_years / DT
    growth = parameters.reinvested_share * DT
    exit_rate = parameters.exit_rate
    spread = parameters.return_spread
    reference = parameters.reference_return
    for i in range(count):
        origin = table[ORIGIN + i]
        # Origins stand in the table as floats; compared midway between them they need no conversion.
        base = base_home if origin < 0.5 else (base_host if origin < 1.5 else base_third)
        transitory = persistence * table[TRANSITORY + i] + innovation * table[SHOCK + i]
        age = table[AGE + i]
        starting = loss * (1.0 - startup_share(age, ramp))
        r = after_tax(base + table[PERMANENT + i] + transitory - starting, tax)
        table[TRANSITORY + i] = transitory
        table[AGE + i] = age + 1.0
        first, second, third = table[LATEST + i], table[SECOND + i], table[THIRD + i]
        table[LATEST + i], table[SECOND + i], table[THIRD + i] = r, first, second
        # Earlier returns are 0 before there were any, so the sum needs no branch. A shift register, not a ring: no
        # index.
        recent = (r + first + second + third) / min(age + 1.0, 4.0)
        table[MEAN_RETURN + i] = recent
        table[CAPITAL + i] *= 1.0 + growth * max(r, 0.0)
    for i in range(count):
        # A loop of its own: the exponential and the random number in one loop with the rest would be too long for the
        # compiler to treat several enterprises at once.
        hazard = exit_rate * exp((reference - table[MEAN_RETURN + i]) / spread)
        table[LEAVES + i] = 1.0 if table[FATE + i] < rng.probability(hazard, DT) else 0.0


@compiled
def add_up(firms: Firms, state: Record, receives: Record, parameters: Record) -> None:
    """Sums over the enterprises that operated this quarter: money, jobs, taxes, returns (M USD/yr, persons, 1/yr).

    Parameters
    ----------
    firms
        The table of the operating, after `earn`.
    state
        Written: profit, home profit and taxes (M USD/yr), capital (M USD), jobs (persons), sum of mean returns and
        number of losses; reinvestment is added to `investment`, M USD since the beginning.
    receives
        `profit_tax`, a share below 1.
    parameters
        Of the run.
    """
    table = firms.operating
    count = int(state.operating)
    keep = 1.0 - receives.profit_tax
    ramp = parameters.startup_years / DT
    reinvested = parameters.reinvested_share * DT
    profit = home = capital = working = positive = returns = losses = grown = 0.0
    for i in range(count):
        r, k = table[LATEST + i], table[CAPITAL + i]
        # Capital as it was before this quarter's reinvestment: that is what earned the return.
        before = k / (1.0 + reinvested * max(r, 0.0))
        profit += r * before
        home += r * before if table[ORIGIN + i] < 0.5 else 0.0
        capital += k
        working += k * startup_share(table[AGE + i], ramp)
        positive += max(r, 0.0) * before
        returns += table[MEAN_RETURN + i]
        losses += 1.0 if table[MEAN_RETURN + i] < 0.0 else 0.0
        grown += k - before
    state.profit, state.profit_home, state.capital = profit, home, capital
    state.jobs = working / parameters.capital_per_job
    # The return is after tax; tau/(1 - tau) of it is the tax on what it was before.
    state.taxes = receives.profit_tax * positive / keep
    state.return_sum, state.losses = returns, losses
    state.investment += grown


@compiled
def leave(firms: Firms, state: Record) -> None:
    """Enterprises that leave give back their land; the last enterprise of the table takes their column."""
    table = firms.operating
    ids = firms.operating_id
    i = 0
    while i < state.operating:
        if table[LEAVES + i] > 0.5:
            origin = int(table[ORIGIN + i])
            state.operating_by_origin[origin] -= 1.0
            state.registered_by_origin[origin] -= 1.0
            state.occupied_area -= table[LAND + i]
            state.exits += 1.0
            state.gone += 1.0
            state.operating -= 1
            last = int(state.operating)
            if last != i:
                move(OPERATING_ROWS, table, ids, last, table, ids, i)
                table[LEAVES + i] = table[LEAVES + last]
        else:
            i += 1
