"""The intergovernmental scale: two governments that gain, bargain and commit themselves.

Money is million USD per year: quarterly flows of the park enter times four. Sides are home and host, in this order.
"""

from __future__ import annotations

import numpy as np

from copark.model import rng
from copark.model.clock import DT
from copark.model.dimensions import HOME, HOST, INTERESTS, SIDES
from copark.model.fast_math import exp, logistic
from copark.model.governments.interests import align, closing_hazard, concede, served
from copark.model.jit import Record, compiled

Parameters = np.dtype(
    [
        ("value_home", "f8"),
        ("value_host", "f8"),
        ("effort_cost", "f8"),
        ("benefit_spread", "f8"),
        ("benefit_memory", "f8"),
        ("commitment_rate", "f8"),
        ("home_bargaining", "f8"),
        ("tax_per_job", "f8"),
        ("interest_jobs", "f8"),
        ("interest_technology", "f8"),
        ("alignment", "f8"),
        ("alignment_memory", "f8"),
        ("session_effect", "f8"),
        ("visit_weight", "f8"),
        ("closure_rate", "f8"),
    ],
    align=True,
)
Dated = np.dtype(
    [
        ("framework", "f8"),
        ("rescue_by_treaty", "f8"),
        ("rescue_by_controller", "f8"),
        ("rescue_alone", "f8", (SIDES,)),
        ("rescue_limit", "f8", (SIDES,)),
        ("private_owner", "f8"),
        ("visit", "f8", (SIDES,)),
        ("sessions", "f8"),
        ("interest_weight_home", "f8", (INTERESTS,)),
        ("interest_weight_host", "f8", (INTERESTS,)),
        ("credit_open", "f8"),
        ("credit", "f8"),
        ("state_credit", "f8"),
        ("state_credit_rate", "f8"),
        ("state_repayment_quarters", "f8"),
        ("plan_open", "f8"),
        ("plan_area", "f8"),
        ("mediation_open", "f8"),
        ("threshold", "f8"),
        ("narrow_list", "f8"),
        ("profit_tax", "f8"),
    ],
    align=True,
)
State = np.dtype(
    [
        ("commitment", "f8", (SIDES,)),
        ("benefit", "f8", (SIDES,)),
        ("contribution", "f8", (SIDES,)),
        ("surplus", "f8"),
        ("alignment", "f8"),
        ("transfer", "f8", (SIDES,)),
        ("outlay", "f8", (SIDES,)),
        ("closed", "f8"),
        ("state_debt", "f8"),
        ("state_interest", "f8"),
        ("state_principal", "f8"),
    ],
    align=True,
)
Receives = np.dtype(
    [
        ("profit_home", "f8"),
        ("taxes", "f8"),
        ("jobs", "f8"),
        ("interest", "f8"),
        ("contractor_margin", "f8"),
        ("dividends", "f8", (SIDES,)),
        ("shortfall", "f8"),
        ("control", "f8", (SIDES,)),
        ("open", "f8"),
        ("state_funding", "f8"),
        ("jobs_seen", "f8"),
        ("capital", "f8"),
    ],
    align=True,
)
Sends = np.dtype(
    [
        ("commitment", "f8", (SIDES,)),
        ("rescue", "f8"),
        ("mediation", "f8"),
        ("credit", "f8"),
        ("state_credit", "f8"),
        ("plan_area", "f8"),
        ("threshold", "f8"),
        ("narrow_list", "f8"),
        ("profit_tax", "f8"),
        ("closed", "f8"),
    ],
    align=True,
)
NO_PLAN = -1.0


@compiled
def serve_debt(state: Record, receives: Record, dated: Record) -> None:
    """One quarter of the host state's own debt for the park: what it passes on, interest, principal (MODEL §3(9)).

    D' = D + funding/4 - principal/4, interest r D a year, principal in equal parts from the end of grace to maturity.
    A credit whose borrower is the state is on the state's books: the company receives money and owes nothing.
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
    """
    value = 0.0
    if dated.private_owner < 0.5:
        value = parameters.value_home * served(HOME, state.outlay, receives, dated.interest_weight_home, parameters)
    earned = receives.profit_home + receives.interest + receives.contractor_margin + receives.dividends[HOME]
    return value + earned + state.state_interest


@compiled
def benefit_host(state: Record, receives: Record, dated: Record, parameters: Record) -> float:
    """u_host = v_host S_host + theta_B jobs + taxes on profit + dividends - debt service of the state, M USD/yr."""
    value = parameters.value_host * served(HOST, state.outlay, receives, dated.interest_weight_host, parameters)
    earned = value + parameters.tax_per_job * receives.jobs + receives.taxes + receives.dividends[HOST]
    return earned - (state.state_interest + state.state_principal)


@compiled
def bargain(home: float, host: float, shortfall: float, weight: float) -> tuple[float, float]:
    """Split a shortfall X by the generalised Nash rule: x_home = clip(u_home - beta W, 0, X), x_host = X - x_home.

    W = u_home + u_host - X is what is left over; with W >= 0 and no side left worse than nothing the split is returned,
    otherwise (0, 0): nobody pays. All in M USD/yr.
    """
    surplus = home + host - shortfall
    if shortfall <= 0.0 or surplus < 0.0:
        return 0.0, 0.0
    pays_home = min(max(home - weight * surplus, 0.0), shortfall)
    pays_host = shortfall - pays_home
    if home - pays_home < 0.0 or host - pays_host < 0.0:
        return 0.0, 0.0
    return pays_home, pays_host


@compiled
def controller_pays(
    home: float, host: float, shortfall: float, control_home: float, control_host: float
) -> tuple[float, float]:
    """Without a treaty the side that controls the company pays the whole shortfall, if its benefit covers it."""
    if shortfall <= 0.0 or control_home == control_host:
        return 0.0, 0.0
    if control_home > control_host:
        return (shortfall, 0.0) if home >= shortfall else (0.0, 0.0)
    return (0.0, shortfall) if host >= shortfall else (0.0, 0.0)


@compiled
def pays_alone(willing: float, shortfall: float, allowed: float) -> float:
    """What a side pays without the other, M USD/yr: the whole shortfall, if it may and the park is worth that to it."""
    return shortfall if allowed > 0.5 and 0.0 < shortfall <= willing else 0.0


@compiled
def rescue(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """Decide who pays how much of the company's shortfall: both by treaty, one side alone, or nobody.

    A side is willing to pay what the park is worth to it, as far as its means reach. A treaty lets both share a
    shortfall that neither would bear alone; without one the side with more control is asked first, then the other.
    """
    shortfall = receives.shortfall
    willing_home = min(state.benefit[HOME] + state.transfer[HOME], dated.rescue_limit[HOME])
    willing_host = min(state.benefit[HOST] + state.transfer[HOST], dated.rescue_limit[HOST])
    pays_home, pays_host = 0.0, 0.0
    if dated.framework > 0.5 and dated.rescue_by_treaty > 0.5:
        pays_home, pays_host = bargain(willing_home, willing_host, shortfall, parameters.home_bargaining)
    elif dated.framework < 0.5 and dated.rescue_by_controller > 0.5:
        pays_home, pays_host = controller_pays(
            willing_home, willing_host, shortfall, receives.control[HOME], receives.control[HOST]
        )
    if pays_home + pays_host <= 0.0:
        home_alone = pays_alone(willing_home, shortfall, dated.rescue_alone[HOME])
        host_alone = pays_alone(willing_host, shortfall, dated.rescue_alone[HOST])
        home_first = receives.control[HOME] >= receives.control[HOST]
        pays_home = home_alone if home_first or host_alone <= 0.0 else 0.0
        pays_host = host_alone if pays_home <= 0.0 else 0.0
    state.contribution[HOME] = pays_home
    state.contribution[HOST] = pays_host
    state.surplus = state.benefit[HOME] + state.benefit[HOST] - shortfall


@compiled
def commit(now: float, benefit: float, visit: float, parameters: Record) -> float:
    """Commitment drifts to what the benefit justifies, and jumps at a visit.

    m' = m + (1 - exp(-eta dt)) [logistic((u - x - c)/s_u) - m] + visit, held in [0, 1].
    """
    aim = logistic((benefit - parameters.effort_cost) / parameters.benefit_spread)
    moved = now + (1.0 - exp(-parameters.commitment_rate * DT)) * (aim - now) + visit
    return min(max(moved, 0.0), 1.0)


@compiled
def begin(state: Record, dated: Record, parameters: Record) -> None:
    """Begin at rest: benefit is the strategic value, commitment what that value justifies."""
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
def announce(state: Record, sends: Record, dated: Record) -> None:
    """What the governments put on the table as the quarter begins: commitment, framework, plan, credit, regime.

    Without the framework there is no concessional credit, no political land plan and no council to mediate; what the
    council puts on the table in a vote is last quarter's surplus. A state draws on its credit until it begins to repay.
    """
    for g in range(SIDES):
        sends.commitment[g] = state.commitment[g]
    framework = dated.framework > 0.5
    lends = framework and dated.credit_open > 0.5
    sends.credit = dated.credit if lends else 0.0
    sends.state_credit = dated.state_credit if lends and dated.state_repayment_quarters <= 0.0 else 0.0
    sends.plan_area = dated.plan_area if framework and dated.plan_open > 0.5 else NO_PLAN
    sends.mediation = state.surplus if framework and dated.mediation_open > 0.5 else 0.0
    sends.threshold = dated.threshold
    sends.narrow_list = dated.narrow_list
    sends.profit_tax = dated.profit_tax


@compiled
def step(
    t: int, state: Record, receives: Record, sends: Record, dated: Record, parameters: Record, address: Record
) -> None:
    """One quarter of the governments: benefit, concessions, bargain over a shortfall, commitment, closing.

    A private owner is a residual claimant: no strategic value, full commitment until the company fails.
    """
    private = dated.private_owner > 0.5
    keep = 1.0 - exp(-DT / parameters.benefit_memory)
    serve_debt(state, receives, dated)
    home = benefit_home(state, receives, dated, parameters)
    host = benefit_host(state, receives, dated, parameters)
    state.benefit[HOME] += keep * (home - state.benefit[HOME])
    state.benefit[HOST] += keep * (host - state.benefit[HOST])
    align(state, dated, parameters)
    concede(state, dated, parameters)
    rescue(state, receives, dated, parameters)
    for g in range(SIDES):
        net = state.benefit[g] + state.transfer[g] - state.contribution[g]
        jump = parameters.visit_weight * dated.visit[g]
        state.commitment[g] = commit(state.commitment[g], net, jump, parameters)
        state.outlay[g] += state.contribution[g] * DT
    state.outlay[HOST] += (state.state_interest + state.state_principal) * DT
    if private:
        state.commitment[HOME] = 1.0 if receives.open > 0.5 else 0.0
    sends.rescue = state.contribution[HOME] + state.contribution[HOST]
    close_park(t, state, parameters, address)
    sends.closed = state.closed


@compiled
def close_park(t: int, state: Record, parameters: Record, address: Record) -> None:
    """Decide whether a government closes the park this quarter, for good: likelier the less committed they are."""
    hazard = closing_hazard(state.commitment[HOME], state.commitment[HOST], parameters.closure_rate)
    a, b = rng.key(address, rng.CLOSURE, t)
    if rng.uniform(a, b, 0) < rng.probability(hazard, DT):
        state.closed = 1.0
