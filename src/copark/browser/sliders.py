"""Sliders of a page with a server: which cells of the inputs take the value that a lever is dragged to.

A slider has more positions than anybody could pack. It needs none of them: from the quarter of its change on, the cells
of a column *are* the value. What is packed is which cells these are, found by packing the scenario once with a value of
every lever and looking where it stands. A lever that moves anything else has no slider here. Shares are split among
holders and rounded to basis points; the parts that follow are packed for every position of their sliders.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.browser.patches import SUBMODELS, Words, cells_of, have_same_shapes, words_of
from copark.cases.case import Case
from copark.cases.dates import first_month
from copark.cases.model_inputs import SIDE_NAMES, businesses_of
from copark.cases.quarters import Quarter
from copark.cases.tables import WHOLE
from copark.errors import CoparkError
from copark.model.arrays import Draws, Inputs
from copark.model.variables import ORIGINS, catalogue
from copark.simulation.case_edits import tables_of_side
from copark.simulation.run import case_of, inputs_of
from copark.simulation.scenario_edits import RivalEdit, Shares, ValueStep
from copark.simulation.study import LinkChange, Scenario

STEPS: Mapping[str, tuple[str, str, float]] = {
    "quota": ("company", "quota", 7321.0),
    "capability": ("company", "capability", 0.54321),
    "threshold": ("governments", "threshold", 3.14159),
    "profit_tax": ("governments", "profit_tax", 0.12345),
    "plan": ("governments", "plan_area", 1234.5),
}
"""Values by date among the facts: their columns, and a value that none has by itself."""
RIVALS = ((1.2345, 0.6789), (2.3456, 0.5432))
"""Size and stake of a rival of each side, likewise."""
POSITION = 50
"""Basis points between two positions of the slider of a share."""


@dataclass(frozen=True)
class Slot:
    """Cells that take a value as it stands."""

    name: str
    """Name of the value: ``value``, ``size``, ``stake``, ``strength``, or the side of a share."""
    cells: Words
    """The cells, ascending."""


@dataclass(frozen=True)
class PartsTable:
    """Values that follow from a share, row by row of its positions."""

    side: str
    """Whose share."""
    points: Words
    """The share, basis points, ascending."""
    cells: tuple[Words, ...]
    """Of each column the cells."""
    values: Floats
    """Values of the cells of each column at each share, shape (positions, columns)."""


@dataclass(frozen=True)
class SliderCells:
    """A lever that can be dragged in a browser."""

    key: str
    """Place of the lever in a scenario: ``edits.profit_tax``, ``links.network_to_arrivals``."""
    since: Quarter | None
    """From when its change holds; ``None`` for the start."""
    first: int
    """The same in quarters from the start."""
    side: str | None
    """Whose rival park; ``None`` of other levers."""
    slots: tuple[Slot, ...]
    """Cells that take its values."""
    tables: tuple[PartsTable, ...] = ()
    """Values that follow from those."""


def parameter_places(draws: Draws, scenario: Scenario) -> dict[str, tuple[str, int]]:
    """Return scale and place in its record of every single parameter that a scenario sets as it stands.

    Parameters
    ----------
    draws
        Draws of runs.
    scenario
        The scenario; what it multiplies has no place here.
    """
    places: dict[str, tuple[str, int]] = {}
    for name, variable in catalogue().parameters.items():
        kind, offset, *_ = getattr(draws, variable.submodel).dtype.fields[name]
        if kind == np.float64 and variable.submodel in SUBMODELS and name not in scenario.times:
            places[name] = (variable.submodel, offset // 8)
    return places


def slider_cells(case: Case, scenario: Scenario, before: Inputs, now: Quarter) -> list[SliderCells]:
    """Find the cells of every lever that can be dragged, beside what a scenario has changed.

    Parameters
    ----------
    case
        The case, as it is seen.
    scenario
        The scenario at hand.
    before
        Its packed inputs.
    now
        Quarter from which levers are pulled that are not pulled from the start.
    """
    return [slider for since in (None, now) for slider in _SliderProbe(case, scenario, before, since).sliders()]


class _SliderProbe:
    """A scenario with a value of its own in every lever, packed, and what stands where."""

    def __init__(self, case: Case, scenario: Scenario, before: Inputs, since: Quarter | None) -> None:
        self.case = case
        self.scenario = scenario
        self.since = since
        self.first = 0 if since is None else max(since - case.clock.start, 0)
        self.before = before
        self.dated: dict[str, Any] = {} if since is None else {"from": first_month(since)}
        self.shares = self._shares()
        self.links = {
            name: LinkChange.model_validate({"strength": 0.5 + link.number / 1024, "from": self.first})
            for name, link in catalogue().links.items()
            if scenario.links.get(name, LinkChange()).model_copy(update={"strength": 1.0, "since": 0}) == LinkChange()
        }

    def sliders(self) -> Iterator[SliderCells]:
        """Yield the levers whose cells take their values and nothing else."""
        try:
            after = inputs_of(self.case, self._probe())
        except CoparkError:
            return  # the scenario allows no such change
        if not have_same_shapes(self.before, after):
            return
        self.old = words_of(self.before)
        self.new = words_of(after)
        levers = [*self._steps(), *self._rivals(), *self._linked(), *self._held()]
        known: set[int] = set()
        for _, columns in levers:
            known.update(columns.tolist())
        if set(np.flatnonzero(self.old != self.new).tolist()) <= known:
            yield from (slider for slider, _ in levers if slider is not None)

    def _probe(self) -> Scenario:
        steps = {name: (ValueStep(value=value, **self.dated),) for name, (_, _, value) in STEPS.items()}
        rivals = tuple(
            RivalEdit.model_validate({"side": side, "size": size, "stake": stake, **self.dated})
            for side, (size, stake) in zip(SIDE_NAMES, RIVALS, strict=True)
        )
        changes = {**steps, "rivals": rivals, "equity": (self.shares,)}
        edits = self.scenario.edits.model_copy(update=changes)
        return self.scenario.model_copy(update={"edits": edits, "links": {**self.scenario.links, **self.links}})

    def _shares(self) -> Shares:
        """Return shares at a position of the sliders: what others hold stays as it is."""
        edited = self.scenario.edits.equity
        table = self.case.cap_table(self.case.clock.start + self.first)
        if edited:
            third = edited[0].third
        else:
            third = 0 if table is None else table.basis_points_of("third")
        home = POSITION * int(0.437 * (WHOLE - third) / POSITION)
        return Shares(home=home, host=WHOLE - third - home, third=third, **self.dated)

    def _column(self, part: str, field: str | None, place: int) -> Words:
        return np.ascontiguousarray(cells_of(self.before, part, field)[:, place])

    def _slot(self, name: str, column: Words, value: float) -> Slot | None:
        """Return the cells of a column that have become a value; ``None`` where any has become another, or none has."""
        bits = np.array([value]).view(np.int64)[0]
        changed = column[self.old[column] != self.new[column]]
        cells = column[self.first :][self.new[column[self.first :]] == bits]
        return Slot(name, cells) if cells.size and set(changed.tolist()) <= set(cells.tolist()) else None

    def _slider(
        self,
        key: str,
        wanted: Sequence[tuple[str, Words, float]],
        side: str | None = None,
        tables: tuple[PartsTable, ...] = (),
    ) -> tuple[SliderCells | None, Words]:
        columns = np.concatenate([column for _, column, _ in wanted])
        slots = tuple(slot for slot in (self._slot(*values) for values in wanted) if slot is not None)
        if len(slots) < len(wanted):
            return None, columns
        return SliderCells(key, self.since, self.first, side, slots, tables), columns

    def _steps(self) -> Iterator[tuple[SliderCells | None, Words]]:
        for name, (part, field, value) in STEPS.items():
            yield self._slider(f"edits.{name}", [("value", self._column(part, field, 0), value)])

    def _rivals(self) -> Iterator[tuple[SliderCells | None, Words]]:
        for place, (side, (size, stake)) in enumerate(zip(SIDE_NAMES, RIVALS, strict=True)):
            sized = ("size", self._column("company", "rival_size", place), size)
            held = ("stake", self._column("company", "rival_share", place), stake)
            yield self._slider("edits.rivals", [sized, held], side)

    def _linked(self) -> Iterator[tuple[SliderCells | None, Words]]:
        for name, change in self.links.items():
            column = self._column("link_strength", None, catalogue().links[name].number)
            yield self._slider(f"links.{name}", [("strength", column, change.strength)])

    def _held(self) -> Iterator[tuple[SliderCells | None, Words]]:
        wanted = [
            (side, self._column("company", "share", place), float(getattr(self.shares, side)))
            for place, side in enumerate(ORIGINS)
        ]
        tables = [self._table(side) for side in SIDE_NAMES]
        whole = tuple(table for table in tables if table is not None)
        slider, columns = self._slider("edits.equity", wanted, None, whole)
        business = [cells_of(self.before, "company", f"business_{side}").ravel() for side in SIDE_NAMES]
        yield slider if len(whole) == len(tables) else None, np.concatenate([columns, *business])

    def _table(self, side: str) -> PartsTable | None:
        """Return what the parts of a side's holders are at each position; ``None`` where packing has them otherwise."""
        rest = WHOLE - self.shares.third
        steps = range(0, WHOLE + 1, POSITION)
        points = sorted({*steps, *(rest - step for step in steps if step <= rest)})
        since = self.case.clock.start + self.first
        tables = tables_of_side(self.case, self.scenario.edits, since, side, points)
        case = case_of(self.case, self.scenario)
        values = np.array([businesses_of(case, table, side) for table in tables])
        all_cells = cells_of(self.before, "company", f"business_{side}")
        earlier = all_cells[: self.first]
        cells = all_cells[self.first :]
        here = points.index(getattr(self.shares, side))
        if (self.new[cells] != values[here].view(np.int64)).any() or (self.new[earlier] != self.old[earlier]).any():
            return None
        columns = tuple(np.ascontiguousarray(cells[:, place]) for place in range(cells.shape[1]))
        return PartsTable(side, np.array(points, np.int64), columns, values)
