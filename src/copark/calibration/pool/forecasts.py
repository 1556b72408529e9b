"""Forecasts of the panel's parks by every method, how methods compare, and what may become of a park without a history.

*Unseen*: nothing of a park is known but its case, read bare; of the other parks all values are. It tests borrowing
between parks, not foresight. The model runs on the pooled prior of the other parks, beside their pooled growth curve.
*From an origin*: see :class:`copark.calibration.pool.abc_regression.Window`. The model is the park's own calibration to
that day, as a user's forecast is; beside it stand the growth curve of the other parks by what was known then,
persistence, a line, a logistic and a damped trend. No forecast knows the value it is scored on: neither the error of
observation nor the discrepancy are read off it. What a calibration knows of later years is how the case is read and
the priors of the casebook, set with all values in view.

Scores are the CRPS of counts and of ln(1 + count): the first is led by large parks, the second counts all alike. Means
are over parks, each counting once.

An *outlook* is the pooled prior of the others, run forward. Base rates beside it: what parks of a type had become at an
age, by the record alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from copark.arrays import Floats
from copark.calibration.calibrate import QUICK, CalibrationSettings, CalibrationTask, calibrate
from copark.calibration.calibration_setup import case_for, cut_of
from copark.calibration.forecast import LEVELS, quarters_of, rounded, sealed
from copark.calibration.observations import error_of, noise
from copark.calibration.pool.abc_regression import (
    LocalPosterior,
    Window,
    local_posterior,
    part_of,
    past_of,
    pasts,
)
from copark.calibration.pool.batches import (
    Discrepancy,
    PanelBatch,
    chosen,
    design,
    errors_at,
    make_panel_batch,
    run_outputs,
    strayed,
)
from copark.calibration.pool.benchmarks import MEMBERS, NO_PAST, Past, fit_growth, held_up, persistence, trend
from copark.calibration.pool.panel import Panel, pooled_prior, step, warping_of
from copark.calibration.pool.parks import COUNTS, PanelPark, bare, park_of, points_at
from copark.calibration.pool.records import YOUNGEST, aged_counts, offered_after
from copark.calibration.replay_posterior import REPORTED_SEED, ReplayPosterior, project
from copark.calibration.rolling_origin import BORROWED, History, forecasts
from copark.cases.case import Case
from copark.cases.park_counts import load_counts
from copark.cases.quarters import Quarter
from copark.json_types import JsonObject
from copark.progress import Progress
from copark.simulation.trust import Trust

MODEL = "model"
GROWTH = "growth"
CURVES = ("line", "logistic")
TREND = "trend"
METHODS = (MODEL, GROWTH, "persistence", *CURVES, TREND)
LEFT_SHARE = 2
"""A park's batch on the pooled prior has the panel's runs divided by this."""


@dataclass(frozen=True)
class PanelScore:
    """Score of one method on one value of one park."""

    park: str
    """Name of the park's case."""
    scheme: str
    """Setting in which it is forecast."""
    method: str
    """Name of the method."""
    at: int
    """Place of the value among the park's."""
    variable: str
    """Name of the observable."""
    crps: float
    """Score of the count."""
    log_crps: float
    """Score of ln(1 + count)."""
    covered: bool
    """Whether the 90 % band reaches the value."""


Forecast = tuple[str, int, Floats]
"""A method, the position of a target, and members of the forecast of it."""


@dataclass(frozen=True)
class MethodStanding:
    """Standing of one method over parks, on values all methods of the table forecast."""

    method: str
    """Name of the method."""
    parks: int
    """Parks forecast."""
    values: int
    """Values forecast, the same for every method of the table."""
    crps: float
    """Score of the count, the mean over parks of the park's mean; lower is better."""
    log_crps: float
    """Score of ln(1 + count), likewise."""
    coverage: float
    """Share of values within the 90 % band."""


@dataclass(frozen=True)
class Contest:
    """A table of methods over the same values, best first."""

    scheme: str
    """Setting in which parks are forecast."""
    variable: str
    """Name of the observable; empty for all counts."""
    standings: tuple[MethodStanding, ...]
    """The methods, best first."""


def contest(scores: Iterable[PanelScore], scheme: str, variable: str, methods: Sequence[str]) -> Contest | None:
    """Compare methods on the values that all of them forecast.

    Parameters
    ----------
    scores
        Scores of methods, schemes and values.
    scheme
        Setting in which parks are forecast.
    variable
        One observable, or an empty word for all.
    methods
        The methods.

    Returns
    -------
        ``None`` where there is no such value.
    """
    by_value: dict[tuple[str, int], dict[str, PanelScore]] = {}
    for score in scores:
        if score.scheme == scheme and score.method in methods and variable in ("", score.variable):
            by_value.setdefault((score.park, score.at), {})[score.method] = score
    common = [row for row in by_value.values() if len(row) == len(methods)]
    if not common:
        return None
    parks: dict[str, list[dict[str, PanelScore]]] = {}
    for row in common:
        parks.setdefault(row[methods[0]].park, []).append(row)
    standings = []
    for method in methods:
        plain, log = (
            float(np.mean([np.mean([getattr(row[method], kind) for row in rows]) for rows in parks.values()]))
            for kind in ("crps", "log_crps")
        )
        coverage = float(np.mean([row[method].covered for row in common]))
        standings.append(MethodStanding(method, len(parks), len(common), plain, log, coverage))
    return Contest(scheme, variable, tuple(sorted(standings, key=lambda standing: standing.log_crps)))


def winners(scores: Iterable[PanelScore], scheme: str) -> dict[str, tuple[str, dict[str, float]]]:
    """Find the winner of each park, and the mean score of ln(1 + count) of methods that forecast all its values."""
    by_park: dict[str, dict[str, dict[int, float]]] = {}
    for score in scores:
        if score.scheme == scheme:
            by_park.setdefault(score.park, {}).setdefault(score.method, {})[score.at] = score.log_crps
    results = {}
    for park, methods in by_park.items():
        most = max(len(rows) for rows in methods.values())
        means = {method: float(np.mean(list(rows.values()))) for method, rows in methods.items() if len(rows) == most}
        results[park] = (min(means, key=lambda method: means[method]), means)
    return results


@dataclass(frozen=True)
class Race:
    """A round of forecasts."""

    panel: Panel
    local: dict[tuple[str, Discrepancy], LocalPosterior] = field(default_factory=dict)
    """What parks' records said, so that each is asked once."""

    @property
    def seed(self) -> int:
        """Seed of design, random numbers and errors."""
        return self.panel.settings.seed

    def runs(self, park: PanelPark) -> tuple[PanelBatch, Discrepancy]:
        """Run a park read bare, on the prior that the others moved."""
        panel = self.panel
        stripped = park_of(bare(park.case))
        spread = chosen(panel.trials, without=park.name)
        warp = warping_of(panel, self.others(park.name, spread), stripped, spread)
        batch = make_panel_batch(
            stripped,
            max(panel.settings.runs // LEFT_SHARE, 2),
            self.seed,
            warp=warp,
            warped={"prior": warp.identity},
            threads=panel.task.threads,
            folder=panel.task.batches,
        )
        return batch, spread

    def others(self, name: str, spread: Discrepancy) -> dict[str, LocalPosterior]:
        """Return what every other park's record said.

        Parameters
        ----------
        name
            Name of the park.
        spread
            Size of the discrepancy.
        """
        panel = self.panel
        if spread == panel.spread:
            return panel.others(name)
        posteriors = {}
        for park in panel.parks:
            if park.name != name and park.known():
                key = (park.name, spread)
                if key not in self.local:
                    self.local[key] = local_posterior(panel.task.batch(park), self.seed, spread)
                posteriors[park.name] = self.local[key]
        return posteriors

    def in_steps(
        self, steps: Mapping[str, Callable[[], list[Any]]], progress: Progress | None = None
    ) -> Iterator[dict[str, Any]]:
        """Make rows of forecasts step by step; each step is kept and found again."""
        for done, (name, make) in enumerate(steps.items()):
            if progress is not None:
                progress(done, len(steps))
            yield from step(self.panel.task.folder, self.panel.identity, name, make)


def unseen(race: Race, park: PanelPark) -> Iterator[Forecast]:
    """Forecast a park of which no value is known."""
    batch, spread = race.runs(park)
    reports = batch.reports(race.seed, spread)
    for variable in COUNTS:
        for position in park.scored(variable):
            yield MODEL, position, reports[:, position]
    yield from unseen_curves(race.panel.parks, park)


def unseen_curves(parks: Sequence[PanelPark], park: PanelPark) -> Iterator[Forecast]:
    """Forecast a park of which no value is known by the growth curve of the others.

    Parameters
    ----------
    parks
        Parks of the panel.
    park
        The park.
    """
    ages = park.curve_ages()
    for variable in COUNTS:
        curve = fit_growth(pasts(parks, park.name, variable))
        if curve is not None:
            for position in park.scored(variable):
                yield GROWTH, position, curve.ensemble(NO_PAST, float(ages[position]))


@dataclass(frozen=True)
class OriginCalibrations:
    """Parks' own calibrations to origins."""

    settings: CalibrationSettings = QUICK
    """Settings of each: by default those that a user's have."""
    threads: int = 1
    """Threads of the model; they do not change the numbers."""
    posteriors: dict[tuple[str, int], ReplayPosterior] = field(default_factory=dict)
    """By park and year of the origin, so that near and far values are forecast by one."""

    def of(self, window: Window) -> ReplayPosterior:
        """Calibrate a park to an origin, as a user would have done then, by all its values to that day."""
        key = (window.park.name, window.year)
        if key not in self.posteriors:
            case = window.park.case
            read = case_for(case, cut_of(case, None))
            cut = Quarter(window.year, 4)
            task = CalibrationTask(read, cut, self.settings, is_read=True, threads=self.threads)
            self.posteriors[key] = calibrate(task).replay
        return self.posteriors[key]

    def forecast(self, window: Window) -> Floats:
        """Forecast a park's values after an origin, what the model leaves out carried on from the record.

        Parameters
        ----------
        window
            The park at the origin.

        Returns
        -------
        Members with an error of observation, shape (members, later values).
        """
        replay = self.of(window)
        later = part_of(window.park.model, window.later)
        until = window.park.case.clock.start + max(target.last for target in later.targets)
        futures = max(MEMBERS // replay.pairs, 1)
        runs = project(replay, until, later.variables, blindly=True, futures=futures, threads=self.threads)
        values = later.counterparts(runs.out, runs.names)
        return values + errors_at(later, values) * noise(REPORTED_SEED, 0, len(values), len(later.targets))


def from_origin(parks: Sequence[PanelPark], window: Window, calibrations: OriginCalibrations) -> Iterator[Forecast]:
    """Forecast a park's values after an origin: by its own calibration to it, and by curves of all that was known.

    Parameters
    ----------
    parks
        Parks of the panel.
    window
        The park at the origin.
    calibrations
        Where the calibration is made.
    """
    rows = calibrations.forecast(window)
    yield from ((MODEL, position, rows[:, n]) for n, position in enumerate(window.later))
    yield from curves_from_origin(parks, window)


def curves_from_origin(parks: Sequence[PanelPark], window: Window) -> Iterator[Forecast]:
    """Forecast a park's values after an origin by all methods that know no mechanism.

    Parameters
    ----------
    parks
        Parks of the panel.
    window
        The park at an origin.
    """
    for variable in COUNTS:
        later = [n for n in window.later if window.park.model.targets[n].variable == variable]
        if later:
            yield from curves(parks, window, variable, later)


def curves(parks: Sequence[PanelPark], window: Window, variable: str, later: Sequence[int]) -> Iterator[Forecast]:
    """Forecast by the methods that know no mechanism; a coming report's error is taken as the last value's.

    Parameters
    ----------
    parks
        Parks of the panel.
    window
        The park at an origin.
    variable
        Name of the observable.
    later
        Positions of the values to forecast.
    """
    park = window.park
    targets = window.park.model.targets
    day = window.day
    known_positions = [n for n in window.known_columns if targets[n].variable == variable]
    past = past_of(park, variable, day)
    ages = [float(age) for age in park.curve_ages(day)[list(later)]]
    others = {name: pasts(parks, park.name, name, day) for name in COUNTS}
    moving = ("jobs",) if variable == "jobs" else [name for name in COUNTS if name != "jobs"]
    moving_pasts = [other for name in moving for other in others[name]]
    forecasts_by_method = {"persistence": [persistence(past, moving_pasts, age) for age in ages]}
    curve = fit_growth(others[variable])
    if curve is not None:
        forecasts_by_method[GROWTH] = [held_up(variable, past, curve.ensemble(past, age)) for age in ages]
    dated = Past(park.ages[known_positions], past.counts)
    trends = [trend(dated, float(park.ages[position])) for position in later]
    forecasts_by_method |= {TREND: [held_up(variable, dated, members) for members in trends if members is not None]}
    history = History.of(dated.ages, dated.counts, [targets[n].error for n in known_positions])
    last = float(history.values[-1])
    errors = [error_of(variable, last, targets[n].observation.grade, targets[n].bound) for n in later]
    own = forecasts(history, park.ages[list(later)], errors)
    forecasts_by_method |= {
        name: [own[name].ensemble(n, MEMBERS) for n in range(len(later))] for name in CURVES if name in own
    }
    yield from (
        (method, position, members)
        for method, rows in forecasts_by_method.items()
        if rows
        for position, members in zip(later, rows, strict=True)
    )


NEAR_YEARS = 1.5
"""A value counts for an age if it is no farther away than this."""
AGES = (5.0, 10.0, 15.0, 20.0)
SHOWN = (0.05, 0.25, 0.5, 0.75, 0.95)
KEPT = (*SHOWN, *LEVELS)
RUNS = 2048


@dataclass(frozen=True)
class Peer:
    """One park's value nearest to an age."""

    park: str
    """Name of the park."""
    kind: str
    """Type of the park."""
    age: float
    """Age of the park at that value, in years."""
    value: float
    """What the park had of the observable then."""


@dataclass(frozen=True)
class BaseRate:
    """Values of parks at an age: those of the same type, or of all types."""

    variable: str
    """Name of the observable."""
    age: float
    """Age that was asked for, in years."""
    same_type: bool
    """Whether only parks of the same type are told; else parks of all types."""
    peers: tuple[Peer, ...]
    """The parks and their values."""

    @property
    def values(self) -> tuple[float, float, float]:
        """Lowest, middle and highest of the parks."""
        values = [peer.value for peer in self.peers]
        return float(min(values)), float(np.median(values)), float(max(values))


def base_rates(parks: Sequence[PanelPark], kind: str, variable: str, *, without: str = "") -> tuple[BaseRate, ...]:
    """Return base rates of an observable by age, of parks of a type and of all parks; without ages that no park tells.

    Parks without a case count, too, those that came to nothing among them.

    Parameters
    ----------
    parks
        The parks.
    kind
        The type.
    variable
        Name of the observable.
    without
        Name of a park left out.
    """
    rates = []
    for age in AGES:
        near = []
        for park in parks:
            if park.name != without:
                near += _peers(park.name, park.case.kind, past_of(park, variable), age)
        for counted in load_counts().parks:
            if counted.name != without:
                near += _peers(counted.name, counted.dates.type, aged_counts(counted, variable), age)
        for same in (True, False):
            peers = tuple(peer for peer in near if not same or peer.kind == kind)
            if peers:
                rates.append(BaseRate(variable, age, same, peers))
    return tuple(rates)


def _peers(name: str, kind: str, past: Past, age: float) -> list[Peer]:
    """Return a park's value nearest to an age, if any is near."""
    if not len(past.ages):
        return []
    nearest = int(np.argmin(np.abs(past.ages - age)))
    if abs(float(past.ages[nearest]) - age) > NEAR_YEARS:
        return []
    return [Peer(name, kind, float(past.ages[nearest]), float(past.counts[nearest]))]


@dataclass(frozen=True)
class PooledOutlook:
    """A forecast of a park by the panel's other parks; its own values were not used."""

    park: PanelPark
    until: Quarter
    """Last quarter."""
    pooled: Mapping[str, Floats]
    """By observable: quantiles at 5, 25, 50, 75 and 95 % on the pooled prior, shape (levels, quarters)."""
    alone: Mapping[str, Floats]
    """The same on the prior alone."""
    growth: Mapping[str, Floats]
    """The same of the pooled growth curve."""
    fine: Mapping[str, Floats]
    """As ``pooled``, at the levels of a frozen forecast."""
    fine_growth: Mapping[str, Floats]
    """As ``growth``, at the levels of a frozen forecast."""
    rates: Mapping[str, tuple[BaseRate, ...]]
    """Base rates by observable."""
    lenders: Mapping[str, float]
    """Share of each park in what was learned."""
    runs: int
    """Runs it rests on."""

    @property
    def quarters(self) -> int:
        """Quarters from its start."""
        return self.until - self.park.case.clock.start + 1

    @property
    def trust(self) -> Trust:
        """Its parameters are borrowed from the other parks."""
        return Trust("borrowed", "borrowed", self.park.name, parks=len(self.lenders))

    @property
    def times(self) -> Floats:
        """End of each quarter, in years."""
        return (np.arange(self.quarters) + self.park.case.clock.start.index + 1) / 4.0


def bands_at(
    panel: Panel,
    park: PanelPark,
    points: Floats,
    names: tuple[str, ...],
    quarters: int,
    levels: Sequence[float],
) -> dict[str, Floats]:
    """Compute quantiles of outputs of a park at points, strayed as far as parks do.

    Parameters
    ----------
    panel
        The panel.
    park
        The park.
    points
        Points of the cube, shape (runs, axes).
    names
        Names of the outputs.
    quarters
        Quarters of a run.
    levels
        Levels of the quantiles.

    Returns
    -------
        By name: quantiles of shape (levels, quarters).
    """
    seed = panel.settings.seed
    runs = run_outputs(park, points, names, quarters, seed, threads=panel.task.threads)
    outputs = strayed(runs.out[runs.finished], names, panel.spread, seed)
    return {name: np.quantile(outputs[:, n, :], levels, axis=0) for n, name in enumerate(names)}


def outlook(panel: Panel, case: Case, until: Quarter) -> PooledOutlook:
    """Forecast a case as if nothing had been observed of it; bands hold what the model leaves out, too.

    Parameters
    ----------
    panel
        The panel.
    case
        The case.
    until
        Last quarter of the forecast.
    """
    seed = panel.settings.seed
    park, points = pooled_prior(panel, case, RUNS, seed)
    quarters = until - case.clock.start + 1
    own = points_at(park, design(RUNS, seed))
    bands = [bands_at(panel, park, where, COUNTS, quarters, KEPT) for where in (points, own)]
    growth = {}
    shift = offered_after(case)
    for name in COUNTS:
        curve = fit_growth(pasts(panel.parks, case.name, name))
        if curve is not None:
            members = [curve.ensemble(NO_PAST, max((t + 1) / 4.0 - shift, YOUNGEST)) for t in range(quarters)]
            growth[name] = np.quantile(members, KEPT, axis=1)
    (pooled, fine), (alone, _), (grown, fine_growth) = (
        [{name: band[part] for name, band in band_set.items()} for part in (slice(len(SHOWN)), slice(len(SHOWN), None))]
        for band_set in (*bands, growth)
    )
    rates = {name: base_rates(panel.parks, case.kind, name, without=case.name) for name in COUNTS}
    return PooledOutlook(park, until, pooled, alone, grown, fine, fine_growth, rates, panel.lenders(case.name), RUNS)


def freeze_outlook(panel: Panel, pooled_outlook: PooledOutlook, made_on: str = "") -> JsonObject:
    """Make a frozen forecast of a park without a history, from the end of its case's data.

    Its parameters are borrowed, which the file says; it has no past for a naive curve, so that the pooled growth curve
    stands beside it.

    Parameters
    ----------
    panel
        The panel.
    pooled_outlook
        Forecast of the park.
    made_on
        The day.
    """
    case = pooled_outlook.park.case
    cut = pooled_outlook.park.case.clock.data_end
    ahead = list(quarters_of(case, cut, pooled_outlook.until))

    def rows(bands: Mapping[str, Floats]) -> dict[str, list[list[float]]]:
        return {name: [rounded(row) for row in band[:, ahead].T] for name, band in bands.items()}

    return sealed(
        case,
        cut,
        pooled_outlook.until,
        method=BORROWED,
        pairs=pooled_outlook.runs,
        forecast=rows(pooled_outlook.fine),
        curves={GROWTH: rows(pooled_outlook.fine_growth)},
        made_on=made_on,
        made_from={
            "parameters": "borrowed",
            "panel": panel.identity,
            "parks": len(pooled_outlook.lenders),
            "runs": panel.settings.runs,
            "seed": panel.settings.seed,
        },
    )
