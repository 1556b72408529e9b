"""The intergovernmental scale: two governments that gain, bargain and commit themselves.

Money is million USD per year: quarterly flows of the park enter times four. Sides are home and host, in this order.
"""

from __future__ import annotations

import numpy as np

from copark.model.clock import DT
from copark.model.dimensions import HOME, HOST, SIDES
from copark.model.fast_math import exp, logistic
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
    ],
    align=True,
)
Dated = np.dtype(
    [
        ("framework", "f8"),
        ("rescue_by_treaty", "f8"),
        ("rescue_by_controller", "f8"),
        ("private_owner", "f8"),
        ("visit", "f8", (SIDES,)),
        ("credit_open", "f8"),
        ("credit", "f8"),
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
    ],
    align=True,
)
Sends = np.dtype(
    [
        ("commitment", "f8", (SIDES,)),
        ("rescue", "f8"),
        ("mediation", "f8"),
        ("credit", "f8"),
        ("plan_area", "f8"),
        ("threshold", "f8"),
        ("narrow_list", "f8"),
        ("profit_tax", "f8"),
    ],
    align=True,
)
# Negative, since a plan of 0 ha is one: a government may plan that nothing be serviced.
NO_PLAN = -1.0


@compiled
def benefit_home(receives: Record, parameters: Record, private: bool) -> float:
    """u_home = v_home + profits of home firms + interest + contractor's margin + dividends, M USD/yr (MODEL §3(9)).

    The strategic value v is enjoyed while the park's company lives; a private owner has none.

    Parameters
    ----------
    receives
        Profits of home enterprises, interest, contractor's margin and dividends, each M USD/yr; `open`, 1 or 0.
    parameters
        `value_home`, M USD/yr.
    private
        True where the home side is a private owner, as in an enterprise-led park.

    Returns
    -------
    Benefit of the quarter before it is smoothed, M USD/yr; negative where home enterprises lose more than comes in.
    """
    value = 0.0 if private else parameters.value_home * receives.open
    return value + receives.profit_home + receives.interest + receives.contractor_margin + receives.dividends[HOME]


@compiled
def benefit_host(receives: Record, parameters: Record) -> float:
    """u_host = v_host + theta_B jobs + taxes on profit + dividends, M USD/yr (MODEL §3(9))."""
    value = parameters.value_host * receives.open
    return value + parameters.tax_per_job * receives.jobs + receives.taxes + receives.dividends[HOST]


@compiled
def bargain(home: float, host: float, shortfall: float, weight: float) -> tuple[float, float]:
    """Split a shortfall X by the generalised Nash rule: x_home = clip(u_home - beta W, 0, X), x_host = X - x_home.

    W = u_home + u_host - X is what is left over; with W >= 0 and no side left worse than nothing the split is returned,
    otherwise (0, 0): nobody pays. All in M USD/yr.

    Parameters
    ----------
    home, host
        Smoothed benefits of the two sides before they pay, M USD/yr.
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
def controller_pays(
    home: float, host: float, shortfall: float, control_home: float, control_host: float
) -> tuple[float, float]:
    """Without a treaty the side that controls the company pays the whole shortfall, if its benefit covers it.

    Parameters
    ----------
    home, host
        Smoothed benefits, M USD/yr.
    shortfall
        Cash the company lacks as a yearly flow, M USD/yr.
    control_home, control_host
        Normalised Banzhaf indices of the two blocs, 0 to 1.

    Returns
    -------
    Payments of home and host, M USD/yr; both 0 where control is equal, since nobody is in charge then.
    """
    if shortfall <= 0.0 or control_home == control_host:
        return 0.0, 0.0
    if control_home > control_host:
        return (shortfall, 0.0) if home >= shortfall else (0.0, 0.0)
    return (0.0, shortfall) if host >= shortfall else (0.0, 0.0)


@compiled
def rescue(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """Decide who pays how much of the company's shortfall: by treaty, by the controller, or nobody.

    Parameters
    ----------
    state
        Read: `benefit`, M USD/yr by side. Written: `contribution` by side and `surplus`, M USD/yr.
    receives
        `shortfall`, M USD/yr, and `control` by side.
    dated
        Whether the framework is on, and which of the two ways of rescue is open.
    parameters
        `home_bargaining`, the weight beta.
    """
    pays_home, pays_host = 0.0, 0.0
    if dated.framework > 0.5 and dated.rescue_by_treaty > 0.5:
        pays_home, pays_host = bargain(
            state.benefit[HOME], state.benefit[HOST], receives.shortfall, parameters.home_bargaining
        )
    elif dated.framework < 0.5 and dated.rescue_by_controller > 0.5:
        pays_home, pays_host = controller_pays(
            state.benefit[HOME],
            state.benefit[HOST],
            receives.shortfall,
            receives.control[HOME],
            receives.control[HOST],
        )
    state.contribution[HOME] = pays_home
    state.contribution[HOST] = pays_host
    # Reported and laid on the council's table with or without a framework; whoever paid, the shortfall counts once.
    state.surplus = state.benefit[HOME] + state.benefit[HOST] - receives.shortfall


@compiled
def commit(now: float, benefit: float, visit: float, parameters: Record) -> float:
    """Commitment drifts to what the benefit justifies, and jumps at a visit.

    m' = m + (1 - exp(-eta dt)) [logistic((u - x - c)/s_u) - m] + visit, held in [0, 1].

    Parameters
    ----------
    now
        Commitment before the quarter, 0 to 1.
    benefit
        Smoothed benefit of the side less what it paid, M USD/yr.
    visit
        Jump of the quarter, a share; negative where a government closes the park, 0 without a visit.
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
        Written: benefit, commitment, contribution and surplus.
    dated
        The first quarter's record, for `private_owner`.
    parameters
        Strategic values, cost of effort and spread of benefit, M USD/yr.
    """
    private = dated.private_owner > 0.5
    state.benefit[HOME] = 0.0 if private else parameters.value_home
    state.benefit[HOST] = parameters.value_host
    for g in range(SIDES):
        aim = logistic((state.benefit[g] - parameters.effort_cost) / parameters.benefit_spread)
        state.commitment[g] = 1.0 if private and g == HOME else aim
        state.contribution[g] = 0.0
    state.surplus = state.benefit[HOME] + state.benefit[HOST]


@compiled
def announce(state: Record, sends: Record, dated: Record) -> None:
    """Send what the governments put on the table as the quarter begins: commitment, framework, plan, credit, regime.

    Without the framework there is no concessional credit, no political land plan and no council to mediate; what the
    council puts on the table in a vote is last quarter's surplus.

    Parameters
    ----------
    state
        Read: commitment and surplus as the last quarter left them.
    sends
        Written, all but `rescue`, which is known only after the bargain.
    dated
        Framework, levers and regime of this quarter.
    """
    for g in range(SIDES):
        sends.commitment[g] = state.commitment[g]
    framework = dated.framework > 0.5
    sends.credit = dated.credit if framework and dated.credit_open > 0.5 else 0.0
    sends.plan_area = dated.plan_area if framework and dated.plan_open > 0.5 else NO_PLAN
    sends.mediation = state.surplus if framework and dated.mediation_open > 0.5 else 0.0
    sends.threshold = dated.threshold
    sends.narrow_list = dated.narrow_list
    sends.profit_tax = dated.profit_tax


@compiled
def step(state: Record, receives: Record, sends: Record, dated: Record, parameters: Record) -> None:
    """Move the governments by one quarter: benefit, bargain over a shortfall, commitment.

    A private owner is a residual claimant: no strategic value, full commitment until the company fails.

    Parameters
    ----------
    state
        Read and written.
    receives
        What came along the links this quarter; money in M USD/yr, jobs in persons.
    sends
        Written: `rescue`, M USD/yr.
    dated
        Framework, rescue levers, ownership and visits of this quarter.
    parameters
        Of the run.
    """
    private = dated.private_owner > 0.5
    # Exact for any step: two half steps of a smoother of this form are one whole step. The memory is about a
    # budget year, so that one good quarter convinces no government.
    keep = 1.0 - exp(-DT / parameters.benefit_memory)
    home = benefit_home(receives, parameters, private)
    host = benefit_host(receives, parameters)
    state.benefit[HOME] += keep * (home - state.benefit[HOME])
    state.benefit[HOST] += keep * (host - state.benefit[HOST])
    # Before commitment, so that what a side has just paid already cools it.
    rescue(state, receives, dated, parameters)
    for g in range(SIDES):
        net = state.benefit[g] - state.contribution[g]
        state.commitment[g] = commit(state.commitment[g], net, dated.visit[g], parameters)
    if private:
        state.commitment[HOME] = 1.0 if receives.open > 0.5 else 0.0
    sends.rescue = state.contribution[HOME] + state.contribution[HOST]
