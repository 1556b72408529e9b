"""Effects that are expected over chance in every draw of parameters, from the few runs it has.

The mean of a few runs is no expectation. Of statistics y with the values y_d of draw d::

    f   ridge regression of y on the parameters, each draw predicted without itself
    N   chance: covariance of y_d within draws, over the number of runs
    T   what draws differ by that the regression does not know: covariance of y - f, less N
    θ_d | y_d ~ N(f_d + A (y_d - f_d), T - A T),   A = T (T + N)⁻¹

which is the model of Fay and Herriot (1979) for means of small areas. Variances of N and T are pooled over draws with
like f: where nothing happens there is no chance either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from copark.analyses.claims.schema import Part
from copark.arrays import Booleans, Floats

PENALTIES = np.logspace(-1.0, 6.0, 8)
"""Penalties of the regression that are tried."""
TRIES = 64
"""Values tried of what is not known of an effect, for each draw."""
POOLED = 8
"""Variances that chance makes are pooled over one draw in so many."""
SHARES = ("share", "change")
"""Kinds whose values, run by run, are 0, 1 or -1."""


class Ridge:
    """Ridge regression on the parameters of draws, by name, for any statistic of them."""

    def __init__(self, values: Mapping[str, Floats]) -> None:
        table = np.column_stack([column for column in values.values() if np.ptp(column) > 0.0])
        scaled = (table - table.mean(axis=0)) / table.std(axis=0)
        self.left, self.singular, _ = np.linalg.svd(scaled, full_matrices=False)

    def predicted(self, y: Floats, is_known: Booleans) -> Floats:
        """Predict each draw from the others.

        Parameters
        ----------
        y
            Statistics of the known draws, shape (known draws, statistics).
        is_known
            Which draws these are, shape (draws,).

        Returns
        -------
        Shape of y; y itself where too few are known.
        """
        left_vectors = self.left[is_known]
        count = len(left_vectors)
        middle = y.mean(axis=0)
        if count < 3:
            return y
        moments = left_vectors.T @ (y - middle)
        best_score = np.full(y.shape[1], np.inf)
        predictions = y.copy()
        for penalty in PENALTIES:
            shrinkage = self.singular**2 / (self.singular**2 + penalty)
            residuals = y - middle - left_vectors @ (shrinkage[:, None] * moments)
            hat = 1.0 / count + (left_vectors**2 * shrinkage).sum(axis=1)
            score = (residuals**2).mean(axis=0) / (1.0 - hat.mean()) ** 2
            better = score < best_score
            best_score = np.where(better, score, best_score)
            without = y - residuals / np.maximum(1.0 - hat, 0.05)[:, None]
            predictions = np.where(better, without, predictions)
        return predictions


@dataclass(frozen=True)
class Expected:
    """Effects expected of the statistics of a part, for every draw."""

    estimated: Booleans
    """Which draws have them, shape (draws,)."""
    means: Mapping[str, Floats]
    """Expected effects, each of shape (known draws,)."""
    values: Mapping[str, Floats]
    """Values they may have, given the few runs of each draw, each of shape (known draws, TRIES)."""

    def shifted(self, shifts: Mapping[str, float]) -> Expected:
        """Shift some statistics, by their names."""
        means = {name: column + shifts.get(name, 0.0) for name, column in self.means.items()}
        values = {name: table + shifts.get(name, 0.0) for name, table in self.values.items()}
        return Expected(self.estimated, means, values)


def expected(part: Part, runs: Mapping[str, Floats], ridge: Ridge) -> Expected | None:
    """Estimate what is expected of the statistics in the rule of a part, over chance.

    Parameters
    ----------
    part
        The part.
    runs
        Values of its statistics by run, each of shape (draws, replicates).
    ridge
        Regression on the parameters of the draws.

    Returns
    -------
    ``None`` where one of them is not measured.
    """
    if any(not runs[name].size for name in part.rule_statistics):
        return None
    measured = np.logical_and.reduce([np.isfinite(runs[name]) for name in part.rule_statistics])
    is_known = np.logical_or.reduce(measured, axis=1)
    if not is_known.any():
        return None
    rng = np.random.default_rng(0x657870)
    shares = tuple(name for name in part.rule_statistics if part.statistics[name].kind in SHARES)
    sizes = tuple(name for name in part.rule_statistics if name not in shares)
    count = measured[is_known].sum(axis=1)
    means: dict[str, Floats] = {}
    values: dict[str, Floats] = {}
    for names, estimate in [((name,), _shares) for name in shares] + ([(sizes, _sizes)] if sizes else []):
        cube = np.stack([np.where(measured, runs[name], np.nan)[is_known] for name in names], axis=2)
        middle, samples = estimate(cube, count, ridge, is_known, rng)
        means |= dict(zip(names, middle.T, strict=True))
        values |= {name: samples[:, column] for column, name in enumerate(names)}
    return Expected(is_known, means, values)


def _sizes(
    cube: Floats, count: Floats, ridge: Ridge, is_known: Booleans, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Estimate expected sizes, shape (draws, statistics), and values they may have: the normal of the module."""
    y = np.nanmean(cube, axis=1)
    fitted = ridge.predicted(y, is_known)
    within = np.where(np.isfinite(cube), cube - y[:, None, :], 0.0)
    chance = _pooled((within**2).sum(axis=1) / np.maximum(count - 1, 1)[:, None], fitted) / count[:, None]
    if not chance.any():
        return y, np.repeat(y[:, :, None], TRIES, axis=2)
    noise = _matrices(chance, np.einsum("dfs,dft->st", within, within))
    residuals = y - fitted
    unknown = _matrices(
        np.maximum(_pooled(residuals**2, fitted) - chance, 0.0), residuals.T @ residuals - noise.sum(axis=0)
    )
    gain = unknown @ np.linalg.pinv(unknown + noise, hermitian=True)
    mean = fitted + np.einsum("dst,dt->ds", gain, residuals)
    remaining = unknown - gain @ unknown
    size, axes = np.linalg.eigh((remaining + remaining.transpose(0, 2, 1)) / 2.0)
    spread = axes * np.sqrt(np.maximum(size, 0.0))[:, None, :]
    return mean, mean[:, :, None] + spread @ rng.standard_normal((*mean.shape, TRIES))


def _shares(
    cube: Floats, count: Floats, ridge: Ridge, is_known: Booleans, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Estimate expected shares, or their changes, of one statistic: what runs gain and what they lose, as Dirichlet.

    The chances of 1 and -1 scatter about their regression with a concentration found from their variance beyond that
    of so many runs; the runs of a draw are counts. A normal would be wrong near 0, where most draws may lie. Values are
    sorted: shares of one part are of the same runs, and what is not known of them goes together.
    """
    signs = np.stack([np.nansum(cube[:, :, 0] == sign, axis=1) for sign in (1.0, -1.0)], axis=1)
    y = signs / count[:, None]
    fitted = np.clip(_pooled(y, ridge.predicted(y, is_known)), 1e-9, 1.0)
    fitted /= np.maximum(fitted.sum(axis=1), 1.0)[:, None]
    scale = float((fitted * (1.0 - fitted)).sum())
    runs = float(count.mean())
    overdispersion = 0.0
    if scale > 0.0:
        overdispersion = (float(((y - fitted) ** 2).sum()) / scale - 1.0 / runs) / max(1.0 - 1.0 / runs, 0.5)
    alike = 1.0 / np.clip(overdispersion, 1e-3, 0.999) - 1.0
    proportions = np.column_stack([fitted, np.maximum(1.0 - fitted.sum(axis=1), 1e-9)])
    weights = alike * proportions + np.column_stack([signs, count - signs.sum(axis=1)])
    mean = (weights[:, 0] - weights[:, 1]) / weights.sum(axis=1)
    gamma_draws = rng.standard_gamma(np.repeat(weights[:, :, None], TRIES, axis=2))
    total = np.maximum(gamma_draws.sum(axis=1), 1e-300)
    return mean[:, None], np.sort((gamma_draws[:, 0] - gamma_draws[:, 1]) / total, axis=1)[:, None, :]


def _pooled(values: Floats, along: Floats) -> Floats:
    """Average over draws that are near each other along predictions, column by column."""
    from scipy.ndimage import uniform_filter1d

    means = np.empty_like(values)
    width = max(len(values) // POOLED, min(len(values), 10))
    for column in range(values.shape[1]):
        order = np.argsort(along[:, column], kind="stable")
        means[order, column] = uniform_filter1d(values[order, column], width, mode="nearest")
    return np.maximum(means, 0.0)


def _matrices(variances: Floats, moments: Floats) -> Floats:
    """Combine variances of every draw with the correlations of moments: covariances of shape (draws, s, s)."""
    scale = np.sqrt(np.maximum(np.diag(moments), 0.0))
    scale_products = np.outer(scale, scale)
    correlation = np.clip(
        np.divide(moments, scale_products, out=np.zeros_like(moments), where=scale_products > 0.0), -1.0, 1.0
    )
    np.fill_diagonal(correlation, 1.0)
    size, axes = np.linalg.eigh(correlation)
    correlation = (axes * np.maximum(size, 0.0)) @ axes.T
    root = np.sqrt(variances)
    return root[:, :, None] * correlation * root[:, None, :]
