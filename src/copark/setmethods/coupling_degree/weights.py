"""Weights of indicators: equal, or by entropy (熵值法): an indicator weighs more the less evenly it is spread.

p_ij = x_ij / Σ_i x_ij, e_j = -(1 / ln m) Σ_i p_ij ln p_ij with 0 ln 0 = 0, w_j = (1 - e_j) / Σ (1 - e_j), over all m
cases together. No small number is added to the scores: the customary shift by 0.0001 changes weights and degrees.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

RESAMPLES = 500


def entropy(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy of each indicator in [0, 1]; 1, that is no information, for one that never varies or is always 0.

    Parameters
    ----------
    scores
        Shape (…, case, indicator), not negative; NaN columns never vary.
    """
    count = scores.shape[-2]
    clean = np.nan_to_num(scores)
    total = clean.sum(axis=-2, keepdims=True)
    share = np.divide(clean, total, out=np.zeros_like(clean), where=total > 0.0)
    logarithm = np.log(np.where(share > 0.0, share, 1.0))
    found = -(share * logarithm).sum(axis=-2) / np.log(max(count, 2))
    limited: NDArray[np.float64] = np.where(total[..., 0, :] > 0.0, np.minimum(found, 1.0), 1.0)
    return limited


def entropy_weights(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Entropy weights, shape (…, indicator), summing to 1; equal where no indicator tells anything apart."""
    divergence = 1.0 - entropy(scores)
    divergence = np.where(np.isnan(scores).all(axis=-2), 0.0, np.maximum(divergence, 0.0))
    total = divergence.sum(axis=-1, keepdims=True)
    even = np.full_like(divergence, 1.0 / divergence.shape[-1])
    np.divide(divergence, total, out=even, where=total > 1e-12)
    return even


def equal_weights(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Equal weights of the indicators that vary, shape (indicator,); a NaN column has none."""
    there = ~np.isnan(scores).all(axis=0)
    return np.asarray(there / max(1, int(there.sum())))


def bootstrap_weights(scores: NDArray[np.float64], seed: int) -> NDArray[np.float64]:
    """5 % and 95 % of the entropy weights over resamples of the cases, shape (2, indicator)."""
    luck = np.random.default_rng(seed)
    chosen = luck.integers(0, scores.shape[0], (RESAMPLES, scores.shape[0]))
    found = entropy_weights(scores[chosen])
    limits: NDArray[np.float64] = np.quantile(found, (0.05, 0.95), axis=0)
    return limits
