"""Strategic interests of the two sides, and the framework by which one side makes up for what the other lacks.

A side has several strategic interests, some of which conflict: control cannot be both sides', and what one side does
not pay the other must. A framework aligns them: the sides share the joint gain instead of keeping what falls to each.
"""

from __future__ import annotations

import numpy as np

from copark.model.clock import DT
from copark.model.dimensions import HOME, HOST
from copark.model.fast_math import exp
from copark.model.jit import Record, compiled

GROWTH, TECHNOLOGY, CONTROL, BURDEN = 0, 1, 2, 3
"""Interests by their place on the axis: jobs; capital per job; control; that the other pays."""


@compiled
def saturating(amount: float, half: float) -> float:
    """Return x/(x + half): 0 of nothing, one half at `half`, towards 1 as there is more."""
    return amount / (amount + half) if amount > 0.0 else 0.0


@compiled
def burden_left_to_other(own: float, other: float) -> float:
    """Return the share of what both have paid for the park that the other paid; one half before anybody has paid."""
    both = own + other
    return other / both if both > 0.0 else 0.5


@compiled
def served(side: int, outlay: np.ndarray, receives: Record, weight: np.ndarray, parameters: Record) -> float:
    """Return how far a side's strategic interests are served now, 0 to 1: their weighted mean (MODEL §3(9)).

    Presence, control and burden are of a company that lives; jobs and technology are what enterprises bring. What the
    other interests leave of the weight is that of presence.

    Parameters
    ----------
    side
        Home or host.
    outlay
        What each side has paid for rescues and the state's own loan so far, M USD, shape (SIDES,).
    receives
        Jobs, capital in M USD, control by side, and whether the company is open.
    weight
        Weights of the side's interests beside presence, at most one in sum, shape (INTERESTS,).
    parameters
        Jobs, and capital per job in M USD, at which the interests in them are half served.
    """
    per_job = receives.capital / receives.jobs_seen if receives.jobs_seen > 0.0 else 0.0
    presence = 1.0 - (weight[GROWTH] + weight[TECHNOLOGY] + weight[CONTROL] + weight[BURDEN])
    while_open = (
        presence
        + weight[CONTROL] * receives.control[side]
        + weight[BURDEN] * burden_left_to_other(outlay[side], outlay[1 - side])
    )
    return (
        receives.open * while_open
        + weight[GROWTH] * saturating(receives.jobs_seen, parameters.interest_jobs)
        + weight[TECHNOLOGY] * saturating(per_job, parameters.interest_technology)
    )


@compiled
def align(state: Record, dated: Record, parameters: Record) -> None:
    """Let alignment drift to what the framework sustains, and rise at sessions of its bodies (MODEL §3(9)).

    C_F' = C_F + (1 - exp(-dt/T_C)) (alpha_F F - C_F), then C_F' + kappa_s (1 - C_F') in a quarter with a visit or
    session under a framework F.

    Parameters
    ----------
    state
        Read and written: `alignment`, 0 to 1.
    dated
        Whether the framework is on, and the visits of the quarter.
    parameters
        `alignment` alpha_F and `session_effect` kappa_s, shares; `alignment_memory` T_C, years.
    """
    in_force = 1.0 if dated.framework > 0.5 else 0.0
    drift = 1.0 - exp(-DT / parameters.alignment_memory)
    state.alignment += drift * (parameters.alignment * in_force - state.alignment)
    if dated.visit[HOME] > 0.0 or dated.visit[HOST] > 0.0:
        state.alignment += in_force * parameters.session_effect * (1.0 - state.alignment)


@compiled
def transfer_to_home(alignment: float, home: float, host: float, weight: float) -> float:
    """Return what the host side concedes to the home side: Z = C_F (beta (u_home + u_host) - u_home).

    Fully aligned, each side ends with its bargaining share of the joint gain (generalised Nash, nothing to fall back
    on); not aligned, each keeps what falls to it.

    Parameters
    ----------
    alignment
        C_F, 0 to 1.
    home, host
        Smoothed benefits of the two sides, M USD/yr.
    weight
        Bargaining weight beta of the home side, 0 to 1.

    Returns
    -------
    M USD/yr; negative where the home side concedes.
    """
    return alignment * (weight * (home + host) - home)


@compiled
def concede(state: Record, dated: Record, parameters: Record) -> None:
    """Move value from the side that gains more to the other, as far as the two are aligned; it sums to zero.

    Parameters
    ----------
    state
        Read: `alignment` and `benefit`. Written: `transfer` by side, M USD/yr.
    dated
        Whether the home side is a private owner, who makes no deals between states.
    parameters
        `home_bargaining`, the weight beta.
    """
    moved = 0.0
    if dated.private_owner < 0.5:
        moved = transfer_to_home(state.alignment, state.benefit[HOME], state.benefit[HOST], parameters.home_bargaining)
    state.transfer[HOME] = moved
    state.transfer[HOST] = -moved


@compiled
def closing_hazard(home: float, host: float, rate: float, threshold: float) -> float:
    """Return the yearly hazard that a government closes the park: h_c ([1 - m_home/m*]+ + [1 - m_host/m*]+).

    A government that is committed at least to the threshold m* never closes it.

    Parameters
    ----------
    home, host
        Commitments of the two governments, 0 to 1.
    rate
        Hazard h_c of a government without any commitment, 1/yr.
    threshold
        Commitment m* below which a government may close, above 0 and at most 1.
    """
    return rate * (max(1.0 - home / threshold, 0.0) + max(1.0 - host / threshold, 0.0))
