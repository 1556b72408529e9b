"""Sets of levers: settings pulled together, whether they go together, and how far each moves its lever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.inference.goal.future_events import compatible
from copark.inference.levers.entries import LeverFile, Setting, Since
from copark.model.arrays import Inputs
from copark.simulation.case_edits import edited
from copark.simulation.run import DATED, facts_of, inputs_of
from copark.simulation.study import Scenario, baseline


@dataclass(frozen=True)
class LeverSet:
    """Settings of different levers, pulled together."""

    keys: tuple[str, ...]
    levers: tuple[str, ...]
    """keys, levers: keys of the settings in the order of the file, and of their levers; none for the case as it is."""
    scenario: Scenario
    """What they change, events of the future included."""
    effort: float
    """How far the levers are moved, summed: see :func:`efforts`."""


class Packed(NamedTuple):
    """A set ready to run: its inputs, and facts of the case that are parameters and are others once it is edited."""

    inputs: Inputs
    facts: Mapping[str, np.ndarray]


def packed(case: Case, scenario: Scenario) -> Packed:
    """Make a set ready to run."""
    return Packed(inputs_of(case, scenario), facts_of(baseline(case.name), case, scenario))


class Settings:
    """The settings of a case's levers, from which sets are made.

    Parameters
    ----------
    file, since, only
        Levers, the variant, and keys of those that may be pulled.
    events
        The case as it is, with what the future brings.
    case, first
        The case, and the quarter levers are pulled, counted from the start.
    """

    def __init__(
        self, file: LeverFile, since: Since, only: Sequence[str], events: Scenario, case: Case, first: int
    ) -> None:
        self.case = case
        self.none = LeverSet((), (), events, 0.0)
        found = [(lever.key, one) for lever, one in file.settings(since, only) if compatible(events, one)]
        self.order = [setting.key for _, setting in found]
        self._lever = {setting.key: lever for lever, setting in found}
        self._scenario = {setting.key: setting for _, setting in found}
        self._effort = efforts(case, found, first)

    def with_more(self, one: LeverSet, keys: Iterable[str]) -> list[LeverSet]:
        """The set and one more setting of a lever it does not pull; those that do not go together are left out."""
        made = (self._added(one, key) for key in keys if self._lever[key] not in one.levers)
        return [found for found in made if found is not None]

    def _added(self, one: LeverSet, key: str) -> LeverSet | None:
        setting = self._scenario[key]
        edits = one.scenario.edits.joined(setting.edits)
        levers = dict(one.scenario.levers)
        for name, changes in setting.levers.items():
            if name in levers and name not in self.none.scenario.levers:
                return None
            levers[name] = (*changes, *levers.get(name, ()))  # events come last, and hold
        if edits is None or edited(self.case, edits)[1]:
            return None
        keys = tuple(sorted((*one.keys, key), key=self.order.index))
        scenario = one.scenario.model_copy(update={"key": "-".join(keys)[:64], "edits": edits, "levers": levers})
        effort = sum(self._effort[name] for name in keys)
        return LeverSet(keys, tuple(self._lever[name] for name in keys), scenario, effort)


def efforts(case: Case, settings: Sequence[tuple[str, Setting]], first: int) -> dict[str, float]:
    """How far a setting moves its lever: a share of the farthest that any setting on offer moves it, above 0 to 1.

    Of each input of the model the mean over the quarters from ``first`` on of the absolute change is taken, as a share
    of the largest among the settings of the lever; the largest share over the inputs counts.
    """
    before = inputs_of(case)
    moves = {setting.key: _moves(before, inputs_of(case, _alone(setting)), first) for _, setting in settings}
    found: dict[str, float] = {}
    for lever, setting in settings:
        mine = [moves[one.key] for name, one in settings if name == lever]
        largest = {name: max(move.get(name, 0.0) for move in mine) for name in moves[setting.key]}
        shares = [size / largest[name] for name, size in moves[setting.key].items() if size > 0.0]
        found[setting.key] = max(shares, default=1.0)
    return found


def _alone(setting: Setting) -> Scenario:
    return Scenario(key=setting.key, title=setting.title, levers=setting.levers, edits=setting.edits)


def _moves(before: Inputs, after: Inputs, first: int) -> dict[str, float]:
    """Mean absolute change of every dated input."""
    found = {}
    for room in DATED:
        one, other = np.asarray(getattr(before, room)), np.asarray(getattr(after, room))
        for name in one.dtype.names or ():
            change: Floats = np.abs(other[name][first:] - one[name][first:])
            found[f"{room}.{name}"] = float(change.reshape(len(change), -1).max(axis=1).mean())
    return found
