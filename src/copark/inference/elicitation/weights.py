"""Weights of draws that meet quantiles and change nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats, Integers

LEVELS = (0.05, 0.5, 0.95)
"""Levels of the quantiles that experts give."""
SHARES = np.diff([0.0, *LEVELS, 1.0])
"""Probability below, between and above them."""
ROUNDS, CLOSE, NEARER = 500, 1e-6, 0.999
"""Rounds of fitting at most; difference of probabilities that is none; share of the last difference from which on
fitting gets no nearer, since answers contradict each other."""


def shared(weights: Floats) -> Floats:
    """Weights that sum to one; all 0 where they cannot."""
    total = float(weights.sum())
    return weights / total if total > 0.0 and np.isfinite(total) else np.zeros_like(weights)


def place(values: Floats, quantiles: Sequence[float]) -> Integers:
    """Which of the four ranges between quantiles each value lies in."""
    found: Integers = np.searchsorted(np.asarray(quantiles), values, side="left").astype(np.int64)
    return found


@dataclass(frozen=True)
class Raked:
    """Weights that meet some quantiles."""

    weights: Floats
    """Shape (draws,); they sum to one."""
    factors: tuple[Floats, ...]
    """By quantity: what each of its ranges is multiplied by, shape (4,); other draws take them too."""
    off: float
    """Largest difference left between a range's probability and what it should be: 0 unless answers contradict."""


def rake(places: Sequence[Integers], start: Floats) -> Raked:
    """Weights nearest to those given in which every quantity has its quantiles.

    Nearest is of least relative entropy: the distribution stays what it was within each range, as in the classical
    model of structured expert judgement (Cooke 1991), whose background measure is here the model's own. Found by
    iterative proportional fitting (Deming and Stephan 1940).

    places: by quantity: which range each draw lies in, as of :func:`place`; each range has a draw of some weight.
    start: weights of the draws, shape (draws,).
    """
    weights, factors = shared(start), [np.ones(len(SHARES)) for _ in places]
    off = np.inf
    for _ in range(ROUNDS):
        before, off = off, 0.0
        for n, at in enumerate(places):
            now = np.bincount(at, weights, len(SHARES))
            off = max(off, float(abs(now - SHARES).max()))
            step = np.divide(SHARES, now, out=np.ones_like(now), where=now > 0.0)
            factors[n] = factors[n] * step
            weights = weights * step[at]
        weights = shared(weights)
        if off < CLOSE or off > NEARER * before:
            break
    return Raked(weights, tuple(factors), off)
