"""Diagnostics: what the data moved, what they cannot tell apart, whether the inference is honest, in plain words.

A parameter is called *moved* by rules fixed here: its interquartile range shrinks by a fifth, or it shares less than
three quarters of its probability with the prior; *weakly* moved from a tenth and 88 %. All is measured on the scale of
the prior's own ranks, so that units play no part.

What can only be asked of a calibration while its batch is there is examined at once, and kept beside its posteriors.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from copark.arrays import Floats, Integers
from copark.calibration.calibrate import Calibration
from copark.calibration.observations import ObservationModel, Target, noise
from copark.calibration.posterior import Neighbours
from copark.calibration.prior import MIX, Batch, PriorSpace
from copark.calibration.replay_posterior import ReplayPosterior
from copark.model.variables import ORIGINS, Variable, catalogue
from copark.progress import Progress, StagedProgress, of_stage, part_of
from copark.simulation.trust import CONVERGED
from copark.stats.convergence import APART
from copark.stats.quantiles import LEVELS, band, weighted_quantiles
from copark.stats.scores import Percentiles, percentiles, relative_half_width
from copark.store.checkpoints import Stage, Stages
from copark.texts import text

BINS = 20
RANK_BINS = 10
MOVED_SHRINK = 0.20
MOVED_OVERLAP = 0.75
WEAK_SHRINK = 0.10
WEAK_OVERLAP = 0.88
NOTHING = 5e-4
TIED = 0.35
"""Correlation from which two parameters are called hard to tell apart."""
PRIOR_SAMPLE = 1 << 13
PREDICTED_SEED = 0x707063
NUMBERS = "examination.json"
RANKS = "examination.npz"


@dataclass(frozen=True)
class Movement:
    """Shift of one parameter by the data."""

    name: str
    """Name of the parameter."""
    variable: Variable
    """The parameter, as the catalogue has it."""
    prior: tuple[float, ...]
    """Quantiles of the prior at 5, 25, 50, 75 and 95 %, in the parameter's unit."""
    posterior: tuple[float, ...]
    """Quantiles of the posterior at the same levels, in the parameter's unit."""
    shrink: float
    """1 - interquartile range after / before; below 0 where it grew."""
    overlap: float
    """Probability that prior and posterior share, 0 to 1: 1 where they are the same."""
    verdict: str
    """moved, weakly or unmoved."""
    places: tuple[float, ...] = ()
    """The posterior's quantiles on the scale of the prior's ranks, 0 to 1."""

    def title(self, lang: str = "en") -> str:
        """Give the parameter's title; of a share of the mix, with its origin."""
        return title_of(self.name, lang)

    def sentence(self, lang: str = "en") -> str:
        """Say in one sentence whether the data moved the parameter."""
        return text(
            f"inference.verdict.{self.verdict}",
            lang,
            title=self.title(lang),
            before=f"{self.prior[2]:.3g}",
            low=f"{self.posterior[0]:.3g}",
            middle=f"{self.posterior[2]:.3g}",
            high=f"{self.posterior[4]:.3g}",
            shrink=f"{100 * max(self.shrink, 0.0):.0f}",
        )


def verdict(shrink: float, overlap: float) -> str:
    """Choose the word for a movement, by the rules of this module."""
    if shrink >= MOVED_SHRINK or overlap < MOVED_OVERLAP:
        return "moved"
    return "weakly" if shrink >= WEAK_SHRINK or overlap < WEAK_OVERLAP else "unmoved"


def movement(name: str, prior: Floats, posterior: Floats, weights: Floats) -> Movement:
    """Compare a sample of the prior with a weighted sample of the posterior of one parameter.

    Parameters
    ----------
    name
        Name of the parameter.
    prior
        Sample of the prior, shape (draws,).
    posterior
        Sample of the posterior, shape (draws,).
    weights
        Weights of the posterior, shape (draws,).
    """
    places = np.searchsorted(np.sort(prior), posterior).astype(np.float64)
    ranks: Floats = (places + 0.5) / (len(prior) + 1.0)
    quarter = weighted_quantiles(ranks, weights, (0.25, 0.75))
    share = np.histogram(ranks, bins=BINS, range=(0.0, 1.0), weights=weights / weights.sum())[0]
    shrink = float(1.0 - (quarter[1] - quarter[0]) / 0.5)
    overlap = float(np.minimum(share, 1.0 / BINS).sum())
    before = np.quantile(prior, LEVELS)
    width = float(before[-1] - before[0])
    return Movement(
        name,
        catalogue().parameters[name.partition(".")[0]],
        tidy(before, width),
        tidy(weighted_quantiles(posterior, weights, LEVELS), width),
        shrink,
        overlap,
        verdict(shrink, overlap),
        tuple(float(x) for x in weighted_quantiles(ranks, weights, LEVELS)),
    )


def tidy(values: Floats, width: float) -> tuple[float, ...]:
    """Give values, those that are nothing beside a prior's width as 0: a median of 4e-6 is chance, and means 0."""
    return tuple(0.0 if abs(x) < NOTHING * width else float(x) for x in values)


def movements(space: PriorSpace, points: Floats, weights: Floats | None = None) -> tuple[Movement, ...]:
    """Compare prior and posterior of every parameter, most moved first.

    Parameters
    ----------
    space
        The cube.
    points
        Points of the posterior, shape (draws, axes).
    weights
        Weights of the posterior, shape (draws,); equal where none are given.
    """
    share = np.full(len(points), 1.0 / len(points)) if weights is None else weights
    before = space.table(space.sobol(0, PRIOR_SAMPLE, 1))
    after = space.table(points)
    compared = [movement(name, before[name], after[name], share) for name in after]
    return tuple(sorted(compared, key=lambda entry: entry.overlap))


def marks_of(replay: ReplayPosterior) -> dict[str, str]:
    """Mark each parameter by what the data did to it: moved, weakly, unmoved."""
    compared = movements(replay.space, replay.points)
    return {movement.name: movement.verdict for movement in compared}


@dataclass(frozen=True)
class Tie:
    """Two parameters the data cannot tell apart: more of one reads like less (or more) of the other."""

    first: str
    """Name of one parameter."""
    second: str
    """Name of the other."""
    correlation: float
    """Correlation of the two in the posterior, -1 to 1."""

    def sentence(self, lang: str = "en") -> str:
        """Say it in one sentence."""
        word = "traded" if self.correlation < 0 else "together"
        size = f"{self.correlation:+.2f}"
        first = title_of(self.first, lang)
        second = title_of(self.second, lang)
        return text(f"inference.tie.{word}", lang, first=first, second=second, size=size)


def title_of(name: str, lang: str) -> str:
    """Give the title of a parameter, or of one origin's share of the mix."""
    own = catalogue().parameters[name.partition(".")[0]].title(lang)
    if name.startswith(MIX + "."):
        origin = text(f"inference.origin.{name.partition('.')[2]}", lang)
        return text("inference.of_origin", lang, title=own, origin=origin)
    return own


def ties(space: PriorSpace, points: Floats, weights: Floats | None = None) -> tuple[Tie, ...]:
    """Find pairs of parameters whose ranks are correlated in the posterior by at least TIED, strongest first.

    Shares of the mix are left out against each other: they sum to one.

    Parameters
    ----------
    space
        The cube.
    points
        Points of the posterior, shape (draws, axes).
    weights
        Weights of the posterior, shape (draws,); equal where none are given.
    """
    share = np.full(len(points), 1.0 / len(points)) if weights is None else weights
    table = {name: values for name, values in space.table(points).items() if name != f"{MIX}.{ORIGINS[-1]}"}
    names = list(table)
    ranks = np.stack([np.argsort(np.argsort(values, kind="stable"), kind="stable") for values in table.values()])
    matrix = np.corrcoef(ranks) if len(points) < 2 else np.cov(ranks, aweights=share)
    scale = np.sqrt(np.diag(matrix))
    matrix = matrix / np.outer(scale, scale)
    pairs = [
        Tie(names[i], names[j], float(matrix[i, j]))
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if abs(matrix[i, j]) >= TIED and not (names[i].startswith(MIX) and names[j].startswith(MIX))
    ]
    return tuple(sorted(pairs, key=lambda tie: -abs(tie.correlation)))


@dataclass(frozen=True)
class Ranks:
    """Simulation-based calibration: ranks of the truth in its posterior, over many simulated records."""

    names: tuple[str, ...]
    """Names of the parameters, in the order of the columns."""
    ranks: Floats
    """Posterior probability below the truth, shape (records, axes); uniform if the posterior is honest."""

    def coverage(self, level: float = 0.9) -> Floats:
        """Compute the share of records whose truth lies in the central interval of this probability, shape (axes,)."""
        edge = (1.0 - level) / 2.0
        return ((self.ranks > edge) & (self.ranks < 1.0 - edge)).mean(axis=0)

    def overall(self, level: float = 0.9) -> float:
        """Compute the coverage over all axes."""
        return float(self.coverage(level).mean())

    def histogram(self) -> Integers:
        """Count all ranks in equal bins: flat if honest, a hill if too wide, a bowl if narrow."""
        return np.histogram(self.ranks, bins=RANK_BINS, range=(0.0, 1.0))[0].astype(np.int64)

    def expected(self, share: float, level: float = 0.95) -> tuple[float, float]:
        """Compute the band in which chance puts an observed share if the true one is this.

        Parameters
        ----------
        share
            The true share.
        level
            Probability of the band.
        """
        from scipy.stats import binom

        count = len(self.ranks)
        low, high = binom.ppf(((1.0 - level) / 2.0, (1.0 + level) / 2.0), count, share) / count
        return float(low), float(high)

    def outside(self, level: float = 0.9) -> tuple[str, ...]:
        """Name the axes whose coverage lies outside the band that chance allows, one in twenty being expected to."""
        low, high = self.expected(level)
        return tuple(
            name for name, share in zip(self.names, self.coverage(level), strict=True) if not low <= share <= high
        )


def simulated_ranks(
    batch: Batch,
    neighbours: Neighbours,
    *,
    records: int = 200,
    near: Floats | None = None,
    accepted: int = 2000,
    progress: Progress | None = None,
    stage: Stage | None = None,
) -> Ranks:
    """Let runs of the batch play the record, infer their parameters, and see where the truth lies.

    Those are the last runs that ended well, which the summaries were not trained on; or of the last half of the batch
    those ``near`` to the summaries of the case's record, so that the inference is tested where it is used.

    Parameters
    ----------
    batch
        Prior runs.
    neighbours
        The same runs by their summaries.
    records
        Number of runs that play the record.
    near
        Summaries of the case's record, shape (axes,); by default runs are taken from anywhere.
    accepted
        Runs accepted for each.
    progress
        Called with records done and in all.
    stage
        Where ranks are kept as they are done.
    """
    runs = np.flatnonzero(np.isfinite(neighbours.summaries).all(axis=1))[-records:]
    if near is not None:
        half = batch.runs // 2
        runs = half + np.sort(np.argsort(neighbours.distances(near)[half:], kind="stable")[:records])
    checkpoint = stage or Stage(None, "")
    ranks = np.empty((len(runs), batch.space.axes))
    done = 0
    if checkpoint.found is not None:
        done = len(checkpoint.found.arrays["ranks"])
        ranks[:done] = checkpoint.found.arrays["ranks"]
    for n in range(done, len(runs)):
        target = neighbours.summaries[runs[n]].astype(np.float64)
        posterior = neighbours.accept(batch.space, target, accepted, without=int(runs[n]))
        ranks[n] = (posterior.weights[:, np.newaxis] * (posterior.points < neighbours.points[runs[n]])).sum(axis=0)
        if checkpoint.is_due or n + 1 == len(runs):
            checkpoint.keep((n + 1) / len(runs), {"ranks": ranks[: n + 1]})
        if progress is not None:
            progress(n + 1, len(runs))
    return Ranks(batch.space.names, ranks)


@dataclass(frozen=True)
class Check:
    """One reported value beside the reports of the posterior's runs."""

    target: Target
    """The reported value."""
    low: float
    """5 % quantile of what runs would have reported, in the output's unit."""
    median: float
    """Median of what they would have reported."""
    high: float
    """95 % quantile of what they would have reported."""
    percentiles: Percentiles
    """Where the value lies in it."""

    @property
    def width(self) -> float:
        """Half of 5 to 95 % as a share of what was reported."""
        return relative_half_width(self.low, self.high, self.target.reported)

    @property
    def inside(self) -> bool:
        """Say whether it lies within the 5th to 95th percentile of the reports."""
        return self.percentiles.inside is True


def predictive_checks(model: ObservationModel, counterparts: Floats) -> tuple[Check, ...]:
    """Set every target beside the reports of a posterior's runs, errors of observation included."""
    reports = model.with_errors(counterparts, noise(PREDICTED_SEED, 0, len(counterparts), len(model.targets)))
    checks = []
    for n, target in enumerate(model.targets):
        low, median, high = band(reports[:, n])
        checks.append(Check(target, low, median, high, percentiles(reports[:, n], *target.wording)))
    return tuple(checks)


def health(replay: ReplayPosterior) -> Mapping[str, float]:
    """Compute the numbers that say how far the replay posterior may be trusted.

    Returns
    -------
        ``pairs``; ``pasts``, effective number of different random numbers before the cut; ``disagreement``, largest
        scale reduction between populations (1 is best); ``misfit``, median over pairs of the root mean square distance
        to the record, in errors of observation.
    """
    model = replay.model
    z = model.distances(replay.counterparts)
    return {
        "pairs": float(replay.pairs),
        "pasts": replay.pasts,
        "disagreement": float(np.minimum(np.max(replay.disagreement()), APART)),
        "misfit": float(np.median(np.sqrt((z**2).mean(axis=1)))),
    }


LIMITS: Mapping[str, tuple[float, float]] = {
    "ess": (400.0, 100.0),
    "pasts": (100.0, 30.0),
    "disagreement": (1.01, CONVERGED),
    "forecasts": (1.01, CONVERGED),
    "misfit": (1.3, 2.0),
}
"""Of each number: from where it is good, and from where it is at least fair. Small is good of the last two."""
SMALL_IS_GOOD = frozenset(("disagreement", "forecasts", "misfit"))


def unsettled(replay: ReplayPosterior) -> tuple[str, ...]:
    """Name the axes on which independent searches have not agreed, farthest apart first."""
    reductions = replay.disagreement()
    worst = np.argsort(-np.nan_to_num(reductions), kind="stable")
    return tuple(replay.space.names[n] for n in worst if reductions[n] > LIMITS["disagreement"][0])


@dataclass(frozen=True)
class Note:
    """A number of health with a word for it (good, fair or poor) and what it means."""

    key: str
    """Name of the number."""
    value: float
    """The number itself."""
    word: str
    """good, fair or poor."""

    def sentence(self, lang: str = "en") -> str:
        """Say what the number means and whether it is good enough."""
        shown = f"{self.value:.2f}" if self.key in SMALL_IS_GOOD else f"{self.value:,.0f}"
        return text(f"inference.health.{self.key}.{self.word}", lang, value=shown)


def judged(numbers: Mapping[str, float]) -> tuple[Note, ...]:
    """Put words to the numbers of health that have limits, in the order of the limits."""
    notes = []
    for key, (good, fair) in LIMITS.items():
        value = numbers.get(key, float("nan"))
        if not np.isfinite(value):
            continue
        sign = -1.0 if key in SMALL_IS_GOOD else 1.0
        word = "good" if sign * value >= sign * good else "fair" if sign * value >= sign * fair else "poor"
        notes.append(Note(key, float(value), word))
    return tuple(notes)


@dataclass(frozen=True)
class Examination:
    """Findings on a calibration that need its batch."""

    anywhere: Ranks
    """Ranks over simulated records drawn from the whole prior."""
    near: Ranks
    """Ranks over those nearest to the case's own."""
    health: Mapping[str, float]
    """Numbers of :func:`health`, ``ess`` of the parameter posterior, and by how much ``forecasts`` of independent
    searches differ, as a scale reduction."""


def examine(
    calibration: Calibration,
    *,
    threads: int = 1,
    stages: Stages | None = None,
    progress: StagedProgress | None = None,
) -> Examination:
    """Examine a calibration while its batch is in memory, on as many simulated records as its settings say.

    Parameters
    ----------
    calibration
        The calibration.
    threads
        Threads that runs are made on.
    stages
        Where ranks are kept as they are done, and resumed.
    progress
        Called with the stage (ranks), what is done of it and how much there is.
    """
    records = calibration.settings.records
    accepted = min(calibration.settings.accepted, calibration.batch.runs // 8)

    def ranks(name: str, near: Floats | None, before: int) -> Ranks:
        """Rank the truth in one kind of simulated records.

        Parameters
        ----------
        name
            Name of the kind of records, part of the stage's name.
        near
            Summaries near which records are taken, shape (axes,); ``None`` for anywhere in the prior.
        before
            Records of the kinds before it, for the progress of both.

        Returns
        -------
        Ranks of the true parameters among posterior draws of simulated records.
        """
        stage = (stages or Stages()).stage(f"ranks-{name}-{records}")
        return simulated_ranks(
            calibration.batch,
            calibration.neighbours,
            records=records,
            near=near,
            accepted=accepted,
            progress=part_of(of_stage(progress, "ranks"), before, 2 * records),
            stage=stage,
        )

    both = ranks("anywhere", None, 0), ranks("near", calibration.recorded, records)
    forecasts = float(np.max(calibration.replay.forecast_disagreement(threads=threads)))
    return Examination(*both, {**health(calibration.replay), "ess": calibration.parameters.ess, "forecasts": forecasts})


def save_examination(examination: Examination, folder: Path) -> None:
    """Write an examination beside the posteriors it is of."""
    ranks = {
        "anywhere": examination.anywhere.ranks.astype(np.float32),
        "near": examination.near.ranks.astype(np.float32),
    }
    np.savez_compressed(folder / RANKS, allow_pickle=False, **ranks)
    numbers = {name: value for name, value in examination.health.items() if np.isfinite(value)}
    content = {"names": list(examination.anywhere.names), "health": numbers}
    words = json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / NUMBERS).write_text(words + "\n", encoding="utf-8")


def load_examination(folder: Path) -> Examination | None:
    """Read the examination beside posteriors; ``None`` if there is none that can be read."""
    try:
        content = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
        with np.load(folder / RANKS, allow_pickle=False) as arrays:
            ranks = {name: Ranks(tuple(content["names"]), arrays[name].astype(np.float64)) for name in arrays.files}
            return Examination(**ranks, health=content["health"])
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
