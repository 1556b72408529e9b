"""Effects expected of statistics over luck, for every draw of parameters, from a few runs of each.

A draw has a few runs, and their mean is no expectation. Of statistics y with the values y_d of draw d::

    f   ridge regression of y on the parameters, each draw predicted without itself
    N   luck: covariance of y_d within draws, over the number of runs
    T   what draws differ by that the regression does not know: covariance of y - f, less N
    θ_d | y_d ~ N(f_d + A (y_d - f_d), T - A T),   A = T (T + N)⁻¹

which is the model of Fay and Herriot (1979) for means of small areas. Variances of N and T are pooled over draws with
like f: where nothing happens there is no luck either.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.inference.claims.schema import Part


class Ridge:
    """Ridge regression on the parameters of draws, for any statistic of them.

    values: one column for every parameter that differs between draws.
    """

    PENALTIES = np.logspace(-1.0, 6.0, 8)

    def __init__(self, values: Mapping[str, Floats]) -> None:
        table = np.column_stack([one for one in values.values() if np.ptp(one) > 0.0])
        scaled = (table - table.mean(axis=0)) / table.std(axis=0)
        self.left, self.singular, _ = np.linalg.svd(scaled, full_matrices=False)

    def predicted(self, y: Floats, known: NDArray[np.bool_]) -> Floats:
        """Each draw predicted from the others, shape (draws, statistics); y where too few are known."""
        left = self.left[known]
        count, middle = len(left), y.mean(axis=0)
        if count < 3:
            return y
        moments = left.T @ (y - middle)
        best, found = np.full(y.shape[1], np.inf), y.copy()
        for penalty in self.PENALTIES:
            kept = self.singular**2 / (self.singular**2 + penalty)
            rest = y - middle - left @ (kept[:, None] * moments)
            hat = 1.0 / count + (left**2 * kept).sum(axis=1)
            score = (rest**2).mean(axis=0) / (1.0 - hat.mean()) ** 2
            better = score < best
            best = np.where(better, score, best)
            without = y - rest / np.maximum(1.0 - hat, 0.05)[:, None]
            found = np.where(better, without, found)
        return found


TRIES = 64
"""Values tried of what is not known of an effect, for each draw."""
POOLED = 8
"""Variances of luck are pooled over one draw in so many."""
SHARES = ("share", "change")
"""Kinds whose values, run by run, are 0, 1 or -1."""


@dataclass(frozen=True)
class Expected:
    """Effects expected of the statistics of a part, for every draw."""

    known: NDArray[np.bool_]
    """Which draws have them, shape (draws,)."""
    means: Mapping[str, Floats]
    """Expected effects, each of shape (known draws,)."""
    values: Mapping[str, Floats]
    """Values they may have, given the few runs of each draw, each of shape (known draws, TRIES)."""

    def shifted(self, by: Mapping[str, float]) -> Expected:
        """The same with some statistics shifted."""
        means, values = ({n: one + by.get(n, 0.0) for n, one in each.items()} for each in (self.means, self.values))
        return Expected(self.known, means, values)


def expected(part: Part, runs: Mapping[str, Floats], ridge: Ridge) -> Expected | None:
    """What is expected of the judged statistics of a part, over luck.

    runs: their values by run, each of shape (draws, futures). Returns: none where one of them is not measured.
    """
    if any(not runs[name].size for name in part.judged):
        return None
    there = np.logical_and.reduce([np.isfinite(runs[name]) for name in part.judged])
    known = np.logical_or.reduce(there, axis=1)
    if not known.any():
        return None
    rng = np.random.default_rng(0x657870)
    shares = tuple(name for name in part.judged if part.statistics[name].kind in SHARES)
    sizes = tuple(name for name in part.judged if name not in shares)
    count = there[known].sum(axis=1)
    means: dict[str, Floats] = {}
    values: dict[str, Floats] = {}
    for names, of in [((name,), _shares) for name in shares] + ([(sizes, _sizes)] if sizes else []):
        cube = np.stack([np.where(there, runs[name], np.nan)[known] for name in names], axis=2)
        middle, tried = of(cube, count, ridge, known, rng)
        means |= dict(zip(names, middle.T, strict=True))
        values |= {name: tried[:, at] for at, name in enumerate(names)}
    return Expected(known, means, values)


def _sizes(
    cube: Floats, count: Floats, ridge: Ridge, known: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Expected sizes, shape (draws, statistics), and values they may have: the normal of the module."""
    y = np.nanmean(cube, axis=1)
    fitted = ridge.predicted(y, known)
    within = np.where(np.isfinite(cube), cube - y[:, None, :], 0.0)
    luck = _pooled((within**2).sum(axis=1) / np.maximum(count - 1, 1)[:, None], fitted) / count[:, None]
    if not luck.any():
        return y, np.repeat(y[:, :, None], TRIES, axis=2)
    noise = _matrices(luck, np.einsum("dfs,dft->st", within, within))
    rest = y - fitted
    unknown = _matrices(np.maximum(_pooled(rest**2, fitted) - luck, 0.0), rest.T @ rest - noise.sum(axis=0))
    gain = unknown @ np.linalg.pinv(unknown + noise, hermitian=True)
    mean = fitted + np.einsum("dst,dt->ds", gain, rest)
    left = unknown - gain @ unknown
    size, turn = np.linalg.eigh((left + left.transpose(0, 2, 1)) / 2.0)
    spread = turn * np.sqrt(np.maximum(size, 0.0))[:, None, :]
    return mean, mean[:, :, None] + spread @ rng.standard_normal((*mean.shape, TRIES))


def _shares(
    cube: Floats, count: Floats, ridge: Ridge, known: NDArray[np.bool_], rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Expected shares, or changes of shares, of one statistic: what runs gain and what they lose, as Dirichlet.

    The chances of 1 and -1 scatter about their regression with a concentration found from their variance beyond that
    of so many runs; the runs of a draw are counts. A normal would be wrong near 0, where most draws may lie. Values are
    sorted: shares of one part are of the same runs, and what is not known of them goes together.
    """
    signs = np.stack([np.nansum(cube[:, :, 0] == sign, axis=1) for sign in (1.0, -1.0)], axis=1)
    y = signs / count[:, None]
    fitted = np.clip(_pooled(y, ridge.predicted(y, known)), 1e-9, 1.0)
    fitted /= np.maximum(fitted.sum(axis=1), 1.0)[:, None]
    scale, runs = float((fitted * (1.0 - fitted)).sum()), float(count.mean())
    beyond = (
        (float(((y - fitted) ** 2).sum()) / scale - 1.0 / runs) / max(1.0 - 1.0 / runs, 0.5) if scale > 0.0 else 0.0
    )
    alike = 1.0 / np.clip(beyond, 1e-3, 0.999) - 1.0
    both = np.column_stack([fitted, np.maximum(1.0 - fitted.sum(axis=1), 1e-9)])
    weights = alike * both + np.column_stack([signs, count - signs.sum(axis=1)])
    mean = (weights[:, 0] - weights[:, 1]) / weights.sum(axis=1)
    tried = rng.standard_gamma(np.repeat(weights[:, :, None], TRIES, axis=2))
    total = np.maximum(tried.sum(axis=1), 1e-300)
    return mean[:, None], np.sort((tried[:, 0] - tried[:, 1]) / total, axis=1)[:, None, :]


def _pooled(values: Floats, along: Floats) -> Floats:
    """Means over draws that are near each other along predictions, column by column."""
    from scipy.ndimage import uniform_filter1d

    found = np.empty_like(values)
    width = max(len(values) // POOLED, min(len(values), 10))
    for at in range(values.shape[1]):
        order = np.argsort(along[:, at], kind="stable")
        found[order, at] = uniform_filter1d(values[order, at], width, mode="nearest")
    return np.maximum(found, 0.0)


def _matrices(variances: Floats, moments: Floats) -> Floats:
    """Covariances with given variances for every draw and the correlations of moments, shape (draws, s, s)."""
    scale = np.sqrt(np.maximum(np.diag(moments), 0.0))
    both = np.outer(scale, scale)
    correlation = np.clip(np.divide(moments, both, out=np.zeros_like(moments), where=both > 0.0), -1.0, 1.0)
    np.fill_diagonal(correlation, 1.0)
    size, turn = np.linalg.eigh(correlation)
    correlation = (turn * np.maximum(size, 0.0)) @ turn.T
    root = np.sqrt(variances)
    found: Floats = root[:, :, None] * correlation * root[:, None, :]
    return found
