"""Sets of levers: options chosen together, whether they go together, and how far each moves its lever."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from copark.analyses.goal.future_events import PRESENCE
from copark.cases.case import Case
from copark.decisions.lever_file import LeverOption, scenario_of
from copark.model.arrays import Inputs
from copark.simulation.case_edits import edited
from copark.simulation.run import inputs_of
from copark.simulation.shared_past import DATED
from copark.simulation.study import Scenario


@dataclass(frozen=True)
class LeverSet:
    """Options of different levers, chosen together."""

    options: tuple[LeverOption, ...]
    """The options, in the order of the file; none for the case as it is."""
    scenario: Scenario
    """What they change, events of the future included."""
    effort: float
    """How far the levers are moved, summed: see :func:`efforts`."""

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of its options."""
        return tuple(option.key for option in self.options)


class LeverSets:
    """The options of a case's levers, and the sets that are made of them.

    Presence of partners is one vector of all of them: where events set it, options that do are left out.

    Parameters
    ----------
    options
        Options that may be chosen.
    events
        The case as it is, with what the future brings.
    case
        The case.
    first
        Quarter levers are pulled, counted from the start.
    """

    def __init__(self, options: Sequence[LeverOption], events: Scenario, case: Case, first: int) -> None:
        self.case = case
        self.none = LeverSet((), events, 0.0)
        sets_presence = PRESENCE in events.dated_inputs
        self.options = [
            option
            for option in options
            if not (sets_presence and (option.entry.edits.partners or PRESENCE in option.entry.dated_inputs))
        ]
        self._order = {option.key: place for place, option in enumerate(self.options)}
        self._effort = efforts(case, self.options, first)

    def with_more(self, lever_set: LeverSet, options: Iterable[LeverOption]) -> list[LeverSet]:
        """Make the sets of one option more, of a lever that is not pulled yet, that go together."""
        pulled = {option.lever.key for option in lever_set.options}
        larger = [self._added(lever_set, option) for option in options if option.lever.key not in pulled]
        return [joined for joined in larger if joined is not None]

    def _added(self, lever_set: LeverSet, option: LeverOption) -> LeverSet | None:
        """Add an option to a set; ``None`` if they do not go together."""
        edits = lever_set.scenario.edits.joined(option.entry.edits)
        dated_inputs = dict(lever_set.scenario.dated_inputs)
        for name, changes in option.entry.dated_inputs.items():
            if name in dated_inputs and name not in self.none.scenario.dated_inputs:
                return None
            dated_inputs[name] = (*changes, *dated_inputs.get(name, ()))  # events come last, and hold
        if edits is None or edited(self.case, edits)[1]:
            return None
        options = tuple(sorted((*lever_set.options, option), key=lambda chosen: self._order[chosen.key]))
        key = "-".join(chosen.key for chosen in options)[:64]
        scenario = lever_set.scenario.model_copy(update={"key": key, "edits": edits, "dated_inputs": dated_inputs})
        return LeverSet(options, scenario, sum(self._effort[chosen.key] for chosen in options))


def efforts(case: Case, options: Sequence[LeverOption], first: int) -> dict[str, float]:
    """Compute how far an option moves its lever: a share of the farthest that any on offer moves it, above 0 to 1.

    Of each input of the model the mean over the quarters from ``first`` on of the absolute change is taken, as a share
    of the largest among the options of the lever; the largest share over the inputs counts.

    Parameters
    ----------
    case
        The case.
    options
        Options on offer.
    first
        Quarter levers are pulled, counted from the start.

    Returns
    -------
    Efforts by key of the option.
    """
    before = inputs_of(case)
    moves = {option.key: _moves(before, inputs_of(case, scenario_of(option.entry)), first) for option in options}
    effort: dict[str, float] = {}
    for option in options:
        of_lever = [moves[other.key] for other in options if other.lever.key == option.lever.key]
        shares = [
            size / max(move.get(name, 0.0) for move in of_lever)
            for name, size in moves[option.key].items()
            if size > 0.0
        ]
        effort[option.key] = max(shares, default=1.0)
    return effort


def _moves(before: Inputs, after: Inputs, first: int) -> dict[str, float]:
    """Compute the mean absolute change of every dated input.

    Parameters
    ----------
    before, after
        Inputs of two scenarios.
    first
        Quarter from which changes count, counted from the start.
    """
    moves = {}
    for scale in DATED:
        reference = np.asarray(getattr(before, scale))
        changed = np.asarray(getattr(after, scale))
        for name in reference.dtype.names or ():
            change = np.abs(changed[name][first:] - reference[name][first:])
            moves[f"{scale}.{name}"] = float(change.reshape(len(change), -1).max(axis=1).mean())
    return moves
