"""Set-up of a case's calibration: cut date, observations fitted, priors of size.

A park of six smelters with thirty thousand jobs contradicts priors that most parks taught, and searches that begin in
the tail of a prior batch do not find one another (prior-data conflict: Box 1980; Evans and Moshonov 2006). A value, or
a ratio of two such as jobs per enterprise, is *missed* if fewer than one run of the prior in a hundred has as much, or
as little. The sizes that bear on it are then flat over the whole range of the model, which knows less and is no nearer
to the value (Evans and Jang 2011). A value that no run comes near even so is one the model cannot give whatever its
size: it is *set aside*, not fitted.

Decision 0070.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.calibration.calibrate import Settings, recipe_of
from copark.calibration.observations import ObservationModel, Target, target_of, targets
from copark.calibration.prior import Recipe, run_piece
from copark.calibration.provenance import recipe_in
from copark.cases.case import Case
from copark.cases.casebook import posteriors_of
from copark.cases.quarters import Quarter
from copark.errors import RunRefused, printable

APART = 92
"""Days that a value kept for looking must lie from every other value of its variable to say something of its own."""
NEVER_FALL = ("realised_investment", "enterprise_investment", "registered_ever")
"""Outputs that only grow: of two values of which the later is the lower, one is of something else."""
EXPLAINED = 2.0
"""Errors by which a later value may lie below an earlier one all the same."""
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


def fitted_until(case: Case) -> Quarter:
    """Last quarter that a value meant to be fitted belongs to; RunRefused if the case has no such value."""
    ends = [one.nearest_end for one in targets(case)]
    if not ends:
        raise RunRefused.of("calibrate.nothing_to_fit", case=case.name)
    return case.clock.start + max(ends)


def uses_everything(case: Case, cut: Quarter) -> bool:
    """Whether a calibration to a cut uses all values: beyond the last one meant to be fitted it does."""
    return all(cut > case.clock.start + one.nearest_end for one in targets(case))


def can_be_calibrated(case: Case) -> bool:
    """Whether anything on record can be fitted: values for scoring or looking are, where none is meant to be fitted."""
    last = case.clock.data_end
    return bool(targets(case_for(case, last), cut=last))


def cut_of(case: Case, cut: str | None) -> Quarter:
    """The quarter a calibration of a case ends in: the last with data, unless another is asked for.

    Raises RunRefused if it is no quarter of the case, or nothing is known by then.
    """
    first, last = case.clock.start + 1, case.clock.data_end
    if cut is None:
        if not can_be_calibrated(case):
            raise RunRefused.of("calibrate.nothing_to_fit", case=case.name)
        return last
    try:
        found = Quarter.parse(cut)
    except ValueError:
        found = None
    if found is None or not first <= found <= last:
        raise RunRefused.of("calibrate.bad_cut", cut=printable(cut[:20]), case=case.name, first=first, last=last)
    if not targets(case_for(case, found), cut=found):
        known = min(target.last for target in targets(case))
        raise RunRefused.of("calibrate.nothing_known", cut=cut, case=case.name, first=case.clock.start + known)
    return found


def everything_fitted(case: Case) -> Case:
    """The case with all its values meant to be fitted.

    Values for scoring are fitted too. Of values for looking, which mostly repeat a number within weeks, those are
    fitted that lie a quarter away from every other of their variable. A number repeated is not told twice. Of those of
    an output that only grows, as many are taken as agree; none of those that tell what a closure of the park left over:
    it happens in a day, in the model over three quarters.
    """
    start = case.clock.start
    known = [one for one in case.observations if one.role in ("fit", "score")]
    used = [one for one in (target_of(row, start) for row in known) if one is not None]
    looked = [
        one for one in targets(case, ("check",))
        if one.value > 0 or case.closed_by(Quarter.of_day(one.observation.date.last_day)) is None
    ]  # fmt: skip
    extra = distinct(agreeing(looked), used)
    chosen = {id(one.observation) for one in (*used, *extra)}
    rows = tuple(row.model_copy(update={"role": "fit"}) if id(row) in chosen else row for row in case.observations)
    return case.model_copy(update={"observations": rows})


def distinct(candidates: Iterable[Target], used: Iterable[Target]) -> list[Target]:
    """The candidates that lie apart from every used value of their variable and from each other."""
    days: dict[str, list[int]] = {}
    for one in used:
        days.setdefault(one.variable, []).append(day_of(one))
    found = []
    for one in candidates:
        own, day = days.setdefault(one.variable, []), day_of(one)
        if all(abs(day - other) >= APART for other in own):
            own.append(day)
            found.append(one)
    return found


def agreeing(candidates: Iterable[Target]) -> list[Target]:
    """Leave out values of outputs that only grow, so that none is below an earlier one by more than errors explain.

    The most that agree are kept: a series on a narrower basis drops out beside a longer one.
    """
    kept = list(candidates)
    for name in NEVER_FALL:
        own = sorted((one for one in kept if one.variable == name), key=day_of)
        rows: list[list[Target]] = []
        for one in own:
            before = (
                row for row in rows if one.reported >= row[-1].reported - EXPLAINED * np.hypot(one.error, row[-1].error)
            )
            rows.append([*max(before, key=len, default=[]), one])
        agreed = {id(one) for one in max(rows, key=len, default=[])}
        kept = [one for one in kept if one.variable != name or id(one) in agreed]
    return kept


def day_of(target: Target) -> int:
    """The last day a target's date may mean, counted."""
    return target.observation.date.last_day.toordinal()


@dataclass(frozen=True)
class Reading:
    """What a calibration changes of a case because of how far prior runs reach.

    wide: whether its priors of size are the panel's, where it brings none of its own; flat: sizes that are flat over
    the whole range of the model; aside: names of values that are not fitted.
    """

    wide: bool = True
    flat: tuple[str, ...] = ()
    aside: tuple[str, ...] = ()

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> Reading:
        """How a case was read for posteriors."""
        return cls(bool(recipe.get("wide_sizes")), *(tuple(recipe.get(key, ())) for key in ("flat_sizes", "set_aside")))

    def content(self) -> dict[str, Any]:
        """Its entries of a recipe; what is empty is left out."""
        told = {"flat_sizes": list(self.flat), "set_aside": list(self.aside)}
        return {"wide_sizes": self.wide, **{key: names for key, names in told.items() if names}}


def shipped_reading(case: Case, cut: Quarter) -> Reading | None:
    """How a case was read for the posterior that ships with it, to this cut or the latest; ``None`` where none does.

    The model's own priors of size are Great Stone's, which is read with them to any cut.
    """
    found = {at: recipe_in(folder) for at, folder in posteriors_of(case).items()}
    recipes = {at: recipe for at, recipe in found.items() if recipe is not None}
    return Reading.of(recipes.get(str(cut), recipes[max(recipes)])) if recipes else None


def case_for(case: Case, cut: Quarter, reading: Reading | None = None) -> Case:
    """The case as a calibration to a cut reads it: with all its values fitted, and the panel's sizes, or not.

    reading: that of the posterior it ships with by default, else with the panel's sizes.
    """
    how = reading or shipped_reading(case, cut) or Reading()
    read = everything_fitted(case) if uses_everything(case, cut) else case
    if how.aside:
        rows = (
            row.model_copy(update={"role": "context"}) if f"{row.variable} {row.date}" in how.aside else row
            for row in read.observations
        )
        read = read.model_copy(update={"observations": tuple(rows)})
    return read_with_sizes(read, how.flat) if how.wide else read


def read_with_sizes(case: Case, flat: Sequence[str] = ()) -> Case:
    """A case that is not in the panel with the panel's priors of size, where it brings none of its own.

    flat: sizes that are flat over the whole range of the model instead.
    """
    from copark.calibration.pool.parks import SIZES, flat_size, read_for_panel

    panel = read_for_panel(case).parameters
    sizes = {name: panel[name] for name in SIZES} | {name: flat_size(name) for name in flat}
    return case.model_copy(update={"parameters": {**sizes, **case.parameters}})


def reading_of(case: Case, cut: Quarter, settings: Settings, threads: int = 1) -> Reading:
    """How a calibration to a cut reads a case: as the posterior it ships with, or as prior runs reach."""
    shipped = shipped_reading(case, cut)
    if shipped is not None:
        return shipped
    first = probe_of(case, cut, settings, Reading())
    if first.identity not in _KNOWN:
        runs = probed(first, threads)
        found = Reading(flat=tuple(sorted(missed(first.model, runs))))
        if found.flat:
            runs = probed(probe_of(case, cut, settings, found), threads)
        near = np.any(np.abs(runs - first.model.recorded) <= NEAR * first.model.errors, axis=0).tolist()
        aside = tuple(one.name for one, reached in zip(first.model.targets, near, strict=True) if not reached)
        _KNOWN[first.identity] = replace(found, aside=aside) if any(near) else found
    return _KNOWN[first.identity]


def probe_of(case: Case, cut: Quarter, settings: Settings, reading: Reading) -> Recipe:
    """The recipe of a few prior runs of a case, read in a way."""
    return recipe_of(case_for(case, cut, reading), cut, replace(settings, runs=PROBED))


def probed(recipe: Recipe, threads: int = 1) -> Floats:
    """Values that prior runs have in the place of those reported, as the wording lets them be told apart."""
    read = run_piece(recipe, 0, recipe.runs, threads).astype(np.float64)
    return recipe.model.hide(read[np.isfinite(read).all(axis=1)])


def missed(model: ObservationModel, runs: Floats) -> set[str]:
    """Sizes that bear on values and ratios that hardly any run, as of :func:`probed`, has as much or as little of."""
    asked = [(runs[:, at], model.recorded[at], BEARING.get(one.variable, ())) for at, one in enumerate(model.targets)]
    for (above, below), sizes in RATIOS.items():
        pair = last_pair(model, above, below)
        if pair is not None:
            ratio, recorded = (values[..., pair[0]] / np.maximum(values[..., pair[1]], 1.0)
                               for values in (runs, model.recorded))  # fmt: skip
            asked.append((ratio, recorded, sizes))
    return {
        size for values, recorded, sizes in asked for size in sizes
        if min((values >= recorded).mean(), (values <= recorded).mean()) < FEW
    }  # fmt: skip


def last_pair(model: ObservationModel, above: str, below: str) -> tuple[int, int] | None:
    """Positions of the values of two variables nearest in time, the latest of such; ``None`` if a year lies between."""
    first, second = ([at for at, one in enumerate(model.targets) if one.variable == name] for name in (above, below))
    days = [day_of(one) for one in model.targets]
    near = [pair for pair in product(first, second) if abs(days[pair[0]] - days[pair[1]]) <= YEAR]
    return min(near, key=lambda pair: (abs(days[pair[0]] - days[pair[1]]), -days[pair[0]]), default=None)
