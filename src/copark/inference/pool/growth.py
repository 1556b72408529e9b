"""The pooled growth curve: counts against age, the rival that knows many parks and no mechanism.

Of one observable, ln(1 + count) of park p at age t years is a_p + b_p ln t + ε; (a_p, b_p) is normal over parks. The
mean and covariance over parks and the variance of ε are found by expectation-maximisation, with a weak prior on the
covariance as if two more parks had been seen. A park without a past gets the mean curve with its whole spread; a park
with a past has its curve bent to it (best linear unbiased prediction: Robinson, Statistical Science 6, 1991).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDS = 200
EXTRA_PARKS = 2.0
FIRST_SPREAD = (1.0, 0.25)
"""Variances of a and b as the weak prior has them: a factor of e between parks at one year, 0.5 between slopes."""
LEAST_NOISE = 1e-4
FEWEST_VALUES, FEWEST_PARKS = 3, 2
MEMBERS = 1000


@dataclass(frozen=True)
class Past:
    """Counts of one park at ages in years, shape (values,) both."""

    ages: Floats
    counts: Floats

    @property
    def design(self) -> Floats:
        """1 and ln t, shape (values, 2)."""
        return np.stack([np.ones(len(self.ages)), np.log(self.ages)], axis=1)

    @property
    def logs(self) -> Floats:
        """ln(1 + count), shape (values,)."""
        found: Floats = np.log1p(np.maximum(self.counts, 0.0))
        return found


@dataclass(frozen=True)
class GrowthCurve:
    """A fitted curve: mean and covariance of (a, b) over parks, variance of ε, how many parks and values it saw."""

    mean: Floats
    covariance: Floats
    noise: float
    parks: int
    values: int

    def bent(self, past: Past) -> tuple[Floats, Floats]:
        """Mean and covariance of a park's own (a, b), given its past."""
        return posterior(past, self.mean, self.covariance, self.noise)

    def ensemble(self, past: Past, age: float, members: int = MEMBERS) -> Floats:
        """Forecast a park's count at an age, at equal steps of probability; shape (members,)."""
        from scipy.special import ndtri

        mean, covariance = self.bent(past)
        at = np.array([1.0, np.log(age)])
        sd = np.sqrt(at @ covariance @ at + self.noise)
        levels = (np.arange(members) + 0.5) / members
        found: Floats = np.maximum(np.expm1(at @ mean + sd * ndtri(levels)), 0.0)
        return found


def posterior(past: Past, mean: Floats, covariance: Floats, noise: float) -> tuple[Floats, Floats]:
    """Mean and covariance of (a, b) of one park: normal prior, normal errors."""
    precision = np.linalg.inv(covariance)
    x = past.design
    found: Floats = np.asarray(np.linalg.inv(precision + x.T @ x / noise), dtype=np.float64)
    return found @ (precision @ mean + x.T @ past.logs / noise), found


def fit_growth(pasts: Sequence[Past]) -> GrowthCurve | None:
    """Fit the curve over parks; ``None`` with fewer than two parks or three values."""
    seen = [past for past in pasts if len(past.ages)]
    values = sum(len(past.ages) for past in seen)
    if len(seen) < FEWEST_PARKS or values < FEWEST_VALUES:
        return None
    x = np.concatenate([past.design for past in seen])
    y = np.concatenate([past.logs for past in seen])
    mean = np.linalg.lstsq(x, y, rcond=None)[0]
    covariance, noise = np.diag(FIRST_SPREAD), 0.05
    for _ in range(ROUNDS):
        own = [posterior(past, mean, covariance, noise) for past in seen]
        mean = np.mean([m for m, _ in own], axis=0)
        scatter = sum((np.outer(m - mean, m - mean) + v for m, v in own), EXTRA_PARKS * np.diag(FIRST_SPREAD))
        covariance = scatter / (len(seen) + EXTRA_PARKS)
        errors = sum(
            float(((past.logs - past.design @ m) ** 2).sum() + np.trace(past.design @ v @ past.design.T))
            for past, (m, v) in zip(seen, own, strict=True)
        )
        noise = max(errors / values, LEAST_NOISE)
    return GrowthCurve(mean, covariance, noise, len(seen), values)
