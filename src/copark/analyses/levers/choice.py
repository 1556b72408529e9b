"""A choice between options over states: what is acceptable, what regret is left, which none dominates.

A state is a draw under a structure; none is held likelier than another. The value of an option in a state is the mean
over the draw's replicates; states in which the park had already failed when the levers are pulled are none, since the
option is there. Rankings are made again on draws taken again, whole populations of the posterior at a time, to see how
firm they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from copark.arrays import Booleans, Floats, Integers
from copark.decisions.lever_file import Threshold
from copark.decisions.measures import FOUR_SIDES, RANKED
from copark.stats.effects import Effects, place_of
from copark.stats.precision import difference
from copark.stats.robust_choice import (
    Stability,
    average,
    chance_non_dominated,
    greatest,
    non_dominated,
    regret,
    resampled_weights,
    stability,
)
from copark.stats.rounding import reaches

TIMES = 1000
"""Replicates of the bootstrap of rankings."""
SEED = 1
"""Seed of the bootstrap."""


@dataclass(frozen=True)
class States:
    """Values of every option in every state."""

    values: dict[str, Floats]
    """By measure, means over replicates, shape (options, states); the first option is the case as it is."""
    draws: Integers
    """Draw of every state."""
    states_by_structure: tuple[int, ...]
    """Count of states under each structure."""

    def gain(self, measure: str) -> Floats:
        """Subtract the case as it is from every option, shape (options, states)."""
        before = self.values[measure][:1]
        return difference(before, self.values[measure])


def states_of(effects_by_structure: Sequence[Effects], measures: Sequence[str]) -> States:
    """Average runs over the replicates of each draw, under each structure."""
    parts: dict[str, list[Floats]] = {name: [] for name in measures}
    draws = []
    for effects in effects_by_structure:
        numbers, places, sizes = np.unique(effects.draw_of_run, return_inverse=True, return_counts=True)
        for name in measures:
            column = place_of(name, effects.measures)
            options = [effects.reference_values, *effects.values.values()]
            means = [np.bincount(places, values[:, column, 0], numbers.size) / sizes for values in options]
            parts[name].append(np.stack(means))
        draws.append(numbers)
    values = {name: np.concatenate(tables, axis=1) for name, tables in parts.items()}
    return States(values, np.concatenate(draws), tuple(numbers.size for numbers in draws))


def met(states: States, thresholds: Sequence[Threshold]) -> Booleans:
    """Return whether each threshold is met, shape (thresholds, options, states)."""
    tables = []
    for threshold in thresholds:
        values = states.gain(threshold.measure) if threshold.compared else states.values[threshold.measure]
        tables.append(reaches(values, threshold.at_least))
    return np.stack(tables)


@dataclass(frozen=True)
class Ranking:
    """A criterion over all options."""

    criterion: str
    """``satisficing``, ``minimax_regret`` or ``mean_regret``."""
    measure: str
    """What regret is measured in; empty for satisficing."""
    scores: Floats
    """Shape (options,): a share of states, or regret in the measure's unit."""
    stability: Stability
    """Ranks, and how they stand when draws are taken again."""


@dataclass(frozen=True)
class RobustChoice:
    """Comparison of all options over all states."""

    options: tuple[str, ...]
    """Keys; the first is the case as it is."""
    states: int
    """Count of states in all."""
    by_structure: tuple[int, ...]
    """Count of states under each structure."""
    independent: int
    """Groups that were drawn again: populations of the posterior, or draws."""
    met: Floats
    """Share of states in which each threshold is met, shape (thresholds, options)."""
    rankings: tuple[Ranking, ...]
    """A ranking by each criterion."""
    pareto: Booleans
    """Options that none dominates on mean gains of the four sides, shape (options,)."""
    chance: Floats
    """Share of replicates in which none dominates it, shape (options,)."""
    means: Floats
    """Mean gains over states by side, shape (options, sides)."""

    def ranking(self, criterion: str, measure: str = "") -> Ranking:
        """Return one of the rankings."""
        wanted = (criterion, measure)
        return next(ranking for ranking in self.rankings if (ranking.criterion, ranking.measure) == wanted)


def choose(
    effects_by_structure: Sequence[Effects], thresholds: Sequence[Threshold], groups: Integers, times: int = TIMES
) -> RobustChoice | None:
    """Compare all options over all states.

    Parameters
    ----------
    effects_by_structure
        Effects of the options under every structure.
    thresholds
        What a state must reach.
    groups
        Group of every draw, shape (draws,): whole groups are drawn again.
    times
        Replicates of the bootstrap.

    Returns
    -------
    RobustChoice or None
        ``None`` where no state is left.
    """
    measures = tuple(dict.fromkeys((*RANKED, *(threshold.measure for threshold in thresholds))))
    states = states_of(effects_by_structure, measures)
    if not states.draws.size:
        return None
    state_groups = groups[states.draws]
    weights = resampled_weights(state_groups, times, SEED)
    weights = weights[weights.sum(axis=1) > 0.0]
    reached = met(states, thresholds)
    enough: Booleans = np.logical_and.reduce(reached, axis=0)
    rankings = [Ranking("satisficing", "", average(enough), stability(partial(average, enough), weights))]
    for measure in RANKED:
        regrets = regret(states.values[measure])
        for criterion, score in (("minimax_regret", greatest), ("mean_regret", average)):
            firmness = stability(partial(score, regrets), weights, most_is_best=False)
            rankings.append(Ranking(criterion, measure, score(regrets), firmness))
    sides = [states.gain(side) for side in FOUR_SIDES]
    means = np.stack([gains.mean(axis=1) for gains in sides], axis=1)
    first = effects_by_structure[0]
    return RobustChoice(
        options=(first.reference, *first.scenarios),
        states=states.draws.size,
        by_structure=states.states_by_structure,
        independent=int(np.unique(state_groups).size),
        met=reached.mean(axis=2),
        rankings=tuple(rankings),
        pareto=non_dominated(means),
        chance=chance_non_dominated(sides, weights),
        means=means,
    )
