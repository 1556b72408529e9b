"""What becomes of the sets a search has left, on random numbers it has not seen: targets, cost, each side's gain."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.inference.goal.lever_sets import LeverSet
from copark.inference.goal.search import LAST, GoalTarget, LeverSearch
from copark.inference.levers.findings import Gain, gain
from copark.inference.levers.measures import SIDES, alive_before, measure_of, measured
from copark.inference.levers.runner import Measured, groups_of
from copark.simulation.run import prepare
from copark.simulation.study import Scenario
from copark.stats.shares import Share, shares_of, z_of

CHUNK = 250
Reach = Literal["reached", "borderline", "missed"]


@dataclass(frozen=True)
class Confirmed:
    """A set on fresh random numbers."""

    keys: tuple[str, ...]
    """Settings pulled; none for the case as it is."""
    effort: float
    """Sum over its levers of how far each is moved, as a share of the farthest on offer."""
    shares: tuple[Share, ...]
    """Share of runs that meet each target, with its Monte Carlo error."""
    cost: float
    cost_low: float
    cost_high: float
    """cost, cost_low, cost_high: net public cost less that of the case as it is: mean over pairs and its Monte Carlo
    interval (95 %), M USD."""
    gains: tuple[Gain, ...]
    """What each side gains; none for the case as it is."""
    searched: tuple[float, ...]
    """Share of runs in the search that met each target: it flatters the best."""

    @property
    def costs(self) -> bool:
        """Whether the model knows a cost: any pair of runs differs in it."""
        return self.cost != 0.0 or self.cost_low != self.cost_high

    def short(self, targets: Sequence[GoalTarget]) -> float:
        """How far the target that is missed most is missed; 0 where all are reached."""
        return max(0.0, *(target.gap(one.share) for target, one in zip(targets, self.shares, strict=True)))

    def reach(self, targets: Sequence[GoalTarget]) -> Reach:
        """Whether all targets are reached; borderline where a Monte Carlo interval holds what is asked for."""
        if not all(np.isfinite(one.share) for one in self.shares):
            return "missed"
        ends = [
            sorted((target.gap(one.low), target.gap(one.high)))
            for target, one in zip(targets, self.shares, strict=True)
        ]
        if max(worst for _, worst in ends) <= 0.0:
            return "reached"
        return "missed" if max(best for best, _ in ends) > 0.0 else "borderline"


class Fresh(NamedTuple):
    """Sets on fresh random numbers: the case as it is, without the events where there are any, and the sets."""

    before: Confirmed
    without_events: Confirmed | None
    sets: tuple[Confirmed, ...]
    provenance: dict[str, Any]


def confirm(search: LeverSearch, sets: Sequence[LeverSet], runs: int, plain: Scenario | None) -> Fresh:
    """Run sets on random numbers that follow those of the search.

    Parameters
    ----------
    runs
        Runs of each.
    plain
        The case without the events of the future, where there are any.
    """
    none = search.settings.none
    extra = () if plain is None else (LeverSet((), (), plain, 0.0),)
    every = (none, *extra, *sets)
    named = tuple(one.scenario.model_copy(update={"key": f"set-{at}"}) for at, one in enumerate(every))
    study = search.study.model_copy(update={"scenarios": named, "keep": search.names, "runs": LAST + runs})
    prepared = prepare(study, search.case, search.source)
    met, costs, tables, alive, counts = [], [], [], [], []
    provenance: dict[str, Any] = {}
    for first in range(LAST, LAST + runs, CHUNK):
        made = prepared.ensemble(search.threads, search.count).arrays(first, min(first + CHUNK, LAST + runs))
        read = [search.read(one) for one in made.scenarios]
        met.append(np.stack([one[0] for one in read]))
        costs.append(np.stack([one[1] for one in read]))
        counts.append(np.stack([one[2] for one in read]))
        chunk = prepared.labelled(made)
        tables.append(measured(chunk, search.first, search.rate))
        alive.append(alive_before(chunk, search.first))
        provenance = provenance or json.loads(str(chunk.attrs["provenance"]))
    draws = np.arange(LAST, LAST + runs, dtype=np.int64)
    found = Measured(
        values=np.concatenate(tables, axis=1)[None], alive=np.concatenate(alive)[None], structures=("as-modelled",),
        options=tuple(one.key for one in named), draws=draws, groups=groups_of(search.source, draws), parameters={},
        identity="", provenance={},
    )  # fmt: skip
    readings = zip(
        every, np.concatenate(met, axis=2), np.concatenate(costs, axis=1), np.concatenate(counts, axis=1), strict=True
    )
    base = np.concatenate(costs, axis=1)[0]
    told = [_confirmed(search, found, at, one, (met_of, cost - base, kept))
            for at, (one, met_of, cost, kept) in enumerate(readings)]  # fmt: skip
    return Fresh(told[0], told[1] if extra else None, tuple(told[1 + len(extra) :]), provenance)


def _confirmed(
    search: LeverSearch,
    found: Measured,
    at: int,
    one: LeverSet,
    read: tuple[NDArray[np.bool_], Floats, NDArray[np.bool_]],
) -> Confirmed:
    met, change, counts = read
    kept = met[:, counts]
    shares = tuple(
        shares_of([int(row.sum()), int((~row).sum())], (target.name, f"not_{target.name}"))[0]
        for target, row in zip(search.targets, kept, strict=True)
    )
    mean = float(change[counts].mean()) if counts.any() else float("nan")
    half = z_of() * float(change[counts].std(ddof=1)) / sqrt(counts.sum()) if counts.sum() > 1 else float("nan")
    gains = tuple(gain(found, at, measure_of(side)) for side in SIDES) if one.keys else ()
    tried = search.tried.get(one.keys)
    searched = tuple(tried.shares().tolist()) if tried is not None else ()
    return Confirmed(one.keys, one.effort, shares, mean, mean - half, mean + half, gains, searched)


def ladder(found: Sequence[Confirmed], targets: Sequence[GoalTarget]) -> tuple[Confirmed, ...]:
    """Sets by what they cost; those that reach no target last, by how far they are from it.

    A set that adds a lever to another and is not surely cheaper is left out, where that one reaches the targets too.
    """

    def order(one: Confirmed) -> tuple[float, float, float]:
        missed = one.reach(targets) == "missed"
        return (one.short(targets) if missed else 0.0, one.cost, one.effort)

    reaching = [one for one in found if one.reach(targets) == "reached"]
    needless = [
        one for one in reaching
        if any(set(other.keys) < set(one.keys) and not one.cost_high < other.cost_low for other in reaching)
    ]  # fmt: skip
    return tuple(sorted((one for one in found if one not in needless), key=order))
