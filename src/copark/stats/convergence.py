"""Agreement of independent searches: rank-normalised scale reduction and effective numbers (ArviZ).

Vehtari, Gelman, Simpson, Carpenter and Bürkner, Bayesian Analysis 16, 2021. Of each search both halves count as one, so
that a search that is still on its way is told; what is compared are ranks and how far they lie from the middle, so that
tails and spreads must agree as well as middles.
"""

from __future__ import annotations

import warnings

import numpy as np

from copark.arrays import Floats, Integers

APART = 99.0
"""Scale reduction that is told of searches that have nothing in common."""
MOST_DRAWS = 1000
"""Draws of each search that are compared, evenly taken: ranks of more tell no more."""


def chains(values: Floats, population: Integers) -> Floats:
    """Put draws of independent searches side by side, in their order, as many of each.

    Parameters
    ----------
    values
        Draws of all, search by search, shape (draws, columns).
    population
        Search that each draw is of, shape (draws,).

    Returns
    -------
        Shape (searches, draws of each, columns).
    """
    groups = [values[population == n] for n in np.unique(population)]
    count = min(len(group) for group in groups)
    places = np.arange(min(count, MOST_DRAWS)) * count // min(count, MOST_DRAWS)
    return np.stack([group[places] for group in groups])


def scale_reduction(values: Floats, population: Integers) -> Floats:
    """Compute the rank-normalised scale reduction R̂ of columns of values; 1 where searches agree.

    Parameters
    ----------
    values
        Draws of all searches, shape (draws, columns).
    population
        Search that each draw is of, shape (draws,).

    Returns
    -------
        One number for each column: NaN where there is one search only, 1 where nothing varies.
    """
    from arviz_stats.base import array_stats

    if len(np.unique(population)) < 2:
        return np.full(values.shape[1], np.nan)
    compared = chains(values, population)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column that does not vary
        reductions = np.asarray(array_stats.rhat(compared, chain_axis=0, draw_axis=1, method="rank"), np.float64)
    constant = (compared == compared[:1, :1]).all(axis=(0, 1))
    return np.where(constant, 1.0, reductions)


def largest_reduction(reductions: Floats, population: Integers) -> float:
    """Return the largest scale reduction of some columns, as one number that can be told and compared.

    Parameters
    ----------
    reductions
        As of :func:`scale_reduction`, shape (columns,).
    population
        Search that each draw is of, shape (draws,).

    Returns
    -------
        1 where there is one search only, of which nothing is known; :data:`APART` where searches have nothing in common
        or too few draws to tell.
    """
    if len(set(population.tolist())) < 2 or not len(reductions):
        return 1.0
    return float(np.minimum(np.nan_to_num(reductions, nan=APART, posinf=APART), APART).max(initial=1.0))
