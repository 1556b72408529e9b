"""Moves of a population over (parameters, random numbers) at a temperature.

The target at temperature β is prior x distribution of the random numbers x (likelihood of the record)^β. Every move is
a Metropolis step, and the simulator is a pure function of (parameters, random numbers), so that the end of it is the
exact posterior over both, up to the length of the chains. Parameters move along differences of other members (ter Braak
2006) or are drawn anew.

*Random numbers in spans.* The random numbers of a run are a row of spans (since, run): from quarter `since` on random
numbers are those of (seed, run), until another span begins; the first begins with the record. The others stand in no
order, and where two begin together the later in the row counts. New random numbers are always drawn from their prior:
random numbers that another member has cannot be given back, so that only exchanges would be sound, and too few of those
are accepted to be worth their two runs.

*On a ladder* members stand at all temperatures at once, each moved at its own, and neighbours change places (Swendsen
and Wang 1986), even and odd pairs in turn (Syed et al. 2022): what has come loose where the record counts little comes
down to where it counts in full. Those at β = 1 are draws of the posterior. Parameters are moved by two proposals
reversible under their prior: a few drawn anew, or all a step that is long where the record says little
(:class:`Response`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.arrays import Booleans, Floats, Integers
from copark.calibration.address_spans import RUN, SINCE, present
from copark.calibration.linear_algebra import one_thread
from copark.calibration.observations import ObservationModel
from copark.calibration.prior import expit
from copark.json_types import JsonObject
from copark.model.addresses import SPANS

Simulate = Callable[[Floats, Integers], Floats]
"""Counterparts of points of the cube under random numbers in spans, shape (runs, targets)."""
MOST = 1 + SPANS
"""Most spans random numbers may have, the first included."""
MOMENTS = ("moves", "answers", "squares", "left")
STEPS = (0.25, 0.5)
"""Lengths of steps, as shares of what prior and record together leave of a direction."""
MEMORY = 0.8
"""Weight of what was learned before a sweep against what was learned in it."""
FAR = 50.0
"""Squared answer, in errors, from which a move tells less of what small ones do."""
RIDGE = 1e-3
FRESH = 1 << 32
"""First number of a run that is not in the prior batch."""
MOVES = 0x6D6F766573
FEW = 0.05
SOME = 0.2
ALL = 1.0
REPLACED = "span anew"
SHIFTED = "border moved"
BEGUN = "span elsewhere"
MOVE_KINDS = (REPLACED, SHIFTED, BEGUN)
MOVE_SHARES = (0.6, 0.2, 0.2)
"""How often random numbers are moved in which way."""
RANDOM_MOVES = 4
"""Moves of random numbers in a sweep without a ladder."""
MIXED = 2
"""How often parameters are drawn anew and stepped, and random numbers moved, in a sweep of a ladder."""
SHIFTS = (-2, -1, 1, 2)
EARLY = 4.0
GONE = -1e12
"""Log-likelihood of a run without a value, in place of minus infinity, whose differences are no number."""
HELD = ("fresh", "beta", "log_evidence")
"""What a mover holds, beside its generator."""


def normal_scores(z: Floats) -> Floats:
    """Return points of the logit scale as quantiles of the standard normal distribution, accurate in both tails."""
    from scipy.special import log_expit, ndtri_exp

    return np.where(z > 0.0, -1.0, 1.0) * ndtri_exp(log_expit(-np.abs(z)))


def logits(x: Floats) -> Floats:
    """Invert :func:`normal_scores`."""
    from scipy.special import log_ndtr

    return log_ndtr(x) - log_ndtr(-x)


class Response:
    """Response of runs to their parameters while chance events stay as they are, learned from moves that were tried.

    Parameters x are normal scores, N(0, 1) in the prior; answers y are counterparts of the record in errors of
    observation. A regression of Δy on Δx gives J, one of the squared residuals on Δx² what each parameter does beside
    that, d ≥ 0. With F = J Jᵀ + diag(d) = V diag(λ) Vᵀ a step is x' = V (√(1 - b²) Vᵀ x + b ξ) with ξ ~ N(0, I) and b =
    h / √(1 + β λ), at most 1: pCN (Cotter et al. 2013) with a length for each direction (Cui, Law and Marzouk 2016).
    Whatever λ and V are, it leaves N(0, I) as it is.
    """

    def __init__(self) -> None:
        self.arrays: dict[str, Floats] = {}

    def note(self, moved: Floats, answered: Floats) -> None:
        """Add moves Δx and answers Δy, accepted or not, shapes (moves, axes) and (moves, targets)."""
        is_known = np.isfinite(answered).all(axis=1)
        x = moved[is_known]
        y = answered[is_known]
        # Moves that answer by far more than an error say little of what small ones do.
        weights = 1.0 / (1.0 + (y**2).sum(axis=1) / FAR)
        slopes = self.arrays.get("slopes")
        with one_thread():
            squares = x**2 if slopes is not None else np.zeros_like(x)
            residuals = np.zeros(len(x)) if slopes is None else weights * ((y - x @ slopes) ** 2).sum(axis=1)
            sums = (x.T * weights) @ x, (x.T * weights) @ y, (squares.T * weights) @ squares, squares.T @ residuals
        for name, moment_sum in zip(MOMENTS, sums, strict=True):
            self.arrays[name] = self.arrays[name] + moment_sum if name in self.arrays else moment_sum

    def learn(self) -> None:
        """Make rates λ and axes V of what was noted, and let it fade."""
        from scipy.optimize import nnls

        def ridged(moments: Floats) -> Floats:
            return moments + (RIDGE * np.trace(moments) / len(moments) + 1e-12) * np.eye(len(moments))

        with one_thread():
            slopes: Floats = np.linalg.solve(ridged(self.arrays["moves"]), self.arrays["answers"]).astype(np.float64)
            information = slopes @ slopes.T
            if self.arrays["squares"].any():
                root = np.linalg.cholesky(ridged(self.arrays["squares"]))
                information += np.diag(
                    nnls(root.T, np.linalg.solve(root, self.arrays["left"]), maxiter=100 * len(root))[0]
                )
            rates, axes = np.linalg.eigh(information)
        for name in MOMENTS:
            self.arrays[name] = self.arrays[name] * MEMORY
        self.arrays |= {"slopes": slopes, "rates": np.maximum(rates, 0.0), "axes": axes}

    def steps(self, x: Floats, beta: Floats | float, random: np.random.Generator) -> Floats:
        """Propose normal scores a step away.

        Parameters
        ----------
        x
            Normal scores, shape (members, axes).
        beta
            Temperature of all members, or of each, shape (members, 1).
        random
            Generator the steps are drawn from.
        """
        length = random.choice(STEPS, size=(len(x), 1)) / np.sqrt(1.0 + beta * self.arrays["rates"])
        with one_thread():
            turned = x @ self.arrays["axes"]
            proposed = np.sqrt(1.0 - length**2) * turned + length * random.standard_normal(x.shape)
            scores: Floats = proposed @ self.arrays["axes"].T
        return scores


def exchanged(fit: Floats, betas: Floats, members: int, odd: bool, random: np.random.Generator) -> Integers:
    """Find where each place of a ladder takes its member from, after neighbours were offered to change places.

    Members at β and β' change places with probability min(1, exp((β - β') (fit' - fit))).

    Parameters
    ----------
    fit
        Log-likelihoods, shape (temperatures x members,), temperature by temperature.
    betas
        Temperatures, rising.
    members
        Members at each temperature.
    odd
        Whether the second and third, fourth and fifth … are paired, not the first and second, third and fourth ….
    random
        Generator that decides.
    """
    origins = np.arange(len(fit))
    for low in range(int(odd), len(betas) - 1, 2):
        lower = low * members + np.arange(members)
        upper = (low + 1) * members + random.permutation(members)
        gain = (betas[low] - betas[low + 1]) * (fit[upper] - fit[lower])
        accepted = np.log(random.random(members)) < gain
        origins[lower[accepted]], origins[upper[accepted]] = upper[accepted], lower[accepted]
    return origins


@dataclass(frozen=True)
class Cloud:
    """Members of equal weight."""

    z: Floats
    """Points on the logit scale, shape (members, axes)."""
    addresses: Integers
    """Addresses of random numbers, shape (members, spans, 2)."""
    counterparts: Floats
    """Counterparts of the targets, shape (members, targets)."""
    fit: Floats
    """Log-likelihoods, shape (members,)."""

    def take(self, positions: Integers) -> Cloud:
        """Return the members at positions."""
        return Cloud(self.z[positions], self.addresses[positions], self.counterparts[positions], self.fit[positions])

    def spread(self, count: int) -> Cloud:
        """Return that many members, evenly over the cloud."""
        return self.take((np.arange(count) * len(self.fit)) // count)

    @classmethod
    def joined(cls, parts: Sequence[Cloud]) -> Cloud:
        """Join several clouds, in their order."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in ARRAYS))

    def accept(self, where: Integers, proposed: Cloud, accepted: Booleans) -> Cloud:
        """Put the accepted proposals in the places they were made from.

        Parameters
        ----------
        where
            Positions the proposals were made from.
        proposed
            The proposals, in the same order.
        accepted
            Whether each is accepted.
        """
        arrays = {name: getattr(self, name).copy() for name in ARRAYS}
        for name, array in arrays.items():
            array[where[accepted]] = getattr(proposed, name)[accepted]
        return Cloud(**arrays)


ARRAYS = tuple(field.name for field in fields(Cloud))


@dataclass(frozen=True)
class TemperingPlan:
    """The way a cloud is moved."""

    members: int = 512
    """Members of a population."""
    sweeps: int = 12
    """Sweeps at each temperature, each moving every member's parameters twice and its random numbers several times."""
    last_sweeps: int = 150
    """Further ones at the end."""
    keep: float = 0.85
    """Effective share of members a step of temperature may leave."""
    quarters: int = 0
    """Quarters of random numbers that bear on the record."""
    spans: int = MOST
    """Spans that random numbers have."""
    early: bool = False
    """Whether spans are shorter early on, where random numbers bear on all that follows: borders then have a density of
    1 / (quarter + EARLY), not the same everywhere."""
    ladder: int = 0
    """Members at each temperature of a ladder on which the last sweeps are made, with none at β = 1."""

    @property
    def most(self) -> int:
        """Most sweeps at the end."""
        return self.sweeps + self.last_sweeps


def log_prior(z: Floats) -> Floats:
    """Compute the log-density of the uniform prior on the logit scale, shape (members,)."""
    size = np.abs(z)
    return (-size - 2.0 * np.log1p(np.exp(-size))).sum(axis=1)


def plain_state(state: Mapping[str, Any]) -> JsonObject:
    """Return the state of a generator of NumPy as plain values, which it takes back."""
    return {
        name: plain_state(part)
        if isinstance(part, Mapping)
        else part.tolist()
        if isinstance(part, np.ndarray)
        else part
        for name, part in state.items()
    }


class Mover:
    """The moves of a cloud, with the generator, the counter of fresh runs, and the temperature."""

    def __init__(
        self, simulate: Simulate, model: ObservationModel, plan: TemperingPlan, seed: int, stream: int
    ) -> None:
        self.simulate = simulate
        self.model = model
        self.plan = plan
        self.response = Response()
        self.random = np.random.Generator(np.random.Philox(key=np.array([seed, MOVES + stream], dtype=np.uint64)))
        self.fresh = FRESH * (stream + 1)
        self.beta = 0.0
        self.log_evidence = 0.0

    def content(self) -> JsonObject:
        """Return what it holds, as plain values."""
        values = {name: getattr(self, name) for name in HELD}
        return values | {"random": plain_state(self.random.bit_generator.state)}

    def restore(self, content: Mapping[str, Any]) -> None:
        """Take over what another one held."""
        for name in HELD:
            setattr(self, name, content[name])
        self.random.bit_generator.state = content["random"]

    def decided(self, cloud: Cloud, where: Integers, proposed: Cloud, gain: Floats) -> Cloud:
        """Accept proposals by their gain in log-density.

        Parameters
        ----------
        cloud
            Members as they are.
        where
            Positions the proposals were made from.
        proposed
            The proposals, in the same order.
        gain
            Gain in log-density of each.
        """
        accepted = np.log(self.random.random(len(where))) < gain
        return cloud.accept(where, proposed, accepted)

    def fitted(self, z: Floats, addresses: Integers) -> Cloud:
        """Simulate members and give them as a cloud."""
        counterparts = self.simulate(expit(z), addresses)
        return Cloud(z, addresses, counterparts, np.maximum(self.model.log_likelihood(counterparts), GONE))

    def differences(self, z: Floats, others: Floats) -> Floats:
        """Propose places a scaled difference of two others away, in few, some or all directions."""
        count, axes = z.shape
        first, second = (others[self.random.integers(len(others), size=count)] for _ in range(2))
        share = self.random.choice([FEW, SOME, ALL], size=(count, 1))
        moved = self.random.random((count, axes)) < share
        # Half of ter Braak's 2.38/√(2d), d the parameters that are moved.
        length = 1.19 / np.sqrt(2.0 * np.maximum(moved.sum(axis=1, keepdims=True), 1))
        length = length * np.exp(0.5 * self.random.standard_normal((count, 1)))
        return z + moved * (length * (first - second) + 1e-3 * self.random.standard_normal((count, axes)))

    def anew(self, z: Floats) -> Floats:
        """Propose one to four parameters anew from the prior: what the record does not hold moves freely."""
        count, axes = z.shape
        count_moved = self.random.choice([1, 2, 4], size=(count, 1))
        moved = self.random.random((count, axes)).argsort(axis=1) < count_moved
        u = self.random.random((count, axes))
        return np.where(moved, np.log(u) - np.log1p(-u), z)

    def move_parameters(self, cloud: Cloud) -> Cloud:
        """Move every member's parameters twice, one half of the cloud by the other."""
        order = self.random.permutation(len(cloud.fit))
        halves = order[: len(order) // 2], order[len(order) // 2 :]
        for along in (True, False):
            for where, others in (halves, halves[::-1]):
                before = cloud.z[where]
                z = self.differences(before, cloud.z[others]) if along else self.anew(before)
                proposed = self.fitted(z, cloud.addresses[where])
                gain = self.beta * (proposed.fit - cloud.fit[where])
                if along:
                    gain = gain + log_prior(z) - log_prior(before)
                cloud = self.decided(cloud, where, proposed, gain)
        return cloud

    def anywhere(self, size: int | tuple[int, ...]) -> Integers:
        """Draw quarters for spans to begin with, from their prior."""
        last = self.plan.quarters
        if not self.plan.early:
            return self.random.integers(1, last + 1, size=size)
        passed = EARLY * np.expm1(np.log1p(last / EARLY) * self.random.random(size))
        return np.minimum(1 + passed.astype(np.int64), last)

    def log_share(self, since: Integers) -> Floats:
        """Compute the log-prior of spans that begin with these quarters, up to a constant; the last axis is summed."""
        if not self.plan.early:
            return np.zeros(since.shape[:-1])
        return np.log(np.log1p(1.0 / (since - 1 + EARLY))).sum(axis=-1)

    def proposed_random_numbers(self, addresses: Integers) -> tuple[Integers, NDArray[np.str_]]:
        """Propose random numbers, each moved in one way, as likely to be proposed back; and name the ways.

        A span that some quarter lies in gets a fresh run; or the border of a span is moved by one or two quarters, from
        the end of the record to its beginning if need be; or a span is put to begin anywhere, with a fresh run.
        """
        count = len(addresses)
        spans = addresses.shape[1]
        last = self.plan.quarters
        rows = np.arange(count)
        proposed = addresses.copy()
        runs = self.fresh + rows
        self.fresh += count
        kinds = self.random.choice(np.array(MOVE_KINDS), size=count, p=MOVE_SHARES)
        some = (self.random.random((count, spans)) * present(addresses, last)).argmax(axis=1)
        border = self.random.integers(1, spans, size=count)
        step = self.random.choice(SHIFTS, size=count)
        anywhere = self.anywhere(count)
        since = addresses[rows, border, SINCE]
        replaced, shifted, begun = (kinds == kind for kind in MOVE_KINDS)
        proposed[rows, border, SINCE] = np.where(
            begun, anywhere, np.where(shifted, (since - 1 + step) % last + 1, since)
        )
        proposed[rows[replaced], some[replaced], RUN] = runs[replaced]
        proposed[rows[begun], border[begun], RUN] = runs[begun]
        return proposed, kinds

    def move_all(self, cloud: Cloud, steps: bool, beta: Floats) -> Cloud:
        """Move every member's parameters once, each at its temperature.

        Parameters
        ----------
        cloud
            Members as they are.
        steps
            Whether all parameters step together, once steps are learned; else a few are drawn anew.
        beta
            Temperature of each member, shape (members,).
        """
        before = normal_scores(cloud.z)
        learned = steps and "rates" in self.response.arrays
        z = logits(self.response.steps(before, beta[:, np.newaxis], self.random)) if learned else self.anew(cloud.z)
        proposed = self.fitted(z, cloud.addresses)
        if self.beta < 1.0:
            answered = self.model.standardised(proposed.counterparts) - self.model.standardised(cloud.counterparts)
            self.response.note(normal_scores(z) - before, answered)
        return self.decided(cloud, np.arange(len(z)), proposed, beta * (proposed.fit - cloud.fit))

    def move_random_numbers(self, cloud: Cloud, beta: Floats | float) -> Cloud:
        """Move every member's random numbers once."""
        addresses, kinds = self.proposed_random_numbers(cloud.addresses)
        proposed = self.fitted(cloud.z, addresses)
        share = self.log_share(addresses[:, 1:, SINCE]) - self.log_share(cloud.addresses[:, 1:, SINCE])
        gain = beta * (proposed.fit - cloud.fit) + np.where(kinds == SHIFTED, share, 0.0)
        return self.decided(cloud, np.arange(len(cloud.fit)), proposed, gain)

    def sweep(self, cloud: Cloud, betas: Sequence[float]) -> Cloud:
        """Move each member's parameters twice, then its random numbers several times; of a plan with a ladder, in turn.

        Parameters
        ----------
        cloud
            Members as they are.
        betas
            Temperatures the members stand at, as many at each, in their order: more than one on a ladder only.
        """
        if not self.plan.ladder:
            cloud = self.move_parameters(cloud)
            for _ in range(RANDOM_MOVES):
                cloud = self.move_random_numbers(cloud, self.beta)
            return cloud
        rung_size = len(cloud.fit) // len(betas)
        rungs = np.array(betas)
        beta = np.repeat(betas, rung_size)
        for n in range(3 * MIXED):
            cloud = self.move_random_numbers(cloud, beta) if n % 3 == 2 else self.move_all(cloud, n % 3 == 1, beta)
            cloud = cloud.take(exchanged(cloud.fit, rungs, rung_size, n % 2 == 1, self.random))
        if self.beta < 1.0:
            self.response.learn()
        return cloud
