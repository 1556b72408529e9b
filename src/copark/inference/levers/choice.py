"""Which setting is robust: regret, satisficing and dominance over states, a state being a draw under a structure.

No structure and no draw is held likelier than another. The value of a setting in a state is the mean over the draw's
futures; states in which the park had already failed when the lever is pulled are none, since the lever is there.
Rankings are made again on draws taken again, whole populations of the posterior at a time, to see how firm they stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from copark.arrays import Booleans, Floats, Integers
from copark.inference.levers.entries import LeverFile, Threshold
from copark.inference.levers.measures import RANKED, SIDES
from copark.inference.levers.runner import MeasuredRuns
from copark.stats.robust_choice import (
    Stability,
    average,
    chance_non_dominated,
    greatest,
    non_dominated,
    regret,
    resampled_weights,
    satisficing,
    stability,
)

TIMES = 1000
SEED = 1


@dataclass(frozen=True)
class States:
    """Values of every option in every state."""

    values: dict[str, Floats]
    """By measure, shape (options, states): means over futures."""
    structure: Integers
    draw: Integers
    group: Integers
    """structure, draw, group: of every state; ``structure`` by place."""
    by_structure: tuple[int, ...]
    """How many states each structure has."""

    @property
    def count(self) -> int:
        """Number of states."""
        return self.structure.size

    def gain(self, measure: str) -> Floats:
        """Values less those of the case as it is, shape (options, states)."""
        found: Floats = self.values[measure] - self.values[measure][:1]
        return found


def states_of(found: MeasuredRuns, measures: Sequence[str]) -> States:
    """Average runs over the futures of each draw, under each structure."""
    parts: dict[str, list[Floats]] = {name: [] for name in measures}
    structures, draws, groups, counts = [], [], [], []
    for structure in range(len(found.structures)):
        kept = found.usable(structure)
        names, first, places, sizes = np.unique(
            found.draws[kept], return_index=True, return_inverse=True, return_counts=True
        )
        for name in measures:
            values = found.of(name, structure)[:, kept]
            parts[name].append(np.stack([np.bincount(places, row, names.size) / sizes for row in values]))
        structures.append(np.full(names.size, structure, dtype=np.int64))
        draws.append(names)
        groups.append(found.groups[kept][first])
        counts.append(int(names.size))
    return States(
        {name: np.concatenate(one, axis=1) for name, one in parts.items()},
        np.concatenate(structures),
        np.concatenate(draws),
        np.concatenate(groups),
        tuple(counts),
    )


def met(states: States, thresholds: Sequence[Threshold]) -> Booleans:
    """Whether each threshold is met, shape (thresholds, options, states)."""
    return np.stack(
        [
            (states.gain(one.measure) if one.compared else states.values[one.measure]) >= one.at_least - 1e-9
            for one in thresholds
        ]
    )


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
class Choice:
    """What the comparison of all options over all states says."""

    options: tuple[str, ...]
    """Keys; the first is the case as it is."""
    states: int
    """How many."""
    by_structure: tuple[int, ...]
    """How many under each structure."""
    independent: int
    """Groups that were drawn again: populations of the posterior, or draws."""
    met: Floats
    """Share of states in which each threshold is met, shape (thresholds, options)."""
    rankings: tuple[Ranking, ...]
    """By criterion and measure."""
    pareto: Booleans
    """Options that none dominates on mean gains of the four sides, shape (options,)."""
    chance: Floats
    """Share of replicates in which none dominates it, shape (options,)."""
    means: Floats
    """Mean gains over states by side, shape (options, sides)."""

    def ranking(self, criterion: str, measure: str = "") -> Ranking:
        """One of the rankings."""
        return next(one for one in self.rankings if (one.criterion, one.measure) == (criterion, measure))


def choose(found: MeasuredRuns, file: LeverFile, times: int = TIMES) -> Choice | None:
    """Compare all options over all states; ``None`` where no state is left.

    times: replicates of the bootstrap.
    """
    measures = tuple(dict.fromkeys((*RANKED, *(one.measure for one in file.thresholds))))
    states = states_of(found, measures)
    if not states.count:
        return None
    weights = resampled_weights(states.group, times, SEED)
    weights = weights[weights.sum(axis=1) > 0.0]
    reached = met(states, file.thresholds)
    enough: Booleans = np.logical_and.reduce(reached, axis=0)
    rankings = [
        Ranking("satisficing", "", satisficing(enough), stability(partial(satisficing, enough), weights)),
    ]
    for measure in RANKED:
        short = regret(states.values[measure])
        for name, score in (("minimax_regret", greatest), ("mean_regret", average)):
            firm = stability(partial(score, short), weights, most_is_best=False)
            rankings.append(Ranking(name, measure, score(short), firm))
    sides = [states.gain(side) for side in SIDES]
    means = np.stack([side.mean(axis=1) for side in sides], axis=1)
    return Choice(
        options=found.options,
        states=states.count,
        by_structure=states.by_structure,
        independent=int(np.unique(states.group).size),
        met=reached.mean(axis=2),
        rankings=tuple(rankings),
        pareto=non_dominated(means),
        chance=chance_non_dominated(sides, weights),
        means=means,
    )
