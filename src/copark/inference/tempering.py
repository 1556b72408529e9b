"""Sequential Monte Carlo over (parameters, luck): from the prior batch to the record by small steps of temperature.

The target at temperature β is prior x luck x (likelihood of the record)^β. Luck is in spans of quarters (see
:mod:`copark.inference.rng_segments`), so that a few quarters of it can be changed and the rest kept. Parameters move
along differences of other members of the cloud (ter Braak 2006) or are drawn anew.

Every move is a Metropolis step, and the simulator is a pure function of (parameters, luck), so that the end of it is
the exact posterior over both, up to the length of the chains. New luck is always drawn from its prior. Borrowing it
from other members was tried and left out: a luck that another member has cannot be given back, so that only exchanges
between two members are sound, and of those too few are accepted to be worth their two runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.inference.posterior import systematic
from copark.inference.prior import expit
from copark.inference.rng_segments import MOST, RUN, SINCE, present
from copark.store.checkpoints import Stage

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Simulate = Callable[[Floats, Integers], Floats]
"""Counterparts of points of the cube under lucks in spans, shape (runs, targets)."""
Likelihood = Callable[[Floats], Floats]
Progress = Callable[[float], None]

FRESH = 1 << 32
"""First number of a run that is not in the prior batch."""
MOVES = 0x6D6F766573
FEW, SOME, ALL = 0.05, 0.2, 1.0
ALONG, ANEW = "parameters moved", "parameters anew"
REPLACED, SHIFTED, BEGUN = "span anew", "border moved", "span elsewhere"
LUCK_KINDS = (REPLACED, SHIFTED, BEGUN)
LUCK_SHARES = (0.6, 0.2, 0.2)
"""How often a luck is moved in which way."""
SHIFTS = (-2, -1, 1, 2)
EARLY = 4.0
ARRAYS = ("z", "lucks", "seen", "fit")
"""Arrays of a cloud."""
GONE = -1e12
"""Log-likelihood of a run without a value, in place of minus infinity, whose differences are no number."""


@dataclass(frozen=True)
class Cloud:
    """Members of equal weight: z on the logit scale (members, axes), lucks (members, spans, 2), counterparts, fit."""

    z: Floats
    lucks: Integers
    seen: Floats
    fit: Floats

    def take(self, at: Integers) -> Cloud:
        """Give the members at positions."""
        return Cloud(self.z[at], self.lucks[at], self.seen[at], self.fit[at])

    def accept(self, where: Integers, proposed: Cloud, accepted: NDArray[np.bool_]) -> Cloud:
        """Give the cloud with the accepted proposals in the places they were made from."""
        at = where[accepted]
        arrays = {}
        for name in ARRAYS:
            array = getattr(self, name).copy()
            array[at] = getattr(proposed, name)[accepted]
            arrays[name] = array
        return replace(self, **arrays)


@dataclass(frozen=True)
class Plan:
    """How the cloud is moved.

    Parameters
    ----------
    members
        Members of the cloud.
    sweeps
        Sweeps at each temperature; a sweep moves every member's parameters twice and its luck several times.
    last_sweeps
        Further sweeps at the end.
    keep
        Effective share of members a step of temperature may leave.
    quarters
        Quarters of luck that bear on the record.
    spans
        Spans of luck, the first included.
    luck_moves
        Moves of luck in a sweep.
    early
        Whether spans are shorter early on, where luck bears on all that follows and only little of it can be changed at
        once: borders have a density of 1 / (quarter + EARLY), not the same everywhere.
    """

    members: int = 512
    sweeps: int = 12
    last_sweeps: int = 150
    keep: float = 0.85
    quarters: int = 0
    spans: int = MOST
    luck_moves: int = 4
    early: bool = False

    @property
    def most(self) -> int:
        """Most sweeps at the end."""
        return self.sweeps + self.last_sweeps


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


def log_prior(z: Floats) -> Floats:
    """Log-density of the uniform prior on the logit scale, shape (members,)."""
    size = np.abs(z)
    found: Floats = (-size - 2.0 * np.log1p(np.exp(-size))).sum(axis=1)
    return found


HELD = ("fresh", "tried", "taken", "simulated", "beta", "log_evidence")
"""What a mover holds, beside its generator."""


def plain_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a generator of NumPy as plain values, which it takes back."""
    return {
        name: plain_state(one) if isinstance(one, Mapping) else one.tolist() if isinstance(one, np.ndarray) else one
        for name, one in state.items()
    }


class Mover:
    """Moves a cloud; holds the generator, the counter of fresh runs, the temperature and what was accepted."""

    def __init__(self, simulate: Simulate, likelihood: Likelihood, plan: Plan, seed: int, stream: int) -> None:
        self.simulate = simulate
        self.likelihood = likelihood
        self.plan = plan
        self.random = np.random.Generator(np.random.Philox(key=np.array([seed, MOVES + stream], dtype=np.uint64)))
        self.fresh = FRESH * (stream + 1)
        self.tried: dict[str, int] = {}
        self.taken: dict[str, int] = {}
        self.simulated = 0
        self.beta = 0.0
        self.log_evidence = 0.0

    def content(self) -> dict[str, Any]:
        """What it holds, as plain values."""
        told = {name: getattr(self, name) for name in HELD}
        return told | {"random": plain_state(self.random.bit_generator.state)}

    def restore(self, content: Mapping[str, Any]) -> None:
        """Hold what another one held."""
        for name in HELD:
            setattr(self, name, content[name])
        self.random.bit_generator.state = content["random"]

    def fresh_runs(self, count: int) -> Integers:
        """Give numbers of runs that no luck has had."""
        made: Integers = self.fresh + np.arange(count, dtype=np.int64)
        self.fresh += count
        return made

    def decided(self, cloud: Cloud, where: Integers, made: Cloud, gain: Floats, kinds: NDArray[np.str_]) -> Cloud:
        """Accept proposals by their gain in log-density, and count them by kind."""
        accepted = np.log(self.random.random(len(where))) < gain
        for kind in np.unique(kinds):
            own = kinds == kind
            self.tried[str(kind)] = self.tried.get(str(kind), 0) + int(own.sum())
            self.taken[str(kind)] = self.taken.get(str(kind), 0) + int(accepted[own].sum())
        return cloud.accept(where, made, accepted)

    def fitted(self, z: Floats, lucks: Integers) -> Cloud:
        """Simulate members and give them as a cloud."""
        seen = self.simulate(expit(z), lucks)
        self.simulated += len(z)
        return Cloud(z, lucks, seen, np.maximum(self.likelihood(seen), GONE))

    def differences(self, z: Floats, others: Floats) -> Floats:
        """Propose places a scaled difference of two others away, in few, some or all directions."""
        count, axes = z.shape
        first, second = (others[self.random.integers(len(others), size=count)] for _ in range(2))
        share = self.random.choice([FEW, SOME, ALL], size=(count, 1))
        moved = self.random.random((count, axes)) < share
        length = 1.19 / np.sqrt(2.0 * np.maximum(moved.sum(axis=1, keepdims=True), 1))
        length = length * np.exp(0.5 * self.random.standard_normal((count, 1)))
        made: Floats = z + moved * (length * (first - second) + 1e-3 * self.random.standard_normal((count, axes)))
        return made

    def anew(self, z: Floats) -> Floats:
        """Propose one to four parameters anew from the prior: what the record does not hold moves freely."""
        count, axes = z.shape
        wanted = self.random.choice([1, 2, 4], size=(count, 1))
        moved = self.random.random((count, axes)).argsort(axis=1) < wanted
        u = self.random.random((count, axes))
        made: Floats = np.where(moved, np.log(u) - np.log1p(-u), z)
        return made

    def move_parameters(self, cloud: Cloud) -> Cloud:
        """Move every member's parameters twice, one half of the cloud by the other."""
        order = self.random.permutation(len(cloud.fit))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        for kind in (ALONG, ANEW):
            for where, others in (halves, halves[::-1]):
                before = cloud.z[where]
                z = self.differences(before, cloud.z[others]) if kind == ALONG else self.anew(before)
                made = self.fitted(z, cloud.lucks[where])
                gain = self.beta * (made.fit - cloud.fit[where])
                if kind == ALONG:
                    gain = gain + log_prior(z) - log_prior(before)
                cloud = self.decided(cloud, where, made, gain, np.full(len(where), kind))
        return cloud

    def anywhere(self, size: int | tuple[int, ...]) -> Integers:
        """Draw quarters for spans to begin with, from their prior."""
        last = self.plan.quarters
        if not self.plan.early:
            return self.random.integers(1, last + 1, size=size)
        passed = EARLY * np.expm1(np.log1p(last / EARLY) * self.random.random(size))
        found: Integers = np.minimum(1 + passed.astype(np.int64), last)
        return found

    def log_share(self, since: Integers) -> Floats:
        """ln of the prior of spans that begin with these quarters, up to a constant; the last axis is summed."""
        if not self.plan.early:
            return np.zeros(since.shape[:-1])
        found: Floats = np.log(np.log1p(1.0 / (since - 1 + EARLY))).sum(axis=-1)
        return found

    def other_lucks(self, lucks: Integers) -> tuple[Integers, NDArray[np.str_]]:
        """Propose lucks, each moved in one way: as likely to be proposed back.

        A span that some quarter lies in gets a fresh run; or the border of a span is moved by one or two quarters, from
        the end of the record to its beginning if need be; or a span is put to begin anywhere, with a fresh run.
        """
        count, spans, last = len(lucks), lucks.shape[1], self.plan.quarters
        every = np.arange(count)
        made, runs = lucks.copy(), self.fresh_runs(count)
        kinds = self.random.choice(np.array(LUCK_KINDS), size=count, p=LUCK_SHARES)
        some = (self.random.random((count, spans)) * present(lucks, last)).argmax(axis=1)
        border = self.random.integers(1, spans, size=count)
        step = self.random.choice(SHIFTS, size=count)
        anywhere = self.anywhere(count)
        since = lucks[every, border, SINCE]
        replaced, shifted, begun = (kinds == kind for kind in LUCK_KINDS)
        made[every, border, SINCE] = np.where(begun, anywhere, np.where(shifted, (since - 1 + step) % last + 1, since))
        made[every[replaced], some[replaced], RUN] = runs[replaced]
        made[every[begun], border[begun], RUN] = runs[begun]
        return made, kinds

    def move_lucks(self, cloud: Cloud) -> Cloud:
        """Move every member's luck once."""
        lucks, kinds = self.other_lucks(cloud.lucks)
        made = self.fitted(cloud.z, lucks)
        share = self.log_share(lucks[:, 1:, SINCE]) - self.log_share(cloud.lucks[:, 1:, SINCE])
        gain = self.beta * (made.fit - cloud.fit) + np.where(kinds == SHIFTED, share, 0.0)
        return self.decided(cloud, np.arange(len(cloud.fit)), made, gain, kinds)

    def sweep(self, cloud: Cloud) -> Cloud:
        """Move every member's parameters twice, then its luck several times."""
        cloud = self.move_parameters(cloud)
        for _ in range(self.plan.luck_moves):
            cloud = self.move_lucks(cloud)
        return cloud

    def shares(self) -> dict[str, float]:
        """Share of moves accepted since they were last forgotten, by kind."""
        return {kind: self.taken[kind] / max(self.tried[kind], 1) for kind in sorted(self.tried)}

    def forget(self) -> None:
        """Begin counting anew."""
        self.tried.clear()
        self.taken.clear()


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

    Half as many need be effective as at the other steps: there are many to choose from.
    """
    return step(np.maximum(fit, GONE), mover, max(0.5 * mover.plan.keep * mover.plan.members, 16.0))


@dataclass
class Way:
    """How far a cloud has come: where it is, temperatures passed, sweeps made at the one it is at."""

    cloud: Cloud
    temperatures: list[float]
    swept: int = 0

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
        return cls(Cloud(*(arrays[name] for name in ARRAYS)), list(values["temperatures"]), values["swept"])

    def keep(self, stage: Stage, mover: Mover, share: float) -> None:
        """Keep it, with all the mover holds."""
        values = {"mover": mover.content(), "temperatures": self.temperatures, "swept": self.swept}
        stage.keep(share, {name: getattr(self.cloud, name) for name in ARRAYS}, values)

    def sweep(self, mover: Mover) -> None:
        """Move the cloud once."""
        self.cloud = mover.sweep(self.cloud)
        self.swept += 1

    def raised(self, mover: Mover) -> None:
        """Raise the temperature."""
        self.cloud = self.cloud.take(step(self.cloud.fit, mover, mover.plan.keep * mover.plan.members))
        self.temperatures.append(mover.beta)
        self.swept = 0


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
    return Tempered(way.cloud, tuple(way.temperatures), *told)
