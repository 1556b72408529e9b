"""From the prior batch to the record by small steps of temperature, and what is made of a population at their end.

A step of temperature keeps a share of the members effective and chooses among them; sweeps
(:mod:`copark.inference.tempering`) move them between two steps. At the end they are swept at β = 1, or together with
those left at every temperature passed on a ladder (:mod:`copark.inference.tempering`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from copark.inference.posterior import systematic
from copark.inference.tempering import ARRAYS, GONE, Cloud, Mover
from copark.store.checkpoints import Stage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Progress = Callable[[float], None]
LEARNED = "response-"
"""What the name of an array of a mover's response begins with where it is kept."""


@dataclass(frozen=True)
class Tempered:
    """The cloud at β = 1 and how it came there.

    temperatures: those passed; accepted: share of moves accepted at the end, by kind; simulated: runs made; sweeps:
    those at the end.
    """

    cloud: Cloud
    temperatures: tuple[float, ...]
    accepted: Mapping[str, float]
    log_evidence: float
    simulated: int
    sweeps: int


def effective(logs: Floats) -> float:
    """Effective number of weights given by their logarithms."""
    weights = np.exp(logs - logs.max())
    return float(weights.sum() ** 2 / (weights**2).sum())


def next_temperature(fit: Floats, beta: float, wanted: float) -> float:
    """Give the largest temperature up to 1 at which that many members stay effective."""
    if effective((1.0 - beta) * fit) >= wanted:
        return 1.0
    low, high = beta, 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        if effective((middle - beta) * fit) >= wanted:
            low = middle
        else:
            high = middle
    return low


def log_mean(logs: Floats) -> float:
    """ln of the mean of exp."""
    top = logs.max()
    return float(top + np.log(np.exp(logs - top).mean()))


def step(fit: Floats, mover: Mover, wanted: float) -> Integers:
    """Raise the temperature until that many of the members are effective, and choose among them by their weights.

    Returns
    -------
    Integers
        Positions of those chosen, shape (members of the plan,).
    """
    after = next_temperature(fit, mover.beta, wanted)
    logs = (after - mover.beta) * fit
    mover.beta = after
    mover.log_evidence += log_mean(logs)
    return systematic(np.exp(logs - logs.max()), mover.plan.members, float(mover.random.random()))


def first_step(fit: Floats, mover: Mover) -> Integers:
    """Choose members from many drawn from the prior, given their log-likelihoods; shape (members of the plan,).

    Half as many need be effective as at the other steps: there are many to choose from. For a ladder, whose foot should
    be where members move freely, as many as there are members.
    """
    share = 1.0 if mover.plan.ladder else 0.5 * mover.plan.keep
    return step(np.maximum(fit, GONE), mover, max(share * mover.plan.members, 16.0))


@dataclass
class Way:
    """How far a cloud has come: where it is, temperatures passed, sweeps made at the one it is at.

    On a ladder the cloud are the members of all temperatures passed. rungs: those left at each on the way; kept: those
    at β = 1 after each of the later half of sweeps.
    """

    cloud: Cloud
    temperatures: list[float]
    swept: int = 0
    rungs: list[Cloud] = field(default_factory=list)
    kept: list[Cloud] = field(default_factory=list)

    @classmethod
    def begun(cls, cloud: Cloud | None, mover: Mover, stage: Stage) -> Way:
        """The way as it was kept, with the mover as it was then; else its beginning.

        Parameters
        ----------
        cloud
            Members as :func:`first_step` chose them; none where the stage was begun before.

        Raises
        ------
        ValueError
            If there is nothing to begin with.
        """
        if stage.found is None:
            if cloud is None:
                raise ValueError("no cloud")
            return cls(replace(cloud, fit=np.maximum(cloud.fit, GONE)), [mover.beta])
        arrays, values = stage.found.arrays, stage.found.values
        mover.restore(values["mover"])
        mover.response.arrays = {
            name.removeprefix(LEARNED): one for name, one in arrays.items() if name.startswith(LEARNED)
        }
        clouds = [Cloud(*(arrays[f"{n}-{name}"] for name in ARRAYS)) for n in range(sum(values["parts"]))]
        rungs = values["parts"][1]
        return cls(clouds[0], list(values["temperatures"]), values["swept"], clouds[1 : 1 + rungs], clouds[1 + rungs :])

    def keep(self, stage: Stage, mover: Mover, share: float) -> None:
        """Keep it, with all the mover holds."""
        parts = 1, len(self.rungs), len(self.kept)
        values = {"mover": mover.content(), "temperatures": self.temperatures, "swept": self.swept, "parts": parts}
        arrays = {f"{LEARNED}{name}": one for name, one in mover.response.arrays.items()}
        for n, cloud in enumerate((self.cloud, *self.rungs, *self.kept)):
            arrays |= {f"{n}-{name}": getattr(cloud, name) for name in ARRAYS}
        stage.keep(share, arrays, values)

    def sweep(self, mover: Mover) -> None:
        """Move the cloud once; of a ladder keep those that are draws of the posterior."""
        up = mover.beta >= 1.0
        self.cloud = mover.sweep(self.cloud, self.temperatures if up else self.temperatures[-1:])
        self.swept += 1
        if mover.plan.ladder and up:
            each = len(self.cloud.fit) // len(self.temperatures)
            self.kept.append(self.cloud.take(np.arange(-each, 0)))
            self.kept = self.kept[-((self.swept + 1) // 2) :]

    def raised(self, mover: Mover) -> None:
        """Raise the temperature; at its end set up the ladder, if there is to be one."""
        count = mover.plan.ladder
        if count:
            self.rungs.append(self.cloud.spread(count))
        self.cloud = self.cloud.take(step(self.cloud.fit, mover, mover.plan.keep * mover.plan.members))
        self.temperatures.append(mover.beta)
        self.swept = 0
        if count and mover.beta >= 1.0:
            self.cloud, self.rungs = Cloud.joined([*self.rungs, self.cloud.spread(count)]), []

    @property
    def found(self) -> Cloud:
        """Draws of the posterior."""
        return Cloud.joined(self.kept) if self.kept else self.cloud


def temper(way: Way, mover: Mover, progress: Progress | None = None, stage: Stage | None = None) -> None:
    """Take a cloud from its first temperature to that of the posterior, β = 1.

    Parameters
    ----------
    progress
        Called with the share of the way to the end of all sweeps that is done: half at β = 1, by its logarithm.
    stage
        Where the way is kept from time to time, between two sweeps.
    """
    kept, tell = stage or Stage(None, ""), progress or (lambda _: None)
    while mover.beta < 1.0:
        share = 0.5 * (1.0 - float(np.log(mover.beta) / np.log(way.temperatures[0])))
        while way.swept < mover.plan.sweeps:
            way.sweep(mover)
            if kept.is_due:
                way.keep(kept, mover, share)
        tell(share)
        way.raised(mover)
    if way.swept == 0:
        mover.forget()


def settle(
    way: Way, mover: Mover, until: int, progress: Progress | None = None, stage: Stage | None = None
) -> None:  # fmt: skip
    """Sweep a cloud at β = 1 until so many sweeps are made; arguments as of :func:`temper`."""
    kept, tell = stage or Stage(None, ""), progress or (lambda _: None)
    while way.swept < until:
        way.sweep(mover)
        share = 0.5 + 0.5 * way.swept / mover.plan.most
        if kept.is_due or way.swept == mover.plan.most:
            way.keep(kept, mover, share)
        tell(share)


def ended(way: Way, mover: Mover) -> Tempered:
    """What a way has come to."""
    told = mover.shares(), mover.log_evidence, mover.simulated, way.swept
    return Tempered(way.found, tuple(way.temperatures), *told)
