"""Diagnostics: what the data moved, what they cannot tell apart, whether the search went far enough, in plain words.

A parameter is called *moved* by rules fixed here: its interquartile range shrinks by a fifth, or it shares less than
three quarters of its probability with the prior; *weakly* moved from a tenth and 88 %. All is measured on the scale of
the prior's own ranks, so that units play no part.

What only the whole search can tell is examined at once, and kept beside the posterior. How often such intervals hold
the truth cannot be told from one search: it was tried on simulated parks (:func:`trial_on_simulated_parks`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import yaml

from copark.arrays import Floats
from copark.calibration.calibrate import Calibration
from copark.calibration.observations import ObservationModel, Target, noise
from copark.calibration.parameter_titles import MIX, title_of
from copark.calibration.prior import PriorSpace
from copark.calibration.replay_posterior import ReplayPosterior
from copark.model.variables import ORIGINS, Variable, catalogue
from copark.simulation.trust import CONVERGED
from copark.stats.convergence import APART
from copark.stats.quantiles import LEVELS, band, weighted_quantiles
from copark.stats.scores import Percentiles, percentiles, relative_half_width
from copark.texts import text

BINS = 20
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
TRIAL = Path(__file__).with_name("simulated_parks.yaml")
"""What the intervals of replays held of simulated parks, written by `python -m bench.replays --write`."""


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
        """Return the parameter's title; of a share of the mix, with its origin."""
        return title_of(self.name, lang)

    def sentence(self, lang: str = "en") -> str:
        """Describe in one sentence whether the data moved the parameter."""
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
    """Return values, those that are nothing beside a prior's width as 0: a median of 4e-6 is chance, and means 0."""
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
        """Describe it in one sentence."""
        word = "traded" if self.correlation < 0 else "together"
        size = f"{self.correlation:+.2f}"
        first = title_of(self.first, lang)
        second = title_of(self.second, lang)
        return text(f"inference.tie.{word}", lang, first=first, second=second, size=size)


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
        """Return whether it lies within the 5th to 95th percentile of the reports."""
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
        """Describe what the number means and whether it is good enough."""
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
    """Findings on a calibration that need its whole search."""

    health: Mapping[str, float]
    """Numbers of :func:`health`, and by how much ``forecasts`` of independent searches differ, as a scale reduction."""


def examine(calibration: Calibration) -> Examination:
    """Examine a calibration while all its pairs are in memory."""
    forecasts = float(np.max(calibration.replay.forecast_disagreement(threads=calibration.task.threads)))
    return Examination({**health(calibration.replay), "forecasts": forecasts})


def save_examination(examination: Examination, folder: Path) -> None:
    """Write an examination beside the posterior it is of."""
    numbers = {name: value for name, value in examination.health.items() if np.isfinite(value)}
    words = json.dumps({"health": numbers}, indent=1, ensure_ascii=False, allow_nan=False)
    (folder / NUMBERS).write_text(words + "\n", encoding="utf-8")


def load_examination(folder: Path) -> Examination | None:
    """Read the examination beside a posterior; ``None`` if there is none that can be read."""
    try:
        content = json.loads((folder / NUMBERS).read_text(encoding="utf-8"))
        return Examination(health=content["health"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True)
class Trial:
    """What 90 % intervals of replays held of simulated parks, calibrated as a user's park is by a quick search."""

    simulated_parks: int
    """Number of simulated parks."""
    informed_held: Mapping[str, float]
    """Share of hidden values of informed parameters inside their 90 % intervals, 0 to 1, by the park they resemble."""

    @property
    def lowest(self) -> float:
        """The lowest share."""
        return min(self.informed_held.values())

    @property
    def highest(self) -> float:
        """The highest share."""
        return max(self.informed_held.values())


@cache
def trial_on_simulated_parks() -> Trial:
    """Read what intervals of replays held when they were tried on simulated parks."""
    content = yaml.safe_load(TRIAL.read_text(encoding="utf-8"))
    return Trial(int(content["simulated_parks"]), dict(content["informed_held"]))
