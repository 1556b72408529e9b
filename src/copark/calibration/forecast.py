"""Frozen forecasts: a file that says beforehand what will be observed and cannot be changed unseen.

A forecast is frozen as quantiles of every observable at the end of every quarter from the cut on, beside the naive
curves of the same day. Of a park without a history there are none: its parameters are borrowed from other parks, and
beside it stands the growth curve of those parks. The identity is a hash of everything else in the file; a file that
does not match its identity is refused. What is observed later, in the columns of a case's ``series.csv``, is scored
against it by the same rules as in validation.

Format 2 holds the end of the cut's quarter too, so that days of the first quarter after it lie between two ends. Of a
file of format 1, which begins a quarter later, those days are set beside the end of that first quarter.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from copark.arrays import Floats
from copark.calibration.observations import Target, noise, target_of
from copark.calibration.replay_posterior import ReplayPosterior, project
from copark.calibration.rolling_origin import BLIND, CONDITIONAL, ForecastScore, KnownRecord, NaiveForecast, score
from copark.calibration.validation_study import Spread, groups_of, spread
from copark.cases.case import Case
from copark.cases.files import ENOUGH, fault, in_reading_order, read_text
from copark.cases.horizon import horizon_for
from copark.cases.quarters import Quarter
from copark.cases.table_schemas import Observation
from copark.cases.tables import TableRow, faults_of_rows, faults_of_series, read_table
from copark.cases.types import Key
from copark.errors import CoparkError, Fault, FaultsFound, NotFound, WrongUsage
from copark.identity import identity_of
from copark.json_types import JsonObject
from copark.model.variables import catalogue
from copark.stats.quantiles import quantiles
from copark.texts import has_text, text
from copark.version import MODEL_VERSION, __version__

Rows = list[list[float]]
Row = TypeVar("Row", bound=Observation)
FORMAT = 2
FORMATS = (1, 2)
"""Formats that are read."""
KIND = "copark-forecast"
LEVELS = tuple(round((n + 0.5) / 40, 4) for n in range(40))
OBSERVABLES = (
    "registered",
    "registered_home",
    "registered_host",
    "registered_third",
    "operating",
    "jobs",
    "realised_investment",
    "profit",
)
DIGITS = 6
MEMBERS = 2000
MOST_BYTES = 20_000_000
"""Largest file that is read."""
SCORED_SEED = 0x73636F7265
PAIRS = 1024
FUTURES = 4
SHORTEST = 12
"""Quarters a forecast goes beyond its cut where nobody says."""
LONGEST = 200
"""Most quarters it goes beyond its cut: fifty years."""


class ForecastRefused(CoparkError):
    """A file is no frozen forecast, or not as it was frozen."""


def freeze(
    replay: ReplayPosterior,
    until: Quarter,
    *,
    case: Case | None = None,
    blindly: bool = False,
    made_on: str = "",
    made_from: Mapping[str, Any] | None = None,
    threads: int = 1,
) -> JsonObject:
    """Make a frozen forecast.

    Parameters
    ----------
    replay
        The posterior.
    until
        Last quarter of the forecast.
    case
        The case as it is in the casebook, where the posterior was made from it with more values fitted.
    blindly
        Whether facts dated after the cut are left out.
    made_on
        The day.
    made_from
        What the posterior was made from.
    threads
        Threads that runs are made on.
    """
    own_case = case or replay.space.case
    cut = replay.cut
    projection = project(replay, until, OBSERVABLES, blindly=blindly, threads=threads)
    quarters = quarters_of(own_case, cut, until)
    record = KnownRecord(own_case, cut)
    ahead = dict(zip(OBSERVABLES, np.moveaxis(projection.out[:, :, list(quarters)], 1, 0), strict=True))
    observations = [target.observation for target in replay.model.targets]
    return sealed(
        own_case,
        cut,
        until,
        method=BLIND if blindly else CONDITIONAL,
        pairs=replay.pairs,
        forecast={name: [rounded(row) for row in quantiles(runs, LEVELS).T] for name, runs in ahead.items()},
        naive={
            name: {
                curve: {"centre": rounded(band.centre), "scale": rounded(band.scale), "freedom": band.freedom}
                for curve, band in record.benchmarks(name, quarters).items()
            }
            for name in OBSERVABLES
        },
        fitted=[[row.variable, str(row.date)] for row in observations if row.date.last_day > cut.last_day],
        made_on=made_on,
        made_from=made_from,
    )


def end_of(
    case: Case,
    cut: Quarter,
    to: str | None,
    lang: str = "en",
    *,
    after: Quarter | None = None,
    now: Quarter | None = None,
) -> Quarter:
    """Find the quarter a forecast ends in: the one in which every page judges the park, or as asked.

    Beyond the clock of the case its facts hold as they are at the end.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter known.
    to
        The quarter asked for, as written.
    lang
        Language of a refusal.
    after
        Quarter that it must lie after, by default the cut.
    now
        Quarter the park is looked at from, by default the present one.

    Raises
    ------
    RunRefused
        If it is no quarter after that, or more than fifty years after the cut.
    """
    usual = max(horizon_for(case, now), cut + SHORTEST)
    if to is None:
        return usual
    floor = after or cut
    last = max(usual, cut + LONGEST)
    quarter = Quarter.asked(to, "--to")
    if not floor < quarter <= last:
        raise WrongUsage(text("inference.forecast.bad_end", lang, to=to, after=floor, last=last, usual=usual))
    return quarter


def quarters_of(case: Case, cut: Quarter, until: Quarter) -> range:
    """Return the quarters whose ends a frozen file holds, counted from the case's start: from the cut on.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter known.
    until
        Last quarter forecast.

    Returns
    -------
    Numbers of quarters, cut and last included.
    """
    return range(cut - case.clock.start, until - case.clock.start + 1)


def sealed(
    case: Case,
    cut: Quarter,
    until: Quarter,
    *,
    method: str,
    pairs: int,
    forecast: Mapping[str, Rows],
    naive: Mapping[str, Mapping[str, Any]] | None = None,
    curves: Mapping[str, Mapping[str, Rows]] | None = None,
    fitted: Sequence[Sequence[str]] = (),
    made_on: str = "",
    made_from: Mapping[str, Any] | None = None,
) -> JsonObject:
    """Put the content of a frozen file together and give it its identity.

    Parameters
    ----------
    case
        The case.
    cut
        Last quarter known.
    until
        Last quarter of the forecast.
    method
        Name of the method.
    pairs
        Number of runs it rests on.
    forecast
        Quantiles by observable at the ends of quarters, shape (quarters, levels).
    naive
        Centre, scale and degrees of freedom by observable and name of the curve.
    curves
        Quantiles of other curves by name and observable.
    fitted
        Variable and date of values after the cut that parameters were fitted to, which are no test.
    made_on
        The day.
    made_from
        What its parameters were made from.
    """
    start = case.clock.start
    content: JsonObject = {
        "kind": KIND,
        "format": FORMAT,
        "made_on": made_on,
        "made_from": dict(made_from or {}),
        "code_version": __version__,
        "case": case.name,
        "case_hash": case.hash,
        "model_version": MODEL_VERSION,
        "start": str(start),
        "cut": str(cut),
        "until": str(until),
        "method": method,
        "pairs": pairs,
        "fitted": [list(entry) for entry in fitted],
        "levels": list(LEVELS),
        "quarters": [str(start + t) for t in quarters_of(case, cut, until)],
        "forecast": dict(forecast),
        "naive": {name: dict((naive or {}).get(name, {})) for name in forecast},
        "curves": {name: dict(rows) for name, rows in (curves or {}).items()},
    }
    return {"identity": identity_of(content), **content}


def rounded(values: Floats) -> list[float]:
    """Round numbers to six significant digits, as they are written."""
    return [float(f"{value:.{DIGITS}g}") for value in values]


def write(forecast: Mapping[str, Any], path: Path) -> None:
    """Write a frozen forecast; ForecastRefused if there is a file already, which is never overwritten."""
    refuse_existing(path)
    words = json.dumps(forecast, ensure_ascii=False, indent=None, separators=(",", ":"), allow_nan=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(words)
    except FileExistsError:
        raise ForecastRefused.of("inference.forecast.exists", file=path.name) from None


def refuse_existing(path: Path) -> None:
    """Refuse a name that is taken, before any work is done."""
    if path.exists() or path.is_symlink():
        raise ForecastRefused.of("inference.forecast.exists", file=path.name)


def read(path: Path) -> JsonObject:
    """Read a frozen forecast.

    Raises
    ------
    NotFound
        If there is no such file.
    ForecastRefused
        If it is no frozen forecast, or was changed after it was frozen.
    """
    if not path.is_file():
        raise NotFound.of("inference.forecast.not_found", file=path.name)
    try:
        content = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= MOST_BYTES else None
    except (ValueError, UnicodeDecodeError, RecursionError):
        content = None
    if not isinstance(content, dict) or content.get("kind") != KIND or content.get("format") not in FORMATS:
        raise ForecastRefused.of("inference.forecast.unreadable", file=path.name)
    body = {name: value for name, value in content.items() if name != "identity"}
    try:
        same = identity_of(body) == content.get("identity")
    except (ValueError, RecursionError):  # a number that is none: no frozen forecast has one
        same = False
    if not same:
        raise ForecastRefused.of("inference.forecast.changed", file=path.name)
    try:
        Frozen(content).check()
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError):
        raise ForecastRefused.of("inference.forecast.unreadable", file=path.name) from None
    return content


class Frozen:
    """A frozen forecast, ready to be asked for an ensemble on a day."""

    def __init__(self, forecast: Mapping[str, Any]) -> None:
        self.start = Quarter.parse(forecast["start"])
        self.cut = Quarter.parse(forecast["cut"])
        self.first = Quarter.parse(forecast["quarters"][0]) - self.start
        self.last = Quarter.parse(forecast["quarters"][-1]) - self.start
        self.method = str(forecast["method"])
        self.fitted = {(variable, when) for variable, when in forecast.get("fitted", ())}
        self.curves: Mapping[str, Mapping[str, Rows]] = forecast.get("curves", {})
        self.content = forecast

    def check(self) -> None:
        """Raise a ValueError, or one of a wrong shape, where numbers do not fit the file's own quarters and levels."""
        quarters = len(self.content["quarters"])
        if self.last - self.first + 1 != quarters or self.content["levels"] != list(LEVELS):
            raise ValueError("quarters or levels")
        for curves in (self.content["forecast"], *self.curves.values()):
            for rows in curves.values():
                if np.asarray(rows, dtype=np.float64).shape != (quarters, len(LEVELS)):
                    raise ValueError("forecast")
        for naive_curves in self.content["naive"].values():
            for curve in naive_curves.values():
                if {len(curve["centre"]), len(curve["scale"])} != {quarters} or not curve["freedom"] > 0:
                    raise ValueError("naive")
                if not np.all(np.asarray(curve["scale"], dtype=np.float64) >= 0.0):
                    raise ValueError("scale")
                np.asarray(curve["centre"], dtype=np.float64)
        self._check_names()

    def _check_names(self) -> None:
        """Raise a ValueError where methods, observables, dates or words are none."""
        content = self.content
        methods = {self.method, *self.curves, *(name for curves in content["naive"].values() for name in curves)}
        if not all(has_text(f"validate.method.{name}") for name in methods):
            raise ValueError("method")
        variables = {*content["naive"], *(name for rows in self.curves.values() for name in rows)}
        if not content["forecast"] or not variables <= set(content["forecast"]) <= set(OBSERVABLES):
            raise ValueError("observables")
        Quarter.parse(content["until"])
        words = [content[name] for name in ("case", "case_hash", "code_version", "made_on")]
        if not all(isinstance(word, str) for word in words) or not isinstance(content["made_from"], Mapping):
            raise ValueError("words")
        int(content["made_from"].get("parks", 0))

    def ensemble(self, target: Target, curve: str | None = None) -> Floats:
        """Return members on a target's day, with an error of observation.

        Parameters
        ----------
        target
            The target; between ends of quarters the forecast is read level by level.
        curve
            Name of a curve whose members are given; by default those of the forecast.
        """
        levels = (np.arange(MEMBERS) + 0.5) / MEMBERS
        rows = (self.content["forecast"] if curve is None else self.curves[curve])[target.variable]
        total = np.zeros(MEMBERS)
        for quarter, weight in zip(target.quarters, target.weights, strict=True):
            total += weight * np.interp(levels, LEVELS, rows[quarter - self.first])
        return total + target.error * noise(SCORED_SEED, 0, MEMBERS, 1)[:, 0]

    def band(self, variable: str, levels: Sequence[float]) -> Floats:
        """Return quantiles of an observable at the end of every quarter, shape (levels, quarters)."""
        return read_levels(self.content["forecast"][variable], levels)

    def naive_band(self, variable: str, name: str, levels: Sequence[float]) -> Floats | None:
        """Return quantiles of a naive or other curve at the end of every quarter.

        Parameters
        ----------
        variable
            Name of the observable.
        name
            Name of the curve.
        levels
            Levels of the quantiles.

        Returns
        -------
            Shape (levels, quarters); ``None`` if the file has no such curve.
        """
        if variable in self.curves.get(name, {}):
            return read_levels(self.curves[name][variable], levels)
        curve = self.content["naive"].get(variable, {}).get(name)
        if curve is None:
            return None
        return NaiveForecast(np.array(curve["centre"]), np.array(curve["scale"]), curve["freedom"]).levels(levels)

    def any_band(self, variable: str, method: str, levels: Sequence[float]) -> Floats | None:
        """Return quantiles of any method at the end of every quarter.

        Parameters
        ----------
        variable
            Name of the observable.
        method
            Name of the model's method, a curve or a benchmark.
        levels
            Levels of the quantiles.

        Returns
        -------
            Shape (levels, quarters); ``None`` if the file has no such method.
        """
        return self.band(variable, levels) if method == self.method else self.naive_band(variable, method, levels)

    def naive(self, target: Target) -> dict[str, Floats]:
        """Return members of the naive and other curves on a target's day."""
        ensembles = {name: self.ensemble(target, name) for name, rows in self.curves.items() if target.variable in rows}
        for name, curve in self.content["naive"].get(target.variable, {}).items():
            centre = scale = 0.0
            for quarter, weight in zip(target.quarters, target.weights, strict=True):
                centre += weight * curve["centre"][quarter - self.first]
                scale += weight * curve["scale"][quarter - self.first]
            forecast = NaiveForecast(np.array([centre]), np.array([np.hypot(scale, target.error)]), curve["freedom"])
            ensembles[name] = forecast.ensemble(0)
        return ensembles


def read_levels(rows: Rows | Floats, levels: Sequence[float]) -> Floats:
    """Read quantiles at some levels off rows of them; shape (levels, quarters)."""
    return np.array([[np.interp(level, LEVELS, row) for row in rows] for level in levels])


def widths_at(
    replay: ReplayPosterior, until: Quarter, names: Sequence[str], verdicts: Mapping[str, str], threads: int = 1
) -> dict[str, Spread]:
    """Split the variance of observables at the end of a quarter by source.

    Parameters
    ----------
    replay
        The posterior.
    until
        The quarter.
    names
        Names of the observables.
    verdicts
        What the data did to each parameter, as in ``groups_of``.
    threads
        Threads that runs are made on.
    """
    thinned = replay.thin(PAIRS)
    projection = project(thinned, until, tuple(names), futures=FUTURES, carried=False, threads=threads)
    last = projection.out[:, :, -1].reshape(thinned.pairs, FUTURES, len(names))
    is_finite = np.isfinite(last).all(axis=(1, 2))
    groups = groups_of(replay, verdicts)
    return {
        name: spread(thinned.space, thinned.points[is_finite], groups, last[is_finite, :, n])
        for n, name in enumerate(names)
    }


@dataclass(frozen=True)
class LeftOut:
    """A row of later observations that cannot be scored."""

    line: int
    """Line in the table."""
    observation: Observation
    """The row."""
    reason: str
    """unused (the table says so); background (no source was seen); nothing_like_it (the model has no such output);
    not_forecast (not among the observables frozen); before (dated no later than the cut); fitted (the parameters were
    fitted to it); straddles (a year's flow that began before the cut's end); beyond (behind the forecast's end)."""


@dataclass(frozen=True)
class Later:
    """Later observations that can be scored, and those that cannot, each with the reason."""

    targets: tuple[Target, ...]
    left_out: tuple[LeftOut, ...]


def later_targets(forecast: Mapping[str, Any], rows: Iterable[TableRow[Observation]]) -> Later:
    """Sort out which observations a frozen forecast can be scored on: all that are dated after the cut, if they can."""
    frozen = Frozen(forecast)
    scored: list[Target] = []
    left_out: list[LeftOut] = []
    for line, observation in rows:
        target = target_of(observation, frozen.start)
        reason = why_left_out(frozen, observation, target)
        if target is None or reason:
            left_out.append(LeftOut(line, observation, reason))
        else:
            scored.append(target.within(frozen.first, frozen.last))
    return Later(tuple(scored), tuple(left_out))


def why_left_out(frozen: Frozen, observation: Observation, target: Target | None) -> str:
    """Explain why a frozen forecast cannot be scored on an observation.

    Parameters
    ----------
    frozen
        The forecast.
    observation
        The observation.
    target
        The target made of it, if one could be made.

    Returns
    -------
        A reason of :class:`LeftOut`; empty if it can be scored.
    """
    name = observation.variable
    reasons = {
        "unused": not observation.use,
        "background": observation.grade == "background",
        "nothing_like_it": name not in catalogue().outputs,
        "not_forecast": name not in frozen.content["forecast"],
        "before": observation.date.last_day <= frozen.cut.last_day,
        "fitted": (name, str(observation.date)) in frozen.fitted,
        "straddles": target is not None and min(target.quarters) < frozen.cut - frozen.start,
        "beyond": target is not None and target.last > frozen.last,
    }
    return next((reason for reason, so in reasons.items() if so), "nothing_like_it" if target is None else "")


def score_later(forecast: Mapping[str, Any], targets: Iterable[Target]) -> tuple[ForecastScore, ...]:
    """Score a frozen forecast and its naive curves on targets that :func:`later_targets` gave."""
    frozen = Frozen(forecast)
    scores: list[ForecastScore] = []
    for target in targets:
        scores.append(score(target, frozen.method, frozen.ensemble(target)))
        scores += [score(target, name, members) for name, members in frozen.naive(target).items()]
    return tuple(scores)


def read_later(path: Path) -> tuple[TableRow[Observation], ...]:
    """Read a table of observations of one park, each with its line.

    Raises
    ------
    NotFound
        If there is no such file.
    FaultsFound
        With all its faults, each with file, line, cause and repair.
    """
    return read_rows(path, Observation, faults_of_series)


class ParkObservation(Observation):
    """A row of a table of observations of several parks."""

    park: Key
    """Name of the park's case."""


def read_rows(
    path: Path, model: type[Row], faults_between: Callable[[list[TableRow[Row]]], Iterator[Fault]]
) -> tuple[TableRow[Row], ...]:
    """Read a table of observations, each with its line.

    Parameters
    ----------
    path
        The table.
    model
        Record of a row.
    faults_between
        Gives what is wrong between rows.

    Raises
    ------
    NotFound
        If there is no such file.
    FaultsFound
        With all its faults, each with file, line, cause and repair.
    """
    if not path.exists():
        raise NotFound.of("inference.forecast.not_found", file=path.name)
    faults: list[Fault] = []
    content = read_text(path.parent, path.name, faults)
    if content is None:
        raise FaultsFound(faults)
    table = read_table(content, path.name, model, faults)
    faults += islice(faults_of_rows(path.name, table.rows, None, None), ENOUGH)
    faults += [replace(found_fault, file=path.name) for found_fault in islice(faults_between(table.rows), ENOUGH)]
    if not faults and not table.rows:
        faults.append(fault("empty_file", path.name))
    if faults:
        raise FaultsFound(in_reading_order(faults, (path.name,)))
    return tuple(table.rows)
