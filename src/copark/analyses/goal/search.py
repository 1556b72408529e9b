"""The cheapest sets of levers that reach a target: beam search over sets of one to three, by successive halving.

A target says what a park shall reach, and in how large a share of runs. All sets are run on common random numbers, few
runs first; the better half of the sets is run on, twice as often. Those left over are told of runs that the search has
not seen, since the best of many estimates flatters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, inf, nan, sqrt
from typing import Literal

import numpy as np

from copark.analyses.goal.lever_sets import LeverSet, LeverSets
from copark.analyses.goal.measures import COST, GoalMeasures, GoalTarget
from copark.arrays import Floats
from copark.decisions.effects import LeverEffect, lever_effects
from copark.decisions.experiment import runs_that_count
from copark.decisions.measures import ALIVE, FOUR_SIDES
from copark.simulation.experiment import Experiment
from copark.simulation.study import Scenario
from copark.stats.effects import Effects, place_of
from copark.stats.rounding import NO_DIFFERENCE
from copark.stats.shares import Share, shares_of, z_of

FIRST = 64
"""Runs of a set when it is first tried."""
LAST = 512
"""Runs of a set in the search, at most; those from here on are fresh."""
BEAM = 6
"""Sets that are left of each size: they are enlarged by one lever more, and told of fresh runs in the end."""
WIDTH = 24
"""Options, the best alone, that sets are enlarged by."""
MOST_SETS = 5
"""Sets told of fresh runs, beside the best of each size."""


def halving(sets: int, keep: int) -> int:
    """Count the runs of so many sets by successive halving; see :meth:`LeverSearch.halve`."""
    left = sets
    last = FIRST
    runs = sets * FIRST
    while left > keep:
        left = max(keep, ceil(left / 2))
        more = min(2 * last, LAST)
        runs += left * (more - last)
        last = more
    return runs + left * (LAST - last)


def most_runs(options: int, most: int, fresh: int) -> int:
    """Count the runs that are made at most.

    Parameters
    ----------
    options
        Options on offer.
    most
        Levers in a set, at most.
    fresh
        Fresh runs of each set that is left.
    """
    more = min(BEAM, options) * min(WIDTH, options)
    halved = halving(1, BEAM) + halving(options, 2 * BEAM) + (most - 1) * halving(more, BEAM)
    # The case without events, where there are any, is run from the first run on.
    return halved + LAST + fresh * (MOST_SETS + most + 2)


@dataclass
class LeverSearch:
    """A search for sets of levers."""

    experiment: Experiment
    """On :class:`~copark.analyses.goal.measures.GoalMeasures`, a draw for each run."""
    measures: GoalMeasures
    """Its measures."""
    sets: LeverSets
    """What sets are made of."""
    tried: dict[tuple[str, ...], LeverSet] = field(default_factory=dict, init=False)
    """Sets that were tried, by their keys."""

    @property
    def runs(self) -> int:
        """Count the runs of all sets that were tried."""
        return sum(self.experiment.count_runs(lever_set.scenario) for lever_set in self.tried.values())

    def counted(self, lever_set: LeverSet) -> Floats:
        """Return the measures of a set's runs that count: they finished, and the company lived when levers are pulled.

        Returns
        -------
        Of the runs of the search that were made, shape (runs, measures).
        """
        runs_made = min(self.experiment.count_runs(lever_set.scenario), LAST)
        runs = self.experiment.measured(lever_set.scenario, runs_made)
        alive = runs.values[:, place_of(ALIVE, self.measures.names), 0] == 1.0
        values: Floats = runs.values[runs.finished & alive, :, 0]
        return values

    def shares(self, lever_set: LeverSet) -> list[float]:
        """Compute the shares of runs that meet each target; NaN where none counts."""
        met = self.counted(lever_set)[:, : len(self.measures.targets)]
        return met.mean(axis=0).tolist() if len(met) else [nan] * met.shape[1]

    def order(self, lever_set: LeverSet) -> tuple[float, float, float]:
        """Order sets: what falls short least; of sets that reach every target the cheapest, then the least moved.

        Feasibility first, as of Deb (2000, doi:10.1016/S0045-7825(99)00389-8).
        """
        shares = self.shares(lever_set)
        gaps = [target.gap(share) for target, share in zip(self.measures.targets, shares, strict=True)]
        short = max(0.0, *gaps) if np.isfinite(gaps).all() else inf
        costs = self.counted(lever_set)[:, place_of(COST, self.measures.names)]
        cost = round(float(costs.mean()), 6) if costs.size else inf
        return round(short, 9), cost, lever_set.effort

    def extend(self, sets: Sequence[LeverSet], runs: int) -> None:
        """Run sets on common random numbers, up to so many runs each."""
        self.experiment.extend([lever_set.scenario for lever_set in sets], runs)

    def halve(self, sets: Sequence[LeverSet], keep: int = BEAM) -> list[LeverSet]:
        """Run sets, the better half on and on; give all of them, the best first."""
        self.tried |= {lever_set.keys: lever_set for lever_set in sets}
        left = list(sets)
        runs = FIRST
        self.extend(left, runs)
        while len(left) > keep:
            left = sorted(left, key=self.order)[: max(keep, ceil(len(left) / 2))]
            runs = min(2 * runs, LAST)
            self.extend(left, runs)
        self.extend(left, LAST)
        best = {lever_set.keys for lever_set in left}
        others = [lever_set for lever_set in sets if lever_set.keys not in best]
        return [*sorted(left, key=self.order), *sorted(others, key=self.order)]

    def run(self, most: int) -> list[LeverSet]:
        """Search sets of one lever up to so many; give what is left of each size.

        A set of more levers is one of fewer that was left over, and one lever more: two levers that do nothing alone
        and much together may be missed.
        """
        singles = self.halve(self.sets.with_more(self.sets.none, self.sets.options), keep=2 * BEAM)
        width = [option for lever_set in singles[:WIDTH] for option in lever_set.options]
        beam = singles[:BEAM]
        left = list(beam)
        for _ in range(1, most):
            larger = {joined.keys: joined for smaller in beam for joined in self.sets.with_more(smaller, width)}
            beam = self.halve(list(larger.values()))[:BEAM]
            left += beam
        return left

    def finalists(self, sets: Sequence[LeverSet], most: int) -> list[LeverSet]:
        """Choose the sets that are told of fresh runs: the best of all, and the best of each size."""
        ordered = sorted(sets, key=self.order)
        best_of_size = {len(lever_set.options): lever_set for lever_set in reversed(ordered)}
        chosen = {lever_set.keys: lever_set for lever_set in (*best_of_size.values(), *ordered[:most])}
        return sorted(chosen.values(), key=self.order)


Reach = Literal["reached", "borderline", "missed"]


@dataclass(frozen=True)
class ConfirmedSet:
    """A set on fresh random numbers."""

    keys: tuple[str, ...]
    """Options that are chosen; none for the case as it is."""
    effort: float
    """Sum over its levers of how far each is moved, as a share of the farthest on offer."""
    shares: tuple[Share, ...]
    """Share of runs that meet each target, with its Monte Carlo error."""
    cost: float
    """Net public cost less that of the case as it is: mean over pairs, M USD."""
    cost_low: float
    """Lower end of its Monte Carlo interval (95 %)."""
    cost_high: float
    """Upper end of its Monte Carlo interval (95 %)."""
    effects: tuple[LeverEffect, ...]
    """What each side gains; none for the case as it is."""
    searched: tuple[float, ...]
    """Share of runs in the search that met each target: it flatters the best."""

    @property
    def costs(self) -> bool:
        """Return whether the model knows a cost: any pair of runs differs in it."""
        return self.cost != 0.0 or self.cost_low != self.cost_high

    def equals(self, other: ConfirmedSet) -> bool:
        """Return whether another set has the same numbers: what it changes is the same in every run."""
        return self._numbers() == other._numbers()

    def _numbers(self) -> tuple[object, ...]:
        effects = [
            (
                effect.low,
                effect.lower_quartile,
                effect.median,
                effect.upper_quartile,
                effect.high,
                effect.above,
                effect.equal,
            )
            for effect in self.effects
        ]
        return (self.shares, self.cost, effects)

    def short(self, targets: Sequence[GoalTarget]) -> float:
        """Compute how far the target that is missed most is missed; 0 where all are reached."""
        return max(0.0, *(target.gap(share.share) for target, share in zip(targets, self.shares, strict=True)))

    def reach(self, targets: Sequence[GoalTarget]) -> Reach:
        """Return whether all targets are reached; borderline where a Monte Carlo interval holds what is asked for."""
        if not all(np.isfinite(share.share) for share in self.shares):
            return "missed"
        pairs = zip(targets, self.shares, strict=True)
        ends = [sorted((target.gap(share.low), target.gap(share.high))) for target, share in pairs]
        if max(worst for _, worst in ends) <= NO_DIFFERENCE:
            return "reached"
        return "missed" if max(best for best, _ in ends) > NO_DIFFERENCE else "borderline"


def confirm(search: LeverSearch, sets: Sequence[LeverSet], runs: int) -> list[ConfirmedSet]:
    """Report sets of runs that follow those of the search, so many of each.

    Parameters
    ----------
    search
        A search that is over.
    sets
        Those that are told; the case as it is may be among them.
    runs
        Runs of each.
    """
    scenarios = [lever_set.scenario.model_copy(update={"key": f"set-{place}"}) for place, lever_set in enumerate(sets)]
    every = search.experiment.effects(scenarios, against=search.sets.none.scenario, draws=LAST + runs)
    fresh = every.of_runs(every.draw_of_run >= LAST)
    return [_confirmed(search, fresh, scenario, lever_set) for scenario, lever_set in zip(scenarios, sets, strict=True)]


def _confirmed(search: LeverSearch, fresh: Effects, scenario: Scenario, lever_set: LeverSet) -> ConfirmedSet:
    """Report a set of fresh runs.

    Parameters
    ----------
    search
        The search.
    fresh
        Effects of all sets that are told.
    scenario
        Scenario of the set among them.
    lever_set
        The set.
    """
    alive = fresh.of_runs(fresh.reference_values[:, place_of(ALIVE, fresh.measures), 0] == 1.0)
    shares = []
    for target, measure in zip(search.measures.targets, search.measures.met, strict=True):
        met = alive.after(scenario.key, measure)[:, 0] == 1.0
        numbers = [int(met.sum()), int((~met).sum())]
        shares.append(shares_of(numbers, (target.name, f"not_{target.name}"))[0])
    change = alive.differences(scenario.key, COST)[:, 0]
    mean = float(change.mean()) if change.size else nan
    half = z_of() * float(change.std(ddof=1)) / sqrt(change.size) if change.size > 1 else nan
    effects: tuple[LeverEffect, ...] = ()
    if lever_set.options:
        counted = fresh.of_runs(runs_that_count(fresh)).select(scenarios=[scenario.key], measures=FOUR_SIDES)
        effects = tuple(lever_effects(counted, [counted]))
    was_searched = search.tried.get(lever_set.keys) is lever_set
    return ConfirmedSet(
        keys=lever_set.keys,
        effort=lever_set.effort,
        shares=tuple(shares),
        cost=mean,
        cost_low=mean - half,
        cost_high=mean + half,
        effects=effects,
        searched=tuple(search.shares(lever_set)) if was_searched else (),
    )


def ladder(confirmed: Sequence[ConfirmedSet], targets: Sequence[GoalTarget]) -> tuple[ConfirmedSet, ...]:
    """Order sets by what they cost; those that reach no target last, by how far they are from it.

    A set that adds a lever to another and is not surely cheaper is left out, where it brings the targets no nearer; of
    sets with the same numbers the least moved stands for all.
    """

    def order(lever_set: ConfirmedSet) -> tuple[float, float, float]:
        missed = lever_set.reach(targets) == "missed"
        return (round(lever_set.short(targets), 9) if missed else 0.0, round(lever_set.cost, 6), lever_set.effort)

    def adds_nothing(more: ConfirmedSet, less: ConfirmedSet) -> bool:
        both_reach = more.reach(targets) == less.reach(targets) == "reached"
        no_nearer = both_reach or more.short(targets) >= less.short(targets) - NO_DIFFERENCE
        return set(less.keys) < set(more.keys) and no_nearer and not more.cost_high < less.cost_low

    needed = [more for more in confirmed if not any(adds_nothing(more, less) for less in confirmed)]
    ordered = sorted(needed, key=order)
    return tuple(
        lever_set
        for place, lever_set in enumerate(ordered)
        if not any(lever_set.equals(earlier) for earlier in ordered[:place])
    )
