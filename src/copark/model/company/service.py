"""Stakes, attention and effort of the two sides, and the service level that comes of them; the network of ties.

The closed form of a two-sided moral-hazard game: effort is greatest when the effective stake of the home side equals
the elasticity of its contribution (Eswaran & Kotwal 1985; Bhattacharyya & Lafontaine 1995).
"""

from __future__ import annotations

from copark.model.company.control import capability_of_owners, side_sum
from copark.model.dimensions import HOME, HOST, ORIGINS, PARTNERS, SIDES
from copark.model.fast_math import exp, log
from copark.model.jit import Record, compiled

FLOOR = 0.01
"""Least stake, attention and commitment that enter the service level, so that its logarithm stays finite."""


@compiled
def effective_stake(share: float, control: float, control_weight: float, spills: float, own_spill: float) -> float:
    """omega_g = (1 - psi_home - psi_host) [(1 - phi) s_g + phi b_g] + psi_g (MODEL §3(2)).

    s and b are the side's share and Banzhaf index (shares of one), phi the weight of control rights, psi_g the share of
    the park's surplus that reaches side g without equity.
    """
    return (1.0 - spills) * ((1.0 - control_weight) * share + control_weight * control) + own_spill


@compiled
def attention(stake: float, rival_size: float, rival_stake: float) -> float:
    """Share of a side's effort that goes to this park: a = omega / (omega + rho omega_r), rho the rival's size."""
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
    """
    return (
        log(limit)
        + contribution * log(max(home, FLOOR * FLOOR) / contribution)
        + (1.0 - contribution) * log(max(host, FLOOR * FLOOR) / (1.0 - contribution))
    )


@compiled
def deadlock(passes: float, weight: float) -> float:
    """delta ln Lambda: what the service level loses because decisions are not taken (log points, at most 0)."""
    return weight * log(max(passes, FLOOR))


@compiled
def serve(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """Find stakes, attention and the service level of the quarter from shares, control, rivals and commitment."""
    spills = parameters.spill_home + parameters.spill_host
    for g in range(SIDES):
        own = parameters.spill_home if g == HOME else parameters.spill_host
        state.stake[g] = effective_stake(
            side_sum(dated.share, g) / 10_000.0, side_sum(state.control, g), parameters.control_weight, spills, own
        )
        rival_stake = (1.0 - spills) * dated.rival_share[g] + own
        state.attention[g] = attention(state.stake[g], dated.rival_size[g], rival_stake)
    home = state.stake[HOME] * state.attention[HOME] * max(receives.commitment_effort[HOME], FLOOR)
    host = state.stake[HOST] * state.attention[HOST] * max(receives.commitment_effort[HOST], FLOOR)
    of_owners = capability_of_owners(state.control, parameters.role_capability, dated.capability)
    capability = (1.0 - parameters.role_weight) * dated.capability + parameters.role_weight * of_owners
    limit = capability_limit(capability, parameters.capability_weight)
    undecided = deadlock(state.vote_pass, parameters.deadlock)
    state.log_service = min(log_service(home, host, parameters.home_contribution, limit) + undecided, 0.0)
    state.service_level = exp(state.log_service)


@compiled
def tie(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """N_o = theta_P sum_j a_j tau_jo over shareholders and partners: presence counts, shares do not (MODEL §3(3))."""
    for o in range(ORIGINS):
        ties = dated.shareholder_ties[o]
        for j in range(PARTNERS):
            ties += receives.partner[j] * dated.partner_ties[j, o]
        state.network[o] = parameters.network_strength * ties
