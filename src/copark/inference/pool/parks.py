"""A park as the panel reads it: its case with the panel's sizes, its prior, its targets, its age on their days.

Fitted are the values that the casebook means to be fitted or scored, to the end of 2024, and where a park has no others
the jobs that it keeps for looking: every method is given the same past. A value of zero kept for looking is a closure
by a government, for which the model has no lever.

A park that is forecast is read *bare*: without what was read off its own record. That is its own priors (Suzhou's rate
of starting comes from its starts), and the enterprises it dates one by one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from copark.cases import list_cases, load_case
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.errors import NotFound, RunRefused
from copark.inference.observations import ObservationModel, Target, targets
from copark.inference.pool.axes import COLUMN, is_pooled, read_for_panel
from copark.inference.prior import EDGE, PriorSpace
from copark.inference.target_selection import distinct
from copark.inference.validate import is_exact, years_since
from copark.texts import text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
COUNTS = ("registered", "operating", "jobs")
"""What is forecast and scored."""
LAST = Quarter(2024, 4)
"""Nothing later is read."""
FITTED = ("fit", "score")
YOUNGEST = 0.25
"""Least age in years: a park is as old as its first quarter."""


@dataclass(frozen=True)
class Park:
    """A park of the panel.

    Parameters
    ----------
    case
        As it is in the casebook.
    read
        With the panel's priors of size.
    space
        The prior of what is drawn.
    model
        All targets; all are fitted.
    """

    case: Case
    read: Case
    space: PriorSpace
    model: ObservationModel

    @property
    def name(self) -> str:
        """Its name in the casebook."""
        return self.case.name

    @property
    def quarters(self) -> int:
        """Quarters to its last observation; one where it has none."""
        return max(self.model.quarters, 1)

    @cached_property
    def pooled(self) -> tuple[str, ...]:
        """Axes of this park that are pooled."""
        return tuple(name for name in self.space.names if is_pooled(self.case, name))

    @cached_property
    def columns(self) -> Integers:
        """Columns of its axes in the common design, shape (axes,)."""
        return np.array([COLUMN[name] for name in self.space.names], dtype=np.int64)

    @cached_property
    def ages(self) -> Floats:
        """Years since its first day, at each target; shape (targets,)."""
        return np.array([max(years_since(self.case, one), YOUNGEST) for one in self.model.targets])

    def of(self, variable: str) -> list[int]:
        """Positions of one observable's targets, by date."""
        return [n for n, one in enumerate(self.model.targets) if one.variable == variable]

    def scored(self, variable: str) -> list[int]:
        """Positions of an observable's values that are reported as such, no bounds."""
        return [n for n in self.of(variable) if is_exact(self.model.targets[n])]

    def known(self, until: int | None = None) -> list[int]:
        """Positions of the targets whose date ends by a day, counted; of all without one."""
        return [n for n, one in enumerate(self.model.targets) if until is None or last_day(one) <= until]

    def between(self, variable: str, after: int, until: int) -> list[int]:
        """Positions of an observable's exact values whose date ends after one day and by another."""
        return [n for n in self.scored(variable) if after < last_day(self.model.targets[n]) <= until]

    @property
    def content(self) -> dict[str, object]:
        """What the numbers of the park depend on, for identities."""
        return {
            "case": self.case.hash,
            "axes": list(self.space.names),
            "targets": self.model.content(),
        }


def last_day(target: Target) -> int:
    """Last day a target's date may mean, counted."""
    return target.observation.date.last_day.toordinal()


def known_targets(case: Case, roles: Sequence[str]) -> list[Target]:
    """Targets of some roles whose date ends in the panel's years."""
    return [one for one in targets(case, roles) if one.observation.date.last_day <= LAST.last_day]


def bare(case: Case, *, past: bool = False) -> Case:
    """Give a case without what was read off its own record.

    Parameters
    ----------
    past
        Keep enterprises dated one by one: for a park whose past is known, and whose later ones are taken away by date.
    """
    taken: dict[str, object] = {"parameters": {}}
    if not past:
        taken |= {"anchors": (), "certificates": ()}
    return case.model_copy(update=taken)


def park_of(case: Case) -> Park:
    """Read a case for the panel."""
    fitted = known_targets(case, FITTED)
    looked = [one for one in known_targets(case, ("check",)) if one.variable == "jobs" and one.value > 0]
    extra = [*looked[:1], *distinct(looked, looked[:1])]
    if any(one.variable == "jobs" for one in fitted):
        extra = []
    chosen = sorted((*fitted, *extra), key=lambda one: (one.variable, last_day(one), one.value))
    read = read_for_panel(case)
    return Park(case, read, PriorSpace.of(read), ObservationModel(tuple(chosen)))


def parks_of(names: Sequence[str] = (), lang: str = "en") -> tuple[Park, ...]:
    """Read cases of the casebook, all by default.

    Raises
    ------
    NotFound
        If there is no such case.
    RunRefused
        If fewer than two are left: nothing can be pooled.
    """
    known = list_cases()
    wanted = tuple(dict.fromkeys(names)) or known
    for name in wanted:
        if name not in known:
            raise NotFound(text("pool.no_case", lang, name=name, known=", ".join(known)))
    if len(wanted) < 2:
        raise RunRefused(text("pool.too_few", lang))
    return tuple(park_of(load_case(name)) for name in wanted)


def year_end(year: int) -> int:
    """Last day of a year, counted."""
    return Quarter(year, 4).last_day.toordinal()


def points_at(park: Park, uniforms: Floats) -> Floats:
    """Points of a park from the common design, shape (runs, axes)."""
    found: Floats = np.clip(uniforms[:, park.columns], EDGE, 1.0 - EDGE)
    return found
