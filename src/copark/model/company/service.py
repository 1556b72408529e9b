"""Stakes, attention and effort of the two sides, and the service level that comes of them; the network of ties.

The closed form of a two-sided moral-hazard game: effort is greatest when the effective stake of the home side equals
the elasticity of its contribution (Eswaran & Kotwal 1985; Bhattacharyya & Lafontaine 1995).
"""

from __future__ import annotations

from copark.model.company.control import capability_of_owners
from copark.model.dimensions import HOME, HOST, ORIGINS, PARTNERS, SIDES
from copark.model.fast_math import exp, log
from copark.model.jit import Record, compiled

FLOOR = 0.01
"""Least commitment, and least chance of a vote, that enter the service level, so that its logarithm stays finite.

A side's effort, the product of stake, attention and commitment, is held at the square of it.
"""


@compiled
def effective_stake(share: float, control: float, control_weight: float, spills: float, own_spill: float) -> float:
    """omega_g = (1 - psi_home - psi_host) [(1 - phi) s_g + phi b_g] + psi_g (MODEL §3(2)).

    s and b are the side's share and Banzhaf index (shares of one), phi the weight of control rights, psi_g the share of
    the park's surplus that reaches side g without equity.

    Parameters
    ----------
    share
        Share of equity, 0 to 1.
    control
        Normalised Banzhaf index, 0 to 1.
    control_weight
        Weight phi of control beside equity, 0 to 1.
    spills
        Sum of both sides' spills psi, 0 to 1.
    own_spill
        Spill psi_g of this side, 0 to 1.

    Returns
    -------
    Share of the park's surplus that the side's effort earns it, 0 to 1.
    """
    return (1.0 - spills) * ((1.0 - control_weight) * share + control_weight * control) + own_spill


@compiled
def attention(stake: float, rival_size: float, rival_stake: float) -> float:
    """Share of a side's effort that goes to this park: a = omega / (omega + rho omega_r), rho the rival's size.

    Parameters
    ----------
    stake
        Effective stake in this park, 0 to 1.
    rival_size
        Size of the rival as a multiple of this park; none above 0 means no rival.
    rival_stake
        Effective stake in the rival, 0 to 1.

    Returns
    -------
    Share of effort, 0 to 1.
    """
    if rival_size <= 0.0:
        return 1.0
    return stake / (stake + rival_size * rival_stake)


@compiled
def capability_limit(capability: float, weight: float) -> float:
    """kappa = 1 - chi_cap (1 - capability), in (0, 1]."""
    return 1.0 - weight * (1.0 - capability)


@compiled
def log_service(home: float, host: float, contribution: float, limit: float) -> float:
    """ln Q, with Q = kappa (home/alpha)^alpha (host/(1 - alpha))^(1 - alpha) <= kappa.

    home and host are omega a m of the sides; by the weighted inequality of means Q = kappa exactly when
    home = alpha and host = 1 - alpha.

    Parameters
    ----------
    home, host
        Effort of the sides, omega a m, each 0 to 1.
    contribution
        Elasticity alpha of the home side's effort, in (0, 1).
    limit
        Greatest service level kappa that the capability allows, in (0, 1].

    Returns
    -------
    Logarithm of the service level.
    """
    return (
        # The product of stake, attention and commitment is floored too, so that a bloc without shares leaves
        # a logarithm that is finite.
        log(limit)
        + contribution * log(max(home, FLOOR * FLOOR) / contribution)
        + (1.0 - contribution) * log(max(host, FLOOR * FLOOR) / (1.0 - contribution))
    )


@compiled
def deadlock(passes: float, weight: float) -> float:
    """Return delta_Lambda ln Lambda: what service loses because decisions are not taken (log points, at most 0)."""
    return weight * log(max(passes, FLOOR))


@compiled
def serve(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """Find stakes, attention and the service level of the quarter from shares, control, rivals and commitment.

    Parameters
    ----------
    state
        Written: stakes, attention, service level and its logarithm. Read: `control`, so votes come before.
    receives
        `commitment_effort` by side, at most 1; below 0 where its link is strengthened far enough, hence the floor.
    dated
        Shares (basis points), rivals and capability of this quarter.
    parameters
        Spills, weights and the elasticity of the run.
    """
    spills = parameters.spill_home + parameters.spill_host
    for g in range(SIDES):
        own = parameters.spill_home if g == HOME else parameters.spill_host
        state.stake[g] = effective_stake(
            dated.share[g] / 10_000.0, state.control[g], parameters.control_weight, spills, own
        )
        # Of a rival the case has a stake alone: no control rights, and the spills of this park (MODEL §3(2)).
        rival_stake = (1.0 - spills) * dated.rival_share[g] + own
        state.attention[g] = attention(state.stake[g], dated.rival_size[g], rival_stake)
    home = state.stake[HOME] * state.attention[HOME] * max(receives.commitment_effort[HOME], FLOOR)
    host = state.stake[HOST] * state.attention[HOST] * max(receives.commitment_effort[HOST], FLOOR)
    of_owners = capability_of_owners(state.group_control, parameters, dated.capability)
    capability = (1.0 - parameters.owner_weight) * dated.capability + parameters.owner_weight * of_owners
    limit = capability_limit(capability, parameters.capability_weight)
    undecided = deadlock(state.vote_pass, parameters.deadlock)
    # By the inequality of means Q is at most kappa, and no link strengthens it beyond: what is strengthened is the
    # distance of a commitment from its neutral value 1. The bound guards against rounding where Q would be 1 and,
    # with deadlock, against votes whose strengthened commitments make Lambda greater than 1.
    state.log_service = min(log_service(home, host, parameters.home_contribution, limit) + undecided, 0.0)
    state.service_level = exp(state.log_service)


@compiled
def tie(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """N_o = theta_P sum_j a_j tau_jo over shareholders and partners: presence counts, shares do not (MODEL §3(2)).

    A failed company has no ties left.

    Parameters
    ----------
    state
        Read: `failed`. Written: `network`, log points, shape (ORIGINS,).
    receives
        `partner`, presence 0 to 1, shape (PARTNERS,).
    dated
        Ties of shareholders, shape (ORIGINS,), and of partners, shape (PARTNERS, ORIGINS), from 0 to 1.
    parameters
        `network_strength` theta_P, log points for a full tie.
    """
    strength = parameters.network_strength if state.failed < 0.5 else 0.0
    for o in range(ORIGINS):
        ties = dated.shareholder_ties[o]
        for j in range(PARTNERS):
            ties += receives.partner[j] * dated.partner_ties[j, o]
        state.network[o] = strength * ties
