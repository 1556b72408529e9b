"""Evidence of the whole model against one without something, from a bridge between their posteriors.

The evidence of a model is Z = E[L(observations | run)] over the prior of parameters and random numbers. Of the prior's
runs hardly one in thousands is near a park with a dozen values, so that a mean over them is a mean over one or two. But
what switches a mechanism off maps each pair of parameters and random numbers to another run of the same pair, and the
priors of pairs are the same. Hence::

    Z_without / Z_whole = E[L_without / L_whole]    over the posterior of the whole model

on common random numbers, run by run. Where the two posteriors lie too far apart for one step the pairs cross a bridge
(stepping stones: Neal 2001; Del Moral, Doucet and Jasra 2006; Xie et al. 2011): at each stone they are draws of

    prior x L_whole^(1 - s) x L_without^s,    s from 0 to 1

a stone lies as far from the last as leaves a share of the weights effective, and between two stones the pairs are
chosen by their weights and moved by the Metropolis steps of calibrations. The ratio is the product of the mean weights.

The bridge is crossed there and back. Pairs that did not find all of the far side's posterior on the way make the model
without look poorer there, and the whole model look poorer on the way back, so that the truth lies between the two in
expectation (Grosse, Ghahramani and Adams 2015). The estimate is their mean, and half of their difference is part of its
error.

Each of the independent searches that the posterior comes from crosses by itself: their scatter is the other part, and
holds what the searches themselves left uncertain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot, inf, sqrt

import numpy as np

from copark.arrays import Floats, Integers
from copark.calibration.address_spans import with_addresses
from copark.calibration.annealing import next_temperature
from copark.calibration.calibrate import CalibrationSettings
from copark.calibration.calibrations import StoredPosterior
from copark.calibration.nearest_runs import systematic
from copark.calibration.observations import ObservationModel
from copark.calibration.prior import expit, logit, study_of
from copark.calibration.replay_posterior import ReplayPosterior
from copark.calibration.tempering import GONE, Cloud, Mover, TemperingPlan
from copark.model.arrays import Draws
from copark.simulation.ensemble import runs_of
from copark.simulation.run import facts_of, inputs_of
from copark.simulation.sample import with_parameters
from copark.simulation.study import Scenario

KEPT = 0.5
"""Share of the weights that is effective at each stone."""
MOST_STONES = 40
"""Stones after which a bridge is given up."""
RESTED = 6
"""How many times the sweeps of a stone are made at the far end, before the way back."""
CROSSING = 1 << 12
"""Stream of the first search: those below are of calibrations, whose random numbers must not come again."""


@dataclass(frozen=True)
class Crossing:
    """A bridge that all searches have crossed, there and back."""

    log_ratio: float
    """ln(Z_whole / Z_without): above 0 the observations are likelier with it."""
    error: float
    """Standard error: scatter over the searches, and half of what there and back differ by."""
    hysteresis: float
    """What the way there gives less the way back, mean over the searches."""
    effective: float
    """Effective number of pairs at one end that those at the other descend from, of the poorer way; 0 where any search
    gave a way up: it did not reach the other end, and its ratio is one of a part of the way."""
    stones: int
    """Most stones of a way, its end included."""
    differs: bool
    """Whether anything at all is different in some run."""


@dataclass(frozen=True)
class Way:
    """A way of one search over the bridge."""

    cloud: Cloud
    """Members where it ends."""
    log_ratio: float
    """ln of the evidence at its end over that at its beginning."""
    effective: float
    """Effective number of members at its beginning that those at its end descend from; 0 where it was given up."""
    stones: int
    """Stones, the end included."""


class PairedSimulator:
    """Runs of points with the whole model and without something, on the same random numbers, side by side."""

    def __init__(self, replay: ReplayPosterior, without: Scenario, threads: int) -> None:
        case = replay.space.case
        quarters = min(replay.model.quarters, replay.quarters)
        self.replay = replay
        self.without = without
        self.inputs = inputs_of(case, quarters=quarters), inputs_of(case, without, quarters)
        self.facts = facts_of(study_of(case, replay.seed), case, without)
        self.threads = threads
        self.last: tuple[Floats, tuple[Draws, Draws]] | None = None

    def __call__(self, points: Floats, addresses: Integers) -> Floats:
        """Simulate and read the targets, (runs, 2 x targets): of the whole model, then without; NaN where one failed.

        Parameters
        ----------
        points
            Points of the cube, shape (runs, axes).
        addresses
            Addresses of random numbers, shape (runs, spans, 2).
        """
        seed = self.replay.seed
        # Records of parameters cost more to make than to compare: moves of random numbers leave the points as they are.
        if self.last is None or not np.array_equal(self.last[0], points):
            draws = self.replay.space.draws(points, seed)
            self.last = points.copy(), (draws, with_parameters(draws, self.without, self.facts))
        model = self.replay.model
        sides = []
        for inputs, draws in zip(self.inputs, self.last[1], strict=True):
            addressed = with_addresses(draws, addresses, seed)
            runs = runs_of(inputs, addressed, model.variables, threads=self.threads)
            sides.append(runs.of_finished(model.counterparts(runs.out, runs.names)))
        return np.concatenate(sides, axis=1)


class Crosser(Mover):
    """Moves of pairs that stand between the whole model and one without something."""

    share = 0.0
    """Share of the way, 0 at the whole model and 1 without it."""

    def fitted(self, z: Floats, addresses: Integers) -> Cloud:
        """Simulate members and give them as a cloud, whose fit is that of their place on the bridge."""
        return self.placed(z, addresses, self.simulate(expit(z), addresses))

    def placed(self, z: Floats, addresses: Integers, counterparts: Floats) -> Cloud:
        """Return members as a cloud at this share of the way.

        Parameters
        ----------
        z
            Points on the logit scale, shape (members, axes).
        addresses
            Addresses of random numbers, shape (members, spans, 2).
        counterparts
            Counterparts of the targets, of the whole model and without, shape (members, 2 x targets).
        """
        whole, without = both_fits(self.model, counterparts)
        return Cloud(z, addresses, counterparts, (1.0 - self.share) * whole + self.share * without)


def both_fits(model: ObservationModel, counterparts: Floats) -> tuple[Floats, Floats]:
    """Compute log-likelihoods of the whole model and of the one without, shape (members,) each."""
    count = len(model.targets)
    whole, without = (
        np.maximum(model.log_likelihood(part), GONE) for part in (counterparts[:, :count], counterparts[:, count:])
    )
    return whole, without


def plan_of(stored: StoredPosterior, sweeps: int) -> TemperingPlan:
    """Return the way members were moved when a posterior was made, without its ladder, and with so many sweeps."""
    plan = CalibrationSettings.of(stored.recipe).plan()
    return replace(plan, quarters=stored.replay.quarters, ladder=0, sweeps=sweeps)


def cross(
    replay: ReplayPosterior, without: Scenario, plan: TemperingPlan, members: int, seed: int, threads: int = 1
) -> Crossing:
    """Let the pairs of every search of a posterior cross to the model without something.

    Parameters
    ----------
    replay
        Posterior of the whole model.
    without
        Scenario in which it is switched off.
    plan
        How members are moved: that of the calibration.
    members
        Pairs that cross, of all searches.
    seed
        Seed of the moves.
    threads
        Threads of the model; they do not change the numbers.
    """
    simulate = PairedSimulator(replay, without, threads)
    searches = np.unique(replay.population).tolist()
    size = members // len(searches)
    count = len(replay.model.targets)
    ways: list[tuple[Way, Way]] = []
    differs = False
    for search in searches:
        own = np.flatnonzero(replay.population == search)
        chosen = own[(np.arange(size) * len(own)) // size]
        mover = Crosser(simulate, replay.model, plan, seed, CROSSING + search)
        mover.beta = 1.0
        cloud = mover.fitted(logit(replay.points[chosen]), replay.addresses[chosen])
        if np.array_equal(cloud.counterparts[:, :count], cloud.counterparts[:, count:], equal_nan=True):
            # Both ends are the same: this search says none, and is as good a search as the others.
            stands = Way(cloud, 0.0, float(size), 1)
            ways.append((stands, stands))
            continue
        differs = True
        outward = walked(mover, cloud, back=False)
        ways.append((outward, walked(mover, swept(mover, outward.cloud, RESTED * plan.sweeps), back=True)))
    if not differs:
        return Crossing(0.0, 0.0, 0.0, float(members), 1, differs=False)
    return told_of(ways)


def told_of(ways: Sequence[tuple[Way, Way]]) -> Crossing:
    """Put the ways there and back of all searches together.

    Parameters
    ----------
    ways
        Of each search the way there and the way back.
    """
    there_logs, back_logs = (np.array([pair[side].log_ratio for pair in ways]) for side in (0, 1))
    logs = 0.5 * (back_logs - there_logs)
    hysteresis = float(np.mean(-there_logs - back_logs))
    scatter = float(np.std(logs, ddof=1)) / sqrt(len(logs)) if len(logs) > 1 else inf
    given_up = any(way.effective == 0.0 for pair in ways for way in pair)
    return Crossing(
        log_ratio=float(np.mean(logs)),
        error=hypot(scatter, 0.5 * hysteresis),
        hysteresis=hysteresis,
        effective=0.0 if given_up else min(sum(pair[side].effective for pair in ways) for side in (0, 1)),
        stones=max(way.stones for pair in ways for way in pair),
        differs=True,
    )


def swept(mover: Crosser, cloud: Cloud, times: int) -> Cloud:
    """Sweep members so many times where they are."""
    for _ in range(times):
        cloud = mover.sweep(cloud, [1.0])
    return cloud


def walked(mover: Crosser, cloud: Cloud, *, back: bool) -> Way:
    """Take members from one end of the bridge to the other.

    Parameters
    ----------
    mover
        Moves the members; its share of the way is set.
    cloud
        Draws of the posterior at the beginning.
    back
        Whether they come from the model without, and go to the whole one.
    """
    members = len(cloud.fit)
    ancestors = np.arange(members)
    log = 0.0
    passed = 0.0
    for stone in range(1, MOST_STONES + 1):
        whole, without = both_fits(mover.model, cloud.counterparts)
        gain = whole - without if back else without - whole
        after = next_temperature(gain, passed, KEPT * members)
        weights = (after - passed) * gain
        top = float(weights.max())
        # The largest is taken out so that exponentials stay finite.
        log += top + float(np.log(np.exp(weights - top).mean()))
        chosen = systematic(np.exp(weights - top), members, float(mover.random.random()))
        ancestors = ancestors[chosen]
        passed = after
        mover.share = 1.0 - passed if back else passed
        cloud = mover.placed(cloud.z[chosen], cloud.addresses[chosen], cloud.counterparts[chosen])
        if passed >= 1.0:
            shares = np.unique(ancestors, return_counts=True)[1] / members
            return Way(cloud, log, 1.0 / float((shares**2).sum()), stone)
        cloud = swept(mover, cloud, mover.plan.sweeps)
    return Way(cloud, log, 0.0, MOST_STONES)
