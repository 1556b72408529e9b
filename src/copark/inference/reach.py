"""How far prior runs reach: whether a park's own values lie where its priors of size have runs, and what if not.

A park of six smelters with thirty thousand jobs contradicts priors that most parks taught, and searches that begin in
the tail of a prior batch do not find one another (prior-data conflict: Box 1980; Evans and Moshonov 2006). A value, or
a ratio of two such as jobs per enterprise, is *missed* if fewer than one run of the prior in a hundred has as much, or
as little. The sizes that bear on it are then flat over the whole range of the model, which knows less and is no nearer
to the value (Evans and Jang 2011). A value that no run comes near even so is one the model cannot give whatever its
size: it is *set aside*, not fitted.

Decision 0070.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.inference.batch import Recipe, run_piece
from copark.inference.calibrate import Settings, recipe_of
from copark.inference.observations import ObservationModel
from copark.inference.prior import PriorSpace
from copark.inference.target_selection import Reading, case_for, day_of, shipped_reading

PROBED = 1 << 12
"""Runs of the prior by which reach is told."""
FEW = 0.01
"""Share of runs that have as much or as little: a value with fewer is missed."""
NEAR = 3.0
"""Errors within which a run is near to a value."""
PER_JOB, PER_FIRM, LAND, A_YEAR = "capital_per_job", "declared_mean", "land_per_capital", "enquiry_rate"
MONEY = PER_FIRM, PER_JOB, LAND
"""Sizes that bear on money invested, on which jobs depend, and which asks for land."""
BEARING: Mapping[str, tuple[str, ...]] = {
    "jobs": (PER_JOB,),
    **dict.fromkeys(("realised_investment", "enterprise_investment", "profit"), MONEY),
    **dict.fromkeys(("registered", "registered_ever", "building", "operating"), (A_YEAR,)),
}
"""Sizes that bear on a variable."""
RATIOS: Mapping[tuple[str, str], tuple[str, ...]] = {
    **dict.fromkeys((("jobs", "operating"), ("jobs", "registered")), (PER_FIRM, PER_JOB)),
    **dict.fromkeys((("realised_investment", "operating"), ("realised_investment", "registered")), MONEY),
    ("jobs", "realised_investment"): (PER_JOB,),
}
"""Sizes that bear on a ratio of two values, of days as near as there are."""
YEAR = 366
"""Days that may be between them."""
_KNOWN: dict[str, Reading] = {}


def reading_of(case: Case, cut: Quarter, settings: Settings, threads: int = 1) -> Reading:
    """How a calibration to a cut reads a case: as the posterior it ships with, or as prior runs reach."""
    shipped = shipped_reading(case, cut)
    if shipped is not None:
        return shipped
    first = probe_of(case, cut, settings, Reading())
    if first.identity not in _KNOWN:
        _KNOWN[first.identity] = _found(case, cut, settings, first, threads)
    return _KNOWN[first.identity]


def _found(case: Case, cut: Quarter, settings: Settings, first: Recipe, threads: int) -> Reading:
    runs = probed(first, threads)
    found = Reading(flat=tuple(sorted(missed(first.model, runs))))
    if found.flat:
        runs = probed(probe_of(case, cut, settings, found), threads)
    near = np.any(np.abs(runs - first.model.recorded) <= NEAR * first.model.errors, axis=0).tolist()
    aside = tuple(one.name for one, reached in zip(first.model.targets, near, strict=True) if not reached)
    return replace(found, aside=aside) if any(near) else found


def probe_of(case: Case, cut: Quarter, settings: Settings, reading: Reading) -> Recipe:
    """The recipe of a few prior runs of a case, read in a way."""
    return recipe_of(case_for(case, cut, reading), cut, replace(settings, runs=PROBED))


def probed(recipe: Recipe, threads: int = 1) -> Floats:
    """Values that prior runs have in the place of those reported, as the wording lets them be told apart."""
    model, space = recipe.model, PriorSpace.of(recipe.case)
    read = run_piece(recipe, space, 0, recipe.runs, threads)[:, : len(model.targets)].astype(np.float64)
    return model.hide(read[np.isfinite(read).all(axis=1)])


def missed(model: ObservationModel, runs: Floats) -> set[str]:
    """Sizes that bear on values and ratios that hardly any run has as much or as little of.

    Parameters
    ----------
    runs
        As :func:`probed` gives them, shape (runs, targets).
    """
    found: set[str] = set()
    for at, one in enumerate(model.targets):
        if beyond(runs[:, at], model.recorded[at]) < FEW:
            found.update(BEARING.get(one.variable, ()))
    for (above, below), sizes in RATIOS.items():
        pair = last_pair(model, above, below)
        if pair is not None:
            ratio, recorded = (values[..., pair[0]] / np.maximum(values[..., pair[1]], 1.0)
                               for values in (runs, model.recorded))  # fmt: skip
            if beyond(ratio, float(recorded)) < FEW:
                found.update(sizes)
    return found


def beyond(runs: Floats, recorded: float) -> float:
    """Share of runs that have as much, or as little, whichever is the smaller."""
    return float(min((runs >= recorded).mean(), (runs <= recorded).mean()))


def last_pair(model: ObservationModel, above: str, below: str) -> tuple[int, int] | None:
    """Positions of the values of two variables nearest in time, the latest of such; ``None`` if a year lies between."""
    first, second = ([at for at, one in enumerate(model.targets) if one.variable == name] for name in (above, below))
    days = [day_of(one.observation) for one in model.targets]
    near = [pair for pair in product(first, second) if abs(days[pair[0]] - days[pair[1]]) <= YEAR]
    return min(near, key=lambda pair: (abs(days[pair[0]] - days[pair[1]]), -days[pair[0]]), default=None)
