"""Validation: what is said of later years from a cut is scored against what was observed, beside naive curves.

Great Stone's values of 2021 to 2024 are development data: variants of the model's prototype were scored on them before.
Naive curves are given all used values up to the cut, the model only those with the role *fit*.

What a fan of forecasts is drawn from: bands, and reported values with their moments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from copark.arrays import Floats, Integers
from copark.cases.case import Case
from copark.cases.quarters import Quarter
from copark.inference.batch import Batch
from copark.inference.benchmark_forecasts import CURVES, History, forecasts
from copark.inference.observations import STAND_INS, ObservationModel, Target, targets
from copark.inference.replay import POPULATIONS, Projection, ReplayPosterior, project, replay_posterior
from copark.inference.tempering import Plan
from copark.stats.quantiles import LEVELS, quantile_band
from copark.stats.scores import Percentiles, covered, crps, crps_within, percentiles, relative_half_width
from copark.store.checkpoints import Stages

LEVEL = 0.9
CONDITIONAL, BLIND = "model", "model-blind"
MODELS = (CONDITIONAL, BLIND)
BORROWED = "model-borrowed"
"""The model of a park without a history, on parameters borrowed from other parks."""
NAIVE = tuple(CURVES)
GROWTH = "growth"
"""The growth curve of other parks, where a park has no past for a naive curve."""
DAYS = 365.25
MEMBERS = 2000
"""Members of a forecast, at least about so many."""
EVEN = 0.05
"""Two mean scores that differ by less than this share are called even."""
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Score:
    """How one method forecast one value."""

    target: Target
    method: str
    crps: float
    """In the value's unit; of a bound or range only what falls outside costs."""
    bounded: bool
    """Whether the value is only a bound or a range: kept out of means."""
    median: float
    low: float
    high: float
    """median, low, high: of the forecast, 50 %, 5 % and 95 %."""
    covered: bool
    """Whether the band reaches the value as it is worded."""
    percentiles: Percentiles
    """Where the value lies in the forecast."""

    @property
    def width(self) -> float:
        """Half of the forecast's band as a share of what was reported."""
        return relative_half_width(self.low, self.high, self.target.reported)


def is_exact(target: Target) -> bool:
    """Whether a value is reported as such, and not as a bound or a range."""
    return target.bound in {"exact", "about"}


def score(target: Target, method: str, ensemble: Floats) -> Score:
    """Score an ensemble against a value."""
    low, high = target.wording
    exact = is_exact(target)
    band = quantile_band(ensemble, LEVEL)
    return Score(
        target=target,
        method=method,
        crps=crps(ensemble, target.value) if exact else crps_within(ensemble, low, high),
        bounded=not exact,
        median=float(np.nanmedian(ensemble)),
        low=band[0],
        high=band[1],
        covered=covered(ensemble, low, high, LEVEL),
        percentiles=percentiles(ensemble, low, high),
    )


@dataclass(frozen=True)
class Origin:
    """Forecasts from one cut: per method an ensemble for each later target it can forecast.

    replay, projections: what the model's ensembles were made from, by method; none for forecasts from elsewhere.
    """

    cut: Quarter
    targets: tuple[Target, ...]
    ensembles: Mapping[str, Mapping[int, Floats]]
    replay: ReplayPosterior | None = field(default=None, repr=False)
    projections: Mapping[str, Projection] = field(default_factory=dict, repr=False)

    def scores(self, methods: Iterable[str] | None = None) -> tuple[Score, ...]:
        """Score every method on every target it forecasts."""
        wanted = tuple(self.ensembles) if methods is None else tuple(methods)
        return tuple(
            score(self.targets[n], method, self.ensembles[method][n])
            for method in wanted
            for n in sorted(self.ensembles.get(method, {}))
        )


def restricted(batch: Batch, cut: Quarter, roles: Sequence[str] = ("fit",)) -> tuple[ObservationModel, Integers]:
    """Give the part of a batch's record that an earlier cut knows, and its columns in the batch."""
    at = cut - batch.recipe.case.clock.start
    kept = [
        n
        for n, target in enumerate(batch.recipe.model.targets)
        if target.last <= at and target.observation.role in roles
    ]
    model = ObservationModel(tuple(batch.recipe.model.targets[n] for n in kept))
    return model, np.array(kept, dtype=np.int64)


def years_since(case: Case, target: Target) -> float:
    """Years from the case's first day to a target's day."""
    return (target.observation.date.last_day - case.clock.start.first_day).days / DAYS


def history_of(case: Case, cut: Quarter, variable: str, roles: Sequence[str] = ("fit", "check", "score")) -> History:
    """Used values of an observable up to a cut, as naive curves are given them."""
    known = [one for one in targets(case, roles, cut=cut) if one.variable == variable]
    return History.of(
        [years_since(case, one) for one in known], [one.reported for one in known], [one.error for one in known]
    )


def naive_ensembles(
    case: Case, cut: Quarter, later: Sequence[Target], roles: Sequence[str] = ("fit", "check", "score")
) -> dict[str, dict[int, Floats]]:
    """Forecast later targets with naive curves through all used values of some roles up to a cut."""
    found: dict[str, dict[int, Floats]] = {}
    for variable in dict.fromkeys(target.variable for target in later):
        at = [n for n, target in enumerate(later) if target.variable == variable]
        history = history_of(case, cut, variable, roles)
        made = forecasts(history, [years_since(case, later[n]) for n in at], [later[n].error for n in at])
        for name, forecast in made.items():
            found.setdefault(name, {}).update({n: forecast.ensemble(place) for place, n in enumerate(at)})
    return found


def origin(
    batch: Batch,
    cut: Quarter,
    *,
    roles: Sequence[str] = ("fit",),
    later_roles: Sequence[str] = ("fit", "score"),
    plan: Plan | None = None,
    populations: int = POPULATIONS,
    threads: int = 1,
    replay: ReplayPosterior | None = None,
    progress: Progress | None = None,
    stages: Stages | None = None,
) -> Origin:
    """Calibrate to a cut and forecast what the case observed later, conditionally, blindly and naively.

    Parameters
    ----------
    replay
        The replay posterior of this cut, if it is there already.
    progress
        Called with (parts of the search done, parts in all).
    stages
        Where the search is kept as far as it has come, and gone on with.
    """
    if replay is None:
        model, columns = restricted(batch, cut, roles)
        replay, _ = replay_posterior(
            batch, model, columns, cut, plan=plan, populations=populations, threads=threads, progress=progress,
            stages=stages,
        )  # fmt: skip
    return forecast_from(replay, batch.recipe.case, later_roles=later_roles, threads=threads)


def forecast_from(
    replay: ReplayPosterior, case: Case, *, later_roles: Sequence[str] = ("fit", "score"), threads: int = 1
) -> Origin:
    """Forecast from a replay posterior what the case observed after its cut; of few pairs, each has several futures.

    Raises ValueError if the case observed nothing after it.
    """
    cut = replay.cut
    later = tuple(one for one in targets(case, later_roles, after=cut) if one.variable not in STAND_INS)
    if not later:
        raise ValueError(f"{case.name} has no values after {cut}")
    model, end = ObservationModel(later), case.clock.start + max(target.last for target in later)
    futures = max(MEMBERS // replay.pairs, 1)
    made = {
        name: project(replay, end, model.variables, blindly=blindly, futures=futures, threads=threads)
        for name, blindly in ((CONDITIONAL, False), (BLIND, True))
    }
    ensembles = {name: dict(enumerate(projection.reports(model).T)) for name, projection in made.items()}
    return Origin(cut, later, {**ensembles, **naive_ensembles(case, cut, later)}, replay, made)


@dataclass(frozen=True)
class ScoreLine:
    """One observable: mean score of each method over the values all of them forecast, and the winner."""

    variable: str
    values: int
    """Exact values the means are over."""
    crps: Mapping[str, float]
    coverage: Mapping[str, float]
    width: Mapping[str, float]
    """crps, coverage, width: by method. Coverage counts bounds and ranges too."""
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


def table(scores: Sequence[Score], methods: Sequence[str] | None = None) -> tuple[ScoreLine, ...]:
    """Mean scores by observable over exact values; coverage counts bounds and ranges too.

    A method that cannot forecast an observable (too short a past) is not in its line.
    """
    wanted = tuple(dict.fromkeys(one.method for one in scores)) if methods is None else tuple(methods)
    lines = []
    for variable in dict.fromkeys(one.target.variable for one in scores):
        own = [one for one in scores if one.target.variable == variable and one.method in wanted]
        exact = [one for one in own if not one.bounded]
        if not exact:
            continue
        present = [method for method in wanted if any(one.method == method for one in exact)]
        each = {m: np.array([one.crps for one in exact if one.method == m]) for m in present}
        lines.append(
            ScoreLine(
                variable=variable,
                values=len({one.target.name for one in exact}),
                crps={m: float(each[m].mean()) for m in present},
                coverage={m: float(np.mean([one.covered for one in own if one.method == m])) for m in present},
                width={m: float(np.mean([one.high - one.low for one in exact if one.method == m])) for m in present},
                firm=is_firm(each),
            )
        )
    return tuple(lines)


def is_firm(each: Mapping[str, Floats]) -> bool:
    """Whether one method is ahead by a margin, also without any one of the values.

    each: scores by method, of the same values in the same order.
    """
    scores = np.stack(list(each.values()))
    if len(scores) < 2 or scores.shape[1] < 2:
        return False
    means = scores.mean(axis=1)
    first, second = np.sort(means)[:2]
    left_out = (scores.sum(axis=1, keepdims=True) - scores).argmin(axis=0)
    return bool(second - first > EVEN * second and (left_out == means.argmin()).all())


def rolling(
    batch: Batch,
    cuts: Sequence[Quarter],
    *,
    plan: Plan | None = None,
    populations: int = POPULATIONS,
    threads: int = 1,
    ready: Mapping[Quarter, ReplayPosterior] | None = None,
    progress: Progress | None = None,
    stages: Stages | None = None,
) -> tuple[Origin, ...]:
    """Forecast from several cuts, earliest first.

    Parameters
    ----------
    ready
        Replay posteriors that are there already, by cut.
    progress
        Called with (parts done, parts in all), over all cuts that are not ready.
    stages
        Where searches are kept as far as they have come, and gone on with.
    """
    known = ready or {}
    wanted = sorted(set(cuts))
    searched = sum(cut not in known for cut in wanted)
    made: list[Origin] = []
    done = 0

    def tell(part: int, whole: int) -> None:
        if progress is not None:
            progress(done * whole + part, searched * whole)

    for cut in wanted:
        one = known.get(cut)
        made.append(
            origin(
                batch, cut, plan=plan, populations=populations, threads=threads, replay=one, progress=tell,
                stages=stages,
            )
        )  # fmt: skip
        done += one is None
    return tuple(made)


class Point(NamedTuple):
    """A reported value on a fan: its moment in years, what is reported, and how it stands to the forecast.

    state: ``known`` (the forecast was made with it), ``looked`` (known, but not fitted), ``inside``, ``outside``.
    """

    at: float
    value: float
    high: float | None
    bound: str
    state: str


def moment(day: date) -> float:
    """A day in years."""
    return day.year + (day.timetuple().tm_yday - 0.5) / 365.25


def benchmark_band(case: Case, cut: Quarter, variable: str, method: str, quarters: Sequence[int]) -> Floats | None:
    """A benchmark's quantiles at the ends of quarters, shape (levels, quarters); none if the past is too short."""
    from scipy.stats import t as student

    from copark.inference.benchmark_forecasts import forecasts

    start = case.clock.start
    days = [((start + t).last_day - start.first_day).days / DAYS for t in quarters]
    made = forecasts(history_of(case, cut, variable), days, np.zeros(len(days))).get(method)
    if made is None:
        return None
    levels: Floats = made.centre + made.scale * student.ppf(np.array(LEVELS), made.freedom)[:, np.newaxis]
    return levels


def known_points(case: Case, cut: Quarter, variable: str, roles: Sequence[str] = ("fit",)) -> tuple[Point, ...]:
    """Values the forecast was made with, then those that are only looked at, before the cut and after it."""
    known = targets(case, roles, cut=cut)
    looked = (*targets(case, ("check",), cut=cut), *targets(case, ("check",), after=cut))
    return tuple(
        _point(one, state)
        for state, each in (("known", known), ("looked", looked))
        for one in each
        if one.variable == variable
    )


def later_points(scores: Iterable[Score]) -> tuple[Point, ...]:
    """Values that came later, each reached by the band or not."""
    return tuple(_point(one.target, "inside" if one.covered else "outside") for one in scores)


def _point(target: Target, state: str) -> Point:
    return Point(moment(target.observation.date.last_day), target.value, target.high, target.bound, state)
