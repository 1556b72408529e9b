"""Optional refinement of the parameter posterior: synthetic likelihood of the learned summaries, sampled by emcee.

At each proposed point several runs are made with luck of their own; their summaries give a normal likelihood of the
record's summaries (Wood 2010). Only the axes the first posterior moved are sampled. The others are drawn from it for
every run, and so averaged over: what the data did not move cannot be refined.

It is offered (``Settings.refine``), and set beside the first posterior to see whether that stays where it is; what
ships is the first. Measured on Great Stone, on the ten axes refined: over the 30 simulated records nearest to the real
one, intervals of 90 % held the truth in 88 % (first) and 87 % (refined, 24 runs at a point), the refined ones were 4 %
narrower, and the score was 0.135 and 0.137 (CRPS on the prior's ranks; the difference is 0.003 with a standard error of
0.002). With 64 runs at a point and 20 records: 87 % and 85 %, 0.134 and 0.135. It narrows a little and tells no more,
for half a million runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from copark.inference.posterior import ParameterPosterior
from copark.inference.prior import EDGE, expit, logit
from copark.inference.summaries import one_thread
from copark.store.checkpoints import Stage

if TYPE_CHECKING:
    from emcee import EnsembleSampler, State

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Summarise = Callable[[Floats, int], Floats]
"""Summaries of runs at points, the first run having a number; shape (points, axes) to (points, summaries)."""
FIRST_RUN = 1 << 48
SMALLEST = 1e-8
GONE = -1e12
"""Log-density of an impossible point, in place of minus infinity, whose differences are no number."""


@dataclass(frozen=True)
class RefinePlan:
    """walkers; steps of each; steps dropped at the start; runs at each point."""

    walkers: int = 64
    steps: int = 120
    dropped: int = 40
    runs: int = 64


@dataclass(frozen=True)
class Refined:
    """The refined posterior, the share of proposals accepted and the number of runs made."""

    posterior: ParameterPosterior
    accepted: float
    simulated: int


def synthetic_log_likelihood(summaries: Floats, target: Floats) -> Floats:
    """Normal log-likelihood of a target by mean and covariance of several summaries at each point.

    Unbiased form of Price et al. (2018), which does not depend on how many runs are made at a point. It is zero where
    the target lies farther off than about the root of the number of runs, in standard deviations; there the plain
    normal density stands in, so that a chain begun far away knows where to go.

    Parameters
    ----------
    summaries
        Shape (points, runs, summaries).
    """
    from scipy.special import gammaln

    points, runs, width = summaries.shape
    found = np.full(points, -np.inf)
    if runs <= width + 3:
        raise ValueError(f"{runs} runs are too few for {width} summaries")
    order = np.arange(1, width + 1)
    constant = float(
        -0.5 * width * np.log(np.pi)
        + (gammaln((runs - order) / 2.0) - gammaln((runs - order - 1) / 2.0)).sum()
        - 0.5 * width * np.log(1.0 - 1.0 / runs)
    )
    for n in range(points):
        own = summaries[n]
        if not np.isfinite(own).all():
            continue
        covariance = np.cov(own, rowvar=False).reshape(width, width) + SMALLEST * np.eye(width)
        apart = target - own.mean(axis=0)
        scatter = (runs - 1.0) * covariance - np.outer(apart, apart) / (1.0 - 1.0 / runs)
        log_covariance = float(np.linalg.slogdet(covariance)[1])
        if np.linalg.eigvalsh(scatter)[0] > 0:
            found[n] = (
                constant
                - 0.5 * (runs - width - 2.0) * (log_covariance + width * np.log(runs - 1.0))
                + 0.5 * (runs - width - 3.0) * float(np.linalg.slogdet(scatter)[1])
            )
        else:
            square = float(apart @ np.linalg.solve(covariance, apart))
            found[n] = -0.5 * (square + log_covariance + width * np.log(2.0 * np.pi))
    return found


class SyntheticLikelihood:
    """Log-posterior of points on the moved axes, for all walkers at once."""

    def __init__(
        self, first: ParameterPosterior, moved: Integers, used: Integers, target: Floats, summarise: Summarise,
        plan: RefinePlan, seed: int,
    ) -> None:  # fmt: skip
        self.pool = first.equal(4096)
        self.moved, self.used, self.target = moved, used, target[used]
        self.summarise = summarise
        self.plan = plan
        self.random = np.random.default_rng([seed, len(moved)])
        self.next_run = FIRST_RUN
        self.simulated = 0

    def __call__(self, z: Floats) -> Floats:
        """Log-density at points on the logit scale of the moved axes, shape (points,)."""
        count = len(z)
        rows = self.random.integers(len(self.pool), size=count * self.plan.runs)
        points = self.pool[rows].copy()
        points[:, self.moved] = np.repeat(np.clip(expit(z), EDGE, 1.0 - EDGE), self.plan.runs, axis=0)
        summaries = self.summarise(points, self.next_run)[:, self.used]
        self.next_run += len(points)
        self.simulated += len(points)
        size = np.abs(z)
        prior = (-size - 2.0 * np.log1p(np.exp(-size))).sum(axis=1)
        with one_thread():
            likelihood = synthetic_log_likelihood(summaries.reshape(count, self.plan.runs, -1), self.target)
        found: Floats = np.maximum(likelihood + prior, GONE)
        return found


def refine(
    first: ParameterPosterior,
    moved: Integers,
    used: Integers,
    target: Floats,
    summarise: Summarise,
    plan: RefinePlan | None = None,
    seed: int = 1,
    stage: Stage | None = None,
) -> Refined:
    """Refine a posterior on the axes the data moved.

    Parameters
    ----------
    moved
        Positions of the axes to sample.
    used
        Positions of the summaries to use: as many as axes, or fewer; runs at a point must outnumber them by four.
    target
        The record's summaries.
    stage
        Where the walkers are kept from time to time, between two steps, and gone on with.

    Raises
    ------
    ValueError
        If there are too few runs at a point for the summaries used.
    """
    import emcee

    wanted = plan or RefinePlan()
    start = logit(first.equal(wanted.walkers))[:, moved]
    jitter = np.random.default_rng([seed, 7]).normal(scale=0.02, size=start.shape)
    likelihood = SyntheticLikelihood(first, moved, used, target, summarise, wanted, seed)
    sampler = emcee.EnsembleSampler(
        wanted.walkers,
        len(moved),
        likelihood,
        vectorize=True,
        moves=[(emcee.moves.DEMove(), 0.8), (emcee.moves.StretchMove(), 0.2)],
    )
    sampler.random_state = np.random.RandomState(seed % 2**32).get_state()
    walk(sampler, likelihood, start + jitter, wanted.steps, stage or Stage(None, ""))
    chain = sampler.get_chain(discard=wanted.dropped, thin=4, flat=True)
    points = first.equal(len(chain)).copy()
    points[:, moved] = expit(chain)
    weights = np.full(len(points), 1.0 / len(points))
    share = float(np.mean(sampler.acceptance_fraction))
    return Refined(ParameterPosterior(first.space, points, weights, first.distance), share, likelihood.simulated)


WALKED = ("chain", "log_prob", "accepted")
"""Arrays of a sampler: where walkers were at each step, log-densities there, proposals accepted of each walker."""


def walk(sampler: EnsembleSampler, likelihood: SyntheticLikelihood, start: Floats, steps: int, stage: Stage) -> None:
    """Take so many steps, or those that are missing of them.

    Parameters
    ----------
    start
        Where walkers begin, shape (walkers, axes).
    """
    from emcee import State

    backend = sampler.backend
    begin = State(start)
    if stage.found is not None:
        arrays, values = stage.found.arrays, stage.found.values
        for name in WALKED:
            setattr(backend, name, arrays[name])
        backend.iteration = len(backend.chain)
        likelihood.random.bit_generator.state = values["draws"]
        likelihood.next_run, likelihood.simulated = values["next_run"], values["simulated"]
        state = (values["kind"], arrays["keys"], *values["rest"])
        begin = State(backend.chain[-1], log_prob=backend.log_prob[-1], random_state=state)
    left = steps - backend.iteration
    if not left:
        return
    for state in sampler.sample(begin, iterations=left, skip_initial_state_check=True):
        if stage.is_due or backend.iteration == steps:
            keep_walk(backend.iteration / steps, sampler, likelihood, state, stage)


def keep_walk(
    share: float, sampler: EnsembleSampler, likelihood: SyntheticLikelihood, state: State, stage: Stage
) -> None:
    """Keep all steps so far, and both generators."""
    backend = sampler.backend
    kind, keys, *rest = state.random_state
    arrays = {name: getattr(backend, name) for name in WALKED[2:]}
    arrays |= {name: getattr(backend, name)[: backend.iteration] for name in WALKED[:2]} | {"keys": keys}
    values = {
        "kind": kind, "rest": rest, "draws": likelihood.random.bit_generator.state, "next_run": likelihood.next_run,
        "simulated": likelihood.simulated,
    }  # fmt: skip
    stage.keep(share, arrays, values)
