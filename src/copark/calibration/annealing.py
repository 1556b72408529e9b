"""The search for the replay posterior: from the prior batch to the record by small steps of temperature.

A step of temperature keeps a share of the members effective and chooses among them; sweeps
(:mod:`copark.calibration.tempering`) move them between two steps. At the end they are swept at β = 1, or together with
those left at every temperature passed on a ladder: sequential Monte Carlo passes every temperature once, and what its
few best runs were chance carries to the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Floats, Integers
from copark.calibration.address_spans import one_span, with_addresses
from copark.calibration.nearest_runs import systematic
from copark.calibration.observations import ObservationModel
from copark.calibration.prior import Batch, PriorSpace, expit, logit
from copark.calibration.replay_posterior import POPULATIONS, ReplayPosterior
from copark.calibration.tempering import ARRAYS, GONE, Cloud, Mover, TemperingPlan
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.model.arrays import Draws
from copark.progress import Progress, silent
from copark.simulation.ensemble import runs_of
from copark.simulation.run import inputs_of
from copark.store.checkpoints import Stage, Stages

RUNS_AT_A_TIME = 1 << 16
"""Runs of the prior batch whose likelihood is computed together."""

POPULATION = "population-"
"""What the stage of a population begins with; cut and number follow."""
LEARNED = "response-"
"""What the name of an array of a mover's response begins with where it is kept."""
PARTS = 100
"""Parts of a population in which progress is told."""
ROUND = 10
"""Sweeps before the first look at whether the populations agree."""
EARLIEST = 40
"""The same of populations on ladders, which have too few draws at β = 1 before."""
LOOKS = 1.25
"""How much further each look is than the one before: to look often costs time, and ends searches by chance."""


def effective(logs: Floats) -> float:
    """Count weights given by their logarithms, in effective number."""
    weights = np.exp(logs - logs.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def next_temperature(fit: Floats, beta: float, members: float) -> float:
    """Find the largest temperature up to 1 at which that many members stay effective.

    Parameters
    ----------
    fit
        Log-likelihoods, shape (members,).
    beta
        Temperature the members are at.
    members
        Effective number to keep.
    """
    if effective((1.0 - beta) * fit) >= members:
        return 1.0
    low = beta
    high = 1.0
    # Sixty halvings of an interval within [0, 1] end at neighbouring numbers.
    for _ in range(60):
        middle = 0.5 * (low + high)
        if effective((middle - beta) * fit) >= members:
            low = middle
        else:
            high = middle
    return low


def step(fit: Floats, mover: Mover, members: float) -> Integers:
    """Raise the temperature until that many of the members are effective, and choose among them by their weights.

    Parameters
    ----------
    fit
        Log-likelihoods, shape (members,).
    mover
        The mover, whose temperature and evidence move on.
    members
        Effective number to keep.

    Returns
    -------
        Positions of those chosen, shape (members of the plan,).
    """
    after = next_temperature(fit, mover.beta, members)
    logs = (after - mover.beta) * fit
    top = logs.max()
    mover.beta = after
    # Evidence is the product of the mean weights of all steps; the largest is taken out so that exponentials stay
    # finite.
    mover.log_evidence += float(top + np.log(np.exp(logs - top).mean()))
    return systematic(np.exp(logs - top), mover.plan.members, float(mover.random.random()))


def first_step(fit: Floats, mover: Mover) -> Integers:
    """Choose members from many drawn from the prior, given their log-likelihoods; shape (members of the plan,).

    Half as many need be effective as at the other steps: there are many to choose from. For a ladder, whose foot should
    be where members move freely, as many as there are members.
    """
    share = 1.0 if mover.plan.ladder else 0.5 * mover.plan.keep
    # With fewer than 16 effective runs most members would be copies of one another, whatever the plan asks for.
    return step(np.maximum(fit, GONE), mover, max(share * mover.plan.members, 16.0))


class Population:
    """A population on its way: its cloud, temperatures passed, sweeps made at the one it is at.

    On a ladder the cloud are the members of all temperatures passed. A stage that was begun before is resumed, the
    mover as it was.
    """

    def __init__(
        self, mover: Mover, cloud: Cloud | None, stage: Stage | None = None, report: Callable[[float], None] = silent
    ) -> None:
        self.mover = mover
        self.stage = stage or Stage(None, "")
        self.report = report
        self.rungs: list[Cloud] = []  # those left at each temperature on the way
        self.kept: list[Cloud] = []  # those at β = 1 after each of the later half of sweeps
        self.swept = 0
        if self.stage.found is not None:
            self._restore(self.stage.found.arrays, self.stage.found.values)
        elif cloud is not None:
            self.cloud = replace(cloud, fit=np.maximum(cloud.fit, GONE))
            self.temperatures = [mover.beta]

    def _restore(self, arrays: Mapping[str, NDArray[Any]], values: Mapping[str, Any]) -> None:
        self.mover.restore(values["mover"])
        learned = {name.removeprefix(LEARNED): array for name, array in arrays.items() if name.startswith(LEARNED)}
        self.mover.response.arrays = learned
        clouds = [Cloud(*(arrays[f"{n}-{name}"] for name in ARRAYS)) for n in range(sum(values["parts"]))]
        rungs = values["parts"][1]
        self.cloud = clouds[0]
        self.rungs = clouds[1 : 1 + rungs]
        self.kept = clouds[1 + rungs :]
        self.temperatures = list(values["temperatures"])
        self.swept = values["swept"]

    def keep(self, share: float) -> None:
        """Keep it, with all the mover holds."""
        parts = 1, len(self.rungs), len(self.kept)
        values = {"mover": self.mover.content(), "temperatures": self.temperatures, "swept": self.swept, "parts": parts}
        arrays = {f"{LEARNED}{name}": array for name, array in self.mover.response.arrays.items()}
        for n, cloud in enumerate((self.cloud, *self.rungs, *self.kept)):
            arrays |= {f"{n}-{name}": getattr(cloud, name) for name in ARRAYS}
        self.stage.keep(share, arrays, values)

    def sweep(self) -> None:
        """Move the cloud once; of a ladder keep those that are draws of the posterior."""
        up = self.mover.beta >= 1.0
        self.cloud = self.mover.sweep(self.cloud, self.temperatures if up else self.temperatures[-1:])
        self.swept += 1
        if self.mover.plan.ladder and up:
            rung_size = len(self.cloud.fit) // len(self.temperatures)
            self.kept.append(self.cloud.take(np.arange(-rung_size, 0)))
            self.kept = self.kept[-((self.swept + 1) // 2) :]

    def warm(self) -> None:
        """Take the cloud from its first temperature to β = 1; at its end set up the ladder, if there is to be one.

        Half of the way to the end of all sweeps is reported to be done there, by the logarithm of β.
        """
        plan = self.mover.plan
        while self.mover.beta < 1.0:
            share = 0.5 * (1.0 - float(np.log(self.mover.beta) / np.log(self.temperatures[0])))
            while self.swept < plan.sweeps:
                self.sweep()
                if self.stage.is_due:
                    self.keep(share)
            self.report(share)
            if plan.ladder:
                self.rungs.append(self.cloud.spread(plan.ladder))
            self.cloud = self.cloud.take(step(self.cloud.fit, self.mover, plan.keep * plan.members))
            self.temperatures.append(self.mover.beta)
            self.swept = 0
            if plan.ladder and self.mover.beta >= 1.0:
                self.cloud = Cloud.joined([*self.rungs, self.cloud.spread(plan.ladder)])
                self.rungs = []

    def settle(self, until: int) -> None:
        """Sweep the cloud at β = 1 until so many sweeps are made."""
        most = self.mover.plan.most
        while self.swept < until:
            self.sweep()
            share = 0.5 + 0.5 * self.swept / most
            if self.stage.is_due or self.swept == most:
                self.keep(share)
            self.report(share)

    @property
    def found(self) -> Cloud:
        """Draws of the posterior."""
        return Cloud.joined(self.kept) if self.kept else self.cloud


class Simulator:
    """Simulations of points with their random numbers, read on the targets.

    Records of the points asked for last are kept: moves of random numbers ask for the same points several times.
    """

    def __init__(
        self, case: Case, space: PriorSpace, model: ObservationModel, quarters: int, seed: int, threads: int
    ) -> None:
        self.inputs = inputs_of(case, quarters=quarters)
        self.space = space
        self.model = model
        self.seed = seed
        self.threads = threads
        self.last: tuple[Floats, Draws] | None = None

    def __call__(self, points: Floats, addresses: Integers) -> Floats:
        """Simulate and read the targets, shape (runs, targets); NaN where a run did not end well."""
        # Records of parameters cost more to make than to compare: moves of random numbers leave the points as they are.
        if self.last is None or not np.array_equal(self.last[0], points):
            self.last = points.copy(), self.space.draws(points, self.seed)
        draws = with_addresses(self.last[1], addresses, self.seed)
        runs = runs_of(self.inputs, draws, self.model.variables, threads=self.threads)
        return runs.of_finished(self.model.counterparts(runs.out, runs.names))


def first_clouds(batch: Batch, model: ObservationModel, columns: Integers, movers: list[Mover]) -> list[Cloud]:
    """Choose the members every population begins with from its share of the batch's runs: every so many-th.

    At first all spans have the run of the batch, so that the random numbers are that run's; they part as they are
    moved, at low temperatures.

    Parameters
    ----------
    batch
        Prior runs.
    model
        Targets that are fitted.
    columns
        Positions of the targets in the batch.
    movers
        One mover for each population.
    """
    counterparts = batch.counterparts[:, columns]
    pieces = range(0, batch.runs, RUNS_AT_A_TIME)
    fit = np.concatenate(
        [model.log_likelihood(counterparts[first : first + RUNS_AT_A_TIME].astype(np.float64)) for first in pieces]
    )
    clouds = []
    for part, mover in enumerate(movers):
        own = np.arange(part, batch.runs, len(movers), dtype=np.int64)
        runs = own[first_step(fit[own], mover)]
        points = np.empty((len(runs), batch.space.axes))
        for first in pieces:
            rows = np.flatnonzero((runs >= first) & (runs < first + RUNS_AT_A_TIME))
            if len(rows):
                points[rows] = batch.points(first, min(first + RUNS_AT_A_TIME, batch.runs))[runs[rows] - first]
        addresses = one_span(runs, mover.anywhere((len(runs), mover.plan.spans - 1)))
        clouds.append(Cloud(logit(points), addresses, counterparts[runs].astype(np.float64), fit[runs]))
    return clouds


def near_enough(agree: float, parameters: float, forecasts: float = 1.0) -> bool:
    """Return whether searches agree.

    Parameters
    ----------
    agree
        Largest scale reduction allowed of parameters and of forecasts.
    parameters
        Largest scale reduction of parameters.
    forecasts
        Largest scale reduction of forecasts.
    """
    return parameters <= agree and forecasts <= agree


def agreed(posterior: ReplayPosterior, agree: float, threads: int) -> bool:
    """Return whether populations are :func:`near_enough`; forecasts are only made where parameters are.

    Parameters
    ----------
    posterior
        Pairs of all populations so far.
    agree
        Largest scale reduction allowed of parameters, 1 for populations that are alike; see :func:`near_enough`.
    threads
        Threads on which pairs are run on to forecast.

    Returns
    -------
    True if both parameters and forecasts agree.
    """
    parameters = float(np.max(posterior.disagreement()))
    if not near_enough(agree, parameters):
        return False
    return near_enough(agree, parameters, float(np.max(posterior.forecast_disagreement(threads=threads))))


def looks(first: int, most: int) -> list[int]:
    """Return the sweeps after which populations are looked at, before the last.

    Parameters
    ----------
    first
        Sweeps before the first look.
    most
        Sweeps after which the search ends.
    """
    sweeps = []
    until = float(first)
    while round(until) < most:
        sweeps.append(round(until))
        until *= LOOKS
    return sweeps


def begun_stages(stages: Stages, cut: Quarter, plan: TemperingPlan, populations: int) -> list[Stage]:
    """Return the stages of populations; what has made more sweeps than a plan has is no part of it.

    Parameters
    ----------
    stages
        Where populations are kept; stages of nothing where they are not.
    cut
        Last quarter the calibration knows, part of a stage's name.
    plan
        Plan of the search, for the most sweeps it may have.
    populations
        Number of populations.

    Returns
    -------
    A stage for each. Where one has swept on too far all begin anew.
    """
    begun = [stages.stage(f"{POPULATION}{cut}-{part}") for part in range(populations)]
    if any(stage.found is not None and stage.found.values["swept"] > plan.most for stage in begun):
        for stage in begun:
            stage.found = None
    return begun


def replay_posterior(
    batch: Batch,
    model: ObservationModel,
    columns: Integers,
    cut: Quarter,
    *,
    plan: TemperingPlan | None = None,
    populations: int = POPULATIONS,
    agree: float = 0.0,
    seed: int = 1,
    threads: int = 1,
    progress: Progress | None = None,
    stages: Stages | None = None,
) -> ReplayPosterior:
    """Make the replay posterior of some of a batch's targets.

    Parameters
    ----------
    batch
        Prior runs.
    model
        Targets that are fitted.
    columns
        Positions of the model's targets among the batch's.
    cut
        Last quarter that bears on them, and of runs.
    plan
        How populations are moved; by default the usual plan.
    populations
        Number of independent populations.
    agree
        Scale reduction of independent populations (:func:`agreed`) at which no more sweeps are made, 0 to make all.
    seed
        Seed of the moves.
    threads
        Threads that runs are made on.
    progress
        Called with parts done and in all.
    stages
        Where populations are kept as far as they have come.
    """
    case = batch.recipe.case
    quarters = cut - batch.recipe.case.clock.start + 1
    shares = [0.0] * populations
    full_plan = replace(plan or TemperingPlan(), quarters=quarters)
    simulate = Simulator(case, batch.space, model, min(model.quarters, quarters), batch.recipe.seed, threads)
    movers = [Mover(simulate, model, full_plan, seed, part) for part in range(populations)]
    begun = begun_stages(stages or Stages(), cut, full_plan, populations)
    is_begun = all(stage.found is not None for stage in begun)
    clouds = [None] * populations if is_begun else first_clouds(batch, model, columns, movers)

    def report(part: int, share: float) -> None:
        shares[part] = share
        if progress is not None:
            progress(int(PARTS * sum(shares)), PARTS * populations)

    searches = [Population(movers[n], clouds[n], begun[n], partial(report, n)) for n in range(populations)]
    for search in searches:
        search.warm()
    first = full_plan.sweeps + (EARLIEST if full_plan.ladder else ROUND)
    for until in (*(looks(first, full_plan.most) if agree > 0.0 else ()), full_plan.most):
        for search in searches:
            search.settle(until)
        if all(search.swept == until for search in searches) and agreed(
            pairs_of(searches, batch, model, cut), agree, threads
        ):
            break  # one that has swept on was looked at before
    for search in searches:
        if search.swept < full_plan.most:
            search.keep(1.0)
        search.report(1.0)
    return pairs_of(searches, batch, model, cut)


def pairs_of(searches: list[Population], batch: Batch, model: ObservationModel, cut: Quarter) -> ReplayPosterior:
    """Join the members of all populations, as pairs.

    Parameters
    ----------
    searches
        Populations on their way, in their order.
    batch
        Prior runs they began with, for the space of parameters and the seed.
    model
        Targets that are fitted.
    cut
        Last quarter the calibration knows.

    Returns
    -------
    Members at temperature 1 of all, each with the number of its population.
    """
    members = [search.found for search in searches]
    return ReplayPosterior(
        space=batch.space,
        model=model,
        points=np.concatenate([expit(cloud.z) for cloud in members]),
        addresses=np.concatenate([cloud.addresses for cloud in members]),
        seed=batch.recipe.seed,
        cut=cut,
        population=np.repeat(np.arange(len(members)), [len(cloud.fit) for cloud in members]),
        counterparts=np.concatenate([cloud.counterparts for cloud in members]),
        log_evidence=tuple(search.mover.log_evidence for search in searches),
    )
