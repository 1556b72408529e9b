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

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, get_args

import numpy as np

from copark.arrays import Floats
from copark.calibration.discrepancy import NEVER_FALL, PARTS
from copark.calibration.observations import ObservationModel, Target, target_of, targets
from copark.calibration.prior import Recipe, run_piece
from copark.calibration.provenance import recipe_in
from copark.calibration.size_priors import read_with_sizes
from copark.cases.case import Case
from copark.cases.casebook import posteriors_of
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import Observation, Role
from copark.cases.types import Grade
from copark.errors import RunRefused, WrongUsage, printable
from copark.json_types import JsonObject

APART = 92
"""Days that a value kept for looking must lie from every other value of its variable to say something of its own."""
SAME = 0.5
"""How far a sum of parts may be from a total that is the same number, in the unit of both."""
EXPLAINED = 2.0
"""Errors by which a later value may lie below an earlier one all the same."""
PROBED = 1 << 12
"""Runs of the prior by which reach is told."""
FEW = 0.01
"""Share of runs that have as much or as little: a value with fewer is missed."""
NEAR = 3.0
"""Errors within which a run is near to a value, of observation and of a tenth of the value."""
TENTH = 0.1
PER_JOB = "capital_per_job"
PER_FIRM = "declared_mean"
LAND = "land_per_capital"
A_YEAR = "enquiry_rate"
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
GRADES: tuple[str, ...] = get_args(Grade)
"""Grades of evidence, the best first."""
_KNOWN: dict[str, Reading] = {}


def fitted_until(case: Case) -> Quarter:
    """Find the last quarter that a value meant to be fitted belongs to; RunRefused if the case has no such value."""
    ends = [target.nearest_end for target in targets(case)]
    if not ends:
        raise RunRefused.of("calibrate.nothing_to_fit", case=case.name)
    return case.clock.start + max(ends)


def uses_everything(case: Case, cut: Quarter) -> bool:
    """Return whether a calibration to a cut uses all values: beyond the last one meant to be fitted it does."""
    return all(cut > case.clock.start + target.nearest_end for target in targets(case))


def can_be_calibrated(case: Case) -> bool:
    """Return whether anything can be fitted: values for scoring or looking are, where none is meant to be fitted."""
    last = case.clock.data_end
    return bool(targets(case_for(case, last), cut=last))


def cut_of(case: Case, cut: str | None) -> Quarter:
    """Choose the quarter a calibration of a case ends in: the last with data, unless another is asked for.

    Raises
    ------
    RunRefused
        If it is no quarter of the case, or nothing is known by then.
    """
    first = case.clock.start + 1
    last = case.clock.data_end
    if cut is None:
        if not can_be_calibrated(case):
            raise RunRefused.of("calibrate.nothing_to_fit", case=case.name)
        return last
    quarter = Quarter.asked(cut, "--cut")
    if not first <= quarter <= last:
        raise WrongUsage.of("calibrate.bad_cut", cut=printable(cut[:20]), case=case.name, first=first, last=last)
    if not targets(case_for(case, quarter), cut=quarter):
        earliest = min(target.last for target in targets(case))
        raise RunRefused.of("calibrate.nothing_known", cut=cut, case=case.name, first=case.clock.start + earliest)
    return quarter


def everything_fitted(case: Case) -> Case:
    """Return the case with all its values meant to be fitted.

    Values for scoring are fitted too. Of values for looking, which mostly repeat a number within weeks, those are
    fitted that lie a quarter away from every other of their variable. A number repeated is not told twice. Of those of
    an output that only grows, as many are taken as agree; none of those that tell what a closure of the park left over:
    it happens in a day, in the model over three quarters. What totals and parts imply is another matter:
    :func:`without_implied`.
    """
    start = case.clock.start
    rows = [row for row in case.observations if row.role in ("fit", "score")]
    used = [target for target in (target_of(row, start) for row in rows) if target is not None]
    looked = [
        target
        for target in targets(case, ("check",))
        if target.value > 0 or case.closed_by(Quarter.of_day(target.observation.date.last_day)) is None
    ]
    extra = distinct(agreeing(looked), used)
    chosen = {id(target.observation) for target in (*used, *extra)}
    return with_role(case, chosen, "fit")


def without_implied(case: Case) -> Case:
    """Return the case without values meant to be fitted that others of them imply: totals and parts are not told twice.

    Where all parts of a total are on record on one day and add up to what the total is within a quarter of it, four
    numbers are three facts, and the errors of four would count one of them twice. One part is left out: the one of the
    lowest grade, for a remainder is graded below what it was taken from; where grades are alike the third origin, or
    the last way in, which is what remains when the others have been counted. The total stays: it is what sources count
    and repeat, and what forecasts are scored on. Parts whose total is not meant to be fitted all stay: they are three
    facts.
    """
    implied = {id(row) for row in implied_rows(targets(case))}
    return with_role(case, implied, "context") if implied else case


def implied_rows(fitted: Iterable[Target]) -> list[Observation]:
    """Find the values that are left out since a total and the other parts imply them: one a day and total."""
    rows: dict[str, list[Target]] = {}
    for target in fitted:
        rows.setdefault(target.variable, []).append(target)
    implied = []
    for total, names in PARTS.items():
        days = [{day_of(target): target for target in rows.get(name, ()) if is_number(target)} for name in names]
        for day in sorted(set.intersection(*map(set, days))):
            parts = [by_day[day] for by_day in days]
            whole = sum(part.value for part in parts)
            reported_totals = (
                target for target in rows.get(total, ()) if is_number(target) and abs(day_of(target) - day) < APART
            )
            if any(abs(target.value - whole) <= SAME for target in reported_totals):
                least = max(range(len(parts)), key=lambda n: (GRADES.index(parts[n].observation.grade), n))
                implied.append(parts[least].observation)
    return implied


def is_number(target: Target) -> bool:
    """Return whether a target is one number reported as such, which sums can be made of."""
    return target.bound == "exact"


def with_role(case: Case, chosen: Collection[int], role: Role) -> Case:
    """Return the case with another role for chosen observations, named by their ``id``."""
    rows = (row.model_copy(update={"role": role}) if id(row) in chosen else row for row in case.observations)
    return case.model_copy(update={"observations": tuple(rows)})


def distinct(candidates: Iterable[Target], used: Iterable[Target]) -> list[Target]:
    """Choose the candidates that lie apart from every used value of their variable and from each other."""
    days: dict[str, list[int]] = {}
    for target in used:
        days.setdefault(target.variable, []).append(day_of(target))
    chosen = []
    for target in candidates:
        own = days.setdefault(target.variable, [])
        day = day_of(target)
        if all(abs(day - other) >= APART for other in own):
            own.append(day)
            chosen.append(target)
    return chosen


def agreeing(candidates: Iterable[Target]) -> list[Target]:
    """Leave out values of outputs that only grow, so that none is below an earlier one by more than errors explain.

    The most that agree are kept: a series on a narrower basis drops out beside a longer one.
    """
    chosen = list(candidates)
    for name in NEVER_FALL:
        own = sorted((target for target in chosen if target.variable == name), key=day_of)
        series: list[list[Target]] = []
        for target in own:
            before = (
                row
                for row in series
                if target.reported >= row[-1].reported - EXPLAINED * np.hypot(target.error, row[-1].error)
            )
            series.append([*max(before, key=len, default=[]), target])
        agreed = {id(target) for target in max(series, key=len, default=[])}
        chosen = [target for target in chosen if target.variable != name or id(target) in agreed]
    return chosen


def day_of(target: Target) -> int:
    """Count the last day a target's date may mean."""
    return target.observation.date.last_day.toordinal()


@dataclass(frozen=True)
class Reading:
    """Changes a calibration makes of a case because of how far prior runs reach."""

    wide: bool = True
    """Whether its priors of size are the panel's, where it brings none of its own."""
    flat: tuple[str, ...] = ()
    """Sizes that are flat over the whole range of the model."""
    aside: tuple[str, ...] = ()
    """Names of values that are not fitted."""

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> Reading:
        """Read from a recipe how a case was read for posteriors."""
        flat = tuple(recipe.get("flat_sizes", ()))
        aside = tuple(recipe.get("set_aside", ()))
        return cls(bool(recipe.get("wide_sizes")), flat, aside)

    def content(self) -> JsonObject:
        """Return its entries of a recipe; what is empty is left out."""
        entries: JsonObject = {"wide_sizes": self.wide}
        if self.flat:
            entries["flat_sizes"] = list(self.flat)
        if self.aside:
            entries["set_aside"] = list(self.aside)
        return entries


def shipped_reading(case: Case, cut: Quarter) -> Reading | None:
    """State how a case was read for the posterior that ships with it, to this cut or the latest; ``None`` without one.

    The model's own priors of size are Great Stone's, which is read with them to any cut.
    """
    candidates = {until: recipe_in(folder) for until, folder in posteriors_of(case).items()}
    recipes = {until: recipe for until, recipe in candidates.items() if recipe is not None}
    if not recipes:
        return None
    return Reading.of(recipes.get(str(cut), recipes[max(recipes)]))


def case_for(case: Case, cut: Quarter, reading: Reading | None = None) -> Case:
    """Read a case as a calibration to a cut does: with all its values, no fact twice, and the panel's sizes, or not.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter the calibration knows.
    reading
        By default that of the posterior it ships with, else with the panel's sizes.
    """
    applied = reading or shipped_reading(case, cut) or Reading()
    read_case = without_implied(everything_fitted(case) if uses_everything(case, cut) else case)
    if applied.aside:
        aside = {id(row) for row in read_case.observations if f"{row.variable} {row.date}" in applied.aside}
        read_case = with_role(read_case, aside, "context")
    return read_with_sizes(read_case, applied.flat) if applied.wide else read_case


def reading_of(case: Case, cut: Quarter, seed: int, discrepancy: float) -> Reading:
    """Decide how a calibration to a cut reads a case: as the posterior it ships with, or as prior runs reach.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter the calibration knows.
    seed, discrepancy
        Seed and size of the discrepancy of the calibration.
    """
    shipped = shipped_reading(case, cut)
    if shipped is not None:
        return shipped

    def probe(reading: Reading) -> Recipe:
        return Recipe.of(case_for(case, cut, reading), cut, PROBED, seed, discrepancy)

    first = probe(Reading())
    if first.identity not in _KNOWN:
        runs = probed(first)
        reading = Reading(flat=tuple(sorted(missed(first.model, runs))))
        if reading.flat:
            runs = probed(probe(reading))
        record = first.model
        errors = np.hypot([target.error for target in record.targets], TENTH * np.abs(record.recorded))
        near = np.any(np.abs(record.compared(runs) - record.recorded) <= NEAR * errors, axis=0).tolist()
        aside = tuple(target.name for target, is_near in zip(first.model.targets, near, strict=True) if not is_near)
        _KNOWN[first.identity] = replace(reading, aside=aside) if any(near) else reading
    return _KNOWN[first.identity]


def probed(recipe: Recipe) -> Floats:
    """Make the values that prior runs have in the place of those reported, as their wording tells them apart."""
    counterparts = run_piece(recipe, 0, recipe.runs, threads=1).astype(np.float64)
    return recipe.model.hide(counterparts[np.isfinite(counterparts).all(axis=1)])


def missed(model: ObservationModel, runs: Floats) -> set[str]:
    """Find the sizes that bear on values and ratios which hardly any run of :func:`probed` reaches from either side."""
    comparisons = [
        (runs[:, column], model.recorded[column], BEARING.get(target.variable, ()))
        for column, target in enumerate(model.targets)
    ]
    for (above, below), sizes in RATIOS.items():
        pair = last_pair(model, above, below)
        if pair is not None:
            first, second = pair
            ratio = runs[:, first] / np.maximum(runs[:, second], 1.0)
            recorded = model.recorded[first] / np.maximum(model.recorded[second], 1.0)
            comparisons.append((ratio, recorded, sizes))
    return {
        size
        for values, recorded, sizes in comparisons
        for size in sizes
        if min((values >= recorded).mean(), (values <= recorded).mean()) < FEW
    }


def last_pair(model: ObservationModel, above: str, below: str) -> tuple[int, int] | None:
    """Find the values of two variables nearest in time, the latest of such.

    Parameters
    ----------
    model
        Targets to look among.
    above
        Variable of the first.
    below
        Variable of the second.

    Returns
    -------
        Positions of the two; ``None`` if a year lies between.
    """
    first = [n for n, target in enumerate(model.targets) if target.variable == above]
    second = [n for n, target in enumerate(model.targets) if target.variable == below]
    days = [day_of(target) for target in model.targets]
    near = [pair for pair in product(first, second) if abs(days[pair[0]] - days[pair[1]]) <= YEAR]
    return min(near, key=lambda pair: (abs(days[pair[0]] - days[pair[1]]), -days[pair[0]]), default=None)
