"""The replay posterior: pairs of parameters and luck whose run tells the record. Forecasts replay them to the cut.

A forecast that starts from parameters alone starts anywhere; one that replays an accepted pair starts where the park
was. What happens after the cut is luck the record never looked at, so that it is as fresh as any.

Projections: the replay posterior run beyond its cut, every run with a future of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.inference.annealing import Tempered, Way, ended, first_step, settle, temper
from copark.inference.batch import Batch
from copark.inference.observations import ObservationModel, noise
from copark.inference.prior import PriorSpace, expit, logit
from copark.inference.rng_segments import different_pasts, effective_count, one_span, with_lucks
from copark.inference.summaries import MANY
from copark.inference.target_selection import blind
from copark.inference.tempering import Cloud, Mover, Plan
from copark.model.arrays import Draws
from copark.simulation.ensemble import Ensemble
from copark.simulation.run import inputs_of
from copark.simulation.study import Scenario
from copark.stats.quantiles import quantiles
from copark.store.checkpoints import Stage, Stages

Integers = NDArray[np.int64]
POPULATIONS = 4
"""Independent populations. Few and large: a large one loses less at each step of temperature, and four are enough to
see whether they agree."""
POPULATION = "population-"
"""What the stage of a population begins with; cut and number follow."""
FUTURE = 1 << 60
"""First number of a run whose luck a pair has after the cut."""
PARTS = 100
"""Parts of a population in which progress is told."""
ROUND = 10
"""Sweeps between two looks at whether the populations agree."""
EARLIEST = 40
"""Sweeps before the first look at populations on ladders, which have too few draws at β = 1 before."""
AHEAD = 20
"""Quarters after the cut at which forecasts must agree."""
FORECAST = ("registered", "operating", "jobs")
"""What is forecast to see whether populations agree."""
LOOKED_AT = 512
"""Pairs that are run forward for it."""
Progress = Callable[[int, int], None]

__all__ = ["POPULATIONS", "ReplayPosterior", "Simulator", "effective_count", "replay_posterior", "with_lucks"]


@dataclass(frozen=True)
class ReplayPosterior:
    """Pairs of equal weight."""

    space: PriorSpace
    model: ObservationModel
    points: Floats
    """Of the cube, shape (pairs, axes)."""
    lucks: Integers
    """Luck up to the cut, in spans (:mod:`copark.inference.rng_segments`), shape (pairs, spans, 2)."""
    seed: int
    """Of all the lucks."""
    cut: Quarter
    """Last quarter the record reaches."""
    population: Integers
    """Which independent population each pair is from, shape (pairs,)."""
    seen: Floats
    """Counterparts of the targets, shape (pairs, targets)."""
    log_evidence: tuple[float, ...]
    """One for each population."""

    @property
    def pairs(self) -> int:
        """Number of pairs."""
        return len(self.points)

    @property
    def quarters(self) -> int:
        """Quarters up to the cut, that of the cut included."""
        return self.cut - self.space.case.clock.start + 1

    @property
    def futures(self) -> float:
        """Number of different lucks after the cut: every pair has its own."""
        return float(self.pairs)

    @property
    def pasts_by_quarter(self) -> Floats:
        """Effective number of different lucks in each quarter up to the cut, shape (quarters,)."""
        return different_pasts(self.lucks, self.quarters)

    @property
    def pasts(self) -> float:
        """Effective number of different lucks up to the cut: the mean over quarters."""
        return float(self.pasts_by_quarter.mean())

    def draws(self, scenario: Scenario | None = None) -> Draws:
        """Make the model's records of all pairs: the luck of the pair up to the cut, then one that is only its own."""
        made = self.space.draws(self.points, self.seed, scenario=scenario)
        made = with_lucks(made, self.lucks, self.seed)
        made.luck["cut"] = self.quarters
        made.luck["later_seed"] = self.seed
        made.luck["later_run"] = FUTURE + np.arange(self.pairs)
        return made

    def thin(self, count: int) -> ReplayPosterior:
        """Give a part of the pairs, spread evenly over the populations."""
        if count >= self.pairs:
            return self
        at = (np.arange(count) * self.pairs) // count
        kept = {name: getattr(self, name)[at] for name in ("points", "lucks", "population", "seen")}
        return replace(self, **kept)

    def disagreement(self) -> Floats:
        """Potential scale reduction of every axis between populations (Gelman and Rubin 1992), shape (axes,)."""
        return scale_reduction(logit(self.points), self.population)

    def forecasts(self, ahead: int = AHEAD, threads: int = 1) -> Floats:
        """Logarithms of what some of the pairs forecast, shape (pairs, len(FORECAST)); NaN where a run did not end."""
        case = self.space.case
        runs = Ensemble(inputs_of(case, quarters=self.quarters + ahead), self.draws(), FORECAST, threads=threads).run()
        return np.log1p(np.maximum(runs.of_finished(runs.out[:, :, -1]), 0.0))

    def forecast_disagreement(self, ahead: int = AHEAD, threads: int = 1) -> Floats:
        """Potential scale reduction of forecasts between populations, shape (len(FORECAST),)."""
        some = self.thin(LOOKED_AT)
        found = some.forecasts(ahead, threads)
        whole = np.isfinite(found).all(axis=1)
        return scale_reduction(found[whole], some.population[whole])


def scale_reduction(values: Floats, population: Integers) -> Floats:
    """Potential scale reduction √(1 + between / within) of columns of values, shape (columns,).

    values: shape (members, columns). population: which independent population each is from; NaN is given where there is
    one only.
    """
    groups = [values[population == n] for n in np.unique(population)]
    if len(groups) < 2:
        return np.full(values.shape[1], np.nan)
    within = np.mean([group.var(axis=0, ddof=1) for group in groups], axis=0)
    between = np.var([group.mean(axis=0) for group in groups], axis=0, ddof=1)
    found: Floats = np.sqrt(1.0 + between / np.maximum(within, 1e-300))
    return found


class Simulator:
    """Runs points under lucks and reads the targets.

    Records of the points asked for last are kept: moves of luck ask for the same points several times.
    """

    def __init__(
        self, case: Case, space: PriorSpace, model: ObservationModel, quarters: int, seed: int, threads: int
    ) -> None:
        self.inputs = inputs_of(case, quarters=quarters)
        self.space, self.model, self.seed, self.threads = space, model, seed, threads
        self.last: tuple[Floats, Draws] | None = None

    def draws(self, points: Floats) -> Draws:
        """Make the records of points, or give those made last."""
        if self.last is None or not np.array_equal(self.last[0], points):
            self.last = points.copy(), self.space.draws(points, self.seed)
        return self.last[1]

    def __call__(self, points: Floats, lucks: Integers) -> Floats:
        """Counterparts of the targets, shape (runs, targets); NaN where a run did not end well."""
        draws = with_lucks(self.draws(points), lucks, self.seed)
        runs = Ensemble(self.inputs, draws, self.model.variables, threads=self.threads).run()
        return runs.of_finished(self.model.counterparts(runs.out, runs.names))


def fits_of(batch: Batch, model: ObservationModel, columns: Integers) -> Floats:
    """Log-likelihoods of all runs of a batch on some of its targets, shape (runs,)."""
    read = batch.on(columns)
    parts = [read[first : first + MANY].astype(np.float64) for first in range(0, batch.runs, MANY)]
    return np.concatenate([model.log_likelihood(part) for part in parts])


def points_at(batch: Batch, runs: Integers) -> Floats:
    """Points of some of a batch's runs, in any order, shape (len(runs), axes)."""
    made = np.empty((len(runs), batch.space.axes))
    for first in range(0, batch.runs, MANY):
        own = np.flatnonzero((runs >= first) & (runs < first + MANY))
        if len(own):
            made[own] = batch.points(first, min(first + MANY, batch.runs))[runs[own] - first]
    return made


def first_clouds(
    batch: Batch, model: ObservationModel, columns: Integers, movers: list[Mover], begun: list[Stage]
) -> list[Cloud] | list[None]:
    """Choose the members every population begins with from its share of the batch's runs: every so many-th.

    The spans of a first luck all have the run of the batch, so that its luck is that run's; they part as they are
    moved, at low temperatures. Where all populations were begun before, none are needed.
    """
    if all(stage.found is not None for stage in begun):
        return [None] * len(begun)
    fit = fits_of(batch, model, columns)
    chosen: list[Integers] = []
    for part, mover in enumerate(movers):
        own = np.arange(part, batch.runs, len(movers), dtype=np.int64)
        chosen.append(own[first_step(fit[own], mover)])
    points = np.split(points_at(batch, np.concatenate(chosen)), len(movers))
    clouds = []
    for mover, runs, own_points in zip(movers, chosen, points, strict=True):
        plan = mover.plan
        since = mover.anywhere((len(runs), plan.spans - 1))
        seen = batch.on(columns)[runs].astype(np.float64)
        clouds.append(Cloud(logit(own_points), one_span(runs, plan.spans, since), seen, fit[runs]))
    return clouds


def rounds(plan: Plan, agree: float) -> list[int]:
    """Sweeps at the end after which populations are looked at, the last of them the most there are."""
    first = plan.sweeps + (EARLIEST if plan.ladder else ROUND)
    looks = range(first, plan.most, ROUND) if agree > 0.0 else ()
    return [*looks, plan.most]


def near_enough(agree: float, parameters: float, forecasts: float = 1.0) -> bool:
    """Whether the largest scale reduction of parameters is that small, and that of forecasts half as far from 1."""
    return parameters <= agree and forecasts <= 0.5 + 0.5 * agree


def agreed(found: ReplayPosterior, agree: float, threads: int) -> bool:
    """Whether populations are :func:`near_enough`; forecasts are only made where parameters are."""
    parameters = float(np.max(found.disagreement()))
    if not near_enough(agree, parameters):
        return False
    return near_enough(agree, parameters, float(np.max(found.forecast_disagreement(threads=threads))))


def kept_by(stages: Stages, cut: Quarter, plan: Plan, populations: int) -> list[Stage]:
    """The stages of populations; what has made more sweeps than a plan has is no part of it."""
    found = [stages.stage(f"{POPULATION}{cut}-{part}") for part in range(populations)]
    if any(stage.found is not None and stage.found.values["swept"] > plan.most for stage in found):
        for stage in found:
            stage.found = None
    return found


class Search:
    """The populations of a replay posterior on their way, and what they have found."""

    def __init__(
        self, batch: Batch, model: ObservationModel, cut: Quarter, ways: list[Way], movers: list[Mover],
        stages: list[Stage], progress: Progress | None,
    ) -> None:  # fmt: skip
        self.batch, self.model, self.cut = batch, model, cut
        self.ways, self.movers, self.stages, self.progress = ways, movers, stages, progress
        self.shares = [0.0] * len(ways)

    def each(self, work: Callable[..., None], *until: int) -> None:
        """Take every population farther: ``temper``, or ``settle`` to a number of sweeps."""
        for part, (way, mover, stage) in enumerate(zip(self.ways, self.movers, self.stages, strict=True)):
            work(way, mover, *until, partial(self.tell, part), stage)

    def tell(self, part: int, share: float) -> None:
        """Tell how far a population is."""
        self.shares[part] = share
        if self.progress is not None:
            self.progress(int(PARTS * sum(self.shares)), PARTS * len(self.ways))

    def end(self) -> None:
        """Keep every population as one that is done."""
        for part, (way, mover, stage) in enumerate(zip(self.ways, self.movers, self.stages, strict=True)):
            if way.swept < mover.plan.most:
                way.keep(stage, mover, 1.0)
            self.tell(part, 1.0)

    @property
    def found(self) -> ReplayPosterior:
        """The members of all populations, as pairs."""
        members = [way.found for way in self.ways]
        return ReplayPosterior(
            space=self.batch.space,
            model=self.model,
            points=np.concatenate([expit(cloud.z) for cloud in members]),
            lucks=np.concatenate([cloud.lucks for cloud in members]),
            seed=self.batch.recipe.seed,
            cut=self.cut,
            population=np.repeat(np.arange(len(members)), [len(cloud.fit) for cloud in members]),
            seen=np.concatenate([cloud.seen for cloud in members]),
            log_evidence=tuple(mover.log_evidence for mover in self.movers),
        )


def replay_posterior(
    batch: Batch,
    model: ObservationModel,
    columns: Integers,
    cut: Quarter,
    *,
    plan: Plan | None = None,
    populations: int = POPULATIONS,
    agree: float = 0.0,
    seed: int = 1,
    threads: int = 1,
    progress: Progress | None = None,
    stages: Stages | None = None,
) -> tuple[ReplayPosterior, tuple[Tempered, ...]]:
    """Make the replay posterior of some of a batch's targets.

    Parameters
    ----------
    columns
        Positions of the model's targets among the batch's.
    cut
        Last quarter that bears on these targets; runs go no further.
    populations
        Independent populations; where they disagree the chains are too short.
    agree
        Scale reduction at which populations agree (:func:`agreed`), so that no more sweeps are made; with 0 all are.
    progress
        Called with (parts of populations done, parts in all).
    stages
        Where populations are kept, whole or as far as they have come, and gone on with.
    """
    case, space = batch.recipe.case, batch.space
    quarters = cut - case.clock.start + 1
    wanted = replace(plan or Plan(), quarters=quarters)
    simulate = Simulator(case, space, model, min(model.quarters, quarters), batch.recipe.seed, threads)
    movers = [
        Mover(simulate, model.log_likelihood, wanted, seed, part, model.standardised) for part in range(populations)
    ]
    begun = kept_by(stages or Stages(), cut, wanted, populations)
    first = first_clouds(batch, model, columns, movers, begun)
    ways = [Way.begun(cloud, mover, stage) for cloud, mover, stage in zip(first, movers, begun, strict=True)]
    search = Search(batch, model, cut, ways, movers, begun, progress)
    search.each(temper)
    for until in rounds(wanted, agree):
        search.each(settle, until)
        if all(way.swept == until for way in ways) and agreed(search.found, agree, threads):  # else looked at before
            break
    search.end()
    return search.found, tuple(ended(way, mover) for way, mover in zip(ways, movers, strict=True))


REPORTED_SEED = 0x726570
LATER_SEED = 0x6C61746572
"""Seed of the luck after the cut, which the record never looked at."""


@dataclass(frozen=True)
class Projection:
    """Runs of the replay posterior to a quarter beyond the cut.

    out: float64 of shape (pairs x futures, names, quarters), the futures of a pair one after the other; names: of the
    outputs kept.
    """

    replay: ReplayPosterior
    names: tuple[str, ...]
    out: Floats
    blind: bool
    futures: int = 1

    def counterparts(self, model: ObservationModel) -> Floats:
        """Read the runs on the days of targets, without error; shape (pairs x futures, targets)."""
        return model.counterparts(self.out, self.names)

    def reports(self, model: ObservationModel) -> Floats:
        """What would be reported of later targets, errors of observation included; shape (pairs x futures, targets)."""
        counterparts = self.counterparts(model)
        return counterparts + model.errors * noise(REPORTED_SEED, 0, len(counterparts), len(model.targets))

    def bands(self, name: str, levels: tuple[float, ...]) -> Floats:
        """Quantiles of an output at the end of every quarter, over runs that ended well; shape (levels, quarters)."""
        return quantiles(self.out[:, self.names.index(name), :], levels)


def with_futures(draws: Draws, since: int, futures: int = 1) -> Draws:
    """Give every draw futures of its own from a quarter on: luck of a run that no other draw has.

    since: first quarter of the future, counted from the start; futures: how many for each draw.
    """
    rows = np.repeat(np.arange(len(draws.luck)), futures)
    made = Draws(*(room[rows].copy() for room in draws))
    made.luck["cut"] = since
    made.luck["later_seed"] = LATER_SEED
    made.luck["later_run"] = np.arange(len(rows))
    return made


def project(
    replay: ReplayPosterior,
    until: Quarter,
    names: tuple[str, ...],
    *,
    scenario: Scenario | None = None,
    blindly: bool = False,
    futures: int = 1,
    threads: int = 1,
) -> Projection:
    """Run every pair to a quarter.

    Parameters
    ----------
    scenario
        What is changed against the case; the case as it is by default.
    blindly
        Without facts dated after the cut.
    futures
        Runs for each pair; from two on, what comes of the future's luck can be told from the rest.
    """
    case = replay.space.case
    inputs = inputs_of(case, scenario, until - case.clock.start + 1)
    if blindly:
        inputs = blind(inputs, case, replay.cut)
    draws = with_futures(replay.draws(scenario), replay.cut - case.clock.start + 1, futures)
    runs = Ensemble(inputs, draws, names, threads=threads).run()
    return Projection(replay, names, runs.of_finished(runs.out), blindly, futures)
