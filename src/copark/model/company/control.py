"""Control and votes: who decides in the development company, and how likely a land decision is to pass.

Blocs hold shares in basis points: the roles of the home side, those of the host side, and everybody else. Shares held
by nobody count in the base of 10,000 and never vote. A vote passes when the blocs that say yes hold at least the quota
(5,001 is "more than half").
"""

from __future__ import annotations

import numpy as np

from copark.model.company.ledger import TARGET_OCCUPANCY
from copark.model.dimensions import AUTHORITY, CONTRACTOR, HOME, HOST, ROLES, SIDES, THIRD_BLOC
from copark.model.jit import Record, compiled


@compiled
def side_sum(values: np.ndarray, side: int) -> float:
    """Add up the blocs of a side; the third bloc belongs to none."""
    total = 0.0
    for role in range(ROLES):
        total += values[side * ROLES + role]
    return total


@compiled
def holders(share: np.ndarray) -> int:
    """Return the blocs that hold shares, as bits: blocs without shares change no vote and are not gone through."""
    present = 0
    for i in range(share.size):
        if share[i] > 0.0:
            present |= 1 << i
    return present


@compiled
def weight_of(coalition: int, share: np.ndarray) -> float:
    """Return the shares of a coalition in basis points; its members are bits."""
    weight = 0.0
    for i in range(share.size):
        if coalition >> i & 1:
            weight += share[i]
    return weight


@compiled
def pass_probability(share: np.ndarray, quota: float, yes: np.ndarray) -> float:
    """Chance that a vote passes: sum over winning coalitions of the product of yes and no probabilities.

    Lambda = sum over S with sum of shares >= q of prod_(i in S) p_i prod_(i not in S) (1 - p_i); exact (MODEL §3(1)).

    Parameters
    ----------
    share
        Shares of the blocs in basis points, shape (BLOCS,); unallocated shares make them less than
        10,000.
    quota
        Shares that must say yes, basis points.
    yes
        Chance that each bloc says yes, 0 to 1; blocs decide independently.

    Returns
    -------
    Chance between 0 and 1; 0 where all blocs together do not reach the quota.
    """
    present = holders(share)
    total = 0.0
    coalition = present
    for _ in range(1 << share.size):
        if weight_of(coalition, share) >= quota:
            chance = 1.0
            for i in range(share.size):
                if present >> i & 1:
                    chance *= yes[i] if coalition >> i & 1 else 1.0 - yes[i]
            total += chance
        if coalition == 0:
            break
        coalition = (coalition - 1) & present  # the next smaller set of holders
    return total


@compiled
def banzhaf(share: np.ndarray, quota: float, index: np.ndarray) -> None:
    """Normalised Banzhaf index of the blocs, exact; all zero where no bloc is ever decisive.

    A bloc is decisive in a coalition that wins with it and loses without it. Source: Banzhaf 1965; Leech 2002 for its
    use on company control.

    Parameters
    ----------
    share
        Shares of the blocs in basis points, shape (BLOCS,).
    quota
        Shares needed to win, basis points.
    index
        Written: swings of each bloc over swings of all, shape (BLOCS,).
    """
    for i in range(share.size):
        index[i] = 0.0
    present = holders(share)
    swings = 0.0
    coalition = present
    for _ in range(1 << share.size):
        weight = weight_of(coalition, share)
        if weight >= quota:
            for i in range(share.size):
                if coalition >> i & 1 and weight - share[i] < quota:
                    index[i] += 1.0
                    swings += 1.0
        if coalition == 0:
            break
        coalition = (coalition - 1) & present
    if swings > 0.0:
        for i in range(share.size):
            index[i] /= swings


@compiled
def land_interest(role: int, commitment: float, occupied: float, serviced: float) -> float:
    """Return how much a bloc's own benefit speaks for more land, 0 to 1, by its role.

    A contractor earns on any land; operator and investor on land that is taken up, O/(0.6 A); an authority has the
    interest of its government.

    Parameters
    ----------
    role
        Contractor, operator, investor or authority.
    commitment
        Of the government of its side, 0 to 1.
    occupied, serviced
        Land taken up and land serviced, ha.
    """
    if role == CONTRACTOR:
        return 1.0
    if role == AUTHORITY:
        return commitment
    return min(occupied / (TARGET_OCCUPANCY * serviced), 1.0) if serviced > 0.0 else 1.0


@compiled
def say_yes(state: Record, receives: Record, parameters: Record) -> None:
    """Find how likely each bloc says yes to land: p = (1 - iota) m_g + iota (its own interest).

    The third bloc has no government behind it; it follows neither and both, hence the mean.

    Parameters
    ----------
    state
        Read: serviced area, ha. Written: `approval` by bloc, 0 to 1.
    receives
        Commitments of the two governments as they reach the votes, and occupied area, ha.
    parameters
        `bloc_interest` iota, a share.
    """
    own = parameters.bloc_interest
    for g in range(SIDES):
        commitment = receives.commitment_vote[g]
        for role in range(ROLES):
            wants = land_interest(role, commitment, receives.occupied_area, state.serviced_area)
            state.approval[g * ROLES + role] = (1.0 - own) * commitment + own * wants
    state.approval[THIRD_BLOC] = 0.5 * (receives.commitment_vote[HOME] + receives.commitment_vote[HOST])


@compiled
def capability_of_owners(control: np.ndarray, capability: np.ndarray, otherwise: float) -> float:
    """Return the operating capability of whoever controls the company: the mean over roles, weighted by control.

    Parameters
    ----------
    control
        Control by bloc, shape (BLOCS,).
    capability
        Capability by role, 0 to 1, shape (ROLES,).
    otherwise
        What holds where no bloc of a side has control, 0 to 1.
    """
    total = 0.0
    weighted = 0.0
    for i in range(THIRD_BLOC):
        total += control[i]
        weighted += control[i] * capability[i % ROLES]
    return weighted / total if total > 0.0 else otherwise


@compiled
def mediate(passes: float, mediation: float, surplus: float) -> float:
    """Let the council of the framework mediate a vote that would fail, if both sides together still gain.

    Lambda' = Lambda + (1 - Lambda) mu_F where the surplus W that the council puts on the table is positive; without a
    framework the council puts none there.

    Parameters
    ----------
    passes
        Chance that the vote passes without the council, 0 to 1.
    mediation
        Share mu_F of failing votes that the council turns, 0 to 1.
    surplus
        Joint surplus that arrived from the governments, M USD/yr: last quarter's, since they bargain after the
        vote.

    Returns
    -------
    Chance that it passes, never below `passes`.
    """
    return passes + (1.0 - passes) * mediation if surplus > 0.0 else passes


@compiled
def vote(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """Find the blocs' control and the chance that a decision passes this quarter.

    Parameters
    ----------
    state
        Written: `control` and `approval` by bloc and `vote_pass`, all 0 to 1.
    receives
        Commitments of the two governments as they reach the votes, and the surplus on the council's table.
    dated
        Shares and quota of this quarter, basis points.
    parameters
        `mediation` and `bloc_interest`.
    """
    banzhaf(dated.share, dated.quota, state.control)
    say_yes(state, receives, parameters)
    passes = pass_probability(dated.share, dated.quota, state.approval)
    state.vote_pass = mediate(passes, parameters.mediation, receives.mediation)
