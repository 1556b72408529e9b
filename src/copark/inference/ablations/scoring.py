"""Scores of a forecast with something off, beside those of the whole model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.inference.observations import ObservationModel, Target, noise, targets
from copark.stats.scores import crps

REPORTED_SEED = 0x61626C
SMALLEST = 1e-9


def later_targets(case: Case, cut: Quarter) -> tuple[Target, ...]:
    """What the case observed after a cut, as far as it is a value and not only a bound or a range."""
    found = targets(case, ("fit", "score"), after=cut)
    return tuple(one for one in found if one.bound in {"exact", "about"})


def scores(counterparts: Floats, asked: Sequence[Target]) -> Floats:
    """CRPS of an ensemble on each target, errors of observation included, in the target's unit; shape (targets,)."""
    model = ObservationModel(tuple(asked))
    finite = counterparts[np.isfinite(counterparts).all(axis=1)]
    reports = finite + model.errors * noise(REPORTED_SEED, 0, len(finite), len(asked))
    return np.array([crps(reports[:, n], one.value) for n, one in enumerate(asked)])


def by_observable(values: Floats, asked: Sequence[Target]) -> dict[str, float]:
    """Means over the targets of each observable."""
    names = [one.variable for one in asked]
    return {name: float(np.mean(values[[own == name for own in names]])) for name in dict.fromkeys(names)}


def log_ratio(values: Floats, reference: Floats, asked: Sequence[Target]) -> float:
    """How much worse than a reference: mean over observables of ln(mean score / mean score); 0.1 is a tenth worse."""
    own, other = by_observable(values, asked), by_observable(reference, asked)
    if not own:
        return float("nan")
    return float(np.mean([np.log((own[name] + SMALLEST) / (other[name] + SMALLEST)) for name in own]))
