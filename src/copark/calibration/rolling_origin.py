"""Validation: what is said of later years from a cut is scored against what was observed, beside naive curves.

Great Stone's values of 2021 to 2024 are development data: variants of the model's prototype were scored on them before.
Naive curves are given all used values up to the cut, the model only those with the role *fit*.

A naive curve says what a forecaster says who knows the past values and nothing of how a park works: persistence, a
straight line through the last years, a logistic and a Bass curve; each with a predictive distribution from its own
residuals. A model that cannot beat them has not shown that its mechanisms predict anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import floor
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from copark.arrays import Floats, Integers
from copark.calibration.observations import STAND_INS, ObservationModel, Target, targets
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.progress import of_stage
from copark.stats.quantiles import quantile_band
from copark.stats.scores import Percentiles, covered, crps, crps_within, percentiles, relative_half_width

if TYPE_CHECKING:
    from copark.calibration.calibrate import CalibrationTask
    from copark.calibration.prior import Batch
    from copark.calibration.replay_posterior import Projection, ReplayPosterior
    from copark.store.checkpoints import Stages

Shape = Callable[[Floats, Floats], Floats]
LINE_YEARS = 3.0
MEMBERS = 2000
"""Members of a forecast, at least about so many; of a naive curve half as many."""
LEVEL = 0.9
CONDITIONAL = "model"
"""The model, given facts dated after the cut."""
BLIND = "model-blind"
"""The model without them."""
MODELS = (CONDITIONAL, BLIND)
BORROWED = "model-borrowed"
"""The model of a park without a history, on parameters borrowed from other parks."""
NAIVE = ("persistence", "line", "logistic", "bass")
GROWTH = "growth"
"""The growth curve of other parks, where a park has no past for a naive curve."""
DAYS = 365.25
EVEN = 0.05
"""Two mean scores that differ by less than this share are called even."""


@dataclass(frozen=True)
class History:
    """Past values of one quantity."""

    times: Floats
    """Years since the park began, increasing."""
    values: Floats
    """Values at these times."""
    errors: Floats
    """Standard errors of observation, in the values' unit."""

    @classmethod
    def of(cls, times: ArrayLike, values: ArrayLike, errors: ArrayLike) -> History:
        """Make a history, put in order of time.

        Parameters
        ----------
        times
            Years since the park began, in any order.
        values
            Values at these times, of the same shape.
        errors
            Standard errors of observation, in the values' unit; 0 where a value is exact.

        Returns
        -------
        The history, with errors above 0, since residuals are divided by them.
        """
        t, y, e = (np.asarray(part, dtype=np.float64) for part in (times, values, errors))
        order = np.argsort(t, kind="stable")
        return cls(t[order], y[order], np.maximum(e[order], 1e-9))


@dataclass(frozen=True)
class NaiveForecast:
    """A Student t distribution at each of several times."""

    centre: Floats
    """Centre at each time, shape (times,)."""
    scale: Floats
    """Scale at each time, one error of observation included, shape (times,)."""
    freedom: float
    """Degrees of freedom."""

    def ensemble(self, position: int, members: int = MEMBERS // 2) -> Floats:
        """Return members at equal steps of probability, so that they are the same every time.

        Parameters
        ----------
        position
            Position of the time the members are of.
        members
            Number of members.

        Returns
        -------
            Values of shape (members,).
        """
        from scipy.special import stdtrit

        levels = (np.arange(members) + 0.5) / members
        return self.centre[position] + self.scale[position] * stdtrit(self.freedom, levels)

    def levels(self, levels: Sequence[float]) -> Floats:
        """Return quantiles at every time, shape (levels, times)."""
        from scipy.special import stdtrit

        return self.centre + self.scale * stdtrit(self.freedom, np.array(levels))[:, np.newaxis]


def persistence(history: History, times: Floats, errors: Floats) -> NaiveForecast | None:
    """Forecast the last value: a random walk without drift, its pace from past steps.

    Parameters
    ----------
    history
        Past values; at least one, or there is no forecast.
    times
        Times to forecast, in years, shape (times,).
    errors
        Standard errors of what will be observed, shape (times,).
    """
    if len(history.times) < 1:
        return None
    spans = np.diff(history.times)
    steps = np.diff(history.values)
    far = spans > 1e-9
    pace = float((steps[far] ** 2 / spans[far]).mean()) if far.any() else 0.0
    ahead = np.maximum(times - history.times[-1], 0.0)
    scale = np.sqrt(pace * ahead + errors**2)
    return NaiveForecast(np.full(len(times), history.values[-1]), scale, float(max(far.sum(), 1)))


def line(history: History, times: Floats, errors: Floats, years: float = LINE_YEARS) -> NaiveForecast | None:
    """Continue the straight line through the last years, or the last three values.

    Parameters
    ----------
    history
        Past values; at least three, or there is no forecast.
    times
        Times to forecast, in years, shape (times,).
    errors
        Standard errors of what will be observed, shape (times,).
    years
        Years before the last value that count.
    """
    if len(history.times) < 3:
        return None
    is_recent = history.times >= min(history.times[-1] - years, history.times[-3]) - 1e-9
    recent = History(history.times[is_recent], history.values[is_recent], history.errors[is_recent])
    middle = float(recent.times.mean())
    return fitted(lambda p, t: p[0] + p[1] * (t - middle), np.array([recent.values.mean(), 0.0]), recent, times, errors)


def saturating(
    shape: Shape, rest: Sequence[Sequence[float]], history: History, times: Floats, errors: Floats
) -> NaiveForecast | None:
    """Fit a curve whose first parameter is the logarithm of where it ends.

    Parameters
    ----------
    shape
        The curve, of its parameters and of times.
    rest
        Of the other parameters: where the fit begins, their lowest and their highest values.
    history
        Past values; at least four, or there is no forecast.
    times
        Times to forecast, in years, shape (times,).
    errors
        Standard errors of what will be observed, shape (times,).
    """
    top = float(history.values.max()) if len(history.values) else 0.0
    if len(history.times) < 4 or top <= 0.0:
        return None
    ends = (2.0 * top, 0.8 * top, 20.0 * top)
    start, low, high = (np.array([np.log(end), *limits]) for end, limits in zip(ends, rest, strict=True))
    return fitted(shape, start, history, times, errors, (low, high))


def logistic(history: History, times: Floats, errors: Floats) -> NaiveForecast | None:
    """Continue a logistic curve K / (1 + e^(-r (t - t0))).

    Parameters
    ----------
    history
        Past values.
    times
        Times to forecast, in years since the park began, shape (times,).
    errors
        Standard errors of what will be observed, shape (times,), in the values' unit.

    Returns
    -------
    The forecast; ``None`` with fewer than four values, or where none is above 0.
    """

    def shape(p: Floats, t: Floats) -> Floats:
        return np.exp(p[0]) / (1.0 + np.exp(-np.exp(p[1]) * (t - p[2])))

    first, last = (history.times[0], history.times[-1]) if len(history.times) else (0.0, 0.0)
    # Growth of 2 to 500 % a year and a turning point within twenty years of the data: beyond these a few points at the
    # foot of a curve fit anything.
    rest = (np.log(0.5), last), (np.log(0.02), first - 20.0), (np.log(5.0), last + 20.0)
    return saturating(shape, rest, history, times, errors)


def bass(history: History, times: Floats, errors: Floats) -> NaiveForecast | None:
    """Continue the diffusion curve of Bass (Management Science 15, 1969), from time 0 on.

    N(t) = m (1 - e^(-(p+q) t)) / (1 + (q/p) e^(-(p+q) t)).

    Parameters
    ----------
    history
        Past values.
    times
        Times to forecast, in years since the park began, shape (times,).
    errors
        Standard errors of what will be observed, shape (times,), in the values' unit.

    Returns
    -------
    The forecast; ``None`` with fewer than four values, or where none is above 0.
    """

    def shape(p: Floats, t: Floats) -> Floats:
        size, own, others = np.exp(p)
        gone = np.exp(-(own + others) * np.maximum(t, 0.0))
        return size * (1.0 - gone) / (1.0 + others / own * gone)

    rest = (np.log(0.01), np.log(0.4)), (np.log(1e-5), np.log(0.01)), (np.log(0.5), np.log(3.0))
    return saturating(shape, rest, history, times, errors)


def fitted(
    shape: Shape,
    start: Floats,
    history: History,
    times: Floats,
    errors: Floats,
    bounds: tuple[Floats, Floats] | None = None,
) -> NaiveForecast:
    """Fit a curve by weighted least squares and give its predictive distribution (delta method).

    Residuals that are smaller than the errors of observation do not make a curve surer than those: the factor on the
    errors is at least 1.

    Parameters
    ----------
    shape
        The curve, of its parameters and of times.
    start
        Parameters where the fit begins.
    history
        Past values.
    times
        Times to forecast, in years, shape (times,).
    errors
        Standard errors of what will be observed, shape (times,).
    bounds
        Lowest and highest parameters; by default none.
    """
    from scipy.optimize import least_squares

    low, high = bounds or (np.full(len(start), -np.inf), np.full(len(start), np.inf))

    def residuals(p: Floats) -> Floats:
        return (shape(p, history.times) - history.values) / history.errors

    fit = least_squares(residuals, np.clip(start, low + 1e-9, high - 1e-9), bounds=(low, high), x_scale="jac")
    freedom = max(len(history.times) - len(start), 1)
    factor = max(float((fit.fun**2).sum()) / freedom, 1.0)
    # A pseudo-inverse: a few points may leave a direction of the parameters without any information.
    covariance = np.linalg.pinv(fit.jac.T @ fit.jac, rcond=1e-12)
    slopes = gradient(shape, fit.x, times)
    variance = np.einsum("ij,jk,ik->i", slopes, covariance, slopes) + errors**2
    return NaiveForecast(shape(fit.x, times), np.sqrt(factor * variance), float(freedom))


def gradient(shape: Shape, p: Floats, times: Floats) -> Floats:
    """Derive a curve by its parameters, by central differences; shape (times, parameters).

    Parameters
    ----------
    shape
        The curve, of its parameters and of times.
    p
        Parameters at which it is derived, shape (parameters,).
    times
        Times, in years, shape (times,).

    Returns
    -------
    Change of the curve for each unit of each parameter.
    """
    columns = []
    for n in range(len(p)):
        step = np.zeros(len(p))
        # Of central differences the error is least near the cube root of the precision of numbers, 6e-6 of the
        # parameter.
        step[n] = 1e-5 * max(abs(p[n]), 1.0)
        columns.append((shape(p + step, times) - shape(p - step, times)) / (2.0 * step[n]))
    return np.stack(columns, axis=1)


def forecasts(history: History, times: ArrayLike, errors: ArrayLike) -> dict[str, NaiveForecast]:
    """Forecast with every curve the history is long enough for.

    Parameters
    ----------
    history
        Past values of the quantity.
    times
        Years since the park began, as the history's, shape (times,).
    errors
        Standard errors of what will be observed, shape (times,).

    Returns
    -------
        Forecasts by name of the curve.
    """
    moments = np.asarray(times, dtype=np.float64)
    sd = np.asarray(errors, dtype=np.float64)
    fits = zip(NAIVE, (curve(history, moments, sd) for curve in (persistence, line, logistic, bass)), strict=True)
    return {name: forecast for name, forecast in fits if forecast is not None}


@dataclass(frozen=True)
class ForecastScore:
    """Score of one method on one value."""

    target: Target
    """The value forecast."""
    method: str
    """Name of the method."""
    crps: float
    """Continuous ranked probability score, in the value's unit; of a bound or range only what falls outside costs."""
    bounded: bool
    """Whether the value is only a bound or a range, and kept out of means."""
    median: float
    """Median of the forecast, in the value's unit."""
    low: float
    """5 % quantile of the forecast."""
    high: float
    """95 % quantile of the forecast."""
    covered: bool
    """Whether the band reaches the value as it is worded."""
    percentiles: Percentiles
    """Where the value lies in the forecast."""

    @property
    def width(self) -> float:
        """Half of the forecast's band as a share of what was reported."""
        return relative_half_width(self.low, self.high, self.target.reported)


def is_exact(target: Target) -> bool:
    """Return whether a value is reported as such, and not as a bound or a range."""
    return target.bound in {"exact", "about"}


def score(target: Target, method: str, ensemble: Floats) -> ForecastScore:
    """Score an ensemble against a value.

    Parameters
    ----------
    target
        The value.
    method
        Name of the method the ensemble is of.
    ensemble
        Members, in the value's unit, shape (members,).
    """
    low, high = target.wording
    cost = crps(ensemble, target.value) if is_exact(target) else crps_within(ensemble, low, high)
    return ForecastScore(
        target,
        method,
        cost,
        not is_exact(target),
        float(np.nanmedian(ensemble)),
        *quantile_band(ensemble, LEVEL),
        covered(ensemble, low, high, LEVEL),
        percentiles(ensemble, low, high),
    )


@dataclass(frozen=True)
class Origin:
    """Forecasts from one cut."""

    cut: Quarter
    """Last quarter known."""
    targets: tuple[Target, ...]
    """Later targets."""
    ensembles: Mapping[str, Mapping[int, Floats]]
    """By method: an ensemble for each target it can forecast, by position."""
    replay: ReplayPosterior | None = field(default=None, repr=False)
    """Posterior the model's ensembles were made from; none for forecasts from elsewhere."""
    projections: Mapping[str, Projection] = field(default_factory=dict, repr=False)
    """By method of the model: the runs its ensembles were read off."""

    def scores(self, methods: Iterable[str] | None = None) -> tuple[ForecastScore, ...]:
        """Score every method on every target it forecasts."""
        return tuple(
            score(self.targets[n], method, self.ensembles[method][n])
            for method in (self.ensembles if methods is None else methods)
            for n in sorted(self.ensembles.get(method, {}))
        )


def restricted(batch: Batch, cut: Quarter) -> tuple[ObservationModel, Integers]:
    """Return the part of a batch's record to be fitted that an earlier cut knows, and its columns in the batch."""
    last_quarter = cut - batch.recipe.case.clock.start
    all_targets = batch.recipe.model.targets
    columns = [
        n for n, target in enumerate(all_targets) if target.last <= last_quarter and target.observation.role == "fit"
    ]
    model = ObservationModel(tuple(all_targets[n] for n in columns), batch.recipe.model.discrepancy)
    return model, np.array(columns, dtype=np.int64)


def years_since(case: Case, target: Target) -> float:
    """Count the years from the case's first day to a target's day."""
    return (target.observation.date.last_day - case.clock.start.first_day).days / DAYS


@dataclass(frozen=True)
class KnownRecord:
    """What a case has on record up to a cut: the values that naive curves are drawn through."""

    case: Case
    """The case."""
    cut: Quarter
    """Last quarter known."""
    roles: Sequence[str] = ("fit", "check", "score")
    """Roles of the values that are used."""

    def history(self, variable: str) -> History:
        """Return the used values of an observable, as naive curves are given them."""
        past = [target for target in targets(self.case, self.roles, cut=self.cut) if target.variable == variable]
        rows = [(years_since(self.case, target), target.reported, target.error) for target in past]
        return History.of(*(zip(*rows, strict=True) if rows else ((), (), ())))

    def naive_ensembles(self, later: Sequence[Target]) -> dict[str, dict[int, Floats]]:
        """Forecast later targets with naive curves.

        Returns
        -------
            By curve: an ensemble for each target it can forecast, by position.
        """
        ensembles: dict[str, dict[int, Floats]] = {}
        for variable in dict.fromkeys(target.variable for target in later):
            positions = [n for n, target in enumerate(later) if target.variable == variable]
            times = [years_since(self.case, later[n]) for n in positions]
            fits = forecasts(self.history(variable), times, [later[n].error for n in positions])
            for name, forecast in fits.items():
                members = {n: forecast.ensemble(place) for place, n in enumerate(positions)}
                ensembles.setdefault(name, {}).update(members)
        return ensembles

    def benchmarks(self, variable: str, quarters: Iterable[int]) -> dict[str, NaiveForecast]:
        """Continue naive curves of an observable to the ends of quarters, without an error of observation.

        Parameters
        ----------
        variable
            Name of the observable.
        quarters
            Quarters, counted from the case's start.
        """
        start = self.case.clock.start
        days = [((start + t).last_day - start.first_day).days / DAYS for t in quarters]
        return forecasts(self.history(variable), days, np.zeros(len(days)))

    def points(self, variable: str) -> tuple[Point, ...]:
        """Return the used values of an observable, then those that are only looked at, before the cut and after it."""
        looked = (*targets(self.case, ("check",), cut=self.cut), *targets(self.case, ("check",), after=self.cut))
        groups = {"known": targets(self.case, self.roles, cut=self.cut), "looked": looked}
        return tuple(
            _point(target, state) for state, group in groups.items() for target in group if target.variable == variable
        )


def forecast_from(replay: ReplayPosterior, case: Case, threads: int = 1) -> Origin:
    """Forecast from a replay posterior what the case observed after its cut, conditionally, blindly and naively.

    Of few pairs, each has several futures.

    Raises
    ------
    ValueError
        If the case observed nothing after the cut.

    Parameters
    ----------
    replay
        Pairs of the calibration to the cut.
    case
        The case, with what it observed later.
    threads
        Threads that runs are made on.

    Returns
    -------
    Members of every method for each later value, in the order of the values.
    """
    from copark.calibration.replay_posterior import project

    cut = replay.cut
    later = tuple(target for target in targets(case, ("fit", "score"), after=cut) if target.variable not in STAND_INS)
    if not later:
        raise ValueError(f"{case.name} has no values after {cut}")
    model = ObservationModel(later)
    end = case.clock.start + max(target.last for target in later)
    futures = max(MEMBERS // replay.pairs, 1)
    projections = {
        name: project(replay, end, model.variables, blindly=name == BLIND, futures=futures, threads=threads)
        for name in MODELS
    }
    ensembles = {name: dict(enumerate(projection.reports(model).T)) for name, projection in projections.items()}
    return Origin(cut, later, {**ensembles, **KnownRecord(case, cut).naive_ensembles(later)}, replay, projections)


def rolling(
    task: CalibrationTask,
    batch: Batch,
    cuts: Iterable[Quarter],
    *,
    ready: Mapping[Quarter, ReplayPosterior] | None = None,
    stages: Stages | None = None,
) -> tuple[Origin, ...]:
    """Calibrate to several cuts, earliest first, and forecast from each.

    Parameters
    ----------
    task
        Calibration to the latest cut, whose settings all have.
    batch
        Its prior runs, which serve all cuts.
    cuts
        Quarters to calibrate to.
    ready
        Replay posteriors that are there already, by cut.
    stages
        Where searches are kept as far as they have come.
    """
    from copark.calibration.annealing import replay_posterior

    posteriors = ready or {}
    ordered = sorted(set(cuts))
    origins = []
    missing = [cut for cut in ordered if cut not in posteriors]

    progress = of_stage(task.progress, "replay")

    def report(part: int, whole: int) -> None:
        progress(missing.index(cut) * whole + part, len(missing) * whole)

    for cut in ordered:
        replay = posteriors.get(cut)
        if replay is None:
            replay = replay_posterior(
                batch,
                *restricted(batch, cut),
                cut,
                plan=task.settings.plan(),
                populations=task.settings.populations,
                threads=task.threads,
                progress=report,
                stages=stages,
            )
        origins.append(forecast_from(replay, batch.recipe.case, task.threads))
    return tuple(origins)


@dataclass(frozen=True)
class ScoreLine:
    """One observable: mean scores of methods over the exact values all of them forecast, and the winner."""

    variable: str
    """Name of the observable."""
    values: int
    """Number of exact values."""
    crps: Mapping[str, float]
    """By method: mean score, in the observable's unit; lower is better."""
    coverage: Mapping[str, float]
    """By method: share of values within the 90 % band; bounds and ranges count, too."""
    width: Mapping[str, float]
    """By method: mean width of the 90 % band."""
    firm: bool = False
    """Whether the winner is ahead by more than a twentieth and stays ahead whichever one value is left out; of a single
    value nothing is firm."""

    @property
    def winner(self) -> str:
        """Method with the smallest mean score."""
        return min(self.crps, key=lambda method: self.crps[method])

    @property
    def best_naive(self) -> str | None:
        """The naive curve with the smallest mean score; ``None`` where none could forecast."""
        naive = [method for method in self.crps if method in (*NAIVE, GROWTH)]
        return min(naive, key=lambda method: self.crps[method]) if naive else None


def table(scores: Sequence[ForecastScore], methods: Sequence[str] | None = None) -> tuple[ScoreLine, ...]:
    """Average scores by observable over exact values; coverage counts bounds and ranges too.

    A method that cannot forecast an observable (too short a past) is not in its line.
    """
    names = tuple(dict.fromkeys(score.method for score in scores)) if methods is None else tuple(methods)
    lines = []
    for variable in dict.fromkeys(row.target.variable for row in scores):
        rows = [row for row in scores if row.target.variable == variable and row.method in names]
        exact = [row for row in rows if not row.bounded]
        if not exact:
            continue
        present = [method for method in names if any(row.method == method for row in exact)]
        crps_by_method = {m: np.array([row.crps for row in exact if row.method == m]) for m in present}
        lines.append(
            ScoreLine(
                variable=variable,
                values=len({row.target.name for row in exact}),
                crps={m: float(crps_by_method[m].mean()) for m in present},
                coverage={m: float(np.mean([row.covered for row in rows if row.method == m])) for m in present},
                width={m: float(np.mean([row.high - row.low for row in exact if row.method == m])) for m in present},
                firm=is_firm(crps_by_method),
            )
        )
    return tuple(lines)


def is_firm(crps_by_method: Mapping[str, Floats]) -> bool:
    """Return whether one method is ahead by a margin, also without any one of the values.

    Parameters
    ----------
    crps_by_method
        Scores by method, of the same values in the same order.
    """
    scores = np.stack(list(crps_by_method.values()))
    if len(scores) < 2 or scores.shape[1] < 2:
        return False
    means = scores.mean(axis=1)
    first, second = np.sort(means)[:2]
    left_out = (scores.sum(axis=1, keepdims=True) - scores).argmin(axis=0)
    return bool(second - first > EVEN * second and (left_out == means.argmin()).all())


class Point(NamedTuple):
    """A reported value on a fan."""

    at: float
    """Its moment, in years."""
    value: float
    """The value, in the observable's unit; the lower end of a range."""
    high: float | None
    """Upper end of a range; ``None`` where it is a single value."""
    bound: str
    """exact, about, more-than, at-least, at-most or range."""
    state: str
    """How it stands to the forecast: ``known`` (made with it), ``looked`` (known, but not fitted), ``inside`` or
    ``outside``."""


def moment(day: date) -> float:
    """Return the middle of a day, in years."""
    return day.year + (day.timetuple().tm_yday - 0.5) / DAYS


def year_of_moment(time: float) -> int:
    """Return the calendar year of a moment; the last day of a leap year lies a little beyond its end."""
    return floor(time - 0.4 / DAYS)


def later_points(scores: Iterable[ForecastScore]) -> tuple[Point, ...]:
    """Return the values that came later, each reached by the band or not."""
    return tuple(_point(score.target, "inside" if score.covered else "outside") for score in scores)


def _point(target: Target, state: str) -> Point:
    return Point(moment(target.observation.date.last_day), target.value, target.high, target.bound, state)
