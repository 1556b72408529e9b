"""The coupling degree C, the development index T and the coordination degree D of scores, and the grades of D.

Two forms of C of n scores in [0, 1]: the standard one, geometric over arithmetic mean, and the corrected one of Wang
Shujia et al. 2021 (王淑佳等, 国内耦合协调度模型的误区及修正, 自然资源学报 36(3): 793-810). D = sqrt(C T) with T the
weighted mean. The grades are a convention: no theory or loss function stands behind their boundaries.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

GRADES = (
    "extreme_imbalance", "severe_imbalance", "moderate_imbalance", "mild_imbalance", "near_imbalance",
    "barely_coordinated", "primary_coordination", "intermediate_coordination", "good_coordination",
    "quality_coordination",
)  # fmt: skip
"""Ten grades of D, each 0.1 wide, from the lowest."""

BOUNDARIES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


def _checked(scores: ArrayLike) -> NDArray[np.float64]:
    found = np.asarray(scores, dtype=np.float64)
    if found.shape[-1] < 2:
        raise ValueError("coupling needs at least two scores")
    with np.errstate(invalid="ignore"):
        if np.any((found < 0.0) | (found > 1.0)):
            raise ValueError("scores must lie in [0, 1]")
    return found


def _relative(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Scores over the largest of them, 0 where all are 0: C stays, and products of small scores do not vanish."""
    top = scores.max(axis=-1, keepdims=True)
    found: NDArray[np.float64] = np.where(np.isnan(scores), np.nan, 0.0)
    np.divide(scores, top, out=found, where=top > 0.0)
    return found


def coupling(scores: ArrayLike) -> NDArray[np.float64]:
    """Standard coupling degree, ``C = (Π U)^(1/n) / (Σ U / n)``; 0 where every score is 0.

    Parameters
    ----------
    scores
        U in [0, 1], shape (…, n), n ≥ 2.

    Returns
    -------
    array
        C in [0, 1], shape (…).

    Raises
    ------
    ValueError
        If a score leaves [0, 1] or there is only one.
    """
    relative = _relative(_checked(scores))
    mean = relative.mean(axis=-1)
    geometric = np.prod(relative, axis=-1) ** (1.0 / relative.shape[-1])
    degree: NDArray[np.float64] = np.where(np.isnan(mean), np.nan, 0.0)
    np.divide(geometric, mean, out=degree, where=mean > 0.0)
    return degree


def coupling_corrected(scores: ArrayLike) -> NDArray[np.float64]:
    """Corrected coupling degree of Wang et al. 2021; 0 where every score is 0.

    ``C' = sqrt{ [1 - Σ_{i>j} |U_i - U_j| / (n(n-1)/2)] · (Π U_i / max U)^(1/(n-1)) }``. The formula was taken from the
    vignette of the R package *coupling* and agrees with the article's table 8; the article was not seen in print.

    Parameters
    ----------
    scores
        U in [0, 1], shape (…, n), n ≥ 2.

    Raises
    ------
    ValueError
        If a score leaves [0, 1] or there is only one.
    """
    found = _checked(scores)
    n = found.shape[-1]
    first, second = np.triu_indices(n, k=1)
    spread = np.abs(found[..., first] - found[..., second]).sum(axis=-1) / (n * (n - 1) / 2.0)
    evenness = np.prod(_relative(found), axis=-1) ** (1.0 / (n - 1))
    degree: NDArray[np.float64] = np.sqrt(np.maximum(1.0 - spread, 0.0) * evenness)
    return degree


def development(scores: ArrayLike, weights: Sequence[float] | None = None) -> NDArray[np.float64]:
    """Development index ``T = Σ α U``, α equal unless given.

    Raises
    ------
    ValueError
        If the weights are not as many as the scores, negative, or do not sum to 1.
    """
    found = _checked(scores)
    n = found.shape[-1]
    alpha = np.full(n, 1.0 / n) if weights is None else np.asarray(weights, dtype=np.float64)
    if alpha.shape != (n,) or np.any(alpha < 0.0) or abs(float(alpha.sum()) - 1.0) > 1e-9:
        raise ValueError("one weight a score is needed, none negative, that sum to 1")
    total: NDArray[np.float64] = found @ alpha
    return total


def coordination(coupling_degree: ArrayLike, index: ArrayLike) -> NDArray[np.float64]:
    """Coordination degree ``D = sqrt(C T)``."""
    degree: NDArray[np.float64] = np.sqrt(np.asarray(coupling_degree) * np.asarray(index))
    return degree


def grade(degree: float, closed: Literal["left", "right"] = "left") -> str:
    """The grade of D.

    Parameters
    ----------
    degree
        D in [0, 1].
    closed
        Papers differ on the boundaries: ``left`` reads [0.4, 0.5) as one grade, ``right`` reads (0.4, 0.5].

    Raises
    ------
    ValueError
        If D leaves [0, 1].
    """
    if not 0.0 <= degree <= 1.0:
        raise ValueError("a coordination degree lies in [0, 1]")
    return GRADES[int(np.searchsorted(BOUNDARIES, degree, side="right" if closed == "left" else "left"))]
