"""How a calibration reads a case: values meant to be fitted, or all that say something of their own; priors of size.

What of this depends on how far prior runs reach is a :class:`Reading`, found by :mod:`copark.inference.reach`.

What was known at a cut: dated facts after it taken away, so that a forecast from then knows what a forecaster knew.

A forecast that is given later decrees, entries, anchor projects, shocks and growth is *conditional* on them: it tests
the mechanisms. One that is not is *blind*: it is what could have been said. The two are scored side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.cases.case import Case
from copark.cases.casebook import posteriors_of
from copark.cases.evidence import Observation
from copark.cases.quarters import Quarter
from copark.cases.world import years_on_record
from copark.errors import RunRefused
from copark.inference.observations import Target, nearest_end, target_of, targets
from copark.inference.provenance import recipe_in
from copark.model.arrays import Inputs
from copark.model.enterprises.records import FREE_TO_DECIDE
from copark.model.variables import catalogue
from copark.model.world.equations import FREE, NO_PARTNER

APART = 92
"""Days that a value kept for looking must lie from every other value of its variable to say something of its own."""
FITTED, EVERYTHING = "fit", "all"
NEVER_FALL = ("realised_investment", "enterprise_investment", "registered_ever")
"""Outputs that only grow: of two values of which the later is the lower, one is of something else."""
EXPLAINED = 2.0
"""Errors by which a later value may lie below an earlier one all the same."""


def fitted_until(case: Case) -> Quarter:
    """Last quarter that a value meant to be fitted belongs to.

    Raises RunRefused if the case has no such value.
    """
    ends = [nearest_end(one) for one in targets(case)]
    if not ends:
        raise RunRefused.of("calibrate.nothing_to_fit", case=case.name)
    return case.clock.start + max(ends)


def uses_everything(case: Case, cut: Quarter) -> bool:
    """Whether a calibration to a cut uses all values: beyond the last one meant to be fitted it does."""
    return all(cut > case.clock.start + nearest_end(one) for one in targets(case))


def everything_fitted(case: Case) -> Case:
    """Give the case with all its values meant to be fitted.

    Values for scoring are fitted too. Of values for looking, which mostly repeat a number within weeks, those are
    fitted that lie a quarter away from every other of their variable. A number repeated is not told twice. Of those of
    an output that only grows, as many are taken as agree; none of those that tell what a closure of the park left over:
    it happens in a day, in the model over three quarters.
    """
    start = case.clock.start
    known = [one for one in case.observations if one.role in ("fit", "score")]
    used = [one for one in (target_of(row, start) for row in known) if one is not None]
    looked = [one for one in targets(case, ("check",)) if one.value > 0 or not after_closure(case, one)]
    extra = tuple(distinct(agreeing(looked), used))
    chosen = {id(one.observation) for one in (*used, *extra)}
    rows = tuple(row.model_copy(update={"role": "fit"}) if id(row) in chosen else row for row in case.observations)
    return case.model_copy(update={"observations": rows})


def distinct(candidates: Iterable[Target], used: Iterable[Target]) -> list[Target]:
    """Give the candidates that lie apart from every used value of their variable and from each other."""
    days: dict[str, list[int]] = {}
    for one in used:
        days.setdefault(one.variable, []).append(day_of(one.observation))
    found = []
    for one in candidates:
        own, day = days.setdefault(one.variable, []), day_of(one.observation)
        if all(abs(day - other) >= APART for other in own):
            own.append(day)
            found.append(one)
    return found


def after_closure(case: Case, one: Target) -> bool:
    """Whether a value is of a day when the whole park was closed."""
    return case.closed_by(Quarter.of_day(one.observation.date.last_day)) is not None


def agreeing(candidates: Iterable[Target]) -> list[Target]:
    """Leave out values of outputs that only grow, so that none is below an earlier one by more than errors explain.

    The most that agree are kept: a series on a narrower basis drops out beside a longer one.
    """
    kept = list(candidates)
    for name in NEVER_FALL:
        own = sorted((one for one in kept if one.variable == name), key=lambda one: day_of(one.observation))
        out = {id(one) for one in own} - {id(one) for one in longest_rise(own)}
        kept = [one for one in kept if id(one) not in out]
    return kept


def longest_rise(values: Sequence[Target]) -> list[Target]:
    """Give the longest row of values by date of which none is below the one before by more than errors explain."""
    rows: list[list[Target]] = []
    for one in values:
        before = (
            row for row in rows if one.reported >= row[-1].reported - EXPLAINED * np.hypot(one.error, row[-1].error)
        )
        rows.append([*max(before, key=len, default=[]), one])
    return max(rows, key=len, default=[])


def day_of(observation: Observation) -> int:
    """Give the last day an observation's date may mean, counted."""
    return observation.date.last_day.toordinal()


@dataclass(frozen=True)
class Reading:
    """What a calibration changes of a case because of how far prior runs reach."""

    wide: bool = True
    """Whether its priors of size are the panel's, where it brings none of its own."""
    flat: tuple[str, ...] = ()
    """Sizes that are flat over the whole range of the model."""
    aside: tuple[str, ...] = ()
    """Values that are not fitted, by name (:attr:`copark.inference.observations.Target.name`)."""

    @classmethod
    def of(cls, recipe: Mapping[str, Any]) -> Reading:
        """How a case was read for posteriors."""
        return cls(bool(recipe.get("wide_sizes")), *(tuple(recipe.get(key, ())) for key in ("flat_sizes", "set_aside")))

    def content(self) -> dict[str, Any]:
        """Give it as entries of a recipe; what is empty is left out."""
        told = {"flat_sizes": list(self.flat), "set_aside": list(self.aside)}
        return {"wide_sizes": self.wide, **{key: names for key, names in told.items() if names}}


def shipped_reading(case: Case, cut: Quarter) -> Reading | None:
    """How a case was read for the posterior that ships with it, to this cut or the latest; ``None`` where none does.

    The model's own priors of size are Great Stone's, which is read with them to any cut.
    """
    recipes = {at: recipe for at, folder in posteriors_of(case).items()
               if (recipe := recipe_in(folder)) is not None}  # fmt: skip
    if not recipes:
        return None
    return Reading.of(recipes.get(str(cut), recipes[max(recipes)]))


def case_for(case: Case, cut: Quarter, reading: Reading | None = None) -> Case:
    """Give the case as a calibration to a cut reads it: with all its values fitted, and the panel's sizes, or not.

    Parameters
    ----------
    reading
        That of the posterior it ships with by default, else with the panel's sizes.
    """
    from copark.inference.borrowed import read_with_sizes

    how = reading or shipped_reading(case, cut) or Reading()
    read = everything_fitted(case) if uses_everything(case, cut) else case
    if how.aside:
        rows = (without(row, how.aside) for row in read.observations)
        read = read.model_copy(update={"observations": tuple(rows)})
    return read_with_sizes(read, how.flat) if how.wide else read


def without(row: Observation, names: Sequence[str]) -> Observation:
    """Give an observation that is not fitted if it is one of these."""
    return row.model_copy(update={"role": "context"}) if f"{row.variable} {row.date}" in names else row


PULSES = {"governments": ("visit",), "company": ("other_investment",), "enterprises": ("certificates",)}
"""What happens in one quarter and holds no longer."""
RUNS_DOWN = {"company": ("repayment_quarters",)}
"""What was agreed before and runs on."""


def blind(inputs: Inputs, case: Case, cut: Quarter) -> Inputs:
    """Give inputs without what happened after a cut; up to it they stay as they are.

    Law, shares, plans, ties and terms stay as they were at the cut. Shocks that began before it end when they did.
    Growth is drawn from the years before, partners come and go by the model, anchor projects known by then build and
    open as any enterprise does.
    """
    at = cut - case.clock.start
    found = Inputs(*(np.array(part, copy=True).view(type(part)) for part in inputs))
    for room in ("governments", "company", "enterprises"):
        rows = getattr(found, room)
        for name in rows.dtype.names:
            if name in RUNS_DOWN.get(room, ()):
                continue
            rows[name][at + 1 :] = 0.0 if name in PULSES[room] else rows[name][at]
    forget_world(found, case, cut)
    forget_projects(found, at)
    return found._replace(history=found.history[: years_known(case, cut)])


def forget_world(inputs: Inputs, case: Case, cut: Quarter) -> None:
    """Take away growth, shocks begun and partners forced after a cut."""
    at = cut - case.clock.start
    world = inputs.world
    world["growth_known"][at + 1 :] = 0.0
    for name in {shock.key for shock in case.shocks if shock.since > cut}:
        world[f"exposure_{name}"][at + 1 :] = 0.0
    forced = world["partner_forced"]
    forced[at + 1 :] = np.where(forced[at] == NO_PARTNER, NO_PARTNER, FREE)


def forget_projects(inputs: Inputs, at: int) -> None:
    """Take away anchor projects registered after a quarter, and the later dates of those registered before."""
    anchors = inputs.anchors
    opened = anchors["start_quarter"] + anchors["build_quarters"] - 1
    free_build = anchors["start_quarter"] > at
    anchors["build_quarters"][free_build | (opened > at)] = catalogue().parameters["build_quarters"].default[0]
    anchors["start_quarter"][free_build] = FREE_TO_DECIDE
    anchors["quarter"][anchors["quarter"] > at] = -1


def years_known(case: Case, cut: Quarter) -> int:
    """Years of growth on record by the end of a cut's year: the first rows of the history to draw from."""
    return max(sum(year <= cut.year for year in years_on_record(case)), 1)
