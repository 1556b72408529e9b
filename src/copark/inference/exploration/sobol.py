"""Sobol' indices: how much of an output's variance a factor explains alone, and together with the others.

First order by Saltelli et al. (2010), total by Jansen (1999), on SALib's design; intervals by bootstrap over the rows
of the design. The last factor is the dummy: no equation reads it, and the model answers it with other luck, so that its
total index is what luck adds to a mean over replicates. A parameter whose total is not above it is *not
distinguishable from the dummy*. Luck is the same in all other rows: with fresh luck in each row every total index
would hold luck's share as well.
Source: Saltelli et al., Computer Physics Communications 181 (2010), 259-270; Jansen, same journal 117 (1999), 35-43.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Booleans, Floats

RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True)
class Indices:
    """Indices of one output; all arrays of shape (factors,) with the dummy last."""

    first: Floats
    first_low: Floats
    first_high: Floats
    total: Floats
    """first, total: shares of variance: by the factor alone; by it and all it takes part in."""
    total_low: Floats
    total_high: Floats
    """first_low, first_high, total_low, total_high: 95 % intervals, by bootstrap."""
    first_clear: Booleans
    """Whether the interval of ``first`` is above 0."""
    total_clear: Booleans
    """Whether ``total`` less the dummy's is above 0 in all but 2.5 % of resamples (the same resample for both)."""
    rows: int
    """Rows of the design that were whole."""
    mean: float
    spread: float
    """mean, spread: of the output over the rows, in its unit."""

    @property
    def additive(self) -> float:
        """Sum of first-order indices, the dummy's left out: what is missing to 1 is interaction (and error)."""
        return float(self.first[:-1].sum())


def problem(factors: int) -> dict[str, Any]:
    """Give SALib's description of a cube."""
    return {"num_vars": factors, "names": [f"x{n}" for n in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def design(factors: int, size: int, seed: int) -> Floats:
    """Points of the design, shape (size · (factors + 2), factors); the last factor is the dummy.

    size: rows, a power of two. Raises ValueError if the size is no power of two: the sequence would lose its balance.
    """
    from SALib.sample.sobol import sample

    if size < 2 or size & (size - 1):
        raise ValueError(f"{size} is not a power of two")
    found: Floats = sample(problem(factors), size, calc_second_order=False, seed=np.random.default_rng(seed))
    return found


def other_luck(factors: int, size: int) -> NDArray[np.bool_]:
    """Points of the design that step the dummy: those to be answered with other luck; shape (points,)."""
    at = np.arange(size * (factors + 2)) % (factors + 2)
    found: NDArray[np.bool_] = at == factors
    return found


def indices(values: Floats, factors: int, seed: int = 1, resamples: int = RESAMPLES) -> Indices:
    """Estimate the indices from the answers to a design.

    values: answers, shape (size · (factors + 2),); a row with an answer that is not a number is left out whole.
    """
    grid = values.reshape(-1, factors + 2)
    grid = grid[np.isfinite(grid).all(axis=1)]
    rows = len(grid)
    a, ab, b = grid[:, :1], grid[:, 1:-1], grid[:, -1:]
    both = np.concatenate([a, b])
    middle, spread = (float(both.mean()), float(both.std())) if rows else (float("nan"), float("nan"))
    if rows < 2 or spread <= 1e-12 * max(1.0, abs(middle)):
        nothing, never = np.zeros(factors), np.zeros(factors, dtype=bool)
        return Indices(nothing, nothing, nothing, nothing, nothing, nothing, never, never, rows, middle, spread)
    a, ab, b = ((part - middle) / spread for part in (a, ab, b))
    counts = bootstrap_counts(rows, resamples, seed)
    weights = np.concatenate([np.full((1, rows), 1.0 / rows), counts / rows])
    mean = weights @ np.concatenate([a, b], axis=1)
    square = weights @ np.concatenate([a**2, b**2], axis=1)
    variance = square.mean(axis=1, keepdims=True) - mean.mean(axis=1, keepdims=True) ** 2
    variance = np.maximum(variance, 1e-300)
    first = weights @ (b * (ab - a)) / variance
    total = 0.5 * (weights @ (a - ab) ** 2) / variance
    edge = ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0)
    first_low, first_high = np.quantile(first[1:], edge, axis=0)
    total_low, total_high = np.quantile(total[1:], edge, axis=0)
    above = np.quantile(total[1:] - total[1:, -1:], edge[0], axis=0)
    return Indices(
        first[0], first_low, first_high, total[0], total_low, total_high, first_low > 0.0, above > 0.0, rows, middle,
        spread,
    )  # fmt: skip


def bootstrap_counts(rows: int, resamples: int, seed: int) -> Floats:
    """How often each row comes up in each resample, shape (resamples, rows)."""
    generator = np.random.default_rng([seed, rows])
    drawn: Floats = generator.multinomial(rows, np.full(rows, 1.0 / rows), size=resamples).astype(np.float64)
    return drawn
