"""Frozen forecasts: a file that says beforehand what will be observed and cannot be changed unseen.

A forecast is frozen as quantiles of every observable at every quarter, beside the naive curves of the same day. The
identity is a hash of everything else in the file; a file that does not match its identity is refused. What is observed
later is scored against it, by the same rules as in validation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from copark.analysis.naive import NaiveForecast, forecasts
from copark.cases.case import Case
from copark.cases.evidence import Observation
from copark.cases.quarters import Quarter
from copark.errors import CoparkError, NotFound
from copark.identity import identity_of
from copark.inference.observations import Target, noise, target_of
from copark.inference.project import project
from copark.inference.replay import ReplayPosterior
from copark.inference.spread import Spread, groups_of, spread
from copark.inference.validate import BLIND, CONDITIONAL, DAYS, Score, history_of, score
from copark.model.compiler import model_hash
from copark.model.variables import catalogue
from copark.texts import text
from copark.version import __version__

Floats = NDArray[np.float64]
FORMAT = 1
KIND = "copark-forecast"
LEVELS = tuple(round((n + 0.5) / 40, 4) for n in range(40))
OBSERVABLES = (
    "registered", "registered_home", "registered_host", "registered_third", "operating", "jobs", "realised_investment",
    "profit",
)  # fmt: skip
DIGITS = 6
MEMBERS = 2000
MOST_BYTES = 20_000_000
"""Largest file that is read."""
SCORED_SEED = 0x73636F7265
PAIRS, FUTURES = 1024, 4


class ForecastRefused(CoparkError):
    """A file is no frozen forecast, or not as it was frozen."""


def freeze(
    replay: ReplayPosterior,
    until: Quarter,
    *,
    case: Case | None = None,
    observables: Sequence[str] = OBSERVABLES,
    blindly: bool = False,
    made_on: str = "",
    made_from: Mapping[str, Any] | None = None,
    threads: int = 1,
) -> dict[str, Any]:
    """Make a frozen forecast.

    Parameters
    ----------
    case
        The case as it is in the casebook, where the posterior was made from it with more values fitted.
    blindly
        Without facts of the case dated after the cut.
    made_on
        The day it is frozen, as a person writes it; part of what cannot be changed.
    made_from
        What the posterior was made from: further entries, part of what cannot be changed.
    """
    told, cut = case or replay.space.case, replay.cut
    start = told.clock.start
    projection = project(replay, until, tuple(observables), blindly=blindly, threads=threads)
    quarters = range(cut - start + 1, until - start + 1)
    content: dict[str, Any] = {
        "kind": KIND,
        "format": FORMAT,
        "made_on": made_on,
        "made_from": dict(made_from or {}),
        "code_version": __version__,
        "case": told.name,
        "case_hash": told.hash,
        "model_hash": model_hash(),
        "start": str(start),
        "cut": str(cut),
        "until": str(until),
        "method": BLIND if blindly else CONDITIONAL,
        "pairs": replay.pairs,
        "levels": list(LEVELS),
        "quarters": [str(start + t) for t in quarters],
        "forecast": {name: quantile_rows(projection.out[:, n, list(quarters)]) for n, name in enumerate(observables)},
        "naive": {name: naive_rows(told, cut, name, quarters) for name in observables},
    }
    return {"identity": identity_of(content), **content}


def rounded(values: Floats) -> list[float]:
    """Give numbers with six significant digits, as they are written."""
    return [float(f"{value:.{DIGITS}g}") for value in values]


def quantile_rows(values: Floats) -> list[list[float]]:
    """Quantiles of runs at every quarter, shape (quarters, levels)."""
    kept = values[np.isfinite(values).all(axis=1)]
    return [rounded(row) for row in np.quantile(kept, LEVELS, axis=0).T]


def naive_rows(case: Case, cut: Quarter, variable: str, quarters: Iterable[int]) -> dict[str, dict[str, Any]]:
    """Naive curves of one observable at the ends of quarters: centre and scale, and degrees of freedom."""
    history = history_of(case, cut, variable)
    ends = [((case.clock.start + t).last_day - case.clock.start.first_day).days / DAYS for t in quarters]
    made = forecasts(history, ends, np.zeros(len(ends)))
    return {
        name: {"centre": rounded(one.centre), "scale": rounded(one.scale), "freedom": one.freedom}
        for name, one in made.items()
    }


def write(forecast: Mapping[str, Any], path: Path) -> None:
    """Write a frozen forecast. An existing file is never overwritten.

    Raises
    ------
    ForecastRefused
        If there is a file already.
    """
    refuse_existing(path)
    words = json.dumps(forecast, ensure_ascii=False, indent=None, separators=(",", ":"), allow_nan=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(words)
    except FileExistsError:
        raise ForecastRefused(text("inference.forecast.exists", file=path.name)) from None


def refuse_existing(path: Path) -> None:
    """Refuse a name that is taken, before any work is done.

    Raises
    ------
    ForecastRefused
        If there is a file already.
    """
    if path.exists() or path.is_symlink():
        raise ForecastRefused(text("inference.forecast.exists", file=path.name))


def read(path: Path) -> dict[str, Any]:
    """Read a frozen forecast.

    Raises
    ------
    NotFound
        If there is no such file.
    ForecastRefused
        If it is no frozen forecast, or was changed after it was frozen.
    """
    if not path.is_file():
        raise NotFound(text("inference.forecast.not_found", file=path.name))
    try:
        found = json.loads(path.read_text(encoding="utf-8")) if path.stat().st_size <= MOST_BYTES else None
    except (ValueError, UnicodeDecodeError, RecursionError):
        found = None
    if not isinstance(found, dict) or found.get("kind") != KIND or found.get("format") != FORMAT:
        raise ForecastRefused(text("inference.forecast.unreadable", file=path.name))
    content = {name: value for name, value in found.items() if name != "identity"}
    try:
        same = identity_of(content) == found.get("identity")
    except ValueError:  # a number that is none: no frozen forecast has one
        same = False
    if not same:
        raise ForecastRefused(text("inference.forecast.changed", file=path.name))
    try:
        Frozen(found).check()
    except (AttributeError, KeyError, TypeError, ValueError):
        raise ForecastRefused(text("inference.forecast.unreadable", file=path.name)) from None
    return found


class Frozen:
    """A frozen forecast, ready to be asked for an ensemble on a day."""

    def __init__(self, forecast: Mapping[str, Any]) -> None:
        self.start = Quarter.parse(forecast["start"])
        self.cut = Quarter.parse(forecast["cut"])
        self.first = Quarter.parse(forecast["quarters"][0]) - self.start
        self.last = Quarter.parse(forecast["quarters"][-1]) - self.start
        self.method = str(forecast["method"])
        self.content = forecast

    def check(self) -> None:
        """Look whether the numbers have the shapes that the file's own lists of quarters and levels ask for.

        Raises
        ------
        AttributeError, KeyError, TypeError, ValueError
            If they have not.
        """
        quarters = len(self.content["quarters"])
        if self.last - self.first + 1 != quarters or self.content["levels"] != list(LEVELS):
            raise ValueError("quarters or levels")
        for rows in self.content["forecast"].values():
            if np.asarray(rows, dtype=np.float64).shape != (quarters, len(LEVELS)):
                raise ValueError("forecast")
        for curves in self.content["naive"].values():
            for curve in curves.values():
                if {len(curve["centre"]), len(curve["scale"])} != {quarters} or not curve["freedom"] > 0:
                    raise ValueError("naive")

    def ensemble(self, target: Target) -> Floats:
        """Give members on a target's day: between ends of quarters level by level, with an error of observation."""
        levels = (np.arange(MEMBERS) + 0.5) / MEMBERS
        rows = self.content["forecast"][target.variable]
        total = np.zeros(MEMBERS)
        for quarter, weight in zip(target.quarters, target.weights, strict=True):
            total += weight * np.interp(levels, LEVELS, rows[quarter - self.first])
        return total + target.error * noise(SCORED_SEED, 0, MEMBERS, 1)[:, 0]

    def band(self, variable: str, levels: Sequence[float]) -> Floats:
        """Quantiles of an observable at the end of every quarter, shape (levels, quarters)."""
        rows = np.array(self.content["forecast"][variable])
        found: Floats = np.array([[np.interp(level, LEVELS, row) for row in rows] for level in levels])
        return found

    def naive_band(self, variable: str, name: str, levels: Sequence[float]) -> Floats | None:
        """Quantiles of a naive curve at the end of every quarter; ``None`` if the past was too short for it."""
        from scipy.stats import t as student

        curve = self.content["naive"].get(variable, {}).get(name)
        if curve is None:
            return None
        centre, scale = np.array(curve["centre"]), np.array(curve["scale"])
        found: Floats = centre + scale * student.ppf(np.array(levels), curve["freedom"])[:, np.newaxis]
        return found

    def naive(self, target: Target) -> dict[str, Floats]:
        """Give members of the naive curves on a target's day."""
        made = {}
        for name, curve in self.content["naive"].get(target.variable, {}).items():
            centre = scale = 0.0
            for quarter, weight in zip(target.quarters, target.weights, strict=True):
                centre += weight * curve["centre"][quarter - self.first]
                scale += weight * curve["scale"][quarter - self.first]
            one = NaiveForecast(np.array([centre]), np.array([np.hypot(scale, target.error)]), curve["freedom"])
            made[name] = one.ensemble(0)
        return made


def widths_at(
    replay: ReplayPosterior,
    until: Quarter,
    names: Sequence[str],
    verdicts: Mapping[str, str] | None = None,
    threads: int = 1,
) -> dict[str, Spread]:
    """Split the variance of observables at the end of a quarter by source; verdicts as in ``spread.groups_of``."""
    kept = replay.thin(PAIRS)
    made = project(kept, until, tuple(names), futures=FUTURES, threads=threads)
    last = made.out[:, :, -1].reshape(kept.pairs, FUTURES, len(names))
    whole = np.isfinite(last).all(axis=(1, 2))
    groups = groups_of(replay, verdicts)
    return {name: spread(kept.space, kept.points[whole], groups, last[whole, :, n]) for n, name in enumerate(names)}


@dataclass(frozen=True)
class Later:
    """What can be scored of later observations, and what cannot, each with the reason.

    Reasons: unused (the table says so); nothing_like_it (the model has no such output, or not that early); not_forecast
    (not among the observables frozen); before (at or before the cut); beyond (behind the forecast's end).
    """

    targets: tuple[Target, ...]
    left_out: tuple[tuple[Observation, str], ...]


def later_targets(forecast: Mapping[str, Any], observations: Iterable[Observation]) -> Later:
    """Sort out which observations a frozen forecast can be scored on."""
    frozen = Frozen(forecast)
    kept: list[Target] = []
    left: list[tuple[Observation, str]] = []
    for observation in observations:
        known = observation.variable in catalogue().outputs
        target = target_of(observation, frozen.start) if known else None
        if target is None:
            left.append((observation, "nothing_like_it" if observation.use else "unused"))
        elif target.variable not in frozen.content["forecast"]:
            left.append((observation, "not_forecast"))
        elif min(target.quarters) < frozen.first:
            left.append((observation, "before"))
        elif target.last > frozen.last:
            left.append((observation, "beyond"))
        else:
            kept.append(target)
    return Later(tuple(kept), tuple(left))


def score_later(forecast: Mapping[str, Any], observations: Iterable[Observation]) -> tuple[Score, ...]:
    """Score a frozen forecast and its naive curves against what was observed after its cut.

    Values the forecast does not reach, and those at or before the cut, are left out.
    """
    frozen = Frozen(forecast)
    scores: list[Score] = []
    for target in later_targets(forecast, observations).targets:
        scores.append(score(target, frozen.method, frozen.ensemble(target)))
        scores += [score(target, name, members) for name, members in frozen.naive(target).items()]
    return tuple(scores)
