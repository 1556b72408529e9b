"""What a gain leans on: parameters its mechanism passes through, and those it moves with over the draws.

A gain whose size hangs on a parameter that no data moved is what was assumed, however narrow its band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.cases.case import Case
from copark.inference.case_parameters import CaseParameters
from copark.inference.diagnostics import movements
from copark.inference.levers.entries import LeverFile, Since
from copark.inference.levers.measures import Measure, measure_of
from copark.inference.levers.runner import Measured
from copark.model.variables import catalogue
from copark.simulation.sample import prior_of

Floats = NDArray[np.float64]
NOTABLE, SPURIOUS = 0.3, 3.0
"""Rank correlation from which a gain is said to hang on a parameter; the least is 3/√draws, since the largest of some
forty correlations of nothing with anything reaches about that."""
MOST = 3
FIXED = "fixed"


def moved_by_data(case: Case, parameters: CaseParameters) -> dict[str, str]:
    """Whether data moved each parameter: moved, weakly, unmoved, or fixed where it is never drawn.

    From the case's posterior or what other parks lend, else by the catalogue.
    """
    found = {
        name: variable.moved if prior_of(variable, case) is not None else FIXED
        for name, variable in catalogue().parameters.items()
    }
    if parameters.stored is not None:
        one = parameters.stored.parameters
        shifts = movements(one.space, one.points, one.weights)
    else:
        shifts = () if parameters.source is None else movements(parameters.source.space, parameters.source.points)
    found.update((shift.name.partition(".")[0], shift.verdict) for shift in shifts)
    return found


@dataclass(frozen=True)
class Leaning:
    """A setting's gain and a parameter it moves with.

    Parameters
    ----------
    setting, measure
        Whose gain, in what.
    parameter
        Name.
    correlation
        Rank correlation of the gain's mean over futures with the parameter, over draws.
    verdict
        moved, weakly or unmoved.
    """

    setting: str
    measure: Measure
    parameter: str
    correlation: float
    verdict: str


def rank_correlation(first: Floats, second: Floats) -> float:
    """Spearman's rank correlation; 0 where one of the two never varies. Ties share their mean rank."""
    ranked = [_ranks(one) for one in (first, second)]
    spread = [one.std() for one in ranked]
    if min(spread) <= 0.0:
        return 0.0
    return float(((ranked[0] - ranked[0].mean()) * (ranked[1] - ranked[1].mean())).mean() / (spread[0] * spread[1]))


def _ranks(values: Floats) -> Floats:
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    found: Floats = (ends - (counts - 1) / 2.0)[places]
    return found


def leanings(found: Measured, moved: dict[str, str], measures: Sequence[str] = ("operating",)) -> list[Leaning]:
    """Parameters that each setting's gain moves with, as modelled, the strongest first; those notable alone."""
    kept = found.usable()
    if not kept.any():
        return []
    names, places, counts = np.unique(found.draws[kept], return_inverse=True, return_counts=True)
    if names.size < 3:
        return []
    first = np.array([np.flatnonzero(places == place)[0] for place in range(names.size)])
    drawn = {name: values[kept][first] for name, values in found.parameters.items()}
    made: list[Leaning] = []
    least = max(NOTABLE, SPURIOUS / names.size**0.5)
    for option in range(1, len(found.options)):
        for measure in measures:
            values = found.of(measure)
            means = np.bincount(places, values[option, kept] - values[0, kept]) / counts
            strengths = {name: rank_correlation(means, one) for name, one in drawn.items()}
            strongest = sorted(strengths, key=lambda name: -abs(strengths[name]))[:MOST]
            made += [
                Leaning(found.options[option], measure_of(measure), name, strengths[name], moved.get(name, FIXED))
                for name in strongest
                if abs(strengths[name]) >= least
            ]
    return made


def rests_on(file: LeverFile, since: Since, only: Sequence[str], moved: dict[str, str]) -> list[tuple[str, str, str]]:
    """Lever, parameter its mechanism passes through, and whether data moved it."""
    keys = list(dict.fromkeys(lever.key for lever, _ in file.settings(since, only)))
    chosen = {lever.key: lever for lever in file.levers}
    return [(key, name, moved.get(name, FIXED)) for key in keys for name in chosen[key].rests_on]
