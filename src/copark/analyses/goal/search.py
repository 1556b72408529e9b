"""The cheapest sets of levers that reach a target: beam search over sets of one to three, by successive halving.

A target says what a park shall reach, and in how large a share of runs. All sets are run on common random numbers, few
runs first; the better half of the sets is run on, twice as often. Those left over are run anew on random numbers that
the search has not seen, since the best of many estimates flatters: only what comes of these is told.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, inf, nan, sqrt
from typing import Any, Literal, NamedTuple

import numpy as np

from copark.analyses.goal.lever_sets import LeverSet, LeverSettings, quarter_at
from copark.analyses.levers.findings import Gain, gain
from copark.analyses.levers.measures import KEPT, SIDES, alive_before, discounting, measure_of, measured
from copark.analyses.levers.runner import MeasuredRuns, groups_of
from copark.arrays import Booleans, Floats
from copark.cases.case import Case
from copark.cases.types import suggestion
from copark.errors import NotFound, RunRefused, printable
from copark.model.arrays import Inputs
from copark.model.outputs import NAMES
from copark.simulation.ensemble import Ensemble, ScenarioRuns
from copark.simulation.outcomes import NEEDED, OUTCOMES
from copark.simulation.run import facts_of, inputs_of, prepare
from copark.simulation.sample import DrawSource, StudyDraws
from copark.simulation.study import Scenario, Study, baseline
from copark.stats.precision import difference
from copark.stats.rounding import NO_DIFFERENCE, reaches
from copark.stats.shares import Share, shares_of, z_of

_SIGN = r"\s*(?P<{0}>>=|≥|<=|≤)\s*"
_NUMBER = r"[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"
_EVENT = re.compile(
    rf"(?P<name>[A-Za-z_-]+)(?:{_SIGN.format('sign')}(?P<value>{_NUMBER}))?(?:\s*@\s*(?P<quarter>\S+))?", re.ASCII
)
_CHANCE = re.compile(rf"[Pp]\((?P<event>[^()]+)\){_SIGN.format('sign')}(?P<share>{_NUMBER})(?P<percent>\s*%)?")


@dataclass(frozen=True)
class GoalTarget:
    """Something that either happens in a run or does not, and in how large a share of runs it shall."""

    name: str
    """An output of the model, or an outcome."""
    is_outcome: bool
    at_least: bool
    """Whether the output shall be at least the value; otherwise at most."""
    value: float
    """The value, in the output's unit; 0 of an outcome."""
    at: int
    quarter: str
    """at, quarter: the quarter it is judged in, counted from the start, and its label; by default, and of an outcome,
    the horizon."""
    share: float
    """The share of runs asked for."""
    in_most: bool = True
    """Whether at least that share is asked for; otherwise at most, as of a failure."""

    def met(self, runs: ScenarioRuns) -> Booleans:
        """Whether it happens in each run, shape (runs,)."""
        if self.is_outcome:
            return np.asarray(runs.outcome == OUTCOMES.index(self.name))
        reached = runs[self.name][:, self.at]
        return reaches(reached, self.value) if self.at_least else reaches(-reached, -self.value)

    def gap(self, share: float) -> float:
        """How far a share of runs is from the one asked for; 0 or less where the target is reached."""
        return self.share - share if self.in_most else share - self.share


def read_targets(written: tuple[str, ...], probability: float, case: Case) -> tuple[GoalTarget, ...]:
    """Targets as they are written: ``registered>=270@2030Q4``, ``P(self-standing)>=0.9``, ``P(jobs>=5000)>=0.8``.

    probability: share of runs asked for where a target does not say; case: as it is seen from now. Raises RunRefused if
    none is given, or one is not written so, or asks for a time or a share there is not; NotFound if there is no such
    output or outcome.
    """
    if not written:
        raise RunRefused.of("goal.no_target")
    return tuple(_target(one, probability, case) for one in written)


def _target(written: str, probability: float, case: Case) -> GoalTarget:
    words, share, in_most = written.strip(), probability, True
    chance = _CHANCE.fullmatch(words)
    if chance is not None:
        words, in_most = chance["event"].strip(), chance["sign"] in (">=", "≥")
        share = float(chance["share"]) / (100.0 if chance["percent"] else 1.0)
    event = _EVENT.fullmatch(words)
    if event is None or not 0.0 <= share <= 1.0:
        raise RunRefused.of("goal.bad_target", found=printable(written[:100]))
    name = event["name"].lower().replace("-", "_")
    is_outcome = name in OUTCOMES and event["value"] is None
    if not is_outcome and name not in NAMES:
        near = suggestion(name, (*NAMES, *(one.replace("_", "-") for one in OUTCOMES)))
        raise NotFound.of("goal.no_output", found=printable(event["name"][:100]), suggestion=near)
    if is_outcome == (event["value"] is not None) or (is_outcome and event["quarter"]):
        raise RunRefused.of("goal.bad_target", found=printable(written[:100]))
    at = case.clock.quarters - 1 if event["quarter"] is None else quarter_at(event["quarter"], case)
    value = 0.0 if is_outcome else float(event["value"])
    above = event["sign"] in (">=", "≥")
    return GoalTarget(name, is_outcome, above, value, at, str(case.clock.start + at), share, in_most)


Progress = Callable[[int], None]
FIRST, LAST = 64, 512
"""Runs of a set when it is first tried, and at most in the search."""
BEAM = 6
"""Sets that are left of each size: they are enlarged by one lever more, and run anew in the end."""
WIDTH = 24
"""Settings, the best alone, that sets are enlarged by."""
MOST_SETS = 5
"""Sets run anew, beside the best of each size."""
TOGETHER = 24
"""Sets that are run at a time: what bounds the memory."""
PAID = ("contribution_home", "contribution_host", "calls")
"""Money that governments and shareholders pay into the company: bail-outs and calls of capital, M USD a year."""
RECEIVED = "taxes"
"""Money the public side receives for it: tax on profits, M USD a year."""


class GoalRuns(NamedTuple):
    """What is read of runs."""

    met: Booleans
    """Whether each target is met, shape (targets, runs)."""
    cost: Floats
    """Net public cost of each run, M USD, shape (runs,): what governments and shareholders pay in less the tax on
    profits, from the quarter levers are pulled on, discounted to it."""
    counts: Booleans
    """Whether a run counts: it finished, and the company lived when levers were pulled, shape (runs,)."""

    def joined(self, more: "GoalRuns") -> "GoalRuns":
        """These runs, and more."""
        return GoalRuns(*(np.concatenate(both, axis=-1) for both in zip(self, more, strict=True)))


@dataclass
class TriedSet:
    """What is known of a set, with its inputs and facts of the case that it edits."""

    one: LeverSet
    inputs: Inputs
    facts: Mapping[str, np.ndarray]
    read: GoalRuns

    @property
    def last(self) -> int:
        """Runs that were made."""
        return self.read.cost.size

    def shares(self) -> list[float]:
        """Shares of runs that meet each target; NaN where none counts."""
        kept = self.read.met[:, self.read.counts]
        return kept.mean(axis=1).tolist() if kept.shape[1] else [nan] * len(kept)


def halving(sets: int, keep: int) -> int:
    """Runs of so many sets by successive halving; see :meth:`LeverSearch.halve`."""
    left, last, runs = sets, FIRST, sets * FIRST
    while left > keep:
        left, before, last = max(keep, ceil(left / 2)), last, min(2 * last, LAST)
        runs += left * (last - before)
    return runs + left * (LAST - last)


@dataclass
class LeverSearch:
    """A search for sets of levers."""

    study: Study
    """The case as it is: seed and kind of draws."""
    case: Case
    settings: LeverSettings
    targets: Sequence[GoalTarget]
    source: DrawSource | None
    first: int
    rate: float
    """first, rate: quarter levers are pulled, counted from the start; discount rate."""
    threads: int
    progress: Progress
    """Told of runs as they are made."""
    runs: int = field(default=0, init=False)
    """Runs that were made."""
    tried: dict[tuple[str, ...], TriedSet] = field(default_factory=dict, init=False)
    """Sets that were tried, by their keys."""

    @property
    def names(self) -> tuple[str, ...]:
        """Outputs that are read."""
        wanted = (one.name for one in self.targets if not one.is_outcome)
        return tuple(dict.fromkeys((*NEEDED, *KEPT, *PAID, RECEIVED, *wanted)))

    def begin(self, one: LeverSet) -> TriedSet:
        """A set of which nothing is known yet."""
        facts = facts_of(baseline(self.case.name), self.seen, one.scenario)
        return TriedSet(one, inputs_of(self.seen, one.scenario), facts, self.unread)

    @cached_property
    def seen(self) -> Case:
        """The case with the time that is simulated."""
        return self.study.seen(self.case)

    @property
    def unread(self) -> GoalRuns:
        """No runs yet."""
        return GoalRuns(np.zeros((len(self.targets), 0), np.bool_), np.zeros(0), np.zeros(0, np.bool_))

    def extend(self, pool: Sequence[TriedSet], last: int) -> None:
        """Run sets on common random numbers, up to so many runs each."""
        for since in sorted({one.last for one in pool if one.last < last}):
            group = [one for one in pool if one.last == since]
            for part in (group[at : at + TOGETHER] for at in range(0, len(group), TOGETHER)):
                scenarios, facts = tuple(one.one.scenario for one in part), tuple(one.facts for one in part)
                draws = StudyDraws(self.study, self.case, scenarios, facts, self.source)
                ensemble = Ensemble(
                    [one.inputs for one in part], draws, self.names, threads=self.threads, progress=self.count,
                    block=32, judged=self.study.judged_in(self.seen.clock.quarters),
                )  # fmt: skip
                for one, runs in zip(part, ensemble.arrays(since, last).scenarios, strict=True):
                    one.read = one.read.joined(self.read(runs))

    def count(self, runs: int) -> None:
        """Count runs that were made, and tell of them."""
        self.runs += runs
        self.progress(self.runs)

    def read(self, runs: ScenarioRuns) -> GoalRuns:
        """Read the runs of a set."""
        weights = discounting(runs.out.shape[2], self.first, self.rate)
        cost: Floats = (sum(runs[name] for name in PAID) - runs[RECEIVED]) @ weights
        counts = runs.finished
        if self.first > 0:
            counts = counts & (runs["failed"][:, self.first - 1] < 0.5)
        return GoalRuns(np.stack([target.met(runs) for target in self.targets]), cost, counts)

    def order(self, one: TriedSet) -> tuple[float, float, float]:
        """What comes first: what falls short least; of sets that reach every target the cheapest, then the least moved.

        Feasibility first, as of Deb (2000, doi:10.1016/S0045-7825(99)00389-8).
        """
        gaps = [target.gap(share) for target, share in zip(self.targets, one.shares(), strict=True)]
        short = max(0.0, *gaps) if np.isfinite(gaps).all() else inf
        counted = one.read.cost[one.read.counts]
        cost = round(float(counted.mean()), 6) if counted.size else inf
        return round(short, 9), cost, one.one.effort

    def halve(self, sets: Sequence[LeverSet], keep: int = BEAM) -> list[TriedSet]:
        """Run sets, the better half on and on; all of them, the best first."""
        pool = [self.begin(one) for one in sets]
        self.tried |= {one.one.keys: one for one in pool}
        left, last = pool, FIRST
        self.extend(left, last)
        while len(left) > keep:
            left = sorted(left, key=self.order)[: max(keep, ceil(len(left) / 2))]
            last = min(2 * last, LAST)
            self.extend(left, last)
        self.extend(left, LAST)
        out = [one for one in pool if not any(one is other for other in left)]
        return [*sorted(left, key=self.order), *sorted(out, key=self.order)]

    def run(self, most: int) -> list[TriedSet]:
        """Search sets of one lever up to so many; what is left of each size.

        A set of more levers is one of fewer that was left over, and one lever more: two levers that do nothing alone
        and much together may be missed.
        """
        singles = self.halve(self.settings.with_more(self.settings.none, self.settings.order), keep=2 * BEAM)
        width = [one.one.keys[0] for one in singles[:WIDTH]]
        beam, found = singles[:BEAM], singles[:BEAM]
        for _ in range(1, most):
            more = {one.keys: one for left in beam for one in self.settings.with_more(left.one, width)}
            beam = self.halve(list(more.values()))[:BEAM]
            found = found + beam
        return found

    def most_runs(self, most: int, fresh: int) -> int:
        """Runs that are made at most, by how many levers a set has and on how many fresh runs what is left is told."""
        count = len(self.settings.order)
        more = min(BEAM, count) * min(WIDTH, count)
        halved = halving(1, BEAM) + halving(count, 2 * BEAM) + (most - 1) * halving(more, BEAM)
        return halved + fresh * (MOST_SETS + most + 2)

    def finalists(self, found: Sequence[TriedSet], most: int) -> list[TriedSet]:
        """Sets to be run anew: the best of all, and the best of each size."""
        ordered = sorted(found, key=self.order)
        sizes = {len(one.one.keys): one for one in reversed(ordered)}
        chosen = {id(one): one for one in (*sizes.values(), *ordered[:most])}
        return sorted(chosen.values(), key=self.order)


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

    def equals(self, other: "Confirmed") -> bool:
        """Tell whether another set has the same numbers: what it changes is the same in every run."""
        levels = [(gain.levels, gain.better, gain.equal) for gain in self.gains]
        other_levels = [(gain.levels, gain.better, gain.equal) for gain in other.gains]
        return (self.shares, self.cost, levels) == (other.shares, other.cost, other_levels)

    def short(self, targets: Sequence[GoalTarget]) -> float:
        """How far the target that is missed most is missed; 0 where all are reached."""
        return max(0.0, *(target.gap(one.share) for target, one in zip(targets, self.shares, strict=True)))

    def reach(self, targets: Sequence[GoalTarget]) -> Reach:
        """Whether all targets are reached; borderline where a Monte Carlo interval holds what is asked for."""
        if not all(np.isfinite(one.share) for one in self.shares):
            return "missed"
        both = zip(targets, self.shares, strict=True)
        ends = [sorted((target.gap(one.low), target.gap(one.high))) for target, one in both]
        if max(worst for _, worst in ends) <= NO_DIFFERENCE:
            return "reached"
        return "missed" if max(best for best, _ in ends) > NO_DIFFERENCE else "borderline"


class Fresh(NamedTuple):
    """Sets on fresh random numbers: the case as it is, without the events where there are any, and the sets."""

    before: Confirmed
    without_events: Confirmed | None
    sets: tuple[Confirmed, ...]
    provenance: dict[str, Any]


def confirm(search: LeverSearch, sets: Sequence[LeverSet], runs: int, plain: Scenario | None) -> Fresh:
    """Run sets, so often each, on random numbers that follow those of the search.

    plain: the case without the events of the future, where there are any.
    """
    extra = () if plain is None else (LeverSet((), (), plain, 0.0),)
    every = (search.settings.none, *extra, *sets)
    named = tuple(one.scenario.model_copy(update={"key": f"set-{at}"}) for at, one in enumerate(every))
    study = search.study.model_copy(update={"scenarios": named, "keep": search.names, "runs": LAST + runs})
    prepared = prepare(study, search.case, search.source)
    read = [search.unread] * len(every)
    tables, alive = [], []
    for first in range(LAST, LAST + runs, CHUNK):
        made = prepared.ensemble(search.threads, search.count).arrays(first, min(first + CHUNK, LAST + runs))
        read = [one.joined(search.read(more)) for one, more in zip(read, made.scenarios, strict=True)]
        chunk = prepared.labelled(made)
        tables.append(measured(chunk, search.first, search.rate))
        alive.append(alive_before(chunk, search.first))
    draws = np.arange(LAST, LAST + runs, dtype=np.int64)
    found = MeasuredRuns(
        values=np.concatenate(tables, axis=1)[None], alive=np.concatenate(alive)[None], structures=("as-modelled",),
        options=tuple(one.key for one in named), draws=draws, groups=groups_of(search.source, draws), parameters={},
        identity="", provenance={},
    )  # fmt: skip
    told = [_confirmed(search, found, at, every[at], read) for at in range(len(every))]
    provenance = json.loads(str(chunk.attrs["provenance"]))
    return Fresh(told[0], told[1] if extra else None, tuple(told[1 + len(extra) :]), provenance)


def _confirmed(
    search: LeverSearch, found: MeasuredRuns, at: int, one: LeverSet, read: Sequence[GoalRuns]
) -> Confirmed:  # fmt: skip
    met, cost, counts = read[at]
    change = difference(read[0].cost, cost)[counts]
    shares = tuple(
        shares_of([int(row.sum()), int((~row).sum())], (target.name, f"not_{target.name}"))[0]
        for target, row in zip(search.targets, met[:, counts], strict=True)
    )
    mean = float(change.mean()) if change.size else nan
    half = z_of() * float(change.std(ddof=1)) / sqrt(change.size) if change.size > 1 else nan
    gains = tuple(gain(found, at, measure_of(side)) for side in SIDES) if one.keys else ()
    tried = search.tried.get(one.keys)
    searched = () if tried is None else tuple(tried.shares())
    return Confirmed(one.keys, one.effort, shares, mean, mean - half, mean + half, gains, searched)


def ladder(found: Sequence[Confirmed], targets: Sequence[GoalTarget]) -> tuple[Confirmed, ...]:
    """Sets by what they cost; those that reach no target last, by how far they are from it.

    A set that adds a lever to another and is not surely cheaper is left out, where it brings the targets no nearer; of
    sets with the same numbers the least moved stands for all.
    """

    def order(one: Confirmed) -> tuple[float, float, float]:
        missed = one.reach(targets) == "missed"
        return (round(one.short(targets), 9) if missed else 0.0, round(one.cost, 6), one.effort)

    def adds_nothing(more: Confirmed, less: Confirmed) -> bool:
        both_reach = more.reach(targets) == less.reach(targets) == "reached"
        no_nearer = both_reach or more.short(targets) >= less.short(targets) - NO_DIFFERENCE
        return set(less.keys) < set(more.keys) and no_nearer and not more.cost_high < less.cost_low

    needless = [one for one in found if any(adds_nothing(one, other) for other in found)]
    ordered = sorted((one for one in found if one not in needless), key=order)
    return tuple(one for at, one in enumerate(ordered) if not any(one.equals(other) for other in ordered[:at]))
