"""Forecasts over the panel: one park left out, or the end of each series held out, by every method on the same values.

*Left out*: nothing of the park is known but its case (facts, shares, dates, country); *rolling*: all its values before
the first one held out. Methods: the model on the pooled prior of the other parks, the model on the prior alone, the
pooled growth curve of the other parks, and, where the park has a past, persistence, a line and a logistic. Scores are
the CRPS of counts and of ln(1 + count): the first is led by large parks, the second counts all alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from copark.analysis.fit import covered, crps, quantile_band
from copark.analysis.naive import History, forecasts
from copark.inference.observations import Target
from copark.inference.pool.batches import PanelBatch
from copark.inference.pool.growth import GrowthCurve, Past, fit_growth
from copark.inference.pool.local import accepted_of, directions, nearest
from copark.inference.pool.parks import COUNTS, Park
from copark.inference.posterior import adjust, systematic
from copark.inference.summaries import features

Floats = NDArray[np.float64]
POOLED, ALONE, GROWTH = "pooled", "alone", "growth"
NAIVE = ("persistence", "line", "logistic")
METHODS = (POOLED, ALONE, GROWTH, *NAIVE)
LEFT_OUT, ROLLING = "left_out", "rolling"
SCHEMES = (LEFT_OUT, ROLLING)
LEVEL = 0.9
MEMBERS = 1000
EVEN = 0.05
"""Two mean scores that differ by less than this share are called even."""


@dataclass(frozen=True)
class PanelScore:
    """How one method forecast one value of one park.

    crps: of the count; log_crps: of ln(1 + count); median, low, high: 50, 5 and 95 % of the forecast.
    """

    park: str
    scheme: str
    method: str
    target: Target
    age: float
    crps: float
    log_crps: float
    median: float
    low: float
    high: float
    covered: bool


def scored(park: Park, scheme: str, method: str, at: int, members: Floats) -> PanelScore:
    """Score an ensemble against the value of a target; a count below zero counts as zero."""
    target = park.model.targets[at]
    counts = np.maximum(members[np.isfinite(members)], 0.0)
    low, high = quantile_band(counts, LEVEL)
    return PanelScore(
        park=park.name,
        scheme=scheme,
        method=method,
        target=target,
        age=float(park.ages[at]),
        crps=crps(counts, target.value),
        log_crps=crps(np.log1p(counts), float(np.log1p(max(target.value, 0.0)))),
        median=float(np.median(counts)),
        low=low,
        high=high,
        covered=covered(counts, target.value, target.value, LEVEL),
    )


def given_past(batch: PanelBatch, seed: int, later: Sequence[int], known: Sequence[int]) -> Floats:
    """What runs say of later values, given a park's own earlier ones; shape (members, later).

    The runs nearest to the past are accepted and their later values, in logs, moved by regression on the summaries of
    the past that tell most of them.
    """
    reports = batch.reports(seed)
    reports = reports[np.isfinite(reports).all(axis=1)]
    model = batch.park.model
    past = type(model)(tuple(model.targets[n] for n in known))
    x = features(past, reports[:, list(known)])
    y = np.log1p(np.maximum(reports[:, list(later)], 0.0))
    told = directions(x, y)
    summaries = told(x)
    target = told(features(past, past.recorded[np.newaxis, :]))[0]
    near, weights, _ = nearest(summaries, target, accepted_of(len(x)))
    moved = adjust(y[near], summaries[near], target, weights)
    found: Floats = np.expm1(np.clip(moved[systematic(weights, MEMBERS)], 0.0, 20.0))
    return found


def left_out(park: Park, batches: Mapping[str, PanelBatch], curves: Mapping[str, GrowthCurve | None], seed: int) -> list[PanelScore]:  # fmt: skip  # noqa: E501
    """Score forecasts of a park of which no value is known.

    Parameters
    ----------
    batches
        Runs of the park by method: on the pooled prior of the others, on its own prior.
    curves
        Growth curve of the others, by observable.
    """
    found: list[PanelScore] = []
    nothing = Past(np.zeros(0), np.zeros(0))
    reports = {method: batch.reports(seed) for method, batch in batches.items()}
    for variable in COUNTS:
        for at in park.scored(variable):
            found += [scored(park, LEFT_OUT, method, at, rows[:, at]) for method, rows in reports.items()]
            curve = curves.get(variable)
            if curve is not None:
                members = curve.ensemble(nothing, float(park.ages[at]))
                found.append(scored(park, LEFT_OUT, GROWTH, at, members))
    return found


def rolling(park: Park, batches: Mapping[str, PanelBatch], curves: Mapping[str, GrowthCurve | None], seed: int) -> list[PanelScore]:  # fmt: skip  # noqa: E501
    """Score forecasts of the last one or two values of each series of a park from all that was known before."""
    found: list[PanelScore] = []
    for variable in COUNTS:
        later, known = park.held(variable)
        if not later:
            continue
        for method, batch in batches.items():
            rows = given_past(batch, seed, later, known)
            found += [scored(park, ROLLING, method, at, rows[:, n]) for n, at in enumerate(later)]
        own = [n for n in known if park.model.targets[n].variable == variable]
        curve = curves.get(variable)
        if curve is not None:
            past = past_of(park, own)
            found += [scored(park, ROLLING, GROWTH, at, curve.ensemble(past, float(park.ages[at]))) for at in later]
        found += _naive(park, own, later)
    return found


def _naive(park: Park, own: Sequence[int], later: Sequence[int]) -> list[PanelScore]:
    targets = park.model.targets
    history = History.of(park.ages[own], [targets[n].reported for n in own], [targets[n].error for n in own])
    made = forecasts(history, park.ages[list(later)], [targets[n].error for n in later])
    return [
        scored(park, ROLLING, method, at, made[method].ensemble(n, MEMBERS))
        for method in NAIVE
        if method in made
        for n, at in enumerate(later)
    ]


def past_of(park: Park, positions: Sequence[int]) -> Past:
    """Values of some targets against age."""
    return Past(park.ages[list(positions)], np.array([park.model.targets[n].reported for n in positions]))


def curves_without(parks: Sequence[Park], left: str) -> dict[str, GrowthCurve | None]:
    """Growth curve of every observable over all parks but one."""
    return {
        variable: fit_growth([past_of(one, one.of(variable)) for one in parks if one.name != left])
        for variable in COUNTS
    }


@dataclass(frozen=True)
class Standing:
    """Where one method stands over parks, on values all methods of the table forecast.

    Parameters
    ----------
    parks, values
        How many it is over.
    crps, log_crps
        Mean over parks of the park's mean.
    coverage
        Share of values within the 90 % band.
    """

    method: str
    parks: int
    values: int
    crps: float
    log_crps: float
    coverage: float


@dataclass(frozen=True)
class Contest:
    """A table of methods over the same values, best first; firm: the winner stays ahead whichever park is left out."""

    scheme: str
    variable: str
    standings: tuple[Standing, ...]
    firm: bool

    @property
    def winner(self) -> str:
        """Method with the smallest mean score of ln(1 + count)."""
        return self.standings[0].method


def contest(scores: Iterable[PanelScore], scheme: str, variable: str, methods: Sequence[str]) -> Contest | None:
    """Compare methods on the values that all of them forecast; ``None`` where there is none.

    Parameters
    ----------
    variable
        One observable, or an empty word for all.
    """
    own = [one for one in scores if one.scheme == scheme and one.method in methods]
    own = [one for one in own if not variable or one.target.variable == variable]
    by: dict[tuple[str, str], dict[str, PanelScore]] = {}
    for one in own:
        by.setdefault((one.park, one.target.name), {})[one.method] = one
    common = {at: row for at, row in by.items() if len(row) == len(methods)}
    if not common:
        return None
    parks = tuple(dict.fromkeys(park for park, _ in common))
    table = {
        method: np.array(
            [[np.mean([getattr(row[method], kind) for (p, _), row in common.items() if p == park]) for park in parks]
             for kind in ("crps", "log_crps", "covered")]
        )
        for method in methods
    }  # fmt: skip
    standings = [
        Standing(
            method, len(parks), len(common), float(rows[0].mean()), float(rows[1].mean()),
            float(np.mean([row[method].covered for row in common.values()])),
        )
        for method, rows in table.items()
    ]  # fmt: skip
    standings.sort(key=lambda one: one.log_crps)
    return Contest(scheme, variable, tuple(standings), _is_firm({m: rows[1] for m, rows in table.items()}))


def _is_firm(each: Mapping[str, Floats]) -> bool:
    """Whether one method is ahead by a margin, also without any one park."""
    rows = np.stack(list(each.values()))
    if rows.shape[0] < 2 or rows.shape[1] < 2:
        return False
    means = rows.mean(axis=1)
    first, second = np.sort(means)[:2]
    left = (rows.sum(axis=1, keepdims=True) - rows).argmin(axis=0)
    return bool(second - first > EVEN * second and (left == means.argmin()).all())


def winners(scores: Iterable[PanelScore], scheme: str) -> dict[str, tuple[str, dict[str, float]]]:
    """Winner of each park and the mean score of ln(1 + count) of every method that forecast all its values."""
    by: dict[str, dict[str, dict[str, float]]] = {}
    for one in scores:
        if one.scheme == scheme:
            by.setdefault(one.park, {}).setdefault(one.method, {})[one.target.name] = one.log_crps
    found = {}
    for park, methods in by.items():
        most = max(len(rows) for rows in methods.values())
        means = {method: float(np.mean(list(rows.values()))) for method, rows in methods.items() if len(rows) == most}
        found[park] = (min(means, key=lambda method: means[method]), means)
    return found
