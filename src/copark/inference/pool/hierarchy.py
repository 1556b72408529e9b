"""The parks together: a normal hierarchy with partial pooling on all axes at once.

θ_p = μ + τ ∘ ε_p, ε_p ~ N(0, 1); μ_j | τ_j ~ N(0, 1 - τ_j²); τ_j half-normal below 1. So θ_pj ~ N(0, 1) whatever τ is:
a park of which nothing is known, among parks of which nothing is known, has the prior it always had; 1 - τ² is how
alike two parks are before any data.

A park's record is a few *readings* g'θ_p = y + error: directions of the axes with a middle and a precision, the prior
divided out. All axes are pooled jointly, since a record tells sums: that a park grew fast may come of many enquiries or
of a deep pool, and pooling each alone would count the same growth twice.

Given τ all is normal and in closed form (:func:`given_tau`); τ is sampled by Gibbs steps on a grid (Gelman et al.,
Bayesian Data Analysis, 3rd ed., §5.4 and §11.6).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from copark.arrays import Floats
from copark.inference.summaries import one_thread

ALIKE = {"mechanism": 0.35, "scale": 0.9}
"""Scale of the half-normal prior of τ by role: mechanisms are much alike, sizes hardly."""
TAU = np.linspace(0.04, 0.97, 32)
"""The grid of τ."""
SWEEPS, DROPPED = 1600, 200
GIBBS = 0x706F6F6C


@dataclass(frozen=True)
class Readings:
    """What one park's record says of the pooled axes: rows g'θ = middle, each with its precision.

    rows: shape (readings, axes), unit vectors; middles, precisions: shape (readings,).
    """

    rows: Floats
    middles: Floats
    precisions: Floats

    @classmethod
    def none(cls, axes: int) -> Readings:
        """Nothing."""
        return cls(np.zeros((0, axes)), np.zeros(0), np.zeros(0))

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.middles)

    def marginal(self, tau: Floats) -> Floats:
        """Covariance of the readings given μ, V + G diag(τ²) G'."""
        found: Floats = np.diag(1.0 / self.precisions) + (self.rows * tau**2) @ self.rows.T
        return found


@dataclass(frozen=True)
class GivenTau:
    """μ given τ and all readings: mean and covariance; weights: share of each park in the mean of each axis."""

    mean: Floats
    covariance: Floats
    weights: Floats


def given_tau(parks: Sequence[Readings], tau: Floats) -> GivenTau:
    """Mean and covariance of μ given τ, shape (axes,) and (axes, axes); weights of shape (parks, axes).

    With τ = 0 it is complete pooling.
    """
    precision = np.diag(1.0 / (1.0 - tau**2))
    told = np.zeros(len(tau))
    parts = []
    for one in parks:
        part = np.zeros_like(precision)
        if one.count:
            half = np.linalg.solve(one.marginal(tau), one.rows)
            part = one.rows.T @ half
            told = told + half.T @ one.middles
        parts.append(part)
        precision = precision + part
    covariance: Floats = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    weights = np.array([np.einsum("ij,ji->i", covariance, part) for part in parts])
    return GivenTau(covariance @ told, covariance, weights)


@dataclass(frozen=True)
class Pooled:
    """Draws of the hierarchy."""

    parks: tuple[Readings, ...]
    """Readings of each park."""
    mu: Floats
    tau: Floats
    """mu, tau: shape (draws, axes)."""
    mean: Floats
    variance: Floats
    """mean, variance: of each μ given the τ of a draw, shape (draws, axes): a smoother account than the draws
    themselves."""
    theta: Floats
    """Shape (draws, parks, axes)."""

    @property
    def draws(self) -> int:
        """Number of draws."""
        return len(self.mu)

    @cached_property
    def middle(self) -> GivenTau:
        """μ at the root mean square of τ."""
        return given_tau(self.parks, np.sqrt((self.tau**2).mean(axis=0)))

    def new(self, scores: Floats) -> Floats:
        """Draws of a park of which nothing is known, from standard normal scores of shape (runs, axes).

        Run r goes with draw r · draws // runs, so that any number of runs is spread over all of them.
        """
        at = np.arange(len(scores)) * self.draws // len(scores)
        found: Floats = self.mu[at] + self.tau[at] * scores
        return found

    def leaning(self, park: int) -> Floats:
        """How far a park's departure from the mean is still unknown, shape (axes,).

        Variance of θ - μ over E τ²: 1 where its own record says nothing of it and it takes the others' word, near 0
        where it stands on its own.
        """
        apart = self.theta[:, park] - self.mu
        found: Floats = np.minimum(apart.var(axis=0) / (self.tau**2).mean(axis=0), 1.0)
        return found

    def lent(self) -> Floats:
        """Share of each park in the mean of each axis, shape (parks, axes); what is missing to 1 is the prior's."""
        found: Floats = np.clip(self.middle.weights, 0.0, 1.0)
        return found


def log_prior(axes: int, alike: Floats) -> Floats:
    """Log-density of τ on its grid, half-normal, shape (axes, grid)."""
    return np.broadcast_to(-0.5 * (TAU / alike[:, np.newaxis]) ** 2, (axes, len(TAU)))


def pool(
    parks: Sequence[Readings], alike: Floats, seed: int = 1, sweeps: int = SWEEPS, dropped: int = DROPPED
) -> Pooled:
    """Pool all axes.

    Parameters
    ----------
    parks
        Readings of each park.
    alike
        Scale of the half-normal prior of each τ, shape (axes,).
    seed
        Of the Gibbs steps.
    sweeps, dropped
        Sweeps in all, and those at the start that are not kept.
    """
    axes = len(alike)
    random = np.random.Generator(np.random.Philox(key=np.array([seed, GIBBS], dtype=np.uint64)))
    prior = log_prior(axes, alike)
    tau = np.minimum(alike, 0.5)
    mu, taus, mean, variance = (np.empty((sweeps, axes)) for _ in range(4))
    theta = np.empty((sweeps, len(parks), axes))
    with one_thread():
        for sweep in range(sweeps):
            found = given_tau(parks, tau)
            mu[sweep] = found.mean + np.linalg.cholesky(found.covariance) @ random.standard_normal(axes)
            for n, one in enumerate(parks):
                theta[sweep, n] = draw_park(one, mu[sweep], tau, random)
            taus[sweep], mean[sweep], variance[sweep] = tau, found.mean, np.diag(found.covariance)
            tau = draw_tau(theta[sweep] - mu[sweep], mu[sweep], prior, random.random(axes))
    kept = slice(dropped, None)
    return Pooled(tuple(parks), mu[kept], taus[kept], mean[kept], variance[kept], theta[kept])


def mixture_quantiles(means: Floats, variances: Floats, weights: Floats, levels: Floats) -> Floats:
    """Quantiles of a mixture of normal distributions, by inverting its distribution function on a fine grid.

    means, variances, weights: shape (components,).
    """
    from scipy.special import ndtr

    sd = np.sqrt(np.maximum(variances, 1e-12))
    z = np.linspace(float((means - 6 * sd).min()), float((means + 6 * sd).max()), 801)
    below = ndtr((z[:, np.newaxis] - means) / sd) @ (weights / weights.sum())
    grown = np.concatenate([[True], np.diff(np.maximum.accumulate(below)) > 0])
    found: Floats = np.interp(levels, below[grown], z[grown])
    return found


def draw_park(one: Readings, mu: Floats, tau: Floats, random: np.random.Generator) -> Floats:
    """Draw θ of a park given μ and τ: a draw without its readings, moved to agree with them (Matheron's rule)."""
    free = mu + tau * random.standard_normal(len(mu))
    if not one.count:
        return free
    noise = random.standard_normal(one.count) / np.sqrt(one.precisions)
    missed = one.middles - one.rows @ free - noise
    found: Floats = free + tau**2 * (one.rows.T @ np.linalg.solve(one.marginal(tau), missed))
    return found


def draw_tau(apart: Floats, mu: Floats, prior: Floats, uniforms: Floats) -> Floats:
    """Draw τ of every axis on its grid, given how far each park is from μ, shape (parks, axes), and μ itself."""
    total, count = (apart**2).sum(axis=0)[:, np.newaxis], len(apart)
    rest = 1.0 - TAU**2
    logs = prior - count * np.log(TAU) - 0.5 * total / TAU**2 - 0.5 * np.log(rest) - 0.5 * mu[:, np.newaxis] ** 2 / rest
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    ends = np.cumsum(weights, axis=1)
    at = (ends < uniforms[:, np.newaxis] * ends[:, -1:]).sum(axis=1)
    found: Floats = TAU[np.minimum(at, len(TAU) - 1)]
    return found
