"""The intergovernmental scale: two governments that gain, bargain and commit themselves.

Money is million USD per year: quarterly flows of the park enter times four. Sides are home and host, in this order.
"""

from __future__ import annotations

import numpy as np

from copark.model import rng
from copark.model.clock import DT
from copark.model.dimensions import HOME, HOST, SIDES
from copark.model.fast_math import exp, logistic
from copark.model.governments.interests import align, closing_hazard, concede, served
from copark.model.governments.records import NO_PLAN
from copark.model.jit import Record, compiled


@compiled
def serve_debt(state: Record, receives: Record, dated: Record) -> None:
    """One quarter of the host state's own debt for the park: what it passes on, interest, principal (MODEL §3(9)).

    D' = D + funding/4 - principal/4, interest r D a year, principal in equal parts from the end of grace to maturity.
    A credit whose borrower is the state is on the state's books: the company receives money and owes nothing.

    Parameters
    ----------
    state
        Read and written: `state_debt`, M USD; written: `state_interest` and `state_principal`, M USD/yr.
    receives
        `state_funding`, M USD/yr.
    dated
        Rate, 1/yr, and quarters left to repay; 0 in the years of grace.
    """
    quarters = dated.state_repayment_quarters
    due = state.state_debt / quarters if quarters >= 1.0 else 0.0
    state.state_interest = dated.state_credit_rate * state.state_debt
    state.state_principal = due / DT
    state.state_debt += receives.state_funding * DT - due


@compiled
def benefit_home(state: Record, receives: Record, dated: Record, parameters: Record) -> float:
    """u_home = v_home S_home + profits of home firms + interest + contractor's margin + dividends, M USD/yr.

    S is how far the side's strategic interests are served. Interest comes from the company and, where the host state is
    the borrower, from the host state. A private owner has no strategic value (MODEL §3(9)).

    Parameters
    ----------
    state
        `outlay` of both sides, M USD, and the host state's interest, M USD/yr.
    receives
        Profits of home enterprises, interest, contractor's margin and dividends, each M USD/yr; what serves interests.
    dated
        Weights of the side's interests, and whether the home side is a private owner.
    parameters
        `value_home`, M USD/yr, and where interests are half served.

    Returns
    -------
    Benefit of the quarter before it is smoothed, M USD/yr; negative where home enterprises lose more than comes in.
    """
    value = 0.0
    if dated.private_owner < 0.5:
        value = parameters.value_home * served(HOME, state.outlay, receives, dated.interest_weight_home, parameters)
    earned = receives.profit_home + receives.interest + receives.contractor_margin + receives.dividends[HOME]
    return value + earned + state.state_interest


@compiled
def benefit_host(state: Record, receives: Record, dated: Record, parameters: Record) -> float:
    """u_host = v_host S_host + theta_B jobs + taxes on profit + dividends - debt service of the state, M USD/yr.

    Parameters
    ----------
    state
        `outlay` of both sides, M USD, and the host state's interest and principal, M USD/yr.
    receives
        Jobs, taxes and dividends of the quarter; what serves interests.
    dated
        Weights of the side's interests.
    parameters
        `value_host`, M USD/yr, `tax_per_job`, M USD/yr for each job, and where interests are half served.

    Returns
    -------
    Benefit of the quarter before it is smoothed, M USD/yr; negative where debt service exceeds what comes in.
    """
    value = parameters.value_host * served(HOST, state.outlay, receives, dated.interest_weight_host, parameters)
    earned = value + parameters.tax_per_job * receives.jobs + receives.taxes + receives.dividends[HOST]
    return earned - (state.state_interest + state.state_principal)


@compiled
def bargain(home: float, host: float, shortfall: float, weight: float) -> tuple[float, float]:
    """Split a shortfall X by the generalised Nash rule: x_home = clip(P_home - beta R, 0, X), x_host = X - x_home.

    R = P_home + P_host - X is what is left of what the sides would pay at most; with R >= 0 and no side asked for more
    than that the split is returned, otherwise (0, 0): nobody pays. All in M USD/yr.

    Parameters
    ----------
    home, host
        Most that each side would pay, P_g, M USD/yr.
    shortfall
        Cash the company lacks, as a yearly flow, M USD/yr; no greater than 0 means that nothing is to be paid.
    weight
        Bargaining weight beta of the home side, 0 to 1.

    Returns
    -------
    Payments of home and host, M USD/yr, adding up to the shortfall or both 0: a shortfall is covered whole or not at
    all.
    """
    surplus = home + host - shortfall
    if shortfall <= 0.0 or surplus < 0.0:
        return 0.0, 0.0
    # Clipped, since the rule alone may have one side pay the other: only the company is to be paid.
    pays_home = min(max(home - weight * surplus, 0.0), shortfall)
    pays_host = shortfall - pays_home
    if home - pays_home < 0.0 or host - pays_host < 0.0:
        return 0.0, 0.0
    return pays_home, pays_host


@compiled
def within_means(worth: float, limit: float) -> float:
    """Return what a side would pay at most, P_g, M USD/yr: what the park is worth to it, within a limit above 0."""
    return min(worth, limit) if limit > 0.0 else worth


@compiled
def pays_alone(willing: float, shortfall: float, allowed: float) -> float:
    """Return what a side pays without the other: the whole shortfall, if it may and the park is worth that to it.

    Parameters
    ----------
    willing
        Most it would pay, M USD/yr.
    shortfall
        Cash the company lacks, as a yearly flow, M USD/yr.
    allowed
        1 where the rules in force let it pay, 0 where they do not.

    Returns
    -------
    The shortfall or 0, M USD/yr.
    """
    return shortfall if allowed > 0.5 and 0.0 < shortfall <= willing else 0.0


@compiled
def rescue(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """Decide who pays how much of the company's shortfall: both by treaty, one side alone, or nobody.

    A side is willing to pay what the park is worth to it, as far as its means reach, with or without a framework. A
    treaty lets both share a shortfall that neither would bear alone. Where nobody has paid, a side that may pay alone
    does: the one with more control first, and home where both have the same. A private owner on the home side is asked
    as any side: what the park is worth to it is what it earns there, since it has no strategic interest.

    Parameters
    ----------
    state
        Read: `benefit` and `transfer`, M USD/yr by side. Written: `contribution` by side and `surplus`, M USD/yr.
    receives
        `shortfall`, M USD/yr, and `control` by side.
    dated
        Whether the framework is on and provides for a rescue, which sides may pay alone, and the means of each side,
        M USD/yr (0: no limit).
    parameters
        `home_bargaining`, the weight beta.
    """
    shortfall = receives.shortfall
    willing_home = within_means(state.benefit[HOME] + state.transfer[HOME], dated.rescue_limit[HOME])
    willing_host = within_means(state.benefit[HOST] + state.transfer[HOST], dated.rescue_limit[HOST])
    pays_home, pays_host = 0.0, 0.0
    if dated.framework > 0.5 and dated.rescue_by_treaty > 0.5:
        pays_home, pays_host = bargain(willing_home, willing_host, shortfall, parameters.home_bargaining)
    if pays_home + pays_host <= 0.0:
        home_alone = pays_alone(willing_home, shortfall, dated.rescue_alone[HOME])
        host_alone = pays_alone(willing_host, shortfall, dated.rescue_alone[HOST])
        home_first = receives.control[HOME] >= receives.control[HOST]
        pays_home = home_alone if home_first or host_alone <= 0.0 else 0.0
        pays_host = host_alone if pays_home <= 0.0 else 0.0
    state.contribution[HOME] = pays_home
    state.contribution[HOST] = pays_host
    # Reported and laid on the council's table with or without a framework; whoever paid, the shortfall counts once.
    state.surplus = state.benefit[HOME] + state.benefit[HOST] - shortfall


@compiled
def commit(now: float, benefit: float, visit: float, parameters: Record) -> float:
    """Commitment drifts to what the benefit justifies, and jumps at a visit.

    m' = m + (1 - exp(-eta dt)) [logistic((u + Z - x - c)/s_u) - m] + omega_v visit, held in [0, 1].

    Parameters
    ----------
    now
        Commitment before the quarter, 0 to 1.
    benefit
        u + Z - x: smoothed benefit of the side and what it is conceded, less what it paid, M USD/yr.
    visit
        Jump of the quarter, omega_v times the case's, a share; negative where a government closes the park, 0 without a
        visit.
    parameters
        `effort_cost` c and `benefit_spread` s_u, M USD/yr; `commitment_rate` eta, 1/yr.

    Returns
    -------
    Commitment after the quarter, 0 to 1.
    """
    aim = logistic((benefit - parameters.effort_cost) / parameters.benefit_spread)
    moved = now + (1.0 - exp(-parameters.commitment_rate * DT)) * (aim - now) + visit
    return min(max(moved, 0.0), 1.0)


@compiled
def begin(state: Record, dated: Record, parameters: Record) -> None:
    """Begin at rest: benefit is the strategic value, commitment what that value justifies.

    Parameters
    ----------
    state
        Written: benefit, commitment, contribution, concession, outlay, surplus and alignment.
    dated
        The first quarter's record, for `private_owner` and `framework`.
    parameters
        Strategic values, cost of effort and spread of benefit, M USD/yr; alignment that the framework sustains.
    """
    private = dated.private_owner > 0.5
    state.benefit[HOME] = 0.0 if private else parameters.value_home
    state.benefit[HOST] = parameters.value_host
    for g in range(SIDES):
        aim = logistic((state.benefit[g] - parameters.effort_cost) / parameters.benefit_spread)
        state.commitment[g] = 1.0 if private and g == HOME else aim
        state.contribution[g] = 0.0
        state.transfer[g] = 0.0
        state.outlay[g] = 0.0
    state.surplus = state.benefit[HOME] + state.benefit[HOST]
    state.alignment = parameters.alignment if dated.framework > 0.5 else 0.0


@compiled
def credit_limit(concessional: float, commercial: float, dated: Record) -> float:
    """Return what a borrower may draw, M USD: commercial lines with or without a framework, concessional ones with it.

    Parameters
    ----------
    concessional, commercial
        Limits agreed to date, M USD.
    dated
        Whether credit is open, and whether the framework is on.
    """
    if dated.credit_open < 0.5:
        return 0.0
    return commercial + (concessional if dated.framework > 0.5 else 0.0)


@compiled
def mobilised(commitment: np.ndarray, framework: float, closed: float) -> float:
    """Compute what the framework mobilises beyond the two countries: F (m_home + m_host)/2, nothing in a closed park.

    Parameters
    ----------
    commitment
        Of home and host, 0 to 1.
    framework
        1 while there is one, else 0.
    closed
        1 once a government has closed the park, else 0.

    Returns
    -------
    0 to 1.
    """
    return 0.5 * (commitment[HOME] + commitment[HOST]) if framework > 0.5 and closed < 0.5 else 0.0


@compiled
def announce(state: Record, sends: Record, dated: Record) -> None:
    """Send what the governments put on the table as the quarter begins: commitment, framework, plan, credit, regime.

    Without the framework there is no concessional credit, no political land plan and no council to mediate; what the
    council puts on the table in a vote is last quarter's surplus. Commercial credit needs no framework. A state draws
    on its credit until it begins to repay.

    Parameters
    ----------
    state
        Read: commitment, surplus and the state's debt as the last quarter left them.
    sends
        Written, all but `rescue` and `closed`, which are known only after the bargain.
    dated
        Framework, levers and regime of this quarter.
    """
    for g in range(SIDES):
        sends.commitment[g] = state.commitment[g]
    framework = dated.framework > 0.5
    sends.credit = credit_limit(dated.credit, dated.commercial_credit, dated)
    state_limit = credit_limit(dated.state_credit, dated.commercial_state_credit, dated)
    sends.state_credit = state_limit if dated.state_repayment_quarters <= 0.0 else 0.0
    sends.state_debt = state.state_debt
    sends.plan_area = dated.plan_area if framework and dated.plan_open > 0.5 else NO_PLAN
    sends.mediation = state.surplus if framework and dated.mediation_open > 0.5 else 0.0
    sends.mobilised = mobilised(state.commitment, dated.framework, state.closed)
    sends.threshold = dated.threshold
    sends.narrow_list = dated.narrow_list
    sends.profit_tax = dated.profit_tax


@compiled
def step(
    t: int, state: Record, receives: Record, sends: Record, dated: Record, parameters: Record, address: Record
) -> None:
    """Move the governments by one quarter: benefit, concessions, bargain over a shortfall, commitment, closing.

    A private owner is a residual claimant: no strategic value, full commitment until the company fails.

    Parameters
    ----------
    t
        Quarter from 0.
    state
        Read and written.
    receives
        What came along the links this quarter; money in M USD/yr, jobs in persons.
    sends
        Written: `rescue`, M USD/yr, and `closed`.
    dated
        Framework, rescue levers, ownership and visits of this quarter.
    parameters
        Of the run.
    address
        Address of the run's random numbers.
    """
    private = dated.private_owner > 0.5
    # Exact for any step: two half steps of a smoother of this form are one whole step. The memory is about a
    # budget year, so that one good quarter convinces no government.
    keep = 1.0 - exp(-DT / parameters.benefit_memory)
    serve_debt(state, receives, dated)
    state.public_income = parameters.tax_per_job * receives.jobs + receives.taxes
    home = benefit_home(state, receives, dated, parameters)
    host = benefit_host(state, receives, dated, parameters)
    state.benefit[HOME] += keep * (home - state.benefit[HOME])
    state.benefit[HOST] += keep * (host - state.benefit[HOST])
    align(state, dated, parameters)
    concede(state, dated, parameters)
    # Before commitment, so that what a side has just paid already cools it.
    rescue(state, receives, dated, parameters)
    for g in range(SIDES):
        net = state.benefit[g] + state.transfer[g] - state.contribution[g]
        # A closure on record is a visit of CLOSES_PARK, and no weight of visits undoes it.
        jump = parameters.visit_weight * max(dated.visit[g], 0.0) + min(dated.visit[g], 0.0)
        state.commitment[g] = commit(state.commitment[g], net, jump, parameters)
        state.outlay[g] += state.contribution[g] * DT
    state.outlay[HOST] += (state.state_interest + state.state_principal) * DT
    if private:
        state.commitment[HOME] = 1.0 if receives.open > 0.5 else 0.0
    sends.rescue = state.contribution[HOME] + state.contribution[HOST]
    close_park(t, state, dated, parameters, address)
    sends.closed = state.closed


@compiled
def close_park(t: int, state: Record, dated: Record, parameters: Record, address: Record) -> None:
    """Decide whether a government closes the park this quarter, for good: likelier the less committed they are.

    A private owner is no government: it may leave, but closes no park. While a closure on record lasts nothing is
    decided: what is closed already may be opened again.

    Parameters
    ----------
    t
        Quarter from 0.
    state
        Read: `commitment` by side. Written: `closed`.
    dated
        Whether the home side is a private owner, and whether the park is closed on record, 1 or 0.
    parameters
        `closure_rate`, 1/yr, and `closure_threshold`, a share.
    address
        Address of the run's random numbers.
    """
    if dated.closure > 0.5:
        return
    home = 1.0 if dated.private_owner > 0.5 else state.commitment[HOME]
    hazard = closing_hazard(home, state.commitment[HOST], parameters.closure_rate, parameters.closure_threshold)
    a, b = rng.key(address, rng.CLOSURE, t)
    if rng.uniform(a, b, 0) < rng.probability(hazard, DT):
        state.closed = 1.0
