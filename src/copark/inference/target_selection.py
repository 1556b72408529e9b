"""How a calibration reads a case: values meant to be fitted, or all that say something of their own; priors of size."""

from __future__ import annotations

from collections.abc import Iterable

from copark.cases.case import Case
from copark.cases.casebook import POSTERIOR, brought
from copark.cases.evidence import Observation
from copark.cases.quarters import Quarter
from copark.errors import RunRefused
from copark.inference.observations import Target, nearest_end, target_of, targets
from copark.inference.provenance import recipe_in

APART = 92
"""Days that a value kept for looking must lie from every other value of its variable to say something of its own."""
FITTED, EVERYTHING = "fit", "all"


def fitted_until(case: Case) -> Quarter:
    """Last quarter that a value meant to be fitted belongs to.

    Raises
    ------
    RunRefused
        If the case has no such value.
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
    fitted that lie a quarter away from every other of their variable. A number repeated is not told twice.
    """
    start = case.clock.start
    known = [one for one in case.observations if one.role in ("fit", "score")]
    used = [one for one in (target_of(row, start) for row in known) if one is not None]
    extra = tuple(distinct(targets(case, ("check",)), used))
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


def day_of(observation: Observation) -> int:
    """Give the last day an observation's date may mean, counted."""
    return observation.date.last_day.toordinal()


def has_wide_sizes(case: Case) -> bool:
    """Whether a calibration reads a case with the panel's priors of size: unless the one it ships with was not so read.

    The model's own are Great Stone's: a park with more jobs or less investment in each enterprise lies in their tails,
    where searches do not find one another.
    """
    place = brought(case, POSTERIOR)
    recipe = None if place is None else recipe_in(place)
    return recipe is None or bool(recipe.get("wide_sizes"))


def case_for(case: Case, cut: Quarter) -> Case:
    """Give the case as a calibration to a cut reads it: with all its values fitted, and the panel's sizes, or not."""
    from copark.inference.borrowed import read_with_sizes

    read = everything_fitted(case) if uses_everything(case, cut) else case
    return read_with_sizes(read) if has_wide_sizes(case) else read
