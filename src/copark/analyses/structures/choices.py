"""Structural choices: what a modeller decides before any number is estimated, each with two sides.

Which combination is the model as it is is found by comparing inputs, so that the grid means the same when defaults of
the model change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from copark.arrays import Floats
from copark.calibration.observations import ObservationModel
from copark.cases.case import Case
from copark.cases.table_schemas import MORE_THAN
from copark.simulation.scenario_edits import Edits, RivalEdit
from copark.simulation.study import InputChange, Scenario
from copark.simulation.study_entries import Title
from copark.stats.precision import effective
from copark.texts import text

if TYPE_CHECKING:
    from copark.calibration.draw_sources import PosteriorSource

Borrower = Literal["company", "host"]
Reason = Literal["no_visits", "no_framework", "no_loan", "no_rival", "no_posterior", "no_more_than", "too_few"]
CHOICES = ("visits", "jumps", "rescue", "loan", "rivalry", "more_than")
"""Keys of the choices, in the order in which they are shown."""
VISITED = ("visits", "jumps")
"""Choices about visits, which act under a framework alone."""
WIDE = 1.5
"""The other reading of "more than N": as N to 1.5 N, which holds every ratio on record (decision 0047)."""
ENOUGH = 50.0
"""Draws that reweighted ones must be worth at least, for a reading to be crossed with the others (judgement)."""


@dataclass(frozen=True)
class Side:
    """One side of a choice: what it sets."""

    parameters: Mapping[str, float] = field(default_factory=dict)
    """Parameters that are fixed at a value, by name."""
    dated: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Dated inputs that have a value throughout, by name."""
    edits: Edits = field(default_factory=Edits)
    """Facts of the case that are changed."""
    borrower: Borrower | None = None
    """Who owes every credit line that is used; ``None`` to leave that alone."""
    reading: float | None = None
    """How far "more than N" reaches, as a multiple of N; ``None`` to leave that alone."""
    settles: frozenset[str] = frozenset()
    """Instruments of the framework that it leaves nothing to do, by name of :class:`Depth`."""


@dataclass(frozen=True)
class StructuralChoice:
    """A structural choice that a park has."""

    key: str
    """One of :data:`CHOICES`."""
    sides: tuple[Side, Side]
    """What its two sides set."""


@dataclass(frozen=True)
class UncrossedChoice:
    """A choice that is not crossed."""

    choice: str
    """One of :data:`CHOICES`."""
    reason: Reason
    """Why not."""
    effective: float | None = None
    """Draws that the reweighted ones are worth, where these are too few."""


@dataclass(frozen=True)
class Cell:
    """A combination of sides, one of each choice."""

    sides: tuple[int, ...]
    """0 or 1 by choice."""
    parameters: Mapping[str, float]
    """Parameters that it fixes."""
    dated: Mapping[str, tuple[float, ...]]
    """Dated inputs that it sets."""
    edits: Edits
    """Facts that it changes."""
    borrower: Borrower | None
    """Who owes the credit lines that are used."""
    reading: float | None
    """How far "more than N" reaches."""
    settles: frozenset[str]
    """Instruments of the framework that it leaves nothing to do, by name of :class:`Depth`."""

    def settled(self, edits: Edits) -> bool:
        """Return whether edits take an instrument away that the cell leaves nothing to do anyway."""
        return any(not getattr(edits.depth, name) for name in self.settles)

    def scenario(
        self, edits: Edits | None = None, dated: Mapping[str, tuple[InputChange, ...]] | None = None
    ) -> Scenario:
        """Make its scenario, with the changes of an option if one is given.

        Parameters
        ----------
        edits
            Facts that are changed, those of the cell among them; by default those of the cell.
        dated
            Dated inputs that the option changes.
        """
        own = {name: (InputChange(value=value),) for name, value in self.dated.items()}
        content = {
            "key": "cell",
            "title": Title.by_language(partial(text, "structures.title")),
            "parameters": dict(self.parameters),
            "edits": self.edits if edits is None else edits,
            "inputs": {**own, **(dated or {})},  # as files call it: a renamed field is not read by its own name
        }
        return Scenario.model_validate(content)

    def case(self, case: Case) -> Case:
        """Return the case whose credit lines are owed by whom the cell says, as far as they are used."""
        if self.borrower is None:
            return case
        lines = tuple(
            line.model_copy(update={"borrower": self.borrower}) if line.use else line for line in case.finance.credit
        )
        finance = case.finance.model_copy(update={"credit": lines})
        return case.model_copy(update={"finance": finance})


def choices_of(
    case: Case, weights: Floats | None, only: Sequence[str] = ()
) -> tuple[tuple[StructuralChoice, ...], tuple[UncrossedChoice, ...]]:
    """List the choices that a park has, and those that it lacks.

    Parameters
    ----------
    case
        The park.
    weights
        Weight of each run under the wide reading of "more than", as of :func:`wide_weights`; ``None`` where the draws
        are of no calibration of the park.
    only
        Keys of the choices that are wanted; all where there are none.
    """
    present: list[StructuralChoice] = []
    missing: list[UncrossedChoice] = []
    for key in CHOICES:
        if only and key not in only:
            continue
        lack = _lack(key, case, weights)
        if lack is None:
            present.append(StructuralChoice(key, _sides(key, case)))
        else:
            missing.append(lack)
    return tuple(present), tuple(missing)


def _lack(key: str, case: Case, weights: Floats | None) -> UncrossedChoice | None:
    if key in VISITED and case.visits and case.framework is None:
        return UncrossedChoice(key, "no_framework")
    facts: Mapping[str, tuple[Any, Reason]] = {
        **dict.fromkeys(VISITED, (case.visits, "no_visits")),
        "loan": ([line for line in case.finance.credit if line.use], "no_loan"),
        "rivalry": (case.rivals, "no_rival"),
    }
    if key in facts:
        fact, reason = facts[key]
        return None if fact else UncrossedChoice(key, reason)
    if key != "more_than":
        return None
    if weights is None:
        return UncrossedChoice(key, "no_posterior")
    if not np.ptp(weights) > 0.0:
        return UncrossedChoice(key, "no_more_than")
    worth = effective(weights)
    return UncrossedChoice(key, "too_few", worth) if worth < ENOUGH else None


def _sides(key: str, case: Case) -> tuple[Side, Side]:
    """Set both sides of a choice.

    Who may rescue is open in every case, to both together and to each alone, and alignment by visits is drawn: the
    first side of these two is the case as it is.
    """
    if key == "visits":
        return Side(), Side(parameters={"session_effect": 0.0})
    if key == "jumps":
        return Side(parameters={"visit_weight": 0.0}), Side(parameters={"visit_weight": 1.0})
    if key == "rescue":
        nobody = {"governments.rescue_by_treaty": (0.0,), "governments.rescue_alone": (0.0, 0.0)}
        return Side(), Side(dated=nobody, settles=frozenset({"rescue_by_treaty", "rescue_alone"}))
    if key == "loan":
        return Side(borrower="company"), Side(borrower="host")
    if key == "rivalry":
        none = tuple(RivalEdit(side=side, size=0.0, stake=0.0) for side in _rival_sides(case))
        return Side(), Side(edits=Edits(rivals=none))
    return Side(reading=MORE_THAN), Side(reading=WIDE)


def _rival_sides(case: Case) -> tuple[Literal["home", "host"], ...]:
    return tuple(dict.fromkeys(rival.side for rival in case.rivals))


def cells_of(choices: Sequence[StructuralChoice]) -> tuple[Cell, ...]:
    """Cross the choices: a cell for every combination of their sides, the last choice changing fastest."""
    return tuple(_cell(choices, sides) for sides in product((0, 1), repeat=len(choices)))


def _cell(choices: Sequence[StructuralChoice], sides: tuple[int, ...]) -> Cell:
    chosen = [choice.sides[side] for choice, side in zip(choices, sides, strict=True)]
    edits = next((side.edits for side in chosen if not side.edits.is_empty), Edits())
    return Cell(
        sides,
        parameters={name: value for side in chosen for name, value in side.parameters.items()},
        dated={name: value for side in chosen for name, value in side.dated.items()},
        edits=edits,
        borrower=next((side.borrower for side in chosen if side.borrower is not None), None),
        reading=next((side.reading for side in chosen if side.reading is not None), None),
        settles=frozenset().union(*(side.settles for side in chosen)),
    )


def wide_weights(source: PosteriorSource, runs: int) -> Floats:
    """Weigh runs by how much likelier the record is, given their draw, under the wide reading of "more than".

    w = L(record | draw, N to 1.5 N) / L(record | draw, N to 1.1 N), over the values that are worded so. Reweighting can
    only choose among draws that the narrow reading kept, and moves less than another calibration would.

    Parameters
    ----------
    source
        The posterior.
    runs
        How many runs there are, each with the next draw.

    Returns
    -------
    Weights of mean 1, shape (runs,); all 1 where no value is worded so.
    """
    replay = source.replay
    worded = [place for place, target in enumerate(replay.model.targets) if target.bound == "more-than"]
    pairs = source.order[np.arange(runs) % replay.pairs]
    if not worded:
        return np.ones(runs)
    narrow = tuple(replay.model.targets[place] for place in worded)
    wide = tuple(replace(target, high=WIDE * target.value) for target in narrow)
    reported = replay.counterparts[pairs][:, worded]
    discrepancy = replay.model.discrepancy
    ratio = ObservationModel(wide, discrepancy).log_likelihood(reported) - ObservationModel(
        narrow, discrepancy
    ).log_likelihood(reported)
    weights = np.exp(ratio - ratio.max())
    return np.asarray(weights / weights.mean())
