"""Weights of stacked forecasts: learned from parks, scored on parks that had no say in them, kept as data that ship.

Three ways to put forecasts together: averages of their quantiles, as counts or as ln(1 + count) (Lichtendahl,
Grushka-Cockayne and Winkler, Management Science 59, 2013), and the linear pool, a mixture of their distributions
(Stone, Annals of Mathematical Statistics 32, 1961). Weights are those with the least score, averaged over resamples of
the parks, each park counting once, and half way to equal ones, since few parks teach little more; the score is the CRPS
of ln(1 + count), in which large parks count as small ones do. Each observable that enough parks tell has weights of its
own. A method that cannot forecast a value gives its weight to the others.

How a stack does on parks that had no say in its weights, beside the model and every curve.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.identity import identity_of
from copark.inference.forecast import LEVELS
from copark.inference.pool.forecast_comparison import GROWTH, Contest, PanelScore, contest, winners
from copark.inference.pool.parks import COUNTS
from copark.inference.stacking.trials import FAR, LINE, METHODS, MODEL, NEAR, SETTINGS, UNSEEN, Trial
from copark.stats.quantiles import weighted_quantiles
from copark.stats.scores import crps

STEPS = 10
"""Weights are tried in tenths."""
PLACES = (np.arange(400) + 0.5) / 400
COUNTED, LOGS, MIXTURE = "counts", "logs", "mixture"
WAYS = (COUNTED, LOGS, MIXTURE)
WAY, EQUAL = MIXTURE, 0.5
"""The way that forecasts use, and how far weights are drawn to equal ones: they did best (decision 0062)."""
STACKED = (MODEL, GROWTH, LINE)
"""Methods that are stacked; persistence and the logistic curve made the stack no better."""
STACK = "stack"
NEAR_YEARS, FAR_YEARS = 3.0, 6.0
"""Weights of near values hold up to the one, those of far values from the other on; between them they change evenly."""
SEED, RESAMPLES = 1, 400
FEWEST = 8
"""An observable that fewer parks tell takes the weights learned over all."""
Weights = Mapping[str, Mapping[str, Mapping[str, float]]]
"""By setting, observable (an empty word is all of them) and method."""


def loss_of_levels(levels: Floats, value: Floats | float) -> Floats:
    """Score (CRPS) of forecasts given as sorted levels of equal weight, shape (..., levels) to (...)."""
    near = np.abs(levels - value).mean(axis=-1)
    found: Floats = near - (levels * (2.0 * PLACES - 1.0)).mean(axis=-1)
    return found


def simplex(count: int) -> Floats:
    """All weights of so many forecasts in steps that sum to one, most on the first first; shape (weights, count)."""
    borders = combinations_with_replacement(range(STEPS + 1), count - 1)
    rows = [np.diff([0, *border, STEPS]) for border in borders]
    found: Floats = np.array(rows, dtype=np.float64)[::-1] / STEPS
    return found


@dataclass(frozen=True)
class Stack:
    """Weights of a stack."""

    way: str
    """How forecasts are put together."""
    everyone: Weights
    """Learned from all parks: for a park that is not among them."""
    without: Mapping[str, Weights]
    """Learned from all parks but one, by that one."""
    recipe: Mapping[str, Any]
    """What they were learned from: parks and hashes, model, settings."""

    @property
    def identity(self) -> str:
        """Hash of the weights."""
        return identity_of({"way": self.way, "everyone": self.everyone, "without": self.without})

    def of(self, park: str, setting: str, variable: str, ahead: float) -> dict[str, float]:
        """Weights by method for a forecast of a park in which it had no say.

        Parameters
        ----------
        ahead
            Years after the origin; of no meaning for an unseen park.
        """
        learned = {key: each.get(variable, each[""]) for key, each in self.without.get(park, self.everyone).items()}
        if setting == UNSEEN:
            return dict(learned[UNSEEN])
        far = min(max((ahead - NEAR_YEARS) / (FAR_YEARS - NEAR_YEARS), 0.0), 1.0)
        return {
            name: (1.0 - far) * learned[NEAR].get(name, 0.0) + far * learned[FAR].get(name, 0.0) for name in STACKED
        }


def stacked(parts: Mapping[str, Floats], weights: Mapping[str, float], way: str) -> tuple[Floats, dict[str, float]]:
    """Put forecasts together.

    Parameters
    ----------
    parts
        By method: quantiles at the levels of a frozen forecast, shape (levels,).
    weights
        By method; those of methods that are not there go to the others.

    Returns
    -------
    array, dict
        Quantiles of the stack; the weights as they came to be used.
    """
    names = list(parts)
    share = shares(np.array([[weights.get(name, 0.0) for name in names]]), [True] * len(names))[0]
    used = {name: float(one) for name, one in zip(names, share, strict=True) if one > 0.0}
    return combined(np.stack([parts[name] for name in used]), np.array(list(used.values())), way), used


def combined(levels: Floats, weights: Floats, way: str) -> Floats:
    """Quantiles of forecasts put together: shapes (forecasts, levels) and (forecasts,), summing to one; (levels,)."""
    if way == MIXTURE:
        each = np.repeat(weights / levels.shape[1], levels.shape[1])
        return weighted_quantiles(levels.ravel(), each, LEVELS)
    if way == LOGS:
        return np.expm1(weights @ np.log1p(levels))
    found: Floats = weights @ levels
    return found


def losses(levels: Floats, value: float, grid: Floats, way: str) -> Floats:
    """CRPS of ln(1 + count) for every row of weights, shape (rows,)."""
    at = float(np.log1p(max(value, 0.0)))
    if way == MIXTURE:
        logs = np.log1p(levels)
        near = np.abs(logs - at).mean(axis=1)
        apart = np.abs(logs[:, None, :, None] - logs[None, :, None, :]).mean(axis=(2, 3))
        found: Floats = grid @ near - 0.5 * np.einsum("ri,ij,rj->r", grid, apart, grid)
        return found
    fine = np.stack([np.interp(PLACES, LEVELS, row) for row in levels])
    made = grid @ np.log1p(fine) if way == LOGS else np.log1p(grid @ fine)
    return loss_of_levels(made, at)


def shares(grid: Floats, there: Sequence[bool]) -> Floats:
    """Rows of weights among the methods that are there, alike where a row has none of them; shape (rows, there)."""
    kept = grid[:, np.array(there)]
    total = kept.sum(axis=1, keepdims=True)
    found: Floats = np.where(total > 0.0, kept / np.maximum(total, 1e-12), 1.0 / kept.shape[1])
    return found


def learn(trials: Sequence[Trial], way: str, recipe: Mapping[str, Any], equal: float = EQUAL) -> Stack:
    """Learn the weights of each setting, from all parks and from all but each.

    Parameters
    ----------
    equal
        How far they are drawn to equal ones: 0 leaves them as they were learned, 1 makes them equal.
    """
    parks = tuple(dict.fromkeys(one.park for one in trials))
    learned: dict[str, dict[str, dict[str, dict[str, float]]]] = {name: {} for name in ("", *parks)}
    for setting in SETTINGS:
        there = [one for one in trials if one.setting == setting]
        for variable in ("", *COUNTS):
            own = [one for one in there if variable in ("", one.variable)]
            if len({one.park for one in own}) >= (FEWEST if variable else 1):
                for park, weights in _learned(own, way, equal, ("", *parks)).items():
                    learned[park].setdefault(setting, {})[variable] = weights
    return Stack(way, learned.pop(""), learned, recipe)


def _learned(trials: Sequence[Trial], way: str, equal: float, without: Sequence[str]) -> dict[str, dict[str, float]]:
    """Weights by the park that had no say in them."""
    names = tuple(name for name in STACKED if any(name in one.levels for one in trials))
    grid, found = simplex(len(names)), {}
    means = _by_park(trials, grid, names, way)
    for park in without:
        best = bagged(np.array([row for name, row in means.items() if name != park]), grid)
        drawn = np.round((1.0 - equal) * best + equal / len(names), 3)
        found[park] = {name: float(one) for name, one in zip(names, drawn, strict=True) if one > 0.0}
    return found


def bagged(scores: Floats, grid: Floats) -> Floats:
    """Mean, over resamples of the parks, of the weights that did best in each; shape (methods,).

    Parameters
    ----------
    scores
        Mean score of each row of weights in each park, shape (parks, rows).
    grid
        Rows of weights, shape (rows, methods).
    """
    parks = len(scores)
    counts = np.random.default_rng(SEED).multinomial(parks, np.full(parks, 1.0 / parks), size=RESAMPLES)
    found: Floats = grid[np.argmin(counts @ scores, axis=1)].mean(axis=0)
    return found


def _by_park(trials: Sequence[Trial], grid: Floats, names: Sequence[str], way: str) -> dict[str, Floats]:
    """Mean score of every row of weights, by park."""
    found: dict[str, list[Floats]] = {}
    for one in trials:
        rows = shares(grid, [name in one.levels for name in names])
        levels = np.stack([one.levels[name] for name in names if name in one.levels])
        found.setdefault(one.park, []).append(losses(levels, one.value, rows, way))
    return {park: np.mean(rows, axis=0) for park, rows in found.items()}


SHOWN = (0.05, 0.5, 0.95)
COMPARED = {
    UNSEEN: ((STACK, MODEL, GROWTH),),
    NEAR: ((STACK, MODEL, GROWTH, "persistence"), (STACK, *METHODS)),
    FAR: ((STACK, MODEL, GROWTH, "persistence"), (STACK, *METHODS)),
}
"""Methods that are compared on the same values, by setting: those that need little, then all."""


@dataclass(frozen=True)
class Beside:
    """A park's mean CRPS of ln(1 + count) in a setting: of the stack, the model and the pooled growth curve."""

    park: str
    setting: str
    stack: float
    model: float
    growth: float

    @property
    def not_worse(self) -> bool:
        """Whether the stack's score is not above the growth curve's."""
        return self.stack <= self.growth


@dataclass(frozen=True)
class Tried:
    """A way to put forecasts together: mean CRPS of ln(1 + count) over parks that had no say, and coverage of 90 %."""

    way: str
    equal: float
    """How far weights are drawn to equal ones."""
    setting: str
    log_crps: float
    coverage: float


@dataclass(frozen=True)
class Judged:
    """What came of a stack."""

    contests: tuple[Contest, ...]
    """For each setting and set of methods: over all counts first, then by observable."""
    parks: tuple[Beside, ...]
    """Every park in every setting it has values in."""

    def main(self, setting: str) -> Contest:
        """Over all counts, with the methods that need little."""
        return next(one for one in self.contests if one.scheme == setting and not one.variable)

    def of(self, setting: str) -> tuple[Beside, ...]:
        """Parks of a setting."""
        return tuple(one for one in self.parks if one.setting == setting)


def scored(trials: Sequence[Trial], stack: Stack) -> Iterator[PanelScore]:
    """Score the stack and every method; a park that is scored had no say in its weights."""
    for at, one in enumerate(trials):
        made, _ = stacked(one.levels, stack.of(one.park, one.setting, one.variable, one.ahead), stack.way)
        for method, levels in {STACK: made, **one.levels}.items():
            low, median, high = (float(x) for x in np.interp(SHOWN, LEVELS, levels))
            yield PanelScore(
                park=one.park, scheme=one.setting, method=method, at=at, variable=one.variable, date="",
                value=one.value, age=one.ahead, crps=crps(levels, one.value),
                log_crps=crps(np.log1p(levels), float(np.log1p(max(one.value, 0.0)))), median=median, low=low,
                high=high, covered=low <= one.value <= high,
            )  # fmt: skip


def judge(trials: Sequence[Trial], stack: Stack) -> Judged:
    """Compare the stack with the model and the curves."""
    scores = tuple(scored(trials, stack))
    contests = [
        contest(scores, setting, variable, methods)
        for setting in SETTINGS for methods in COMPARED[setting] for variable in ("", *COUNTS)
    ]  # fmt: skip
    curved = [one for one in scores if GROWTH in trials[one.at].levels]
    parks = tuple(
        Beside(park, setting, means[STACK], means[MODEL], means[GROWTH])
        for setting in SETTINGS for park, (_, means) in winners(curved, setting).items()
    )  # fmt: skip
    return Judged(tuple(one for one in contests if one is not None), parks)


def ways(trials: Sequence[Trial]) -> tuple[Tried, ...]:
    """Every way to put forecasts together, on parks that had no say in the weights."""
    found = []
    for way, equal in (*((one, EQUAL) for one in WAYS), (WAY, 0.0), (WAY, 1.0)):
        judged = judge(trials, learn(trials, way, {}, equal))
        for setting in SETTINGS:
            row = next(one for one in judged.main(setting).standings if one.method == STACK)
            found.append(Tried(way, equal, setting, row.log_crps, row.coverage))
    return tuple(found)
