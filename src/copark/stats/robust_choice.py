"""Choosing under deep uncertainty: regret, satisficing, ranks and their stability, dominance, sources of variance.

*Options* are what may be chosen, *states* are worlds none of which is given a probability: a draw of parameters under a
structure of the model. Values are of shape (options, states), and more is better throughout. Regret: Savage (1951,
doi:10.1080/01621459.1951.10500768). Satisficing: Starr's domain criterion (McPhail et al. 2018,
doi:10.1002/2017EF000649). Dominance: Pareto.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Booleans, Floats, Integers
from copark.stats.precision import split
from copark.stats.rounding import NO_DIFFERENCE, slack

RANK_BAND = (0.05, 0.95)


def regret(values: Floats) -> Floats:
    """Return the regret R(a, s) = max_b V(b, s) - V(a, s): what an option falls short of the state's best option."""
    return values.max(axis=0, keepdims=True) - values


def greatest(values: Floats, weights: Floats | None = None) -> Floats:
    """Return the greatest value of each option over the states with a weight above 0, shape (options,)."""
    chosen = values if weights is None else values[:, weights > 0.0]
    return chosen.max(axis=1)


def average(values: Floats | Booleans, weights: Floats | None = None) -> Floats:
    """Return the weighted mean of each option over states, shape (options,); of booleans the share: satisficing."""
    return np.average(values, axis=1, weights=weights)


def ranks(scores: Floats, *, most_is_best: bool = True) -> Integers:
    """Rank options, the last axis, 1 the best; options that are equal share the best of their ranks.

    Equal are scores that differ by rounding alone, beside the largest of them: sums in another order are no wins.
    """
    worth = scores if most_is_best else -scores
    near = NO_DIFFERENCE * max(float(np.max(np.abs(scores), initial=0.0)), 1.0)
    better = worth[..., np.newaxis, :] > worth[..., :, np.newaxis] + near
    return 1 + better.sum(axis=-1)


def resampled_weights(groups: Integers, times: int, seed: int = 1) -> Floats:
    """Count how often each member's group is drawn again with replacement (cluster bootstrap).

    Members of one group are not independent and come or stay away together: runs of one draw, draws of one past.

    Parameters
    ----------
    groups
        Group of each member, shape (members,).
    times
        Number of replicates.
    seed
        Seed of the generator.

    Returns
    -------
    Weights, shape (times, members).
    """
    # Groups are drawn, not members: members of one group share a draw or a past, and would be counted as if they did
    # not.
    names, places = np.unique(groups, return_inverse=True)
    generator = np.random.Generator(np.random.Philox(key=seed))
    drawn = generator.integers(0, names.size, size=(times, names.size))
    counts = np.zeros((times, names.size))
    np.add.at(counts, (np.arange(times)[:, np.newaxis], drawn), 1.0)
    return counts[:, places]


@dataclass(frozen=True)
class Stability:
    """Ranks of options on all states, and on states drawn again."""

    rank: Integers
    """Rank of each option on all states, 1 for the best, shape (options,)."""
    low: Integers
    """5 % of its ranks over replicates, shape (options,)."""
    high: Integers
    """95 % of its ranks over replicates, shape (options,)."""
    best: Floats
    """Share of replicates in which it is first, alone or with others."""


def stability(score: Callable[[Floats | None], Floats], weights: Floats, *, most_is_best: bool = True) -> Stability:
    """Rank options by a score of weights of the states, and on states drawn again.

    Parameters
    ----------
    score
        Function from weights of the states to scores of the options; ``None`` gives all states the same weight.
    weights
        Weights of the states in each replicate, shape (times, states).
    most_is_best
        Whether the greatest score is the best.
    """
    rank = ranks(score(None), most_is_best=most_is_best)
    again = np.stack([ranks(score(replicate), most_is_best=most_is_best) for replicate in weights])
    # Ranks are whole; between two of them there is none.
    low, high = np.quantile(again, RANK_BAND, axis=0, method="nearest")
    return Stability(rank, low.astype(np.int64), high.astype(np.int64), (again == 1).mean(axis=0))


def non_dominated(values: Floats) -> Booleans:
    """Mark the options that no other dominates, the Pareto set; values of shape (options, objectives).

    One dominates another if it is at least as good in every objective and better in one, each by more than rounding.
    """
    near = slack(np.abs(values).max(axis=0, initial=0.0))
    difference = values[:, np.newaxis, :] - values[np.newaxis, :, :]
    as_good = (difference >= -near).all(axis=2)
    better = (difference > near).any(axis=2)
    return np.logical_not((as_good & better).any(axis=0), dtype=np.bool_)


def chance_non_dominated(objectives: Sequence[Floats], weights: Floats) -> Floats:
    """Return the share of replicates in which no option dominates an option on weighted means over states.

    Parameters
    ----------
    objectives
        One array of shape (options, states) each.
    weights
        Weights of the states in each replicate, shape (times, states).

    Returns
    -------
    Shares, shape (options,).
    """
    stacked = np.stack(objectives)
    counts = np.zeros(stacked.shape[1])
    for replicate in weights:
        counts += non_dominated((stacked @ (replicate / replicate.sum())).T)
    return counts / len(weights)


@dataclass(frozen=True)
class Sources:
    """Variance of a gain by the law of total variance, in the square of its unit.

    Var D = Var E[D | structure] + E Var E[D | structure, draw] + E Var[D | structure, draw].
    """

    structure: float
    """Variance from the structure of the model."""
    parameters: float
    """Variance from the draw of parameters under a structure."""
    chance: float
    """Variance that chance adds."""

    @property
    def total(self) -> float:
        """Sum of the parts."""
        return self.structure + self.parameters + self.chance

    @property
    def shares(self) -> tuple[float, float, float]:
        """Shares of structure, parameters and chance; NaN where nothing varies."""
        if self.total <= 0.0:
            return (float("nan"),) * 3
        return self.structure / self.total, self.parameters / self.total, self.chance / self.total


def sources(gains: Sequence[Floats], draws: Sequence[Integers]) -> Sources:
    """Split the variance of a gain over structures of equal weight, parameters and chance.

    Parameters and chance are estimated within each structure and averaged. Structure is the variance of the structures'
    means, less what their own errors of estimation add to it; an estimate below 0 is 0.

    Parameters
    ----------
    gains
        Gains of each structure, shape (runs,).
    draws
        Draw of every run of each structure, shape (runs,).
    """
    parts = [split(values, numbers) for values, numbers in zip(gains, draws, strict=True) if values.size]
    inside = [part for part in parts if part is not None]
    parameters = float(np.mean([part.parameters for part in inside])) if inside else 0.0
    chance = float(np.mean([part.chance for part in inside])) if inside else 0.0
    means = [_means_by_draw(values, numbers) for values, numbers in zip(gains, draws, strict=True) if values.size]
    return Sources(_between(means), parameters, chance)


def _means_by_draw(values: Floats, numbers: Integers) -> dict[int, float]:
    names, places, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    sums = np.bincount(places, weights=values)
    return {int(name): float(mean) for name, mean in zip(names, sums / counts, strict=True)}


def _between(means: Sequence[dict[int, float]]) -> float:
    if len(means) < 2:
        return 0.0
    shared = sorted(set.intersection(*(set(by_draw) for by_draw in means)))
    if len(shared) < 2:
        own = np.array([np.mean(list(by_draw.values())) for by_draw in means])
        return float(own.var())
    table = np.array([[by_draw[draw] for draw in shared] for by_draw in means])
    deviations = table - table.mean(axis=0)
    effects = deviations.mean(axis=1)
    errors = deviations.var(axis=1, ddof=1) / len(shared)
    # Means of structures scatter by their own errors too; only what is left over is structure. Draws they share are
    # taken pair by pair, which leaves smaller errors.
    return max(float(np.mean(effects**2) - np.mean(errors)), 0.0)
