"""Control and votes: who decides in the development company, and how likely a land decision is to pass.

Three blocs hold shares in basis points: home, host and third. Those of a side may vote in groups, by the business of
their holders. Shares held by nobody count in the base of 10,000 and never vote. A vote passes when those who say yes
hold at least the quota (5,001 is "more than half").
"""

from __future__ import annotations

import numpy as np

from copark.model.company.ledger import TARGET_OCCUPANCY
from copark.model.dimensions import (
    AUTHORITY,
    BUSINESSES,
    CONTRACTOR,
    HOME,
    HOST,
    INVESTOR,
    SIDES,
    THIRD,
    THIRD_GROUP,
)
from copark.model.jit import Record, compiled

WHOLE = 10_000.0
"""All shares of the company, those of nobody included, basis points."""


@compiled
def side_sum(values: np.ndarray, side: int) -> float:
    """Add up the groups of a side; the third bloc belongs to none."""
    total = 0.0
    for n in range(BUSINESSES + 1):
        total += values[side * (BUSINESSES + 1) + n]
    return total


@compiled
def divide(share: float, business: np.ndarray, side: int, group_share: np.ndarray) -> None:
    """Divide a side's shares among its groups; who has no business on record is an investor.

    Parameters
    ----------
    share
        Shares of the side, basis points.
    business
        Part of them held by contractors, operators and authorities, shape (BUSINESSES,), at most one in sum.
    side
        Home or host.
    group_share
        Written: basis points of the side's groups, shape (GROUPS,).
    """
    left = 1.0
    for n in range(BUSINESSES):
        group_share[side * (BUSINESSES + 1) + n] = share * business[n]
        left -= business[n]
    group_share[side * (BUSINESSES + 1) + INVESTOR] = share * max(left, 0.0)


@compiled
def holders(share: np.ndarray) -> int:
    """Return the groups that hold shares, as bits: groups without shares change no vote and are not gone through."""
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
def votes_needed(share: np.ndarray, quota: float) -> float:
    """Return the shares that must say yes, basis points: the quota, or all that anybody holds where that is less.

    A quota of all shares asks for all who can vote, which shares of nobody cannot. A quota above the whole of 10,000
    means that nothing is decided (a closed park), and stays.

    Parameters
    ----------
    share
        Shares of the blocs in basis points, without those of nobody.
    quota
        Quota of the case, basis points.
    """
    held = 0.0
    for i in range(share.size):
        held += share[i]
    return min(quota, held) if quota <= WHOLE and held > 0.0 else quota


@compiled
def pass_probability(share: np.ndarray, quota: float, yes: np.ndarray) -> float:
    """Chance that a vote passes: sum over winning coalitions of the product of yes and no probabilities.

    Lambda = sum over S with sum of shares >= q of prod_(i in S) p_i prod_(i not in S) (1 - p_i); exact (MODEL §3(1)).

    Parameters
    ----------
    share
        Shares of the groups in basis points, one for each; unallocated shares make them less than 10,000.
    quota
        Shares that must say yes, basis points.
    yes
        Chance that each group says yes, 0 to 1; groups decide independently.

    Returns
    -------
    Chance between 0 and 1; 0 where all together do not reach the quota.
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
    """Normalised Banzhaf index of the groups, exact; all zero where none is ever decisive.

    A group is decisive in a coalition that wins with it and loses without it. Source: Banzhaf 1965; Leech 2002 for its
    use on company control.

    Parameters
    ----------
    share
        Shares of the groups in basis points, one for each.
    quota
        Shares needed to win, basis points.
    index
        Written: swings of each group over swings of all, one for each.
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
def land_interest(business: int, commitment: float, occupied: float, serviced: float) -> float:
    """Return how much a group's own benefit speaks for more land, 0 to 1, by its business.

    A contractor earns on any land; operator and investor on land that is taken up, O/(0.6 A); an authority has the
    interest of its government.

    Parameters
    ----------
    business
        Contractor, operator, authority or investor.
    commitment
        Of the government of its side, 0 to 1.
    occupied, serviced
        Land taken up and land serviced, ha.
    """
    if business == CONTRACTOR:
        return 1.0
    if business == AUTHORITY:
        return commitment
    return min(occupied / (TARGET_OCCUPANCY * serviced), 1.0) if serviced > 0.0 else 1.0


@compiled
def say_yes(state: Record, receives: Record) -> None:
    """Find how likely each bloc as one, and each group by its own interest, says yes to land.

    The third bloc has no government behind it; it follows neither and both, hence the mean.

    Parameters
    ----------
    state
        Read: serviced area, ha. Written: `bloc_approval` by bloc and `approval` by group, 0 to 1.
    receives
        Commitments of the two governments as they reach the votes, and occupied area, ha.
    """
    for g in range(SIDES):
        commitment = receives.commitment_vote[g]
        state.bloc_approval[g] = commitment
        for n in range(BUSINESSES + 1):
            wants = land_interest(n, commitment, receives.occupied_area, state.serviced_area)
            state.approval[g * (BUSINESSES + 1) + n] = wants
    state.bloc_approval[THIRD] = 0.5 * (receives.commitment_vote[HOME] + receives.commitment_vote[HOST])
    state.approval[THIRD_GROUP] = state.bloc_approval[THIRD]


@compiled
def own_votes(state: Record, quota: float, own: float, passes: float) -> float:
    """Let groups vote by their own interest in a part of the votes; return the chance that a vote passes over both.

    Lambda = (1 - iota) Lambda of blocs + iota Lambda of groups; control likewise. Where a side votes as one, a group
    has its part of the side's control by its shares.

    Parameters
    ----------
    state
        Read: shares and approval by group. Read and written: `control` by bloc; written: `group_control`.
    quota
        Shares that must say yes, basis points.
    own
        Part iota of the votes in which groups follow their own interest, 0 to 1.
    passes
        Chance that a vote of blocs passes.
    """
    by_groups = passes
    if own > 0.0:
        banzhaf(state.group_share, quota, state.group_control)
        by_groups = pass_probability(state.group_share, quota, state.approval)
    for g in range(SIDES):
        of_side = side_sum(state.group_share, g)
        together = state.control[g]
        group_total = side_sum(state.group_control, g) if own > 0.0 else 0.0
        for n in range(BUSINESSES + 1):
            i = g * (BUSINESSES + 1) + n
            part = state.group_share[i] / of_side if of_side > 0.0 else 0.0
            alone = state.group_control[i] if own > 0.0 else 0.0
            state.group_control[i] = (1.0 - own) * together * part + own * alone
        state.control[g] = (1.0 - own) * together + own * group_total
    third = state.group_control[THIRD_GROUP] if own > 0.0 else 0.0
    state.control[THIRD] = (1.0 - own) * state.control[THIRD] + own * third
    state.group_control[THIRD_GROUP] = state.control[THIRD]
    return (1.0 - own) * passes + own * by_groups


@compiled
def capability_of_owners(control: np.ndarray, parameters: Record, otherwise: float) -> float:
    """Return the operating capability of whoever controls the company: the mean over groups, weighted by control.

    Parameters
    ----------
    control
        Control by group, shape (GROUPS,).
    parameters
        Capability of each business and of investors, 0 to 1.
    otherwise
        What holds where no group of a side has control, 0 to 1.
    """
    total = 0.0
    weighted = 0.0
    for g in range(SIDES):
        for n in range(BUSINESSES):
            of_business = control[g * (BUSINESSES + 1) + n]
            total += of_business
            weighted += of_business * parameters.business_capability[n]
        of_investors = control[g * (BUSINESSES + 1) + INVESTOR]
        total += of_investors
        weighted += of_investors * parameters.investor_capability
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
    """Find who is in control and the chance that a decision passes this quarter.

    Parameters
    ----------
    state
        Written: shares, control and approval by group, `control` by bloc, and `vote_pass`, 0 to 1.
    receives
        Commitments of the two governments as they reach the votes, and the surplus on the council's table.
    dated
        Shares by bloc and quota of this quarter, basis points; businesses of each side's holders.
    parameters
        `mediation` and `group_interest`.
    """
    divide(dated.share[HOME], dated.business_home, HOME, state.group_share)
    divide(dated.share[HOST], dated.business_host, HOST, state.group_share)
    state.group_share[THIRD_GROUP] = dated.share[THIRD]
    quota = votes_needed(dated.share, dated.quota)
    banzhaf(dated.share, quota, state.control)
    say_yes(state, receives)
    of_blocs = pass_probability(dated.share, quota, state.bloc_approval)
    passes = own_votes(state, quota, parameters.group_interest, of_blocs)
    state.vote_pass = mediate(passes, parameters.mediation, receives.mediation)
