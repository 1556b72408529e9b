"""Parameters that the effects of levers depend on, and how far data inform them.

An effect depends on parameters its mechanism passes through, and on those it moves with over the draws: one whose size
depends on a parameter that no data inform is what was assumed, however narrow its band.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from copark.arrays import Floats
from copark.decisions.lever_file import LeverOption
from copark.model.variables import FIXED
from copark.stats.effects import Effects
from copark.stats.ranks import mean_ranks
from copark.stats.rounding import rounded

NOTABLE = 0.3
"""Rank correlation from which an effect is said to depend on a parameter, at least."""
SPURIOUS = 3.0
"""The same, as 3/√draws: the largest of some forty correlations of nothing with anything reaches about that."""
MOST = 3
"""Parameters named for an option, at most."""


@dataclass(frozen=True)
class ParameterDependence:
    """A parameter that the effect of an option moves with."""

    option: Annotated[str, Field(alias="setting")]
    """Key of the option."""
    parameter: str
    """Name of the parameter."""
    correlation: float
    """Rank correlation of the effect's mean over replicates with the parameter, over draws."""
    verdict: str
    """Whether data inform the parameter: moved, weakly or unmoved."""


def rank_correlation(first: Floats, second: Floats) -> float:
    """Compute Spearman's rank correlation; 0 where one of the two never varies. Ties share their mean rank."""
    ranked = [mean_ranks(rounded(values)) for values in (first, second)]
    spread = [ranks.std() for ranks in ranked]
    if min(spread) <= 0.0:
        return 0.0
    return float(((ranked[0] - ranked[0].mean()) * (ranked[1] - ranked[1].mean())).mean() / (spread[0] * spread[1]))


def find_dependences(
    effects: Effects, drawn: Mapping[str, Floats], moved: Mapping[str, str], measure: str = "operating"
) -> list[ParameterDependence]:
    """Find the parameters that the effect of each option moves with, the strongest first; those notable alone.

    Parameters
    ----------
    effects
        Of the options, as modelled.
    drawn
        Parameters by name, each of shape (draws,).
    moved
        Whether data inform each parameter, by name: moved, weakly or unmoved.
    measure
        The measure whose effect is meant.
    """
    numbers, places, counts = np.unique(effects.draw_of_run, return_inverse=True, return_counts=True)
    if numbers.size < 3:
        return []
    least = max(NOTABLE, SPURIOUS / numbers.size**0.5)
    dependences: list[ParameterDependence] = []
    for option in effects.scenarios:
        means = np.bincount(places, effects.differences(option, measure)[:, 0]) / counts
        correlations = {name: rank_correlation(means, values[numbers]) for name, values in drawn.items()}
        strongest = sorted(correlations, key=lambda name: -round(abs(correlations[name]), 9))[:MOST]
        dependences += [
            ParameterDependence(option, name, correlations[name], moved.get(name, FIXED))
            for name in strongest
            if abs(correlations[name]) >= least
        ]
    return dependences


def mechanism_parameters(options: Sequence[LeverOption], moved: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """List key of the lever, parameter its mechanism passes through, and whether data inform that."""
    levers = {option.lever.key: option.lever for option in options}
    return [(key, name, moved.get(name, FIXED)) for key, lever in levers.items() for name in lever.rests_on]
