"""Compute what data say of a claim, apart from what was believed before: the ratio of posterior to prior odds."""

from __future__ import annotations

from math import inf, isfinite, nan


def odds(probability: float) -> float:
    """Return ``p / (1 - p)``; infinite for 1."""
    return inf if probability >= 1.0 else probability / (1.0 - probability)


def bayes_factor(probability: float, prior: float) -> float:
    """Return posterior odds over prior odds.

    Parameters
    ----------
    probability, prior
        Probability of the claim given the data, and without them.

    Returns
    -------
    float
        Above 1 where data speak for the claim, below 1 where they speak against it; NaN where the prior decides it
        already, so that no data could say anything, or where either is not known.
    """
    if not (isfinite(probability) and isfinite(prior)) or prior <= 0.0 or prior >= 1.0:
        return nan
    return odds(probability) / odds(prior)
