"""Full validation: forecasts from several cut dates are scored, and experiments explain the differences.

Nothing here is fitted to a score. Each reason is an experiment: bands and centres are swapped, sources of variance are
taken out one at a time, the naive curves are told only what the model was told, and the model's own runs play the truth
to see how much coverage honest bands would have.

Why a forecast is as wide as it is: what of its variance comes from which source, and what it would be without one.

Every pair of a replay posterior is run into several futures. What differs between the futures of a pair is chance after
the cut; what differs between pairs is told from parameters by regression: first shocks that begin after the cut, then
parameters the data moved, then those they did not. What pairs differ in beyond that is chance before the
cut, and whatever of the parameters no regression with squares sees. Parameters that act only after the cut cannot have
been moved by anything known then: their part of the band is prior, whatever the calibration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from copark.arrays import Floats
from copark.calibration.diagnostics import movements
from copark.calibration.linear_algebra import one_thread
from copark.calibration.observations import ObservationModel, Target, noise
from copark.calibration.parameter_titles import MIX
from copark.calibration.prior import PriorSpace, logit
from copark.calibration.replay_posterior import REPORTED_SEED, ReplayPosterior, project
from copark.calibration.rolling_origin import (
    BLIND,
    CONDITIONAL,
    LEVEL,
    MODELS,
    NAIVE,
    ForecastScore,
    KnownRecord,
    Origin,
    ScoreLine,
    is_exact,
    table,
)
from copark.cases.case import Case
from copark.stats.quantiles import quantile_band
from copark.stats.scores import crps

SHOCKS = "later_shocks"
MOVED = "moved"
UNMOVED = "unmoved"
PAST = "past_luck"
FUTURE = "future_luck"
SOURCES = (SHOCKS, MOVED, UNMOVED, PAST, FUTURE)
GROUPS = (SHOCKS, MOVED, UNMOVED)
LEADING = 4
"""Parameters named as the ones a forecast leans on most."""


@dataclass(frozen=True)
class Spread:
    """The sources of the variance of a forecast."""

    shares: Mapping[str, float]
    """Shares of the variance by source; they add up to one."""
    sd: float
    """Standard deviation, in the forecast's unit."""
    leading: tuple[tuple[str, float], ...]
    """Parameters that explain most by themselves, largest first, each with its share of the variance."""

    @property
    def largest(self) -> str:
        """The source of most of the variance."""
        return max(self.shares, key=lambda source: self.shares[source])


def groups_of(replay: ReplayPosterior, verdicts: Mapping[str, str] | None = None) -> dict[str, list[int]]:
    """Sort the axes of the cube into groups: later shocks; moved by the data (or weakly); not moved.

    Parameters
    ----------
    replay
        The posterior.
    verdicts
        What the data did to each parameter, by name; by default what the pairs themselves say.
    """
    space = replay.space
    later = {shock.key for shock in space.case.shocks if shock.since > replay.cut}
    words = verdicts or {movement.name: movement.verdict for movement in movements(space, replay.points)}
    groups: dict[str, list[int]] = {name: [] for name in GROUPS}
    for n, name in enumerate(space.names):
        verdict = "moved" if name.startswith(MIX) else words[name]
        groups[SHOCKS if name in later else UNMOVED if verdict == "unmoved" else MOVED].append(n)
    return groups


def explained(z: Floats, axes: Sequence[int], values: Floats) -> float:
    """Compute the variance a regression on some axes and their squares explains, adjusted for their number; at least 0.

    Parameters
    ----------
    z
        Points on the logit scale, shape (pairs, axes).
    axes
        Positions of the axes to regress on.
    values
        What is to be explained, shape (pairs,).
    """
    centred = z[:, list(axes)] - z[:, list(axes)].mean(axis=0)
    square = centred**2
    predictors = np.concatenate([np.ones((len(z), 1)), centred, square - square.mean(axis=0)], axis=1)
    freedom = len(values) - predictors.shape[1]
    if freedom < 1:
        return 0.0
    with one_thread():
        residuals = values - predictors @ np.linalg.lstsq(predictors, values, rcond=None)[0]
    total = float(values.var(ddof=1))
    unexplained = float((residuals**2).sum()) / freedom
    return float(max(total - unexplained, 0.0))


def spread(space: PriorSpace, points: Floats, groups: Mapping[str, Sequence[int]], values: Floats) -> Spread:
    """Split the variance of a forecast.

    Parameters
    ----------
    space
        The cube the points are of.
    points
        Points of the cube, shape (pairs, axes).
    groups
        Axes by group, see :func:`groups_of`.
    values
        The forecast, shape (pairs, futures), at least two futures.
    """
    z = logit(points)
    means = values.mean(axis=1)
    future = float(values.var(axis=1, ddof=1).mean())
    between = max(float(means.var(ddof=1)) - future / values.shape[1], 0.0)
    total = max(between + future, 1e-300)
    taken = 0.0
    parts = dict[str, float]()
    axes = list[int]()
    for name in GROUPS:
        axes += groups[name]
        now = min(max(explained(z, axes, means), taken), between) if groups[name] else taken
        parts[name] = now - taken
        taken = now
    parts |= {PAST: between - taken, FUTURE: future}
    alone = {name: explained(z, [n], means) / total for n, name in enumerate(space.names)}
    leading = sorted(alone.items(), key=lambda item: -item[1])[:LEADING]
    return Spread({name: part / total for name, part in parts.items()}, float(np.sqrt(total)), tuple(leading))


def without(points: Floats, groups: Mapping[str, Sequence[int]], values: Floats) -> dict[str, Floats]:
    """Take every source of variance out of a forecast, one at a time.

    Parameters are held at their posterior medians by one regression of the pairs' means on all of them; chance before
    the cut is what it leaves of those means, chance after the cut what futures differ by.

    Parameters
    ----------
    points
        Points of the cube, shape (pairs, axes).
    groups
        Axes by group, see :func:`groups_of`.
    values
        The forecast, shape (pairs, futures).

    Returns
    -------
        By source: the forecast without it, shape (pairs, futures).
    """
    z = logit(points)
    away = (z - np.median(z, axis=0)) / np.maximum(z.std(axis=0), 1e-12)
    own = {name: away[:, list(axes)] for name, axes in groups.items()}
    columns = {name: np.concatenate([part, part**2], axis=1) for name, part in own.items()}
    design = np.concatenate([np.ones((len(z), 1)), *columns.values()], axis=1)
    means = values.mean(axis=1)
    with one_thread():
        slopes = np.linalg.lstsq(design, means, rcond=1e-10)[0]
    remaining: dict[str, Floats] = {}
    column = 1
    for name, part in columns.items():
        effect = part @ slopes[column : column + part.shape[1]]
        column += part.shape[1]
        remaining[name] = values - effect[:, np.newaxis]
    remaining[PAST] = values - (means - design @ slopes)[:, np.newaxis]
    remaining[FUTURE] = np.broadcast_to(means[:, np.newaxis], values.shape)
    return remaining


PAIRS = 1024
FUTURES = 4
TRUTHS = 400
"""Members that play the truth."""
AHEAD = "ahead"
CENTRE = "centre"
WIDTH = "width"
BOTH = "both"
CLEARLY = 2.0
"""One reason is named alone if it gains this many times what the other does."""


@dataclass(frozen=True)
class Swap:
    """The model and the best naive curve of an observable with centre and band swapped: mean scores."""

    variable: str
    """Name of the observable."""
    rival: str
    """Name of the curve."""
    model: float
    """Score of the model as it is."""
    naive: float
    """Score of the curve as it is."""
    naive_centre: float
    """Score of the model's band around the curve's median."""
    naive_band: float
    """Score of the curve's band around the model's median."""

    @property
    def reason(self) -> str:
        """The part that puts the curve ahead: its centre, its width, both; or ``ahead`` where the model is."""
        if self.model <= self.naive:
            return AHEAD
        centre = self.model - self.naive_centre
        width = self.model - self.naive_band
        if width > CLEARLY * max(centre, 0.0):
            return WIDTH
        return CENTRE if centre > CLEARLY * max(width, 0.0) else BOTH


def swap(origin: Origin, variable: str, rival: str) -> Swap:
    """Swap centre and band of the blind model and a naive curve on an observable's exact values.

    Parameters
    ----------
    origin
        Forecasts from one cut.
    variable
        Name of the observable.
    rival
        Name of the curve.
    """
    scores = []
    for n, target in enumerate(origin.targets):
        if target.variable != variable or not is_exact(target) or n not in origin.ensembles[rival]:
            continue
        model = origin.ensembles[BLIND][n]
        naive = origin.ensembles[rival][n]
        middle = float(np.nanmedian(model))
        other = float(np.median(naive))
        versions = (model, naive, model - middle + other, naive - other + middle)
        scores.append([crps(ensemble, target.value) for ensemble in versions])
    return Swap(variable, rival, *(float(mean) for mean in np.mean(scores, axis=0)))


@dataclass(frozen=True)
class Told:
    """A naive curve on all values it may know, and on those alone that the model knew: mean scores."""

    variable: str
    """Name of the observable."""
    rival: str
    """Name of the curve."""
    everything: float
    """Score on all values."""
    alike: float | None
    """Score on the model's values alone; ``None`` where it can forecast nothing from these."""
    seen: int
    """How many values it saw."""
    seen_alike: int
    """How many of them the model saw, too."""


def told(origin: Origin, case: Case, swaps: Sequence[Swap]) -> tuple[Told, ...]:
    """Forecast with each observable's best naive curve again, told only what the model was fitted to.

    Parameters
    ----------
    origin
        Forecasts from one cut.
    case
        The case they are of.
    swaps
        Observables and their best naive curves.
    """
    everything = KnownRecord(case, origin.cut)
    fitted = KnownRecord(case, origin.cut, ("fit",))
    alike = fitted.naive_ensembles(origin.targets)
    results = []
    for swapped in swaps:
        again = alike.get(swapped.rival, {})
        scores = [
            crps(again[n], target.value)
            for n, target in enumerate(origin.targets)
            if n in again and target.variable == swapped.variable and is_exact(target)
        ]
        all_times, own_times = (record.history(swapped.variable).times for record in (everything, fitted))
        results.append(
            Told(
                swapped.variable,
                swapped.rival,
                swapped.naive,
                float(np.mean(scores)) if scores else None,
                len(all_times),
                len(own_times),
            )
        )
    return tuple(results)


@dataclass(frozen=True)
class Width:
    """The sources of the width of an observable's band, and the band without each of them."""

    variable: str
    """Name of the observable."""
    target: Target
    """The last exact value, which the split of variance is of."""
    split: Spread
    """The variance at that value, by source."""
    crps: Mapping[str, float]
    """Mean score over the observable's exact values: as it is under ``""``, and without each source."""
    width: Mapping[str, float]
    """Mean width of the 90 % band, by the same keys."""


def widths(origin: Origin, whole_replay: ReplayPosterior, base: str, threads: int = 1) -> tuple[Width, ...]:
    """Split every observable's band by source and take each source out.

    Parameters
    ----------
    origin
        Forecasts from one cut.
    whole_replay
        The posterior they were made from.
    base
        Which of the model's forecasts: conditional or blind.
    threads
        Threads that runs are made on.
    """
    replay = whole_replay.thin(PAIRS)
    exact = [target for target in origin.targets if is_exact(target)]
    model = ObservationModel(tuple(exact))
    end = replay.space.case.clock.start + max(target.last for target in exact)
    projection = project(
        replay, end, model.variables, blindly=base == BLIND, futures=FUTURES, carried=False, threads=threads
    )
    values = projection.counterparts(model).reshape(replay.pairs, FUTURES, len(exact))
    is_finite = np.isfinite(values).all(axis=(1, 2))
    errors = model.errors * noise(REPORTED_SEED, 0, replay.pairs * FUTURES, len(exact))
    groups = groups_of(whole_replay) | ({SHOCKS: []} if base == BLIND else {})
    rows = [
        {"": futures, **without(replay.points[is_finite], groups, futures)}
        for futures in (values[is_finite, :, n] for n in range(len(exact)))
    ]
    results = []
    for variable in model.variables:
        positions = [n for n, target in enumerate(exact) if target.variable == variable]
        last = max(positions, key=lambda n: exact[n].observation.date.last_day)
        split = spread(replay.space, replay.points[is_finite], groups, values[is_finite, :, last])
        scores = dict[str, float]()
        sizes = dict[str, float]()
        for source in ("", *SOURCES):
            reports_of = [rows[n][source].ravel() + errors[: rows[n][source].size, n] for n in positions]
            scores[source] = float(
                np.mean([crps(reports, exact[n].value) for reports, n in zip(reports_of, positions, strict=True)])
            )
            sizes[source] = float(
                np.mean([np.subtract(*quantile_band(reports, LEVEL)[::-1]) for reports in reports_of])
            )
        results.append(Width(variable, exact[last], split, scores, sizes))
    return tuple(results)


@dataclass(frozen=True)
class Honesty:
    """Coverage of a forecast's bands, and what honest bands would have had."""

    values: int
    """Number of exact values."""
    covered: float
    """Share of them within the band, 0 to 1."""
    all_covered: float
    """Probability that bands as wide as they should be would have reached as many or more, values of one forecast
    hanging together as the forecast itself says."""
    score: float
    """Mean score relative to the values' sizes, as observed."""
    expected: float
    """The same as it would be if truth were one of the runs."""
    as_good: float
    """Probability of a score as good or better if truth were one of the runs: near 0 where bands are too wide, near 1
    where they are too narrow or lie aside."""


def honesty(origin: Origin, method: str) -> Honesty:
    """Let a forecast's own members play the truth and see what coverage and score that would give."""
    positions = [n for n in sorted(origin.ensembles[method]) if is_exact(origin.targets[n])]
    members = np.stack([origin.ensembles[method][n] for n in positions], axis=1)
    members = members[np.isfinite(members).all(axis=1)]
    truth = np.array([origin.targets[n].value for n in positions])
    low, high = np.quantile(members, ((1.0 - LEVEL) / 2.0, (1.0 + LEVEL) / 2.0), axis=0)
    reached = float(((truth >= low) & (truth <= high)).mean())
    own = ((members >= low) & (members <= high)).mean(axis=1)
    size = np.maximum(np.abs(truth), 1e-9)
    places = 2.0 * (np.arange(len(members)) + 0.5) / len(members) - 1.0
    spread_term = (np.sort(members, axis=0) * places[:, np.newaxis]).mean(axis=0)
    score = float(((np.abs(members - truth).mean(axis=0) - spread_term) / size).mean())
    played = members[(np.arange(TRUTHS) * len(members)) // TRUTHS]
    scores = np.array([((np.abs(members - path).mean(axis=0) - spread_term) / size).mean() for path in played])
    all_covered = float((own >= reached - 1e-9).mean())
    expected = float((spread_term / size).mean())
    return Honesty(len(positions), reached, all_covered, score, expected, float((scores <= score).mean()))


FAIR = (BLIND, *NAIVE)
"""Methods that know nothing after the cut: the race a winner is named in."""


@dataclass(frozen=True)
class CutScores:
    """Scores of the forecasts from one cut."""

    cut: str
    """Last quarter known."""
    fair: tuple[ScoreLine, ...]
    """Mean scores by observable of the methods that knew nothing after the cut."""
    whole: tuple[ScoreLine, ...]
    """Mean scores by observable of all methods."""
    honesty: Mapping[str, Honesty]
    """By model: coverage and scores beside those of honest bands."""

    def line(self, variable: str) -> ScoreLine:
        """Return all methods' mean scores of an observable."""
        return next(line for line in self.whole if line.variable == variable)

    @property
    def raced(self) -> tuple[ScoreLine, ...]:
        """Lines of the fair race in which the model had a rival: only those can be won."""
        return tuple(line for line in self.fair if line.best_naive is not None)

    def wins(self) -> dict[str, int]:
        """Count races won, by method."""
        return {name: sum(line.winner == name for line in self.raced) for name in FAIR}


@dataclass(frozen=True, kw_only=True)
class Assessment:
    """A validation; the last cut is the one that counts, and that all but ``cuts`` is of."""

    cuts: tuple[CutScores, ...]
    """What came of each cut, earliest first."""
    scores: tuple[ForecastScore, ...]
    """Score of every method and value."""
    swaps: tuple[Swap, ...]
    """Observables with a naive curve: centre and band swapped."""
    told: tuple[Told, ...]
    """The same observables: the curve told only what the model was told."""
    widths: Mapping[str, tuple[Width, ...]]
    """By model: where the width of each observable's band comes from."""

    @property
    def last(self) -> CutScores:
        """The forecasts from the last cut."""
        return self.cuts[-1]

    def scores_of(self, method: str, variable: str) -> tuple[ForecastScore, ...]:
        """Return the scores of a method on the values of an observable, from the last cut."""
        return tuple(score for score in self.scores if (score.method, score.target.variable) == (method, variable))


def assess(origins: Sequence[Origin], case: Case, *, threads: int = 1) -> Assessment:
    """Score forecasts from several cuts, earliest first, and ask why they won or lost.

    Parameters
    ----------
    origins
        Forecasts, one for each cut.
    case
        The case they are of, with the roles of its values as they are in the casebook.
    threads
        Threads that runs are made on.
    """
    judged = []
    for origin in origins:
        scores = origin.scores()
        honest = {name: honesty(origin, name) for name in MODELS}
        judged.append(CutScores(str(origin.cut), table(scores, FAIR), table(scores), honest))
    last = origins[-1]
    raced = {line.variable: line.best_naive for line in judged[-1].fair}
    swaps = tuple(swap(last, variable, rival) for variable, rival in raced.items() if rival is not None)
    replay = last.replay
    split = {}
    if replay is not None:
        split = {name: widths(last, replay, name, threads) for name in (BLIND, CONDITIONAL)}
    return Assessment(cuts=tuple(judged), scores=scores, swaps=swaps, told=told(last, case, swaps), widths=split)
