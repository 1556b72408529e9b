"""A whole validation: forecasts from several cuts scored, post-processed, and asked why they won or lost.

Honest post-processing: bands rescaled and forecasts stacked by what earlier origins teach, apart from the mechanism.

Nothing here is the model. What is learned is learned from forecasts made at earlier cuts and from values known at the
cut of the forecast it is applied to; what is scored was never looked at.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from copark.arrays import Floats
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.inference.observations import Target
from copark.inference.score_decomposition import Honesty, Swap, Told, Width, honesty, swaps, told, widths
from copark.inference.validate import BLIND, CONDITIONAL, MODELS, NAIVE, Line, Origin, Score, is_exact, table

CALIBRATED, STACKED = "calibrated", "stacked"
SPREADS = tuple(float(one) for one in np.round(np.geomspace(0.3, 2.5, 23), 3))
STEPS = 10
"""Weights of the stack are tenths."""
LEVELS = 400
PLACES = (np.arange(LEVELS) + 0.5) / LEVELS


@dataclass(frozen=True)
class Lesson:
    """What earlier origins teach: the factor on a model's spread, and the weights of model and naive curves.

    base: the method it is about; values: how many values it rests on, 0 meaning that nothing was learned and the model
    is left as it is; before, rescaled, stacked: mean score on those values, relative to their sizes.
    """

    base: str
    spread: float
    weights: Mapping[str, float]
    values: int
    before: float = 0.0
    rescaled: float = 0.0
    stacked: float = 0.0

    @property
    def mixes(self) -> bool:
        """Whether any naive curve has weight."""
        return any(name != self.base and share > 0.0 for name, share in self.weights.items())


def method(base: str, kind: str) -> str:
    """Name of a post-processed method: ``model-calibrated``, ``model-blind-stacked``."""
    return f"{base}-{kind}"


def rescaled(ensemble: Floats, spread: float) -> Floats:
    """Move members towards or away from their median by a factor."""
    middle = np.nanmedian(ensemble)
    found: Floats = middle + spread * (ensemble - middle)
    return found


def levels_of(ensemble: Floats) -> Floats:
    """Quantiles of an ensemble at equal steps of probability, shape (LEVELS,)."""
    found: Floats = np.quantile(ensemble[np.isfinite(ensemble)], PLACES)
    return found


def averaged(parts: Mapping[str, Floats], weights: Mapping[str, float]) -> Floats:
    """Average forecasts level by level (quantile averaging), which is no wider than they are on average.

    Forecasts without weight are left out and a forecast that is missing gives its weight to the others; where nothing
    with weight is there, the first is taken.
    """
    share = {name: weights.get(name, 0.0) for name in parts}
    total = sum(share.values())
    if total <= 0.0:
        return levels_of(next(iter(parts.values())))
    rows = [share[name] / total * levels_of(parts[name]) for name in parts if share[name] > 0.0]
    found: Floats = np.sum(rows, axis=0)
    return found


def loss_of_levels(levels: Floats, value: float) -> Floats:
    """Score (CRPS) of forecasts given as sorted levels of equal weight, shape (..., LEVELS) to (...)."""
    near = np.abs(levels - value).mean(axis=-1)
    found: Floats = near - (levels * (2.0 * PLACES - 1.0)).mean(axis=-1)
    return found


def parts_of(origin: Origin, base: str, n: int) -> dict[str, Floats]:
    """Forecasts of a target by the model and by every naive curve that has one."""
    return {name: origin.ensembles[name][n] for name in (base, *NAIVE) if n in origin.ensembles.get(name, {})}


def material_of(
    origins: Sequence[Origin], known: Quarter, start: Quarter, base: str
) -> list[tuple[Target, dict[str, Floats]]]:
    """Exact values that earlier origins forecast and that were known by a quarter, with the forecasts of them."""
    return [
        (origin.targets[n], parts_of(origin, base, n))
        for origin in origins
        if origin.cut < known
        for n in origin.known_by(known, start)
        if n in origin.ensembles.get(base, {}) and is_exact(origin.targets[n])
    ]


def simplex(count: int) -> Floats:
    """All weights of so many forecasts in steps that sum to one, most on the first first; shape (weights, count)."""
    borders = combinations_with_replacement(range(STEPS + 1), count - 1)
    rows = [np.diff([0, *border, STEPS]) for border in borders]
    found: Floats = np.array(rows, dtype=np.float64)[::-1] / STEPS
    return found


def learn(origins: Sequence[Origin], known: Quarter, start: Quarter, base: str = CONDITIONAL) -> Lesson:
    """Learn spread and weights from what earlier origins forecast and was known by a quarter.

    Scores are added relative to the size of the value, so that companies and money count alike. Of equal weights those
    that leave more to the model win.

    Parameters
    ----------
    start
        First quarter of the case.
    base
        The model's method that is post-processed.
    """
    material = material_of(origins, known, start, base)
    if not material:
        return Lesson(base, 1.0, {base: 1.0}, 0)
    names = [base, *(name for name in NAIVE if any(name in parts for _, parts in material))]
    grid = simplex(len(names))
    spreads, stacks, before = np.zeros(len(SPREADS)), np.zeros(len(grid)), 0.0
    for target, parts in material:
        size = max(abs(target.value), 1e-9) * len(material)
        own = levels_of(parts[base])
        middle = np.median(own)
        rows = np.stack([middle + factor * (own - middle) for factor in SPREADS])
        before += float(loss_of_levels(own, target.value)) / size
        spreads += loss_of_levels(rows, target.value) / size
        table = np.stack([levels_of(parts[name]) if name in parts else np.zeros(LEVELS) for name in names])
        share = grid * np.array([name in parts for name in names])
        total = share.sum(axis=1, keepdims=True)
        share = np.where(total > 0.0, share / np.maximum(total, 1e-12), np.eye(len(names))[0])
        stacks += loss_of_levels(share @ table, target.value) / size
    best, first = int(np.argmin(stacks)), int(np.argmin(spreads))
    weights = {name: float(one) for name, one in zip(names, grid[best], strict=True) if one > 0.0}
    return Lesson(base, SPREADS[first], weights, len(material), before, float(spreads[first]), float(stacks[best]))


def applied(origin: Origin, lesson: Lesson) -> Origin:
    """Give an origin two methods more: a model with rescaled bands, and the model stacked with naive curves."""
    model = origin.ensembles[lesson.base]
    made: Mapping[str, Mapping[int, Floats]] = {
        method(lesson.base, CALIBRATED): {n: rescaled(one, lesson.spread) for n, one in model.items()},
        method(lesson.base, STACKED): {
            n: averaged(parts_of(origin, lesson.base, n), lesson.weights) if lesson.mixes else model[n] for n in model
        },
    }
    return Origin(origin.cut, origin.targets, {**origin.ensembles, **made}, origin.replay, origin.projections)


def processed(origins: Sequence[Origin], start: Quarter) -> tuple[tuple[Origin, tuple[Lesson, ...]], ...]:
    """Post-process every origin, with and without later facts, by what the origins before it teach."""
    found = []
    for one in origins:
        lessons = tuple(learn(origins, one.cut, start, base) for base in (CONDITIONAL, BLIND) if base in one.ensembles)
        made = one
        for lesson in lessons:
            made = applied(made, lesson)
        found.append((made, lessons))
    return tuple(found)


FAIR = (BLIND, *NAIVE)
"""Methods that know nothing after the cut: the race a winner is named in."""


@dataclass(frozen=True)
class Judged:
    """What came of the forecasts from one cut."""

    cut: str
    """Last quarter known."""
    lessons: tuple[Lesson, ...]
    """What earlier cuts taught, with and without later facts."""
    fair: tuple[Line, ...]
    """Mean scores of the methods that knew nothing after the cut, a line for each observable."""
    whole: tuple[Line, ...]
    """Mean scores of all methods."""
    honesty: Mapping[str, Honesty]
    """Coverage and scores beside those of honest bands, by model."""

    def line(self, variable: str) -> Line:
        """All methods' mean scores of an observable."""
        return next(line for line in self.whole if line.variable == variable)

    @property
    def raced(self) -> tuple[Line, ...]:
        """Lines of the fair race in which the model had a rival: only those can be won."""
        return tuple(line for line in self.fair if line.best_naive is not None)

    def wins(self) -> dict[str, int]:
        """Races won, by method."""
        return {name: sum(line.winner == name for line in self.raced) for name in FAIR}

    def lesson(self, base: str) -> Lesson:
        """What earlier cuts taught about a model."""
        return next(one for one in self.lessons if one.base == base)


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A validation; the last cut is the one that counts, and that the reasons are of."""

    cuts: tuple[Judged, ...]
    """By cut, earliest first."""
    scores: tuple[Score, ...]
    """Of every method and value from the last cut."""
    swaps: tuple[Swap, ...]
    told: tuple[Told, ...]
    """swaps, told: of observables with a naive curve: centre and band swapped; the curve told only what the model was
    told."""
    widths: Mapping[str, tuple[Width, ...]]
    """By model: where the width of each observable's band comes from."""

    @property
    def last(self) -> Judged:
        """The forecasts from the last cut."""
        return self.cuts[-1]

    def scores_of(self, method: str, variable: str) -> tuple[Score, ...]:
        """Scores of a method on the values of an observable, from the last cut."""
        return tuple(one for one in self.scores if (one.method, one.target.variable) == (method, variable))


def assess(origins: Sequence[Origin], case: Case, *, threads: int = 1) -> Assessment:
    """Score forecasts from several cuts, earliest first, and ask why they won or lost.

    Parameters
    ----------
    case
        The case they are of, with the roles of its values as they are in the casebook.
    """
    judged = []
    for last, lessons in processed(origins, case.clock.start):
        scores = last.scores()
        fair, honest = table(scores, FAIR), {name: honesty(last, name) for name in MODELS}
        judged.append(Judged(str(last.cut), lessons, fair, table(scores), honest))
    found = swaps(last, BLIND)
    split = {name: widths(last, name, threads=threads) for name in (BLIND, CONDITIONAL)} if last.replay else {}
    return Assessment(
        cuts=tuple(judged), scores=scores, swaps=found, told=told(last, case, found), widths=split
    )  # fmt: skip


def helped(line: Line, base: str, kind: str) -> bool | None:
    """Whether post-processing bettered an observable's mean score; ``None`` where it left it as it was."""
    after = line.crps.get(method(base, kind), line.crps[base])
    return None if abs(after - line.crps[base]) < 1e-9 else after < line.crps[base]
