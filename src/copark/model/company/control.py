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
    """
    swings = 0.0
    for i in range(BLOCS):
        index[i] = 0.0
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
    """The council of the framework mediates a vote that would fail, if both sides together still gain.

    Lambda' = Lambda + (1 - Lambda) mu_F where the surplus W that the council puts on the table is positive; without a
    framework the council puts none there.
    """
    return passes + (1.0 - passes) * mediation if surplus > 0.0 else passes


@compiled
def vote(state: Record, receives: Record, dated: Record, parameters: Record) -> None:
    """Find the blocs' control and the chance that a land decision passes this quarter."""
    home, host = receives.commitment_vote[HOME], receives.commitment_vote[HOST]
    banzhaf(dated.share, dated.quota, state.control)
    passes = pass_probability(dated.share, dated.quota, (home, host, 0.5 * (home + host)))
    state.vote_pass = mediate(passes, parameters.mediation, receives.mediation)
