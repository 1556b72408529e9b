"""Control and votes: who decides in the development company, and how likely a land decision is to pass.

Three blocs hold shares in basis points: home, host and third. Shares held by nobody count in the base of 10,000 and
never vote. A vote passes when the blocs that say yes hold at least the quota (5,001 is "more than half").
"""

from __future__ import annotations

import numpy as np

from copark.model.dimensions import BLOCS, HOME, HOST
from copark.model.jit import Record, compiled


@compiled
def pass_probability(share: np.ndarray, quota: float, yes: tuple[float, float, float]) -> float:
    """Chance that a vote passes: sum over winning coalitions of the product of yes and no probabilities.

    Lambda = sum over S with sum of shares >= q of prod_(i in S) p_i prod_(i not in S) (1 - p_i); exact (MODEL §3(1)).

    Parameters
    ----------
    share
        Shares of home, host and third in basis points, shape (BLOCS,); unallocated shares make them less than
        10,000.
    quota
        Shares that must say yes, basis points.
    yes
        Chance that each bloc says yes, 0 to 1; blocs decide independently.

    Returns
    -------
    Chance between 0 and 1; 0 where all blocs together do not reach the quota.
    """
    total = 0.0
    for coalition in range(1 << BLOCS):
        weight = 0.0
        chance = 1.0
        for i in range(BLOCS):
            if coalition >> i & 1:
                weight += share[i]
                chance *= yes[i]
            else:
                chance *= 1.0 - yes[i]
        if weight >= quota:
            total += chance
    return total


@compiled
def banzhaf(share: np.ndarray, quota: float, index: np.ndarray) -> None:
    """Normalised Banzhaf index of the three blocs, exact; all zero where no bloc is ever decisive.

    A bloc is decisive in a coalition that wins with it and loses without it. Source: Banzhaf 1965; Leech 2002 for its
    use on company control.

    Parameters
    ----------
    share
        Shares of home, host and third in basis points, shape (BLOCS,).
    quota
        Shares needed to win, basis points.
    index
        Written: swings of each bloc over swings of all, shape (BLOCS,).
    """
    swings = 0.0
    for i in range(BLOCS):
        index[i] = 0.0
        # All eight coalitions, of every bloc: exact, and too few for anything cleverer to be worth its lines.
        for coalition in range(1 << BLOCS):
            if coalition >> i & 1:
                weight = 0.0
                for j in range(BLOCS):
                    if coalition >> j & 1:
                        weight += share[j]
                if weight >= quota > weight - share[i]:
                    index[i] += 1.0
        swings += index[i]
    if swings > 0.0:
        for i in range(BLOCS):
            index[i] /= swings


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
    """Find the blocs' control and the chance that a land decision passes this quarter.

    Parameters
    ----------
    state
        Written: `control` by bloc and `vote_pass`, both 0 to 1.
    receives
        Commitments of the two governments as they reach the votes, and the surplus on the council's table.
    dated
        Shares and quota of this quarter, basis points.
    parameters
        `mediation`.
    """
    home, host = receives.commitment_vote[HOME], receives.commitment_vote[HOST]
    banzhaf(dated.share, dated.quota, state.control)
    # The third bloc has no government behind it; it follows neither and both, hence the mean.
    passes = pass_probability(dated.share, dated.quota, (home, host, 0.5 * (home + host)))
    state.vote_pass = mediate(passes, parameters.mediation, receives.mediation)
