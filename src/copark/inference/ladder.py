"""A population on a ladder of temperatures: parallel tempering after the way down from the prior.

Sequential Monte Carlo passes every temperature once, and what its few best runs were luck carries to the end. On a
ladder members stand at all temperatures at once, each moved at its own, and neighbours change places (Swendsen and Wang
1986), even and odd pairs in turn (Syed et al. 2022): what has come loose where the record counts little comes down to
where it counts in full. The target is the product of all temperatures', so that those at β = 1 are draws of the
posterior; kept are those of the later half of all sweeps. A ladder belongs to one population and knows no other.

Parameters are moved by two kinds of proposal, both reversible under their prior, so that the likelihood alone decides:
a few of them drawn anew, or all of them a step that is long where the record says little (:class:`Response`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from copark.inference.summaries import one_thread

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
MOMENTS = ("moves", "answers", "squares", "left")
STEPS = (0.25, 0.5)
"""Lengths of steps, as shares of what prior and record together leave of a direction."""
MEMORY = 0.8
"""Weight of what was learned before a sweep against what was learned in it."""
FAR = 50.0
"""Squared answer, in errors, from which a move tells less of what small ones do."""
RIDGE = 1e-3


def normal_scores(z: Floats) -> Floats:
    """Points of the logit scale as quantiles of the standard normal distribution, accurate in both tails."""
    from scipy.special import log_expit, ndtri_exp

    found: Floats = np.where(z > 0.0, -1.0, 1.0) * ndtri_exp(log_expit(-np.abs(z)))
    return found


def logits(x: Floats) -> Floats:
    """Inverse of :func:`normal_scores`."""
    from scipy.special import log_ndtr

    found: Floats = log_ndtr(x) - log_ndtr(-x)
    return found


class Response:
    """How runs answer to their parameters while chance events stay as they are, learned from moves that were tried.

    Parameters x are normal scores, N(0, 1) in the prior; answers y are counterparts of the record in errors of
    observation. A regression of Δy on Δx gives J, one of the squared residuals on Δx² what each parameter does beside
    that, d ≥ 0. With F = J Jᵀ + diag(d) = V diag(λ) Vᵀ a step is x' = V (√(1 - b²) Vᵀ x + b ξ) with ξ ~ N(0, I) and
    b = h / √(1 + β λ), at most 1: pCN (Cotter et al. 2013) with a length for each direction (Cui, Law and Marzouk
    2016). Whatever λ and V are, it leaves N(0, I) as it is.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, Floats] = {}

    @property
    def is_learned(self) -> bool:
        """Whether there is something to take steps by."""
        return "rates" in self.arrays

    def note(self, moved: Floats, answered: Floats) -> None:
        """Add moves that were tried, whether accepted or not.

        Parameters
        ----------
        moved, answered
            Δx and Δy, shapes (moves, axes) and (moves, targets); moves without an answer are left out.
        """
        known = np.isfinite(answered).all(axis=1)
        x, y = moved[known], answered[known]
        weights = 1.0 / (1.0 + (y**2).sum(axis=1) / FAR)
        slopes = self.arrays.get("slopes")
        with one_thread():
            squares = x**2 if slopes is not None else np.zeros_like(x)
            left = np.zeros(len(x)) if slopes is None else weights * ((y - x @ slopes) ** 2).sum(axis=1)
            made = (x.T * weights) @ x, (x.T * weights) @ y, (squares.T * weights) @ squares, squares.T @ left
        for name, one in zip(MOMENTS, made, strict=True):
            self.arrays[name] = self.arrays[name] + one if name in self.arrays else one

    def learn(self) -> None:
        """Make rates λ and axes V of what was noted, and let it fade."""
        from scipy.optimize import nnls

        with one_thread():
            slopes: Floats = np.linalg.solve(_ridged(self.arrays["moves"]), self.arrays["answers"]).astype(np.float64)
            information = slopes @ slopes.T
            if self.arrays["squares"].any():
                root = np.linalg.cholesky(_ridged(self.arrays["squares"]))
                information += np.diag(
                    nnls(root.T, np.linalg.solve(root, self.arrays["left"]), maxiter=100 * len(root))[0]
                )
            rates, axes = np.linalg.eigh(information)
        for name in MOMENTS:
            self.arrays[name] = self.arrays[name] * MEMORY
        self.arrays |= {"slopes": slopes, "rates": np.maximum(rates, 0.0), "axes": axes}

    def steps(self, x: Floats, beta: Floats | float, random: np.random.Generator) -> Floats:
        """Propose places a step away.

        Parameters
        ----------
        x
            Normal scores, shape (members, axes).
        beta
            Temperature of all members, or of each, shape (members, 1).
        """
        length = random.choice(STEPS, size=(len(x), 1)) / np.sqrt(1.0 + beta * self.arrays["rates"])
        with one_thread():
            turned = x @ self.arrays["axes"]
            made = np.sqrt(1.0 - length**2) * turned + length * random.standard_normal(x.shape)
            found: Floats = made @ self.arrays["axes"].T
        return found


def _ridged(moments: Floats) -> Floats:
    """A matrix of moments with a little added to its diagonal, so that it has an inverse."""
    found: Floats = moments + (RIDGE * np.trace(moments) / len(moments) + 1e-12) * np.eye(len(moments))
    return found


def exchanged(
    fit: Floats, betas: Floats, members: int, odd: bool, random: np.random.Generator
) -> Integers:  # fmt: skip
    """Where each place of a ladder takes its member from, after neighbours were offered to change places.

    Members at β and β' change places with probability min(1, exp((β - β') (fit' - fit))).

    Parameters
    ----------
    fit
        Log-likelihoods, shape (temperatures x members,), temperature by temperature.
    betas
        Temperatures, rising.
    odd
        Whether the second and third, fourth and fifth … are paired, not the first and second, third and fourth ….
    """
    found = np.arange(len(fit))
    for low in range(int(odd), len(betas) - 1, 2):
        here = low * members + np.arange(members)
        there = (low + 1) * members + random.permutation(members)
        gain = (betas[low] - betas[low + 1]) * (fit[there] - fit[here])
        accepted = np.log(random.random(members)) < gain
        found[here[accepted]], found[there[accepted]] = there[accepted], here[accepted]
    return found
